"""Writes the files of every office into a folder: all of them, or nothing."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from shuxin.city.files.offices import TABLES
from shuxin.city.files.sheet import make_sheet
from shuxin.city.files.source import Source
from shuxin.city.files.tables import Kind
from shuxin.city.files.truth import FOLDER, MANIFEST, TruthWriter
from shuxin.city.records.errors import CityFolderInUse, CityTooLargeForFiles, CityWriterMissing
from shuxin.city.world.scale import WorldSize
from shuxin.infra.api import silent_progress

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.catalogue.api import Contract
    from shuxin.city.files.sheet import Sheet
    from shuxin.infra.api import Progress

FILES, DATABASES = "files", "databases"
SIZES = (WorldSize.TINY, WorldSize.TOWN)
"""Larger cities are for machines: ``generate_city`` writes them."""


class Writer(Protocol):
    """A module of ``shuxin.city.files.writers``."""

    def write(self, path: Path, sheet: Sheet) -> None: ...


@dataclass(frozen=True, slots=True)
class CityFile:
    """One table that was written.

    file: relative to the folder. table: sheet or database table, "" where the file is one table.
    contract: what the table holds when it is clean. rows: true rows, without doubled ones.
    """

    file: str
    table: str
    contract: Contract
    rows: int


@dataclass(frozen=True, slots=True)
class CityFiles:
    """Where the city was written.

    imports: holds one folder per department, with every file but the databases.
    truth: what only an evaluation may read.
    database_url: SQLAlchemy address of the courts' database.
    files: the tables in ``imports``; database_tables: those behind ``database_url``.
    """

    folder: Path
    imports: Path
    truth: Path
    database_url: str
    files: tuple[CityFile, ...]
    database_tables: tuple[CityFile, ...]


def write_messy_files(
    folder: Path, *, size: WorldSize, seed: int, progress: Progress = silent_progress
) -> CityFiles:
    """The files of every department and the truth, byte for byte the same for size and seed.

    An earlier city in ``folder`` is replaced once the new one is complete. ``progress`` counts
    tables. Raises CitySeedInvalid, CityTooLargeForFiles, CityFolderInUse, CityWriterMissing, OSError.
    """
    if size not in SIZES:
        raise CityTooLargeForFiles(size=size, sizes=", ".join(SIZES))
    folder = folder.absolute()
    _check_free(folder)
    source = Source.of(size=size, seed=seed)
    writers = {kind: _writer(kind) for kind in Kind}
    draft = folder.with_name(f"{folder.name}.partial")
    if draft.exists():
        shutil.rmtree(draft)
    truth, written = TruthWriter(draft, source), []
    for done, table in enumerate(TABLES):
        progress(done, len(TABLES), table.title)
        sheet = make_sheet(table=table, source=source)
        file = _file_of(sheet)
        (draft / file).parent.mkdir(parents=True, exist_ok=True)
        writers[table.form.kind].write(draft / file, sheet)
        truth.add(file, sheet)
        written.append(CityFile(file, table.form.table, table.contract(), len(sheet.rows)))
        del sheet  # or it would be in memory together with the next one
    truth.finish()
    if folder.exists():
        shutil.rmtree(folder)
    draft.rename(folder)
    progress(len(TABLES), len(TABLES), folder.name)
    return _described(folder, written)


def _check_free(folder: Path) -> None:
    is_ours = (folder / FOLDER / MANIFEST).is_file()
    if folder.exists() and not is_ours and (not folder.is_dir() or any(folder.iterdir())):
        raise CityFolderInUse(folder=folder.name)


def _writer(kind: Kind) -> Writer:
    try:
        return cast("Writer", import_module(f"shuxin.city.files.writers.{kind.value}"))
    except ModuleNotFoundError as error:
        raise CityWriterMissing(library=error.name) from error


def _file_of(sheet: Sheet) -> str:
    top = DATABASES if sheet.table.form.kind is Kind.SQLITE else FILES
    return f"{top}/{sheet.table.department}/{sheet.table.form.file}"


def _described(folder: Path, written: list[CityFile]) -> CityFiles:
    in_databases = tuple(item for item in written if item.file.startswith(f"{DATABASES}/"))
    return CityFiles(
        folder=folder,
        imports=folder / FILES,
        truth=folder / FOLDER,
        database_url=f"sqlite:///{folder / in_databases[0].file}",
        files=tuple(item for item in written if item not in in_databases),
        database_tables=in_databases,
    )
