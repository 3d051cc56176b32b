"""How firms of a campaign are shared among lenders by quota (按名额分配): deterministic, fair, explained. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Share:
    """Which lender visits a firm, "" for none, and why: ``wish``, ``turn``, ``full``."""

    firm: str
    lender: str
    why: str


SHARE_WHY = {
    "wish": Text(en="the lender whose customer it is", zh="该行存量客户"),
    "turn": Text(en="by quota and drawn order", zh="按名额和抽签顺序分配"),
    "full": Text(en="all quotas are full", zh="各行名额已满"),
}


def share_firms(
    firms: Sequence[str],
    *,
    quotas: Mapping[str, int],
    wishes: Mapping[str, str],
    seed: str,
) -> tuple[Share, ...]:
    """One share for each firm, in the order of ``firms``.

    wishes: firm to the lender whose customer it is; kept while that lender's quota lasts. All others are drawn in an
    order that nobody can choose (SHA-256 of ``seed`` and firm) and go, one at a time, to the lender that has got the
    smallest part of its quota so far. So after any number of draws no lender is behind its quota's part by more
    than one firm, and no order of names or input changes who gets whom.
    """
    left = {lender: quota for lender, quota in quotas.items() if quota > 0}
    got = dict.fromkeys(left, 0)
    found: dict[str, Share] = {}
    order = sorted(set(firms), key=lambda firm: _draw(seed, firm))
    for firm in order:
        lender = wishes.get(firm, "")
        if lender in left and got[lender] < left[lender]:
            got[lender] += 1
            found[firm] = Share(firm, lender, "wish")
    for firm in (firm for firm in order if firm not in found):
        lender = _behind(left, got, seed)
        if lender:
            got[lender] += 1
        found[firm] = Share(firm, lender, "turn" if lender else "full")
    return tuple(found[firm] for firm in firms)


def _behind(quotas: Mapping[str, int], got: Mapping[str, int], seed: str) -> str:
    """The lender with room that has the smallest part of its quota; ties by drawn order, never by name."""
    room = [lender for lender, quota in quotas.items() if got[lender] < quota]
    return min(room, key=lambda one: ((got[one] + 1) / quotas[one], _draw(seed, one)), default="")


def _draw(seed: str, what: str) -> str:
    return hashlib.sha256(f"{seed}\n{what}".encode()).hexdigest()
