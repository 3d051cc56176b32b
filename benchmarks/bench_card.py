"""One decision and a million by a compiled card, beside the scorecards of optbinning and toad.

Run: ``python benchmarks/bench_card.py [--optbinning-python INTERPRETER] [--toad-python INTERPRETER]``.
Each trains its own card on the same 20,000 rows of twelve numbers and three categories, all of which enter,
and scores the same applicants: one row at a time (a dictionary, for optbinning a frame of one row, as it takes
nothing else), and a batch of columns. In turn, medians of the rounds.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from comparators import Comparator, machine
from shuxin.kernel.text import Text
from shuxin.scoring.binning.shape import Kind
from shuxin.scoring.card.artefact import card_bytes, read_card
from shuxin.scoring.card.compiled import CompiledCard
from shuxin.scoring.card.plan import CardPlan, Characteristic, SelectionPlan
from shuxin.scoring.card.reasons import reasons_of
from shuxin.scoring.card.training import train_card
from shuxin.scoring.evaluation.metrics import roc_auc

if TYPE_CHECKING:
    from collections.abc import Callable

    from shuxin.scoring.card.artefact import Scorecard

NUMBERS = [f"number_{nth}" for nth in range(12)]
TEXTS = [f"text_{nth}" for nth in range(3)]
CATEGORIES = np.array([f"category {nth}" for nth in range(8)])
THEIR_PLAN = {"trend": "auto_asc_desc", "prebins": 20, "max_bins": 8, "min_share": 0.05}
TRAINING_ROWS, SINGLE_ROWS, THEIR_SINGLE_ROWS = 20_000, 20_000, 40


def sample(*, rows: int, rng: np.random.Generator) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Columns, 5 % of the numbers missing, and outcomes, true where bad."""
    risk = np.full(rows, -3.0)
    columns: dict[str, np.ndarray] = {}
    for name in NUMBERS:
        drawn = rng.normal(size=rows)
        risk += 0.35 * drawn
        columns[name] = np.where(rng.random(rows) < 0.05, np.nan, np.round(np.exp(drawn + 5), 2))
    for name in TEXTS:
        place = rng.integers(0, CATEGORIES.size, rows)
        risk += 0.15 * (place - 3.5)
        columns[name] = CATEGORIES[place]
    return columns, rng.random(rows) < 1 / (1 + np.exp(-risk))


def our_card(columns: dict[str, np.ndarray], outcomes: np.ndarray) -> Scorecard:
    reason = Text(en="a reason", zh="一个原因")
    kinds = dict.fromkeys(NUMBERS, Kind.NUMERIC) | dict.fromkeys(TEXTS, Kind.CATEGORICAL)
    wanted = [
        Characteristic(
            name=name,
            title=Text(en=name, zh=name),
            kind=kind,
            reason_low=reason,
            reason_high=reason,
            reason_missing=reason,
        )
        for name, kind in kinds.items()
    ]
    trained = train_card(
        columns=columns,
        outcomes=outcomes,
        characteristics=wanted,
        plan=CardPlan(
            name="bench", target=Text(en="bad", zh="坏"), selection=SelectionPlan(min_iv=0.0)
        ),
        made_on="2026-11-21",
        data_hash="0" * 64,
    )
    return trained.card


def micros(score: Callable[[dict[str, object]], object], rows: list[dict[str, object]]) -> float:
    clock = time.perf_counter()
    for row in rows:
        score(row)
    return (time.perf_counter() - clock) / len(rows) * 1e6


def our_round(
    data: bytes, rows: list[dict[str, object]], columns: dict[str, np.ndarray]
) -> dict[str, float]:
    """Microseconds a decision, with its reasons; milliseconds from the file to the first; rows a second."""
    clock = time.perf_counter()
    ready = CompiledCard.of(read_card(data))
    ready.score(rows[0])
    first = (time.perf_counter() - clock) * 1e3
    single = micros(ready.score, rows)
    explained = micros(lambda row: reasons_of(card=ready.card, scored=ready.score(row)), rows)
    clock = time.perf_counter()
    count = ready.score_many(columns).size
    rate = count / (time.perf_counter() - clock)
    return {"micros": single, "explained": explained, "first": first, "rate": rate}


def middle(rounds: list[dict[str, float]], what: str) -> str:
    found = [each[what] for each in rounds]
    return f"{statistics.median(found):,.1f} ({min(found):,.1f}-{max(found):,.1f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--optbinning-python", type=Path)
    parser.add_argument("--toad-python", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    drawn = np.random.default_rng(options.seed).spawn(2)
    columns, outcomes = sample(rows=TRAINING_ROWS, rng=drawn[0])
    batch, later = sample(rows=options.rows, rng=drawn[1])
    card = our_card(columns, outcomes)
    data = card_bytes(card)
    names = list(batch)
    head = zip(*(batch[name][:SINGLE_ROWS].tolist() for name in names), strict=True)
    rows = [dict(zip(names, row, strict=True)) for row in head]
    print(f"{machine()}; card of {len(card.characteristics)} characteristics, {len(data):,} bytes")
    others = {"optbinning": options.optbinning_python, "toad": options.toad_python}
    workers = {n: Comparator(python=p, worker=f"{n}_worker.py") for n, p in others.items() if p}
    seen: dict[str, list[dict[str, float]]] = {name: [] for name in ("shuxin", *workers)}
    scores = {"shuxin": CompiledCard.of(card).score_many({n: batch[n][:1000] for n in names})}
    with tempfile.TemporaryDirectory() as folder:
        np.save(f"{folder}/outcomes.npy", outcomes)
        pq.write_table(pa.table(columns), f"{folder}/train.parquet")
        pq.write_table(pa.table(batch), f"{folder}/batch.parquet")
        for name, worker in workers.items():
            trained = worker.ask("train", folder=folder, texts=TEXTS, plan=THEIR_PLAN)
            scores[name] = np.array(trained["scores"])
            print(f"{name} {trained['version']}")
        for _ in range(options.rounds):
            seen["shuxin"].append(our_round(data, rows, batch))
            for name, worker in workers.items():
                single = worker.ask("one", rows=THEIR_SINGLE_ROWS)
                seen[name].append(single | worker.ask("batch"))
    for name, rounds in seen.items():
        ratio = {
            what: statistics.median(
                theirs[what] / ours[what]
                for ours, theirs in zip(seen["shuxin"], rounds, strict=True)
            )
            for what in ("micros", "rate")
        }
        auc = roc_auc(scores=scores[name].astype(float), outcomes=later[:1000])
        print(
            f"{name:10} one {middle(rounds, 'micros')} us, {ratio['micros']:,.1f} times ours;"
            f" batch {middle(rounds, 'rate')} rows/s, {ratio['rate']:.2f} times ours; AUC {auc:.3f}"
        )
    print(f"with its reasons {middle(seen['shuxin'], 'explained')} us")
    print(f"from file to first score {middle(seen['shuxin'], 'first')} ms")
    for worker in workers.values():
        worker.close()


if __name__ == "__main__":
    main()
