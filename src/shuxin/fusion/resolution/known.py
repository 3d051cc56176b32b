"""What rows with a valid code teach: names, further numbers and people of each code."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from rapidfuzz.distance import Levenshtein

from shuxin.fusion.resolution.codes import (
    CodeReading,
    organisation_check_holds,
    organisation_code_of,
    read_code,
)
from shuxin.fusion.resolution.names import (
    NameParts,
    parse_name,
    relative_name,
    several_names,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

UNLIKE = 0.34
"""Cores less similar than this are unlike: another firm or an entirely new name."""
SAME_SPELLING = 0.8
"""Cores at least this similar may be spellings of one name."""
MOST_UNLIKE_NAMES = 6
"""A code on more names, each unlike all the others, is no firm's own, but for instance an authority's."""


@dataclass(frozen=True, slots=True, order=True)
class Mention:
    """One way a dataset names a firm; ``key`` is the caller's and unique.

    ``code`` is as written, ``count`` how many rows say so. ``numbers`` are further codes of the
    same row as written: organisation code, registration number, taxpayer number. ``region``,
    ``address`` and ``legal_person`` (法定代表人) may be empty.
    """

    key: str
    code: str = ""
    name: str = ""
    dataset: str = ""
    count: int = 1
    numbers: tuple[str, ...] = ()
    region: str = ""
    address: str = ""
    legal_person: str = ""


class Flaw(StrEnum):
    """What is wrong with a mention."""

    CODE_FAILS = "code_fails"
    ORGANISATION_CHECK_FAILS = "organisation_check_fails"
    CODE_ON_MANY_NAMES = "code_on_many_names"
    UNLIKE_NAMES = "unlike_names"
    NAME_ON_SEVERAL_CODES = "name_on_several_codes"
    SEVERAL_NAMES = "several_names"
    RELATIVE_NAME = "relative_name"
    NOTHING_TO_GO_BY = "nothing_to_go_by"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A flaw of one mention; ``suggestions`` are codes for a person to choose from."""

    mention: str
    flaw: Flaw
    suggestions: tuple[str, ...] = ()


@dataclass(slots=True)
class KnownFirms:
    """By name key and by further number the codes that go with it; by code its names and people.

    ``attested``: for (name key, code) the datasets that say so.
    """

    by_name: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    by_number: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    names: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    former: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    attested: defaultdict[tuple[str, str], set[str]] = field(
        default_factory=lambda: defaultdict(set)
    )
    people: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    regions: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    findings: list[Finding] = field(default_factory=list)

    def learn(self, mention: Mention, code: str) -> None:
        """Take in a row that carries a code; several names in a cell and relative names are left out."""
        self.by_number[organisation_code_of(code)].add(code)
        for number in mention.numbers:
            for meaning in _meanings(read_code(number)):
                self.by_number[meaning].add(code)
        if mention.legal_person:
            self.people[code].add(mention.legal_person)
        if mention.region:
            self.regions[code].add(mention.region)
        parts = parse_name(mention.name)
        if not parts.key or several_names(mention.name) or relative_name(parts):
            return
        self.names[code][parts.key] += mention.count
        self.attested[parts.key, code].add(mention.dataset)
        for name in (*parts.former, *parts.others):
            self.former[code].add(parse_name(name).key)
        for key in (parts.key, *self.former[code]):
            self.by_name[key].add(code)

    def codes(self) -> frozenset[str]:
        """Every code learnt."""
        return frozenset().union(*self.by_number.values())

    def codes_named(self, parts: NameParts) -> frozenset[str]:
        """Codes known under the name, or under one it declares as former or other."""
        own = self.by_name.get(parts.key)
        if own:
            return frozenset(own)
        declared = (parse_name(name).key for name in (*parts.former, *parts.others))
        return frozenset().union(*(self.by_name.get(key, ()) for key in declared))

    def main_name(self, code: str) -> str:
        """The name key that most datasets, then most rows, use for a code; "" without a name."""
        names = self.names.get(code, Counter())
        merit = {key: (-len(self.attested[key, code]), -names[key], key) for key in names}
        return min(merit, key=lambda key: merit[key], default="")

    def is_hearsay(self, key: str, code: str) -> bool:
        """Whether one dataset alone gives this code a name unlike its main one: perhaps a wrong code.

        A declared former name is no hearsay, nor is another spelling of the main name.
        """
        main = self.main_name(code)
        sources = len(self.attested.get((key, code), ()))
        if key == main or key in self.former.get(code, ()) or sources != 1:
            return False
        one, other = parse_name(key).core, parse_name(main).core
        return Levenshtein.normalized_similarity(one, other) < SAME_SPELLING

    def told_apart(self, codes: frozenset[str], mention: Mention) -> frozenset[str]:
        """Those of ``codes`` that the mention's legal person, then region, speaks for."""
        for value, known in ((mention.legal_person, self.people), (mention.region, self.regions)):
            spoken_for = frozenset(code for code in codes if value and value in known[code])
            if spoken_for and spoken_for != codes:
                return spoken_for
        return codes


def _meanings(reading: CodeReading) -> tuple[str, ...]:
    return (organisation_code_of(reading.uscc),) if reading.uscc else reading.others


def identifiers(mention: Mention, reading: CodeReading) -> tuple[str, ...]:
    """Further numbers of a mention without a valid USCC."""
    return tuple(
        meaning
        for found in (reading, *map(read_code, mention.numbers))
        for meaning in _meanings(found)
    )


def learn_firms(
    coded: Iterable[tuple[Mention, str]], /
) -> tuple[KnownFirms, list[tuple[Mention, str]], list[Mention]]:
    """Known firms, the mentions placed by code, and those whose code belongs to no one firm."""
    by_code: defaultdict[str, list[Mention]] = defaultdict(list)
    for mention, code in coded:
        by_code[code].append(mention)
    known, placed, unplaced = KnownFirms(), [], []
    for code, mentions in sorted(by_code.items()):
        cores = _cores_by_use(mentions)
        if _on_many_names(cores.values()):
            known.findings += [Finding(m.key, Flaw.CODE_ON_MANY_NAMES) for m in mentions]
            unplaced += mentions
            continue
        for mention in mentions:
            known.learn(mention, code)
            placed.append((mention, code))
        known.findings += _code_findings(code, mentions, cores)
    return known, placed, unplaced


def _code_findings(code: str, mentions: list[Mention], cores: Mapping[str, str]) -> list[Finding]:
    main = next(iter(cores.values()), "")
    found = [
        Finding(m.key, Flaw.UNLIKE_NAMES)
        for m in mentions
        if (key := parse_name(m.name).key) and _unlike(cores[key], main)
    ]
    found += [Finding(m.key, Flaw.SEVERAL_NAMES) for m in mentions if several_names(m.name)]
    if not organisation_check_holds(code):
        found += [Finding(m.key, Flaw.ORGANISATION_CHECK_FAILS) for m in mentions]
    return found


def _cores_by_use(mentions: list[Mention]) -> dict[str, str]:
    """The core of each name key of one code, the most used name first."""
    counts: Counter[str] = Counter()
    cores: dict[str, str] = {}
    for mention in mentions:
        parts = parse_name(mention.name)
        if parts.key:
            counts[parts.key] += mention.count
            cores[parts.key] = parts.core
    return {key: cores[key] for key in sorted(cores, key=lambda key: (-counts[key], key))}


def _on_many_names(cores: Iterable[str]) -> bool:
    """Whether more than ``MOST_UNLIKE_NAMES`` of the cores are each unlike all the others."""
    apart: list[str] = []
    for core in cores:
        if all(_unlike(core, other) for other in apart):
            apart.append(core)
            if len(apart) > MOST_UNLIKE_NAMES:
                return True
    return False


def _unlike(one: str, other: str) -> bool:
    return (
        Levenshtein.normalized_similarity(one, other) < UNLIKE
        and one not in other
        and other not in one
    )
