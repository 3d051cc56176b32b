from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.federation.domain.samples import (
    HELPER,
    HOLDER,
    LABEL,
    OTHER,
    counting,
    entering,
    job,
    rehearsal,
    scorecard,
)
from tests.federation.domain.test_page import PAGE

from shuxin.federation.domain.figures import figures_of, figures_to
from shuxin.federation.domain.job import Job

SMALL = {"max_fine": 10, "max_bins": 4, "fits": 2, "iterations": 5}


def with_features(own: int, theirs: int, **changed: int) -> Job:
    asked = scorecard(**changed)
    asked["inputs"] = [
        entering(LABEL, features=[f"l{n}" for n in range(own)]),
        entering(HOLDER, features=[f"h{n}" for n in range(theirs)]),
    ]
    return job(**asked)


def of_three(*, own: int, theirs: int, others: int) -> Job:
    asked = scorecard(**SMALL)
    asked["parties"] = [
        {"party": LABEL, "role": "label"},
        {"party": HOLDER, "role": "holder"},
        {"party": OTHER, "role": "holder"},
        {"party": HELPER, "role": "helper"},
    ]
    asked["inputs"] = [
        entering(one, features=[f"f{n}" for n in range(count)])
        for one, count in ((LABEL, own), (HOLDER, theirs), (OTHER, others))
    ]
    asked["outputs"] = [
        {"name": name, "to": one} for name in ("aligned", "card") for one in (LABEL, HOLDER, OTHER)
    ]
    return job(**asked)


class TestFigures:
    def test_of_a_small_scorecard_are_those_counted_by_hand(self) -> None:
        """One feature of the holder, none of the label party's: 2 * 14 counts, 1 product and 1 sum; in each of two fits
        a product of the column with itself and one with the intercept, 5 times 2 gradients, 3 weighted products; a
        mean of points. To the holder 10 groups and 8 WOE; whether the feature stays twice and after each fit; 5
        coefficients of each fit, the first, and the last.
        """
        small = with_features(0, 1, **SMALL)
        assert figures_to(small, party=HOLDER, to=LABEL) == 28 + 2 + 2 * (2 + 10 + 3) + 1
        assert figures_to(small, party=LABEL, to=HOLDER) == 18 + (2 + 2) + 2 * 7

    def test_are_those_that_the_rooms_page_states(self) -> None:
        plain = with_features(5, 10)
        told = f"{figures_of(plain, party=HOLDER):,} and {figures_of(plain, party=LABEL):,}"
        assert told == "4,902 and 2,220"
        assert f"these are {told}." in PAGE.read_text(encoding="utf-8")

    def test_of_the_label_party_are_summed_over_holders(self) -> None:
        three = of_three(own=1, theirs=2, others=3)
        told = [figures_to(three, party=LABEL, to=one) for one in (HOLDER, OTHER)]
        assert figures_of(three, party=LABEL) == sum(told)
        assert min(told) > 0

    def test_holders_and_the_helper_learn_none_of_a_holder(self) -> None:
        three = of_three(own=1, theirs=2, others=3)
        assert figures_of(three, party=HOLDER) == figures_to(three, party=HOLDER, to=LABEL)
        for to in (HOLDER, OTHER, HELPER):
            assert figures_to(three, party=HOLDER, to=to) == 0
        assert figures_to(three, party=LABEL, to=HELPER) == 0
        assert figures_of(three, party=HELPER) == 0

    def test_of_other_kinds_are_the_counts_that_they_declare(self) -> None:
        for party in (LABEL, HOLDER, HELPER):
            assert figures_of(job(**counting()), party=party) == 1
            assert figures_of(job(), party=party) == 0
            assert figures_of(job(**rehearsal()), party=party) == 0
        assert figures_to(job(**counting()), party=HOLDER, to=LABEL) == 0

    @given(
        st.integers(0, 6),
        st.integers(1, 6),
        st.sampled_from(["fits", "iterations", "max_fine", "max_bins"]),
    )
    def test_grow_with_features_and_with_whatever_is_repeated(
        self, own: int, theirs: int, which: str
    ) -> None:
        base = with_features(own, theirs, **SMALL)
        more = with_features(own, theirs, **SMALL | {which: SMALL[which] + 1})
        wider = with_features(own, theirs + 1, **SMALL)
        for party in (LABEL, HOLDER):
            assert figures_of(wider, party=party) > figures_of(base, party=party)
            grew = figures_of(more, party=party) > figures_of(base, party=party)
            assert grew == (party == LABEL or which != "max_bins")
