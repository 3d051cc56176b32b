"""Features of everybody as of a day, kept as a snapshot, carried from one of an earlier day where it can be (快照接续).

Values are carried while nothing says otherwise of the earlier day: the feature's definition, the contracts, what the
permit lets through, and the loads that were there are the same, later loads only add what became known since, and the
enterprise is found by the same spellings. The manifest tells which features came out of which snapshot.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from shuxin.catalogue.api import Contract, load_history, write_contract
from shuxin.fusion.features.advancing import advanced
from shuxin.fusion.features.answering import answered
from shuxin.fusion.features.computation import (
    MANIFEST_FILE,
    ROWS_FILE,
    SUBJECTS_FILE,
    Snapshot,
    read_snapshot,
    sources_for,
    spine_table,
)
from shuxin.fusion.features.computing import readable
from shuxin.fusion.features.library import READINGS
from shuxin.fusion.features.queries import part_query, wanted
from shuxin.fusion.features.sources import marked_datasets, source_columns
from shuxin.fusion.findings import connect
from shuxin.fusion.history import BACKFILL
from shuxin.fusion.standards import fields_in, standard_named
from shuxin.infra.api import Store
from shuxin.kernel.canonical import canonical_json, content_hash
from shuxin.kernel.dates import CHINA_TIME
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from shuxin.consent.api import Permit
    from shuxin.infra.api import Settings


class SnapshotNotEarlier(InvalidInput):
    code = "snapshot_not_earlier"
    what = Text(
        en="snapshot {name} holds no features of one day that is {day} or earlier",
        zh="快照 {name} 不是 {day} 当日或之前某一日的特征",
    )
    mend = Text(
        en="Give a snapshot that 'shuxin features --as-of' made of an earlier day, or leave --since out",
        zh="请指定由 shuxin features --as-of 生成的较早一日的快照，或不使用 --since",
    )


@dataclass(frozen=True, slots=True)
class _Ground:
    """What values of a day rest on besides rows that became known later.

    makes: by reading, hash of what its features compute. reads: by standard, hash of how its rows are read. histories:
    by dataset of a standard its loads in order. subjects: by entity, a number for the spellings that it is found by.
    """

    makes: Mapping[str, str]
    reads: Mapping[str, str]
    histories: Mapping[str, Sequence[str]]
    subjects: Mapping[str, int]


def features_of_day(
    entities: Collection[str],
    *,
    as_of: dt.date,
    permit: Permit,
    settings: Settings,
    now: dt.datetime,
    names: Collection[str] | None = None,
    since: str = "",
) -> Snapshot:
    """Features of these entities as ``compute_features`` has them, kept; rows in the order of entities.

    since: name of such a snapshot of an earlier day, out of which comes what cannot have changed since; every value is
    what it would be without. The manifest's ``carried`` names it, with the features and how many enterprises were
    carried; it is empty where nothing was. Many enterprises of one day profit, so that the permit covers everybody.
    Raises PermitTooNarrow, LevelAbovePermit, StandardUnmet, NoFeatureData, SnapshotNotEarlier, StoredFolderMissing.
    """
    permit.require_whole()
    connection, chosen = connect(), None if names is None else frozenset(names)
    placed: list[tuple[str, pa.Table]] = []
    sources = sources_for(
        connection,
        chosen,
        permit=permit,
        settings=settings,
        now=now,
        entities=frozenset(entities),
        placed=placed,
    )
    for standard, table in sources.items():
        connection.create_view(standard, table)
    marked = {one: agreed for one, agreed in marked_datasets(now=now).items() if one in sources}
    ground = _ground(marked, chosen, permit=permit, placed=placed)
    spine = spine_table([(entity, as_of) for entity in sorted(set(entities))])
    carried: dict[str, Any] = {}
    if since and spine.num_rows:
        before = _earlier(since, as_of, permit=permit, settings=settings)
        rows, kept = _carriable(before, ground, marked)
        if kept:
            day = _day_of(before)
            carried = {
                "snapshot": since,
                "as_of": f"{day}",
                "features": kept,
                "rows": rows.num_rows,
            }
            found = advanced(connection.con, rows, spine, standards=sources, names=chosen)
    if not carried:
        found = answered(connection.con, spine, standards=sources, names=chosen)
    return _keep(found.sort_by("entity"), as_of, ground, carried, marked, settings=settings)


def _ground(
    marked: Mapping[str, Sequence[Contract]],
    names: frozenset[str] | None,
    *,
    permit: Permit,
    placed: Iterable[tuple[str, pa.Table]],
) -> _Ground:
    datasets = sorted({one.dataset for agreed in marked.values() for one in agreed})
    return _Ground(
        makes={one: _makes(one, names) for one in readable(wanted(names), marked)},
        reads={one: _reads(one, agreed, permit) for one, agreed in marked.items()},
        histories={
            one: [load.store_name for load in load_history(dataset=one)] for one in datasets
        },
        subjects=_subjects(placed),
    )


def _makes(reading: str, names: frozenset[str] | None) -> str:
    """What the features of a reading compute, and by which engine."""
    own = [
        [one.name, one.measure.value, one.empty] for one in wanted(names) if one.source == reading
    ]
    sql, _ = part_query(reading, names)
    return content_hash({"sql": sql, "features": own, "engine": duckdb.__version__})


def _reads(standard: str, agreed: Sequence[Contract], permit: Permit) -> str:
    """How the standard's rows come out of the datasets: the contracts, the standard's own form, and the permit."""
    form = standard_named(standard)
    datasets = [
        [one.dataset, hashlib.sha256(write_contract(contract=one)).hexdigest(), _said(fields_in(one, form))]
        for one in agreed
    ]  # fmt: skip
    through = [permit.purpose, permit.highest_level, permit.personal, permit.ground, permit.data_from,
               permit.data_to, permit.fields and sorted(permit.fields)]  # fmt: skip
    return content_hash(
        {"form": source_columns(standard), "datasets": datasets, "permit": _said(through)}
    )


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return repr(sorted((key, str(said)) for key, said in value.items()))
    return repr([said if said is None else str(said) for said in value])


def _subjects(placed: Iterable[tuple[str, pa.Table]]) -> dict[str, int]:
    """By entity the sum of digests of the ways in which datasets name it, below 2^63."""
    found: dict[str, int] = {}
    for dataset, links in placed:
        parts = [name for name in links.column_names if name != "entity"]
        columns = [links[name].to_pylist() for name in (*parts, "entity")]
        for *said, entity in zip(*columns, strict=True):
            text = "\x1f".join([dataset, *(f"{p}={s}" for p, s in zip(parts, said, strict=True))])
            digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
            found[entity] = (found.get(entity, 0) + int.from_bytes(digest)) % 2**63
    return found


def _earlier(name: str, as_of: dt.date, *, permit: Permit, settings: Settings) -> Snapshot:
    """Raises SnapshotNotEarlier, StoredFolderMissing."""
    if not (name.isalnum() and name.isascii()):
        raise SnapshotNotEarlier(name=name[:80], day=as_of)
    before = read_snapshot(name, permit=permit, settings=settings)
    if "day" not in before.manifest or _day_of(before) > as_of:
        raise SnapshotNotEarlier(name=name, day=as_of)
    return before


def _day_of(snapshot: Snapshot) -> dt.date:
    return dt.date.fromisoformat(snapshot.manifest["day"])


def _carriable(
    before: Snapshot, ground: _Ground, marked: Mapping[str, Sequence[Contract]]
) -> tuple[pa.Table, list[str]]:
    """Of a snapshot the enterprises and features of whom and which nothing speaks otherwise, and their names."""
    manifest, rows = before.manifest, before.rows
    named = before.subjects
    if (
        named is None
        or before.name != _name(manifest)
        or manifest["content"] != content_digest(rows)
        or manifest["subjects"] != content_digest(named)
    ):
        return rows.slice(0, 0), []  # an erasure took rows out of it
    subjects = dict(zip(named["entity"].to_pylist(), named["said"].to_pylist(), strict=True))
    moment = dt.datetime.combine(_day_of(before), dt.time(), tzinfo=CHINA_TIME)
    standards = {
        one
        for one, agreed in marked.items()
        if ground.reads[one] == manifest["reads"].get(one)
        and all(
            _only_added(manifest["histories"].get(d.dataset), d.dataset, moment) for d in agreed
        )
    }
    readings = {
        one
        for one, made in ground.makes.items()
        if made == manifest["makes"].get(one) and set(READINGS[one].standards) <= standards
    }
    kept = [
        one.name
        for one in wanted(frozenset(rows.column_names[2:]))
        if one.source in readings and one.name in rows.column_names
    ]
    same = [
        one for one in rows["entity"].to_pylist() if ground.subjects.get(one) == subjects.get(one)
    ]
    of_same = pc.is_in(rows["entity"], value_set=pa.array(same, pa.string()))
    return rows.select(["entity", "as_of", *kept]).filter(of_same), kept if same else []


def _only_added(before: Sequence[str] | None, dataset: str, moment: dt.datetime) -> bool:
    """Whether later loads say nothing of what was known at the moment: they came after it, and after the history."""
    history = load_history(dataset=dataset)
    if before is None or [load.store_name for load in history[: len(before)]] != list(before):
        return False
    added = history[len(before) :]
    if not added:
        return True
    established = history[0].known_time + BACKFILL
    return all(load.known_time > established and load.known_time >= moment for load in added)


def _keep(
    rows: pa.Table,
    as_of: dt.date,
    ground: _Ground,
    carried: Mapping[str, Any],
    marked: Mapping[str, Sequence[Contract]],
    *,
    settings: Settings,
) -> Snapshot:
    subjects = pa.table(
        {
            "entity": pa.array(sorted(ground.subjects), pa.string()),
            "said": pa.array([ground.subjects[one] for one in sorted(ground.subjects)], pa.int64()),
        }
    )
    loads = [
        [load.dataset, load.source_file, load.content_sha256]
        for agreed in marked.values()
        for one in agreed
        for load in load_history(dataset=one.dataset)
    ]
    manifest = {
        "definitions": content_hash(dict(ground.makes)),
        "loads": sorted(loads),
        "rows": rows.num_rows,
        "day": f"{as_of}",
        "makes": dict(ground.makes),
        "reads": dict(ground.reads),
        "histories": {dataset: list(loads) for dataset, loads in ground.histories.items()},
        "content": content_digest(rows),
        "subjects": content_digest(subjects),
        "carried": dict(carried),
    }
    name, store = _name(manifest), Store(settings.store)
    with store.draft() as draft:
        pq.write_table(rows, draft.folder / ROWS_FILE, compression="zstd")
        pq.write_table(subjects, draft.folder / SUBJECTS_FILE, compression="zstd")
        (draft.folder / MANIFEST_FILE).write_text(json.dumps(manifest), encoding="utf-8")
        store.keep(draft, name=name)
    return Snapshot(name, rows, manifest, subjects)


def _name(manifest: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical_json(dict(manifest))).hexdigest()[:40]


def content_digest(rows: pa.Table) -> str:
    """SHA-256 over names, types and values of the columns, however they are stored; what is missing is nothing else."""
    found = hashlib.sha256()
    for name in rows.column_names:
        column = rows[name].combine_chunks()
        valid = column.is_valid().to_numpy(zero_copy_only=False)
        found.update(canonical_json([name, f"{column.type}", len(column)]))
        found.update(np.packbits(valid).tobytes())
        if pa.types.is_string(column.type):
            found.update(canonical_json(column.to_pylist()))
        else:
            plain = column.cast(pa.int32()) if pa.types.is_date(column.type) else column
            found.update(plain.fill_null(0).to_numpy(zero_copy_only=False).tobytes())
    return found.hexdigest()
