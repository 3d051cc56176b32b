"""Bins that cannot be are refused when they are made."""

from __future__ import annotations

import math
from typing import Any

import pytest

from shuxin.scoring.binning.lookup import UNSEEN
from shuxin.scoring.binning.shape import BinShape, BinsInvalid, Kind


class TestBinShape:
    def test_counts_its_bins(self) -> None:
        shape = BinShape(name="x", kind=Kind.NUMERIC, edges=(1.0, 2.0), specials=(-1.0,))
        assert (shape.groups, shape.missing, shape.count) == (3, 4, 5)
        shape = BinShape(name="x", kind=Kind.CATEGORICAL, categories=(("a",), ("b", "c")))
        assert (shape.groups, shape.missing, shape.count) == (2, 2, 3)

    def test_the_others_may_be_a_group_without_names(self) -> None:
        shape = BinShape(name="x", kind=Kind.CATEGORICAL, categories=(("a",), ()), others=1)
        assert shape.lookup.one("z") == 1

    @pytest.mark.parametrize(
        "wrong",
        [
            {"kind": Kind.NUMERIC, "edges": (2.0, 1.0)},
            {"kind": Kind.NUMERIC, "edges": (1.0, 1.0)},
            {"kind": Kind.NUMERIC, "edges": (1.0, math.inf)},
            {"kind": Kind.NUMERIC, "edges": (math.nan,)},
            {"kind": Kind.NUMERIC, "specials": (3.0, -1.0)},
            {"kind": Kind.NUMERIC, "categories": (("a",),)},
            {"kind": Kind.NUMERIC, "others": 0},
            {"kind": Kind.CATEGORICAL},
            {"kind": Kind.CATEGORICAL, "categories": (("a",), ("a",))},
            {"kind": Kind.CATEGORICAL, "categories": (("a",), ())},
            {"kind": Kind.CATEGORICAL, "categories": (("",),)},
            {"kind": Kind.CATEGORICAL, "categories": (("a",),), "others": 1},
            {"kind": Kind.CATEGORICAL, "categories": (("a",),), "others": UNSEEN - 1},
            {"kind": Kind.CATEGORICAL, "categories": (("a",),), "edges": (1.0,)},
        ],
    )
    def test_refuses_bins_out_of_order(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(BinsInvalid):
            BinShape(name="x", **wrong)
