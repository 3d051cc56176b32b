"""The files of the parts: the same part comes back, and nothing but the same."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.federation.card.samples import HOLDERS, LABEL, contract_of, summing, world_of

from shuxin.federation.card.building import notice_of
from shuxin.federation.card.contract import Contribution
from shuxin.federation.card.files import Filed, file_of, hash_of, read_file
from shuxin.federation.card.offers import Notice, Offer
from shuxin.federation.card.parts import CardPart, LabelPart
from shuxin.kernel.canonical import canonical_json, content_hash
from shuxin.kernel.errors import InvalidInput
from shuxin.scoring.card.sealed import CardAltered, CardInvalid

WORLD = world_of(summing(at_least=2, most=2, silent=("watch",)), seed=8, holders=2)
PART = WORLD.parts[HOLDERS[0]]
OFFER = Offer(
    job="a" * 64,
    model="sample",
    version="1",
    party=HOLDERS[0],
    holders=tuple(HOLDERS[:2]),
    contract=WORLD.label.contract,
    factor=28.853900817779268,
    coefficients=(("x", 65536), ("y", -1)),
)
NOTICE = notice_of(PART, part_hash=hash_of(PART))
THINGS: tuple[Filed, ...] = (PART, WORLD.label, OFFER, NOTICE)


def forged(thing: Filed, change: dict[tuple[str | int, ...], Any]) -> bytes:
    """Changed and sealed again, as somebody could who knows the format; ... takes a field away."""
    content = json.loads(file_of(thing))["card"]
    for path, value in change.items():
        inner = content
        for step in path[:-1]:
            inner = inner[step]
        if value is ...:
            del inner[path[-1]]
        else:
            inner[path[-1]] = value
    return canonical_json({"card": content, "sha256": content_hash(content)})


class TestRoundTrip:
    @given(
        seed=st.integers(0, 10_000),
        holders=st.integers(1, 3),
        contribution=st.sampled_from(list(Contribution)),
    )
    def test_gives_the_same_parts(
        self, seed: int, holders: int, contribution: Contribution
    ) -> None:
        world = world_of(contract_of(contribution, most=1), seed=seed, holders=holders)
        for part in world.parts.values():
            assert read_file(CardPart, file_of(part), expected_hash=hash_of(part)) == part
        label = read_file(LabelPart, file_of(world.label), expected_hash=hash_of(world.label))
        assert label == world.label

    def test_gives_the_same_offer_and_notice(self) -> None:
        assert read_file(Offer, file_of(OFFER)) == OFFER
        assert read_file(Notice, file_of(NOTICE)) == NOTICE

    @pytest.mark.parametrize("thing", THINGS, ids=lambda thing: type(thing).__name__)
    def test_the_file_carries_the_hash(self, thing: Filed) -> None:
        assert json.loads(file_of(thing))["sha256"] == hash_of(thing)


class TestAlteration:
    @given(thing=st.sampled_from(THINGS), data=st.data())
    def test_one_changed_byte_is_refused(self, thing: Filed, data: st.DataObject) -> None:
        changed = bytearray(file_of(thing))
        where = data.draw(st.integers(0, len(changed) - 1))
        changed[where] ^= data.draw(st.integers(1, 255))
        with pytest.raises(InvalidInput):
            read_file(type(thing), bytes(changed))

    @pytest.mark.parametrize("thing", THINGS, ids=lambda thing: type(thing).__name__)
    def test_another_one_than_the_approved_one_is_refused(self, thing: Filed) -> None:
        with pytest.raises(CardAltered):
            read_file(type(thing), file_of(thing), expected_hash="0" * 64)

    @pytest.mark.parametrize("thing", THINGS, ids=lambda thing: type(thing).__name__)
    def test_one_thing_is_not_read_as_another(self, thing: Filed) -> None:
        for other in THINGS:
            if other is not thing:
                with pytest.raises(CardInvalid):
                    read_file(type(other), file_of(thing))


ONE = ("characteristics", 0)


class TestForgery:
    """A valid seal does not make a valid part."""

    def test_the_forger_can_seal(self) -> None:
        assert read_file(CardPart, forged(PART, {("model",): "other"})).model == "other"

    @pytest.mark.parametrize(
        "change",
        [
            {("extra",): 1},
            {("contract", "extra"): 1},
            {(*ONE, "shape", "extra"): 1},
            {("model",): ...},
            {("format",): ...},
            {("format",): "shuxin-card-part/2"},
            {("model",): ""},
            {("party",): LABEL},
            {("party",): "somebody"},
            {("holders",): [HOLDERS[1], HOLDERS[0]]},
            {("holders",): [HOLDERS[0]]},
            {("contract", "contribution"): "everything"},
            {("contract", "min_holders"): 3},
            {("contract", "min_holders"): True},
            {("contract", "most_categories"): 9},
            {("factor",): 0},
            {("factor",): "28"},
            {("categories",): []},
            {("characteristics",): []},
            {(*ONE, "category"): "unknown"},
            {(*ONE, "points", 0): 1000},
            {(*ONE, "points", 0): 0.5},
            {(*ONE, "points", -1): 1},
            {(*ONE, "woe"): [1]},
            {(*ONE, "coefficient"): 1},
            {(*ONE, "coefficient"): 2**60},
            {(*ONE, "reference"): 10**9},
            {("missing_points",): 10**6},
            {("rows",): 0},
            {("salt",): ""},
            {("salt",): ...},
        ],
        ids=str,
    )
    def test_a_holders_part(self, change: dict[tuple[str | int, ...], Any]) -> None:
        with pytest.raises(InvalidInput):
            read_file(CardPart, forged(PART, change))

    @pytest.mark.parametrize(
        "change",
        [
            {("extra",): 1},
            {("target", "fr"): "mauvais"},
            {("party",): HOLDERS[0]},
            {("intercept",): 1e9},
            {("cut_off",): 10**9},
            {("training", "bads"): 0},
            {("seats",): []},
            {("seats", 0, "part"): "abc"},
            {("seats", 0, "spans"): []},
            {("seats", 0, "spans", 0): {"low": 1, "high": 0}},
            {("seats", 0, "characteristics"): 0},
            {("seats", 0, "missing_points"): 10**6},
            {("seats", 0, "party"): HOLDERS[3]},
            {(*ONE, "bins", 0, "points"): 1000},
            {(*ONE, "unseen_points"): 1},
            {(*ONE, "coefficient"): 3.5},
            {(*ONE, "bins", 0, "good"): -1},
            {("scaling", "pdo"): -20},
            {("scaling", "pdo"): 40},
        ],
        ids=str,
    )
    def test_the_label_partys_part(self, change: dict[tuple[str | int, ...], Any]) -> None:
        with pytest.raises(InvalidInput):
            read_file(LabelPart, forged(WORLD.label, change))

    @pytest.mark.parametrize(
        "change",
        [
            {("format",): "x"},
            {("party",): HOLDERS[2]},
            {("factor",): -1},
            {("coefficients",): []},
            {("coefficients",): [["x", 1], ["x", 2]]},
            {("coefficients",): [["x", 1.5]]},
            {("coefficients",): [["x", 1, 2]]},
        ],
        ids=str,
    )
    def test_an_offer(self, change: dict[tuple[str | int, ...], Any]) -> None:
        with pytest.raises(InvalidInput):
            read_file(Offer, forged(OFFER, change))

    @pytest.mark.parametrize(
        "change",
        [
            {("format",): "x"},
            {("part",): "x"},
            {("categories",): []},
            {("characteristics",): []},
            {("missing_points",): 0.5},
        ],
        ids=str,
    )
    def test_a_notice(self, change: dict[tuple[str | int, ...], Any]) -> None:
        with pytest.raises(InvalidInput):
            read_file(Notice, forged(NOTICE, change))
