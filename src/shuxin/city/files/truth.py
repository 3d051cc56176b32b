"""The truth kept aside: who every row is about, the clean tables, and what was done to which cell."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from shuxin.catalogue.api import FieldType, Meaning
from shuxin.city.files.lending import ledger_of
from shuxin.city.files.sheet import line_text
from shuxin.city.files.spelling import shown
from shuxin.city.files.tables import key_of
from shuxin.city.scale import UNTIL
from shuxin.city.world.population import INDUSTRIES
from shuxin.kernel.errors import NotFound
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shuxin.city.files.sheet import Line, Sheet
    from shuxin.city.files.source import Source
    from shuxin.city.files.tables import Column, Table

MANIFEST = "manifest.json"
FOLDER = "truth"
_VERSION = 1
_CODE_MEANINGS = frozenset({Meaning.SUBJECT_CODE, Meaning.ORGANISATION_CODE})

_MENTIONS = pa.schema(
    [
        ("dataset", pa.string()),
        ("file", pa.string()),
        ("table", pa.string()),
        ("line", pa.int64()),
        ("row", pa.int64()),
        ("role", pa.string()),
        ("code", pa.string()),
        ("name", pa.string()),
        ("entity", pa.string()),
    ]
)
_DIRT = pa.schema(
    [
        ("dataset", pa.string()),
        ("file", pa.string()),
        ("table", pa.string()),
        ("line", pa.int64()),
        ("column", pa.int64()),
        ("header", pa.string()),
        ("row", pa.int64()),
        ("kind", pa.string()),
        ("before", pa.string()),
        ("after", pa.string()),
    ]
)
_TYPES = {
    FieldType.MONEY: pa.int64(),
    FieldType.INTEGER: pa.int64(),
    FieldType.NUMBER: pa.float64(),
    FieldType.DATE: pa.date32(),
    FieldType.MONTH: pa.date32(),
    FieldType.BOOLEAN: pa.bool_(),
}


class CityTruthMissing(NotFound):
    code = "city_truth_missing"
    what = Text(
        en="There is no truth of a synthetic city in the folder {folder}",
        zh="目录 {folder} 中没有合成城市的真值",
    )
    mend = Text(
        en="Give the folder that `shuxin city files` wrote, or write it again",
        zh="请指定 `shuxin city files` 生成的目录，或重新生成",
    )


@dataclass(frozen=True, slots=True)
class Truth:
    """What an evaluation may compare with.

    mentions: one row for each place where a file names an entity: ``dataset, file, table, line``
        (1-based, as a reader counts; column names are line 1 of Parquet and databases), ``row`` of
        the clean table, ``role`` (subject or counterpart), ``code`` and ``name`` as they stand in the
        file, ``entity`` (F and the number of a firm).
    dirt: one row for each damage: ``column`` is 0-based, -1 for a whole line; ``before`` and
        ``after`` as a reader sees them; ``row`` is -1 for lines that hold no row.
    entities: who is who: ``entity``, ``number`` in the World, code, names, place, trade, days of its life.
    loans: the whole ledger: number, entity, day, fen, and the day of default or null.
    manifest: files with their form, header lines, columns and SHA-256, and counts of dirt.
    """

    folder: Path
    mentions: pa.Table
    dirt: pa.Table
    entities: pa.Table
    loans: pa.Table
    manifest: dict[str, Any]

    def clean(self, *, dataset: str) -> pa.Table:
        """Columns ``row, entity, counterpart`` and the typed true values; money is int64 fen."""
        return pq.read_table(self.folder / FOLDER / "tables" / f"{dataset}.parquet")


def read_truth(folder: Path) -> Truth:
    """The truth beside the files of ``write_messy_files``. Raises CityTruthMissing."""
    place = folder / FOLDER
    if not (place / MANIFEST).is_file():
        raise CityTruthMissing(folder=folder.name)
    names = ("mentions", "dirt", "entities", "loans")
    tables = {name: pq.read_table(place / f"{name}.parquet") for name in names}
    manifest = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
    return Truth(folder=folder, manifest=manifest, **tables)


@dataclass(slots=True)
class TruthWriter:
    """Writes the truth below ``folder``: each sheet once its file stands there, and at the end the city itself.

    What is kept of a sheet until then is small, so that no two large ones are in memory together.
    """

    folder: Path
    source: Source
    _mentions: list[pa.Table] = field(default_factory=list)
    _dirt: list[dict[str, object]] = field(default_factory=list)
    _files: list[dict[str, object]] = field(default_factory=list)

    @property
    def _place(self) -> Path:
        return self.folder / FOLDER

    def add(self, file: str, sheet: Sheet) -> None:
        """``file``: relative to the folder."""
        tables = self._place / "tables"
        tables.mkdir(parents=True, exist_ok=True)
        self._mentions.append(_mentions_of(file, sheet))
        self._dirt += _dirt(file, sheet)
        self._files.append(_file_entry(file, sheet))
        pq.write_table(_clean(sheet), tables / f"{sheet.table.dataset}.parquet")

    def _digest(self, entry: dict[str, object]) -> str:
        """Of the file as it is in the end: a database holds several tables."""
        return hashlib.sha256((self.folder / str(entry["file"])).read_bytes()).hexdigest()

    def finish(self) -> None:
        place, dirt = self._place, self._dirt
        pq.write_table(pa.concat_tables(self._mentions), place / "mentions.parquet")
        pq.write_table(pa.Table.from_pylist(dirt, schema=_DIRT), place / "dirt.parquet")
        for name, rows in _who_and_what(self.source).items():
            pq.write_table(rows, place / f"{name}.parquet")
        manifest = {
            "version": _VERSION,
            "size": self.source.world.size.value,
            "seed": self.source.seed,
            "until": UNTIL.isoformat(),
            "files": [entry | {"sha256": self._digest(entry)} for entry in self._files],
            "dirt": dict(sorted(Counter(str(entry["kind"]) for entry in dirt).items())),
        }
        text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
        (place / MANIFEST).write_text(text + "\n", encoding="utf-8")


def _where(file: str, table: Table, number: int, line: Line) -> dict[str, object]:
    row = -1 if line.row is None else line.row
    where = {"dataset": table.dataset, "file": file, "table": table.form.table}
    return {**where, "line": number, "row": row}


def _mentions_of(file: str, sheet: Sheet) -> pa.Table:
    mentions = list(_mentions(sheet))
    where = (sheet.table.dataset, file, sheet.table.form.table)
    columns: list[list[object]] = [[word] * len(mentions) for word in where]
    columns += [[said[place] for said in mentions] for place in range(len(_MENTIONS) - len(where))]
    return pa.Table.from_arrays(
        [pa.array(column, kind) for column, kind in zip(columns, _MENTIONS.types, strict=True)],
        schema=_MENTIONS,
    )


def _mentions(sheet: Sheet) -> Iterator[tuple[int, int, str, str, str, str]]:
    """The columns of a mention from ``line`` on."""
    table = sheet.table
    subject = (_place(table, *_CODE_MEANINGS), _place(table, Meaning.SUBJECT_NAME))
    other = (_place(table, Meaning.OTHER_CODE), _place(table, Meaning.OTHER_NAME))
    for number, line in enumerate(sheet.lines, 1):
        if line.row is None:
            continue
        row = sheet.rows[line.row]
        for role, entity, places in (
            ("subject", row.subject, subject),
            ("counterpart", row.other, other),
        ):
            if entity:
                code, name = (shown(line.cells[at]) if at >= 0 else "" for at in places)
                yield number, line.row, role, code, name, entity


def _place(table: Table, *meanings: Meaning) -> int:
    """Place of the column with one of the meanings, or -1."""
    columns = enumerate(table.columns)
    return next((place for place, column in columns if column.meaning in meanings), -1)


def _dirt(file: str, sheet: Sheet) -> Iterator[dict[str, object]]:
    headers = [column.header for column in sheet.table.columns]
    for number, line in enumerate(sheet.lines, 1):
        if line.kind is None and not line.damages:
            continue
        where = _where(file, sheet.table, number, line)
        if line.kind is not None:
            said = {"column": -1, "header": "", "kind": line.kind.value, "before": ""}
            yield {**where, **said, "after": line_text(line)}
        for damage in line.damages:
            said = {"column": damage.column, "header": headers[damage.column]}
            texts = {"before": damage.before, "after": damage.after}
            yield {**where, **said, "kind": damage.kind.value, **texts}


def _clean(sheet: Sheet) -> pa.Table:
    rows = sheet.rows
    columns = {
        "row": pa.array(range(len(rows)), pa.int64()),
        "entity": pa.array([row.subject for row in rows], pa.string()),
        "counterpart": pa.array([row.other or None for row in rows], pa.string()),
    }
    for place, column in enumerate(sheet.table.columns):
        values = [row.values[place] for row in rows]
        columns[column.name] = pa.array(values, _TYPES.get(column.type, pa.string()))
    return pa.table(columns)


def _who_and_what(source: Source) -> dict[str, pa.Table]:
    firms, register = source.world.firms, source.register
    every = np.arange(source.count, dtype=np.int32)
    entities = {
        "entity": [key_of(firm) for firm in every.tolist()],
        "number": every,
        "uscc": source.codes,
        "registration_number": source.registration_numbers,
        "name": source.names,
        "former_name": [
            name if renamed else ""
            for name, renamed in zip(source.former_names, source.renamed, strict=True)
        ],
        "renamed_on": pa.array(source.renamed, pa.date32()),
        "region": source.regions,
        "address": register.address,
        "industry": [INDUSTRIES[place] for place in firms.industry.tolist()],
        "founded_on": pa.array(source.founded, pa.date32()),
        "ended_on": pa.array(source.world.ended, mask=source.world.ended < 0).cast(pa.date32()),
    }
    return {"entities": pa.table(entities), "loans": _loans(source)}


def _loans(source: Source) -> pa.Table:
    """With those whose end nobody knows yet."""
    found = ledger_of(source)
    columns = {
        "loan_no": [one.number for one in found],
        "entity": [key_of(one.firm) for one in found],
        "drawn_on": pa.array([one.drawn_on for one in found], pa.date32()),
        "amount_fen": pa.array([one.fen for one in found], pa.int64()),
        "defaulted_on": pa.array([one.defaulted_on for one in found], pa.date32()),
    }
    return pa.table(columns)


def _file_entry(file: str, sheet: Sheet) -> dict[str, object]:
    table, form = sheet.table, sheet.table.form
    return {
        "file": file,
        "table": form.table,
        "dataset": table.dataset,
        "number": table.number,
        "department": table.department,
        "kind": form.kind.value,
        "encoding": form.encoding,
        "delimiter": form.delimiter,
        "packed": form.packed,
        "header_lines": list(sheet.header_lines),
        "lines": len(sheet.lines),
        "rows": len(sheet.rows),
        "columns": [_column_entry(column) for column in table.columns],
    }


def _column_entry(column: Column) -> dict[str, object]:
    return {
        "name": column.name,
        "header": column.header,
        "type": column.type.value,
        "meaning": column.meaning.value,
        "unit": column.unit.name,
        "spelling": column.spelling.name,
        "mixed": column.mixed,
    }
