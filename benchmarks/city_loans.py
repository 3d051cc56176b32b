"""Loans of a generated city as rows of three parties, as each knew its part on the morning of the drawing.

``shuxin city generate FOLDER`` wrote the tables. A row is a firm's first loan at the bank within a span of days. Of
facts only rows whose ``known_time`` lies before the drawing count, each once, in the version known last. The bank has
the accounts that it keeps, the amount drawn, and what its own ledger told of earlier loans; its rate stays out, as does
all else that it decided. A data bureau has tax returns, invoices, tax credit grades and arrears, social insurance,
courts and the register. The power company has bills. Bad is a loan more than 90 days past due within 15 months
by the bank's ledger: half of the loans fall due whole after twelve.

A department's own number of a customer leads to the credit code by ``truth/identity``, for an institution knows its
customers; a code that was written wrong leads nowhere, as in life. All of it was chosen before a result was looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

BANK, BUREAU, POWER = "bank", "bureau", "power"
_BAD_DAYS, _PERFORMANCE_MONTHS = 90, 15

_LOANS = """
CREATE TEMP TABLE loans AS
WITH one AS (
  SELECT loan_no, subject_code AS code, "from" AS day, any_value(drawn) AS drawn,
    coalesce(max(dpd) FILTER (month < "from" + INTERVAL {months} MONTH), 0) > {bad_days} AS bad
  FROM read_parquet($ledger) GROUP BY ALL
), told AS (SELECT DISTINCT subject_code AS code, "from" AS day, loan_no FROM read_parquet($ledger)),
late AS (
  SELECT one.loan_no, max(other.dpd) AS dpd
  FROM one JOIN read_parquet($ledger) AS other
    ON other.subject_code = one.code AND other.known_time < one.day GROUP BY 1
), counted AS (
  SELECT one.*, (SELECT count(*) FROM told WHERE told.code = one.code AND told.day < one.day) AS earlier,
    late.dpd AS worst_dpd, (SELECT min(told.day) FROM told WHERE told.code = one.code) AS since
  FROM one LEFT JOIN late USING (loan_no)
)
, chosen AS (
  SELECT counted.*, who.account_bank, who.account_pwr
  FROM counted JOIN read_parquet($identity) AS who ON who.uscc = counted.code
  WHERE day >= $first AND day < $last
  QUALIFY row_number() OVER (PARTITION BY code ORDER BY day, loan_no) = 1
)
SELECT row_number() OVER (ORDER BY code) - 1 AS loan, * FROM chosen
"""

_FLOWS = """
WITH flow AS (
  SELECT DISTINCT ON (loan, txn_no) loan, loans.day, loans.drawn, direction, amount, balance_after, cp_account_hmac,
    summary, ts, txn_no, date_diff('day', ts::DATE, loans.day) AS ago
  FROM read_parquet($flows) AS f JOIN loans ON f.subject_code = loans.account_bank
  WHERE f.known_time < loans.day AND f.ts >= loans.day - INTERVAL 182 DAY
    AND ($whole OR f.ts >= loans.since)
), payer AS (
  SELECT loan, cp_account_hmac, sum(amount) AS paid FROM flow
  WHERE direction = 'in' AND summary = '货款' GROUP BY ALL
), largest AS (SELECT loan, max(paid) AS paid FROM payer GROUP BY 1),
folded AS (
  SELECT loan, any_value(drawn) AS drawn,
    arg_max(balance_after, (ts, txn_no)) AS balance, min(balance_after) AS lowest,
    sum(amount) FILTER (direction = 'out') / 6 AS spent,
    coalesce(sum(amount) FILTER (direction = 'in' AND summary = '货款'), 0) AS inflow,
    sum(amount) FILTER (direction = 'in' AND summary = '货款' AND ago <= 91) AS recent,
    sum(amount) FILTER (direction = 'in' AND summary = '货款' AND ago > 91) AS former
  FROM flow GROUP BY loan
)
SELECT loan, balance / nullif(spent, 0) AS balance_cover, lowest / nullif(spent, 0) AS lowest_cover,
  inflow::DOUBLE AS inflow_6m, recent / nullif(former, 0) AS inflow_trend,
  paid / nullif(inflow, 0) AS largest_payer, drawn / nullif(inflow, 0) AS asked_to_inflow
FROM folded LEFT JOIN largest USING (loan)
"""

_SALES = """
WITH filed AS (
  SELECT loan, date_diff('month', period, loans.day) AS k,
    arg_max(sales_taxable + sales_simple + sales_export + sales_exempt, (f.known_time, src_id)) AS sales
  FROM read_parquet($vat) AS f JOIN loans ON f.subject_code = loans.code
  WHERE f.known_time < loans.day AND period >= loans.day - INTERVAL 13 MONTH GROUP BY loan, period, loans.day
)
SELECT loan, sum(sales) FILTER (k BETWEEN 1 AND 7)::DOUBLE AS sales_6m,
  sum(sales) FILTER (k BETWEEN 1 AND 4) / nullif(sum(sales) FILTER (k BETWEEN 5 AND 7), 0) AS sales_trend
FROM filed GROUP BY loan
"""

_SOLD = """
WITH sold AS (
  SELECT DISTINCT ON (loan, invoice_no) loan, buyer_uscc, buyer, status
  FROM read_parquet($sold) AS f JOIN loans ON f.subject_code = loans.code
  WHERE f.known_time < loans.day AND f.date >= loans.day - INTERVAL 365 DAY
  ORDER BY loan, invoice_no, f.known_time DESC, src_id DESC
)
SELECT loan, count(DISTINCT coalesce(buyer_uscc, buyer)) AS buyers_12m,
  count(*) FILTER (status = 'void')::DOUBLE / count(*) AS void_share_12m
FROM sold GROUP BY loan
"""

_GRADE = """
SELECT loan, arg_max(grade, (year, f.known_time, src_id)) AS tax_grade
FROM read_parquet($grades) AS f JOIN loans ON f.subject_code = loans.code
WHERE f.known_time < loans.day GROUP BY loan
"""

_COUNTED = """
SELECT loan, (SELECT count(DISTINCT arrears_no) FROM read_parquet($arrears) AS f
  WHERE f.subject_code = loans.code AND f.known_time < loans.day AND since >= loans.day - INTERVAL 730 DAY)::DOUBLE
    AS tax_arrears_24m,
  (SELECT count(DISTINCT exec_no) FROM read_parquet($enforcements) AS f
  WHERE f.subject_code = loans.code AND f.known_time < loans.day AND filed >= loans.day - INTERVAL 730 DAY)::DOUBLE
    AS enforcements_24m
FROM loans
"""

_INSURED = """
WITH told AS (
  SELECT loan, date_diff('month', ym, loans.day) AS k, arg_max(insured, (f.known_time, src_id)) AS insured,
    arg_max(arrears, (f.known_time, src_id)) AS arrears
  FROM read_parquet($insurance) AS f JOIN loans ON f.subject_code = loans.code
  WHERE type = 'pension' AND f.known_time < loans.day AND ym >= loans.day - INTERVAL 12 MONTH
  GROUP BY loan, ym, loans.day
), back AS (SELECT *, k - min(k) OVER (PARTITION BY loan) AS back FROM told)
SELECT loan, max(insured) FILTER (back = 0)::DOUBLE AS insured,
  max(insured) FILTER (back = 0) / nullif(max(insured) FILTER (back = 6), 0)::DOUBLE AS insured_trend,
  count(*) FILTER (arrears > 0)::DOUBLE AS insurance_late_12m
FROM back GROUP BY loan
"""

_REGISTER = """
SELECT loan, date_diff('day', any_value(establish_date), loans.day) / 365.25 AS age_years,
  substr(arg_max(industry, (f.known_time, src_id)), 1, 1) AS industry
FROM read_parquet($register) AS f JOIN loans ON f.subject_code = loans.code
WHERE f.known_time < loans.day GROUP BY loan, loans.day
"""

_BILLS = """
WITH bill AS (
  SELECT loan, date_diff('month', month, loans.day) AS k, arg_max(kwh, (f.known_time, src_id)) AS kwh,
    arg_max(arrears, (f.known_time, src_id)) AS arrears
  FROM read_parquet($bills) AS f JOIN loans ON f.subject_code = loans.account_pwr
  WHERE f.known_time < loans.day AND month >= loans.day - INTERVAL 18 MONTH GROUP BY loan, month, loans.day
), back AS (SELECT *, k - min(k) OVER (PARTITION BY loan) AS back FROM bill)
SELECT loan, sum(kwh) FILTER (back < 6) AS kwh_6m,
  sum(kwh) FILTER (back < 3) / nullif(sum(kwh) FILTER (back BETWEEN 3 AND 5), 0) AS kwh_trend,
  6 * min(kwh) FILTER (back < 6) / nullif(sum(kwh) FILTER (back < 6), 0) AS kwh_lowest,
  sum(kwh) FILTER (back < 3) / nullif(sum(kwh) FILTER (back BETWEEN 12 AND 14), 0) AS kwh_year,
  count(*) FILTER (arrears > 0 AND k <= 12)::DOUBLE AS power_late_12m
FROM back GROUP BY loan
"""

_FILES = {
    "ledger": "BANK/loan_ledger",
    "identity": "truth/identity",
    "flows": "BANK/bank_flows",
    "vat": "TAX/vat_returns",
    "sold": "TAX/invoices_out",
    "grades": "TAX/tax_credit_grades",
    "arrears": "TAX/tax_arrears",
    "enforcements": "COURT/enforcements",
    "insurance": "HRSS/si_unit_months",
    "register": "AMR/enterprise_registration",
    "bills": "PWR/power_bills",
}
_QUERIES = {
    BANK: (_FLOWS,),
    BUREAU: (_SALES, _SOLD, _GRADE, _COUNTED, _INSURED, _REGISTER),
    POWER: (_BILLS,),
}


@dataclass(frozen=True)
class Loans:
    """n first loans within a span. features: by party, then by name, (n,); has_power: the company has bills of it."""

    codes: list[str]
    features: dict[str, dict[str, np.ndarray]]
    bad: np.ndarray
    first: np.ndarray
    has_power: np.ndarray


def loans_of(folder: Path, *, first: dt.date, last: dt.date, whole: bool) -> Loans:
    """Loans drawn in ``[first, last)``. whole: the bank sees an account from its beginning, not the first loan."""
    con = duckdb.connect()
    con.execute("SET TimeZone = 'Asia/Shanghai'")
    facts: dict[str, Any] = {name: str(folder / f"{at}.parquet") for name, at in _FILES.items()}
    facts |= {"first": first, "last": last, "whole": whole}

    def asked(query: str) -> dict[str, np.ndarray]:
        given = {name: fact for name, fact in facts.items() if f"${name}" in query}
        table = con.sql(query, params=given).to_arrow_table()
        return {name: _column(table[name]) for name in table.column_names}

    made = _LOANS.format(bad_days=_BAD_DAYS, months=_PERFORMANCE_MONTHS + 1)
    con.execute(made, {name: facts[name] for name in facts if f"${name}" in made})
    rows = asked("SELECT * FROM loans ORDER BY loan")
    count, features = len(rows["loan"]), {}
    for party, queries in _QUERIES.items():
        features[party] = {}
        for query in queries:
            found = asked(query)
            at = found.pop("loan")
            features[party] |= {name: _placed(each, at, count) for name, each in found.items()}
    features[BANK] |= {
        "asked": rows["drawn"].astype(float),
        "earlier_loans": rows["earlier"].astype(float),
        "worst_dpd": rows["worst_dpd"].astype(float),
    }
    return Loans(
        codes=rows["code"].tolist(),
        features=features,
        bad=rows["bad"].astype(bool),
        first=rows["earlier"] == 0,
        has_power=~np.isnan(features[POWER]["kwh_6m"]),
    )


def _column(column: Any) -> np.ndarray:
    found: np.ndarray = column.to_numpy(zero_copy_only=False)
    return found if found.dtype == object or found.dtype.kind == "M" else found.astype(float)


def _placed(column: np.ndarray, at: np.ndarray, count: int) -> np.ndarray:
    """By loan; missing where no row was."""
    is_text = column.dtype == object
    placed = np.full(count, None if is_text else np.nan, object if is_text else float)
    placed[at.astype(int)] = column
    return placed
