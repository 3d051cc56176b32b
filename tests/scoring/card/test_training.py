"""Training from columns to card, and every way to refuse."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.scoring.card.samples import CHARACTERISTICS, PLAN, TARGET, applicants, said, trained

from shuxin.kernel.text import Text
from shuxin.scoring.binning.characteristic import BinningPlan, LengthsDisagree
from shuxin.scoring.binning.lookup import InfiniteValues, ValuesOfWrongKind
from shuxin.scoring.binning.merge import MergePlan, Trend
from shuxin.scoring.binning.shape import Kind
from shuxin.scoring.card.artefact import card_bytes
from shuxin.scoring.card.compiled import ColumnMissing, CompiledCard
from shuxin.scoring.card.plan import CardPlan, Characteristic, Search, SelectionPlan, Separation
from shuxin.scoring.card.regression import OneClassOnly
from shuxin.scoring.card.selection import NothingUseful
from shuxin.scoring.card.training import TooFewRows, Trained, train_card


def train(
    columns: dict[str, np.ndarray],
    outcomes: np.ndarray,
    *,
    characteristics: tuple[Characteristic, ...] = CHARACTERISTICS,
    plan: CardPlan = PLAN,
) -> Trained:
    return train_card(
        columns=columns,
        outcomes=outcomes,
        characteristics=characteristics,
        plan=plan,
        made_on="2026-11-21",
        data_hash="0" * 64,
    )


def auc(scores: np.ndarray, bad: np.ndarray) -> float:
    better = scores[~bad][:, None] - scores[bad]
    return float((better > 0).mean() + 0.5 * (better == 0).mean())


class TestTrainCard:
    def test_keeps_what_counts_and_says_why_not_the_rest(self) -> None:
        found = trained()
        assert set(found.kept) == {"age", "turnover", "sector"}
        assert [(drop.name, "IV" in drop.why.en) for drop in found.dropped] == [("noise", True)]
        assert [each.name for each in found.card.characteristics] == list(found.kept)
        assert (found.regression.coefficients > 0).all()
        assert {(each.code, each.characteristic) for each in found.findings} == {
            ("useless", "noise"),
            ("dominant", "age"),
            ("dominant", "turnover"),
        }
        assert [each.code for each in found.card.findings] == ["dominant", "dominant"]

    def test_tells_new_applicants_apart_as_the_truth_does(self) -> None:
        columns, outcomes = applicants(rows=4000, seed=99)
        scores = CompiledCard.of(trained().card).score_many(columns)
        known = np.nan_to_num(np.log(columns["turnover"]), nan=4.0)
        truth = 0.12 * columns["age"] + 0.5 * (known - 4) + 0.6 * (columns["sector"] == "software")
        assert auc(scores, outcomes) > auc(truth, outcomes) - 0.02

    def test_its_chances_are_right_on_average(self) -> None:
        columns, outcomes = applicants(rows=4000, seed=11)
        compiled = CompiledCard.of(trained().card)
        chance = compiled.probability_of_bad(compiled.score_many(columns))
        assert chance.mean() == pytest.approx(outcomes.mean(), abs=0.01)

    @given(st.integers(0, 1000))
    @settings(max_examples=5)
    def test_equal_data_give_equal_bytes(self, seed: int) -> None:
        columns, outcomes = applicants(rows=600, seed=seed)
        first, second = (card_bytes(train(columns, outcomes).card) for _ in range(2))
        assert first == second

    @given(st.integers(0, 1000))
    @settings(max_examples=5)
    def test_the_order_of_the_rows_does_not_matter(self, seed: int) -> None:
        columns, outcomes = applicants(rows=600, seed=seed)
        order = np.random.default_rng(seed).permutation(600)
        mixed = {name: values[order] for name, values in columns.items()}
        first, second = train(columns, outcomes).card, train(mixed, outcomes[order]).card
        assert [each.shape for each in first.characteristics] == [
            each.shape for each in second.characteristics
        ]
        assert [each.all_points for each in first.characteristics] == [
            each.all_points for each in second.characteristics
        ]

    def test_an_expected_trend_is_kept(self) -> None:
        columns, outcomes = applicants(rows=3000, seed=2)
        turned = replace(CHARACTERISTICS[0], trend=Trend.ASCENDING)
        found = train(columns, outcomes, characteristics=(turned, *CHARACTERISTICS[1:]))
        assert "age" not in found.kept
        assert next(f for f in found.findings if f.characteristic == "age").code == "constant"

    def test_a_dominant_characteristic_is_noticed(self) -> None:
        columns, outcomes = applicants(rows=4000, seed=11)
        found = train(columns, outcomes, characteristics=CHARACTERISTICS[1:])
        assert [(each.code, each.characteristic) for each in found.card.findings] == [
            ("dominant", "turnover")
        ]


class TestLeakage:
    def make(self) -> tuple[dict[str, np.ndarray], np.ndarray, tuple[Characteristic, ...]]:
        columns, outcomes = applicants(rows=3000, seed=5)
        columns["days_past_due"] = outcomes * 90.0 + np.random.default_rng(5).normal(0, 25, 3000)
        leak = Characteristic(name="days_past_due", title=said("days past due"))
        return columns, outcomes, (*CHARACTERISTICS, leak)

    def test_what_contains_the_outcome_stays_out(self) -> None:
        columns, outcomes, characteristics = self.make()
        found = train(columns, outcomes, characteristics=characteristics)
        assert "days_past_due" not in found.kept
        assert any(drop.name == "days_past_due" and "AUC" in drop.why.en for drop in found.dropped)

    def test_unless_it_is_named(self) -> None:
        columns, outcomes, characteristics = self.make()
        plan = replace(PLAN, selection=SelectionPlan(named=("days_past_due",)))
        found = train(columns, outcomes, characteristics=characteristics, plan=plan)
        assert "days_past_due" in found.kept
        assert "suspected_leakage" in [finding.code for finding in found.card.findings]


class TestSmallSample:
    def test_a_hundred_odd_rows_and_forty_candidates(self) -> None:
        """Twelve samples of 123 rows: the mean AUC on new rows, truth .86; chance alone would give .5."""
        found = [self.auc_on_new_rows(seed) for seed in range(12)]
        assert np.mean(found) > 0.72

    def auc_on_new_rows(self, seed: int) -> float:
        rng = np.random.default_rng(seed)
        x = rng.normal(size=(2123, 40))
        bad = rng.random(2123) < 1 / (1 + np.exp(2.0 + 1.2 * x[:, :3].sum(axis=1)))
        columns = {f"x{n:02}": x[:123, n] for n in range(40)}
        plan = CardPlan(
            name="small",
            target=TARGET,
            binning=BinningPlan(merge=MergePlan(min_share=0.15, max_bins=4), max_fine=20),
            selection=SelectionPlan(
                search=Search.FORWARD_AIC,
                ridge=1.0,
                most=5,
                separation=Separation.RIDGE,
                min_iv=0.1,
            ),
        )
        characteristics = tuple(Characteristic(name=name, title=said(name)) for name in columns)
        card = train(columns, bad[:123], characteristics=characteristics, plan=plan).card
        new = {name: x[123:, int(name[1:])] for name in columns}
        return auc(CompiledCard.of(card).score_many(new), bad[123:])


class TestRefusals:
    def make(self) -> tuple[dict[str, np.ndarray], np.ndarray]:
        return applicants(rows=400, seed=1)

    def test_too_few_rows(self) -> None:
        columns, outcomes = applicants(rows=49, seed=1)
        with pytest.raises(TooFewRows, match="49 rows"):
            train(columns, outcomes)

    def test_one_class(self) -> None:
        columns, outcomes = self.make()
        with pytest.raises(OneClassOnly):
            train(columns, np.zeros_like(outcomes))

    def test_a_column_that_is_not_there(self) -> None:
        columns, outcomes = self.make()
        del columns["noise"]
        with pytest.raises(ColumnMissing, match="noise"):
            train(columns, outcomes)

    def test_lengths_that_disagree(self) -> None:
        columns, outcomes = self.make()
        with pytest.raises(LengthsDisagree, match="age has 399"):
            train(columns | {"age": columns["age"][1:]}, outcomes)

    def test_infinite_values(self) -> None:
        columns, outcomes = self.make()
        columns["turnover"][:3] = np.inf
        with pytest.raises(InfiniteValues, match="turnover has 3"):
            train(columns, outcomes)

    def test_text_for_numbers(self) -> None:
        columns, outcomes = self.make()
        with pytest.raises(ValuesOfWrongKind):
            train(columns | {"age": columns["sector"]}, outcomes)

    def test_nothing_useful(self) -> None:
        columns, outcomes = self.make()
        columns["noise"] = np.zeros(400)
        with pytest.raises(NothingUseful):
            train(columns, outcomes, characteristics=CHARACTERISTICS[2:3])

    def test_outcomes_that_are_no_booleans(self) -> None:
        columns, outcomes = self.make()
        with pytest.raises(ValueError, match="booleans"):
            train(columns, outcomes.astype(int))

    def test_one_name_twice(self) -> None:
        columns, outcomes = self.make()
        with pytest.raises(ValueError, match="once"):
            train(columns, outcomes, characteristics=(*CHARACTERISTICS, CHARACTERISTICS[0]))


class TestPlantedOutcome:
    @pytest.mark.parametrize("flipped", [0, 1])
    def test_a_column_that_is_the_outcome_is_leakage_and_not_on_the_card(
        self, flipped: int
    ) -> None:
        rng = np.random.default_rng(7)
        bad = rng.random(400) < 0.3
        honest = rng.normal(size=400) + bad
        leak = (bad ^ bool(flipped)).astype(float)
        text = np.where(bad, "bad", "good").astype(object)
        wanted = [
            Characteristic(name="honest", title=Text(en="h", zh="h")),
            Characteristic(name="leak", title=Text(en="l", zh="l")),
            Characteristic(name="word", title=Text(en="w", zh="w"), kind=Kind.CATEGORICAL),
        ]
        trained = train_card(
            columns={"honest": honest, "leak": leak, "word": text},
            outcomes=bad,
            characteristics=wanted,
            plan=CardPlan(name="planted", target=Text(en="bad", zh="坏")),
            made_on="2026-01-01",
            data_hash="0",
        )
        assert trained.kept == ("honest",)
        flagged = {f.characteristic for f in trained.findings if f.code == "suspected_leakage"}
        assert flagged == {"leak", "word"}
