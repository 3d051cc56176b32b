from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from tests.catalogue.conftest import contracts, power_bill

from shuxin.catalogue.domain.compatibility import (
    ChangeKind,
    ContractVersionTooLow,
    changes,
    check_version,
    next_version,
)
from shuxin.catalogue.domain.contract import (
    Contract,
    Cycle,
    DataGroup,
    Field,
    FieldType,
    Level,
    Meaning,
    PersonalClass,
    QualityRule,
    Sharing,
)

K = ChangeKind


def with_field(column: str, /, **changed: object) -> Contract:
    old = power_bill()
    return replace(
        old,
        fields=tuple(
            replace(field, **changed) if field.name == column else field for field in old.fields
        ),
    )


def without_field(name: str) -> Contract:
    old = power_bill()
    return replace(old, fields=tuple(field for field in old.fields if field.name != name))


def plus(field: Field) -> Contract:
    old = power_bill()
    return replace(old, fields=(*old.fields, field))


COMPLETE = QualityRule("complete", 0.98)
RANGE = QualityRule("in_range", 0.99, low=0, high=1e12)
BREAKING = [
    (without_field("owner"), {K.FIELD_REMOVED}),
    (plus(Field("meter", FieldType.STRING, required=True)), {K.FIELD_ADDED}),
    (with_field("owner", name="holder"), {K.FIELD_REMOVED, K.FIELD_ADDED}),
    (with_field("amount", type=FieldType.INTEGER), {K.TYPE}),
    (with_field("amount", unit="yuan"), {K.UNIT}),
    (with_field("amount", meaning=Meaning.NONE), {K.MEANING}),
    (with_field("owner", required=True), {K.REQUIRED_TIGHTENED}),
    (with_field("account", required=False), {K.REQUIRED_LOOSENED}),
    (with_field("kind", code_table=("01", "NO")), {K.CODE_REMOVED}),
    (with_field("kind", code_table=("01", "02", "NO", "03")), {K.CODE_ADDED}),
    (with_field("kind", code_table=("01", "03", "NO")), {K.CODE_REMOVED, K.CODE_ADDED}),
    (with_field("kind", level=Level.L3), {K.LEVEL_RAISED}),
    (with_field("owner", personal=PersonalClass.C3), {K.PERSONAL_RAISED}),
    (with_field("amount", sharing=Sharing.WITHHELD), {K.SHARING_NARROWED}),
    (with_field("amount", rules=(RANGE,)), {K.RULE_REMOVED}),
    (with_field("amount", rules=(QualityRule("complete", 0.9), RANGE)), {K.RULE_LOOSENED}),
    (
        with_field("amount", rules=(COMPLETE, QualityRule("in_range", 1, low=-1, high=1e12))),
        {K.RULE_LOOSENED},
    ),
    (
        with_field("amount", rules=(COMPLETE, QualityRule("in_range", 0.99, low=0))),
        {K.RULE_LOOSENED},
    ),
    (power_bill(key=("month", "account")), {K.KEY}),
    (power_bill(known_time_field=""), {K.KNOWN_TIME}),
    (power_bill(cycle=Cycle.QUARTER), {K.CYCLE_SLOWER}),
    (power_bill(cycle=Cycle.EVENT), {K.CYCLE_SLOWER}),
    (power_bill(lag_days=6), {K.LAG_LONGER}),
    (power_bill(purposes=()), {K.PURPOSE_REMOVED}),
]
HARMLESS = [
    (plus(Field("meter", FieldType.STRING)), {K.FIELD_ADDED}, False),
    (with_field("owner", level=Level.L2), {K.LEVEL_LOWERED}, True),
    (with_field("owner", personal=PersonalClass.NONE), {K.PERSONAL_LOWERED}, True),
    (with_field("amount", sharing=Sharing.UNCONDITIONAL), {K.SHARING_WIDENED}, True),
    (with_field("owner", rules=(COMPLETE,)), {K.RULE_ADDED}, False),
    (with_field("amount", rules=(QualityRule("complete", 1), RANGE)), {K.RULE_TIGHTENED}, False),
    (power_bill(cycle=Cycle.DAY), {K.CYCLE_FASTER}, False),
    (power_bill(lag_days=4), {K.LAG_SHORTER}, False),
    (power_bill(purposes=("credit_decision", "audit")), {K.PURPOSE_ADDED}, True),
    (power_bill(group=DataGroup.MARKET), {K.OWNER}, True),
    (power_bill(title="电费账单"), {K.WORDING}, False),
    (power_bill(fields=power_bill().fields[::-1]), {K.WORDING}, False),
    (with_field("kind", code_table=("NO", "02", "01")), {K.WORDING}, False),
    (with_field("amount", rules=(RANGE, COMPLETE)), {K.WORDING}, False),
]


class TestChanges:
    @pytest.mark.parametrize(("new", "kinds"), BREAKING)
    def test_that_break_somebody(self, new: Contract, kinds: set[ChangeKind]) -> None:
        found = changes(old=power_bill(), new=new)
        assert {change.kind for change in found} == kinds
        assert any(change.breaking for change in found)
        assert next_version(old=power_bill(), new=new) == "2.0.0"

    @pytest.mark.parametrize(("new", "kinds", "reviewed"), HARMLESS)
    def test_that_break_nobody(
        self, new: Contract, kinds: set[ChangeKind], *, reviewed: bool
    ) -> None:
        found = changes(old=power_bill(), new=new)
        assert {change.kind for change in found} == kinds
        assert not any(change.breaking for change in found)
        assert any(change.needs_review for change in found) == reviewed
        expected = "1.0.1" if kinds == {K.WORDING} else "1.1.0"
        assert next_version(old=power_bill(), new=new) == expected

    def test_every_kind_is_shown_above(self) -> None:
        shown = {kind for case in [*BREAKING, *HARMLESS] for kind in case[1]}
        assert shown == set(ChangeKind)

    @given(contracts(), contracts())
    def test_are_found_exactly_when_contents_differ(self, old: Contract, new: Contract) -> None:
        new = replace(new, dataset=old.dataset)
        assert (changes(old=old, new=new) == ()) == (replace(new, version=old.version) == old)
        assert changes(old=old, new=replace(old, version=new.version)) == ()

    @given(contracts(), contracts())
    @settings(deadline=None)
    def test_say_themselves_in_both_languages(self, old: Contract, new: Contract) -> None:
        for change in changes(old=old, new=replace(new, dataset=old.dataset)):
            assert change.description.say("en")
            assert change.description.say("zh") != change.description.say("en")

    def test_of_different_datasets_are_refused(self) -> None:
        with pytest.raises(ValueError):
            changes(old=power_bill(), new=power_bill(dataset="water_bill"))


class TestVersion:
    @given(contracts(), contracts())
    def test_the_next_version_is_always_enough_and_the_old_never(
        self, old: Contract, new: Contract
    ) -> None:
        new = replace(new, dataset=old.dataset)
        needed = next_version(old=old, new=new)
        check_version(old=old, new=replace(new, version=needed))
        assume(needed != old.version)
        with pytest.raises(ContractVersionTooLow) as caught:
            check_version(old=old, new=replace(new, version=old.version))
        assert caught.value.facts["needed"] == needed

    def test_a_minor_version_does_not_announce_a_break(self) -> None:
        new = replace(with_field("kind", code_table=("01", "02", "NO", "03")), version="1.9.0")
        with pytest.raises(ContractVersionTooLow, match=r"code_added.*2\.0\.0"):
            check_version(old=power_bill(), new=new)
