"""Issuing with places, revocation, nonces, archive: on the database, with a real log."""

from __future__ import annotations

import datetime as dt
import json
import os
import stat
from typing import TYPE_CHECKING

import pytest
from django.apps import apps
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.verification.samples import (
    BANK,
    HOLDER_KEY,
    NOW,
    OTHER_BANK,
    PERSON,
    Side,
    side,
    verify,
)

from shuxin.ledger.api import LogUnwritable
from shuxin.verification import service
from shuxin.verification.archive import AlreadyArchived, archive_document, archive_of
from shuxin.verification.commitment import NumberNotKept
from shuxin.verification.credentials import verify_credential
from shuxin.verification.issuing import FileNameUnfit, Request, ValidityInvalid, hand_out
from shuxin.verification.models import IssuedDocument, StatusChange, Verification
from shuxin.verification.package import content_of, read_package
from shuxin.verification.receipt import parse_receipt
from shuxin.verification.sdjwt.tokens import Demand, parse_credential, present_credential
from shuxin.verification.status import RevocationReason, State, parse_status_list
from shuxin.verification.templates import TEMPLATES, TemplateNotFilled, TemplateUnknown
from shuxin.verification.verdict import Reason
from shuxin.verification.verifying import Evidence

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.verification.receipt import Receipt

pytestmark = pytest.mark.django_db
ASKED = Request(template="personal_asset_proof")
SECRET = b"balance 98765432.10 of Mr. Secret"


@pytest.fixture
def bank(tmp_path: Path) -> Side:
    return side(tmp_path)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "proof.pdf"
    path.write_bytes(SECRET)
    return path


def issue(file: Path, bank: Side, request: Request = ASKED) -> Receipt:
    return service.issue(file, request=request, subject=PERSON, issuer=bank.issuer, now=NOW)


def evidence(bank: Side, receipt: Receipt, *, now: dt.datetime = NOW) -> Evidence:
    service.publish_status(issuer=bank.issuer, now=now)
    data = service.published_status(receipt.facts.status_list)
    return Evidence(status=parse_status_list(data))


def revoke(receipt: Receipt, bank: Side) -> None:
    service.revoke(
        receipt.facts.id, reason=RevocationReason.FRAUD, by="clerk", issuer=bank.issuer, now=NOW
    )


class TestIssuing:
    def test_what_is_issued_verifies(self, file: Path, bank: Side) -> None:
        receipt = issue(file, bank)
        found = verify(file, receipt, trust=bank.trust(), evidence=evidence(bank, receipt))
        assert found.accepted

    def test_neither_content_nor_salt_nor_file_name_stays(
        self, file: Path, bank: Side, tmp_path: Path
    ) -> None:
        receipt = issue(file, bank)
        archive_document(receipt, subject=PERSON, now=NOW)
        rows = [
            json.dumps(row, default=str)
            for model in apps.get_app_config("verification").get_models()
            for row in model.objects.values()
        ]
        log = b"".join(
            path.read_bytes() for path in (tmp_path / "log").rglob("*") if path.is_file()
        )
        kept = "".join(rows).encode() + log
        assert receipt.facts.commitment.encode() in kept
        salt = json.loads(receipt.dump())["salt"]
        for secret in (SECRET, b"98765432", salt.encode(), receipt.salt, b"proof.pdf"):
            assert secret not in kept
        assert receipt.salt.hex().encode() not in kept

    def test_each_document_has_its_own_random_place(self, file: Path, bank: Side) -> None:
        facts = [issue(file, bank).facts for _ in range(20)]
        places = {(one.status_list, one.status_index) for one in facts}
        assert len(places) == 20
        assert len({one.status_list for one in facts}) == 1
        assert [one.status_index for one in facts] != sorted(one.status_index for one in facts)

    def test_a_half_full_list_is_followed_by_a_new_one(
        self, file: Path, bank: Side, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(service, "FULL", 3)
        lists = [issue(file, bank).facts.status_list for _ in range(7)]
        assert [lists.count(name) for name in dict.fromkeys(lists)] == [3, 3, 1]
        assert len(service.publish_status(issuer=bank.issuer, now=NOW)) == 3

    def test_a_taken_place_is_not_given_twice(
        self, file: Path, bank: Side, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        drawn = iter([5, 5, 5, 6])
        monkeypatch.setattr(service.secrets, "randbelow", lambda _: next(drawn))
        assert [issue(file, bank).facts.status_index for _ in range(2)] == [5, 6]

    def test_when_the_log_fails_nothing_was_issued(
        self, file: Path, bank: Side, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fails(*_: object, **__: object) -> None:
            raise LogUnwritable(folder="log", reason="ENOSPC")

        monkeypatch.setattr(type(bank.log), "append", fails)
        with pytest.raises(LogUnwritable):
            issue(file, bank)
        assert not IssuedDocument.objects.exists()

    def test_json_is_handed_out_in_canonical_form(self, bank: Side, tmp_path: Path) -> None:
        source = tmp_path / "proof.json"
        source.write_text('{ "b" : 1,\n "a" : "二" }', encoding="utf-8")
        receipt = issue(source, bank)
        package = hand_out(source, receipt=receipt, request=ASKED, folder=tmp_path / "out")
        with package.open("rb") as opened:
            read = read_package(opened)
            assert content_of(opened, read).read() == '{"a":"二","b":1}'.encode()
        assert parse_receipt(read.receipt) == receipt
        assert receipt.facts.form.canon.value == "jcs"
        proven = evidence(bank, receipt)
        assert verify(source, receipt, trust=bank.trust(), evidence=proven).accepted
        assert sorted(path.suffix for path in (tmp_path / "out").iterdir()) == [".json", ".zip"]

    @pytest.mark.parametrize("name", ["proof.json", "proof.pdf"])
    def test_what_is_handed_out_is_its_owners_only(
        self, bank: Side, tmp_path: Path, name: str
    ) -> None:
        source, folder = tmp_path / name, tmp_path / "out"
        source.write_text("{}", encoding="utf-8")
        before = os.umask(0)
        try:
            hand_out(source, receipt=issue(source, bank), request=ASKED, folder=folder)
        finally:
            os.umask(before)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
        assert len(list(folder.iterdir())) == 2

    def test_json_with_a_number_that_would_change_is_not_issued(
        self, bank: Side, tmp_path: Path
    ) -> None:
        source = tmp_path / "proof.json"
        source.write_text('{"balance": 90071992547409.931}', encoding="utf-8")
        with pytest.raises(NumberNotKept):
            issue(source, bank)
        assert not IssuedDocument.objects.exists()

    @pytest.mark.parametrize(
        ("request_", "error"),
        [
            (Request(template="whim"), TemplateUnknown),
            (Request(template="kyc_report", valid_days=-1), ValidityInvalid),
            (Request(template="kyc_report", valid_days=9999), ValidityInvalid),
        ],
    )
    def test_what_cannot_be_right_is_refused(
        self, file: Path, bank: Side, request_: Request, error: type[Exception]
    ) -> None:
        with pytest.raises(error):
            issue(file, bank, request_)
        assert not IssuedDocument.objects.exists()

    def test_a_hidden_files_name_is_refused(self, bank: Side, tmp_path: Path) -> None:
        (tmp_path / ".hidden").write_bytes(b"")
        with pytest.raises(FileNameUnfit):
            issue(tmp_path / ".hidden", bank)


class TestEnding:
    def test_a_revoked_document_is_refused_from_the_next_list_on(
        self, file: Path, bank: Side
    ) -> None:
        receipt, other = issue(file, bank), issue(file, bank)
        before = evidence(bank, receipt)
        revoke(receipt, bank)
        after = evidence(bank, receipt)
        trust = bank.trust()
        assert verify(file, receipt, trust=trust, evidence=before).accepted
        assert verify(file, receipt, trust=trust, evidence=after).reasons == (Reason.REVOKED,)
        assert verify(file, other, trust=trust, evidence=after).accepted
        assert before.status is not None
        assert after.status is not None
        assert (before.status[1].number, after.status[1].number) == (1, 2)

    def test_a_newer_document_ends_the_older_one(self, file: Path, bank: Side) -> None:
        old = issue(file, bank)
        new = issue(file, bank, Request(template="credit_report", supersedes=old.facts.id))
        proven = evidence(bank, old)
        verdict = verify(file, old, trust=bank.trust(), evidence=proven)
        assert verdict.reasons == (Reason.SUPERSEDED,)
        assert verdict.checks[4].detail == new.facts.id
        assert verify(file, new, trust=bank.trust(), evidence=proven).accepted

    def test_nothing_ends_twice_or_for_another(self, file: Path, bank: Side) -> None:
        receipt = issue(file, bank)
        revoke(receipt, bank)
        with pytest.raises(service.DocumentChanged):
            revoke(receipt, bank)
        with pytest.raises(service.DocumentChanged):
            issue(file, bank, Request(template="kyc_report", supersedes=receipt.facts.id))
        with pytest.raises(service.DocumentUnknown):
            issue(file, bank, Request(template="kyc_report", supersedes="0" * 32))
        assert IssuedDocument.objects.count() == 1
        assert StatusChange.objects.count() == 1

    def test_the_answer_by_commitment_follows(self, file: Path, bank: Side) -> None:
        receipt = issue(file, bank)

        def state(at: dt.datetime = NOW) -> str:
            return service.answer_by_commitment(receipt.facts.commitment, now=at).state

        assert service.answer_by_commitment("0" * 64, now=NOW) == service.UNKNOWN
        assert [state(), state(NOW + dt.timedelta(days=31))] == ["valid", "expired"]
        revoke(receipt, bank)
        answer = service.answer_by_commitment(receipt.facts.commitment, now=NOW)
        assert (answer.state, answer.detail) == (State.REVOKED.value, "fraud")

    def test_every_act_stands_in_the_log_without_content(self, file: Path, bank: Side) -> None:
        receipt = issue(file, bank)
        revoke(receipt, bank)
        entries = bank.log.entries(0, 10)
        assert [entry.kind for entry in entries] == ["document-issued", "document-status"]
        assert all(entry.commitments == (receipt.statement.hash,) for entry in entries)


class TestNonces:
    def test_are_answered_once_in_time_by_their_audience(self) -> None:
        nonce = service.give_nonce(audience=BANK, now=NOW)
        late = NOW + service.NONCE_LASTS
        assert not service.use_nonce(nonce, audience=OTHER_BANK, now=NOW)
        assert not service.use_nonce(nonce, audience=BANK, now=late)
        assert not service.use_nonce("n" * 24, audience=BANK, now=NOW)
        assert service.use_nonce(nonce, audience=BANK, now=NOW)
        assert not service.use_nonce(nonce, audience=BANK, now=NOW)

    @settings(max_examples=15)
    @given(st.lists(st.integers(0, 4), min_size=1, max_size=15))
    def test_no_order_of_answers_lets_one_serve_twice(self, answers: list[int]) -> None:
        given_out = [service.give_nonce(audience=BANK, now=NOW) for _ in range(5)]
        used = [service.use_nonce(given_out[one], audience=BANK, now=NOW) for one in answers]
        assert used == [one not in answers[:place] for place, one in enumerate(answers)]


class TestVerificationsAndArchive:
    def test_a_verification_leaves_a_row_and_an_entry_without_content(
        self, file: Path, bank: Side
    ) -> None:
        receipt = issue(file, bank)
        verdict = verify(file, receipt, trust=bank.trust(), evidence=Evidence())
        service.record_verification(
            receipt.facts,
            statement_hash=receipt.statement.hash,
            verifier=OTHER_BANK,
            verdict=verdict,
            log=bank.log,
            now=NOW,
        )
        row = Verification.objects.get()
        assert (row.accepted, row.reasons) == (False, "STATUS_MISSING")
        entry = bank.log.entries(1, 2)[0]
        assert dict(entry.facts) == {"template": "personal_asset_proof", "result": "fail"}

    def test_the_archive_lists_each_document_with_its_newest_verdict(
        self, file: Path, bank: Side
    ) -> None:
        receipt = issue(file, bank)
        archive_document(receipt, subject=PERSON, now=NOW)
        assert [one.verified_at for one in archive_of(PERSON)] == [None]
        for proven in (Evidence(), evidence(bank, receipt)):
            verdict = verify(file, receipt, trust=bank.trust(), evidence=proven)
            service.record_verification(
                receipt.facts,
                statement_hash=receipt.statement.hash,
                verifier=OTHER_BANK,
                verdict=verdict,
                log=bank.log,
                now=NOW,
            )
        (found,) = archive_of(PERSON)
        assert found.accepted
        assert found.statement == receipt.statement
        assert archive_of(BANK) == []
        with pytest.raises(AlreadyArchived):
            archive_document(receipt, subject=PERSON, now=NOW)

    def test_facts_are_neither_changed_nor_deleted(self, file: Path, bank: Side) -> None:
        issue(file, bank)
        row = IssuedDocument.objects.get()
        for act in (row.save, row.delete, IssuedDocument.objects.all().delete):
            with pytest.raises(TypeError):
                act()
        assert connection.vendor in {"sqlite", "postgresql"}


VALUES = {
    "holder_name": "张三",
    "as_of": "2026-02-28",
    "currency": "CNY",
    "account_tail": "1234",
    "balance": "500000.00",
}


class TestCredentials:
    DEMAND = Demand(audience=OTHER_BANK, nonce="n" * 24)

    def issued(self, bank: Side) -> tuple[str, str]:
        return service.issue_credential(
            VALUES,
            template="personal_asset_proof",
            holder=HOLDER_KEY.public,
            subject=PERSON,
            issuer=bank.issuer,
            now=NOW,
        )

    def judged(self, bank: Side, text: str, *, shown: frozenset[str]) -> tuple[object, ...]:
        presented = present_credential(
            parse_credential(text), shown=shown, demand=self.DEMAND, signer=HOLDER_KEY, now=NOW
        )
        service.publish_status(issuer=bank.issuer, now=NOW)
        list_id = parse_credential(text).token.payload["status"]["list"]
        found = verify_credential(
            parse_credential(presented),
            trust=bank.trust(),
            keys=(),
            status=parse_status_list(service.published_status(list_id)),
            demand=self.DEMAND,
            now=NOW,
        )
        return found.verdict.reasons, found.claims

    def test_a_threshold_is_shown_without_the_balance(self, bank: Side) -> None:
        text, _ = self.issued(bank)
        wanted = frozenset({"balance_at_least_500000"})
        reasons, claims = self.judged(bank, text, shown=wanted)
        assert reasons == ()
        assert isinstance(claims, dict)
        assert claims["balance_at_least_500000"] is True
        assert not {"balance", "holder_name", "balance_at_least_1000000"} & set(claims)

    def test_thresholds_are_exact_to_the_fen(self, bank: Side) -> None:
        text, _ = self.issued(bank)
        claims = {each.name: each.value for each in parse_credential(text).disclosures}
        assert claims["balance_at_least_500000"] is True
        assert claims["balance_at_least_1000000"] is False

    def test_a_revoked_credential_is_refused(self, bank: Side) -> None:
        text, receipt_id = self.issued(bank)
        service.revoke(
            receipt_id,
            reason=RevocationReason.HOLDER_REQUEST,
            by="clerk",
            issuer=bank.issuer,
            now=NOW,
        )
        reasons, _ = self.judged(bank, text, shown=frozenset())
        assert reasons == (Reason.REVOKED,)

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"balance": "500000"}, "balance"),
            ({"balance": "5e5"}, "balance"),
            ({"balance": 500000}, "balance"),
            ({"balance": "-1.00"}, "balance"),
            ({"as_of": "2026-02-30"}, "as_of"),
            ({"currency": "yuan"}, "currency"),
            ({"account_tail": "٣٤٥٦"}, "account_tail"),
            ({"holder_name": ""}, "holder_name"),
            ({"holder_name": "a\nb"}, "holder_name"),
            ({"extra": "1"}, "extra"),
        ],
    )
    def test_values_that_do_not_fit_the_template_are_refused(
        self, bank: Side, change: dict[str, object], field: str
    ) -> None:
        with pytest.raises(TemplateNotFilled) as caught:
            service.issue_credential(
                VALUES | change,
                template="personal_asset_proof",
                holder=HOLDER_KEY.public,
                subject=PERSON,
                issuer=bank.issuer,
                now=NOW,
            )
        assert caught.value.facts["field"] == field

    @pytest.mark.parametrize("name", sorted(TEMPLATES))
    def test_every_template_can_be_filled(self, name: str) -> None:
        from shuxin.verification.templates import FieldType, claims_from

        samples = {
            FieldType.TEXT: "text",
            FieldType.AMOUNT: "0.01",
            FieldType.DAY: "2026-01-31",
            FieldType.CURRENCY: "CNY",
            FieldType.ACCOUNT_TAIL: "0001",
        }
        chosen = TEMPLATES[name]
        values = {field.name: samples[field.type] for field in chosen.fields}
        claims = claims_from(values, of=chosen)
        assert chosen.disclosable <= set(claims)
        for text in (chosen.title, *(field.label for field in chosen.fields)):
            assert text.en.isascii()
            assert any("\u4e00" <= sign <= "\u9fff" for sign in text.zh)
        required = [field.name for field in chosen.fields if field.required]
        for missing in required:
            with pytest.raises(TemplateNotFilled):
                claims_from({k: v for k, v in values.items() if k != missing}, of=chosen)
