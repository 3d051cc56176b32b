"""Joint tables and correlations in one process: processor seconds and bytes of each party, against the pooled way.

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.joint_statistics [ROWS FEATURES]

Every party's program runs in a thread and its processor time is that thread's, so BLAS must have one thread. Messages
go through files of a temporary folder, as between nodes, but there is no line and no fsync. The holder's values are
amounts with ties, every third feature with missing values; the label party has ten columns for the correlations. The
pooled way is scoring's own ``bin_numbers`` with as many fine bins over all columns in one place. Tables must be equal,
bin by bin; correlations must differ by less than 1e-12. Prints Markdown.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import threading
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from shuxin.federation.product.plan import Seats
from shuxin.federation.statistics.counting import help_counts
from shuxin.federation.statistics.features import prebin_numbers
from shuxin.federation.statistics.relating import (
    Relating,
    help_relations,
    hold_relations,
    relate,
    relating_messages,
)
from shuxin.federation.statistics.tables import hold_tables, joint_tables
from shuxin.federation.statistics.task import Counting, Minimum, table_messages
from shuxin.infra.api import silent_progress
from shuxin.scoring.api import BinningPlan, MergePlan
from shuxin.scoring.binning.characteristic import bin_numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from shuxin.federation.engine.channel import Declared, Work
    from shuxin.federation.statistics.features import FineFeature

LABEL, HOLDER, HELPER = "label", "holder", "helper"
STANDARD = ((30_000, 10), (100_000, 50))
FINE, OWN, BAD_RATE = 50, 10, 0.2
MINIMUM = Minimum(rows=20, good=5, bad=5)
PLAN = BinningPlan(max_fine=FINE, merge=MergePlan(min_good=MINIMUM.good, min_bad=MINIMUM.bad))


@dataclass
class File:
    path: Path

    @property
    def size(self) -> int:
        return self.path.stat().st_size

    def read(self) -> bytes:
        return self.path.read_bytes()


@dataclass
class Post:
    """All messages as files; a receiver sleeps until its one is there."""

    folder: Path
    sizes: dict[tuple[str, str, str], int] = field(default_factory=dict)
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def path(self, key: tuple[str, str, str]) -> Path:
        return self.folder / hashlib.sha256("|".join(key).encode()).hexdigest()


@dataclass
class Channel:
    party: str
    post: Post
    kept: dict[str, bytes] = field(default_factory=dict)

    def once(self, name: str, make: Callable[[], bytes]) -> bytes:
        if name not in self.kept:
            self.kept[name] = bytes(make())
        return self.kept[name]

    def send(self, to: str, name: str, parts: Callable[[], Iterable[bytes | memoryview]]) -> None:
        key = (self.party, to, name)
        with self.post.path(key).open("wb") as file:
            size = sum(file.write(part) for part in parts())
        with self.post.arrived:
            self.post.sizes[key] = size
            self.post.arrived.notify_all()

    def receive(self, sender: str, name: str) -> File:
        key = (sender, self.party, name)
        with self.post.arrived:
            self.post.arrived.wait_for(lambda: key in self.post.sizes)
        return File(self.post.path(key))


class Seeds:
    def __init__(self, party: str) -> None:
        self.party = party

    def pair(self, peer: str, label: str, *, binding: bytes = b"") -> bytes:
        ends = "|".join(sorted((self.party, peer)))
        return hashlib.sha256(f"{ends}|{label}|".encode() + binding).digest()


@dataclass
class Run:
    """Programs of the three parties, run together once."""

    programs: dict[str, Callable[[Work], Any]]
    declared: tuple[Declared, ...]
    seconds: dict[str, float] = field(default_factory=dict)
    results: dict[str, Any] = field(default_factory=dict)
    sent: dict[str, int] = field(default_factory=dict)

    def together(self) -> Run:
        with tempfile.TemporaryDirectory(prefix="shuxin-statistics-") as folder:
            post = Post(Path(folder))
            threads = [
                threading.Thread(target=self._one, args=(each, post)) for each in self.programs
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self._require_declared(post.sizes)
            for (sender, _, _), size in post.sizes.items():
                self.sent[sender] = self.sent.get(sender, 0) + size
        return self

    def _one(self, party: str, post: Post) -> None:
        plain = SimpleNamespace(
            party=party,
            channel=Channel(party, post),
            seeds=Seeds(party),
            progress=silent_progress,
        )
        begun = time.thread_time()
        try:
            self.results[party] = self.programs[party](cast("Work", plain))
        except Exception:  # noqa: BLE001 - the others would wait for ever
            traceback.print_exc()
            os._exit(1)
        self.seconds[party] = time.thread_time() - begun

    def _require_declared(self, sizes: dict[tuple[str, str, str], int]) -> None:
        most = {(one.sender, one.receiver, one.name): one.most_bytes for one in self.declared}
        if any(size > most[key] for key, size in sizes.items()):
            raise RuntimeError("a message is longer than declared")


def values(rows: int, features: int) -> tuple[list[np.ndarray], np.ndarray]:
    """Amounts of whole hundreds that depend on one thing in common, as do the outcomes."""
    rng = np.random.default_rng(1)
    common = rng.normal(0, 1, rows)
    columns = []
    for nth in range(features):
        column = np.round(np.exp(rng.normal(8, 1, rows) + 0.5 * common), -2)
        if nth % 3 == 0:
            column[rng.random(rows) < 0.1] = np.nan
        columns.append(column)
    risk = rng.normal(0, 2, rows) - common
    return columns, risk > np.quantile(risk, 1 - BAD_RATE)


def tables(features: list[FineFeature], bad: np.ndarray) -> Run:
    seats = Seats(HELPER, HOLDER, LABEL)
    task = Counting(
        step="counts",
        seats=seats,
        most_rows=len(bad),
        most_features=len(features),
        most_bins=FINE,
        minimum=MINIMUM,
    )
    programs = {
        LABEL: lambda work: joint_tables(work, task, bad=bad, plan=PLAN),
        HOLDER: lambda work: hold_tables(work, task, features),
        HELPER: lambda work: help_counts(work, task),
    }
    return Run(programs, table_messages(task)).together()


def relations(own: np.ndarray, theirs: np.ndarray) -> Run:
    task = Relating(
        step="alike",
        label=LABEL,
        holders=(HOLDER,),
        helper=HELPER,
        rows=len(own),
        columns=(own.shape[1], theirs.shape[1]),
    )
    programs = {
        LABEL: lambda work: relate(work, task, own),
        HOLDER: lambda work: hold_relations(work, task, theirs),
        HELPER: lambda work: help_relations(work, task),
    }
    return Run(programs, relating_messages(task)).together()


def measure(rows: int, features: int) -> None:
    columns, bad = values(rows, features)
    begun = time.process_time()
    pooled = [
        bin_numbers(name=f"x{nth}", values=column, outcomes=bad, plan=PLAN)
        for nth, column in enumerate(columns)
    ]
    plain_seconds = time.process_time() - begun
    begun = time.process_time()
    fine = [
        prebin_numbers(name=f"x{nth}", values=column, most=FINE, least=MINIMUM.rows)
        for nth, column in enumerate(columns)
    ]
    prebin_seconds = time.process_time() - begun
    run = tables(fine, bad)
    equal = all(
        (table.binned.good, table.binned.bad, coded.shape) == (whole.good, whole.bad, whole.shape)
        for table, coded, whole in zip(run.results[LABEL], run.results[HOLDER], pooled, strict=True)
    )
    bins = sum(each.shape.count for each in fine)
    case = f"{rows:,} x {features}"
    print(f"| tables, {case} | pooled, one place | {plain_seconds:.2f} | | {bins} bins |")
    print(f"| | holder, pre-bins | {prebin_seconds:.2f} | | |")
    _print(run, "equal" if equal else "**not equal**")

    theirs = np.stack(
        [each.column(one) for each, one in zip(run.results[HOLDER], fine, strict=True)], axis=1
    )
    own = np.stack([np.roll(theirs[:, nth % features], nth + 1) for nth in range(OWN)], axis=1)
    begun = time.process_time()
    wanted = np.corrcoef(np.concatenate([own, theirs], axis=1), rowvar=False)
    plain_seconds = time.process_time() - begun
    related = relations(own, theirs)
    apart = np.abs(related.results[LABEL].correlation - wanted).max()
    print(f"| correlation, {case} with {OWN} | pooled, one place | {plain_seconds:.2f} | | |")
    _print(related, f"differs by {apart:.0e}" if apart < 1e-12 else f"**differs by {apart}**")


def _print(run: Run, verdict: str) -> None:
    for party in (LABEL, HOLDER, HELPER):
        sent = run.sent.get(party, 0) / 2**20
        print(f"| | {party} | {run.seconds[party]:.2f} | {sent:.2f} | {verdict} |", flush=True)


def main() -> None:
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        sys.exit("set OPENBLAS_NUM_THREADS=1: processor time is taken by thread")
    given = tuple(map(int, sys.argv[1:3]))
    print("| work | party | CPU s | sent MiB | result |")
    print("|---|---|---|---|---|")
    for case in (given,) if given else STANDARD:
        measure(*case)


if __name__ == "__main__":
    main()
