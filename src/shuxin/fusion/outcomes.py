"""What became of loans (贷款结果), who applies, and how customers react to rates: the bank's own tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.fusion.features.sources import datasets_of, source_table
from shuxin.fusion.findings import connect
from shuxin.fusion.known import KNOWN_TO
from shuxin.fusion.tables import dataset_table
from shuxin.kernel.errors import Conflict, InvalidInput, NotFound
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


class ChurnTableInvalid(InvalidInput):
    code = "churn_table_invalid"
    what = Text(
        en="dataset {dataset}: rate {rate} stands twice with different shares, or is not between 0 and 1",
        zh="数据集 {dataset}：利率 {rate} 重复且流失率不同，或取值不在 0 到 1 之间",
    )
    mend = Text(
        en="Give rates and shares as fractions, 0.0465 for 4.65 %, each rate once",
        zh="利率与流失率请用小数（4.65% 写作 0.0465），每个利率只出现一次",
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
    """Loans whose end is known, by entity and day; a row that stands twice counts once.

    Raises NoOutcomes and as ``source_table``.
    """
    connection = connect()
    table = source_table(
        connection, standard="loan_outcome", settings=settings, permits=[permit], now=now
    )
    if table is None:
        raise NoOutcomes
    known = table.filter(table[KNOWN_TO].isnull(), table["defaulted"].notnull())
    fields = ["entity", "drawn_on", "rating", "defaulted", "loan_no"]
    rows = connection.to_pyarrow(known.select(*fields).distinct().order_by(fields))
    return [
        LoanOutcome(row["entity"], row["drawn_on"], row["rating"] or "", row["defaulted"])
        for row in rows.to_pylist()
    ]


def churn_table(*, settings: Settings, now: dt.datetime) -> list[ChurnRow]:
    """Rates with the customers lost at each, lowest first; empty when no such table is here.

    It is about no subject, so no permit is needed. Raises ChurnTableShared, ChurnTableInvalid.
    """
    found = datasets_of("rate_churn", now=now)
    if len(found) > 1:
        raise ChurnTableShared(count=len(found))
    connection = connect()
    for agreed in found:
        rows = dataset_table(connection, dataset=agreed.dataset, settings=settings)
        if rows is not None:
            fields = ["rate", "churn_a", "churn_b", "churn_c"]
            whole = rows.drop_null(fields).select(*fields).distinct().order_by(fields)
            return _checked(connection.to_pyarrow(whole).to_pylist(), dataset=agreed.dataset)
    return []


def _checked(rows: list[dict[str, float]], *, dataset: str) -> list[ChurnRow]:
    found: list[ChurnRow] = []
    for row in rows:
        sane = all(0 <= number <= 1 for number in row.values())
        if not sane or (found and found[-1].rate == row["rate"]):
            raise ChurnTableInvalid(dataset=dataset, rate=row["rate"])
        found.append(ChurnRow(row["rate"], (row["churn_a"], row["churn_b"], row["churn_c"])))
    return found
