"""What the point-in-time rule is worth: strong features by what was known on a day, against what had happened by it.

    python -m benchmarks.event_time_leak FOLDER [--draws 400]

FOLDER is from ``shuxin city generate``. The same features are computed twice by the product's engine over the city's
files: once a row counts from its ``known_time`` (right), once from the day of its event, whenever it came (leaking: a
court case filed last week, a month's return before it was due). The label is the truth's: a default on a loan, and any
failure, in the twelve months from the day. A logistic regression on ranks is trained on earlier days, whose twelve
months are over before the first of the later days on which it is tested. Features and model were chosen before a figure
was seen. Standard errors: bootstrap by firm, the two ways on the same firms. The leak looks better than what the model
would do: a lender never has these rows on that day.
"""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from benchmarks import city_sources

if TYPE_CHECKING:
    from numpy.typing import NDArray

NAMES = (
    "tax_arrears_open", "vat_sales_yoy_3m", "si_arrears_months_12m", "power_arrears_months_12m", "court_sued_365d",
    "enforced_365d", "dishonest_now", "wage_arrears_listed",
)  # fmt: skip
STANDARDS = (
    "tax_arrear", "vat_return", "social_insurance", "power_month", "court_case", "enforcement_case",
    "dishonest_listing", "wage_arrears_listing",
)  # fmt: skip
TRAIN = [
    dt.date(2022, 1, 1),
    dt.date(2022, 4, 1),
    dt.date(2022, 7, 1),
    dt.date(2022, 10, 1),
    dt.date(2023, 1, 1),
]
TEST = [dt.date(2024, 1, 1), dt.date(2024, 7, 1), dt.date(2025, 1, 1)]
SEED = 9


def computed(folder: Path, *, by_event: bool) -> pa.Table:
    """Features of every firm on every day; by_event: a row counts from its event on."""
    import ibis

    from shuxin.catalogue.api import Meaning
    from shuxin.fusion.api import standard_named

    backend = city_sources.connect(memory="3GB", threads=2)
    city_sources._identities(backend, folder)  # noqa: SLF001 - this folder's own
    made = []
    for standard, parts in sorted(city_sources.standards(folder).items()):
        if standard not in STANDARDS:
            continue
        of = city_sources._source  # noqa: SLF001 - this folder's own
        tables = [of(backend, standard, file, agreed) for file, agreed in parts]
        rows: Any = tables[0] if len(tables) == 1 else ibis.union(*tables)
        if by_event:
            fields = [one.field for one in standard_named(standard).fields]
            event = next(one.name for one in fields if one.meaning is Meaning.EVENT_TIME)
            happened = rows[event].cast("timestamp") - ibis.interval(hours=8)
            rows = rows.mutate(_known_from=happened.cast("timestamp('UTC')"))
        backend.create_view(standard, rows)
        made.append(standard)
    asked = city_sources.spine(city_sources.firms(folder), [*TRAIN, *TEST])
    return city_sources.features(backend.con, asked, made, frozenset(NAMES))


def labelled(folder: Path, found: pa.Table) -> dict[str, NDArray[Any]]:
    """firm, day, x (n, k), defaults, fails, has_loan of every firm that trades on a day, in one order."""
    import duckdb

    told = duckdb.connect()
    told.register("found", found)
    truth = folder / "truth"
    told.register("who", pq.read_table(truth / "identity.parquet", columns=["firm", "uscc"]))
    told.register("labels", pq.read_table(truth / "labels.parquet"))
    columns = ", ".join(f"{name}::DOUBLE AS {name}" for name in NAMES)
    rows = told.sql(
        f"SELECT l.firm, l.as_of, l.has_loan, l.defaults, l.fails, {columns} FROM labels l"
        " JOIN who USING (firm) JOIN found ON found.entity = who.uscc AND found.as_of = l.as_of"
        " ORDER BY l.as_of, l.firm"
    ).to_arrow_table()
    x = np.column_stack([rows[name].to_numpy() for name in NAMES])
    kept = ("firm", "has_loan", "defaults", "fails")
    day = np.array(rows["as_of"].to_pylist())
    return {"x": x.astype(float), "day": day, **{name: rows[name].to_numpy() for name in kept}}


def ranked(x: NDArray[Any], of: NDArray[Any]) -> NDArray[Any]:
    """Ranks of each column among the rows trained on, and whether a value is there at all."""
    columns = []
    for column, base in zip(x.T, of.T, strict=True):
        known = np.sort(base[~np.isnan(base)])
        left, right = (np.searchsorted(known, column, side=side) for side in ("left", "right"))
        rank = (left + right) / max(2 * len(known), 1)
        gone = np.isnan(column)
        columns += [np.where(gone, 0.5, rank), gone.astype(float)]
    return np.column_stack(columns)


def logistic(x: NDArray[Any], y: NDArray[Any]) -> NDArray[Any]:
    """Weights with a constant first, by Newton's method with a little shrinkage."""
    z = np.column_stack([np.ones(len(x)), x])
    w = np.zeros(z.shape[1])
    shrink = np.eye(len(w))
    shrink[0, 0] = 0
    for _ in range(30):
        p = 1 / (1 + np.exp(-z @ w))
        gradient = z.T @ (y - p) - shrink @ w
        curve = (z * (p * (1 - p))[:, None]).T @ z + shrink
        w += np.linalg.solve(curve, gradient)
    return w


def auc(score: NDArray[Any], bad: NDArray[Any], weight: NDArray[Any]) -> float:
    """Area under the curve with weights; ties count half."""
    order = np.argsort(score, kind="stable")
    s, b, w = score[order], bad[order], weight[order]
    good = np.where(b, 0.0, w)
    starts = np.flatnonzero(np.r_[True, s[1:] != s[:-1]])
    before = np.cumsum(good) - good
    group = np.cumsum(np.r_[True, s[1:] != s[:-1]]) - 1
    same = np.add.reduceat(good, starts)[group]
    at_start = before[starts][group]
    wins = ((at_start + same / 2) * np.where(b, w, 0.0)).sum()
    return float(wins / max(good.sum() * np.where(b, w, 0.0).sum(), 1e-12))


def scores(data: dict[str, NDArray[Any]], label: str, chosen: NDArray[Any]) -> NDArray[Any]:
    """Of the tested rows, from a model of the trained ones."""
    trained = chosen & np.isin(data["day"], TRAIN)
    tested = chosen & np.isin(data["day"], TEST)
    base = data["x"][trained]
    w = logistic(ranked(base, base), data[label][trained].astype(float))
    x = ranked(data["x"][tested], base)
    return np.asarray(np.column_stack([np.ones(len(x)), x]) @ w)


def compare(right: dict[str, Any], leak: dict[str, Any], label: str, draws: int) -> None:
    chosen = right["has_loan"] if label == "defaults" else np.ones(len(right["day"]), bool)
    tested = chosen & np.isin(right["day"], TEST)
    bad, firm = right[label][tested], right["firm"][tested]
    one = np.ones(len(bad))
    rng = np.random.default_rng(SEED)
    ways = {"known_time": right, "event time only": leak}
    told = {way: {"all": scores(data, label, chosen)} for way, data in ways.items()}
    for way, data in ways.items():
        for place, name in enumerate(NAMES):
            column = data["x"][tested][:, place]
            base = data["x"][chosen & np.isin(data["day"], TRAIN)][:, place : place + 1]
            told[way][name] = ranked(column[:, None], base)[:, 0]
    print(f"\n{label}: {len(bad):,} firm-days tested, {int(bad.sum()):,} bad")
    print("| | by known_time | by event time only (leak) | difference |\n|---|---|---|---|")
    weights = [np.bincount(rng.integers(0, firm.max() + 1, firm.max() + 1), minlength=firm.max() + 1)[firm]
               for _ in range(draws)]  # fmt: skip
    for name in ("all", *NAMES):
        pair = [told[way][name] for way in ways]
        at = [auc(score, bad, one) for score in pair]
        turn = [-1 if value < 0.5 else 1 for value in at]
        at = [auc(score * sign, bad, one) for score, sign in zip(pair, turn, strict=True)]
        drawn = np.array(
            [[auc(s * sign, bad, w) for s, sign in zip(pair, turn, strict=True)] for w in weights]
        )
        se, gap = drawn.std(axis=0, ddof=1), (drawn[:, 1] - drawn[:, 0]).std(ddof=1)
        title = "logistic regression on all" if name == "all" else f"`{name}` alone"
        print(
            f"| {title} | {at[0]:.3f} ± {se[0]:.3f} | {at[1]:.3f} ± {se[1]:.3f} | {at[1] - at[0]:+.3f} ± {gap:.3f} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--draws", type=int, default=400)
    options = parser.parse_args()
    city_sources.begin()
    right, leak = (
        labelled(options.folder, computed(options.folder, by_event=way)) for way in (False, True)
    )
    if not (right["firm"] == leak["firm"]).all():
        raise SystemExit("the two ways tell of other firms")
    for label in ("defaults", "fails"):
        compare(right, leak, label, options.draws)


if __name__ == "__main__":
    main()
