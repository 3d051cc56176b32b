"""The registry of features (特征登记): what each is, where it comes from, and how sensitive it is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis

from shuxin.catalogue.api import column_lineage, contract, grades_of, record_lineage
from shuxin.fusion.features.computing import feature_table
from shuxin.fusion.features.invoices import INVOICE_FEATURES
from shuxin.fusion.features.sources import source_columns, unbound_source
from shuxin.kernel.canonical import content_hash
from shuxin.kernel.errors import NotFound
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from datetime import datetime

    from shuxin.catalogue.api import Grade, Lineage
    from shuxin.fusion.features.definition import Feature

FEATURES: tuple[Feature, ...] = INVOICE_FEATURES
SOURCES = tuple(sorted({feature.source for feature in FEATURES} - {""}))
LINEAGE_OF = "features"
_ANY_DAY = dt.date(2020, 1, 1)


class FeatureUnknown(NotFound):
    code = "feature_unknown"
    what = Text(en="there is no feature called {name}", zh="没有名为 {name} 的特征")
    mend = Text(en="List them with 'shuxin features'", zh="请用 shuxin features 查看")


@dataclass(frozen=True, slots=True)
class RegisteredFeature:
    """A feature with the fields that its values are made of (dataset, field) and the grade that follows.

    ``grade`` None and no ``fields``: no dataset that it reads is here.
    """

    feature: Feature
    fields: tuple[tuple[str, str], ...]
    grade: Grade | None


def feature_named(name: str) -> Feature:
    """Raises FeatureUnknown."""
    for feature in FEATURES:
        if feature.name == name:
            return feature
    raise FeatureUnknown(name=name)


def definitions_hash() -> str:
    """SHA-256 over what every feature computes: the expressions without data, as SQL text."""
    shapes = {source: ibis.table(source_columns(source), name=source) for source in SOURCES}
    spine = ibis.table({"entity": "string", "as_of": "date"}, name="spine")
    expression = feature_table(spine=spine, sources=shapes, features=FEATURES)
    return content_hash({"sql": str(ibis.to_sql(expression, dialect="duckdb"))})


def registered_features(*, now: datetime) -> list[RegisteredFeature]:
    """Every feature, its lineage and grade computed from its expression and the contracts in force."""
    lineage = feature_lineage(now=now)
    if lineage is None:
        return [RegisteredFeature(feature, (), None) for feature in FEATURES]
    tables = {source.table for column in lineage.columns for source in column.sources}
    contracts = {table: contract(dataset=table) for table in tables}
    grades = grades_of(lineage=lineage, contracts=contracts, today=now.date())
    found = []
    for feature in FEATURES:
        direct = sorted(lineage.of(feature.name).direct)
        fields = tuple((source.table, source.column) for source in direct)
        found.append(RegisteredFeature(feature, fields, grades[feature.name] if fields else None))
    return found


def feature_lineage(*, now: datetime) -> Lineage | None:
    """Column lineage of all features over the datasets that are here; None without any."""
    sources = {
        source: table
        for source in SOURCES
        if (table := unbound_source(source, now=now)) is not None
    }
    if not sources:
        return None
    subjects = [table.select("entity") for table in sources.values()]
    everyone = subjects[0] if len(subjects) == 1 else ibis.union(*subjects)
    spine = everyone.distinct().mutate(as_of=ibis.date(_ANY_DAY))
    return column_lineage(expression=feature_table(spine=spine, sources=sources, features=FEATURES))


def record_feature_lineage(*, now: datetime) -> None:
    """Tell the data map which fields the features come from."""
    lineage = feature_lineage(now=now)
    if lineage is not None:
        record_lineage(derived=LINEAGE_OF, lineage=lineage, now=now)
