"""Who is who in open data of a city: hide codes, resolve by name, count what was found and what was wrong.

Run: ``python benchmarks/resolution_beijing.py --data DIRECTORY [--names FILE] [--seeds 5]``.
DIRECTORY holds ``*.csv.gz`` and ``_index.tsv`` (columns file, name_col, uscc_col); FILE lists the
files to use, one a line, so that a part can be held back.

Of the codes written with several spellings a random half keeps its codes: weights are learnt there.
In the other half one spelling keeps the code, the rows of all others lose it. As many codes with one
spelling as ``--orphans`` lose theirs on every row: their firm is nowhere known, so every automatic
link of theirs to a coded firm is wrong. Codes whose inner organisation check fails are never hidden:
they are slips, no truth. All other rows stay as they are. Wrong links whose name is letter by letter
a name of the firm found (two codes on one name in the data) are counted apart: no name can tell them.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz.distance import Levenshtein

from shuxin.fusion.resolution import (
    Mention,
    Resolution,
    Thresholds,
    Way,
    learn_model,
    parse_name,
    resolve,
)
from shuxin.fusion.resolution.codes import organisation_check_holds, read_code
from shuxin.fusion.resolution.known import UNLIKE

if TYPE_CHECKING:
    from shuxin.fusion.resolution.names import NameParts

_FIRM_ENDINGS = ("公司", "厂", "店", "中心", "合伙)", "合伙）")
_FEWEST_CODES_PER_NAME = 1 / 3
csv.field_size_limit(1 << 30)

Row = tuple[str, str, str]
"""File, valid code or empty, name as written."""


def read_rows(directory: Path, files: list[str]) -> Counter[Row]:
    """Rows of every file with how often each occurs."""
    with (directory / "_index.tsv").open(encoding="utf-8", newline="") as lines:
        name_columns = {r["file"]: r["name_col"] for r in csv.DictReader(lines, delimiter="\t")}
    found: Counter[Row] = Counter()
    for file in files:
        with gzip.open(directory / file, "rt", encoding="utf-8", newline="") as lines:
            cells = list(csv.reader(lines))
        found.update((file, code, name) for code, name in _code_and_name(cells, name_columns[file]))
    return found


def _code_and_name(cells: list[list[str]], header: str) -> list[tuple[str, str]]:
    width = max(map(len, cells), default=0)
    rows = [row + [""] * (width - len(row)) for row in cells]
    if not width:
        return []
    firms = [sum(row[i].strip().endswith(_FIRM_ENDINGS) for row in rows) for i in range(width)]
    column = int(np.argmax(firms))
    named = next((row.index(header) for row in rows[:5] if header and header in row), column)
    column = named if firms[named] * 2 >= firms[column] else column
    if not firms[column]:
        return []
    codes = [[read_code(row[i]).uscc for row in rows] for i in range(width)]
    best = max(codes, key=lambda found: len(set(found)))
    names = {row[column] for row, code in zip(rows, best, strict=True) if code}
    trusted = len(set(best) - {""}) > _FEWEST_CODES_PER_NAME * len(names)
    return [
        (code if trusted else "", row[column])
        for row, code in zip(rows, best, strict=True)
        if row[column].strip()
    ]


def kind_of_difference(one: NameParts, other: NameParts) -> str:
    """How two spellings under one code differ, from the slightest difference to the greatest."""
    if one.key == other.key:
        return "1 brackets, width, notes"
    if one.unit != other.unit:
        return "6 firm and its unit"
    if one.core == other.core and one.numbers == other.numbers:
        return "2 region in another place" if one.form == other.form else "3 legal form"
    likeness = Levenshtein.normalized_similarity(one.core, other.core)
    if likeness >= 0.75 and one.trade == other.trade:
        return "4 slip in the brand"
    if one.brand == other.brand:
        return "5 same brand, other trade"
    if likeness >= UNLIKE or one.brand in other.brand or other.brand in one.brand:
        return "7 renamed, in part alike"
    return "8 renamed entirely, or a wrong code"


@dataclass(frozen=True)
class Trial:
    """One seed's mentions; ``truth`` the hidden code of a mention, ``kinds`` how it differs."""

    mentions: list[Mention]
    truth: dict[str, str]
    orphans: set[str]
    kinds: dict[str, str]


def hide(rows: Counter[Row], rng: np.random.Generator, orphans: int) -> Trial:
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (_, code, name), count in rows.items():
        if code and organisation_check_holds(code):
            spellings[code][name] += count
    several = sorted(code for code, names in spellings.items() if len(names) > 1)
    hidden = sorted(rng.permutation(several)[: len(several) // 2].tolist())
    kept = {code: str(rng.choice(sorted(spellings[code]))) for code in hidden}
    single = sorted(spellings.keys() - set(several))
    lost = set(rng.permutation(single)[:orphans].tolist())
    trial = Trial([], {}, set(), {})
    for number, ((file, code, name), count) in enumerate(sorted(rows.items())):
        key = f"{number:07}"
        shown = code
        if code in lost:
            shown = ""
            trial.orphans.add(key)
        elif code in kept and name != kept[code]:
            shown = ""
            trial.truth[key] = code
            trial.kinds[key] = kind_of_difference(parse_name(kept[code]), parse_name(name))
        trial.mentions.append(Mention(key=key, code=shown, name=name, dataset=file, count=count))
    return trial


@dataclass(frozen=True)
class Figures:
    recall: float
    precision: float
    precision_with_orphans: float
    precision_by_weight: float
    precision_tellable: float
    review: float
    hidden: int
    links: int
    wrong: int
    orphan_links: int
    kinds: dict[str, tuple[int, int, int]]


def measure(trial: Trial, found: Resolution) -> Figures:
    """Recall over hidden mentions; precision over links by name of hidden ones, and with orphans."""
    placed = {p.mention: p for p in found.placements}
    waiting = {mention for review in found.reviews for mention in review.mentions}
    right = {k for k, code in trial.truth.items() if placed[k].entity == code}
    linked = {k for k in trial.truth if not placed[k].entity.startswith("name:")}
    false = {k for k in trial.orphans if not placed[k].entity.startswith("name:")}
    weighed = {k for k in linked | false if placed[k].way is Way.WEIGHT}
    keys = {m.key: parse_name(m.name).key for m in trial.mentions if m.key in linked | false}
    learnt = defaultdict(set)
    for m in trial.mentions:
        if m.code and m.key in placed and placed[m.key].way is Way.CODE:
            learnt[placed[m.key].entity].add(parse_name(m.name).key)
    twins = {k for k in (linked | false) - right if keys[k] in learnt[placed[k].entity]}
    kinds = {}
    for kind in sorted(set(trial.kinds.values())):
        keys = {k for k, it in trial.kinds.items() if it == kind}
        kinds[kind] = (len(keys), len(keys & right), len((keys & waiting) - linked))
    return Figures(
        recall=len(right) / len(trial.truth),
        precision=len(right) / max(len(linked), 1),
        precision_with_orphans=len(right) / max(len(linked | false), 1),
        precision_by_weight=len(weighed & right) / max(len(weighed), 1),
        precision_tellable=len(right) / max(len((linked | false) - twins), 1),
        review=len((trial.truth.keys() & waiting) - linked) / len(trial.truth),
        hidden=len(trial.truth),
        links=len(linked),
        wrong=len(linked - right),
        orphan_links=len(false),
        kinds=kinds,
    )


def show_wrong(trial: Trial, found: Resolution, limit: int) -> None:
    names = {e.identity: e.names for e in found.entities}
    mentions = {m.key: m for m in trial.mentions}
    shown = 0
    for p in found.placements:
        bad = p.mention in trial.orphans and not p.entity.startswith("name:")
        code = trial.truth.get(p.mention)
        bad |= code is not None and p.entity != code and not p.entity.startswith("name:")
        if bad and shown < limit:
            shown += 1
            others = [name for name, _ in names[p.entity]][:3]
            print(f"    wrong by {p.way}: {mentions[p.mention].name} -> {others}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--names", type=Path)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--orphans", type=int, default=2000)
    parser.add_argument("--show", type=int, default=0, help="wrong links to print for each seed")
    options = parser.parse_args()
    listed = options.names.read_text(encoding="utf-8").split("\n") if options.names else None
    files = (
        sorted(f for f in listed if f)
        if listed
        else sorted(path.name for path in options.data.glob("*.csv.gz"))
    )
    rows = read_rows(options.data, files)
    print_rows(rows)
    every = [run(rows, seed, options) for seed in range(options.seeds)]
    for name in (
        "recall",
        "precision",
        "precision_with_orphans",
        "precision_tellable",
        "precision_by_weight",
        "review",
    ):
        values = np.array([getattr(figures, name) for figures in every])
        print(
            f"{name:24} mean {values.mean():.4f}  sd {values.std(ddof=1):.4f}  "
            f"min {values.min():.4f}"
        )
    totals: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for figures in every:
        for kind, counts in figures.kinds.items():
            totals[kind] = [a + b for a, b in zip(totals[kind], counts, strict=True)]
    for kind, (hidden, right, review) in sorted(totals.items()):
        print(
            f"{kind:38} hidden {hidden:5}  recall {right / hidden:.3f}  review {review / hidden:.3f}"
        )


def print_rows(rows: Counter[Row]) -> None:
    names: defaultdict[str, set[str]] = defaultdict(set)
    for _, code, name in rows:
        if code:
            names[code].add(name)
    several = [sorted(found) for found in names.values() if len(found) > 1]
    unlike = sum(
        any(kind_of_difference(parse_name(a), parse_name(b)).startswith("8") for a in n for b in n)
        for n in several
    )
    print(
        f"mentions {len(rows)}, rows {rows.total()}, codes {len(names)}, with several spellings "
        f"{len(several)}, of these with names entirely unlike {unlike}"
    )


def run(rows: Counter[Row], seed: int, options: argparse.Namespace) -> Figures:
    rng = np.random.default_rng(seed)
    trial = hide(rows, rng, options.orphans)
    start = time.perf_counter()
    model = learn_model(mentions=trial.mentions, rng=rng)
    found = resolve(mentions=trial.mentions, model=model, thresholds=Thresholds())
    figures = measure(trial, found)
    print(
        f"seed {seed}: recall {figures.recall:.4f} of {figures.hidden}, precision "
        f"{figures.precision:.4f} ({figures.wrong} of {figures.links} wrong), with orphans "
        f"{figures.precision_with_orphans:.4f} ({figures.orphan_links} links), "
        f"without twins {figures.precision_tellable:.4f}, by weight only "
        f"{figures.precision_by_weight:.4f}, review {figures.review:.4f}, "
        f"{time.perf_counter() - start:.0f} s",
        flush=True,
    )
    if options.show:
        show_wrong(trial, found, options.show)
    return figures


if __name__ == "__main__":
    main()
