"""Codes of goods and services (商品和服务税收编码), one for each trade of the city."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from shuxin.city.world.population import INDUSTRIES

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SERVICES = "EGHIJKLMNOPQR"

GOODS_CODES = [f"{'3' if one[0] in _SERVICES else '1'}{one[1:]:0<18}" for one in INDUSTRIES]
"""19 digits, by place in INDUSTRIES: first 1 for goods, 3 for services, then the class of the trade."""


def goods_of(industry: NDArray[np.integer]) -> pa.DictionaryArray:
    """(r,) codes of what firms of these industries sell."""
    return pa.DictionaryArray.from_arrays(
        pa.array(industry.astype(np.int16)), pa.array(GOODS_CODES)
    )
