"""The log over real processes: killed writers, writers at once, and a witness with a folder of its own."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tests.ledger.commands import run
from tests.ledger.samples import KEY, NOW, ORIGIN, entries, entry, new_log, trust_of

from shuxin.infra.api import Settings
from shuxin.ledger.api import Entry, log_key, own_log, verify_proof
from shuxin.ledger.checking import check_shared_folder

if TYPE_CHECKING:
    import pytest

KILLS = 20
SEED = 7
ROOT = Path(__file__).resolve().parents[2]
COMMAND = """
import sys
from tests.ledger.commands import run
sys.exit(run(sys.argv[1:]))
"""


def killed_while_appending(folder: Path, *, kills: int, seed: int) -> None:
    """A writer is killed at random moments; after each, every acknowledged entry is there and provable."""
    moments = random.Random(seed)  # noqa: S311 - moments to kill at, no secret
    acknowledged = 0
    for kill in range(kills):
        acknowledged = max(acknowledged, killed_writer(folder, moments))
        if kill % 10 == 0:
            key = log_key(ORIGIN, KEY.public)
            left = check_shared_folder(folder, key=key, wait_seconds=5)
            assert all(one.unfinished for one in left), left
        log = new_log(folder)
        assert log.size >= acknowledged
        assert log.entries(log.size - 3, log.size) == entries(max(log.size - 3, 0), log.size)
        if acknowledged:
            last = log.proof(acknowledged - 1, checkpoint=log.checkpoint())
            assert verify_proof(last, trust=trust_of(log)).holds
        acknowledged = log.size
    assert new_log(folder).check() == []
    assert new_log(folder).entries(0, acknowledged) == entries(0, acknowledged)


def killed_writer(folder: Path, moments: random.Random) -> int:
    """The number of entries that a writer had been told are durable when it was killed."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        write_for_ever(folder, writing, batch=moments.choice((1, 2, 40, 300)))
    os.close(writing)
    first = os.read(reading, 8)
    time.sleep(moments.uniform(0, 0.02))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    told = first
    while more := os.read(reading, 1 << 16):
        told += more
    os.close(reading)
    return int.from_bytes(told[-8:], "big") if told else 0


def write_for_ever(folder: Path, writing: int, *, batch: int) -> None:
    try:
        log = new_log(folder)
        os.write(writing, log.size.to_bytes(8, "big"))
        while True:
            size = log.size
            log.append_all([entry(number) for number in range(size, size + batch)], now=NOW)
            os.write(writing, (size + batch).to_bytes(8, "big"))
    finally:
        os._exit(1)


class TestKilledWriters:
    def test_lose_no_acknowledged_entry(self, tmp_path: Path) -> None:
        """Twenty kills here, and more in the soak tests."""
        killed_while_appending(tmp_path / "log", kills=KILLS, seed=SEED)


class TestWritersAtOnce:
    def test_take_turns(self, tmp_path: Path) -> None:
        new_log(tmp_path / "log")
        children = []
        for _ in range(4):
            child = os.fork()
            if child == 0:
                try:
                    log = new_log(tmp_path / "log")
                    for number in range(40):
                        log.append_all(entries(number, number + 7), now=NOW)
                    os._exit(0)
                finally:
                    os._exit(1)
            children.append(child)
        assert [os.waitpid(child, 0)[1] for child in children] == [0] * 4
        log = new_log(tmp_path / "log")
        assert log.size == 4 * 40 * 7
        assert log.check() == []
        numbers = [one.facts["number"] for one in log.entries(0, log.size)]
        groups = [tuple(numbers[at : at + 7]) for at in range(0, len(numbers), 7)]
        assert sorted(groups) == sorted([tuple(range(n, n + 7)) for n in range(40)] * 4)


class TestCheckMeanwhile:
    def test_finds_no_damage_while_another_process_appends(self, tmp_path: Path) -> None:
        folder = tmp_path / "log"
        log = new_log(folder)
        child = os.fork()
        if child == 0:
            try:
                for number in range(20):
                    log.append_all(entries(number * 140, (number + 1) * 140), now=NOW)
                    log.checkpoint()
                os._exit(0)
            finally:
                os._exit(1)
        ended = (0, 0)
        while ended == (0, 0):
            assert check_shared_folder(folder, key=log.key, wait_seconds=30) == []
            time.sleep(0.01)
            ended = os.waitpid(child, os.WNOHANG)
        assert ended == (child, 0)
        assert log.size == 20 * 140


class TestTwoNodes:
    def test_a_witness_elsewhere_cosigns_and_catches_a_fork(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Whatever the witness does, it does in a process of its own, on a folder of its own."""

        def at(home: Path, *arguments: object) -> str:
            assert run([*arguments], home=home) == 0
            return capsys.readouterr().out

        bank, fork, witness = tmp_path / "bank", tmp_path / "fork", tmp_path / "witness"
        append_at(bank, "one")
        shutil.copytree(bank, fork)
        keys = [at(home, "log", "key").split() for home in (bank, witness)]
        trust = tmp_path / "trust.json"
        parts = {"logs": [keys[0][1]], "witnesses": [keys[1][3]], "threshold": 1}
        trust.write_text(json.dumps({"log": parts}))
        for home, name in ((bank, "two"), (fork, "three")):
            append_at(home, name)
            (tmp_path / f"{name}.txt").write_text(at(home, "log", "head"))

        cosigned, proof = tmp_path / "cosigned.txt", tmp_path / "proof.json"
        witnessing = ("log", "witness", "--trust", trust, "--out", cosigned)
        first = in_process(witness, *witnessing, tmp_path / "two.txt")
        assert first.returncode == 0, first.stdout + first.stderr
        at(bank, "log", "prove", 7, "--checkpoint", cosigned, "--out", proof)
        assert at(tmp_path, "verify", cosigned, proof, "--trust", trust).count(": holds") == 2

        caught = in_process(witness, *witnessing, tmp_path / "three.txt")
        assert caught.returncode == 1
        assert "log_equivocation" in caught.stdout
        (evidence,) = (witness / "witness").rglob("evidence-*.json")
        said = at(tmp_path, "verify", evidence, "--trust", trust)
        assert "two different trees of 10 entries" in said


class TestCommands:
    def test_list_prove_and_check_the_log_of_a_node(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def at(home: Path, *arguments: object, status: int = 0) -> str:
            assert run([*arguments], home=home) == status
            return capsys.readouterr().out

        home, trust = tmp_path / "home", tmp_path / "trust.json"
        append_at(home, "one")
        log_key = at(home, "log", "key").split()[1]
        parts = {"logs": [log_key], "witnesses": [], "threshold": 0}
        trust.write_text(json.dumps({"log": parts}))
        assert at(home, "log", "list", "--limit", 2).count("use  one  n=") == 2
        assert "5 entries" in at(home, "log", "check")
        grew = tmp_path / "grew.json"
        at(home, "log", "consistency", 2, "--out", grew)
        at(home, "log", "head")
        verified = at(tmp_path, "verify", grew, home / "log", "--trust", trust)
        assert verified.count(": holds") == 2

        (home / "log" / "aside").write_bytes(b"half")
        assert "left by a writer" in at(home, "log", "check")
        assert at(tmp_path, "verify", home / "log", "--trust", trust).count(": holds") == 1

        append_at(home, "two")
        verified = at(tmp_path, "verify", home / "log", "--trust", trust, status=1)
        assert "FAIL not yet under a signed checkpoint: 5 entries" in verified
        at(home, "log", "head")
        assert at(tmp_path, "verify", home / "log", "--trust", trust).count(": holds") == 1

        tail = home / "log" / "tail"
        content = tail.read_bytes()
        tail.write_bytes(content[:100] + bytes([content[100] ^ 1]) + content[101:])
        assert "tail, byte" in at(home, "log", "check", status=1)
        verified = at(tmp_path, "verify", home / "log", "--trust", trust, status=1)
        assert "FAIL tail byte" in verified
        assert "log_damaged" in at(home, "log", "head", status=1)


def append_at(home: Path, actor: str) -> None:
    settings = Settings(home=home, database_url="")
    log = own_log(settings, origin="shuxin/bank")
    now = datetime.now(UTC)
    log.append_all([Entry("use", now, actor, {"n": number}) for number in range(5)], now=now)


def in_process(home: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", COMMAND, *map(str, arguments)],
        env=os.environ | {"SHUXIN_HOME": str(home), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
