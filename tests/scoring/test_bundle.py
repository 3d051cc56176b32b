"""A card and its rating model in one file."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.scoring.samples import bundle, sample

from shuxin.kernel.canonical import canonical_json, content_hash
from shuxin.kernel.errors import InvalidInput, ShuxinError
from shuxin.scoring.bundle import bundle_of, read_bundle
from shuxin.scoring.card.compiled import CompiledCard
from shuxin.scoring.card.sealed import CardAltered, CardInvalid, sealed
from shuxin.scoring.rating import RatingModel
from shuxin.scoring.training import train

SEED = 20261121


class TestReadBundle:
    def test_gives_back_what_was_written(self) -> None:
        made = bundle()
        again = read_bundle(made.content, expected_hash=made.digest)
        assert again == made
        assert again.digest == content_hash(json.loads(made.content)["card"])
        assert bundle_of(again.card, again.rating).content == made.content

    def test_scores_every_row_the_same(self) -> None:
        rows = sample(rows=300, seed=9)
        made, again = bundle(), read_bundle(bundle().content)
        one, other = CompiledCard.of(made.card), CompiledCard.of(again.card)
        assert np.array_equal(one.score_many(rows.columns), other.score_many(rows.columns))
        for place in range(0, 300, 30):
            known = rows.features(place)
            assert made.rating.probabilities(points=600, features=known) == (
                again.rating.probabilities(points=600, features=known)
            )

    def test_no_byte_may_be_another(self) -> None:
        content = bundle().content
        rng = random.Random(SEED)  # noqa: S311 - repeatable
        for place in rng.sample(range(len(content)), 300):
            changed = bytearray(content)
            changed[place] = (changed[place] + rng.randrange(1, 256)) % 256
            with pytest.raises(ShuxinError):
                read_bundle(bytes(changed))

    def test_another_model_is_not_the_one_expected(self) -> None:
        with pytest.raises(CardAltered):
            read_bundle(bundle().content, expected_hash="0" * 64)

    @pytest.mark.parametrize(
        "change",
        [
            {"format": "shuxin.model/2"},
            {"format": None},
            {"more": 1},
            {"card": None},
            {"rating": None},
            {"card": {"card": {}, "sha256": ""}},
            {"rating": []},
        ],
        ids=str,
    )
    def test_a_sealed_file_of_something_else(self, change: dict[str, Any]) -> None:
        parts = json.loads(bundle().content)["card"] | change
        with pytest.raises(InvalidInput):
            read_bundle(sealed(parts))

    @pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b'{"card":1,"sha256":"x"}'])
    def test_no_model_at_all(self, content: bytes) -> None:
        with pytest.raises(InvalidInput):
            read_bundle(content)

    def test_card_and_rating_are_not_exchanged(self) -> None:
        parts = json.loads(bundle().content)["card"]
        parts["card"], parts["rating"] = parts["rating"], parts["card"]
        with pytest.raises(CardInvalid):
            read_bundle(sealed(parts))

    @pytest.mark.parametrize(
        "change", [{"grades": ("A", "B", "C", "E")}, {"names": ("points", "x", "y", "z")}], ids=str
    )
    def test_a_rating_of_other_grades_or_inputs_is_of_no_use(self, change: dict) -> None:
        other = RatingModel(replace(bundle().rating.ordinal, **change))
        with pytest.raises(CardInvalid, match="rating"):
            read_bundle(bundle_of(bundle().card, other).content)


class TestBundleOf:
    def test_equal_rows_give_equal_bytes(self) -> None:
        again = train(sample(rows=500, seed=4), name="sample", made_on="2026-01-01").bundle
        assert (again.content, again.digest) == (bundle().content, bundle().digest)

    def test_other_rows_give_another_hash(self) -> None:
        other = train(sample(rows=500, seed=5), name="sample", made_on="2026-01-01").bundle
        assert other.digest != bundle().digest

    def test_bears_the_snapshot_of_its_rows(self) -> None:
        assert bundle().card.training.data_hash == "5" * 40 == bundle().rating.ordinal.data_hash
        assert canonical_json(json.loads(bundle().content)) == bundle().content
