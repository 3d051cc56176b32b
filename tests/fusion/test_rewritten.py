"""The same table in another form is loaded the same, cell by cell."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fusion.conftest import uscc
from tests.fusion.rewriting import (
    FORMS,
    Row,
    as_text,
    below_titles,
    compared,
    fits_a_sheet,
    loaded,
    rows_of_file,
)

from shuxin.infra.api import Store

DATA = Path(os.environ.get("SHUXIN_DATA", "../shared/data")) / "beijing_open_data"
CHECKED = {"GB18030", ".xlsx named .csv"}
"""Ways to write the real files that are tried in check; the others in the soak."""

texts = st.text("北京市朝阳区甲乙丙,;\"'\n\tＡ１ab 。(=+@-", max_size=9)
bodies = st.lists(
    st.tuples(
        st.integers(1, 9_999_999),
        st.integers(1, 28),
        st.decimals(0, 10**7, places=2),
        st.integers(0, 10**6),
        texts,
        st.sampled_from(["", "是", "否"]),
    ),
    min_size=12,
    max_size=25,
    unique_by=lambda row: row[0],
)


def rows_of(body: list[tuple[object, ...]]) -> list[Row]:
    header = ["统一社会信用代码", "企业名称", "许可日期", "金额(元)", "数量", "内容", "是否有效"]
    return [header] + [
        [
            uscc(int(str(serial))),
            f"北京第{serial}建材有限公司",
            f"2024-01-{day:02}",
            str(amount),
            str(number),
            text,
            truth,
        ]
        for serial, day, amount, number, text, truth in (map(str, row) for row in body)
        for day in [int(day)]
    ]


def small(name: str) -> bool:
    """A part of the files chosen by the hash of the name; remainder 0 is never looked at here."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % 10 == 3


class TestRewritten:
    @pytest.mark.parametrize("form", FORMS)
    @settings(max_examples=6)
    @given(bodies)
    def test_generated_tables_load_the_same(
        self, tmp_path_factory: pytest.TempPathFactory, form: str, body: list[tuple[object, ...]]
    ) -> None:
        self._same(rows_of(body), tmp_path_factory.mktemp("rewritten"), form)

    @pytest.mark.real_data
    @pytest.mark.parametrize(
        "form", [f if f in CHECKED else pytest.param(f, marks=pytest.mark.soak) for f in FORMS]
    )
    def test_real_files_load_the_same(
        self, tmp_path_factory: pytest.TempPathFactory, form: str
    ) -> None:
        if not DATA.is_dir():
            pytest.skip(f"no real data under {DATA}")
        chosen = [path for path in sorted(DATA.glob("*.csv.gz")) if small(path.name)]
        chosen.sort(key=lambda path: path.stat().st_size)
        for path in chosen[:12]:
            rows = rows_of_file(path)
            if ".xls" not in form or fits_a_sheet(rows):
                self._same(rows, tmp_path_factory.mktemp("rewritten"), form)

    @staticmethod
    def _same(rows: list[Row], folder: Path, form: str) -> None:
        store = Store(folder / "store")
        original, rewritten = folder / "original.csv", folder / "rewritten.csv"
        original.write_bytes(as_text(rows, "utf-8"))
        rewritten.write_bytes(FORMS[form](below_titles(rows)))
        wanted = loaded(original, store=store)
        found = loaded(rewritten, store=store)
        assert wanted.num_rows
        assert compared(wanted, found).differences == 0
