"""A strategy tried on history (回测): what it would have approved, what of that went bad, and who changes sides."""

from __future__ import annotations

import math
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from shuxin.kernel.canonical import canonical_json, content_hash
from shuxin.lending.domain.offers import Verdict
from shuxin.lending.strategy.asking import Recorded
from shuxin.lending.strategy.cascade import SHADOW, run
from shuxin.lending.strategy.checks import require_no_findings
from shuxin.lending.strategy.document import BP, PriceStage
from shuxin.lending.strategy.scoring import kept_models

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from shuxin.lending.strategy.document import Strategy
    from shuxin.lending.strategy.history import PastCase
    from shuxin.lending.strategy.record import DecisionRecord
    from shuxin.lending.strategy.scoring import Models

_Z95 = 1.959964
_APPROVE = Verdict.APPROVE.value


@dataclass(frozen=True, slots=True)
class BadRate:
    """Bad among those whose end is known, with a 95 % interval (Wilson). Basis points; None where nobody's is known."""

    known: int
    bad: int
    rate_bp: int | None
    low_bp: int | None
    high_bp: int | None


@dataclass(frozen=True, slots=True)
class Side:
    """What one strategy does with the history. exposure: sum of its limits.

    expected_loss: of pd, lgd and limit.
    """

    approved: int
    referred: int
    declined: int
    asked: int
    approval_bp: int
    bad_of_approved: BadRate
    exposure_fen: int
    expected_loss_fen: int
    deciding: dict[str, int]


@dataclass(frozen=True, slots=True)
class BackTest:
    """The report (回测报告). ``running``: digest of what it is compared with; "": the verdicts of then.

    swap_in: approved now and not before; swap_out: the reverse. milliseconds: of one decision, middle and 95th of 100.
    """

    strategy: str
    running: str
    cases: int
    first: str
    last: str
    new: Side
    old: Side | None
    swap_in: int
    swap_in_bad: BadRate
    swap_out: int
    swap_out_bad: BadRate
    milliseconds: tuple[float, float]

    @property
    def content(self) -> bytes:
        return canonical_json(asdict(self))

    @property
    def digest(self) -> str:
        return content_hash(asdict(self))


@dataclass
class _Tally:
    verdicts: Counter[str] = field(default_factory=Counter)
    deciding: Counter[str] = field(default_factory=Counter)
    known: int = 0
    bad: int = 0
    exposure_fen: int = 0
    loss_fen: float = 0.0

    def add(self, record: DecisionRecord, *, bad: bool | None, lgd: float) -> None:
        verdict = record.verdict.value
        self.verdicts[verdict] += 1
        self.deciding[record.stage or "all_passed"] += 1
        if verdict == _APPROVE:
            limit = record.limit_fen or 0
            self.known += bad is not None
            self.bad += bad is True
            self.exposure_fen += limit
            self.loss_fen += limit * (record.pd or 0.0) * lgd

    def side(self) -> Side:
        count = sum(self.verdicts.values())
        approved = self.verdicts[_APPROVE]
        return Side(
            approved=approved,
            referred=self.verdicts["refer"],
            declined=self.verdicts["decline"],
            asked=self.verdicts["need_information"],
            approval_bp=round(approved * BP / count) if count else 0,
            bad_of_approved=bad_rate(self.bad, of=self.known),
            exposure_fen=self.exposure_fen,
            expected_loss_fen=round(self.loss_fen),
            deciding=dict(sorted(self.deciding.items())),
        )


@dataclass
class _Swap:
    count: int = 0
    known: int = 0
    bad: int = 0

    def add(self, *, bad: bool | None) -> None:
        self.count += 1
        self.known += bad is not None
        self.bad += bad is True


def back_test(
    strategy: Strategy,
    cases: Iterable[PastCase],
    *,
    running: Strategy | None = None,
    models: Models = kept_models,
    clock: Callable[[], float] = time.perf_counter,
    tick: Callable[[int], object] = lambda _: None,
) -> BackTest:
    """Both strategies on the same cases; ``tick`` is told how many are done.

    Raises StrategyHasFaults, and as ``decide``.
    """
    require_no_findings(strategy, models=models)
    new, old, moved_in, moved_out = _Tally(), _Tally(), _Swap(), _Swap()
    times, days = [], []
    for number, case in enumerate(cases, start=1):
        begun = clock()
        record = _tried(strategy, case, models)
        times.append(clock() - begun)
        new.add(record, bad=case.bad, lgd=_lgd(strategy))
        before = case.was
        if running is not None:
            other = _tried(running, case, models)
            old.add(other, bad=case.bad, lgd=_lgd(running))
            before = other.verdict.value
        is_in, was_in = record.verdict.value == _APPROVE, before == _APPROVE
        if before and is_in != was_in:
            (moved_in if is_in else moved_out).add(bad=case.bad)
        days.append(case.at)
        tick(number)
    return BackTest(
        strategy=strategy.digest,
        running=running.digest if running else "",
        cases=len(times),
        first=min(days).date().isoformat() if days else "",
        last=max(days).date().isoformat() if days else "",
        new=new.side(),
        old=old.side() if running else None,
        swap_in=moved_in.count,
        swap_in_bad=bad_rate(moved_in.bad, of=moved_in.known),
        swap_out=moved_out.count,
        swap_out_bad=bad_rate(moved_out.bad, of=moved_out.known),
        milliseconds=(_quantile(times, 0.5), _quantile(times, 0.95)),
    )


def bad_rate(bad: int, *, of: int) -> BadRate:
    """Wilson's interval: it stays within 0 and 1, also with few cases."""
    if not of:
        return BadRate(0, 0, None, None, None)
    share, z2 = bad / of, _Z95**2
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    reach = _Z95 * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    low, high = max(middle - reach, 0.0), min(middle + reach, 1.0)
    return BadRate(of, bad, round(share * BP), math.floor(low * BP), math.ceil(high * BP))


def _tried(strategy: Strategy, case: PastCase, models: Models) -> DecisionRecord:
    return run(
        case.given,
        strategy=strategy,
        ask=Recorded(case.sources),
        request_id=f"back-test:{case.given.key}",
        now=case.at,
        models=models,
        role=SHADOW,
    )


def _lgd(strategy: Strategy) -> float:
    stages = [stage for stage in strategy.stages if isinstance(stage, PriceStage)]
    return stages[0].lgd_bp / BP if stages else 0.0


def _quantile(times: list[float], share: float) -> float:
    """Milliseconds."""
    if not times:
        return 0.0
    return round(sorted(times)[min(int(len(times) * share), len(times) - 1)] * 1000, 3)
