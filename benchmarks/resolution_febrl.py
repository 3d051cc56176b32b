"""FEBRL person records (Christen 2008): duplicates in sets 1 to 3, links between 4a and 4b.

Run: ``python benchmarks/resolution_febrl.py --data DIRECTORY [--splink-python INTERPRETER]``.
The true pairs are those with one number in ``rec-NUMBER-org`` and ``rec-NUMBER-dup-k``.
"""

from __future__ import annotations

import argparse
import csv
from collections import defaultdict
from itertools import combinations, product
from pathlib import Path

from people_linkage import Task, digits, exactly, name, run, run_splink

_NAMES = ("given_name", "surname", "address_1", "suburb")
_DIGITS = ("date_of_birth", "soc_sec_id", "postcode")
_COMPARISONS = (
    name("given_name", "surname"),
    name("surname", "given_name"),
    name("address_1"),
    name("suburb"),
    *map(digits, _DIGITS),
    exactly("state"),
    exactly("street_number"),
)
_RULES = (
    ("soc_sec_id",),
    ("date_of_birth",),
    ("given_name", "surname"),
    ("surname", "postcode"),
    ("given_name", "postcode"),
    ("surname", "suburb"),
    ("given_name", "suburb"),
    ("address_1", "street_number"),
)


def read(path: Path) -> tuple[list[str], dict[str, list[str]]]:
    with path.open(encoding="utf-8", newline="") as lines:
        rows = [{k.strip(): v.strip() for k, v in row.items()} for row in csv.DictReader(lines)]
    table = {field: [row[field] for row in rows] for field in rows[0] if field != "rec_id"}
    return [row["rec_id"].split("-")[1] for row in rows], table


def places(people: list[str]) -> dict[str, list[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for row, person in enumerate(people):
        found[person].append(row)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--splink-python", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for left, right in (("1", "1"), ("2", "2"), ("3", "3"), ("4a", "4b")):
        people, table = read(options.data / f"dataset{left}.csv")
        others, other = read(options.data / f"dataset{right}.csv")
        here, there = places(people), places(others)
        truth = (
            {pair for rows in here.values() for pair in combinations(rows, 2)}
            if left == right
            else {pair for who in here for pair in product(here[who], there.get(who, []))}
        )
        task = Task(table, other, within=left == right, comparisons=_COMPARISONS, rules=_RULES)
        print(run(task, truth, options.seed).line(f"FEBRL {left} shuxin"), flush=True)
        if options.splink_python:
            beside = run_splink(task, truth, options.splink_python, _NAMES, _DIGITS)
            print(beside.line(f"FEBRL {left} splink"), flush=True)


if __name__ == "__main__":
    main()
