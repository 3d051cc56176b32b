from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction
from tests.lending.desk_world import Advises, Fate, Firm, Killed, World
from tests.lending.lending_world import submitted
from tests.market.shelf_world import (
    BANK,
    FIRM,
    OTHER_BANK,
    SYSTEM,
    firm,
    published,
)

from shuxin.lending.api import (
    Verdict,
    application,
    case,
    cases,
    run_application_timers,
    step_application,
    waiting_to_be_told,
)
from shuxin.market.api import Needed, ThingUnknown, steps_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from shuxin.lending.api import AuthorisationWanted

pytestmark = pytest.mark.django_db
NEEDED = (Needed("uscc:tax", ("tax.returns",)), Needed("uscc:power", ("power.bills",)))


def events(key: str) -> list[str]:
    return [one.event for one in steps_of("application", key)]


def state(key: str) -> tuple[str, str]:
    return application(key, viewer=FIRM).state, case(key).state


class TestRound:
    def test_one_round_from_submission_to_offer(self) -> None:
        key, world = submitted(), World()
        assert world.desk.round() == {"events": 1, "approve": 1, "told": 1}
        found = application(key, viewer=FIRM)
        assert found.state == "approved"
        assert found.offer is not None
        assert (found.offer.amount_fen, found.offer.rate_bp) == (30_000_000, 450)
        assert case(key).state == "approved"
        assert world.engine.kept == [case(key).decision]
        assert found.decision == case(key).decision

    def test_nothing_new_nothing_done(self) -> None:
        submitted()
        world = World()
        world.rounds()
        assert world.desk.round() == {}
        assert len(world.engine.asked) == 1

    def test_applications_of_others_stay_theirs(self) -> None:
        submitted(OTHER_BANK)
        world = World()
        world.rounds()
        assert cases() == []

    def test_cancelled_before_the_claim(self) -> None:
        key, world = submitted(), World()
        step_application(key, "cancel", doer=firm(), now=world.clock())
        world.rounds()
        assert world.engine.asked == []
        assert cases() == []

    def test_cancelled_while_it_waits_closes_the_case(self) -> None:
        key, world = submitted(authorisations=NEEDED), World()
        world.rounds()
        assert state(key) == ("data_query", "waiting")
        step_application(key, "cancel", doer=firm(), now=world.clock())
        world.rounds()
        assert state(key) == ("cancelled", "closed")


class TestAuthorisations:
    def test_are_asked_for_once_and_waited_for(self) -> None:
        key, world = submitted(authorisations=NEEDED), World()
        world.rounds(4)
        assert len(world.firm.requests) == len(NEEDED)
        assert state(key) == ("data_query", "waiting")
        assert world.engine.asked == []
        world.firm.answer("granted")
        world.clock.on(seconds=5)
        world.rounds(1)
        assert state(key) == ("approved", "approved")
        assert len(world.firm.requests) == len(NEEDED)

    def test_refused_ones_are_not_waited_for(self) -> None:
        key, world = submitted(authorisations=NEEDED), World(Advises((Verdict.REFER,)))
        world.rounds(1)
        world.firm.answer("declined")
        world.rounds(2)
        assert state(key) == ("manual_review", "queue")

    def test_a_request_that_the_platform_refuses_does_not_hold_it_up_for_ever(self) -> None:
        class Refusing(Firm):
            refuses = True

            def ask(self, wanted: AuthorisationWanted) -> str:
                if self.refuses and wanted.needed == NEEDED[0]:
                    raise ThingUnknown(kind="catalogue")
                return super().ask(wanted)

        key, world = submitted(authorisations=NEEDED), World(firm=Refusing())
        world.rounds(1)
        assert len(world.firm.requests) == 1
        assert (state(key), case(key).trouble) == (
            ("data_query", "waiting"),
            "market_thing_unknown",
        )
        world.clock.on(days=4)
        world.rounds(1)
        assert state(key) == ("approved", "approved")

    def test_a_refused_request_is_signed_anew(self) -> None:
        asked: list[dt.datetime] = []

        class Late(Firm):
            def ask(self, wanted: AuthorisationWanted) -> str:
                asked.append(wanted.signed_at)
                if len(asked) == 1:
                    raise ThingUnknown(kind="request")
                return super().ask(wanted)

        key, world = submitted(authorisations=NEEDED[:1]), World(firm=Late())
        world.rounds(1)
        world.clock.on(minutes=1)
        world.rounds(1)
        assert (len(asked), asked[0] < asked[1], case(key).trouble) == (2, True, "")

    def test_patience_ends(self) -> None:
        key, world = submitted(authorisations=NEEDED), World(Advises((Verdict.DECLINE,)))
        world.rounds(1)
        world.clock.on(days=4)
        world.rounds(1)
        assert state(key) == ("declined", "declined")


class TestQuestions:
    def test_answer_is_decided_anew(self) -> None:
        key = submitted()
        world = World(Advises((Verdict.NEED_INFORMATION, Verdict.APPROVE)))
        world.rounds()
        assert application(key, viewer=FIRM).question == "请补充合同"
        step_application(key, "answer", doer=firm(), now=world.clock(), reason="已补充")
        world.rounds()
        assert state(key) == ("approved", "approved")
        assert world.engine.asked == [f"{key}:0", f"{key}:1"]


class TestPlatformDown:
    def test_delays_and_loses_nothing(self) -> None:
        key, world = submitted(), World()
        world.platform.is_down = True
        world.rounds(3)
        assert cases() == []
        world.platform.is_down = False
        world.rounds(1)
        assert state(key) == ("approved", "approved")

    def test_answer_waits_in_the_outbox(self) -> None:
        key, world = submitted(), World()
        decide = world.engine.decide

        def and_then_it_is_down(*values: Any, **named: Any) -> Any:
            world.platform.is_down = True
            return decide(*values, **named)

        world.engine.decide = and_then_it_is_down  # type: ignore[method-assign]
        world.rounds(3)
        assert state(key) == ("data_query", "approved")
        assert waiting_to_be_told() == 1
        world.platform.is_down = False
        world.clock.on(seconds=60)
        world.rounds(1)
        assert state(key) == ("approved", "approved")
        assert (waiting_to_be_told(), len(world.engine.asked)) == (0, 1)

    def test_lender_that_was_away_for_days_tells_its_decision_after_a_new_claim(self) -> None:
        key, world = submitted(), World(Advises((Verdict.REFER,)))
        world.rounds()
        assert state(key) == ("manual_review", "queue")
        due = application(key, viewer=BANK).due_at
        assert due is not None
        run_application_timers(doer=SYSTEM, now=due)
        assert state(key) == ("submitted", "queue")
        world.clock.now = due
        world.rounds()
        assert state(key) == ("manual_review", "queue")
        assert events(key)[-4:] == ["return", "claim", "score", "refer"]
        assert len(world.engine.asked) == 1


ENDINGS: dict[str, tuple[tuple[Verdict, ...], tuple[Needed, ...], tuple[str, str]]] = {
    "approve": ((Verdict.APPROVE,), NEEDED[:1], ("approved", "approved")),
    "refer": ((Verdict.REFER,), (), ("manual_review", "queue")),
    "ask": ((Verdict.NEED_INFORMATION, Verdict.DECLINE), (), ("declined", "declined")),
}


@pytest.mark.soak
@pytest.mark.parametrize("ending", sorted(ENDINGS))
def test_killed_anywhere_it_ends_as_if_nothing_had_happened(ending: str) -> None:
    """Before and after every call of platform and engine, and at every log entry."""
    _dies(ending, every=1)


def test_killed_here_and_there_it_ends_as_if_nothing_had_happened() -> None:
    _dies("ask", every=6)


def _dies(ending: str, *, every: int) -> None:
    verdicts, needed, expected = ENDINGS[ending]
    key = submitted(authorisations=needed)
    whole = Fate()
    smooth = _in_its_own_world(lambda: _lived(key, verdicts, whole))
    assert smooth["state"] == expected
    assert whole.asked > 10
    for moment in range(1, whole.asked + 1, every):
        died = _in_its_own_world(lambda at=moment: _lived(key, verdicts, Fate(at)))
        assert died == smooth, f"killed at {moment}"


def _in_its_own_world(live: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    with transaction.atomic():
        found = live()
        transaction.set_rollback(True)
    return found


def _lived(key: str, verdicts: tuple[Verdict, ...], fate: Fate) -> dict[str, Any]:
    world = World(Advises(verdicts), fate)
    for _ in range(6):
        try:
            world.desk.round()
        except Killed:
            world.desk = world.new_desk()
        world.clock.on(seconds=3)
        world.firm.answer("granted")
        if application(key, viewer=FIRM).state == "need_information":
            step_application(key, "answer", doer=firm(), now=world.clock(), reason="好")
    return {
        "state": state(key),
        "steps": events(key),
        "case": [one.event for one in steps_of("case", key)],
        "requests": len(world.firm.requests),
        "kept": sorted(set(world.engine.kept)),
        "untold": waiting_to_be_told(),
    }


def test_two_lenders_have_one_demand() -> None:
    wanted = published()
    first, second = submitted(BANK, wanted), submitted(OTHER_BANK, wanted)
    World().rounds(1)
    assert application(first, viewer=FIRM).state == "approved"
    assert application(second, viewer=FIRM).state == "submitted"
