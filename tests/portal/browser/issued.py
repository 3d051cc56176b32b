"""An issuer of documents for the browser tests: a bank with a log, a witness, and an attester who knows it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from shuxin.kernel.signing import Ed25519Key
from shuxin.ledger.api import Log, log_key, open_log
from shuxin.parties.api import (
    Attester,
    Binding,
    Claim,
    KeyRole,
    Method,
    PartyKind,
    Pinned,
    Reason,
    Revocation,
    TrustAnchors,
    sign_binding,
    sign_claim,
    sign_revocation,
)
from shuxin.verification.api import Issuer, Receipt, Request, hand_out, parse_receipt
from shuxin.verification.issuing import Place, log_document, sign_document

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.kernel.statements import Statement

NOW = datetime.now(UTC).replace(microsecond=0)
BANK, ATTESTER = "uscc:91440300MA5G9K3X0P", "uscc:91440300MA5EXAMP1F"
ENTERPRISE, LENDER = "uscc:91440300MA5F1RM01X", "uscc:91440300MA5LENDE1T"
ATTESTER_KEY, LENDER_KEY = Ed25519Key(bytes(range(1, 33))), Ed25519Key(bytes(range(2, 34)))
USER, PASSWORD = "lin.hui", "chalk-Orchid-17-river"
LIST, PLACE = "ab" * 16, 7


@dataclass(frozen=True, slots=True)
class Bank:
    """The issuer's side; ``key`` signs, the attester bound it to the bank."""

    folder: Path
    key: Ed25519Key
    log: Log
    issuer: Issuer

    def issue(self, content: bytes, *, name: str, at: datetime = NOW, days: int = 30) -> Path:
        """The package, beside it the receipt."""
        file = self.folder / name
        file.write_bytes(content)
        request = Request(template="personal_asset_proof", valid_days=days)
        signed = sign_document(
            file, request=request, place=Place(LIST, PLACE), issuer=self.issuer, now=at
        )
        receipt = log_document(signed, issuer=self.issuer, now=at)
        return hand_out(file, receipt=receipt, request=request, folder=self.folder / "out")

    def receipt_of(self, package: Path) -> Receipt:
        return parse_receipt(receipt_file(package).read_bytes())

    def anchors(self) -> TrustAnchors:
        """The attester vouches for banks and enterprises; the lender's key is trusted as it stands."""
        kinds = frozenset({PartyKind.BANK, PartyKind.ENTERPRISE})
        roles = frozenset({KeyRole.SUBJECT})
        window = NOW - timedelta(days=1), NOW + timedelta(days=400)
        lender = Pinned(LENDER, PartyKind.BANK, "示例贷款行", LENDER_KEY.public, roles, *window)
        return TrustAnchors((Attester(ATTESTER, ATTESTER_KEY.public, kinds),), (lender,))

    def logs(self) -> dict[str, object]:
        key = log_key(self.log.origin, self.key.public)
        return {"logs": [key.text], "witnesses": [], "threshold": 0}

    def trust(
        self, *statements: object, log: dict[str, object] | None = None, **changed: object
    ) -> bytes:
        """A trust file; parts may be replaced."""
        anchors = json.loads(self.anchors().dump())
        parties = {"anchors": anchors, "statements": list(statements), "checkpoints": []}
        return json.dumps({"log": self.logs() | (log or {}), "parties": parties | changed}).encode()


def revocation(party: str, key: Ed25519Key, reason: Reason) -> Statement:
    """By the key itself, of yesterday."""
    said = Revocation(party, key.public.key_id, NOW - timedelta(days=1), reason)
    return sign_revocation(said, signer=key)


def bound(
    key: Ed25519Key,
    *,
    by: Ed25519Key,
    party: str = BANK,
    kind: PartyKind = PartyKind.BANK,
    roles: tuple[KeyRole, ...] = (KeyRole.SUBJECT,),
    method: Method = Method.LICENCE,
) -> tuple[Statement, Statement]:
    """The key's own claim, and the binding that makes it count for 390 days before and after now."""
    claim = Claim(party, kind, "示例银行", key.public, "签发系统", roles)
    window = NOW - timedelta(days=390), NOW + timedelta(days=390)
    binding = sign_binding(Binding(claim, *window, method, "ab" * 32), signer=by)
    return sign_claim(claim, signer=key), binding


def receipt_file(package: Path) -> Path:
    return package.with_name(f"{package.stem}.receipt.json")


def open_bank(folder: Path) -> Bank:
    key = Ed25519Key(bytes(range(32)))
    log = open_log(folder / "log", origin="bank.example/log", signer=key)
    issuer = Issuer(BANK, key, bound(key, by=ATTESTER_KEY), log)
    return Bank(folder, key, log, issuer)
