"""Other libraries beside ours: each in its own interpreter and process, with its own packages.

A question is one JSON line to the worker's standard input, the answer one JSON line back; arrays go through
files. The same worker answers many questions, so that both sides can be measured in turn. Nothing here
needs more than the standard library, because every worker imports it.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Answer = Callable[..., dict[str, Any]]


class Comparator:
    """A worker that stays alive between questions; ended by ``close``."""

    def __init__(self, *, python: Path, worker: str) -> None:
        script = Path(__file__).with_name(worker)
        self._process = subprocess.Popen(
            [str(python), "-W", "ignore", str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, what: str, **facts: object) -> dict[str, Any]:
        """Raises SystemExit when the worker is gone; it has said why on standard error."""
        sent, heard = self._process.stdin, self._process.stdout
        if sent is None or heard is None:
            raise SystemExit("the worker has no pipes")
        print(json.dumps({"what": what, "facts": facts}), file=sent, flush=True)
        line = heard.readline()
        if not line:
            raise SystemExit(f"the worker ended with {self._process.wait()}")
        return json.loads(line)

    def close(self) -> None:
        self._process.communicate()


def serve(**answers: Answer) -> None:
    """Answer questions until there are no more; what libraries print goes to standard error."""
    heard, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(answers[asked["what"]](**asked["facts"])), file=heard, flush=True)


def machine() -> str:
    """Processors, memory, system and Python, for the head of a table."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()},"
        f" Python {platform.python_version()}; threads of BLAS and OpenMP as they come"
    )
