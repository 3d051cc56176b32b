from __future__ import annotations

import re

import pytest
import yaml
from hypothesis import given
from open_data_contract_standard.model import OpenDataContractStandard
from tests.catalogue.conftest import contracts, power_bill

from shuxin.catalogue.domain.contract import Contract, FieldType, QualityRule, Sharing
from shuxin.catalogue.domain.odcs import read_contract, write_contract
from shuxin.catalogue.domain.validity import ContractInvalid


def changed(*path: object, value: object) -> bytes:
    """The example file with one element set, or removed when the value is Ellipsis."""
    document = yaml.safe_load(write_contract(contract=power_bill()))
    place = document
    for step in path[:-1]:
        place = place[step]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return yaml.safe_dump(document, allow_unicode=True).encode()


FIELD = ("schema", 0, "properties")


class TestWrittenContract:
    @given(contracts())
    def test_reads_back_as_it_was(self, contract: Contract) -> None:
        assert read_contract(content=write_contract(contract=contract)) == contract

    def test_is_a_valid_document_of_the_standard(self) -> None:
        text = write_contract(contract=power_bill()).decode()
        document = OpenDataContractStandard.from_string(text)
        assert document.domain == "PWR 供电公司"
        table = document.schema_[0]
        assert [prop.primaryKeyPosition for prop in table.properties] == [1, 2, *[None] * 4]
        assert [entry.value for entry in table.properties[3].enum] == ["01", "02", "NO"]
        assert table.properties[2].classification == "3"
        assert table.properties[3].quality[0].mustBeLessOrEqualTo == 0.5


class TestForeignContract:
    def test_an_enumerated_string_is_a_code_and_unique_is_a_rule(self) -> None:
        content = b"""
apiVersion: v3.1.0
kind: DataContract
id: a2b
version: 2.1.0
team: {name: someone}
schema:
  - name: licences
    properties:
      - {name: number, logicalType: string, classification: "1", primaryKey: true, unique: true}
      - {name: kind, logicalType: string, classification: "1", enum: [{value: a}, {value: b}]}
customProperties:
  - {property: dataGroup, value: public}
"""
        contract = read_contract(content=content)
        assert contract.field("kind").type is FieldType.CODE
        assert contract.field("number").rules == (QualityRule("unique", 1.0),)
        assert contract.field("number").sharing is Sharing.WITHHELD
        assert contract.key == ("number",)

    @pytest.mark.parametrize(
        ("path", "value", "where"),
        [
            ((*FIELD, 0, "requierd"), True, "account"),
            ((*FIELD, 0, "logicalTypeOptions"), {"maxLength": 3}, "account"),
            ((*FIELD, 0, "classification"), ..., "account.classification"),
            ((*FIELD, 0, "classification"), "secret", "account.classification"),
            ((*FIELD, 0, "logicalType"), "object", "account.logicalType"),
            ((*FIELD, 0, "name"), "../etc", "field"),
            ((*FIELD, 0, "name"), "_id", "field"),
            ((*FIELD, 0, "name"), 'a"b', "field"),
            ((*FIELD, 0, "name"), "MONTH", "fields"),
            ((*FIELD, 3, "enum", 2, "value"), False, "kind.enum"),
            ((*FIELD, 3, "enum", 0, "value"), 1, "kind.enum"),
            (
                (*FIELD, 3, "quality", 0),
                {"type": "sql", "query": "select 1", "mustBe": 1},
                "kind.quality",
            ),
            ((*FIELD, 3, "quality", 0, "unit"), "rows", "kind.quality"),
            ((*FIELD, 3, "quality", 0, "mustBeLessOrEqualTo"), float("nan"), "quality valid"),
            ((*FIELD, 4, "quality", 1, "implementation", "lo"), 1, "amount.quality"),
            ((*FIELD, 4, "quality", 1, "implementation", "high"), "9", "amount.quality"),
            (("version",), 1.1, "version"),
            (("version",), "1.0", "version"),
            (("kind",), "DataProduct", "kind, apiVersion"),
            (("apiVersion",), "v2.2.2", "kind, apiVersion"),
            (("colour",), "red", "colour"),
            (("schema",), [], "schema"),
            (("slaProperties", 0, "value"), 5, "slaProperties.frequency"),
            (("slaProperties", 1, "value"), 1.5, "slaProperties.latency"),
            (("slaProperties", 1, "element"), "power_bill.account", "key, known_time_field"),
            (("slaProperties", 0, "property"), "retention", "slaProperties"),
            (("customProperties", 0, "value"), "sixth", "dataGroup"),
            (("customProperties", 2, "value"), 7, "customProperties.steward"),
        ],
    )
    def test_is_refused_where_it_would_be_misread(
        self, path: tuple[object, ...], value: object, where: str
    ) -> None:
        with pytest.raises(ContractInvalid) as caught:
            read_contract(content=changed(*path, value=value))
        assert caught.value.facts["where"] == where
        for language in ("en", "zh"):
            assert not re.search(
                r"\{(where|value|known|problem|cure)\}", caught.value.say(language)
            )

    def test_names_are_composed(self) -> None:
        contract = read_contract(content=changed(*FIELD, 2, "name", value="cafe\u0301"))
        assert contract.fields[2].name == "caf\u00e9"
