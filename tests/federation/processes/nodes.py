"""Three holders and a helper as a customer sets them up: separate processes with separate homes, by commands only."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.federation.processes.launcher import PID_BYTES, PLACE_BYTES, die_with_parent

from shuxin.kernel.organisation_code import organisation_check
from shuxin.kernel.uscc import check_symbol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parents[3]
WAIT_SECONDS = 120
JOB_SECONDS = 100
BANK, TAX, HRSS, NOTARY = "bank", "tax", "hrss", "notary"
HOLDERS = (TAX, HRSS)
DATA = (BANK, TAX, HRSS)
ALL = (*DATA, NOTARY)
CODES = {
    BANK: "91349900MA2BNK019J",
    TAX: "11349900MB1TAX001Y",
    HRSS: "11349900MB1HRR001Y",
    NOTARY: "12349900MB1NTY001L",
}
NAMES = {BANK: "农商银行", TAX: "税务局", HRSS: "人社局", NOTARY: "公证处"}
KINDS = {BANK: "bank", TAX: "department", HRSS: "department", NOTARY: "notary"}
DATASETS = {BANK: "客户名单", TAX: "户籍名单", HRSS: "参保名单"}
PARTY = {name: f"uscc:{code}" for name, code in CODES.items()}
PURPOSE = "model_training"
FROM, TO = "2020-01-01", "2028-01-01"


def code_of(number: int) -> str:
    """The ``number``-th firm's code, its check symbol right."""
    organisation = f"MA{number * 7919 % 1_000_003:06}"
    body = f"91349900{organisation}{organisation_check(organisation)}"
    return body + check_symbol(body)


def rows_of(name: str) -> list[int]:
    """Which firms each holder has; the common ones follow from it, and are not told to anybody."""
    return {
        BANK: [n for n in range(240) if n % 2 == 0 or n % 3 == 0],
        TAX: [n for n in range(400) if n % 3 != 1],
        HRSS: [n for n in range(60, 300) if n % 5 != 0],
    }[name]


def common(*names: str) -> set[str]:
    """The truth."""
    shared = set.intersection(*(set(rows_of(name)) for name in names))
    return {code_of(number) for number in shared}


def cells_of(name: str) -> set[str]:
    """Texts that stand in the rows of a holder and in no other's."""
    return {row.split(",")[1] for row in _lines(name)}


def _lines(name: str) -> list[str]:
    """Every third firm stands twice, once in small letters."""
    lines = []
    for number in rows_of(name):
        code, called = code_of(number), f"{NAMES[name]}第{number:04}号{number * 31337 % 99991}商行"
        day = f"2024-{1 + number % 12:02}-{1 + number % 28:02}"
        lines.append(f"{code},{called},{day},{(number * 104729) % 1000003}.25")
        if number % 3 == 0:
            lines.append(f"{code},{called},2025-{1 + number % 12:02}-03,{number + 7}.75")
    return lines


@dataclass
class Running:
    """A command or node in a process of its own."""

    pid: int
    line: socket.socket
    status: int | None = None

    def wait(self, seconds: float = WAIT_SECONDS) -> int:
        """Its exit status; -9 when it was killed."""
        if self.status is None:
            self.line.settimeout(seconds)
            said = self.line.recv(1)
            self.status = said[0] if said else -signal.SIGKILL
            self.line.close()
        return self.status

    def is_over(self) -> bool:
        """Whether it ended by itself."""
        if self.status is None:
            self.line.settimeout(0)
            with contextlib.suppress(BlockingIOError):
                self.wait(0)
        return self.status is not None

    def kill(self, number: int = signal.SIGKILL) -> int:
        if not self.is_over():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)
        return self.wait()


@dataclass(frozen=True)
class Said:
    """What a command printed, and its exit status."""

    status: int
    text: str

    def __contains__(self, part: str) -> bool:
        return _folded(part) in _folded(self.text)


def _folded(text: str) -> str:
    """Without white space and frames of tables, so that a wrapped cell is one text again."""
    return re.sub(r"[\s│┃┏┓┗┛└┘├┤┡┩━─╇┳┻┴┬╋┼]", "", text)


@dataclass
class Launcher:
    """Where commands are started (see ``launcher.py``)."""

    place: Path

    def start(
        self,
        arguments: Sequence[object],
        *,
        home: Path,
        out: Path,
        orders: Path | None = None,
    ) -> Running:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("SHUXIN_")}
        environment |= {"SHUXIN_HOME": str(home), "SHUXIN_LANG": "en"}
        call = json.dumps([[*map(str, arguments)], environment, str(home.parent)]).encode()
        line = socket.socket(socket.AF_UNIX)
        line.connect(str(self.place))
        pid = int.from_bytes(line.recv(PID_BYTES, socket.MSG_WAITALL), "big")
        line.sendall(str(orders or "").encode().ljust(PLACE_BYTES))
        with out.open("ab") as printed, Path(os.devnull).open("rb") as nothing:
            streams = [nothing.fileno(), printed.fileno(), printed.fileno()]
            socket.send_fds(line, [len(call).to_bytes(4, "big")], streams)
        line.sendall(call)
        return Running(pid, line)


@contextlib.contextmanager
def launching(folder: Path) -> Iterator[Launcher]:
    """One loaded process; whatever it started dies with it, and it with this one."""
    place = folder / "socket"
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SHUXIN_", "DJANGO_"))}
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.federation.processes.launcher", str(place)],
        env=kept | {"PYTHONPATH": str(ROOT)},
        preexec_fn=die_with_parent,  # noqa: PLW1509 - one thread here
    )
    try:
        wait_until(place.exists, what="the launcher")
        yield Launcher(place)
    finally:
        server.terminate()
        server.wait()


def wait_until(holds: Callable[[], object], *, what: str, seconds: float = WAIT_SECONDS) -> None:
    """Look again and again. Raises AssertionError, naming what did not come."""
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.02)


def at_once(*works: Callable[[], object]) -> list[object]:
    """For commands at different nodes."""
    with ThreadPoolExecutor(3) as pool:
        return [one.result() for one in [pool.submit(work) for work in works]]


@dataclass
class City:
    """Homes of four nodes beside each other in one folder."""

    folder: Path
    launcher: Launcher
    running: dict[str, Running] = field(default_factory=dict)
    commands: int = 0
    records: bool = False
    """Whether the nodes keep what went over the wire."""

    def home(self, name: str) -> Path:
        return self.folder / name

    def node(self, name: str) -> Path:
        return self.home(name) / "node"

    def say(self, name: str, *arguments: object) -> Said:
        """Run a command at a node's home."""
        self.commands += 1
        out = self.folder / f"{name}-{self.commands}.out"
        status = self.launcher.start(arguments, home=self.home(name), out=out).wait()
        text = out.read_text(encoding="utf-8")
        out.unlink()
        return Said(status, text)

    def do(self, name: str, *arguments: object) -> Said:
        """A command that must succeed."""
        said = self.say(name, *arguments)
        assert said.status == 0, f"{name}: {arguments}\n{said.text}\n{self.printed(name)}"
        return said

    # Setting up, as the documents say.

    def found(self, *, record: bool = True, trusting: Callable[[], object] = lambda: None) -> None:
        """Initialise, exchange cards, write policies, load data, record the joint bases.

        trusting: what each says of whom it trusts besides, before anything is kept there.
        """
        self.records = record
        ports = dict(zip(ALL, free_ports(len(ALL)), strict=True))
        at_once(*(lambda name=name: self._init(name, ports[name], record=record) for name in ALL))
        trusting()
        at_once(*(lambda name=name: self._load(name) for name in ALL))

    def _init(self, name: str, port: int, *, record: bool) -> None:
        self.do(
            name, "node", "init", CODES[name], NAMES[name],
            "--kind", KINDS[name], "--listen", f"127.0.0.1:{port}",
        )  # fmt: skip
        self.do(name, "node", "card", "--out", self.folder / f"{name}.card")
        if record:
            self.edit_config(name, record="true")
        self.write_policy(name)

    def _load(self, name: str) -> None:
        others = [self.folder / f"{one}.card" for one in ALL if one != name]
        self.do(name, "node", "peer", "add", *others)
        if name in DATA:
            self.load(name)
        if name in HOLDERS:
            self.do(
                name, "basis", "joint", PARTY[BANK], PURPOSE, "public_task",
                "政府信息资源共享管理暂行办法第五条", f"LP-{name}", DATASETS[name],
                *(word for one in HOLDERS if one != name for word in ("--also", PARTY[one])),
            )  # fmt: skip

    def load(self, name: str, *, without: Iterable[str] = ()) -> None:
        """Import a holder's list, but for the rows of some codes, and accept what is proposed."""
        department, table = NAMES[name], DATASETS[name]
        folder = self.folder / "files" / name
        folder.mkdir(parents=True, exist_ok=True)
        left_out = set(without)
        lines = [line for line in _lines(name) if line.split(",")[0] not in left_out]
        text = "\n".join(["统一社会信用代码,企业名称,登记日期,金额", *lines, ""])
        (folder / f"{table}.csv").write_text(text, encoding="utf-8")
        self.do(name, "import", folder, "--department", department, "--group", "public", "--accept")

    def write_policy(self, name: str, **changed: str) -> None:
        """The default policy with what these tests allow; ``changed`` as TOML values; kinds stay as they are."""
        values = {
            "proposers": f'["{PARTY[BANK]}"]',
            "helpers": f'["{PARTY[NOTARY]}"]',
            "datasets": '["*"]',
            "grounds": '["basis", "authorisations"]',
            "min_set_size": "5",
            "min_count": "5",
            "joint_jobs_per_dataset_version": "100000",
            "released_figures_per_dataset_version": "100000",
            "release": '"automatic"',
            "alignment": f'["{PURPOSE}"]',
        } | changed
        file = self.node(name) / "policy.toml"
        text = file.read_text(encoding="utf-8").partition("\n[[standing]]")[0]
        for key, value in values.items():
            text, count = re.subn(rf"(?m)^{key} = .*$", f"{key} = {value}", text)
            assert count == 1, key
        file.write_text(text, encoding="utf-8")

    def stand_by(self, name: str) -> None:
        """A standing approval of whatever the bank proposes."""
        file = self.node(name) / "policy.toml"
        text = file.read_text(encoding="utf-8").partition("\n[[standing]]")[0]
        entries = "".join(
            f'\n[[standing]]\nkind = "{kind}"\nproposer = "{PARTY[BANK]}"\n'
            f'purposes = ["{PURPOSE}"]\ndatasets = ["*"]\nhelpers = ["{PARTY[NOTARY]}"]\n'
            "until = 2030-01-01T00:00:00+08:00\n"
            for kind in ("alignment", "rehearsal")
        )
        file.write_text(text + entries, encoding="utf-8")

    def edit_config(self, name: str, **changed: str) -> None:
        file = self.node(name) / "node.toml"
        text = file.read_text(encoding="utf-8")
        for key, value in changed.items():
            text, count = re.subn(rf"(?m)^{key} = .*$", f"{key} = {value}", text)
            assert count == 1, key
        file.write_text(text, encoding="utf-8")

    # Running.

    def orders(self, name: str) -> Path:
        """Where a node looks for the step that it is to die at; see ``launcher.py``."""
        return self.folder / f"{name}.orders"

    def start(self, name: str) -> Running:
        """``shuxin node run``; back before it listens."""
        before = self.running.get(name)
        assert before is None or before.is_over()
        out = self.folder / f"{name}.log"
        call, home = ("node", "run"), self.home(name)
        found = self.launcher.start(call, home=home, out=out, orders=self.orders(name))
        self.running[name] = found
        return found

    def start_all(self, *names: str) -> None:
        wanted = names or ALL
        before = {name: self.printed(name).count("listens on") for name in wanted}
        for name in wanted:
            self.start(name)
        for name in wanted:
            wait_until(lambda name=name: self.listens(name, more_than=before[name]), what=name)

    def listens(self, name: str, *, more_than: int = 0) -> bool:
        return self.printed(name).count("listens on") > more_than

    def stop(self, *names: str) -> None:
        """As an administrator does; every one must end well."""
        stopped = [name for name in names or tuple(self.running) if name in self.running]
        for name in stopped:
            if not self.running[name].is_over():
                os.kill(self.running[name].pid, signal.SIGTERM)
        for name in stopped:
            status = self.running.pop(name).wait()
            assert status in {0, -signal.SIGKILL}, f"{name}: {status}\n{self.printed(name)}"

    def kill_all(self) -> None:
        for name in tuple(self.running):
            self.running.pop(name).kill()

    def printed(self, name: str) -> str:
        """By the node's process."""
        file = self.folder / f"{name}.log"
        return file.read_text(encoding="utf-8") if file.exists() else ""

    # Jobs.

    def propose(
        self,
        *,
        holders: Sequence[str] = HOLDERS,
        helper: str = NOTARY,
        grounds: Mapping[str, str] | None = None,
        status: int = 0,
        **options: object,
    ) -> str:
        """An alignment by the bank; the job's first digits, or what was said when it must fail."""
        inputs: list[object] = []
        for name in (BANK, *holders):
            ground = (grounds or {}).get(name) or self.basis(name)
            inputs += ["--input", PARTY[name], DATASETS[name], ground]
        asked = {"min_size": 5, "from": FROM, "to": TO, "wait": 60} | options
        words = [word for k, v in asked.items() for word in (f"--{k.replace('_', '-')}", v)]
        said = self.say(
            BANK, "node", "propose", "alignment", *self._seats(holders, helper), *words, *inputs
        )
        assert said.status == status, said.text
        return job_in(said.text) if not status else said.text

    def rehearse(self, **options: object) -> str:
        words = [word for k, v in options.items() for word in (f"--{k}", v)]
        seats = self._seats((TAX,), NOTARY)
        return job_in(self.do(BANK, "node", "propose", "rehearsal", *seats, *words).text)

    @staticmethod
    def _seats(holders: Sequence[str], helper: str) -> list[str]:
        seats = [word for name in holders for word in ("--holder", PARTY[name])]
        return [*seats, *(("--helper", PARTY[helper]) if helper else ())]

    def basis(self, name: str) -> str:
        """The id of the first basis for these jobs."""
        file = self.folder / f"{name}.basis"
        if not file.exists():
            said = self.do(name, "basis", "list").text
            found = re.search(rf"(joint-)?{PURPOSE}-\d{{8}}-[0-9a-f]{{6}}", first_column(said))
            assert found, said
            file.write_text(found[0])
        return file.read_text()

    def approve(self, job: str, *names: str) -> None:
        for name in names:
            self.known(job, name)
        at_once(*(lambda name=name: self.do(name, "node", "approve", job) for name in names))

    def known(self, job: str, *names: str) -> None:
        """Wait until the job came there."""
        for name in names:
            wait_until(lambda name=name: self.state(job, name), what=f"{job} at {name}")

    def state(self, job: str, name: str) -> str:
        """Read from the node's database, as its commands do; "" when the job is not there."""
        return str(
            self.one(name, "select state from federation_jobrecord where job_id like ?", job)
        )

    def one(self, name: str, question: str, *given: str) -> object:
        found = self.rows(name, question, *[f"{one}%" for one in given])
        return found[0][0] if found else ""

    def rows(self, name: str, question: str, *given: str) -> list[tuple[object, ...]]:
        import sqlite3

        file = self.home(name) / "shuxin.sqlite3"
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
            return database.execute(question, given).fetchall()

    def ended(self, job: str, *names: str, seconds: float = JOB_SECONDS) -> dict[str, str]:
        """How it ended at each."""
        ends = ("done", "refused", "stopped", "failed", "expired")
        for name in names:
            wait_until(
                lambda name=name: self.state(job, name) in ends,
                what=f"{job} at {name}: {self.state(job, name)}",
                seconds=seconds,
            )
        return {name: self.state(job, name) for name in names}

    def done(self, job: str, *names: str) -> None:
        found = self.ended(job, *names)
        if set(found.values()) != {"done"}:
            shown = "\n".join(self.say(name, "node", "jobs", job).text for name in names)
            raise AssertionError(f"{found}\n{shown}\n" + "\n".join(map(self.printed, names)))

    def aligned(self, job: str, name: str) -> list[str]:
        """The party's own common subjects, in the order that all share."""
        out = self.folder / f"{name}.aligned"
        self.do(name, "node", "result", job, "--out", out)
        return out.read_text().split()

    def whole_id(self, job: str) -> str:
        return str(
            self.one(BANK, "select job_id from federation_jobrecord where job_id like ?", job)
        )

    def entries(self, job: str, name: str) -> list[str]:
        """Lines of the node's log about a job."""
        whole = self.do(name, "log", "list", "--limit", 10_000).text
        return [line for line in whole.splitlines() if f"job={job}" in line]

    def shown(self, job: str, name: str) -> Said:
        return self.say(name, "node", "jobs", job)


def first_column(text: str) -> str:
    """Of tables: what stands in it, wrapped cells in one piece."""
    return "".join(line.split("│")[1].strip() for line in text.splitlines() if "│" in line)


def job_in(text: str) -> str:
    found = re.search(r"proposed: ([0-9a-f]{12})", text)
    assert found, text
    return found[1]


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as held:
        bound = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in bound]
