"""Registration, roles, four eyes, kept statements, publication: with a database and a recording journal."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
from django.db import transaction
from tests.parties.world import (
    BANK,
    DAY,
    END,
    ENTERPRISE,
    MID,
    PERSON,
    SHOP,
    START,
    Journal,
    World,
    bound,
    claim,
    internal,
    key,
)

from shuxin.kernel.statements import Statement
from shuxin.kernel.uscc import USCC
from shuxin.ledger.api import commitment
from shuxin.parties import api as parties
from shuxin.parties.api import (
    Directory,
    KeyRole,
    Method,
    PartyKind,
    State,
    Step,
)

if TYPE_CHECKING:
    from pathlib import Path

ANCHORS = World().anchors
CODE = USCC(ENTERPRISE.removeprefix("uscc:"))
pytestmark = pytest.mark.django_db


@dataclasses.dataclass(frozen=True)
class Register:
    names: dict[str, str]

    def name_of(self, code: USCC, /) -> str | None:
        return self.names.get(str(code))


def registered(
    journal: Journal,
    *,
    name: str = "例示(六安)有限公司",
    register: Register | None = None,
    party: str = ENTERPRISE,
    kind: PartyKind = PartyKind.ENTERPRISE,
) -> parties.Registration:
    return parties.register_organisation(
        code=USCC(party.removeprefix("uscc:")),
        kind=kind,
        name=name,
        register=register,
        by="ann",
        journal=journal,
        now=MID,
    )


class TestRegistration:
    def test_without_a_register_nothing_is_confirmed(self, journal: Journal) -> None:
        for register in (None, Register({})):
            assert registered(journal, register=register).state is State.UNCONFIRMED
        assert parties.registration(ENTERPRISE).state is State.UNCONFIRMED
        assert journal.kinds == ["registration"]

    def test_the_register_confirms_the_same_name_however_it_is_typed(
        self, journal: Journal
    ) -> None:
        register = Register({str(CODE): "例示(六安) 有限公司"})
        assert registered(journal, register=register).state is State.CONFIRMED

    def test_another_name_is_refused_and_not_repeated(self, journal: Journal) -> None:
        with pytest.raises(parties.NameDiffers) as refused:
            registered(journal, register=Register({str(CODE): "另一有限公司"}))
        assert "另一" not in refused.value.say("zh")
        with pytest.raises(parties.PartyNotRegistered):
            parties.registration(ENTERPRISE)

    def test_a_new_name_needs_the_register(self, journal: Journal) -> None:
        registered(journal)
        with pytest.raises(parties.PartyDiffers):
            registered(journal, name="新名有限公司")
        confirmed = registered(
            journal, name="新名有限公司", register=Register({str(CODE): "新名有限公司"})
        )
        assert confirmed.state is State.CONFIRMED
        assert parties.registration(ENTERPRISE).name == "新名有限公司"
        assert [found.party for found in parties.registrations()] == [ENTERPRISE]

    def test_a_person_seen_with_the_licence_confirms(self, journal: Journal) -> None:
        registered(journal)
        parties.confirm_registration(party=ENTERPRISE, by="bob", journal=journal, now=MID)
        assert parties.registration(ENTERPRISE).state is State.CONFIRMED

    def test_the_log_commits_to_party_and_name_and_tells_neither(self, journal: Journal) -> None:
        from shuxin.kernel.canonical import canonical_json
        from shuxin.parties.models import RegistrationRow

        registered(journal)
        (entry,) = journal.entries
        assert CODE.value.encode() not in entry.data
        assert "例示" not in entry.data.decode()
        salt = bytes.fromhex(RegistrationRow.objects.get().salt)
        fact = canonical_json({"party": ENTERPRISE, "name": "例示(六安)有限公司"})
        assert entry.commitments[0] == commitment(salt, fact)

    def test_what_cannot_be_logged_does_not_happen(self, journal: Journal) -> None:
        journal.fails = True
        with pytest.raises(OSError, match="disk full"), transaction.atomic():
            registered(journal)
        with pytest.raises(parties.PartyNotRegistered):
            parties.registration(ENTERPRISE)

    def test_a_name_is_printable(self, journal: Journal) -> None:
        for name in ("", "  ", "a\nb", "x" * 121):
            with pytest.raises(parties.NameInvalid):
                registered(journal, name=name)

    def test_rows_are_never_changed_or_deleted(self, journal: Journal) -> None:
        from shuxin.parties.models import RegistrationRow

        registered(journal)
        row = RegistrationRow.objects.get()
        for act in (row.save, row.delete, RegistrationRow.objects.all().delete):
            with pytest.raises(TypeError):
                act()
        with pytest.raises(TypeError):
            RegistrationRow.objects.update(name="x")


class TestRoles:
    def appoint(self, journal: Journal, member: str, role: KeyRole, *by: str) -> Step:
        steps = [
            parties.appoint(
                institution=BANK, member=member, role=role, by=who, journal=journal, now=MID
            )
            for who in by
        ]
        return steps[-1]

    @pytest.fixture(autouse=True)
    def bank(self, journal: Journal) -> None:
        registered(journal, name="例示银行", party=BANK, kind=PartyKind.BANK)

    def test_an_administrator_needs_two_persons(self, journal: Journal) -> None:
        assert self.appoint(journal, "cat", KeyRole.AUDITOR, "ann") is Step.WAITING
        assert parties.roles_of(institution=BANK, member="cat") == frozenset()
        with pytest.raises(parties.SamePerson):
            self.appoint(journal, "cat", KeyRole.AUDITOR, "ann")
        assert self.appoint(journal, "cat", KeyRole.AUDITOR, "bob") is Step.DONE
        assert parties.roles_of(institution=BANK, member="cat") == {KeyRole.AUDITOR}

    @pytest.mark.parametrize("first", ["system_admin", "security_admin", "auditor"])
    @pytest.mark.parametrize("second", ["system_admin", "security_admin", "auditor"])
    def test_the_three_administrations_never_meet_in_one_person(
        self, journal: Journal, first: str, second: str
    ) -> None:
        self.appoint(journal, "cat", KeyRole(first), "ann", "bob")
        if first == second:
            assert self.appoint(journal, "cat", KeyRole(second), "ann") is Step.DONE
            return
        with pytest.raises(parties.RolesNotSeparate):
            self.appoint(journal, "cat", KeyRole(second), "ann", "bob")
        parties.dismiss(
            institution=BANK,
            member="cat",
            role=KeyRole(first),
            by="ann",
            journal=journal,
            now=MID,
        )
        assert self.appoint(journal, "cat", KeyRole(second), "ann", "bob") is Step.DONE

    def test_nobody_appoints_himself_administrator(self, journal: Journal) -> None:
        with pytest.raises(parties.OwnAppointment):
            self.appoint(journal, "ann", KeyRole.SYSTEM_ADMIN, "ann")

    def test_an_officer_needs_one_word(self, journal: Journal) -> None:
        assert self.appoint(journal, "dan", KeyRole.OFFICER, "ann") is Step.DONE
        assert self.appoint(journal, "dan", KeyRole.AUDITOR, "ann", "bob") is Step.DONE

    def test_keys_of_subjects_are_no_roles_of_members(self, journal: Journal) -> None:
        with pytest.raises(parties.RoleNotOfMembers):
            self.appoint(journal, "dan", KeyRole.SUBJECT, "ann")


class TestFourEyes:
    def state(self, journal: Journal, by: str, *, days: int = 0, what: str = "x") -> Step:
        now = MID + days * DAY
        return parties.state_act("test", {"what": what}, by=by, journal=journal, now=now)

    def test_the_second_person_must_say_the_same(self, journal: Journal) -> None:
        assert self.state(journal, "ann") is Step.WAITING
        assert self.state(journal, "bob", what="y") is Step.WAITING
        assert self.state(journal, "bob") is Step.DONE
        assert self.state(journal, "bob") is Step.WAITING

    def test_a_week_later_the_first_word_is_forgotten(self, journal: Journal) -> None:
        self.state(journal, "ann")
        assert self.state(journal, "bob", days=8) is Step.WAITING

    def test_a_clock_set_back_approves_nothing(self, journal: Journal) -> None:
        self.state(journal, "ann")
        assert self.state(journal, "bob", days=-1) is Step.WAITING


class TestLogged:
    """The log is open: neither who typed nor what was stated can be read or guessed from it."""

    def states(self, journal: Journal) -> None:
        for by in ("ann", "bob"):
            parties.state_act("test", {"member": "cat"}, by=by, journal=journal, now=MID)

    def test_an_act_is_a_commitment_that_its_row_opens(self, journal: Journal) -> None:
        from shuxin.kernel.canonical import canonical_json, content_hash
        from shuxin.parties.models import ActRow

        self.states(journal)
        self.states(journal)
        fact = {"kind": "test", "content": {"member": "cat"}}
        first, again = [
            commitment(bytes.fromhex(row.salt), canonical_json(fact))
            for row in ActRow.objects.order_by("pk")
        ]
        assert [entry.commitments[0] for entry in journal.entries] == [first] * 2 + [again] * 2
        assert first != again
        guess = content_hash(fact).encode()
        assert not any(guess in entry.data for entry in journal.entries)
        steps = [entry.facts for entry in journal.entries[:2]]
        assert steps == [{"act": "test", "step": step} for step in ("waiting", "done")]

    def test_an_account_is_a_commitment_that_its_row_opens(self, journal: Journal) -> None:
        from shuxin.kernel.canonical import canonical_json
        from shuxin.parties.models import NotedRow

        self.states(journal)
        registered(journal)
        rows = {row.commitment: row for row in NotedRow.objects.all()}
        for entry, account in zip(journal.entries, ("ann", "bob", "ann"), strict=True):
            assert entry.actor == "holder"
            assert account.encode() not in entry.data
            row = rows[entry.commitments[-1]]
            fact = canonical_json({"account": account})
            assert row.commitment == commitment(bytes.fromhex(row.salt), fact)
            assert row.by == account
        assert len(rows) == 3


class TestTrust:
    def test_two_persons_change_the_file(self, journal: Journal, tmp_path: Path) -> None:
        attester = ANCHORS.attesters[0]
        made = {"home": tmp_path, "journal": journal, "now": MID}
        assert parties.add_attester(attester, by="ann", **made) is Step.WAITING
        assert parties.read_trust(tmp_path).attesters == ()
        assert parties.add_attester(attester, by="bob", **made) is Step.DONE
        assert parties.read_trust(tmp_path).attesters == (attester,)
        assert (tmp_path / "trust.json").stat().st_mode & 0o777 == 0o600
        for by in ("ann", "bob"):
            parties.remove_anchor(attester.public.key_id, by=by, **made)
        assert parties.read_trust(tmp_path).attesters == ()
        with pytest.raises(parties.AnchorMissing):
            parties.remove_anchor(attester.public.key_id, by="ann", **made)

    def test_a_change_between_the_two_starts_anew(self, journal: Journal, tmp_path: Path) -> None:
        """The second person approves just what the file will say."""
        attester, made = ANCHORS.attesters[0], {"home": tmp_path, "journal": journal, "now": MID}
        parties.add_attester(attester, by="ann", **made)
        for by in ("ann", "bob"):
            parties.pin_key(ANCHORS.pinned[0], by=by, **made)
        assert parties.add_attester(attester, by="bob", **made) is Step.WAITING


class TestAttesting:
    def attest(self, journal: Journal, request: Statement, **changed: object) -> Statement:
        from shuxin.parties.identity_proof import RecordedProof

        given: dict[str, object] = {
            "check": parties.Check(RecordedProof(Method.LICENCE), b"record of the check"),
            "valid_from": START,
            "valid_to": END,
            "signer": key("attester"),
            "by": "eve",
            "journal": journal,
            "now": MID,
        }
        return parties.attest_key(request, **given | changed)  # type: ignore[arg-type]

    def confirmed(self, journal: Journal) -> None:
        registered(journal, name="例示有限公司", register=Register({str(CODE): "例示有限公司"}))

    def test_binds_a_confirmed_party_and_keeps_the_salt(self, journal: Journal) -> None:
        from shuxin.parties.models import AttestationRow

        self.confirmed(journal)
        request = bound(claim("boss"))[0]
        binding = self.attest(journal, request)
        directory = Directory.build([request, binding], anchors=ANCHORS)
        assert directory.rejected == ()
        salt = bytes.fromhex(AttestationRow.objects.get().salt)
        assert binding.body["evidence"] == commitment(salt, b"record of the check")

    def test_refuses_unconfirmed_unproven_and_endless(self, journal: Journal) -> None:
        from shuxin.parties.identity_proof import RecordedProof

        request = bound(claim("boss"))[0]
        with pytest.raises(parties.PartyNotRegistered):
            self.attest(journal, request)
        registered(journal, name="例示有限公司")
        with pytest.raises(parties.RegistrationUnconfirmed):
            self.attest(journal, request)
        self.confirmed(journal)
        with pytest.raises(parties.EvidenceMissing):
            self.attest(journal, request, check=parties.Check(RecordedProof(Method.FACE), b""))
        with pytest.raises(parties.ValidityTooLong):
            self.attest(journal, request, valid_to=START + 2000 * DAY)
        with pytest.raises(parties.RequestUnproven):
            self.attest(journal, dataclasses.replace(request, signature=bytes(64)))

    def test_an_agent_is_attested_as_the_person_of_its_mandate(self, journal: Journal) -> None:
        from shuxin.parties.models import AttestationRow

        self.confirmed(journal)
        mandate, other = (
            parties.sign_mandate(
                party=party,
                person=PERSON,
                purposes=("credit_decision",),
                valid_from=START,
                valid_to=END,
                signer=key("boss"),
            )
            for party in (ENTERPRISE, SHOP)
        )
        made = claim("agent", roles=(KeyRole.AGENT,), on_behalf=mandate.hash)
        request, subject = bound(made)[0], bound(claim("boss"))[0]
        wrong = "person:" + "cd" * 16
        for asked, acting in (
            (request, None),
            (request, parties.Acting(wrong, mandate)),
            (request, parties.Acting(PERSON, other)),
            (subject, parties.Acting(PERSON, mandate)),
        ):
            with pytest.raises(parties.AgentUnproven):
                self.attest(journal, asked, acting=acting)
        foreign = claim("agent", roles=(KeyRole.AGENT,), on_behalf=other.hash)
        with pytest.raises(parties.AgentUnproven):
            self.attest(journal, bound(foreign)[0], acting=parties.Acting(PERSON, other))
        self.attest(journal, request, acting=parties.Acting(PERSON, mandate))
        salt = bytes.fromhex(AttestationRow.objects.get().salt)
        assert journal.entries[-1].commitments[1] == commitment(
            salt, b'{"person":"' + PERSON.encode() + b'"}'
        )

    def test_an_institution_binds_only_its_own(self, journal: Journal) -> None:
        given = {
            "valid_from": START,
            "valid_to": END,
            "signer": key("bank"),
            "by": "ann",
            "journal": journal,
            "now": MID,
        }
        request = internal("node", role=KeyRole.NODE)[0]
        made = parties.attest_own(request, party=BANK, **given)
        assert Directory.build([request, made], anchors=ANCHORS).rejected == ()
        for other in (bound(claim("boss"))[0], request):
            with pytest.raises(parties.NotOwnKey):
                parties.attest_own(other, party=ENTERPRISE, **given)


class TestIdentityProof:
    def test_the_development_proof_runs_in_development_only(self) -> None:
        for environment in ({}, {"SHUXIN_MODE": "production"}, {"SHUXIN_MODE": "Development"}):
            with pytest.raises(parties.DevelopmentOnly):
                parties.proof_by(Method.DEVELOPMENT, environment=environment)
        proof = parties.proof_by(Method.DEVELOPMENT, environment={"SHUXIN_MODE": "development"})
        assert proof.prove(record=b"", salt=bytes(32)).method is Method.DEVELOPMENT

    def test_leaves_a_commitment_and_never_what_was_shown(self) -> None:
        proof = parties.proof_by(Method.FACE, environment={})
        first, second = (proof.prove(record=b"a face", salt=bytes([n]) * 32) for n in (1, 2))
        assert first.evidence != second.evidence
        assert len(first.evidence) == 64

    def test_institution_is_no_way_to_prove_identity(self) -> None:
        with pytest.raises(ValueError, match="vouches"):
            parties.proof_by(Method.INSTITUTION, environment={})
