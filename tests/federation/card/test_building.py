"""Both sides find the same points, and what they tell each other holds no edge and no category of a holder."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.federation.card.samples import (
    CATEGORIES,
    HOLDERS,
    LABEL,
    SALT,
    coded_of,
    contract_of,
    slow_points,
    summing,
    training_of,
    world_of,
)

from shuxin.federation.card.building import (
    Coded,
    Draft,
    Training,
    Weight,
    card_part,
    label_part,
    notice_of,
)
from shuxin.federation.card.contract import Contribution
from shuxin.federation.card.files import file_of, hash_of
from shuxin.federation.card.offers import Notice
from shuxin.federation.card.points import GRID, holder_points
from shuxin.kernel.text import Text
from shuxin.scoring.api import CardInvalid, Scaling, TrainingFacts
from shuxin.scoring.binning.shape import BinShape, Kind

HOLDER = HOLDERS[0]
seeds = st.integers(0, 10_000)


def draft_of(holders: dict[str, tuple[Weight, ...]]) -> Draft:
    return Draft(
        job="a" * 64,
        model="sample",
        version="1",
        made_on="2026-11-22",
        target=Text(en="bad", zh="坏"),
        party=LABEL,
        contract=contract_of(Contribution.BY_HOLDER),
        scaling=Scaling(),
        intercept=-1.0,
        characteristics=(),
        holders=holders,
        cut_off=560,
        training=TrainingFacts(rows=100, bads=10, data_hash="0" * 64),
    )


def weights_of(coded: list[Coded], rng: np.random.Generator) -> tuple[Weight, ...]:
    return tuple(
        Weight(each.shape.name, int(rng.integers(-GRID, GRID)), each.woe) for each in coded
    )


class TestPart:
    @given(seed=seeds)
    def test_has_the_points_that_the_label_party_finds(self, seed: int) -> None:
        """The label party knows names, coefficients and WOE by the place of the bin, and nothing else."""
        rng = np.random.default_rng(seed)
        coded = coded_of(HOLDER, rng)
        weights = weights_of(coded, rng)
        draft = draft_of({HOLDER: weights})
        part = card_part(
            offer=draft.offer(HOLDER),
            coded=coded,
            categories=CATEGORIES,
            training=training_of(coded, rng),
            salt=SALT,
        )
        found = {each.shape.name: each.points for each in part.characteristics}
        factor = draft.scaling.factor
        assert found == {
            each.name: holder_points(coefficient=each.coefficient, woe=each.woe, factor=factor)
            for each in weights
        }

    @given(seed=seeds)
    def test_missing_points_and_references_are_means_of_training(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        coded = coded_of(HOLDER, rng)
        training = training_of(coded, rng)
        offer = draft_of({HOLDER: weights_of(coded, rng)}).offer(HOLDER)
        part = card_part(
            offer=offer, coded=coded, categories=CATEGORIES, training=training, salt=SALT
        )
        rows = [slow_points(part, training.values, row) for row in range(part.rows)]
        mean = Fraction(sum(sum(row.values()) for row in rows), len(rows))
        assert abs(part.missing_points - mean) <= Fraction(1, 2)
        for each in part.characteristics:
            alone = replace(part, characteristics=(each,), missing_points=min(each.points),
                            categories=tuple(c for c in part.categories if c.code == each.category))  # fmt: skip
            near = [
                slow_points(alone, training.values, row)[each.category]
                for row in np.flatnonzero(training.near)
            ]
            assert abs(each.reference - Fraction(100 * sum(near), len(near))) <= Fraction(1, 2)

    @given(seed=seeds)
    def test_leaves_out_what_the_model_does_not_use(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        coded = coded_of(HOLDER, rng)
        offer = draft_of({HOLDER: weights_of(coded[:1], rng)}).offer(HOLDER)
        part = card_part(
            offer=offer,
            coded=coded,
            categories=CATEGORIES,
            training=training_of(coded, rng),
            salt=SALT,
        )
        assert [each.shape.name for each in part.characteristics] == [coded[0].shape.name]
        assert [each.code for each in part.categories] == [coded[0].category]

    def test_an_offer_for_a_characteristic_it_does_not_have_is_refused(self) -> None:
        rng = np.random.default_rng(1)
        coded = coded_of(HOLDER, rng)
        offer = draft_of({HOLDER: (Weight("other", 1, (1, 2)),)}).offer(HOLDER)
        with pytest.raises(CardInvalid, match="coefficients"):
            card_part(
                offer=offer,
                coded=coded,
                categories=CATEGORIES,
                training=training_of(coded, rng),
                salt=SALT,
            )

    def test_references_need_rows(self) -> None:
        rng = np.random.default_rng(1)
        coded = coded_of(HOLDER, rng)
        training = training_of(coded, rng)
        nobody = Training(training.values, np.zeros(len(training.near), bool))
        offer = draft_of({HOLDER: weights_of(coded, rng)}).offer(HOLDER)
        with pytest.raises(CardInvalid, match="training"):
            card_part(offer=offer, coded=coded, categories=CATEGORIES, training=nobody, salt=SALT)


class TestNotice:
    def test_and_offer_hold_no_edge_and_no_category_of_a_holder(self) -> None:
        shapes = (
            BinShape("a", Kind.NUMERIC, edges=(12345.5,), specials=(-98765.0,)),
            BinShape("b", Kind.CATEGORICAL, categories=(("retail-secret",), ("other-secret",))),
        )
        coded = [Coded(shape, tuple(range(shape.count)), "trade") for shape in shapes]
        weights = tuple(Weight(each.shape.name, 54321, each.woe) for each in coded)
        draft = draft_of({HOLDER: weights})
        values = {"a": [12345.5, 1.0], "b": ["retail-secret", ""]}
        part = card_part(
            offer=draft.offer(HOLDER),
            coded=coded,
            categories=CATEGORIES,
            training=Training(values, np.array([True, False])),
            salt=SALT,
        )
        told = file_of(notice_of(part, part_hash=hash_of(part))) + file_of(draft.offer(HOLDER))
        kept = file_of(part)
        for secret in (b"12345.5", b"98765", b"secret"):
            assert secret in kept
            assert secret not in told

    def test_and_the_parts_hash_does_not_let_edges_be_guessed(self) -> None:
        """Whoever guesses everything but the salt does not find the hash."""
        part = world_of(summing(at_least=1), seed=1, holders=1).parts[HOLDER]
        assert hash_of(replace(part, salt="0" * 64)) != hash_of(part)
        for salt in ("", "0" * 63, "G" * 64):
            with pytest.raises(CardInvalid, match="salt"):
                replace(part, salt=salt)

    def test_names_just_these_things(self) -> None:
        part = world_of(summing(at_least=1), seed=1, holders=1).parts[HOLDER]
        content = json.loads(file_of(notice_of(part, part_hash=hash_of(part))))["card"]
        assert content.keys() == {
            "party",
            "part",
            "categories",
            "characteristics",
            "missing_points",
            "format",
        }


class TestLabelPart:
    @given(seed=seeds, holders=st.integers(1, 3))
    def test_spans_hold_whatever_a_holder_can_give(self, seed: int, holders: int) -> None:
        world = world_of(contract_of(Contribution.BY_CATEGORY), seed=seed, holders=holders)
        for seat in world.label.seats:
            for row in range(world.rows):
                found = slow_points(world.parts[seat.party], world.values[seat.party], row)
                for category, span in zip(seat.categories, seat.spans, strict=True):
                    assert span.low <= found[category.code] <= span.high

    @given(seed=seeds)
    def test_spans_are_the_least_that_do(self, seed: int) -> None:
        world = world_of(contract_of(Contribution.BY_CATEGORY), seed=seed, holders=1)
        seat, part = world.label.seats[0], world.parts[HOLDER]
        for category, span in zip(seat.categories, seat.spans, strict=True):
            inside = [each for each in part.characteristics if each.category == category.code]
            assert span.low == sum(min(each.points) for each in inside)
            assert span.high == sum(max(each.points) for each in inside)

    def notice(self) -> tuple[Draft, Notice]:
        rng = np.random.default_rng(3)
        coded = coded_of(HOLDER, rng)
        draft = draft_of({HOLDER: weights_of(coded, rng)})
        part = card_part(
            offer=draft.offer(HOLDER),
            coded=coded,
            categories=CATEGORIES,
            training=training_of(coded, rng),
            salt=SALT,
        )
        return draft, notice_of(part, part_hash=hash_of(part))

    def test_every_holder_must_have_told_of_its_part_once(self) -> None:
        draft, notice = self.notice()
        assert label_part(draft, [notice]).holders == (HOLDER,)
        for notices in ([], [notice, notice], [replace(notice, party=HOLDERS[1])]):
            with pytest.raises(CardInvalid, match="notices"):
                label_part(draft, notices)

    def test_a_notice_of_other_characteristics_is_refused(self) -> None:
        draft, notice = self.notice()
        renamed = tuple((f"{name}x", category) for name, category in notice.characteristics)
        with pytest.raises(CardInvalid, match="notices"):
            label_part(draft, [replace(notice, characteristics=renamed)])

    @pytest.mark.parametrize("points", [10**5, -(10**5)])
    def test_missing_points_that_no_subject_could_have_are_refused(self, points: int) -> None:
        draft, notice = self.notice()
        with pytest.raises(CardInvalid, match="missing_points"):
            label_part(draft, [replace(notice, missing_points=points)])
