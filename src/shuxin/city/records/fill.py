"""Fields filled from their declarations: a value for each row by its source (``catalogues.SourceKind``)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shuxin.city.catalogues import CODE_TABLES, FieldKind, RowsKind, SourceKind, phrases_of
from shuxin.city.records.accounts import HOLDERS, accounts
from shuxin.city.records.choice import PERIODIC
from shuxin.city.records.drawn import NO_DAY, NOTHING, Names
from shuxin.city.records.law import code_law, log_law, picked
from shuxin.city.records.marks import digits, fixed, texts, unit
from shuxin.city.records.parties import parties, people
from shuxin.city.records.register import masked, region_codes
from shuxin.city.records.times import DAY_SECONDS, LAST_DAY
from shuxin.city.records.views import factor
from shuxin.city.world import parameters as p
from shuxin.city.world.scale import WINDOW_MONTHS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.random import Generator
    from numpy.typing import NDArray

    from shuxin.city.catalogues import Catalogue, Field
    from shuxin.city.records.drawn import Block, Drawn, Values
    from shuxin.city.records.register import Register
    from shuxin.city.records.views import Views
    from shuxin.city.world.world import World

    Share = NDArray[np.float64]
    Whole = NDArray[np.int64]

_QUANTITIES = frozenset({FieldKind.INTEGER, FieldKind.FEN, FieldKind.RATIO_PPM, FieldKind.NUMBER})
_GRAIN = 1000.0
"""Decimals are whole thousandths."""
_KEPT = 0.8
"""What a unit keeps of a random quantity from period to period."""
_POINTS = (75.0, 12.0)
"""Mean and spread of points that a department gives by its view."""
_OPENS, _HOURS = 3_600, 39_600


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Rows of one block whose fields are being filled.

    known: int64 seconds. unit: int32 number within the firm. months: int16 of each row's period, 1 of an event.
    made: columns so far.
    """

    world: World
    register: Register
    views: Views
    catalogue: Catalogue
    block: Block
    drawn: Drawn
    known: Whole
    unit: NDArray[np.int32]
    months: NDArray[np.int16]
    made: dict[str, Values] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.drawn)

    def rng(self, name: str) -> Generator:
        return self.block.rng(self.catalogue.slug, f"field/{name}")

    def at(self) -> Whole:
        """(r,) the month whose money a row shows: its own, or the firm's first one where it is earlier."""
        born = np.maximum(self.world.firms.born[self.drawn.firm], 0)
        return np.clip(np.maximum(self.drawn.month, born), 0, WINDOW_MONTHS - 1).astype(np.int64)

    def trouble(self) -> Share:
        """(r,) worse quality as the department sees it then, in standard deviations."""
        return self.views.trouble(
            self.catalogue.department,
            self.drawn.firm,
            self.drawn.month,
            lead=self.catalogue.rows.lead_months,
        )


def fill(sheet: Sheet) -> Mapping[str, Values]:
    """Values of every field, by name; what was drawn stands as it is."""
    fields = {one.name: one for one in sheet.catalogue.fields}
    for name in fields:
        _made(sheet, fields, name)
    return sheet.made


def _made(sheet: Sheet, fields: Mapping[str, Field], name: str) -> Values:
    if name not in sheet.made:
        given = sheet.drawn.values.get(name)
        if given is None:
            one = fields[name]
            if one.source.kind is SourceKind.FIELD:
                _made(sheet, fields, one.source.column)
            given = _WAYS[one.source.kind](sheet, one)
            if one.source.share < 1:
                given = _thinned(sheet, one, given)
        sheet.made[name] = given
    return sheet.made[name]


def _thinned(sheet: Sheet, one: Field, values: Values) -> Values:
    """Only in a share of rows; the others have 0, or nothing where the field may be missing."""
    out = sheet.rng(f"{one.name}/share").random(len(sheet), np.float32) >= one.source.share
    if isinstance(values, Names):
        return Names(place=np.where(out, -1, values.place), words=masked(values.words, out))
    if not isinstance(values, np.ndarray):
        return masked(values, out)
    gone: object = _missing(one.kind) if one.nullable else 0
    return np.where(out, np.array(gone).astype(values.dtype), values)


def _missing(kind: FieldKind) -> object:
    if kind in {FieldKind.DATE, FieldKind.MONTH}:
        return NO_DAY
    if kind is FieldKind.NUMBER:
        return np.nan
    return (
        -1
        if kind
        in {FieldKind.CODE, FieldKind.FLAG, FieldKind.NAME, FieldKind.USCC, FieldKind.PERSON_HMAC}
        else NOTHING
    )


def _slope(sheet: Sheet, one: Field) -> float:
    """Of a random quantity of PERIODIC rows that says nothing, the slope of its rows."""
    if one.quality_slope is not None:
        return one.quality_slope
    rows = sheet.catalogue.rows
    if one.source.kind is SourceKind.RANDOM and one.kind in _QUANTITIES and rows.kind in PERIODIC:
        return rows.quality_slope
    return 0.0


def _event(sheet: Sheet, one: Field) -> Values:
    if one.kind is FieldKind.TIME:
        second = _OPENS + (sheet.rng(one.name).random(len(sheet), np.float32) * _HOURS).astype(
            np.int64
        )
        return sheet.drawn.day.astype(np.int64) * DAY_SECONDS + second
    return sheet.drawn.day


def _table(sheet: Sheet, one: Field) -> Values:
    """By the weights of the code table; where it lists counties, the firm's own."""
    if one.code_table == "county":
        return region_codes()[sheet.world.firms.region[sheet.drawn.firm]]
    draw = sheet.rng(one.name).random(len(sheet), np.float32)
    slope = _slope(sheet, one)
    law = code_law(one.code_table, slope)
    return picked(draw, law, sheet.trouble() if slope else None)


def _register(sheet: Sheet, one: Field) -> Values:
    return _REGISTERED[one.source.column](sheet, one)


def _status(sheet: Sheet, one: Field) -> Values:
    """The status as it was when the row was known: a code, or the day of the exit."""
    ended = sheet.world.ended[sheet.drawn.firm]
    left = (ended >= 0) & (ended <= sheet.known // DAY_SECONDS)
    if one.kind is FieldKind.DATE:
        return np.where(left, ended, NO_DAY if one.nullable else sheet.drawn.day).astype(np.int32)
    listed = [code.code for code in CODE_TABLES[one.code_table].codes]
    exits = [listed.index(word) if word in listed else len(listed) - 1 for word in p.EXIT_KINDS[1:]]
    after = np.array([0, *exits], np.int8)[sheet.world.exit_kind[sheet.drawn.firm]]
    return np.where(left, after, 0).astype(np.int8)


def _industry(sheet: Sheet, _one: Field) -> Values:
    return sheet.register.industries.take(pa.array(sheet.world.firms.industry[sheet.drawn.firm]))


def _scope(sheet: Sheet, _one: Field) -> Values:
    return sheet.register.scope.take(pa.array(sheet.world.firms.industry[sheet.drawn.firm]))


def _name(sheet: Sheet, one: Field) -> Values:
    """The name that the firm had when the row was known."""
    register, firm = sheet.register, sheet.drawn.firm
    former = had_former_name(sheet)
    words = register.former.take(pa.array(firm, mask=~former))
    if one.kind is FieldKind.NAME:
        return Names(place=np.where(former, -1, firm).astype(np.int32), words=words)
    return pc.coalesce(words, register.name.take(pa.array(firm)))


def had_former_name(sheet: Sheet) -> NDArray[np.bool_]:
    """(r,) whether a row was known before its firm changed its name."""
    renamed = sheet.register.renamed[sheet.drawn.firm]
    found: NDArray[np.bool_] = (sheet.known // DAY_SECONDS < renamed) & (renamed < LAST_DAY)
    return found


_REGISTERED: Mapping[str, Callable[[Sheet, Field], Values]] = {
    "name": _name,
    "region": lambda sheet, _: region_codes()[sheet.world.firms.region[sheet.drawn.firm]],
    "industry": _industry,
    "scope": _scope,
    "address": lambda sheet, _: sheet.register.address.take(pa.array(sheet.drawn.firm)),
    "phone": lambda sheet, _: sheet.register.phone.take(pa.array(sheet.drawn.firm)),
    "employees": lambda sheet, one: _about(
        sheet, one, sheet.world.firms.employees[sheet.drawn.firm].astype(np.float64)
    ),
    "capital": lambda sheet, one: _about(
        sheet, one, sheet.world.firms.capital[sheet.drawn.firm].astype(np.float64)
    ),
    "revenue": lambda sheet, one: _about(
        sheet, one, sheet.world.firms.base_revenue[sheet.drawn.firm].astype(np.float64)
    ),
    "founded": lambda sheet, _: sheet.world.firms.founded[sheet.drawn.firm],
    "status": _status,
}


def _about(sheet: Sheet, one: Field, base: Share) -> Values:
    """``base`` times low to high, moved by quality, in the field's own kind."""
    low, high = one.source.low, one.source.high
    if low != 1 or high != 1:
        base = base * (low + (high - low) * sheet.rng(one.name).random(len(sheet)))
    slope = _slope(sheet, one)
    if slope:
        base = base * factor(sheet.trouble(), slope)
    return _stored(one.kind, base)


def _stored(kind: FieldKind, values: Share) -> Values:
    if kind is FieldKind.NUMBER:
        return np.rint(values * _GRAIN) / _GRAIN
    return np.rint(values).astype(np.int64)


def _activity(sheet: Sheet, one: Field) -> Values:
    return _about(sheet, one, _money(sheet, one.source.column))


def _money(sheet: Sheet, name: str) -> Share:
    """(r,) fen of the row's period: what flowed in its months, or what stood at its end; cash not below 0."""
    money, firm, month = sheet.world.money, sheet.drawn.firm, sheet.at()
    last = np.minimum(month + sheet.months - 1, WINDOW_MONTHS - 1)
    total: Share
    if name == "cash":
        total = np.maximum(money.cash[firm, last], 0).astype(np.float64)
    elif name == "debt":
        total = money.debt[firm, last].astype(np.float64)
    elif name == "assets":
        stood = np.maximum(money.cash[firm, last], 0) + money.debt[firm, last] // 2
        total = (stood + sheet.world.firms.base_revenue[firm] // 2).astype(np.float64)
    else:
        total = _flowed(sheet, getattr(money, name), month)
    return total


def _flowed(sheet: Sheet, column: Whole, month: Whole) -> Share:
    """(r,) the sum over the months of each row's period."""
    firm = sheet.drawn.firm
    total: Share = column[firm, month].astype(np.float64)
    for step in range(1, int(sheet.months.max(initial=1))):
        more = column[firm, np.minimum(month + step, WINDOW_MONTHS - 1)]
        total += np.where((step < sheet.months) & (month + step < WINDOW_MONTHS), more, 0)
    return total


def _view(sheet: Sheet, one: Field) -> Values:
    seen = sheet.views.of(one.source.column)[sheet.drawn.firm, sheet.at()].astype(np.float64)
    mean, spread = _POINTS
    return np.rint(np.clip(mean + spread * seen, 0, 100) * 10) / 10


def _party(sheet: Sheet, one: Field) -> Values:
    return parties(
        sheet.register,
        one.source.column,
        kind=one.kind,
        firm=sheet.drawn.firm,
        rng=sheet.rng(one.name),
        is_own=sheet.catalogue.subject_key == "person",
    )


def _person(sheet: Sheet, one: Field) -> Values:
    return people(
        sheet.register,
        one.source.column,
        kind=one.kind,
        firm=sheet.drawn.firm,
        unit=sheet.unit,
        rng=sheet.rng(one.name),
        is_unit=sheet.catalogue.rows.kind is RowsKind.PERSON_PERIODIC,
    )


def _random(sheet: Sheet, one: Field) -> Values:
    low, high, slope = one.source.low, one.source.high, _slope(sheet, one)
    draw = sheet.rng(one.name).random(len(sheet))
    if sheet.catalogue.rows.kind in PERIODIC:
        own = unit(
            sheet.world.seed, len(one.name), *map(ord, one.name[:4]), sheet.drawn.firm, sheet.unit
        )
        draw = _KEPT * own + (1 - _KEPT) * draw
    if low < 0 or one.kind is FieldKind.RATIO_PPM:
        values = low + (high - low) * draw
        if slope:
            values = values + slope * sheet.trouble() * ((high - low) / 4)
            values = np.clip(values, low, high)
        return _stored(one.kind, values)
    if not low:
        low = high / 1000 if one.kind is FieldKind.NUMBER else 1.0
    values = log_law(draw, low, max(high, low))
    if slope:
        values = values * factor(sheet.trouble(), slope)
    return _stored(one.kind, values)


def _later(sheet: Sheet, one: Field) -> Whole:
    low, high = int(one.source.low), int(one.source.high)
    wait = sheet.rng(one.name).integers(low, high + 1, size=len(sheet))
    found: Whole = sheet.drawn.day.astype(np.int64) + wait
    return found


def end_days(sheet: Sheet, one: Field) -> Whole:
    """(r,) days of a DATE field made by AFTER, whether they are known or not; NO_DAY where it will never be."""
    return np.asarray(_thinned(sheet, one, _later(sheet, one)), np.int64)


def _after(sheet: Sheet, one: Field) -> Values:
    """Days after the event; what may be missing is seen only where it happened before the row was known."""
    day, is_seen_late = _later(sheet, one), one.nullable and one.source.high > 0
    if one.kind is FieldKind.TIME:
        clock = sheet.rng(f"{one.name}/clock").integers(_OPENS, _OPENS + _HOURS, size=len(sheet))
        clock += day * DAY_SECONDS
        return np.where(is_seen_late & (clock > sheet.known), NOTHING, clock)
    if is_seen_late:
        day = np.where(day <= sheet.known // DAY_SECONDS, day, NO_DAY)
    if one.kind is FieldKind.MONTH:
        months = day.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]")
        day = np.where(day == NO_DAY, NO_DAY, months.astype(np.int64))
    return day.astype(np.int32)


def _field(sheet: Sheet, one: Field) -> Values:
    base = sheet.made[one.source.column]
    if not isinstance(base, np.ndarray):
        raise TypeError(f"{one.name} is made of {one.source.column}, which is no number")
    gone = np.isnan(base) if base.dtype.kind == "f" else base == NOTHING
    made = _about(sheet, one, np.where(gone, 0, base).astype(np.float64))
    if not gone.any() or not one.nullable:
        return made
    shown = np.asarray(made)
    shown[gone] = _missing(one.kind)
    return shown


def _share(sheet: Sheet, one: Field) -> Values:
    draw = sheet.rng(one.name).random(len(sheet), np.float32)
    slope, low = _slope(sheet, one), one.source.low
    if not slope or not 0 < low < 1:
        return draw < low
    odds = factor(sheet.trouble(), slope) * (low / (1 - low))
    return draw < odds / (1 + odds)


def _serial(sheet: Sheet, one: Field) -> Values:
    """An account number of the row's unit, or a number of the record: catalogue, block and place in it, scrambled."""
    if one.kind is FieldKind.ACCOUNT:
        return account_of(sheet)
    many = len(sheet)
    place = np.arange(many, dtype=np.int64)
    salt = sum(map(ord, one.name)) % 97
    number = sheet.block.number * 10**7 + (place * 7_654_321 + salt * 99_991) % 10**7
    prefix = fixed(sheet.catalogue.code.replace("-", ""), many=many)
    return texts(np.concatenate([prefix, digits(number, width=11)], axis=1))


def account_of(sheet: Sheet) -> pa.StringArray:
    """Account numbers of the rows' units at their department, else at the bank."""
    holder = sheet.catalogue.department
    return accounts(
        holder if holder in HOLDERS else "BANK",
        sheet.drawn.firm,
        sheet.unit,
        seed=sheet.world.seed,
    )


def _words(sheet: Sheet, one: Field) -> Values:
    said = phrases_of(sheet.catalogue.code, one.name)
    place = (sheet.rng(one.name).random(len(sheet), np.float32) * len(said)).astype(np.int8)
    return pa.DictionaryArray.from_arrays(
        pa.array(np.minimum(place, len(said) - 1)), pa.array(said)
    )


_WAYS: Mapping[SourceKind, Callable[[Sheet, Field], Values]] = {
    SourceKind.EVENT: _event,
    SourceKind.TABLE: _table,
    SourceKind.REGISTER: _register,
    SourceKind.ACTIVITY: _activity,
    SourceKind.VIEW: _view,
    SourceKind.PARTY: _party,
    SourceKind.PERSON: _person,
    SourceKind.RANDOM: _random,
    SourceKind.AFTER: _after,
    SourceKind.FIELD: _field,
    SourceKind.SHARE: _share,
    SourceKind.SERIAL: _serial,
    SourceKind.WORDS: _words,
}
