from __future__ import annotations

import json
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from tests.federation.memory import InMemory, MemoryChannel, Post, run_together
from tests.federation.product.test_dealt import flipped, work_of
from tests.federation.product.world import HELPER, HOLDER, LABEL, job_of

from shuxin.federation.domain.job import CipherName, job_from
from shuxin.federation.product.errors import RehearsalFailed
from shuxin.federation.product.rehearsal import RehearsalKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from shuxin.federation.engine.channel import Work


class Killed(BaseException):
    """The process ended before its next step."""


@dataclass
class KilledChannel(MemoryChannel):
    """Ends the program at its ``left``-th step; what was kept and sent stays. Sent again, it must be the same bytes."""

    left: int = 0

    def once(self, name: str, make: Callable[[], bytes]) -> bytes:
        self._step()
        return super().once(name, make)

    def send(self, to: str, name: str, parts: Callable[[], Iterable[bytes | memoryview]]) -> None:
        self._step()
        kept = self.post.messages.get((self.party, to, name))
        if kept is None:
            super().send(to, name, parts)
        else:
            assert b"".join(map(bytes, parts())) == kept

    def receive(self, sender: str, name: str) -> InMemory:
        self._step()
        return super().receive(sender, name)

    def _step(self) -> None:
        if not self.left:
            raise Killed
        self.left -= 1


def killed_at_every_step(work: Work, channel: KilledChannel) -> int:
    """Run the program again and again, one step further each time; how often it was killed."""
    for kills in range(1000):
        channel.left = kills
        try:
            RehearsalKind().run(work)
        except Killed:
            continue
        return kills
    raise AssertionError("never ended")


class TestRehearsal:
    @pytest.mark.parametrize("ring", [32, 64])
    @pytest.mark.parametrize(
        ("rows", "left", "right", "products"),
        [(0, 3, 2, 1), (1, 1, 1, 1), (7, 0, 2, 2), (7, 3, 0, 2), (1029, 5, 3, 3)],
    )
    def test_ends_with_an_exact_verdict(
        self, tmp_path: Path, ring: int, rows: int, left: int, right: int, products: int
    ) -> None:
        job = job_of(rows=rows, left=left, right=right, products=products, ring=ring)
        outcome = run_together(RehearsalKind(), job, folder=tmp_path)
        assert not outcome.failures
        verdict = json.loads(outcome.kept[LABEL]["verdict"])
        assert verdict["exact"] is True
        sent: dict[tuple[str, str], int] = {}
        for (sender, receiver, _), content in outcome.messages.items():
            sent[sender, receiver] = sent.get((sender, receiver), 0) + len(content)
        names = {LABEL: "label", HOLDER: "holder", HELPER: "helper"}
        wanted = {f"{names[a]}_to_{names[b]}": size for (a, b), size in sent.items() if size}
        assert verdict["bytes"] == wanted
        assert set(verdict["cpu_ms"]) == {"ahead", "products", "plain"}
        assert "timing" in outcome.kept[HOLDER]
        assert "timing" in outcome.kept[HELPER]
        assert outcome.released == [(LABEL, "verdict", LABEL, 0, 0)]

    @pytest.mark.parametrize("cipher", CipherName)
    def test_runs_with_every_cipher(self, tmp_path: Path, cipher: CipherName) -> None:
        plain = job_of(rows=20, left=3, right=2, products=1, ring=32)
        job = job_from(plain.body() | {"cipher": cipher.value})
        outcome = run_together(RehearsalKind(), job, folder=tmp_path)
        assert json.loads(outcome.kept[LABEL]["verdict"])["cipher"].startswith(cipher.value)

    @pytest.mark.parametrize(
        ("message", "product"),
        [
            ("rehearsal/masked", "product 1"),
            ("rehearsal/0/masked", "product 1"),
            ("rehearsal/1/masked", "product 2"),
            ("rehearsal/dealt", "product 1"),
            ("rehearsal/1/share", "product 2"),
            ("rehearsal/seed", "product 1"),
        ],
    )
    def test_names_the_product_that_is_wrong(
        self, tmp_path: Path, message: str, product: str
    ) -> None:
        job = job_of(rows=20, left=3, right=2, products=2, ring=64)
        outcome = run_together(RehearsalKind(), job, folder=tmp_path, change=flipped(message, 0, 0))
        error = outcome.failures[LABEL]
        assert isinstance(error, RehearsalFailed)
        assert error.facts == {"step": product}
        assert not outcome.released
        assert "verdict" not in outcome.kept[LABEL]

    def test_ends_the_same_when_every_program_is_killed_at_every_step(self, tmp_path: Path) -> None:
        post, kept, kills = Post(tmp_path), {}, {}
        threads = []
        for seat in (job := job_of(rows=30, left=3, right=2, products=2, ring=64)).parties:
            channel = KilledChannel(seat.party, post)
            work = replace(
                work_of(seat.party, tmp_path, job=job),
                channel=channel,
                keep=lambda name, content: kept.setdefault(name, set()).add(content),
            )

            def run(work: Work = work, channel: KilledChannel = channel) -> None:
                kills[work.party] = killed_at_every_step(work, channel)

            threads.append(threading.Thread(target=run))
            threads[-1].start()
        for thread in threads:
            thread.join()
        assert kills[HELPER] >= 3
        assert kills[HOLDER] >= 10
        assert kills[LABEL] >= 12
        assert json.loads(next(iter(kept["verdict"])))["exact"] is True
        assert len(kept["verdict"]) == 1
