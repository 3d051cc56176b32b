from __future__ import annotations

import json
import math
import random
from dataclasses import replace
from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from shuxin.market.api import ChanceModel, Outcome, learn_chances
from shuxin.market.matching.bands import FEATURES
from shuxin.market.matching.chance import LEAST_OUTCOMES, chance_model_from

LENDERS = [f"uscc:{n}" for n in range(5)]
SLOPES = {lender: 0.8 + 0.2 * place for place, lender in enumerate(LENDERS)}


def truth(lender: str, bands: tuple[int, ...]) -> float:
    """Lenders differ in how much the tax grade counts, and in how strict they are."""
    odds = 1.5 + LENDERS.index(lender) / 2 - SLOPES[lender] * bands[2]
    return 1 / (1 + math.exp(-odds))


def drawn(count: int, seed: int = 1) -> list[Outcome]:
    rng = random.Random(seed)  # noqa: S311 - a simulation
    found = []
    for _ in range(count):
        lender = rng.choice(LENDERS)
        bands = tuple(rng.randrange(many) for _, many, _ in FEATURES)
        found.append(Outcome(lender, bands, rng.random() < truth(lender, bands)))
    return found


@cache
def learnt() -> ChanceModel:
    """Learnt by the first test that asks: every worker reads this file, one runs it."""
    model = learn_chances(drawn(3000))
    assert model is not None
    return model


class TestChance:
    def test_it_finds_what_made_lenders_approve(self) -> None:
        new = drawn(2000, seed=2)
        squares = sum(
            (learnt().chance_bp(o.lender, o.bands) / 1e4 - truth(o.lender, o.bands)) ** 2
            for o in new
        )
        assert math.sqrt(squares / len(new)) < 0.08  # about 0.04 here; never learnt: 0.3

    def test_each_lender_is_calibrated(self) -> None:
        """False alarms: a deviation of more than 5.5 standard errors beyond 5 percent has 4e-8, of five lenders."""
        new = drawn(4000, seed=3)
        for lender in LENDERS:
            own = [one for one in new if one.lender == lender]
            said = sum(learnt().chance_bp(lender, one.bands) for one in own) / 1e4 / len(own)
            seen = sum(one.approved for one in own) / len(own)
            assert abs(said - seen) < 0.05 + 5.5 * math.sqrt(0.25 / len(own))

    def test_renaming_lenders_renames_them_and_no_more(self) -> None:
        sample = drawn(400)
        other = {"uscc:0": "z", "uscc:1": "y", "uscc:2": "x", "uscc:3": "w", "uscc:4": "v"}
        before = learn_chances(sample)
        after = learn_chances([replace(one, lender=other[one.lender]) for one in sample])
        assert before is not None
        assert after == replace(
            before, own={other[name]: weights for name, weights in before.own.items()}
        )

    def test_a_lender_is_judged_as_the_others_until_it_has_a_history(self) -> None:
        def apart(count: int) -> float:
            """How far a lender that approves everything is from the others, after so many outcomes."""
            newcomer = [replace(one, lender="new", approved=True) for one in drawn(count, seed=9)]
            model = learn_chances(drawn(1000) + newcomer)
            assert model is not None
            gaps = [
                model.chance_bp("new", one.bands) - model.chance_bp("nobody", one.bands)
                for one in drawn(100, seed=4)
            ]
            return sum(gaps) / len(gaps) / 1e4

        few, many = apart(2), apart(200)
        assert 0 < few < 0.15
        assert many > 0.3

    def test_too_few_or_all_alike_teach_nothing(self) -> None:
        sample = drawn(LEAST_OUTCOMES)
        assert learn_chances(sample[1:]) is None
        assert learn_chances([replace(one, approved=True) for one in sample]) is None

    @given(
        st.sampled_from([*LENDERS, "nobody"]),
        st.tuples(*(st.integers(0, many - 1) for _, many, _ in FEATURES)),
    )
    def test_kept_and_read_again_it_says_the_same(
        self, lender: str, bands: tuple[int, ...]
    ) -> None:
        again: ChanceModel = chance_model_from(json.loads(learnt().content))
        assert again.digest == learnt().digest
        assert again.chance_bp(lender, bands) == learnt().chance_bp(lender, bands)
        assert 100 <= again.chance_bp(lender, bands) <= 9900
