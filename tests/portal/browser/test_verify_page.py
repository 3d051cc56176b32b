"""The verification page with packages as an issuer makes them, checked by a real browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, Route, expect
from tests.portal.browser.issued import BANK, LIST, NOW, PLACE, Bank, receipt_file

from shuxin.verification.api import StatusList, receipt_codes
from shuxin.verification.status import Standing, State

if TYPE_CHECKING:
    from pathlib import Path

CONTENT = "资产证明 ¥1,250,000.00\n".encode() * 300

_FINDINGS = """() => document.getElementById("outcome").hidden ? {} : Object.fromEntries(
    [...document.querySelectorAll("#checks li")].map((line) => [line.dataset.check, line.dataset.reason]))"""

Verify = Callable[..., dict[str, str]]


@pytest.fixture(scope="module")
def package(bank: Bank) -> Path:
    return bank.issue(CONTENT, name="资产证明.pdf")


@pytest.fixture(scope="module")
def verify(page: Page, site: str) -> Verify:
    """``verify(file, receipt=, codes=, status=)`` on one open page: the reason of each check by its name."""
    page.goto(f"{site}/verify")

    def verified(file: Path, *, receipt: Path | None = None, **given: Any) -> dict[str, str]:
        lists = [
            {"name": f"{nth}.json", "mimeType": "application/json", "buffer": data}
            for nth, data in enumerate(given.get("status", ()))
        ]
        page.set_input_files("#file", file)
        page.set_input_files("#receipt", receipt or [])
        page.set_input_files("#status", lists)
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

    def test_is_accepted_with_the_receipt_from_qr_codes_in_any_order(
        self, verify: Verify, package: Path, tmp_path: Path
    ) -> None:
        file = tmp_path / "carried.pdf"
        file.write_bytes(CONTENT)
        codes = receipt_codes(receipt_file(package).read_bytes())
        assert len(codes) > 1
        assert verify(file, codes="\n".join(reversed(codes))) == GOOD

    def test_json_may_be_laid_out_differently_but_not_rounded(
        self, verify: Verify, bank: Bank, tmp_path: Path
    ) -> None:
        issued = bank.issue('{"b": [1.50, "二"], "a": null}'.encode(), name="statement.json")
        file = tmp_path / "again.json"
        file.write_text('{\n "a": null,\n "b": [1.5, "\\u4e8c"]\n}')
        assert verify(file, receipt=receipt_file(issued)) == GOOD
        file.write_text('{"a":null,"b":[1.50000000000000000001,"二"]}', encoding="utf-8")
        assert verify(file, receipt=receipt_file(issued))["content"] == "TAMPERED"


class TestBadDocument:
    def test_one_changed_byte_in_a_package_is_named(
        self, verify: Verify, page: Page, package: Path, tmp_path: Path
    ) -> None:
        raw = bytearray(package.read_bytes())
        raw[raw.index(CONTENT) + 5] ^= 1
        file = tmp_path / "changed.zip"
        file.write_bytes(raw)
        assert verify(file) == GOOD | {"content": "TAMPERED"}
        expect(page.locator("#outcome")).to_have_attribute("data-verdict", "refused")

    def test_a_changed_receipt_is_named(
        self, verify: Verify, package: Path, tmp_path: Path
    ) -> None:
        receipt = changed(tmp_path, package, template="credit_report")
        found = verify(package, receipt=receipt)
        assert (found["issuer"], found["log"]) == ("RECEIPT_CHANGED", "NOT_LOGGED")

    @pytest.mark.parametrize(
        ("content", "receipt", "problem"),
        [
            (b"PK\x03\x04" + bytes(40), None, "not a package"),
            (b"plain text", None, "no package"),
            (b"plain text", b"{}", "not a receipt"),
        ],
    )
    def test_what_is_none_is_told_what_is_missing(
        self, verify: Verify, page: Page, tmp_path: Path,
        content: bytes, receipt: bytes | None, problem: str,
    ) -> None:  # fmt: skip
        file, beside = tmp_path / "file", tmp_path / "receipt.json"
        file.write_bytes(content)
        beside.write_bytes(receipt or b"")
        assert verify(file, receipt=beside if receipt else None) == {}
        expect(page.get_by_role("alert")).to_contain_text(problem)


def listed(bank: Bank, *standings: Standing) -> bytes:
    places = [PLACE] * len(standings)
    return (
        StatusList(BANK, LIST, 1, NOW, dict(zip(places, standings, strict=True)))
        .sign(signer=bank.key)
        .dump()
    )


class TestStatus:
    def test_by_the_issuers_signed_list_is_proven(
        self, verify: Verify, page: Page, bank: Bank, package: Path
    ) -> None:
        assert verify(package, status=[listed(bank)]) == GOOD | {"status": "status_listed"}
        expect(page.locator("#outcome")).to_have_attribute("data-verdict", "accepted")
        expect(page.locator("#ask-status")).to_be_hidden()
        ended = listed(bank, Standing(State.REVOKED, "fraud"))
        assert verify(package, status=[ended]) == GOOD | {"status": "REVOKED"}
        expect(page.locator("[data-reason=REVOKED]")).to_contain_text("fraud")
        assert verify(package, status=[b"{}"]) == {}
        expect(page.get_by_role("alert")).to_contain_text("not a status list")

    @pytest.mark.parametrize(
        ("answer", "reason", "verdict", "said"),
        [
            ("valid", "site_says_valid", "accepted_on_word", "this site's word only"),
            ("revoked", "REVOKED", "refused", "Do not rely"),
            ("unknown", "status_unknown", "status_open", "has not been asked"),
            ("", "status_unanswered", "status_open", "has not been asked"),
        ],
    )
    def test_by_this_sites_word_is_called_so_and_asked_by_commitment_alone(
        self, verify: Verify, page: Page, bank: Bank, package: Path,
        answer: str, reason: str, verdict: str, said: str,
    ) -> None:  # fmt: skip
        sent: list[str | None] = []

        def answered(route: Route) -> None:
            sent.append(route.request.post_data)
            given = {"known": True, "state": answer, "detail": "", "expires_at": None}
            route.fulfill(body=json.dumps(given) if answer else "?")

        page.unroute_all()
        page.route("**/api/documents/status", answered)
        verify(package)
        assert sent == []
        page.click("#ask-status")
        expect(page.locator(f"#checks [data-reason={reason}]")).to_be_visible()
        expect(page.locator("#outcome")).to_have_attribute("data-verdict", verdict)
        expect(page.locator("#verdict")).to_contain_text(said)
        assert [json.loads(body or "") for body in sent] == [
            {"commitment": bank.receipt_of(package).facts.commitment}
        ]


class TestPage:
    def test_sends_nothing_of_the_file_or_its_salt_and_needs_no_site_once_open(
        self, verify: Verify, page: Page, site: str, package: Path
    ) -> None:
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.url + (request.post_data or "")))
        page.goto(f"{site}/verify", wait_until="networkidle")
        page.context.set_offline(True)
        try:
            assert verify(package) == GOOD
        finally:
            page.context.set_offline(False)
        salt = json.loads(receipt_file(package).read_bytes())["salt"]
        assert sent
        assert not [one for one in sent if salt in one or "资产证明" in one]

    def test_speaks_the_readers_language_and_fits_a_phone(
        self, verify: Verify, page: Page, site: str, package: Path
    ) -> None:
        page.set_viewport_size({"width": 360, "height": 740})
        page.goto(f"{site}/language/zh?next=/verify")
        assert verify(package) == GOOD
        assert page.locator("h1").inner_text() == "核验文件"
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert "与示例银行" in page.locator("#outcome").inner_text()
