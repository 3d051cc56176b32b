"""The arithmetic of features: Ibis expressions over months, counterparties, or other features.

Sums are of whole numbers only, so that no result depends on the order in which rows are added.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from shuxin.fusion.features.definition import Window, ratio

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from shuxin.fusion.features.definition import Formula

YEAR = Window(1, 12)
YEAR_BEFORE = Window(13, 24)
TWO_YEARS = Window(1, 24)
QUARTER = Window(1, 3)
QUARTER_BEFORE = Window(13, 15)
_TOP = 5


def total(column: str, window: Window) -> Formula:
    return lambda months: months[column].sum(where=window.holds(months["k"])).cast("int64")


def _net(months: ir.Table, window: Window) -> ir.IntegerValue:
    return months["net"].sum(where=window.holds(months["k"])).fill_null(0)


def share(top: str, bottom: tuple[str, ...], window: Window) -> Formula:
    def formula(months: ir.Table) -> ir.Value:
        within = window.holds(months["k"])
        whole = months[bottom[0]]
        for other in bottom[1:]:
            whole = whole + months[other]
        return ratio(months[top].sum(where=within), whole.sum(where=within))

    return formula


def growth(near: Window, before: Window) -> Formula:
    return lambda months: ratio(_net(months, near), positive(_net(months, before))) - 1.0


def positive(value: ir.NumericValue) -> ir.NumericValue:
    """Null unless above zero: a ratio to a negative turnover means nothing."""
    return ibis.ifelse(value > 0, value, ibis.null("int64"))


def momentum(months: ir.Table) -> ir.Value:
    return ratio(_net(months, QUARTER) * 4, positive(_net(months, YEAR)))


def slope(months: ir.Table) -> ir.Value:
    """Least squares of ln(1 + A_k in yuan) on time over the window's 12 points; empty months are zero.

    Logarithms are whole billionths, so that the sum is exact in any order.
    """
    within = YEAR.holds(months["k"])
    height = (ibis.greatest(months["net"], 0).cast("float64") / 100.0 + 1.0).ln()
    billionths = (height * 1e9).round().cast("int64")
    twice_centred = 13 - 2 * months["k"]
    return (twice_centred * billionths).sum(where=within).cast("float64") / (2 * 143.0 * 1e9)


def variation(months: ir.Table) -> ir.Value:
    """Standard deviation of 12 monthly amounts over their mean; empty months are zero.

    As ``sqrt(12 * sum of squares - square of sum) / sum``, where all under the root is exact.
    """
    within = YEAR.holds(months["k"])
    whole = months["net"].sum(where=within)
    spread = _squares(months["net"]).sum(where=within) * 12 - _squares(whole)
    return ratio(spread.cast("float64").sqrt(), positive(whole))


def active_months(months: ir.Table) -> ir.Value:
    return (YEAR.holds(months["k"]) & (months["valid"] > 0)).sum().cast("int64")


def recency(months: ir.Table) -> ir.Value:
    return months["as_of"].max().delta(months["last_on"].max(), unit="day").cast("int64")


def largest_share(parties: ir.Table) -> ir.Value:
    positive = parties["positive"]
    return ratio(positive.sum(where=parties["rank"] <= _TOP), positive.sum())


def concentration(parties: ir.Table) -> ir.Value:
    """Herfindahl-Hirschman index, 0 to 1; the sum of squares is exact."""
    whole = parties["positive"].sum().cast("float64")
    return ratio(_squares(parties["positive"]).sum(), whole * whole)


def new_share(parties: ir.Table) -> ir.Value:
    positive = parties["positive"]
    return ratio(positive.sum(where=parties["earlier"] <= 0).fill_null(0), positive.sum())


def _squares(fen: ir.IntegerValue) -> ir.DecimalValue:
    return fen.cast("decimal(19, 0)") * fen.cast("decimal(19, 0)")


def kept(parties: ir.Table) -> ir.Value:
    known = parties["earlier"] > 0
    return ratio((known & (parties["net"] > 0)).sum(), known.sum())


def vat_burden(known: ir.Table) -> ir.Value:
    sold, bought = known["inv_out_amt_12m"], known["inv_in_amt_12m"].cast("float64")
    due = known["inv_out_tax_rate_12m"] * sold.cast("float64")
    paid = known["inv_in_tax_rate_12m"].fill_null(0.0) * bought
    return (due - paid) / positive(sold).cast("float64")


def history(months: ir.Table) -> ir.Value:
    return months["active"].max()
