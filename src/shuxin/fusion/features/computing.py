"""Features as one Ibis expression: the same for many enterprises, many days, or one of each.

The expression is a part for each reading, joined at the end; the parts may as well be answered one after the other,
which keeps what an engine holds at once small.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
from ibis.expr.operations import Equals, Field, JoinChain, JoinLink, JoinReference

from shuxin.fusion.features.definition import WHOLE, Grain
from shuxin.fusion.features.families import Distinct, Gap
from shuxin.fusion.features.grains import KEY
from shuxin.fusion.features.library import READINGS
from shuxin.fusion.features.readings import all_made

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    import ibis.expr.types as ir

    from shuxin.fusion.features.definition import Feature


def feature_table(
    *, spine: ir.Table, sources: Mapping[str, ir.Table], features: Sequence[Feature]
) -> ir.Table:
    """One row for each row of ``spine`` (``entity, as_of``), one column for each feature.

    sources: by standard dataset, as ``sources.source_table`` gives them; where one that a reading needs is missing,
    its features are at their meaning of empty. Raises ValueError for two features of one name.
    """
    names = [feature.name for feature in features]
    if len(set(names)) != len(names):
        raise ValueError("two features have one name")
    parts = {
        reading: part_of(reading, spine=spine, sources=sources, features=features)
        for reading in readable(features, sources)
    }
    return joined_parts(spine=spine, parts=parts, features=features)


def readable(features: Iterable[Feature], standards: Collection[str]) -> list[str]:
    """Readings of these features whose standards are all there, by name."""
    wanted = sorted({feature.source for feature in features} - {""})
    return [name for name in wanted if set(READINGS[name].standards) <= set(standards)]


def part_of(
    reading: str, *, spine: ir.Table, sources: Mapping[str, ir.Table], features: Sequence[Feature]
) -> ir.Table:
    """The features of one reading, untyped: a row for each (entity, as_of) with anything to say, at most one."""
    made = all_made(READINGS[reading], sources, spine)
    return summed(reading, made, features=features)


def summed(reading: str, made: Mapping[str, ir.Table], *, features: Sequence[Feature]) -> ir.Table:
    """As ``part_of``, out of what the reading's steps made."""
    own = [feature for feature in features if feature.source == reading]
    by_grain = {grain: [f for f in own if f.grain is grain] for grain in Grain}
    wanted = frozenset(grain for grain, found in by_grain.items() if found)
    tables = READINGS[reading].tables(made, wanted)
    values = [each for grain, table in tables.items() for each in _answers(table, by_grain[grain])]
    if len(values) == 1:
        return values[0]
    everybody = ibis.union(*(one.select(*KEY) for one in values), distinct=True)
    return _beside(everybody, values).select(*KEY, *(feature.name for feature in own))


def _answers(table: ir.Table, features: Sequence[Feature]) -> list[ir.Table]:
    """The features of one table. What counts different values is apart: it must look at everything twice."""
    apart = {
        one.name: one.formula.asked(table)
        for one in features
        if isinstance(one.formula, Distinct) and one.empty == 0
    }
    together = [one for one in features if one.name not in apart]
    alone = [one for one in features if one.name in apart]
    found = [_values(table, together)] if together else []
    return found + [_values(table.filter(apart[one.name]), [one]) for one in alone]


def _values(table: ir.Table, features: Sequence[Feature]) -> ir.Table:
    """The features of one table, of which only the columns that they look at are computed."""
    asked = [feature.formula(table).op() for feature in features]
    looked_at = {one.name for op in asked for one in op.find(Field) if one.rel == table.op()}
    narrow = table.select(*KEY, *sorted(looked_at - set(KEY)))
    values = {feature.name: feature.formula(narrow) for feature in features}
    found = narrow.group_by(list(KEY)).aggregate(**values)
    ends = {
        one.name: one.formula.finished(found[one.name])
        for one in features
        if isinstance(one.formula, Gap)
    }
    return found.mutate(**ends) if ends else found


def joined_parts(
    *, spine: ir.Table, parts: Mapping[str, ir.Table], features: Sequence[Feature]
) -> ir.Table:
    """The spine with every feature, typed, and its meaning of empty where its part says nothing."""
    single = [feature for feature in features if feature.grain is not Grain.COMBINED]
    beside = _beside(spine.select(*KEY), list(parts.values()))
    result = beside.select(
        *KEY,
        **{
            f.name: _typed(beside[f.name] if f.source in parts else ibis.null("int64"), f)
            for f in single
        },
    )
    return with_combined(result, features)


def with_combined(singles: ir.Table, features: Sequence[Feature]) -> ir.Table:
    """Features of one reading each, typed, with those of these that are made of others."""
    combined = [feature for feature in features if feature.grain is Grain.COMBINED]
    if combined:
        singles = singles.mutate(**{f.name: _typed(f.formula(singles), f) for f in combined})
    return singles.select(*KEY, *(feature.name for feature in features))


def _beside(left: ir.Table, others: Sequence[ir.Table]) -> ir.Table:
    """The columns of the others joined to the rows of ``left``, one join after the other.

    One chain is made of all of them: joined one by one, each would look through all columns before it.
    """
    if not others:
        return left
    first = JoinReference(left.op(), identifier=0)
    links, values = [], dict(first.fields)
    for number, other in enumerate(others):
        keys = {f"_{key}{number}": other[key] for key in KEY}
        named = other.select(**keys, **{n: other[n] for n in other.columns if n not in KEY})
        right = JoinReference(named.op(), identifier=number + 1)
        alike = [Equals(first.fields[k], right.fields[f"_{k}{number}"]) for k in KEY]
        links.append(JoinLink("left", table=right, predicates=alike))
        values |= right.fields
    return JoinChain(first, rest=links, values=values).to_expr()


def with_needed(names: Collection[str], *, features: Sequence[Feature]) -> tuple[Feature, ...]:
    """The features of these names and those out of which combined ones of them are made, in their order."""
    shape = ibis.table({feature.name: "float64" for feature in features}, name="features")
    wanted = set(names)
    for feature in features:
        if feature.name in wanted and feature.grain is Grain.COMBINED:
            wanted |= {field.name for field in feature.formula(shape).op().find(Field)}
    return tuple(feature for feature in features if feature.name in wanted)


def _typed(value: ir.Value, feature: Feature) -> ir.Value:
    """The column's type, and the feature's meaning of empty in place of null."""
    kind = "int64" if feature.measure in WHOLE else "float64"
    if kind == "int64" and not value.type().is_integer():
        value = value.cast("float64").round()
    typed = value.cast(kind)
    return typed if feature.empty is None else typed.fill_null(feature.empty)
