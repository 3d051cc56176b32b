"""Delivery over a bad line, in threads as it runs at a node."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from tests.federation.engine.disk import PART, small_parts
from tests.federation.engine.ends import JOB_ID, A, B, PeerDown, declared, ping_pong

from shuxin.federation.engine import pump as pump_module
from shuxin.federation.engine.inbox import Inbox, MessageDiffers, PartOutOfOrder
from shuxin.federation.engine.line import Line
from shuxin.federation.engine.pump import (
    LONGEST_PAUSE,
    PeerAnswerWrong,
    Pump,
    pause_seconds,
)
from shuxin.federation.wire.client import PeerRefused
from shuxin.federation.wire.messages import Part, Taken, Where

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

SIZES = (0, 1, 5 * PART, 9 * PART + 1)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    small_parts(monkeypatch)
    monkeypatch.setattr(pump_module, "FIRST_PAUSE", 0.001)


@dataclass
class To:
    """Straight into an inbox; ``script`` says of each ask in turn what goes wrong: lost before, lost after."""

    sender: str
    inbox: Inbox
    script: list[str] = field(default_factory=list)
    asked: list[Part | Where] = field(default_factory=list)

    def part(self, message: Part, /) -> Taken:
        return self._ask(message, lambda: self.inbox.take_part(self.sender, message))

    def where(self, message: Where, /) -> Taken:
        return self._ask(message, lambda: self.inbox.where(self.sender, message))

    def _ask(self, message: Part | Where, answer: Any) -> Taken:
        self.asked.append(message)
        fault = self.script.pop(0) if self.script else ""
        if fault == "before":
            raise PeerDown
        if fault == "order":
            raise PartOutOfOrder(name=message.name)
        taken = answer()
        if fault == "after":
            raise PeerDown
        return taken


@dataclass
class Refusing(To):
    """A node that refuses at first, as wire tells it."""

    later: bool = True

    def _ask(self, message: Part | Where, answer: Any) -> Taken:
        if self.script:
            refusal = self.script.pop(0)
            raise PeerRefused(party=B, refusal=refusal, en="", zh="", later=self.later)
        return answer()


@dataclass
class Answers:
    """A peer that answers as it likes."""

    taken: Taken | BaseException

    def part(self, _: Part, /) -> Taken:
        if isinstance(self.taken, BaseException):
            raise self.taken
        return self.taken

    def where(self, _: Where, /) -> Taken:
        return self.part(None)  # type: ignore[arg-type]


def line_of(folder: Path, party: str, sizes: Sequence[int] = SIZES) -> Line:
    return Line(
        folder / party,
        party=party,
        declared=declared(sizes),
        wait_seconds=30,
        ended=lambda: None,
        say=lambda _: None,
    )


@pytest.fixture
def lines(tmp_path: Path) -> Iterator[tuple[Line, Line]]:
    with contextlib.ExitStack() as stack:
        made = line_of(tmp_path, A), line_of(tmp_path, B)
        for line in made:
            stack.callback(line.close)
        yield made


def pump_of(line: Line, peer: str, deliver: Any, failed: list[str] | None = None) -> Pump:
    told = [] if failed is None else failed
    return Pump(
        line=line,
        job_id=JOB_ID,
        peer=peer,
        deliver=deliver,
        failed=lambda code, en, zh: told.extend((code, en, zh)),
    )


class TestPump:
    def test_two_programs_in_threads_see_the_same_over_a_line_that_loses_asks_and_answers(
        self, lines: tuple[Line, Line]
    ) -> None:
        a, b = lines
        script = ["", "before", "after", "order", "", "after", "after", "before"] * 6
        pumps = [
            pump_of(a, B, To(A, b.inbox, list(script))),
            pump_of(b, A, To(B, a.inbox, list(reversed(script)))),
        ]
        seen: dict[str, list[bytes]] = {}

        def run(line: Line, other: str) -> None:
            seen[line.party] = ping_pong(line, SIZES, other)
            line.settle()

        threads = [threading.Thread(target=run, args=pair) for pair in ((a, B), (b, A))]
        for one in (*pumps, *threads):
            one.start()
        for thread in threads:
            thread.join()
        for pump in pumps:
            pump.stop()
        assert seen[A][0::2] == seen[B][1::2]
        assert seen[A][1::2] == seen[B][0::2]

    def test_asks_where_only_when_something_may_have_come_before(
        self, lines: tuple[Line, Line], tmp_path: Path
    ) -> None:
        a, b = lines
        a.send(B, "round.0", lambda: [bytes(2 * PART)])
        way = To(A, b.inbox, ["", "after"])
        pump = pump_of(a, B, way)
        assert pump.step()
        with pytest.raises(PeerDown):
            pump.step()
        assert pump.step()
        assert not pump.step()
        assert [type(asked) for asked in way.asked] == [Part, Part, Where]
        assert b.receive(A, "round.0").size == 2 * PART

    def test_goes_on_where_the_peer_is_after_its_own_restart(
        self, lines: tuple[Line, Line], tmp_path: Path
    ) -> None:
        a, b = lines
        a.send(B, "round.0", lambda: [bytes(5 * PART)])
        pump = pump_of(a, B, To(A, b.inbox))
        for _ in range(4):
            pump.step()
        a.close()
        again = line_of(tmp_path, A)
        way = To(A, b.inbox)
        pump = pump_of(again, B, way)
        while pump.step():
            pass
        a._lock = again._lock
        numbers = [asked.number for asked in way.asked if isinstance(asked, Part)]
        assert numbers == [4]

    @pytest.mark.parametrize(
        "answer",
        [Taken(2, complete=False), Taken(1 << 48, complete=False)],
        ids=["all but not complete", "more than there is"],
    )
    def test_believes_no_impossible_answer(self, lines: tuple[Line, Line], answer: Taken) -> None:
        a, _ = lines
        a.send(B, "round.0", lambda: [bytes(2 * PART)])
        pump = pump_of(a, B, Answers(answer))
        pump.step()
        with pytest.raises(PeerAnswerWrong):
            pump.step()

    def test_ends_the_job_at_a_final_refusal(self, lines: tuple[Line, Line]) -> None:
        a, _ = lines
        a.send(B, "round.0", lambda: [b"x"])
        failed: list[str] = []
        error = MessageDiffers(name="round.0")
        pump_of(a, B, Answers(error), failed).run()
        assert failed == ["message_differs", error.say("en"), error.say("zh")]

    def test_ends_the_job_at_the_refusal_of_a_peer_with_the_peer_s_code(
        self, lines: tuple[Line, Line]
    ) -> None:
        a, _ = lines
        a.send(B, "round.0", lambda: [b"x"])
        failed: list[str] = []
        refused = PeerRefused(party=B, refusal="job_refused", en="no {x}", zh="no", later=False)
        pump_of(a, B, Answers(refused), failed).run()
        assert failed == ["job_refused", refused.say("en"), refused.say("zh")]

    @pytest.mark.parametrize(
        ("refusal", "later"), [("not_running_yet", True), ("part_out_of_order", False)]
    )
    def test_asks_again_what_a_peer_refuses_for_now(
        self, lines: tuple[Line, Line], refusal: str, later: bool
    ) -> None:
        a, b = lines
        a.send(B, "round.0", lambda: [b"x"])
        way = Refusing(A, b.inbox, [refusal] * 3, later=later)
        failed: list[str] = []
        pump = pump_of(a, B, way, failed)
        pump.start()
        assert b.receive(A, "round.0").read() == b"x"
        pump.stop()
        assert failed == []
        assert B in a._heard
        assert way.script == []

    def test_a_fault_of_the_program_ends_the_job_and_is_not_hidden(
        self, lines: tuple[Line, Line]
    ) -> None:
        a, _ = lines
        a.send(B, "round.0", lambda: [b"x"])
        failed: list[str] = []
        with pytest.raises(ZeroDivisionError):
            pump_of(a, B, Answers(ZeroDivisionError()), failed).run()
        assert failed[0] == "delivery_broken"

    def test_stops_while_the_peer_is_down(
        self, lines: tuple[Line, Line], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pump_module, "FIRST_PAUSE", 1000.0)
        monkeypatch.setattr(pump_module, "LONGEST_PAUSE", 1000.0)
        a, _ = lines
        a.send(B, "round.0", lambda: [b"x"])
        pump = pump_of(a, B, Answers(PeerDown()))
        pump.start()
        pump.stop()
        assert a.outbox(B).first() is not None

    def test_asks_whether_a_peer_that_is_waited_for_is_there(
        self, lines: tuple[Line, Line], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pump_module, "PROBE_SECONDS", -1.0)
        monkeypatch.setattr(pump_module, "_IDLE_SECONDS", 0.0)
        a, b = lines
        a.send(B, "round.0", lambda: [b"x"])
        way = To(A, b.inbox)
        pump = pump_of(a, B, way)
        while pump.step():
            pass
        a._heard.clear()
        pump._idle()
        assert B not in a._heard
        with a._awaits(B):
            pump._idle()
        assert B in a._heard
        assert isinstance(way.asked[-1], Where)

    def test_a_peer_whose_job_is_over_is_not_waited_for(
        self, lines: tuple[Line, Line], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It ended by the word of a third party, and this one has nothing more to send."""
        monkeypatch.setattr(pump_module, "PROBE_SECONDS", -1.0)
        monkeypatch.setattr(pump_module, "_IDLE_SECONDS", 0.0)
        a, b = lines
        a.send(B, "round.0", lambda: [b"x"])
        way = To(A, b.inbox)
        pump = pump_of(a, B, way)
        while pump.step():
            pass
        over = PeerRefused(party=B, refusal="job_over", en="no", zh="no", later=False)

        def where(_: Where) -> Taken:
            raise over

        monkeypatch.setattr(To, "where", lambda _self, message: where(message))
        with a._awaits(B), pytest.raises(PeerRefused):
            pump._idle()

    def test_a_halted_line_sends_nothing_more(self, lines: tuple[Line, Line]) -> None:
        a, b = lines
        a.send(B, "round.0", lambda: [b"x"])
        a.halt()
        pump_of(a, B, To(A, b.inbox)).run()
        assert a.outbox(B).first() is not None
        assert b.received(A) == {}

    def test_pauses_grow_to_their_bound(self) -> None:
        pauses = [pause_seconds(troubles) for troubles in range(1, 2000)]
        assert max(pauses) <= LONGEST_PAUSE
        assert min(pauses[40:]) >= LONGEST_PAUSE / 2
