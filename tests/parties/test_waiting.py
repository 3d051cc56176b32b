"""Acts that wait for a second person, and the list of parties that pages show."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.consent.world import ANCHORS, FIRM, NOW, STATEMENTS

from shuxin.kernel.uscc import USCC
from shuxin.parties.api import (
    ActUnknown,
    PartyKind,
    SamePerson,
    Step,
    TrustAnchors,
    agree_to_anchors,
    kept_parties,
    read_trust,
    register_organisation,
    state_act,
    waiting_act,
    waiting_acts,
)
from shuxin.parties.four_eyes import OPEN_FOR
from shuxin.parties.keeping import keep_received

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.ledger.api import Entry

pytestmark = pytest.mark.django_db


def unwritten(entry: Entry) -> None:
    """A journal that keeps nothing."""


def stated(by: str, content: str = "x") -> Step:
    return state_act("trust", {"anchors": content}, by=by, journal=unwritten, now=NOW)


class TestWaitingActs:
    def test_are_there_until_somebody_else_agrees(self) -> None:
        stated("li")
        (act,) = waiting_acts(now=NOW)
        assert (act.kind, act.by, act.content) == ("trust", "li", {"anchors": "x"})
        assert waiting_act(act.number, now=NOW) == act
        stated("wang")
        assert waiting_acts(now=NOW) == []
        with pytest.raises(ActUnknown):
            waiting_act(act.number, now=NOW)

    def test_lapse(self) -> None:
        stated("li")
        assert waiting_acts(now=NOW + OPEN_FOR - timedelta(seconds=1))
        assert waiting_acts(now=NOW + OPEN_FOR) == []


class TestAgreeToAnchors:
    def test_writes_just_what_the_first_one_stated(self, tmp_path: Path) -> None:
        text = replace(ANCHORS, attesters=()).dump().decode()
        agree = {"home": tmp_path, "journal": unwritten, "now": NOW}
        assert agree_to_anchors(text, by="li", **agree) is Step.WAITING
        with pytest.raises(SamePerson):
            agree_to_anchors(text, by="li", **agree)
        assert read_trust(tmp_path) == TrustAnchors()
        assert agree_to_anchors(text, by="wang", **agree) is Step.DONE
        assert read_trust(tmp_path).dump().decode() == text


class TestKeptParties:
    def test_are_the_registered_and_those_with_keys(self) -> None:
        keep_received(STATEMENTS, now=NOW)
        code = USCC(FIRM.removeprefix("uscc:"))
        register_organisation(
            code=code,
            kind=PartyKind.ENTERPRISE,
            name="澜坪瑞和",
            register=None,
            by="li",
            journal=unwritten,
            now=NOW + timedelta(hours=1),
        )
        found = kept_parties(most=99)
        assert (found[0].party, found[0].name, found[0].state) == (FIRM, "澜坪瑞和", "unconfirmed")
        assert found[0].bindings > 1
        others = [one for one in found if one.party != FIRM]
        assert {one.state for one in others} == {""}
        assert all(one.kind for one in others)

    def test_are_found_by_name_or_part_of_the_id(self) -> None:
        self.test_are_the_registered_and_those_with_keys()
        assert [one.party for one in kept_parties(most=99, containing="瑞和")] == [FIRM]
        assert FIRM in [one.party for one in kept_parties(most=99, containing=FIRM[8:20])]
        assert kept_parties(most=99, containing="nobody") == []
        assert len(kept_parties(most=2)) == 2
