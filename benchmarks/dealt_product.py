"""The dealt product in one process, each side in turn: processor seconds, bytes and peak memory of each.

    OPENBLAS_NUM_THREADS=1 python benchmarks/dealt_product.py [rows left right ring dense|onehot cipher]

Messages go through files of a temporary folder, as between nodes, but there is no line and no fsync: real processes
are measured by the node's rehearsal. The result is compared with the plain product.
"""

from __future__ import annotations

import ctypes
import json
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from roles import HELPER, HOLDER, LABEL, Post, work_of
from shuxin.federation.product.dealt import HelperSide, HolderSide, LabelSide
from shuxin.federation.product.generator import Cipher, Generator
from shuxin.federation.product.matrices import Dense, OneHot
from shuxin.federation.product.plan import Check, Plan, Seats
from shuxin.federation.product.ring import Ring

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shuxin.federation.product.matrices import LeftMatrix

BINS = 32
STANDARD = (
    (21_000, 320, 32, 32),
    (21_000, 320, 32, 64),
    (100_000, 640, 32, 32),
    (100_000, 640, 32, 64),
)


class Meter:
    """Processor milliseconds and the most memory above what was there, by side."""

    def __init__(self) -> None:
        self.milliseconds: dict[str, float] = {}
        self.mebibytes: dict[str, float] = {}

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        ctypes.CDLL(None).malloc_trim(0)
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
        before, begun = _status("VmRSS"), time.process_time()
        yield
        spent, most = 1000 * (time.process_time() - begun), (_status("VmHWM") - before) / 1024
        self.milliseconds[name] = round(self.milliseconds.get(name, 0) + spent, 1)
        self.mebibytes[name] = round(max(self.mebibytes.get(name, 0), most), 1)


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


def measure(  # noqa: PLR0917 - a line of arguments
    rows: int, left: int, right: int, bits: int, form: str, cipher: Cipher
) -> dict[str, Any]:
    ring, rng = Ring(bits), np.random.default_rng(1)
    x: LeftMatrix
    if form == "onehot":
        sizes = (BINS,) * (left // BINS)
        bins = rng.integers(0, BINS, (rows, len(sizes)))
        x = OneHot(bins, sizes, ring)
    else:
        words = Generator(bytes(32)).words((rows, left), ring)
        x = Dense(words, ring)
    v = ring.of(rng.integers(-(1 << 12), 1 << 12, (rows, right)))
    plan = Plan(
        step="p",
        seats=Seats(HELPER, HOLDER, LABEL),
        rows=rows,
        left=left,
        schedule=(right,),
        ring=ring,
        check=Check(columns=1, value_bits=bits if form == "dense" else bits * 7 // 8),
        cipher=cipher,
    )
    with tempfile.TemporaryDirectory() as name:
        post, meter = Post(Path(name)), Meter()
        with meter.of("holder, mask"):
            holder = HolderSide(work_of(HOLDER, post), plan, x)
            holder.send_mask()
        with meter.of("helper"):
            HelperSide(work_of(HELPER, post), plan).deal()
        with meter.of("label, ahead"):
            label = LabelSide(work_of(LABEL, post), plan)
            label.ahead()
        with meter.of("label, online"):
            share = label.product(0, Dense(v, ring))
        with meter.of("holder, online"):
            holder.open_to_label(0, holder.product(0))
        with meter.of("label, online"):
            result = label.opened(0, share)
        sent = {"-".join(key): size for key, size in sorted(post.sizes.items())}
    if form == "onehot":
        wanted = np.concatenate(
            [
                [v[bins[:, j] == b].sum(axis=0, dtype=ring.dtype) for b in range(BINS)]
                for j in range(left // BINS)
            ]
        ).T
    else:
        wanted = v[:, :1].T @ words  # whole numbers, numpy's own loop; one column of many
        result = result[:1]
    return {
        "shape": f"{rows} x {left} by {right}",
        "ring": bits,
        "form": form,
        "cipher": cipher.value,
        "exact": bool((result == wanted).all()),
        "cpu_ms": meter.milliseconds,
        "extra_mib": meter.mebibytes,
        "bytes": sent,
    }


def main() -> None:
    if len(sys.argv) > 1:
        rows, left, right, bits = map(int, sys.argv[1:5])
        print(json.dumps(measure(rows, left, right, bits, sys.argv[5], Cipher(sys.argv[6]))))
        return
    measure(2000, 64, 4, 32, "onehot", Cipher.AES)  # imports and first touches are not counted
    for shape in STANDARD:
        for form in ("onehot", "dense"):
            print(json.dumps(measure(*shape, form, Cipher.AES)))


if __name__ == "__main__":
    main()
