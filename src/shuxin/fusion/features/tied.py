"""Who is tied to whom: ties as sparse matrices over everybody who is named, and what is counted along them.

No step goes over enterprises or pairs one by one: 200,000 enterprises have 1.6 million pairs that trade in a year.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

from shuxin.fusion.features.graph import CAP
from shuxin.fusion.features.neighbour_facts import ASKS, BAD, ask_query
from shuxin.fusion.features.readings import SPINE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    import duckdb
    from numpy.typing import NDArray

    Fens = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.float64]

_MOST_AT_ONCE = 20_000_000
"""Pairs of two steps that are held at once, 16 bytes each."""


class Everybody:
    """Everybody who is named in a table, by number, and where the enterprises that are asked for stand among them.

    (n, n) matrices have a row for whom a tie is told of: who holds, guarantees or sells. None: no such data.
    """

    def __init__(
        self, engine: duckdb.DuckDBPyConnection, spine: pa.Table, here: Collection[str]
    ) -> None:
        self.engine, self.here = engine, frozenset(here)
        own = spine["entity"].combine_chunks().cast(pa.string())
        parts = [
            engine.sql(f'SELECT DISTINCT entity FROM "{one}"').to_arrow_table()["entity"]  # noqa: S608 - our own names
            for one in sorted(here)
        ]
        chunks = [chunk.cast(pa.string()) for part in parts for chunk in part.chunks]
        named = pc.drop_null(pa.chunked_array([*chunks, own], pa.string()).unique())
        self.codes = named.take(pc.sort_indices(named))
        self.places = self.numbers(own)
        days = pa.array([spine["as_of"][0].as_py()] * self.count, pa.date32())
        engine.register(SPINE, pa.table({"entity": self.codes, "as_of": days}))

    @property
    def count(self) -> int:
        return len(self.codes)

    def numbers(self, codes: pa.Array | pa.ChunkedArray) -> Fens:
        """(k,) where codes stand among everybody, -1 for one that nobody is called."""
        found = pc.fill_null(pc.index_in(codes.cast(pa.string()), value_set=self.codes), -1)
        return np.asarray(found, np.int64)

    def told(self, ask: str) -> pa.Table | None:
        """An answer about everybody; None without the standard that it asks of."""
        if ASKS[ask].standard not in self.here:
            return None
        return self.engine.sql(ask_query(ask)).to_arrow_table()

    def flagged(self, ask: str) -> Flags:
        """(n,) of whom an answer tells."""
        found, facts = np.zeros(self.count, bool), self.told(ask)
        if facts is not None:
            found[self.numbers(facts["entity"])] = True
        return found

    @cached_property
    def bad(self) -> Flags:
        found = np.zeros(self.count, bool)
        for ask in BAD:
            found |= self.flagged(ask)
        return found

    @cached_property
    def abnormal(self) -> Flags:
        return self.flagged("abnormal")

    @cached_property
    def ended(self) -> Flags:
        """(n,) who is no longer in business; whom the register does not tell of counts as in business."""
        found, told = np.zeros(self.count, bool), self.told("in_business")
        if told is not None:
            found[self.numbers(told["entity"])] = ~np.asarray(told["stands"])
        return found

    @cached_property
    def age(self) -> Numbers:
        """(n,) days since it was founded; NaN where the register does not tell."""
        found, told = np.full(self.count, np.nan), self.told("founded")
        if told is not None:
            found[self.numbers(told["entity"])] = np.asarray(told["days"])
        return found

    @cached_property
    def _holders(self) -> pa.Table | None:
        return self.told("holders")

    @cached_property
    def capital(self) -> Fens:
        """(n,) what all holders of each subscribed, in fen."""
        whole = np.zeros(self.count, np.int64)
        if self._holders is not None:
            np.add.at(whole, self.numbers(self._holders["entity"]), _fen(self._holders))
        return whole

    @cached_property
    def held(self) -> sparse.csr_array | None:
        """Fen that an enterprise holds in another."""
        return None if self._holders is None else self._edges(self._holders, "tied", "entity")

    @cached_property
    def controlled(self) -> sparse.csr_array | None:
        """1 for others of whom the same holder, firm or person, has more than half."""
        holders = self._holders
        if holders is None:
            return None
        most = 2 * _fen(holders) > self.capital[self.numbers(holders["entity"])]
        return self._together(holders.filter(pa.array(most)))[0]

    @cached_property
    def addressed(self) -> tuple[sparse.csr_array, Flags] | None:
        """1 for others at the same address, and (n,) who is at one of more than the cap."""
        told = self.told("addresses")
        return None if told is None else self._together(told)

    @cached_property
    def headed(self) -> sparse.csr_array | None:
        """1 for others for whom the same person stands, as legal representative or as operator."""
        told = [one for one in map(self.told, ("heads", "operators")) if one is not None]
        return self._together(pa.concat_tables(told))[0] if told else None

    @cached_property
    def guaranteed(self) -> sparse.csr_array | None:
        """Fen that an enterprise guarantees for another."""
        told = self.told("guarantees")
        return None if told is None else self._edges(told, "entity", "tied")

    @cached_property
    def sold(self) -> sparse.csr_array | None:
        """Fen that an enterprise sold to another in twelve months, where above zero."""
        told = self.told("sales")
        return None if told is None else self._edges(told, "entity", "tied")

    def _edges(self, table: pa.Table, source: str, target: str) -> sparse.csr_array:
        """(n, n) sums of fen; ends that nobody is called, and loops, are left out."""
        one, other = self.numbers(table[source]), self.numbers(table[target])
        kept = (one >= 0) & (other >= 0) & (one != other)
        shape = (self.count, self.count)
        ends = (one[kept], other[kept])
        return sparse.coo_array((_fen(table)[kept], ends), shape=shape).tocsr()

    def _together(self, table: pa.Table) -> tuple[sparse.csr_array, Flags]:
        """1 for two that share what they are tied to, and (n,) who shares something with more than the cap."""
        told = table.filter(pc.is_valid(table["tied"]))
        group = told["tied"].combine_chunks().dictionary_encode()
        place, shape = self.numbers(told["entity"]), (self.count, len(group.dictionary))
        marks = np.ones(len(place), np.int64)
        shares = sparse.coo_array((marks, (place, np.asarray(group.indices))), shape=shape).tocsr()
        shares.data[:] = 1
        size = shares.sum(axis=0)
        crowded = shares @ (size > CAP + 1).astype(np.int64) > 0
        close = shares[:, (size > 1) & (size <= CAP + 1)]
        pairs = sparse.csr_array(close @ close.T)
        pairs.setdiag(0)
        return edges_of(pairs), crowded


def _fen(table: pa.Table) -> Fens:
    return np.asarray(pc.fill_null(table["fen"], 0), np.int64)


def edges_of(weights: sparse.csr_array) -> sparse.csr_array:
    """1 where there is an edge of a positive weight."""
    return sparse.csr_array(weights > 0, dtype=np.int64)


def both_ways(edges: sparse.csr_array) -> sparse.csr_array:
    return edges_of(edges + edges.T)


def ratio(top: Numbers | Fens, bottom: Numbers | Fens) -> Numbers:
    """NaN where the bottom is zero."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(bottom > 0, top / bottom, np.nan)


def where_any(whole: Numbers | Fens, values: Numbers) -> Numbers:
    """NaN where there is nothing to have a share of."""
    return np.where(whole > 0, values, np.nan)


def shares_of(weights: sparse.csr_array, whole: Numbers | Fens) -> sparse.csr_array:
    """Each row over the row's whole; a row without one stays empty."""
    parts = np.zeros(len(whole))
    np.divide(1.0, whole, out=parts, where=whole > 0)
    return sparse.csr_array(sparse.diags_array(parts) @ weights.astype(np.float64))


def two_away(ties: sparse.csr_array, marked: Flags) -> Fens:
    """Marked enterprises at two steps, and not at one or none."""
    places = np.flatnonzero(marked)
    near = sparse.csr_array(ties[:, places])
    steps = edges_of(sparse.csr_array(ties @ near))
    far = sparse.csr_array(steps - steps.multiply(near))
    counted: Fens = far.sum(axis=1)
    counted[places] -= far[places, np.arange(len(places))]
    return counted


def way_back(steps: sparse.csr_array) -> Numbers:
    """(n,) what of two steps ends where it began."""
    found: Numbers = steps.multiply(steps.T).sum(axis=1)
    return found


def exposed(shares: sparse.csr_array, bad: Flags) -> Numbers:
    """(n,) sum over j and k of w_ij w_jk bad_k, without the way back to oneself."""
    marks = bad.astype(np.float64)
    found: Numbers = shares @ (shares @ marks) - way_back(shares) * marks
    return np.maximum(found, 0.0)


def lowest(ties: sparse.csr_array, values: Numbers) -> Numbers:
    """(n,) the lowest value among those that each is tied to; NaN without any that is told."""
    found = np.full(ties.shape[0], np.nan)
    some = np.flatnonzero(np.diff(ties.indptr))
    if len(some):
        told = np.where(np.isnan(values), np.inf, values)[ties.indices]
        least = np.minimum.reduceat(told, ties.indptr[some])
        found[some] = np.where(np.isinf(least), np.nan, least)
    return found


def in_parts(steps: sparse.csr_array, *ways: sparse.csr_array) -> Iterator[slice]:
    """Rows of so many pairs of two steps, in each of the ways and back, that they can be held at once.

    Never more than ``_MOST_AT_ONCE`` but for a single row, which has n at most.
    """
    pairs = np.zeros(steps.shape[0], np.int64)
    for way in (steps, *ways):
        pairs += edges_of(way) @ np.diff(way.indptr).astype(np.int64)
    ends = np.cumsum(pairs)
    first = 0
    while first < len(pairs):
        before = ends[first - 1] if first else 0
        last = int(np.searchsorted(ends, before + _MOST_AT_ONCE, side="right"))
        yield slice(first, max(last, first + 1))
        first = max(last, first + 1)
