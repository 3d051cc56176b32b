"""Who is taken off a list has two rows in it: the entry as it was first seen, and the same with its end, seen then."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.catalogues import FieldKind, RowsKind, SourceKind
from shuxin.city.records.coded.days import chosen
from shuxin.city.records.drawn import NO_DAY, Drawn
from shuxin.city.records.fill import end_days, fill
from shuxin.city.records.times import DAY_SECONDS, LAST_DAY, known_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shuxin.city.catalogues import Catalogue, Field
    from shuxin.city.records.fill import Sheet


def end_of(catalogue: Catalogue) -> Field | None:
    """The day on which a listing ends, where it may not yet have."""
    if catalogue.rows.kind is not RowsKind.LISTING:
        return None
    return next(
        (
            one
            for one in catalogue.fields
            if one.nullable
            and one.kind is FieldKind.DATE
            and one.source.kind is SourceKind.AFTER
            and one.source.high > 0
        ),
        None,
    )


def with_removals(sheet: Sheet, one: Field) -> tuple[Sheet, NDArray[np.int64]]:
    """All its fields filled, and behind the entries a row for each end that came after its entry was known.

    Gives the entry of each row, (r,), as well.
    """
    values = dict(fill(sheet))
    ends = end_days(sheet, one)
    known, late = known_of(
        sheet.catalogue, np.maximum(ends, 0), rng=sheet.rng("removals"), is_due=False
    )
    over = (ends != NO_DAY) & (ends > sheet.known // DAY_SECONDS) & ~late
    more = np.flatnonzero(over & (known < LAST_DAY * DAY_SECONDS))
    row = np.concatenate([np.arange(len(sheet)), more])
    made = {name: chosen(column, row) for name, column in values.items()}
    shown = np.asarray(made[one.name]).copy()
    shown[len(sheet) :] = ends[more]
    made[one.name] = shown
    drawn = sheet.drawn
    both = Drawn(firm=drawn.firm[row], day=drawn.day[row], month=drawn.month[row])
    return (
        replace(
            sheet,
            drawn=both,
            known=np.concatenate([sheet.known, known[more]]),
            unit=sheet.unit[row],
            months=sheet.months[row],
            made=made,
        ),
        row,
    )
