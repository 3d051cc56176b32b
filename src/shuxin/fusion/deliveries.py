"""What ought to be in a folder (交付清单): by its own manifest, else by what came before."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shuxin.catalogue.api import datasets
from shuxin.fusion.claims.claim import BESIDE
from shuxin.fusion.claims.errors import DeliveryShort, FileMissing
from shuxin.fusion.mapping import read_mapping
from shuxin.fusion.models import AcceptedMapping
from shuxin.fusion.outcome import Outcome, State
from shuxin.fusion.reading.opening import FileSource, files_under
from shuxin.fusion.reading.typed import TypedFile
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

MANIFEST = "manifest.json"
_MOST_BYTES = 16 << 20
_BY_MANIFEST = Text(en="the manifest of the delivery", zh="交付清单")
_BY_IMPORT = Text(en="an earlier import", zh="此前的导入")
_SENDER = Text(en="the sender", zh="提供方")


@dataclass(frozen=True, slots=True)
class Delivery:
    """A folder that says what it holds. rows: of each file, by its path in the folder; None where it is not said."""

    rows: Mapping[str, int | None] = field(default_factory=dict)

    def check(self, path: Path, *, file: str) -> None:
        """Raises DeliveryShort where a Parquet file has other rows than were promised, NotATable."""
        promised = self.rows.get(file)
        if promised is not None and path.suffix == ".parquet":
            rows = TypedFile(path, file).rows()
            if rows != promised:
                raise DeliveryShort(file=file, rows=rows, promised=promised)


def delivery_of(folder: Path) -> Delivery | None:
    """What the manifest in the folder lists under ``catalogues`` (``file``, ``rows``); None without such a manifest.

    It is hostile text: one that is not of this form is no manifest, and names that lead elsewhere are left out.
    """
    path = folder / MANIFEST
    try:
        if path.is_symlink() or path.stat().st_size > _MOST_BYTES:
            return None
        told = json.loads(path.read_bytes())
        listed = told["catalogues"]
        rows = {str(one["file"]): _count(one.get("rows")) for one in listed}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    inside = {file: count for file, count in rows.items() if _is_plain(file)}
    return Delivery(inside) if inside else None


def _count(told: Any) -> int | None:
    return told if type(told) is int and told >= 0 else None


def _is_plain(file: str) -> bool:
    parts = file.split("/")
    return all(part and not part.startswith(".") and "\\" not in part for part in parts)


def sources_in(
    folder: Path, *, place: str, only: Path | None, delivery: Delivery | None
) -> Iterator[FileSource]:
    """The files of a folder in name order, or ``only`` one; of a folder with a manifest those that it lists.

    Contracts that lie beside their tables are read with them. Raises OutsideFolder.
    """
    paths = _without_contracts(files_under(folder)) if only is None else [only]
    for path in paths:
        file = path.relative_to(folder).as_posix()
        file = file.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        if only is not None or delivery is None or file in delivery.rows:
            yield FileSource(path, file, place)


def _without_contracts(paths: Iterable[Path]) -> Iterator[Path]:
    found = list(paths)
    tables = set(found)
    for path in found:
        is_contract = path.suffix == ".yaml" and path.parent.name == BESIDE
        if not (is_contract and path.parent.parent / f"{path.stem}.parquet" in tables):
            yield path


def missing_files(
    seen: frozenset[str], *, place: str, delivery: Delivery | None, now: datetime
) -> list[Outcome]:
    """Files that the manifest or an accepted mapping of this place names and that did not come, by name."""
    departments = {one.name: one.department for one in datasets(now=now)}
    rows = AcceptedMapping.objects.filter(retired_at__isnull=True, source=place)
    gone: dict[str, Outcome] = {}
    for row in rows.order_by("pk"):
        if not any(_matches(row, file) for file in seen):
            asked = departments.get(row.dataset) or _SENDER
            gone[row.file] = _missing(row.file, row.dataset, by=_BY_IMPORT, asked=asked)
    for file in delivery.rows if delivery else ():
        if file not in seen:
            gone.setdefault(file, _missing(file, "", by=_BY_MANIFEST, asked=_SENDER))
    return [gone[file] for file in sorted(gone)]


def _missing(file: str, dataset: str, *, by: Text, asked: Text | str) -> Outcome:
    error = FileMissing(file=file, expected=by, department=asked)
    return Outcome(file, State.MISSING, dataset, error=error)


def _matches(row: AcceptedMapping, file: str) -> bool:
    if not any(sign in row.file for sign in "*?["):
        return row.file == file
    return read_mapping(row.text, file=row.file).matches(file)
