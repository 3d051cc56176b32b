"""Values of single subjects again and again, as joint scoring asks for them: the query is made once."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import ibis
from django.db.models import F

from shuxin.catalogue.api import content_stamp
from shuxin.fusion.findings import connect
from shuxin.fusion.models import Mention
from shuxin.fusion.subject_values import (
    known_values,
    subjects_among,
    told_subjects,
    wanted_of,
)
from shuxin.fusion.tables import dataset_table

if TYPE_CHECKING:
    from collections.abc import Hashable

    import numpy as np
    import pyarrow as pa
    from ibis.backends.duckdb import Backend
    from numpy.typing import NDArray

    from shuxin.consent.api import Permit
    from shuxin.fusion.subject_values import Values, Wanted
    from shuxin.fusion.subjects import Codes
    from shuxin.infra.api import Settings

MOST_QUERIES = 64
"""Kept of one reader; periods and contracts change seldom."""
_ASKED = "asked_subjects"
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class _Query:
    """One that was made before: what is read, and its text; None where nothing can be found."""

    wanted: Wanted
    text: str | None


@dataclass(slots=True)
class ValueReader:
    """Reads fields of one dataset for few subjects at a time (取值器), the same as ``known_values``; from any thread.

    What it keeps between two calls is the text of the query and an open engine, never a row.
    """

    dataset: str
    fields: tuple[str, ...]
    settings: Settings
    _engine: Backend | None = None
    _queries: dict[Hashable, _Query] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def read(self, codes: bytes, *, permit: Permit) -> tuple[NDArray[np.bool_], Values]:
        """As ``known_values`` does, and raises as it does."""
        asked, them = subjects_among(codes, dataset=self.dataset, permit=permit)
        if self._are_named_otherwise(them):
            return known_values(
                self.dataset, fields=self.fields, codes=codes, permit=permit, settings=self.settings
            )
        with self._lock:
            query = self._query(permit)
            found = self._found(query.text, them) if query.text and len(them) else None
        return query.wanted.arrays(found, asked)

    def _are_named_otherwise(self, them: Codes) -> bool:
        """Whether a row may mean one of them without stating its code: for that all rows are looked at."""
        texts = [code.decode() for code in them.tolist()]
        rows = Mention.objects.filter(dataset=self.dataset, gone_at=None, entity__gone_at=None)
        rows = rows.exclude(code_text=F("entity__code"))
        return any(
            rows.filter(entity__code__in=texts[start : start + _AT_ONCE]).exists()
            for start in range(0, len(texts), _AT_ONCE)
        )

    def _query(self, permit: Permit) -> _Query:
        permit.require_genuine()
        key = (
            content_stamp(dataset=self.dataset),
            *(permit.data_from, permit.data_to, permit.highest_level, permit.personal),
            *(permit.ground, permit.fields, permit.reads(self.dataset)),
        )
        if key not in self._queries:
            if len(self._queries) >= MOST_QUERIES:
                self._queries.clear()
                self._engine = None
            self._queries[key] = self._made(permit)
        return self._queries[key]

    def _made(self, permit: Permit) -> _Query:
        wanted = wanted_of(self.dataset, fields=self.fields, permit=permit)
        self._engine = self._engine or connect()
        table = dataset_table(self._engine, dataset=self.dataset, settings=self.settings)
        if table is None or not wanted.is_readable:
            return _Query(wanted, None)
        theirs = ibis.table({"subject": "string"}, name=_ASKED)
        rows = wanted.rows(table, theirs=theirs, placed=None, permit=permit)
        return _Query(wanted, str(self._engine.compile(rows)))

    def _found(self, text: str, them: Codes) -> pa.Table:
        if self._engine is None:
            raise ValueError("a query is made with an engine")
        engine: Any = self._engine.con
        engine.register(_ASKED, told_subjects(them))
        try:
            return engine.sql(text).to_arrow_table()
        finally:
            engine.unregister(_ASKED)
