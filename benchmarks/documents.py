"""Documents by hash: verdicts a second, issues a second, and the memory of hashing 1 GiB.

Run: ``python benchmarks/documents.py``. One process, one core. A verdict is every check of a receipt with its log
proof and a status list, on a 4 KiB file; the issuer's key is pinned, or bound by a statement in the receipt. An
issue writes its entry durably into the log. Medians of three rounds.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import io
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from comparators import machine
from shuxin.kernel.signing import Ed25519Key
from shuxin.ledger.api import LogTrust, open_log, witness_key
from shuxin.parties.api import (
    Attester,
    Binding,
    Claim,
    KeyRole,
    Method,
    PartyKind,
    Pinned,
    TrustAnchors,
    sign_binding,
    sign_claim,
)
from shuxin.verification.commitment import Canon, CommitmentAlgorithm, Form, commitment_of
from shuxin.verification.issuing import Issuer, Place, Request, log_document, sign_document
from shuxin.verification.receipt import parse_receipt
from shuxin.verification.status import StatusList
from shuxin.verification.trust import Trust
from shuxin.verification.verifying import Evidence, verify_document

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = dt.datetime(2026, 3, 1, 9, tzinfo=dt.timezone(dt.timedelta(hours=8)))
YEAR = dt.timedelta(days=365)
BANK = "uscc:91320594088140947F"
KEY, ATTESTER, LOG = (Ed25519Key.generate() for _ in range(3))
CONTENT = b"x" * 4096
PLACE = Place("1" * 32, 7)
GIB = 1 << 30


def rate(work: Callable[[], object], *, count: int, rounds: int = 3) -> float:
    """Median of how many a second."""
    found = []
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(count):
            work()
        found.append(count / (time.perf_counter() - start))
    return statistics.median(found)


def trusts(log_trust: LogTrust) -> tuple[Trust, Trust, tuple[object, ...]]:
    """One that pins the issuer's key, one that knows an attester only, and the attester's statements."""
    roles = frozenset({KeyRole.SUBJECT})
    window = (NOW - YEAR, NOW + YEAR)
    pin = Pinned(BANK, PartyKind.BANK, "Bank", KEY.public, roles, *window)
    attester = Attester("uscc:91440300708461136T", ATTESTER.public, frozenset({PartyKind.BANK}))
    claim = Claim(BANK, PartyKind.BANK, "Bank", KEY.public, "seal", (KeyRole.SUBJECT,))
    binding = sign_binding(Binding(claim, *window, Method.COUNTER, "0" * 64), signer=ATTESTER)
    made = [
        Trust.of(anchors=anchors, statements=(), log=log_trust)
        for anchors in (TrustAnchors(pinned=(pin,)), TrustAnchors(attesters=(attester,)))
    ]
    return made[0], made[1], (sign_claim(claim, signer=KEY), binding)


def hash_gib(algorithm: str) -> None:
    """In a process of its own: hash 1 GiB and print seconds and peak memory."""
    path = Path(tempfile.mkdtemp()) / "large"
    with path.open("wb") as file:
        file.truncate(GIB)
    form = Form(CommitmentAlgorithm(algorithm), Canon.NONE, "application/octet-stream")
    start = time.perf_counter()
    with path.open("rb") as content:
        commitment_of(content, form=form, salt=bytes(32))
    seconds = time.perf_counter() - start
    path.unlink()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps([seconds, peak]))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--hash", choices=[*CommitmentAlgorithm])
    parser.add_argument("--count", type=int, default=1000)
    options = parser.parse_args()
    if options.hash:
        hash_gib(options.hash)
        return
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), count=options.count)
    for algorithm in CommitmentAlgorithm:
        done = subprocess.run(
            [sys.executable, __file__, "--hash", algorithm],
            capture_output=True,
            text=True,
            check=True,
        )
        seconds, peak = json.loads(done.stdout)
        print(f"1 GiB by {algorithm}: {seconds:.1f} s, peak memory {peak} MiB")


def measure(folder: Path, *, count: int) -> None:
    file = folder / "proof.pdf"
    file.write_bytes(CONTENT)
    log = open_log(folder / "log", origin="shuxin/bench", signer=LOG)
    issuer = Issuer(BANK, KEY, (), log)
    request = Request(template="personal_asset_proof")

    def issue() -> bytes:
        signed = sign_document(file, request=request, place=PLACE, issuer=issuer, now=NOW)
        return log_document(signed, issuer=issuer, now=NOW).dump()

    print(f"issues/s, each durable in the log: {rate(issue, count=max(count // 5, 1)):,.0f}")
    data = issue()
    witness = witness_key("witness", Ed25519Key.generate().public)
    pinned, attested, keys = trusts(LogTrust((log.key,), (witness,), 0))
    lists = StatusList(BANK, PLACE.list_id, 1, NOW, {})
    evidence = Evidence(status=(lists.sign(signer=KEY), lists))
    bound = dataclasses.replace(parse_receipt(data), keys=keys).dump()  # type: ignore[arg-type]
    for name, trust, carried in (
        ("issuer's key pinned", pinned, data),
        ("issuer's key bound in the receipt", attested, bound),
    ):

        def verify(trust: Trust = trust, carried: bytes = carried) -> None:
            receipt = parse_receipt(carried)
            content = io.BytesIO(CONTENT)
            verdict = verify_document(
                content, receipt=receipt, trust=trust, evidence=evidence, now=NOW
            )
            if not verdict.accepted:
                raise ValueError(verdict)

        print(f"verdicts/s, {name}: {rate(verify, count=count):,.0f}")


if __name__ == "__main__":
    main()
