"""What bad files do to an import: the message, the peak memory, and the state after.

Run: ``python benchmarks/bad_input.py [--kills 10] [--seed 1]``, as root for the disk that is really full
(a tmpfs of 48 MiB; otherwise files are limited to 2 MiB each). Every case starts from an installation that
has one good list loaded; the bad file stands in its place, or is new. "as before" means: the same loads in
the database, the same folders in the store, each with the rows that its load says, and no drafts.

The kills stop a load of two lists at random moments of its duration; then the same import is run once
more and must end in what an undisturbed import ends in, byte by byte.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MIB = 1 << 20
HEADER = ["统一社会信用代码", "企业名称", "处罚日期", "罚款金额(万元)"]
IMPORT = """
import json, resource, sys
from pathlib import Path
if sys.argv[3]:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]),) * 2)
from shuxin.kernel.errors import ShuxinError
from shuxin.infra.api import database_failures_explained, silent_progress
from shuxin.portal.bootstrap import start

def run():
    settings = start()
    from shuxin.catalogue.api import DataGroup, Level
    from shuxin.fusion.api import Holder, accept_all, import_folder
    holder = Holder(department="", place="bench", group=DataGroup.PUBLIC, level=Level.L2)
    def once():
        return import_folder(Path(sys.argv[1]), holder=holder, settings=settings, by="bench",
                             language="en", progress=silent_progress)
    outcomes = once()
    if sys.argv[2] == "accept":
        accept_all(settings=settings, by="bench")
        outcomes = once()
    for outcome in outcomes:
        said = outcome.error.say("en") if outcome.error else ""
        rejected = dict(outcome.rejected)
        print(json.dumps([outcome.state, said or str(rejected or outcome.rows_loaded)]))

try:
    with database_failures_explained():
        run()
except ShuxinError as error:
    print(json.dumps(["stopped", error.say("en")]))
peak = max(resource.getrusage(who).ru_maxrss
           for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
print(json.dumps(["peak", peak // 1024]))
"""


def firms(count: int, *, first: int = 0) -> str:
    rows = (
        f"9111010810{n % 10**7:07}0,北京第{n}建材有限公司,2024-01-{n % 28 + 1:02},{n % 9999}.5\n"
        for n in range(first, first + count)
    )
    return ",".join(HEADER) + "\n" + "".join(rows)


@dataclass(frozen=True, slots=True)
class Place:
    """An installation and the folder that is imported into it."""

    home: Path
    inbox: Path

    def run(self, *, accept: str = "", largest_file: str = "") -> list[list[str]]:
        """What the import said: one line a table, then the peak memory."""
        done = subprocess.run(
            self.command(accept=accept, largest_file=largest_file),
            env=self.environment(),
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            return [["crashed", done.stderr.strip().splitlines()[-1]], ["peak", "?"]]
        return [json.loads(line) for line in done.stdout.splitlines()]

    def command(self, *, accept: str = "", largest_file: str = "") -> list[str]:
        return [sys.executable, "-c", IMPORT, str(self.inbox), accept, largest_file]

    def environment(self) -> dict[str, str]:
        return os.environ | {"SHUXIN_HOME": str(self.home), "SHUXIN_DATABASE_URL": ""}

    def loads(self) -> list[tuple[str, int]]:
        """Store name and rows of every load."""
        query = "select store_name, rows_loaded from catalogue_load order by store_name"
        with closing(sqlite3.connect(self.home / "shuxin.sqlite3")) as database:
            return list(database.execute(query))

    def kept(self) -> dict[str, str]:
        """Every kept folder with the digest of its rows."""
        found = (self.home / "store" / "kept").glob("*/*/rows.parquet")
        return {path.parent.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in found}

    def faults(self) -> list[str]:
        """What is half-loaded."""
        kept = self.home / "store" / "kept"
        wrong = []
        for name, rows in self.loads():
            stored = kept / name[:2] / name / "rows.parquet"
            if not stored.exists() or pq.read_metadata(stored).num_rows != rows:
                wrong.append(f"load {name[:8]} without its rows")
        return wrong

    def state(self) -> tuple[list[tuple[str, int]], dict[str, str], int]:
        drafts = self.home / "store" / "drafts"
        left = len(list(drafts.iterdir())) if drafts.is_dir() else 0
        return self.loads(), self.kept(), left


@contextmanager
def place(folder: Path | None = None) -> Iterator[Place]:
    """An installation with one good list loaded."""
    with tempfile.TemporaryDirectory() as made:
        root = folder or Path(made)
        found = Place(root / "home", Path(made) / "inbox")
        found.inbox.mkdir()
        (found.inbox / "list.csv").write_text(firms(200))
        found.run(accept="accept")
        yield found


def _write(content: bytes | str) -> Callable[[Path], None]:
    data = content.encode() if isinstance(content, str) else content
    return lambda path: (path.write_bytes(data), None)[1]


def _long_line(path: Path) -> None:
    with path.open("wb") as file:
        file.write(firms(5).encode())
        for _ in range(1024):
            file.write(b"x" * MIB)


def _gzip_bomb(path: Path) -> None:
    with gzip.open(path, "wb", compresslevel=9) as file:
        file.write(firms(5).encode())
        for _ in range(2048):
            file.write(b"0" * (MIB - 1) + b"\n")


def _sheet(fill: Callable[[xlsxwriter.worksheet.Worksheet], None]) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        book = xlsxwriter.Workbook(str(path.with_suffix(".part")))
        fill(book.add_worksheet("名单"))
        book.close()
        path.with_suffix(".part").rename(path)

    return write


def _far_corner(sheet: xlsxwriter.worksheet.Worksheet) -> None:
    sheet.write(0, 0, "名称")
    sheet.write(1_048_575, 16_383, "x")


def _formulas(sheet: xlsxwriter.worksheet.Worksheet) -> None:
    for r, row in enumerate(csv.reader(firms(20).splitlines())):
        sheet.write_row(r, 0, row[:3])
        if r:
            sheet.write_formula(r, 3, "=1+1", value="" if r % 2 else 2)
        else:
            sheet.write(r, 3, row[3])


def _mixed(path: Path) -> None:
    good = firms(200).encode()
    path.write_bytes(good + "9111,另一编码,2024-01-05,1\n".encode("gb18030") * 9)


def _link(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to("/etc/passwd")


CASES: dict[str, tuple[str, Callable[[Path], None]]] = {
    "a good list, for comparison": ("list.csv", _write(firms(300))),
    "empty file": ("list.csv", _write(b"")),
    "binary garbage": ("list.csv", _write(random.Random(1).randbytes(MIB))),  # noqa: S311
    "one 1 GB line": ("list.csv", _long_line),
    "another delimiter than agreed": ("list.csv", _write(firms(200).replace(",", "|~|"))),
    "header only": ("list.csv", _write(firms(0))),
    "mixed encodings": ("list.csv", _mixed),
    "2 GB in a 2 MB gzip": ("list.csv", _gzip_bomb),
    "sheet with a cell in the far corner": ("new.xlsx", _sheet(_far_corner)),
    "link that leads out": ("new.csv", _link),
    "name that looks like a way out": ("x..\\..\\..\\new.csv", _write(firms(20))),
    "formulas without stored values": ("new.csv", _sheet(_formulas)),
    "cells a spreadsheet would run": (
        "new.csv",
        _write(firms(20).replace("北京第", "=cmd|' /C calc'!A")),
    ),
}


def run_case(name: str, file: str, spoil: Callable[[Path], None]) -> None:
    with place() as here:
        before = here.state()
        spoil(here.inbox / file)
        said = here.run(accept="accept" if file.startswith("new") else "")
        show(name, said, here, before)


def run_changing() -> None:
    """Somebody appends to the file as long as the import reads it."""
    with place() as here:
        before, stop = here.state(), threading.Event()
        path = here.inbox / "list.csv"
        path.write_text(firms(400_000))

        def append() -> None:
            with path.open("a") as file:
                while not stop.is_set():
                    file.write("one,more,row,1\n")
                    file.flush()
                    time.sleep(0.001)

        writer = threading.Thread(target=append)
        writer.start()
        said = here.run()
        stop.set()
        writer.join()
        show("a file that changes while it is read", said, here, before)


def run_disk_full() -> None:
    with tempfile.TemporaryDirectory() as folder:
        mount = ["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", folder]
        mounted = subprocess.run(mount, check=False, capture_output=True).returncode == 0
        try:
            with place(Path(folder)) as here:
                before = here.state()
                text = random.Random(1).randbytes(60 * MIB).hex()  # noqa: S311
                rows = (
                    f"9111,北京{text[n : n + 90]}公司,2024-01-05,1\n"
                    for n in range(0, len(text) - 90, 90)
                )
                (here.inbox / "list.csv").write_text(",".join(HEADER) + "\n" + "".join(rows))
                said = here.run(largest_file="" if mounted else str(2 * MIB))
                kind = "tmpfs of 48 MiB" if mounted else "files of at most 2 MiB"
                show(f"disk full ({kind})", said, here, before)
        finally:
            if mounted:
                subprocess.run(["umount", folder], check=True)


def show(name: str, said: list[list[str]], here: Place, before: object) -> None:
    same = here.state() == before
    faults = here.faults()
    rows = sum(rows for _, rows in here.loads())
    state = "; ".join(faults) or ("as before" if same else f"{rows:,} rows loaded, all whole")
    for what, words in said[:-1]:
        if what != "unchanged" or len(said) == 2:
            print(f"{name} | {what}: {words} | {said[-1][1]} MiB | {state}", flush=True)


def run_kills(kills: int, seed: int) -> None:
    """Loads of two lists, each killed once at a random moment."""
    chance = random.Random(seed)  # noqa: S311
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        ready = Place(root / "ready", root / "inbox")
        ready.inbox.mkdir()
        for name in ("a.csv", "b.csv"):
            (ready.inbox / name).write_text(firms(300))
        ready.run(accept="accept")
        for at, name in enumerate(("a.csv", "b.csv")):
            (ready.inbox / name).write_text(firms(150_000, first=at))
        clean = Place(root / "clean", ready.inbox)
        shutil.copytree(ready.home, clean.home)
        began = time.perf_counter()
        clean.run()
        takes = time.perf_counter() - began
        for number in range(kills):
            moment = chance.uniform(0, takes)
            here = Place(root / f"home{number}", ready.inbox)
            shutil.copytree(ready.home, here.home)
            _killed_after(here, moment)
            faults, loaded = here.faults(), len(here.loads()) - len(ready.loads())
            here.run()
            equal = here.state() == clean.state()
            print(
                f"kill -9 after {moment:4.1f} of {takes:.1f} s | {loaded} of 2 lists loaded"
                f" | half-loaded: {faults or 'nothing'} | run again: "
                f"{'equal to an undisturbed run' if equal else 'DIFFERENT'}",
                flush=True,
            )
            shutil.rmtree(here.home)


def _killed_after(here: Place, seconds: float) -> None:
    with subprocess.Popen(
        here.command(), env=here.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print("case | message | peak memory | state after")
    for name, (file, spoil) in CASES.items():
        run_case(name, file, spoil)
    run_changing()
    run_disk_full()
    run_kills(options.kills, options.seed)


if __name__ == "__main__":
    main()
