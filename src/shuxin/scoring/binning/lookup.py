"""From a value to the index of its bin, one at a time and many at once, with equal answers."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

Value: TypeAlias = float | str | None
"""A number or a category; NaN, None and empty text are missing."""

Values: TypeAlias = "NDArray[np.generic] | Sequence[Value]"

UNSEEN = -1
_UNLISTED = -2


class InfiniteValues(InvalidInput):
    code = "infinite_values"
    what = Text(en="{name} has {count} infinite values", zh="{name} 有 {count} 个无穷大值")
    mend = Text(
        en="Find the division by zero they come from, or make them missing",
        zh="请查找产生它们的除零运算，或改为缺失",
    )


class ValuesOfWrongKind(InvalidInput):
    code = "values_of_wrong_kind"
    what = Text(
        en="{name} holds values of the wrong kind: {wanted} were expected",
        zh="{name} 的取值类型不符：应为 {wanted}",
    )
    mend = Text(
        en="Give numbers as numbers with NaN for missing, categories as text with empty text for missing",
        zh="数值请用数字、缺失用 NaN，类别请用文本、缺失用空文本",
    )


@dataclass(frozen=True, slots=True)
class NumericLookup:
    """Numbers to bins. ``cuts`` rise strictly; cell i is ``[cuts[i-1], cuts[i])`` and lies in ``bins[i]``.

    A special value s is the cell ``[s, next float after s)``, so one search finds it like any other.
    """

    name: str
    cuts: tuple[float, ...]
    bins: tuple[int, ...]
    missing: int

    @classmethod
    def of(cls, *, name: str, edges: Sequence[float], specials: Sequence[float]) -> NumericLookup:
        """``edges`` and ``specials`` are finite and rise strictly."""
        ends = (math.nextafter(special, math.inf) for special in specials)
        cuts = tuple(sorted({*edges, *specials, *ends}))
        place = {special: len(edges) + 1 + nth for nth, special in enumerate(specials)}
        bins = (0, *(place.get(cut, bisect_right(edges, cut)) for cut in cuts))
        return cls(name=name, cuts=cuts, bins=bins, missing=len(edges) + 1 + len(specials))

    def one(self, value: Value, /) -> int:
        """Raises InfiniteValues, ValuesOfWrongKind."""
        if value is None:
            return self.missing
        if isinstance(value, str):
            raise ValuesOfWrongKind(name=self.name, wanted="number")
        number = float(value)
        if number - number == 0.0:  # finite
            return self.bins[bisect_right(self.cuts, number)]
        if number != number:  # noqa: PLR0124 - only NaN differs from itself; the fastest test there is
            return self.missing
        raise InfiniteValues(name=self.name, count=1)

    def many(self, values: Values, /) -> NDArray[np.intp]:
        """(n,) bins of (n,) values. Raises InfiniteValues, ValuesOfWrongKind."""
        return np.asarray((*self.bins, self.missing), np.intp)[self.cells(values)]

    def cells(self, values: Values, /) -> NDArray[np.intp]:
        """(n,) cells of (n,) values; ``len(bins)`` stands for missing. Raises as ``many``."""
        numbers = numbers_of(name=self.name, values=values)
        return np.searchsorted((*self.cuts, math.inf), numbers, side="right")


@dataclass(frozen=True, slots=True)
class CategoryLookup:
    """Categories to groups; ``others`` takes what ``groups`` does not list and may be UNSEEN."""

    name: str
    groups: Mapping[Value, int]
    others: int
    missing: int

    @classmethod
    def of(cls, *, name: str, groups: Sequence[Sequence[str]], others: int) -> CategoryLookup:
        missing = len(groups)
        table: dict[Value, int] = {None: missing, "": missing}
        table |= {member: place for place, group in enumerate(groups) for member in group}
        return cls(name=name, groups=table, others=others, missing=missing)

    def one(self, value: Value, /) -> int:
        """Raises ValuesOfWrongKind."""
        place = self.groups.get(value, _UNLISTED)
        return place if place != _UNLISTED else self._unlisted(value)

    def many(self, values: Values, /) -> NDArray[np.intp]:
        """(n,) groups of (n,) categories, UNSEEN where no group takes them. Raises ValuesOfWrongKind."""
        listed = _listed(values)
        places = np.fromiter(map(self.groups.get, listed, repeat(_UNLISTED)), np.intp, len(listed))
        for row in np.flatnonzero(places == _UNLISTED):
            places[row] = self._unlisted(listed[row])
        return places

    def unlisted(self, values: Values, /) -> int:
        """How many values are categories that no group lists, whether ``others`` takes them or not."""
        return sum(1 for value in _listed(values) if value not in self.groups)

    def _unlisted(self, value: Value) -> int:
        if isinstance(value, str):
            return self.others
        raise ValuesOfWrongKind(name=self.name, wanted="text")


Lookup: TypeAlias = NumericLookup | CategoryLookup


def numbers_of(*, name: str, values: Values) -> NDArray[np.float64]:
    """(n,) finite numbers and NaN; None becomes NaN.

    Raises:
        InfiniteValues: some are infinite.
        ValuesOfWrongKind: some are not numbers.
    """
    given = values if isinstance(values, np.ndarray) else np.asarray(values, dtype=object)
    text = given.dtype.kind == "O" and any(isinstance(value, (str, bytes)) for value in given)
    if text or given.dtype.kind not in "biufO":
        raise ValuesOfWrongKind(name=name, wanted="number")
    try:
        numbers = given.astype(np.float64)
    except TypeError as error:
        raise ValuesOfWrongKind(name=name, wanted="number") from error
    infinite = int(np.count_nonzero(np.isinf(numbers)))
    if infinite:
        raise InfiniteValues(name=name, count=infinite)
    return numbers


def categories_of(*, name: str, values: Values) -> list[str]:
    """Categories as text, empty where missing. Raises ValuesOfWrongKind."""
    found = ["" if value is None else value for value in _listed(values)]
    if not all(isinstance(value, str) for value in found):
        raise ValuesOfWrongKind(name=name, wanted="text")
    return found  # type: ignore[return-value]  # just checked, all at once


def _listed(values: Values) -> list[Value]:
    return values.tolist() if isinstance(values, np.ndarray) else list(values)
