"""Datasets as Ibis tables: what is current, or what was known before a moment."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import ibis

from shuxin.catalogue.api import Contract, Field, FieldType, contract, loads
from shuxin.fusion.loading import ROWS_FILE
from shuxin.fusion.masking import DIGEST_SUFFIX, PERSONAL_MEANINGS
from shuxin.infra.api import Store

if TYPE_CHECKING:
    from datetime import datetime

    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

    from shuxin.catalogue.api import LoadView
    from shuxin.infra.api import Settings

_IBIS_TYPES = {
    FieldType.STRING: "string",
    FieldType.CODE: "string",
    FieldType.INTEGER: "int64",
    FieldType.NUMBER: "float64",
    FieldType.MONEY: "int64",
    FieldType.DATE: "date",
    FieldType.MONTH: "date",
    FieldType.TIMESTAMP: "timestamp('Asia/Shanghai')",
    FieldType.BOOLEAN: "boolean",
}
PROVENANCE = ("_line", "_file", "_known_time")


def dataset_table(
    connection: Backend, *, dataset: str, settings: Settings, known_before: datetime | None = None
) -> ir.Table | None:
    """Rows of the newest load of each source file, as of ``known_before``; None when nothing is loaded.

    Columns are the fields of the newest contract, digests of personal fields, and ``_line``, ``_file``,
    ``_known_time``; a field that a load's contract did not have is null. ``_known_time`` is the field
    that the contract names for it, else the moment of loading; rows known at ``known_before`` or
    later are left out either way.
    """
    agreed = contract(dataset=dataset)
    by_version: defaultdict[str, list[LoadView]] = defaultdict(list)
    for load in loads(dataset=dataset, known_before=known_before):
        by_version[load.contract_version].append(load)
    parts = [
        _aligned(connection, same, agreed=agreed, settings=settings)
        for _, same in sorted(by_version.items())
    ]
    if not parts:
        return None
    table = parts[0] if len(parts) == 1 else ibis.union(*parts)
    if known_before is not None:
        table = table.filter(table["_known_time"] < ibis.timestamp(known_before))
    return table


def _aligned(
    connection: Backend, same: list[LoadView], *, agreed: Contract, settings: Settings
) -> ir.Table:
    store = Store(settings.store)
    files = {str(store.folder(load.store_name) / ROWS_FILE): load for load in same}
    rows = connection.read_parquet(sorted(files), filename=True)
    sources = ibis.memtable(
        {
            "filename": sorted(files),
            "_file": [files[name].source_file for name in sorted(files)],
            "_loaded_time": [files[name].known_time for name in sorted(files)],
        },
        schema={"filename": "string", "_file": "string", "_loaded_time": "timestamp('UTC')"},
    )
    joined = rows.inner_join(sources, "filename")
    return joined.select(
        **{name: _column(joined, name, kind) for name, kind in stored_columns(agreed).items()},
        _line=joined["_line"],
        _file=joined["_file"],
        _known_time=_known(joined, agreed),
    )


def _column(rows: ir.Table, name: str, kind: str) -> ir.Value:
    return rows[name].cast(kind) if name in rows.columns else ibis.null(kind)


def _known(rows: ir.Table, agreed: Contract) -> ir.Value:
    own = agreed.known_time_field
    if own and own in rows.columns:
        stated = rows[own].cast("timestamp('Asia/Shanghai')").cast("timestamp('UTC')")
        return ibis.coalesce(stated, rows["_loaded_time"])
    return rows["_loaded_time"]


def stored_columns(agreed: Contract) -> dict[str, str]:
    """Stored columns of a dataset with their Ibis types, provenance aside."""
    columns = {}
    for field in agreed.fields:
        columns[field.name] = _IBIS_TYPES[field.type]
        if field.meaning in PERSONAL_MEANINGS:
            columns[field.name + DIGEST_SUFFIX] = "string"
    return columns


def unbound(agreed: Contract) -> ir.Table:
    """The dataset's table without data, under the dataset's name: what lineage is computed on."""
    schema = stored_columns(agreed) | {
        "_line": "int64",
        "_file": "string",
        "_known_time": "timestamp('UTC')",
    }
    return ibis.table(schema, name=agreed.dataset)


def readable_fields(agreed: Contract, *, highest_level: int) -> tuple[Field, ...]:
    """Fields whose level a permit covers (最小授权); the others are not read at all."""
    return tuple(field for field in agreed.fields if field.level <= highest_level)
