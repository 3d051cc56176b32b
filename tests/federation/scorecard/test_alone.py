"""The label party's own card: that of one place with its own columns alone, and nobody learns of it."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.federation.scorecard.world import (
    BAD,
    HOLDER,
    LABEL,
    Firms,
    firms_of,
    job_of,
    label_card,
    one_place,
    run_job,
    work_of,
)

from shuxin.federation.scorecard import alone as alone_module
from shuxin.federation.scorecard import label as program
from shuxin.federation.scorecard.alone import NO_FEATURES, NONE_LEFT, Alone, OwnCard, alone
from shuxin.federation.scorecard.own import Own, own_rows
from shuxin.federation.scorecard.rows import Common
from shuxin.kernel.text import Text
from shuxin.scoring.card.artefact import card_hash, read_card
from shuxin.scoring.card.compiled import CompiledCard
from shuxin.scoring.card.regression import CharacteristicsCollinear, Separated
from shuxin.scoring.evaluation.metrics import roc_auc

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.federation.domain.job import Job
    from shuxin.kernel.errors import ShuxinError


def own_of(firms: Firms, job: Job) -> Own:
    work = work_of(firms, job, LABEL, channel=None, kept={})
    return own_rows(work, Common("".join(firms.codes).encode(), "digest"))


def made(firms: Firms, **parameters: Any) -> tuple[Alone, Own, Job]:
    job = job_of(firms, **parameters)
    own = own_of(firms, job)
    return alone(job, own), own, job


def bank_of(seed: int, rows: int = 300) -> Firms:
    """Own columns that help, one that doubles another, noise, and one whose sign turns when another is known."""
    rng = np.random.default_rng(seed)
    firms = firms_of(seed, rows=rows)
    arrears, size = firms.features[HOLDER]["arrears"], firms.features[LABEL]["years"]
    firms.features[LABEL] |= {
        "twin": firms.features[LABEL]["turnover"] * rng.uniform(0.99, 1.01, rows),
        "arrears": arrears,
        "shadow": np.round(0.6 * arrears + 0.8 * rng.normal(size=rows) + 0.3 * size, 1),
        "sector": firms.features[HOLDER]["sector"],
        "noise": rng.normal(size=rows),
    }
    return firms


def require_own_card(found: Alone) -> OwnCard:
    assert isinstance(found.found, OwnCard)
    return found.found


WITH_A_TURN = 4
"""Of these firms a fit drops a column whose sign turned; of the others none."""


@lru_cache
def bank_made(seed: int) -> tuple[Firms, Alone, Own, Job]:
    firms = bank_of(seed)
    return firms, *made(firms)


class TestAlone:
    @pytest.mark.parametrize("seed", [1, WITH_A_TURN])
    def test_is_the_card_of_one_place_with_the_own_columns(self, seed: int) -> None:
        firms, found, own, job = bank_made(seed)
        mine = Firms(firms.codes, {LABEL: firms.features[LABEL]}, firms.target)
        wanted = one_place(mine, job)
        card = require_own_card(found)
        coefficients = {
            f"{each.name} ({LABEL})": each.coefficient for each in card.card.characteristics
        }
        assert coefficients == pytest.approx(wanted.coefficients, rel=1e-6)
        assert card.card.intercept == pytest.approx(wanted.selected.regression.intercept, rel=1e-6)
        assert {each.title for each, _ in found.choice.dropped} == (
            {each.title for each in wanted.columns} - coefficients.keys()
        )
        assert card.card.training.data_hash == own.data_hash
        turned = [each.title for each, why in found.choice.dropped if "not positive" in why.en]
        assert bool(turned) is (seed == WITH_A_TURN)

    @pytest.mark.parametrize("seed", [1, WITH_A_TURN])
    def test_scores_from_values_as_scoring_does_and_auc_is_of_these_points(self, seed: int) -> None:
        firms, found, _, _ = bank_made(seed)
        card = require_own_card(found)
        read = read_card(card.content)
        assert read == card.card
        values = {each.name: firms.features[LABEL][each.name] for each in read.characteristics}
        points = CompiledCard.of(read).points_many(values).sum(axis=1)
        auc = roc_auc(scores=points.astype(float), outcomes=firms.target == BAD)
        assert card.auc == pytest.approx(auc, abs=1e-12)

    def test_is_on_the_jobs_scale(self) -> None:
        """Half a point at most is lost for each characteristic."""
        card = require_own_card(made(bank_of(1), base_points=500, pdo=40)[0]).card
        count = len(card.characteristics)
        for each in card.characteristics:
            for one in each.bins:
                log_odds = each.coefficient * one.woe + card.intercept / count
                exact = log_odds * card.scaling.factor + card.scaling.offset / count
                assert abs(one.points - exact) <= 0.5 + 1e-9
            points = [one.points for one in each.bins for _ in range(one.good + one.bad)]
            assert each.reference == pytest.approx(np.mean(points), abs=0.005 + 1e-9)
        assert (card.scaling.base_points, card.scaling.pdo) == (500, 40)

    def test_takes_as_many_fits_as_it_needs(self) -> None:
        """The job's limit is for what fits tell holders; this tells nobody."""
        _, usual, _, _ = bank_made(WITH_A_TURN)
        few = require_own_card(made(bank_of(WITH_A_TURN), fits=1)[0])
        assert few.card == require_own_card(usual).card


class TestNone:
    def test_without_features_says_so(self) -> None:
        found, _, _ = made(firms_of(7, rows=100, own=False))
        assert found.found == NO_FEATURES

    def test_of_noise_says_that_none_is_left_and_why(self) -> None:
        firms = firms_of(7, rows=300)
        firms.features[LABEL] = {"noise": np.random.default_rng(1).normal(size=300)}
        found, _, _ = made(firms, min_iv_thousandths=500)
        assert found.found == NONE_LEFT
        assert [each.table.name for each, _ in found.choice.dropped] == ["noise"]

    @pytest.mark.parametrize("why", [Separated, CharacteristicsCollinear])
    def test_where_scorings_regression_has_no_end_says_so(
        self, monkeypatch: pytest.MonkeyPatch, why: type[ShuxinError]
    ) -> None:
        def no_end(**_given: Any) -> None:
            raise why

        monkeypatch.setattr(alone_module, "fit_logistic", no_end)
        found, _, _ = made(bank_of(7))
        assert isinstance(found.found, Text)
        assert why.what.en in found.found.en
        assert why.what.zh in found.found.zh

    def test_of_a_card_that_no_file_takes_says_so(self) -> None:
        firms = bank_of(7)
        firms.features[LABEL]["sector"] = np.array(
            [None if each is None else each * 60 for each in firms.features[LABEL]["sector"]]
        )
        found, _, _ = made(firms)
        assert isinstance(found.found, Text)
        assert "categories" in found.found.en


class TestInAJob:
    def test_is_kept_and_in_the_report(self, tmp_path: Path) -> None:
        firms = firms_of(7, rows=400)
        job, outcome = run_job(firms, tmp_path)
        assert not outcome.failures
        card = read_card(outcome.kept[LABEL]["alone"])
        told = json.loads(outcome.kept[LABEL]["report"])["alone"]
        wanted = alone(job, own_of(in_order(firms), job))
        own = require_own_card(wanted)
        assert told["auc"] == own.auc
        assert told["intercept"] == card.intercept == pytest.approx(own.card.intercept)
        assert told["card"] == card_hash(card)
        assert [(e["name"], e["coefficient"]) for e in told["columns"]] == [
            (each.name, each.coefficient) for each in card.characteristics
        ]
        assert {each["name"] for each in told["dropped"]} == {
            each.table.name for each, _ in wanted.choice.dropped
        }
        assert card.training.rows == label_card(outcome).training.rows
        assert not any("alone" in kept for party, kept in outcome.kept.items() if party != LABEL)

    def test_is_told_to_nobody(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """It is made of the job and the own rows when all has been sent, and a card that cannot be ends no job."""
        seen: list[set[tuple[str, str, str]]] = []

        def watched(job: Job, own: Own) -> Alone:
            seen.append(set(messages))
            return Alone(alone(job, own).choice, NONE_LEFT)

        messages: dict[tuple[str, str, str], bytes] = {}

        def noted(sender: str, receiver: str, name: str, content: bytes) -> bytes:
            messages[sender, receiver, name] = content
            return content

        monkeypatch.setattr(program, "alone", watched)
        _, outcome = run_job(firms_of(7, rows=400), tmp_path, change=noted)
        assert not outcome.failures
        (before,) = seen
        assert before == {key for key in outcome.messages if key in before}
        assert all(key in before for key in outcome.messages if key[0] == LABEL)
        assert "alone" not in outcome.kept[LABEL]
        told = json.loads(outcome.kept[LABEL]["report"])["alone"]
        assert told["none"] == {"en": NONE_LEFT.en, "zh": NONE_LEFT.zh}


def in_order(firms: Firms) -> Firms:
    """The same firms in the common order."""
    order = firms.common()
    features = {
        party: {name: column[order] for name, column in each.items()}
        for party, each in firms.features.items()
    }
    return Firms([firms.codes[nth] for nth in order], features, firms.target[order])
