"""Nothing in the synthetic city repeats a header, file name or department of the open data."""

from __future__ import annotations

import ast
import os
import re
from pathlib import Path

import pytest

import shuxin.city
from shuxin.city.files.offices import TABLES

pytestmark = pytest.mark.real_data
_SHORTEST = 2
_PRESCRIBED = {"tax"}
"""Field names of the standard datasets, which bear them wherever they come from."""


@pytest.fixture(scope="module")
def open_words() -> frozenset[str]:
    """Every cell of the index but its counts, the columns parted, and the stems of file names."""
    root = Path(os.environ.get("SHUXIN_DATA", Path(__file__).parents[3] / "shared" / "data"))
    index = root / "beijing_open_data" / "_index.tsv"
    if not index.is_file():
        pytest.skip("no index of the open data: give the data directory in SHUXIN_DATA")
    body = index.read_text(encoding="utf-8").split("\n", 1)[1]
    words = {word.strip() for word in re.split(r"[\t|\n]", body)}
    stems = {re.sub(r"(\.(csv|xlsx?|gz))+$", "", word) for word in words}
    return frozenset(
        word for word in words | stems if len(word) >= _SHORTEST and not word.isdigit()
    )


def _literals() -> set[str]:
    folder = Path(next(iter(shuxin.city.__path__)))
    return {
        node.value.strip()
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


class TestOpenData:
    def test_no_string_of_the_source_is_a_word_of_the_index(
        self, open_words: frozenset[str]
    ) -> None:
        assert len(open_words) > 500
        assert _literals() & open_words <= _PRESCRIBED

    def test_no_header_file_or_department_is_one(self, open_words: frozenset[str]) -> None:
        for table in TABLES:
            stem = table.form.file.split(".")[0]
            words = {table.department, table.title, table.form.file, stem, table.form.table}
            words |= {column.header for column in table.columns}
            words |= {column.name for column in table.columns}
            assert words & open_words <= _PRESCRIBED
