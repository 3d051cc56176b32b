"""How features of neighbours are computed: ties as sparse matrices over everybody who is named."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pyarrow as pa
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from shuxin.fusion.features.conditions import Lasts
from shuxin.fusion.features.definition import Measure
from shuxin.fusion.features.grains import KEY
from shuxin.fusion.features.graph import CAP, NEIGHBOUR_FEATURES, READ, YEAR
from shuxin.fusion.features.queries import query_of, reading_of, tables_of, written_steps
from shuxin.fusion.features.readings import CELLS, SPINE, STANDING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    import duckdb
    import ibis.expr.types as ir
    from numpy.typing import NDArray

    from shuxin.fusion.features.graph import NeighbourFeature

    Fens = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.float64]


def neighbours(
    engine: duckdb.DuckDBPyConnection, spine: pa.Table, *, standards: Collection[str]
) -> pa.Table:
    """One row for each row of ``spine`` (``entity``, each once, and ``as_of``, one day), in its order.

    engine: has for each of ``standards`` a table of that name **with the rows of everybody**, as
    ``sources.source_table`` gives it. Raises ValueError for several days.
    """
    days = spine["as_of"].unique()
    if len(days) != 1:
        raise ValueError("neighbours are told as of one day")
    here = [one for one in READ if one in standards]
    asked = _Asked(engine, spine, here)
    found = {**_control(asked), **_guarantees(asked), **_trade(asked)}
    columns = [_column(one, found.get(one.name), asked) for one in NEIGHBOUR_FEATURES]
    names = [one.name for one in NEIGHBOUR_FEATURES]
    return pa.table([spine["entity"], spine["as_of"], *columns], names=[*KEY, *names])


def _column(feature: NeighbourFeature, values: Numbers | Fens | None, asked: _Asked) -> pa.Array:
    kind = pa.float64() if feature.measure is Measure.RATIO else pa.int64()
    if values is None:
        return pa.array([feature.empty] * len(asked.places), kind)
    own = values[asked.places]
    missing = np.isnan(own) if own.dtype.kind == "f" else np.zeros(len(own), bool)
    whole = np.where(missing, 0, own)
    return pa.array(whole, mask=missing).cast(kind)


class _Asked:
    """Everybody who is named in a table, by number, and where the enterprises that are asked for stand among them."""

    def __init__(self, engine: duckdb.DuckDBPyConnection, spine: pa.Table, here: list[str]) -> None:
        self.engine, self.here = engine, frozenset(here)
        self.as_of = spine["as_of"][0].as_py()
        named = [self.engine.sql(f'SELECT DISTINCT entity FROM "{one}"') for one in here]  # noqa: S608 - our own names
        everybody = {code for table in named for (code,) in table.fetchall()}
        self.codes = sorted(everybody | set(spine["entity"].to_pylist()))
        self.number = {code: place for place, code in enumerate(self.codes)}
        self.places = np.array(
            [self.number[code] for code in spine["entity"].to_pylist()], np.int64
        )
        days = pa.array([self.as_of] * len(self.codes), pa.date32())
        self.engine.register(
            SPINE, pa.table({"entity": pa.array(self.codes, pa.string()), "as_of": days})
        )
        self.bad = (
            self.firms("dishonest_listing", "removed")
            | self.firms("enforcement_case", "closed")
            | self.firms("bankruptcy", "")
        )

    @property
    def count(self) -> int:
        return len(self.codes)

    def told(self, standard: str, ask: Callable[[ir.Table], ir.Table]) -> pa.Table | None:
        """What is asked of the facts as they stood before the day, of everybody; None without the standard."""
        if standard not in self.here:
            return None
        return self.engine.sql(_query(standard, ask)).to_arrow_table()

    def firms(self, standard: str, until: str) -> Flags:
        """(n,) whether a fact stands that had not ended before the day."""
        found = np.zeros(self.count, bool)
        facts = self.told(standard, _still(until))
        if facts is not None:
            found[[self.number[code] for code in facts["entity"].to_pylist()]] = True
        return found

    def edges(self, table: pa.Table, source: str, target: str, weight: str) -> sparse.csr_array:
        """(n, n) sums of a whole-number column; ends that nobody is called, and loops, are left out."""
        ends = [
            (self.number[one], self.number[other], value)
            for one, other, value in zip(
                table[source].to_pylist(),
                table[target].to_pylist(),
                table[weight].to_pylist(),
                strict=True,
            )
            if one != other and one in self.number and other in self.number
        ]
        places = np.array([end[:2] for end in ends], np.int64).reshape(-1, 2)
        values = np.array([end[2] for end in ends], np.int64)
        shape = (self.count, self.count)
        return sparse.coo_array((values, (places[:, 0], places[:, 1])), shape=shape).tocsr()


@cache
def _query(standard: str, ask: Callable[[ir.Table], ir.Table]) -> str:
    """Written once for a process: it is the same for all days. Of invoices the sums by month and party are asked."""
    reading = reading_of(standard)
    steps = written_steps(reading)
    made = tables_of(reading, steps)
    return query_of(steps, ask(made.get(CELLS, made[STANDING])))


@cache
def _still(until: str) -> Callable[[ir.Table], ir.Table]:
    def ask(facts: ir.Table) -> ir.Table:
        standing = facts.filter(Lasts(until)(facts)) if until else facts
        return standing.select("entity").distinct()

    return ask


def _is_edge(edges: sparse.csr_array) -> sparse.csr_array:
    """1 where there is an edge of a positive weight."""
    positive = edges > 0
    return sparse.csr_array(positive, dtype=np.int64)


def _ratio(top: Numbers | Fens, bottom: Numbers | Fens) -> Numbers:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(bottom > 0, top / bottom, np.nan)


def _two_away(ties: sparse.csr_array, marked: Flags) -> Fens:
    """Marked firms at two steps, and not at one or none."""
    steps = sparse.csr_array(ties @ ties)
    far = _is_edge(steps) - _is_edge(steps).multiply(ties)
    own = marked & (far.diagonal() > 0)
    counted: Fens = far @ marked.astype(np.int64) - own
    return counted


def _control(asked: _Asked) -> Mapping[str, Numbers | Fens]:
    shares = asked.told("shareholder", _shares)
    if shares is None:
        return {}
    firms, holders, fen = (shares[name].to_pylist() for name in ("entity", "holder", "fen"))
    whole: dict[str, int] = {}
    for firm, amount in zip(firms, fen, strict=True):
        whole[firm] = whole.get(firm, 0) + (amount or 0)
    controls: dict[str, list[int]] = {}
    for firm, one, amount in zip(firms, holders, fen, strict=True):
        if one is not None and 2 * (amount or 0) > whole[firm]:
            controls.setdefault(one, []).append(asked.number[firm])
    holds = asked.edges(shares, "holder", "entity", "fen")
    own, bad = _is_edge(holds), asked.bad.astype(np.int64)
    capital = np.array([whole.get(code, 0) for code in asked.codes], np.int64)
    ties = _is_edge(own + own.T)
    return {
        **_same_controller(asked, list(controls.values())),
        "held_firms": own.sum(axis=1),
        "held_bad": own @ bad,
        "holders_firms": own.sum(axis=0),
        "holders_bad_share": _ratio(holds.T @ bad, capital),
        "ties_bad_2hop": _two_away(ties, asked.bad),
    }


def _shares(facts: ir.Table) -> ir.Table:
    holder = ibis.coalesce(facts["holder_uscc"], facts["holder_id"])
    return facts.group_by("entity", holder=holder).aggregate(fen=facts["share"].sum().cast("int64"))


def _same_controller(asked: _Asked, groups: list[list[int]]) -> Mapping[str, Numbers | Fens]:
    alive, founded = _registered(asked)
    abnormal = asked.firms("abnormal_listing", "out_date")
    others, ended, odd, bad = (np.zeros(asked.count, np.int64) for _ in range(4))
    newest = np.full(asked.count, np.nan)
    for group in groups:
        members = np.unique(np.array(group))
        if not 1 < len(members) <= CAP + 1:
            continue
        for one in members:
            rest = members[members != one]
            others[one] = len(rest)
            ended[one] = (~alive[rest]).sum()
            odd[one], bad[one] = abnormal[rest].sum(), asked.bad[rest].sum()
            ages = founded[rest]
            newest[one] = np.nan if np.isnan(ages).all() else np.nanmin(ages)
    return {
        "ctrl_others": others,
        "ctrl_others_ended": ended,
        "ctrl_others_ended_share": _ratio(ended, others),
        "ctrl_others_abnormal": odd,
        "ctrl_others_bad": bad,
        "ctrl_others_bad_share": _ratio(bad, others),
        "ctrl_newest_age": newest,
    }


def _registered(asked: _Asked) -> tuple[Flags, Numbers]:
    """(n,) whether in business, and days since it was founded; of whom the register does not tell: in business."""
    alive, age = np.ones(asked.count, bool), np.full(asked.count, np.nan)
    told = asked.told("registration", _in_business)
    if told is None:
        return alive, age
    named = (told[name].to_pylist() for name in ("entity", "days", "standing"))
    for code, days, stands in zip(*named, strict=True):
        place = asked.number[code]
        alive[place] = stands
        age[place] = days if np.isnan(age[place]) else min(age[place], days)
    return alive, age


def _in_business(facts: ir.Table) -> ir.Table:
    standing = (facts["alive"] > 0) & (facts["ended"] == 0) & (facts["cancelled"] == 0)
    return facts.select("entity", "days", standing=standing)


def _guarantees(asked: _Asked) -> Mapping[str, Numbers | Fens]:
    table = asked.told("reported_guarantee", _open_ones)
    if table is None:
        return {}
    given = asked.edges(table, "entity", "debtor_uscc", "sum")
    edge, bad = _is_edge(given), asked.bad.astype(np.int64)
    ties = _is_edge(edge + edge.T)
    _, circle = connected_components(edge, directed=True, connection="strong")
    _, tied = connected_components(ties, directed=False)
    in_circle = np.bincount(circle)[circle] > 1
    size = np.bincount(tied)[tied]
    among = np.bincount(tied, weights=bad)[tied].astype(np.int64) - bad
    out, into = given.sum(axis=1), given.sum(axis=0)
    return {
        "gua_given_firms": edge.sum(axis=1),
        "gua_given_amt": out,
        "gua_received_firms": edge.sum(axis=0),
        "gua_received_amt": into,
        "gua_net_amt": out - into,
        "gua_in_circle": in_circle.astype(np.int64),
        "gua_circle_size": np.where(size > 1, np.minimum(size, CAP), 0),
        "gua_circle_bad": among,
        "gua_given_bad_amt": given @ bad,
        "gua_bad_2hop": _two_away(ties, asked.bad),
    }


def _open_ones(facts: ir.Table) -> ir.Table:
    open_ones = facts.filter(Lasts("to")(facts), facts["debtor_uscc"].notnull())
    return open_ones.select("entity", "debtor_uscc", "sum")


def _trade(asked: _Asked) -> Mapping[str, Numbers | Fens]:
    sales = asked.told("invoice_out", _sales)
    if sales is None:
        return {}
    sold = asked.edges(sales, "entity", "party", "net")
    edge, bad = _is_edge(sold), asked.bad.astype(np.int64)
    total = sold.sum(axis=1)
    both = edge.multiply(edge.T)
    return {
        "buyers_bad_12m": edge @ bad,
        "sales_to_bad_12m": _ratio(sold @ bad, total),
        "suppliers_bad_12m": edge.T @ bad,
        "two_way_12m": both.sum(axis=1),
        "two_way_share_12m": _ratio(sold.multiply(both).sum(axis=1), total),
        "trade_circles_12m": (edge @ edge).multiply(edge.T).sum(axis=1),
    }


def _sales(cells: ir.Table) -> ir.Table:
    year = cells.filter(YEAR.holds(cells["k"]), cells["party"].notnull())
    net = year.group_by("entity", "party").aggregate(net=year["net"].sum().cast("int64"))
    return net.filter(net["net"] > 0)
