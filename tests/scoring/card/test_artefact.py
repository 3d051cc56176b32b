"""The card's file: the same card comes back, and nothing but the same."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.scoring.card.samples import applicants, card_of, place, said, trained

from shuxin.kernel.canonical import canonical_json, content_hash
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text
from shuxin.scoring.card.artefact import Scorecard, card_bytes, card_hash, read_card
from shuxin.scoring.card.compiled import CompiledCard
from shuxin.scoring.card.sealed import LARGEST_BYTES, CardAltered, CardInvalid

TRAINED = trained().card
DATA = card_bytes(TRAINED)


def forged(change: dict[tuple[str | int, ...], Any]) -> bytes:
    """A card changed and sealed again, as somebody could who knows the format."""
    content = json.loads(DATA)["card"]
    for path, value in change.items():
        inner = content
        for step in path[:-1]:
            inner = inner[step]
        if value is None:
            del inner[path[-1]]
        else:
            inner[path[-1]] = value
    return canonical_json({"card": content, "sha256": content_hash(content)})


class TestRoundTrip:
    def test_gives_the_same_card_and_bytes(self) -> None:
        again = read_card(DATA, expected_hash=card_hash(TRAINED))
        assert again == TRAINED
        assert card_bytes(again) == DATA

    @given(seed=st.integers(0, 1000))
    @settings(max_examples=10)
    def test_gives_the_same_points_to_every_row(self, seed: int) -> None:
        columns, _ = applicants(rows=500, seed=seed)
        before = CompiledCard.of(TRAINED).score_many(columns)
        after = CompiledCard.of(read_card(DATA)).score_many(columns)
        assert before.tolist() == after.tolist()

    @given(
        edges=st.lists(st.floats(allow_nan=False, allow_infinity=False), unique=True, max_size=6)
        .map(sorted)
        .map(tuple),
        points=st.lists(st.integers(-500, 500), min_size=8, max_size=8),
        coefficient=st.floats(-10, 10),
    )
    def test_keeps_every_digit(
        self, edges: tuple[float, ...], points: list[int], coefficient: float
    ) -> None:
        part = place("x", tuple(points[: len(edges) + 2]), edges=edges)
        card = card_of(replace(part, coefficient=coefficient, reason_low=said("低 {}"[:1])))
        assert read_card(card_bytes(card)) == card

    def test_the_file_carries_the_hash(self) -> None:
        assert json.loads(DATA)["sha256"] == card_hash(TRAINED)


class TestAlteration:
    @given(st.integers(0, len(DATA) - 1), st.integers(0, 255))
    def test_one_changed_byte_is_refused(self, where: int, byte: int) -> None:
        changed = bytearray(DATA)
        changed[where] = byte
        if bytes(changed) != DATA:
            with pytest.raises(InvalidInput):
                read_card(bytes(changed))

    @given(st.integers(0, len(DATA) - 1))
    def test_a_cut_file_is_refused(self, length: int) -> None:
        with pytest.raises(InvalidInput):
            read_card(DATA[:length])

    def test_points_changed_by_hand(self) -> None:
        card = json.loads(DATA)
        card["card"]["characteristics"][0]["bins"][0]["points"] += 1
        with pytest.raises(CardAltered):
            read_card(canonical_json(card))

    def test_the_same_content_in_other_bytes(self) -> None:
        with pytest.raises(CardAltered):
            read_card(json.dumps(json.loads(DATA)).encode())

    def test_another_card_than_the_approved_one(self) -> None:
        with pytest.raises(CardAltered):
            read_card(DATA, expected_hash="0" * 64)


FIRST = ("characteristics", 0)


class TestForgery:
    """A valid seal does not make a valid card."""

    def test_the_forger_can_seal(self) -> None:
        assert read_card(forged({("name",): "other"})).name == "other"

    @pytest.mark.parametrize(
        "change",
        [
            {("extra",): 1},
            {("name",): None},
            {("format",): "shuxin-scorecard/2"},
            {("intercept",): "0.1"},
            {("cut_off",): 560.5},
            {("cut_off",): 10**9},
            {("characteristics",): []},
            {(*FIRST, "bins", 0, "points"): 12.5},
            {(*FIRST, "bins", 0, "points"): 10**6},
            {(*FIRST, "bins", 0, "good"): -1},
            {(*FIRST, "bins"): []},
            {(*FIRST, "shape", "edges"): [3, 2, 1]},
            {(*FIRST, "shape", "edges"): [1]},
            {(*FIRST, "shape", "kind"): "magic"},
            {(*FIRST, "shape", "name"): "x" * 121},
            {(*FIRST, "title", "en"): "{secret}"},
            {("training", "bads"): 0},
            {("training", "rows"): 5},
            {("scaling", "pdo"): 0},
            {("target",): "bad"},
        ],
        ids=str,
    )
    def test_a_card_that_cannot_be_is_refused(
        self, change: dict[tuple[str | int, ...], Any]
    ) -> None:
        with pytest.raises(InvalidInput):
            read_card(forged(change))

    def test_tells_where(self) -> None:
        with pytest.raises(CardInvalid, match=r"characteristics\.0\.bins\.0\.points"):
            read_card(forged({(*FIRST, "bins", 0, "points"): 12.5}))


class TestScorecard:
    def test_refuses_two_characteristics_of_one_name(self) -> None:
        with pytest.raises(CardInvalid):
            card_of(place("x", (1, 2)), place("x", (1, 2)))

    def test_refuses_a_text_too_long_to_be_read_again(self) -> None:
        card = replace(card_of(place("x", (1, 2))), target=Text(en="x" * 501, zh=""))
        with pytest.raises(CardInvalid, match=r"target\.en"):
            card_bytes(card)

    def test_refuses_points_for_bins_that_are_not(self) -> None:
        with pytest.raises(CardInvalid):
            place("x", (1, 2), edges=(0.0,))

    def test_every_field_is_in_the_file(self) -> None:
        content = json.loads(DATA)["card"]
        assert content.keys() == asdict(TRAINED).keys()
        assert content == json.loads(json.dumps(asdict(TRAINED)))
        assert isinstance(TRAINED, Scorecard)


class TestSize:
    def test_a_file_too_large_is_not_looked_into(self) -> None:
        with pytest.raises(CardInvalid, match="size"):
            read_card(b" " * (LARGEST_BYTES + 1))
