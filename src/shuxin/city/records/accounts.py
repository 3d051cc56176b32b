"""Account numbers (户号, 单位编号, 账号): what a department knows a firm, a meter or a worker by.

Ten digits after two that say whose number it is. One to one within a department, so that an account leads to one
firm; which it is stands in the identifier map and in the truth.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.records.marks import digits, spread, texts

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from shuxin.city.records.marks import Signs

HOLDERS = {
    "HRSS": 21, "MED": 22, "HPF": 23, "PWR": 31, "WAT": 32, "GAS": 33, "ECO": 41, "PBC": 51, "BANK": 52, "MKT": 61,
}  # fmt: skip
"""First two digits of each department's numbers."""
MOST_UNITS = 512
"""Units of one firm in one department; further ones share the numbers of the first."""
WIDTH = 12
_SIZE = 10 ** (WIDTH - 2)


def account_signs(
    holder: str, firm: NDArray[np.integer], unit: NDArray[np.integer] | int = 0, *, seed: int
) -> Signs:
    """(r, 12) digits of the account of each firm's unit. Raises KeyError for a holder that has no accounts."""
    number = firm.astype(np.int64) * MOST_UNITS + np.asarray(unit, np.int64) % MOST_UNITS
    shown = np.empty((len(firm), WIDTH), np.uint8)
    shown[:, :2] = digits(np.full(len(firm), HOLDERS[holder], np.int64), width=2)
    shown[:, 2:] = digits(
        spread(number, size=_SIZE, seed=seed, purpose=f"account/{holder}"), width=WIDTH - 2
    )
    return shown


def accounts(
    holder: str, firm: NDArray[np.integer], unit: NDArray[np.integer] | int = 0, *, seed: int
) -> pa.StringArray:
    """As :func:`account_signs`, as Arrow strings."""
    return texts(account_signs(holder, firm, unit, seed=seed))
