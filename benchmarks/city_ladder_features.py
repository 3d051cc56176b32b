"""What the records of six parties say of each firm on a day: hand-made aggregates for ``city_ladder.py``.

Only the catalogues' files are read, and of the truth who bears which code. A row counts from the month after the one in
which it was known, so that on the first of a month nothing is known that was not. Sums of a catalogue's rows by firm
and month of knowing are held as (firms, months) arrays; a feature is a ratio of windows of them, or the latest value.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import duckdb
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    Column = np.ndarray
    Features = Mapping[str, Column]

MONTHS = 60
FIRST_YEAR = 2021
NO_ROWS_BEFORE = 24
"""First month of invoices and flows."""
_MONTH = f"""greatest(0, datediff('month', DATE '{FIRST_YEAR}-01-01',
    (timezone('Asia/Shanghai', known_time))::DATE))"""


@dataclass
class Records:
    """The files of one city; identities are those of the truth, as a bank that knows its customers has them."""

    folder: Path
    rows: dict[str, dict[str, Column]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.con = duckdb.connect()
        self.con.execute("SET timezone='UTC'; SET threads=2; SET preserve_insertion_order=false")
        self.con.execute(
            "CREATE TABLE who AS SELECT * FROM read_parquet($1)",
            [str(self.folder / "truth" / "identity.parquet")],
        )
        self.count = self.con.execute("SELECT count(*) FROM who").fetchone()[0]

    def monthly(
        self, path: str, key: str = "uscc", where: str = "true", **sums: str
    ) -> dict[str, Column]:
        """(firms, months) float32 for each SQL aggregate: 0 where there is no row, NaN if named ``last_...``."""
        named = ", ".join(f"{sql} AS {name}" for name, sql in sums.items())
        found = self.con.execute(
            f"""SELECT firm, {_MONTH} AS m, {named} FROM read_parquet($1) r
                JOIN who ON who.{key} = r.subject_code WHERE {where} GROUP BY ALL""",
            [str(self.folder / path)],
        ).fetchnumpy()
        grids = {}
        firm, month = np.asarray(found["firm"]), np.asarray(found["m"]).astype(int)
        inside = month < MONTHS
        for name in sums:
            grid = np.full(
                (self.count, MONTHS), np.nan if name.startswith("last_") else 0.0, np.float32
            )
            values = np.ma.filled(np.ma.asarray(found[name]).astype(np.float32), np.nan)
            if not name.startswith("last_"):
                values = np.nan_to_num(values)
            grid[firm[inside], month[inside]] = values[inside]
            grids[name] = _held(grid) if name.startswith("last_") else grid
        return grids


def _held(grid: Column) -> Column:
    """The latest value known so far."""
    for month in range(1, grid.shape[1]):
        gone = np.isnan(grid[:, month])
        grid[gone, month] = grid[gone, month - 1]
    return grid


def latest(column: str) -> str:
    return f"arg_max({column}, known_time)"


class At:
    """Windows of months that end before the month ``now``, which is not yet known."""

    def __init__(self, now: int) -> None:
        self.now = now

    def sum(self, grid: Column, months: int, *, skip: int = 0) -> Column:
        stop = max(self.now - skip, 0)
        return grid[:, max(stop - months, 0) : stop].sum(axis=1, dtype=np.float64)

    def mean(self, grid: Column, months: int, *, skip: int = 0, since: int = 0) -> Column:
        stop = self.now - skip
        first = max(stop - months, since)
        return self.sum(grid, max(stop - first, 0), skip=skip) / max(stop - first, 1)

    def last(self, grid: Column) -> Column:
        return grid[:, self.now - 1].astype(np.float64)

    def ratio(self, grid: Column, recent: int, before: int, *, since: int = 0) -> Column:
        """Log of the mean of the recent months over that of the months before; missing without rows before."""
        new, old = (
            self.mean(grid, recent, since=since),
            self.mean(grid, before, skip=recent, since=since),
        )
        return np.where(old > 0, np.log((new + 0.02 * old + 1e-9) / (1.02 * old + 1e-9)), np.nan)

    def spread(self, grid: Column, months: int, *, since: int = 0) -> Column:
        """Standard deviation over mean."""
        part = grid[:, max(self.now - months, since) : self.now].astype(np.float64)
        mean = part.mean(axis=1)
        return np.where(mean > 0, part.std(axis=1) / np.maximum(mean, 1e-9), np.nan)

    def idle(self, grid: Column, months: int, *, since: int = 0) -> Column:
        """Months without anything."""
        return (grid[:, max(self.now - months, since) : self.now] == 0).sum(axis=1).astype(float)


def over(part: Column, whole: Column) -> Column:
    return np.where(whole > 0, part / np.maximum(whole, 1e-9), np.nan)


def size(amount: Column) -> Column:
    return np.where(np.isnan(amount), np.nan, np.log1p(np.maximum(np.nan_to_num(amount), 0)))


# --- what each party has ------------------------------------------------------------------------------------------


def _bank(r: Records) -> Callable[[At], Features]:
    flows = r.monthly(
        "BANK/bank_flows.parquet",
        "account_bank",
        inward="sum(amount) FILTER (direction='in' AND purpose='sale')",
        outward="sum(amount) FILTER (direction='out' AND purpose='purchase')",
        wages="sum(amount) FILTER (purpose='wages')",
        tax="sum(amount) FILTER (purpose='tax')",
        put_in="sum(amount) FILTER (direction='in' AND purpose='transfer')",
        taken="sum(amount) FILTER (direction='out' AND purpose='transfer')",
        service="sum(amount) FILTER (direction='out' AND purpose='loan')",
        many="count(*)",
        least="min(balance_after)",
        last_balance=latest("balance_after"),
        average="avg(balance_after)",
        below="count(*) FILTER (balance_after < 0)",
        top="max(amount) FILTER (direction='in' AND purpose='sale')",
    )
    loans = r.monthly(
        "BANK/loan_ledger.parquet",
        owed="sum(balance)",
        overdue="sum(overdue)",
        dpd="max(dpd)",
        lines="sum(balance) FILTER (loan_no LIKE 'XE%')",
        many="count(*)",
        last_rate=latest("rate"),
        last_guarantee=latest("(guarantee='guarantee')::INT"),
        last_whole=latest("(repay_mode<>'level')::INT"),
        last_due="max(datediff('month', DATE '2021-01-01', \"to\")) FILTER (balance > 0)",
        last_contract="sum(contract)",
    )

    def at(t: At) -> Features:
        since = NO_ROWS_BEFORE
        out = t.mean(flows["outward"] + flows["wages"] + flows["tax"], 12, since=since)
        inward = t.mean(flows["inward"], 12, since=since)
        months = np.arange(MONTHS)[None, :]
        due = np.where(loans["owed"] > 0, loans["last_due"], np.nan)
        return {
            "inward 3/12": t.ratio(flows["inward"], 3, 12, since=since),
            "inward 6/12": t.ratio(flows["inward"], 6, 12, since=since),
            "outward 3/12": t.ratio(flows["outward"], 3, 12, since=since),
            "wages 3/12": t.ratio(flows["wages"], 3, 12, since=since),
            "tax 3/12": t.ratio(flows["tax"], 3, 12, since=since),
            "many 3/12": t.ratio(flows["many"], 3, 12, since=since),
            "put in": over(t.mean(flows["put_in"], 3, since=since), out),
            "put in 12": over(t.mean(flows["put_in"], 12, since=since), out),
            "taken": over(t.mean(flows["taken"], 6, since=since), out),
            "margin": over(inward - out, inward),
            "service": over(t.mean(flows["service"], 6, since=since), inward),
            "least": over(
                flows["least"][:, max(t.now - 3, 0) : t.now].min(axis=1).astype(float), out
            ),
            "balance": over(t.last(flows["last_balance"]), out),
            "average": over(t.mean(flows["average"], 3, since=since), out),
            "balance 12": over(t.mean(flows["average"], 12, since=since), out),
            "average 3/12": over(
                t.mean(flows["average"], 3, since=since), t.mean(flows["average"], 12, since=since)
            ),
            "below": t.sum(flows["below"], 6),
            "spread": t.spread(flows["inward"], 12, since=since),
            "top": over(t.mean(flows["top"], 12, since=since), inward),
            "size": size(inward),
            "owed": over(t.last(loans["owed"]), inward),
            "owed share": over(t.last(loans["owed"]), t.last(loans["last_contract"])),
            "line": over(t.mean(loans["lines"], 3), inward),
            "line months": t.sum((loans["lines"] > 0).astype(np.float32), 12),
            "was late": t.sum((loans["dpd"] > 0).astype(np.float32), 24),
            "worst dpd": np.log1p(loans["dpd"][:, max(t.now - 12, 0) : t.now].max(axis=1)),
            "rate": t.last(loans["last_rate"]),
            "guaranteed": t.last(loans["last_guarantee"]),
            "whole": t.last(loans["last_whole"]),
            "due": np.where(t.last(due) >= t.now, t.last(due) - t.now, np.nan),
            "known for": np.where(loans["owed"] > 0, months, 99).min(axis=1).astype(float) - t.now,
        }

    return at


def _tax(r: Records) -> Callable[[At], Features]:
    vat = r.monthly(
        "TAX/vat_returns.parquet",
        sales="sum(sales_taxable+sales_simple+sales_export+sales_exempt)",
        payable="sum(payable)",
        unpaid="sum(payable-paid)",
        deducted="sum(input_tax)",
        output="sum(output_tax)",
        many="count(*)",
        corrected="count(*) FILTER (corrected)",
        zero="count(*) FILTER (sales_taxable+sales_simple+sales_export+sales_exempt=0)",
        late="count(*) FILTER (datediff('day', last_day(period), filed_at::DATE) > 20 AND dayofmonth(filed_at) > 18)",
    )
    paid = r.monthly(
        "TAX/tax_payments.parquet",
        amount="sum(amount)",
        fee="sum(late_fee)",
        fined="count(*) FILTER (late_fee>0)",
        many="count(*)",
    )
    owed = r.monthly(
        "TAX/tax_arrears.parquet",
        entries="count(*) FILTER (arrears>0)",
        cleared="count(*) FILTER (arrears=0)",
        fen="sum(arrears)",
    )
    grades = r.monthly(
        "TAX/tax_credit_grades.parquet",
        last_score=latest("score"),
        last_grade=latest(
            "(CASE grade WHEN 'A' THEN 4 WHEN 'B' THEN 3 WHEN 'M' THEN 2 WHEN 'C' THEN 1 ELSE 0 END)"
        ),
        last_lost=latest("points_lost"),
    )
    broken = r.monthly(
        "TAX/tax_violations.parquet", many="count(*)", grave="count(*) FILTER (kind<>'late_filing')"
    )
    looked = r.monthly("TAX/tax_inspections.parquet", many="count(*)")
    sold = r.monthly(
        "TAX/invoices_out.parquet",
        net="sum(amount_net)",
        many="count(*)",
        void="count(*) FILTER (status='void')",
        red="count(*) FILTER (amount_net<0)",
        buyers="count(DISTINCT buyer)",
        most="max(amount_net)",
    )
    bought = r.monthly("TAX/invoices_in.parquet", net="sum(amount_net)", many="count(*)")
    income = r.monthly(
        "TAX/cit_returns.parquet",
        last_margin=latest("profit/greatest(revenue,1)"),
        last_revenue=latest("CASE WHEN is_annual THEN revenue END"),
        last_year="arg_max(profit/greatest(revenue,1), known_time) FILTER (is_annual)",
    )
    books = r.monthly(
        "TAX/financial_statements.parquet",
        last_cash=latest("cash/greatest(revenue,1)"),
        last_debt=latest("total_liabilities/greatest(total_assets,1)"),
        last_current=latest("receivables/greatest(revenue,1)"),
        last_payables=latest("payables/greatest(cost,1)"),
        last_profit=latest("net_profit/greatest(revenue,1)"),
        last_moved=latest("(cash-cash_begin)/greatest(revenue,1)"),
        last_owed=latest("short_loans/greatest(total_assets,1)"),
    )

    def at(t: At) -> Features:
        since = NO_ROWS_BEFORE
        sales = t.mean(vat["sales"], 12)
        return {
            "sales 3/12": t.ratio(vat["sales"], 3, 12),
            "sales 6/12": t.ratio(vat["sales"], 6, 12),
            "sales 12/12": t.ratio(vat["sales"], 12, 12),
            "spread": t.spread(vat["sales"], 12),
            "zero": over(t.sum(vat["zero"], 12), t.sum(vat["many"], 12)),
            "payable": over(t.sum(vat["payable"], 12), t.sum(vat["sales"], 12)),
            "unpaid": t.sum((vat["unpaid"] > 0).astype(np.float32), 12),
            "deducted": over(t.sum(vat["deducted"], 6), t.sum(vat["output"], 6)),
            "deducted 12": over(t.sum(vat["deducted"], 12), t.sum(vat["output"], 12)),
            "late": t.sum(vat["late"], 12),
            "corrected": t.sum(vat["corrected"], 12),
            "size": size(sales),
            "missed": over(t.sum(vat["many"], 3), t.mean(vat["many"], 12, skip=3)),
            "fined": t.sum(paid["fined"], 12),
            "fined 3": t.sum(paid["fined"], 3),
            "fee": over(t.sum(paid["fee"], 12), sales),
            "tax 3/12": t.ratio(paid["amount"], 3, 12),
            "tax share": over(t.sum(paid["amount"], 12), 12 * sales),
            "owed": t.sum(owed["entries"], 24),
            "owed open": t.sum(owed["entries"], 60) - t.sum(owed["cleared"], 60),
            "owed 12": t.sum(owed["entries"], 12),
            "score": t.last(grades["last_score"]),
            "grade": t.last(grades["last_grade"]),
            "lost": t.last(grades["last_lost"]),
            "broken": t.sum(broken["many"], 24),
            "grave": t.sum(broken["grave"], 24),
            "looked at": t.sum(looked["many"], 36),
            "billed 3/12": t.ratio(sold["net"], 3, 12, since=since),
            "billed 6/12": t.ratio(sold["net"], 6, 12, since=since),
            "bills 3/12": t.ratio(sold["many"], 3, 12, since=since),
            "buyers 3/12": t.ratio(sold["buyers"], 3, 12, since=since),
            "void": over(t.sum(sold["void"], 12), t.sum(sold["many"], 12)),
            "red": over(t.sum(sold["red"], 12), t.sum(sold["many"], 12)),
            "billed spread": t.spread(sold["net"], 12, since=since),
            "billed idle": t.idle(sold["many"], 6, since=since),
            "most": over(
                t.mean(sold["most"], 12, since=since), t.mean(sold["net"], 12, since=since)
            ),
            "bought 3/12": t.ratio(bought["net"], 3, 12, since=since),
            "bought share": over(t.sum(bought["net"], 6), t.sum(sold["net"], 6)),
            "margin": t.last(income["last_margin"]),
            "margin of year": t.last(income["last_year"]),
            **{name: t.last(books[name]) for name in books},
        }

    return at


def _social(r: Records) -> Callable[[At], Features]:
    pension = r.monthly(
        "HRSS/si_unit_months.parquet",
        where="type='pension'",
        heads="sum(insured)",
        base="sum(base_total)",
        owed="sum(arrears)",
        due="sum(unit_due)",
        short="count(*) FILTER (arrears>0)",
        days="sum(dayofmonth(paid_at))",
        times="count(paid_at)",
    )
    medical = r.monthly(
        "MED/medical_unit_months.parquet", heads="sum(insured)", short="count(*) FILTER (arrears>0)"
    )
    fund = r.monthly(
        "HPF/hpf_unit_months.parquet",
        "account_hpf",
        heads="sum(depositors)",
        due="sum(due)",
        paid="sum(paid)",
        off="count(*) FILTER (status<>'normal')",
    )
    quarrels = r.monthly(
        "HRSS/labour_disputes.parquet", many="count(*)", wages="count(*) FILTER (topic='wage')"
    )
    listed = r.monthly("HRSS/wage_arrears_list.parquet", many="count(*)")
    steady = r.monthly(
        "HRSS/stable_job_subsidies.parquet", many="count(*)", last_laid=latest("layoff_rate")
    )
    grades = r.monthly(
        "HRSS/labour_integrity_grades.parquet",
        last_time=latest("on_time_wages"),
        complaints="sum(complaints_count)",
    )
    gone = r.monthly("HRSS/unemployment_registrations.parquet", many="sum(laid_off)")
    eased = r.monthly("HPF/fund_deferrals.parquet", many="count(*)")
    forced = r.monthly("HPF/fund_enforcement.parquet", many="count(*)")

    def at(t: At) -> Features:
        return {
            "heads 3/12": t.ratio(pension["heads"], 3, 12),
            "heads 6/12": t.ratio(pension["heads"], 6, 12),
            "heads 12/12": t.ratio(pension["heads"], 12, 12),
            "short 3": t.sum(pension["short"], 3),
            "short 12": t.sum(pension["short"], 12),
            "short 24": t.sum(pension["short"], 24),
            "owed": over(t.sum(pension["owed"], 12), t.sum(pension["due"], 12)),
            "size": size(t.mean(pension["heads"], 12)),
            "day of paying": over(t.sum(pension["days"], 12), t.sum(pension["times"], 12)),
            "day of paying 3": over(t.sum(pension["days"], 3), t.sum(pension["times"], 3)),
            "base": over(t.sum(pension["base"], 3), t.sum(pension["heads"], 3)),
            "medical 3/12": t.ratio(medical["heads"], 3, 12),
            "medical short": t.sum(medical["short"], 12),
            "medical short 3": t.sum(medical["short"], 3),
            "fund 3/12": t.ratio(fund["heads"], 3, 12),
            "fund off": t.sum(fund["off"], 12),
            "fund off 3": t.sum(fund["off"], 3),
            "fund paid": over(t.sum(fund["paid"], 6), t.sum(fund["due"], 6)),
            "covered": over(t.mean(fund["heads"], 12), t.mean(pension["heads"], 12)),
            "quarrels": t.sum(quarrels["many"], 24),
            "about wages": t.sum(quarrels["wages"], 24),
            "listed": t.sum(listed["many"], 24),
            "steady": t.sum(steady["many"], 14),
            "laid off": t.last(steady["last_laid"]),
            "on time": t.last(grades["last_time"]),
            "complaints": t.sum(grades["complaints"], 24),
            "out of work": t.sum(gone["many"], 12),
            "eased": t.sum(eased["many"], 24),
            "forced": t.sum(forced["many"], 24),
        }

    return at


def _judicial(r: Records) -> Callable[[At], Features]:
    cases = r.monthly(
        "COURT/case_filings.parquet",
        sued="count(*) FILTER (role='defendant')",
        sues="count(*) FILTER (role='plaintiff')",
        fen="sum(amount) FILTER (role='defendant')",
        loans="count(*) FILTER (role='defendant' AND cause='loan')",
        labour="count(*) FILTER (role='defendant' AND cause='labour')",
        sales="count(*) FILTER (role='defendant' AND cause='sale')",
    )
    judged = r.monthly(
        "COURT/judgments.parquet", many="count(*)", absent="count(*) FILTER (in_absence)"
    )
    forced = r.monthly("COURT/enforcements.parquet", many="count(*)")
    frozen = r.monthly("COURT/asset_freezes.parquet", many="count(*)")
    banned = r.monthly("COURT/consumption_bans.parquet", many="count(*)")
    listed = r.monthly("COURT/dishonest_list.parquet", many="count(*)")
    few = {
        name: r.monthly(f"{path}.parquet", many="count(*)")["many"]
        for name, path in {
            "mediated": "COURT/pre_suit_mediations",
            "orders": "COURT/payment_orders",
            "ended": "COURT/terminated_enforcements",
            "clues": "COURT/execution_clues",
            "auctions": "COURT/judicial_auctions",
            "warned": "PSB/fraud_warnings",
            "crimes": "PSB/econ_crimes",
            "offences": "PSB/traffic_offences",
        }.items()
    }

    def at(t: At) -> Features:
        return {
            **{f"sued {m}": t.sum(cases["sued"], m) for m in (3, 6, 12, 24)},
            "sues": t.sum(cases["sues"], 12),
            "sued for": size(t.sum(cases["fen"], 12)),
            "over loans": t.sum(cases["loans"], 24),
            "by workers": t.sum(cases["labour"], 24),
            "over sales": t.sum(cases["sales"], 12),
            "judged": t.sum(judged["many"], 24),
            "in absence": t.sum(judged["absent"], 24),
            "forced": t.sum(forced["many"], 12),
            "forced 36": t.sum(forced["many"], 36),
            "frozen": t.sum(frozen["many"], 12),
            "frozen 3": t.sum(frozen["many"], 3),
            "banned": t.sum(banned["many"], 24),
            "listed": t.sum(listed["many"], 24),
            **{name: t.sum(grid, 12) for name, grid in few.items()},
            **{f"{name} 36": t.sum(grid, 36) for name, grid in few.items()},
        }

    return at


def _power(r: Records) -> Callable[[At], Features]:
    bills = r.monthly(
        "PWR/power_bills.parquet",
        "account_pwr",
        kwh="sum(kwh)",
        short="count(*) FILTER (arrears>0)",
        owed="sum(arrears)",
        off="count(*) FILTER (outage_for_debt)",
        peak="sum(peak)",
        last_kva=latest("capacity_kva"),
    )
    water = r.monthly(
        "WAT/water_bills.parquet",
        "account_wat",
        volume="sum(volume)",
        short="count(*) FILTER (arrears>0)",
    )
    gas = r.monthly(
        "GAS/gas_bills.parquet",
        "account_gas",
        volume="sum(volume)",
        short="count(*) FILTER (arrears>0)",
    )
    few = {
        name: r.monthly(f"PWR/{name}.parquet", "account_pwr", many="count(*)")["many"]
        for name in ("capacity_changes", "power_breaches", "connection_requests")
    }

    def at(t: At) -> Features:
        return {
            "kwh 3/12": t.ratio(bills["kwh"], 3, 12),
            "kwh 6/12": t.ratio(bills["kwh"], 6, 12),
            "kwh 12/12": t.ratio(bills["kwh"], 12, 12),
            "kwh year": over(t.sum(bills["kwh"], 3), t.sum(bills["kwh"], 3, skip=12)),
            "spread": t.spread(bills["kwh"], 12),
            "size": size(t.mean(bills["kwh"], 12)),
            "short 3": t.sum(bills["short"], 3),
            "short 12": t.sum(bills["short"], 12),
            "short 24": t.sum(bills["short"], 24),
            "off": t.sum(bills["off"], 12),
            "use of capacity": over(t.mean(bills["kwh"], 6), t.last(bills["last_kva"])),
            "water 3/12": t.ratio(water["volume"], 3, 12),
            "water short": t.sum(water["short"], 12),
            "gas 3/12": t.ratio(gas["volume"], 3, 12),
            "gas short": t.sum(gas["short"], 12),
            "water short 3": t.sum(water["short"], 3),
            "gas short 3": t.sum(gas["short"], 3),
            **{name: t.sum(grid, 24) for name, grid in few.items()},
        }

    return at


def _registry(r: Records) -> Callable[[At], Features]:
    entry = r.monthly(
        "AMR/enterprise_registration.parquet",
        last_capital=latest("reg_capital"),
        last_paid=latest("paid_capital/greatest(reg_capital,1)"),
        last_born=latest("datediff('month', DATE '2021-01-01', establish_date)"),
        last_kind=latest("(ent_type='individual')::INT"),
        last_section=latest("(substr(industry,1,1)='C')::INT"),
        last_trade=latest("(substr(industry,1,1)='F')::INT"),
        many="count(*)",
    )
    changes = r.monthly(
        "AMR/change_log.parquet",
        many="count(*)",
        head="count(*) FILTER (item='legal_representative')",
        capital="count(*) FILTER (item='capital')",
        moved="count(*) FILTER (item='address')",
    )
    listed = r.monthly("AMR/abnormal_list.parquet", many="count(*)")
    report = r.monthly(
        "AMR/annual_reports.parquet",
        many="count(*)",
        last_heads=latest("employees"),
        last_debt=latest("liabilities/greatest(assets,1)"),
        last_equity=latest("equity/greatest(assets,1)"),
        last_profit=latest("profit/greatest(revenue,1)"),
        last_revenue=latest("revenue"),
        last_stands=latest("guarantee_flag::INT"),
        last_tax=latest("tax/greatest(assets,1)"),
    )
    few = {
        name: r.monthly(f"AMR/{name}.parquet", many="count(*)")["many"]
        for name in (
            "market_penalties",
            "equity_pledges",
            "equity_freezes",
            "serious_illegal_list",
            "consumer_complaints",
            "spot_checks",
            "food_sampling",
            "trademarks",
            "patents",
            "credit_repairs",
            "annual_report_guarantees",
            "key_persons",
            "shareholders",
        )
    }

    def at(t: At) -> Features:
        return {
            "age": np.log1p(np.maximum(t.now - t.last(entry["last_born"]), 0)),
            "capital": size(t.last(entry["last_capital"])),
            "paid": t.last(entry["last_paid"]),
            "individual": t.last(entry["last_kind"]),
            "maker": t.last(entry["last_section"]),
            "trader": t.last(entry["last_trade"]),
            "changes": t.sum(changes["many"], 12),
            "changes 36": t.sum(changes["many"], 36),
            "head": t.sum(changes["head"], 12),
            "cut": t.sum(changes["capital"], 12),
            "moved": t.sum(changes["moved"], 12),
            "abnormal": t.sum(listed["many"], 24),
            "abnormal 12": t.sum(listed["many"], 12),
            "reports": t.sum(report["many"], 18),
            "heads": size(t.last(report["last_heads"])),
            "debt": t.last(report["last_debt"]),
            "equity": t.last(report["last_equity"]),
            "profit": t.last(report["last_profit"]),
            "revenue": size(t.last(report["last_revenue"])),
            "stands": t.last(report["last_stands"]),
            "tax": t.last(report["last_tax"]),
            **{name: t.sum(grid, 24) for name, grid in few.items()},
        }

    return at


PARTIES: Mapping[str, Callable[[Records], Callable[[At], Features]]] = {
    "bank": _bank,
    "tax": _tax,
    "social": _social,
    "judicial": _judicial,
    "power": _power,
    "registry": _registry,
}
