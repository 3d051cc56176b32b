"""The joint card against the card of one place, over holders, missing values, categories and columns that must go."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.federation import memory
from tests.federation.memory import OtherFailed
from tests.federation.scorecard.world import (
    BAD,
    HELPER,
    HOLDER,
    LABEL,
    THIRD,
    Firms,
    firms_of,
    holder_card,
    joint_coefficients,
    joint_points,
    label_card,
    one_place,
    run_job,
    shadowed,
)

from shuxin.federation.alignment.refusal import TooFewCommon
from shuxin.federation.alignment.result import read_aligned
from shuxin.federation.card.telling import told_share
from shuxin.federation.domain.figures import figures_of, figures_to
from shuxin.federation.regression.errors import GradientImpossible, PartOutOfReach
from shuxin.federation.scorecard import label
from shuxin.federation.scorecard.errors import (
    FitsUsedUp,
    FitUnfinished,
    NoHolderLeft,
    PartTellsTooMuch,
    ScorecardNotMade,
)
from shuxin.federation.scorecard.kind import ScorecardKind
from shuxin.federation.scorecard.task import NOTICE
from shuxin.infra.api import DiskFull
from shuxin.kernel.errors import ShuxinError
from shuxin.scoring.api import CharacteristicsCollinear, OneClassOnly, Separated

if TYPE_CHECKING:
    from pathlib import Path

    from tests.federation.memory import Outcome

    from shuxin.federation.domain.job import Job
    from shuxin.federation.engine.channel import Work


def require_card_of_one_place(firms: Firms, job: Job, outcome: Outcome) -> None:
    assert not outcome.failures
    wanted, found = one_place(firms, job), joint_coefficients(outcome)
    assert found.keys() == wanted.coefficients.keys()
    for title, number in wanted.coefficients.items():
        assert found[title] == pytest.approx(number, abs=1e-3)
    assert label_card(outcome).intercept == pytest.approx(
        wanted.selected.regression.intercept, abs=1e-3
    )
    assert joint_points(outcome) == wanted.points
    dropped = [
        (f"{each['name']} ({each['party']})", each["en"]) for each in report_of(outcome)["dropped"]
    ]
    assert set(dropped) >= {(each.name, each.why.en) for each in wanted.selected.dropped[:1]}
    assert {title for title, _ in dropped} == {each.title for each in wanted.columns} - found.keys()


def report_of(outcome: Outcome) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(outcome.kept[LABEL]["report"])
    return found


class TestCard:
    @pytest.mark.parametrize(("seed", "holders"), [(3, 1), (4, 2)])
    def test_is_that_of_one_place(self, tmp_path: Path, seed: int, holders: int) -> None:
        """Each party enters firms that others do not have; one column doubles another, one is noise."""
        firms = firms_of(seed, holders=holders)
        rng = np.random.default_rng(seed)
        for party in firms.parties:
            firms.entered[party] = np.flatnonzero(rng.random(len(firms.codes)) < 0.95)
        job, outcome = run_job(firms, tmp_path)
        require_card_of_one_place(firms, job, outcome)
        said = {each["en"].split()[0] for each in report_of(outcome)["dropped"]}
        assert said == {"IV", "Its"}
        assert label_card(outcome).training.rows == len(firms.common())

    def test_loses_a_column_whose_sign_turns_with_those_of_another_party(
        self, tmp_path: Path
    ) -> None:
        """The first holder is left without a feature; the second keeps its number in the next fit."""
        firms = shadowed()
        job, outcome = run_job(firms, tmp_path)
        require_card_of_one_place(firms, job, outcome)
        assert "not positive" in report_of(outcome)["dropped"][-1]["en"]
        assert [len(each["columns"]) for each in report_of(outcome)["fits"]] == [3, 2]
        assert "card" not in outcome.kept[HOLDER]
        assert label_card(outcome).holders == (THIRD,)
        assert holder_card(outcome, THIRD).holders == (THIRD,)
        assert {"fit0.0-1/masked", "fit0.0-2/masked", "fit1.0-2/masked"} <= {
            name for sender, _, name in outcome.messages if sender == LABEL
        }
        assert not [key for key in outcome.messages if HOLDER in key and key[2].startswith("fit1")]

    def test_needs_no_feature_of_the_label_party(self, tmp_path: Path) -> None:
        firms = firms_of(6, rows=600, own=False)
        job, outcome = run_job(firms, tmp_path)
        require_card_of_one_place(firms, job, outcome)
        assert report_of(outcome)["own_auc"] == 0.5

    def test_holds_what_its_parties_agreed(self, tmp_path: Path) -> None:
        firms = firms_of(7, rows=600)
        job, outcome = run_job(firms, tmp_path, pdo=40, cut_off=500, contribution="sum")
        card, part = label_card(outcome), holder_card(outcome, HOLDER)
        assert (card.scaling.pdo, card.cut_off, card.contract) == (40.0, 500, part.contract)
        assert (card.job, card.model, part.version) == ("0" * 64, "joint", "0" * 16)
        assert part.version == card.version
        assert card.made_on == job.proposed_at.date().isoformat()
        bad = firms.target[firms.common()] == BAD
        assert (card.training.rows, card.training.bads) == (len(bad), int(bad.sum()))
        for each in card.characteristics:
            assert sum(one.bad for one in each.bins) == int(bad.sum())
            assert sum(one.good for one in each.bins) == int((~bad).sum())

    def test_can_take_the_rows_of_an_earlier_alignment(self, tmp_path: Path) -> None:
        """Of an earlier card's too: its alignment is kept as any."""
        firms = firms_of(7, rows=400)
        _, first = run_job(firms, tmp_path)
        results = {}
        for party in firms.parties:
            folder = tmp_path / party
            folder.mkdir()
            for name, content in first.kept[party].items():
                (folder / name).write_bytes(content)
            results[party] = read_aligned(folder)
        firms.entered[HOLDER] = np.arange(380)

        class Again:
            messages = ScorecardKind().messages

            def run(self, work: Work) -> None:
                ScorecardKind(earlier=lambda _: results[work.party]).run(work)

        job, outcome = run_job(firms, tmp_path, kind=Again(), reuse="e" * 64)
        require_card_of_one_place(firms, job, outcome)
        assert label_card(outcome).training.rows == 380

    def test_names_features_without_what_a_text_cannot_have(self, tmp_path: Path) -> None:
        firms = firms_of(7, rows=400)
        firms.features[LABEL]["{turnover}"] = firms.features[LABEL].pop("turnover")
        _, outcome = run_job(firms, tmp_path)
        assert not outcome.failures
        found = {each.name: each.title.zh for each in label_card(outcome).characteristics}
        assert found["{turnover}"] == "(turnover)"

    def test_is_made_again_with_the_same_messages(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kept = memory.durable(monkeypatch)
        firms = firms_of(7, rows=400)
        first, again = (run_job(firms, tmp_path)[1] for _ in range(2))
        assert not first.failures
        assert first.messages == again.messages
        assert first.kept == again.kept
        kept.clear()
        assert run_job(firms, tmp_path)[1].messages != first.messages


class TestNoCard:
    def test_of_too_few_rows_is_said_to_all(self, tmp_path: Path) -> None:
        firms = firms_of(7, rows=60)
        firms.entered[HOLDER] = np.arange(30)
        _, outcome = run_job(firms, tmp_path)
        assert {type(each) for each in outcome.failures.values()} == {TooFewCommon}
        assert outcome.failures.keys() == {LABEL, HOLDER, HELPER}

    @pytest.mark.parametrize("outcomes", [BAD, "yes"])
    def test_of_one_class_names_the_class_to_nobody(self, tmp_path: Path, outcomes: str) -> None:
        firms = firms_of(7, rows=100)
        firms.target = np.full(100, outcomes, object)
        outcome = require_stopped(firms, tmp_path, OneClassOnly)
        words = {name for _, _, name in outcome.messages if name.startswith("scorecard")}
        assert words == {"scorecard/round/0"}

    def test_is_not_said_where_a_disk_is_full_for_now(self, tmp_path: Path) -> None:
        """The node runs the program again; a word that was said would stay."""
        firms = firms_of(7, rows=100)

        class Full:
            messages = ScorecardKind().messages

            def run(self, work: Work) -> None:
                def values(_: bytes) -> dict[str, Any]:
                    raise DiskFull(folder="home")

                ScorecardKind().run(replace(work, values=values) if work.party == LABEL else work)

        _, outcome = run_job(firms, tmp_path, kind=Full())
        failure = outcome.failures[LABEL]
        assert isinstance(failure, DiskFull)
        assert not failure.told_as
        assert not [name for _, _, name in outcome.messages if name.startswith("scorecard")]

    def test_when_no_feature_of_a_holder_tells_anything(self, tmp_path: Path) -> None:
        firms = firms_of(7, rows=400)
        rng = np.random.default_rng(1)
        firms.features[HOLDER] = {"noise": rng.normal(size=400), "one": np.ones(400)}
        require_stopped(firms, tmp_path, NoHolderLeft, min_iv_thousandths=200)

    def test_when_holders_are_fewer_than_a_sum_needs(self, tmp_path: Path) -> None:
        """A sum of one holder would be its own total."""
        more = {"contribution": "sum", "min_holders": 2}
        require_stopped(shadowed(), tmp_path, NoHolderLeft, **more)

    def test_when_the_fits_are_used_up(self, tmp_path: Path) -> None:
        require_stopped(shadowed(), tmp_path, FitsUsedUp, fits=1)

    def test_when_a_fit_needs_more_steps(self, tmp_path: Path) -> None:
        require_stopped(firms_of(3), tmp_path, FitUnfinished, iterations=5)

    @pytest.mark.parametrize(
        ("error", "told"),
        [
            (Separated(), "scorecard_not_made"),
            (CharacteristicsCollinear(), "scorecard_not_made"),
            (PartOutOfReach(rows=3, most="20.0"), "scorecard_not_made"),
            (GradientImpossible(step="fit0/gram"), ""),
        ],
        ids=lambda value: getattr(value, "code", ""),
    )
    def test_in_the_middle_of_a_fit_is_told_without_a_reason_that_tells_of_outcomes(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: ShuxinError, told: str
    ) -> None:
        """By the node: nobody waits for a word then. That somebody left the protocol is told to all."""

        def no_end(*_: object) -> None:
            raise error

        monkeypatch.setattr(label, "fit", no_end)
        _, outcome = run_job(firms_of(7, rows=100), tmp_path, min_iv_thousandths=0)
        assert outcome.failures[LABEL] is error
        assert error.told_as == told
        words = [json.loads(m) for key, m in outcome.messages.items() if "round" in key[2]]
        assert {each["then"] for each in words} == {"count", "relate", "fit"}


class Telling:
    """A scorecard at nodes that let answers tell so many percent."""

    messages = ScorecardKind().messages

    def __init__(self, percent: int) -> None:
        self.percent = percent

    def run(self, work: Work) -> None:
        ScorecardKind().run(replace(work, most_told_percent=lambda: self.percent))


class TestPartThatTells:
    def test_is_made_up_to_what_the_policy_lets_out_and_no_further(self, tmp_path: Path) -> None:
        firms = firms_of(7, rows=400)
        _, outcome = run_job(firms, tmp_path)
        values = {name: column[firms.common()] for name, column in firms.features[HOLDER].items()}
        share = told_share(holder_card(outcome, HOLDER), values)
        assert 0 < share < 1
        _, made = run_job(firms, tmp_path, kind=Telling(math.ceil(100 * share)))
        assert joint_points(made) == joint_points(outcome)
        _, kept_back = run_job(firms, tmp_path, kind=Telling(math.ceil(100 * share) - 1))
        failures = kept_back.failures
        assert isinstance(failures.pop(HOLDER), PartTellsTooMuch)
        assert {type(each) for each in failures.values()} <= {OtherFailed}
        assert not any("card" in kept for kept in kept_back.kept.values())
        assert not [name for _, _, name in kept_back.messages if name == NOTICE]

    def test_of_one_characteristic_is_told_wholly(self, tmp_path: Path) -> None:
        """Of a holder whose only bins have other points each; by how much is not said."""
        _, outcome = run_job(shadowed(), tmp_path, kind=Telling(99))
        failure = outcome.failures[THIRD]
        assert isinstance(failure, PartTellsTooMuch)
        assert failure.facts == {"party": THIRD}


def require_stopped(firms: Firms, folder: Path, why: type[ShuxinError], **more: Any) -> Outcome:
    """The label party knows why; all others learn that there is no card."""
    _, outcome = run_job(firms, folder, **more)
    failures = dict(outcome.failures)
    own = failures.pop(LABEL)
    assert isinstance(own, why)
    assert own.told_as == ScorecardNotMade.code
    assert failures.keys() == {HELPER, *firms.parties[1:]}
    assert {type(each) for each in failures.values()} == {ScorecardNotMade}
    assert not any("card" in kept for kept in outcome.kept.values())
    return outcome


class TestRelease:
    def test_is_asked_of_every_party_for_all_that_others_learn(self, tmp_path: Path) -> None:
        firms = firms_of(7, rows=400)
        job, outcome = run_job(firms, tmp_path)
        asked = {(p, to): (size, n) for p, name, to, size, n in outcome.released if name == "card"}
        assert asked == {
            (LABEL, HOLDER): (400, figures_to(job, party=LABEL, to=HOLDER)),
            (HOLDER, LABEL): (400, figures_to(job, party=HOLDER, to=LABEL)),
        }
        assert figures_of(job, party=HOLDER) == asked[HOLDER, LABEL][1]
        assert figures_of(job, party=HELPER) == 0

    @pytest.mark.parametrize("party", [LABEL, HOLDER])
    def test_refused_ends_the_job_before_a_value_is_counted(
        self, tmp_path: Path, party: str
    ) -> None:
        class Refused(Exception):
            pass

        def refuse(asking: str, name: str, _to: str, _size: int, _numbers: int) -> None:
            if (asking, name) == (party, "card"):
                raise Refused

        _, outcome = run_job(firms_of(7, rows=100), tmp_path, release=refuse)
        assert isinstance(outcome.failures[party], Refused)
        assert {type(each) for each in outcome.failures.values()} <= {Refused, OtherFailed}
        told = {name for sender, _, name in outcome.messages if sender == party}
        assert all(name.startswith("alignment/") for name in told)

    def test_is_of_no_fewer_figures_than_were_told(self, tmp_path: Path) -> None:
        """With two holders and two fits: what each message of this run told, counted one by one."""
        firms = shadowed()
        job, outcome = run_job(firms, tmp_path)
        fits = report_of(outcome)["fits"]
        for nth, holder in enumerate((HOLDER, THIRD), start=1):
            told = json.loads(outcome.messages[holder, LABEL, f"counts.{nth}/features"])
            bins = sum(len(each["rows"]) for each in told)
            own = len(told)
            numbers = 2 * bins + own * (own + 1) // 2 + own + own * (3 - own)
            answer = json.loads(outcome.messages[LABEL, holder, f"counts.{nth}/answer"])
            back = sum(len(each["woe"]) + len(each["groups"]) for each in answer)
            for fit in fits:
                mine = sum(1 for each in fit["columns"] if each["party"] == holder)
                width = 1 + len(fit["columns"])
                if mine:
                    numbers += width * (width + 1) // 2 + fit["iterations"] * width + mine * width
                    back += (fit["iterations"] + 2) * mine
            assert numbers <= figures_to(job, party=holder, to=LABEL)
            assert back <= figures_to(job, party=LABEL, to=holder)
