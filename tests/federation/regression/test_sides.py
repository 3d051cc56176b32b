"""The parts of an iteration: chances, gradients and second derivatives as shares, against the plain ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.stats import chi2
from tests.federation.product.test_dealt import work_of
from tests.federation.product.uniformity import oddities
from tests.federation.regression.test_waves import largest_rounding
from tests.federation.regression.world import HELPER, LABEL, PartKind, job_of, run, sample, task_of

from shuxin.federation.engine.seeds import MaskAskedTwice
from shuxin.federation.product.dealt import HelperSide
from shuxin.federation.product.errors import ProductInputChanged
from shuxin.federation.product.generator import Cipher
from shuxin.federation.product.ring import Ring
from shuxin.federation.regression.columns import fixed
from shuxin.federation.regression.errors import RegressionMalformed
from shuxin.federation.regression.sharing import deal_sines, opened_steps
from shuxin.federation.regression.task import GRID, RING
from shuxin.federation.regression.waves import STEPS

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.federation.engine.channel import Work
    from shuxin.federation.regression.sides import Side
    from shuxin.federation.regression.task import Task

shapes = st.sampled_from(
    [
        (1, (0, 1)),
        (2, (1, 1)),
        (13, (2, 3)),
        (101, (1, 2, 1)),
        (2049, (0, 2, 1, 1)),
        (50, (1, 0, 2, 1)),
    ]
)
quick = settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])


def deal_chance(work: Work, task: Task) -> None:
    deal_sines(work, task, task.chance, what="0", among=task.present, name="0/sines")


def deal_products(work: Work, task: Task) -> None:
    for pair in task.pairs:
        HelperSide(work, task.plan(*pair)).deal()


def chances(
    parts: list[np.ndarray], beta: np.ndarray, folder: Path, **settings: object
) -> tuple[np.ndarray, PartKind]:
    """(n,) the sum of the parties' shares of the chance less one half."""
    task = task_of(parts, **settings)
    ends = np.cumsum(task.widths)[:-1]
    grid = np.split(np.rint(beta * 2**GRID).astype(np.int64), ends)
    kind = PartKind(task, parts, deal_chance, lambda side: side.chance_share(0, grid[side.me]))
    assert not run(kind, folder).failures
    total = sum(kind.found.values(), np.zeros(task.rows, np.uint64))
    return RING.signed(total) / 2.0**task.chance.bits, kind


def clipped(task: Task, parts: list[np.ndarray], beta: np.ndarray) -> np.ndarray:
    """(n,) log-odds of rounded columns, each party's part within its reach."""
    columns = [fixed(task, part) / task.scale for part in parts]
    columns[0] = np.hstack([np.ones((task.rows, 1)), columns[0]])
    betas = np.split(beta, np.cumsum(task.widths)[:-1])
    own = [x @ b for x, b in zip(columns, betas, strict=True)]
    return np.sum([np.clip(z, -task.reach, task.reach) for z in own], axis=0)


class TestChanceShares:
    @given(shapes, st.integers(0, 1000), st.sampled_from([24, 32]), st.sampled_from(Cipher))
    @quick
    def test_add_up_to_the_chance(
        self,
        tmp_path: Path,
        shape: tuple[int, tuple[int, ...]],
        seed: int,
        terms: int,
        cipher: Cipher,
    ) -> None:
        parts, _ = sample(seed, rows=shape[0], columns=shape[1])
        rng = np.random.default_rng(seed)
        beta = np.rint(rng.normal(scale=0.4, size=1 + sum(shape[1])) * 2**GRID) / 2**GRID
        found, kind = chances(parts, beta, tmp_path, terms=terms, cipher=cipher)
        z = clipped(kind.task, parts, beta)
        steps = (
            len(parts) * 48 / STEPS / 4
        )  # each part is less than a step off, times the largest slope
        most = {24: 1.92e-5, 32: 6.5e-7}[terms] + largest_rounding(kind.task.chance) + steps
        assert np.abs(found - np.tanh(z / 2) / 2).max() < most

    def test_a_part_beyond_its_reach_is_clipped(self, tmp_path: Path) -> None:
        parts = [np.array([[8.0], [-8.0], [1.0]]), np.array([[8.0], [8.0], [-1.0]])]
        found, _ = chances(parts, np.array([0.0, 3.0, 0.5]), tmp_path)
        z = np.array([10.0 + 4.0, -10.0 + 4.0, 3.0 - 0.5])
        assert found == pytest.approx(np.tanh(z / 2) / 2, abs=1e-3)

    def test_what_is_opened_is_uniform_whatever_the_part(self, tmp_path: Path) -> None:
        """Equal rows: both messages and their sum over 2^10 cells; false alarms 3e-6 in all."""
        rows = 1 << 15
        parts = [np.zeros((rows, 1)), np.ones((rows, 1))]
        task = task_of(parts)
        one = np.array([1 << GRID], np.int64)
        kind = PartKind(
            task,
            parts,
            deal_chance,
            lambda side: side.chance_share(0, one if side.me else np.zeros(2, np.int64)),
        )
        messages = run(kind, tmp_path).messages
        sent = [
            np.frombuffer(messages[a, b, "fit/0/opened"], "<u4")
            for a, b in (task.parties, task.parties[::-1])
        ]
        assert max(words.max() for words in sent) < STEPS
        for words in (*sent, (sent[0] + sent[1]) % STEPS):
            for cells in (words >> 10, words & 1023):
                counts = np.bincount(cells, minlength=1024)
                statistic = float(((counts - rows / 1024) ** 2).sum() / (rows / 1024))
                assert chi2.sf(statistic, 1023) > 5e-7

    def test_shares_and_dealt_words_look_uniform(self, tmp_path: Path) -> None:
        """What the label party is dealt, and its share alone, tell nothing of sines: false alarms 1e-6 each."""
        parts = [np.zeros((5000, 0)), np.ones((5000, 1))]
        task = task_of(parts)
        zeros = [np.zeros(width, np.int64) for width in task.widths]
        kind = PartKind(task, parts, deal_chance, lambda side: side.chance_share(0, zeros[side.me]))
        dealt = np.frombuffer(run(kind, tmp_path).messages[HELPER, LABEL, "fit/0/sines"], "<u8")
        assert len(dealt) == 5000 * 64
        assert oddities(dealt, Ring(64)) == []

    def test_a_message_of_another_size_is_refused(self, tmp_path: Path) -> None:
        parts = [np.zeros((3, 1)), np.ones((3, 1))]
        task = task_of(parts)
        zeros = [np.zeros(width, np.int64) for width in task.widths]
        for cut in ("fit/0/opened", "fit/0/sines"):
            kind = PartKind(
                task, parts, deal_chance, lambda side: side.chance_share(0, zeros[side.me])
            )

            def change(_s: str, _r: str, name: str, content: bytes, cut: str = cut) -> bytes:
                return content[:-1] if name == cut else content

            failures = run(kind, tmp_path, change=change).failures.values()
            assert any(isinstance(one, RegressionMalformed) for one in failures)


class TestOneMaskOnePart:
    def test_another_part_is_refused_even_when_the_folder_of_the_job_was_lost(
        self, tmp_path: Path
    ) -> None:
        """The seeds' record still knows: the line may have carried the first part under the same mask."""
        parts = [np.zeros((3, 1)), np.ones((3, 1))]
        task, z = task_of(parts), np.array([1, 2, 3]) << 40
        work = work_of(LABEL, tmp_path, job=job_of(1))
        messages = work.channel.post.messages  # type: ignore[attr-defined]
        theirs = {(task.holders[0], LABEL, "fit/0/opened"): bytes(12)}
        messages.update(theirs)
        opened_steps(work, task, z, what="0")
        messages.clear()
        z[0] += 1 << 40
        with pytest.raises(ProductInputChanged):
            opened_steps(work, task, z, what="0")
        work.channel.kept.clear()  # type: ignore[attr-defined]
        with pytest.raises(MaskAskedTwice):
            opened_steps(work, task, z, what="0")
        assert not messages


class TestGradient:
    @given(shapes, st.integers(0, 1000))
    @quick
    def test_shares_add_up_to_the_exact_sums(
        self, tmp_path: Path, shape: tuple[int, tuple[int, ...]], seed: int
    ) -> None:
        """For any residual shares, in whole numbers modulo 2^64."""
        parts, _ = sample(seed, rows=shape[0], columns=shape[1])
        task = task_of(parts, iterations=2)
        rng = np.random.default_rng(seed)
        shares = rng.integers(0, 2**64, (len(parts), shape[0]), np.uint64)

        def take(side: Side) -> tuple[dict[int, np.ndarray], dict[int, np.ndarray]]:
            side.begin()
            return side.gram(), side.gradient(1, shares[side.me])

        kind = PartKind(task, parts, deal_products, take)
        assert not run(kind, tmp_path).failures
        residual = shares[list(task.present)].sum(axis=0, dtype=np.uint64)
        columns = [fixed(task, part) for part in parts]
        columns[0] = np.hstack([np.full((shape[0], 1), task.scale), columns[0]])
        assert kind.found.keys() == set(task.present)
        for n, x in ((n, columns[n]) for n in task.present):
            words = x.astype(np.uint64)
            gradient = sum(found[1][n] for found in kind.found.values())
            assert (gradient == words.T @ residual).all()
            for m, other in ((m, columns[m]) for m in task.present):
                both = kind.found[n][0][m]
                if m != n:
                    both = both + kind.found[m][0][n].T
                assert (both == words.T @ other.astype(np.uint64)).all()
