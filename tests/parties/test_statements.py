"""Bodies from strangers: anything that is not exactly right is refused, and nothing else happens."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.parties.world import ENTERPRISE, PERSON, SHOP, World, bound, claim, key, organisation

from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.statements import parse_statement, sign_statement
from shuxin.kernel.uscc import USCC
from shuxin.parties.api import (
    Directory,
    KeyRole,
    PartyInvalid,
    PartyKind,
    Rejection,
    TrustAnchors,
    check_party,
    new_person_id,
    sign_claim,
)
from shuxin.parties.domain.fields import PartyStatementUnreadable
from shuxin.parties.domain.statements import KINDS, read_binding, read_claim

ANCHORS = World().anchors
GOOD = dict(bound(claim("boss"))[1].body)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=8,
)


class TestBodies:
    @given(st.sampled_from(sorted(GOOD)), json_values)
    def test_one_wrong_field_is_refused_or_means_something_else(
        self, field: str, value: Any
    ) -> None:
        body = GOOD | {field: value}
        statement = sign_statement("key-binding", body, signer=key("attester"))
        with contextlib.suppress(PartyStatementUnreadable):
            assert read_binding(statement).claim.body()

    @given(
        st.sampled_from(sorted(KINDS)), st.dictionaries(st.sampled_from(sorted(GOOD)), json_values)
    )
    def test_no_body_breaks_the_directory(self, kind: str, body: dict[str, Any]) -> None:
        statement = sign_statement(kind, body, signer=key("attester"))
        directory = Directory.build([statement], anchors=ANCHORS)
        assert [rejected.why for rejected in directory.rejected] == [Rejection.BODY]

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("valid_to", "2025-01-01T00:00:00+08:00"),
            ("valid_from", "2026-01-01T00:00:00"),
            ("valid_from", "2026-01-01 00:00:00+08:00"),
            ("valid_from", "2026-02-30T00:00:00+08:00"),
            ("roles", ["subject", "subject"]),
            ("roles", []),
            ("roles", ["attester"]),
            ("name", ""),
            ("name", "two\nlines"),
            ("party", PERSON),
            ("party", ENTERPRISE[:-1] + "0"),
            ("party", SHOP),
            ("evidence", "zz"),
            ("public_key", "ed25519:AAAA"),
            ("on_behalf", "00" * 32),
        ],
        ids=lambda value: str(value)[:24],
    )
    def test_refuses(self, field: str, value: object) -> None:
        body = GOOD | {field: value}
        with pytest.raises(PartyStatementUnreadable):
            read_binding(sign_statement("key-binding", body, signer=key("attester")))

    def test_a_person_has_no_name_in_a_directory(self) -> None:
        made = claim("human", party=PERSON, kind=PartyKind.PERSON)
        body = made.body() | {"name": "somebody"}
        with pytest.raises(PartyStatementUnreadable):
            read_claim(sign_statement("key-possession", body, signer=key("human")))

    def test_a_claim_reads_as_it_was_written(self) -> None:
        made = claim("boss", roles=(KeyRole.SUBJECT, KeyRole.LEGAL_REPRESENTATIVE))
        assert read_claim(sign_claim(made, signer=key("boss"))) == made


class TestAnchorsFile:
    def test_reads_as_it_was_written(self) -> None:
        assert TrustAnchors.parse(ANCHORS.dump()) == ANCHORS

    @given(st.integers(0, 5000), st.binary(max_size=3))
    def test_a_damaged_file_is_refused_or_reads_as_what_it_says(
        self, place: int, inserted: bytes
    ) -> None:
        data = ANCHORS.dump()
        place %= len(data)
        try:
            anchors = TrustAnchors.parse(data[:place] + inserted + data[place + 1 :])
        except ShuxinError:
            return
        assert TrustAnchors.parse(anchors.dump()) == anchors

    @given(json_values)
    def test_any_json_is_refused_cleanly(self, value: Any) -> None:
        with pytest.raises(ShuxinError):
            TrustAnchors.parse(json.dumps(value).encode())


class TestPartyIds:
    def test_a_person_id_is_random(self) -> None:
        first, second = new_person_id(), new_person_id()
        assert first != second
        check_party(first, kind=PartyKind.PERSON)

    @given(st.text(max_size=40), st.sampled_from(PartyKind))
    def test_other_text_is_no_party(self, text: str, kind: PartyKind) -> None:
        with pytest.raises(PartyInvalid):
            check_party(text, kind=kind)

    def test_only_an_individual_business_has_a_code_of_92(self) -> None:
        assert USCC(SHOP.removeprefix("uscc:")).is_individual_business
        check_party(SHOP, kind=PartyKind.INDIVIDUAL_BUSINESS)
        for party, kind in ((SHOP, "enterprise"), (organisation(9), "individual_business")):
            with pytest.raises(PartyInvalid):
                check_party(party, kind=PartyKind(kind))

    def test_natural_persons_are_persons_and_their_businesses(self) -> None:
        found = {kind for kind in PartyKind if kind.is_natural_person}
        assert found == {PartyKind.PERSON, PartyKind.INDIVIDUAL_BUSINESS}


def test_a_statement_of_another_kind_never_passes_for_a_binding() -> None:
    other = sign_statement("receipt", GOOD, signer=key("attester"))
    renamed = parse_statement(other.dump().replace(b'"receipt"', b'"key-binding"'))
    possession = bound(claim("boss"))[0]
    directory = Directory.build([possession, renamed, other], anchors=ANCHORS)
    assert {r.why for r in directory.rejected} == {
        *(Rejection.SIGNATURE, Rejection.KIND, Rejection.UNBOUND),
    }
