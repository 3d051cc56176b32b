"""The attacks of ``shuxin redteam`` in a process of their own, started from a page; what came so far stands in a file.

Run as ``python -m shuxin.portal.redteam_run FOLDER``. A folder has one run at a time.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import secrets
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from shuxin.infra.api import now_in_china, silent_progress, write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.federation.api import AttackVerdict

STATE, LOCK = "run.json", "lock"
_LONGEST = 1 << 20
_NICE = 10
_SEEDS = 1 << 31


@dataclass(frozen=True, slots=True)
class RedteamRun:
    """A run as far as it is (攻击演练). report: as ``redteam_report`` writes it, of the attacks that are over.

    now: the attack that runs, in both languages; None when none does.
    """

    total: int
    report: Mapping[str, Any]
    now: Mapping[str, str] | None
    began: dt.datetime
    is_running: bool

    @property
    def was_cut(self) -> bool:
        """It ended before its last attack: its process was killed."""
        whole = self.total and len(self.report["attacks"]) == self.total
        return not self.is_running and not whole


def last_run(folder: Path) -> RedteamRun | None:
    """The one that runs or the last one; None before the first."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        with (folder / STATE).open("rb") as opened:
            said = json.loads(opened.read(_LONGEST))
        running = _is_held(folder)
        return RedteamRun(
            said["total"],
            said["report"],
            said["now"] if running else None,
            dt.datetime.fromisoformat(said["began"]),
            running,
        )
    return None


def begin(folder: Path) -> None:
    """Start a run, unless one runs there. The lock goes over to its process, and ends with it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _keep(folder, total=0, report={"attacks": [], "seed": 0}, now=None, began=_moment())
        process = subprocess.Popen(  # noqa: S603 - this program, with a folder of its own
            [sys.executable, "-m", "shuxin.portal.redteam_run", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            pass_fds=[descriptor],
        )
    except BlockingIOError:
        return
    finally:
        os.close(descriptor)
    Thread(target=process.wait, name="redteam", daemon=True).start()


def _moment() -> str:
    return now_in_china().isoformat(timespec="minutes")


def _keep(
    folder: Path,
    *,
    total: int,
    report: Mapping[str, Any],
    now: Mapping[str, str] | None,
    began: str,
) -> None:
    said = {"total": total, "report": report, "now": now, "began": began}
    write_whole(folder / STATE, json.dumps(said, ensure_ascii=False).encode())


def _is_held(folder: Path) -> bool:
    with suppress(FileNotFoundError):
        descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
    return False


def run(folder: Path, *, seed: int) -> None:
    """All attacks, one after the other; the file is whole at every moment."""
    from shuxin.federation.api import ATTACKS, redteam_report, run_attacks  # noqa: PLC0415 - heavy

    began = _moment()
    verdicts: list[AttackVerdict] = []

    def keep(now: Mapping[str, str] | None) -> None:
        report = json.loads(redteam_report(verdicts, seed=seed))
        _keep(folder, total=len(ATTACKS), report=report, now=now, began=began)

    for attack in ATTACKS:
        keep({"en": attack.name.en, "zh": attack.name.zh})
        verdicts += run_attacks(seed=seed, progress=silent_progress, attacks=[attack])
    keep(None)


def main() -> int:
    """In the process that ``begin`` started, which holds the folder's lock."""
    os.nice(_NICE)
    from shuxin.portal.bootstrap import start  # noqa: PLC0415 - heavy

    start()
    run(Path(sys.argv[1]), seed=secrets.randbelow(_SEEDS))
    return 0


if __name__ == "__main__":
    sys.exit(main())
