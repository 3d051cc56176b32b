from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.kernel.periods import Month
from shuxin.scoring.charts.drawing import WIDTH, text_width
from shuxin.scoring.charts.model_plots import (
    BinCount,
    calibration_plot,
    ks_curves,
    lift_bars,
    roc_curve,
    score_histogram,
    woe_bars,
)
from shuxin.scoring.charts.report_plots import (
    GroupBar,
    contribution_bars,
    cumulative_shares,
    month_columns,
    score_strip,
)
from shuxin.scoring.evaluation.calibration import calibration_points
from shuxin.scoring.evaluation.metrics import OneClassOnly, lift_table
from shuxin.scoring.report.content import GradeBand, MonthAmounts

SVG = "{http://www.w3.org/2000/svg}"
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
BANDS = [GradeBand(name, low) for name, low in (("C", 300), ("B", 560), ("A", 640))]


def sample() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(3)
    outcomes = rng.uniform(size=200) < 0.25
    return {
        "scores": np.round(600 + 30 * rng.normal(size=200) - 25 * outcomes),
        "outcomes": outcomes,
    }


def months(amounts: list[int | None]) -> list[MonthAmounts]:
    start = Month(2025, 3)
    return [MonthAmounts(start.plus(i), value, value) for i, value in enumerate(amounts)]


def all_plots(language: str) -> dict[str, str]:
    both = sample()
    chances = 1 / (1 + np.exp((both["scores"] - 570) / 20))
    points = calibration_points(probabilities=chances, outcomes=both["outcomes"])
    bins = [BinCount(f"{i}.0 – {i + 1}.0", 40 - i, 5 + i, 0.5 - i / 4) for i in range(6)]
    groups = [GroupBar("Size", 120, 100), GroupBar("Stability of the business", -20, 30)]
    return {
        "woe": woe_bars(title="Void invoices", bins=bins, language=language),
        "roc": roc_curve(**both, language=language),
        "ks": ks_curves(**both, language=language),
        "lift": lift_bars(rows=lift_table(**both), language=language),
        "calibration": calibration_plot(points=points, language=language),
        "histogram": score_histogram(**both, language=language),
        "months": month_columns(months=months([10_000_000, None, 5_000_000]), language=language),
        "groups": contribution_bars(groups=groups, language=language),
        "strip": score_strip(points=604, highest=850, bands=BANDS, language=language),
        "buyers": cumulative_shares(shares=[0.4, 0.2], buyers=9, window="2025", language=language),
    }


def drawn(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 - our own text


def numbers(element: ET.Element, *names: str) -> list[float]:
    return [float(element.get(name)) for name in names]


class TestEveryPlot:
    @LANGUAGES
    def test_is_the_same_every_time(self, language: str) -> None:
        assert all_plots(language) == all_plots(language)

    @LANGUAGES
    @pytest.mark.parametrize("name", sorted(all_plots("en")))
    def test_scales_and_can_be_read_aloud(self, name: str, language: str) -> None:
        svg = all_plots(language)[name]
        root = drawn(svg)
        assert root.get("width") is None
        assert root.get("viewBox").startswith("0 0 480 ")
        assert root.get("role") == "img"
        assert root.find(f"{SVG}title").text
        assert root.find(f"{SVG}desc").text
        assert root.get("font-family") == "Noto Sans SC"
        assert not re.search(r"nan|inf|href|url\(|<script|<style| id=", svg)

    @LANGUAGES
    @pytest.mark.parametrize("name", sorted(all_plots("en")))
    def test_words_stay_on_the_paper(self, name: str, language: str) -> None:
        root = drawn(all_plots(language)[name])
        height = float(root.get("viewBox").split()[3])
        for words in root.iter(f"{SVG}text"):
            x, y, size = numbers(words, "x", "y", "font-size")
            width = text_width(words.text, size=size)
            start = (
                x - width * {"start": 0, "middle": 0.5, "end": 1}[words.get("text-anchor", "start")]
            )
            assert start >= 0, words.text
            assert start + width <= WIDTH + 1, words.text
            assert size <= y <= height - 0.2 * size, words.text

    @pytest.mark.parametrize("name", sorted(all_plots("en")))
    def test_words_do_not_cover_each_other(self, name: str) -> None:
        boxes = []
        for words in drawn(all_plots("zh")[name]).iter(f"{SVG}text"):
            x, y, size = numbers(words, "x", "y", "font-size")
            width = 0.92 * text_width(words.text, size=size)
            start = (
                x - width * {"start": 0, "middle": 0.5, "end": 1}[words.get("text-anchor", "start")]
            )
            boxes.append((start, start + width, y - 0.7 * size, y, words.text))
        for i, one in enumerate(boxes):
            for other in boxes[i + 1 :]:
                apart = one[0] >= other[1] or other[0] >= one[1]
                assert apart or one[2] >= other[3] or other[2] >= one[3], (one, other)


class TestTruth:
    @given(st.lists(st.one_of(st.none(), st.integers(-(10**9), 10**13)), min_size=1, max_size=24))
    def test_columns_are_as_high_as_their_amounts(self, amounts: list[int | None]) -> None:
        root = drawn(month_columns(months=months(amounts), language="zh"))
        bars = [one for one in root.iter(f"{SVG}rect") if one.get("fill") == "#1f5a93"][:-1]
        known = [value for value in amounts if value is not None]
        assert len(bars) == len(known)
        heights = [float(bar.get("height")) for bar in bars]
        largest = max((abs(value) for value in known), default=0)
        if largest:
            scale = max(heights) / largest
            for height, value in zip(heights, known, strict=True):
                assert height == pytest.approx(abs(value) * scale, abs=0.02)
        assert len(list(root.iter(f"{SVG}circle"))) == 2 * (len(amounts) - len(known))

    def test_bands_meet_and_the_mark_stands_on_its_band(self) -> None:
        root = drawn(score_strip(points=604, highest=850, bands=BANDS, language="en"))
        bars = [numbers(one, "x", "width") for one in root.iter(f"{SVG}rect")]
        for (x, width), (following, _) in pairwise(bars):
            assert x + width == pytest.approx(following, abs=0.02)
        tip = float(root.find(f"{SVG}polygon").get("points").split()[2].split(",")[0])
        assert bars[1][0] <= tip <= bars[1][0] + bars[1][1]

    def test_shares_add_up(self) -> None:
        svg = cumulative_shares(shares=[0.4, 0.2, 0.1], buyers=9, window="2025", language="en")
        assert {"40%", "60%", "70%"} <= {one.text for one in drawn(svg).iter(f"{SVG}text")}

    def test_one_bin_is_enough_and_one_class_is_not(self) -> None:
        assert woe_bars(title="x", bins=[BinCount("all", 1, 0, 0.0)], language="en")
        same = {"scores": np.ones(4), "outcomes": np.array([True, False, True, False])}
        for plot in (roc_curve, ks_curves, score_histogram):
            assert plot(**same, language="en")
            with pytest.raises(OneClassOnly):
                plot(scores=np.ones(2), outcomes=np.array([True, True]), language="en")
