"""A file that is only looked at."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from tests.fusion.conftest import csv_text, uscc

from shuxin.fusion.trial import Trial

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.django_db
class TestTrial:
    def test_of_another_standard_than_invoices_has_no_portrait_of_trade(
        self, tmp_path: Path
    ) -> None:
        header = ["主体代码", "主体名称", "额度月份", "授信总额度", "已用额度"]
        rows = [
            [uscc(n), f"北京第{n}建材有限公司", f"2024-{1 + n % 12:02}", f"{n}000.00", f"{n}00.00"]
            for n in range(1, 31)
        ]
        path, folder = tmp_path / "额度.csv", tmp_path / "made"
        path.write_text(csv_text([header, *rows]), encoding="utf-8")
        folder.mkdir()
        tried = Trial(path, path.name, folder, "zh", dt.date(2024, 12, 1)).run()
        assert [table.standard for table in tried.tables] == ["发票总额度"]
        assert tried.portraits == ()
