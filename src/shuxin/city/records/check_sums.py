"""Sums that must agree between departments: invoices issued and what was declared (DOMAIN 2.5, 9.9)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from shuxin.city.records.filing import TRUTH_FOLDER
from shuxin.city.records.finding import Finding, near
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

WITHIN = 0.05
YEAR = 2024
_SALES = ("sales_taxable", "sales_simple", "sales_export", "sales_exempt")
_SUM = Text(
    en="invoices of 2024 over sales declared by general taxpayers",
    zh="2024 年发票额与一般纳税人申报销售额之比",
)
_FIRMS = Text(
    en="general taxpayers whose invoices of 2024 are within 5 % of their returns, share",
    zh="2024 年发票额与申报额相差 5% 以内的一般纳税人占比",
)
_MOST_FIRMS = 0.8


def invoices_against_returns(folder: Path) -> list[Finding]:
    """Of general taxpayers, the net amount of their invoices over the sales that they declared, in one year."""
    general = _general(folder)
    declared = _by_code(
        folder / "TAX" / "vat_returns.parquet", when="period", amounts=_SALES, is_void=False
    )
    billed = _by_code(
        folder / "TAX" / "invoices_out.parquet", when="date", amounts=("amount_net",), is_void=True
    )
    codes = [code for code in general if declared.get(code, 0) > 0 and code in billed]
    if not codes:
        return []
    of = np.array([billed[code] for code in codes], dtype=float)
    to = np.array([declared[code] for code in codes], dtype=float)
    close = float((np.abs(of / to - 1) <= WITHIN).mean())
    return [
        near(_SUM, 1.0, float(of.sum() / to.sum()), within=WITHIN),
        Finding(_FIRMS, f"≥ {_MOST_FIRMS}", f"{close:.3f}", close >= _MOST_FIRMS),
    ]


def _general(folder: Path) -> list[str]:
    """Codes of general taxpayers."""
    firms = pq.read_table(folder / TRUTH_FOLDER / "firms.parquet", columns=["firm", "general"])
    identity = pq.read_table(folder / TRUTH_FOLDER / "identity.parquet", columns=["firm", "uscc"])
    general = firms.filter(firms.column("general")).column("firm")
    codes: list[str] = identity.column("uscc").take(general).to_pylist()
    return codes


def _by_code(path: Path, *, when: str, amounts: Sequence[str], is_void: bool) -> dict[str, int]:
    """Fen by code in the year; rows that stand twice, by their number, count once; void invoices do not count."""
    columns = ["subject_code", "src_id", when, *amounts, *(["status"] if is_void else [])]
    parts = []
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(columns=columns, use_threads=False):
            kept = batch.filter(_in_year(batch.column(when)))
            if is_void:
                kept = kept.filter(pc.not_equal(kept.column("status"), "void"))
            table = pa.table(kept).group_by("src_id", use_threads=False)
            first = table.aggregate(
                [("subject_code", "first"), *((name, "first") for name in amounts)]
            )
            total = first.column(f"{amounts[0]}_first")
            for name in amounts[1:]:
                total = pc.add(total, pc.fill_null(first.column(f"{name}_first"), 0))
            parts.append(
                pa.table({"code": first.column("subject_code_first"), "fen": total})
                .group_by("code", use_threads=False)
                .aggregate([("fen", "sum")])
            )
    whole = (
        pa.concat_tables(parts).group_by("code", use_threads=False).aggregate([("fen_sum", "sum")])
    )
    return dict(
        zip(whole.column("code").to_pylist(), whole.column("fen_sum_sum").to_pylist(), strict=True)
    )


def _in_year(column: pa.Array) -> pa.Array:
    first, last = dt.date(YEAR, 1, 1), dt.date(YEAR + 1, 1, 1)
    day = column.cast(pa.date32()) if not pa.types.is_date32(column.type) else column
    return pc.and_(
        pc.greater_equal(day, pa.scalar(first, pa.date32())),
        pc.less(day, pa.scalar(last, pa.date32())),
    )
