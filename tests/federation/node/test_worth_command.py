"""``shuxin node worth | calibrate``, and what ``score`` says of PD, over holders that are functions."""

from __future__ import annotations

import csv
import json
import re
from contextlib import contextmanager
from dataclasses import asdict
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.federation.card.samples import HOLDERS, scored, summing
from tests.federation.node.measuring_world import (
    CARD_JOB,
    ROWS,
    Place,
    known_world,
    place_of,
    slow_own,
)
from tests.federation.node.test_asking import SERVICE, down

import shuxin.federation.api as federation
from shuxin.federation.card.calibration import calibration_hash, with_calibration
from shuxin.federation.card.worth import known_rows, worth
from shuxin.federation.node.calibrating import calibration_in
from shuxin.federation.node.measuring import worth_of
from shuxin.portal import cli
from shuxin.portal.cli import main
from shuxin.portal.commands import node_service, node_worth
from shuxin.portal.display import console
from shuxin.scoring.evaluation.metrics import roc_auc

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.federation.card.samples import World

    from shuxin.federation.card.worth import Worth

RESAMPLES = 40
"""A thousand at a customer's; here they only need to be the same."""
parser = lru_cache(cli._parser)
"""To build it takes longer than the rest of a test."""
NAMES = {HOLDERS[0]: "税务局", HOLDERS[1]: "人社局"}


@contextmanager
def at_the_bank(world: World, folder: Path, **more: Any) -> Iterator[Place]:
    """Commands run here; files of authorisations and outcomes lie in the folder."""
    with place_of(world, folder, **more) as place, pytest.MonkeyPatch.context() as patched:
        for module in (node_worth, node_service):
            patched.setattr(module, "start", lambda: None)
            patched.setattr(module, "job_named", lambda _: SERVICE)
            patched.setattr(module, "asking", lambda _: place.desk.asking)
            patched.setattr(module, "names_of_parties", lambda _: NAMES)
        patched.setattr(federation, "bad_outcomes", lambda _, *, now: ("2",), raising=False)  # noqa: ARG005
        quick = partial(worth_of, resamples=RESAMPLES)
        patched.setattr(federation, "worth_of", quick, raising=False)
        patched.setattr(cli, "_parser", parser)
        patched.setattr(console, "_width", 300)
        (folder / "grants").mkdir(exist_ok=True)
        for nth, one in enumerate(place.words):
            (folder / "grants" / f"{nth:03}.json").write_bytes(one.dump())
        write_firms(place)
        yield place


def write_firms(place: Place, *, first: bool = True) -> None:
    """Outcomes as the scorecard job has them: 2 is bad."""
    firms = place.firms
    assert firms.first is not None
    head = ["code", "outcome", *(["first_loan"] if first else [])]
    rows = zip(firms.codes, firms.bad.tolist(), firms.first.tolist(), strict=True)
    with (place.folder / "firms.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [head, *([code, 2 if bad else 7, *([int(one)] if first else [])] for code, bad, one in rows)]
        )  # fmt: skip


def run(place: Place, act: str, *more: str, lang: str = "en") -> int:
    files = ("--file", str(place.folder / "firms.csv"), "--grants", str(place.folder / "grants"))
    return main(["--lang", lang, "node", act, "e", *files, *more])


def truth(place: Place, *, alone: np.ndarray | None = None) -> Worth:
    """From the world itself."""
    world = place.desk.world
    rows = known_rows(
        scored(world, {}), outcomes=place.firms.bad, first=place.firms.first,
        alone=slow_own(world) if alone is None else alone,
    )  # fmt: skip
    rng = np.random.default_rng(3)
    return worth(rows, acceptance=0.4, rng=rng, resamples=RESAMPLES)


def as_written(found: Worth) -> Any:
    """JSON without the names of methods."""
    text = json.dumps(asdict(found), default=lambda text: text.en)
    return json.loads(text, object_hook=lambda each: {k: v for k, v in each.items() if k != "method"})  # fmt: skip


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Place]:
    with at_the_bank(known_world(), tmp_path) as place:
        yield place


class TestWorth:
    def test_writes_the_worth_of_the_rows_and_shows_it_in_both_languages(
        self, bank: Place, capsys: pytest.CaptureFixture[str]
    ) -> None:
        out = bank.folder / "worth.json"
        asked = ("--acceptance", "40", "--seed", "3", "--out", str(out))
        assert run(bank, "worth", *asked) == 0
        said, wanted = capsys.readouterr().out, truth(bank)
        found = json.loads(out.read_bytes())
        assert found["worth"] == as_written(wanted)
        assert (found["service"], found["seed"], found["acceptance_percent"]) == (SERVICE, 3, 40)
        assert (found["firms"], found["left_out"], found["by_holder"]) == (ROWS, 0, True)
        gain = wanted.gain.quality.auc
        assert f"{gain.value:+.4f} ({gain.low:+.4f} to {gain.high:+.4f})" in said
        assert wanted.gain.first is not None
        assert f"{wanted.gain.first.value:+.0f} (" in said
        for each, name in zip(wanted.sources, NAMES.values(), strict=True):
            shapley = f"{name} (Shapley) │ {each.shapley.value:+.4f} ("
            assert re.sub(r"\s+", " ", shapley) in re.sub(r"\s+", " ", said)
        assert f"{wanted.limit[0]} bad of {wanted.limit[1]}" in said
        assert run(bank, "worth", *asked, lang="zh") == 0
        assert f"联合，去除 {NAMES[HOLDERS[0]]}" in capsys.readouterr().out

    def test_says_before_it_asks_what_it_costs(
        self, bank: Place, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for act in ("worth", "calibrate"):
            assert run(bank, act, "--cost") == 0
            said = re.sub(r"\s+", " ", capsys.readouterr().out)
            assert f"{ROWS} firms, {int(bank.firms.bad.sum())} of them bad" in said
            for name in NAMES.values():
                assert f"│ {name} │ {ROWS} │ 0 │" in said
        assert bank.questions() == 0
        assert bank.desk.permits == []

    def test_leaves_out_and_counts_whom_a_holder_did_not_answer_about(
        self, bank: Place, capsys: pytest.CaptureFixture[str]
    ) -> None:
        out = bank.folder / "worth.json"
        bank.desk.holders[HOLDERS[1]].refuses = frozenset(bank.firms.codes[:7])
        assert run(bank, "worth", "--out", str(out)) == 0
        found = json.loads(out.read_bytes())
        assert (found["left_out"], found["worth"]["rows"]) == (7, ROWS - 7)
        assert found["silent"] == {HOLDERS[0]: 0, HOLDERS[1]: 7}
        own, bad = slow_own(bank.desk.world)[7:].astype(float), bank.firms.bad[7:]
        auc = found["worth"]["alone"]["quality"]["auc"]["value"]
        assert auc == pytest.approx(roc_auc(scores=own, outcomes=bad), abs=1e-12)
        assert f"7 of {ROWS}; measured on {ROWS - 7}" in capsys.readouterr().out

    def test_need_not_know_first_loans(
        self, bank: Place, capsys: pytest.CaptureFixture[str]
    ) -> None:
        write_firms(bank, first=False)
        out = bank.folder / "worth.json"
        assert run(bank, "worth", "--out", str(out)) == 0
        assert json.loads(out.read_bytes())["worth"]["gain"]["first"] is None
        assert "first loans" in capsys.readouterr().out

    def test_without_an_own_card_compares_no_firms_financed(
        self, bank: Place, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (bank.folder / CARD_JOB / "alone").unlink()
        out = bank.folder / "worth.json"
        asked = ("--acceptance", "40", "--seed", "3", "--out", str(out))
        assert run(bank, "worth", *asked) == 0
        said = capsys.readouterr().out
        found = json.loads(out.read_bytes())
        assert found["own_card"] is None
        assert found["worth"] == as_written(truth(bank, alone=np.zeros(ROWS, np.int64)))
        assert found["worth"]["alone"]["quality"]["auc"]["value"] == 0.5
        assert "no card of its own" in said
        assert "limit:" not in said
        assert re.search(r"own card alone +│ 0\.5000 .*│ +- │ +- │ +- │", said)

    def test_of_a_sum_says_that_single_holders_are_not_known(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with at_the_bank(known_world(summing(at_least=2)), tmp_path) as place:
            out = tmp_path / "worth.json"
            asked = ("--acceptance", "40", "--seed", "3", "--out", str(out))
            assert run(place, "worth", *asked) == 0
            found = json.loads(out.read_bytes())
            assert not found["by_holder"]
            assert found["worth"] == as_written(truth(place))
            said = capsys.readouterr().out
            assert "what each of them is worth is not known" in said
            assert "joint without 税务局, 人社局" in said
            assert "joint without 税务局 " not in said
            assert run(place, "worth", lang="zh") == 0
            assert "各方单独的价值不可知" in capsys.readouterr().out

    def test_of_a_holder_that_is_down_says_why_and_gives_no_figure(
        self, bank: Place, capsys: pytest.CaptureFixture[str]
    ) -> None:
        bank.desk.holders[HOLDERS[0]].always = down(HOLDERS[0])
        assert run(bank, "worth") == 1
        printed = capsys.readouterr()
        assert "peer_unreachable" in printed.out
        assert "joint_batch_unanswered" in printed.err
        assert "AUC" not in printed.out

    @pytest.mark.parametrize(
        ("more", "code"),
        [
            (("--file", "/nowhere/firms.csv"), "folder_missing"),
            (("--grants", "/nowhere/grants"), "job_grants_not_found"),
        ],
    )
    def test_of_what_is_not_there_asks_nobody(
        self, bank: Place, more: tuple[str, ...], code: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(bank, "worth", *more) == 1
        assert code in capsys.readouterr().err
        assert bank.questions() == 0


class TestCalibrate:
    def test_then_scores_say_pd_by_it(
        self, bank: Place, capsys: pytest.CaptureFixture[str]
    ) -> None:
        before = shown(bank, capsys, "PD by the scale of the card")
        assert {row["pd_by"] for row in before} == {"scale"}
        assert run(bank, "calibrate") == 0
        made = calibration_in(bank.folder / SERVICE)
        assert made is not None
        said = capsys.readouterr().out
        assert f"slope {made.slope:.3f}" in said
        assert calibration_hash(made)[:12] in said
        after = shown(bank, capsys, f"PD calibrated on {ROWS} firms, {made.made_on}")
        assert {row["pd_by"] for row in after} == {calibration_hash(made)}
        wanted = with_calibration(scored(bank.desk.world, {}), made).pd
        assert [row["pd"] for row in after] == [f"{pd:.6f}" for pd in wanted]
        assert [row["points"] for row in after] == [row["points"] for row in before]

    def test_of_another_replaces_it_and_says_so(
        self, bank: Place, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(bank, "calibrate", lang="zh") == 0
        assert "替代" not in capsys.readouterr().out
        old = calibration_in(bank.folder / SERVICE)
        assert old is not None
        bank.firms.bad[0] = not bank.firms.bad[0]
        write_firms(bank)
        assert run(bank, "calibrate", lang="zh") == 0
        assert f"替代原校准 {calibration_hash(old)[:12]}" in capsys.readouterr().out
        assert calibration_in(bank.folder / SERVICE) != old

    def test_that_is_damaged_stops_scores_before_anybody_is_asked(
        self, bank: Place, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (bank.folder / SERVICE / "calibration").write_bytes(b"{}")
        assert run(bank, "score") == 1
        assert run(bank, "score", lang="zh") == 1
        assert "card_" in capsys.readouterr().err
        assert bank.questions() == 0


def shown(bank: Place, capsys: pytest.CaptureFixture[str], line: str) -> list[dict[str, str]]:
    """What ``score`` writes of all firms; ``line`` stands in what it says."""
    out, codes = bank.folder / "scores.csv", bank.folder / "codes.csv"
    codes.write_text("\n".join(["代码", *bank.firms.codes]), encoding="utf-8")
    grants = str(bank.folder / "grants")
    call = [
        "--lang",
        "en",
        "node",
        "score",
        "e",
        "--file",
        str(codes),
        "--grants",
        grants,
        "--out",
        str(out),
    ]
    assert main(call) == 0
    assert line in capsys.readouterr().out
    return list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
