"""Reasons: what cost points against those near the cut-off, in agreed words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.scoring.card.samples import PLAN, applicants, card_of, place, said, trained

from shuxin.scoring.card.compiled import CompiledCard
from shuxin.scoring.card.reasons import MOST_REASONS, reasons_of, reference_points

LOW, HIGH, MISSING = said("low"), said("high"), said("missing")


class TestReferencePoints:
    def test_is_the_mean_within_ten_points(self) -> None:
        scores = np.array([549] * 60 + [550] * 30 + [570] * 30 + [571] * 60)
        points = scores[:, None] - 500
        found = reference_points(points=points, scores=scores, cut_off=560)
        assert found.tolist() == [60.0]

    def test_takes_the_nearest_fifty_where_fewer_are_near(self) -> None:
        scores = np.array([560] * 10 + [580] * 40 + [500] * 40)
        points = np.where(scores == 500, 1000, scores)[:, None]
        found = reference_points(points=points, scores=scores, cut_off=560)
        assert found[0] == pytest.approx((10 * 560 + 40 * 580) / 50)

    def test_takes_everybody_where_there_are_fewer_than_fifty(self) -> None:
        found = reference_points(
            points=np.array([[1, 10], [3, 20]]), scores=np.array([300, 850]), cut_off=560
        )
        assert found.tolist() == [2.0, 15.0]

    @given(st.lists(st.integers(300, 850), min_size=1, max_size=120), st.integers(0, 99))
    def test_the_order_of_the_rows_does_not_matter(self, scores: list[int], seed: int) -> None:
        found = np.array(scores)
        mixed = np.random.default_rng(seed).permutation(found)
        first, second = (
            reference_points(points=each[:, None], scores=each, cut_off=560)
            for each in (found, mixed)
        )
        assert first == pytest.approx(second)


def explained(value: float | None, **extra: object) -> list[str]:
    card = card_of(
        place(
            "x",
            (500, 540, 560, 530, 480),
            edges=(1.0, 2.0, 3.0),
            reference=550.0,
            **{"low": LOW, "high": HIGH, "missing": MISSING} | extra,
        )
    )
    scored = CompiledCard.of(card).score({"x": value})
    return [reason.text.en for reason in reasons_of(card=card, scored=scored)]


class TestWhichText:
    @pytest.mark.parametrize(
        ("value", "texts"),
        [(0.0, ["low"]), (1.5, ["low"]), (2.5, []), (9.0, ["high"]), (None, ["missing"])],
    )
    def test_follows_the_side_of_the_best_bin(self, value: float | None, texts: list[str]) -> None:
        assert explained(value) == texts

    def test_a_missing_value_without_its_own_text(self) -> None:
        assert explained(None, missing=None) == ["No information: x"]

    def test_a_characteristic_without_texts_is_never_shown(self) -> None:
        for value in (0.0, 9.0, None):
            assert explained(value, low=None, high=None, missing=None) == []

    def test_the_best_value_is_no_reason_even_below_the_reference(self) -> None:
        card = card_of(
            place("x", (500, 520, 600), edges=(1.0,), reference=550.0, low=LOW, high=HIGH)
        )
        compiled = CompiledCard.of(card)
        assert reasons_of(card=card, scored=compiled.score({"x": 5.0})) == ()

    def test_a_category_takes_the_low_text(self) -> None:
        part = place(
            "x", (500, 560, 560), categories=(("a",), ("b",)), reference=550.0, low=LOW, high=HIGH
        )
        card = card_of(part)
        compiled = CompiledCard.of(card)
        (known,) = reasons_of(card=card, scored=compiled.score({"x": "a"}))
        (new,) = reasons_of(card=card, scored=compiled.score({"x": "z"}))
        assert (known.text, known.bin_label.en) == (LOW, "a")
        assert (new.text, new.bin_label.en) == (LOW, "not among the known categories")


class TestReasonsOf:
    def test_one_for_each_group_the_greatest_loss_first(self) -> None:
        card = card_of(
            place("a", (10, 90, 0), edges=(0.0,), reference=30.0, group="sales", low=said("a")),
            place("b", (10, 90, 0), edges=(0.0,), reference=50.0, group="sales", low=said("b")),
            place("c", (10, 90, 0), edges=(0.0,), reference=40.0, group="tax", low=said("c")),
            place("d", (10, 90, 0), edges=(0.0,), reference=10.0, group="law", low=said("d")),
        )
        scored = CompiledCard.of(card).score(dict.fromkeys("abcd", -1.0))
        found = reasons_of(card=card, scored=scored)
        assert [(r.rank, r.characteristic, r.group, r.loss) for r in found] == [
            (1, "b", "sales", 40.0),
            (2, "c", "tax", 30.0),
        ]
        assert [(r.points, r.reference, r.bin_label.en) for r in found] == [
            (10, 50.0, "under 0"),
            (10, 40.0, "under 0"),
        ]

    def test_at_most_four_ties_in_the_order_of_the_card(self) -> None:
        names = ["f", "e", "d", "c", "b", "a"]
        card = card_of(
            *(place(n, (10, 90, 0), edges=(0.0,), reference=20.0, low=said(n)) for n in names)
        )
        scored = CompiledCard.of(card).score(dict.fromkeys(names, -1.0))
        found = reasons_of(card=card, scored=scored)
        assert [reason.characteristic for reason in found] == names[:MOST_REASONS]

    @given(st.integers(0, 3999))
    def test_a_trained_card_explains_every_applicant(self, row: int) -> None:
        card = trained().card
        columns, _ = applicants(rows=4000, seed=11)
        scored = CompiledCard.of(card).score({name: each[row] for name, each in columns.items()})
        found = reasons_of(card=card, scored=scored)
        allowed = {
            text
            for each in card.characteristics
            for text in (each.reason_low, each.reason_high, each.reason_missing)
        }
        by_name = {name: points for name, _, points in scored.by_characteristic}
        groups = [reason.group for reason in found if reason.group]
        assert len(groups) == len(set(groups))
        assert [r.loss for r in found] == sorted((r.loss for r in found), reverse=True)
        for reason in found:
            assert reason.loss == pytest.approx(reason.reference - by_name[reason.characteristic])
            assert reason.loss > 0
            assert reason.text in allowed or reason.text.en.startswith("No information")

    def test_references_of_a_trained_card_are_those_near_the_cut_off(self) -> None:
        card = trained().card
        columns, _ = applicants(rows=4000, seed=11)
        compiled = CompiledCard.of(card)
        points, scores = compiled.points_many(columns), compiled.score_many(columns)
        near = abs(scores - PLAN.cut_off) <= 10
        assert near.sum() >= 50
        references = [each.reference for each in card.characteristics]
        assert references == pytest.approx(points[near].mean(axis=0))
