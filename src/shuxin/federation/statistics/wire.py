"""The two messages of joint tables that are not words of a ring: a holder's description, the label party's answer."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from shuxin.federation.statistics.errors import FeaturesTooMany, StatisticsMessageWrong
from shuxin.federation.statistics.task import LONGEST_NAME, largest_hundredths
from shuxin.kernel.canonical import canonical_json
from shuxin.kernel.statements import StatementInvalid, parse_json
from shuxin.scoring.api import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shuxin.federation.statistics.features import FineFeature
    from shuxin.federation.statistics.task import Counting

_FEATURE, _ANSWER = {"name", "kind", "values", "apart", "rows"}, {"groups", "woe"}


@dataclass(frozen=True, slots=True)
class SharedFeature:
    """What the label party knows of a holder's feature (特征概要): neither edges nor categories.

    values: bins of ordinary values, which may be merged. apart: bins of special values and missing, behind them.
    rows: in each bin, counted by the holder.
    """

    name: str
    kind: Kind
    values: int
    apart: int
    rows: tuple[int, ...]

    @property
    def count(self) -> int:
        return self.values + self.apart


@dataclass(frozen=True, slots=True)
class Answer:
    """What a holder learns of one of its features: pre-bins of each merged bin, WOE of all bins in hundredths."""

    groups: tuple[tuple[int, ...], ...]
    hundredths: tuple[int, ...]


def shared(features: Sequence[FineFeature]) -> tuple[SharedFeature, ...]:
    return tuple(
        SharedFeature(
            name=each.name,
            kind=each.shape.kind,
            values=each.shape.groups,
            apart=each.shape.count - each.shape.groups,
            rows=tuple(each.rows.tolist()),
        )
        for each in features
    )


def require_fitting(features: Sequence[SharedFeature], counting: Counting) -> None:
    """Raises FeaturesTooMany; ValueError where names are no public names, or the same."""
    if len({each.name for each in features}) < len(features):
        raise ValueError("two features have one name")
    if not all(map(_is_name, (each.name for each in features))):
        raise ValueError("a name has 1 to 200 printable characters")
    _require(len(features), "most_features", counting.most_features)
    for each in features:
        _require(sum(each.rows), "most_rows", counting.most_rows)
        _require(each.values, "most_bins", counting.most_bins)
        _require(each.apart, "most_apart", counting.most_apart)


def _require(found: int, limit: str, most: int) -> None:
    if found > most:
        raise FeaturesTooMany(found=found, limit=limit, most=most)


def description(features: Sequence[SharedFeature]) -> bytes:
    """Canonical JSON."""
    return canonical_json(
        [
            {
                "name": each.name,
                "kind": each.kind.value,
                "values": each.values,
                "apart": each.apart,
                "rows": list(each.rows),
            }
            for each in features
        ]
    )


def read_description(content: bytes, *, counting: Counting, rows: int) -> tuple[SharedFeature, ...]:
    """From a stranger; ``rows`` is how many each feature must have. Raises StatisticsMessageWrong."""
    reader = _Reader(counting.name("features"), counting.seats.holder)
    listed = reader.listed(content, counting.features_bytes)
    reader.require(1 <= len(listed) <= counting.most_features, "number of features")
    found = tuple(_feature(each, reader, counting, rows) for each in listed)
    reader.require(len({each.name for each in found}) == len(found), "a name stands twice")
    return found


def _feature(value: Any, reader: _Reader, counting: Counting, rows: int) -> SharedFeature:
    reader.require(isinstance(value, dict) and set(value) == _FEATURE, "fields")
    name, kind = value["name"], value["kind"]
    reader.require(isinstance(name, str) and _is_name(name), "name")
    reader.require(isinstance(kind, str) and kind in set(Kind), "kind")
    values = reader.whole(value["values"], 1, counting.most_bins, "values")
    most_apart = 1 if kind == Kind.CATEGORICAL else counting.most_apart
    apart = reader.whole(value["apart"], 1, most_apart, "apart")
    counts = reader.wholes(value["rows"], values + apart, (0, rows), "rows")
    reader.require(sum(counts) == rows, "other rows than aligned")
    return SharedFeature(name=name, kind=Kind(kind), values=values, apart=apart, rows=counts)


def answer(answers: Sequence[Answer]) -> bytes:
    """Canonical JSON."""
    return canonical_json(
        [
            {"groups": [list(group) for group in each.groups], "woe": list(each.hundredths)}
            for each in answers
        ]
    )


def read_answer(
    content: bytes, *, counting: Counting, features: Sequence[SharedFeature], rows: int
) -> tuple[Answer, ...]:
    """From a stranger: one for each feature, every pre-bin in one group, in order where bins have one.

    Raises:
        StatisticsMessageWrong: it is not so, or a WOE is beyond what ``rows`` rows can give.
    """
    reader = _Reader(counting.name("answer"), counting.seats.label)
    listed = reader.listed(content, counting.answer_bytes)
    reader.require(len(listed) == len(features), "number of features")
    most = largest_hundredths(rows)
    return tuple(_read(*pair, reader, most) for pair in zip(listed, features, strict=True))


def _read(value: Any, feature: SharedFeature, reader: _Reader, most: int) -> Answer:
    reader.require(isinstance(value, dict) and set(value) == _ANSWER, "fields")
    groups = value["groups"]
    reader.require(isinstance(groups, list) and all(isinstance(g, list) for g in groups), "groups")
    reader.require(all(groups), "an empty group")
    bins = reader.wholes(list(chain(*groups)), feature.values, (0, feature.values - 1), "groups")
    ordered = bins if feature.kind is Kind.NUMERIC else tuple(sorted(bins))
    reader.require(ordered == tuple(range(feature.values)), "groups")
    hundredths = reader.wholes(value["woe"], len(groups) + feature.apart, (-most, most), "woe")
    return Answer(tuple(map(tuple, groups)), hundredths)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Refuses in the name of one message."""

    name: str
    party: str

    def require(self, holds: object, reason: str) -> None:
        if not holds:
            raise StatisticsMessageWrong(name=self.name, party=self.party, reason=reason)

    def listed(self, content: bytes, longest: int) -> list[Any]:
        try:
            value = parse_json(content, longest=longest)
        except StatementInvalid:
            value = None
        self.require(isinstance(value, list), "not a list")
        return list(value)

    def whole(self, value: Any, least: int, most: int, reason: str) -> int:
        self.require(type(value) is int and least <= value <= most, reason)
        return int(value)

    def wholes(
        self, value: Any, length: int, within: tuple[int, int], reason: str
    ) -> tuple[int, ...]:
        self.require(isinstance(value, list) and len(value) == length, reason)
        return tuple(self.whole(each, *within, reason) for each in value)


def _is_name(name: str) -> bool:
    return 1 <= len(name) <= LONGEST_NAME and name.isprintable()
