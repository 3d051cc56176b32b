"""Each thing that can stand in the way is named, with what to do."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import pytest

from shuxin.federation.node.doctor import Finding, Grade, Patient, PeerCard, examine
from shuxin.federation.wire.messages import Hello
from shuxin.kernel.errors import Unavailable
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOW = dt.datetime(2026, 3, 1, 8, tzinfo=dt.UTC)
PART = Text(en="a part", zh="某项")


class Broken(Unavailable):
    code = "test_broken"
    what = Text(en="it is broken", zh="已损坏")
    mend = Text(en="Mend it", zh="请修复")


@dataclass
class Answers:
    """A peer that greets so; an error is raised."""

    said: Hello | Unavailable

    def hello(self, message: Hello) -> Hello:
        assert message.party == "uscc:me"
        if isinstance(self.said, Unavailable):
            raise self.said
        return self.said


def greeting(*, ahead: float = 0, protocols: tuple[int, ...] = (1,), now: str = "") -> Hello:
    time = now or (NOW + dt.timedelta(seconds=ahead)).isoformat()
    return Hello("uscc:peer", list(protocols), "shuxin 9", time)


def patient(folder: Path, *, peer: Hello | Unavailable | None = None) -> Patient:
    return Patient(
        home=folder,
        party="uscc:me",
        certificate_days=400,
        key_days=400,
        parts={PART: lambda: None},
        peers=[PeerCard("甲银行", 300, Answers(greeting() if peer is None else peer))],
    )


def found(ill: Patient, *, now: Callable[[], dt.datetime] = lambda: NOW) -> list[Finding]:
    """What is not good."""
    return [one for one in examine(ill, now=now, software="s") if one.grade is not Grade.GOOD]


def only(ill: Patient) -> tuple[Grade, str]:
    (one,) = found(ill)
    assert one.say("zh") != one.say("en")
    return one.grade, one.say("en")


class TestExamine:
    def test_finds_nothing_in_a_healthy_node(self, tmp_path: Path) -> None:
        assert found(patient(tmp_path)) == []
        said = [one.say("en") for one in examine(patient(tmp_path), now=lambda: NOW, software="s")]
        assert "甲银行 answers: protocol 1, shuxin 9, clocks 0.0 s apart" in said

    @pytest.mark.parametrize(
        ("days", "grade", "said"),
        [
            (31, None, ""),
            (30, Grade.DOUBTFUL, "runs for 30 more days"),
            (1, Grade.DOUBTFUL, "runs for 1 more days"),
            (0, Grade.BAD, "has run out"),
            (-7, Grade.BAD, "has run out"),
        ],
    )
    @pytest.mark.parametrize("what", ["certificate_days", "key_days", "card"])
    def test_names_what_runs_out(
        self, tmp_path: Path, what: str, days: int, grade: Grade | None, said: str
    ) -> None:
        well = patient(tmp_path)
        ill = (
            replace(well, peers=[replace(well.peers[0], days=days)])
            if what == "card"
            else replace(well, **{what: days})
        )
        if grade is None:
            assert found(ill) == []
            return
        graded, sentence = only(ill)
        mend = {
            "certificate_days": "shuxin node renew",
            "key_days": "trust add key",
            "card": "Ask the peer",
        }
        assert graded is grade
        assert said in sentence
        assert mend[what] in sentence

    @pytest.mark.parametrize("ahead", [-3600, -5.1, 5.1, 3600])
    def test_names_a_wrong_clock(self, tmp_path: Path, ahead: float) -> None:
        grade, said = only(patient(tmp_path, peer=greeting(ahead=ahead)))
        assert grade is Grade.BAD
        assert f"甲银行: clocks are {abs(ahead):.1f} s apart" in said
        assert "Set the clocks of both machines" in said

    @pytest.mark.parametrize("ahead", [-5, 0, 5])
    def test_lets_clocks_differ_as_far_as_the_gate_does(self, tmp_path: Path, ahead: float) -> None:
        assert found(patient(tmp_path, peer=greeting(ahead=ahead))) == []

    def test_counts_no_slow_answer_as_a_wrong_clock(self, tmp_path: Path) -> None:
        """Asked at 8:00:00, answered with 8:00:20 by a right clock, heard at 8:00:40."""
        moments = iter([NOW, NOW + dt.timedelta(seconds=40)])
        assert found(patient(tmp_path, peer=greeting(ahead=20)), now=lambda: next(moments)) == []

    @pytest.mark.parametrize("now", ["soon", "2026-03-01T08:00:00", "9" * 200])
    def test_names_a_time_that_is_none(self, tmp_path: Path, now: str) -> None:
        grade, said = only(patient(tmp_path, peer=greeting(now=now)))
        assert grade is Grade.BAD
        assert "no time that can be read" in said

    def test_names_versions_that_do_not_meet(self, tmp_path: Path) -> None:
        grade, said = only(patient(tmp_path, peer=greeting(protocols=(2, 3))))
        assert grade is Grade.BAD
        assert "speaks protocol 2, 3, this node 1" in said

    def test_says_of_a_dead_peer_what_its_line_said(self, tmp_path: Path) -> None:
        assert only(patient(tmp_path, peer=Broken())) == (
            Grade.BAD,
            "甲银行: it is broken. Mend it",
        )

    def test_goes_on_after_a_part_that_fails(self, tmp_path: Path) -> None:
        def full() -> None:
            raise PermissionError(13, "Permission denied")

        def broken() -> None:
            raise Broken

        parts = {PART: broken, Text(en="another", zh="另一项"): full}
        ill = replace(patient(tmp_path, peer=Broken()), parts=parts)
        assert [one.say("en") for one in found(ill)] == [
            "a part: it is broken. Mend it",
            "another: Permission denied",
            "甲银行: it is broken. Mend it",
        ]

    def test_names_a_full_disk(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        class Usage(NamedTuple):
            free: int

        monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1 << 30))
        grade, said = only(patient(tmp_path))
        assert grade is Grade.BAD
        assert "1.0 GiB free" in said
        assert "Free at least 2 GiB" in said

    def test_names_a_node_without_peers(self, tmp_path: Path) -> None:
        grade, said = only(replace(patient(tmp_path), peers=[]))
        assert grade is Grade.DOUBTFUL
        assert "shuxin node peer add" in said
