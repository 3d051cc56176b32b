"""Physical removal of a subject's rows: every stored file of a dataset is written anew without them.

A file is replaced in one step of the file system, after the new one is durable: a kill at any point leaves
the old file or the new one, whole. What a killed run left undone, the next run of the same erasure does.
"""

from __future__ import annotations

import hashlib
import json
import os
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.db import transaction

from shuxin.catalogue.api import Meaning, contract, stored_folders
from shuxin.consent.api import rights
from shuxin.fusion.features import computation as features
from shuxin.fusion.import_lock import one_import
from shuxin.fusion.loading import REJECTS_FILE, ROWS_FILE
from shuxin.fusion.models import Entity, Mention
from shuxin.fusion.tables import LONGEST_SPELLING
from shuxin.fusion.tombstones import follow_since, forget_names
from shuxin.infra.api import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from shuxin.catalogue.api import Contract
    from shuxin.infra.api import Settings

    Marks = Callable[[pa.RecordBatch], pa.BooleanArray]

_ROWS_AT_ONCE = 1 << 17
_BETWEEN = "\x1f"
SUBJECT_PARTS = {
    "code": Meaning.SUBJECT_CODE,
    "name": Meaning.SUBJECT_NAME,
    "number": Meaning.SUBJECT_NUMBER,
}
_LEAST_PART = 4
"""Signs from which a name counts inside a longer cell of a rejected row; a shorter one must be the whole cell."""


def remove_rows(number: str, *, settings: Settings, now: datetime) -> list[rights.Replaced]:
    """Remove what an approved erasure names, from loads, rejected rows and kept features; what was replaced.

    Rows are the subject's when they name it in a way that resolution placed with it, or by its code. Rows of
    others that mention it stay. Safe to repeat. Raises ErasureUnknown, ErasureNotApproved, ImportRunning.
    """
    erasure = rights.approved_erasure(number)
    with one_import(settings):
        Store(settings.store).remove_dead_drafts()
        work = _Removal(erasure, _naming_of(erasure), settings, now)
        for file, marks in work.files():
            work.rewrite(file, marks)
        with transaction.atomic():
            mentions = Mention.objects.filter(entity__identity=erasure.subject)
            mentions.filter(dataset=erasure.dataset).delete()
            follow_since(erasure.subject, since=erasure.requested_at, now=now)
            forget_names(now=now)
    return took_place(number, settings=settings)


def took_place(number: str, *, settings: Settings) -> list[rights.Replaced]:
    """Of the replacements recorded since the last proof those that the files show, in order."""
    store = Store(settings.store)
    recorded = rights.unproved_replacements(number)
    now_there = {file: _hash(_path(store, file)) for file in {one.file for one in recorded}}
    found = []
    for one in reversed(recorded):
        if now_there[one.file] == one.after:
            found.append(one)
            now_there[one.file] = one.before
    return found[::-1]


@dataclass(frozen=True, slots=True)
class _Naming:
    """How a dataset names the subject: ``columns`` by part, and the joined texts of each way."""

    subject: str
    code: str
    columns: dict[str, str]
    ways: frozenset[str]
    texts: frozenset[str]

    def marks_rows(self, batch: pa.RecordBatch) -> pa.BooleanArray:
        """Rows about the subject."""
        said = {part: _text(batch, name, part) for part, name in self.columns.items()}
        if not said:
            return _nobody(batch)
        joined = pc.binary_join_element_wise(*said.values(), _BETWEEN)
        marked = pc.is_in(joined, value_set=pa.array(sorted(self.ways), pa.string()))
        if "code" in said and self.code:
            marked = pc.or_(marked, pc.equal(said["code"], self.code))
        return marked

    def marks_rejects(self, batch: pa.RecordBatch) -> pa.BooleanArray:
        """Rejected rows with a cell that names the subject."""
        rows = batch.column("cells").to_pylist()
        return pa.array([any(map(self._names, cells)) for cells in rows], pa.bool_())

    def marks_features(self, batch: pa.RecordBatch) -> pa.BooleanArray:
        return pc.equal(batch.column("entity"), self.subject)

    def _names(self, cell: str | None) -> bool:
        said = _plain(cell or "")
        return any(
            text == said or (len(text) >= _LEAST_PART and text in said) for text in self.texts
        )


def _naming_of(erasure: rights.Erasure) -> _Naming:
    agreed = contract(dataset=erasure.dataset)
    entity = Entity.objects.filter(identity=erasure.subject).first()
    if entity is None:
        return _Naming(erasure.subject, "", {}, frozenset(), frozenset())
    code = entity.code
    mentions = Mention.objects.filter(dataset=erasure.dataset, entity=entity)
    columns = _subject_columns(agreed)
    fields = [f"{part}_text" for part in columns]
    told = mentions.values_list(*fields) if fields else ()
    ways = frozenset(_BETWEEN.join(said) for said in told if any(said))
    named = mentions.values_list("code_text", "name_text", "number_text")
    texts = {_plain(text) for said in named for text in said} | {_plain(code)}
    return _Naming(erasure.subject, code, columns, ways, frozenset(texts - {""}))


def _subject_columns(agreed: Contract) -> dict[str, str]:
    by_meaning = {field.meaning: field.name for field in agreed.fields}
    return {p: by_meaning[m] for p, m in SUBJECT_PARTS.items() if m in by_meaning}


@dataclass(frozen=True, slots=True)
class _Removal:
    erasure: rights.Erasure
    naming: _Naming
    settings: Settings
    now: datetime

    def files(self) -> Iterator[tuple[str, Marks]]:
        """Every stored file that may hold the subject's rows, with what finds them in it."""
        for name in sorted(stored_folders(dataset=self.erasure.dataset)):
            yield f"{name}/{ROWS_FILE}", self.naming.marks_rows
            yield f"{name}/{REJECTS_FILE}", self.naming.marks_rejects
        for name in _snapshots(self._store, dataset=self.erasure.dataset):
            for file in (features.ROWS_FILE, features.SUBJECTS_FILE):
                if (self._store.folder(name) / file).is_file():
                    yield f"{name}/{file}", self.naming.marks_features

    @property
    def _store(self) -> Store:
        return Store(self.settings.store)

    def rewrite(self, file: str, marks: Marks) -> None:
        """Replace the file by one without the marked rows; one without such rows is left alone."""
        path = _path(self._store, file)
        rows = sum(pc.sum(marks(batch)).as_py() or 0 for batch in _batches(path))
        if not rows:
            return
        with self._store.draft() as draft:
            fresh = draft.folder / path.name
            _write_without(path, fresh, marks)
            rights.record_replacement(
                self.erasure.erasure_id,
                file=file,
                before=_hash(path),
                after=_hash(fresh),
                rows=rows,
                now=self.now,
            )
            _replace(fresh, path)


def _write_without(path: Path, fresh: Path, marks: Marks) -> None:
    with (
        pq.ParquetFile(path) as source,
        pq.ParquetWriter(fresh, source.schema_arrow, compression="zstd") as target,
    ):
        for batch in source.iter_batches(batch_size=_ROWS_AT_ONCE):
            kept = batch.filter(pc.invert(marks(batch)))
            if kept.num_rows:
                target.write_batch(kept)


def _replace(fresh: Path, path: Path) -> None:
    """The new file durably, then its name in one step."""
    for place in (fresh, fresh.parent):
        _sync(place)
    fresh.replace(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _snapshots(store: Store, *, dataset: str) -> Iterable[str]:
    """Kept features that were computed from loads of the dataset."""
    for name in sorted(store.names()):
        manifest = store.folder(name) / features.MANIFEST_FILE
        if manifest.is_file():
            loads = json.loads(manifest.read_text(encoding="utf-8"))["loads"]
            if dataset in {load[0] for load in loads}:
                yield name


def _path(store: Store, file: str) -> Path:
    name, _, member = file.partition("/")
    return store.folder(name) / member


def _batches(path: Path) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(path) as source:
        yield from source.iter_batches(batch_size=_ROWS_AT_ONCE)


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _text(batch: pa.RecordBatch, column: str, part: str) -> pa.StringArray:
    """The column as mentions hold it; empty where the load has no such column."""
    if column not in batch.schema.names:
        return pa.array([""] * batch.num_rows, pa.string())
    filled = pc.fill_null(batch.column(column).cast(pa.string()), "")
    return pc.utf8_slice_codeunits(filled, 0, LONGEST_SPELLING[SUBJECT_PARTS[part]])


def _nobody(batch: pa.RecordBatch) -> pa.BooleanArray:
    return pa.array([False] * batch.num_rows, pa.bool_())


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()
