"""Where a node's processor seconds of a job go: its threads run under the standard library's profiler.

The nodes are the same, started by the same command; a ``sitecustomize`` in their path profiles every thread by the
thread's own processor clock and leaves the figures when the node stops. The profiler costs something itself, so these
seconds are for shares and not for sums.
"""

from __future__ import annotations

import pstats
from collections import Counter
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SITE = """
import atexit, cProfile, os, pathlib, threading, time

folder = pathlib.Path(os.environ["NODES_SPLIT"])
plain = threading.Thread.run


def kept(profile):
    name = threading.current_thread().name.replace("/", "_")
    profile.dump_stats(folder / f"{os.getpid()}~{name}~{threading.get_ident()}~{time.monotonic_ns()}")


def run(thread):
    profile = cProfile.Profile(time.thread_time)
    try:
        profile.runcall(plain, thread)
    finally:
        kept(profile)


def main_thread():
    whole.disable()
    kept(whole)


if "NODES_SPLIT" in os.environ:
    threading.Thread.run = run
    whole = cProfile.Profile(time.thread_time)
    atexit.register(main_thread)
    whole.enable()
"""
ROWS, PROGRAM, HASH, DISK, TLS, REST = "rows", "program", "SHA-256", "disk", "TLS", "other"
SHARES = (ROWS, PROGRAM, HASH, DISK, TLS, REST)
_LINE = {
    "<method 'update' of '_hashlib.HASH' objects>": HASH,
    "<built-in method _hashlib.openssl_sha256>": HASH,
    "<built-in method posix.fsync>": DISK,
    "<built-in method posix.pwrite>": DISK,
    "<built-in method posix.write>": DISK,
    "<built-in method posix.pread>": DISK,
    "<built-in method posix.replace>": DISK,
    "<method 'read' of '_ssl._SSLSocket' objects>": TLS,
    "<method 'write' of '_ssl._SSLSocket' objects>": TLS,
    "<method 'do_handshake' of '_ssl._SSLSocket' objects>": TLS,
    "<method 'read' of '_ssl.MemoryBIO' objects>": TLS,
    "<method 'write' of '_ssl.MemoryBIO' objects>": TLS,
}
"""Builtins of the line, by whichever thread."""


def site(folder: Path) -> dict[str, str]:
    """What to add to a node's environment; its figures come to ``folder``."""
    code = folder / "site"
    code.mkdir(parents=True)
    (code / "sitecustomize.py").write_text(SITE)
    return {"PYTHONPATH": str(code), "NODES_SPLIT": str(folder)}


def shares(folder: Path, *, process: int, job_id: str, cpu_s: float) -> dict[str, float]:
    """Seconds by part, of one stopped node; ``other``: what no part took of ``cpu_s``, the job's whole.

    ``rows``: the codes read from the dataset; ``program``: all else that the job's own thread computed.
    """
    found: Counter[str] = Counter()
    for file in sorted(folder.glob(f"{process}~*")):
        table = _table(file)
        line: Counter[str] = Counter()
        for (_, _, name), (_, _, own, *_) in table.items():
            if name in _LINE:
                line[_LINE[name]] += own
        found += line
        if file.name.split("~")[1] == f"job {job_id[:8]}":
            rows = _whole(table, "entering.py", "_read")
            found[ROWS] += rows
            total = max((whole for *_, whole, _ in table.values()), default=0.0)
            found[PROGRAM] += max(0.0, total - rows - sum(line.values()))
    found[REST] = max(0.0, cpu_s - sum(found.values()))
    return {name: round(found[name], 2) for name in SHARES}


def _whole(table: Mapping[tuple[str, int, str], Any], file: str, function: str) -> float:
    return sum(one[3] for key, one in table.items() if key[0].endswith(file) and key[2] == function)


def _table(file: Path) -> dict[tuple[str, int, str], tuple[int, int, float, float, object]]:
    return cast("Any", pstats.Stats(str(file))).stats  # type: ignore[no-any-return] # as it keeps them
