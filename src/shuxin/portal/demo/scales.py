"""What enters the demo's card, and of which time (演示口径): datasets, features, windows, by size of the city."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shuxin.portal.demo.plan import BANK, BUREAU, UTILITY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.portal.demo.plan import Seat

INVOICE_FEATURES, POWER_BILLS, LOANS = "发票特征", "月度电费账单", "贷款台账"
DATASETS = {BUREAU: INVOICE_FEATURES, UTILITY: POWER_BILLS, BANK: LOANS}
LEVELS = {BUREAU: 3, UTILITY: 2, BANK: 3}
FEATURES = {
    BANK: ("amount",),
    BUREAU: (
        "inv_out_momentum_12m",
        "inv_out_cv_12m",
        "inv_out_active_12m",
        "inv_out_recency_24m",
        "inv_out_parties_12m",
        "inv_out_top1_12m",
        "inv_out_void_rate_12m",
        "purchase_to_sales_12m",
        "vat_burden_12m",
    ),
    UTILITY: ("有功电量(千瓦时)", "结欠电费"),
}
"""How large a firm is, its electricity tells; how it trades, its invoices. The bank's rating and rate stay out:
they are its own judgement."""
_FEW = {
    BANK: ("amount",),
    BUREAU: ("inv_out_momentum_12m", "inv_out_active_12m", "vat_burden_12m"),
    UTILITY: ("有功电量(千瓦时)",),
}
"""Half a hundred rows with a few defaults do not carry a dozen columns: together these tell good from bad without
error, and no fit comes to an end.
"""
_BILL_DAYS = 95


@dataclass(frozen=True, slots=True)
class Window:
    """Time of a card (观察期与表现期): features as of ``day``, outcomes of loans drawn in ``[day, until)``.

    bills_to: the newest bill that was known on that day is of a month before this day.
    """

    day: str
    bills_to: str
    until: str


@dataclass(frozen=True, slots=True)
class Scale:
    """What differs between sizes of the demo. held_out: None where a city is too small for it."""

    train: Window
    held_out: Window | None
    now: Window
    features: Mapping[Seat, tuple[str, ...]]
    min_size: int
    card: Mapping[str, Any]
    least: Mapping[str, str]
    """Lines of the holders' policies."""


_NOW = Window("2026-01-01", "2025-12-01", "2026-01-02")
SCALES = {
    "tiny": Scale(
        train=Window("2023-07-01", "2023-06-01", "2025-01-01"),
        held_out=None,
        now=_NOW,
        features=_FEW,
        min_size=10,
        card={"min_rows": 8, "min_good": 3, "min_bad": 2, "max_fine": 10, "max_bins": 2},
        least={"min_set_size": "10", "min_bin_rows": "5", "min_bin_class": "1"},
    ),
    "town": Scale(
        train=Window("2024-01-01", "2023-12-01", "2024-07-01"),
        held_out=Window("2024-07-01", "2024-06-01", "2025-01-01"),
        now=_NOW,
        features=FEATURES,
        min_size=100,
        card={},
        least={"min_set_size": "100"},
    ),
}


def period(seat: Seat, window: Window, *, serving: bool = False) -> tuple[str, str]:
    """First day and the day after the last of a party's data: features of that day, bills known then, loans after it.

    serving: loans before it, for a score is asked for when the next one is still to be drawn.
    """
    day = dt.date.fromisoformat(window.day)
    if seat == BUREAU:
        return window.day, f"{day + dt.timedelta(days=1)}"
    if seat == UTILITY:
        first = dt.date.fromisoformat(window.bills_to) - dt.timedelta(days=_BILL_DAYS)
        return f"{first}", window.bills_to
    if serving:
        return "2020-01-01", window.until
    return window.day, window.until
