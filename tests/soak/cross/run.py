"""All cross-checks with independent implementations, each in an environment of its own: ``run.py``.

Needs node, npm, openssl, and for trees and notes Go with golang.org/x/mod under ``GOPATH`` (Debian:
golang-go, golang-golang-x-mod-dev, /usr/share/gocode). Ends with an error at the first difference.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
PYTHON = ROOT / ".venv" / "bin" / "python"
GOPATH = "/usr/share/gocode"
PACKAGES, CANONICALIZE = ("sd-jwt==0.10.4", "pymerkle==7.0.0"), "canonicalize@4.0.0"


def do(*command: object, cwd: Path, **more: str) -> None:
    subprocess.run(list(map(str, command)), cwd=cwd, env=os.environ | more, check=True)


def check(name: str, *arguments: object) -> None:
    sys.stdout.write(f"{name}\n")
    sys.stdout.flush()
    paths = f"{ROOT / 'src'}{os.pathsep}{ROOT}"
    do(PYTHON, HERE / f"{name}.py", *arguments, cwd=ROOT, PYTHONPATH=paths)


def go(folder: Path) -> Path:
    source = HERE / "peer.go"
    modes = {"GOPATH": os.environ.get("GOPATH", GOPATH), "GO111MODULE": "off"}
    do(
        "go",
        "build",
        "-o",
        folder / "peer",
        source,
        cwd=folder,
        GOCACHE=f"{folder / 'go'}",
        **modes,
    )
    return folder / "peer"


def npm(folder: Path) -> Path:
    shutil.copy(HERE / "canonical.mjs", folder)
    do("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", CANONICALIZE, cwd=folder)
    return folder


def python(folder: Path) -> Path:
    uv = shutil.which("uv", path=f"{ROOT / '.tools' / 'bin'}{os.pathsep}{os.environ['PATH']}")
    made = folder / "python"
    do(uv, "venv", "-q", "-p", "3.11", made, cwd=folder)
    do(uv, "pip", "install", "-q", "-p", made / "bin" / "python", *PACKAGES, cwd=folder)
    return made / "bin" / "python"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="cross-") as name:
        folder = Path(name)
        check("merkle", go(folder))
        check("canonical", npm(folder))
        own = python(folder)
        check("second_tree", own)
        check("credentials", own)
        check("chinese")


if __name__ == "__main__":
    main()
