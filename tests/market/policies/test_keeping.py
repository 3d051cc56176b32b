"""Policies: two people publish, a newer version replaces the older, a firm sees those in force."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from tests.market.lists.lists_world import DEPARTMENT, NOW, Journal

from shuxin.kernel.machine import Actor, StepImpossible
from shuxin.market.api import Borrower, Doer, FirmFacts, StepNeedsReason, government
from shuxin.market.policies.keeping import PolicyVersionOpen
from shuxin.market.policies.standard import EXAMPLES
from shuxin.parties.api import SamePerson

pytestmark = pytest.mark.django_db
ONE = EXAMPLES[0]
FIRM = FirmFacts(party="uscc:x", name="x", borrower=Borrower.INDIVIDUAL_BUSINESS)


@pytest.fixture
def two() -> tuple[Doer, Doer]:
    journal = Journal()
    return tuple(Doer(Actor.GOVERNMENT, DEPARTMENT, name, journal) for name in ("li", "wang"))  # type: ignore[return-value]


def published(two: tuple[Doer, Doer], terms: government.PolicyTerms = ONE) -> str:
    key = government.draft_policy(terms, doer=two[0], now=NOW)
    government.step_policy(key, "submit", doer=two[0], now=NOW)
    government.step_policy(key, "publish", doer=two[1], now=NOW)
    return key


class TestPublication:
    def test_takes_a_second_person(self, two: tuple[Doer, Doer]) -> None:
        key = government.draft_policy(ONE, doer=two[0], now=NOW)
        with pytest.raises(StepImpossible):
            government.step_policy(key, "publish", doer=two[1], now=NOW)
        government.step_policy(key, "submit", doer=two[0], now=NOW)
        with pytest.raises(SamePerson):
            government.step_policy(key, "publish", doer=two[0], now=NOW)
        government.step_policy(key, "publish", doer=two[1], now=NOW)
        assert government.policy(key).state == "in_force"

    def test_who_writes_it_last_does_not_publish_it(self, two: tuple[Doer, Doer]) -> None:
        key = government.draft_policy(ONE, doer=two[0], now=NOW)
        changed = replace(ONE, title_zh="改")
        government.edit_policy(key, changed, doer=two[1], now=NOW)
        government.step_policy(key, "submit", doer=two[0], now=NOW)
        with pytest.raises(SamePerson):
            government.step_policy(key, "publish", doer=two[1], now=NOW)
        with pytest.raises(StepImpossible):
            government.edit_policy(key, ONE, doer=two[0], now=NOW)
        with pytest.raises(StepNeedsReason):
            government.step_policy(key, "return", doer=two[1], now=NOW)
        government.step_policy(key, "return", doer=two[1], now=NOW, reason="改回")
        assert government.policy(key).terms.title_zh == "改"

    def test_a_newer_version_replaces_the_older(self, two: tuple[Doer, Doer]) -> None:
        first = published(two)
        second = government.draft_policy(replace(ONE, title_zh="新"), doer=two[1], now=NOW)
        with pytest.raises(PolicyVersionOpen):
            government.draft_policy(ONE, doer=two[0], now=NOW)
        assert government.policy(first).state == "in_force"
        government.step_policy(second, "submit", doer=two[1], now=NOW)
        government.step_policy(second, "publish", doer=two[0], now=NOW)
        assert [one.state for one in government.policies()] == ["in_force", "replaced"]
        (seen,) = government.policies_for(FIRM, now=NOW)
        assert seen.terms.title_zh == "新"

    def test_an_ended_one_is_for_nobody(self, two: tuple[Doer, Doer]) -> None:
        key = published(two)
        government.step_policy(key, "end", doer=two[0], now=NOW, reason="到期")
        assert government.policies_for(FIRM, now=NOW) == []


class TestForAFirm:
    def test_what_it_may_have_comes_first(self, two: tuple[Doer, Doer]) -> None:
        assert government.keep_standard_policies(by=two, now=NOW) == len(EXAMPLES)
        assert government.keep_standard_policies(by=two, now=NOW) == 0
        young = replace(FIRM, established_on=dt.date(2025, 9, 1))
        found = government.policies_for(young, now=NOW)
        truths = [one.truth.value for one in found]
        assert truths == sorted(truths, key=["yes", "unknown", "no"].index)
        assert {one.terms.name for one in found if one.truth is government.Truth.YES} == {
            "individual-business-relief",
            "startup-guaranteed-loan",
        }
