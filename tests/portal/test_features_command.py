"""``shuxin features`` of one day out of the snapshot of an earlier one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from shuxin.portal.cli import main

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.django_db, pytest.mark.whole_way, pytest.mark.soak]
HEAD = "销方税号,销方名称,发票号码,开票日期,购方税号,金额,税额,价税合计,发票状态,入库日期"
ROWS = (
    "91349901MA2N0A1B5M,甲有限公司,0001,2025-12-08,91349903MA6AAEUU6X,1000.00,10.00,1010.00,有效发票,2025-12-09",
    "91349901MA2N0A1B5M,甲有限公司,0002,2025-12-30,91349903MA6AAEUU6X,5000.00,50.00,5050.00,有效发票,2026-01-20",
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SHUXIN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SHUXIN_LANG", "en")
    (tmp_path / "late").mkdir()
    (tmp_path / "late" / "销项发票.csv").write_text("\n".join((HEAD, *ROWS)), encoding="utf-8")
    assert main(["init", "91349900MA2BNK019J", "澜坪农商银行"]) == 0
    assert main(["import", str(tmp_path / "late"), "--department", "税务局", "--accept"]) == 0
    assert main(["resolve"]) == 0
    return tmp_path


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().out.split())


class TestSince:
    def test_gives_the_values_of_the_day_and_says_what_they_came_from(
        self, home: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        capsys.readouterr()
        assert main(["features", "--as-of", "2026-01-15", "--out", str(home / "first.csv")]) == 0
        name = re.findall(r"snapshot ([0-9a-f]{40})", said(capsys))[0]
        later = ["features", "--as-of", "2026-01-28", "--out"]
        assert main([*later, str(home / "full.csv")]) == 0
        assert "carried" not in said(capsys)
        assert main([*later, str(home / "carried.csv"), "--since", name]) == 0
        assert f"carried from snapshot {name} of 2026-01-15" in said(capsys)
        first, full, carried = (
            (home / f"{one}.csv").read_text(encoding="utf-8")
            for one in ("first", "full", "carried")
        )
        assert carried == full != first
        assert main(["features", "--as-of", "2026-01-10", "--since", name]) == 1
        assert "snapshot_not_earlier" in capsys.readouterr().err
        tied = ["--neighbours", "--out", str(home / "tied.csv")]
        assert main(["features", "--as-of", "2026-01-15", *tied]) == 0
        assert "features of those that they are tied to" in said(capsys)
        head = (home / "tied.csv").read_text(encoding="utf-8").splitlines()[0]
        assert head.startswith(first.splitlines()[0])
        assert '"trade_rank_12m"' in head
        assert main(["features", "--neighbours"]) == 1
        assert "feature_dataset_day" in capsys.readouterr().err
        assert main(["features", "--since", name]) == 1
        assert "feature_dataset_day" in capsys.readouterr().err
