"""Rules of a whole dataset: declared in the file, read back the same, and their changes announced."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import yaml
from tests.catalogue.conftest import power_bill

from shuxin.catalogue.domain.compatibility import ChangeKind, changes
from shuxin.catalogue.domain.contract import Contract, Field, FieldType, QualityRule
from shuxin.catalogue.domain.dataset_rules import Agrees, Drift, Gaps, Identity, Orphans
from shuxin.catalogue.domain.finding import Severity
from shuxin.catalogue.domain.odcs import read_contract, write_contract
from shuxin.catalogue.domain.validity import ContractInvalid

RULES = (
    Identity(name="sum", plus=("amount",), minus=("fee",), within=100, severity=Severity.STOP),
    Identity(name="due", plus=("amount",), result=("fee",), floor=0),
    Gaps(name="filed", period="month", months=3, at_least=0.9),
    Orphans(name="registered", register="reg_enterprise", at_least=0.995),
    Agrees(
        name="agreed",
        field="amount",
        period="month",
        other="ledger",
        other_field="paid",
        other_period="day",
        per="quarter",
        take="mean",
        within=0.3,
        where=(("kind", "01"),),
        other_where=(("状态", "正常"), ("b", "")),
        among=("taxpayer", "kind", "general"),
        severity=Severity.ERROR,
    ),
    Drift(name="drift", warns=0.2, stops=0.5, without=("kind",)),
)


def ruled(*rules: Any) -> Contract:
    bill = power_bill()
    return replace(bill, fields=(*bill.fields, Field("fee", FieldType.MONEY)), rules=rules or RULES)


class TestODCS:
    def test_keeps_every_rule(self) -> None:
        assert read_contract(content=write_contract(contract=ruled())) == ruled()

    def test_a_contract_without_such_rules_keeps_its_bytes(self) -> None:
        content = write_contract(contract=power_bill())
        assert "quality" not in yaml.safe_load(content)["schema"][0]
        assert b"severity" not in content

    @pytest.mark.parametrize("severity", [Severity.WARNING, Severity.STOP])
    def test_keeps_what_a_broken_rule_of_a_field_means(self, severity: Severity) -> None:
        rules = (
            QualityRule("complete", 0.5, severity=severity),
            QualityRule("in_range", 0.5, low=0, severity=severity),
        )
        bill = power_bill(fields=(Field("a", FieldType.MONEY, rules=rules),), key=(), known_time_field="")  # fmt: skip
        assert read_contract(content=write_contract(contract=bill)) == bill

    @pytest.mark.parametrize(
        "spoilt",
        [
            {"type": "sql"},
            {"engine": "other"},
            {"severity": "high"},
            {"name": ""},
            {"implementation": None},
            {"implementation": {"check": "magic"}},
            {"implementation": {"check": "gaps"}},
            {"implementation": {"check": "gaps", "period": "month", "surprise": 1}},
            {"implementation": {"check": "gaps", "period": "month", "months": 0}},
            {"implementation": {"check": "gaps", "period": "amount"}},
            {"implementation": {"check": "gaps", "period": "nowhere"}},
            {"implementation": {"check": "identity", "plus": "amount"}},
            {"implementation": {"check": "identity", "plus": ["kind"]}},
            {"implementation": {"check": "identity", "plus": []}},
            {"implementation": {"check": "identity", "plus": ["amount"], "floor": "0"}},
            {"implementation": {"check": "orphans", "register": "r", "atLeast": 2}},
            {"implementation": {"check": "orphans", "register": 5}},
            {"implementation": {"check": "drift", "warns": 0.3, "stops": 0.2}},
            {"mustBe": 1},
        ],
    )
    def test_refuses_what_it_does_not_understand(self, spoilt: dict[str, Any]) -> None:
        document = yaml.safe_load(write_contract(contract=ruled(RULES[2])))
        document["schema"][0]["quality"][0] |= spoilt
        with pytest.raises(ContractInvalid) as caught:
            read_contract(content=yaml.safe_dump(document).encode())
        assert caught.value.say("zh") != caught.value.say("en")

    def test_refuses_a_name_twice(self) -> None:
        with pytest.raises(ContractInvalid):
            ruled(RULES[0], Gaps(name="sum", period="month"))


class TestChanges:
    @pytest.mark.parametrize(
        ("old", "new", "kind"),
        [
            ((), (RULES[3],), ChangeKind.RULE_ADDED),
            ((RULES[3],), (), ChangeKind.RULE_REMOVED),
            ((RULES[3],), (replace(RULES[3], at_least=0.999),), ChangeKind.RULE_TIGHTENED),
            ((RULES[3],), (replace(RULES[3], at_least=0.9),), ChangeKind.RULE_LOOSENED),
            (
                (RULES[3],),
                (replace(RULES[3], severity=Severity.WARNING),),
                ChangeKind.RULE_LOOSENED,
            ),
            ((RULES[3],), (RULES[2],), ChangeKind.RULE_REMOVED),
        ],
    )
    def test_are_announced(self, old: Any, new: Any, kind: ChangeKind) -> None:
        before, after = (replace(ruled(), rules=rules) for rules in (old, new))
        found = changes(old=before, new=after)
        assert found[0].kind is kind
        assert found[0].breaking == (kind in {ChangeKind.RULE_REMOVED, ChangeKind.RULE_LOOSENED})

    def test_a_lighter_consequence_loosens_a_rule_of_a_field(self) -> None:
        rule = QualityRule("complete", 1)
        light = replace(rule, severity=Severity.WARNING)
        old, new = (
            power_bill(
                fields=(Field("a", FieldType.MONEY, rules=(one,)),), key=(), known_time_field=""
            )
            for one in (rule, light)
        )
        (change,) = changes(old=old, new=new)
        assert change.kind is ChangeKind.RULE_LOOSENED
