"""Changes of registration (T04)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shuxin.city.catalogues import CODE_TABLES
from shuxin.city.records.coded.days import gathered, other, padded, seen, text, words
from shuxin.city.records.coded.filings import CAPITAL, approvals
from shuxin.city.records.register import region_codes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.city.records.coded.days import Whole
    from shuxin.city.records.drawn import Block, Drawn, Recipe
    from shuxin.city.world.world import World

_TITLES = tuple(one.zh for one in CODE_TABLES["change_item"].codes)
_FEN_OF_TEN_THOUSAND = 1_000_000


def change_log(world: World, block: Block) -> Drawn:
    """T04: a row for each item of an approval; amounts of capital before and after are those of the register."""
    found = approvals(world, block)
    row, item = np.nonzero(found.items)
    bits, day = found.bits[row], found.day[row]
    is_capital = pa.array(item == CAPITAL)
    old, new = (text(word, words(item, _TITLES)) for word in ("原", "现"))
    return gathered(
        block,
        firm=found.firm[row],
        day=day,
        known=seen(day, 1 + np.floor(5 * other(bits, 20)).astype(np.int64), other(bits, 21)),
        values={
            "change_no": text("BG", padded(found.firm[row] + 1, 7), "-", day, "-", item + 1),
            "item": item.astype(np.int8),
            "before": pc.if_else(is_capital, _money(found.capital_before[row]), old),
            "after": pc.if_else(is_capital, _money(found.capital_after[row]), new),
            "approved_by": region_codes()[world.firms.region[found.firm[row]]],
        },
    )


def _money(fen: Whole) -> pa.StringArray:
    """In units of 10,000 yuan, as the register writes capital."""
    hundredths = fen // (_FEN_OF_TEN_THOUSAND // 100)
    return text(hundredths // 100, ".", padded(hundredths % 100, 2), "万元人民币")


RECIPES: Mapping[str, Recipe] = {"change_log": change_log}
