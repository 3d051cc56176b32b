"""An issuer, a person and a stranger, each with own keys; logs in folders of the test."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.kernel.signing import Ed25519Key
from shuxin.ledger.api import LogTrust, Witness, open_log
from shuxin.parties.api import KeyRole, PartyKind, Pinned, TrustAnchors
from shuxin.verification.issuing import Issuer, Place, Request, log_document, sign_document
from shuxin.verification.status import StatusList
from shuxin.verification.trust import Trust
from shuxin.verification.verifying import Evidence, verify_document

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.kernel.statements import Statement
    from shuxin.ledger.api import Log
    from shuxin.verification.receipt import Receipt
    from shuxin.verification.status import Standing
    from shuxin.verification.verdict import Verdict

NOW = dt.datetime(2026, 3, 1, 9, tzinfo=dt.timezone(dt.timedelta(hours=8)))
BANK = "uscc:91320594088140947F"
OTHER_BANK = "uscc:91350211M000100Y46"
PERSON = "person:" + "ab" * 16
PLACE = Place("1" * 32, 77)
BANK_KEY, LOG_KEY, WITNESS_KEY, HOLDER_KEY, THIEF_KEY = (
    Ed25519Key(bytes([number]) * 32) for number in range(1, 6)
)
ORIGIN = "shuxin/bank-a"


def pinned(key: Ed25519Key = BANK_KEY, *, party: str = BANK, days: int = 3650) -> Pinned:
    return Pinned(
        party=party,
        kind=PartyKind.BANK,
        name="Bank A",
        public=key.public,
        roles=frozenset({KeyRole.SUBJECT}),
        valid_from=NOW - dt.timedelta(days=100),
        valid_to=NOW + dt.timedelta(days=days),
    )


@dataclass(frozen=True)
class Side:
    """The issuer's side: its log, a witness, and what a stranger needs to trust."""

    log: Log
    witness: Witness

    @property
    def issuer(self) -> Issuer:
        return Issuer(BANK, BANK_KEY, (), self.log)

    def trust(
        self,
        *,
        anchors: TrustAnchors | None = None,
        statements: tuple[Statement, ...] = (),
        threshold: int = 0,
        checkpoints: tuple[str, ...] = (),
    ) -> Trust:
        return Trust.of(
            anchors=anchors or TrustAnchors(pinned=(pinned(),)),
            statements=statements,
            log=LogTrust((self.log.key,), (self.witness.key,), threshold),
            checkpoints=checkpoints,
        )


def side(folder: Path, *, origin: str = ORIGIN) -> Side:
    log = open_log(folder / "log", origin=origin, signer=LOG_KEY)
    witness = Witness(folder / "witness", name="witness-b", signer=WITNESS_KEY, logs=[log.key])
    return Side(log, witness)


def issue(
    file: Path, *, of: Side, now: dt.datetime = NOW, place: Place = PLACE, **request: object
) -> Receipt:
    asked = Request(template="personal_asset_proof", **request)  # type: ignore[arg-type]
    signed = sign_document(file, request=asked, place=place, issuer=of.issuer, now=now)
    return log_document(signed, issuer=of.issuer, now=now)


def status(
    standings: dict[int, Standing] | None = None,
    *,
    at: dt.datetime = NOW,
    key: Ed25519Key = BANK_KEY,
    issuer: str = BANK,
) -> tuple[Statement, StatusList]:
    made = StatusList(issuer, PLACE.list_id, 1, at, standings or {})
    return made.sign(signer=key), made


def verify(
    file: Path,
    receipt: Receipt,
    *,
    trust: Trust,
    evidence: Evidence | None = None,
    now: dt.datetime = NOW,
) -> Verdict:
    with file.open("rb") as content:
        return verify_document(
            content,
            receipt=receipt,
            trust=trust,
            evidence=evidence or Evidence(status=status(at=now)),
            now=now,
        )
