"""Four holders' homes in a temporary folder, their generated datasets, and their nodes as processes.

Everything is done by a customer's own commands; ports are free ones.
"""

from __future__ import annotations

import csv
import os
import re
import socket
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from shuxin.kernel import organisation_code
from shuxin.kernel.uscc import ALPHABET, LENGTH, WEIGHTS
from shuxin.kernel.uscc_array import uscc_checks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

SIZES = (10_000, 100_000, 1_000_000)
PURPOSE = "model_training"
_CREDIT = "违约"
CREDIT = f"名录_{_CREDIT}"
"""The catalogue's name of default_credit at the bank and at the tax office."""
LAW, AGREEMENT = "政府信息资源共享管理暂行办法第五条", "BENCH-1"
_COMMON_FROM = 700_000
"""Number of the first firm that both sides can have: each list begins or ends beside it."""
_BODIES = 31**6
_SPREAD = 104_729 * 7_919
"""Coprime to ``_BODIES``: neighbouring numbers get codes far from each other."""
_SYMBOLS = np.frombuffer(ALPHABET.encode(), np.uint8)
_SHUXIN = Path(sys.executable).with_name("shuxin")
_TICKS = os.sysconf("SC_CLK_TCK")
_SECONDS_TO_START = 60.0


@dataclass(frozen=True, slots=True)
class Holder:
    """One home: name of its folder, party, registered name, kind."""

    home: str
    code: str
    name: str
    kind: str

    @property
    def party(self) -> str:
        return f"uscc:{self.code}"


BANK = Holder("bank", "91349900MA2BNK019J", "澜坪农商银行", "bank")
TAX = Holder("tax", "11349900MB1TAX001Y", "澜坪市税务局", "department")
HRSS = Holder("hrss", "11349900MB1HRR001Y", "澜坪市人社局", "department")
NOTARY = Holder("notary", "12349900MB1NTY001L", "澜坪公证处", "notary")
HOLDERS = (BANK, TAX, HRSS, NOTARY)
SIZES_OF = {BANK: SIZES, TAX: SIZES, HRSS: (100_000,), NOTARY: ()}


def numbers_of(holder: Holder, size: int) -> NDArray[np.int64]:
    """Firms of a list: 30 % of the bank's ``size`` lie in every other holder's list of at least as many."""
    first = _COMMON_FROM - (size * 7 // 10 if holder is BANK else 0)
    return np.arange(first, first + size)


def codes_of(numbers: NDArray[np.int64]) -> NDArray[np.bytes_]:
    """A distinct credit code for each number: enterprises of an unassigned region, both check symbols hold."""
    values = np.zeros((len(numbers), LENGTH), np.int8)
    values[:, :10] = [ALPHABET.index(one) for one in "91349901MA"]
    rest = numbers * _SPREAD % _BODIES
    for place in range(15, 9, -1):
        rest, values[:, place] = np.divmod(rest, 31)
    worth = np.array([organisation_code.SYMBOL_VALUE[one] for one in ALPHABET])
    checks = np.array([ALPHABET.index(one) for one in organisation_code.CHECK_SYMBOLS])
    values[:, 16] = checks[_weighted(worth[values[:, 8:16]], organisation_code.WEIGHTS) % 11]
    values[:, 17] = -_weighted(values[:, :17], WEIGHTS[:17]) % 31
    found: NDArray[np.bytes_] = _SYMBOLS[values].view(f"S{LENGTH}").ravel()
    checked = uscc_checks(found)
    if not (checked.check & checked.organisation_check).all():
        raise SystemExit("a generated code fails a check")
    return found


def _weighted(values: NDArray[np.integer], weights: Iterable[int]) -> NDArray[np.int64]:
    return sum(values[:, place].astype(np.int64) * one for place, one in enumerate(weights))


def write_dataset(file: Path, holder: Holder, size: int) -> None:
    """Parquet, rows in no order of codes."""
    order = np.random.default_rng(size).permutation(size)
    drawn = codes_of(numbers_of(holder, size))[order]
    days = np.datetime64("2021-01-01") + np.arange(size) % 1500
    fixed = pa.Array.from_buffers(pa.binary(LENGTH), size, [None, pa.py_buffer(drawn.tobytes())])
    columns = {
        "统一社会信用代码": fixed.cast(pa.binary()).cast(pa.string()),
        "登记日期": pa.array(days),
        "从业人数": pa.array(order % 500),
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), file)


def credit_data() -> Path | None:
    """default_credit as two institutions have it; None where the real data are not at hand."""
    root = Path(os.environ.get("SHUXIN_DATA", Path(__file__).parents[2] / "shared" / "data"))
    return root / "fate_examples" if (root / "fate_examples").is_dir() else None


def credit_fields(data: Path, holder: Holder) -> list[str]:
    """The features of the bank, which has the outcomes, and of the tax office."""
    with _credit_file(data, holder).open(encoding="utf-8", newline="") as file:
        names = next(csv.reader(file))
    return [name for name in names if name not in {"id", "y"}]


def write_credit(file: Path, data: Path, holder: Holder) -> None:
    """The 30,000 rows as firms with made-up codes."""
    with _credit_file(data, holder).open(encoding="utf-8", newline="") as read:
        rows = sorted(csv.DictReader(read), key=lambda row: int(float(row["id"])))
    firms = codes_of(np.arange(2_000_000, 2_000_000 + len(rows)))
    columns: dict[str, pa.Array] = {
        "统一社会信用代码": pa.array([code.decode() for code in firms.tolist()]),
        "登记日期": pa.array(np.full(len(rows), np.datetime64("2023-05-06"))),
    }
    for name in rows[0]:
        if name != "id":
            columns[name] = pa.array([float(row[name]) for row in rows])
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), file)


def _credit_file(data: Path, holder: Holder) -> Path:
    return data / f"default_credit_hetero_{'guest' if holder is BANK else 'host'}.csv"


@dataclass
class Node:
    """A running ``shuxin node run``."""

    holder: Holder
    process: subprocess.Popen[bytes]

    def cpu(self) -> float:
        """User and system seconds of the process so far, all its threads, those that ended too."""
        text = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(text[11]) + int(text[12])) / _TICKS

    def memory(self, name: str) -> float:
        """MiB; ``VmRSS`` now, ``VmHWM`` the most there ever was."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024

    def forget_peak(self) -> None:
        """``VmHWM`` begins anew."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(60)


@dataclass
class Network:
    """The homes, and the commands on them."""

    folder: Path
    bases: dict[str, str] = field(default_factory=dict)
    """Home -> the basis on which its datasets enter."""

    def home(self, holder: Holder) -> Path:
        return self.folder / holder.home

    def shuxin(self, holder: Holder, *words: str) -> str:
        """What the command prints. SystemExit when it fails."""
        command = [str(_SHUXIN), "--home", str(self.home(holder)), *words]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, env=environment()
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(words)}: {done.stdout}{done.stderr}")
        return done.stdout

    def set_up(self) -> None:
        for holder, port in zip(HOLDERS, free_ports(len(HOLDERS)), strict=True):
            listen = f"127.0.0.1:{port}"
            words = (holder.code, holder.name, "--kind", holder.kind, "--listen", listen)
            self.shuxin(holder, "node", "init", *words)
            self.shuxin(holder, "node", "card", "--out", str(self.card(holder)))
        for holder in HOLDERS:
            others = [str(self.card(one)) for one in HOLDERS if one is not holder]
            self.shuxin(holder, "node", "peer", "add", *others)
            self._allow(holder)
            if SIZES_OF[holder]:
                self.bases[holder.home] = self._hold(holder, SIZES_OF[holder])

    def card(self, holder: Holder) -> Path:
        return self.folder / f"{holder.home}.card"

    def _hold(self, holder: Holder, sizes: tuple[int, ...]) -> str:
        """Import its datasets; the basis on which they enter joint jobs with the bank."""
        folder = self.folder / "data" / holder.home
        for size in sizes:
            write_dataset(folder / "名录" / f"企业{size}.parquet", holder, size)
        data = credit_data()
        if data is not None and holder in {BANK, TAX}:
            write_credit(folder / "名录" / f"{_CREDIT}.parquet", data, holder)
        self.shuxin(holder, "import", str(folder), "--accept")
        if holder is BANK:
            return _basis_id(PURPOSE, self.shuxin(holder, "basis", "list"))
        others = [one.party for one in (TAX, HRSS) if one is not holder]
        also = [word for one in others for word in ("--also", one)]
        names = [*map(dataset, sizes), *([CREDIT] if data is not None and holder is TAX else [])]
        words = (BANK.party, PURPOSE, "public_task", LAW, AGREEMENT, *names, *also)
        return _basis_id(f"joint-{PURPOSE}", self.shuxin(holder, "basis", "joint", *words))

    def _allow(self, holder: Holder) -> None:
        """The policy of this node: what a person would write with an editor."""
        file = self.home(holder) / "node" / "policy.toml"
        text = file.read_text()
        wanted = {
            "proposers": f'["{BANK.party}"]',
            "helpers": f'["{NOTARY.party}"]',
            "datasets": '["*"]',
            "grounds": '["basis"]',
            "engines": '["tags", "ecdh"]',
            "learn": '["both", "one", "count"]',
            "level_max": "3",
            "release": '"automatic"',
            "joint_jobs_per_dataset_version": "1000",
            "released_figures_per_job": "100000",
            "released_figures_per_dataset_version": "1000000",
        }
        for name, value in wanted.items():
            text, count = re.subn(rf"^{name} = .*$", f"{name} = {value}", text, flags=re.MULTILINE)
            if count != 1:
                raise SystemExit(f"the policy has no {name}")
        file.write_text(text)

    def run(self, holders: Iterable[Holder], more: Mapping[str, str] | None = None) -> list[Node]:
        """Start these nodes, and wait until each says that it listens."""
        nodes, until = [], time.monotonic() + _SECONDS_TO_START
        for holder in holders:
            file = self.folder / f"{holder.home}.log"
            with file.open("wb") as log:
                command = [str(_SHUXIN), "--home", str(self.home(holder)), "node", "run"]
                given = environment() | dict(more or {})
                nodes.append(
                    Node(holder, subprocess.Popen(command, stdout=log, stderr=log, env=given))
                )
        for node in nodes:
            file = self.folder / f"{node.holder.home}.log"
            while b"listens" not in file.read_bytes():
                if node.process.poll() is not None or time.monotonic() > until:
                    raise SystemExit(f"{node.holder.home}: {file.read_text()}")
                time.sleep(0.05)
        return nodes


def dataset(size: int) -> str:
    """Its name in the catalogue."""
    return f"名录_企业{size}"


def environment() -> dict[str, str]:
    """One thread of BLAS each: the nodes share the machine, and their processor time is what counts."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SHUXIN_")}
    return kept | {"SHUXIN_LANG": "en", "COLUMNS": "400", "OPENBLAS_NUM_THREADS": "1"}


def free_ports(count: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(one.getsockname()[1]) for one in held]
    for one in held:
        with closing(one):
            pass
    return ports


def _basis_id(start: str, printed: str) -> str:
    """The id of the first basis that begins so in what a command said."""
    found = re.search(rf"\b{start}-[0-9]{{8}}-[0-9a-f]+", printed)
    if found is None:
        raise SystemExit(f"no basis in: {printed}")
    return found.group()
