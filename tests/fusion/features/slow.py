"""Invoice features (发票特征) the slow way: loops over invoices, written from the definitions alone."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from shuxin.kernel.dates import CHINA_TIME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Value = int | float | None
LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Invoice:
    """One version of one invoice; amounts in fen, known in ``[known_from, known_to)``."""

    party: str | None
    issued_on: dt.date | None
    net: int | None
    tax: int | None = 0
    total: int | None = 0
    status: str | None = "有效发票"
    changed_on: dt.date | None = None
    currency: str | None = None
    number: str | None = None
    known_from: dt.datetime = LONG_AGO
    known_to: dt.datetime | None = None


def months_between(earlier: dt.date, later: dt.date) -> int:
    return (later.year - earlier.year) * 12 + later.month - earlier.month


def stands(invoice: Invoice, as_of: dt.date) -> bool:
    """Whether it was known just before the day began in China, and is not older than 24 months."""
    moment = dt.datetime.combine(as_of, dt.time(), tzinfo=CHINA_TIME)
    if not invoice.known_from < moment or (invoice.known_to and invoice.known_to < moment):
        return False
    if invoice.issued_on is None or invoice.issued_on >= as_of:
        return False
    foreign = invoice.currency not in {None, "CNY", "RMB", "人民币", "元"}
    return not foreign and months_between(invoice.issued_on, as_of) <= 24


def is_void(invoice: Invoice, as_of: dt.date) -> bool:
    if invoice.status not in {"作废发票", "作废", "已作废", "VOID", "void"}:
        return False
    return invoice.changed_on is None or invoice.changed_on < as_of


def each_once(invoices: Iterable[Invoice], as_of: dt.date) -> list[Invoice]:
    """Of the versions that stand of one invoice the last, of one hour the void one, then the larger."""
    best: dict[tuple[object, ...], Invoice] = {}
    for invoice in invoices:
        if not stands(invoice, as_of):
            continue
        number = next(
            (str(n) for n in (invoice.number, invoice.total, invoice.net) if n is not None), None
        )
        key = (invoice.party, invoice.issued_on, number)
        other = best.get(key)
        if other is None or _merit(invoice, as_of) > _merit(other, as_of):
            best[key] = invoice
    return list(best.values())


def _merit(invoice: Invoice, as_of: dt.date) -> tuple[object, ...]:
    """The larger is preferred; what is missing loses."""
    hour = invoice.known_from.astimezone(dt.UTC).replace(minute=0, second=0, microsecond=0)
    size = None if invoice.total is None else abs(invoice.total)
    amounts = [(n is not None, n or 0) for n in (size, invoice.net, invoice.tax)]
    return (hour, is_void(invoice, as_of), *amounts)


def by_definition(
    sold: Iterable[Invoice], bought: Iterable[Invoice], as_of: dt.date
) -> dict[str, Value]:
    """Every feature of one enterprise on one day, by name."""
    out, into = (_side(each_once(side, as_of), as_of) for side in (sold, bought))
    found = {f"inv_out_{name}": value for name, value in out.items() if name != "tax_12m"}
    found |= {f"inv_in_{name}": value for name, value in into.items() if name != "tax_12m"}
    sales, purchases = out["amt_12m"], into["amt_12m"]
    taxed = out["tax_rate_12m"], into["tax_rate_12m"]
    found["purchase_to_sales_12m"] = _ratio(purchases, sales) if sales > 0 else None
    due = (out["tax_12m"] or 0) - (into["tax_12m"] if taxed[1] is not None else 0)
    found["vat_burden_12m"] = _ratio(due, sales) if sales > 0 else None
    return found


def _side(known: Sequence[Invoice], as_of: dt.date) -> dict[str, Value]:
    void = [i for i in known if is_void(i, as_of)]
    standing = [i for i in known if not is_void(i, as_of) and i.net is not None]
    sales = [i for i in standing if i.net > 0]
    red = [i for i in standing if i.net < 0]

    def age(invoice: Invoice) -> int:
        return months_between(invoice.issued_on, as_of)

    def within(invoices: Iterable[Invoice], first: int, last: int) -> list[Invoice]:
        return [i for i in invoices if first <= age(i) <= last]

    def amount(first: int, last: int) -> int:
        return sum(i.net for i in within(standing, first, last))

    def summed(invoices: Iterable[Invoice], what: Callable[[Invoice], int | None]) -> int:
        return sum(what(i) or 0 for i in invoices)

    monthly = [amount(k, k) for k in range(1, 13)]
    year = {name: within(of, 1, 12) for name, of in
            (("all", known), ("void", void), ("standing", standing), ("sales", sales), ("red", red))}  # fmt: skip
    gross = summed(year["sales"], lambda i: i.net)
    void_amount = summed(year["void"], lambda i: abs(i.net or 0))
    tax = summed(within([i for i in known if not is_void(i, as_of)], 1, 12), lambda i: i.tax)
    active = {age(i) for i in sales}
    found: dict[str, Value] = {f"amt_{w}m": amount(1, w) for w in (3, 6, 12, 24)}
    found |= {f"count_{w}m": len(within(sales, 1, w)) for w in (3, 12)}
    found |= {
        "ticket_12m": _rounded(gross, len(year["sales"])),
        "yoy_12m": _growth(amount(1, 12), amount(13, 24)),
        "yoy_3m": _growth(amount(1, 3), amount(13, 15)),
        "momentum_12m": _ratio(4 * amount(1, 3), amount(1, 12)) if amount(1, 12) > 0 else None,
        "slope_12m": _slope(monthly) if year["all"] else None,
        "cv_12m": _variation(monthly),
        "active_12m": sum(k in active for k in range(1, 13)),
        "gap_12m": _longest_gap(active),
        "recency_24m": min(((as_of - i.issued_on).days for i in sales), default=None),
        "history_24m": max(active, default=0),
        "void_rate_12m": _ratio(
            len(year["void"]), len(year["void"]) + len(year["sales"]) + len(year["red"])
        ),
        "void_amt_rate_12m": _ratio(void_amount, void_amount + gross),
        "red_rate_12m": _ratio(-summed(year["red"], lambda i: i.net), gross),
        "round_share_12m": _ratio(
            sum(i.total is not None and i.total % 100_000 == 0 for i in year["sales"]),
            len(year["sales"]),
        ),
        "month_end_share_12m": _ratio(
            sum((i.issued_on + dt.timedelta(days=2)).day <= 2 for i in year["sales"]),
            len(year["sales"]),
        ),
        "tax_rate_12m": _ratio(tax, amount(1, 12)),
        "tax_12m": tax,
    }
    return found | _parties(standing, age)


def _parties(standing: Sequence[Invoice], age: Callable[[Invoice], int]) -> dict[str, Value]:
    near: defaultdict[str | None, int] = defaultdict(int)
    before: defaultdict[str | None, int] = defaultdict(int)
    for invoice in standing:
        if 1 <= age(invoice) <= 12:
            near[invoice.party] += invoice.net
        elif 13 <= age(invoice) <= 24:
            before[invoice.party] += invoice.net
    buying = sorted((fen for fen in near.values() if fen > 0), reverse=True)
    known = [party for party, fen in before.items() if fen > 0]
    fresh = sum(fen for party, fen in near.items() if fen > 0 and before.get(party, 0) <= 0)
    return {
        "parties_12m": len(buying),
        "top1_12m": _ratio(max(buying, default=0), sum(buying)),
        "top5_12m": _ratio(sum(buying[:5]), sum(buying)),
        "hhi_12m": _ratio(sum(fen * fen for fen in buying), sum(buying) ** 2),
        "kept_24m": _ratio(sum(near.get(party, 0) > 0 for party in known), len(known)),
        "new_share_24m": _ratio(fresh, sum(buying)),
    }


def _ratio(top: int, bottom: int) -> float | None:
    return float(Fraction(top, bottom)) if bottom else None


def _growth(near: int, before: int) -> float | None:
    return float(Fraction(near, before) - 1) if before > 0 else None


def _rounded(top: int, bottom: int) -> int | None:
    """The nearest whole number, halves away from zero; of numbers that are not negative."""
    return (2 * top + bottom) // (2 * bottom) if bottom else None


def _slope(monthly: Sequence[int]) -> float:
    """Least squares; ``monthly[0]`` is the nearest month."""
    points = [
        (-k, math.log(1 + max(Fraction(fen, 100), 0))) for k, fen in enumerate(monthly, start=1)
    ]
    mid = sum(t for t, _ in points) / len(points)
    return sum((t - mid) * y for t, y in points) / sum((t - mid) ** 2 for t, _ in points)


def _variation(monthly: Sequence[int]) -> float | None:
    mean = Fraction(sum(monthly), len(monthly))
    if mean <= 0:
        return None
    variance = sum((fen - mean) ** 2 for fen in monthly) / len(monthly)
    return math.sqrt(variance / mean**2)


def _longest_gap(active: set[int]) -> int:
    longest = run = 0
    for k in range(1, 13):
        run = 0 if k in active else run + 1
        longest = max(longest, run)
    return longest
