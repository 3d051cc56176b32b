"""Names that no code and no exact spelling places: candidates, weights, decisions."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from shuxin.fusion.resolution.blocking import candidate_pairs, name_keys
from shuxin.fusion.resolution.comparing import Levels, Pairs, Table, compare
from shuxin.fusion.resolution.firms import (
    CANDIDATES,
    COMPARISONS,
    MOST_COMMON,
    Guard,
    firm_table,
    guarded,
)
from shuxin.fusion.resolution.linkage import (
    Explanation,
    LinkageModel,
    explain,
    pair_weights,
    posterior,
    prior_bits,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from shuxin.fusion.resolution.names import NameParts


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a pair is linked, reviewed or left.

    ``link`` and ``review`` are posteriors. ``margin_bits`` is the lead the best entity needs over
    the second. ``expected_share`` is the share of unplaced names believed to have a
    partner; divided by the number of names searched, at least ``population``, it makes the prior:
    a small file does not make two like names one firm.
    """

    link: float = 0.95
    review: float = 0.05
    margin_bits: float = 3.0
    expected_share: float = 0.1
    population: int = 100_000

    def __post_init__(self) -> None:
        if not 0 < self.review <= self.link < 1 or not 0 < self.expected_share < 1:
            raise ValueError("0 < review <= link < 1 and 0 < expected_share < 1")
        if self.population < 1:
            raise ValueError("the population is at least one")


class Doubt(StrEnum):
    """Why a name waits for a person (人工复核)."""

    WEIGHT = "weight"
    MARGIN = "margin"
    REGION = "region"
    FORM = "form"
    NAME_ON_SEVERAL_CODES = "name_on_several_codes"
    SEVERAL_NAMES = "several_names"
    TWO_CODES = "two_codes"
    ONE_SOURCE = "one_source"


@dataclass(frozen=True, slots=True)
class NameRow:
    """A name to compare: which node of the entity graph it stands for, and its evidence."""

    node: str
    parts: NameParts
    legal_person: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """A name and the best node found for it; ``doubt`` is None for a link."""

    node: str
    other: str
    explanation: Explanation
    doubt: Doubt | None


def match_names(
    *,
    open_rows: Sequence[NameRow],
    known_rows: Sequence[NameRow],
    rare_brands: frozenset[str],
    model: LinkageModel,
    thresholds: Thresholds,
) -> list[Match]:
    """The best other node of each open name, if its posterior reaches ``thresholds.review``.

    Open names are compared with known names and with each other; rows must come in a canonical
    order. Another unit of the same firm is neither linked nor reviewed.
    """
    rows = [*open_rows, *known_rows]
    if not open_rows or len(rows) <= 1:
        return []
    model = replace(model, prior=thresholds.expected_share / max(len(rows), thresholds.population))
    table = _table(rows, rare_brands)
    pairs = _candidates(table, len(open_rows))
    nodes = np.array([row.node for row in rows])
    pairs = pairs[nodes[pairs[:, 0]] != nodes[pairs[:, 1]]]
    scored = _score(table, pairs, model, thresholds)
    return list(_decisions(scored, nodes, model, thresholds))


def _table(rows: Sequence[NameRow], rare_brands: frozenset[str]) -> Table:
    return firm_table(
        [row.parts for row in rows],
        rare_brands=rare_brands,
        legal_persons=[row.legal_person for row in rows],
        addresses=[row.address for row in rows],
    )


def _candidates(table: Table, open_count: int) -> Pairs:
    keys = name_keys(brands=table["brand"], cores=table["core"])
    opened = keys.first(open_count)
    return candidate_pairs(left=opened, right=keys, most_common=MOST_COMMON, best=CANDIDATES + 1)


@dataclass(frozen=True, slots=True)
class _Scored:
    pairs: Pairs
    levels: Levels
    weights: NDArray[np.float64]
    bits: NDArray[np.float64]
    stops: NDArray[np.bool_]


def _score(table: Table, pairs: Pairs, model: LinkageModel, thresholds: Thresholds) -> _Scored:
    """Pairs that reach review, best first for each left row."""
    levels = compare(comparisons=COMPARISONS, left=table, right=table, pairs=pairs)
    weights = pair_weights(model=model, left=table, pairs=pairs, levels=levels)
    bits = np.round(weights.sum(axis=1) + prior_bits(model.prior), 9)
    stops = guarded(levels)
    kept = np.flatnonzero((posterior(bits) >= thresholds.review) & ~stops[:, _UNIT])
    kept = kept[np.lexsort((pairs[kept, 1], stops[kept].any(axis=1), -bits[kept], pairs[kept, 0]))]
    return _Scored(pairs[kept], levels[kept], weights[kept], bits[kept], stops[kept])


_UNIT = list(Guard).index(Guard.UNIT)


def _decisions(
    scored: _Scored, nodes: NDArray[np.str_], model: LinkageModel, thresholds: Thresholds
) -> Iterator[Match]:
    by_row: defaultdict[int, list[int]] = defaultdict(list)
    for at, row in enumerate(scored.pairs[:, 0].tolist()):
        by_row[row].append(at)
    chance = posterior(scored.bits)
    for row, ats in by_row.items():
        best = ats[0]
        other = nodes[scored.pairs[best, 1]]
        rivals = [at for at in ats if nodes[scored.pairs[at, 1]] != other]
        doubt = _doubt(scored, best, rivals, float(chance[best]), thresholds)
        said = explain(model=model, levels=scored.levels[best], weights=scored.weights[best])
        yield Match(str(nodes[row]), str(other), said, doubt)


def _doubt(
    scored: _Scored, best: int, rivals: Sequence[int], chance: float, thresholds: Thresholds
) -> Doubt | None:
    if chance < thresholds.link:
        return Doubt.WEIGHT
    for guard, stopped in zip(Guard, scored.stops[best], strict=True):
        if stopped:
            return Doubt(guard.value)
    if rivals and scored.bits[best] - scored.bits[rivals[0]] < thresholds.margin_bits:
        return Doubt.MARGIN
    return None
