"""Banks and their registry: loans, reports, bills, vouchers (T85, T88, T90, T91)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.city.records.coded.bills import commercial_bills, receivable_vouchers
from shuxin.city.records.coded.current import bank_flows
from shuxin.city.records.coded.days import in_parts
from shuxin.city.records.coded.ledger import credit_reports, loan_ledger
from shuxin.city.records.coded.loans import loans
from shuxin.city.records.coded.transfers import transfers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.city.records.coded import Shared
    from shuxin.city.records.drawn import Recipe

_AT_ONCE = 1024
"""Firms whose flows are worked on together: some 300,000 of them."""

SHARED: Shared = {"bank_flows": (transfers,), "loan_ledger": (loans,)}
RECIPES: Mapping[str, Recipe] = {
    "loan_ledger": loan_ledger,
    "bank_flows": in_parts(bank_flows, firms=_AT_ONCE),
    "enterprise_credit_reports": credit_reports,
    "commercial_bills": commercial_bills,
    "receivable_vouchers": receivable_vouchers,
}
