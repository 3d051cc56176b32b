"""The same facts and months for many days at once: what is alike on all of them is done once.

A version of a row counts as of the days between two days. Facts with one version, which most are, are added up by month
as far as they count as of the same days, whatever the days; only then each day takes what counts as of it. Facts with
several versions, and columns that change from day to day, are told for each day. The steps are named as those of
``readings`` and end in the same tables, equal to the last bit.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING

import ibis
from ibis.expr.operations import Cast, Field

from shuxin.fusion.features.conditions import Lasts, fields_of
from shuxin.fusion.features.grains import (
    HORIZON_MONTHS,
    KEY,
    MOST_FEN,
    OWN_CURRENCY,
    SUMMED,
    VOID_WORDS,
    first_of,
    month_number,
    named,
    order_of_invoices,
    several_times,
    valid_sums,
)
from shuxin.fusion.features.readings import (
    MONTHLY,
    PARTIES,
    ROWS,
    SPINE,
    STANDING,
    TWICE,
    DaysFrom,
    DaysLeft,
    Facts,
    Step,
    Trade,
)
from shuxin.fusion.known import KNOWN_FROM, KNOWN_TO

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import ibis.expr.types as ir

    from shuxin.fusion.features.conditions import Condition
    from shuxin.fusion.features.readings import Reading

CORRECTED, FOLDED, DAYS = "corrected", "folded", "asked"
"""Facts with several versions, once for each (entity, as_of); the others by month; the spine, entities as numbers."""
_CHINA_HOURS = 8
_FIRST_DAY = dt.date(1970, 1, 1)


def steps_of_many(reading: Reading) -> tuple[Step, ...]:
    """In place of ``reading.steps``, over the spine as ``numbered`` gives it."""
    if isinstance(reading, Trade):
        return _of_trade(reading)
    if not isinstance(reading, Facts):
        raise TypeError("readings are of facts or of trade")
    facts = (
        Step(ROWS, lambda made: _rows(reading, made)),
        Step(TWICE, lambda made: several_times(made[ROWS])),
        Step(CORRECTED, lambda made: _corrected(reading, made)),
        Step(STANDING, lambda made: _standing(reading, made)),
    )
    own = reading.steps[len(reading.facts_steps()) :]
    moving = _by_day(*(reading.columns.get(name) for name in reading.sums), *reading.only)
    if own or moving:
        return (*facts, *own)
    return (
        *facts,
        Step(FOLDED, lambda made: _folded(reading, made)),
        Step(MONTHLY, lambda made: _monthly(reading, made)),
    )


def _rows(reading: Facts, made: Mapping[str, ir.Table]) -> ir.Table:
    """As ``versions``, with the columns that are alike on all days, fields that are read, and places."""
    all_rows = made[reading.standard]
    rows = versions(all_rows, made[SPINE], event=reading.event, horizon=reading.horizon)
    still = [each for each in reading.only if not _by_day(each)]
    early = [each(rows) for each in still if {*fields_of(each)} <= {*reading.key}]
    known = rows.filter(*early) if early else rows
    columns = {name: one(known) for name, one in reading.columns.items() if not _by_day(one)}
    read = dict.fromkeys([*reading.read(all_rows), *_moving_fields(reading, all_rows)])
    return known.select(
        "entity", "_month", "_seen", "_until", "_on", KNOWN_FROM, *read,
        _key=named(known, "entity", *reading.key, "_on"),
        **columns,
    )  # fmt: skip


def _moving(reading: Facts) -> list[str]:
    return [name for name, column in reading.columns.items() if _by_day(column)]


def _moving_fields(reading: Facts, rows: ir.Table) -> list[str]:
    """Fields that columns look at that change from day to day."""
    dated = ibis.table({**rows.schema(), "as_of": "date"}, name=ROWS)
    asked = [reading.columns[name](dated).op() for name in _moving(reading)]
    return sorted({one.name for op in asked for one in op.find(Field)} - {"as_of"})


def _on_days(reading: Facts, rows: ir.Table, spine: ir.Table) -> ir.Table:
    """Versions that count as of each day: KEY, ``k, days``, columns, fields and places."""
    known = on_days(rows, spine, horizon=reading.horizon)
    moving = {name: reading.columns[name](known) for name in _moving(reading)}
    apart = {"entity", "_month", "_seen", "_until", "_key", *moving}
    return known.select(
        *KEY, "k", *(name for name in rows.columns if name not in apart),
        days=known["_day"] - day_number(known["_on"]),
        **moving,
    )  # fmt: skip


def _corrected(reading: Facts, made: Mapping[str, ir.Table]) -> ir.Table:
    rows = _on_days(reading, made[ROWS].semi_join(made[TWICE], "_key"), made[SPINE])
    order = reading.order(made[reading.standard])
    return _only(first_of(rows, key=(*reading.key, "_on"), order=order), reading.only)


def _standing(reading: Facts, made: Mapping[str, ir.Table]) -> ir.Table:
    once = _on_days(reading, _alone(reading, made), made[SPINE])
    moving = [each for each in reading.only if _by_day(each)]
    return ibis.union(_only(once, moving), made[CORRECTED])


def _alone(reading: Facts, made: Mapping[str, ir.Table]) -> ir.Table:
    """Facts with one version."""
    once = made[ROWS].anti_join(made[TWICE], "_key")
    return _only(once, [each for each in reading.only if not _by_day(each)])


def _only(facts: ir.Table, conditions: Sequence[Condition]) -> ir.Table:
    return facts.filter(*(each(facts) for each in conditions)) if conditions else facts


def _folded(reading: Facts, made: Mapping[str, ir.Table]) -> ir.Table:
    together = told_together(_alone(reading, made), made[SPINE])
    return reading.monthly(together, by=("entity", "_month", "_seen", "_until"))


def _monthly(reading: Facts, made: Mapping[str, ir.Table]) -> ir.Table:
    """Most months are told at once and never corrected: there is nothing to add to them."""
    columns = [*KEY, "k", "rows", *reading.sums]
    late = made[CORRECTED].mutate(_month=month_number(made[CORRECTED]["_on"]))
    at_once, bit_by_bit = told_at_once(made[FOLDED], late)
    known, rest = (
        on_days(cells, made[SPINE], horizon=reading.horizon).select(*columns)
        for cells in (at_once, bit_by_bit)
    )
    cells = ibis.union(rest, reading.monthly(made[CORRECTED]).select(*columns))
    added = {name: _whole(cells[name].sum()) for name in columns[3:]}
    return ibis.union(known, cells.group_by([*KEY, "k"]).aggregate(**added))


def _by_day(*things: object) -> bool:
    """Whether any of these statements, or of what they are made of, looks at the as-of day."""
    return any(
        isinstance(one, Lasts | DaysFrom | DaysLeft)
        or (isinstance(one, tuple) and _by_day(*one))
        or (is_dataclass(one) and _by_day(*(getattr(one, each.name) for each in fields(one))))
        for one in things
    )


def _of_trade(reading: Trade) -> tuple[Step, ...]:
    return (
        Step(ROWS, lambda made: _invoices(made[reading.standard], made[SPINE])),
        Step(TWICE, lambda made: several_times(made[ROWS])),
        Step(CORRECTED, _corrected_invoices),
        Step(FOLDED, _folded_invoices),
        Step(MONTHLY, _invoices_by_month),
        Step(PARTIES, _invoices_by_party),
    )


def _invoices(invoices: ir.Table, spine: ir.Table) -> ir.Table:
    """As ``grains.trade_rows``, whatever the day: ``_voided`` is the day as of whose later days it is void."""
    rows = versions(invoices, spine, event="issued_on", horizon=HORIZON_MONTHS)
    own = rows["currency"].isnull() | rows["currency"].isin(OWN_CURRENCY)
    known = rows.filter(own, rows["net"].fill_null(0).between(-MOST_FEN, MOST_FEN))
    said = (known["invoice_no"], known["total"].cast("string"), known["net"].cast("string"))
    changed = day_number(ibis.coalesce(known["status_changed_on"], known["issued_on"]))
    number = ibis.coalesce(*said)
    return known.select(
        "entity", "_month", "_seen", "_until", "party", "issued_on", "net", "tax", "total",
        "_dataset", "_file", "_line",
        number=number,
        _voided=ibis.ifelse(known["status"].isin(VOID_WORDS), changed, ibis.null("int64")),
        _key=named(known, "entity", "party", "issued_on", number),
        _hour=known[KNOWN_FROM].truncate("h"),
    )  # fmt: skip


def _invoices_on_days(rows: ir.Table, spine: ir.Table) -> ir.Table:
    known = on_days(rows, spine, horizon=HORIZON_MONTHS)
    is_void = (known["_voided"] < known["_day"]).fill_null(False)  # noqa: FBT003 - a literal
    return known.mutate(is_void=is_void)


def _corrected_invoices(made: Mapping[str, ir.Table]) -> ir.Table:
    rows = _invoices_on_days(made[ROWS].semi_join(made[TWICE], "_key"), made[SPINE])
    sized = rows.mutate(_size=rows["total"].abs())
    once = first_of(sized, key=("party", "issued_on", "number"), order=order_of_invoices(rows))
    return once.select(*KEY, "k", "party", "is_void", "issued_on", "net", "tax", "total")


def _folded_invoices(made: Mapping[str, ir.Table]) -> ir.Table:
    alone = told_together(made[ROWS].anti_join(made[TWICE], "_key"), made[SPINE])
    return _added(alone, ("entity", "party", "_month", "_seen", "_until", "_voided"))


def _added(rows: ir.Table, by: Sequence[str]) -> ir.Table:
    """Sums of invoices that are all valid or all void: as of valid ones, and as of void ones."""
    every = ibis.literal(True)  # noqa: FBT003 - a literal
    sums = {**valid_sums(rows, every), "void_amount": rows["net"].abs().sum(), "void": rows.count()}
    return rows.group_by(list(by)).aggregate(
        **{name: _whole(each.fill_null(0)) for name, each in sums.items()},
        last_on=rows["issued_on"].max(where=rows["net"] > 0),
    )


def _apart(sums: ir.Table) -> ir.Table:
    """Nought where it is told of the others: of void ones what valid ones tell, of valid ones what void ones do."""
    void, nothing = sums["is_void"], ibis.literal(0, "int64")
    told = {
        name: ibis.ifelse(void, sums[name], nothing)
        if name.startswith("void")
        else ibis.ifelse(void, nothing, sums[name])
        for name in SUMMED
    }
    last_on = ibis.ifelse(void, ibis.null("date"), sums["last_on"])
    return sums.mutate(**told, last_on=last_on)


def _invoices_by_month(made: Mapping[str, ir.Table]) -> ir.Table:
    """What ``grains.months_of`` adds up: one row or several for each (entity, as_of, k)."""
    together = ["entity", "_month", "_seen", "_until", "_voided"]
    cells = made[FOLDED]
    sums = {name: _whole(cells[name].sum()) for name in SUMMED}
    by_month = cells.group_by(together).aggregate(**sums, last_on=cells["last_on"].max())
    columns = [*KEY, "k", "is_void", *SUMMED, "last_on"]
    late = _added(made[CORRECTED], (*KEY, "k", "is_void"))
    known = _invoices_on_days(by_month, made[SPINE])
    return _apart(ibis.union(known.select(*columns), late.select(*columns)))


def _invoices_by_party(made: Mapping[str, ir.Table]) -> ir.Table:
    """What ``grains.parties_of`` adds up."""
    columns = [*KEY, "k", "party", "is_void", "net"]
    late = made[CORRECTED].mutate(net=made[CORRECTED]["net"].fill_null(0))
    known = _invoices_on_days(made[FOLDED], made[SPINE])
    cells = ibis.union(known.select(*columns), late.select(*columns))
    return cells.mutate(net=ibis.ifelse(cells["is_void"], 0, cells["net"]))


def versions(rows: ir.Table, spine: ir.Table, *, event: str, horizon: int) -> ir.Table:
    """Versions of rows that can count as of some day that their entity is asked for.

    With ``_on``, the day on which what they tell happened, ``_month``, its month's number, and as numbers of days
    ``_seen``, as of which and before it did not count yet, and ``_until``, the last as of which it counts; both are cut
    to the asked days. horizon: months looked back, 0 for all.
    """
    asked = spine.group_by("named", "entity").aggregate(
        _first=spine["as_of"].min(), _last=spine["as_of"].max()
    )
    found = rows.rename(named="entity").join(asked, "named").drop("named")
    known_from, known_to = found[KNOWN_FROM], found[KNOWN_TO]
    happened, before = found[event].cast("date"), _moment_of(found["_first"])
    filters = [
        known_from < _moment_of(found["_last"]),
        known_to.isnull() | (known_to >= before),
        happened < found["_last"],
    ]
    if horizon:
        filters.append(month_number(happened) >= month_number(found["_first"]) - horizon)
    eve, last = day_number(found["_first"]) - 1, day_number(found["_last"])
    told = ibis.ifelse(known_from < before, eve, _day_in_china(known_from))
    gone = ibis.ifelse(known_to.isnull(), last, ibis.least(_day_in_china(known_to), last))
    return found.mutate(
        _on=happened,
        _month=month_number(happened),
        _seen=ibis.greatest(told, day_number(happened), eve),
        _until=gone,
    ).filter(*filters)


def numbered(spine: ir.Table) -> ir.Table:
    """Each (entity, as_of) once, the entity as a number and as it is called (``named``)."""
    names = spine.select(named="entity").distinct()
    numbers = names.mutate(entity=ibis.row_number().over(order_by=names["named"]))
    asked = spine.select(named="entity", as_of="as_of").distinct()
    return asked.join(numbers, "named").select("named", *KEY)


def on_days(rows: ir.Table, spine: ir.Table, *, horizon: int) -> ir.Table:
    """What of ``versions``, or of sums of those alike in ``_month, _seen, _until``, counts as of each day.

    With ``k``, and ``_day``, the day's number.
    """
    day = {"_day": day_number(spine["as_of"]), "_this": month_number(spine["as_of"])}
    joined = rows.join(spine.select(*KEY, **day), "entity")
    filters = [joined["_seen"] < joined["_day"], joined["_day"] <= joined["_until"]]
    if horizon:
        filters.append(joined["_this"] - joined["_month"] <= horizon)
    return joined.mutate(k=joined["_this"] - joined["_month"]).filter(*filters)


def told_together(rows: ir.Table, spine: ir.Table) -> ir.Table:
    """``versions`` with ``_seen`` moved to the eve of the next day that anybody is asked for: none tells them apart."""
    seen, days = (
        rows.select("_seen").distinct(),
        spine.select(_day=day_number(spine["as_of"])).distinct(),
    )
    later = seen.join(days, days["_day"] > seen["_seen"])
    eves = later.group_by("_seen").aggregate(_eve=later["_day"].min() - 1)
    return rows.join(eves, "_seen").drop("_seen").rename(_seen="_eve")


def told_at_once(cells: ir.Table, corrected: ir.Table) -> tuple[ir.Table, ir.Table]:
    """Cells of an (entity, _month) that has one only and nothing in ``corrected``, and the other cells."""
    month = ["entity", "_month"]
    counted = cells.group_by(month).aggregate(_count=cells.count())
    several = counted.filter(counted["_count"] > 1).select(*month)
    others = ibis.union(several, corrected.select(*month), distinct=True)
    return cells.anti_join(others, month), cells.semi_join(others, month)


def _whole(value: ir.NumericValue) -> ir.IntegerValue:
    """Of 64 bits also in an engine whose sums of whole numbers have more."""
    return Cast(value, "int64").to_expr()


def day_number(day: ir.DateValue) -> ir.IntegerValue:
    """Days since 1970."""
    return day.delta(ibis.date(_FIRST_DAY), unit="day").cast("int64")


def _day_in_china(moment: ir.TimestampValue) -> ir.IntegerValue:
    """Its day's number."""
    return day_number((moment + ibis.interval(hours=_CHINA_HOURS)).cast("timestamp").cast("date"))


def _moment_of(day: ir.DateValue) -> ir.TimestampValue:
    """The first moment of a day in China."""
    midnight = day.cast("timestamp") - ibis.interval(hours=_CHINA_HOURS)
    return midnight.cast("timestamp('UTC')")
