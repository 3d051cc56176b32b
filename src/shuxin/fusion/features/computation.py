"""Features of enterprises of this installation: read under a permit, kept as a snapshot."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from shuxin.catalogue.api import load_history
from shuxin.consent.api import ALL_SUBJECTS, require_each
from shuxin.fusion.features.answering import answered
from shuxin.fusion.features.graph import READ
from shuxin.fusion.features.library import READINGS
from shuxin.fusion.features.queries import definitions_hash, rows_query, wanted
from shuxin.fusion.features.readings import SPINE
from shuxin.fusion.features.registry import SOURCES
from shuxin.fusion.features.sources import marked_datasets, source_table
from shuxin.fusion.findings import connect
from shuxin.infra.api import Store
from shuxin.kernel.canonical import canonical_json
from shuxin.kernel.errors import InvalidInput, NotFound
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Mapping, Sequence

    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

    from shuxin.consent.api import Permit
    from shuxin.fusion.features.definition import Window
    from shuxin.infra.api import Settings

ROWS_FILE, MANIFEST_FILE = "features.parquet", "manifest.json"
SUBJECTS_FILE = "subjects.parquet"
"""Of a day's snapshot: by entity a number for the spellings that it is found by."""
_SHOWN = 6
_SPINE = pa.schema([("entity", pa.string()), ("as_of", pa.date32())])


class NoFeatureData(NotFound):
    code = "no_feature_data"
    what = Text(
        en="no dataset here is one that features read ({standards})",
        zh="尚无可供特征读取的数据集（{standards}）",
    )
    mend = Text(
        en="Import invoices first; their proposal says 'read as'. Then run 'shuxin resolve'",
        zh="请先导入发票数据（其建议会注明“按…读取”），再运行 shuxin resolve",
    )


class AsOfAhead(InvalidInput):
    code = "as_of_ahead"
    what = Text(
        en="{day} lies ahead: nothing is known of it yet", zh="{day} 尚未到来，没有可用数据"
    )
    mend = Text(en="Give today or an earlier day", zh="请使用今天或更早的日期")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Features as they were computed once. ``name`` is the content's: equal content, equal name.

    manifest: ``definitions`` (hash of the feature definitions), ``loads`` (dataset, source file and
    SHA-256 of every load read), ``rows``; of a day's also what ``carrying`` needs, with ``subjects``.
    """

    name: str
    rows: pa.Table
    manifest: dict[str, Any]
    subjects: pa.Table | None = None


def some_of(standards: Sequence[str]) -> str:
    """The first few, for a message."""
    shown = ", ".join(standards[:_SHOWN])
    return f"{shown}, …" if len(standards) > _SHOWN else shown


def require_past(as_of: dt.date, *, now: dt.datetime) -> None:
    """Raises AsOfAhead for a day after today."""
    if as_of > now.date():
        raise AsOfAhead(day=as_of)


def spine_table(spine: Sequence[tuple[str, dt.date]]) -> pa.Table:
    """Columns ``entity, as_of``, in the order given."""
    entities, days = zip(*spine, strict=True) if spine else ((), ())
    return pa.table([pa.array(entities, pa.string()), pa.array(days, pa.date32())], schema=_SPINE)


def compute_features(
    spine: Sequence[tuple[str, dt.date]],
    *,
    permits: Sequence[Permit],
    settings: Settings,
    now: dt.datetime,
    names: Collection[str] | None = None,
) -> pa.Table:
    """One row for each (entity, as_of) of ``spine``, in its order, one column for each feature.

    An entity that no source knows has every feature at its meaning of empty. names: only these, and those that they
    are made of; a name that is no feature is passed over.
    Raises PermitTooNarrow, LevelAbovePermit, StandardUnmet, NoFeatureData.
    """
    connection = connect()
    entities = frozenset(entity for entity, _ in spine)
    chosen = None if names is None else frozenset(names)
    sources = _sources(
        connection,
        _standards(chosen),
        permits=permits,
        settings=settings,
        now=now,
        entities=entities,
    )
    asked = spine_table(spine)
    computed = _computed(connection, asked, sources, chosen)
    numbered = asked.append_column("_at", pa.array(range(asked.num_rows), pa.int64()))
    joined = numbered.join(computed, ["entity", "as_of"]).sort_by("_at")
    return joined.drop_columns(["_at"])


def neighbour_features(
    entities: Sequence[str],
    *,
    as_of: dt.date,
    permit: Permit,
    settings: Settings,
    now: dt.datetime,
) -> pa.Table:
    """One row for each entity, in the order given: numbers about those that it is tied to, as known before the day.

    They need everybody's rows, so the permit covers all subjects.
    Raises PermitTooNarrow, LevelAbovePermit, StandardUnmet, NoFeatureData.
    """
    from shuxin.fusion.features.neighbours import neighbours  # noqa: PLC0415 - SciPy, and only here

    permit.require_whole()
    connection = connect()
    sources = _sources(
        connection, READ, permits=[permit], settings=settings, now=now, entities=None
    )
    for standard, table in sources.items():
        connection.create_view(standard, table)
    spine = spine_table([(entity, as_of) for entity in entities])
    return neighbours(connection.con, spine, standards=sources)


def _computed(
    connection: Backend,
    spine: pa.Table,
    sources: Mapping[str, ir.Table],
    names: frozenset[str] | None,
) -> pa.Table:
    """One row for each distinct row of the spine, in any order."""
    for standard, table in sources.items():
        connection.create_view(standard, table)
    return answered(connection.con, spine, standards=sources, names=names)


def _standards(names: frozenset[str] | None) -> tuple[str, ...]:
    """Standards that the wanted features read."""
    readings = {feature.source for feature in wanted(names)} - {""}
    return tuple(sorted({one for name in readings for one in READINGS[name].standards}))


def sources_for(
    connection: Backend,
    names: frozenset[str] | None,
    *,
    permit: Permit,
    settings: Settings,
    now: dt.datetime,
    entities: frozenset[str],
    placed: list[tuple[str, pa.Table]],
) -> dict[str, ir.Table]:
    """By standard the rows that the wanted features read. placed: as ``source_table``. Raises NoFeatureData."""
    return _sources(
        connection,
        _standards(names),
        permits=[permit],
        settings=settings,
        now=now,
        entities=entities,
        placed=placed,
    )


def _sources(
    connection: Backend,
    standards: Sequence[str],
    *,
    permits: Sequence[Permit],
    settings: Settings,
    now: dt.datetime,
    entities: frozenset[str] | None,
    placed: list[tuple[str, pa.Table]] | None = None,
) -> dict[str, ir.Table]:
    """placed: as ``source_table``. Raises NoFeatureData."""
    require_each(permits, subjects=[ALL_SUBJECTS] if entities is None else entities)
    found = {}
    marked = marked_datasets(now=now)
    for standard in standards:
        table = source_table(
            connection,
            standard=standard,
            agreed=marked.get(standard, ()),
            settings=settings,
            permits=permits,
            now=now,
            entities=entities,
            placed=placed,
        )
        if table is not None:
            found[standard] = table
    if not found:
        raise NoFeatureData(standards=some_of(standards))
    return found


def subjects_with_features(
    *,
    permit: Permit,
    settings: Settings,
    now: dt.datetime,
    standards: Sequence[str] = SOURCES,
) -> list[str]:
    """Entities that any source of features mentions, or one of these. Raises as ``compute_features``."""
    connection = connect()
    sources = _sources(
        connection, standards, permits=[permit], settings=settings, now=now, entities=None
    )
    found: set[str] = set()
    for table in sources.values():
        column = connection.to_pyarrow(table.select("entity").distinct())["entity"]
        found |= set(column.to_pylist())
    return sorted(found)


def keep_snapshot(rows: pa.Table, *, settings: Settings, now: dt.datetime) -> Snapshot:
    """Store the rows with what they were computed from, under the name of their content."""
    names = frozenset(rows.column_names[2:])
    marked = marked_datasets(now=now)
    read = [
        [load.dataset, load.source_file, load.content_sha256]
        for standard in _standards(names)
        for agreed in marked.get(standard, ())
        for load in load_history(dataset=agreed.dataset)
    ]
    definitions = definitions_hash(names, frozenset(marked))
    manifest = {"definitions": definitions, "loads": read, "rows": rows.num_rows}
    decides = canonical_json(manifest) + canonical_json(_content(rows))
    name = hashlib.sha256(decides).hexdigest()[:40]
    store = Store(settings.store)
    with store.draft() as draft:
        pq.write_table(rows, draft.folder / ROWS_FILE, compression="zstd")
        (draft.folder / MANIFEST_FILE).write_text(json.dumps(manifest), encoding="utf-8")
        store.keep(draft, name=name)
    return Snapshot(name, rows, manifest)


def read_snapshot(name: str, *, permit: Permit, settings: Settings) -> Snapshot:
    """Raises PermitTooNarrow unless the permit covers all subjects, StoredFolderMissing."""
    permit.require_whole()
    folder = Store(settings.store).folder(name)
    manifest = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
    subjects = folder / SUBJECTS_FILE
    found = pq.read_table(subjects) if subjects.is_file() else None
    return Snapshot(name, pq.read_table(folder / ROWS_FILE), manifest, found)


def _content(rows: pa.Table) -> list[list[Any]]:
    """Every value, days as text and integers beyond JSON's as text."""
    columns = [[_plain(value) for value in column.to_pylist()] for column in rows.columns]
    return [list(rows.column_names), *map(list, zip(*columns, strict=True))]


def _plain(value: Any) -> Any:
    if isinstance(value, float) or value is None:
        return value
    return str(value)


@dataclass(frozen=True, slots=True)
class RowsBehind:
    """The rows that a feature's number was computed from: how many, and where the largest stand."""

    count: int
    places: tuple[tuple[str, str, int], ...]


def rows_behind(
    spine: Sequence[tuple[str, dt.date]],
    *,
    standard: str,
    window: Window,
    permits: Sequence[Permit],
    settings: Settings,
    now: dt.datetime,
    most: int = 3,
) -> dict[str, RowsBehind]:
    """By entity: its rows of a standard within the window, as known before its day.

    spine: one day for each entity. ``places``: (dataset, file, line) of the ``most`` largest by net
    amount. Raises PermitTooNarrow, LevelAbovePermit, StandardUnmet.
    """
    connection = connect()
    table = source_table(
        connection,
        standard=standard,
        settings=settings,
        permits=permits,
        now=now,
        entities=frozenset(entity for entity, _ in spine),
    )
    if table is None or not spine:
        return {}
    connection.create_view(standard, table)
    connection.con.register(SPINE, spine_table(spine))
    largest = connection.con.sql(rows_query(standard, window, most)).to_arrow_table()
    found: dict[str, RowsBehind] = {}
    for row in largest.to_pylist():
        before = found.get(row["entity"], RowsBehind(row["count"], ()))
        place = (row["_dataset"], row["_file"], row["_line"])
        found[row["entity"]] = RowsBehind(row["count"], (*before.places, place))
    return found
