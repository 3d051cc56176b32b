"""Account of the open lists: every file, every row, every credit code; the held-back tenth on its own.

    python benchmarks/ingest_beijing.py --data DIRECTORY [--part open|held-back|all] [--home FOLDER]

Each file is proposed, accepted as it stands and loaded. Codes are counted in the stored tables and, as an
oracle, in the raw cells by Python's csv. A file belongs to the held-back tenth when the SHA-256 of its name
is divisible by ten.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import io
import os
import re
import shutil
import tempfile
import time
from collections import Counter
from pathlib import Path

csv.field_size_limit(1 << 30)
_SHAPE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")
COUNTS = ("18 symbols", "check holds", "both checks hold", "registered shape too")


def is_held_back(name: str) -> bool:
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % 10 == 0


def count_codes(texts: Counter[str]) -> Counter[str]:
    """Occurrences of cells that are shaped like credit codes, by what they pass."""
    from shuxin.kernel.uscc import USCC, InvalidUSCC, clean_code_text

    found: Counter[str] = Counter()
    for text, times in texts.items():
        code = clean_code_text(text)
        if not _SHAPE.fullmatch(code):
            continue
        found["18 symbols"] += times
        try:
            uscc = USCC(code)
        except InvalidUSCC:
            continue
        found["check holds"] += times
        if uscc.organisation_check_holds:
            found["both checks hold"] += times
            found["registered shape too"] += times * uscc.registered_shape_holds
    return found


def plain_text(path: Path) -> str:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return file.read().replace("\r", " ")


def raw_cells(paths: list[Path]) -> Counter[str]:
    """Every cell of every record, read by nothing but gzip and csv."""
    cells: Counter[str] = Counter()
    for path in paths:
        text = plain_text(path)
        for row in csv.reader(io.StringIO(text)):
            cells.update(cell for cell in row if 15 <= len(cell) <= 30)
    return cells


def stored_cells(settings: object) -> Counter[str]:
    """Every text cell of every stored table and of every reject."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    from shuxin.infra.api import Settings

    if not isinstance(settings, Settings):
        raise TypeError
    cells: Counter[str] = Counter()
    for file in settings.store.glob("kept/*/*/*.parquet"):
        table = pq.read_table(file)
        for name in table.column_names:
            column = table[name]
            if pa.types.is_list(column.type):
                column = pc.list_flatten(column)
            if pa.types.is_string(column.type):
                for entry in pc.value_counts(column.combine_chunks()).to_pylist():
                    cells[entry["values"] or ""] += entry["counts"]
    return cells


def records_in(path: Path) -> int:
    return sum(1 for _ in csv.reader(io.StringIO(plain_text(path))))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True, type=Path)
    parser.add_argument("--part", choices=("open", "held-back", "all"), default="open")
    parser.add_argument("--home", type=Path)
    options = parser.parse_args()
    names = sorted(path.name for path in options.data.glob("*.csv.gz"))
    if options.part != "all":
        names = [name for name in names if is_held_back(name) == (options.part == "held-back")]
    scratch = Path(tempfile.mkdtemp(prefix="shuxin-beijing-"))
    folder = scratch / "files"
    folder.mkdir()
    for name in names:
        shutil.copy(options.data / name, folder)
    os.environ["SHUXIN_HOME"] = str(options.home or scratch / "home")
    report(folder, names)
    shutil.rmtree(folder)


def report(folder: Path, names: list[str]) -> None:
    from shuxin.portal.bootstrap import start

    settings = start()
    from shuxin.catalogue.api import DataGroup, Level, Meaning, contract
    from shuxin.fusion.api import REASONS, Holder, accept_all, import_folder
    from shuxin.infra.api import silent_progress
    from shuxin.kernel.uscc import clean_code_text

    work = {
        "holder": Holder(department="", place="open lists", group=DataGroup.PUBLIC, level=Level.L1),
        "settings": settings,
        "by": "benchmark",
        "language": "en",
        "progress": silent_progress,
    }
    began = time.perf_counter()
    proposed = import_folder(folder, **work)
    middle = time.perf_counter()
    accept_all(settings=settings, by="benchmark")
    outcomes = import_folder(folder, **work)
    print(
        f"{len(names)} files, propose {middle - began:.0f} s, load {time.perf_counter() - middle:.0f} s"
    )
    print("first run:", dict(Counter(str(o.state) for o in proposed)))
    print("second run:", dict(Counter(str(o.state) for o in outcomes)))
    for outcome in [*proposed, *outcomes]:
        if outcome.error:
            print("  refused:", outcome.file, "|", outcome.error)
    read = sum(o.rows_read for o in outcomes)
    loaded = sum(o.rows_loaded for o in outcomes)
    rejected: Counter[str] = sum((o.rejected for o in outcomes), Counter())
    print(f"rows read {read:,} = loaded {loaded:,} + rejected {rejected.total():,}: ", end="")
    print(read == loaded + rejected.total())
    records = sum(records_in(folder / name) for name in names)
    print(f"records by csv {records:,}; above the rows (titles, headers) {records - read:,}")
    for reason, count in rejected.most_common():
        print(f"  {count:8,} {reason}{'' if REASONS[reason].is_data else ' (no data)'}")
    known = subjects = 0
    for outcome in outcomes:
        if outcome.dataset:
            meanings = {field.meaning for field in contract(dataset=outcome.dataset).fields}
            known += bool(meanings & {Meaning.SUBJECT_CODE, Meaning.SUBJECT_NAME})
            subjects += Meaning.SUBJECT_CODE in meanings
    print(f"datasets with a subject {known}, with a code column {subjects}")
    cells = raw_cells([folder / name for name in names])
    distinct = count_codes(Counter(dict.fromkeys({clean_code_text(c) for c in cells}, 1)))
    raw = count_codes(cells)
    stored = count_codes(stored_cells(settings))
    for what in COUNTS:
        print(
            f"codes, {what:22} raw cells {raw[what]:7,}   stored {stored[what]:7,}"
            f"   distinct {distinct[what]:7,}"
        )


if __name__ == "__main__":
    main()
