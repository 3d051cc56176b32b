"""The shape of the house: doors, layers, light start, and nothing of the open data in the source."""

from __future__ import annotations

import ast
import csv
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from shuxin.fusion.layout import find_layout
from shuxin.fusion.reading.opening import tables_of
from shuxin.fusion.standards import STANDARDS, plain_header

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "shuxin"
ROOMS = sorted(path.name for path in SOURCE.iterdir() if (path / "__init__.py").exists())
LONGEST_MODULE = 420
SHARED = Path(os.environ.get("SHUXIN_DATA", ROOT.parent / "shared" / "data"))


_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import[ \t]+(\([^)]*\)|[^\n#]+)|import[ \t]+([^\n#]+))",
    re.MULTILINE,
)
"""An import statement, of one line or in parentheses; a text that looks like one counts too."""
_COMMENT = re.compile(r"#.*")


@cache
def modules() -> list[tuple[str, Path, str]]:
    """Room, place and source of every module, each read once."""
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        relative = path.relative_to(SOURCE)
        room = relative.parts[0] if len(relative.parts) > 1 else ""
        found.append((room, path, path.read_text(encoding="utf-8")))
    return found


def imported(source: str) -> Iterator[str]:
    for module, names, plain in _IMPORT.findall(source):
        parts = _COMMENT.sub("", names or plain).strip("() \n").split(",")
        for part in filter(str.strip, parts):
            name = part.split()[0]
            yield f"{module}.{name}" if module else name


def named(tree: ast.Module) -> Iterator[str]:
    """What Python finds to import, with the names of each module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def trespasses(room: str, source: str) -> list[str]:
    """Imports of another room past its api; the kernel's modules are all public."""
    found = []
    for name in imported(source):
        parts = name.split(".")
        if parts[0] != "shuxin" or len(parts) < 2:
            continue
        if parts[1] in ROOMS and parts[1] not in {room, "kernel"} and parts[2:3] != ["api"]:
            found.append(name)
    return found


class TestDoors:
    def test_rooms_meet_only_at_api(self) -> None:
        wired = {SOURCE / "portal" / "settings.py"}  # Django reads it before any room is ready
        found = {
            str(path.relative_to(ROOT)): names
            for room, path, source in modules()
            if path not in wired and (names := trespasses(room, source))
        }
        assert found == {}

    def test_a_trespass_would_be_found(self) -> None:
        source = """
        from shuxin.catalogue.models import Load
        from shuxin.consent.api import Permit
        from shuxin.market import (  # a comment, with a comma
            models,  # another
            api as door,
        )
        import shuxin.lending.desk, shuxin.kernel.text as text
        """
        assert trespasses("fusion", source) == [
            "shuxin.catalogue.models.Load",
            "shuxin.market.models",
            "shuxin.lending.desk",
        ]

    def test_every_import_is_seen(self) -> None:
        """Against Python's own reading, for the rooms with the most of them."""
        for room, path, source in modules():
            if room == "portal" and path.parent.name == "views":
                assert set(named(ast.parse(source))) <= set(imported(source)), path

    def test_modules_stay_short(self) -> None:
        long = {
            str(path.relative_to(ROOT)): lines
            for _, path, source in modules()
            if path.parent.name != "migrations"  # Django writes them
            if (lines := source.count("\n")) > LONGEST_MODULE
        }
        assert long == {}


class TestStart:
    def run(self, code: str, home: Path) -> str:
        """In an environment as an operator's: with all threads that the libraries take of themselves."""
        environment = os.environ | {"SHUXIN_HOME": str(home)}
        environment.pop("OPENBLAS_NUM_THREADS", None)
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            env=environment,
            check=True,
        )
        return done.stdout.strip()

    def peak_mib(self, code: str, home: Path) -> int:
        """Peak resident memory since exec; getrusage would count this test's own process too."""
        lines = self.run(code + "\nprint(open('/proc/self/status').read())", home).splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) // 1024

    def test_help_loads_nothing_heavy(self, tmp_path: Path) -> None:
        code = (
            "import sys, contextlib, io\n"
            "from shuxin.portal.cli import main\n"
            "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):\n"
            "    main(['--help'])\n"
            "print(sorted({m.split('.')[0] for m in sys.modules} & {'django', 'duckdb', 'ibis', 'numpy',"
            " 'pyarrow', 'pandas', 'rich', 'pydantic', 'sqlalchemy', 'rapidfuzz', 'python_calamine'}))"
        )
        assert self.run(code, tmp_path) == "[]"
        assert list(tmp_path.iterdir()) == []

    def test_help_needs_little_memory(self, tmp_path: Path) -> None:
        code = (
            "import contextlib, io\n"
            "from shuxin.portal.cli import main\n"
            "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):\n"
            "    main(['--help'])\n"
        )
        assert self.peak_mib(code, tmp_path) < 40

    def test_a_set_up_process_stays_under_150_mib(self, tmp_path: Path) -> None:
        code = (
            "from shuxin.portal.bootstrap import start\n"
            "start()\n"
            "import shuxin.fusion.api, shuxin.catalogue.api\n"
        )
        assert self.peak_mib(code, tmp_path) < 150


_QUOTED = re.compile(r"""(?<=["'])[^"'\n]*[\u4e00-\u9fff][^"'\n]*(?=["'])""")
"""Whatever stands between two quotation marks and has Chinese in it: more than the literals."""


def literals_outside_messages(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """String constants that code acts on: neither docstrings nor words inside Text(...)."""
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                skipped.add(first.value)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Text":
            skipped.update(ast.walk(node))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in skipped:
            yield node.lineno, node.value


def words_of_the_open_data() -> set[str]:
    """File names, department names and column names of the open lists."""
    folder = SHARED / "beijing_open_data"
    if not folder.is_dir():
        pytest.skip(f"the open lists are not at {folder} (set SHUXIN_DATA)")
    words: set[str] = set()
    with (folder / "_index.tsv").open(encoding="utf-8") as index:
        for row in csv.DictReader(index, delimiter="\t"):
            words |= {row["file"], row["file"].removesuffix(".csv.gz"), row["department"]}
            words |= set(row["columns"].split("|"))
    for path in folder.glob("*.csv.gz"):
        _, _, (table,) = tables_of(path, file=path.name)
        layout = find_layout(table.head(40))
        words |= set(layout.headers if layout else ())
    return {word for word in words if any("\u4e00" <= sign <= "\u9fff" for sign in word)}


NAMES_HEADERS = "src/shuxin/fusion/standards/"
"""Lists the headers that standard datasets go by; no open list is one of these."""


@pytest.mark.real_data
class TestHonesty:
    def test_no_word_of_the_open_data_is_a_literal_in_the_source(self) -> None:
        words = words_of_the_open_data()
        found = [
            f"{path.relative_to(ROOT)}:{line} {text!r}"
            for _, path, source in modules()
            if words & set(_QUOTED.findall(source))
            for line, text in literals_outside_messages(ast.parse(source))
            if text in words and len(text) > 2
            if not str(path.relative_to(ROOT)).startswith(NAMES_HEADERS)
        ]
        assert found == []

    def test_no_open_list_is_read_as_a_standard(self) -> None:
        folder = SHARED / "beijing_open_data"
        if not folder.is_dir():
            pytest.skip(f"the open lists are not at {folder} (set SHUXIN_DATA)")
        needed = [
            [field.headers for field in standard.fields if field.needed] for standard in STANDARDS
        ]
        with (folder / "_index.tsv").open(encoding="utf-8") as index:
            for row in csv.DictReader(index, delimiter="\t"):
                headers = {plain_header(header) for header in row["columns"].split("|")}
                fits = [all(headers & names for names in wanted) for wanted in needed]
                assert not any(fits), row["file"]
