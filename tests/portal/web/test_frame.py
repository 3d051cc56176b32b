"""What holds for every page: headers, language, files, failures."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern

from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.text import Text
from shuxin.portal.web.address import PublicAddress, PublicAddressInvalid
from shuxin.portal.web.assets import ROOT, find_asset
from shuxin.portal.web.middleware import CONTENT_SECURITY_POLICY, HEADERS, foreseen, headers
from shuxin.portal.web.pages import language_of
from shuxin.portal.web.problem import STATUS, Broken, answer, status_of
from shuxin.portal.web.routes import MODULES, all_patterns, modules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.fixtures import SettingsWrapper
    from tests.portal.web.conftest import Clock, Visitor

pytestmark = pytest.mark.django_db
PAGES = sorted(
    f"/{pattern.pattern}"
    for pattern in all_patterns()
    if isinstance(pattern, URLPattern) and "<" not in str(pattern.pattern)
)
BESIDES = ["/nowhere", "/api/nowhere", "/api/openapi.json", "/static/css/site.css", "/language/en"]
INLINE = re.compile(
    r"<style|\sstyle=|\son[a-z]+=|javascript:|https?://(?!www\.w3\.org)"
    r"|<script(?![^>]*(?:\ssrc=|\stype=.application/json))",
    re.IGNORECASE,
)


def forbidden(text: str, language: str) -> Iterator[str]:
    """What the policy, a screen reader or the reader's language would not have in a page."""
    yield from INLINE.findall(text)
    if f'<html lang="{"zh-CN" if language == "zh" else "en"}">' not in text:
        yield "the language"
    if text.count("<h1") != 1:
        yield "headings"
    ids = re.findall(r'\sid="([^"]+)"', text)
    if len(ids) != len(set(ids)):
        yield "an id twice"
    if not set(re.findall(r'<label for="([^"]+)"', text)) <= set(ids):
        yield "a label of nothing"


class TestEveryPage:
    @pytest.mark.parametrize("url", PAGES + BESIDES)
    def test_bears_the_headers(self, url: str) -> None:
        response = Client().get(url)
        assert {name: response[name] for name in HEADERS} == HEADERS
        assert response.has_header("Cache-Control")

    def test_has_nothing_that_the_policy_forbids(self, agent: Visitor, clock: Clock) -> None:
        """All in one session: to sign in costs more than a page."""
        agent.sign_in(clock)
        looked_at = 0
        for url, language in itertools.product(PAGES, ("en", "zh")):
            agent.browser.cookies["language"] = language
            response = agent.browser.get(url)
            if response.status_code == 200 and "html" in response["Content-Type"]:
                wrong = list(forbidden(response.content.decode(), language))
                assert not wrong, (url, language, wrong)
                looked_at += 1
        assert looked_at > 20

    def test_a_failure_while_answering_bears_the_headers_too(self) -> None:
        response = Client(raise_request_exception=False).post("/language/en")
        assert response.status_code == 405
        assert response["Content-Security-Policy"] == CONTENT_SECURITY_POLICY

    def test_the_policy_allows_our_own_origin_only(self) -> None:
        rules = dict(rule.strip().split(" ", 1) for rule in CONTENT_SECURITY_POLICY.split(";"))
        assert rules["default-src"] == "'self'"
        assert set(rules.values()) == {"'self'", "'none'"}
        assert rules["frame-ancestors"] == "'none'"

    def test_tls_is_demanded_for_a_year_under_tls_only(self, settings: SettingsWrapper) -> None:
        request = RequestFactory().get("/")
        for tls in (True, False):
            settings.SESSION_COOKIE_SECURE = tls
            response = headers(lambda _: HttpResponse())(request)
            assert response.has_header("Strict-Transport-Security") is tls

    def test_routes_are_all_listed(self) -> None:
        folder = ROOT.parent / "web" / "routes"
        assert set(MODULES) == {file.stem for file in folder.glob("[a-z]*.py")}
        assert all(module.__doc__ for module in modules())


class TestLanguage:
    @pytest.mark.parametrize(
        ("cookie", "header", "language"),
        [
            ("en", "zh-CN", "en"),
            ("zh", "en", "zh"),
            ("xx", "en-GB,zh;q=0.5", "en"),
            ("", "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
            ("", "fr,de;q=0.9,en;q=0.5", "en"),
            ("", "", "zh"),
            ("", "f" * 9000 + ",en", "zh"),
        ],
        ids=lambda value: str(value)[:20],
    )
    def test_is_the_chosen_one_else_the_browsers(
        self, cookie: str, header: str, language: str
    ) -> None:
        request = RequestFactory().get("/", headers={"Accept-Language": header})
        request.COOKIES["language"] = cookie
        assert language_of(request) == language

    def test_is_kept_and_leads_back(self) -> None:
        browser = Client()
        answer = browser.get("/language/en?next=/sign-in%3Fwhy=opened")
        assert answer.headers["Location"] == "/sign-in?why=opened"
        assert 'lang="en"' in browser.get("/").content.decode()
        browser.get("/language/zh")
        assert 'lang="zh-CN"' in browser.get("/").content.decode()

    def test_leads_to_no_stranger(self) -> None:
        answer = Client().get("/language/en?next=https://evil.example")
        assert answer.headers["Location"] == "/"


class TestAssets:
    def test_are_kept_for_good_under_the_address_that_pages_use(self) -> None:
        page = Client().get("/").content.decode()
        linked = re.findall(r'"(/static/[^"]+)"', page)
        assert linked
        for url in linked:
            response = Client().get(url)
            assert response.status_code == 200
            assert "immutable" in response["Cache-Control"]
            again = Client().get(url, headers={"If-None-Match": response["ETag"]})
            assert (again.status_code, again.content) == (304, b"")

    def test_are_asked_for_again_under_any_other(self) -> None:
        for url in ("/static/css/site.css", "/static/css/site.css?v=old"):
            assert Client().get(url)["Cache-Control"] == "public, no-cache"

    @pytest.mark.parametrize(
        "path",
        [
            "../settings.py",
            "css/../../settings.py",
            "..%2fsettings.py",
            "/etc/passwd",
            "css",
            "",
            ".",
            "css/.hidden.css",
            "css/site.css\0",
            "css/site.css/",
            "x" * 5000,
        ],
        ids=lambda path: path[:24],
    )
    def test_nothing_else_is_served(self, path: str) -> None:
        assert find_asset(path) is None
        assert Client().get(f"/static/{path}").status_code in {400, 404}

    def test_a_link_out_of_the_folder_is_not_followed(self) -> None:
        assert find_asset("css/site.css") is not None
        assert all(not path.is_symlink() for path in ROOT.rglob("*"))


class TestFailures:
    def test_every_kind_of_error_has_a_status(self) -> None:
        kinds = set(ShuxinError.__subclasses__())
        assert kinds <= set(STATUS)
        assert {status_of(kind.__new__(kind)) for kind in kinds} == {400, 403, 404, 409, 503}

    def test_the_nearest_class_counts(self) -> None:
        for kind, status in STATUS.items():
            assert status_of(kind.__new__(kind)) == status

    def test_a_page_for_people_and_a_problem_for_programs(self) -> None:
        page = Client().get("/nowhere", headers={"Accept-Language": "en"})
        assert page.status_code == 404
        assert "There is nothing at this address" in page.content.decode()
        problem = Client().get("/api/nowhere", headers={"Accept-Language": "en"})
        assert problem["Content-Type"] == "application/problem+json"
        body = problem.json()
        assert set(body) == {"type", "status", "code", "title", "detail"}
        assert (body["status"], body["code"]) == (404, "page_not_found")

    def test_a_busy_database_is_told_without_its_address(self) -> None:
        error = foreseen(OperationalError("could not connect to server db.internal"))
        assert error is not None
        response = answer(RequestFactory().get("/api/x"), error)
        assert response.status_code == 503
        assert b"internal" not in response.content

    def test_a_fault_of_the_software_is_not_foreseen(self) -> None:
        assert foreseen(KeyError("x")) is None
        assert status_of(Broken()) == 500

    def test_waiting_is_told_in_the_header_too(self) -> None:
        class Waits(Broken):
            what = Text(en="{wait_seconds}", zh="{wait_seconds}")

        response = answer(RequestFactory().get("/api/x"), Waits(wait_seconds=7))
        assert response["Retry-After"] == "7"


class TestPublicAddress:
    @pytest.mark.parametrize(
        ("text", "host", "tls"),
        [
            ("", "127.0.0.1", False),
            ("http://localhost:9000", "localhost", False),
            ("http://[::1]:8000", "::1", False),
            ("https://credit.example.cn", "credit.example.cn", True),
            ("https://credit.example.cn:8443/", "credit.example.cn", True),
        ],
    )
    def test_reads_host_and_tls(self, text: str, host: str, tls: bool) -> None:
        address = PublicAddress.parse(text)
        assert (address.host, address.tls) == (host, tls)
        assert not address.origin.endswith("/")

    @pytest.mark.parametrize(
        "text",
        [
            "http://credit.example.cn",
            "http://10.0.0.1",
            "ftp://x",
            "credit.example.cn",
            "https://",
            "https://x/path",
            "https://user:secret@x",
            "https://x:99999",
            "https://[::1",
        ],
    )
    def test_refuses_others_without_repeating_them(self, text: str) -> None:
        with pytest.raises(PublicAddressInvalid) as caught:
            PublicAddress.parse(text)
        assert "secret" not in str(caught.value)


class TestHosts:
    def test_a_strange_host_is_refused(self) -> None:
        response = Client().get("/", headers={"Host": "evil.example"})
        assert response.status_code == 400
        assert b"evil" not in response.content
