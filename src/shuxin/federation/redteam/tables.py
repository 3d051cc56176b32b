"""A holder that computes how many of its subjects in each bin are bad, from the WOE that it is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shuxin.federation.engine.channel import Declared
from shuxin.federation.redteam.attack import AttackScore, refusal
from shuxin.federation.redteam.cases import HELPER, HOLDER, LABEL, plain_job, sample
from shuxin.federation.redteam.stage import Programs, play
from shuxin.federation.statistics.counting import help_counts
from shuxin.federation.statistics.features import counted_together
from shuxin.federation.statistics.tables import hold_tables, joint_tables
from shuxin.federation.statistics.task import table_messages
from shuxin.federation.statistics.wire import read_answer, shared
from shuxin.scoring.api import BinningPlan, MergePlan

if TYPE_CHECKING:
    from shuxin.federation.engine.channel import Work
    from shuxin.federation.redteam.attack import Ground
    from shuxin.federation.redteam.cases import FloatArray, IntArray, Sample
    from shuxin.federation.statistics.tables import JointTable

MANY, FEW = 20_000, 400
_TOLD = "twin/woe"
_MOST_BINS = 5
_HALF = 0.5
_HUNDREDTHS = 100


@dataclass(frozen=True, slots=True)
class Told:
    """One feature as its holder knows it (已告知特征): (k,) rows and WOE of merged bins."""

    rows: IntArray
    woe: FloatArray


def hundredths_ours(ground: Ground) -> AttackScore:
    return _compute(ground, MANY)


def small_bins_ours(ground: Ground) -> AttackScore:
    """Where bins are small, hundredths are as good as exact."""
    return _compute(ground, FEW)


def hundredths_twin(ground: Ground) -> AttackScore:
    """A label party that tells the WOE as it is."""
    given = sample(ground.rng("woe"), rows=MANY)
    told, tables, refused = _run(ground, given, exact=(Declared(_TOLD, LABEL, HOLDER, 1 << 12),))
    return _score(told, tables, refused)


def _compute(ground: Ground, rows: int) -> AttackScore:
    return _score(*_run(ground, sample(ground.rng("woe"), rows=rows)))


def _run(
    ground: Ground, given: Sample, *, exact: tuple[Declared, ...] = ()
) -> tuple[list[Told], tuple[JointTable, ...], str]:
    """The real programs; with ``exact`` the label party sends the WOE besides."""
    counting = given.counting
    plan = BinningPlan(max_fine=counting.most_bins, merge=MergePlan(max_bins=_MOST_BINS))

    def ask(work: Work) -> tuple[JointTable, ...]:
        tables = joint_tables(work, counting, bad=given.bad, plan=plan)
        if exact:
            woe = np.concatenate([each.binned.woe for each in tables]).astype("<f8").tobytes()
            work.channel.send(HOLDER, _TOLD, lambda: [woe])
        return tables

    def hold(work: Work) -> None:
        hold_tables(work, counting, given.features)
        if exact:
            work.channel.receive(LABEL, _TOLD)

    kind = Programs(
        (*table_messages(counting), *exact),
        {LABEL: ask, HOLDER: hold, HELPER: lambda work: help_counts(work, counting)},
    )
    outcome = play(kind, plain_job(), folder=ground.folder, seed=ground.secret("woe"))
    received = outcome.received(HOLDER)
    told = what_is_told(
        given, received[LABEL, counting.name("answer")], received.get((LABEL, _TOLD))
    )
    return told, kind.results[LABEL], refusal(outcome)


def what_is_told(given: Sample, answer: bytes, exact: bytes | None) -> list[Told]:
    """The holder's own rows in the merged bins of the answer, and their WOE."""
    least = given.counting.minimum.rows
    together = [counted_together(each, least=least) for each in given.features]
    answers = read_answer(
        answer, counting=given.counting, features=shared(together), rows=given.rows
    )
    found, begin = [], 0
    for feature, told in zip(together, answers, strict=True):
        apart = range(feature.shape.groups, feature.shape.count)
        groups = [*told.groups, *((place,) for place in apart)]
        rows = np.array([feature.rows[list(group)].sum() for group in groups], np.int64)
        woe = np.array(told.hundredths) / _HUNDREDTHS
        if exact is not None:
            woe = np.frombuffer(exact, "<f8")[begin : begin + len(groups)]
            begin += len(groups)
        found.append(Told(rows, woe))
    return found


def bads(told: list[Told]) -> list[IntArray]:
    """The holder's: bads of each bin, for the number of all bads that fits the WOE of all features best.

    WOE is ln((g + 1/2) / (b + 1/2)) less the same of all rows, with half a row more for each bin that has rows.
    """
    rows = int(told[0].rows.sum())
    every = np.arange(1, rows, dtype=np.float64)
    away = sum((np.abs(_of(each, every).sum(axis=1) - every) for each in told), np.zeros(rows - 1))
    best = every[[int(away.argmin())]]
    return [np.rint(_of(each, best)[0]).astype(np.int64) for each in told]


def _of(told: Told, every: FloatArray) -> FloatArray:
    """(totals, k) bads of each bin if all bads were so many."""
    held = told.rows > 0
    pad = _HALF * held.sum()
    level = (told.rows.sum() - every + pad) / (every + pad)
    found = (told.rows + 1) / (1 + np.exp(told.woe) * level[:, None]) - _HALF
    return np.where(held, found, 0.0)


def _score(told: list[Told], tables: tuple[JointTable, ...], refused: str) -> AttackScore:
    """Only bins with rows whose WOE is told. A guess knows the share of bads, as the holder does not."""
    right = tried = guess = 0
    for each, table, found in zip(told, tables, bads(told), strict=True):
        truth = np.array(table.binned.bad)
        asked = [nth for nth in np.flatnonzero(each.rows) if nth not in table.withheld]
        usual = np.rint(each.rows * truth.sum() / each.rows.sum())
        right += int((found[asked] == truth[asked]).sum())
        guess += int((usual[asked] == truth[asked]).sum())
        tried += len(asked)
    return AttackScore(right, tried, tried, float(guess), refused)
