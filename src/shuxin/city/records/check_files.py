"""Checks of the files of a city: whole, of the right columns, saying what the manifest says."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from shuxin.city.catalogues import FieldKind
from shuxin.city.records.columns import plain, schema_of
from shuxin.city.records.damage import LATE, by_hand
from shuxin.city.records.digest import Digest
from shuxin.city.records.filing import METADATA_KEY, contract_file_of, dirt_file_of, file_of
from shuxin.city.records.finding import Finding
from shuxin.city.records.times import DAY_SECONDS, LAST_DAY
from shuxin.kernel.text import Text
from shuxin.kernel.uscc_array import uscc_checks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from shuxin.city.catalogues import Catalogue

_BATCH = 1 << 18
_CODE_LENGTH = 18
_OURS = b"3499"
"""Regions of GB/T 2260 that nobody was assigned."""
_SAMPLE = 4096

_FILE = Text(en="{file}", zh="{file}")
_COLUMN = Text(en="{file}, column {column}", zh="{file}，字段 {column}")
_CONTRACT = Text(en="{file}, contract", zh="{file}，合约")
_DIGEST = Text(en="{file}, digest", zh="{file}，摘要值")
_ROWS = Text(en="{file}, rows", zh="{file}，行数")
_KNOWN = Text(en="{file}, latest known time", zh="{file}，最晚获知时间")
_FOREIGN = Text(en="{file}, codes in assigned regions", zh="{file}，已分配区划中的代码")
_TRUTH = Text(en="{file}, damage as the truth tells it", zh="{file}，污损与真值一致")


@dataclass(slots=True)
class Seen:
    """What one catalogue's files showed. dirt: truths of damage by kind, of ``damaged`` rows without second copies."""

    catalogue: Catalogue
    findings: list[Finding] = field(default_factory=list)
    rows: int = 0
    bytes: int = 0
    dirt: dict[str, int] = field(default_factory=dict)

    @property
    def is_sound(self) -> bool:
        return all(one.holds for one in self.findings)

    @property
    def has_amounts_by_hand(self) -> bool:
        has_amounts = any(one.kind is FieldKind.FEN for one in self.catalogue.fields)
        return has_amounts and by_hand(self.catalogue)

    def off(self, what: Text, wanted: object, found: object, **facts: object) -> None:
        file = file_of(self.catalogue)
        said = Text(en=what.say("en", file=file, **facts), zh=what.say("zh", file=file, **facts))
        self.findings.append(Finding(said, str(wanted), str(found), holds=False))


def see(
    folder: Path,
    catalogue: Catalogue,
    told: Mapping[str, object],
    *,
    done: Callable[[int], None],
) -> Seen:
    """Looks at everything of one catalogue; ``told`` is what the manifest says of it."""
    seen = Seen(catalogue)
    path = folder / file_of(catalogue)
    try:
        file = pq.ParquetFile(path)
    except FileNotFoundError:
        seen.off(_FILE, "there", "missing")
        return seen
    except (OSError, pa.ArrowInvalid) as error:
        seen.off(_FILE, "Parquet", str(error).splitlines()[0][:80])
        return seen
    with file:
        seen.bytes = path.stat().st_size
        if _columns_fit(seen, file):
            _contract(seen, folder, file, told)
            _content(seen, file, told, done)
            _dirt(seen, folder, file)
    return seen


def _columns_fit(seen: Seen, file: pq.ParquetFile) -> bool:
    """Whether the columns are those of the catalogue: none gone, none new, all of their types."""
    wanted = {one.name: plain(one.type) for one in schema_of(seen.catalogue)}
    found = {one.name: plain(one.type) for one in file.schema_arrow}
    for name, kind in wanted.items():
        if name not in found:
            seen.off(_COLUMN, str(kind), "gone", column=name)
        elif found[name] != kind:
            seen.off(_COLUMN, str(kind), str(found[name]), column=name)
    for name in found.keys() - wanted.keys():
        seen.off(_COLUMN, "none", f"new: {found[name]}", column=name)
    return seen.is_sound


def _contract(seen: Seen, folder: Path, file: pq.ParquetFile, told: Mapping[str, object]) -> None:
    """The contract beside the rows is the one within their file and in the manifest."""
    try:
        beside = (folder / contract_file_of(seen.catalogue)).read_bytes()
    except OSError:
        seen.off(_CONTRACT, "there", "missing")
        return
    within = (file.metadata.metadata or {}).get(METADATA_KEY)
    digest = hashlib.sha256(beside).hexdigest()
    if beside != within or digest != told["contract_digest"]:
        seen.off(_CONTRACT, str(told["contract_digest"])[:12], digest[:12])


def _content(
    seen: Seen,
    file: pq.ParquetFile,
    told: Mapping[str, object],
    done: Callable[[int], None],
) -> None:
    """Digest, rows, times and codes, in one pass."""
    digest = Digest(file.schema_arrow)
    codes = _code_columns(seen.catalogue)
    foreign, latest = 0, 0
    for batch in file.iter_batches(batch_size=_BATCH, use_threads=False):
        digest.add(batch)
        known = pc.max(batch.column("known_time").view(pa.int64())).as_py()
        latest = max(latest, known or 0)
        foreign += sum(_foreign(batch.column(name)) for name in codes)
        done(len(batch))
    seen.rows = digest.rows
    if digest.rows != told["rows"]:
        seen.off(_ROWS, told["rows"], digest.rows)
    elif digest.hex() != told["digest"]:
        seen.off(_DIGEST, str(told["digest"])[:12], digest.hex()[:12])
    if latest >= LAST_DAY * DAY_SECONDS * 1000:
        seen.off(_KNOWN, "before 2026", latest)
    if foreign:
        seen.off(_FOREIGN, 0, foreign)


def _code_columns(catalogue: Catalogue) -> list[str]:
    own = [one.name for one in catalogue.fields if one.kind is FieldKind.USCC]
    return ["subject_code", *own] if catalogue.subject_key == "uscc" else own


def _foreign(column: pa.Array) -> int:
    """Codes that pass every check and lie in a region that was assigned to somebody."""
    codes = pc.unique(column).drop_null()
    if not len(codes):
        return 0
    codes = codes.filter(pc.equal(pc.binary_length(codes), _CODE_LENGTH))
    array = np.array(codes.to_pylist(), dtype=f"S{_CODE_LENGTH}")
    if not len(array):
        return 0
    signs = array.view(np.uint8).reshape(-1, _CODE_LENGTH)
    inside = (signs[:, 2:6] == np.frombuffer(_OURS, np.uint8)).all(axis=1)
    checked = uscc_checks(array)
    return int((~inside & checked.shape & checked.check).sum())


def _dirt(seen: Seen, folder: Path, file: pq.ParquetFile) -> None:
    """Counts the truth of the damage, and compares what it says of the first rows with the file."""
    try:
        truth = pq.read_table(folder / dirt_file_of(seen.catalogue))
    except FileNotFoundError:
        seen.off(_TRUTH, "there", "missing")
        return
    counted = pc.value_counts(truth.column("kind").combine_chunks())
    for one in counted.to_pylist():
        seen.dirt[one["values"]] = one["counts"]
    late = seen.dirt.get(LATE, 0)
    if late > seen.rows:
        seen.off(_TRUTH, seen.rows, late)
    if seen.rows and not _told_right(truth, file):
        seen.off(_TRUTH, "the same", "different")


def _told_right(truth: pa.Table, file: pq.ParquetFile) -> bool:
    """Whether miswritten codes and names among the first rows stand in the file as the truth says."""
    names = ["subject_code", "subject_name"]
    first = next(file.iter_batches(batch_size=_SAMPLE, columns=names, use_threads=False))
    truth = truth.filter(
        pc.and_(
            pc.less(truth.column("row"), len(first)),
            pc.is_in(truth.column("column").cast(pa.string()), pa.array(names)),
        )
    )
    written = {name: first.column(name).to_pylist() for name in names}
    return all(
        written[one["column"]][one["row"]] == one["after"] != one["before"]
        for one in truth.to_pylist()
    )
