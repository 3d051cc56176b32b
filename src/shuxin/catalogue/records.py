"""What the catalogue hands out and takes in: frozen, free of the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from shuxin.kernel.errors import Conflict, InvalidInput, NotFound
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from datetime import datetime

    from shuxin.catalogue.domain.compatibility import Change
    from shuxin.catalogue.domain.contract import Contract, Cycle, DataGroup, Level
    from shuxin.catalogue.domain.finding import Finding
    from shuxin.catalogue.domain.freshness import Freshness

SOURCE_KINDS = ("folder", "database")


class DatasetUnknown(NotFound):
    code = "dataset_unknown"
    what = Text(
        en="the catalogue has no dataset {dataset} {version}",
        zh="目录中没有数据集 {dataset} {version}",
    )
    mend = Text(
        en="Register its contract, or search the catalogue for the right name",
        zh="请登记其数据合约，或在目录中查找正确名称",
    )


class SourceInvalid(InvalidInput):
    code = "source_invalid"
    what = Text(
        en="the source {source} cannot be registered as it is given",
        zh="无法按所给内容登记数据来源 {source}",
    )
    mend = Text(
        en="Its kind is folder or database, and its location bears no password: keep passwords in"
        " the environment",
        zh="类型应为 folder 或 database，地址不得含密码：密码请放在环境变量中",
    )


class SourceDiffers(Conflict):
    code = "source_differs"
    what = Text(
        en="the source {source} is registered with another kind, place or department",
        zh="数据来源 {source} 已以其他类型、地址或部门登记",
    )
    mend = Text(en="Register it under a new name", zh="请以新名称登记")


@dataclass(frozen=True, slots=True)
class NewSource:
    """Where files or rows come from (数据来源). Raises SourceInvalid."""

    name: str
    kind: str
    location: str
    department: str

    def __post_init__(self) -> None:
        if self.kind not in SOURCE_KINDS or _bears_password(self.location):
            raise SourceInvalid(source=self.name)


def _bears_password(location: str) -> bool:
    words = location.casefold()
    stated = any(f"{word}=" in words for word in ("password", "passwd", "pwd"))
    return stated or urlsplit(location).password is not None


@dataclass(frozen=True, slots=True)
class SourceView:
    name: str
    kind: str
    location: str
    department: str
    registered_at: datetime


@dataclass(frozen=True, slots=True)
class Registered:
    """``changes`` against the version before; ``is_new`` False when it was registered already."""

    version: str
    changes: tuple[Change, ...]
    is_new: bool


@dataclass(frozen=True, slots=True)
class VersionView:
    version: str
    content_sha256: str
    accepted_by: str
    accepted_at: datetime
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class NewLoad:
    """One source file's content, read under one contract version and one mapping of columns.

    ``source_file`` is relative to its source; ``rows_above`` counts lines above the header;
    every row read is loaded or rejected. Hashes are lower-case hexadecimal SHA-256.
    """

    dataset: str
    contract_version: str
    source_file: str
    content_sha256: str
    mapping_hash: str
    known_time: datetime
    loaded_at: datetime
    rows_above: int
    rows_read: int
    rows_loaded: int
    rows_rejected: int
    store_name: str
    bytes_read: int

    def __post_init__(self) -> None:
        if self.rows_loaded + self.rows_rejected != self.rows_read:
            raise ValueError("every row read is either loaded or rejected")
        if self.known_time.tzinfo is None or self.loaded_at.tzinfo is None:
            raise ValueError("times are aware")


@dataclass(frozen=True, slots=True)
class LoadView(NewLoad):
    """A load that is in the catalogue, under its number."""

    id: int


@dataclass(frozen=True, slots=True)
class LoadFinding:
    """A finding and the load it is about."""

    load_id: int
    finding: Finding


@dataclass(frozen=True, slots=True)
class DatasetSummary:
    """One line of the data map; ``rows`` of the current content."""

    name: str
    title: str
    department: str
    group: DataGroup
    version: str
    cycle: Cycle
    highest_level: Level
    field_count: int
    rows: int
    freshness: Freshness


@dataclass(frozen=True, slots=True)
class DatasetView:
    """Everything about one dataset: ``loads`` and ``versions`` newest first, superseded ones too.

    ``rows`` and ``findings`` are those of the current content.
    """

    contract: Contract
    versions: tuple[VersionView, ...]
    loads: tuple[LoadView, ...]
    rows: int
    freshness: Freshness
    findings: tuple[LoadFinding, ...]
