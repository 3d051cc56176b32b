"""The contract that a Parquet file brings: read as hostile text, and held against the columns that are really there."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from shuxin.catalogue.api import Contract, ContractInvalid, FieldType, YAMLRefused, read_contract
from shuxin.fusion.claims.errors import ClaimUnmet
from shuxin.fusion.masking import DIGEST_SUFFIX
from shuxin.fusion.reading.columnar import damage_named
from shuxin.fusion.reading.errors import FileUnreadable
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

METADATA_KEY = b"odcs"
BESIDE = "contracts"
"""The folder in which contracts lie beside the files that do not hold them, each under its file's name."""
_MOST_BYTES = 2 << 20
_MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class Claim:
    """What a sender says of a file. digest: sha256 (hex) of the contract's bytes."""

    contract: Contract
    digest: str


def claim_bytes(path: Path, *, file: str) -> bytes | None:
    """The contract in the file's own metadata (key ``odcs``), else the one beside it; None where there is none.

    Raises NotATable, FileUnreadable, YAMLRefused.
    """
    with damage_named(file):
        own: bytes | None = (pq.read_metadata(path).metadata or {}).get(METADATA_KEY)
    return _beside(path, file) if own is None else own


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def read_claim(content: bytes) -> Claim:
    """Raises YAMLRefused, ContractInvalid."""
    contract = read_contract(content=content)
    for field in contract.fields:
        if field.name.endswith(DIGEST_SUFFIX):
            raise ContractInvalid(
                where=field.name,
                suffix=DIGEST_SUFFIX,
                problem=Text(en="no field may end in {suffix}", zh="字段名不能以 {suffix} 结尾"),
                cure=Text(en="Give it another name", zh="请改用其他名称"),
            )
    return Claim(contract, digest_of(content))


def _beside(path: Path, file: str) -> bytes | None:
    beside = path.parent / BESIDE / f"{path.stem}.yaml"
    if beside.is_symlink() or not beside.is_file():
        return None
    try:
        with beside.open("rb") as stream:
            content = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        raise FileUnreadable(file=file, reason=error.strerror or "unknown") from error
    if len(content) > _MOST_BYTES:
        raise YAMLRefused(line=0, reason="too large / 文件过大")
    return content


def is_text(kind: pa.DataType) -> bool:
    """Of texts, dictionaries of texts among them."""
    if pa.types.is_dictionary(kind):
        return is_text(kind.value_type)
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _is_day(kind: pa.DataType) -> bool:
    return bool(pa.types.is_date(kind))


def _is_number(kind: pa.DataType) -> bool:
    real = pa.types.is_floating(kind) and not pa.types.is_float16(kind)
    return bool(real or _is_whole(kind) or pa.types.is_decimal(kind))


def _is_whole(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind)) and kind != pa.uint64()


_FITS: dict[FieldType, Callable[[pa.DataType], bool]] = {
    FieldType.STRING: is_text,
    FieldType.CODE: is_text,
    FieldType.INTEGER: _is_whole,
    FieldType.MONEY: _is_whole,
    FieldType.NUMBER: _is_number,
    FieldType.DATE: _is_day,
    FieldType.MONTH: _is_day,
    FieldType.TIMESTAMP: pa.types.is_timestamp,
    FieldType.BOOLEAN: pa.types.is_boolean,
}


def check_columns(claim: Claim, schema: pa.Schema, *, file: str) -> None:
    """Whether the file has exactly the declared columns, each of its declared type. Raises ClaimUnmet."""
    declared = {field.name: field.type for field in claim.contract.fields}
    there = dict(zip(schema.names, schema.types, strict=True))
    doubled = sorted({name for name in schema.names if schema.names.count(name) > 1})
    missing = [name for name in declared if name not in there]
    new = [name for name in there if name not in declared] + doubled
    retyped = [
        f"{name}: {declared[name].value} / {kind}"
        for name, kind in there.items()
        if name in declared and not _FITS[declared[name]](kind)
    ]
    if missing or new or retyped:
        raise ClaimUnmet(
            file=file,
            missing=_few(missing),
            new=_few([name[:60] for name in new]),
            retyped=_few(retyped),
        )


def _few(names: list[str]) -> str:
    return ", ".join(names[:_MOST_NAMED]) + (", …" if len(names) > _MOST_NAMED else "")
