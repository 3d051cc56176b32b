"""What became of loans (贷款结果), who applies, and how customers react to rates: the bank's own tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.fusion.features.sources import datasets_of, source_table
from shuxin.fusion.findings import connect
from shuxin.fusion.known import KNOWN_TO
from shuxin.fusion.tables import dataset_table
from shuxin.kernel.errors import Conflict, NotFound
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    import datetime as dt

    from shuxin.consent.api import Permit
    from shuxin.infra.api import Settings


class NoOutcomes(NotFound):
    code = "no_outcomes"
    what = Text(en="no dataset says how loans ended", zh="没有记录贷款结果的数据集")
    mend = Text(
        en="Import a table with the column 是否违约 and the borrower's code or number",
        zh="请导入含“是否违约”列及借款人代码或编号的表",
    )


class ChurnTableShared(Conflict):
    code = "churn_table_shared"
    what = Text(
        en="{count} datasets hold rates and customers lost",
        zh="有 {count} 个利率与客户流失率数据集",
    )
    mend = Text(
        en="Delete the property 'standard' from the contracts of all but one",
        zh="请只在一个合约中保留 standard 属性",
    )


@dataclass(frozen=True, slots=True)
class LoanOutcome:
    """One loan. ``drawn_on`` None: the source does not say when, so an as-of day must be stated."""

    entity: str
    drawn_on: dt.date | None
    rating: str
    defaulted: bool


@dataclass(frozen=True, slots=True)
class ChurnRow:
    """Shares of customers lost at a yearly rate, by rating A, B, C."""

    rate: float
    lost: tuple[float, float, float]


def loan_outcomes(*, permit: Permit, settings: Settings, now: dt.datetime) -> list[LoanOutcome]:
    """Loans whose end is known, by entity and day. Raises NoOutcomes and as ``source_table``."""
    connection = connect()
    table = source_table(
        connection, standard="loan_outcome", settings=settings, permits=[permit], now=now
    )
    if table is None:
        raise NoOutcomes
    known = table.filter(table[KNOWN_TO].isnull(), table["defaulted"].notnull())
    rows = connection.to_pyarrow(
        known.select("entity", "drawn_on", "rating", "defaulted").order_by(
            ["entity", "drawn_on", "rating", "defaulted"]
        )
    )
    return [
        LoanOutcome(row["entity"], row["drawn_on"], row["rating"] or "", row["defaulted"])
        for row in rows.to_pylist()
    ]


def churn_table(*, settings: Settings, now: dt.datetime) -> list[ChurnRow]:
    """Rates with the customers lost at each, lowest first; empty when no such table is here.

    It is about no subject, so no permit is needed. Raises ChurnTableShared.
    """
    found = datasets_of("rate_churn", now=now)
    if len(found) > 1:
        raise ChurnTableShared(count=len(found))
    connection = connect()
    for agreed in found:
        rows = dataset_table(connection, dataset=agreed.dataset, settings=settings)
        if rows is not None:
            whole = rows.drop_null(["rate", "churn_a", "churn_b", "churn_c"]).order_by("rate")
            return [
                ChurnRow(row["rate"], (row["churn_a"], row["churn_b"], row["churn_c"]))
                for row in connection.to_pyarrow(whole).to_pylist()
            ]
    return []
