"""Writes a synthetic city into a folder: all of it, or nothing."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from shuxin.city.build import build_city
from shuxin.city.departments import TABLES
from shuxin.city.sheet import make_sheet
from shuxin.city.tables import Kind
from shuxin.city.truth import FOLDER, MANIFEST, TruthWriter
from shuxin.infra.api import silent_progress
from shuxin.kernel.errors import Conflict, Unavailable
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.catalogue.api import Contract
    from shuxin.city.scale import Size
    from shuxin.city.sheet import Sheet
    from shuxin.infra.api import Progress

FILES, DATABASES = "files", "databases"


class CityFolderInUse(Conflict):
    code = "city_folder_in_use"
    what = Text(
        en="The folder {folder} holds something other than a synthetic city",
        zh="目录 {folder} 中已有合成城市以外的内容",
    )
    mend = Text(en="Give a new or empty folder", zh="请指定新的或空的目录")


class CityWriterMissing(Unavailable):
    code = "city_writer_missing"
    what = Text(
        en="The library {library} that writes workbooks is not installed",
        zh="未安装写工作簿所需的 {library} 库",
    )
    mend = Text(
        en="Install it with: pip install 'shuxin[city]'", zh="请运行：pip install 'shuxin[city]'"
    )


class Writer(Protocol):
    """A module of ``shuxin.city.writers``."""

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
    folder: Path, *, size: Size, seed: int, progress: Progress = silent_progress
) -> CityFiles:
    """The files of every department and the truth, byte for byte the same for size and seed.

    An earlier city in ``folder`` is replaced once the new one is complete. ``progress`` counts
    tables. Raises CitySeedInvalid, CityFolderInUse, CityWriterMissing, OSError.
    """
    folder = folder.absolute()
    _check_free(folder)
    city = build_city(size=size, seed=seed)
    writers = {kind: _writer(kind) for kind in Kind}
    draft = folder.with_name(f"{folder.name}.partial")
    if draft.exists():
        shutil.rmtree(draft)
    truth, written = TruthWriter(draft, city, size), []
    for done, table in enumerate(TABLES):
        progress(done, len(TABLES), table.title)
        sheet = make_sheet(table=table, city=city)
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
        return cast("Writer", import_module(f"shuxin.city.writers.{kind.value}"))
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
