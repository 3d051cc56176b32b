from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.scoring.report.samples import credit_report

from shuxin.kernel.text import Text
from shuxin.scoring.report.content import GradeBand, ScoreShown, say

BANDS = (GradeBand("C", 300), GradeBand("B", 500), GradeBand("A", 700))


class TestScoreShown:
    @given(st.floats(300, 850))
    def test_grade_is_the_band_that_holds_the_score(self, points: float) -> None:
        expected = "C" if points < 500 else "B" if points < 700 else "A"
        assert ScoreShown(points, 300, 850, BANDS, 0.1, 12).grade == expected

    @pytest.mark.parametrize(
        "wrong",
        [
            {"points": 299},
            {"points": 851},
            {"bands": ()},
            {"bands": BANDS[1:]},
            {"bands": (BANDS[0], BANDS[2], BANDS[1])},
            {"bands": (BANDS[0], GradeBand("A", 850))},
            {"default_probability": 1.2},
        ],
    )
    def test_refuses_what_cannot_be(self, wrong: dict[str, object]) -> None:
        right = ScoreShown(600, 300, 850, BANDS, 0.1, 12)
        with pytest.raises(ValueError, match=r"score|band|probability"):
            replace(right, **wrong)


class TestWords:
    def test_data_is_the_same_in_both_languages_and_never_a_template(self) -> None:
        assert say("{name} %s", "en") == say("{name} %s", "zh") == "{name} %s"
        assert say(Text(en="yes", zh="是"), "zh") == "是"


class TestCreditReport:
    def test_has_at_most_four_reasons(self) -> None:
        report = credit_report()
        with pytest.raises(ValueError, match="four"):
            replace(report, reasons=report.reasons[:1] * 5)
