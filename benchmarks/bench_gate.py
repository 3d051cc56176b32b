"""Decisions of the gate over a million authorisations, durable, against plain inserts into SQLite.

``python -m benchmarks.bench_gate [--authorisations N] [--decisions N]``. One process, one thread: each decision is a
signed request with its authorisation, judged, counted, logged and recorded before the permit is issued. The
alternative is what a user would have without us: one row in a table of uses, committed, with nothing checked.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import resource
import sqlite3
import statistics
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from shuxin.consent.api import Authorisation, Gate
    from shuxin.kernel.statements import Statement

BATCH = 5_000
ROUNDS = 3


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--authorisations", type=int, default=1_000_000)
    parser.add_argument("--decisions", type=int, default=2_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="shuxin-gate-") as folder:
        os.environ["SHUXIN_HOME"] = str(Path(folder) / "home")
        from shuxin.portal.bootstrap import start

        start()
        run(options.authorisations, options.decisions, Path(folder))


def run(authorisations: int, decisions: int, folder: Path) -> None:
    from tests.consent.world import BANK, KEYS, NOW, TAX, contract_of, request

    from shuxin.catalogue.api import register_contract

    register_contract(contract=contract_of(TAX), accepted_by="bench", now=NOW)
    chosen = [n * authorisations // decisions for n in range(decisions)]
    began = time.perf_counter()
    fill(authorisations, chosen)
    print(f"{authorisations:,} authorisations kept in {time.perf_counter() - began:.0f} s")
    gate = gate_of(folder)

    def pairs(round_number: int) -> list[tuple[Statement, Statement]]:
        return [
            (request(request_id=f"{round_number}-{n}").sign(signer=KEYS[BANK]), signed(n))
            for n in chosen
        ]

    prepared = [pairs(number) for number in range(ROUNDS)]
    permitted = [rate(partial(decide, gate, one), decisions) for one in prepared]
    judged = [rate(lambda: judge_only(gate, chosen), decisions) for _ in range(ROUNDS)]
    plain = [rate(lambda: insert_only(folder, decisions), decisions) for _ in range(ROUNDS)]
    show("permits (judged, counted, logged, recorded)", permitted)
    show("judged only (no count, no log)", judged)
    show("plain SQLite inserts, one commit each", plain)
    ratio = statistics.median(plain) / statistics.median(permitted)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"plain inserts / permits: {ratio:.1f}; peak {peak:.0f} MiB")


def nth(number: int) -> Authorisation:
    from tests.consent.world import DAY, NOW, terms

    return terms(signed_at=NOW - DAY - dt.timedelta(microseconds=number), max_uses=100)


def signed(number: int) -> Statement:
    from tests.consent.world import FIRM, KEYS

    return nth(number).sign(signer=KEYS[FIRM])


def fill(count: int, chosen: list[int]) -> None:
    """Rows as real ones look; only those that will be presented carry a signature of their own."""
    from tests.consent.world import DIRECTORY, KEYS, NOW, PLATFORM, status

    from shuxin.consent.api import take_status_list
    from shuxin.consent.models import HeldStatement, UseCounter

    real = set(chosen)
    like = signed(count)
    text, words = like.dump().decode(), nth(count)
    for first in range(0, count, BATCH):
        rows, counters = [], []
        for number in range(first, min(first + BATCH, count)):
            statement = signed(number) if number in real else None
            auth_id = nth(number).auth_id if statement else f"{number:032x}"
            counters.append(UseCounter(auth_id=auth_id))
            rows.append(
                HeldStatement(
                    kind=like.kind,
                    about=auth_id,
                    subject=words.subject,
                    grantee=words.grantee,
                    digest=statement.hash if statement else f"{number:064x}",
                    text=statement.dump().decode() if statement else text,
                    seen_at=NOW,
                )
            )
        HeldStatement.objects.bulk_create(rows)
        UseCounter.objects.bulk_create(counters)
    listed = status(withdrawn=frozenset(f"{n:032x}" for n in range(1, 10_001)))
    take_status_list(
        listed.sign(signer=KEYS[PLATFORM]), issuers=[PLATFORM], keys=DIRECTORY, now=NOW
    )


def gate_of(folder: Path) -> Gate:
    from tests.consent.world import DIRECTORY, HOLDER, KEYS, PLATFORM

    from shuxin.consent.api import Gate
    from shuxin.ledger.api import open_log

    log = open_log(folder / "log", origin="shuxin/bench", signer=KEYS[HOLDER])
    return Gate(HOLDER, "bench", DIRECTORY, log, frozenset({PLATFORM}))


def decide(gate: Gate, pairs: list[tuple[Statement, Statement]]) -> None:
    from tests.consent.world import NOW

    for asks, brought in pairs:
        gate.permit(asks, authorisation=brought, now=NOW)


def judge_only(gate: Gate, chosen: list[int]) -> None:
    from tests.consent.world import NOW, request

    from shuxin.consent.domain.gate import Presented

    for number in chosen:
        presented = Presented(nth(number), signed(number), NOW)
        if gate.reasons(request(), presented=presented, persons={}, now=NOW):
            raise ValueError("refused")


def insert_only(folder: Path, count: int) -> None:
    connection = sqlite3.connect(
        folder / f"plain-{time.monotonic_ns()}.sqlite3", isolation_level=None
    )
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(
        "CREATE TABLE uses (id INTEGER PRIMARY KEY, who TEXT, whose TEXT, why TEXT, at TEXT)"
    )
    at = dt.datetime.now(tz=dt.UTC).isoformat()
    for number in range(count):
        connection.execute(
            "INSERT INTO uses (who, whose, why, at) VALUES (?, ?, ?, ?)",
            ("bank", str(number), "credit_decision", at),
        )
    connection.close()


def rate(work: Callable[[], None], count: int) -> float:
    began = time.perf_counter()
    work()
    return count / (time.perf_counter() - began)


def show(what: str, rates: list[float]) -> None:
    low, middle, high = min(rates), statistics.median(rates), max(rates)
    print(f"{what}: median {middle:,.0f}/s ({low:,.0f}-{high:,.0f}) of {len(rates)} rounds")


if __name__ == "__main__":
    main()
