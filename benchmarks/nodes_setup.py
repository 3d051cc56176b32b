"""Four holders' homes in a temporary folder, their generated datasets, and their nodes as processes.

Everything is done by the commands that a customer uses (``docs/operations.md``); ports are free ones.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from shuxin.kernel.organisation_code import organisation_check
from shuxin.kernel.uscc import ALPHABET, LENGTH, WEIGHTS, check_symbol
from shuxin.kernel.uscc_array import uscc_checks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

COMMON = 0.3
LAW, AGREEMENT, PURPOSE = "政府信息资源共享管理暂行办法第五条", "BENCH-1", "model_training"
_TICKS = os.sysconf("SC_CLK_TCK")
_SYMBOLS = np.frombuffer(ALPHABET.encode(), np.uint8)
_STARTED = 60.0
_PAGE = 1 << 20


def codes(numbers: NDArray[np.int64]) -> NDArray[np.bytes_]:
    """A credit code for each number below 31**6: enterprises of an unassigned region; both check symbols hold."""
    values = np.zeros((len(numbers), LENGTH), np.int64)
    values[:, :8] = [ALPHABET.index(one) for one in "91349901"]
    rest = numbers.copy()
    values[:, 8:10] = [ALPHABET.index(one) for one in "MA"]
    for place in range(15, 9, -1):
        rest, values[:, place] = np.divmod(rest, 31)
    values[:, 16] = _organisation_checks(values[:, 8:16])
    values[:, 17] = -(values[:, :17] @ np.array(WEIGHTS[:17])) % 31
    found: NDArray[np.bytes_] = _SYMBOLS[values].view(f"S{LENGTH}").ravel()
    if not uscc_checks(found).check.all():
        raise SystemExit("a generated code fails its check symbol")
    return found


def _organisation_checks(bodies: NDArray[np.int64]) -> NDArray[np.int64]:
    """GB 11714 over values of the credit code's alphabet, a column at a time."""
    from shuxin.kernel.organisation_code import CHECK_SYMBOLS, SYMBOL_VALUE
    from shuxin.kernel.organisation_code import WEIGHTS as INNER

    worth = np.array([SYMBOL_VALUE[one] for one in ALPHABET])
    checks = np.array([ALPHABET.index(one) for one in CHECK_SYMBOLS])
    found: NDArray[np.int64] = checks[(worth[bodies] @ np.array(INNER)) % 11]
    return found
