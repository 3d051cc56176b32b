"""Features as one Ibis expression: the same for many enterprises, many days, or one of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
from ibis.expr.operations import Field

from shuxin.fusion.features.definition import Grain, Measure
from shuxin.fusion.features.grains import KEY, known_rows, months_of, parties_of, party_months

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import ibis.expr.types as ir

    from shuxin.fusion.features.definition import Feature

_INTEGERS = frozenset({Measure.FEN, Measure.COUNT, Measure.MONTHS, Measure.DAYS})
_WIDTH = 40


def feature_table(
    *, spine: ir.Table, sources: Mapping[str, ir.Table], features: Sequence[Feature]
) -> ir.Table:
    """One row for each row of ``spine`` (``entity, as_of``), one column for each feature.

    sources: by standard dataset, as ``grains.known_rows`` wants them; a source that is missing leaves
    its features at their meaning of empty. Raises ValueError for two features of one name.
    """
    names = [feature.name for feature in features]
    if len(set(names)) != len(names):
        raise ValueError("two features have one name")
    result = spine.select("entity", "as_of")
    for source in sorted({feature.source for feature in features} - {""}):
        own = [f for f in features if f.source == source]
        if source in sources:
            result = _with_source(result, sources[source], own, spine)
        else:
            result = result.mutate(**{f.name: _typed(ibis.null("int64"), f) for f in own})
    combined = [feature for feature in features if feature.grain is Grain.COMBINED]
    if combined:
        result = result.mutate(**{f.name: _typed(f.formula(result), f) for f in combined})
    return result.select("entity", "as_of", *names)


def with_needed(names: Collection[str], *, features: Sequence[Feature]) -> tuple[Feature, ...]:
    """The features of these names and those out of which combined ones of them are made, in their order."""
    shape = ibis.table({feature.name: "float64" for feature in features}, name="features")
    wanted = set(names)
    for feature in features:
        if feature.name in wanted and feature.grain is Grain.COMBINED:
            wanted |= {field.name for field in feature.formula(shape).op().find(Field)}
    return tuple(feature for feature in features if feature.name in wanted)


def _with_source(
    result: ir.Table, source: ir.Table, features: Sequence[Feature], spine: ir.Table
) -> ir.Table:
    cells = party_months(known_rows(source, spine))
    for grain, table in ((Grain.MONTHS, months_of(cells)), (Grain.PARTIES, parties_of(cells))):
        own = [feature for feature in features if feature.grain is grain]
        if not own:
            continue
        values = table.group_by(list(KEY)).aggregate(
            **{feature.name: feature.formula(table) for feature in own}
        )
        joined = result.left_join(values, list(KEY))
        result = joined.select(
            *(result[name] for name in result.columns),
            **{feature.name: _typed(values[feature.name], feature) for feature in own},
        )
    return result


def _typed(value: ir.Value, feature: Feature) -> ir.Value:
    """The column's type, and the feature's meaning of empty in place of null."""
    kind = "int64" if feature.measure in _INTEGERS else "float64"
    if kind == "int64" and not value.type().is_integer():
        value = value.cast("float64").round()
    typed = value.cast(kind)
    return typed if feature.empty is None else typed.fill_null(feature.empty)
