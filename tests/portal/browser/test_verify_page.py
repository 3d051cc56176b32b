"""The verification page with packages as an issuer makes them, checked by a real browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, Route, expect
from tests.portal.browser.issued import NOW, Bank, receipt_file

from shuxin.kernel.signing import Ed25519Key
from shuxin.kernel.statements import sign_statement
from shuxin.ledger.api import log_key
from shuxin.parties.api import Reason
from shuxin.verification.api import receipt_codes

if TYPE_CHECKING:
    from pathlib import Path

CONTENT = "资产证明 ¥1,250,000.00\n".encode() * 300
OTHER = Ed25519Key(bytes(32)).public

_FINDINGS = """() => document.getElementById("outcome").hidden ? {} : Object.fromEntries(
    [...document.querySelectorAll("#checks li")].map((line) => [line.dataset.check, line.dataset.reason]))"""

Verify = Callable[..., dict[str, str]]


@pytest.fixture(scope="module")
def package(bank: Bank) -> Path:
    return bank.issue(CONTENT, name="资产证明.pdf")


@pytest.fixture(scope="module")
def verify(page: Page, site: str) -> Verify:
    """``verify(file, receipt=, codes=, trust=)`` on one open page: the reason of each check by its name."""
    page.goto(f"{site}/verify")

    def verified(file: Path, *, receipt: Path | None = None, **given: Any) -> dict[str, str]:
        trust = {
            "name": "t.json",
            "mimeType": "application/json",
            "buffer": given.get("trust", b""),
        }
        page.set_input_files("#file", file)
        page.set_input_files("#receipt", receipt or [])
        page.set_input_files("#trust", [trust] if "trust" in given else [])
        page.evaluate(
            "(text) => { document.getElementById('codes').value = text; }", given.get("codes", "")
        )
        page.click("#check")
        page.locator("#outcome:not([hidden]), #problem:not([hidden])").first.wait_for()
        return page.evaluate(_FINDINGS)  # type: ignore[no-any-return]

    return verified


def changed(tmp_path: Path, package: Path, **parts: Any) -> Path:
    """The receipt with parts of its statement's body replaced."""
    value = json.loads(receipt_file(package).read_bytes())
    value["statement"]["body"] |= parts
    file = tmp_path / "changed.json"
    file.write_text(json.dumps(value))
    return file


GOOD = {
    "content": "content_same",
    "issuer": "issuer_attested",
    "log": "logged",
    "period": "in_period",
    "status": "status_not_asked",
}


class TestGoodDocument:
    def test_is_accepted_as_a_package(self, verify: Verify, page: Page, package: Path) -> None:
        assert verify(package) == GOOD
        expect(page.locator("#verdict")).to_contain_text("unchanged")
        expect(page.locator("#verdict")).to_be_focused()
        expect(page.locator("#notes")).to_contain_text("list of trust of this site")

    def test_is_accepted_as_file_and_receipt(
        self, verify: Verify, package: Path, tmp_path: Path
    ) -> None:
        file = tmp_path / "carried.pdf"
        file.write_bytes(CONTENT)
        assert verify(file, receipt=receipt_file(package)) == GOOD

    def test_is_accepted_with_the_receipt_from_qr_codes_in_any_order(
        self, verify: Verify, package: Path, tmp_path: Path
    ) -> None:
        file = tmp_path / "carried.pdf"
        file.write_bytes(CONTENT)
        codes = receipt_codes(receipt_file(package).read_bytes())
        assert len(codes) > 1
        assert verify(file, codes="\n".join(reversed(codes))) == GOOD

    def test_json_may_be_laid_out_differently(
        self, verify: Verify, bank: Bank, tmp_path: Path
    ) -> None:
        issued = bank.issue('{"b": [1.50, "二"], "a": null}'.encode(), name="statement.json")
        file = tmp_path / "again.json"
        file.write_text('{\n "a": null,\n "b": [1.5, "\\u4e8c"]\n}')
        assert verify(file, receipt=receipt_file(issued)) == GOOD

    def test_is_checked_without_the_site_once_the_page_is_open(
        self, verify: Verify, page: Page, site: str, package: Path
    ) -> None:
        page.goto(f"{site}/verify", wait_until="networkidle")
        page.context.set_offline(True)
        try:
            assert verify(package) == GOOD
        finally:
            page.context.set_offline(False)


class TestBadDocument:
    def test_one_changed_byte_is_named(
        self, verify: Verify, page: Page, package: Path, tmp_path: Path
    ) -> None:
        file = tmp_path / "changed.pdf"
        file.write_bytes(CONTENT[:-1] + b"!")
        found = verify(file, receipt=receipt_file(package))
        assert found == GOOD | {"content": "TAMPERED"}
        expect(page.locator("#outcome")).to_have_attribute("data-verdict", "refused")

    def test_one_changed_byte_in_a_package_is_named(
        self, verify: Verify, package: Path, tmp_path: Path
    ) -> None:
        raw = bytearray(package.read_bytes())
        raw[raw.index(CONTENT) + 5] ^= 1
        file = tmp_path / "changed.zip"
        file.write_bytes(raw)
        assert verify(file)["content"] == "TAMPERED"

    def test_a_changed_receipt_is_named(
        self, verify: Verify, package: Path, tmp_path: Path
    ) -> None:
        receipt = changed(tmp_path, package, template="credit_report")
        found = verify(package, receipt=receipt)
        assert (found["issuer"], found["log"]) == ("RECEIPT_CHANGED", "NOT_LOGGED")

    def test_an_expired_one_is_named(self, verify: Verify, bank: Bank) -> None:
        old = bank.issue(CONTENT, name="old.pdf", at=NOW - timedelta(days=60), days=30)
        assert verify(old) == GOOD | {"period": "EXPIRED"}

    def test_an_unknown_issuer_is_named(self, verify: Verify, package: Path, bank: Bank) -> None:
        anchors = {"attesters": [], "pinned": [], "methods": ["licence"]}
        assert verify(package, trust=bank.trust(anchors=anchors))["issuer"] == "UNKNOWN_ISSUER"

    @pytest.mark.parametrize("reason", [Reason.COMPROMISED, Reason.SUPERSEDED])
    def test_a_revoked_key_is_named(
        self, verify: Verify, package: Path, bank: Bank, reason: Reason
    ) -> None:
        trust = bank.trust(bank.revocation(reason))
        assert verify(package, trust=trust)["issuer"] == "KEY_REVOKED"

    def test_a_revocation_by_a_stranger_counts_for_nothing(
        self, verify: Verify, package: Path, bank: Bank
    ) -> None:
        body = bank.revocation(Reason.LOST)["body"]
        assert isinstance(body, dict)
        forged = sign_statement("key-revocation", body, signer=Ed25519Key(bytes(32))).as_json()
        assert verify(package, trust=bank.trust(forged)) == GOOD

    @pytest.mark.parametrize(
        ("logs", "reason"),
        [
            ({"logs": [log_key("bank.example/log", OTHER).text]}, "LOG_UNKNOWN"),
            ({"logs": []}, "LOG_UNKNOWN"),
            ({"threshold": 1}, "NOT_WITNESSED"),
        ],
    )
    def test_a_log_that_is_not_trusted_is_named(
        self, verify: Verify, package: Path, bank: Bank, logs: dict[str, Any], reason: str
    ) -> None:
        trust = json.loads(bank.trust())
        trust["log"] |= logs
        assert verify(package, trust=json.dumps(trust).encode())["log"] == reason


class TestWhatIsNoDocument:
    @pytest.mark.parametrize(
        ("content", "receipt", "problem"),
        [
            (b"PK\x03\x04" + bytes(40), None, "not a package"),
            (b"plain text", None, "no package"),
            (b"plain text", b"{}", "not a receipt"),
            (b"plain text", b'{"format":"shuxin-receipt/1","format":1}', "not a receipt"),
        ],
    )
    def test_is_told_what_is_missing(
        self, verify: Verify, page: Page, tmp_path: Path,
        content: bytes, receipt: bytes | None, problem: str,
    ) -> None:  # fmt: skip
        file, beside = tmp_path / "file", tmp_path / "receipt.json"
        file.write_bytes(content)
        beside.write_bytes(receipt or b"")
        assert verify(file, receipt=beside if receipt else None) == {}
        expect(page.get_by_role("alert")).to_contain_text(problem)

    def test_codes_of_two_receipts_are_refused(
        self, verify: Verify, page: Page, bank: Bank, package: Path
    ) -> None:
        other = bank.issue(b"other", name="other.pdf")
        first, second = (receipt_codes(receipt_file(one).read_bytes()) for one in (package, other))
        assert verify(package, codes=f"{first[0]}\n{second[1]}") == {}
        expect(page.get_by_role("alert")).to_contain_text("QR codes")


class TestStatus:
    @pytest.mark.parametrize(
        ("answer", "reason", "verdict"),
        [
            ("valid", "not_revoked", "accepted"),
            ("revoked", "REVOKED", "refused"),
            ("superseded", "SUPERSEDED", "refused"),
            ("unknown", "status_unknown", "status_open"),
        ],
    )
    def test_is_asked_by_commitment_alone_and_only_on_demand(
        self, verify: Verify, page: Page, bank: Bank, package: Path,
        answer: str, reason: str, verdict: str,
    ) -> None:  # fmt: skip
        sent: list[str | None] = []

        def answered(route: Route) -> None:
            sent.append(route.request.post_data)
            route.fulfill(json={"known": True, "state": answer, "detail": "", "expires_at": None})

        page.unroute_all()
        page.route("**/api/documents/status", answered)
        verify(package)
        assert sent == []
        page.click("#ask-status")
        expect(page.locator(f"#checks [data-reason={reason}]")).to_be_visible()
        expect(page.locator("#outcome")).to_have_attribute("data-verdict", verdict)
        assert [json.loads(body or "") for body in sent] == [
            {"commitment": bank.receipt_of(package).facts.commitment}
        ]

    def test_of_a_document_of_another_issuer_is_unknown_to_this_site(
        self, verify: Verify, page: Page, package: Path
    ) -> None:
        page.unroute_all()
        verify(package)
        page.click("#ask-status")
        expect(page.locator("[data-reason=status_unknown]")).to_be_visible()

    def test_without_an_answer_leaves_the_other_checks_standing(
        self, verify: Verify, page: Page, package: Path
    ) -> None:
        page.unroute_all()
        page.route("**/api/documents/status", lambda route: route.fulfill(status=200, body="?"))
        verify(package)
        page.click("#ask-status")
        expect(page.locator("[data-reason=status_unanswered]")).to_be_visible()
        expect(page.locator("#outcome")).to_have_attribute("data-verdict", "status_open")


class TestPage:
    def test_sends_nothing_of_the_file_or_its_salt(
        self, verify: Verify, page: Page, site: str, package: Path
    ) -> None:
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.url + (request.post_data or "")))
        page.goto(f"{site}/verify")
        verify(package)
        salt = json.loads(receipt_file(package).read_bytes())["salt"]
        assert sent
        assert not [one for one in sent if salt in one or "资产证明" in one]

    def test_hashing_can_be_cancelled(
        self, verify: Verify, page: Page, bank: Bank, package: Path, tmp_path: Path
    ) -> None:
        file = tmp_path / "large.bin"
        with file.open("wb") as made:
            made.truncate(400_000_000)
        receipt = receipt_file(bank.issue(b"small", name="small.bin"))
        page.set_input_files("#file", file)
        page.set_input_files("#receipt", receipt)
        page.click("#check")
        expect(page.locator("#progress-text")).to_contain_text("MB/s")
        page.click("#cancel")
        expect(page.get_by_role("alert")).to_contain_text("Cancelled")
        expect(page.locator("#progress-box")).to_be_hidden()
        assert verify(package) == GOOD

    @pytest.mark.parametrize(
        ("language", "title"),
        [("zh", "核验文件"), ("en", "Verify a document")],
        ids=["zh", "en"],
    )
    def test_speaks_the_readers_language_and_fits_a_phone(
        self, verify: Verify, page: Page, site: str, package: Path, language: str, title: str
    ) -> None:
        page.set_viewport_size({"width": 360, "height": 740})
        page.goto(f"{site}/language/{language}?next=/verify")
        assert verify(package) == GOOD
        assert page.locator("h1").inner_text() == title
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        said = page.locator("#outcome").inner_text()
        assert ("与示例银行" in said, "Holds" in said) == (language == "zh", language == "en")
