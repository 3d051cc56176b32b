"""Datasets as Ibis tables: what is current, or what was known before a moment."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import ibis

from shuxin.catalogue.api import Contract, FieldType, Meaning, contract, loads
from shuxin.fusion.loading import ROWS_FILE
from shuxin.fusion.masking import DIGEST_SUFFIX, PERSONAL_MEANINGS
from shuxin.infra.api import Store

if TYPE_CHECKING:
    from collections.abc import Mapping

    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

    from shuxin.catalogue.api import NewLoad
    from shuxin.infra.api import Settings

IBIS_TYPES = {
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
    connection: Backend,
    *,
    dataset: str,
    settings: Settings,
    known_before: dt.datetime | None = None,
) -> ir.Table | None:
    """Rows of the newest load of each source file, as of ``known_before``; None when nothing is loaded.

    Columns are the fields of the newest contract, digests of personal fields, and ``_line``, ``_file``,
    ``_known_time``; a field that a load's contract did not have is null. ``_known_time`` is the field
    that the contract names for it, else the moment of loading; rows known at ``known_before`` or
    later are left out either way.
    """
    agreed = contract(dataset=dataset)
    parts = [
        aligned_rows(connection, load, agreed=agreed, settings=settings)
        for load in loads(dataset=dataset, known_before=known_before)
    ]
    if not parts:
        return None
    table = parts[0] if len(parts) == 1 else ibis.union(*parts)
    if known_before is not None:
        # In UTC: the engine reads the name of China's zone as another's.
        moment = known_before.astimezone(dt.UTC)
        table = table.filter(table["_known_time"] < ibis.timestamp(moment))
    return table


def aligned_rows(
    connection: Backend, load: NewLoad, *, agreed: Contract, settings: Settings
) -> ir.Table:
    """Rows of one load with the fields of ``agreed`` and the provenance columns."""
    store = Store(settings.store)
    rows = connection.read_parquet(str(store.folder(load.store_name) / ROWS_FILE))
    return rows.select(
        **{name: _column(rows, name, kind) for name, kind in stored_columns(agreed).items()},
        _line=rows["_line"],
        _file=ibis.literal(load.source_file),
        _known_time=_known(rows, agreed, load),
    )


def _column(rows: ir.Table, name: str, kind: str) -> ir.Value:
    return rows[name].cast(kind) if name in rows.columns else ibis.null(kind)


def _known(rows: ir.Table, agreed: Contract, load: NewLoad) -> ir.Value:
    """The field that the contract names, a date as its first moment in China; else the load's moment."""
    loaded = ibis.literal(load.known_time.astimezone(dt.UTC)).cast("timestamp('UTC')")
    own = agreed.known_time_field
    if not own or own not in rows.columns:
        return loaded
    stated = rows[own]
    if stated.type().is_date():
        stated = stated.cast("timestamp") - ibis.interval(hours=8)
    return ibis.coalesce(stated.cast("timestamp('UTC')"), loaded)


def stored_columns(agreed: Contract) -> dict[str, str]:
    """Stored columns of a dataset with their Ibis types, provenance aside."""
    columns = {}
    for field in agreed.fields:
        columns[field.name] = IBIS_TYPES[field.type]
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


LONGEST_SPELLING = {
    Meaning.SUBJECT_CODE: 100,
    Meaning.SUBJECT_NAME: 300,
    Meaning.SUBJECT_NUMBER: 60,
}
PARTS = {
    "code": Meaning.SUBJECT_CODE,
    "name": Meaning.SUBJECT_NAME,
    "number": Meaning.SUBJECT_NUMBER,
}


def spelled(rows: ir.Table, by_meaning: Mapping[Meaning, str]) -> dict[str, ir.StringValue]:
    """How each row names its subject: ``code``, ``name``, ``number`` as mentions hold them, those there are."""
    return {
        part: rows[by_meaning[meaning]].fill_null("").substr(0, LONGEST_SPELLING[meaning])
        for part, meaning in PARTS.items()
        if meaning in by_meaning
    }
