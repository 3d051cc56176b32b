"""What the records of each party are worth in a generated city: AUC by party and together, against DOMAIN 9.6.

    python benchmarks/city_ladder.py FOLDER [FOLDER ...] [--lightgbm-python INTERPRETER] [--json FILE]

Firms: borrowers with nothing past due on the day (what a lender asks before any score, DOMAIN 4.5). Outcome: a
default on a loan within the twelve months from it. Learnt on 2023-07-01, 2023-10-01 and 2024-01-01, tried on
2025-01-01, so that no outcome of the first lies after the last; firms may come again, so a second trial ("apart")
learns from one half of the firms and tries the other. Features (``city_ladder_features``) come from the catalogues'
files alone. Two models, chosen before any figure was seen: a logistic regression with a ridge of 10 over standardised
columns, what is missing marked and put at the mean; LightGBM, 150 rounds of .03 with 15 leaves of at least 100 rows,
half of the columns each. A rung is the better of both. Standard errors after DeLong. The ceilings are such models of
the truth: the latents of DOMAIN 9.6, and these with what is in the tills and owed. Several folders are put together.
Ends with 1 when a rung is off by more than .02 and two standard errors.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from city_ladder_features import PARTIES, At, Records
from comparators import Comparator

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Column = np.ndarray

LEARNT, TRIED = (30, 33, 36), 48
WANTED: Mapping[str, float] = {
    "bank": 0.672,
    "tax": 0.665,
    "social": 0.623,
    "judicial": 0.625,
    "power": 0.611,
    "registry": 0.591,
    "bank+tax": 0.707,
    "bank+tax+social": 0.718,
    "bank+tax+social+judicial+power+registry": 0.733,
}
WITHIN = 0.02
RIDGE = 10.0
ROUNDS = 150
TREES = {
    "objective": "binary",
    "learning_rate": 0.03,
    "num_leaves": 15,
    "min_data_in_leaf": 100,
    "feature_fraction": 0.5,
    "lambda_l2": 10.0,
    "seed": 1,
    "num_threads": 2,
    "deterministic": True,
    "verbose": -1,
}
FIRST_MONTH = 24_252  # 2021-01 in months since the year 0


@dataclass(frozen=True)
class Sample:
    """Rows (r,) of borrowers: folder, firm, month (as of its first day), outcome, and the columns of each party."""

    city: Column
    firm: Column
    month: Column
    bad: Column
    columns: Mapping[str, Column]

    def x(self, parties: str) -> Column:
        return np.column_stack([self.columns[name] for name in parties.split("+")])


def borrowers(records: Records) -> tuple[Column, Column, Column]:
    """Firm, month and outcome of borrowers with nothing past due at the end of the month before."""
    truth = records.folder / "truth"
    found = records.con.execute(
        """WITH l AS (SELECT *, datediff('month', DATE '2021-01-01', as_of) AS t FROM read_parquet($labels)),
             m AS (SELECT firm, datediff('month', DATE '2021-01-01', month) AS t, debt_late_fen
                   FROM read_parquet($months))
           SELECT l.firm, l.t, l.defaults FROM l JOIN m ON m.firm = l.firm AND m.t = l.t - 1
           WHERE has_loan AND debt_late_fen = 0 AND l.t IN (30, 33, 36, 48) ORDER BY l.t, l.firm""",
        {"labels": str(truth / "labels.parquet"), "months": str(truth / "months.parquet")},
    ).fetchnumpy()
    return tuple(np.asarray(found[name]) for name in ("firm", "t", "defaults"))


def latents(records: Records, firm: Column, month: Column) -> dict[str, Column]:
    """Of the month before each row: the latents of 9.6, and what is in the till, owed and late, in months of sales."""
    names = ("quality", "macro", "industry_shock", "region_shock", "contagion")
    state = ("cash", "debt", "bills", "taxes_late", "wages_late", "sales", "purchases")
    picked = ", ".join((*names, *(f"{one}_fen" for one in state)))
    records.con.execute(
        """CREATE OR REPLACE TEMP TABLE rows AS
           SELECT unnest($1::INT[]) AS firm, unnest($2::INT[]) AS t, unnest($3::INT[]) AS place""",
        [firm.tolist(), (month - 1).tolist(), list(range(len(firm)))],
    )
    found = records.con.execute(
        f"""SELECT {picked}, trait_usual, trait_costs, trait_helps, trait_means FROM rows r
            JOIN read_parquet($1) m ON m.firm = r.firm AND datediff('month', DATE '2021-01-01', m.month) = r.t
            JOIN read_parquet($2) f ON f.firm = r.firm ORDER BY place""",
        [str(records.folder / "truth" / f"{one}.parquet") for one in ("months", "firms")],
    ).fetchnumpy()
    column = {name: np.asarray(values, dtype=float) for name, values in found.items()}
    own = np.column_stack([column[name] for name in names])
    costs = np.maximum(column["trait_usual"] * column["trait_costs"], 1.0)
    money = [np.clip(column[f"{one}_fen"] / costs, -20, 20) for one in state]
    money += [column["trait_helps"], np.log(column["trait_means"]), np.log(costs)]
    return {"latent": own, "latent and cash": np.column_stack([own, *money])}


def read(folders: list[Path]) -> Sample:
    parts = []
    for city, folder in enumerate(folders):
        records = Records(folder)
        firm, month, bad = borrowers(records)
        columns = latents(records, firm, month)
        for name, made in PARTIES.items():
            at = made(records)
            shown = np.empty((len(firm), 0))
            for now in (*LEARNT, TRIED):
                features = at(At(now))
                if not shown.shape[1]:
                    shown = np.full((len(firm), len(features)), np.nan)
                own = month == now
                shown[own] = np.column_stack([one[firm[own]] for one in features.values()])
            columns[name] = shown
            print(f"{folder.name}: {name}, {shown.shape[1]} columns", file=sys.stderr)
        parts.append((np.full(len(firm), city), firm, month, bad.astype(bool), columns))
    whole = [np.concatenate([part[n] for part in parts]) for n in range(4)]
    names = parts[0][4]
    return Sample(
        *whole, {name: np.concatenate([part[4][name] for part in parts]) for name in names}
    )


def logistic(x: Column, bad: Column, tried: Column) -> Column:
    """Scores of ``tried`` by a ridge regression learnt on ``x``."""
    low, high = np.nanpercentile(x, 1, axis=0), np.nanpercentile(x, 99, axis=0)
    mean, spread = (
        np.nanmean(np.clip(x, low, high), axis=0),
        np.nanstd(np.clip(x, low, high), axis=0),
    )
    gone = np.isnan(x).mean(axis=0)
    marked = (gone > 0.005) & (gone < 0.995)

    def shaped(rows: Column) -> Column:
        put = np.nan_to_num((np.clip(rows, low, high) - mean) / np.where(spread > 0, spread, 1.0))
        return np.column_stack([np.ones(len(rows)), put, np.isnan(rows[:, marked])])

    design = shaped(x)
    weights, penalty = np.zeros(design.shape[1]), np.full(design.shape[1], RIDGE)
    penalty[0] = 0.0
    for _ in range(30):
        chance = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        slope = design.T @ (bad - chance) - penalty * weights
        curve = (design.T * (chance * (1 - chance))) @ design + np.diag(penalty + 1e-9)
        step = np.linalg.solve(curve, slope)
        weights += step
        if np.abs(step).max() < 1e-6:
            break
    return shaped(tried) @ weights


class Trees:
    """LightGBM in its own interpreter."""

    def __init__(self, python: Path) -> None:
        self._worker = Comparator(python=python, worker="lightgbm_worker.py")

    def __call__(self, x: Column, bad: Column, tried: Column) -> Column:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "rows.npz"
            np.savez(path, x=x, bad=bad, tried=tried)
            told = self._worker.ask("learnt", path=str(path), rounds=ROUNDS, settings=TREES)
        return np.array(told["scores"])

    def close(self) -> None:
        self._worker.close()


def auc(score: Column, bad: Column) -> tuple[float, float]:
    """With its standard error (DeLong, DeLong and Clarke-Pearson 1988)."""
    good, worse = score[~bad], score[bad]

    def ranks(values: Column) -> Column:
        _, place, many = np.unique(values, return_inverse=True, return_counts=True)
        ends = many.cumsum()
        return (ends - (many - 1) / 2)[place]

    whole = ranks(np.concatenate([worse, good]))
    of_bad = (whole[: len(worse)] - ranks(worse)) / len(good)
    of_good = 1 - (whole[len(worse) :] - ranks(good)) / len(worse)
    error = (of_bad.var(ddof=1) / len(worse) + of_good.var(ddof=1) / len(good)) ** 0.5
    return float(of_bad.mean()), float(error)


@dataclass(frozen=True)
class Rung:
    name: str
    found: Mapping[str, tuple[float, float]]
    """By model: AUC and standard error; "apart" is that of firms that were not learnt from, by the better model."""

    @property
    def best(self) -> str:
        return max(
            (name for name in self.found if name != "apart"), key=lambda name: self.found[name][0]
        )

    @property
    def wanted(self) -> float | None:
        return WANTED.get(self.name)

    @property
    def is_off(self) -> bool:
        value, error = self.found[self.best]
        return self.wanted is not None and abs(value - self.wanted) > WITHIN + 2 * error


def climbed(sample: Sample, name: str, models: Mapping[str, Callable[..., Column]]) -> Rung:
    x, old, new = sample.x(name), sample.month != TRIED, sample.month == TRIED
    found = {
        said: auc(model(x[old], sample.bad[old], x[new]), sample.bad[new])
        for said, model in models.items()
    }
    best = max(found, key=lambda said: found[said][0])
    half = (sample.firm.astype(np.int64) * 2_654_435_761 % 2**32) < 2**31
    score, bad = [], []
    for mine in (half, ~half):
        made = models[best](x[old & mine], sample.bad[old & mine], x[new & ~mine])
        score.append(made)
        bad.append(sample.bad[new & ~mine])
    sides = [auc(*both) for both in zip(score, bad, strict=True)]
    found["apart"] = (
        sum(one for one, _ in sides) / 2,
        (sum(error**2 for _, error in sides) ** 0.5) / 2,
    )
    return Rung(name, found)


def _sizes(sample: Sample, new: Column) -> str:
    return (
        f"{int(new.sum())} borrowers on 2025-01-01, {int(sample.bad[new].sum())} in default within the year;"
        f" learnt from {int((~new).sum())} rows, {int(sample.bad[~new].sum())} bad"
    )


def table(sample: Sample, rungs: list[Rung]) -> str:
    new = sample.month == TRIED
    lines = [
        _sizes(sample, new),
        "",
        "| records of | wanted | " + " | ".join(rungs[0].found) + " | |",
        "|---|---|" + "---|" * (len(rungs[0].found) + 1),
    ]
    for rung in rungs:
        shown = " | ".join(f"{value:.3f} ± {error:.3f}" for value, error in rung.found.values())
        wanted = "" if rung.wanted is None else f"{rung.wanted:.3f}"
        lines.append(f"| {rung.name} | {wanted} | {shown} | {'off' if rung.is_off else ''} |")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--lightgbm-python", type=Path)
    parser.add_argument("--json", type=Path, help="the rungs, for city_plots.py")
    asked = parser.parse_args()
    sample = read(asked.folders)
    models: dict[str, Callable[..., Column]] = {"logistic": logistic}
    if asked.lightgbm_python:
        models["LightGBM"] = Trees(asked.lightgbm_python)
    rungs = [climbed(sample, name, models) for name in (*WANTED, "latent", "latent and cash")]
    print(table(sample, rungs))
    if asked.json:
        asked.json.write_text(
            json.dumps([[one.name, one.wanted, dict(one.found)] for one in rungs])
        )
    return int(any(rung.is_off for rung in rungs))


if __name__ == "__main__":
    sys.exit(main())
