"""One table of one file into the store: all of it or nothing."""

from __future__ import annotations

import hashlib
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from shuxin.fusion.layout import HEAD_RECORDS, find_layout, fit_name, nameless
from shuxin.fusion.reading.errors import FileChanged, FileEmpty, HeaderOnly
from shuxin.fusion.rows import REJECT_SCHEMA, Plan, RowMaker, Tally
from shuxin.kernel.errors import Conflict
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shuxin.catalogue.api import Contract
    from shuxin.fusion.mapping import Mapping
    from shuxin.fusion.reading.opening import Fingerprint, Source
    from shuxin.fusion.reading.records import Table
    from shuxin.infra.api import Progress, Store

ROWS_FILE, REJECTS_FILE = "rows.parquet", "rejects.parquet"
_ROWS_PER_GROUP = 1 << 17


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

    Raises the errors of ``fusion.reading``, LayoutChanged, HeaderOnly, FileChanged, DiskFull.
    """
    file = source.file
    table = source.table(
        mapping.container,
        sheet=mapping.sheet,
        encoding=mapping.encoding,
        delimiter=mapping.delimiter,
    )
    headers, skip_through, titles = _headers(table, file=file, mapping=mapping)
    plan = Plan.of(headers=headers, mapping=mapping, contract=contract)
    maker = RowMaker(plan, key)
    with store.draft() as draft:
        with _writers(draft.folder, plan.schema) as write:
            for batch in table.batches(skip_through=skip_through, width=plan.width):
                write(*maker.make(batch))
                progress(maker.tally.read, 0, file)
                if source.grew_since(seen):
                    raise FileChanged(file=file)
        if maker.tally.read == 0:
            raise HeaderOnly(file=file)
        if source.fingerprint().sha256 != seen.sha256:
            raise FileChanged(file=file)
        name = store_name(seen.sha256, mapping=mapping, contract=contract)
        store.keep(draft, name=name)
    return LoadedTable(
        store_name=name,
        tally=maker.tally,
        lines_above=skip_through,
        titles=titles,
    )


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
def _writers(folder: Path, schema: pa.Schema) -> Iterator[_Write]:
    """Writes rows and rejects while the next batch is read; waits for both at the end."""
    with (
        pq.ParquetWriter(folder / ROWS_FILE, schema, compression="zstd") as rows,
        pq.ParquetWriter(folder / REJECTS_FILE, REJECT_SCHEMA, compression="zstd") as rejects,
        ThreadPoolExecutor(1) as pool,
    ):
        write = _Write(rows, rejects, pool)
        yield write
        write.finish()


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
