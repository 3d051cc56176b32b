"""Employers and their people: social insurance (T37, T38), medical insurance (T41), the housing fund (T42, T43).

What else is known of employment is in ``employment``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.records.accounts import accounts
from shuxin.city.records.coded import employment
from shuxin.city.records.coded.chance import Lots
from shuxin.city.records.coded.days import STARTS, code, dated, seen
from shuxin.city.records.coded.declared import PPM
from shuxin.city.records.coded.months import (
    ALL_MONTHS,
    budget,
    cell_lots,
    firm_lots,
    looks,
    told,
)
from shuxin.city.records.coded.staff import (
    LAST,
    companies,
    employers,
    insures,
    ranked,
    seen_months,
    staff,
)
from shuxin.city.records.coded.sums import pieces
from shuxin.city.records.drawn import blocks
from shuxin.city.world.scale import WINDOW_MONTHS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from shuxin.city.records.coded.months import Grid
    from shuxin.city.records.coded.staff import Staff
    from shuxin.city.records.drawn import Block, Drawn, Recipe
    from shuxin.city.world.world import World

YEAR = 12
_PENSION, _UNEMPLOYMENT, _INJURY = range(3)
_UNIT_PPM = (160_000, 5_000, 4_000)
_PERSON_PPM = (80_000, 5_000, 0)
"""By kind of insurance: contributions of the employer and of its people."""
_MEDICAL_PPM = 85_000
_FIRST_PAID, _PAYING_DAYS = 7, 20
_HABIT, _BY_MONTH, _PAYS_LATE, _WORST = 0.15, 0.25, 0.10, 3.0
"""[T] What the day of paying is made of: the firm's habit, the month, and what is seen of the firm."""
_FUND_RATIOS = np.array([50_000, 70_000, 80_000, 100_000, 120_000], np.int64)
_FUND_NORMAL, _FUND_DEFERRED, _FUND_STOPPED = (
    code("fund_status", one) for one in ("normal", "deferred", "stopped")
)
_PERSONS_FROM = 24
_CONTINUING, _NEW, _STOP = (
    code("person_insurance_status", one) for one in ("continuing", "new", "stop")
)


def _unit_months(
    block: Block, chosen: NDArray[np.bool_], now: Staff
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places in the block and months of the chosen firms' rows."""
    cells = chosen[block.first : block.stop, None] & (now.insured > 0) & (ALL_MONTHS <= LAST)
    row, month = np.nonzero(cells)
    return row, month


def _told_after(month: Grid, lots: NDArray[np.float64], *, days: int) -> Grid:
    """Seconds at which a month's contributions are seen."""
    return seen(STARTS[month + 1], days + np.floor(lots * 8).astype(np.int64), (lots * 571) % 1.0)


def si_unit_months(world: World, block: Block) -> Drawn:
    """Pension insurance of every employer; of larger ones also the other two, as there is room for."""
    now, able = staff(world, block), insures(world)
    months = seen_months(world)
    pension = employers(world, "si_unit_months", ranked(world, "insured", able, by_size=1.0))
    left = budget("si_unit_months", world) - int(months[pension].sum())
    share = max(left, 0.0) / 2 / budget("si_unit_months", world)
    others = employers(
        world, "si_unit_months", ranked(world, "insured", able, by_size=1.0), part=share
    )
    parts = []
    for kind in (_PENSION, _UNEMPLOYMENT, _INJURY):
        row, month = _unit_months(block, pension if kind == _PENSION else others, now)
        parts.append((row, month, np.full(len(row), kind)))
    row, month, types = (np.concatenate(one) for one in zip(*parts, strict=True))
    cells = (row, month)
    base = now.base[cells]
    unit = base * np.array(_UNIT_PPM)[types] // PPM
    person = base * np.array(_PERSON_PPM)[types] // PPM
    arrears = np.floor(unit * now.unpaid[cells]).astype(np.int64)
    paid = np.where(now.unpaid[cells] >= 1.0, 0, unit + person - arrears)
    lots = Lots(seed=world.seed, purpose="insurance seen").at(block.first + row, month, types)
    paid_on = STARTS[month] + _FIRST_PAID + _day_of_paying(world, block, lots, cells)
    return told(
        block,
        firm=block.first + row,
        day=STARTS[month],
        known=_told_after(month, lots, days=9),
        values={
            "type": types.astype(np.int8),
            "insured": now.insured[cells],
            "base_total": base,
            "unit_due": unit,
            "person_due": person,
            "paid": paid,
            "paid_at": dated(paid_on, paid > 0),
            "arrears": arrears,
        },
    )


def _day_of_paying(
    world: World, block: Block, lots: NDArray[np.float64], cells: tuple[Grid, Grid]
) -> Grid:
    """(r,) days after the first one on which contributions are taken: by habit, later where a firm is run worse."""
    habit = firm_lots(world, block.first + cells[0], "pays on")
    seen_as = looks(world, block, "social")[cells]
    part = _HABIT * habit + _BY_MONTH * lots + _PAYS_LATE * (_WORST - seen_as)
    return np.floor(_PAYING_DAYS * np.clip(part, 0.0, 0.999)).astype(np.int64)


def si_person_months(world: World, block: Block) -> Drawn:
    """A part of the insured of each employer, by number; the last to come are the first to leave."""
    now = staff(world, block)
    counts = _sampled(world, block, now.insured, "si_person_months")
    firm, month, worker = _persons(block, counts)
    cells = (firm - block.first, month)
    each = now.base[cells] // np.maximum(now.insured[cells], 1)
    lots = Lots(seed=world.seed, purpose="worker").at(firm, worker)
    before = np.where(month > 0, counts[cells[0], np.maximum(month - 1, 0)], 0)
    after = np.where(
        month < WINDOW_MONTHS - 1, counts[cells[0], np.minimum(month + 1, WINDOW_MONTHS - 1)], 10**9
    )
    status = np.where(worker >= before, _NEW, np.where(worker >= after, _STOP, _CONTINUING))
    known = Lots(seed=world.seed, purpose="worker seen").at(firm, worker, month)
    return told(
        block,
        firm=firm,
        day=STARTS[month],
        known=_told_after(month, known, days=9),
        values={
            "unit": worker.astype(np.int32),
            "unit_uscc": firm.astype(np.int32),
            "type": np.zeros(len(firm), np.int8),
            "base": np.floor(each * (0.8 + 0.4 * lots)).astype(np.int64),
            "months": 1 + np.floor(lots * 180).astype(np.int64) + month,
            "status": np.where(month == _PERSONS_FROM, _CONTINUING, status).astype(np.int8),
        },
    )


def _sampled(world: World, block: Block, persons: Grid, slug: str) -> Grid:
    """(firms, months) persons of whom there are rows: a share of all, at least one of each employer's."""
    able = insures(world)[block.first : block.stop, None]
    share = budget(slug, world) / max(_person_months(world)[slug], 1)
    lots = firm_lots(world, block.firms, f"{slug}/sample")[:, None]
    counts = np.floor(persons * min(share, 1.0) + lots).astype(np.int64)
    return np.where(able & _SEEN, np.minimum(counts, persons), 0)


_SEEN = (ALL_MONTHS >= _PERSONS_FROM) & (ALL_MONTHS <= LAST)


class _Last:
    """Months of persons of the world last asked for."""

    world: World | None = None
    months: Mapping[str, int]


def _person_months(world: World) -> Mapping[str, int]:
    """Months of insured persons and of depositors in the whole city, from the first to the last one seen."""
    if _Last.world is not world:
        able, fund = insures(world), _fund(world)
        total = {"si_person_months": 0, "hpf_person_months": 0}
        for block in blocks(world):
            own = slice(block.first, block.stop)
            insured = np.where(_SEEN, staff(world, block).insured, 0).sum(axis=1)
            total["si_person_months"] += int(insured[able[own]].sum())
            total["hpf_person_months"] += int(insured[fund[own]].sum())
        _Last.world, _Last.months = world, total
    return _Last.months


def _fund(world: World) -> NDArray[np.bool_]:
    """(n,) employers with a housing fund."""
    rank = ranked(world, "fund", companies(world), by_size=0.6)
    return employers(world, "hpf_unit_months", rank)


def _persons(block: Block, counts: Grid) -> tuple[Grid, Grid, Grid]:
    """Firm, month and number of each person's row."""
    row, month = np.nonzero(counts)
    group, worker = pieces(counts[row, month])
    return block.first + row[group], month[group], worker


def medical_unit_months(world: World, block: Block) -> Drawn:
    now = staff(world, block)
    chosen = employers(
        world, "medical_unit_months", ranked(world, "insured", insures(world), by_size=1.0)
    )
    row, month = _unit_months(block, chosen, now)
    cells = (row, month)
    due = now.base[cells] * _MEDICAL_PPM // PPM
    arrears = np.floor(due * now.unpaid[cells]).astype(np.int64)
    lots = cell_lots(world, block, "medical seen")[cells]
    return told(
        block,
        firm=block.first + row,
        day=STARTS[month],
        known=_told_after(month, lots, days=9),
        values={
            "insured": now.insured[cells],
            "due": due,
            "paid": due - arrears,
            "arrears": arrears,
        },
    )


def hpf_unit_months(world: World, block: Block) -> Drawn:
    """The housing fund: of the larger employers, and of those who pay more than the law makes them."""
    now = staff(world, block)
    chosen = _fund(world)
    row, month = _unit_months(block, chosen, now)
    cells, firm = (row, month), block.first + row
    part = 0.45 + 0.55 * firm_lots(world, firm, "depositors")
    many = np.clip(np.rint(now.insured[cells] * part), 1, None).astype(np.int64)
    base = now.base[cells] // np.maximum(now.insured[cells], 1) * many
    ratio = _FUND_RATIOS[
        np.floor(firm_lots(world, firm, "ratio") * len(_FUND_RATIOS)).astype(np.int64)
    ]
    due = base * ratio // PPM * 2
    unpaid = now.unpaid[cells]
    paid = np.floor(due * (1 - np.where(unpaid > 0, np.maximum(unpaid, 0.5), 0.0))).astype(np.int64)
    lots = cell_lots(world, block, "fund seen")[cells]
    stopped = unpaid >= 1.0
    status = np.where(stopped, _FUND_STOPPED, np.where(unpaid > 0, _FUND_DEFERRED, _FUND_NORMAL))
    behind = np.where(unpaid > 0, np.maximum(month - 1, 0), month)
    return told(
        block,
        firm=firm,
        day=STARTS[month],
        known=_told_after(month, lots, days=9),
        values={
            "unit_account": accounts("HPF", firm, seed=world.seed),
            "depositors": many,
            "base_total": base,
            "ratio": ratio,
            "due": due,
            "paid": np.where(stopped, 0, paid),
            "paid_to": STARTS[behind].astype(np.int32),
            "status": status.astype(np.int8),
        },
    )


def hpf_person_months(world: World, block: Block) -> Drawn:
    now = staff(world, block)
    chosen = _fund(world)
    persons = now.insured * chosen[block.first : block.stop, None]
    counts = _sampled(world, block, persons, "hpf_person_months")
    firm, month, worker = _persons(block, counts)
    cells = (firm - block.first, month)
    each = now.base[cells] // np.maximum(now.insured[cells], 1)
    ratio = _FUND_RATIOS[
        np.floor(firm_lots(world, firm, "ratio") * len(_FUND_RATIOS)).astype(np.int64)
    ]
    deposit = each * ratio // PPM * 2
    lots = Lots(seed=world.seed, purpose="depositor").at(firm, worker)
    saved = 1 + np.floor(lots * 90).astype(np.int64) + month
    known = Lots(seed=world.seed, purpose="depositor seen").at(firm, worker, month)
    return told(
        block,
        firm=firm,
        day=STARTS[month],
        known=_told_after(month, known, days=9),
        values={
            "unit": worker.astype(np.int32),
            "employer_uscc": firm.astype(np.int32),
            "monthly_deposit": deposit,
            "balance": deposit * saved // 2,
            "sealed": now.unpaid[cells] >= 1.0,
        },
    )


RECIPES: Mapping[str, Recipe] = {
    "si_unit_months": si_unit_months,
    "si_person_months": si_person_months,
    "medical_unit_months": medical_unit_months,
    "hpf_unit_months": hpf_unit_months,
    "hpf_person_months": hpf_person_months,
    **employment.RECIPES,
}
