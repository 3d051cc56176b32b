"""Whether one city comes out the same with one process and with two: digests of every table, and what it took.

    python benchmarks/city_same.py [--size county] [--seed 1] [--keep FOLDER]

Generates the city twice in folders of its own and compares the digests of all tables and of the truth (SHA-256 over
the columns in the order of rows). Prints one digest over all of them, seconds of wall time and of the processor, and
the largest resident set of a process. Ends with 1 where a table differs.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def generated(folder: Path, *, size: str, seed: int, processes: int) -> dict[str, str]:
    """Digests by table."""
    code = (
        "import sys; from pathlib import Path; from shuxin.city.api import WorldSize, generate_city;"
        "folder, size, seed, many = sys.argv[1:];"
        "generate_city(Path(folder), size=WorldSize(size), seed=int(seed), processes=int(many))"
    )
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    words = [sys.executable, "-c", code, str(folder), size, str(seed), str(processes)]
    subprocess.run(words, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    user, system = after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime
    print(
        f"{processes} process{'es' if processes > 1 else ''}: {manifest['rows']} rows,"
        f" {time.monotonic() - began:.0f} s, {user:.0f} s of processor and {system:.0f} in the system;"
        f" largest resident set so far {after.ru_maxrss / 1e6:.2f} GB"
    )
    tables = [*manifest["catalogues"], *manifest["truth"]]
    return {"world": manifest["world"], **{one["slug"]: one["digest"] for one in tables}}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", default="county")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="where the second one is moved to")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as root:
        sides = []
        for processes in (1, 2):
            folder = Path(root) / "city"
            shutil.rmtree(folder, ignore_errors=True)
            sides.append(generated(folder, size=asked.size, seed=asked.seed, processes=processes))
        if asked.keep:
            shutil.move(folder, asked.keep)
    one, two = sides
    other = sorted(slug for slug in one.keys() | two.keys() if one.get(slug) != two.get(slug))
    whole = hashlib.sha256("\n".join(f"{slug} {one[slug]}" for slug in sorted(one)).encode())
    print(f"{len(one)} digests, {len(other)} differ; over all: {whole.hexdigest()}")
    for slug in other:
        print(slug)
    return int(bool(other))


if __name__ == "__main__":
    sys.exit(main())
