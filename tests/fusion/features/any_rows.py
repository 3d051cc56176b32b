"""Rows of any standard, strewn around the edges of windows and of what was known."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa
from tests.fusion.features.strategies import DAYS, moment

from shuxin.catalogue.api import FieldType
from shuxin.fusion.features import conditions as c
from shuxin.fusion.features import readings as r
from shuxin.fusion.features.library import FEATURES, READINGS
from shuxin.fusion.features.sources import source_columns
from shuxin.fusion.standards import standard_named

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

Row = dict[str, Any]
_MONEY = (0, 1, -1, 99, 1_000_000, -50_000, 123_456_789, 10**15, 10**16, 10**16 + 1)
_KINDS = {FieldType.STRING, FieldType.CODE}


@cache
def words() -> dict[str, tuple[str, ...]]:
    """By field the words that any condition or table of the library asks for."""
    found: dict[str, set[str]] = {"currency": {"CNY", "人民币"}}
    for thing in _parts([*(one.formula for one in FEATURES), *READINGS.values()]):
        if isinstance(thing, c.Is | c.Says):
            found.setdefault(thing.field, set()).update(thing.words)
        if isinstance(thing, r.Coded):
            found.setdefault(thing.field, set()).update(word for word, _ in thing.table)
    return {field: tuple(sorted(said)) for field, said in found.items()}


def _parts(things: list[Any]) -> Iterator[Any]:
    """Everything that statements are made of."""
    while things:
        thing = things.pop()
        yield thing
        if isinstance(thing, tuple | list):
            things.extend(thing)
        elif isinstance(thing, dict):
            things.extend(thing.values())
        elif hasattr(thing, "__dataclass_fields__"):
            things.extend(getattr(thing, name) for name in thing.__dataclass_fields__)


def strewn(rng: random.Random, standard: str, entity: str, count: int, as_of: dt.date) -> list[Row]:
    """Rows of one enterprise, some of them twice, corrected, late, withdrawn or of the future."""
    fields = [each.field for each in standard_named(standard).fields]
    regular = rng.random() < 0.4
    rows = []
    for number in range(count):
        ago = rng.choice([rng.randrange(-20, 95), rng.randrange(1, 480), rng.randrange(1, 1300)])
        base = as_of - dt.timedelta(days=10 + 30 * number if regular else ago)
        known = rng.choice([moment(as_of), moment(base), moment(base)]) + dt.timedelta(
            days=rng.choice([-700, 0, 1, 20]), microseconds=number
        )
        row = {field.name: _value(rng, field.name, field.type, base, as_of) for field in fields}
        if rng.random() < 0.1:
            row |= {field.name: 0 for field in fields if field.type is FieldType.MONEY}
        row |= {
            "entity": entity,
            "_dataset": "d",
            "_file": "f",
            "_line": number,
            "_known_from": known,
            "_known_to": rng.choice(
                [None] * 6 + [known + dt.timedelta(days=rng.randrange(1, 400)), moment(as_of)]
            ),
        }
        rows.append(row)
        if rng.random() < 0.1:
            rows.append(dict(row))
        if rng.random() < 0.1:
            rows.append(row | {"_known_from": known + dt.timedelta(days=rng.randrange(1, 90))})
    return rows


def _value(rng: random.Random, name: str, kind: FieldType, base: dt.date, as_of: dt.date) -> Any:
    if rng.random() < 0.08:
        return None
    if kind in _KINDS:
        asked = words().get(name)
        return rng.choice(asked) if asked and rng.random() < 0.8 else rng.choice("甲乙丙丁戊")
    if kind is FieldType.MONEY:
        return rng.choice([rng.choice(_MONEY), rng.randrange(10**9)])
    if kind is FieldType.INTEGER:
        return rng.choice([0, 1, 2, 7, rng.randrange(300), -3])
    if kind is FieldType.NUMBER:
        return rng.choice([0.0, -1.5, rng.randrange(10**6) / 1000, 0.125, 1e13])
    if kind is FieldType.BOOLEAN:
        return rng.random() < 0.5
    near = base + dt.timedelta(days=rng.choice([0, 0, 15, 400]))
    return rng.choice([base, base, base.replace(day=1), near, as_of, as_of - dt.timedelta(days=1)])


def tables_of(rows: dict[str, list[Row]]) -> dict[str, pa.Table]:
    """By standard, as ``source_table`` gives them."""
    return {
        standard: pa.Table.from_pylist(
            found, schema=ibis.schema(source_columns(standard)).to_pyarrow()
        )
        for standard, found in rows.items()
    }


def case(
    rng: random.Random, standards: list[str], *, firms: int, most: int
) -> tuple[dict[str, list[Row]], list[tuple[str, dt.date]]]:
    """Rows by standard, and two days for each enterprise."""
    spine = [(f"E{n}", day) for n in range(firms) for day in rng.sample(DAYS, 2)]
    rows = {
        standard: [
            row
            for entity, day in spine[::2]
            for row in strewn(rng, standard, entity, rng.choice([0, 1, 4, most]), day)
        ]
        for standard in standards
    }
    return rows, spine
