"""What the demo's lenders offer and its firms want (演示产品与需求)."""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from shuxin.portal.demo.firms import applications, loans
from shuxin.portal.demo.plan import BANK, BUREAU, UTILITY, VILLAGE
from shuxin.portal.demo.scales import DATASETS, LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from shuxin.portal.demo.plan import Seat

_YUAN = 100
_WINDOW_MONTHS, _TERM_MONTHS = 12, 12
_LEAST_FEN, _MOST_FEN = 1_000_000, 300_000_000
_USES = ("working_capital", "stock", "wages", "equipment")
_URGENCIES = ("month", "days", "planned")


def products(seat: Seat) -> list[dict[str, Any]]:
    """As JSON of ``market.ProductTerms``."""
    return {BANK: _bank, VILLAGE: _village}[seat]()


def _band(least: int, most: int) -> dict[str, int]:
    return {"least": least, "most": most}


def _asked(seat: Seat) -> dict[str, Any]:
    return {
        "holder": seat.party,
        "catalogues": [DATASETS[seat]],
        "level_max": LEVELS[seat],
        "data_months": 24,
        "valid_days": 30,
        "max_uses": 3,
    }


def _bank() -> list[dict[str, Any]]:
    joint = {
        "name": "农商联合信用贷",
        "name_en": "Joint-score credit",
        "kind": "flow",
        "amount_fen": _band(_LEAST_FEN, _MOST_FEN),
        "rate_bp": _band(345, 680),
        "term_months": _band(1, 36),
        "guarantees": ["none"],
        "repayments": ["bullet", "instalments", "revolving"],
        "authorisations": [_asked(BUREAU), _asked(UTILITY)],
        "eligibility": {"borrowers": ["enterprise", "individual_business", "cooperative"]},
        "claim_hours": 8,
        "decision_hours": 16,
    }
    guaranteed = {
        "name": "政府性担保贷",
        "name_en": "Loan under the guarantee fund",
        "kind": "credit",
        "amount_fen": _band(10_000_000, 1_000_000_000),
        "rate_bp": _band(320, 520),
        "term_months": _band(6, 36),
        "guarantees": ["company"],
        "repayments": ["bullet", "instalments"],
        "fees": [{"name": "担保费", "kind": "yearly_bp", "value": 80}],
        "documents": ["营业执照", "近一年财务报表"],
        "eligibility": {"borrowers": ["enterprise"], "age_months": 12},
        "claim_hours": 16,
        "decision_hours": 40,
    }
    return [joint, guaranteed]


def _village() -> list[dict[str, Any]]:
    return [
        {
            "name": "惠民小微贷",
            "name_en": "Village micro loan",
            "kind": "credit",
            "amount_fen": _band(_LEAST_FEN, 50_000_000),
            "rate_bp": _band(420, 780),
            "term_months": _band(3, 24),
            "guarantees": ["none", "surety"],
            "repayments": ["bullet", "instalments"],
            "eligibility": {
                "borrowers": ["individual_business", "cooperative", "farmer", "enterprise"],
                "sizes": [],
            },
            "claim_hours": 8,
            "decision_hours": 24,
        }
    ]


def wanted(
    imports: Path, *, register: Mapping[str, Mapping[str, Any]], but: str, most: int
) -> list[dict[str, Any]]:
    """What this month's applicants want, in the bank's order; not the person's own firm. register: facts by party."""
    found: list[dict[str, Any]] = []
    for number, (code, fen) in enumerate(applications(imports)):
        party = f"uscc:{code}"
        if code == but or party not in register or len(found) == most:
            continue
        terms = {
            "amount_fen": min(max(fen, _LEAST_FEN), _MOST_FEN),
            "term_months": _TERM_MONTHS,
            "use": _USES[number % len(_USES)],
            "urgency": _URGENCIES[number % len(_URGENCIES)],
            "may_contact": number % 2 == 0,
        }
        found.append({"party": party, "facts": dict(register[party]), "terms": terms})
    return found


def history(imports: Path, *, register: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Past loans as a back-test reads them: what the bank's own accounts told on the day, and how the loan ended."""
    flows, rows = _inflows(imports), []
    for loan in loans(imports):
        party = f"uscc:{loan.code}"
        known = register.get(party)
        if known is None:
            continue
        months = [m for m in flows[loan.code] if _within(m, loan.drawn_on)]
        since = known.get("established_on")
        row: dict[str, Any] = {
            "firm": party,
            "on": loan.drawn_on.isoformat(),
            "bad": int(loan.is_bad),
            "application.amount_yuan": loan.fen // _YUAN,
            "application.term_months": _TERM_MONTHS,
            "application.use": "working_capital",
            "application.urgency": "month",
            "firm.borrower": known["borrower"],
            "firm.age_months": _age(since, loan.drawn_on),
            "own.active_months": len(months) if flows[loan.code] else None,
            "own.inflow_12m_yuan": sum(flows[loan.code][m] for m in months) // _YUAN,
            "own.days_past_due": 0,
            **{f"open.{name}": False for name in ("dishonest", "revoked", "serious_illegal")},
            "open.abnormal": False,
        }
        rows.append(row)
    return rows


def _inflows(imports: Path) -> defaultdict[str, dict[dt.date, int]]:
    """Fen that came in, by firm and month."""
    found: defaultdict[str, dict[dt.date, int]] = defaultdict(lambda: defaultdict(int))
    for row in _flows(imports):
        if row["借贷标志"] == "收":
            day = dt.datetime.strptime(row["交易日期"][:8], "%Y%m%d")  # noqa: DTZ007 - a day
            month = day.date().replace(day=1)
            found[row["账户持有人代码"]][month] += round(float(row["交易金额"]) * _YUAN)
    return found


def _flows(imports: Path) -> Iterator[dict[str, str]]:
    file = imports / BANK.called / "对公账户流水.csv"
    with file.open(encoding="gb18030", newline="") as lines:
        yield from csv.DictReader(lines)


def _within(month: dt.date, day: dt.date) -> bool:
    """One of the twelve whole months before the day."""
    ago = (day.year - month.year) * 12 + day.month - month.month
    return 1 <= ago <= _WINDOW_MONTHS


def _age(since: str | None, day: dt.date) -> int | None:
    if not since:
        return None
    began = dt.date.fromisoformat(since)
    return max((day.year - began.year) * 12 + day.month - began.month, 0)
