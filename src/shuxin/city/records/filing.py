"""A catalogue's file: Parquet, block by block, with its contract beside it and the truth of its damage elsewhere."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from shuxin.city.catalogues import FieldKind, SourceKind
from shuxin.city.records.columns import TRAILING
from shuxin.city.records.contracts import contract_bytes
from shuxin.city.records.damage import TRUTH
from shuxin.city.records.digest import Digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path
    from typing import Self

    from shuxin.city.catalogues import Catalogue
    from shuxin.city.records.drawn import Block
    from shuxin.city.records.table import Table

METADATA_KEY = b"odcs"
TRUTH_FOLDER = "truth"
DIRT_FOLDER = "dirt"
GROUP_ROWS = 1 << 18
_ZSTD = 3
_DRAFT = ".writing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was written of one catalogue. rows: in the file, doubled ones among them. digest: see ``digest``.

    damaged: truths of damage. bytes: of the file.
    """

    slug: str
    file: str
    rows: int
    doubled: int
    damaged: int
    bytes: int
    digest: str

    def document(self) -> dict[str, object]:
        return asdict(self)


def file_of(catalogue: Catalogue) -> str:
    """Where the catalogue's rows lie within the folder of the city."""
    return f"{catalogue.department}/{catalogue.slug}.parquet"


def contract_file_of(catalogue: Catalogue) -> str:
    return f"{catalogue.department}/contracts/{catalogue.slug}.yaml"


def dirt_file_of(catalogue: Catalogue) -> str:
    return f"{TRUTH_FOLDER}/{DIRT_FOLDER}/{catalogue.slug}.parquet"


def write_catalogue(
    folder: Path,
    table: Table,
    blocks: Iterable[Block],
    *,
    done: Callable[[int], None],
) -> Written:
    """Writes the file, its contract and its truth; ``done`` hears of the rows as they are written.

    What is not finished bears another name, so a file of the right name is whole. Raises OSError.
    """
    catalogue = table.catalogue
    path = folder / file_of(catalogue)
    path.parent.joinpath("contracts").mkdir(parents=True, exist_ok=True)
    contract = contract_bytes(catalogue)
    (folder / contract_file_of(catalogue)).write_bytes(contract)
    schema = table.schema.with_metadata({METADATA_KEY: contract})
    digest, counts = Digest(table.schema), [0, 0]
    with (
        _Groups(path, schema, dictionaries=_dictionaries(catalogue)) as file,
        _Groups(folder / dirt_file_of(catalogue), TRUTH, dictionaries=True) as dirt,
    ):
        for block in blocks:
            made = table.block(block)
            for damage in made.damage:
                dirt.add(damage.table(digest.rows).to_batches())
                counts[1] += len(damage.row)
            counts[0] += made.doubled
            digest.add(made.batch)
            file.add([made.batch])
            done(len(made.batch))
    return Written(
        slug=catalogue.slug,
        file=file_of(catalogue),
        rows=digest.rows,
        doubled=counts[0],
        damaged=counts[1],
        bytes=path.stat().st_size,
        digest=digest.hex(),
    )


def write_truth(
    folder: Path, name: str, reader: pa.RecordBatchReader, *, done: Callable[[int], None]
) -> Written:
    """Writes a table of the truth, batch by batch. Raises OSError."""
    path = folder / TRUTH_FOLDER / f"{name}.parquet"
    digest = Digest(reader.schema)
    with _Groups(path, reader.schema, dictionaries=True) as file:
        for batch in reader:
            digest.add(batch)
            file.add([batch])
            done(len(batch))
    return Written(
        slug=f"{TRUTH_FOLDER}-{name}",
        file=f"{TRUTH_FOLDER}/{name}.parquet",
        rows=digest.rows,
        doubled=0,
        damaged=0,
        bytes=path.stat().st_size,
        digest=digest.hex(),
    )


def _dictionaries(catalogue: Catalogue) -> list[str]:
    """Columns in which values come again: all texts but numbers of records, and days."""
    again = [
        one.name
        for one in catalogue.fields
        if one.kind in _AGAIN and one.source.kind is not SourceKind.SERIAL
    ]
    accounts = [one.name for one in catalogue.fields if one.kind is FieldKind.ACCOUNT]
    return ["subject_code", "subject_name", "batch_id", *again, *accounts]


_AGAIN = frozenset(
    {
        FieldKind.CODE,
        FieldKind.TEXT,
        FieldKind.NAME,
        FieldKind.ADDRESS,
        FieldKind.USCC,
        FieldKind.PERSON_HMAC,
        FieldKind.DATE,
        FieldKind.MONTH,
    }
)


class _Groups:
    """A Parquet file whose row groups have 262,144 rows or the rest of a block more."""

    def __init__(self, path: Path, schema: pa.Schema, *, dictionaries: list[str] | bool) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._draft = path, path.with_name(path.name + _DRAFT)
        self._schema, self._dictionaries = schema, dictionaries
        self._waiting: list[pa.RecordBatch] = []
        self._rows = 0

    def __enter__(self) -> Self:
        has_number = TRAILING[0][0] in self._schema.names
        self._file = pq.ParquetWriter(
            self._draft,
            self._schema,
            compression="zstd",
            compression_level=_ZSTD,
            use_dictionary=self._dictionaries,
            column_encoding={TRAILING[0][0]: "DELTA_BINARY_PACKED"} if has_number else None,
            store_schema=False,
        )
        return self

    def add(self, batches: list[pa.RecordBatch]) -> None:
        self._waiting += batches
        self._rows += sum(map(len, batches))
        if self._rows >= GROUP_ROWS:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            table = pa.Table.from_batches(self._waiting, schema=self._waiting[0].schema)
            self._file.write_table(table, row_group_size=self._rows)
        self._waiting, self._rows = [], 0

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self._flush()
            self._file.add_key_value_metadata(self._schema.metadata or {})
        self._file.close()
        if kind is None:
            self._draft.replace(self._path)
        else:
            self._draft.unlink(missing_ok=True)
