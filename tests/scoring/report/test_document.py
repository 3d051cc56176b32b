from __future__ import annotations

import json

import pytest
from tests.scoring.report.samples import credit_report

from shuxin.scoring.report.credit_document import credit_document
from shuxin.scoring.report.document import Table, texts_of


class TestDocument:
    def test_data_hold_every_text(self) -> None:
        document = credit_document(report=credit_report(), language="zh", printable=None)
        data = json.dumps(document.data(), ensure_ascii=False)
        texts = set(texts_of(document))
        assert len(texts) > 100
        for text in texts:
            assert json.dumps(text, ensure_ascii=False)[1:-1] in data

    def test_sections_stand_in_the_order_in_which_they_are_read(self) -> None:
        document = credit_document(report=credit_report(), language="en", printable=None)
        assert [section.heading for section in document.sections] == [
            "Score",
            "Why points were lost",
            "The business in figures",
            "The business in pictures",
            "How the limit came about",
            "How the rate came about",
            "Data used",
            "The model",
            "Rights of the enterprise",
            "Evidence",
        ]

    def test_a_row_is_as_wide_as_the_head(self) -> None:
        with pytest.raises(ValueError, match="wide"):
            Table(head=("a", "b"), rows=(("1",),), figures=(False, True))
