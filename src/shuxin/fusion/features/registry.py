"""The registry of features (特征登记): what each is, where it comes from, and how sensitive it is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import ibis

from shuxin.catalogue.api import (
    ColumnLineage,
    Lineage,
    SourceColumn,
    column_lineage,
    contract,
    grades_of,
    record_lineage,
)
from shuxin.fusion.features.computing import part_of, readable, with_needed
from shuxin.fusion.features.definition import Grain
from shuxin.fusion.features.families import Together
from shuxin.fusion.features.graph import NEIGHBOUR_FEATURES
from shuxin.fusion.features.invoices import INVOICE_FEATURES
from shuxin.fusion.features.library import FEATURES, READINGS
from shuxin.fusion.features.library.groups import GROUPS
from shuxin.fusion.features.queries import end_expression, part_expression, part_name
from shuxin.fusion.features.readings import SPINE
from shuxin.fusion.features.sources import marked_datasets, unbound_source
from shuxin.fusion.standards import fields_in, standard_named
from shuxin.kernel.errors import NotFound
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from shuxin.catalogue.api import Contract, Grade
    from shuxin.fusion.features.definition import Feature
    from shuxin.fusion.features.graph import NeighbourFeature

TRADE_FEATURES: tuple[Feature, ...] = INVOICE_FEATURES
"""Those that cards and limits of a bank of its own are made of: what invoices tell."""
SOURCES = tuple(
    sorted({standard for reading in READINGS.values() for standard in reading.standards})
)
"""Standards that features read, by name."""
_BY_NAME = {feature.name: feature for feature in FEATURES}
LINEAGE_OF, NEIGHBOURS = "features", "neighbours"
"""Names on the data map."""
_ANY_DAY = dt.date(2020, 1, 1)


class FeatureUnknown(NotFound):
    code = "feature_unknown"
    what = Text(en="there is no feature called {name}", zh="没有名为 {name} 的特征")
    mend = Text(en="List them with 'shuxin features'", zh="请用 shuxin features 查看")


@dataclass(frozen=True, slots=True)
class RegisteredFeature:
    """A feature with the fields that its values are made of (dataset, field) and the grade that follows.

    Of neighbours: also the fields that choose what makes it. ``grade`` None and no ``fields``: no dataset that it reads
    is here.
    """

    feature: Feature | NeighbourFeature
    fields: tuple[tuple[str, str], ...]
    grade: Grade | None


def feature_named(name: str) -> Feature:
    """Raises FeatureUnknown."""
    if name not in _BY_NAME:
        raise FeatureUnknown(name=name)
    return _BY_NAME[name]


def group_title(feature: Feature) -> Text:
    """The feature's group as people read it."""
    return GROUPS[feature.group]


def features_here(*, now: datetime) -> tuple[Feature, ...]:
    """Features that can be told from the datasets here: those of readings that can be read, and what is made of them.

    One made of several needs all of these, but for sums of what there is and those of invoices.
    """
    readings = set(readable(FEATURES, marked_datasets(now=now)))
    there = {feature.name for feature in FEATURES if feature.source in readings}

    def told(feature: Feature) -> bool:
        if feature.grain is not Grain.COMBINED:
            return feature.name in there
        parts = {one.name for one in _made_of(feature) if one.source}
        partly = isinstance(feature.formula, Together) or feature in TRADE_FEATURES
        return bool(parts & there) if partly else parts <= there

    return tuple(feature for feature in FEATURES if told(feature))


def made_of(feature: Feature) -> tuple[str, ...]:
    """What a feature's value is computed from: fields as ``standard.field``, or the features that it is made of."""
    if feature.grain is Grain.COMBINED:
        return tuple(one.name for one in _made_of(feature) if one is not feature)
    direct = _plain_lineage(feature.source)[feature.name]
    return tuple(sorted(f"{one.table}.{one.column}" for one in direct))


@cache
def _plain_lineage(reading: str) -> dict[str, frozenset[SourceColumn]]:
    """By feature of a reading the fields of standards that flow into it, whatever datasets are here."""
    lineage = column_lineage(expression=part_expression(reading, None))
    return {
        column.column: frozenset(
            one for one in column.direct if one.table != SPINE and not one.column.startswith("_")
        )
        for column in lineage.columns
    }


@cache
def _made_of(feature: Feature) -> tuple[Feature, ...]:
    return with_needed([feature.name], features=FEATURES)


def standards_of(feature: Feature) -> tuple[str, ...]:
    """Standard datasets that a feature reads, by name; of one made of others, theirs."""
    if feature.grain is not Grain.COMBINED:
        return READINGS[feature.source].standards
    read = {READINGS[part.source].standards for part in _made_of(feature) if part.source}
    return tuple(sorted({standard for standards in read for standard in standards}))


def registered_features(*, now: datetime) -> list[RegisteredFeature]:
    """Every feature, its lineage and grade computed from its expression and the contracts in force."""
    lineage = feature_lineage(now=now)
    if lineage is None:
        return [RegisteredFeature(feature, (), None) for feature in FEATURES]
    return _registered(FEATURES, lineage, now=now)


def registered_neighbour_features(*, now: datetime) -> list[RegisteredFeature]:
    """Every feature of neighbours, its fields and the grade that follows from the contracts in force."""
    return _registered(NEIGHBOUR_FEATURES, neighbour_lineage(now=now), now=now)


def _registered(
    features: Sequence[Feature | NeighbourFeature], lineage: Lineage, *, now: datetime
) -> list[RegisteredFeature]:
    tables = {source.table for column in lineage.columns for source in column.sources}
    contracts = {table: contract(dataset=table) for table in tables}
    grades = grades_of(lineage=lineage, contracts=contracts, today=now.date())
    found = []
    for feature in features:
        direct = sorted(lineage.of(feature.name).direct)
        fields = tuple((source.table, source.column) for source in direct)
        found.append(RegisteredFeature(feature, fields, grades[feature.name] if fields else None))
    return found


def neighbour_lineage(*, now: datetime) -> Lineage:
    """Column lineage of the features of neighbours over the datasets that are here.

    A field that chooses who is counted (a day of removal) flows into the number: it counts as direct.
    """
    given = {
        name: [(one.dataset, fields_in(one, standard_named(name))) for one in agreed]
        for name, agreed in marked_datasets(now=now).items()
    }

    def sources(feature: NeighbourFeature) -> frozenset[SourceColumn]:
        return frozenset(
            SourceColumn(dataset, fields[field])
            for standard, field in feature.fields
            for dataset, fields in given.get(standard, ())
            if field in fields
        )

    return Lineage(
        columns=tuple(
            ColumnLineage(column=one.name, direct=sources(one), indirect=frozenset())
            for one in NEIGHBOUR_FEATURES
        )
    )


def feature_lineage(*, now: datetime) -> Lineage | None:
    """Column lineage of all features over the datasets that are here; None without any.

    Each reading's is computed once for its contracts, and features made of others from theirs.
    """
    marked = marked_datasets(now=now)
    readings = tuple(readable(FEATURES, marked))
    if not readings:
        return None
    parts = {}
    for reading in readings:
        agreed = tuple((name, tuple(marked[name])) for name in READINGS[reading].standards)
        parts[part_name(reading)] = {
            one.column: one for one in _part_lineage(reading, agreed).columns
        }
    subjects = [found["entity"] for found in parts.values()]
    parts[SPINE] = {"entity": _joined("entity", subjects), "as_of": _joined("as_of", ())}
    end = _end_lineage(readings)
    return Lineage(columns=tuple(_through(column, parts) for column in end.columns))


@lru_cache(maxsize=256)
def _part_lineage(reading: str, agreed: tuple[tuple[str, tuple[Contract, ...]], ...]) -> Lineage:
    sources = {name: unbound_source(name, agreed=contracts) for name, contracts in agreed}
    subjects = [table.select("entity") for table in sources.values()]
    everyone = subjects[0] if len(subjects) == 1 else ibis.union(*subjects)
    spine = everyone.distinct().mutate(as_of=ibis.date(_ANY_DAY))
    part = part_of(reading, spine=spine, sources=sources, features=FEATURES)
    return column_lineage(expression=part)


@lru_cache(maxsize=16)
def _end_lineage(readings: tuple[str, ...]) -> Lineage:
    return column_lineage(expression=end_expression(readings, None))


def _through(
    column: ColumnLineage, parts: Mapping[str, Mapping[str, ColumnLineage]]
) -> ColumnLineage:
    """The lineage of a column of the end, whose sources are columns of parts, down to datasets."""
    direct = [parts[source.table][source.column] for source in column.direct]
    indirect = [
        parts[source.table][source.column] for source in column.indirect if source.column != "as_of"
    ]
    return _joined(column.column, direct, indirect)


def _joined(
    name: str, direct: Sequence[ColumnLineage], indirect: Sequence[ColumnLineage] = ()
) -> ColumnLineage:
    made_of = frozenset(source for one in direct for source in one.direct)
    decides = frozenset(source for one in direct for source in one.indirect)
    around = frozenset(source for one in indirect for source in one.direct | one.indirect)
    return ColumnLineage(column=name, direct=made_of, indirect=decides | around)


def record_feature_lineage(*, now: datetime) -> None:
    """Tell the data map which fields the features come from."""
    lineage = feature_lineage(now=now)
    if lineage is not None:
        record_lineage(derived=LINEAGE_OF, lineage=lineage, now=now)
    told = [column for column in neighbour_lineage(now=now).columns if column.direct]
    if told:
        record_lineage(derived=NEIGHBOURS, lineage=Lineage(tuple(told)), now=now)
