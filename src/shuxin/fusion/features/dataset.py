"""A snapshot of features as a dataset of the catalogue (特征数据集): what a joint job may enter."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.db import transaction

from shuxin.catalogue.api import (
    Contract,
    Cycle,
    DataGroup,
    DatasetUnknown,
    Field,
    FieldType,
    Lineage,
    Meaning,
    NewLoad,
    contract,
    derived,
    next_version,
    record_lineage,
    record_load,
    register_contract,
)
from shuxin.fusion.features.computation import NoFeatureData, some_of
from shuxin.fusion.features.definition import WHOLE, Measure
from shuxin.fusion.features.graph import NEIGHBOUR_FEATURES, neighbours_hash
from shuxin.fusion.features.library import FEATURES
from shuxin.fusion.features.queries import definitions_hash
from shuxin.fusion.features.registry import SOURCES, feature_lineage, neighbour_lineage
from shuxin.fusion.features.sources import marked_datasets
from shuxin.fusion.loading import REJECTS_FILE, ROWS_FILE
from shuxin.fusion.models import Entity
from shuxin.fusion.rows import REJECT_SCHEMA
from shuxin.infra.api import Store
from shuxin.kernel.canonical import content_hash
from shuxin.kernel.errors import Conflict
from shuxin.kernel.text import Text
from shuxin.kernel.uscc import LENGTH

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from shuxin.fusion.features.definition import Feature
    from shuxin.fusion.features.graph import NeighbourFeature
    from shuxin.infra.api import Settings

CODE_FIELD, DAY_FIELD = "subject_code", "as_of"
DERIVED = ("derived", "features")
"""Stands in the contract of such a dataset, so that none is written over an imported one."""
_STORED = {
    FieldType.MONEY: pa.int64(),
    FieldType.INTEGER: pa.int64(),
    FieldType.NUMBER: pa.float64(),
}


class DatasetNotDerived(Conflict):
    code = "dataset_not_derived"
    what = Text(
        en="dataset {dataset} was imported, not computed from features",
        zh="数据集 {dataset} 为导入数据，并非由特征计算生成",
    )
    mend = Text(en="Give the features another name", zh="请为特征数据集另取名称")


@dataclass(frozen=True, slots=True)
class FeatureDataset:
    """What was kept: rows with a credit code, and the enterprises without one that were left out."""

    contract: Contract
    rows: int
    without_code: int


def keep_as_dataset(
    rows: pa.Table,
    *,
    dataset: str,
    title: str,
    department: str,
    settings: Settings,
    now: datetime,
    by: str,
) -> FeatureDataset:
    """Keep features of one or more days as rows of a dataset, an enterprise and day each.

    rows: as ``compute_features`` has them, with columns of ``neighbour_features`` or without. The event time is the
    as-of day; the rows are known from ``now`` on. Days that were kept before are replaced, others stay. A field's level
    is the highest of the fields it is computed from, and the lineage is recorded under the dataset's name; features of
    which no source is here are left out.
    Raises NoFeatureData, DatasetNotDerived.
    """
    lineage = _lineage(rows.column_names, now)
    agreed = _agreed(lineage, dataset=dataset, title=title, department=department, now=now)
    coded = _with_code(rows)
    store = Store(settings.store)
    made_by = _definitions(frozenset(rows.column_names[2:]), now)
    loads = [
        _stored(coded.filter(pc.equal(coded["as_of"], day)), agreed, made_by, store=store, now=now)
        for day in sorted(set(coded["as_of"].to_pylist()))
    ]
    with transaction.atomic():
        register_contract(contract=agreed, accepted_by=by, now=now)
        for load in loads:
            record_load(load=load)
        record_lineage(derived=dataset, lineage=lineage, now=now)
    return FeatureDataset(agreed, coded.num_rows, rows.num_rows - coded.num_rows)


def _definitions(names: frozenset[str], now: datetime) -> str:
    """Of what computed these columns."""
    made_by = definitions_hash(names, frozenset(marked_datasets(now=now)))
    tied = [one for one in NEIGHBOUR_FEATURES if one.name in names]
    return content_hash([made_by, neighbours_hash(tied)]) if tied else made_by


def _lineage(names: Sequence[str], now: datetime) -> Lineage:
    """Of these columns of such a dataset. Raises NoFeatureData."""
    whole = feature_lineage(now=now)
    if whole is None:
        raise NoFeatureData(standards=some_of(SOURCES))
    called = {"entity": CODE_FIELD}
    every = (*whole.columns, *neighbour_lineage(now=now).columns)
    there = [one for one in every if one.column in names]
    kept = [one for one in there if one.direct or one.column == DAY_FIELD]
    return Lineage(tuple(replace(one, column=called.get(one.column, one.column)) for one in kept))


def _agreed(
    lineage: Lineage, *, dataset: str, title: str, department: str, now: datetime
) -> Contract:
    """Its contract, under the lowest version that tells what changed. Raises DatasetNotDerived."""
    tables = {source.table for column in lineage.columns for source in column.sources}
    fields = {column.column for column in lineage.columns}
    every: tuple[Feature | NeighbourFeature, ...] = (*FEATURES, *NEIGHBOUR_FEATURES)
    made = Contract(
        dataset=dataset,
        version="1.0.0",
        title=title,
        department=department,
        group=DataGroup.MARKET,
        fields=(
            Field(
                CODE_FIELD,
                FieldType.CODE,
                title=Text(en="credit code", zh="统一社会信用代码").zh,
                required=True,
                meaning=Meaning.SUBJECT_CODE,
            ),
            Field(
                DAY_FIELD, FieldType.DATE, title="截至日", required=True, meaning=Meaning.EVENT_TIME
            ),
            *(
                Field(
                    each.name, _type_of(each.measure), title=each.title.zh, unit=each.measure.value
                )
                for each in every
                if each.name in fields
            ),
        ),
        key=(CODE_FIELD, DAY_FIELD),
        cycle=Cycle.EVENT,
        extra=(DERIVED,),
    )
    read = {table: contract(dataset=table) for table in tables}
    graded = derived(contract=made, lineage=lineage, contracts=read, today=now.date())
    try:
        before = contract(dataset=dataset)
    except DatasetUnknown:
        return graded
    if DERIVED not in before.extra:
        raise DatasetNotDerived(dataset=dataset)
    same = replace(graded, version=before.version)
    return same if same == before else replace(graded, version=next_version(old=before, new=graded))


def _type_of(measure: Measure) -> FieldType:
    if measure is Measure.FEN:
        return FieldType.MONEY
    return FieldType.INTEGER if measure in WHOLE else FieldType.NUMBER


def _with_code(rows: pa.Table) -> pa.Table:
    """The rows of entities that have a credit code, which stands in ``subject_code``, in the order of codes."""
    identities = rows["entity"].to_pylist()
    others = [one for one in set(identities) if not _is_code(one)]
    known = dict(
        Entity.objects.filter(identity__in=others).exclude(code="").values_list("identity", "code")
    )
    codes = [one if _is_code(one) else known.get(one) for one in identities]
    coded = rows.append_column(CODE_FIELD, pa.array(codes, pa.string()))
    return coded.filter(pc.is_valid(coded[CODE_FIELD])).sort_by(CODE_FIELD)


def _is_code(identity: str) -> bool:
    return len(identity) == LENGTH and identity.isascii()


def _stored(
    rows: pa.Table, agreed: Contract, definitions: str, *, store: Store, now: datetime
) -> NewLoad:
    """The rows of one day in the store; equal rows stand there once."""
    day = rows["as_of"][0].as_py()
    columns = {"_line": pa.array(range(1, rows.num_rows + 1), pa.int64())}
    for field in agreed.fields:
        kind = _STORED.get(field.type)
        columns[field.name] = rows[field.name] if kind is None else rows[field.name].cast(kind)
    table = pa.table(columns)
    digest = _digest(table)
    decides = f"{digest}:{definitions}:{agreed.dataset}:{agreed.version}"
    name = hashlib.sha256(decides.encode()).hexdigest()[:40]
    with store.draft() as draft:
        pq.write_table(table, draft.folder / ROWS_FILE, compression="zstd")
        pq.write_table(REJECT_SCHEMA.empty_table(), draft.folder / REJECTS_FILE)
        size = (draft.folder / ROWS_FILE).stat().st_size
        store.keep(draft, name=name)
    return NewLoad(
        dataset=agreed.dataset,
        contract_version=agreed.version,
        source_file=f"features {day}",
        content_sha256=digest,
        mapping_hash=definitions,
        known_time=now,
        loaded_at=now,
        rows_above=0,
        rows_read=table.num_rows,
        rows_loaded=table.num_rows,
        rows_rejected=0,
        store_name=name,
        bytes_read=size,
    )


def _digest(table: pa.Table) -> str:
    """SHA-256 of the values, however they are chunked."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    return hashlib.sha256(sink.getvalue()).hexdigest()
