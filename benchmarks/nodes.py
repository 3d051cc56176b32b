"""Joint jobs over real node processes: processor seconds, bytes, memory of each party, wall, exactness.

    python -m benchmarks.nodes [--case NAME ... | --case all] [--openmined PYTHON] [--folder FOLDER]

Four homes in a temporary folder are set up by the node's own commands; generated Parquet files of credit codes are
imported; each node is a process of ``shuxin node run`` and listens on a free port of this machine. Cases run one
after another on the same nodes, so only the first pays what a process loads once. Processor time is user and system
time of the whole process, from before the last approval until the job's folder is erased: the idle node's own is in
it. Wall: from the last approval to done in every party's records. Peak: the most resident memory in the case, with
what the process kept of earlier ones. BLAS has one thread in every node. ``--openmined``: Python of an environment
with openmined-psi, for ``benchmarks/alignment.py``, in one process without network. Prints Markdown.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.nodes_job import Alignment, Rehearsal, Scorecard, measure
from benchmarks.nodes_setup import HOLDERS, HRSS, TAX, Network, credit_data
from benchmarks.nodes_split import SHARES, shares, site

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.nodes_job import Case, Measured
    from benchmarks.nodes_setup import Node

IDLE_SECONDS = 10.0
FIRST = "first job of a process: tags, three lists of 100 k"
CASES: dict[str, tuple[str, Case]] = {
    "first": (FIRST, Alignment((TAX, HRSS), 100_000, 100_000, helper=True)),
    "tags-10k-10k": ("tags, 10 k x 10 k", Alignment((TAX,), 10_000, 10_000, helper=True)),
    "ecdh-10k-10k": ("ECDH, 10 k x 10 k", Alignment((TAX,), 10_000, 10_000, helper=False)),
    "product-21k-32": (
        "product, 21,000 x 320 by 32, ring 32",
        Rehearsal(21_000, 320, 32, 32, (TAX,)),
    ),
    "product-21k-64": (
        "product, 21,000 x 320 by 32, ring 64",
        Rehearsal(21_000, 320, 32, 64, (TAX,)),
    ),
    "tags-3-parties": (
        "tags, three lists of 100 k",
        Alignment((TAX, HRSS), 100_000, 100_000, helper=True),
    ),
    "ecdh-100k-100k": ("ECDH, 100 k x 100 k", Alignment((TAX,), 100_000, 100_000, helper=False)),
    "tags-10k-1m": ("tags, 10 k x 1 M", Alignment((TAX,), 10_000, 1_000_000, helper=True)),
    "tags-1m-1m": ("tags, 1 M x 1 M", Alignment((TAX,), 1_000_000, 1_000_000, helper=True)),
    "product-100k-32": (
        "product, 100,000 x 640 by 32, ring 32",
        Rehearsal(100_000, 640, 32, 32, (TAX,)),
    ),
    "product-100k-64": (
        "product, 100,000 x 640 by 32, ring 64",
        Rehearsal(100_000, 640, 32, 64, (TAX,)),
    ),
}
if credit_data() is not None:
    CASES["card"] = ("scorecard, default_credit 30,000 x (13 + 10)", Scorecard((TAX,)))
SPLIT = ("tags-1m-1m", "ecdh-10k-10k")
"""Cases that run once more under the profiler, each on fresh nodes after the first one."""
_ALONE = ("openmined-100k-100k", "openmined-1m-10k")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--case", action="append", choices=(*CASES, "all", "split", "openmined"))
    parser.add_argument("--openmined", type=Path, metavar="PYTHON")
    parser.add_argument("--folder", type=Path, help="keep the homes here, and use them again")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the nodes are stopped
    wanted = set(options.case or ["all"])
    if "all" in wanted:
        wanted = {*CASES, "split"} | ({"openmined"} if options.openmined else set())
    if options.folder is None:
        with tempfile.TemporaryDirectory(prefix="shuxin-nodes-") as folder:
            _run(Path(folder), wanted)
    else:
        options.folder.mkdir(parents=True, exist_ok=True)
        _run(options.folder, wanted)
    if "openmined" in wanted:
        _openmined(options.openmined)


def _run(folder: Path, wanted: set[str]) -> None:
    cases = [name for name in CASES if name in wanted]
    if not cases and "split" not in wanted:
        return
    began, network = time.monotonic(), _network(folder)
    print(f"set up in {time.monotonic() - began:.0f} s", file=sys.stderr)
    if cases:
        nodes = network.run(HOLDERS)
        try:
            _measure_all(network, nodes, cases)
        finally:
            _stop(nodes)
    if "split" in wanted:
        _split(network)


def _network(folder: Path) -> Network:
    """Set up, or as it was left there."""
    known = folder / "bases.json"
    if known.is_file():
        return Network(folder, json.loads(known.read_text()))
    network = Network(folder)
    network.set_up()
    known.write_text(json.dumps(network.bases))
    return network


def _measure_all(network: Network, nodes: Sequence[Node], cases: Iterable[str]) -> None:
    _idle(nodes)
    print("| job | party | CPU s | sent MiB | peak MiB | wall s | right |")
    print("|---|---|---|---|---|---|---|", flush=True)
    phases: list[str] = []
    for name in cases:
        title, case = CASES[name]
        for node in nodes:
            node.forget_peak()
        found = measure(network, nodes, case)
        _show(title, found)
        phases += [
            f"{title}: {who}: "
            + ", ".join(f"{step} {ms} ms" for step, ms in cost.phases_ms.items())
            for who, cost in found.costs.items()
            if cost.phases_ms
        ]
    print("\nProcessor time by phase, as the programs themselves counted it:\n")
    print("\n".join(f"- {line}" for line in phases) + "\n", flush=True)


def _idle(nodes: Sequence[Node]) -> None:
    before = [node.cpu() for node in nodes]
    time.sleep(IDLE_SECONDS)
    spent = max(node.cpu() - one for node, one in zip(nodes, before, strict=True))
    memory = max(node.memory("VmRSS") for node in nodes)
    load = os.getloadavg()[0]
    print(
        f"Idle node: {memory:.0f} MiB, {1000 * spent / IDLE_SECONDS:.0f} ms of processor a second."
        f" Load of the machine at the start: {load:.1f}.\n"
    )


def _show(title: str, found: Measured) -> None:
    for number, (who, cost) in enumerate(found.costs.items()):
        whole = (title, f"{found.wall_s:.1f}", "yes" if found.right else "NO")
        first, wall, right = whole if number == 0 else ("", "", "")
        print(
            f"| {first} | {who} | {cost.cpu_s:.2f} | {cost.sent_mib:.2f} | {cost.peak_mib:.0f}"
            f" | {wall} | {right} |",
            flush=True,
        )


def _split(network: Network) -> None:
    """Each case on nodes of its own, warmed by the first case: what a process loads once is not in it."""
    print("Where the seconds go, under the profiler (which adds to what it counts):\n")
    print("| job | party | CPU s | " + " | ".join(SHARES) + " |")
    print("|---|---|---|" + "---|" * len(SHARES), flush=True)
    for name in SPLIT:
        title, case = CASES[name]
        with tempfile.TemporaryDirectory(prefix="shuxin-split-") as figures:
            nodes = network.run(HOLDERS, site(Path(figures)))
            try:
                measure(network, nodes, CASES["first"][1])
                found = measure(network, nodes, case)
            finally:
                _stop(nodes)
            for node in nodes:
                cost = found.costs.get(node.holder.home)
                if cost is not None:
                    parts = shares(
                        Path(figures),
                        process=node.process.pid,
                        job_id=found.job_id,
                        cpu_s=cost.cpu_s,
                    )
                    cells = " | ".join(f"{one:.2f}" for one in parts.values())
                    print(
                        f"| {title} | {node.holder.home} | {cost.cpu_s:.2f} | {cells} |", flush=True
                    )
    print()


def _openmined(python: Path | None) -> None:
    if python is None:
        print("openmined needs --openmined PYTHON", file=sys.stderr)
        return
    print("openmined-psi alone, both roles in one process, no network:\n")
    print("| case | client CPU s | server CPU s | client sends MiB | server sends MiB | right |")
    print("|---|---|---|---|---|---|", flush=True)
    script = str(Path(__file__).with_name("alignment.py"))
    for name in _ALONE:
        command = [sys.executable, script, "--case", name, "--openmined", str(python)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        found = json.loads(done.stdout)
        cpu, sent = found["cpu_s"], found["sent_bytes"]
        print(
            f"| {name} | {cpu['client']:.2f} | {cpu['server']:.2f} | {sent['client'] / 2**20:.2f}"
            f" | {sent['server'] / 2**20:.2f} | {'yes' if found['right'] else 'NO'} |",
            flush=True,
        )


def _stop(nodes: Iterable[Node]) -> None:
    for node in nodes:
        node.stop()


if __name__ == "__main__":
    main()
