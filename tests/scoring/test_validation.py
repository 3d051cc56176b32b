"""How good the card is on enterprises that it has not seen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.scoring.samples import bundle, sample

from shuxin.infra.api import silent_progress
from shuxin.scoring import validation
from shuxin.scoring.evaluation.folds import TooFewForFolds
from shuxin.scoring.evaluation.intervals import bootstrapped
from shuxin.scoring.evaluation.metrics import roc_auc
from shuxin.scoring.report.model_report import model_report_html
from shuxin.scoring.validation import (
    FEW_BADS,
    NOT_OUT_OF_TIME,
    cautions_of,
    measured_of,
    model_report,
    plain_regression,
    validate,
)

if TYPE_CHECKING:
    from tests.scoring.conftest import Office

    from shuxin.scoring.training import TrainingSet
    from shuxin.scoring.validation import Validation

SEED = 7


def checked(rows: TrainingSet, **known: object) -> Validation:
    work = {"bundle": bundle(), "others": None, "seed": SEED, "progress": silent_progress}
    return validate(rows, **(work | {"folds": 4, "repeats": 1} | known))  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is validated here is not how sharp an interval is (evaluation/test_intervals.py)."""
    monkeypatch.setitem(bootstrapped.__kwdefaults__, "resamples", 100)


@pytest.fixture(scope="module")
def twins() -> TrainingSet:
    """Every firm has two loans."""
    rows = sample(rows=200, seed=6)
    return replace(rows, entities=tuple(f"firm-{n // 2}" for n in range(200)))


class TestValidate:
    def test_an_enterprise_is_never_in_two_folds(
        self, twins: TrainingSet, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen: list[tuple[set[str], set[str]]] = []

        def spied(rows: TrainingSet) -> object:
            seen.append(set(rows.entities))
            return card_of(rows)

        card_of = validation._card_of
        monkeypatch.setattr(validation, "_card_of", spied)
        found = checked(twins)
        everyone = set(twins.entities)
        tested = [everyone - trained for trained in seen]
        assert len(seen) == 4
        assert sorted(name for part in tested for name in part) == sorted(everyone)
        assert found.folds.scores.shape == (1, 200)

    @pytest.mark.soak
    def test_the_same_seed_measures_the_same(self, twins: TrainingSet) -> None:
        one, other = checked(twins, folds=2), checked(twins, folds=2)
        third = checked(twins, folds=2, seed=8)
        assert np.array_equal(one.folds.scores, other.folds.scores)
        assert measured_of(one) == measured_of(other)
        assert not np.array_equal(one.folds.scores, third.folds.scores)

    @pytest.mark.soak
    def test_outcomes_at_random_are_not_predicted(self) -> None:
        """Nothing learnt from the fold tested: the honest AUC of noise is a half.

        Its standard error is at most sqrt(401 / (12 * 80 * 320)) = 0.036 for one class of 80 in 400;
        five of them leave a false alarm of 1e-6.
        """
        rows = sample(rows=400, seed=6)
        noise = np.zeros(400, dtype=bool)
        noise[np.random.default_rng(1).permutation(400)[:80]] = True
        found = checked(replace(rows, outcomes=noise))
        assert abs(found.card.over_folds.value - 0.5) < 0.18

    def test_a_signal_is_found_by_card_and_regression(self) -> None:
        found = checked(sample(rows=500, seed=6))
        assert found.card.over_folds.value > 0.65
        assert found.plain.over_folds.value > 0.65
        assert 0 < found.brier < 0.25
        assert ((found.probabilities > 0) & (found.probabilities < 1)).all()

    def test_progress_counts_every_fit(self, twins: TrainingSet) -> None:
        told: list[tuple[int, int]] = []
        checked(twins, folds=2, repeats=2, progress=lambda done, of, _: told.append((done, of)))
        assert told == [(n, 8) for n in range(1, 9)]

    def test_needs_as_many_bads_as_folds(self, twins: TrainingSet) -> None:
        few = np.zeros(200, dtype=bool)
        few[:4] = True
        with pytest.raises(TooFewForFolds):
            checked(replace(twins, outcomes=few))


class TestPopulations:
    def test_the_same_population_has_not_moved(self) -> None:
        rows = sample(rows=300, seed=6)
        found = checked(rows, folds=2, others=rows.columns)
        assert found.stability is not None
        assert found.stability.psi == pytest.approx(0, abs=1e-12)
        assert all(s.stability.psi == pytest.approx(0, abs=1e-12) for s in found.shifts.values())
        assert found.shifts.keys() == {c.name for c in bundle().card.characteristics}

    def test_another_one_has(self) -> None:
        rows, others = sample(rows=300, seed=6), sample(rows=300, seed=7).columns
        worse = {name: column * 0.3 for name, column in others.items()}
        found = checked(rows, folds=2, others=worse)
        assert found.stability is not None
        assert found.stability.psi > 0.25

    @pytest.mark.parametrize("others", [None, {"inv_out_amt_12m": np.array([])}])
    def test_nobody_to_compare_with(self, others: dict | None, twins: TrainingSet) -> None:
        found = checked(twins, folds=2, others=others)
        assert (found.stability, found.shifts) == (None, {})


class TestPlainRegression:
    def test_columns_without_any_number_are_borne(self) -> None:
        rows = sample(rows=200, seed=6)
        empty = dict(rows.columns) | {"inv_out_cv_12m": np.full(200, np.nan)}
        score = plain_regression(replace(rows, columns=empty))
        assert np.isfinite(score(rows.columns)).all()

    def test_higher_is_better(self) -> None:
        rows = sample(rows=400, seed=6)
        score = plain_regression(rows)(rows.columns)
        assert roc_auc(scores=score, outcomes=rows.outcomes) > 0.7


class TestCautions:
    def test_say_what_the_figures_do_not_prove(self) -> None:
        rows = sample(rows=200, seed=6)
        said = FEW_BADS.say("en", bads=int(rows.outcomes.sum()))
        assert [caution.en for caution in cautions_of(rows)] == [said]
        later = cautions_of(replace(rows, out_of_time=False))
        assert [caution.en for caution in later] == [NOT_OUT_OF_TIME.en, said]

    def test_of_a_large_dated_sample_there_are_none(self) -> None:
        rows = sample(rows=200, seed=6)
        assert cautions_of(replace(rows, outcomes=np.ones(500, dtype=bool))) == ()


@pytest.mark.django_db
class TestModelReport:
    def test_tells_every_characteristic_and_measure(self, office: Office) -> None:
        found = checked(office.rows, bundle=office.made.bundle, others=office.rows.columns)
        report = model_report(
            office.rows, bundle=office.made.bundle, trained=office.made.trained, checked=found
        )
        for language in ("en", "zh"):
            page = model_report_html(report=report, language=language)
            for characteristic in office.made.bundle.card.characteristics:
                assert characteristic.title.say(language) in page
            for measure in measured_of(found):
                assert f"{measure.value:.3f}" in page
        assert len(report.characteristics) + len(report.dropped) == len(office.made.trained.binned)
