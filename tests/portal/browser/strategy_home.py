"""Run beside the tests: a bank's home without a node, two officers with second factors, a strategy and a history.

``python -m tests.portal.browser.strategy_home FOLDER`` prints the officers' secrets as JSON and writes to FOLDER
``strategy.json`` and ``history.csv``.
"""

from __future__ import annotations

import csv
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from shuxin.lending.api import standard_strategy
from shuxin.portal.bootstrap import start
from shuxin.portal.founding import set_up

PASSWORD = "a river of seven stones"  # noqa: S105 - as in the samples of accounts
OFFICERS = ("zhang.min", "li.hua")
_LISTS = ("dishonest", "revoked", "serious_illegal", "abnormal")


def main(folder: Path) -> None:
    settings, now = start(), datetime.now(UTC).replace(microsecond=0)
    from tests.parties.accounts.samples import BANK, opened, with_second_factor

    from shuxin.parties.accounts.keys import AccountKeys

    set_up(settings, party=BANK, kind="bank", name="澜坪农商银行", now=now)
    keys, secrets = AccountKeys.of(settings), {}
    for name in OFFICERS:
        account = opened(name, "officer", now=now)
        secrets[name], _ = with_second_factor(account, keys=keys, now=now)
    (folder / "strategy.json").write_bytes(standard_strategy(service="service").content)
    write_history(folder / "history.csv")
    sys.stdout.write(json.dumps(secrets))


def write_history(file: Path) -> None:
    """Forty past applications; every tenth firm stood on a list, every seventh loan went bad."""
    rows = [
        {
            "application.amount_yuan": 200_000 + 10_000 * n,
            "application.term_months": 12,
            "application.use": "stock",
            "application.urgency": "days",
            "firm.borrower": "enterprise",
            "firm.region": "320594",
            "firm.age_months": 10 + n,
            **{f"open.{name}": "true" if n % 10 == 0 else "false" for name in _LISTS[:1]},
            **{f"open.{name}": "false" for name in _LISTS[1:]},
            "own.days_past_due": 0,
            "own.active_months": 12,
            "own.sales_12m_yuan": 3_000_000,
            "own.tax_paid_12m_yuan": 60_000,
            "own.inflow_12m_yuan": 2_500_000,
            "own.net_cash_month_yuan": 80_000,
            "own.loan_payment_month_yuan": 0,
            "joint.pd": 0.02 + 0.003 * (n % 20),
            "joint.points": 600,
            "joint.complete": "true",
            "on": "2025-03-01",
            "bad": int(n % 7 == 0),
        }
        for n in range(40)
    ]
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
