"""A file that is looked at and not kept (试读): read in a process of its own that ends with everything it made.

The process has no home, no database and no keys of this installation: it could look up nobody if it wanted to. Its
memory, processor time, files and patience are limited. What it says comes back as data, never as code.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from shuxin.kernel.text import Language

SECONDS = 50
MEMORY_MIB = 1536
MOST_TABLES = 8
LONGEST_ANSWER = 4 * 1024 * 1024
_CHILD = "shuxin.fusion.trial"
_SMALL = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
}
"""Threads and allocators that reserve address space by the gigabyte would meet the limit with nothing in it."""


class TrialTooHeavy(InvalidInput):
    code = "trial_too_heavy"
    what = Text(
        en="the file could not be read within {seconds} seconds and {mib} MiB of memory",
        zh="该文件无法在 {seconds} 秒和 {mib} MiB 内存内读完",
    )
    mend = Text(
        en="Try a part of it: fewer rows, fewer sheets, or CSV in place of a workbook",
        zh="请试用其中一部分：减少行数或工作表，或另存为 CSV",
    )


@dataclass(frozen=True, slots=True)
class Problem:
    """What kept a file or a table from being read: stable code, what happened, what to do."""

    where: str
    code: str
    what: str
    mend: str


@dataclass(frozen=True, slots=True)
class TriedColumn:
    """One column: what it was taken for and why. ``field`` "" when it is left out.

    missing: share of loaded rows without a value. examples: values as they would be stored, masked where masked.
    masked: cells in which a person was hidden. why_level: why it has its level.
    """

    header: str
    field: str
    type: str
    meaning: str
    unit: str
    level: int
    personal: str
    why: tuple[str, ...]
    why_level: str
    missing: float
    masked: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TriedFirm:
    """Whom rows are about, from this file alone. check: "right", "wrong", or "" without a code.

    totals: fen by column header.
    """

    name: str
    code: str
    check: str
    rows: int
    first: str
    last: str
    totals: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class TriedTable:
    """One table: rows_read = rows_loaded + rows kept aside. ``standard`` "" when it is none of the known kinds."""

    label: str
    title: str
    standard: str
    rows_read: int
    rows_loaded: int
    rejected: tuple[tuple[str, int], ...]
    rejected_at: tuple[tuple[int, str, str], ...]
    findings: tuple[tuple[str, str], ...]
    questions: tuple[str, ...]
    columns: tuple[TriedColumn, ...]
    firms: tuple[TriedFirm, ...]
    firms_in_all: int


@dataclass(frozen=True, slots=True)
class TriedPortrait:
    """One firm's trade by its invoices. months: 2024-01 …; sales and purchases: fen by month, None without a table.

    features: (name, title, group, measure, value or None).
    """

    name: str
    code: str
    as_of: str
    months: tuple[str, ...]
    sales: tuple[int, ...] | None
    purchases: tuple[int, ...] | None
    features: tuple[tuple[str, str, str, str, float | None], ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """Everything that was seen. tables_left_out: beyond the first eight. traders: firms with invoices in all."""

    container: str
    tables: tuple[TriedTable, ...]
    portraits: tuple[TriedPortrait, ...]
    traders: int
    problems: tuple[Problem, ...]
    tables_left_out: int


def try_file(path: Path, *, name: str, folder: Path, language: Language, today: date) -> Tried:
    """Read the file at ``path``, called ``name``; ``folder`` is private, and its owner removes it afterwards.

    Nothing is written elsewhere, nothing is logged. Raises TrialTooHeavy.
    """
    asked = json.dumps(
        {
            "path": str(path),
            "name": name,
            "folder": str(folder),
            "language": language,
            "today": today.isoformat(),
        }
    )
    answer = folder / "answer.json"
    status = _run(asked, folder=folder, answer=answer)
    if status != 0 or not 0 < answer.stat().st_size <= LONGEST_ANSWER:
        raise TrialTooHeavy(seconds=SECONDS, mib=MEMORY_MIB)
    return _read(json.loads(answer.read_text(encoding="utf-8")))


def _run(asked: str, *, folder: Path, answer: Path) -> int:
    """The exit status of the child; it and what it started are ended after their time."""
    place = str(folder)
    environment = {
        "LANG": "C.UTF-8",
        "TZ": "Asia/Shanghai",
        "HOME": place,
        "TMPDIR": place,
        **_SMALL,
    }
    with answer.open("wb") as out:
        child = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-P", "-m", _CHILD],
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=folder,
            start_new_session=True,
        )
        try:
            child.communicate(asked.encode(), timeout=SECONDS + 5)
        except subprocess.TimeoutExpired:
            pass
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
    return child.returncode


def _read(told: dict[str, Any]) -> Tried:
    return Tried(
        container=told["container"],
        tables=tuple(_table(one) for one in told["tables"]),
        portraits=tuple(_portrait(one) for one in told["portraits"]),
        traders=told["traders"],
        problems=tuple(Problem(**one) for one in told["problems"]),
        tables_left_out=told["tables_left_out"],
    )


def _table(told: dict[str, Any]) -> TriedTable:
    columns = tuple(
        TriedColumn(**(one | {name: tuple(one[name]) for name in ("why", "examples")}))
        for one in told["columns"]
    )
    firms = tuple(
        TriedFirm(**(one | {"totals": tuple((header, fen) for header, fen in one["totals"])}))
        for one in told["firms"]
    )
    lists = ("rejected", "rejected_at", "findings")
    plain = {name: tuple(tuple(each) for each in told[name]) for name in lists}
    questions = {"questions": tuple(told["questions"])}
    return TriedTable(**(told | plain | questions | {"columns": columns, "firms": firms}))


def _portrait(told: dict[str, Any]) -> TriedPortrait:
    lists = {
        name: None if told[name] is None else tuple(told[name])
        for name in ("months", "sales", "purchases")
    }
    features = tuple(tuple(one) for one in told["features"])
    return TriedPortrait(**(told | lists | {"features": features}))
