"""Whose features are in the card, by scoring's own rules on joint counts, sums and coefficients. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from shuxin.kernel.text import Text
from shuxin.scoring.api import (
    Dropped,
    Entrant,
    against,
    barred,
    findings_of,
    sift,
    wald_p_values,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from shuxin.federation.statistics.tables import JointTable
    from shuxin.scoring.api import SelectionPlan

    FloatArray: TypeAlias = NDArray[np.float64]

_LEVEL = Text(
    en="All its bins have one WOE in hundredths",
    zh="各分箱的 WOE(保留两位小数)完全相同",
)


@dataclass(frozen=True, slots=True)
class Column:
    """A feature of any party (候选列): which of its party's it is, and its joint table."""

    place: int
    table: JointTable

    @property
    def party(self) -> str:
        return self.table.party

    @property
    def title(self) -> str:
        """Unlike any other's of the job; rules that must choose between equals go by it."""
        return f"{self.table.name} ({self.party})"


@dataclass(slots=True)
class Choice:
    """What is left, in the order of the parties and of their features, and every drop in its order."""

    left: list[Column]
    plan: SelectionPlan
    dropped: list[tuple[Column, Text]] = field(default_factory=list)

    def kept(self) -> dict[str, list[int]]:
        """Places of the features that each party has left."""
        found: dict[str, list[int]] = {}
        for each in self.left:
            found.setdefault(each.party, []).append(each.place)
        return found

    def last_names(self) -> str:
        return ", ".join(each.title for each, _ in self.dropped[-5:])

    def by_table(self) -> None:
        """Without those that one look at the table bars: too weak, constant, suspected to contain the outcome."""
        why = {each.title: _why_barred(each, self.plan) for each in self.left}
        self._drop([(each, text) for each in self.left if (text := why[each.title]) is not None])

    def by_correlation(self, correlation: FloatArray) -> None:
        """``correlation``: (p, p) of what is left, in its order."""
        entrants = [Entrant(each.title, "", each.table.binned.iv) for each in self.left]
        _, drops = sift(entrants=entrants, correlation=correlation, plan=self.plan)
        self._drop(self._found(drops))

    def by_fit(self, coefficients: FloatArray, errors: FloatArray) -> bool:
        """Without the worst of a fit, (p,) in the order of what is left. Whether a rule was broken."""
        p_values = wald_p_values(coefficients=coefficients, standard_errors=errors)
        worst = against(coefficients=coefficients, p_values=p_values, plan=self.plan)
        self._drop([(self.left[nth], why) for nth, why in worst.items()])
        return bool(worst)

    def _found(self, drops: Sequence[Dropped]) -> list[tuple[Column, Text]]:
        by_title = {each.title: each for each in self.left}
        return [(by_title[each.name], each.why) for each in drops]

    def _drop(self, gone: list[tuple[Column, Text]]) -> None:
        self.dropped += gone
        titles = {each.title for each, _ in gone}
        self.left = [each for each in self.left if each.title not in titles]


def _why_barred(column: Column, plan: SelectionPlan) -> Text | None:
    binned = column.table.binned
    found = barred(binned=[binned], findings=findings_of(characteristic=binned), plan=plan)
    if found:
        return next(iter(found.values()))
    told = column.table.answer.hundredths
    filled = [g + b > 0 for g, b in zip(binned.good, binned.bad, strict=True)]
    levels = {woe for woe, rows in zip(told, filled, strict=True) if rows}
    return _LEVEL if len(levels) == 1 else None
