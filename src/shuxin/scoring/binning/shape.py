"""Where the bins of one characteristic lie."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import chain, pairwise
from typing import TYPE_CHECKING

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text
from shuxin.scoring.binning.lookup import UNSEEN, CategoryLookup, Lookup, NumericLookup

if TYPE_CHECKING:
    from collections.abc import Sequence


class Kind(StrEnum):
    """Numbers in order, or categories (类别) without one."""

    NUMERIC = "numeric"
    CATEGORICAL = "categorical"


class BinsInvalid(InvalidInput):
    code = "bins_invalid"
    what = Text(
        en="The bins of {name} are not in order: edges and special values must be finite and strictly"
        " rising, a category stands in one group only, and numbers have no categories",
        zh="{name} 的分箱有误：分割点和特殊值须为有限数且严格递增，每个类别只属于一组，数值型没有类别",
    )
    mend = Text(en="Sort the edges and remove what is doubled", zh="请将分割点排序并去掉重复项")


@dataclass(frozen=True)
class BinShape:
    """The bins (分箱) of a characteristic, in this order: groups of values, special values, missing.

    Numeric: ``edges`` part the numbers into ``(-inf, e1), [e1, e2), ..., [ek, inf)``, closed on the left;
    each of ``specials`` is a bin of its own. NaN and None are missing.
    Categorical: ``categories`` lists each group's members; ``others`` is the group that takes the
    categories not listed, or UNSEEN when there is none: those belong to no bin and are no evidence.
    None and empty text are missing. Raises BinsInvalid.
    """

    name: str
    kind: Kind
    edges: tuple[float, ...] = ()
    specials: tuple[float, ...] = ()
    categories: tuple[tuple[str, ...], ...] = ()
    others: int = UNSEEN

    def __post_init__(self) -> None:
        members = list(chain.from_iterable(self.categories))
        if self.kind is Kind.NUMERIC:
            fits = not self.categories and _rising(self.edges) and _rising(self.specials)
        else:
            fits = bool(self.categories) and not self.edges and not self.specials
            fits &= len(members) == len(set(members)) and "" not in members
            empty = (place for place, group in enumerate(self.categories) if not group)
            fits &= all(place == self.others for place in empty)
        if not fits or not UNSEEN <= self.others < max(len(self.categories), 0):
            raise BinsInvalid(name=self.name)

    @property
    def groups(self) -> int:
        """How many bins hold ordinary values; they come first."""
        return len(self.edges) + 1 if self.kind is Kind.NUMERIC else len(self.categories)

    @property
    def missing(self) -> int:
        """Index of the bin of missing values, the last one."""
        return self.groups + len(self.specials)

    @property
    def count(self) -> int:
        return self.missing + 1

    @cached_property
    def lookup(self) -> Lookup:
        """The way from values to bins, prepared once."""
        if self.kind is Kind.NUMERIC:
            return NumericLookup.of(name=self.name, edges=self.edges, specials=self.specials)
        return CategoryLookup.of(name=self.name, groups=self.categories, others=self.others)


def _rising(numbers: Sequence[float]) -> bool:
    return all(map(math.isfinite, numbers)) and all(a < b for a, b in pairwise(numbers))
