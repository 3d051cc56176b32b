"""CPU seconds and bytes of each party in an alignment, without network, disk journal or node; and openmined-psi alone.

    python benchmarks/alignment.py [--case tags-1m-1m ...] [--openmined PYTHON]

How parties are run and timed: ``roles.py``. 30 % of the smaller set are common. The node's own costs (TLS,
journal with fsync, parts) are not here. ``--openmined`` names the Python of an environment of its own that has
openmined-psi; its two roles run in turn in one process, revealing the intersection to the client, with its
uncompressed ("raw") setup message. Bytes are of the messages themselves.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

LABEL, HOLDER, HELPER = (f"uscc:9144030012345678{digit}X" for digit in (0, 1, 4))
COMMON = 0.3
CASES = {
    "tags-1m-1m": ("tags", 1_000_000, 1_000_000, "both"),
    "tags-1m-10k": ("tags", 10_000, 1_000_000, "both"),
    "tags-1m-1m-one": ("tags", 1_000_000, 1_000_000, "one"),
    "tags-1m-1m-sm4": ("tags", 1_000_000, 1_000_000, "both"),
    "ecdh-100k-100k": ("ecdh", 100_000, 100_000, "both"),
    "openmined-100k-100k": ("openmined", 100_000, 100_000, "one"),
    "openmined-1m-10k": ("openmined", 10_000, 1_000_000, "one"),
}


def two_sets(label: int, holder: int) -> tuple[bytes, bytes, int]:
    """Sorted distinct codes of both, and how many are common."""
    import numpy as np

    from shuxin.kernel.uscc import ALPHABET

    shared = int(COMMON * min(label, holder))
    symbols = np.frombuffer(ALPHABET.encode(), np.uint8)
    rng = np.random.default_rng(1)
    drawn = (
        symbols[rng.integers(0, len(symbols), (label + holder - shared, 18))].view("S18").ravel()
    )
    if len(np.unique(drawn)) != len(drawn):
        raise SystemExit("equal codes drawn")
    return np.sort(drawn[:label]).tobytes(), np.sort(drawn[label - shared :]).tobytes(), shared


class Given:
    def __init__(self, content: bytes) -> None:
        self.content = content

    def codes(self) -> bytes:
        return self.content


def job_of(engine: str, learn: str, cipher: str) -> object:
    from shuxin.federation.domain.job import job_from

    seats = [{"party": LABEL, "role": "label"}, {"party": HOLDER, "role": "holder"}]
    if engine == "tags":
        seats.append({"party": HELPER, "role": "helper"})
    to = [LABEL, HOLDER] if learn == "both" else [LABEL]
    now = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    days = {"data_from": dt.date(2025, 1, 1), "data_to": dt.date(2026, 1, 1)}
    entering = {"dataset": "firms", "ground": "authorisations", **days}
    return job_from(
        {
            "nonce": "1" * 32,
            "proposer": LABEL,
            "purpose": "model_training",
            "parties": seats,
            "inputs": [{"party": one, **entering} for one in (LABEL, HOLDER)],
            "parameters": {"kind": "alignment", "engine": engine, "learn": learn},
            "cipher": cipher,
            "outputs": [{"name": "aligned", "to": one} for one in to],
            "proposed_at": now,
            "valid_to": now + dt.timedelta(days=30),
        }
    )


def ours(engine: str, label: int, holder: int, learn: str, *, cipher: str) -> dict[str, object]:
    from roles import Run
    from shuxin.federation.alignment.kind import AlignmentKind
    from shuxin.federation.engine.channel import Work

    own, others, shared = two_sets(label, holder)
    codes, job = {LABEL: own, HOLDER: others}, job_of(engine, learn, cipher)
    kind, kept = AlignmentKind(), {}

    def whole(work: Work) -> None:
        party = work.party
        kind.run(
            Work(
                job=job,
                job_id="0" * 64,
                party=party,
                role=job.role_of(party),
                channel=work.channel,
                seeds=work.seeds,
                release=lambda *_, **__: None,
                rows=Given(codes[party]) if party in codes else None,
                keep=lambda name, content: kept.__setitem__((party, name), content),
                progress=work.progress,
            )
        )

    run = Run(dict.fromkeys((seat.party for seat in job.parties), whole), kind.messages(job))
    run.together()
    count = json.loads(kept[LABEL, "summary"])["count"]
    names = {LABEL: "label", HOLDER: "holder", HELPER: "helper"}
    return {
        "right": count == shared,
        "cpu_s": {names[one]: round(spent, 2) for one, spent in sorted(run.seconds.items())},
        "sent_bytes": {names[one]: size for one, size in sorted(run.sent.items())},
    }


def openmined(client_size: int, server_size: int) -> dict[str, object]:
    """Runs in the other environment: nothing of this project is imported."""
    import private_set_intersection.python as psi

    shared = int(COMMON * min(client_size, server_size))
    own = [f"{number:018d}" for number in range(client_size)]
    others = [
        f"{number:018d}"
        for number in range(client_size - shared, client_size - shared + server_size)
    ]
    seconds = {"client": 0.0, "server": 0.0}

    def timed(who: str, work: Callable[[], object]) -> object:
        began = time.process_time()
        found = work()
        seconds[who] += time.process_time() - began
        return found

    client = psi.client.CreateWithNewKey(True)  # noqa: FBT003 - its signature
    server = psi.server.CreateWithNewKey(True)  # noqa: FBT003 - its signature
    raw = psi.DataStructure.RAW
    setup = timed(
        "server",
        lambda: server.CreateSetupMessage(1e-9, client_size, others, raw).SerializeToString(),
    )
    request = timed("client", lambda: client.CreateRequest(own).SerializeToString())

    def answer() -> bytes:
        asked = psi.Request()
        asked.ParseFromString(request)
        return server.ProcessRequest(asked).SerializeToString()

    response = timed("server", answer)

    def intersect() -> list[int]:
        first, second = psi.ServerSetup(), psi.Response()
        first.ParseFromString(setup)
        second.ParseFromString(response)
        return client.GetIntersection(first, second)

    found = timed("client", intersect)
    return {
        "right": len(found) == shared,
        "cpu_s": {who: round(spent, 2) for who, spent in seconds.items()},
        "sent_bytes": {"client": len(request), "server": len(setup) + len(response)},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--case", action="append", choices=CASES)
    parser.add_argument(
        "--openmined", type=Path, help="Python of an environment with openmined-psi"
    )
    parser.add_argument("--worker", choices=CASES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        _, label, holder, _ = CASES[options.worker]
        print(json.dumps(openmined(label, holder)))
        return
    for name in options.case or CASES:
        engine, label, holder, learn = CASES[name]
        if engine != "openmined":
            found = ours(engine, label, holder, learn, cipher="sm4" if "sm4" in name else "aes")
        elif options.openmined is None:
            print(f"{name}: needs --openmined", file=sys.stderr)
            continue
        else:
            command = [str(options.openmined), __file__, "--worker", name]
            found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        print(
            json.dumps({"case": name, "label_rows": label, "holder_rows": holder, **found}),
            flush=True,
        )


if __name__ == "__main__":
    main()
