"""From invoices to months and counterparties, with nothing in sight that was not known before the as-of day.

No function here, and no formula of a feature, can reach a row before ``known_rows`` has filtered it.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import ibis

from shuxin.fusion.known import KNOWN_FROM, known_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

HORIZON_MONTHS = 24
ROUND_FEN = 100_000
"""An amount is round when its total is a multiple of 1,000 yuan."""
MONTH_END_DAYS = 2
VOID_WORDS = ("作废发票", "作废", "已作废", "VOID", "void")
OWN_CURRENCY = ("CNY", "RMB", "人民币", "元")
_CHINA_HOURS = 8
MOST_FEN = 10**16
"""100 million million yuan: an invoice beyond is an error, and would overflow the sums of everybody."""
KEY = ("entity", "as_of")
_PLACES = ("_dataset", "_file", "_line")
SUMMED = ("net", "gross", "red", "tax", "void_amount", "valid", "void", "red_count", "round_count",
          "month_end_count")  # fmt: skip


def known_rows(invoices: ir.Table, spine: ir.Table) -> ir.Table:
    """Invoices of each (entity, as_of) as they stood before that day, each once."""
    rows = trade_rows(invoices, spine)
    return invoices_once(rows, several_times(rows))


def trade_rows(invoices: ir.Table, spine: ir.Table) -> ir.Table:
    """Versions of invoices known before each (entity, as_of), of the last 24 months and this one.

    invoices: ``entity, party, invoice_no, issued_on, net, tax, total, status, status_changed_on,
    currency`` and the two columns of ``fusion.known``. spine: ``entity, as_of`` (date). An invoice
    voided on or after the day still counts; one in foreign money never does.
    """
    days = spine.select("entity", "as_of")
    joined = invoices.join(days, "entity")
    moment = moment_of(joined)
    months = month_number(joined["as_of"]) - month_number(joined["issued_on"])
    changed = joined["status_changed_on"]
    is_void = joined["status"].isin(VOID_WORDS) & (changed.isnull() | (changed < joined["as_of"]))
    own = joined["currency"].isnull() | joined["currency"].isin(OWN_CURRENCY)
    places = [name for name in _PLACES if name in invoices.columns]
    known = joined.filter(
        known_at(joined, moment),
        joined["issued_on"] < joined["as_of"],
        months.between(0, HORIZON_MONTHS),
        own,
        joined["net"].fill_null(0).between(-MOST_FEN, MOST_FEN),
    )
    said = (known["invoice_no"], known["total"].cast("string"), known["net"].cast("string"))
    number = ibis.coalesce(*said)
    return known.select(
        *KEY, "party", "issued_on", "net", "tax", "total", *places,
        k=months,
        is_void=is_void.fill_null(False),  # noqa: FBT003
        number=number,
        _key=named(known, *KEY, "party", "issued_on", number),
        _hour=known[KNOWN_FROM].truncate("h"),
    )  # fmt: skip


def invoices_once(rows: ir.Table, twice: ir.Table) -> ir.Table:
    """One row for each invoice: the version known in the latest hour, of equals the void one, then the larger.

    Extracts overlap and files are sent twice. An invoice is its party, number and day; without a
    number, its party, day and total. Whichever rows are alike to the end say the same.
    """
    sized = rows.mutate(_size=rows["total"].abs())
    key = ("party", "issued_on", "number")
    return each_once(sized, twice, key=key, order=order_of_invoices(rows)).drop("_size")


def order_of_invoices(rows: ir.Table) -> list[tuple[str, str]]:
    """By which the version stands first that does."""
    order = [(name, "desc") for name in ("_hour", "is_void", "_size", "net", "tax")]
    return [*order, *((name, "asc") for name in _PLACES if name in rows.columns)]


@ibis.udf.scalar.builtin(name="hash")  # type: ignore[untyped-decorator]  # Ibis has no types here
def _hash(one, other) -> int:  # type: ignore[no-untyped-def,empty-body]  # noqa: ANN001 - of any type
    """The engine's own, of two things together; Ibis would turn it into a signed number by way of text."""


def named(rows: ir.Table, *fields: str | ir.Value) -> ir.IntegerValue:
    """One number for what these fields say together. Other things may have it too, very seldom."""
    said = [rows[field] if isinstance(field, str) else field for field in fields]
    return reduce(_hash, said)


def several_times(rows: ir.Table) -> ir.Table:
    """Column ``_key``: what more than one row has."""
    counted = rows.group_by("_key").aggregate(_count=rows.count())
    return counted.filter(counted["_count"] > 1).select("_key")


def each_once(
    rows: ir.Table, twice: ir.Table, *, key: Sequence[str], order: Sequence[tuple[str, str]]
) -> ir.Table:
    """Of the rows of an (entity, as_of) that are alike in ``key`` the first by ``order`` (column, asc or desc).

    rows: with ``_key``, the number of what they are alike in. Few stand in ``twice``, and only these are put in order.
    """
    first = first_of(rows.semi_join(twice, "_key"), key=key, order=order)
    alone = rows.anti_join(twice, "_key").drop("_key")
    return ibis.union(alone, first.select(*alone.columns))


def first_of(rows: ir.Table, *, key: Sequence[str], order: Sequence[tuple[str, str]]) -> ir.Table:
    """Of the rows of an (entity, as_of) that are alike in ``key`` the first by ``order`` (column, asc or desc)."""
    by = [rows[name].desc() if way == "desc" else rows[name] for name, way in order]
    ranked = rows.mutate(_rank=ibis.row_number().over(group_by=[*KEY, *key], order_by=by))
    return ranked.filter(ranked["_rank"] == 0).drop("_rank")


def party_months(rows: ir.Table) -> ir.Table:
    """One row for each (entity, as_of, k, party): the only pass over the invoices themselves.

    net, gross, red, tax: fen of valid invoices, all, positive and (as a positive number) negative ones.
    valid, void, red_count, round_count, month_end_count, void_amount likewise.
    """
    void = rows["is_void"]
    sums = {
        **valid_sums(rows, ~void),
        "void_amount": rows["net"].abs().sum(where=void),
        "void": void.sum(),
    }
    return rows.group_by([*KEY, "k", "party"]).aggregate(
        **{name: each.fill_null(0).cast("int64") for name, each in sums.items()},
        last_on=rows["issued_on"].max(where=~void & (rows["net"] > 0)),
    )


def valid_sums(rows: ir.Table, valid: ir.BooleanValue) -> dict[str, ir.Value]:
    """What ``party_months`` adds up of those invoices that are valid; null where there are none."""
    positive, negative = valid & (rows["net"] > 0), valid & (rows["net"] < 0)
    last_days = (rows["issued_on"] + ibis.interval(days=MONTH_END_DAYS)).month()
    is_round = positive & (rows["total"] % ROUND_FEN == 0)
    return {
        "net": rows["net"].sum(where=valid),
        "gross": rows["net"].sum(where=positive),
        "red": (-rows["net"]).sum(where=negative),
        "tax": rows["tax"].sum(where=valid),
        "valid": positive.sum(),
        "red_count": negative.sum(),
        "round_count": is_round.sum(),
        "month_end_count": (positive & (last_days != rows["issued_on"].month())).sum(),
    }


def months_of(cells: ir.Table) -> ir.Table:
    """One row for each (entity, as_of, k): the sums of ``party_months``; active: k where there is a valid invoice."""
    months = cells.group_by([*KEY, "k"]).aggregate(
        **{name: cells[name].sum().cast("int64") for name in SUMMED},
        last_on=cells["last_on"].max(),
    )
    return months.mutate(active=ibis.ifelse(months["valid"] > 0, months["k"], ibis.null("int64")))


def parties_of(cells: ir.Table) -> ir.Table:
    """One row for each (entity, as_of, party) of the last 24 complete months.

    net, earlier: fen of the last 12 months and of the 12 before. positive: net where above zero, else 0.
    rank: 1 for the largest.
    """
    near, far = cells["k"].between(1, 12), cells["k"].between(13, HORIZON_MONTHS)
    parties = cells.group_by([*KEY, "party"]).aggregate(
        net=cells["net"].sum(where=near).fill_null(0).cast("int64"),
        earlier=cells["net"].sum(where=far).fill_null(0).cast("int64"),
    )
    rank = ibis.row_number().over(
        group_by=list(KEY), order_by=[parties["net"].desc(), parties["party"]]
    )
    return parties.mutate(positive=ibis.greatest(parties["net"], 0), rank=rank + 1)


def moment_of(rows: ir.Table) -> ir.TimestampValue:
    """The first moment of the as-of day in China."""
    midnight = rows["as_of"].cast("timestamp") - ibis.interval(hours=_CHINA_HOURS)
    return midnight.cast("timestamp('UTC')")


def month_number(day: ir.DateValue) -> ir.IntegerValue:
    return (day.year().cast("int64") * 12) + day.month().cast("int64")
