"""The linkage engine on person records: comparisons, unsupervised learning, pair scores, splink beside it."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz.distance import OSA, JaroWinkler

from shuxin.fusion.resolution.blocking import candidate_pairs, equality_keys, self_pairs
from shuxin.fusion.resolution.comparing import (
    Close,
    Comparison,
    Level,
    Pairs,
    Same,
    Swapped,
    Table,
    compare,
)
from shuxin.fusion.resolution.linkage import (
    LinkageModel,
    agreeing_shares,
    expectation_maximisation,
    learn_u,
    measure_rarity,
    pair_weights,
    posterior,
    prior_bits,
    random_pairs,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

LINK = 0.95
"""Posterior from which a pair counts as linked; fixed, never tuned on truth."""


def winkler(one: str, other: str) -> float:
    return float(JaroWinkler.similarity(one, other))


def slips(one: str, other: str) -> float:
    """One slip or swap of neighbours in eight digits is 0.875."""
    return float(OSA.normalized_similarity(one, other))


def name(field: str, swapped_with: str = "") -> Comparison:
    swap = (Level("swapped", (Swapped(field, swapped_with),)),) if swapped_with else ()
    levels = (
        Level("same", (Same(field),)),
        Level("close", (Close(field, winkler, 0.92),)),
        *swap,
        Level("alike", (Close(field, winkler, 0.8),)),
    )
    return Comparison(field, levels, needs=(field,), rarity=field)


def digits(field: str) -> Comparison:
    return Comparison(
        field,
        (
            Level("same", (Same(field),)),
            Level("one slip", (Close(field, slips, 0.85),)),
            Level("two slips", (Close(field, slips, 0.7),)),
        ),
        needs=(field,),
    )


def exactly(field: str) -> Comparison:
    return Comparison(field, (Level("same", (Same(field),)),), needs=(field,), rarity=field)


@dataclass(frozen=True)
class Task:
    """Two tables (one and the same when looking for duplicates), how to compare and how to block."""

    left: Table
    right: Table
    within: bool
    comparisons: tuple[Comparison, ...]
    rules: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Score:
    precision: float
    recall: float
    f1: float
    pairs_completeness: float
    seconds: float

    def line(self, title: str) -> str:
        return (
            f"{title:28} precision {self.precision:.4f}  recall {self.recall:.4f}  "
            f"F1 {self.f1:.4f}  blocked {self.pairs_completeness:.4f}  {self.seconds:.1f} s"
        )


def link(task: Task, rng: np.random.Generator) -> tuple[Pairs, Pairs]:
    """Linked pairs and all blocked pairs; weights learnt without truth."""
    left, right = (equality_keys(table=t, rules=task.rules) for t in (task.left, task.right))
    pairs = candidate_pairs(left=left, right=right, most_common=1000, best=1000)
    pairs = self_pairs(pairs) if task.within else pairs
    rows_left, rows_right = left.rows, right.rows
    chance = random_pairs(left=rows_left, right=rows_right, count=300_000, rng=rng)
    chance = chance[chance[:, 0] != chance[:, 1]] if task.within else chance
    tables = {"left": task.left, "right": task.right}
    levels = compare(comparisons=task.comparisons, pairs=pairs, **tables)
    rare = [c.rarity for c in task.comparisons if c.rarity]
    total = rows_left * (rows_left - 1) // 2 if task.within else rows_left * rows_right
    model = LinkageModel(
        comparisons=task.comparisons,
        m=agreeing_shares(task.comparisons),
        u=learn_u(comparisons=task.comparisons, pairs=chance, **tables),
        prior=rows_left / total,
        rarities={
            f: measure_rarity([*task.left[f], *([] if task.within else task.right[f])])
            for f in rare
        },
    )
    model = expectation_maximisation(model=model, levels=levels, all_pairs=total)
    weights = pair_weights(model=model, left=task.left, pairs=pairs, levels=levels)
    chance_of_match = posterior(weights.sum(axis=1) + prior_bits(model.prior))
    return pairs[chance_of_match >= LINK], pairs


def score(found: Pairs, blocked: Pairs, truth: set[tuple[int, int]], seconds: float) -> Score:
    pairs = set(map(tuple, found.tolist()))
    right = len(pairs & truth)
    precision, recall = right / max(len(pairs), 1), right / len(truth)
    complete = len(set(map(tuple, blocked.tolist())) & truth) / len(truth)
    f1 = 2 * precision * recall / max(precision + recall, 1e-12)
    return Score(precision, recall, f1, complete, seconds)


def run(task: Task, truth: set[tuple[int, int]], seed: int) -> Score:
    start = time.perf_counter()
    found, blocked = link(task, np.random.default_rng(seed))
    return score(found, blocked, truth, time.perf_counter() - start)


def run_splink(
    task: Task,
    truth: set[tuple[int, int]],
    python: Path,
    names: Sequence[str],
    digit_fields: Sequence[str],
) -> Score:
    """Splink in its own interpreter on the same rows, rules, levels and threshold."""
    request = {
        "left": task.left,
        "right": None if task.within else task.right,
        "names": names,
        "digits": digit_fields,
        "exact": [c.name for c in task.comparisons if c.name not in {*names, *digit_fields}],
        "rules": task.rules,
        "threshold": LINK,
    }
    with tempfile.TemporaryDirectory() as folder:
        asked, answered = Path(folder, "request.json"), Path(folder, "answer.json")
        asked.write_text(json.dumps(request), encoding="utf-8")
        worker = Path(__file__).with_name("splink_worker.py")
        subprocess.run([python, worker, asked, answered], check=True, capture_output=True)
        answer = json.loads(answered.read_text(encoding="utf-8"))
    linked, blocked = (
        np.array(answer[part], np.int64).reshape(-1, 2) for part in ("linked", "blocked")
    )
    return score(linked, blocked, truth, answer["seconds"])
