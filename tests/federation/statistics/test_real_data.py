"""default_credit as FATE splits it: the guest has outcomes and features, the host features of the same 30,000 rows."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest
from tests.federation.statistics.test_tables import require_equal
from tests.federation.statistics.world import HOLDER, LABEL, counting, plan, tables_of

from shuxin.federation.statistics.features import prebin_numbers
from shuxin.federation.statistics.task import Minimum
from shuxin.scoring.binning.characteristic import bin_numbers, merge_numbers

ROOT = Path(__file__).parents[3]
DATA = Path(os.environ.get("SHUXIN_DATA", ROOT.parent / "shared" / "data")) / "fate_examples"

pytestmark = pytest.mark.real_data


def column_of(rows: dict[str, dict[str, str]], order: list[str], name: str) -> np.ndarray:
    return np.array([float(rows[each][name]) for each in order])


@pytest.fixture(scope="module")
def split() -> tuple[dict[str, np.ndarray], np.ndarray]:
    """The host's columns and the guest's outcomes, in the order of their ids."""
    if not DATA.is_dir():
        pytest.skip(f"the data are not at {DATA} (set SHUXIN_DATA)")
    sides = {}
    for side in ("guest", "host"):
        path = DATA / f"default_credit_hetero_{side}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            sides[side] = {row["id"]: row for row in csv.DictReader(file)}
    order = sorted(sides["guest"].keys() & sides["host"].keys())
    names = [name for name in sides["host"][order[0]] if name != "id"]
    columns = {name: column_of(sides["host"], order, name) for name in names}
    return columns, column_of(sides["guest"], order, "y") == 1


class TestDefaultCredit:
    @pytest.mark.parametrize("least", [1, 20])
    def test_has_the_pooled_tables(
        self, tmp_path: Path, split: tuple[dict[str, np.ndarray], np.ndarray], least: int
    ) -> None:
        """Those of the values themselves; with a minimum of rows those of the same pre-bins."""
        columns, bad = split
        assert (len(columns), len(bad), int(bad.sum())) == (10, 30_000, 6636)
        features = [
            prebin_numbers(name=name, values=column, most=50, least=least)
            for name, column in columns.items()
        ]
        minimum = Minimum(rows=least, good=5, bad=5)
        task = counting(most_rows=30_000, most_features=10, minimum=minimum)
        merge = plan(min_good=5, min_bad=5)
        kind = tables_of({HOLDER: (task, features)}, bad, merge)
        assert not kind.together(tmp_path).failures
        for nth, (name, column) in enumerate(columns.items()):
            if least == 1:
                wanted = bin_numbers(name=name, values=column, outcomes=bad, plan=merge)
            else:
                fine = bin_numbers(
                    name=name, values=column, outcomes=bad, plan=merge,
                    edges=features[nth].shape.edges,
                )  # fmt: skip
                wanted = merge_numbers(fine=fine, plan=merge.merge)
            table, coded = kind.results[LABEL][HOLDER][nth], kind.results[HOLDER][nth]
            require_equal(table, coded, wanted, column)
            assert table.withheld == (coded.shape.missing,)
