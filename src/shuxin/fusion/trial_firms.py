"""Firms in a file that is only looked at: who they are by their own rows, and how those with invoices trade."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from shuxin.catalogue.api import FieldType, Meaning
from shuxin.fusion.features.computing import feature_table
from shuxin.fusion.features.grains import KEY, known_rows, months_of, party_months
from shuxin.fusion.features.invoices import INVOICE_FEATURES
from shuxin.fusion.known import KNOWN_FROM, KNOWN_TO
from shuxin.fusion.standards import standard_of
from shuxin.fusion.trying import TriedFirm, TriedPortrait
from shuxin.kernel.uscc import USCC, InvalidUSCC

if TYPE_CHECKING:
    from pathlib import Path

    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

    from shuxin.catalogue.api import Contract
    from shuxin.kernel.text import Language

MOST_FIRMS, MOST_PORTRAITS, MONTHS_SHOWN = 10, 3, 24
SIDES = ("invoice_out", "invoice_in")
"""Standards of which portraits are made."""
_WHO = (Meaning.SUBJECT_CODE, Meaning.SUBJECT_NAME, Meaning.SUBJECT_NUMBER)
_NEVER = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
_COLUMNS = {
    "party": "string",
    "invoice_no": "string",
    "issued_on": "date",
    "net": "int64",
    "tax": "int64",
    "total": "int64",
    "status": "string",
    "status_changed_on": "date",
    "currency": "string",
}


def firms_of(rows: pa.Table, contract: Contract) -> tuple[tuple[TriedFirm, ...], int]:
    """The firms with most rows, at most ten, and how many there are; none where no column says whom a row is about."""
    by_meaning = _by_meaning(contract)
    keys = [by_meaning[meaning] for meaning in _WHO if meaning in by_meaning]
    if not keys or not rows.num_rows:
        return (), 0
    table = rows.append_column("_who", _who(rows, keys))
    table = table.filter(pc.is_valid(table["_who"]))
    money = [field for field in contract.fields if field.type is FieldType.MONEY]
    day = by_meaning.get(Meaning.EVENT_TIME, "")
    wanted = [("_who", "count"), *((key, "max") for key in keys)]
    wanted += [(field.name, "sum") for field in money]
    wanted += [(day, "min"), (day, "max")] if day else []
    grouped = table.group_by("_who").aggregate(list(dict.fromkeys(wanted)))
    order = [("_who_count", "descending"), ("_who", "ascending")]
    largest = grouped.sort_by(order).slice(0, MOST_FIRMS).to_pylist()
    titles = {field.name: field.title or field.name for field in money}
    return tuple(_firm(row, by_meaning, day, titles) for row in largest), grouped.num_rows


def _by_meaning(contract: Contract) -> dict[Meaning, str]:
    return {field.meaning: field.name for field in contract.fields}


def _who(rows: pa.Table, keys: list[str]) -> pa.ChunkedArray:
    return pc.coalesce(*(rows[key].cast(pa.string()) for key in keys))


def _firm(
    row: dict[str, Any], by_meaning: dict[Meaning, str], day: str, titles: dict[str, str]
) -> TriedFirm:
    code, name, number = (
        str(row.get(f"{by_meaning.get(meaning, '')}_max") or "") for meaning in _WHO
    )
    return TriedFirm(
        name=name or number or code,
        code=code,
        check=_check(code),
        rows=row["_who_count"],
        first=str(row[f"{day}_min"])[:10] if day and row[f"{day}_min"] else "",
        last=str(row[f"{day}_max"])[:10] if day and row[f"{day}_max"] else "",
        totals=tuple((title, row[f"{field}_sum"] or 0) for field, title in titles.items()),
    )


def _check(code: str) -> str:
    if not code:
        return ""
    try:
        USCC(code)
    except InvalidUSCC:
        return "wrong"
    return "right"


def traders_of(
    traded: list[tuple[Contract, Path]], *, connection: Backend, today: dt.date, language: Language
) -> tuple[int, tuple[TriedPortrait, ...]]:
    """How many firms have invoices, and portraits of the three with the highest turnover.

    As of the first day of the month after the last invoice, or today if that lies ahead.
    """
    sources = _sources(traded, connection)
    everything = [table.select("entity", "issued_on", "net", "_name") for table in sources.values()]
    rows = everything[0] if len(everything) == 1 else ibis.union(*everything)
    past = rows.filter(rows["issued_on"] <= ibis.date(today), rows["entity"].notnull())
    firms = past.group_by("entity").aggregate(
        turnover=past["net"].abs().sum(), last=past["issued_on"].max(), name=past["_name"].max()
    )
    found = connection.to_pyarrow(firms.order_by([ibis.desc("turnover"), "entity"]))
    if not found.num_rows:
        return 0, ()
    as_of = min(_month_after(pc.max(found["last"]).as_py()), today)
    chosen = found.slice(0, MOST_PORTRAITS).to_pylist()
    spine = pa.table(
        {
            "entity": [one["entity"] for one in chosen],
            "as_of": pa.array([as_of] * len(chosen), pa.date32()),
        }
    )
    values = _values(sources, spine, connection)
    monthly = {side: _monthly(table, spine, connection) for side, table in sources.items()}
    portraits = tuple(
        _portrait(one, as_of, values[one["entity"]], monthly, language) for one in chosen
    )
    return found.num_rows, portraits


def _sources(traded: list[tuple[Contract, Path]], connection: Backend) -> dict[str, ir.Table]:
    """Invoices by standard, in the form that features read: everything in the file is known."""
    parts: dict[str, list[ir.Table]] = {}
    for number, (contract, file) in enumerate(traded):
        rows = connection.read_parquet(str(file))
        by_meaning = _by_meaning(contract)
        said = [rows[by_meaning[meaning]] for meaning in _WHO if meaning in by_meaning]
        name = by_meaning.get(Meaning.SUBJECT_NAME)
        given = {
            column: rows[column].cast(kind) if column in rows.columns else ibis.null(kind)
            for column, kind in _COLUMNS.items()
        }
        part = rows.select(
            entity=ibis.coalesce(*said),
            **given,
            _name=rows[name] if name else ibis.null("string"),
            _dataset=ibis.literal(str(number)),
            _line=rows["_line"],
            **{KNOWN_FROM: ibis.literal(_NEVER).cast("timestamp('UTC')")},
            **{KNOWN_TO: ibis.null("timestamp('UTC')")},
        )
        parts.setdefault(standard_of(contract), []).append(part)
    return {
        standard: found[0] if len(found) == 1 else ibis.union(*found)
        for standard, found in parts.items()
    }


def _month_after(day: dt.date) -> dt.date:
    return (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)


def _values(
    sources: dict[str, ir.Table], spine: pa.Table, connection: Backend
) -> dict[str, dict[str, Any]]:
    expression = feature_table(
        spine=ibis.memtable(spine), sources=sources, features=INVOICE_FEATURES
    )
    return {row["entity"]: row for row in connection.to_pyarrow(expression).to_pylist()}


def _monthly(table: ir.Table, spine: pa.Table, connection: Backend) -> dict[tuple[str, int], int]:
    months = months_of(party_months(known_rows(table, ibis.memtable(spine))))
    rows = connection.to_pyarrow(months.select(*KEY, "k", "net")).to_pylist()
    return {(row["entity"], row["k"]): row["net"] for row in rows}


def _portrait(
    one: dict[str, Any],
    as_of: dt.date,
    values: dict[str, Any],
    monthly: dict[str, dict[tuple[str, int], int]],
    language: Language,
) -> TriedPortrait:
    back = range(MONTHS_SHOWN, 0, -1)
    sides = {
        side: tuple(monthly[side].get((one["entity"], k), 0) for k in back)
        for side in SIDES
        if side in monthly
    }
    number = as_of.year * 12 + as_of.month - 1
    months = tuple(f"{(number - k) // 12}-{(number - k) % 12 + 1:02d}" for k in back)
    named = one["name"] or one["entity"]
    features = tuple(
        (f.name, f.title.say(language), f.group, f.measure.value, values[f.name])
        for f in INVOICE_FEATURES
        if not f.source or f.source in monthly
    )
    return TriedPortrait(
        name=named,
        code=one["entity"] if named != one["entity"] else "",
        as_of=as_of.isoformat(),
        months=months,
        sales=sides.get("invoice_out"),
        purchases=sides.get("invoice_in"),
        features=features,
    )
