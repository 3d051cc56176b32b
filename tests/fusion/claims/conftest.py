"""Tables that bring their contract, as an office writes them."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from tests.fusion.conftest import uscc

from shuxin.catalogue.api import (
    Contract,
    DataGroup,
    Field,
    FieldType,
    Level,
    Meaning,
    QualityRule,
    Sharing,
    write_contract,
)

OPEN: dict[str, Any] = {"level": Level.L1, "sharing": Sharing.UNCONDITIONAL}
FIELDS = (
    Field("subject_code", FieldType.STRING, "主体代码", meaning=Meaning.SUBJECT_CODE, **OPEN),
    Field("subject_name", FieldType.STRING, "主体名称", meaning=Meaning.SUBJECT_NAME, **OPEN),
    Field("kind", FieldType.CODE, "罚款种类", code_table=("fine", "warning"), **OPEN),
    Field("amount", FieldType.MONEY, "罚款金额", unit="fen", meaning=Meaning.AMOUNT, **OPEN),
    Field("decided", FieldType.DATE, "处罚日期", meaning=Meaning.EVENT_TIME, required=True, **OPEN),
    Field("known_time", FieldType.TIMESTAMP, "获知时间", required=True, **OPEN),
)
CONTRACT = Contract(
    dataset="fines",
    version="1.0.0",
    title="行政罚款",
    department="市场监管局",
    group=DataGroup.PUBLIC,
    fields=FIELDS,
    known_time_field="known_time",
)


def fines(count: int) -> pa.Table:
    """Rows of fines, with types as the contract declares them."""
    serials = range(1, count + 1)
    return pa.table(
        {
            "subject_code": [uscc(serial) for serial in serials],
            "subject_name": [f"北京第{serial}建材有限公司" for serial in serials],
            "kind": ["fine" if serial % 2 else "warning" for serial in serials],
            "amount": pa.array([serial * 100 for serial in serials], pa.int64()),
            "decided": pa.array([19_700 + serial % 28 for serial in serials], pa.int32()).view(
                pa.date32()
            ),
            "known_time": pa.array(
                [(19_760 + serial % 28) * 86_400_000 for serial in serials], pa.int64()
            ).view(pa.timestamp("ms", "UTC")),
        }
    )


def parquet(table: pa.Table, contract: Contract | bytes | None = CONTRACT) -> bytes:
    """A file with its contract inside; None: without one."""
    content = write_contract(contract=contract) if isinstance(contract, Contract) else contract
    told = {} if content is None else {b"odcs": content}
    stream = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(told), stream)
    return stream.getvalue()


def with_field(name: str, **changes: Any) -> Contract:
    """The contract with one field otherwise."""
    return replace(
        CONTRACT,
        fields=tuple(replace(f, **changes) if f.name == name else f for f in FIELDS),
    )


def with_rule(name: str, rule: QualityRule) -> Contract:
    return with_field(name, rules=(rule,))
