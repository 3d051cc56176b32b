from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from tests.catalogue.conftest import power_bill
from tests.catalogue.test_service import new_load
from tests.fusion.conftest import uscc
from tests.permits import MemoryJournal, OwnData

from shuxin.catalogue.api import Sharing, record_load, register_contract
from shuxin.consent.api import PermitTooNarrow, Purpose
from shuxin.consent.models import Hold
from shuxin.fusion.api import listed_in
from shuxin.fusion.models import Entity, Mention
from shuxin.infra.api import Settings
from shuxin.kernel.dates import CHINA_TIME
from shuxin.kernel.errors import NotPermitted
from shuxin.portal.lending_desk import sources

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.ledger.api import Entry

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 21, 9, tzinfo=CHINA_TIME)
FIRM, OTHER = uscc(1), uscc(2)


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> list[Entry]:
    """The log of this home's gate."""
    made = OwnData(reader="desk").gate()
    monkeypatch.setattr(sources, "gate", lambda *_, **__: made)
    monkeypatch.setattr(
        sources,
        "open_lists",
        lambda **_: {"court.dishonest": "dishonest", "amr.revoked": "revoked"},
    )
    entity = Entity.objects.create(identity=FIRM, code=FIRM, name="某商行", since=NOW)
    seen: dict[str, Any] = {"rows": 1, "first_known": NOW, "last_known": NOW, "entity": entity}
    Mention.objects.create(key="1", dataset="court.dishonest", **seen)
    Mention.objects.create(key="2", dataset="amr.revoked", gone_at=NOW, **seen)
    assert isinstance(made.journal, MemoryJournal)
    return made.journal.entries


def sources_of(folder: Path) -> sources.BankSources:
    return sources.BankSources(Settings(home=folder, database_url=""))


class TestOpenFacts:
    def test_a_firm_stands_in_a_list_or_not(self, log: list[Entry], tmp_path: Path) -> None:
        found = sources_of(tmp_path).open_facts(f"uscc:{FIRM}", NOW)
        assert found.facts == {"open.dishonest": True, "open.revoked": False}
        assert sources_of(tmp_path).open_facts(f"uscc:{OTHER}", NOW).facts == {
            "open.dishonest": False,
            "open.revoked": False,
        }

    def test_no_lists_no_use(
        self, log: list[Entry], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sources, "open_lists", lambda **_: {})
        assert sources_of(tmp_path).open_facts(f"uscc:{FIRM}", NOW).facts == {}
        assert log == []

    def test_what_the_firm_had_withheld_is_unknown(self, log: list[Entry], tmp_path: Path) -> None:
        lists = {"subject": FIRM, "field": "*", "why": "erased", "since": NOW}
        Hold.objects.create(dataset="court.dishonest", **lists)
        found = sources_of(tmp_path).open_facts(f"uscc:{FIRM}", NOW).facts
        assert found == {"open.dishonest": None, "open.revoked": False}

    def test_disputed_data_are_no_missing_authorisation(
        self, log: list[Entry], tmp_path: Path
    ) -> None:
        """The firm cannot mend it by granting something: a person decides."""
        Hold.objects.create(subject=FIRM, dataset="cards", field="x", why="disputed", since=NOW)
        asked = sources_of(tmp_path)
        for ask in (
            lambda: asked.open_facts(f"uscc:{FIRM}", NOW),
            lambda: asked.own_facts(f"uscc:{FIRM}", NOW, names=[]),
        ):
            with pytest.raises(sources.OwnDataNotUsable) as caught:
                ask()
            assert not isinstance(caught.value, NotPermitted)
        assert log == []

    def test_a_list_that_was_never_loaded_is_none(self) -> None:
        fields = tuple(replace(one, sharing=Sharing.UNCONDITIONAL) for one in power_bill().fields)
        register_contract(contract=power_bill(fields=fields), accepted_by="wang", now=NOW)
        assert sources.open_lists(now=NOW) == {}
        record_load(load=new_load(known_time=NOW, loaded_at=NOW), findings=[])
        assert sources.open_lists(now=NOW) == {"power_bill": "power_bill"}


class TestUses:
    def test_lists_and_features_of_one_decision_are_one_use(
        self, log: list[Entry], tmp_path: Path
    ) -> None:
        asked = sources_of(tmp_path)
        first, second = (
            asked.open_facts(f"uscc:{FIRM}", NOW),
            asked.own_facts(f"uscc:{FIRM}", NOW, names=[]),
        )
        assert first.uses == second.uses == (0,)
        assert asked.own_facts(f"uscc:{OTHER}", NOW, names=[]).uses == (1,)
        assert [one.kind for one in log] == ["use", "use"]

    def test_firm_that_own_data_do_not_mention_is_unknown_and_the_look_recorded(
        self, log: list[Entry], tmp_path: Path
    ) -> None:
        found = sources_of(tmp_path).own_facts(f"uscc:{OTHER}", NOW, names=[])
        assert (found.facts, found.uses) == ({}, (0,))


def test_lists_are_read_under_a_permit_for_this_firm() -> None:
    policy = OwnData(reader="x", purposes=frozenset(Purpose), highest_level=3)
    permit = policy.permit(subject=FIRM, purpose=Purpose.CREDIT_DECISION, now=NOW)
    with pytest.raises(PermitTooNarrow):
        listed_in(OTHER, datasets=["court.dishonest"], permit=permit)
