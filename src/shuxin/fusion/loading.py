"""One table of one file into the store: all of it or nothing."""

from __future__ import annotations

import hashlib
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from shuxin.fusion.layout import HEAD_RECORDS, find_layout, fit_name, nameless
from shuxin.fusion.reading.errors import FileChanged, FileEmpty, HeaderOnly
from shuxin.fusion.reading.opening import FileSource
from shuxin.fusion.reading.typed import TypedFile
from shuxin.fusion.rows import REJECT_SCHEMA, Plan, RowMaker
from shuxin.fusion.typed_rows import TypedMaker
from shuxin.kernel.errors import Conflict
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shuxin.catalogue.api import Contract
    from shuxin.fusion.mapping import Mapping
    from shuxin.fusion.reading.opening import Fingerprint, Source
    from shuxin.fusion.reading.records import Table
    from shuxin.fusion.rows import Tally
    from shuxin.infra.api import Progress, Store

ROWS_FILE, REJECTS_FILE = "rows.parquet", "rejects.parquet"
_ROWS_PER_GROUP = 1 << 17
_LINE = "_line"


class LayoutChanged(Conflict):
    code = "layout_changed"
    what = Text(
        en="{file} no longer has the columns of its mapping: missing [{missing}], new [{new}]",
        zh="{file} 的列与其映射不符：缺少[{missing}]，新增[{new}]",
    )
    mend = Text(
        en="A proposal for the new form was prepared: read and accept it if the sender changed the form on"
        " purpose, else ask for the agreed form",
        zh="已为新格式准备建议：若提供方确有变更，请阅读并确认；否则请其按约定格式重发",
    )


@dataclass(frozen=True, slots=True)
class LoadedTable:
    """A table as it stands in the store, not yet in the catalogue."""

    store_name: str
    tally: Tally
    lines_above: int
    titles: tuple[str, ...]


def load_table(
    source: Source,
    *,
    seen: Fingerprint,
    mapping: Mapping,
    contract: Contract,
    store: Store,
    key: bytes,
    progress: Progress,
) -> LoadedTable:
    """Read, standardise and store. Nothing is kept unless the file was the same before and after.

    Raises the errors of ``fusion.reading``, LayoutChanged, ClaimUnmet, HeaderOnly, FileChanged, DiskFull.
    """
    file = source.file
    making = _making(source, mapping=mapping, contract=contract, key=key)
    with store.draft() as draft:
        with _writers(draft.folder, making) as write:
            for rows, rejects in making.tables():
                write(rows, rejects)
                progress(making.tally.read, 0, file)
                if source.grew_since(seen):
                    raise FileChanged(file=file)
        if making.tally.read == 0:
            raise HeaderOnly(file=file)
        if source.fingerprint().sha256 != seen.sha256:
            raise FileChanged(file=file)
        name = store_name(seen.sha256, mapping=mapping, contract=contract)
        store.keep(draft, name=name)
    return LoadedTable(
        store_name=name,
        tally=making.tally,
        lines_above=making.lines_above,
        titles=making.titles,
    )


class _Making(Protocol):
    """What turns a source into tables to store. dense: stored columns that are written without a dictionary."""

    @property
    def schema(self) -> pa.Schema: ...
    @property
    def tally(self) -> Tally: ...
    @property
    def lines_above(self) -> int: ...
    @property
    def titles(self) -> tuple[str, ...]: ...
    @property
    def dense(self) -> list[str]: ...
    def tables(self) -> Iterator[tuple[pa.Table, pa.Table]]: ...


def _making(source: Source, *, mapping: Mapping, contract: Contract, key: bytes) -> _Making:
    """By the contract that the file brings, column for column; else by texts."""
    if mapping.claim and isinstance(source, FileSource):
        typed = TypedFile(source.path, source.file)
        return TypedMaker.of(typed, mapping=mapping, contract=contract, key=key)
    table = source.table(
        mapping.container,
        sheet=mapping.sheet,
        encoding=mapping.encoding,
        delimiter=mapping.delimiter,
    )
    headers, skip_through, titles = _headers(table, file=source.file, mapping=mapping)
    plan = Plan.of(headers=headers, mapping=mapping, contract=contract)
    return _TextMaker(table, RowMaker(plan, key), skip_through, titles)


@dataclass(frozen=True, slots=True)
class _TextMaker:
    table: Table
    maker: RowMaker
    lines_above: int
    titles: tuple[str, ...]

    @property
    def schema(self) -> pa.Schema:
        return self.maker.plan.schema

    @property
    def tally(self) -> Tally:
        return self.maker.tally

    @property
    def dense(self) -> list[str]:
        return []

    def tables(self) -> Iterator[tuple[pa.Table, pa.Table]]:
        plan = self.maker.plan
        for batch in self.table.batches(skip_through=self.lines_above, width=plan.width):
            yield self.maker.make(batch)


def store_name(sha256: str, *, mapping: Mapping, contract: Contract) -> str:
    """Where a load stands in the store: decided by bytes, mapping and contract version alone."""
    decides = f"{sha256}:{mapping.hash}:{contract.dataset}:{contract.version}"
    return hashlib.sha256(decides.encode()).hexdigest()[:40]


def _headers(
    table: Table, *, file: str, mapping: Mapping
) -> tuple[tuple[str, ...], int, tuple[str, ...]]:
    """One header per position as the mapping knows it, the last line above the rows, the titles.

    Raises LayoutChanged, FileEmpty.
    """
    records = table.head(HEAD_RECORDS)
    wanted = [column.header for column in mapping.columns]
    layout = find_layout(records)
    if layout is None:
        raise FileEmpty(file=file)
    named = layout.headers if mapping.header else ("",) * layout.width
    headers = tuple(
        header or (nameless(position) if nameless(position) in wanted else "")
        for position, header in enumerate(named)
    )
    missing = [header for header in wanted if header not in headers]
    new = [header for header in headers if header and header not in wanted]
    if missing or new:
        shown = {"missing": ", ".join(missing[:8]), "new": ", ".join(map(fit_name, new[:8]))}
        raise LayoutChanged(file=file, **shown)
    if not mapping.header:
        return (
            headers,
            layout.header_lines[0] - 1 if layout.header_lines else layout.last_line_above,
            (),
        )
    return headers, layout.last_line_above, layout.titles


@contextmanager
def _writers(folder: Path, making: _Making) -> Iterator[_Write]:
    """Writes rows and rejects while the next batch is read; waits for both at the end."""
    with (
        pq.ParquetWriter(folder / ROWS_FILE, making.schema, **_form(making)) as rows,
        pq.ParquetWriter(folder / REJECTS_FILE, REJECT_SCHEMA, compression="zstd") as rejects,
        ThreadPoolExecutor(1) as pool,
    ):
        write = _Write(rows, rejects, pool)
        yield write
        write.finish()


def _form(making: _Making) -> dict[str, Any]:
    """How rows are written: a schema of dictionaries is not stored, so that it reads back as plain texts."""
    if not making.dense:
        return {"compression": "zstd"}
    dense = set(making.dense)
    whole = [one.name for one in making.schema if one.name in dense and one.type == pa.int64()]
    return {
        "compression": "zstd",
        "store_schema": False,
        "use_dictionary": [name for name in making.schema.names if name not in dense],
        "column_encoding": {_LINE: "DELTA_BINARY_PACKED"} if _LINE in whole else None,
    }


class _Write:
    def __init__(
        self, rows: pq.ParquetWriter, rejects: pq.ParquetWriter, pool: ThreadPoolExecutor
    ) -> None:
        self._rows, self._rejects, self._pool = rows, rejects, pool
        self._held: list[pa.Table] = []
        self._pending: Future[None] | None = None

    def __call__(self, rows: pa.Table, rejects: pa.Table) -> None:
        self._held.append(rows)
        if sum(table.num_rows for table in self._held) >= _ROWS_PER_GROUP:
            self._flush()
        if rejects.num_rows:
            self._rejects.write_table(rejects)

    def finish(self) -> None:
        self._flush()
        self._wait()

    def _flush(self) -> None:
        self._wait()
        held = [table for table in self._held if table.num_rows]
        self._held = []
        if held:
            self._pending = self._pool.submit(self._rows.write_table, pa.concat_tables(held))

    def _wait(self) -> None:
        if self._pending is not None:
            self._pending.result()
            self._pending = None
