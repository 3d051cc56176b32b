"""The verdict on a document: accepted when all holds, and each reason by its own test."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.verification.samples import (
    BANK,
    BANK_KEY,
    HOLDER_KEY,
    LOG_KEY,
    NOW,
    ORIGIN,
    OTHER_BANK,
    PLACE,
    THIEF_KEY,
    WITNESS_KEY,
    Side,
    issue,
    pinned,
    side,
    status,
    verify,
)

from shuxin.kernel.signing import Ed25519Key
from shuxin.kernel.statements import sign_statement
from shuxin.ledger.api import Entry, LogTrust, TrustInvalid, open_log, witness_key
from shuxin.ledger.note import cosign_note, parse_note
from shuxin.parties.api import (
    Binding,
    Claim,
    KeyRole,
    Method,
    PartyKind,
    Revocation,
    TrustAnchors,
    sign_binding,
    sign_claim,
    sign_revocation,
)
from shuxin.parties.api import Reason as Why
from shuxin.verification.issuing import Issuer, Request, log_document, sign_document
from shuxin.verification.presentation import Presentation, new_nonce
from shuxin.verification.receipt import DOCUMENT_RECEIPT, parse_receipt
from shuxin.verification.sdjwt.tokens import Demand
from shuxin.verification.status import Standing, State
from shuxin.verification.verdict import CHECK_TEXT, REASON_TEXT, CheckName, Reason
from shuxin.verification.verifying import Evidence

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.kernel.statements import Statement
    from shuxin.verification.receipt import Receipt

DAY = dt.timedelta(days=1)


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Side:
    return side(tmp_path_factory.mktemp("bank"))


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("files") / "proof.pdf"
    path.write_bytes(b"%PDF balance 1250000.00")
    return path


@pytest.fixture(scope="module")
def receipt(bank: Side, file: Path) -> Receipt:
    return issue(file, of=bank, holder_key=HOLDER_KEY.public.text)


class TestVerdict:
    def test_a_document_as_issued_is_accepted(
        self, bank: Side, file: Path, receipt: Receipt
    ) -> None:
        verdict = verify(file, receipt, trust=bank.trust())
        assert verdict.accepted
        assert [check.name for check in verdict.checks] == list(CheckName)[:5]

    def test_a_receipt_comes_back_from_its_file(self, receipt: Receipt) -> None:
        assert parse_receipt(receipt.dump()) == receipt
        assert receipt.salt.hex() not in repr(receipt)

    def test_a_changed_file_is_tampered(
        self, bank: Side, file: Path, receipt: Receipt, tmp_path: Path
    ) -> None:
        changed = tmp_path / "proof.pdf"
        changed.write_bytes(file.read_bytes().replace(b"1250000", b"9250000"))
        assert verify(changed, receipt, trust=bank.trust()).reasons == (Reason.TAMPERED,)

    def test_another_salt_is_tampered(self, bank: Side, file: Path, receipt: Receipt) -> None:
        other = dataclasses.replace(receipt, salt=bytes(32))
        assert Reason.TAMPERED in verify(file, other, trust=bank.trust()).reasons

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("expires_at", "2036-03-01T09:00:00+08:00"),
            ("template", "credit_report"),
            ("status_index", 78),
            ("holder_key", ""),
            ("id", "0" * 32),
        ],
    )
    def test_a_changed_receipt_is_named_so(
        self, bank: Side, file: Path, receipt: Receipt, name: str, value: object
    ) -> None:
        parts = json.loads(receipt.dump())
        parts["statement"]["body"][name] = value
        changed = parse_receipt(json.dumps(parts).encode())
        reasons = verify(file, changed, trust=bank.trust()).reasons
        assert reasons[0] is Reason.RECEIPT_CHANGED
        assert Reason.NOT_LOGGED in reasons

    def test_an_issuer_that_nobody_vouches_for_is_unknown(
        self, bank: Side, file: Path, receipt: Receipt
    ) -> None:
        anchors = TrustAnchors(pinned=(pinned(THIEF_KEY),))
        verdict = verify(file, receipt, trust=bank.trust(anchors=anchors))
        assert Reason.UNKNOWN_ISSUER in verdict.reasons

    def test_one_bank_does_not_issue_for_another(self, bank: Side, file: Path) -> None:
        receipt = issue(file, of=bank)
        anchors = TrustAnchors(pinned=(pinned(party=OTHER_BANK),))
        verdict = verify(file, receipt, trust=bank.trust(anchors=anchors))
        assert Reason.UNKNOWN_ISSUER in verdict.reasons

    def test_an_auditors_key_does_not_issue(self, bank: Side, file: Path, receipt: Receipt) -> None:
        auditor = dataclasses.replace(pinned(), roles=frozenset({KeyRole.AUDITOR}))
        trust = bank.trust(anchors=TrustAnchors(pinned=(auditor,)))
        assert Reason.UNKNOWN_ISSUER in verify(file, receipt, trust=trust).reasons

    def test_a_key_past_its_time_issues_no_more(
        self, bank: Side, file: Path, receipt: Receipt
    ) -> None:
        anchors = TrustAnchors(pinned=(pinned(days=-1),))
        verdict = verify(file, receipt, trust=bank.trust(anchors=anchors))
        assert verdict.reasons[0] is Reason.KEY_NOT_VALID

    @pytest.mark.parametrize(
        ("now", "reason"),
        [
            (NOW - dt.timedelta(minutes=3), Reason.NOT_YET_VALID),
            (NOW + 30 * DAY, Reason.EXPIRED),
        ],
    )
    def test_its_period_is_kept(
        self, bank: Side, file: Path, receipt: Receipt, now: dt.datetime, reason: Reason
    ) -> None:
        assert reason in verify(file, receipt, trust=bank.trust(), now=now).reasons
        just = NOW + 30 * DAY - dt.timedelta(seconds=1)
        assert verify(file, receipt, trust=bank.trust(), now=just).accepted

    def test_every_reason_and_check_speaks_both_languages(self) -> None:
        assert set(REASON_TEXT) == set(Reason)
        assert set(CHECK_TEXT) == set(CheckName)
        for text in [*REASON_TEXT.values(), *CHECK_TEXT.values()]:
            assert text.en.isascii()
            assert any("\u4e00" <= sign <= "\u9fff" for sign in text.zh)


class TestKeys:
    ATTESTER = Ed25519Key(b"\x09" * 32)
    PARTY = "uscc:91440300708461136T"

    def bound(self, key: Ed25519Key, *, days: int = 365) -> list[object]:
        claim = Claim(BANK, PartyKind.BANK, "Bank A", key.public, "seal", (KeyRole.SUBJECT,))
        binding = Binding(
            claim, NOW - 30 * DAY, NOW - 30 * DAY + days * DAY, Method.COUNTER, "0" * 64
        )
        return [sign_claim(claim, signer=key), sign_binding(binding, signer=self.ATTESTER)]

    def anchors(self) -> TrustAnchors:
        from shuxin.parties.api import Attester

        kinds = frozenset({PartyKind.BANK})
        return TrustAnchors(attesters=(Attester(self.PARTY, self.ATTESTER.public, kinds),))

    def test_a_receipt_brings_the_binding_of_its_issuers_key(
        self, bank: Side, file: Path, receipt: Receipt
    ) -> None:
        carried = dataclasses.replace(receipt, keys=tuple(self.bound(BANK_KEY)))
        read = parse_receipt(carried.dump())
        assert verify(file, read, trust=bank.trust(anchors=self.anchors())).accepted
        bare = verify(file, receipt, trust=bank.trust(anchors=self.anchors()))
        assert Reason.UNKNOWN_ISSUER in bare.reasons

    @pytest.mark.parametrize("why", [Why.LOST, Why.COMPROMISED, Why.SUPERSEDED])
    def test_a_revocation_that_the_verifier_knows_cannot_be_left_out(
        self, bank: Side, file: Path, receipt: Receipt, why: Why
    ) -> None:
        revocation = sign_revocation(
            Revocation(BANK, BANK_KEY.public.key_id, NOW - DAY, why), signer=BANK_KEY
        )
        carried = dataclasses.replace(receipt, keys=tuple(self.bound(BANK_KEY)))
        trust = bank.trust(anchors=self.anchors(), statements=(revocation,))
        assert Reason.KEY_REVOKED in verify(file, carried, trust=trust).reasons

    @pytest.mark.parametrize(("threshold", "accepted"), [(1, True), (0, False)])
    def test_a_superseded_key_counts_for_what_witnesses_saw_before(
        self, tmp_path: Path, file: Path, threshold: int, *, accepted: bool
    ) -> None:
        bank = side(tmp_path)
        receipt = issue(file, of=bank)
        cosigned = bank.witness.cosign(bank.log.checkpoint(), now=NOW)
        proof = json.loads(bank.log.proof(0, checkpoint=cosigned).dump())
        revocation = sign_revocation(
            Revocation(BANK, BANK_KEY.public.key_id, NOW + DAY, Why.SUPERSEDED), signer=BANK_KEY
        )
        successor, later = Ed25519Key(b"\x21" * 32), NOW + 2 * DAY
        trust = bank.trust(
            anchors=self.anchors(),
            statements=(revocation, *self.bound(successor), *self.bound(BANK_KEY)),
            threshold=threshold,
        )
        verdict = verify(
            file,
            dataclasses.replace(receipt, proof=proof),
            trust=trust,
            evidence=Evidence(status=status(at=later, key=successor)),
            now=later,
        )
        assert verdict.reasons == (() if accepted else (Reason.KEY_REVOKED,))

    @pytest.mark.parametrize("why", list(Why))
    def test_an_ended_issuer_vouches_for_no_key_that_is_newly_seen(
        self, tmp_path: Path, file: Path, why: Why
    ) -> None:
        """Whatever the binding's own dates say: the receipt brings it now."""
        bank, key = side(tmp_path), Ed25519Key(b"\x21" * 32)
        said = {"method": Method.INSTITUTION, "roles": (KeyRole.OFFICER,)}
        for signer, party, anchors, more in (
            (self.ATTESTER, self.PARTY, self.anchors(), {}),
            (BANK_KEY, BANK, TrustAnchors(pinned=(pinned(),)), said),
        ):
            keys = bound(key, by=signer, start=NOW - 50 * DAY, **more)
            issuer = Issuer(BANK, key, keys, bank.log)
            signed = sign_document(
                file, request=Request(template="kyc_report"), place=PLACE, issuer=issuer, now=NOW
            )
            receipt = log_document(signed, issuer=issuer, now=NOW)
            ended = Revocation(party, signer.public.key_id, NOW - DAY, why)
            known = (sign_revocation(ended, signer=signer),)
            proven = Evidence(status=status(key=key))
            trust = bank.trust(anchors=anchors)
            assert verify(file, receipt, trust=trust, evidence=proven).accepted
            trust = bank.trust(anchors=anchors, statements=known)
            reasons = verify(file, receipt, trust=trust, evidence=proven).reasons
            assert reasons == (Reason.UNKNOWN_ISSUER, Reason.STATUS_CHANGED)


def bound(
    key: Ed25519Key,
    *,
    by: Ed25519Key,
    start: dt.datetime,
    method: Method = Method.COUNTER,
    roles: tuple[KeyRole, ...] = (KeyRole.SUBJECT,),
) -> tuple[Statement, ...]:
    claim = Claim(BANK, PartyKind.BANK, "Bank A", key.public, "seal", roles)
    binding = Binding(claim, start, start + 365 * DAY, method, "0" * 64)
    return sign_claim(claim, signer=key), sign_binding(binding, signer=by)


class TestLog:
    def test_a_receipt_without_its_proof_is_not_logged(
        self, bank: Side, file: Path, receipt: Receipt
    ) -> None:
        for proof in ({}, {"kind": "log-proof"}, {**receipt.proof, "index": 10_000}):
            bare = dataclasses.replace(receipt, proof=proof)
            assert verify(file, bare, trust=bank.trust()).reasons == (Reason.NOT_LOGGED,)

    def test_the_proof_of_another_document_does_not_serve(
        self, bank: Side, file: Path, receipt: Receipt
    ) -> None:
        other = dataclasses.replace(receipt, proof=issue(file, of=bank).proof)
        assert verify(file, other, trust=bank.trust()).reasons == (Reason.NOT_LOGGED,)

    def test_a_log_of_somebody_else_is_unknown(
        self, bank: Side, file: Path, receipt: Receipt, tmp_path: Path
    ) -> None:
        other = open_log(tmp_path / "log", origin="shuxin/other", signer=THIEF_KEY)
        trust = dataclasses.replace(bank.trust(), log=LogTrust((other.key,)))
        assert verify(file, receipt, trust=trust).reasons == (Reason.LOG_UNKNOWN,)

    def test_too_few_witnesses_are_named(self, bank: Side, file: Path, receipt: Receipt) -> None:
        verdict = verify(file, receipt, trust=bank.trust(threshold=1))
        assert verdict.reasons == (Reason.NOT_WITNESSED,)

    def test_a_witnessed_receipt_is_accepted(self, tmp_path: Path, file: Path) -> None:
        bank = side(tmp_path)
        receipt = issue(file, of=bank)
        cosigned = bank.witness.cosign(bank.log.checkpoint(), now=NOW)
        proof = json.loads(bank.log.proof(0, checkpoint=cosigned).dump())
        witnessed = dataclasses.replace(receipt, proof=proof)
        assert verify(file, witnessed, trust=bank.trust(threshold=1)).accepted

    def test_a_log_with_two_histories_is_forked(self, tmp_path: Path, file: Path) -> None:
        shown, hidden = side(tmp_path / "a"), side(tmp_path / "b")
        receipt = issue(file, of=shown)
        hidden.log.append(Entry("other", NOW, BANK, {}), now=NOW)
        trust = shown.trust(checkpoints=(hidden.log.checkpoint(),))
        assert verify(file, receipt, trust=trust).reasons == (Reason.LOG_FORKED,)
        honest = shown.trust(checkpoints=(shown.log.checkpoint(),))
        assert verify(file, receipt, trust=honest).accepted

    def test_a_checkpoint_that_the_log_did_not_sign_hides_no_fork(
        self, tmp_path: Path, file: Path
    ) -> None:
        shown, hidden = side(tmp_path / "a"), side(tmp_path / "b")
        receipt = issue(file, of=shown)
        hidden.log.append(Entry("other", NOW, BANK, {}), now=NOW)
        forged = open_log(tmp_path / "forged", origin=ORIGIN, signer=THIEF_KEY)
        forged.append(Entry("forged", NOW, BANK, {}), now=NOW)
        notes = [forged.checkpoint(), hidden.log.checkpoint()]
        trust = shown.trust()
        assert verify(file, receipt, trust=trust.with_checkpoints(notes[:1])).accepted
        for order in (notes, notes[::-1]):
            forked = verify(file, receipt, trust=trust.with_checkpoints(order))
            assert forked.reasons == (Reason.LOG_FORKED,)
        with pytest.raises(TrustInvalid):
            trust.with_checkpoints(["no checkpoint"])

    @pytest.mark.parametrize("name", [ORIGIN, f"{ORIGIN}/witness"])
    def test_the_node_of_the_log_is_no_witness_of_it(
        self, tmp_path: Path, file: Path, name: str
    ) -> None:
        bank = side(tmp_path)
        receipt = issue(file, of=bank)
        cosigned = cosign_note(
            parse_note(bank.log.checkpoint()), name=name, signer=WITNESS_KEY, now=NOW
        ).dump()
        proof = json.loads(bank.log.proof(0, checkpoint=cosigned).dump())
        keys = LogTrust((bank.log.key,), (witness_key(name, WITNESS_KEY.public),), 1)
        trust = dataclasses.replace(bank.trust(), log=keys)
        verdict = verify(file, dataclasses.replace(receipt, proof=proof), trust=trust)
        assert verdict.reasons == (Reason.NOT_WITNESSED,)

    def test_keys_of_the_samples_are_apart(self) -> None:
        assert len({k.public for k in (BANK_KEY, LOG_KEY, WITNESS_KEY, HOLDER_KEY)}) == 4
        assert ORIGIN


class TestStatus:
    @pytest.mark.parametrize(
        ("standing", "reason"),
        [
            (Standing(State.REVOKED, "fraud"), Reason.REVOKED),
            (Standing(State.SUPERSEDED, "5" * 32), Reason.SUPERSEDED),
        ],
    )
    def test_an_ended_document_is_refused_with_the_detail(
        self, bank: Side, file: Path, receipt: Receipt, standing: Standing, reason: Reason
    ) -> None:
        evidence = Evidence(status=status({PLACE.index: standing}))
        verdict = verify(file, receipt, trust=bank.trust(), evidence=evidence)
        assert verdict.reasons == (reason,)
        assert verdict.checks[4].detail == standing.detail
        neighbour = Evidence(status=status({PLACE.index + 1: standing}))
        assert verify(file, receipt, trust=bank.trust(), evidence=neighbour).accepted

    @pytest.mark.parametrize(
        ("evidence", "reason"),
        [
            (Evidence(), Reason.STATUS_MISSING),
            (Evidence(status=status(issuer=OTHER_BANK)), Reason.STATUS_MISSING),
            (Evidence(status=status(key=THIEF_KEY)), Reason.STATUS_CHANGED),
            (
                Evidence(status=status(at=NOW - DAY - dt.timedelta(seconds=1))),
                Reason.STATUS_STALE,
            ),
            (Evidence(status=status(at=NOW + dt.timedelta(minutes=3))), Reason.STATUS_STALE),
        ],
    )
    def test_a_list_that_does_not_serve_is_named(
        self, bank: Side, file: Path, receipt: Receipt, evidence: Evidence, reason: Reason
    ) -> None:
        verdict = verify(file, receipt, trust=bank.trust(), evidence=evidence)
        assert verdict.reasons == (reason,)

    def test_a_list_changed_after_signing_is_named(
        self, bank: Side, file: Path, receipt: Receipt
    ) -> None:
        statement, found = status({PLACE.index: Standing(State.REVOKED, "fraud")})
        forged = dataclasses.replace(statement, body=status()[0].body)
        evidence = Evidence(status=(forged, dataclasses.replace(found, standings={})))
        verdict = verify(file, receipt, trust=bank.trust(), evidence=evidence)
        assert verdict.reasons == (Reason.STATUS_CHANGED,)


class TestPresentation:
    NONCE = new_nonce()
    DEMAND = Demand(audience=OTHER_BANK, nonce=NONCE)

    def presented(
        self,
        shown: Receipt,
        /,
        *,
        key: Ed25519Key = HOLDER_KEY,
        at: dt.datetime = NOW,
        **changes: str,
    ) -> Evidence:
        made = Presentation(shown.statement.hash, OTHER_BANK, self.NONCE, at)
        said = dataclasses.replace(made, **changes)  # type: ignore[arg-type]
        return Evidence(status(), self.DEMAND, (said.sign(signer=key), said))

    def test_the_holders_presentation_is_accepted(
        self, bank: Side, file: Path, receipt: Receipt
    ) -> None:
        evidence = self.presented(receipt)
        assert verify(file, receipt, trust=bank.trust(), evidence=evidence).accepted

    def test_none_is_named(self, bank: Side, file: Path, receipt: Receipt) -> None:
        evidence = Evidence(status(), self.DEMAND)
        verdict = verify(file, receipt, trust=bank.trust(), evidence=evidence)
        assert verdict.reasons == (Reason.NOT_PRESENTED,)

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"audience": BANK}, Reason.WRONG_AUDIENCE),
            ({"nonce": "another-nonce-of-20-x"}, Reason.REPLAYED),
            ({"receipt": "0" * 64}, Reason.PRESENTATION_CHANGED),
            ({"key": THIEF_KEY}, Reason.PRESENTATION_CHANGED),
            ({"at": NOW - dt.timedelta(minutes=10)}, Reason.PRESENTATION_STALE),
            ({"at": NOW + dt.timedelta(minutes=3)}, Reason.PRESENTATION_STALE),
        ],
    )
    def test_any_other_is_refused_with_its_reason(
        self,
        bank: Side,
        file: Path,
        receipt: Receipt,
        changes: dict[str, object],
        reason: Reason,
    ) -> None:
        evidence = self.presented(receipt, **changes)  # type: ignore[arg-type]
        verdict = verify(file, receipt, trust=bank.trust(), evidence=evidence)
        assert verdict.reasons == (reason,)

    def test_without_a_holders_key_nobody_presents(self, bank: Side, file: Path) -> None:
        receipt = issue(file, of=bank)
        verdict = verify(file, receipt, trust=bank.trust(), evidence=self.presented(receipt))
        assert verdict.reasons == (Reason.NOT_PRESENTED,)


class TestLaw:
    @given(st.data())
    def test_no_changed_byte_of_file_or_receipt_is_accepted(
        self, bank: Side, file: Path, receipt: Receipt, data: st.DataObject
    ) -> None:
        from shuxin.verification.commitment import commitment_of
        from shuxin.verification.receipt import ReceiptInvalid
        from shuxin.verification.verifying import verify_commitment

        good = receipt.dump()
        place = data.draw(st.integers(0, len(good) - 1))
        byte = data.draw(st.integers(0x20, 0x7E).filter(lambda value: value != good[place]))
        try:
            changed = parse_receipt(good[:place] + bytes([byte]) + good[place + 1 :])
        except ReceiptInvalid:
            return
        with file.open("rb") as content:
            computed = commitment_of(content, form=changed.facts.form, salt=changed.salt)
        verdict = verify_commitment(
            computed,
            receipt=changed,
            trust=bank.trust(),
            evidence=Evidence(status=status()),
            now=NOW,
        )
        assert not verdict.accepted

    def test_a_forger_with_the_log_but_without_the_key_issues_nothing(
        self, bank: Side, file: Path, receipt: Receipt
    ) -> None:
        forged = sign_statement(DOCUMENT_RECEIPT, receipt.facts.body(), signer=THIEF_KEY)
        entry = Entry("document-issued", NOW, BANK, {"template": "credit_report"}, (forged.hash,))
        index = bank.log.append(entry, now=NOW).index
        proof = json.loads(bank.log.proof(index).dump())
        fake = dataclasses.replace(receipt, statement=forged, proof=proof)
        assert verify(file, fake, trust=bank.trust()).reasons == (Reason.UNKNOWN_ISSUER,)
