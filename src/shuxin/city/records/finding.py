"""What a check of a city found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shuxin.kernel.text import Sayable


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was looked at, what it should be and what it is, as people read it."""

    what: Sayable
    wanted: str
    found: str
    holds: bool


def near(what: Sayable, wanted: float, found: float, *, within: float, digits: int = 3) -> Finding:
    """A figure that should be ``wanted``, give or take ``within``."""
    return Finding(
        what,
        f"{wanted:.{digits}f} ± {within:.{digits}f}",
        f"{found:.{digits}f}",
        abs(found - wanted) <= within,
    )
