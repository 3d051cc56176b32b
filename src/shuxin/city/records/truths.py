"""The truth of a city beside its records: the World's tables, who is who, who is absent where, and what came of firms.

Only an evaluation may read it: ``truth/``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from shuxin.city.catalogues import DEPARTMENTS
from shuxin.city.records.accounts import HOLDERS, accounts
from shuxin.city.records.choice import absent
from shuxin.city.records.coded import recipes
from shuxin.city.world.scale import MONTHS, WINDOW_MONTHS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

    from shuxin.city.catalogues import Catalogue
    from shuxin.city.records.register import Register
    from shuxin.city.world.world import World

HORIZON_MONTHS = 12
_AS_OF_EVERY = 3


def truth_readers(
    register: Register, catalogues: tuple[Catalogue, ...]
) -> Mapping[str, Callable[[], pa.RecordBatchReader]]:
    """Tables by name; each is made when it is called for."""
    world = register.world
    own = {
        "identity": lambda: _identity(register).to_reader(),
        "absent": lambda: _absent(world, catalogues).to_reader(),
        "labels": lambda: _labels(world),
    }
    names = (
        "firms", "edges", "events", "defaults", "loans", "guarantees", "stakes", "persons", "ring_flows", "months",
    )  # fmt: skip
    return {**{name: _later(world, name) for name in names}, **own}


def _later(world: World, name: str) -> Callable[[], pa.RecordBatchReader]:
    return lambda: world.truth_tables()[name]


def _identity(register: Register) -> pa.Table:
    """Of each firm: number, code, name, former name and the day it was given up, address, telephone, accounts."""
    firm = np.arange(register.count, dtype=np.int32)
    changed = register.renamed < np.iinfo(np.int32).max
    columns = {
        "firm": firm,
        "uscc": register.uscc.slice(0, register.count),
        "name": register.name.slice(0, register.count),
        "former_name": register.former.take(pa.array(firm, mask=~changed)),
        "renamed": pa.array(register.renamed, mask=~changed).cast(pa.date32()),
        "address": register.address,
        "phone": register.phone,
    }
    seed = register.world.seed
    columns |= {
        f"account_{holder.lower()}": accounts(holder, firm, seed=seed) for holder in HOLDERS
    }
    return pa.table(columns)


def _absent(world: World, catalogues: tuple[Catalogue, ...]) -> pa.Table:
    """Firms that a department has nothing of in the catalogues without a recipe."""
    coded = recipes()
    generic = {one.department for one in catalogues if one.slug not in coded}
    codes = [code for code in DEPARTMENTS if code in generic]
    rows = [np.flatnonzero(absent(world, code)) for code in codes]
    which = np.repeat(np.arange(len(codes), dtype=np.int16), [len(row) for row in rows])
    return pa.table(
        {
            "department": pa.DictionaryArray.from_arrays(
                pa.array(which), pa.array(codes, pa.string())
            ),
            "firm": np.concatenate([*rows, np.zeros(0, np.int64)]).astype(np.int32),
        }
    )


_LABELS = pa.schema(
    [
        ("as_of", pa.date32()),
        ("firm", pa.int32()),
        ("has_loan", pa.bool_()),
        ("defaults", pa.bool_()),
        ("fails", pa.bool_()),
    ]
)


def _labels(world: World) -> pa.RecordBatchReader:
    """For each quarter's first day and firm that then trades and has not failed: a loan, a default on one or any
    failure in the twelve months from it.
    """

    def batches() -> Iterator[pa.RecordBatch]:
        for month in range(0, WINDOW_MONTHS - HORIZON_MONTHS + 1, _AS_OF_EVERY):
            yield _labels_at(world, month)

    return pa.RecordBatchReader.from_batches(_LABELS, batches())


def _labels_at(world: World, month: int) -> pa.RecordBatch:
    failed = world.outcome.failed
    sound = world.active(month) & ((failed < 0) | (failed >= month))
    firm: NDArray[np.int64] = np.flatnonzero(sound)
    fails = (failed[firm] >= month) & (failed[firm] < month + HORIZON_MONTHS)
    owed = world.money.debt[firm, max(month - 1, 0)] > 0
    columns = [
        pa.array([MONTHS[month]] * len(firm), pa.date32()),
        pa.array(firm.astype(np.int32)),
        pa.array(owed),
        pa.array(fails & world.outcome.by_loan[firm]),
        pa.array(fails),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=_LABELS)
