"""What was known when: every version of every row of a dataset, over all its loads.

A file that is sent again replaces its earlier content only from the moment at which it arrived. So a
row that appears or changes in a later load is known no earlier than that load, whatever date it bears,
and a row that disappears was known until then.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING

import ibis

from shuxin.catalogue.api import contract, load_history
from shuxin.fusion.known import KNOWN_FROM
from shuxin.fusion.tables import PROVENANCE, aligned_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

    from shuxin.catalogue.api import LoadView
    from shuxin.infra.api import Settings

BACKFILL = dt.timedelta(hours=24)
"""After a dataset's first load: history that arrives within it is believed as it states itself."""

_UTC = "timestamp('UTC')"


def dataset_history(connection: Backend, *, dataset: str, settings: Settings) -> ir.Table | None:
    """Columns of ``dataset_table`` without ``_known_time``, with ``_known_from`` and ``_known_to``.

    A version is known in ``[_known_from, _known_to)``; ``_known_to`` is null while nothing replaced it.
    None when nothing is loaded.
    """
    agreed = contract(dataset=dataset)
    history = load_history(dataset=dataset)
    if not history:
        return None
    established = history[0].known_time + BACKFILL
    files: defaultdict[str, list[LoadView]] = defaultdict(list)
    for load in history:
        loads = files[load.source_file]
        if loads and load.known_time <= established:
            loads.pop()  # replaced while the history was still being brought in
        loads.append(load)
    parts = []
    for loads in files.values():
        rows = [aligned_rows(connection, load, agreed=agreed, settings=settings) for load in loads]
        parts.append(_versions(rows, loads, established=established))
    return parts[0] if len(parts) == 1 else ibis.union(*parts)


def _versions(
    parts: Sequence[ir.Table], loads: Sequence[LoadView], *, established: dt.datetime
) -> ir.Table:
    """Versions of one file's rows: alike rows of loads that follow each other are one version."""
    first = _from_first(parts[0], loads[0], established=established)
    if len(parts) == 1:
        return first.mutate(_known_to=ibis.null(_UTC)).drop("_known_time")
    numbered = ibis.union(
        *(
            (first if number == 0 else _not_before(part, load)).mutate(
                _number=ibis.literal(number, "int32"), _loaded=_moment(load.known_time)
            )
            for number, (part, load) in enumerate(zip(parts, loads, strict=True))
        )
    )
    content = [name for name in numbered.columns if name not in {*PROVENANCE, "_number", "_loaded",
                                                                KNOWN_FROM}]  # fmt: skip
    copies = numbered.mutate(
        _copy=ibis.row_number().over(group_by=["_number", "_file", *content], order_by="_line")
    )
    same = ["_file", "_copy", *content]
    before = copies["_number"].lag().over(group_by=same, order_by="_number")
    starts = copies.mutate(
        _starts=(before.isnull() | (before < copies["_number"] - 1)).cast("int32")
    )
    so_far = starts["_starts"].sum().over(group_by=same, order_by="_number", rows=(None, 0))
    runs = starts.mutate(_run=so_far)
    ends = runs.group_by([*same, "_run"]).aggregate(
        _line=runs["_line"].argmin(runs["_number"]),
        _known_from=runs[KNOWN_FROM].argmin(runs["_number"]),
        _last=runs["_number"].max(),
    )
    later = _arrivals(loads)
    joined = ends.left_join(later, ends["_last"] == later["_before"])
    return joined.select(
        *(ends[name] for name in content), ends["_line"], ends["_file"], ends[KNOWN_FROM],
        _known_to=later["_arrived"],
    )  # fmt: skip


def _from_first(rows: ir.Table, load: LoadView, *, established: dt.datetime) -> ir.Table:
    if load.known_time > established:
        return _not_before(rows, load)
    return rows.mutate(_known_from=rows["_known_time"])


def _not_before(rows: ir.Table, load: LoadView) -> ir.Table:
    """Nothing is known before it arrived."""
    return rows.mutate(_known_from=ibis.greatest(rows["_known_time"], _moment(load.known_time)))


def _arrivals(loads: Sequence[LoadView]) -> ir.Table:
    """For each load but the last, when the next one arrived."""
    return ibis.memtable(
        {
            "_before": list(range(len(loads) - 1)),
            "_arrived": [load.known_time.astimezone(dt.UTC) for load in loads[1:]],
        },
        schema={"_before": "int32", "_arrived": _UTC},
    )


def _moment(moment: dt.datetime) -> ir.Value:
    return ibis.literal(moment.astimezone(dt.UTC)).cast(_UTC)
