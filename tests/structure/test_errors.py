"""Errors: one place each, both languages, a page each."""

from __future__ import annotations

import string

import pytest
from tools.error_pages import PAGES, all_errors, page

from shuxin.fusion.rejects import REASONS
from shuxin.kernel.errors import ShuxinError

KINDS = {kind.__name__ for kind in ShuxinError.__subclasses__()}


def names_in(template: str) -> set[str]:
    return {name.split(":")[0] for _, name, _, _ in string.Formatter().parse(template) if name}


class TestErrors:
    def test_there_are_five_kinds(self) -> None:
        assert {
            "InvalidInput",
            "NotPermitted",
            "NotFound",
            "Conflict",
            "Unavailable",
        } == KINDS

    @pytest.mark.parametrize("error", all_errors(), ids=lambda error: error.code)
    def test_both_languages_speak_of_the_same_facts(self, error: type[ShuxinError]) -> None:
        assert names_in(error.what.en) == names_in(error.what.zh)
        assert names_in(error.mend.en) == names_in(error.mend.zh)
        for text in (error.what, error.mend):
            assert text.en.strip()
            assert text.zh.strip()

    def test_codes_are_given_once(self) -> None:
        errors = all_errors()
        assert len({error.code for error in errors}) == len(errors)

    @pytest.mark.parametrize("language", sorted(PAGES))
    def test_the_pages_are_up_to_date(self, language: str) -> None:
        assert PAGES[language].read_text(encoding="utf-8") == page(language), (
            "run: python -m tools.error_pages"
        )

    def test_every_reject_reason_says_how_to_mend(self) -> None:
        for reason in REASONS.values():
            assert all((reason.what.en, reason.what.zh, reason.mend.en, reason.mend.zh))
