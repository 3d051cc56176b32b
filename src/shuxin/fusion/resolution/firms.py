"""How names of enterprises are compared, and what is believed about them before any data."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz.distance import Levenshtein
from rapidfuzz.fuzz import token_set_ratio

from shuxin.fusion.resolution.blocking import candidate_pairs, name_keys, self_pairs
from shuxin.fusion.resolution.comparing import (
    Close,
    Comparison,
    Level,
    Levels,
    Same,
    Table,
    compare,
)
from shuxin.fusion.resolution.linkage import (
    LinkageModel,
    learn_from_known,
    measure_rarity,
    random_pairs,
)
from shuxin.fusion.resolution.vocabulary import LegalForm

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from numpy.typing import NDArray

    from shuxin.fusion.resolution.names import NameParts

_NONE = "-"
_GROUP = "+group"
_EVOLVES = {LegalForm.LIMITED, LegalForm.JOINT_STOCK, LegalForm.COMPANY}

CANDIDATES = 20
MOST_COMMON = 300
"""A key on more names than this finds no candidates."""


def _edit(one: str, other: str) -> float:
    return float(Levenshtein.normalized_similarity(one, other))


def _contained(one: str, other: str) -> float:
    short, long = sorted((one, other), key=len)
    return float(short in long)


def _same_place(one: str, other: str) -> float:
    """Whether the narrowest places are one: 昌平区 and 北京/昌平区."""
    return float(one.rpartition("/")[2] == other.rpartition("/")[2])


def _unstated(one: str, other: str) -> float:
    return float(_NONE in {one, other})


def _evolved(one: str, other: str) -> float:
    """Whether one legal form commonly becomes the other (改制), groups aside."""
    return float(
        one.endswith(_GROUP) == other.endswith(_GROUP)
        and {one.removesuffix(_GROUP), other.removesuffix(_GROUP)} <= _EVOLVES
    )


def _regrouped(one: str, other: str) -> float:
    return float({one.removesuffix(_GROUP), other.removesuffix(_GROUP)} <= _EVOLVES)


def _address(one: str, other: str) -> float:
    return float(token_set_ratio(one, other)) / 100


_ONE_UNIT = (Same("unit"), Same("numbers"))
COMPARISONS = (
    Comparison(
        "core",
        (
            Level("same, rare brand", (Same("core"), Same("rare_brand"), *_ONE_UNIT)),
            Level("same", (Same("core"), Same("brand"), *_ONE_UNIT)),
            Level("slip", (Close("core", _edit, 0.8), Close("brand", _edit, 0.75), *_ONE_UNIT)),
            Level(
                "same brand, close trade",
                (Same("brand"), Close("trade", _edit, 0.5), *_ONE_UNIT),
            ),
            Level("same rare brand", (Same("rare_brand"), *_ONE_UNIT)),
            Level("same brand", (Same("brand"), *_ONE_UNIT)),
            Level("another unit", (Same("brand"),)),
            Level("brand within brand", (Close("brand", _contained, 1.0),)),
            Level("alike", (Close("core", _edit, 0.6),)),
        ),
        needs=("brand",),
        rarity="brand",
    ),
    Comparison(
        "region",
        (
            Level("same", (Same("region"),)),
            Level("same, written shorter", (Close("region", _same_place, 1.0),)),
            Level("one within the other", (Close("region", _contained, 1.0),)),
            Level("one unstated", (Close("region", _unstated, 1.0),)),
        ),
        needs=("region",),
    ),
    Comparison(
        "form",
        (
            Level("same", (Same("form"),)),
            Level("evolved", (Close("form", _evolved, 1.0),)),
            Level("group and firm", (Close("form", _regrouped, 1.0),)),
        ),
        needs=("form",),
    ),
    Comparison(
        "legal person",
        (Level("same", (Same("legal_person"),)),),
        needs=("legal_person",),
        rarity="legal_person",
    ),
    Comparison("address", (Level("close", (Close("address", _address, 0.85),)),), ("address",)),
)

BELIEF = LinkageModel(
    comparisons=COMPARISONS,
    m=(
        (0.30, 0.10, 0.05, 0.05, 0.06, 0.02, 0.05, 0.12, 0.05, 0.20),
        (0.85, 0.04, 0.02, 0.07, 0.02),
        (0.55, 0.35, 0.05, 0.05),
        (0.80, 0.20),
        (0.70, 0.30),
    ),
    u=(
        (1e-8, 1e-5, 1e-6, 1e-6, 1e-6, 1e-5, 2e-4, 5e-4, 3e-4, 0.99),
        (0.65, 0.01, 0.02, 0.15, 0.17),
        (0.70, 0.15, 0.05, 0.10),
        (0.001, 0.999),
        (0.01, 0.99),
    ),
    prior=1e-6,
    rarities={},
)
"""Weights before any data, rounded judgement; ``learn_firm_model`` moves them with known pairs."""


RARE_BRAND = 4
"""A brand in at most this many different names is rare."""


def rare_brands(parts: Iterable[NameParts], /) -> frozenset[str]:
    """Brands of few names, out of distinct names."""
    counts = Counter(p.brand for p in parts)
    return frozenset(brand for brand, count in counts.items() if count <= RARE_BRAND)


def firm_table(
    parts: Sequence[NameParts],
    /,
    *,
    rare_brands: Collection[str],
    legal_persons: Sequence[str] = (),
    addresses: Sequence[str] = (),
) -> Table:
    """Columns of ``COMPARISONS``. No region, unit or numbers is a value; the rest may be missing."""
    blank = [""] * len(parts)
    return {
        "core": [p.core for p in parts],
        "brand": [p.brand for p in parts],
        "rare_brand": [p.brand if p.brand in rare_brands else "" for p in parts],
        "trade": [p.trade for p in parts],
        "region": [p.region or _NONE for p in parts],
        "form": [p.form + (_GROUP if p.group else "") for p in parts],
        "unit": [p.unit or _NONE for p in parts],
        "numbers": [p.numbers or _NONE for p in parts],
        "legal_person": legal_persons or blank,
        "address": addresses or blank,
    }


class Guard(StrEnum):
    """Why a pair is never linked by weight alone."""

    REGION = "region"
    FORM = "form"
    UNIT = "unit"


_GUARDS = (
    (Guard.REGION, "region", ("one within the other", "one unstated", "differ")),
    (Guard.FORM, "form", ("group and firm", "differ")),
    (Guard.UNIT, "core", ("another unit",)),
)


def guarded(levels: Levels, /) -> NDArray[np.bool_]:
    """(n, 3) which guards stop each pair: other or unstated region, other kind of
    body, other unit or number.
    """
    stops = np.zeros((len(levels), len(_GUARDS)), bool)
    columns = {c.name: (i, c.labels) for i, c in enumerate(COMPARISONS)}
    for at, (_, name, stopping) in enumerate(_GUARDS):
        column, labels = columns[name]
        stops[:, at] = np.isin(levels[:, column], [labels.index(label) for label in stopping])
    return stops


def learn_firm_model(
    *,
    codes: Sequence[str],
    parts: Sequence[NameParts],
    rare_brands: Collection[str],
    rng: np.random.Generator,
    chance_pairs: int = 200_000,
    strength: float = 50.0,
) -> LinkageModel:
    """Weights from names whose codes are known (有码样本), one entry for each code and spelling.

    Pairs under one code match, pairs under two codes differ. Pairs of one spelling and pairs that
    a guard stops are left out: weights never decide them. Blocked pairs count as themselves,
    pairs drawn by chance stand for all the others. ``strength`` is what ``BELIEF`` is worth in
    matching pairs. Brands' rarity comes from the same names.
    """
    rarities = {"brand": measure_rarity([p.brand for p in parts])}
    if len(parts) <= 1:
        return replace(BELIEF, rarities=rarities)
    table, code = firm_table(parts, rare_brands=rare_brands), np.asarray(codes)
    keys = name_keys(brands=table["brand"], cores=table["core"])
    near = self_pairs(
        candidate_pairs(left=keys, right=keys, most_common=MOST_COMMON, best=CANDIDATES)
    )
    key = np.asarray([p.key for p in parts])
    chance = random_pairs(left=len(parts), right=len(parts), count=chance_pairs, rng=rng)
    pairs = np.vstack((near, chance))
    levels = compare(comparisons=COMPARISONS, left=table, right=table, pairs=pairs)
    same = code[pairs[:, 0]] == code[pairs[:, 1]]
    near_row = np.arange(len(pairs)) < len(near)
    open_question = (key[pairs[:, 0]] != key[pairs[:, 1]]) & ~guarded(levels).any(axis=1)
    unseen = max(len(parts) * (len(parts) - 1) / 2 - len(near), 1.0)
    different = ~same & (open_question | ~near_row)
    model = learn_from_known(
        model=BELIEF,
        same=levels[same & near_row & open_question],
        different=levels[different],
        counts=np.where(near_row, 1.0, unseen / max(len(chance), 1))[different],
        strength=strength,
    )
    return replace(model, rarities=rarities)
