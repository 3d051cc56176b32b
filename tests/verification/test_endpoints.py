"""The API of documents, asked as a stranger asks it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.verification.samples import NOW, PERSON, side

from shuxin.verification import service
from shuxin.verification.issuing import Request
from shuxin.verification.status import RevocationReason, parse_status_list

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

pytestmark = pytest.mark.django_db


def asked(client: Client, body: object) -> tuple[int, dict[str, object]]:
    answer = client.post("/api/documents/status", json.dumps(body), content_type="application/json")
    return answer.status_code, answer.json()


class TestStatus:
    def test_answers_by_commitment_only(self, client: Client, tmp_path: Path) -> None:
        bank = side(tmp_path)
        (tmp_path / "a.pdf").write_bytes(b"abc")
        receipt = service.issue(
            tmp_path / "a.pdf",
            request=Request(template="kyc_report", valid_days=3000),
            subject=PERSON,
            issuer=bank.issuer,
            now=NOW,
        )
        commitment = {"commitment": receipt.facts.commitment}
        status, answer = asked(client, commitment)
        assert (status, answer["known"], answer["state"]) == (200, True, "valid")
        service.revoke(
            receipt.facts.id,
            reason=RevocationReason.FRAUD,
            by="clerk",
            issuer=bank.issuer,
            now=NOW,
        )
        assert asked(client, commitment)[1]["state"] == "revoked"
        service.publish_status(issuer=bank.issuer, now=NOW)
        listed = client.get(f"/api/documents/status-lists/{receipt.facts.status_list}")
        assert parse_status_list(listed.content)[1].of(receipt.facts.status_index).detail == "fraud"

    def test_says_no_more_of_a_stranger_than_that_it_is_unknown(self, client: Client) -> None:
        expected = {"known": False, "state": "unknown", "detail": "", "expires_at": ""}
        assert asked(client, {"commitment": "0" * 64}) == (200, expected)

    @pytest.mark.parametrize(
        "body", [{}, [], {"commitment": 5}, {"commitment": "A" * 64}, {"commitment": "0" * 65}]
    )
    def test_other_questions_are_refused(self, client: Client, body: object) -> None:
        status, answer = asked(client, body)
        assert 400 <= status < 500
        assert answer["code"] == "request_not_understood"

    def test_an_unknown_list_is_not_found(self, client: Client) -> None:
        answer = client.get(f"/api/documents/status-lists/{'0' * 32}")
        assert (answer.status_code, answer.json()["code"]) == (404, "document_unknown")

    @pytest.mark.parametrize("name", ["%00", "0" * 31 + "%00", "0" * 33, "A" * 32, "..%2f"])
    def test_a_name_that_no_list_can_have_is_refused(self, client: Client, name: str) -> None:
        answer = client.get(f"/api/documents/status-lists/{name}")
        assert 400 <= answer.status_code < 500
