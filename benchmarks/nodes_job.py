"""One job over running nodes, by commands: what it cost each party, and whether its result is right."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.nodes_setup import (
    BANK,
    CREDIT,
    NOTARY,
    Holder,
    codes_of,
    credit_data,
    credit_fields,
    dataset,
    numbers_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.nodes_setup import Network, Node

LOOK_SECONDS = 0.02
CREDIT_ROWS = (30_000, 6_636)
"""Rows of default_credit, and bads among them."""
LONGEST_SECONDS = 900
_ENDS = ("refused", "stopped", "failed", "expired")
_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Alignment:
    """Rows of the bank and of each holder; with a helper by tags, without by ECDH."""

    holders: tuple[Holder, ...]
    label_rows: int
    holder_rows: int
    helper: bool

    @property
    def parties(self) -> tuple[Holder, ...]:
        return (BANK, *self.holders, NOTARY) if self.helper else (BANK, *self.holders)

    def words(self, network: Network) -> list[str]:
        entering = [(BANK, self.label_rows), *((one, self.holder_rows) for one in self.holders)]
        inputs = [
            word
            for who, size in entering
            for word in ("--input", who.party, dataset(size), network.bases[who.home])
        ]
        days = ("--from", "2020-01-01", "--to", "2027-01-01")
        return ["alignment", *self._seats(), *days, "--min-size", "1000", *inputs]

    def _seats(self) -> list[str]:
        seats = [word for one in self.holders for word in ("--holder", one.party)]
        return [*seats, "--helper", NOTARY.party] if self.helper else seats

    def right(self, network: Network, job_id: str) -> bool:
        """Whether every data party was given the same firms in the same order, and just those that are common."""
        lists = [_aligned(network, one, job_id) for one in self.parties if one is not NOTARY]
        both = set(codes_of(numbers_of(BANK, self.label_rows)).tolist()) & set(
            codes_of(numbers_of(self.holders[0], self.holder_rows)).tolist()
        )
        same = all(one == lists[0] for one in lists)
        return same and len(lists[0]) == len(both) and set(lists[0]) == both


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A dealt product of random matrices; the last steps compute it again in plain, which is part of the cost."""

    rows: int
    left: int
    right_columns: int
    ring: int
    holders: tuple[Holder, ...]

    @property
    def parties(self) -> tuple[Holder, ...]:
        return (BANK, *self.holders, NOTARY)

    def words(self, _: Network) -> list[str]:
        sizes = {
            "--rows": self.rows,
            "--left": self.left,
            "--right": self.right_columns,
            "--ring": self.ring,
        }
        given = [word for name, size in sizes.items() for word in (name, str(size))]
        seats = ("--holder", self.holders[0].party, "--helper", NOTARY.party)
        return ["rehearsal", *seats, *given]

    def right(self, network: Network, job_id: str) -> bool:
        return bool(timing(network, BANK, job_id).get("exact"))


@dataclass(frozen=True, slots=True)
class Scorecard:
    """default_credit, 30,000 rows: outcomes and 13 features at the bank, 10 at the tax office."""

    holders: tuple[Holder, ...]

    @property
    def parties(self) -> tuple[Holder, ...]:
        return (BANK, *self.holders, NOTARY)

    def words(self, network: Network) -> list[str]:
        data = credit_data()
        if data is None:
            raise SystemExit("the data of default_credit are not at hand (set SHUXIN_DATA)")
        found = ["scorecard", "--model", "credit", "--target", "y", "--bad", "1"]
        for one in (BANK, *self.holders):
            found += ["--input", one.party, CREDIT, network.bases[one.home]]
            found += ["--features", one.party, ",".join(credit_fields(data, one))]
        seats = [word for one in self.holders for word in ("--holder", one.party)]
        days = ("--from", "2020-01-01", "--to", "2027-01-01")
        sizes = ("--rows", "30000", "--fits", "8")
        return [*found, *seats, "--helper", NOTARY.party, *days, *sizes]

    def right(self, network: Network, job_id: str) -> bool:
        """All rows with all outcomes, and features of both; equality with one place is tested elsewhere."""
        file = network.home(BANK) / "node" / "results" / job_id / "report"
        report = json.loads(file.read_bytes())
        parties = {column["party"] for column in report["fits"][-1]["columns"]}
        counts = (report["rows"], report["bads"])
        return counts == CREDIT_ROWS and parties == {BANK.party, self.holders[0].party}


Case = Alignment | Rehearsal | Scorecard


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one party: processor seconds, MiB sent, most MiB of memory since its node began."""

    cpu_s: float
    sent_mib: float
    peak_mib: float
    phases_ms: dict[str, int]


@dataclass(frozen=True, slots=True)
class Measured:
    job_id: str
    right: bool
    wall_s: float
    """From the last approval in that party's own records to done in all records."""
    costs: dict[str, Cost]


def measure(network: Network, nodes: Sequence[Node], case: Case) -> Measured:
    """Processor time is counted from before the last approval until every node has erased the job's folder."""
    job_id = _proposed(network, case)
    parties = case.parties
    running = {node.holder: node for node in nodes if node.holder in parties}
    for party in parties[1:-1]:
        network.shuxin(party, "node", "approve", job_id)
    before = {party: node.cpu() for party, node in running.items()}
    network.shuxin(parties[-1], "node", "approve", job_id)
    began = _approved_at(network, parties[-1], job_id)
    ended = max(_done_at(network, party, job_id) for party in parties)
    for party in parties:
        _until_erased(network, party, job_id)
    spent = {party: node.cpu() - before[party] for party, node in running.items()}
    costs = {
        party.home: Cost(
            round(spent[party], 2),
            round(_sent(network, party, job_id) / _MIB, 2),
            round(node.memory("VmHWM")),
            timing(network, party, job_id).get("cpu_ms", {}),
        )
        for party, node in running.items()
    }
    return Measured(job_id, case.right(network, job_id), round(ended - began, 2), costs)


def _proposed(network: Network, case: Case) -> str:
    """Proposed at the bank, and known to all its parties."""
    before = set(_rows(network, BANK, "SELECT job_id FROM federation_jobrecord"))
    network.shuxin(BANK, "node", "propose", *case.words(network))
    found = set(_rows(network, BANK, "SELECT job_id FROM federation_jobrecord")) - before
    job_id = str(found.pop()[0])
    for party in case.parties:
        _until(lambda party=party: bool(_state(network, party, job_id)), f"{party.home} has no job")
    return job_id


def _approved_at(network: Network, party: Holder, job_id: str) -> float:
    """The moment in its records, to the millisecond or better: nodes of a benchmark share one clock."""
    query = (
        "SELECT strftime('%s', w.at), strftime('%f', w.at) FROM federation_jobword w"
        " JOIN federation_jobrecord j ON j.id = w.job_id WHERE j.job_id = ? AND w.party = ?"
        " AND w.kind LIKE '%approval%'"
    )
    return _moment(_rows(network, party, query, job_id, party.party)[0])


def _done_at(network: Network, party: Holder, job_id: str) -> float:
    def over() -> bool:
        state = _state(network, party, job_id)
        if state in _ENDS:
            raise SystemExit(network.shuxin(party, "node", "jobs", job_id))
        return state == "done"

    _until(over, f"{party.home} is not done")
    query = (
        "SELECT strftime('%s', changed_at), strftime('%f', changed_at)"
        " FROM federation_jobrecord WHERE job_id = ?"
    )
    return _moment(_rows(network, party, query, job_id)[0])


def _moment(row: tuple[str, str]) -> float:
    whole, seconds = row
    return int(whole) + float(seconds) % 1


def _state(network: Network, party: Holder, job_id: str) -> str:
    rows = _rows(network, party, "SELECT state FROM federation_jobrecord WHERE job_id = ?", job_id)
    return str(rows[0][0]) if rows else ""


def _rows(network: Network, party: Holder, query: str, *given: str) -> list[tuple[str, str]]:
    file = network.home(party) / "shuxin.sqlite3"
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=30)) as base:
        return base.execute(query, given).fetchall()


def _until_erased(network: Network, party: Holder, job_id: str) -> None:
    folder = network.home(party) / "node" / "jobs" / job_id
    _until(lambda: not folder.exists(), f"{party.home} keeps the folder of a job that is over")


def _until(holds: Callable[[], bool], trouble: str) -> None:
    until = time.monotonic() + LONGEST_SECONDS
    while not holds():
        if time.monotonic() > until:
            raise SystemExit(trouble)
        time.sleep(LOOK_SECONDS)


def _sent(network: Network, party: Holder, job_id: str) -> int:
    """Bytes of its messages, as its archive has them."""
    file = network.home(party) / "node" / "archive" / f"{job_id}.json"
    lines = json.loads(file.read_bytes())["messages"].splitlines()
    return sum(size for way, _, _, size, _ in map(json.loads, lines) if way == "sent")


def timing(network: Network, party: Holder, job_id: str) -> dict[str, object]:
    """What a party of a rehearsal kept; empty for an alignment."""
    folder = network.home(party) / "node" / "results" / job_id
    file = next((folder / one for one in ("verdict", "timing") if (folder / one).is_file()), None)
    found: dict[str, object] = {} if file is None else json.loads(file.read_bytes())
    return found


def _aligned(network: Network, party: Holder, job_id: str) -> list[bytes]:
    file = network.folder / f"{party.home}.aligned"
    network.shuxin(party, "node", "result", job_id, "--out", str(file))
    return file.read_bytes().split()
