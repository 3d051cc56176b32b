from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shuxin.catalogue.api import FieldType, Level, Meaning, PersonalClass, read_contract
from shuxin.city.catalogues import CATALOGUES, COMMON_FIELDS, OUTSIDE
from shuxin.city.records.columns import schema_of
from shuxin.city.records.contracts import contract_bytes, contract_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.city.catalogues import Catalogue

ALL = (*CATALOGUES, *OUTSIDE)


class TestContracts:
    def test_every_catalogue_has_one_with_its_columns(self) -> None:
        for one in ALL:
            contract = contract_of(one)
            assert [field.name for field in contract.fields] == schema_of(one).names
            assert set(COMMON_FIELDS) <= {field.name for field in contract.fields}
            assert contract.known_time_field == "known_time"
            assert dict(contract.extra)["standard"] == one.slug

    @pytest.mark.parametrize("slug", ["vat_returns", "si_person_months", "power_bills"])
    def test_comes_back_from_its_file(self, by_slug: Mapping[str, Catalogue], slug: str) -> None:
        read = read_contract(content=contract_bytes(by_slug[slug]))
        assert read == contract_of(by_slug[slug])

    def test_says_what_fields_are_about(self, by_slug: Mapping[str, Catalogue]) -> None:
        contract = contract_of(by_slug["enterprise_registration"])
        meanings = {field.name: field.meaning for field in contract.fields}
        assert meanings["subject_code"] is Meaning.SUBJECT_CODE
        assert meanings["subject_name"] is Meaning.SUBJECT_NAME
        assert meanings["establish_date"] is Meaning.EVENT_TIME
        assert meanings["legal_rep"] is Meaning.PERSON_NAME
        assert meanings["address"] is Meaning.ADDRESS
        money = contract.field("reg_capital")
        assert money.type is FieldType.MONEY
        assert money.unit == "fen"
        assert money.title == "注册资本"

    def test_accounts_are_the_departments_own_numbers(
        self, by_slug: Mapping[str, Catalogue]
    ) -> None:
        contract = contract_of(by_slug["power_bills"])
        assert contract.field("subject_code").meaning is Meaning.SUBJECT_NUMBER

    def test_persons_are_graded_as_persons(self, by_slug: Mapping[str, Catalogue]) -> None:
        field = contract_of(by_slug["si_person_months"]).field("subject_code")
        assert field.personal is PersonalClass.C2
        assert field.level >= Level.L3
