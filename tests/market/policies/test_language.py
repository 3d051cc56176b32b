"""Conditions of policies: three-valued logic against all completions, and the lines that say them."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.kernel.errors import ShuxinError
from shuxin.market.api import Borrower, FirmFacts, Size
from shuxin.market.policies.documents import SupportPolicyInvalid, from_document, match_policy
from shuxin.market.policies.fields import POLICY_FIELDS, Operator, facts_of
from shuxin.market.policies.language import (
    All,
    Any,
    Comparison,
    Condition,
    ConditionInvalid,
    Truth,
    holds,
    read_condition,
    written,
)
from shuxin.market.policies.standard import EXAMPLES

DOMAINS: dict[str, tuple[object, ...]] = {
    "size": ("micro", "small", "medium", "large"),
    "age_months": (0, 11, 12, 13, 999),
    "is_first_loan": (True, False),
    "region": ("320106", "320105", "340100", "340101"),
    "industry": ("C3985", "C13", "I65", "A01"),
}
LEAVES = [
    Comparison("size", Operator.IN, ("micro", "small")),
    Comparison("size", Operator.NOT_IN, ("large",)),
    Comparison("age_months", Operator.AT_LEAST, (12,)),
    Comparison("age_months", Operator.AT_MOST, (12,)),
    Comparison("is_first_loan", Operator.IS, (True,)),
    Comparison("region", Operator.IN, ("3201",)),
    Comparison("region", Operator.NOT_IN, ("340101", "320105")),
    Comparison("industry", Operator.IN, ("C",)),
    Comparison("industry", Operator.NOT_IN, ("C39", "I")),
]
conditions: st.SearchStrategy[Condition] = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.lists(inner, min_size=1, max_size=3).flatmap(
        lambda parts: st.sampled_from([All(tuple(parts)), Any(tuple(parts))])
    ),
    max_leaves=6,
)
facts = st.fixed_dictionaries(
    {name: st.one_of(st.none(), st.sampled_from(values)) for name, values in DOMAINS.items()}
)


def slow(condition: Condition, known: dict[str, object]) -> bool:
    """Two-valued, every fact known: written apart from the code under test."""
    if isinstance(condition, All):
        return all(slow(part, known) for part in condition.parts)
    if isinstance(condition, Any):
        return any(slow(part, known) for part in condition.parts)
    fact, values = known[condition.field], condition.values
    match condition.operator:
        case Operator.AT_LEAST:
            return fact >= values[0]  # type: ignore[operator, no-any-return]
        case Operator.AT_MOST:
            return fact <= values[0]  # type: ignore[operator, no-any-return]
        case Operator.IS:
            return fact is values[0]
    if condition.field == "region":
        inside = any(str(fact).rstrip("0").startswith(str(v).rstrip("0")) for v in values)
    else:
        inside = any(str(fact).startswith(str(v)) for v in values)
    return inside if condition.operator is Operator.IN else not inside


def fields_of(condition: Condition) -> list[str]:
    if isinstance(condition, Comparison):
        return [condition.field]
    return [name for part in condition.parts for name in fields_of(part)]


class TestThreeValues:
    @given(conditions, facts)
    def test_what_is_said_holds_however_the_unknown_turns_out(
        self, condition: Condition, known: dict[str, object]
    ) -> None:
        """Sound always; exact where each fact is asked once."""
        if known["region"] == "340100":
            known["region"] = "340101"  # a code that is too coarse is unknown in part: tested below
        ranges = [
            (value,) if value is not None else tuple(v for v in DOMAINS[name] if v != "340100")
            for name, value in known.items()
        ]
        outcomes = {
            slow(condition, dict(zip(known, values, strict=True)))
            for values in itertools.product(*ranges)
        }
        found = holds(condition, known)  # type: ignore[arg-type]
        if found.truth is not Truth.UNKNOWN:
            assert outcomes == {found.truth is Truth.YES}
        elif len(set(fields_of(condition))) == len(fields_of(condition)):
            assert outcomes == {True, False}

    @given(conditions, facts)
    def test_names_what_fails_and_what_is_missing(
        self, condition: Condition, known: dict[str, object]
    ) -> None:
        found = holds(condition, known)  # type: ignore[arg-type]
        assert bool(found.missing) == (found.truth is Truth.UNKNOWN)
        assert bool(found.failing) == (found.truth is Truth.NO)
        for one in found.failing:
            assert not slow(one, known)
        for one in found.missing:
            assert known[one.field] is None or known[one.field] == "340100"

    def test_a_code_that_is_too_coarse_cannot_be_told(self) -> None:
        inside = Comparison("region", Operator.IN, ("320106",))
        assert holds(inside, {"region": "320100"}).truth is Truth.UNKNOWN
        assert holds(inside, {"region": "320105"}).truth is Truth.NO
        assert holds(inside, {"region": "340000"}).truth is Truth.NO
        deep = Comparison("industry", Operator.NOT_IN, ("C3985",))
        assert holds(deep, {"industry": "39"}).truth is Truth.UNKNOWN
        assert holds(deep, {"industry": "65"}).truth is Truth.YES


class TestLines:
    @given(conditions)
    def test_what_is_written_is_read_back(self, condition: Condition) -> None:
        assert read_condition(written(condition)) == condition

    @given(st.text(max_size=120))
    def test_any_text_is_read_or_refused(self, text: str) -> None:
        try:
            again = read_condition(text)
        except ConditionInvalid:
            return
        assert read_condition(written(again)) == again

    @pytest.mark.parametrize(
        ("text", "line"),
        [
            ("size in micro\n    age_months >= 3", 2),
            ("any\nsize in micro", 1),
            ("size in micro\nwealth >= 3", 2),
            ("age_months in 3", 1),
            ("size in huge", 1),
            ("age_months >= -1", 1),
            ("__class__ in x", 1),
            ("is_first_loan = maybe", 1),
            ("industry in Z9", 1),
        ],
    )
    def test_a_wrong_line_is_named(self, text: str, line: int) -> None:
        with pytest.raises(ConditionInvalid) as refused:
            read_condition(text)
        assert refused.value.facts["line"] == line

    def test_every_field_is_said_in_both_languages(self) -> None:
        for leaf in LEAVES:
            assert leaf.text.en
            assert leaf.text.zh
        assert "企业规模" in LEAVES[0].text.zh
        assert all(field.allowed.en for field in POLICY_FIELDS.values())


FIRM = FirmFacts(
    party="uscc:91320106MA1AAAAA0X",
    name="x",
    borrower=Borrower.ENTERPRISE,
    region="320106",
    industry="C3985",
    size=Size.SMALL,
    established_on=dt.date(2024, 6, 15),
    tax_grade="B",
)
ON = dt.date(2026, 6, 14)


class TestExamples:
    def test_are_kept_and_read_back(self) -> None:
        assert 8 <= len(EXAMPLES) <= 12
        for terms in EXAMPLES:
            assert terms.is_example
            assert from_document(terms.document()).digest == terms.digest

    def test_a_firm_is_told_what_it_may_have_what_not_and_what_to_say(self) -> None:
        by_name = {terms.name: match_policy(terms, FIRM, on=ON) for terms in EXAMPLES}
        first = by_name["first-loan-subsidy"]
        assert first.truth is Truth.UNKNOWN
        assert [one.zh for one in first.say] == ["是否首次贷款"]
        assert by_name["batch-guarantee"].truth is Truth.YES
        assert by_name["batch-guarantee"].days_left is None
        refused = by_name["individual-business-relief"]
        assert refused.truth is Truth.NO
        assert [one.zh for one in refused.why_not] == ["主体类型为：个体工商户"]

    def test_months_are_whole_ones(self) -> None:
        assert facts_of(FIRM, on=ON)["age_months"] == 23
        assert facts_of(FIRM, on=dt.date(2026, 6, 15))["age_months"] == 24

    def test_a_policy_is_open_to_its_last_day(self) -> None:
        last = EXAMPLES[0].closes_on
        assert last is not None
        found = match_policy(EXAMPLES[0], FIRM, on=last)
        assert (found.is_open, found.days_left) == (True, 1)
        assert not match_policy(EXAMPLES[0], FIRM, on=last + dt.timedelta(1)).is_open

    def test_an_impossible_document_is_refused(self) -> None:
        with pytest.raises(SupportPolicyInvalid):
            from_document({"name": "x"})
        whole = EXAMPLES[0].document()
        with pytest.raises(ShuxinError):
            from_document(whole | {"name": "Not a name"})
