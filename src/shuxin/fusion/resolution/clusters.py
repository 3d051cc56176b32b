"""From links to entities, and what changed between two resolutions (合并与拆分)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    """A link between two nodes, ``bits`` its weight."""

    bits: float
    one: str
    other: str


@dataclass(frozen=True, slots=True)
class Clusters:
    """``root`` names the cluster of every node; ``refused`` would have joined two owners."""

    root: Mapping[str, str]
    refused: tuple[Edge, ...]


def cluster(*, nodes: Iterable[str], edges: Iterable[Edge], owners: frozenset[str]) -> Clusters:
    """Join nodes from the strongest edge down, never two owners in one cluster.

    An owner is a node with a valid USCC. The result does not depend on the order of the arguments:
    equal weights go by node names. A cluster is named by its owner, else by its smallest node.
    """
    root = {node: node for node in sorted(nodes)}

    def find(node: str) -> str:
        while root[node] != node:
            root[node] = root[root[node]]
            node = root[node]
        return node

    refused: list[Edge] = []
    for edge in sorted({_ordered(edge) for edge in edges}, key=lambda e: (-e.bits, e.one, e.other)):
        one, other = find(edge.one), find(edge.other)
        if one in owners and other in owners and one != other:
            refused.append(edge)
        elif one != other:
            head, tail = sorted((one, other), key=lambda node: (node not in owners, node))
            root[tail] = head
    return Clusters({node: find(node) for node in root}, tuple(refused))


def _ordered(edge: Edge) -> Edge:
    one, other = sorted((edge.one, edge.other))
    return Edge(edge.bits, one, other)


class Change(StrEnum):
    """What happened to an entity between two resolutions."""

    CREATED = "created"
    MERGED = "merged"
    SPLIT = "split"
    RENAMED = "renamed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class EntityEvent:
    """One change. ``before`` and ``after`` are identities of the entities involved, sorted.

    CREATED has no ``before``, GONE no ``after``; MERGED has several before and one after; SPLIT one
    before and several after; RENAMED one of each: same members, another identity (a code became
    known).
    """

    change: Change
    before: tuple[str, ...]
    after: tuple[str, ...]
    at: datetime


def entity_events(
    *, before: Mapping[str, str], after: Mapping[str, str], at: datetime
) -> tuple[EntityEvent, ...]:
    """Events that lead from one placement of mentions to the next.

    Args:
        before: mention to entity identity at the earlier resolution.
        after: the same at the later one.
        at: when the later resolution was made, aware.

    Only mentions in both say what merged or split. Sorted by identities.
    """
    into, out_of = defaultdict(set), defaultdict(set)
    for mention in before.keys() & after.keys():
        into[before[mention]].add(after[mention])
        out_of[after[mention]].add(before[mention])
    old, new = set(before.values()), set(after.values())
    events = [EntityEvent(Change.CREATED, (), (e,), at) for e in new - out_of.keys() - old]
    events += [EntityEvent(Change.GONE, (e,), (), at) for e in old - into.keys() - new]
    events += [
        EntityEvent(Change.MERGED, _sorted(sources), (e,), at)
        for e, sources in out_of.items()
        if len(sources) > 1
    ]
    events += [
        EntityEvent(Change.SPLIT, (e,), _sorted(targets), at)
        for e, targets in into.items()
        if len(targets) > 1
    ]
    events += [
        EntityEvent(Change.RENAMED, (e,), _sorted(targets), at)
        for e, targets in into.items()
        if len(targets) == 1 and e not in targets and len(out_of[next(iter(targets))]) == 1
    ]
    return tuple(sorted(events, key=lambda event: (event.before, event.after, event.change)))


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names))
