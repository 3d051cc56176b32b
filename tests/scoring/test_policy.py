"""The bank's terms: read from a file, refused with the place that is wrong, and shifted populations."""

from __future__ import annotations

import math
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.scoring.samples import POLICY, policies

from shuxin.scoring.policy import LendingPolicy, PolicyInvalid, policy_of, read_policy

GOOD = """
name: small loans
term_months: 24
limits: {lowest: 50000, highest: 500000, step: 10000}
invoice_share: {a: 0.1, b: 0.05, c: 0.01}
churn:
  - {rate: 0.04, lost: [0, 0, 0]}
  - {rate: 0.05, lost: [0.1, 0.2, 0.3]}
"""
BAD = (
    ("- 1\n", "the file"),
    ("a: 1\na: 2\n", "the file"),
    ("a: &x 1\nb: *x\n", "the file"),
    ("limit: {}\n", "limit"),
    ("limits: {lowest: 0}\n", "limits"),
    ("limits: {lowest: 200000, highest: 100000}\n", "limits"),
    ("limits: {lowest: 100500}\n", "limits"),
    ("limits: {step: 0}\n", "limits.step"),
    ("limits: {highest: 1.5}\n", "limits.highest"),
    ("limits: {highest: 10000000000000}\n", "limits.highest"),
    ("lgd: 45\n", "lgd"),
    ("lgd: .nan\n", "lgd"),
    ("lgd: .inf\n", "lgd"),
    ("rate_lowest: 0.2\n", "the file"),
    ("pd_refer: 0.3\n", "the file"),
    ("bad_rate: 0\n", "bad_rate"),
    ("bad_rate: 1\n", "bad_rate"),
    ("bad_rate: 1e-17\n", "bad_rate"),
    ("working_capital: {turns: 1.0e-320}\n", "working_capital.turns"),
    ("working_capital: {margin_least: 0.6}\n", "working_capital"),
    ("invoice_share: {a: 1, b: 1}\n", "invoice_share.c"),
    ("churn: [{rate: 0.04, lost: [0, 0]}]\n", "churn.0.lost.2"),
    ("churn: [{rate: 0.05, lost: [0, 0, 0]}, {rate: 0.05, lost: [0, 0, 0]}]\n", "the file"),
    ("churn: [{rate: 4.65, lost: [0, 0, 0]}]\n", "churn.0.rate"),
)


class TestReadPolicy:
    def test_reads_what_is_stated_and_keeps_the_rest(self) -> None:
        found = read_policy(GOOD.encode(), file="p.yaml")
        assert (found.name, found.term_months, found.limits.step) == ("small loans", 24, 10_000)
        assert found.churn[1].lost == (0.1, 0.2, 0.3)
        assert found.lgd == LendingPolicy().lgd
        assert found.hash != LendingPolicy().hash

    @pytest.mark.parametrize(("text", "where"), BAD, ids=[text.strip() for text, _ in BAD])
    def test_names_the_place_that_is_wrong(self, text: str, where: str) -> None:
        with pytest.raises(PolicyInvalid) as caught:
            read_policy(text.encode(), file="p.yaml")
        assert (caught.value.facts["file"], caught.value.facts["where"]) == ("p.yaml", where)
        assert caught.value.say("zh") != caught.value.say("en")

    @given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
    def test_anything_else_is_refused_not_crashed_on(self, content: bytes) -> None:
        with suppress(PolicyInvalid):
            assert isinstance(read_policy(content, file="p"), LendingPolicy)

    @given(policies)
    def test_what_it_holds_says_all(self, policy: LendingPolicy) -> None:
        again = policy_of(policy.model_dump(mode="json"), file="")
        assert again == policy
        assert again.hash == policy.hash


def logit(share: float) -> float:
    return math.log(share / (1 - share))


class TestShift:
    @given(st.floats(0.001, 0.999), st.floats(0.01, 0.99), st.floats(0.01, 0.99))
    def test_is_the_central_tendency_of_the_textbook(
        self, pd: float, target: float, sample: float
    ) -> None:
        """DOMAIN 4.4: logit(p') = logit(p) + ln(odds_bad_target) - ln(odds_bad_sample)."""
        policy = POLICY.model_copy(update={"bad_rate": target})
        shifted = logit(pd) + math.log(target / (1 - target)) - math.log(sample / (1 - sample))
        good = logit(1 - pd) + policy.shift(sample_bad_rate=sample)
        assert -good == pytest.approx(shifted, abs=1e-9)

    def test_of_the_same_population_is_none(self) -> None:
        assert POLICY.shift(sample_bad_rate=0.3) == 0.0
        same = POLICY.model_copy(update={"bad_rate": 0.3})
        assert same.shift(sample_bad_rate=0.3) == pytest.approx(0.0, abs=1e-15)
