"""Keys, entries and logs for these tests."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shuxin.kernel.signing import Ed25519Key
from shuxin.ledger.api import Entry, LogTrust, commitment, open_log

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.ledger.api import Log

NOW = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
KEY = Ed25519Key(bytes(range(32)))
OTHER_KEY = Ed25519Key(bytes(range(32, 64)))
WITNESS_KEY = Ed25519Key(bytes(range(64, 96)))
ORIGIN = "shuxin/test"
SALT = bytes(16)


def entry(number: int) -> Entry:
    return Entry(
        kind="use",
        at=NOW,
        actor="uscc:91110000MA0000001X",
        facts={"number": number, "purpose": "credit_decision"},
        commitments=(commitment(SALT, str(number).encode()),),
    )


def entries(start: int, stop: int) -> list[Entry]:
    return [entry(number) for number in range(start, stop)]


def new_log(folder: Path) -> Log:
    return open_log(folder, origin=ORIGIN, signer=KEY, wait_seconds=5)


def log_of(folder: Path, size: int) -> Log:
    log = new_log(folder)
    log.append_all(entries(0, size), now=NOW)
    return log


def trust_of(log: Log) -> LogTrust:
    return LogTrust((log.key,))


def copy_of(files: dict[str, bytes], folder: Path) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def leaf(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def slow_root(leaves: list[bytes]) -> bytes:
    """MTH as RFC 9162 section 2.1.1 words it."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaf(leaves[0])
    k = slow_split(len(leaves))
    return hashlib.sha256(b"\x01" + slow_root(leaves[:k]) + slow_root(leaves[k:])).digest()


def slow_split(size: int) -> int:
    k = 1
    while k * 2 < size:
        k *= 2
    return k


def slow_path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH as section 2.1.3.1 words it."""
    if len(leaves) == 1:
        return []
    k = slow_split(len(leaves))
    if m < k:
        return [*slow_path(m, leaves[:k]), slow_root(leaves[k:])]
    return [*slow_path(m - k, leaves[k:]), slow_root(leaves[:k])]


def slow_consistency(m: int, leaves: list[bytes], *, whole: bool = True) -> list[bytes]:
    """SUBPROOF as section 2.1.4.1 words it."""
    if m == len(leaves):
        return [] if whole else [slow_root(leaves)]
    k = slow_split(len(leaves))
    if m <= k:
        return [*slow_consistency(m, leaves[:k], whole=whole), slow_root(leaves[k:])]
    return [*slow_consistency(m - k, leaves[k:], whole=False), slow_root(leaves[:k])]
