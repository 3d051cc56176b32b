"""The stage keeps every byte, repeats with a seed, and lets nothing through that was not declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shuxin.federation.alignment.kind import AlignmentKind
from shuxin.federation.engine.channel import Declared
from shuxin.federation.engine.seeds import MaskAskedTwice
from shuxin.federation.redteam.cases import HELPER, HOLDER, LABEL, codes_of, job_of, plain_job, town
from shuxin.federation.redteam.stage import OtherFailed, Programs, StageSeeds, play
from shuxin.federation.scorecard.kind import ScorecardKind

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.federation.engine.channel import Work
    from shuxin.federation.redteam.stage import Outcome


def said(work: Work) -> None:
    work.channel.send(HOLDER, "word", lambda: [b"hello"])


def heard(work: Work) -> bytes:
    return work.channel.receive(LABEL, "word").read()


def spoken(folder: Path, *, most: int, name: str = "word") -> tuple[Outcome, Programs]:
    kind = Programs((Declared(name, LABEL, HOLDER, most),), {LABEL: said, HOLDER: heard})
    return play(kind, plain_job(), folder=folder), kind


class TestPlay:
    def test_keeps_what_each_party_received(self, tmp_path: Path) -> None:
        outcome, kind = spoken(tmp_path, most=5)
        assert kind.results[HOLDER] == b"hello"
        assert outcome.received(HOLDER) == {(LABEL, "word"): b"hello"}
        assert outcome.received(LABEL) == outcome.received(HELPER) == {}

    def test_refuses_what_was_not_declared(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="not declared"):
            spoken(tmp_path, most=5, name="other")
        with pytest.raises(ValueError, match="longer"):
            spoken(tmp_path, most=4)

    def test_says_why_it_failed_and_who_else_stopped(self, tmp_path: Path) -> None:
        def fail(_: Work) -> None:
            raise KeyError("why")

        kind = Programs((Declared("word", LABEL, HOLDER, 5),), {LABEL: fail, HOLDER: heard})
        outcome = play(kind, plain_job(), folder=tmp_path)
        assert isinstance(outcome.cause, KeyError)
        assert isinstance(outcome.failures[HOLDER], OtherFailed)
        assert HELPER not in outcome.failures


class TestSeed:
    @pytest.mark.parametrize("engine", ["tags", "ecdh"])
    def test_makes_an_alignment_repeat(self, tmp_path: Path, engine: str) -> None:
        codes = codes_of(20)
        rows = {LABEL: "".join(codes[:15]).encode(), HOLDER: "".join(codes[5:]).encode()}
        helper = HELPER if engine == "tags" else ""
        job = job_of(
            {"kind": "alignment", "engine": engine, "min_size": 1}, outputs="aligned", helper=helper
        )

        def messages(seed: bytes) -> dict[tuple[str, str, str], bytes]:
            kind = AlignmentKind()
            return play(kind, job, folder=tmp_path, rows=rows, seed=seed).messages

        assert messages(b"one") == messages(b"one") != messages(b"two")
        assert messages(b"") != messages(b"")

    def test_makes_a_scorecard_repeat(self, tmp_path: Path) -> None:
        import numpy as np

        made = town(np.random.default_rng(3), rows=150, own=1, held=1, holders=(HOLDER,))
        first, again = (
            play(
                ScorecardKind(),
                made.job(fits=1),
                folder=tmp_path,
                rows=made.entering(),
                values=made.values(),
                seed=b"seed",
            )
            for _ in range(2)
        )
        assert first.cause is None
        assert (first.messages, first.kept) == (again.messages, again.kept)


class TestSeeds:
    def test_are_those_of_both_ends_and_refuse_a_second_input(self) -> None:
        one, other = StageSeeds(LABEL, b"s"), StageSeeds(HOLDER, b"s")
        seed = one.pair(HOLDER, "product/x/a", binding=b"1")
        assert seed == other.pair(LABEL, "product/x/a", binding=b"1")
        assert seed != StageSeeds(LABEL, b"t").pair(HOLDER, "product/x/a", binding=b"1")
        with pytest.raises(MaskAskedTwice):
            one.pair(HOLDER, "product/x/a", binding=b"2")
