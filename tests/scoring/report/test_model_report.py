from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.scoring.report.samples import credit_report
from tests.scoring.report.test_html import read

from shuxin.kernel.text import Text
from shuxin.scoring.evaluation.metrics import OneClassOnly
from shuxin.scoring.evaluation.stability import characteristic_shift, stability
from shuxin.scoring.report.model_report import (
    BinShown,
    CharacteristicShown,
    DroppedShown,
    ModelReport,
    model_document,
    model_report_html,
)
from shuxin.scoring.report.pdf import pdf

if TYPE_CHECKING:
    from pathlib import Path

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])


def model_report() -> ModelReport:
    rng = np.random.default_rng(7)
    outcomes = rng.uniform(size=300) < 0.2
    scores = np.round(600 + 30 * rng.normal(size=300) - 30 * outcomes)
    before, after = np.array([400, 500, 600]), np.array([500, 300, 150])
    bins = (
        BinShown(Text(en="below 1%", zh="低于 1%"), 120, 10, 0.9, 70),
        BinShown(Text(en="1% and above", zh="1% 及以上"), 100, 40, -0.6, 41),
        BinShown(Text(en="no data", zh="无数据"), 20, 10, -0.8, 37),
    )
    void = Text(en="Share of void invoices", zh="作废发票占比")
    return ModelReport(
        model=credit_report().model,
        scores=scores,
        outcomes=outcomes,
        probabilities=1 / (1 + np.exp((scores - 560) / 20)),
        quality=(),
        characteristics=(
            CharacteristicShown(
                void,
                0.31,
                bins,
                characteristic_shift(
                    name="void", before=before, after=after, points=np.array([70.0, 41, 37])
                ),
            ),
            CharacteristicShown("<b>{x}</b>", 0.45, bins),
        ),
        dropped=(
            DroppedShown("month_count", 0.01, Text(en="IV below 0.02", zh="IV 低于 0.02")),
            DroppedShown("rating", None, Text(en="leaks the outcome", zh="泄露结果")),
        ),
        stability=stability(before=before, after=after),
    )


class TestModelReport:
    @LANGUAGES
    def test_shows_plots_tables_and_what_was_left_out(self, language: str) -> None:
        reader = read(model_report_html(report=model_report(), language=language))
        assert reader.tags.count("svg") == 4 + 1 + 2
        assert {"month_count", "<b>{x}</b>", "0.310"} <= set(reader.words)
        assert {"en": "leaks the outcome", "zh": "泄露结果"}[language] in reader.words
        assert {"en": "act", "zh": "须处理"}[language] in reader.words

    def test_strongest_characteristic_comes_first(self) -> None:
        document = model_document(report=model_report(), language="en", printable=None)
        (table,) = next(s for s in document.sections if s.heading == "Characteristics").blocks
        assert [row[1] for row in table.rows] == ["0.450", "0.310"]

    def test_says_when_stability_was_not_measured(self) -> None:
        report = model_report()
        calm = tuple(replace(one, shift=None) for one in report.characteristics)
        bare = replace(report, stability=None, characteristics=calm, dropped=())
        words = read(model_report_html(report=bare, language="en")).words
        assert "Not measured: there is no later sample" in words
        assert "None was left out" in words

    @LANGUAGES
    def test_can_be_printed_too(self, language: str, fonts: Path) -> None:
        document = model_document(report=model_report(), language=language, printable=None)
        assert pdf(document=document, fonts=fonts).startswith(b"%PDF-")

    def test_needs_both_outcomes(self) -> None:
        report = replace(model_report(), outcomes=np.zeros(300, dtype=np.bool_))
        with pytest.raises(OneClassOnly):
            model_report_html(report=report, language="en")
