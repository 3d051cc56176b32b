"""Splink 5 on the rows of a request file; runs in an interpreter that has splink and pandas.

Usage: ``python splink_worker.py REQUEST ANSWER``. Weights as splink's guide advises: the prior from
deterministic rules, u from random pairs, m by expectation maximisation over two blockings.
"""

import json
import logging
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import splink.comparison_library as cl
from splink import Linker, SettingsCreator, block_on
from splink.internals.duckdb.database_api import DuckDBAPI

logging.disable(logging.WARNING)


def frame(table: dict[str, list[str]], source: str) -> pd.DataFrame:
    data = pd.DataFrame(table).replace("", None)
    data["unique_id"] = range(len(data))
    data["source_dataset"] = source
    return data


def link(asked: dict[str, Any]) -> tuple[list[list[int]], list[list[int]]]:
    within = asked["right"] is None
    database = DuckDBAPI()
    frames = [frame(asked["left"], "a")]
    if not within:
        frames.append(frame(asked["right"], "b"))
    tables = [
        database.register(f, dataset_display_name=name)
        for f, name in zip(frames, "ab", strict=False)
    ]
    comparisons = [
        cl.JaroWinklerAtThresholds(f, [0.92, 0.8]).configure(term_frequency_adjustments=True)
        for f in asked["names"]
    ]
    comparisons += [cl.DamerauLevenshteinAtThresholds(f, [1, 2]) for f in asked["digits"]]
    comparisons += [
        cl.ExactMatch(f).configure(term_frequency_adjustments=True) for f in asked["exact"]
    ]
    rules = [block_on(*rule) for rule in asked["rules"]]
    settings = SettingsCreator(
        link_type="dedupe_only" if within else "link_only",
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=rules,
    )
    linker = Linker(tables, settings)
    linker.training.estimate_probability_two_random_records_match(rules[:3], recall=0.8)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in rules[:3]:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    found = linker.inference.predict().as_pandas_dataframe()
    linked = found[found.match_probability >= asked["threshold"]]
    return _pairs(linked), _pairs(found)


def _pairs(data: pd.DataFrame) -> list[list[int]]:
    return data[["unique_id_l", "unique_id_r"]].to_numpy().tolist()


def main() -> None:
    asked = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    start = time.perf_counter()
    linked, blocked = link(asked)
    answer = {"linked": linked, "blocked": blocked, "seconds": time.perf_counter() - start}
    Path(sys.argv[2]).write_text(json.dumps(answer), encoding="utf-8")


if __name__ == "__main__":
    main()
