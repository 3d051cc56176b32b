"""The first page tells the truth about this site; failures tell people what to do; tags show what they get."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache
from django.template import Context, Template
from django.test import Client, RequestFactory

from shuxin.kernel.text import Text
from shuxin.ledger.api import Entry
from shuxin.portal.bootstrap import own_log
from shuxin.portal.web.access import PUBLIC
from shuxin.portal.web.parts import Code, Linked, State
from shuxin.portal.web.routes import Group, Link

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.portal.web.conftest import Clock, Visitor

    from shuxin.infra.api import Settings

pytestmark = pytest.mark.django_db
LINKS = [Link(url, Text(en="x", zh="甲"), access=PUBLIC) for url in ("/a", "/a/b", "/c")]


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def page(url: str, language: str = "en") -> str:
    browser = Client()
    browser.cookies["language"] = language
    return browser.get(url).content.decode()


def said(template: str, **facts: object) -> str:
    return Template(template).render(Context({"language": "en"} | facts))


class TestFirstPage:
    def test_counts_the_entries_of_the_log_that_is_there(
        self, platform: Settings, clock: Clock
    ) -> None:
        before = own_log(platform).size
        at = clock.now - timedelta(minutes=3)
        own_log(platform).append(Entry("made-up", at, "nobody", {}), now=clock.now)
        shown = page("/")
        assert f"<dt>Entries in its log</dt><dd>{before + 1}</dd>" in shown
        assert f"<dd>{at:%Y-%m-%d %H:%M}</dd>" in shown
        assert own_log(platform).key.text.replace("+", "&#x2B;") in shown.replace("+", "&#x2B;")
        assert "Platform" in shown

    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_of_nobodys_home_states_nothing(self, language: str) -> None:
        shown = page("/", language)
        assert '<dl class="facts">' not in shown
        assert shown.count("<li>") >= 5


class TestFailures:
    def test_name_what_happened_in_the_headline(self) -> None:
        assert "<h1>There is nothing here</h1>" in page("/nowhere")

    def test_of_a_form_say_where_the_words_are(self, agent: Visitor, clock: Clock) -> None:
        browser = Client(enforce_csrf_checks=True)
        browser.cookies["language"] = "en"
        browser.post("/sign-in", {})
        agent.sign_in(clock)
        browser.cookies["session"] = agent.browser.cookies[next(iter(agent.browser.cookies))].value
        shown = browser.post("/account/password", {}).content.decode()
        assert "<h1 data-unsent>This is not open to you</h1>" in shown


class TestTags:
    def test_current_marks_the_page_and_the_nearest_above(self) -> None:
        def marks(path: str) -> list[str]:
            facts = {"groups": [(Group.PUBLIC, LINKS)], "request": RequestFactory().get(path)}
            return [said("{% current url %}", url=link.url, **facts) for link in LINKS]

        assert marks("/a/b") == ["", ' aria-current="page"', ""]
        assert marks("/a/b/1") == ["", ' aria-current="true"', ""]
        assert marks("/a/x") == [' aria-current="true"', "", ""]
        assert marks("/ab") == ["", "", ""]

    def test_value_shows_each_kind_and_escapes(self) -> None:
        hostile = "<b>&"
        assert said("{% value x %}", x=hostile) == "&lt;b&gt;&amp;"
        assert said("{% value x %}", x=Code(hostile)) == "<code>&lt;b&gt;&amp;</code>"
        assert said("{% value x %}", x=Linked(hostile, "/x?a=1&b=2")) == (
            '<a href="/x?a=1&amp;b=2">&lt;b&gt;&amp;</a>'
        )
        assert said("{% value x %}", x=[State("a", "good"), 1412]) == (
            '<span class="state good">a</span> 1,412 '
        )
        assert said("{% value x %}", x=None) == "–"

    def test_live_polls_its_fragment(self) -> None:
        shown = said("{% live url %}<p>first</p>{% endlive %}", url="/x?a=1&b=2")
        assert 'hx-get="/x?a=1&amp;b=2"' in shown
        assert "<p>first</p>" in shown
        assert 'data-lost="The connection is lost' in shown
