"""One board after another (指标发布): what two of them, side by side, would tell of fewer than five firms stays."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from shuxin.market.indicators.boards import Board, Cell, board_from, groups_of
from shuxin.market.indicators.suppression import LEAST_FIRMS, hidden_groups

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from shuxin.market.indicators.boards import Indicator, Observation
    from shuxin.market.indicators.suppression import Key


def next_board(
    indicator: Indicator,
    kept: Sequence[Observation],
    *,
    before: date,
    earlier: Board | None,
    bases: Mapping[date, Sequence[Observation]],
) -> Board:
    """The board of these observations, given the one that was published before it. Pure.

    earlier: None for the first. bases: what was counted for each board of which a figure of ``earlier`` still stands,
    ``earlier`` itself among them.

    A figure that changed by fewer than five firms since it was published stays as it was, and so do others, smallest
    change first, until no such change can be computed from the changes that show. What was hidden stays hidden until
    it changed by five.
    """
    fresh = board_from(indicator, kept)
    dated = {key: replace(cell, before=before) for key, cell in fresh.cells.items()}
    if earlier is None or not bases:
        return Board(indicator, dated)
    hidden = Cell(None, 0, is_hidden=True, before=before)
    still = _still(kept, earlier, bases)
    shown = {
        key: earlier.cells.get(key, hidden) if key in still else dated.get(key)
        for key in dated.keys() | earlier.cells.keys()
    }
    return Board(indicator, {key: cell for key, cell in shown.items() if cell is not None})


def _still(
    kept: Sequence[Observation], earlier: Board, bases: Mapping[date, Sequence[Observation]]
) -> frozenset[Key]:
    """The groups whose figures stay as they were published."""
    newest, now = max(bases), _members(kept)
    was = {day: _members(one) for day, one in bases.items()}
    changes: dict[Key, frozenset[int]] = {}
    numbers: dict[tuple[Observation, int], int] = {}
    for key in now.keys() | {key for groups in was.values() for key in groups}:
        cell = earlier.cells.get(key)
        day = cell.before if cell is not None and cell.before in was else newest
        changed = now.get(key, frozenset()) ^ was[day].get(key, frozenset())
        changes[key] = frozenset(numbers.setdefault(one, len(numbers)) for one in changed)
    firms = [one.firm for one, _ in numbers]
    unseen = {
        key
        for key, cell in earlier.cells.items()
        if cell.is_hidden and len({firms[n] for n in changes[key]}) < LEAST_FIRMS
    }
    return hidden_groups(changes, firms=firms) | unseen


def _members(kept: Sequence[Observation]) -> dict[Key, frozenset[tuple[Observation, int]]]:
    """The observations of each group; equal ones are told apart by number."""
    seen: Counter[Observation] = Counter()
    numbered: list[tuple[Observation, int]] = []
    for one in kept:
        numbered.append((one, seen[one]))
        seen[one] += 1
    return {
        key: frozenset(numbered[place] for place in places)
        for key, places in groups_of(kept).items()
    }
