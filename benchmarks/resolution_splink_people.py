"""The thousand invented people that come with splink: find duplicates, score against their clusters.

Run: ``python benchmarks/resolution_splink_people.py --data DIRECTORY [--splink-python INTERPRETER]``.
Truth is the column ``cluster``; the labels of ``fake_1000_labels.csv`` say the same.
"""

from __future__ import annotations

import argparse
import csv
from collections import defaultdict
from itertools import combinations
from pathlib import Path

from people_linkage import Task, digits, exactly, name, run, run_splink

_FIELDS = ("first_name", "surname", "dob", "city", "email")
_NAMES = ("first_name", "surname", "email")
_COMPARISONS = (
    name("first_name", "surname"),
    name("surname", "first_name"),
    digits("dob"),
    exactly("city"),
    name("email"),
)
_RULES = (("dob",), ("email",), ("first_name",), ("surname",))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--splink-python", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with (options.data / "fake_1000.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    table = {field: [row[field].strip().casefold() for row in rows] for field in _FIELDS}
    task = Task(table, table, within=True, comparisons=_COMPARISONS, rules=_RULES)
    truth = clusters(rows)
    print(run(task, truth, options.seed).line("people shuxin"), flush=True)
    if options.splink_python:
        beside = run_splink(task, truth, options.splink_python, _NAMES, ("dob",))
        print(beside.line("people splink"), flush=True)


def clusters(rows: list[dict[str, str]]) -> set[tuple[int, int]]:
    members: defaultdict[str, list[int]] = defaultdict(list)
    for at, row in enumerate(rows):
        members[row["cluster"]].append(at)
    return {pair for found in members.values() for pair in combinations(found, 2)}


if __name__ == "__main__":
    main()
