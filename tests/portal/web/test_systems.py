"""The API as a bank's system calls it, on an operator's installation."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from tests.parties.accounts.samples import BANK
from tests.portal.web.conftest import BANK_KEY, PLATFORM
from tests.portal.web.test_api import token_for

from shuxin.consent.api import (
    Authorisation,
    Proposal,
    Purpose,
    inbox_of,
    read_status_list,
)
from shuxin.consent.models import Use
from shuxin.kernel.signing import Ed25519Key
from shuxin.kernel.statements import parse_statement
from shuxin.ledger.api import (
    Entry,
    LogProof,
    LogTrust,
    own_log_key,
    verify_checkpoint,
    verify_proof,
)
from shuxin.portal.bootstrap import own_log, own_signer
from shuxin.portal.web.systems import MOST_USES
from shuxin.verification.api import (
    Issuer,
    Request,
    RevocationReason,
    commitment_of,
    issue,
    publish_status,
    revoke,
)

if TYPE_CHECKING:
    from pathlib import Path

    from django.http import HttpResponse
    from tests.portal.web.conftest import Clock

    from shuxin.infra.api import Settings
    from shuxin.kernel.statements import Statement
    from shuxin.verification.api import Receipt

pytestmark = pytest.mark.django_db
FIRM, SOURCE = "uscc:91110000MA5DATA017", "uscc:91350211M000100Y46"


class Caller:
    """A bank's system with a token for all scopes."""

    def __init__(self, clock: Clock) -> None:
        scopes = ("verify", "requests:write", "uses:read", "log:read")
        self._token = token_for(*scopes, clock=clock)

    def call(self, method: str, url: str, body: bytes = b"") -> HttpResponse:
        headers = {"Authorization": f"Bearer {self._token}"}
        answer: HttpResponse = Client().generic(
            method, f"/api{url}", body, content_type="application/json", headers=headers
        )
        return answer

    def posted(self, url: str, value: object) -> HttpResponse:
        return self.call("POST", url, json.dumps(value).encode())


@pytest.fixture
def bank(platform: Settings, clock: Clock) -> Caller:
    return Caller(clock)


class Document:
    """One that the platform itself issued, so that its own log, key and list are what counts."""

    def __init__(self, settings: Settings, clock: Clock, folder: Path) -> None:
        self.clock, self.file = clock, folder / "proof.txt"
        self.file.write_bytes(b"balance 1250000.00")
        self.issuer = Issuer(PLATFORM, own_signer(settings), (), own_log(settings))
        self.receipt: Receipt = issue(
            self.file,
            request=Request(template="personal_asset_proof"),
            subject=FIRM,
            issuer=self.issuer,
            now=clock.now,
        )
        self.publish()

    def publish(self) -> None:
        publish_status(issuer=self.issuer, now=self.clock.now)

    def commitment(self, content: bytes | None = None) -> str:
        if content is not None:
            self.file.write_bytes(content)
        with self.file.open("rb") as opened:
            return commitment_of(opened, form=self.receipt.facts.form, salt=self.receipt.salt)

    def sent(self, **more: Any) -> dict[str, Any]:
        receipt = json.loads(self.receipt.dump())
        zeros = "A" * len(receipt["salt"])
        return {"receipt": receipt | {"salt": zeros}, **more}


@pytest.fixture
def document(platform: Settings, clock: Clock, tmp_path: Path) -> Document:
    return Document(platform, clock, tmp_path)


class TestVerify:
    def test_accepts_what_is_sound_and_records_it(
        self, bank: Caller, document: Document, platform: Settings
    ) -> None:
        before = own_log(platform).size
        answer = bank.posted("/documents/verify", document.sent(commitment=document.commitment()))
        assert answer.status_code == 200, answer.content
        verdict = answer.json()
        assert (verdict["accepted"], verdict["receipt_holds"]) == (True, True)
        (entry,) = own_log(platform).entries(before, before + 9)
        assert (entry.kind, entry.actor) == ("document-verified", BANK)
        assert entry.facts["result"] == "pass"

    def test_refuses_another_content_by_name(self, bank: Caller, document: Document) -> None:
        other = document.commitment(b"balance 9250000.00")
        verdict = bank.posted("/documents/verify", document.sent(commitment=other)).json()
        assert (verdict["accepted"], verdict["receipt_holds"]) == (False, True)
        failed = {check["reason"] for check in verdict["checks"] if not check["passed"]}
        assert failed == {"TAMPERED"}

    def test_a_receipt_alone_is_never_an_accepted_document(
        self, bank: Caller, document: Document, platform: Settings
    ) -> None:
        before = own_log(platform).size
        verdict = bank.posted("/documents/verify", document.sent()).json()
        assert (verdict["accepted"], verdict["content_checked"]) == (False, False)
        assert verdict["receipt_holds"]
        assert "content" not in {check["check"] for check in verdict["checks"]}
        assert own_log(platform).size == before

    def test_tells_revocation_from_the_newest_list(self, bank: Caller, document: Document) -> None:
        facts = document.receipt.facts
        revoke(
            facts.id,
            reason=RevocationReason.ISSUED_IN_ERROR,
            by="clerk",
            issuer=document.issuer,
            now=document.clock.now,
        )
        document.publish()
        sent = document.sent(commitment=document.commitment())
        verdict = bank.posted("/documents/verify", sent).json()
        failed = [check["reason"] for check in verdict["checks"] if not check["passed"]]
        assert failed == ["REVOKED"]

    @pytest.mark.parametrize(
        "body",
        [b"", b"{", b"[]", b'{"receipt": 1}', b'{"receipt": {}}', b'{"receipt":{},"receipt":{}}'],
        ids=["empty", "cut", "list", "number", "bare", "twice"],
    )
    def test_refuses_what_is_no_receipt(self, bank: Caller, body: bytes) -> None:
        answer = bank.call("POST", "/documents/verify", body)
        assert answer.status_code == 400
        assert answer["Content-Type"] == "application/problem+json"


class TestRequests:
    def proposal(
        self, clock: Clock, *, grantee: str = BANK, key: Ed25519Key = BANK_KEY
    ) -> Statement:
        terms = Authorisation(
            subject=FIRM,
            grantee=grantee,
            holders=(SOURCE,),
            purpose=Purpose.CREDIT_DECISION,
            catalogues=("electricity", "invoices"),
            level_max=3,
            data_from=date(2024, 1, 1),
            data_to=date(2026, 1, 1),
            valid_from=clock.now,
            valid_to=clock.now + timedelta(days=30),
            max_uses=3,
            text_hash="",
            language="zh",
            signed_at=clock.now,
        )
        return Proposal(terms, "流动资金贷款审批", clock.now).sign(signer=key)

    def test_reach_the_subjects_inbox_once(self, bank: Caller, clock: Clock) -> None:
        body = self.proposal(clock).dump()
        first, again = (bank.call("POST", "/requests", body) for _ in range(2))
        assert (first.status_code, first.json()) == (201, again.json())
        (item,) = inbox_of(subject=FIRM, now=clock.now)
        assert (item.request_id, item.terms.grantee) == (first.json()["request_id"], BANK)

    def test_of_another_party_are_refused(self, bank: Caller, clock: Clock) -> None:
        answer = bank.call("POST", "/requests", self.proposal(clock, grantee=SOURCE).dump())
        assert (answer.status_code, answer.json()["code"]) == (403, "request_of_other_party")
        assert inbox_of(subject=FIRM, now=clock.now) == []

    def test_that_the_party_did_not_sign_are_refused(self, bank: Caller, clock: Clock) -> None:
        """The token says whose system calls; it does not stand in for the bank's signature."""
        forged = self.proposal(clock, key=Ed25519Key(bytes([9]) * 32))
        assert bank.call("POST", "/requests", forged.dump()).status_code == 403
        assert bank.call("POST", "/requests", b"{}").status_code == 400


class TestUses:
    def used(self, clock: Clock, *, reader: str, subject: str = FIRM, **facts: object) -> None:
        Use.objects.create(
            reader=reader,
            subject=subject,
            purpose="credit_decision",
            highest_level=2,
            at=clock.now,
            **facts,
        )

    def test_show_those_of_the_callers_party_only(self, bank: Caller, clock: Clock) -> None:
        self.used(clock, reader=BANK, catalogues=["invoices"], nth=1, log_index=4)
        self.used(clock, reader=SOURCE)
        self.used(clock, reader=BANK, subject=SOURCE)
        self.used(clock, reader=BANK, shown=False)
        (use,) = bank.call("GET", f"/uses/{FIRM}").json()
        assert (use["catalogues"], use["nth"], use["log_index"]) == (["invoices"], 1, 4)

    def test_are_not_shown_without_end(self, bank: Caller, clock: Clock) -> None:
        row = {"reader": BANK, "subject": FIRM, "purpose": "report", "highest_level": 1}
        Use.objects.bulk_create(Use(at=clock.now, **row) for _ in range(MOST_USES + 1))
        assert len(bank.call("GET", f"/uses/{FIRM}").json()) == MOST_USES

    @pytest.mark.parametrize("subject", ["*", "%00", "uscc:1", "x" * 300])
    def test_are_of_one_subject(self, bank: Caller, subject: str) -> None:
        assert bank.call("GET", f"/uses/{subject}").status_code == 400


class TestLog:
    @pytest.fixture(autouse=True)
    def an_entry(self, platform: Settings, clock: Clock) -> None:
        own_log(platform).append(Entry("test-note", clock.now, PLATFORM, {}), now=clock.now)

    def test_a_stranger_checks_what_it_gives(self, bank: Caller, platform: Settings) -> None:
        key = own_log_key(platform)
        assert key is not None
        trust = LogTrust((key,), (), 0)
        note = bank.call("GET", "/log/checkpoint").content.decode()
        assert verify_checkpoint(note, trust=trust).holds
        proof = LogProof.parse(bank.call("GET", "/log/proof/0").content)
        assert verify_proof(proof, trust=trust).holds
        assert proof.entry == own_log(platform).entries(0, 1)[0]

    def test_ends_where_it_ends(self, bank: Caller, platform: Settings) -> None:
        size = own_log(platform).size
        assert bank.call("GET", f"/log/proof/{size - 1}").status_code == 200
        assert bank.call("GET", f"/log/proof/{size}").status_code == 404
        assert bank.call("GET", "/log/proof/-1").status_code == 400


class TestStatus:
    def test_is_signed_and_new_after_five_seconds(self, platform: Settings, clock: Clock) -> None:
        answers = []
        for seconds in (0, 4.9, 0.2):
            clock.forward(seconds=seconds)
            answers.append(Client().get("/api/consent/status"))
        lists = [read_status_list(parse_statement(one.content)) for one in answers]
        assert [one.number for one in lists] == [1, 1, 2]
        assert lists[2].issued_at >= clock.now.replace(microsecond=0)
        assert lists[0].issuer == PLATFORM
        assert parse_statement(answers[0].content).signed_by(own_signer(platform).public)
        assert answers[0]["Cache-Control"] == "public, max-age=5"

    def test_is_published_by_operators_only(
        self, platform: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = platform.home / "holder.json"
        file.write_text(file.read_text().replace('"operator"', '"bank"'))
        answer = Client().get("/api/consent/status")
        assert (answer.status_code, answer.json()["code"]) == (404, "status_list_not_here")
