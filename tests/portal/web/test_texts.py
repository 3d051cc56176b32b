"""Every sentence of every page stands in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shuxin.kernel.text import Text
from shuxin.parties.api import KeyRole
from shuxin.portal import web
from shuxin.portal.web.routes import modules
from shuxin.portal.web.routes.account import ROLES, WHY

TEMPLATES = Path(str(web.__file__)).parent / "templates"
FILES = sorted(TEMPLATES.rglob("*.html"))
SENTENCE = re.compile(r'\{%\s*t\s+"((?:[^"\\]|\\.)*)"\s+"((?:[^"\\]|\\.)*)"')
SPOKEN = re.compile(r'\s(?:alt|title|placeholder|aria-label|data-name)="([^"]*)"')
TAGS = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
EXAMPLE = re.compile(r"(?:uscc|person):…")  # how party ids begin, in any language
CHINESE = re.compile(r"[\u4e00-\u9fff]")
LETTER = re.compile(r"[^\W\d_]")
NAMES = re.compile(r"\{(\w+)\}")


def loose_words(template: str) -> list[str]:
    """Words that a reader sees, or hears, whatever the language."""
    plain = EXAMPLE.sub("", TAGS.sub("", template))
    visible = re.sub(r"<[^>]+>", "\n", plain).splitlines() + SPOKEN.findall(plain)
    return [line.strip() for line in visible if LETTER.search(line)]


def ids(path: Path) -> str:
    return str(path.relative_to(TEMPLATES))


class TestTemplates:
    @pytest.mark.parametrize("path", FILES, ids=ids)
    def test_have_no_words_outside_sentences(self, path: Path) -> None:
        assert loose_words(path.read_text(encoding="utf-8")) == []

    @pytest.mark.parametrize("path", FILES, ids=ids)
    def test_have_every_sentence_in_both_languages(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        assert len(SENTENCE.findall(text)) == len(re.findall(r"\{%\s*t\s", text))
        for english, chinese in SENTENCE.findall(text):
            assert english
            assert chinese
            assert NAMES.findall(english) == NAMES.findall(chinese)
            switch = (english, chinese) == ("中文", "English")
            if LETTER.search(english) and not switch:
                assert CHINESE.search(chinese)
                assert not CHINESE.search(english)

    def test_a_loose_word_would_be_found(self) -> None:
        assert loose_words('<p>Loose {% t "a" "b" %}</p>') == ["Loose"]
        assert loose_words('<img alt="loose">') == ["loose"]
        assert loose_words('<p class="quiet">{{ name }} – 12</p>') == []


class TestTexts:
    def test_of_the_navigation_and_of_accounts_have_both_languages(self) -> None:
        links = [link.text for module in modules() for link in getattr(module, "NAVIGATION", ())]
        for text in [*links, *ROLES.values(), *WHY.values()]:
            assert isinstance(text, Text)
            assert LETTER.search(text.en)
            assert not CHINESE.search(text.en)
            assert CHINESE.search(text.zh)

    def test_every_role_has_a_name(self) -> None:
        assert set(ROLES) == set(KeyRole)
