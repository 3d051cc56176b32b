"""How features of neighbours are computed: what is known of everybody, counted along the ties between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from shuxin.fusion.features.definition import Measure
from shuxin.fusion.features.grains import KEY
from shuxin.fusion.features.graph import CAP, DECAY, NEIGHBOUR_FEATURES, READ
from shuxin.fusion.features.neighbours_trade import trade
from shuxin.fusion.features.tied import (
    Everybody,
    both_ways,
    edges_of,
    exposed,
    lowest,
    ratio,
    shares_of,
    two_away,
    where_any,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import duckdb
    from numpy.typing import NDArray

    from shuxin.fusion.features.graph import NeighbourFeature

    Fens = NDArray[np.int64]
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
    everybody = Everybody(engine, spine, [one for one in READ if one in standards])
    found: dict[str, Numbers | Fens] = {}
    for told in (_control, _together, _guarantees, trade, _all_ties):
        found |= told(everybody)
    columns = [_column(one, found.get(one.name), everybody.places) for one in NEIGHBOUR_FEATURES]
    names = [one.name for one in NEIGHBOUR_FEATURES]
    return pa.table([spine["entity"], spine["as_of"], *columns], names=[*KEY, *names])


def _column(feature: NeighbourFeature, values: Numbers | Fens | None, places: Fens) -> pa.Array:
    kind = pa.float64() if feature.measure is Measure.RATIO else pa.int64()
    if values is None:
        return pa.array([feature.empty] * len(places), kind)
    own = values[places]
    missing = np.isnan(own) if own.dtype.kind == "f" else np.zeros(len(own), bool)
    whole = np.where(missing, 0, own)
    return pa.array(whole, mask=missing).cast(kind)


def _control(everybody: Everybody) -> Mapping[str, Numbers | Fens]:
    held, controlled = everybody.held, everybody.controlled
    if held is None or controlled is None:
        return {}
    own, bad, marks = edges_of(held), everybody.bad, everybody.bad.astype(np.int64)
    invested = held.sum(axis=1)
    into, by = shares_of(held, invested), shares_of(held.T.tocsr(), everybody.capital)
    return {
        **_others("ctrl", everybody, controlled),
        "ctrl_newest_age": lowest(controlled, everybody.age),
        "held_firms": own.sum(axis=1),
        "held_bad": own @ marks,
        "held_bad_share": ratio(held @ marks, invested),
        "held_bad_2hop": where_any(invested, exposed(into, bad)),
        "holders_firms": own.sum(axis=0),
        "holders_bad_share": ratio(held.T @ marks, everybody.capital),
        "holders_bad_2hop": where_any(everybody.capital, exposed(by, bad)),
        "ties_bad_2hop": two_away(both_ways(own), bad),
    }


def _together(everybody: Everybody) -> Mapping[str, Numbers | Fens]:
    found: dict[str, Numbers | Fens] = {}
    if everybody.addressed is not None:
        addressed, crowded = everybody.addressed
        found |= _others("addr", everybody, addressed)
        found["addr_crowded"] = crowded.astype(np.int64)
    if everybody.headed is not None:
        found |= _others("head", everybody, everybody.headed)
    return found


def _others(
    name: str, everybody: Everybody, ties: sparse.csr_array
) -> Mapping[str, Numbers | Fens]:
    """How many each is tied to, and what became of them."""
    others = ties.sum(axis=1)
    ended, bad = (ties @ which.astype(np.int64) for which in (everybody.ended, everybody.bad))
    return {
        f"{name}_others": others,
        f"{name}_others_ended": ended,
        f"{name}_others_ended_share": ratio(ended, others),
        f"{name}_others_abnormal": ties @ everybody.abnormal.astype(np.int64),
        f"{name}_others_bad": bad,
        f"{name}_others_bad_share": ratio(bad, others),
    }


def _guarantees(everybody: Everybody) -> Mapping[str, Numbers | Fens]:
    given = everybody.guaranteed
    if given is None:
        return {}
    edge, bad, marks = edges_of(given), everybody.bad, everybody.bad.astype(np.int64)
    ties = both_ways(edge)
    _, circle = connected_components(edge, directed=True, connection="strong")
    _, tied = connected_components(ties, directed=False)
    size = np.bincount(tied)[tied]
    among = np.bincount(tied, weights=marks)[tied].astype(np.int64) - marks
    out, into = given.sum(axis=1), given.sum(axis=0)
    given_to, received = shares_of(given, out), shares_of(given.T.tocsr(), into)
    return {
        "gua_given_firms": edge.sum(axis=1),
        "gua_given_amt": out,
        "gua_received_firms": edge.sum(axis=0),
        "gua_received_amt": into,
        "gua_net_amt": out - into,
        "gua_in_circle": (np.bincount(circle)[circle] > 1).astype(np.int64),
        "gua_circle_size": np.where(size > 1, np.minimum(size, CAP), 0),
        "gua_circle_bad": among,
        "gua_given_bad_amt": given @ marks,
        "gua_given_bad_share": ratio(given @ marks, out),
        "gua_given_bad_2hop": where_any(out, exposed(given_to, bad)),
        "gua_received_bad_share": ratio(given.T @ marks, into),
        "gua_received_bad_2hop": where_any(into, exposed(received, bad)),
        "gua_bad_2hop": two_away(ties, bad),
    }


def _all_ties(everybody: Everybody) -> Mapping[str, Numbers | Fens]:
    """What is known bad, spread over two steps along all ties; what an enterprise spreads comes not back to itself."""
    kinds = [shares_of(ties, ties.sum(axis=1)) for ties in _kinds(everybody)]
    if not kinds:
        return {}
    told = np.array([np.diff(shares.indptr) > 0 for shares in kinds]).sum(axis=0)
    together = kinds[0]
    for shares in kinds[1:]:
        together = sparse.csr_array(together + shares)
    steps, marks = shares_of(together, told), everybody.bad.astype(np.float64)
    return {
        "ties_bad_spread": where_any(told, DECAY * (steps @ marks) + DECAY**2 * exposed(steps, everybody.bad)),
    }  # fmt: skip


def _kinds(everybody: Everybody) -> list[sparse.csr_array]:
    """Ties both ways: of control each alike, of guarantees and trade by their amounts."""
    found = []
    if everybody.held is not None and everybody.controlled is not None:
        found.append(sparse.csr_array(edges_of(both_ways(everybody.held) + everybody.controlled)))
    amounts = (everybody.guaranteed, everybody.sold)
    return found + [sparse.csr_array(one + one.T) for one in amounts if one is not None]
