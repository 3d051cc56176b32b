"""Cards on public data, beside a plain logistic regression and LightGBM, in the same folds.

Run: ``python benchmarks/cards_public.py --data DIRECTORY [--lightgbm-python INTERPRETER]``.
German credit (1,000 rows, 10 x 10 stratified folds) and FATE's default_credit (30,000 rows of two holders
joined on id, 5 x 5). Each card is trained inside its fold with the default plan: bins, choice of
characteristics, points. The regression takes every column, standardised, text one-hot. LightGBM runs 300
rounds as it comes. Printed: mean AUC with the corrected resampled t interval, and what the points cost
against the same card's own regression. Then the published regression of the SBA case.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from comparators import Comparator, machine
from shuxin.kernel.text import Text
from shuxin.scoring.binning.shape import Kind
from shuxin.scoring.card.compiled import CompiledCard
from shuxin.scoring.card.plan import CardPlan, Characteristic
from shuxin.scoring.card.regression import fit_logistic
from shuxin.scoring.card.training import train_card
from shuxin.scoring.evaluation.folds import stratified_folds
from shuxin.scoring.evaluation.intervals import corrected_resampled_t
from shuxin.scoring.evaluation.metrics import roc_auc

if TYPE_CHECKING:
    from collections.abc import Callable

    from shuxin.scoring.evaluation.folds import Folds

    Scorer = Callable[["PublicData", np.ndarray, np.ndarray], np.ndarray]

PLAN = CardPlan(name="public", target=Text(en="bad", zh="坏"))
PUBLISHED = (1.393064, -2.128217, -2.987482, 0.504123)


@dataclass(frozen=True)
class PublicData:
    """Columns of numbers or text, and outcomes, true where bad."""

    name: str
    columns: dict[str, np.ndarray]
    outcomes: np.ndarray
    folds: int
    repeats: int

    def rows(self, places: np.ndarray) -> dict[str, np.ndarray]:
        return {name: column[places] for name, column in self.columns.items()}

    def is_text(self, name: str) -> bool:
        return self.columns[name].dtype.kind == "U"


def read(path: Path) -> dict[str, list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {name: [row[name] for row in rows] for name in rows[0]}


def column(values: list[str]) -> np.ndarray:
    """Numbers where all are, else text."""
    try:
        return np.array([float(value) for value in values])
    except ValueError:
        return np.array(values)


def german(folder: Path) -> PublicData:
    table = read(folder / "german_credit" / "germancredit.csv")
    outcomes = np.array(table.pop("creditability")) == "bad"
    columns = {name: column(values) for name, values in table.items()}
    return PublicData("German credit", columns, outcomes, folds=10, repeats=10)


def default_credit(folder: Path) -> PublicData:
    guest, host = (
        read(folder / "fate_examples" / f"default_credit_hetero_{side}.csv")
        for side in ("guest", "host")
    )
    place = {name: nth for nth, name in enumerate(host["id"])}
    order = [place[name] for name in guest["id"]]
    columns = {f"guest {n}": column(v) for n, v in guest.items() if n not in {"id", "y"}}
    columns |= {f"host {n}": column(v)[order] for n, v in host.items() if n != "id"}
    return PublicData("default_credit", columns, np.array(guest["y"]) == "1", folds=5, repeats=5)


def by_card(data: PublicData, train: np.ndarray, test: np.ndarray) -> np.ndarray:
    """(2, n) scores of the compiled card, and log-odds of its regression before points."""
    wanted = [
        Characteristic(
            name=name,
            title=Text(en=name.replace("{", ""), zh=name.replace("{", "")),
            kind=Kind.CATEGORICAL if data.is_text(name) else Kind.NUMERIC,
        )
        for name in data.columns
    ]
    trained = train_card(
        columns=data.rows(train),
        outcomes=data.outcomes[train],
        characteristics=wanted,
        plan=PLAN,
        made_on="2026-11-21",
        data_hash="0" * 64,
    )
    rows = data.rows(test)
    binned = {each.name: each for each in trained.binned}
    woe = np.column_stack([binned[name].woe_of(rows[name]) for name in trained.kept])
    points = CompiledCard.of(trained.card).score_many(rows)
    return np.array([points, trained.regression.log_odds(woe)])


def by_regression(data: PublicData, train: np.ndarray, test: np.ndarray) -> np.ndarray:
    """(1, n) log-odds of good by all columns."""
    parts = []
    for name, values in data.columns.items():
        if data.is_text(name):
            known = np.unique(values[train])[1:]
            parts.append((values[:, None] == known).astype(float))
        else:
            spread = values[train].std() or 1.0
            parts.append(((values - values[train].mean()) / spread)[:, None])
    features = np.column_stack(parts)
    fit = fit_logistic(features=features[train], outcomes=~data.outcomes[train], ridge=RIDGE)
    return fit.log_odds(features[test])[None]


RIDGE = 1e-6
"""Only so that a category that is all good or all bad in a fold does not end the fit."""


def measured(data: PublicData, folds: Folds, score: Scorer) -> tuple[np.ndarray, float]:
    """(kinds of score, repeats, folds) AUC and seconds of all folds."""
    found: list[list[float]] = []
    clock = time.perf_counter()
    for _, _, train, test in folds.splits():
        scores = score(data, train, test)
        found.append([roc_auc(scores=each, outcomes=data.outcomes[test]) for each in scores])
    seconds = time.perf_counter() - clock
    return np.array(found).T.reshape(-1, *folds.assigned.shape[:1], folds.folds), seconds


def by_lightgbm(
    data: PublicData, folds: Folds, worker: Comparator
) -> tuple[np.ndarray, float, str]:
    """(1, repeats, folds) AUC, seconds, version; text goes as numbers of its categories."""
    coded = [
        np.unique(values, return_inverse=True)[1] if data.is_text(name) else values
        for name, values in data.columns.items()
    ]
    texts = [nth for nth, name in enumerate(data.columns) if data.is_text(name)]
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/folds.npz"
        values = np.column_stack(coded).astype(float)
        np.savez(path, values=values, outcomes=data.outcomes, assigned=folds.assigned)
        answer = worker.ask("folds", path=path, categorical=texts)
    scores = -np.array(answer["scores"])
    found = [
        roc_auc(scores=scores[repeat, test], outcomes=data.outcomes[test])
        for repeat, _, _, test in folds.splits()
    ]
    shape = (1, folds.assigned.shape[0], folds.folds)
    return np.array(found).reshape(shape), answer["seconds"], answer["version"]


def compare(data: PublicData, worker: Comparator | None) -> None:
    folds = stratified_folds(
        outcomes=data.outcomes,
        folds=data.folds,
        repeats=data.repeats,
        rng=np.random.default_rng(1),
    )
    share = f"{data.outcomes.size:,} rows, bad {data.outcomes.mean():.1%}"
    print(f"{data.name}: {share}, {len(data.columns)} columns, {data.repeats} x {data.folds} folds")
    (card, log_odds), seconds = measured(data, folds, by_card)
    rows = [("card, whole points", card, seconds), ("card, log-odds", log_odds, seconds)]
    (plain,), seconds = measured(data, folds, by_regression)
    rows.append(("plain regression", plain, seconds))
    if worker:
        (trees,), seconds, version = by_lightgbm(data, folds, worker)
        rows.append((f"LightGBM {version}", trees, seconds))
    for name, auc, took in rows:
        found = corrected_resampled_t(values=auc, test_share=1 / data.folds)
        gap = corrected_resampled_t(values=card - auc, test_share=1 / data.folds)
        verdict = ""
        if auc is not card:
            verdict = f"; card less this {gap.value:+.4f} ({gap.low:+.4f} to {gap.high:+.4f})"
            verdict += ", CARD LOSES" if gap.high < 0 else ""
        interval = f"{found.value:.4f} ({found.low:.4f}-{found.high:.4f})"
        print(f"  {name:20} AUC {interval} {took / auc.size * 1e3:7.0f} ms a fold{verdict}")


def sba_case(folder: Path) -> None:
    table = read(folder / "sba_case" / "SBAcase.11.13.17.csv")
    chosen = np.array(table["Selected"]) == "1"
    names = ("RealEstate", "Portion", "Recession")
    features = np.column_stack([np.array(table[name], float)[chosen] for name in names])
    fit = fit_logistic(features=features, outcomes=np.array(table["Default"])[chosen] == "1")
    found = np.array([fit.intercept, *fit.coefficients])
    gap = np.abs(found - PUBLISHED).max()
    print(
        f"SBA case, {chosen.sum():,} rows: {found.round(6).tolist()}, largest difference {gap:.1e}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--lightgbm-python", type=Path)
    options = parser.parse_args()
    worker = None
    if options.lightgbm_python:
        worker = Comparator(python=options.lightgbm_python, worker="lightgbm_worker.py")
    print(machine())
    for data in (german(options.data), default_credit(options.data)):
        compare(data, worker)
    sba_case(options.data)
    if worker:
        worker.close()


if __name__ == "__main__":
    main()
