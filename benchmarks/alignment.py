"""CPU seconds and bytes of each party in an alignment, without network, disk journal or node; and openmined-psi alone.

    python benchmarks/alignment.py [--case tags-1m-1m ...] [--openmined PYTHON]

Every party runs its own program in a thread of one process; a thread's own CPU clock is read at its end, so what a
party computes is counted and what it waits is not. 30 % of the smaller set are common. The node's own costs (TLS,
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
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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


@dataclass(frozen=True)
class Message:
    path: Path

    @property
    def size(self) -> int:
        return self.path.stat().st_size

    def read(self) -> bytes:
        return self.path.read_bytes()


@dataclass
class Post:
    folder: Path
    sent: dict[tuple[str, str, str], Message] = field(default_factory=dict)
    changed: threading.Condition = field(default_factory=threading.Condition)


@dataclass
class Line:
    """A channel over files of one folder."""

    party: str
    post: Post
    kept: dict[str, bytes] = field(default_factory=dict)

    def once(self, name: str, make: Callable[[], bytes]) -> bytes:
        return self.kept.setdefault(name, make())

    def send(self, to: str, name: str, parts: Callable[[], Iterable[bytes | memoryview]]) -> None:
        path = self.post.folder / f"{self.party[-2]}-{to[-2]}-{name.replace('/', '-')}"
        with path.open("wb") as file:
            file.writelines(parts())
        with self.post.changed:
            self.post.sent[self.party, to, name] = Message(path)
            self.post.changed.notify_all()

    def receive(self, sender: str, name: str) -> Message:
        key = (sender, self.party, name)
        with self.post.changed:
            self.post.changed.wait_for(lambda: key in self.post.sent)
            return self.post.sent[key]


class Given:
    def __init__(self, content: bytes) -> None:
        self.content = content

    def codes(self) -> bytes:
        return self.content


class PairSeeds:
    def pair(self, peer: str, label: str, *, binding: bytes = b"") -> bytes:  # noqa: ARG002 - one key does
        return bytes(32)


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
    from shuxin.federation.alignment.kind import AlignmentKind
    from shuxin.federation.engine.channel import Work
    from shuxin.infra.api import silent_progress

    own, others, shared = two_sets(label, holder)
    codes, job = {LABEL: own, HOLDER: others}, job_of(engine, learn, cipher)
    kind, seconds, kept = AlignmentKind(), {}, {}

    def run(party: str) -> None:
        rows = Given(codes[party]) if party in codes else None
        work = Work(
            job=job,
            job_id="0" * 64,
            party=party,
            role=job.role_of(party),
            channel=Line(party, post),
            seeds=PairSeeds(),
            release=lambda *_, **__: None,
            rows=rows,
            keep=lambda name, content: kept.__setitem__((party, name), content),
            progress=silent_progress,
        )
        kind.run(work)
        seconds[party] = time.thread_time()

    with tempfile.TemporaryDirectory() as folder:
        post = Post(Path(folder))
        threads = [threading.Thread(target=run, args=(seat.party,)) for seat in job.parties]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        sent = dict.fromkeys(seconds, 0)
        for (sender, _, _), message in post.sent.items():
            sent[sender] += message.size
    count = json.loads(kept[LABEL, "summary"])["count"]
    names = {LABEL: "label", HOLDER: "holder", HELPER: "helper"}
    return {
        "right": count == shared,
        "cpu_s": {names[one]: round(spent, 2) for one, spent in sorted(seconds.items())},
        "sent_bytes": {names[one]: size for one, size in sorted(sent.items())},
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
