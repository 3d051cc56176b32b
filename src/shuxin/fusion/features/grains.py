"""From invoices to months and counterparties, with nothing in sight that was not known before the as-of day.

No function here, and no formula of a feature, can reach a row before ``known_rows`` has filtered it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from shuxin.fusion.known import KNOWN_FROM, known_at

if TYPE_CHECKING:
    import ibis.expr.types as ir

HORIZON_MONTHS = 24
ROUND_FEN = 100_000
"""An amount is round when its total is a multiple of 1,000 yuan."""
MONTH_END_DAYS = 2
VOID_WORDS = ("作废发票", "作废", "已作废", "VOID")
OWN_CURRENCY = ("CNY", "RMB", "人民币", "元")
_CHINA_HOURS = 8
MOST_FEN = 10**16
"""100 million million yuan: an invoice beyond is an error, and would overflow the sums of everybody."""
KEY = ("entity", "as_of")
_PLACES = ("_dataset", "_file", "_line")


def known_rows(invoices: ir.Table, spine: ir.Table) -> ir.Table:
    """Invoices of each (entity, as_of) as they stood before that day, of the last 24 months and this one.

    invoices: ``entity, party, invoice_no, issued_on, net, tax, total, status, status_changed_on,
    currency`` and the two columns of ``fusion.known``. spine: ``entity, as_of`` (date). An invoice
    voided on or after the day still counts; one in foreign money never does; one that stands twice
    counts once.
    """
    days = spine.select("entity", "as_of")
    joined = invoices.join(days, "entity")
    moment = moment_of(joined)
    months = month_number(joined["as_of"]) - month_number(joined["issued_on"])
    changed = joined["status_changed_on"]
    is_void = joined["status"].isin(VOID_WORDS) & (changed.isnull() | (changed < joined["as_of"]))
    own = joined["currency"].isnull() | joined["currency"].isin(OWN_CURRENCY)
    rows = joined.mutate(k=months, is_void=is_void.fill_null(False))  # noqa: FBT003
    known = rows.filter(
        known_at(joined, moment),
        joined["issued_on"] < joined["as_of"],
        months.between(0, HORIZON_MONTHS),
        own,
        joined["net"].fill_null(0).between(-MOST_FEN, MOST_FEN),
    )
    return _each_once(known)


def _each_once(rows: ir.Table) -> ir.Table:
    """One row for each invoice: the version known in the latest hour, of equals the void one, then the larger.

    Extracts overlap and files are sent twice. An invoice is its party, number and day; without a
    number, its party, day and total. Whichever rows are alike to the end say the same.
    """
    number = ibis.coalesce(
        rows["invoice_no"], rows["total"].cast("string"), rows["net"].cast("string")
    )
    places = [name for name in _PLACES if name in rows.columns]
    kept = [*KEY, "k", "party", "issued_on", "net", "tax", "total", "is_void",
            *places]  # fmt: skip
    order = [
        rows[KNOWN_FROM].truncate("h").desc(),
        *(
            value.desc()
            for value in (rows["is_void"], rows["total"].abs(), rows["net"], rows["tax"])
        ),
        *places,
    ]
    rank = ibis.row_number().over(group_by=[*KEY, "party", "issued_on", number], order_by=order)
    ranked = rows.mutate(rank=rank)
    return ranked.filter(ranked["rank"] == 0).select(*kept)


def party_months(rows: ir.Table) -> ir.Table:
    """One row for each (entity, as_of, k, party): the only pass over the invoices themselves.

    net, gross, red, tax: fen of valid invoices, all, positive and (as a positive number) negative ones.
    valid, void, red_count, round_count, month_end_count, void_amount likewise.
    """
    valid = ~rows["is_void"]
    positive, negative = valid & (rows["net"] > 0), valid & (rows["net"] < 0)
    last_days = (rows["issued_on"] + ibis.interval(days=MONTH_END_DAYS)).month()
    is_round = positive & (rows["total"] % ROUND_FEN == 0)
    return rows.group_by([*KEY, "k", "party"]).aggregate(
        net=rows["net"].sum(where=valid).fill_null(0).cast("int64"),
        gross=rows["net"].sum(where=positive).fill_null(0).cast("int64"),
        red=(-rows["net"]).sum(where=negative).fill_null(0).cast("int64"),
        tax=rows["tax"].sum(where=valid).fill_null(0).cast("int64"),
        void_amount=rows["net"].abs().sum(where=rows["is_void"]).fill_null(0).cast("int64"),
        valid=positive.sum().fill_null(0),
        void=rows["is_void"].sum().fill_null(0),
        red_count=negative.sum().fill_null(0),
        round_count=is_round.sum().fill_null(0),
        month_end_count=(positive & (last_days != rows["issued_on"].month())).sum().fill_null(0),
        last_on=rows["issued_on"].max(where=positive),
    )


def months_of(cells: ir.Table) -> ir.Table:
    """One row for each (entity, as_of, k): the sums of ``party_months``, with ``gap``.

    gap: months without a valid invoice between this month and the nearer one that has one, or the
    as-of day; null for a month without a valid invoice itself.
    """
    summed = ("net", "gross", "red", "tax", "void_amount", "valid", "void", "red_count",
              "round_count", "month_end_count")  # fmt: skip
    months = cells.group_by([*KEY, "k"]).aggregate(
        **{name: cells[name].sum().cast("int64") for name in summed},
        last_on=cells["last_on"].max(),
    )
    active = ibis.ifelse(months["valid"] > 0, months["k"], ibis.null("int64"))
    nearer = active.max().over(group_by=list(KEY), order_by="k", rows=(None, -1))
    gap = ibis.ifelse(
        active.isnull() | (active == 0), ibis.null("int64"), active - nearer.fill_null(0) - 1
    )
    return months.mutate(active=active, gap=ibis.greatest(gap, 0))


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
