"""What a holder may answer about a subject: a closed choice, made once for a model, part of every file of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from shuxin.kernel.text import Text  # noqa: TC001 - pydantic reads the annotations
from shuxin.scoring.api import CardInvalid

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_HOLDERS = 16
MOST_CATEGORIES = 4
"""Reasons that one holder gives at most; scoring gives as many of its own."""
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")


class Contribution(StrEnum):
    """What the label party learns of the holders' points."""

    SUM = "sum"
    """The sum over all holders that answer; of one holder that is its total."""
    BY_HOLDER = "by_holder"
    """Each holder's total."""
    BY_CATEGORY = "by_category"
    """Each holder's total of each public category."""


class Reasons(StrEnum):
    """What a holder says of why points were lost."""

    NONE = "none"
    CATEGORIES = "categories"
    """Public categories in falling order of points lost; never how many, never a bin."""


@dataclass(frozen=True, slots=True)
class Category:
    """A public category of characteristics (特征类别). ``title`` is what an applicant reads. Raises CardInvalid."""

    code: str
    title: Text

    def __post_init__(self) -> None:
        if not _CODE.fullmatch(self.code) or set("{}") & set(self.title.en + self.title.zh):
            raise CardInvalid(where="categories")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What holders may answer (模型约定). Raises CardInvalid.

    most_categories: reasons of one holder at most; 0 just when there are none.
    min_holders: with fewer holders able to answer, a sum is not opened and every holder counts as missing.
        1 unless the contribution is a sum.
    silent: codes of categories that are never named to anybody, as where the law forbids tipping off;
        by category their points stand together in one column without a name. Rising.
    """

    contribution: Contribution
    reasons: Reasons
    most_categories: int
    min_holders: int
    silent: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        most = 0 if self.reasons is Reasons.NONE else MOST_CATEGORIES
        fewest = min(most, 1)
        if not fewest <= self.most_categories <= most:
            raise CardInvalid(where="contract.most_categories")
        holders = MOST_HOLDERS if self.contribution is Contribution.SUM else 1
        if not 1 <= self.min_holders <= holders:
            raise CardInvalid(where="contract.min_holders")
        if list(self.silent) != sorted(set(self.silent)) or not all(
            map(_CODE.fullmatch, self.silent)
        ):
            raise CardInvalid(where="contract.silent")

    def columns(self, categories: Sequence[Category], /) -> tuple[tuple[int, ...], ...]:
        """The numbers of a holder's answer: for each, the places of the categories that it adds up."""
        everything = tuple(range(len(categories)))
        if self.contribution is not Contribution.BY_CATEGORY:
            return (everything,)
        silent = tuple(nth for nth in everything if categories[nth].code in self.silent)
        named = tuple((nth,) for nth in everything if nth not in silent)
        return (*named, silent) if silent else named
