"""Loans with days, banks and securities: what the ledger, guarantees, mortgages and applications agree on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.records.coded.days import code, day_of, lots_of, once, other, working
from shuxin.city.records.coded.parties import house_bank, second_bank

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shuxin.city.records.coded.chance import Bits
    from shuxin.city.records.coded.days import Whole
    from shuxin.city.records.drawn import Block
    from shuxin.city.world.world import World

CREDIT, MORTGAGE, PLEDGE, GUARANTEE = (
    code("loan_security", word) for word in ("credit", "mortgage", "pledge", "guarantee")
)
_ELSEWHERE = 0.25
_SECURITIES = (0.38, 0.84, 0.92)
"""Where no firm stands for it: shares of credit, with a mortgage, with a pledge, summed; else persons stand for it."""
_KNOWN_BORROWERS = 0.5
_KNOWN_AGAIN = 0.85


@dataclass(frozen=True, slots=True)
class Loans:
    """Loans (l,) by firm and month; their place in the city is their number.

    month: of the window, negative before it. day, due: days of drawing and of the end. bank: place in
    ``parties.BANKS``. security: place in the code table. fen, tenor (months), whole (due whole), rate_bp, renewal:
    as the World has them. first: the firm's first loan, as far as the bank knows.
    """

    number: Whole
    firm: Whole
    month: Whole
    day: Whole
    due: Whole
    fen: Whole
    tenor: Whole
    whole: NDArray[np.bool_]
    rate_bp: Whole
    renewal: NDArray[np.bool_]
    first: NDArray[np.bool_]
    bank: NDArray[np.int8]
    security: NDArray[np.int8]
    bits: Bits

    def __len__(self) -> int:
        return len(self.firm)

    def of(self, rows: NDArray[np.integer]) -> Loans:
        return Loans(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


@once
def loans(world: World) -> Loans:
    """All loans of the World."""
    firm, month, fen, tenor, whole, rate, renewal = world.outcome.loans
    order = np.lexsort((month, firm))
    firm, month, fen, tenor = firm[order], month[order], fen[order], tenor[order]
    is_renewal = renewal[order] > 0
    bits = lots_of(world, "loans").bits(firm, month)
    late = np.where(is_renewal, 0.62, 0.05)
    day = working(day_of(month + late + 0.3 * other(bits, 1)))
    same = lots_of(world, "loans/bank").at(firm) < _ELSEWHERE
    first = np.append(True, firm[1:] != firm[:-1]) if len(firm) else np.zeros(0, np.bool_)
    newcomer = np.where(month < 0, _KNOWN_BORROWERS, _KNOWN_AGAIN)
    return Loans(
        number=np.arange(len(firm)),
        firm=firm,
        month=month,
        day=day,
        due=day + np.rint(tenor * 30.4375).astype(np.int64),
        fen=fen,
        tenor=tenor,
        whole=whole[order] > 0,
        rate_bp=rate[order],
        renewal=is_renewal,
        first=first & (other(bits, 2) < newcomer),
        bank=np.where(same, second_bank(world, firm), house_bank(world, firm)).astype(np.int8),
        security=_security(world, firm),
        bits=bits,
    )


def _security(world: World, firm: Whole) -> NDArray[np.int8]:
    """The same for all loans of a firm; a firm that another one stands for has a guarantee."""
    guaranteed = np.zeros(world.count, np.bool_)
    guaranteed[world.ties.guarantees.debtor] = True
    share = lots_of(world, "loans/security").at(firm)
    place = np.searchsorted(_SECURITIES, share, side="right")
    of_place = np.array([CREDIT, MORTGAGE, PLEDGE, GUARANTEE], np.int8)
    return np.where(guaranteed[firm], GUARANTEE, of_place[place]).astype(np.int8)


def loans_of(world: World, block: Block) -> Loans:
    """Of the firms of a block."""
    all_of_them = loans(world)
    start, stop = np.searchsorted(all_of_them.firm, [block.first, block.stop])
    return all_of_them.of(np.arange(start, stop))


def last_months(world: World, found: Loans) -> Whole:
    """(l,) month in which a loan is paid back, renewed or gone with the firm; the count of months if none of it.

    Loans are those of whole firms, in order. Interest on a line of credit that stays unpaid later counts to the last.
    """
    debt = world.money.debt
    count = debt.shape[1]
    begin = np.maximum(found.month, 0)
    firm_ends = np.minimum(world.outcome.gone[found.firm].astype(np.int64), count)
    follows = (
        np.append(found.firm[1:] == found.firm[:-1], False) if len(found) else np.zeros(0, np.bool_)
    )
    later = np.append(found.month[1:], count) if len(found) else np.zeros(0, np.int64)
    end = np.where(follows, np.minimum(later, firm_ends), firm_ends)
    months = np.arange(count)[None, :]
    owed = (debt[found.firm] > 0) & (months >= begin[:, None]) & (months < end[:, None])
    last = count - owed[:, ::-1].argmax(axis=1)
    found_end: Whole = np.where(owed.any(axis=1), last, np.minimum(begin, end))
    return found_end
