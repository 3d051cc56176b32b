"""Features as candidates for a card."""

from __future__ import annotations

import pytest

from shuxin.fusion.api import TRADE_FEATURES
from shuxin.scoring.binning.merge import Trend
from shuxin.scoring.characteristics import GROUPS, SMALL_SAMPLE_BADS, candidates

MANY, FEW = SMALL_SAMPLE_BADS, SMALL_SAMPLE_BADS - 1


class TestCandidates:
    def test_every_feature_once_and_in_order(self) -> None:
        found = candidates(TRADE_FEATURES, bads=MANY)
        assert [one.name for one in found] == [feature.name for feature in TRADE_FEATURES]

    def test_a_small_sample_uses_only_what_has_a_direction(self) -> None:
        found = candidates(TRADE_FEATURES, bads=FEW)
        assert found == [
            one for one in candidates(TRADE_FEATURES, bads=MANY) if one.trend is not None
        ]
        assert 0 < len(found) < len(TRADE_FEATURES)

    @pytest.mark.parametrize(
        ("name", "trend"),
        [
            ("inv_out_amt_12m", Trend.DESCENDING),
            ("inv_in_parties_12m", Trend.DESCENDING),
            ("inv_out_void_rate_12m", Trend.ASCENDING),
            ("inv_out_recency_24m", Trend.ASCENDING),
            ("purchase_to_sales_12m", Trend.ASCENDING),
            ("inv_out_round_share_12m", None),
            ("vat_burden_12m", None),
        ],
    )
    def test_direction_of_risk(self, name: str, trend: Trend | None) -> None:
        found = {one.name: one.trend for one in candidates(TRADE_FEATURES, bads=MANY)}
        assert found[name] is trend

    def test_everything_can_be_told_to_people(self) -> None:
        """Plain words in both languages; a card refuses braces, which would ask for facts."""
        for one in candidates(TRADE_FEATURES, bads=MANY):
            assert one.group in GROUPS
            for text in (one.title, one.reason_low, one.reason_high, one.reason_missing):
                assert text is not None
                assert text.en.strip()
                assert text.zh.strip()
                assert not set("{}") & set(text.en + text.zh)
            assert one.title.zh in one.reason_low.zh

    def test_an_expected_direction_belongs_to_a_feature(self) -> None:
        """A metric that was renamed would lose its direction without a word."""
        from shuxin.scoring.characteristics import _TREND

        metrics = {f.name.removeprefix("inv_out_").removeprefix("inv_in_") for f in TRADE_FEATURES}
        assert set(_TREND) <= metrics
