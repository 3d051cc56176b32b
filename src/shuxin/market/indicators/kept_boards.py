"""Boards as they are kept (指标看板留存): computed once a month is over, the same for all until the next one is."""

from __future__ import annotations

import datetime as dt
import json
import zlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from shuxin.kernel.dates import CHINA_TIME
from shuxin.market.indicators.boards import INDICATORS, Board, Cell, Observation, observed
from shuxin.market.indicators.publishing import next_board
from shuxin.market.list_models import BoardRow

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shuxin.market.indicators.boards import Indicator, Record


@dataclass(frozen=True, slots=True)
class KeptBoard:
    """A board of all months before the one that begins at ``before``, computed at ``at``."""

    board: Board
    before: dt.date
    at: dt.datetime


def kept_boards(records: Callable[[], Sequence[Record]], *, now: dt.datetime) -> list[KeptBoard]:
    """The board of every indicator for the months that are over.

    records: asked only where a board is missing, which is then computed and kept.
    """
    before = now.astimezone(CHINA_TIME).date().replace(day=1)
    rows = {row.indicator: row for row in BoardRow.objects.filter(before=before)}
    missing = [one for one in INDICATORS if one.code not in rows]
    if missing:
        found = records()
        rows |= {one.code: _published(one, found, before=before, now=now) for one in missing}
    return [
        KeptBoard(_board(one, rows[one.code]), before, rows[one.code].made_at) for one in INDICATORS
    ]


def _published(
    indicator: Indicator, records: Sequence[Record], *, before: dt.date, now: dt.datetime
) -> BoardRow:
    """Unless somebody else computed it meanwhile: then theirs counts."""
    rows = BoardRow.objects.filter(indicator=indicator.code, calibre=indicator.calibre.code)
    last = rows.filter(before__lt=before).order_by("before").last()
    earlier = _board(indicator, last) if last else None
    days = {cell.before for cell in earlier.cells.values()} if earlier else set()
    standing = rows.filter(before__in=[*days, last.before]) if last else rows.none()
    counted = observed(indicator, records, before=before)
    made = next_board(
        indicator,
        counted,
        before=before,
        earlier=earlier,
        bases={row.before: _counted(row) for row in standing},
    )
    row = BoardRow(
        indicator=indicator.code,
        calibre=indicator.calibre.code,
        before=before,
        cells=[_said(key, cell) for key, cell in sorted(made.cells.items())],
        counted=_packed(counted),
        made_at=now,
    )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        return BoardRow.objects.get(indicator=indicator.code, before=before)
    return row


def _board(indicator: Indicator, row: BoardRow) -> Board:
    return Board(
        indicator,
        {
            (dimension, group): Cell(value, base, hidden, dt.date.fromisoformat(day))
            for dimension, group, value, base, hidden, day in row.cells
        },
    )


def _said(key: tuple[str, str], cell: Cell) -> list[Any]:
    day = cell.before.isoformat() if cell.before else ""
    return [*key, cell.value, cell.base, cell.is_hidden, day]


def _packed(counted: Sequence[Observation]) -> bytes:
    lines = [{**asdict(one), "month": one.month.isoformat()} for one in counted]
    return zlib.compress(json.dumps(lines).encode())


def _counted(row: BoardRow) -> list[Observation]:
    lines = json.loads(zlib.decompress(bytes(row.counted)))
    return [
        Observation(**{**line, "month": dt.date.fromisoformat(line["month"])}) for line in lines
    ]
