"""What a program gets from its line."""

from __future__ import annotations

import os
import stat
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.federation.engine.disk import Killed, faulty_disk
from tests.federation.engine.ends import MOST, A, B, declared, tree
from tests.federation.engine.parts import cut

from shuxin.federation.engine.channel import Declared
from shuxin.federation.engine.erasing import erase, remove
from shuxin.federation.engine.journal import LineHeld
from shuxin.federation.engine.line import JobEnded, Line, PeerGone, PeerSilent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass
class World:
    """What the line asks and tells; ``now`` goes on by a second with every look at it."""

    ended: str | None = None
    said: list[str] = field(default_factory=list)
    now: float = 1000.0

    def monotonic(self) -> float:
        self.now += 1
        return self.now


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def line(tmp_path: Path, world: World) -> Iterator[Line]:
    line = open_line(tmp_path / "job", world)
    yield line
    line.close()


def open_line(folder: Path, world: World, *, wait_seconds: float = 5) -> Line:
    return Line(
        folder,
        party=B,
        declared=declared([0, 0, 0]),
        wait_seconds=wait_seconds,
        ended=lambda: world.ended,
        say=world.said.append,
        monotonic=world.monotonic,
    )


def never() -> bytes:
    raise AssertionError("made twice")


class TestOnce:
    def test_gives_the_first_bytes_for_ever(self, line: Line, world: World, tmp_path: Path) -> None:
        first = line.once("Any name/of:whatever\u7801", lambda: os.urandom(40))
        assert line.once("Any name/of:whatever\u7801", never) == first
        line.close()
        again = open_line(tmp_path / "job", world)
        assert again.once("Any name/of:whatever\u7801", never) == first
        assert again.once("other", lambda: b"") == b""
        line._lock = again._lock  # closed by the fixture

    def test_keeps_nothing_of_what_was_not_made(self, line: Line) -> None:
        with pytest.raises(AssertionError):
            line.once("a", never)
        assert line.once("a", lambda: b"made") == b"made"

    def test_may_be_asked_within_another(self, line: Line) -> None:
        assert line.once("a", lambda: b"1" + line.once("b", lambda: b"2")) == b"12"
        assert line.once("b", never) == b"2"


class TestSend:
    def test_takes_pieces_of_any_shape(self, line: Line) -> None:
        pieces = [
            b"",
            memoryview(np.arange(6, dtype=np.uint32).reshape(2, 3)),
            memoryview(np.zeros((0, 3))),
            bytearray(b"end"),
        ]
        line.send(A, "round.0", lambda: pieces)
        assert line.sent(A)["round.0"].read() == np.arange(6, dtype="<u4").tobytes() + b"end"

    def test_asks_for_the_pieces_once_only(self, line: Line) -> None:
        line.send(A, "round.0", lambda: [b"one"])
        line.send(A, "round.0", lambda: [never()])
        assert line.sent(A)["round.0"].read() == b"one"

    def test_refuses_what_is_not_declared(self, line: Line, tmp_path: Path) -> None:
        before = tree(tmp_path)
        for to, name in ((A, "round.9"), (B, "round.0"), ("uscc:X", "round.0")):
            with pytest.raises(ValueError, match="declare"):
                line.send(to, name, lambda: [never()])
        assert tree(tmp_path) == before

    def test_refuses_a_byte_too_many_and_keeps_nothing(self, line: Line, tmp_path: Path) -> None:
        before = tree(tmp_path)
        with pytest.raises(ValueError, match="longer"):
            line.send(A, "round.0", lambda: [bytes(MOST), b"x"])
        assert tree(tmp_path) == before
        line.send(A, "round.0", lambda: [bytes(MOST)])

    def test_keeps_nothing_when_the_pieces_fail(self, line: Line, tmp_path: Path) -> None:
        before = tree(tmp_path)

        def broken() -> Iterator[bytes]:
            yield b"some"
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            line.send(A, "round.0", broken)
        assert tree(tmp_path) == before

    def test_delivers_in_the_order_of_sending_also_after_a_restart(
        self, tmp_path: Path, world: World
    ) -> None:
        line = open_line(tmp_path / "job", world)
        for number in (2, 0):
            line.send(A, f"round.{number}", lambda: [b""])
        line.close()
        line = open_line(tmp_path / "job", world)
        line.send(A, "round.1", lambda: [b""])
        order = []
        while (first := line.outbox(A).first()) is not None:
            order.append(first.name)
            line.outbox(A).delivered(first)
        line.close()
        assert order == ["round.2", "round.0", "round.1"]


class TestReceive:
    def test_waits_until_the_server_has_the_whole_message(self, line: Line, world: World) -> None:
        parts = cut(b"x" * 100, size=1 << 20)
        timer = threading.Timer(0.02, lambda: line.inbox.take_part(A, parts[0]))
        timer.start()
        kept = line.receive(A, "round.0")
        timer.join()
        assert (kept.size, kept.read()) == (100, b"x" * 100)
        assert np.memmap(kept.path, mode="r").tobytes() == b"x" * 100
        assert world.said == [f"waiting for {A}: round.0"]

    def test_says_nothing_about_what_is_there(self, line: Line, world: World) -> None:
        line.inbox.take_part(A, cut(b"")[0])
        assert line.receive(A, "round.0").read() == b""
        assert world.said == []

    def test_refuses_to_wait_for_what_is_not_declared(self, line: Line) -> None:
        with pytest.raises(ValueError, match="declare"):
            line.receive(A, "round.9")

    def test_names_who_and_what_it_waited_for_in_vain(self, line: Line) -> None:
        with pytest.raises(PeerGone) as raised:
            line.receive(A, "round.1")
        assert raised.value.facts == {"party": A, "name": "round.1", "seconds": 5}

    def test_tells_a_silent_peer_from_one_that_is_gone(self, line: Line) -> None:
        line.heard(A)
        with pytest.raises(PeerSilent) as raised:
            line.receive(A, "round.1")
        assert type(raised.value) is PeerSilent

    def test_is_patient_while_the_message_moves(self, line: Line, world: World) -> None:
        began = world.now
        moves = iter([True] * 8)

        def move() -> str | None:
            if next(moves, False):
                line.moved(A, "round.0")
            return None

        line._ended = move
        with pytest.raises(PeerGone):
            line.receive(A, "round.0")
        assert world.now - began > 8 + 5

    def test_a_replay_is_no_progress(self, line: Line) -> None:
        line.inbox.take_part(A, cut(b"")[0])
        before = dict(line._moved)
        line.inbox.take_part(A, cut(b"")[0])
        assert line._moved == before

    def test_stops_when_the_job_ends(self, line: Line, world: World) -> None:
        world.ended = "stopped"
        asks = [
            lambda: line.receive(A, "round.0"),
            lambda: line.send(A, "round.0", lambda: [never()]),
            lambda: line.once("a", never),
        ]
        for ask in asks:
            with pytest.raises(JobEnded) as raised:
                ask()
            assert raised.value.facts == {"reason": "stopped"}


class TestSettle:
    def test_returns_when_the_peers_have_all(self, line: Line) -> None:
        line.settle()
        line.send(A, "round.0", lambda: [b""])
        first = line.outbox(A).first()
        assert first is not None
        timer = threading.Timer(0.02, lambda: line.outbox(A).delivered(first))
        timer.start()
        line.settle()
        timer.join()
        assert line.outbox(A).first() is None

    def test_names_what_a_peer_does_not_take(self, line: Line) -> None:
        line.send(A, "round.0", lambda: [b""])
        with pytest.raises(PeerGone) as raised:
            line.settle()
        assert raised.value.facts["name"] == "round.0"


class TestFolder:
    def test_is_this_user_s_alone(self, line: Line, tmp_path: Path) -> None:
        line.once("a", lambda: b"secret")
        line.send(A, "round.0", lambda: [b"x"])
        line.inbox.take_part(A, cut(b"y")[0])
        for path in (tmp_path / "job").rglob("*"):
            assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)

    def test_is_held_by_one_line(self, line: Line, tmp_path: Path, world: World) -> None:
        with pytest.raises(LineHeld):
            open_line(tmp_path / "job", world)

    def test_no_name_leads_out_of_it(self, tmp_path: Path, world: World) -> None:
        for name in ("../x", "a_b", "a~b", "A", "", "a" * 81):
            with pytest.raises(ValueError, match="name"):
                Line(
                    tmp_path / "job",
                    party=B,
                    declared=[Declared(name, A, B, 1)],
                    wait_seconds=0,
                    ended=lambda: None,
                    say=world.said.append,
                )

    def test_no_party_leads_out_of_it(self, tmp_path: Path, world: World) -> None:
        for party in ("../x", "a/b", ""):
            with pytest.raises(ValueError, match="party"):
                Line(
                    tmp_path / "job",
                    party=B,
                    declared=[Declared("a", party, B, 1)],
                    wait_seconds=0,
                    ended=lambda: None,
                    say=world.said.append,
                )


class TestErase:
    def test_leaves_no_secret_and_no_way_to_make_another(
        self, tmp_path: Path, world: World
    ) -> None:
        line = open_line(tmp_path / "job", world)
        line.once("key", lambda: b"0123456789abcdef")
        line.send(A, "round.0", lambda: [b"masked"])
        for _ in range(2):
            erase(tmp_path / "job")
        content = tree(tmp_path)
        assert not any(b"0123456789abcdef" in (found or b"") for found in content.values())
        assert any(found == b"masked" for found in content.values())
        with pytest.raises(JobEnded):
            line.once("key", never)
        line.close()
        with pytest.raises(JobEnded):
            open_line(tmp_path / "job", world)

    def test_overwrites_before_it_drops(
        self, tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        line = open_line(tmp_path / "job", world)
        line.once("key", lambda: b"0123456789abcdef")
        line.close()
        at_last = []
        monkeypatch.setattr(
            "shuxin.federation.engine.journal.drop",
            lambda path: at_last.append(path.read_bytes()),
        )
        erase(tmp_path / "job")
        assert at_last == [bytes(16)]

    def test_again_after_a_kill_at_any_operation_leaves_no_secret(
        self, tmp_path: Path, world: World
    ) -> None:
        for number in range(1, 8):
            folder = tmp_path / f"job{number}"
            line = open_line(folder, world)
            line.once("key", lambda: b"0123456789abcdef")
            line.close()
            with faulty_disk(kills={number}) as disk:
                with pytest.raises(Killed):
                    erase(folder)
                erase(folder)
            assert disk.count > number
            assert not any((folder / "once").iterdir())
            with pytest.raises(JobEnded):
                open_line(folder, world)

    def test_remove_leaves_nothing(self, tmp_path: Path, world: World) -> None:
        line = open_line(tmp_path / "job", world)
        line.once("key", lambda: b"secret")
        line.close()
        remove(tmp_path / "job")
        remove(tmp_path / "job")
        assert tree(tmp_path) == {}
