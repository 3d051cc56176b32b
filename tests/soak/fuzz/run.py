"""Fuzz every reader of strangers' bytes with atheris, in an environment of its own: ``run.py --seconds N [NAME...]``.

Prints a table; ends with 1 when something unforeseen came out, and says where the input lies.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = (
    "atheris",
    "cryptography",
    "rfc8785",
    "gmssl",
    "msgspec",
    "numpy",
    "pydantic",
    "python-stdnum",
)
NAMES = "import tests.soak.fuzz.targets as made; print('\\n'.join(made.targets()))"
LIMITS = ("-timeout=30", "-rss_limit_mb=1500", "-max_len=20000", "-print_final_stats=1")
_EXECUTED = re.compile(r"stat::number_of_executed_units:\s*(\d+)")
_COVERED = re.compile(r"cov: (\d+)")


def new_environment(folder: Path) -> Path:
    """Its interpreter."""
    uv = shutil.which("uv", path=f"{ROOT / '.tools' / 'bin'}{os.pathsep}{os.environ['PATH']}")
    if uv is None:
        raise SystemExit("uv is needed; set the project up first")
    subprocess.run([uv, "venv", "-q", "-p", "3.11", folder], check=True)
    python = folder / "bin" / "python"
    subprocess.run([uv, "pip", "install", "-q", "-p", python, *PACKAGES], check=True)
    return python


def run(python: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Under the sources of this tree, without its environment."""
    clean = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    return subprocess.run(
        ["nice", "-n", "10", python, *arguments],
        cwd=cwd,
        env=clean,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )


def fuzz(python: Path, name: str, *, seconds: int, folder: Path) -> bool:
    """One line of the table; whether only foreseen refusals came out."""
    place = folder / re.sub(r"\W+", "-", name)
    corpus = place / "corpus"
    corpus.mkdir(parents=True)
    options = (f"-max_total_time={seconds}", f"-artifact_prefix={place}/", *LIMITS)
    done = run(python, "-m", "tests.soak.fuzz.one", name, str(corpus), *options, cwd=ROOT)
    (place / "output.txt").write_text(done.stdout + done.stderr)
    executed, covered = _EXECUTED.search(done.stderr), _COVERED.findall(done.stderr)
    found = "nothing" if done.returncode == 0 else f"ERROR, see {place}"
    count = f"{int(executed[1]):,}" if executed else "?"
    sys.stdout.write(
        f"| {name} | {seconds} | {count} | {covered[-1] if covered else '?'} | {found} |\n"
    )
    sys.stdout.flush()
    return done.returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    python = new_environment(folder / "environment")
    names = options.names or run(python, "-c", NAMES, cwd=ROOT).stdout.split("\n")[:-1]
    sys.stdout.write(
        "| reader | seconds | executions | branches met | unforeseen |\n|---|---|---|---|---|\n"
    )
    fine = [fuzz(python, name, seconds=options.seconds, folder=folder) for name in names]
    return 0 if fine and all(fine) else 1


if __name__ == "__main__":
    sys.exit(main())
