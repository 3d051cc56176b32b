"""Laws of the directory, then its rules one by one."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.parties.world import (
    BANK,
    DAY,
    END,
    ENTERPRISE,
    MID,
    OPERATOR,
    PERSON,
    SHOP,
    START,
    World,
    bound,
    claim,
    internal,
    key,
    organisation,
    revoked,
)

from shuxin.kernel.statements import Statement, sign_statement
from shuxin.parties.api import (
    Attester,
    Directory,
    KeyProblem,
    KeyRole,
    KnownKey,
    MandateEnd,
    Method,
    PartyKind,
    Reason,
    Rejection,
    TrustAnchors,
    sign_mandate,
    sign_mandate_end,
)

if TYPE_CHECKING:
    import datetime as dt

ANCHORS = World().anchors
DEVELOPMENT = dataclasses.replace(ANCHORS, methods=frozenset(Method))


def built(*statements: Statement, anchors: TrustAnchors = ANCHORS) -> Directory:
    return Directory.build(statements, anchors=anchors)


def said_by(name: str) -> Statement:
    return sign_statement("test-message", {"said": "by " + name}, signer=key(name))


def outcome(
    directory: Directory,
    name: str,
    *,
    party: str = ENTERPRISE,
    at: dt.datetime = MID,
    role: KeyRole | None = None,
) -> KeyProblem | str:
    found = directory.who_signed(said_by(name), party=party, seen_at=at, role=role)
    return found if isinstance(found, KeyProblem) else found.label or found.name


def mandate(*, by: str = "boss", start: dt.datetime = START, end: dt.datetime = END) -> Statement:
    return sign_mandate(
        party=ENTERPRISE,
        person=PERSON,
        purposes=("credit_decision",),
        valid_from=start,
        valid_to=end,
        signer=key(by),
    )


def agent(made: Statement, name: str = "agent") -> list[Statement]:
    return bound(claim(name, roles=(KeyRole.AGENT,), on_behalf=made.hash))


def why(directory: Directory) -> set[Rejection]:
    """Without the requests that go with a binding that does not stand."""
    return {rejected.why for rejected in directory.rejected} - {Rejection.UNBOUND}


MANDATE = mandate()
EVERYTHING = [
    *bound(claim("boss")),
    *bound(claim("second")),
    *bound(claim("legal", roles=(KeyRole.LEGAL_REPRESENTATIVE,))),
    *bound(claim("owner", party=SHOP, kind=PartyKind.INDIVIDUAL_BUSINESS)),
    *bound(claim("human", party=PERSON, kind=PartyKind.PERSON)),
    MANDATE,
    *agent(MANDATE),
    *internal("node", role=KeyRole.NODE),
    *internal("officer", role=KeyRole.OFFICER),
    revoked("second", by="boss", reason=Reason.SUPERSEDED),
    revoked("legal", by="attester"),
    revoked("officer", by="bank", party=BANK, reason=Reason.ROLE_ENDED),
    *bound(claim("forged"), by="stranger"),
]
NAMES = ["boss", "second", "legal", "owner", "human", "agent", "node", "officer", "bank"]
PARTIES = [ENTERPRISE, SHOP, PERSON, BANK]


def bytes_changed(data: bytes, place: int, bit: int) -> bytes:
    changed = bytearray(data)
    changed[place % len(data)] ^= 1 << bit
    return bytes(changed)


class TestLaws:
    @given(st.permutations(EVERYTHING))
    def test_any_order_builds_the_same_directory(self, statements: list[Statement]) -> None:
        assert built(*statements, *statements[:3]) == built(*EVERYTHING)

    @given(st.sampled_from(EVERYTHING[:9]), st.integers(0, 5000), st.integers(0, 7))
    def test_a_changed_byte_anywhere_is_not_accepted(
        self, statement: Statement, place: int, bit: int
    ) -> None:
        """A changed statement either cannot be read, or is rejected, or never makes another key count."""
        from shuxin.kernel.errors import ShuxinError
        from shuxin.kernel.statements import parse_statement

        try:
            changed = parse_statement(bytes_changed(statement.dump(), place, bit))
        except ShuxinError:
            return
        if changed.hash == statement.hash:
            return
        others = [one for one in EVERYTHING if one.hash != statement.hash]
        directory = built(*others, changed)
        assert changed.hash in {rejected.hash for rejected in directory.rejected}
        assert set(all_keys(directory)) <= set(all_keys(built(*EVERYTHING)))

    @given(
        st.lists(st.sampled_from(EVERYTHING), unique_by=lambda one: one.hash),
        st.sampled_from(NAMES),
        st.sampled_from(PARTIES),
        st.integers(-400, 800),
    )
    def test_no_set_and_no_time_makes_a_key_count_outside_its_validity(
        self, statements: list[Statement], name: str, party: str, days: int
    ) -> None:
        at = START + days * DAY
        directory = built(*statements)
        found = directory.who_signed(said_by(name), party=party, seen_at=at)
        if isinstance(found, KnownKey):
            assert found.party == party
            assert START <= found.valid_from <= at < found.valid_to <= END
            assert name != "forged"

    @given(
        st.lists(st.sampled_from(EVERYTHING), unique_by=lambda one: one.hash),
        st.sampled_from(["boss", "attester", "legal"]),
        st.sampled_from([Reason.LOST, Reason.COMPROMISED]),
        st.integers(-400, 800),
        st.integers(0, 364),
    )
    def test_a_lost_key_never_counts_again(
        self, more: list[Statement], by: str, reason: Reason, days: int, when: int
    ) -> None:
        gone = revoked("boss", by=by, reason=reason, at=START + when * DAY)
        legal = bound(claim("legal", roles=(KeyRole.LEGAL_REPRESENTATIVE,)))
        rest = [one for one in more if one.kind != "key-revocation"]
        again = bound(claim("boss"), start=END, end=END + 90 * DAY)
        directory = built(*rest, *legal, *bound(claim("boss")), *again, gone)
        assert outcome(directory, "boss", at=START + days * DAY) is KeyProblem.REVOKED

    @given(st.lists(st.sampled_from(EVERYTHING), unique_by=lambda one: one.hash))
    def test_an_earlier_directory_changes_nothing_but_the_time_it_takes(
        self, statements: list[Statement]
    ) -> None:
        earlier = built(*statements)
        again = Directory.build(EVERYTHING, anchors=ANCHORS, earlier=earlier)
        assert again == built(*EVERYTHING)


def all_keys(directory: Directory) -> list[KnownKey]:
    return [known for party in directory.parties() for known in directory.keys_of(party)]


class TestWhoSigned:
    def test_knows_each_party_by_its_own_key_and_no_other(self) -> None:
        directory = built(*EVERYTHING)
        assert why(directory) == {Rejection.NOT_ANCHORED}
        assert outcome(directory, "boss", role=KeyRole.SUBJECT) == "boss"
        assert outcome(directory, "agent", role=KeyRole.AGENT) == "agent"
        assert outcome(directory, "node", party=BANK, role=KeyRole.NODE) == "node"
        assert outcome(directory, "human", party=PERSON) == "human"

    def test_tells_each_problem_by_its_name(self) -> None:
        directory = built(*EVERYTHING)
        boss = said_by("boss")
        forged = dataclasses.replace(boss, body={"said": "by somebody else"})
        assert outcome(directory, "stranger") is KeyProblem.UNKNOWN
        assert outcome(directory, "boss", party=SHOP) is KeyProblem.OTHER_PARTY
        assert outcome(directory, "boss", at=START - DAY) is KeyProblem.NOT_YET_VALID
        assert outcome(directory, "boss", at=END) is KeyProblem.EXPIRED
        assert outcome(directory, "legal", at=START) is KeyProblem.REVOKED
        assert outcome(directory, "boss", role=KeyRole.AGENT) is KeyProblem.WRONG_ROLE
        who = directory.who_signed(forged, party=ENTERPRISE, seen_at=MID)
        assert who is KeyProblem.SIGNATURE

    def test_a_superseded_key_counts_for_what_was_seen_before(self) -> None:
        directory = built(*EVERYTHING)
        assert outcome(directory, "second", at=MID - DAY) == "second"
        assert outcome(directory, "second", at=MID) is KeyProblem.REVOKED

    def test_a_renewed_key_counts_in_both_times(self) -> None:
        later = bound(claim("boss"), start=END, end=END + 90 * DAY)
        directory = built(*bound(claim("boss")), *later)
        assert [outcome(directory, "boss", at=at) for at in (MID, END)] == ["boss", "boss"]


class TestTrust:
    def test_the_platform_with_all_its_keys_binds_nothing(self) -> None:
        """A thief of the operator's keys signs bindings, revocations and mandates: no holder takes one."""
        pinned = dataclasses.replace(
            ANCHORS.pinned[0],
            party=OPERATOR,
            kind=PartyKind.OPERATOR,
            public=key("operator").public,
        )
        anchors = dataclasses.replace(ANCHORS, pinned=(*ANCHORS.pinned, pinned))
        thief = [
            *bound(claim("thief"), by="operator"),
            *bound(claim("thief"), by="operator", method=Method.INSTITUTION),
            *bound(
                claim("thief", party=BANK, kind=PartyKind.BANK, roles=(KeyRole.OFFICER,)),
                by="operator",
                method=Method.INSTITUTION,
            ),
            *bound(claim("thief"), by="thief"),
            revoked("boss", by="operator"),
            mandate(by="operator"),
        ]
        directory = Directory.build([*bound(claim("boss")), *thief], anchors=anchors)
        assert outcome(directory, "thief") is KeyProblem.UNKNOWN
        assert outcome(directory, "thief", party=BANK) is KeyProblem.UNKNOWN
        assert outcome(directory, "boss") == "boss"
        found = directory.mandate_of(
            party=ENTERPRISE, person=PERSON, at=MID, purpose="credit_decision"
        )
        assert found is None

    def test_a_key_needs_its_own_proof_of_possession(self) -> None:
        (_, binding), (other, _) = bound(claim("boss")), bound(claim("second"))
        assert why(built(binding, other)) == {Rejection.NO_POSSESSION}

    def test_an_attester_attests_only_its_kinds(self) -> None:
        bank = claim("new", party=BANK, kind=PartyKind.BANK)
        assert why(built(*bound(bank))) == {Rejection.PARTY_KIND}

    def test_a_pinned_party_keeps_its_kind(self) -> None:
        assert why(built(*bound(claim("new", party=BANK)))) == {Rejection.KIND_CONFLICT}

    def test_two_kinds_of_one_party_cancel_each_other(self) -> None:
        anchors = TrustAnchors(
            (Attester(organisation(1), key("attester").public, frozenset(PartyKind)),)
        )
        both = [*bound(claim("boss")), *bound(claim("bank", kind=PartyKind.BANK))]
        directory = Directory.build(both, anchors=anchors)
        assert why(directory) == {Rejection.KIND_CONFLICT}
        assert outcome(directory, "boss") is KeyProblem.UNKNOWN

    def test_development_bindings_count_only_where_they_are_allowed(self) -> None:
        made = bound(claim("boss"), method=Method.DEVELOPMENT)
        assert why(built(*made)) == {Rejection.METHOD}
        assert outcome(built(*made, anchors=DEVELOPMENT), "boss") == "boss"

    def test_a_revoked_attester_attests_no_more(self) -> None:
        gone = revoked("attester", by="attester", party=ANCHORS.attesters[0].party)
        directory = built(*bound(claim("boss")), gone)
        assert why(directory) == {Rejection.ATTESTER_REVOKED}

    def test_a_standalone_holder_is_its_own_anchor(self) -> None:
        assert outcome(built(), "bank", party=BANK, role=KeyRole.SUBJECT) == "例示银行"


class TestInstitution:
    def test_attests_no_subject_key(self) -> None:
        made = claim("new", party=BANK, kind=PartyKind.BANK)
        directory = built(*bound(made, by="bank", method=Method.INSTITUTION))
        assert why(directory) == {Rejection.NOT_ENTITLED}

    def test_attests_nobody_else(self) -> None:
        directory = built(*bound(claim("new"), by="bank", method=Method.INSTITUTION))
        assert why(directory) == {Rejection.NOT_ANCHORED}

    def test_an_officer_attests_nobody(self) -> None:
        chain = (
            internal("officer", role=KeyRole.OFFICER),
            internal("other", role=KeyRole.OFFICER, by="officer"),
        )
        assert why(built(*chain[0], *chain[1])) == {Rejection.NOT_ANCHORED}

    def test_a_lost_institution_key_takes_its_officers_with_it(self) -> None:
        gone = revoked("bank", by="bank", party=BANK)
        directory = built(*internal("node", role=KeyRole.NODE), gone)
        assert why(directory) == {Rejection.ISSUER}

    def test_one_key_is_not_two_administrators(self) -> None:
        two = [
            *internal("admin", role=KeyRole.SYSTEM_ADMIN),
            *internal("admin", role=KeyRole.AUDITOR),
        ]
        assert why(built(*two)) == {Rejection.NOT_SEPARATE}
        roles = (KeyRole.SYSTEM_ADMIN, KeyRole.SECURITY_ADMIN)
        one = claim("admin", party=BANK, kind=PartyKind.BANK, roles=roles)
        assert why(built(*bound(one, by="bank", method=Method.INSTITUTION))) == {Rejection.BODY}

    def test_enterprises_have_no_internal_roles(self) -> None:
        assert why(built(*bound(claim("boss", roles=(KeyRole.NODE,))))) == {Rejection.BODY}


class TestRevocation:
    def test_a_stranger_and_an_agent_revoke_nothing(self) -> None:
        made = [
            *bound(claim("boss")),
            MANDATE,
            *agent(MANDATE),
            *bound(claim("stranger", party=SHOP, kind=PartyKind.INDIVIDUAL_BUSINESS)),
        ]
        wrong = [revoked("boss", by="stranger"), revoked("boss", by="agent")]
        directory = built(*made, *wrong)
        assert why(directory) == {Rejection.NOT_ENTITLED}
        assert outcome(directory, "boss") == "boss"

    def test_a_lost_key_revokes_no_key_made_after_it(self) -> None:
        new = bound(claim("new"), start=MID)
        directory = built(
            *bound(claim("boss")),
            *new,
            revoked("boss", by="attester", at=MID - DAY),
            revoked("new", by="boss", at=MID - DAY),
            revoked("new", by="boss", at=MID + DAY),
        )
        assert outcome(directory, "new", at=MID) == "new"

    def test_two_keys_that_revoke_each_other_both_end(self) -> None:
        directory = built(
            *bound(claim("boss")),
            *bound(claim("second")),
            revoked("boss", by="second"),
            revoked("second", by="boss"),
        )
        assert [outcome(directory, name) for name in ("boss", "second")] == ["revoked"] * 2

    def test_a_key_that_calls_itself_lost_is_lost_for_every_party(self) -> None:
        person = bound(claim("boss", party=PERSON, kind=PartyKind.PERSON))
        gone = revoked("boss", by="boss", party=PERSON)
        directory = built(*bound(claim("boss")), *person, gone)
        assert outcome(directory, "boss") is KeyProblem.REVOKED

    def test_one_party_does_not_end_a_key_that_also_speaks_for_another(self) -> None:
        person = bound(claim("both", party=PERSON, kind=PartyKind.PERSON))
        shared = [*bound(claim("boss")), *bound(claim("both")), *person]
        directory = built(*shared, revoked("both", by="boss"))
        assert outcome(directory, "both") is KeyProblem.REVOKED
        assert outcome(directory, "both", party=PERSON) == "both"

    def test_of_an_unknown_key_says_so(self) -> None:
        assert why(built(revoked("nobody", by="attester"))) == {Rejection.UNKNOWN_KEY}


class TestMandate:
    def test_gives_an_agent_its_time_and_purposes(self) -> None:
        short = mandate(end=MID)
        directory = built(*bound(claim("boss")), short, *agent(short))
        assert outcome(directory, "agent", at=MID - DAY) == "agent"
        assert outcome(directory, "agent", at=MID) is KeyProblem.EXPIRED
        (known,) = (one for one in directory.keys_of(ENTERPRISE) if one.on_behalf)
        found = directory.mandate(known)
        assert found is not None
        assert found.person == PERSON

    @pytest.mark.parametrize(
        ("person", "at", "purpose", "there"),
        [
            (PERSON, MID, "credit_decision", True),
            (PERSON, END, "credit_decision", False),
            (PERSON, MID, "marketing", False),
            ("person:" + "cd" * 16, MID, "credit_decision", False),
        ],
        ids=["all right", "too late", "other purpose", "other person"],
    )
    def test_is_for_one_person_purpose_and_time(
        self, person: str, at: dt.datetime, purpose: str, there: bool
    ) -> None:
        directory = built(*bound(claim("boss")), MANDATE)
        found = directory.mandate_of(party=ENTERPRISE, person=person, at=at, purpose=purpose)
        assert (found is not None) is there

    def test_ends_early_when_the_enterprise_says_so(self) -> None:
        end = sign_mandate_end(MandateEnd(ENTERPRISE, MANDATE.hash, MID), signer=key("boss"))
        directory = built(*bound(claim("boss")), MANDATE, *agent(MANDATE), end)
        assert outcome(directory, "agent", at=MID - DAY) == "agent"
        assert outcome(directory, "agent", at=MID) is KeyProblem.EXPIRED

    def test_no_agent_makes_or_ends_one(self) -> None:
        made = [*bound(claim("boss")), MANDATE, *agent(MANDATE)]
        end = sign_mandate_end(MandateEnd(ENTERPRISE, MANDATE.hash, MID), signer=key("agent"))
        assert why(built(*made, mandate(by="agent"), end)) == {Rejection.NOT_ENTITLED}

    def test_an_agent_without_mandate_is_nobody(self) -> None:
        assert why(built(*bound(claim("boss")), *agent(MANDATE))) == {Rejection.MANDATE}
