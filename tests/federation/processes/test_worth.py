"""What a joint card in service was worth, and its calibration, by commands over real processes."""

from __future__ import annotations

import csv
import json
import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.federation.node.test_worth_command import as_written
from tests.federation.processes.nodes import BANK, HRSS, PARTY, TAX, Launcher, code_of
from tests.federation.processes.test_service import AGREED, World, columns, founded

from shuxin.federation.card.calibration import calibration_hash, read_calibration
from shuxin.federation.card.files import read_file
from shuxin.federation.card.parts import CardPart, LabelPart
from shuxin.federation.card.values import points_of
from shuxin.federation.card.worth import KnownRows, Source, worth
from shuxin.scoring.card.artefact import read_card

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shuxin.federation.card.parts import HolderSeat

pytestmark = pytest.mark.soak
ASKED = AGREED + 20
"""The last twenty did not agree."""
ACCEPTANCE, SEED = 60, 5
NAMES = {PARTY[name]: name for name in (TAX, HRSS)}


@pytest.fixture(scope="module")
def world(launcher: Launcher, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with founded(launcher, tmp_path_factory.mktemp("worth")) as found:
        yield found


@pytest.fixture(scope="module")
def card(world: World) -> str:
    return world.card()


@pytest.fixture(scope="module")
def service(world: World, card: str) -> str:
    return world.service(card, "--subjects-per-day", 100_000)


@pytest.fixture(scope="module")
def outcomes(world: World) -> Path:
    """Of all asked firms; every third one borrows for the first time."""
    file, bad = world.city.folder / "outcomes.csv", columns()["逾期"]
    with file.open("w", encoding="utf-8", newline="") as opened:
        lines = [(code_of(nth), f"{bad[nth]:g}", int(nth % 3 == 0)) for nth in range(ASKED)]
        csv.writer(opened).writerows([("code", "outcome", "first_loan"), *lines])
    return file


def truth(world: World, card: str) -> KnownRows:
    """Of the firms that agreed, from their columns and the parts as they lie at the parties."""
    known = {name: found[:AGREED] for name, found in columns().items()}
    label = read_file(LabelPart, world.part(card, BANK))
    folder = world.city.node(BANK) / "results" / world.city.whole_id(card)
    alone = read_card((folder / "alone").read_bytes())
    own = [(each.shape, each.all_points) for each in label.characteristics]
    mine = [(each.shape, each.all_points) for each in alone.characteristics]

    def source(seat: HolderSeat) -> Source:
        part = read_file(CardPart, world.part(card, NAMES[seat.party]))
        table = [(each.shape, each.points) for each in part.characteristics]
        return Source((seat.party,), points_of(table, known).sum(axis=1), seat.missing_points)

    return KnownRows(
        outcomes=known["逾期"] == 1,
        alone=points_of(mine, known).sum(axis=1),
        own=label.base_points + points_of(own, known).sum(axis=1),
        sources=tuple(map(source, label.seats)),
        first=np.arange(AGREED) % 3 == 0,
    )


def used(world: World, name: str) -> int:
    return int(str(world.city.rows(name, "select sum(used) from consent_usecounter")[0][0] or 0))


class TestWorth:
    def test_is_that_of_the_truth_and_costs_what_it_says(
        self, world: World, card: str, service: str, outcomes: Path
    ) -> None:
        world.firms.publish(TAX, HRSS)
        files = ("--file", outcomes, "--grants", world.grants)
        said = world.city.do(BANK, "node", "worth", service, *files, "--cost")
        assert f"{ASKED:,} firms" in said.text
        assert len(re.findall(rf"│ +{AGREED:,} │ +20 │", said.text)) == 2
        before = {name: used(world, name) for name in (TAX, HRSS)}
        assert set(before.values()) == {0}
        out = world.city.folder / "worth.json"
        said = world.city.do(
            BANK, "node", "worth", service, *files, "--out", out,
            "--acceptance", ACCEPTANCE, "--seed", SEED,
        )  # fmt: skip
        assert {name: used(world, name) for name in (TAX, HRSS)} == {TAX: AGREED, HRSS: AGREED}
        found = json.loads(out.read_bytes())
        rng = np.random.default_rng(SEED)
        wanted = worth(truth(world, card), acceptance=ACCEPTANCE / 100, rng=rng)
        assert found["worth"] == as_written(wanted)
        assert (found["firms"], found["left_out"], found["trained"]) == (ASKED, 20, ASKED)
        assert found["silent"] == {PARTY[TAX]: 20, PARTY[HRSS]: 20}
        assert wanted.gain.quality.auc.low > 0
        assert f"{wanted.gain.quality.auc.value:+.4f}" in said
        assert "(use_refused)" in said


class TestCalibrate:
    def test_is_of_the_same_firms_and_scores_show_it(
        self, world: World, card: str, service: str, outcomes: Path
    ) -> None:
        world.firms.publish(TAX, HRSS)
        scale = {row["code"]: row for row in world.score(service, *range(50))}
        files = ("--file", outcomes, "--grants", world.grants)
        said = world.city.do(BANK, "node", "calibrate", service, *files)
        folder = world.city.node(BANK) / "results" / world.city.whole_id(service)
        label = read_file(LabelPart, world.part(card, BANK))
        made = read_calibration((folder / "calibration").read_bytes(), part=label)
        assert (made.rows, made.bads) == (AGREED, int(columns()["逾期"][:AGREED].sum()))
        assert calibration_hash(made)[:12] in said
        log = world.city.do(BANK, "log", "list", "--limit", 20)
        assert f"calibration={calibration_hash(made)}" in log
        rows = world.score(service, *range(50))
        points = np.array([int(row["points"]) for row in rows])
        assert [row["pd"] for row in rows] == [f"{pd:.6f}" for pd in made.pd(points, part=label)]
        for row in rows:
            before = scale[row["code"]]
            assert (before["pd_by"], row["pd_by"]) == ("scale", calibration_hash(made))
            assert row | {"pd": before["pd"], "pd_by": "scale"} == before
        shown = world.city.do(BANK, "node", "score", service, code_of(1), "--grants", world.grants)
        assert f"PD calibrated on {AGREED:,} firms, {made.made_on}" in shown
