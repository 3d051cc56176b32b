"""A program that starts again after a kill sends and keeps the same bytes."""

from pathlib import Path

import pytest
from tests.federation import memory
from tests.federation.alignment.cases import align, job_of, universe

POOL = universe(60)
SETS = [set(POOL[:40]), set(POOL[15:])]


class TestAgain:
    @pytest.mark.parametrize("learn", ["both", "one", "count"])
    @pytest.mark.parametrize("engine", ["tags", "ecdh"])
    def test_sends_and_keeps_the_same_bytes(
        self, engine: str, learn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kept = memory.durable(monkeypatch)
        job = job_of(engine=engine, learn=learn)
        first = align(job, SETS, tmp_path)
        again = align(job, SETS, tmp_path)
        assert not first.failures
        assert (again.messages, again.kept) == (first.messages, first.kept)
        assert sorted(again.released) == sorted(first.released)  # of several parties at once
        kept.clear()
        other = align(job, SETS, tmp_path)
        secret = "alignment/tags" if engine == "tags" else "alignment/points"
        for key, content in first.messages.items():
            assert (key[2] != secret) or other.messages[key] != content
