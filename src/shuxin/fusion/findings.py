"""What is said about a load: the contract's rules, the codes, and what was masked or blank."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import ibis
import pyarrow as pa

from shuxin.catalogue.api import (
    Check,
    Contract,
    Dimension,
    Finding,
    LoadStatistics,
    OwnerRules,
    Severity,
    checks,
    column_statistics,
    stated,
    statistics_of,
)
from shuxin.fusion.rejects import REASONS
from shuxin.fusion.sample_lines import with_lines
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from ibis.backends.duckdb import Backend

    from shuxin.fusion.codes import CodeTally
    from shuxin.fusion.rows import Tally

_CODES = Text(
    en="{field}: {shaped} of {filled} codes have 18 symbols, {check} pass the check, {both} pass both checks,"
    " {registered} have a registered shape",
    zh="{field}：{filled} 个代码中 {shaped} 个为 18 位，{check} 个校验位正确，{both} 个两级校验均正确，"
    "{registered} 个符合登记形式",
)
_MASKED = Text(
    en="{field}: identity or telephone numbers inside the text were masked in {count} cells",
    zh="{field}：{count} 个单元格文本中的身份证号或手机号已脱敏",
)
_BLANKS = Text(
    en="{field}: {count} cells hold a placeholder instead of a value; stored as missing",
    zh="{field}：{count} 个单元格为占位符而非数值；按缺失保存",
)
_REFUSED = Text(
    en="{count} rows with content could not be loaded; {share:.2%} could",
    zh="{count} 行有内容但未能装载；可装载 {share:.2%}",
)
_REJECTED = Text(en="{count} rows were not loaded: {what}", zh="{count} 行未装载：{what}")


def findings_of(
    rows_file: Path, *, contract: Contract, tally: Tally, connection: Backend
) -> tuple[Finding, ...]:
    """Measure a stored table against its contract and add what the reading itself noticed."""
    found = checks_of(
        rows_file, contract=contract, tally=tally, owner=OwnerRules(), connection=connection
    )
    return (*(one.finding for one in found if one.finding is not None), *notices_of(tally))


def checks_of(
    rows_file: Path, *, contract: Contract, tally: Tally, owner: OwnerRules, connection: Backend
) -> tuple[Check, ...]:
    """The rules that one table alone can be held against, with some lines of what breaks them."""
    table = connection.read_parquet(str(rows_file))
    row = column_statistics(table=table, contract=contract).to_pyarrow().to_pylist()[0]
    statistics = _with_code_checks(statistics_of(row=row, contract=contract), tally)
    found = list(checks(contract=contract, statistics=statistics, owner=owner))
    declared = {f.name for f in contract.fields if any(r.kind == "valid" for r in f.rules)}
    found += [
        _code_check(field, codes, owner=owner, declared=field in declared)
        for field, codes in tally.codes.items()
        if codes.filled
    ]
    found += _readable(tally, owner)
    return tuple(with_lines(one, table=table, contract=contract, tally=tally) for one in found)


def notices_of(tally: Tally) -> tuple[Finding, ...]:
    """What the reading did, and which rows it kept aside: told, not judged."""
    found = [
        _noticed(code, field, count=count, of=tally.loaded, text=text)
        for text, code, counts in (
            (_MASKED, "personal_number_masked", tally.embedded),
            (_BLANKS, "placeholder", tally.placeholders),
        )
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
    for name, missing in tally.missing.items():
        fields[name] = replace(fields[name], refused=missing)
    return replace(statistics, fields=fields)


def _code_check(field: str, codes: CodeTally, *, owner: OwnerRules, declared: bool) -> Check:
    """Both checks, by the owner's limit unless the contract declares its own; any code that fails is told of."""
    failing, kept = codes.filled - codes.check, codes.both / codes.filled
    broken = kept < owner.credit_code and not declared and codes.filled >= owner.fewest_rows
    told = Severity.ERROR if broken else Severity.WARNING
    return Check(
        rule="credit_code",
        code="credit_codes",
        field=field,
        dimension=Dimension.VALIDITY,
        kept=kept,
        limit=None if declared else owner.credit_code,
        failed=codes.filled - codes.both if broken else failing,
        of=codes.filled,
        severity=told if failing or broken else Severity.INFO,
        says=stated(
            _CODES,
            field=field,
            filled=codes.filled,
            shaped=codes.shaped,
            check=codes.check,
            both=codes.both,
            registered=codes.registered,
        ),
        lines=tuple(codes.examples),
    )


def _readable(tally: Tally, owner: OwnerRules) -> list[Check]:
    """How many rows with content could be loaded; nothing is said of files without such rows."""
    refused = sum(n for reason, n in tally.rejected.items() if REASONS[reason].is_data)
    of = tally.loaded + refused
    if not of:
        return []
    kept = tally.loaded / of
    broken = kept < owner.readable
    told = Severity.ERROR if of >= owner.fewest_rows else Severity.WARNING
    return [
        Check(
            rule="readable",
            code="rows_refused",
            dimension=Dimension.VALIDITY,
            kept=kept,
            limit=owner.readable,
            failed=refused,
            of=of,
            severity=told if broken else None,
            says=stated(_REFUSED, count=refused, share=kept),
        )
    ]


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
        detail=stated(text, field=field, count=count),
    )


def connect() -> Backend:
    """An embedded DuckDB of our own, in memory, that reads only what it is pointed at."""
    return ibis.duckdb.connect()


def warm_up() -> None:
    """Load all that the first query of a process would wait for: about a second."""
    connect().to_pyarrow(ibis.memtable(pa.table({"warm": [True]})).distinct())
