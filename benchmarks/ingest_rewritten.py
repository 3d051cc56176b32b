"""Every file of a folder once more in other forms: is the same loaded, cell by cell?

Run: ``python -m benchmarks.ingest_rewritten --data DIRECTORY [--held-back] [--limit N]``. Each list is
rewritten as GB18030, UTF-16, .xls and .xlsx named .csv, with a title row and a row of merged labels above
its header; numbers and dates of the .xlsx are typed. Every form is proposed and loaded by itself, and its
stored fields are compared with those of the original. Records of another width than the header are left
out of both sides, because a sheet has no such rows. Of the files, the tenth chosen by hash is left out;
with ``--held-back`` only that tenth is read.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.fusion.rewriting import (
    FORMS,
    Comparison,
    as_text,
    below_titles,
    compared,
    fits_a_sheet,
    loaded,
    rows_of_file,
)

from shuxin.infra.api import Store
from shuxin.kernel.errors import ShuxinError


def is_held_back(name: str) -> bool:
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % 10 == 0


def compare_file(path: Path, work: Path) -> dict[str, Comparison | str]:
    """For each form the comparison, or why there is none."""
    rows = rows_of_file(path)
    original = work / "original.csv"
    original.write_bytes(as_text(rows, "utf-8"))
    store = Store(work / "store")
    wanted = loaded(original, store=store)
    found: dict[str, Comparison | str] = {}
    for form, write in FORMS.items():
        if ".xls" in form and not fits_a_sheet(rows):
            found[form] = "does not fit a sheet"
            continue
        rewritten = work / "rewritten.csv"
        rewritten.write_bytes(write(below_titles(rows)))
        try:
            found[form] = compared(wanted, loaded(rewritten, store=store))
        except ShuxinError as error:
            found[form] = error.code
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--held-back", action="store_true")
    parser.add_argument("--limit", type=int, default=0)
    options = parser.parse_args()
    names = sorted(path.name for path in options.data.glob("*.csv.gz"))
    names = [name for name in names if is_held_back(name) == options.held_back]
    files, cells, different = Counter[str](), Counter[str](), Counter[str]()
    began = time.perf_counter()
    for name in names[: options.limit or None]:
        with tempfile.TemporaryDirectory() as work:
            try:
                found = compare_file(options.data / name, Path(work))
            except ShuxinError as error:
                found = dict.fromkeys(FORMS, f"original: {error.code}")
        for form, result in found.items():
            if isinstance(result, str):
                files[form, "left out"] += 1  # type: ignore[index]
                print(f"{name}: {form}: {result}")
                continue
            files[form, "same" if not result.differences else "different"] += 1  # type: ignore[index]
            cells[form] += result.cells
            different[form] += result.differences
            if result.differences:
                print(f"{name}: {form}: {result.differences:,} of {result.cells:,} cells differ")
    print(f"\n{'form':<18}{'same':>6}{'differ':>8}{'left out':>10}{'cells':>14}{'differences':>13}")
    for form in FORMS:
        counts = [files[form, kind] for kind in ("same", "different", "left out")]  # type: ignore[index]
        print(
            f"{form:<18}{counts[0]:>6}{counts[1]:>8}{counts[2]:>10}"
            f"{cells[form]:>14,}{different[form]:>13,}"
        )
    print(f"{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
