"""Durable appends, proofs and verifications a second, against plain SQLite inserts.

    python benchmarks/log.py [--entries 100000] [--folder FOLDER]

In one run, in turn, three times: the same entries in the same batches go into a log and into a table of one SQLite
file (WAL, synchronous=FULL, one transaction a batch, index and data). Both are durable when a batch is done. Then
random entries of the log are proved, and proofs are verified with the log's key and one witness. SQLite gives no
proofs: it is there to show what durability alone costs on this disk. Medians of three, and their ratio.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.kernel.signing import Ed25519Key
from shuxin.ledger.api import (
    Entry,
    LogTrust,
    Witness,
    commitment,
    open_log,
    verify_proof,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from shuxin.ledger.api import Log

RUNS = 3
NOW = datetime(2026, 3, 1, tzinfo=UTC)
BATCHES = {1: 500, 32: 6_400, 1000: 50_000}
PROOFS, VERIFICATIONS = 20_000, 2_000
SEED = 3


def entries_of(count: int) -> list[Entry]:
    return [
        Entry(
            kind="use",
            at=NOW,
            actor="uscc:91110000MA0000001X",
            facts={"number": number, "purpose": "credit_decision"},
            commitments=(commitment(bytes(16), number.to_bytes(8, "big")),),
        )
        for number in range(count)
    ]


def into_log(folder: Path, entries: list[Entry], batch: int) -> float:
    log = open_log(folder / "log", origin="bench", signer=Ed25519Key.generate())
    began = time.perf_counter()
    for at in range(0, len(entries), batch):
        log.append_all(entries[at : at + batch], now=NOW)
    return len(entries) / (time.perf_counter() - began)


def into_sqlite(folder: Path, entries: list[Entry], batch: int) -> float:
    database = sqlite3.connect(folder / "plain.sqlite3", isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE entry (number INTEGER PRIMARY KEY, data BLOB NOT NULL)")
    began = time.perf_counter()
    for at in range(0, len(entries), batch):
        rows = [(at + n, one.data) for n, one in enumerate(entries[at : at + batch])]
        database.execute("BEGIN IMMEDIATE")
        database.executemany("INSERT INTO entry VALUES (?, ?)", rows)
        database.execute("COMMIT")
    seconds = time.perf_counter() - began
    database.close()
    return len(entries) / seconds


def appends(scratch: Path) -> None:
    contenders: dict[str, Callable[[Path, list[Entry], int], float]] = {
        "log": into_log,
        "sqlite": into_sqlite,
    }
    for batch, count in BATCHES.items():
        entries = entries_of(count)
        seen: dict[str, list[float]] = {name: [] for name in contenders}
        for run in range(RUNS):
            for name, contender in contenders.items():
                folder = scratch / f"{name}-{batch}-{run}"
                folder.mkdir()
                seen[name].append(contender(folder, entries, batch))
        log, plain = (statistics.median(seen[name]) for name in contenders)
        print(
            f"appends, batches of {batch:>4}: log {log:>9,.0f}/s   SQLite {plain:>9,.0f}/s   ratio {log / plain:.2f}"
        )


def proofs(log: Log, trust: LogTrust, note: str, size: int) -> None:
    made, verified = [], []
    for run in range(RUNS):
        places = random.Random(SEED + run)  # noqa: S311 - places to look at, no secret
        wanted = [places.randrange(size) for _ in range(PROOFS)]
        began = time.perf_counter()
        for index in wanted:
            log.proof(index)
        made.append(PROOFS / (time.perf_counter() - began))
        given = [log.proof(index, checkpoint=note) for index in wanted[:VERIFICATIONS]]
        began = time.perf_counter()
        if not all(verify_proof(proof, trust=trust).holds for proof in given):
            raise SystemExit("a proof does not hold")
        verified.append(VERIFICATIONS / (time.perf_counter() - began))
    print(f"proofs, log of {size:,}: {statistics.median(made):,.0f}/s")
    print(f"verifications, log and one witness: {statistics.median(verified):,.0f}/s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--folder", help="on the disk to measure")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="shuxin-bench-", dir=options.folder) as name:
        scratch = Path(name)
        appends(scratch)
        log = open_log(scratch / "large", origin="bench", signer=Ed25519Key.generate())
        log.append_all(entries_of(options.entries), now=NOW)
        witness = Witness(
            scratch / "witness", name="w", signer=Ed25519Key.generate(), logs=(log.key,)
        )
        note = witness.cosign(log.checkpoint(), now=NOW)
        trust = LogTrust((log.key,), (witness.key,), 1)
        proofs(log, trust, note, options.entries)


if __name__ == "__main__":
    main()
