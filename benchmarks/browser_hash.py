"""How long a browser takes to hash a large file on the verification page, and how much memory that adds.

Run: ``python benchmarks/browser_hash.py [--mib 1024]``. Starts ``shuxin serve`` and Chromium, lets the page's own
modules compute the commitment, compares it with Python's, and reads the resident memory of the browser's
processes (``/proc``, so Linux only) before and during it. Chromium counts shared libraries in each process,
therefore the growth over the page at rest is what the hashing adds.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

_HEAD = b"DVP1\nhmac-sha256\nnone\napplication/octet-stream\n"
_SALT = bytes(range(32))
_PIECE = 1 << 20
_SCRIPT = """async (salt) => {
    const { commitmentOf } = await import('/static/verify/hashing.js');
    return commitmentOf({ alg: 'hmac-sha256', canon: 'none', media_type: 'application/octet-stream' }, {
        content: document.getElementById('file').files[0], salt: Uint8Array.from(salt),
        onProgress: () => {}, signal: new AbortController().signal });
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=1024)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "large.bin"
        expected = written(file, mib=options.mib)
        with served(Path(folder) / "home") as site, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox"]
            )
            page = browser.new_page()
            page.goto(f"{site}/verify", wait_until="networkidle")
            page.set_input_files("#file", file)
            time.sleep(2)
            report(page, expected=expected, mib=options.mib)
            browser.close()


def written(file: Path, *, mib: int) -> str:
    """Random content, so that no layer below can leave a hole out; its commitment."""
    mac = hmac.new(_SALT, _HEAD, hashlib.sha256)
    with file.open("wb") as target:
        for _ in range(mib):
            piece = os.urandom(_PIECE)
            mac.update(piece)
            target.write(piece)
    return mac.hexdigest()


class served:  # noqa: N801 - read as a sentence
    """``shuxin serve`` on a free port; its address."""

    def __init__(self, home: Path) -> None:
        command = [Path(sys.executable).parent / "shuxin", "--lang", "en", "serve", "--port", "0"]
        environment = os.environ | {"SHUXIN_HOME": str(home)}
        self._server = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> str:
        said = self._server.stdout.readline() if self._server.stdout else ""
        return said.split()[-1]

    def __exit__(self, *_: object) -> None:
        self._server.terminate()
        self._server.wait()


def report(page: Page, *, expected: str, mib: int) -> None:
    rest, peak, over = resident(), {}, threading.Event()

    def watch() -> None:
        while not over.wait(0.1):
            for process, size in resident().items():
                peak[process] = max(size, peak.get(process, 0))

    watcher = threading.Thread(target=watch)
    watcher.start()
    started = time.perf_counter()
    found = page.evaluate(_SCRIPT, list(_SALT))
    seconds = time.perf_counter() - started
    over.set()
    watcher.join()
    if found != expected:
        raise SystemExit("the browser's commitment differs from Python's")
    growth = {process: size - rest.get(process, 0) for process, size in peak.items()}
    print(f"{mib} MiB in {seconds:.1f} s, {mib / seconds:.0f} MiB/s; commitment equals Python's")
    print(f"largest growth of one process: {max(growth.values()):.0f} MB")
    print(f"growth of all together: {sum(max(0, size) for size in growth.values()):.0f} MB")
    print(f"largest process at its peak: {max(peak.values()):.0f} MB")


def resident() -> dict[int, float]:
    """Megabytes (10^6 bytes) of each process of the browser below this one."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue
        children.setdefault(int(parent), []).append(int(folder.name))
    found, todo = {}, [os.getpid()]
    while todo:
        process = todo.pop()
        todo += children.get(process, [])
        size = _chromium_size(process)
        if size:
            found[process] = size
    return found


def _chromium_size(process: int) -> float:
    try:
        words = Path(f"/proc/{process}/cmdline").read_bytes()
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6 if b"chrom" in words.split(b"\0")[0] else 0.0


if __name__ == "__main__":
    main()
