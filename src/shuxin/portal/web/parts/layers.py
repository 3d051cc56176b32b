"""Where the dots of a directed graph stand: layers from left to right, few crossings, lines around the boxes.

After Sugiyama, Tagawa and Toda, "Methods for visual understanding of hierarchical system structures" (1981):
break cycles, layer by the longest path, set invisible dots on long arcs, order by barycentres, straighten.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Name = str
Pair = tuple[Name, Name]
SWEEPS = 12


@dataclass(frozen=True, slots=True)
class Placed:
    """``layer`` counts from the left; ``centre`` is the height of the middle, in the unit of the sizes given."""

    layer: int
    centre: float


@dataclass(frozen=True, slots=True)
class Layout:
    """``dots`` by name; ``ways``: for each arc the (layer, centre) of both ends and of every layer between."""

    dots: Mapping[Name, Placed]
    ways: Mapping[Pair, Sequence[Placed]]
    height: float


def laid_out(heights: Mapping[Name, float], arcs: Iterable[Pair], *, gap: float) -> Layout:
    """``heights`` of all dots, by name, in the order in which they are to stand where nothing else decides.

    Arcs of a dot to itself, and to names that are not there, are left out. The same input gives the same picture.
    """
    known = dict.fromkeys((a, b) for a, b in arcs if a != b and a in heights and b in heights)
    forward = _without_cycles(heights, known)
    layer_of = _layers(heights, forward.values())
    chains = {arc: _chain(forward[arc], layer_of) for arc in known}
    sizes = dict(heights)
    for (a, b), chain in chains.items():
        for i, name in enumerate(chain[1:-1], start=1):
            sizes[name], layer_of[name] = gap / 2, min(layer_of[a], layer_of[b]) + i
    links = [pair for chain in chains.values() for pair in itertools.pairwise(chain)]
    rows = _ordered(sizes, layer_of, links)
    centres = _centres(rows, sizes, links, gap=gap)
    placed = {name: Placed(layer_of[name], centres[name]) for name in sizes}
    ways = {
        arc: [placed[n] for n in (chain if forward[arc] == arc else chain[::-1])]
        for arc, chain in chains.items()
    }
    bottom = max((centres[name] + sizes[name] / 2 for name in sizes), default=0.0)
    return Layout({name: placed[name] for name in heights}, ways, bottom)


def _without_cycles(dots: Iterable[Name], arcs: Iterable[Pair]) -> dict[Pair, Pair]:
    """Each arc, turned round where it would close a circle on the way through the dots in their order."""
    after: dict[Name, list[Name]] = defaultdict(list)
    for a, b in arcs:
        after[a].append(b)
    state: dict[Name, int] = {}
    turned: set[Pair] = set()
    for root in dots:
        if root in state:
            continue
        state[root] = 1
        stack = [(root, iter(after[root]))]
        while stack:
            here, rest = stack[-1]
            there = next(rest, None)
            if there is None:
                state[here] = 2
                stack.pop()
            elif there not in state:
                state[there] = 1
                stack.append((there, iter(after[there])))
            elif state[there] == 1:
                turned.add((here, there))
    return {arc: (arc[1], arc[0]) if arc in turned else arc for arc in arcs}


def _layers(dots: Iterable[Name], arcs: Iterable[Pair]) -> dict[Name, int]:
    """The longest way from a dot without arcs into it."""
    after: dict[Name, list[Name]] = defaultdict(list)
    waits: dict[Name, int] = dict.fromkeys(dots, 0)
    for a, b in set(arcs):
        after[a].append(b)
        waits[b] += 1
    layer = dict.fromkeys(waits, 0)
    ready = [name for name, number in waits.items() if number == 0]
    while ready:
        here = ready.pop()
        for there in after[here]:
            layer[there] = max(layer[there], layer[here] + 1)
            waits[there] -= 1
            if waits[there] == 0:
                ready.append(there)
    return layer


def _chain(arc: Pair, layer_of: Mapping[Name, int]) -> list[Name]:
    a, b = arc
    between = range(layer_of[a] + 1, layer_of[b])
    return [a, *(f"{a}\0{b}\0{layer}" for layer in between), b]


def _ordered(
    sizes: Mapping[Name, float], layer_of: Mapping[Name, int], links: Sequence[Pair]
) -> list[list[Name]]:
    """The dots of each layer from top to bottom; the best of some sweeps."""
    rows: list[list[Name]] = [[] for _ in range(max(layer_of.values(), default=-1) + 1)]
    for name in sizes:
        rows[layer_of[name]].append(name)
    before, after = _neighbours(links)
    best, fewest = [row[:] for row in rows], _crossings(rows, after)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for i in range(1, len(rows)) if down else range(len(rows) - 2, -1, -1):
            fixed = {name: at for at, name in enumerate(rows[i - 1 if down else i + 1])}
            _by_barycentre(rows[i], fixed, before if down else after)
        crossings = _crossings(rows, after)
        if crossings < fewest:
            best, fewest = [row[:] for row in rows], crossings
    return best


def _neighbours(links: Iterable[Pair]) -> tuple[dict[Name, list[Name]], dict[Name, list[Name]]]:
    before, after = defaultdict(list), defaultdict(list)
    for a, b in links:
        before[b].append(a)
        after[a].append(b)
    return before, after


def _by_barycentre(
    row: list[Name], fixed: Mapping[Name, int], near: Mapping[Name, list[Name]]
) -> None:
    at = {name: float(i) for i, name in enumerate(row)}
    for name in row:
        places = [fixed[other] for other in near.get(name, ()) if other in fixed]
        if places:
            at[name] = sum(places) / len(places)
    row.sort(key=at.__getitem__)


def _crossings(rows: Sequence[Sequence[Name]], after: Mapping[Name, list[Name]]) -> int:
    total = 0
    for row, following in itertools.pairwise(rows):
        at = {name: i for i, name in enumerate(following)}
        ends = [sorted(at[b] for b in after.get(a, ()) if b in at) for a in row]
        seen: list[int] = []
        for group in ends:
            total += sum(1 for end in group for earlier in seen if earlier > end)
            seen += group
    return total


def _centres(
    rows: Sequence[Sequence[Name]],
    sizes: Mapping[Name, float],
    links: Sequence[Pair],
    *,
    gap: float,
) -> dict[Name, float]:
    """Each dot as near to the middle of its neighbours as its row allows; nothing overlaps, nothing is above 0."""
    before, after = _neighbours(links)
    centre: dict[Name, float] = {}
    for row in rows:
        centre |= _spread([0.0] * len(row), row, sizes, gap)
    for sweep in range(SWEEPS):
        near = before if sweep % 2 == 0 else after
        for row in rows if sweep % 2 == 0 else rows[::-1]:
            wished = [_mean([centre[n] for n in near.get(name, ())], centre[name]) for name in row]
            centre |= _spread(wished, row, sizes, gap)
    top = min((centre[name] - sizes[name] / 2 for name in centre), default=0.0)
    return {name: at - top for name, at in centre.items()}


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _spread(
    wished: Sequence[float], row: Sequence[Name], sizes: Mapping[Name, float], gap: float
) -> dict[Name, float]:
    """The heights nearest to the wished ones, by least squares, that keep order and distance (pool adjacent)."""
    offsets, at = [], 0.0
    for i, name in enumerate(row):
        at += (sizes[row[i - 1]] + sizes[name]) / 2 + gap if i else 0.0
        offsets.append(at)
    blocks: list[list[float]] = []  # mean, weight
    for wish, offset in zip(wished, offsets, strict=True):
        blocks.append([wish - offset, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            mean, weight = blocks.pop()
            last = blocks[-1]
            last[0] = (last[0] * last[1] + mean * weight) / (last[1] + weight)
            last[1] += weight
    levels = [mean for mean, weight in blocks for _ in range(int(weight))]
    return {name: level + offset for name, level, offset in zip(row, levels, offsets, strict=True)}
