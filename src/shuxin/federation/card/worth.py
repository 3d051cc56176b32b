"""What a joint card was worth to the label party: against its own card, at an equal bad rate, and by source. Pure.

All figures are of the rows that are given; a card's own training rows flatter it. Points count before they are kept
within floor and ceiling.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from shuxin.federation.card.contract import Contribution
from shuxin.federation.card.label import Standing
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text
from shuxin.scoring.api import STRATIFIED, Interval, OneClassOnly, Quality

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from shuxin.federation.card.label import JointScores

    BoolArray: TypeAlias = NDArray[np.bool_]
    FloatArray: TypeAlias = NDArray[np.float64]
    IntArray: TypeAlias = NDArray[np.int64]

MOST_SOURCES = 8
"""All 2^8 sets of sources are tried in each resample."""
_ENDS = (0.025, 0.975)


class TooManySources(InvalidInput):
    code = "joint_worth_too_many_sources"
    what = Text(
        en="the worth of {count} sources is asked; all sets of at most {most} can be tried",
        zh="要评估 {count} 个数据来源的价值，最多只能枚举 {most} 个",
    )
    mend = Text(
        en="Put sources together, so that each stands for several parties",
        zh="请合并数据来源，使一个来源代表多个参与方",
    )


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Holders whose points are known (数据来源); several only where no more than their sum is.

    points: (n,) what counted for them. missing: what counts where they give none, by the model's rule.
    """

    parties: tuple[str, ...]
    points: IntArray
    missing: int


@dataclass(frozen=True, slots=True, eq=False)
class KnownRows:
    """n rows whose outcomes are known, scored by both cards (检验样本). Raises ValueError.

    outcomes: (n,) true where bad. alone: (n,) points of the label party's own card. own: (n,) base and own points in
    the joint card. first: (n,) firms that never borrowed before; None where that is not known.
    """

    outcomes: BoolArray
    alone: IntArray
    own: IntArray
    sources: tuple[Source, ...]
    first: BoolArray | None = None

    def __post_init__(self) -> None:
        columns = [self.alone, self.own, *(each.points for each in self.sources)]
        masks = [self.outcomes, *([] if self.first is None else [self.first])]
        if any(each.shape != (len(self.outcomes),) for each in (*columns, *masks)):
            raise ValueError("one number for each row")
        if any(each.dtype.kind not in "iu" for each in columns) or not self.sources:
            raise ValueError("points are whole numbers, of one source at least")
        if any(each.dtype != np.bool_ for each in masks):
            raise ValueError("outcomes and first loans are booleans")

    def points(self, chosen: int, /) -> IntArray:
        """(n,) of the joint card with the sources whose bits are set; the others count as missing."""
        return self.own + sum(
            (each.points if chosen >> nth & 1 else np.int64(each.missing))
            for nth, each in enumerate(self.sources)
        )


@dataclass(frozen=True, slots=True)
class Financed:
    """Who gets a loan: the most firms whose bad rate keeps to the limit (可放款企业).

    cut_off: points from which firms are financed; None where no cut-off keeps to it. first: among them those that
    never borrowed before.
    """

    cut_off: int | None
    firms: int
    bads: int
    first: int | None


@dataclass(frozen=True, slots=True)
class Measured:
    """One way to score the rows."""

    quality: Quality
    financed: Financed


@dataclass(frozen=True, slots=True)
class Gain:
    """What the joint card has more than another way, each from the same resamples (增益)."""

    quality: Quality
    firms: Interval
    first: Interval | None


@dataclass(frozen=True, slots=True)
class SourceWorth:
    """without: the joint card where this source is missing. shapley: its share in the AUC that sources add."""

    parties: tuple[str, ...]
    without: Measured
    gain: Gain
    shapley: Interval


@dataclass(frozen=True, slots=True)
class Worth:
    """What the joint card was worth (联合建模价值).

    limit: bads and firms of the own card at the stated acceptance; their ratio is the bad rate that all keep to.
    gain: over the own card. refit: AUC of the joint card where all sources are missing, less that of the own card:
    with the Shapley values of the sources it adds up to the gain in AUC.
    coalitions: by set of sources, bit k of the index for the k-th; the last is the joint card.
    """

    rows: int
    bads: int
    limit: tuple[int, int]
    alone: Measured
    joint: Measured
    gain: Gain
    refit: Interval
    coalitions: tuple[Quality, ...]
    sources: tuple[SourceWorth, ...]

    @property
    def is_by_holder(self) -> bool:
        """Whether each source is one holder; else only their sum is open, and all or none is what can be told."""
        return all(len(each.parties) == 1 for each in self.sources)


def known_rows(
    scores: JointScores, /, *, outcomes: BoolArray, alone: IntArray, first: BoolArray | None = None
) -> KnownRows:
    """Rows that the label party scored; ``outcomes``, ``alone`` and ``first`` as in KnownRows. Raises ValueError."""
    tally, part = scores.tally, scores.tally.part
    absent = tally.standings != Standing.ANSWERED
    own = part.base_points + scores.own_points.sum(axis=1)
    if part.contract.contribution is Contribution.SUM:
        missing = np.array([seat.missing_points for seat in part.seats], np.int64)
        together = Source(part.holders, tally.points + absent @ missing, int(missing.sum()))
        return KnownRows(outcomes, alone, own, (together,), first)
    sources = tuple(
        Source(
            (seat.party,),
            np.where(absent[:, nth], seat.missing_points, tally.numbers[seat.party].sum(axis=1)),
            seat.missing_points,
        )
        for nth, seat in enumerate(part.seats)
    )
    return KnownRows(outcomes, alone, own, sources, first)


def worth(
    rows: KnownRows, /, *, acceptance: float, rng: np.random.Generator, resamples: int = 1000
) -> Worth:
    """What the joint card was worth on these rows.

    The limit is the bad rate of the own card at the highest cut-off that accepts at least ``acceptance`` (above 0, at
    most 1) of the rows. Every way to score then takes the lowest cut-off whose accepted firms have at most that rate,
    the own card too. Each resample draws as many goods and as many bads as there are, the same for all, and finds its
    limit and cut-offs anew; intervals hold the middle 95 %.

    Raises:
        OneClassOnly: no good or no bad outcome.
        TooManySources: more than MOST_SOURCES.
        ValueError: the acceptance is out of its range.
    """
    if not 0 < acceptance <= 1:
        raise ValueError("a share above 0, at most 1")
    if rows.outcomes.all() or not rows.outcomes.any():
        raise OneClassOnly(rows=len(rows.outcomes))
    if len(rows.sources) > MOST_SOURCES:
        raise TooManySources(count=len(rows.sources), most=MOST_SOURCES)
    return _Inquiry(rows, acceptance, rng, resamples).worth()


@dataclass(frozen=True, slots=True, eq=False)
class _Ladder:
    """A score's values, rising, and the place of each row among them."""

    levels: IntArray
    places: NDArray[np.intp]

    @classmethod
    def of(cls, points: IntArray, /) -> _Ladder:
        return cls(*np.unique(points, return_inverse=True))

    def counts(self, rows: NDArray[np.intp], /) -> IntArray:
        return np.bincount(self.places[rows], minlength=len(self.levels))


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    """Places of rows: all of them, or one resample."""

    goods: NDArray[np.intp]
    bads: NDArray[np.intp]
    first: BoolArray | None

    def of(self, ladder: _Ladder) -> _Steps:
        good, bad = ladder.counts(self.goods), ladder.counts(self.bads)
        if self.first is None:
            return _Steps(good, bad, None)
        both = np.concatenate([self.goods, self.bads])
        return _Steps(good, bad, ladder.counts(both[self.first[both]]))


@dataclass(frozen=True, slots=True, eq=False)
class _Steps:
    """Goods, bads and first loans at each value of a score. So AUC and KS take no sorting in a resample."""

    good: IntArray
    bad: IntArray
    first: IntArray | None

    @property
    def auc(self) -> float:
        """As scoring's ``roc_auc``."""
        below = np.cumsum(self.bad) - self.bad
        above = 2 * int(self.good @ below) + int(self.good @ self.bad)
        return above / (2 * int(self.good.sum()) * int(self.bad.sum()))

    @property
    def ks(self) -> float:
        """As scoring's ``ks``."""
        good, bad = int(self.good.sum()), int(self.bad.sum())
        gaps = np.abs(np.cumsum(self.bad) * good - np.cumsum(self.good) * bad)
        return int(gaps.max()) / (good * bad)

    def limit(self, acceptance: float) -> tuple[int, int]:
        """Bads and firms at the highest value from which at least that share is accepted."""
        bads, firms = _from_top(self.bad), _from_top(self.good + self.bad)
        place = int(np.flatnonzero(firms >= acceptance * firms[0])[-1])
        return int(bads[place]), int(firms[place])

    def place(self, limit: tuple[int, int]) -> int | None:
        """Of the lowest value from which the bad rate keeps to the limit."""
        bads, firms = _from_top(self.bad), _from_top(self.good + self.bad)
        keeps = (bads * limit[1] <= limit[0] * firms) & (firms > 0)
        return int(keeps.argmax()) if keeps.any() else None

    def financed(self, place: int | None) -> tuple[int, int]:
        """Firms, and first loans among them."""
        if place is None:
            return 0, 0
        first = 0 if self.first is None else int(self.first[place:].sum())
        return int(self.good[place:].sum() + self.bad[place:].sum()), first


def _from_top(counts: IntArray) -> IntArray:
    """(levels,) how many stand at each value or above."""
    return np.cumsum(counts[::-1])[::-1]


_AUC, _KS, _FIRMS, _FIRST = range(4)
_ALONE = 0
"""Place of the own card among the ways to score; the coalitions follow."""


class _Inquiry:
    """All ways to score the rows, measured on them and on every resample.

    found: (4, ways); resampled: (resamples, 4, ways): AUC, KS, firms financed, first loans among them.
    """

    def __init__(
        self, rows: KnownRows, acceptance: float, rng: np.random.Generator, resamples: int
    ) -> None:
        self._rows = rows
        self._acceptance = acceptance
        self._everything = (1 << len(rows.sources)) - 1
        ways = [rows.alone, *(rows.points(chosen) for chosen in range(self._everything + 1))]
        self._ladders = [_Ladder.of(each) for each in ways]
        good, bad = np.flatnonzero(~rows.outcomes), np.flatnonzero(rows.outcomes)
        self._whole = _Drawn(good, bad, rows.first)
        self._found = self._measured(self._whole)
        drawn = (
            _Drawn(rng.choice(good, good.size), rng.choice(bad, bad.size), rows.first)
            for _ in range(resamples)
        )
        self._resampled = np.array([self._measured(each) for each in drawn])

    def worth(self) -> Worth:
        joint = 1 + self._everything
        return Worth(
            rows=len(self._rows.outcomes),
            bads=int(self._rows.outcomes.sum()),
            limit=self._whole.of(self._ladders[_ALONE]).limit(self._acceptance),
            alone=self._way(_ALONE),
            joint=self._way(joint),
            gain=self._gain(joint, _ALONE),
            refit=self._interval(lambda found: found[_AUC, 1] - found[_AUC, _ALONE]),
            coalitions=tuple(self._quality(1 + chosen) for chosen in range(joint)),
            sources=tuple(map(self._source, range(len(self._rows.sources)))),
        )

    def _measured(self, drawn: _Drawn) -> FloatArray:
        steps = [drawn.of(each) for each in self._ladders]
        limit = steps[_ALONE].limit(self._acceptance)
        rows = [(each.auc, each.ks, *each.financed(each.place(limit))) for each in steps]
        return np.array(rows, np.float64).T

    def _source(self, nth: int) -> SourceWorth:
        joint, without = 1 + self._everything, 1 + (self._everything & ~(1 << nth))
        weights = shapley_weights(len(self._rows.sources))[nth]
        return SourceWorth(
            parties=self._rows.sources[nth].parties,
            without=self._way(without),
            gain=self._gain(joint, without),
            shapley=self._interval(lambda found: float(weights @ found[_AUC, 1:])),
        )

    def _way(self, way: int) -> Measured:
        steps = self._whole.of(self._ladders[way])
        place = steps.place(self._whole.of(self._ladders[_ALONE]).limit(self._acceptance))
        firms, first = steps.financed(place)
        financed = Financed(
            cut_off=None if place is None else int(self._ladders[way].levels[place]),
            firms=firms,
            bads=0 if place is None else int(steps.bad[place:].sum()),
            first=None if self._rows.first is None else first,
        )
        return Measured(self._quality(way), financed)

    def _quality(self, way: int) -> Quality:
        return Quality(
            auc=self._interval(lambda found: found[_AUC, way]),
            ks=self._interval(lambda found: found[_KS, way]),
        )

    def _gain(self, more: int, less: int) -> Gain:
        def over(measure: int) -> Interval:
            return self._interval(lambda found: found[measure, more] - found[measure, less])

        first = None if self._rows.first is None else over(_FIRST)
        return Gain(Quality(auc=over(_AUC), ks=over(_KS)), over(_FIRMS), first)

    def _interval(self, figure: Callable[[FloatArray], float]) -> Interval:
        drawn = np.array([figure(each) for each in self._resampled])
        low, high = np.quantile(drawn, _ENDS) if len(drawn) else (math.nan, math.nan)
        return Interval(float(figure(self._found)), float(low), float(high), STRATIFIED)


def shapley_weights(sources: int, /) -> FloatArray:
    """(sources, 2^sources): times the figures of all sets of sources, by their bits, the share of each (Shapley 1953).

    The mean of what a source adds, over all orders in which sources can come.
    """
    weights = np.zeros((sources, 1 << sources))
    for nth in range(sources):
        for chosen in (one for one in range(1 << sources) if not one >> nth & 1):
            before = chosen.bit_count()
            after = sources - before - 1
            orders = math.factorial(before) * math.factorial(after) / math.factorial(sources)
            weights[nth, chosen | 1 << nth] += orders
            weights[nth, chosen] -= orders
    return weights
