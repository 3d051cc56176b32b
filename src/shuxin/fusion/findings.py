"""What is said about a load: the contract's rules, the codes, and what was masked or blank."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import ibis
import pyarrow as pa

from shuxin.catalogue.api import (
    Contract,
    Finding,
    LoadStatistics,
    Severity,
    column_statistics,
    judge,
    statistics_of,
)
from shuxin.fusion.rejects import REASONS
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from ibis.backends.duckdb import Backend

    from shuxin.fusion.codes import CodeTally
    from shuxin.fusion.rows import Tally

_CODES = Text(
    en="{field}: {shaped} of {filled} codes have 18 symbols, {check} pass the check, {both} pass both checks,"
    " {registered} have a registered shape",
    zh="{field}:{filled} 个代码中 {shaped} 个为 18 位，{check} 个校验位正确，{both} 个两级校验均正确，"
    "{registered} 个符合登记形式",
)
_MASKED = Text(
    en="{field}: identity or telephone numbers inside the text were masked in {count} cells",
    zh="{field}:{count} 个单元格文本中的身份证号或手机号已脱敏",
)
_BLANKS = Text(
    en="{field}: {count} cells hold a placeholder instead of a value; stored as missing",
    zh="{field}:{count} 个单元格为占位符而非数值；按缺失保存",
)
_REJECTED = Text(en="{count} rows were not loaded: {what}", zh="{count} 行未装载：{what}")


def findings_of(
    rows_file: Path, *, contract: Contract, tally: Tally, connection: Backend
) -> tuple[Finding, ...]:
    """Measure a stored table against its contract and add what the reading itself noticed."""
    table = connection.read_parquet(str(rows_file))
    row = column_statistics(table=table, contract=contract).to_pyarrow().to_pylist()[0]
    statistics = _with_code_checks(statistics_of(row=row, contract=contract), tally)
    found = list(judge(contract=contract, statistics=statistics))
    found += [_code_finding(field, codes) for field, codes in tally.codes.items() if codes.filled]
    for text, code, counts in (
        (_MASKED, "personal_number_masked", tally.embedded),
        (_BLANKS, "placeholder", tally.placeholders),
    ):
        found += [
            _noticed(code, field, count=count, of=tally.loaded, text=text)
            for field, count in counts.items()
            if count
        ]
    return (*found, *_reject_findings(tally))


def _with_code_checks(statistics: LoadStatistics, tally: Tally) -> LoadStatistics:
    """Credit codes are valid when their check symbol holds; rejected rows do not change the share."""
    fields = dict(statistics.fields)
    for name, codes in tally.codes.items():
        share = codes.check / codes.filled if codes.filled else 1.0
        present = fields[name].present
        fields[name] = replace(fields[name], valid=round(share * present))
    return replace(statistics, fields=fields)


def _code_finding(field: str, codes: CodeTally) -> Finding:
    failing = codes.filled - codes.check
    return Finding(
        code="credit_codes",
        field=field,
        severity=Severity.WARNING if failing else Severity.INFO,
        count=failing,
        share=failing / codes.filled,
        detail=_said(
            _CODES,
            field=field,
            filled=codes.filled,
            shaped=codes.shaped,
            check=codes.check,
            both=codes.both,
            registered=codes.registered,
        ),
        example_lines=tuple(codes.examples),
    )


def _reject_findings(tally: Tally) -> list[Finding]:
    return [
        Finding(
            code=f"rejected_{reason}",
            field="",
            severity=Severity.WARNING if REASONS[reason].is_data else Severity.INFO,
            count=count,
            share=count / max(tally.read, 1),
            detail=Text(
                en=_REJECTED.say("en", count=count, what=REASONS[reason].what.en),
                zh=_REJECTED.say("zh", count=count, what=REASONS[reason].what.zh),
            ),
        )
        for reason, count in sorted(tally.rejected.items())
    ]


def _noticed(code: str, field: str, *, count: int, of: int, text: Text) -> Finding:
    return Finding(
        code=code,
        field=field,
        severity=Severity.INFO,
        count=count,
        share=count / max(of, 1),
        detail=_said(text, field=field, count=count),
    )


def _said(text: Text, **facts: object) -> Text:
    """The sentence with its facts filled in, in both languages."""
    return Text(en=text.say("en", **facts), zh=text.say("zh", **facts))


def connect() -> Backend:
    """An embedded DuckDB of our own, in memory, that reads only what it is pointed at."""
    return ibis.duckdb.connect()


def warm_up() -> None:
    """Load all that the first query of a process would wait for: about a second."""
    connect().to_pyarrow(ibis.memtable(pa.table({"warm": [True]})).distinct())
