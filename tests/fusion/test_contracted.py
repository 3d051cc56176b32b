from __future__ import annotations

from dataclasses import replace

import pytest

from shuxin.catalogue.api import Contract, Field, FieldType
from shuxin.city.catalogues import CATALOGUES, OUTSIDE
from shuxin.city.records.contracts import contract_of
from shuxin.fusion.features.registry import SOURCES
from shuxin.fusion.standards import fields_in, standard_named, standard_of, unmet

CONTRACTS = {one.slug: contract_of(one) for one in (*CATALOGUES, *OUTSIDE)}


def marked(contract: Contract, standard: str) -> Contract:
    return replace(contract, extra=(("standard", standard),))


def retyped(contract: Contract, name: str, kind: FieldType) -> Contract:
    def changed(field: Field) -> Field:
        return replace(field, type=kind) if field.name == name else field

    return replace(contract, fields=tuple(map(changed, contract.fields)))


class TestStandardOf:
    def test_every_standard_that_features_read_is_found_among_the_citys_own_contracts(self) -> None:
        assert {standard_of(one) for one in CONTRACTS.values()} - {""} == set(SOURCES)

    def test_eleven_offices_punish_under_one_standard(self) -> None:
        found = [one for one in CONTRACTS.values() if standard_of(one) == "admin_penalty"]
        assert len(found) == 11

    def test_a_table_of_that_number_without_the_needed_fields_is_not_of_the_standard(self) -> None:
        """A ledger of loans by month does not say which of them ended in default."""
        assert standard_of(CONTRACTS["loan_ledger"]) == ""
        assert standard_of(retyped(CONTRACTS["vat_returns"], "period", FieldType.INTEGER)) == ""

    def test_a_contract_that_names_the_standard_is_of_it_and_told_what_misses(self) -> None:
        own = marked(CONTRACTS["invoices_out"], "invoice_out")
        assert standard_of(own) == "invoice_out"
        assert unmet(own, standard_named("invoice_out")) == "subject_code"

    def test_a_mark_that_nobody_knows_is_none(self) -> None:
        assert standard_of(marked(CONTRACTS["vat_returns"], "nobody_knows")) == ""


class TestFieldsIn:
    @pytest.mark.parametrize(
        ("slug", "standard", "called"),
        [
            (
                "invoices_out",
                "invoice_out",
                {"issued_on": "date", "party": "buyer_uscc", "net": "amount_net"},
            ),
            (
                "invoices_in",
                "invoice_in",
                {"issued_on": "date", "party": "seller_uscc", "net": "amount_net"},
            ),
            (
                "bank_flows",
                "bank_flow",
                {"booked_on": "ts", "balance": "balance_after", "party": "counterparty_name",
                 "account": "acct", "direction": "direction"},
            ),
        ],
    )  # fmt: skip
    def test_are_found_by_their_titles_where_an_office_calls_them_otherwise(
        self, slug: str, standard: str, called: dict[str, str]
    ) -> None:
        given = fields_in(CONTRACTS[slug], standard_named(standard))
        assert called.items() <= given.items()

    def test_a_contract_in_our_own_form_has_our_names_and_types(self) -> None:
        own = marked(CONTRACTS["vat_returns"], "vat_return")
        assert "period" not in fields_in(own, standard_named("vat_return"))
        dated = retyped(own, "period", FieldType.DATE)
        assert fields_in(dated, standard_named("vat_return"))["period"] == "period"
