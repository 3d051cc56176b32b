from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from tests.lending.desk_world import World
from tests.lending.lending_world import submitted
from tests.market.shelf_world import BANK, FIRM, firm

from shuxin.kernel.errors import NotPermitted
from shuxin.kernel.text import Text
from shuxin.lending import engine
from shuxin.lending.api import (
    Fetched,
    Running,
    StrategyEngine,
    application,
    case,
    decision_record,
    decision_records,
    replay,
    standard_strategy,
    step_application,
)

if TYPE_CHECKING:
    import datetime as dt

pytestmark = pytest.mark.django_db
OWN = {"own.days_past_due": 0, "own.active_months": 12, "own.tax_paid_12m_yuan": 100_000}
LISTS = {"open.dishonest": False, "open.revoked": False, "open.serious_illegal": False}
JOINT = {"joint.points": 700, "joint.pd": 0.02, "joint.complete": True}


class NotAllowed(NotPermitted):
    code = "test_not_allowed"
    what = Text(en="no", zh="否")
    mend = Text(en="ask", zh="申请")


@dataclass
class Counted:
    """Sources that count every use, as a log would."""

    uses: list[str] = field(default_factory=list)
    allowed: bool = True

    def _used(self, source: str) -> tuple[int, ...]:
        self.uses.append(source)
        return (len(self.uses),)

    def open_facts(self, firm: str, now: dt.datetime) -> Fetched:
        return Fetched(LISTS)

    def own_facts(self, firm: str, now: dt.datetime, *, names: object) -> Fetched:
        if not self.allowed:
            raise NotAllowed
        return Fetched(OWN, self._used("own"))

    def joint_score(self, firm: str, service: str, now: dt.datetime) -> Fetched:
        return Fetched(JOINT, self._used("joint"), evidence="e" * 64)


@pytest.fixture(autouse=True)
def running(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = Running("tax", standard_strategy(service="s" * 32))
    monkeypatch.setattr(engine, "running_strategy", lambda *_, **__: chosen)


def world_of(sources: Counted) -> World:
    world = World()
    world.desk.engine = StrategyEngine(BANK, sources)
    return world


def test_decision_rests_on_the_uses_that_it_names() -> None:
    sources = Counted()
    world, keys = world_of(sources), [submitted()]
    world.rounds()
    (line,) = decision_records(case=keys[0])
    record = decision_record(line.digest)
    assert len(record.uses) == len(sources.uses) == 2
    found = application(keys[0], viewer=FIRM)
    assert found.state == "approved"
    assert (found.decision, case(keys[0]).decision) == (record.digest, record.digest)
    assert found.offer is not None
    assert found.offer.amount_fen == record.limit_fen
    assert replay(record.content, models={}).digest == record.digest


def test_same_request_reads_nothing_again() -> None:
    sources = Counted()
    world, key = world_of(sources), submitted()
    world.rounds(1)
    view = application(key, viewer=BANK)
    terms = world.desk._product(view)
    again = world.desk.engine.decide(
        view, terms, case=key, request_id=f"{key}:0", now=world.clock()
    )
    assert again.digest == view.decision
    assert len(sources.uses) == 2


def test_missing_authorisation_is_said_and_decided_anew_after_the_answer() -> None:
    sources = Counted(allowed=False)
    world, key = world_of(sources), submitted()
    world.rounds()
    found = application(key, viewer=FIRM)
    assert found.state == "need_information"
    assert (found.reasons[0].code, found.question) == (
        "authorisation_missing",
        "完成所需的数据授权后可继续审批",
    )
    sources.allowed = True
    step_application(key, "answer", doer=firm(), now=world.clock(), reason="已授权")
    world.rounds()
    assert application(key, viewer=FIRM).state == "approved"
    assert len(decision_records(case=key)) == 2


def test_without_a_strategy_a_person_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "running_strategy", lambda *_, **__: None)
    world, key = world_of(Counted()), submitted()
    world.rounds()
    assert (case(key).state, case(key).stage) == ("queue", "no_strategy_runs")
    assert (case(key).decision, case(key).advised) == ("", "")
    assert case(key).trouble == "no_strategy_runs"
    assert application(key, viewer=FIRM).state == "manual_review"
