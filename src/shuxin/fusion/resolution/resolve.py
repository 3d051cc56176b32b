"""Who is who: mentions in, entities with aliases, a review queue and findings out (主体归一)."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b
from typing import TYPE_CHECKING

from shuxin.fusion.resolution.clusters import Edge, cluster
from shuxin.fusion.resolution.codes import CodeReading, read_code
from shuxin.fusion.resolution.firms import learn_firm_model, rare_brands
from shuxin.fusion.resolution.known import (
    Finding,
    Flaw,
    KnownFirms,
    Mention,
    identifiers,
    learn_firms,
)
from shuxin.fusion.resolution.matching import Doubt, Match, NameRow, Thresholds, match_names
from shuxin.fusion.resolution.names import NameParts, parse_name, relative_name, several_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np

    from shuxin.fusion.resolution.linkage import Explanation, LinkageModel

_BY_NAME = "name:"


class Way(StrEnum):
    """How a mention came to its entity."""

    CODE = "code"
    NUMBER = "number"
    NAME = "name"
    WEIGHT = "weight"
    ALONE = "alone"


@dataclass(frozen=True, slots=True)
class Placement:
    """A mention's entity. ``explanation`` is there when a weight decided."""

    mention: str
    entity: str
    way: Way
    explanation: Explanation | None = None


@dataclass(frozen=True, slots=True)
class Entity:
    """One firm. ``identity`` is its USCC, or ``name:`` and a digest of its first name key.

    ``names`` are name keys with the rows that use them, most used first; ``former`` are names that
    rows declare as former or other.
    """

    identity: str
    uscc: str
    names: tuple[tuple[str, int], ...]
    former: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """A name for a person to decide: its mentions, the entity it stands as until then, why, with whom."""

    mentions: tuple[str, ...]
    entity: str
    doubt: Doubt
    candidates: tuple[str, ...]
    explanation: Explanation | None = None


@dataclass(frozen=True, slots=True, order=True)
class PartOf:
    """A unit (分支机构) and the firm its name says it belongs to: related, not the same."""

    unit: str
    head: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """All sorted by mention or identity, so equal inputs give equal results."""

    entities: tuple[Entity, ...]
    placements: tuple[Placement, ...]
    reviews: tuple[Review, ...]
    parts: tuple[PartOf, ...]
    findings: tuple[Finding, ...]

    def entity_of(self) -> dict[str, str]:
        """Mention key to entity identity."""
        return {placement.mention: placement.entity for placement in self.placements}


def learn_model(
    *, mentions: Iterable[Mention], rng: np.random.Generator, strength: float = 50.0
) -> LinkageModel:
    """Weights from the mentions that carry valid codes; with few of them, mostly prior belief."""
    everyone = sorted(mentions)
    coded, _ = _by_code(everyone)
    known, _, _ = learn_firms(coded)
    pairs = sorted((code, key) for code, names in known.names.items() for key in names)
    return learn_firm_model(
        codes=[code for code, _ in pairs],
        parts=[parse_name(key) for _, key in pairs],
        rare_brands=_rare(everyone),
        rng=rng,
        strength=strength,
    )


def resolve(
    *, mentions: Iterable[Mention], model: LinkageModel, thresholds: Thresholds
) -> Resolution:
    """Place every mention: by valid code, further number, exact name, weight; else alone.

    The order of ``mentions`` does not matter; their keys must be unique.

    Raises:
        ValueError: a key occurs twice.
    """
    everyone = sorted(mentions)
    if len({mention.key for mention in everyone}) != len(everyone):
        raise ValueError("every mention needs a key of its own")
    coded, uncoded = _by_code(everyone)
    known, placed, unplaced = learn_firms(coded)
    work = _Work(known)
    for mention, code in placed:
        work.place(mention, code, Way.CODE)
    for mention, reading in [*uncoded, *((mention, CodeReading()) for mention in unplaced)]:
        work.by_number_or_name(mention, reading)
    work.by_weight(rare=_rare(everyone), model=model, thresholds=thresholds)
    return work.result()


def _by_code(
    mentions: Sequence[Mention],
) -> tuple[list[tuple[Mention, str]], list[tuple[Mention, CodeReading]]]:
    coded, uncoded = [], []
    for mention in mentions:
        reading = read_code(mention.code)
        if reading.uscc:
            coded.append((mention, reading.uscc))
        else:
            uncoded.append((mention, reading))
    return coded, uncoded


def _rare(mentions: Iterable[Mention]) -> frozenset[str]:
    return rare_brands({p.key: p for p in (parse_name(m.name) for m in mentions)}.values())


def name_identity(key: str, /) -> str:
    """Identity of a firm known by name only."""
    return _BY_NAME + blake2b(key.encode(), digest_size=10).hexdigest()


@dataclass(slots=True)
class _Work:
    """State of one resolution; nodes are USCCs and name identities."""

    known: KnownFirms
    placements: dict[str, tuple[str, Way, Explanation | None]] = field(default_factory=dict)
    mentions: dict[str, Mention] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    open: defaultdict[str, list[Mention]] = field(default_factory=lambda: defaultdict(list))

    def place(self, mention: Mention, node: str, way: Way) -> None:
        self.mentions[mention.key] = mention
        self.placements[mention.key] = (node, way, None)

    def by_number_or_name(self, mention: Mention, reading: CodeReading) -> None:
        parts = parse_name(mention.name)
        codes = self.codes_numbered(mention, reading)
        if reading.flawed:
            near = reading.suggestions or tuple(sorted(self.known.codes_named(parts)))
            self.findings.append(Finding(mention.key, Flaw.CODE_FAILS, near))
        if len(codes) == 1:
            self.place(mention, next(iter(codes)), Way.NUMBER)
        elif parts.key and relative_name(parts):
            self.place(mention, name_identity(f"{mention.dataset}/{parts.key}"), Way.ALONE)
            self.findings.append(Finding(mention.key, Flaw.RELATIVE_NAME))
        elif several_names(mention.name):
            self.wait(mention, parts, Doubt.SEVERAL_NAMES, frozenset())
        else:
            self.by_name(mention, parts)

    def codes_numbered(self, mention: Mention, reading: CodeReading) -> set[str]:
        meanings = identifiers(mention, reading)
        return set().union(*(self.known.by_number.get(meaning, ()) for meaning in meanings))

    def by_name(self, mention: Mention, parts: NameParts) -> None:
        if not parts.key:
            self.place(mention, name_identity(mention.key), Way.ALONE)
            self.findings.append(Finding(mention.key, Flaw.NOTHING_TO_GO_BY))
            return
        named = self.known.codes_named(parts)
        codes = self.known.told_apart(named, mention)
        if len(codes) == 1 and self.known.is_hearsay(parts.key, *codes):
            self.wait(mention, parts, Doubt.ONE_SOURCE, codes)
        elif len(codes) == 1:
            self.place(mention, next(iter(codes)), Way.NAME)
        elif codes:
            self.findings.append(Finding(mention.key, Flaw.NAME_ON_SEVERAL_CODES))
            self.wait(mention, parts, Doubt.NAME_ON_SEVERAL_CODES, codes)
        else:
            self.place(mention, name_identity(parts.key), Way.ALONE)
            self.open[name_identity(parts.key)].append(mention)

    def wait(self, mention: Mention, parts: NameParts, doubt: Doubt, codes: frozenset[str]) -> None:
        node = name_identity(parts.key)
        self.place(mention, node, Way.ALONE)
        self.reviews.append(Review((mention.key,), node, doubt, tuple(sorted(codes))))

    def by_weight(
        self, *, rare: frozenset[str], model: LinkageModel, thresholds: Thresholds
    ) -> None:
        matches = match_names(
            open_rows=[_open_row(node, self.open[node]) for node in sorted(self.open)],
            known_rows=_known_rows(self.known),
            rare_brands=rare,
            model=model,
            thresholds=thresholds,
        )
        links = {match.node: match for match in matches if match.doubt is None}
        edges = [Edge(m.explanation.total, m.node, m.other) for m in links.values()]
        nodes = {node for node, _, _ in self.placements.values()}
        owners = frozenset(nodes & self.known.codes())
        clusters = cluster(nodes=nodes, edges=edges, owners=owners)
        refused = {(edge.one, edge.other) for edge in clusters.refused}
        self.join(clusters.root, links)
        for match in matches:
            one, other = sorted((match.node, match.other))
            doubt = Doubt.TWO_CODES if (one, other) in refused else match.doubt
            if doubt is not None and clusters.root[one] != clusters.root[other]:
                self.doubt(match, doubt, clusters.root)

    def join(self, root: Mapping[str, str], links: Mapping[str, Match]) -> None:
        """Move every name to the entity its cluster became."""
        joined = {to for node, to in root.items() if node != to}
        drawn = {match.other: match for match in links.values()} | dict(links)
        for key, (node, way, _) in self.placements.items():
            if way is Way.ALONE and (root[node] != node or node in joined):
                said = drawn[node].explanation if node in drawn else None
                self.placements[key] = (root[node], Way.WEIGHT, said)

    def doubt(self, match: Match, doubt: Doubt, root: Mapping[str, str]) -> None:
        keys = tuple(sorted(mention.key for mention in self.open[match.node]))
        candidates = (root[match.other],)
        self.reviews.append(Review(keys, root[match.node], doubt, candidates, match.explanation))

    def result(self) -> Resolution:
        names: defaultdict[str, Counter[str]] = defaultdict(Counter)
        heads: set[PartOf] = set()
        for key, (entity, _, _) in self.placements.items():
            mention = self.mentions[key]
            parts = parse_name(mention.name)
            names[entity][parts.key] += mention.count
            head = self.known.by_name.get(parts.head, set()) - {entity}
            if parts.head and len(head) == 1:
                heads.add(PartOf(entity, *head))
        return Resolution(
            entities=tuple(self.entity(node, names[node]) for node in sorted(names)),
            placements=tuple(
                Placement(key, *self.placements[key]) for key in sorted(self.placements)
            ),
            reviews=tuple(sorted(self.reviews, key=lambda r: (r.mentions, r.doubt))),
            parts=tuple(sorted(heads)),
            findings=tuple(sorted({*self.findings, *self.known.findings})),
        )

    def entity(self, node: str, names: Counter[str]) -> Entity:
        used = sorted(((n, c) for n, c in names.items() if n), key=lambda nc: (-nc[1], nc[0]))
        uscc = "" if node.startswith(_BY_NAME) else node
        former = self.known.former.get(uscc, set())
        return Entity(node, uscc, tuple(used), tuple(sorted(former)))


def _open_row(node: str, mentions: Sequence[Mention]) -> NameRow:
    """The row of a name without code; its legal person and address if its mentions agree on them."""
    return NameRow(
        node,
        parse_name(mentions[0].name),
        _only({m.legal_person for m in mentions}),
        _only({m.address for m in mentions}),
    )


def _known_rows(known: KnownFirms) -> list[NameRow]:
    """A row for every name of every code but hearsay, in the order of codes."""
    return [
        NameRow(code, parse_name(key), _only(known.people[code]))
        for code, names in sorted(known.names.items())
        for key in sorted({*names, *known.former[code]})
        if not known.is_hearsay(key, code)
    ]


def _only(values: set[str]) -> str:
    stated = values - {""}
    return stated.pop() if len(stated) == 1 else ""
