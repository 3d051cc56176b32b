"""How many values a dataset lacks (缺失率), read off the footers of its stored files by a process of its own.

The footers hold counts for each column, so that no row is read; and the process that asks stays small.
"""

from __future__ import annotations

import json
import subprocess
import sys
from functools import lru_cache
from typing import TYPE_CHECKING

from shuxin.catalogue.api import loads
from shuxin.infra.api import Store

if TYPE_CHECKING:
    from shuxin.infra.api import Settings

_SECONDS = 60
_ROWS_FILE = "rows.parquet"
_CHILD = "shuxin.fusion.footers"


def missing_values(dataset: str, *, settings: Settings) -> dict[str, float]:
    """By field the share (0 to 1) of the current rows without a value; empty when nothing is loaded."""
    store = Store(settings.store)
    current = [one for one in loads(dataset=dataset) if one.rows_loaded]
    return _shares(tuple(str(store.folder(one.store_name) / _ROWS_FILE) for one in current))


@lru_cache(maxsize=256)
def _shares(files: tuple[str, ...]) -> dict[str, float]:
    """Stored files never change, so an answer holds for good."""
    if not files:
        return {}
    done = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-P", "-m", _CHILD, *files],
        check=True,
        capture_output=True,
        timeout=_SECONDS,
    )
    counted: dict[str, list[int]] = json.loads(done.stdout)
    rows = max(counted.pop("", [1])[0], 1)
    return {name: missing / rows for name, (missing,) in counted.items()}
