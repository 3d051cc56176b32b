"""Plans that contradict themselves are refused when they are made."""

from __future__ import annotations

from typing import Any

import pytest
from tests.scoring.card.samples import said

from shuxin.scoring.binning.merge import Trend
from shuxin.scoring.binning.shape import Kind
from shuxin.scoring.card.plan import Characteristic, SelectionPlan


class TestCharacteristic:
    @pytest.mark.parametrize(
        "wrong", [{"trend": Trend.PEAK}, {"specials": (1.0,)}, {"edges": (1.0,)}], ids=str
    )
    def test_a_category_has_no_order(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match="only numbers"):
            Characteristic(name="x", title=said("x"), kind=Kind.CATEGORICAL, **wrong)


class TestSelectionPlan:
    @pytest.mark.parametrize(
        "wrong",
        [{"most": 0}, {"most_per_group": 0}, {"ridge": -1.0}, {"fallback_ridge": 0.0}],
        ids=str,
    )
    def test_refuses_what_cannot_be(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match="ridge"):
            SelectionPlan(**wrong)
