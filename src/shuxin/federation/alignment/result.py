"""What a data party keeps of an alignment, and how a later job reads it (对齐结果)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from shuxin.federation.alignment.codes import pack
from shuxin.federation.alignment.forms import little, parameters
from shuxin.federation.alignment.refusal import ResultDamaged
from shuxin.federation.domain.parameters import Engine, Learn
from shuxin.kernel.canonical import canonical_json
from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.statements import parse_json
from shuxin.kernel.uscc import LENGTH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from shuxin.federation.alignment.codes import Places
    from shuxin.federation.engine.channel import Work

ROWS, ALIGNED, ORDER, SUMMARY = "rows", "aligned", "order", "summary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aligned:
    """An alignment as one data party keeps it. Row ``i`` of a party is the ``i``-th of ``codes``.

    party, label, holders: ids, holders in the job's order.
    sizes: rows entered, of those parties whose number this one knows.
    count: common subjects; None where this party does not learn it.
    digest: hexadecimal, equal at all parties that learn the rows; empty otherwise.
    codes: 18 symbols each; empty when only the count was asked for.
    own: (count,) own row of each common subject, in the common order; None when this party does not learn it.
    places: the label party's in a holder-blind alignment: for each holder, where each common subject stands in
        the holder's ``order``.
    order: a holder's in a holder-blind alignment: own row at each place of the list that it showed.
    """

    party: str
    label: str
    holders: tuple[str, ...]
    engine: Engine
    learn: Learn
    sizes: Mapping[str, int]
    count: int | None
    digest: str
    codes: bytes
    own: Places | None
    places: Mapping[str, Places]
    order: Places | None


def keep(
    work: Work,
    *,
    codes: bytes,
    sizes: Mapping[str, int],
    count: int | None = None,
    digest: str = "",
    columns: Sequence[Places] | None = None,
    order: Places | None = None,
) -> None:
    """``columns``: own rows, then the places at each holder where the alignment is holder-blind."""
    asked = parameters(work.job)
    if asked.learn is not Learn.COUNT:
        work.keep(ROWS, codes)
    if columns is not None:
        work.keep(ALIGNED, b"".join(little(one) for one in columns))
    if order is not None:
        work.keep(ORDER, little(order))
    summary = {
        "party": work.party,
        "label": work.job.label,
        "holders": list(work.job.holders),
        "engine": str(asked.engine),
        "learn": str(asked.learn),
        "sizes": dict(sizes),
        "count": count,
        "digest": digest,
    }
    work.keep(SUMMARY, canonical_json(summary))


def read_aligned(folder: Path) -> Aligned:
    """A kept alignment, checked as a whole. Raises ResultDamaged."""
    try:
        return _checked(folder, parse_json((folder / SUMMARY).read_bytes()))
    except (OSError, KeyError, TypeError, ValueError, AttributeError, ShuxinError) as error:
        raise ResultDamaged(name=str(folder.name)[:80]) from error


def _checked(folder: Path, said: Mapping[str, Any]) -> Aligned:
    party, label, holders = said["party"], said["label"], tuple(said["holders"])
    engine, learn = Engine(said["engine"]), Learn(said["learn"])
    sizes, count = dict(said["sizes"]), said["count"]
    _require(party in {label, *holders})
    codes = b"" if learn is Learn.COUNT else (folder / ROWS).read_bytes()
    rows = len(pack(codes))
    _require(learn is Learn.COUNT or sizes[party] == rows)
    knows = learn is Learn.BOTH or (learn is Learn.ONE and party == label)
    blind = learn is Learn.ONE
    lists = [rows, *(sizes[one] for one in holders if blind and knows)]
    columns = _columns(folder, lists, count) if knows else []
    order = None
    if blind and not knows:
        (order,) = _columns(folder, [rows], rows, name=ORDER)
    return Aligned(
        party=party, label=label, holders=holders, engine=engine, learn=learn,
        sizes=sizes, count=count, digest=str(said["digest"]), codes=codes,
        own=columns[0] if knows else None,
        places=dict(zip(holders, columns[1:], strict=True)) if knows and blind else {},
        order=order,
    )  # fmt: skip


def _columns(folder: Path, below: list[int], count: int, *, name: str = ALIGNED) -> list[Places]:
    table = np.frombuffer((folder / name).read_bytes(), "<u4").reshape(len(below), count)
    for column, most in zip(table, below, strict=True):
        _require(len(np.unique(column)) == count and (not count or int(column.max()) < most))
    return list(table)


def _require(holds: bool) -> None:  # noqa: FBT001 - one use, as an assertion
    if not holds:
        raise ValueError


def aligned_codes(aligned: Aligned) -> bytes:
    """Codes of the common subjects in the common order. Raises ValueError where this party does not know them."""
    if aligned.own is None:
        raise ValueError("this party does not learn the rows")
    text = np.frombuffer(aligned.codes, np.uint8).reshape(-1, LENGTH)
    return text[aligned.own].tobytes()
