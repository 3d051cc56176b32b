"""The gallery shows every part and every class; hostile words stay words; the API page tells the whole API."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.test import Client, RequestFactory

from shuxin.kernel.text import Text
from shuxin.portal.web import parts
from shuxin.portal.web.assets import ROOT
from shuxin.portal.web.parts import Choice, Field, State
from shuxin.portal.web.urls import api
from shuxin.portal.web.views import api_words, gallery
from shuxin.portal.web.views.api_reading import read_api

if TYPE_CHECKING:
    from django.http import HttpResponse
    from tests.portal.web.conftest import Clock, Visitor

pytestmark = pytest.mark.django_db
TEMPLATES = ROOT.parent / "web" / "templates"
SHEET = (ROOT / "css" / "site.css").read_text(encoding="utf-8")


@pytest.fixture
def shown(agent: Visitor, clock: Clock) -> str:
    agent.sign_in(clock)
    return text(agent.browser.get("/gallery"))


def text(response: HttpResponse) -> str:
    assert response.status_code == 200
    return response.content.decode()


class TestGallery:
    def test_is_for_signed_in_people(self) -> None:
        response = Client().get("/gallery")
        assert response.headers["Location"] == "/sign-in?next=/gallery"

    def test_shows_every_part(self, shown: str) -> None:
        template = (TEMPLATES / "gallery" / "gallery.html").read_text(encoding="utf-8")
        made = {name for name in parts.__all__ if hasattr(getattr(parts, name), "template")}
        assert made == {"Cards", "Chart", "Facts", "Field", "Graph", "Steps", "Table", "TimeLine"}
        assert len(re.findall(r"{% part \w+ %}", template)) == len(made) + 1  # two tables
        for included in ("empty", "error", "waiting"):
            assert f"parts/{included}.html" in template
        assert shown.count('class="chart"') == 4

    def test_hostile_words_stay_words(self, shown: str) -> None:
        assert "</script><b>" not in shown
        assert "=1+1&lt;/script&gt;&lt;b&gt;" in shown

    def test_its_file_is_the_whole_table(self, agent: Visitor, clock: Clock) -> None:
        agent.sign_in(clock)
        found = text(agent.browser.get("/gallery?sample-csv=1")).splitlines()
        assert len(found) == 61
        assert any(line.startswith("\"'=1+1") for line in found)

    def test_live_progress_ends(self) -> None:
        assert "data-done" in text(Client().get("/gallery/live/0"))
        assert "data-done" not in text(Client().get("/gallery/live/99999999999"))

    def test_every_tone_is_in_the_stylesheet(self) -> None:
        for tone in ("good", "bad", "warn", "busy"):
            assert f".state.{tone}" in SHEET

    def test_the_stylesheet_is_small_and_needs_nobody(self) -> None:
        assert len(SHEET.encode()) < 28_000
        assert set(re.findall(r'url\("([^"]+)"\)', SHEET)) == {
            "../vendor/NotoSansSC-Regular.ttf",
            "../vendor/NotoSansSC-Bold.ttf",
        }

    def test_dark_colours_are_the_same_chosen_or_by_the_system(self) -> None:
        chosen, system = re.findall(r"color-scheme: dark;(.*?)}", SHEET, re.DOTALL)
        assert chosen.split() == system.split()


class TestField:
    def test_ties_hint_and_error_to_the_input(self) -> None:
        made = Field("x", Text(en="X", zh="X"), hint=Text(en="h", zh="h"), error="wrong")
        assert made.marks == ' required aria-invalid="true" aria-describedby="x-hint x-error"'
        assert Field("x", Text(en="X", zh="X"), required=False).marks == ""

    def test_keeps_what_was_ticked(self) -> None:
        some = Field(
            "x", Text(en="X", zh="X"), kind="some", value=["a"], choices=[Choice("a", "A")]
        )
        assert some.ticked == {"a"}


class TestTheme:
    @pytest.mark.parametrize(
        ("asked", "mark"),
        [("dark", ' data-theme="dark"'), ("light", ' data-theme="light"'), ("auto", ""), ("x", "")],
    )
    def test_is_kept_and_leads_back(self, asked: str, mark: str) -> None:
        browser = Client()
        assert browser.get(f"/theme/{asked}?next=/verify").headers["Location"] == "/verify"
        found = re.search(r"<html lang=\"[^\"]+\"([^>]*)>", text(browser.get("/")))
        assert found
        assert found[1] == mark


class TestApiPage:
    def test_tells_every_operation_once_with_its_scope(self) -> None:
        chapters = read_api(api)
        told = {f"{o.method} {o.path}": o for c in chapters for o in c.operations}
        schema = api.get_openapi_schema()
        assert set(told) == {
            f"{method.upper()} {path}" for path, ways in schema["paths"].items() for method in ways
        }
        guarded = {
            f"{method.upper()} {path}"
            for path, ways in schema["paths"].items()
            for method, said in ways.items()
            if said.get("security")
        }
        assert {name for name, one in told.items() if one.scope} == guarded

    def test_has_no_words_for_operations_that_are_gone(self) -> None:
        chapters = read_api(api)
        told = {f"{o.method} {o.path}" for c in chapters for o in c.operations}
        assert set(api_words.WORDS) <= told

    def test_shows_fields_and_an_example_without_a_secret(self) -> None:
        found = {f"{o.method} {o.path}": o for c in read_api(api) for o in c.operations}[
            "POST /api/documents/verify"
        ]
        assert {"receipt", "commitment"} <= {field.name for field in found.sent}
        assert "checks[].reason" in {field.name for field in found.answered}
        assert found.example.startswith("curl -X POST $SITE/api/documents/verify")
        assert "Bearer $TOKEN" in found.example
        assert {"400", "401", "403", "429"} <= set(found.statuses)

    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_is_public_in_both_languages(self, language: str) -> None:
        browser = Client()
        browser.cookies["language"] = language
        page = text(browser.get("/api-docs"))
        assert api_words.WORDS["GET /api/health"].say(language) in page  # type: ignore[arg-type]


class TestSample:
    def test_rows_are_the_same_each_time(self) -> None:
        request = RequestFactory().get("/gallery")
        assert gallery.table(request).found == gallery.table(request).found
        assert all(isinstance(row["state"], State) for row in gallery.table(request).found)
