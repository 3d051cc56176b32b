"""default_credit as FATE splits it: the guest has outcomes and 13 features, the host 10 of the same 30,000 rows."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import numpy as np
import pytest
from tests.federation.alignment.cases import counted
from tests.federation.scorecard.world import (
    BAD,
    HOLDER,
    LABEL,
    Firms,
    joint_coefficients,
    joint_points,
    one_place,
    run_job,
)

ROOT = Path(__file__).parents[3]
DATA = Path(os.environ.get("SHUXIN_DATA", ROOT.parent / "shared" / "data")) / "fate_examples"

pytestmark = [pytest.mark.real_data, pytest.mark.soak]


@pytest.fixture(scope="module")
def firms() -> Firms:
    if not DATA.is_dir():
        pytest.skip(f"the data are not at {DATA} (set SHUXIN_DATA)")
    sides = {}
    for side in ("guest", "host"):
        path = DATA / f"default_credit_hetero_{side}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            sides[side] = {row["id"]: row for row in csv.DictReader(file)}
    order = sorted(sides["guest"].keys() & sides["host"].keys())

    def column(side: str, name: str) -> np.ndarray:
        return np.array([float(sides[side][each][name]) for each in order])

    names = {
        side: [name for name in rows[order[0]] if name not in {"id", "y"}]
        for side, rows in sides.items()
    }
    features = {
        party: {name: column(side, name) for name in names[side]}
        for party, side in ((LABEL, "guest"), (HOLDER, "host"))
    }
    target = np.where(column("guest", "y") == 1, BAD, "yes").astype(object)
    return Firms(counted(len(order)), features, target)


class TestDefaultCredit:
    def test_has_the_card_of_one_place(self, tmp_path: Path, firms: Firms) -> None:
        job, outcome = run_job(firms, tmp_path, max_fine=40, max_bins=8, fits=8)
        assert not outcome.failures
        wanted, found = one_place(firms, job), joint_coefficients(outcome)
        assert found.keys() == wanted.coefficients.keys()
        assert any(HOLDER in title for title in found)
        far = max(abs(found[title] - number) for title, number in wanted.coefficients.items())
        assert far < 1e-3
        assert joint_points(outcome) == wanted.points
        report = json.loads(outcome.kept[LABEL]["report"])
        assert (report["rows"], report["bads"]) == (30_000, 6636)
