from __future__ import annotations

import argparse
import datetime as dt
from typing import TYPE_CHECKING

import pytest

from shuxin.market.api import OpenList, listed_openly, open_lists
from shuxin.market.matching.open_lists import OpenListInvalid
from shuxin.portal.commandline.market import COMMANDS
from shuxin.portal.commands import market

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db
CODE = "91110000100000139E"


def load(path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    parser = argparse.ArgumentParser()
    COMMANDS["market"].arguments(parser)
    monkeypatch.setenv("SHUXIN_HOME", str(path.parent / "home"))
    return market.run(
        parser.parse_args(["open-list", "tax_arrears", str(path), "--source", "税务局"]), "zh"
    )


class TestOpenListCommand:
    def test_loads_a_list(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        file = tmp_path / "arrears.csv"
        file.write_text(f"uscc,since,until\n{CODE},2026-01-02,\n", encoding="utf-8")
        assert load(file, monkeypatch) == 0
        assert set(open_lists()) == {OpenList.TAX_ARREARS}
        assert listed_openly([f"uscc:{CODE}"], on=dt.date(2026, 1, 2)) == {f"uscc:{CODE}"}

    def test_loads_nothing_of_a_wrong_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = tmp_path / "arrears.csv"
        file.write_text(f"uscc,since,until\n{CODE},2026-01-02,\nX,2026-01-02,\n", encoding="utf-8")
        with pytest.raises(OpenListInvalid):
            load(file, monkeypatch)
        assert open_lists() == {}
