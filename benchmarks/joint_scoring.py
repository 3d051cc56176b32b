"""Joint scores over the line: how long a bank waits for one, and for a thousand.

    python -m benchmarks.joint_scoring [--asks 300]

A bank, a tax office and a social insurance bureau as real processes, each with its home; every question goes over
mutual TLS, its authorisation is judged, counted and logged at both holders, the values are read from their datasets.
Beside it, in the same run: a greeting to both holders, one after the other, which is the line alone.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.federation.processes.nodes import City

ROOT = Path(__file__).resolve().parents[1]
_TICKS = os.sysconf("SC_CLK_TCK")
BATCH = 1_000


@dataclass(frozen=True, slots=True)
class _Asked:
    home: Path
    service: str
    grants: Path
    asks: int


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--asks", type=int, default=300)
    parser.add_argument("--inside", nargs=3, metavar=("HOME", "SERVICE", "GRANTS"))
    options = parser.parse_args(arguments)
    if options.inside:
        home, service, grants = options.inside
        _inside(_Asked(Path(home), service, Path(grants), options.asks))
    else:
        _outside(options.asks)


def _outside(asks: int) -> None:
    """Set everything up by a customer's commands, then ask from a process of the bank's."""
    from tests.federation.processes import nodes
    from tests.federation.processes import test_service as town

    with (
        tempfile.TemporaryDirectory() as folder,
        nodes.launching(Path(folder)) as launcher,
        town.founded(launcher, Path(folder) / "town") as world,
    ):
        service = world.service(
            world.card(), "--subjects-per-day", 1_000_000, "--times-per-day", 1_000
        )
        world.firms.publish(nodes.TAX, nodes.HRSS)
        before = _cpu(world.city)
        inside = [str(world.city.home(nodes.BANK)), world.city.whole_id(service), str(world.grants)]
        command = [sys.executable, "-m", __spec__.name, "--asks", str(asks), "--inside", *inside]
        said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
        found = json.loads(said.stdout)
        after = _cpu(world.city)
        found["cpu_seconds_of_holders"] = {
            name: round(after[name] - before[name], 2) for name in before
        }
        _show(found)


def _cpu(city: City) -> dict[str, float]:
    found = {}
    for name in ("tax", "hrss"):
        text = Path(f"/proc/{city.running[name].pid}/stat").read_text().rpartition(")")[2].split()
        found[name] = (int(text[11]) + int(text[12])) / _TICKS
    return found


def _inside(asked: _Asked) -> None:
    os.environ["SHUXIN_HOME"] = str(asked.home)
    from shuxin.portal.bootstrap import start

    settings = start()
    from shuxin.federation.api import PROTOCOL, GrantFiles
    from shuxin.federation.wire.messages import Hello
    from shuxin.portal.node_services import asking, services

    words = list(GrantFiles(asked.grants).statements())
    codes = sorted(str(one.body["subject"]).removeprefix("uscc:") for one in words)
    by_code = {str(one.body["subject"]).removeprefix("uscc:"): one for one in words}
    asks, node = asking(settings), services(settings)
    hello = Hello(node.party, [PROTOCOL], "benchmark", node.now().isoformat())

    def one(nth: int) -> None:
        code = codes[nth % len(codes)]
        found = asks.score(asked.service, subjects=[code], words=[by_code[code]])
        if not (found.scores.tally.standings == 1).all():
            raise SystemExit(f"not every holder answered: {found.because}")

    def greet(_: int) -> None:
        for holder in found.scores.tally.part.holders:
            asks.line(holder).hello(hello)

    found = asks.score(asked.service, subjects=codes[:1], words=[by_code[codes[0]]])
    for nth in range(20):
        one(nth)
    begun = time.process_time()
    single = _milliseconds(one, asked.asks)
    own = (time.process_time() - begun) / asked.asks
    line = _milliseconds(greet, asked.asks)
    begun = time.perf_counter()
    batch = asks.score(asked.service, subjects=codes[:BATCH], words=words)
    seconds = time.perf_counter() - begun
    full = int((batch.scores.tally.standings == 1).all(axis=1).sum())
    asks.close()
    print(
        json.dumps(
            {
                "asks": asked.asks,
                "one_ms": _spread(single),
                "greeting_both_ms": _spread(line),
                "bank_cpu_ms_of_one": round(1000 * own, 2),
                "batch": BATCH,
                "batch_seconds": round(seconds, 2),
                "batch_with_every_holder": full,
            }
        )
    )


def _milliseconds(work: Callable[[int], None], times: int) -> list[float]:
    found = []
    for nth in range(times):
        begun = time.perf_counter()
        work(nth)
        found.append(1000 * (time.perf_counter() - begun))
    return found


def _spread(times: list[float]) -> dict[str, float]:
    levels = {"p50": 50, "p95": 95, "p99": 99, "most": 100}
    return {name: round(float(np.percentile(times, at)), 2) for name, at in levels.items()}


def _show(found: dict[str, object]) -> None:
    for name, value in found.items():
        print(f"{name}: {value}")


if __name__ == "__main__":
    main(sys.argv[1:])
