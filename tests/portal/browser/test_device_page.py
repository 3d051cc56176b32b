"""Keys made, kept and used in the browser, and an authorisation granted and withdrawn with one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.portal.browser.issued import ENTERPRISE, PASSWORD, USER

from shuxin.kernel.signing import PublicKey
from shuxin.kernel.statements import Statement, parse_statement

ROOT = Path(__file__).resolve().parents[3]
_SIGN = """async ([kind, body]) => {
    const { listKeys } = await import('/static/device/keys.js');
    const { signStatement } = await import('/static/device/signing.js');
    const [key] = await listKeys();
    return [key.text, JSON.stringify(await signStatement(kind, body, key))];
}"""
_EXPORT = """async (format) => {
    const { listKeys } = await import('/static/device/keys.js');
    const [key] = await listKeys();
    try { await crypto.subtle.exportKey(format, key.privateKey); return 'exported'; }
    catch (error) { return `${error.name}, extractable: ${key.privateKey.extractable}`; }
}"""


@pytest.fixture(scope="module")
def sent(page: Page) -> list[str]:
    """Every body that the page sends."""
    bodies: list[str] = []
    page.on("request", lambda request: bodies.append(request.post_data or ""))
    return bodies


@pytest.fixture(scope="module")
def device(page: Page, site: str, sent: list[str]) -> Page:
    """The page of the keys, with one made."""
    page.goto(f"{site}/device")
    expect(page.locator("#no-keys")).to_be_visible()
    page.fill("#label", "办公电脑")
    page.click("#make button")
    expect(page.locator("#keys li")).to_have_count(1)
    return page


@pytest.fixture(scope="module")
def claim(device: Page, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The request to bind the key, as the person saves it."""
    device.locator("#keys summary").first.click()
    device.fill("[data-act=claim] [name=party]", ENTERPRISE)
    device.fill("[data-act=claim] [name=name]", "例示科技有限公司")
    with device.expect_download() as saved:
        device.click("[data-act=claim] button[type=submit]")
    file = tmp_path_factory.mktemp("claim") / "key-request.json"
    saved.value.save_as(file)
    return file


@pytest.fixture(scope="module")
def request_page(device: Page, claim: Path, home: Path, site: str) -> str:
    """A signed-in enterprise's request for authorisation; its address."""
    environment = os.environ | {"SHUXIN_HOME": str(home), "SHUXIN_DATABASE_URL": ""}
    command = [sys.executable, "-m", "tests.portal.browser.prepare", str(claim)]
    done = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    device.goto(f"{site}/sign-in")
    device.fill("#name", USER)
    device.fill("#password", PASSWORD)
    device.click("form[action='/sign-in'] button")
    return f"{site}/inbox/{done.stdout.strip()}"


def statement_in(sent: list[str], kind: str) -> Statement:
    """The one statement of the kind among the forms that were sent."""
    fields = (parse_qs(body).get("statement", [""])[0] for body in sent)
    found = [text for text in fields if f'"kind":"{kind}"' in text]
    assert len(found) == 1
    return parse_statement(found[0], kind=kind)


class TestKey:
    @pytest.mark.parametrize("format_", ["pkcs8", "jwk", "raw"])
    def test_private_half_cannot_be_read_even_by_the_page(self, device: Page, format_: str) -> None:
        assert device.evaluate(_EXPORT, format_) == "InvalidAccessError, extractable: false"

    def test_outlives_the_page(self, device: Page) -> None:
        before = device.locator("[data-part=public]").inner_text()
        device.reload()
        assert device.locator("[data-part=public]").inner_text() == before

    def test_fingerprint_is_the_key_id_of_its_public_text(self, device: Page) -> None:
        public = PublicKey.parse(device.locator("[data-part=public]").inner_text())
        shown = device.locator("[data-part=fingerprint]").inner_text()
        assert shown.replace(" ", "") == public.key_id

    @pytest.mark.parametrize(
        "body",
        [
            {"b": 1, "a": "\U0001f600", "二": None, "\ud7a3": [True, {"n": -(2**53) + 1}]},
            {"subject": ENTERPRISE, "catalogues": [], "text": 'quote " back \\ line \n tab \t'},
        ],
        ids=["order", "escapes"],
    )
    def test_signs_what_python_verifies(self, device: Page, body: dict[str, Any]) -> None:
        text, signed = device.evaluate(_SIGN, ["authorisation", body])
        statement = parse_statement(signed, kind="authorisation")
        assert statement.body == body
        assert statement.signed_by(PublicKey.parse(text))

    def test_request_for_binding_proves_possession(self, claim: Path) -> None:
        statement = parse_statement(claim.read_bytes(), kind="key-possession")
        assert statement.signed_by(PublicKey.parse(str(statement.body["public_key"])))
        assert (statement.body["party"], statement.body["label"]) == (ENTERPRISE, "办公电脑")


class TestInbox:
    def test_nothing_is_chosen_beforehand(self, device: Page, request_page: str) -> None:
        device.goto(request_page)
        boxes = device.get_by_role("checkbox").all()
        assert len(boxes) == 2
        assert not any(box.is_checked() for box in boxes)
        assert device.locator("#words, #grant").count() == 0

    def test_is_granted_for_what_was_chosen_with_the_key_of_the_device(
        self, device: Page, request_page: str, sent: list[str]
    ) -> None:
        device.goto(request_page)
        device.check("input[value=invoices]")
        device.get_by_role("button", name="Show what I would sign").click()
        expect(device.locator("#words")).to_contain_text("invoices")
        expect(device.locator("#words")).not_to_contain_text("electricity")
        assert not device.locator("#grant [type=checkbox]").is_checked()
        device.locator("#key").select_option(index=1)
        device.check("#grant [type=checkbox]")
        device.get_by_role("button", name="Sign and grant").click()
        expect(device.locator(".state")).to_have_attribute("data-state", "granted")
        granted = statement_in(sent, "authorisation")
        assert granted.body["catalogues"] == ["invoices"]

    def test_other_words_on_the_screen_are_not_signed(
        self, device: Page, site: str, request_page: str
    ) -> None:
        script = """async () => {
            document.body.innerHTML = '<div id="words">other</div><script type="application/json" id="body">'
                + '{"text_hash": "00"}</scr' + 'ipt><p id="problem"></p><select id="key"></select><p id="no-keys"></p>'
                + '<form id="grant"><input name="statement"></form>';
            await import('/static/device/request.js?again');
            document.getElementById('grant').requestSubmit();
        }"""
        device.goto(f"{site}/inbox/uses")
        device.evaluate(script)
        expect(device.locator("#problem")).to_contain_text("not those that would be signed")

    def test_is_withdrawn_with_the_key_of_the_device(
        self, device: Page, request_page: str, sent: list[str]
    ) -> None:
        device.goto(request_page)
        device.get_by_role("button", name="Withdraw this authorisation").click()
        expect(device.locator("#key")).not_to_have_value("")  # the only one that is attested
        device.get_by_role("button", name="Sign and withdraw").click()
        expect(device.locator(".state")).to_have_attribute("data-state", "withdrawn")
        assert statement_in(sent, "withdrawal").body["subject"] == ENTERPRISE

    def test_uses_are_listed_for_the_subject(self, device: Page, site: str) -> None:
        device.goto(f"{site}/inbox/uses")
        expect(device.locator("h1")).to_have_text("Every use of my data")

    def test_is_closed_to_strangers(self, browser: Browser, site: str) -> None:
        stranger = browser.new_context()
        for path in ("/inbox", "/inbox/uses", "/inbox/0123"):
            answer = stranger.request.get(f"{site}{path}", max_redirects=0)
            assert (answer.status, answer.headers["location"][:8]) == (302, "/sign-in")
        stranger.close()

    def test_no_body_that_was_sent_holds_more_than_public_keys_and_signatures(
        self, sent: list[str]
    ) -> None:
        assert not [body for body in sent if "privateKey" in body or '"d":' in body]
