"""Everything of the trust core that reads a stranger's bytes, each with valid files to start from.

A target's ``read`` parses and then asks what one asks of the parsed thing. Only its ``refusals`` may come out.
Needs no Django and no test framework, so that a fuzzer's own environment runs it.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import io
import json
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.parties import world as parties_world
from tests.soak.fuzz.joint_targets import joint_targets
from tests.verification import samples

from shuxin.consent.domain.authorisation import (
    AUTHORISATION,
    WITHDRAWAL,
    Authorisation,
    AuthorisationInvalid,
    Withdrawal,
    read_authorisation,
    read_withdrawal,
)
from shuxin.consent.domain.basis import LAWFUL_BASIS, BasisKind, LawfulBasis, read_basis
from shuxin.consent.domain.objection import (
    OBJECTION,
    OBJECTION_NOTE,
    Filing,
    Note,
    read_filing,
    read_note,
)
from shuxin.consent.domain.owners import OWNERS, Owners, read_owners
from shuxin.consent.domain.proposal import PROPOSAL, Proposal, read_proposal
from shuxin.consent.domain.purpose import Purpose, UnknownPurpose
from shuxin.consent.domain.reading import StatementUnreadable
from shuxin.consent.domain.request import USE_REQUEST, Request, read_request
from shuxin.consent.domain.status import STATUS_LIST, read_status_list
from shuxin.consent.domain.status import StatusList as Withdrawn
from shuxin.kernel.canonical import canonical_json
from shuxin.kernel.signing import PublicKey, PublicKeyInvalid, base64url
from shuxin.kernel.statements import (
    Statement,
    StatementInvalid,
    parse_json,
    parse_statement,
    sign_statement,
    statement_from,
)
from shuxin.ledger.api import (
    ConsistencyProof,
    Contradiction,
    EntryInvalid,
    LogProof,
    LogTrust,
    NoteInvalid,
    ProofInvalid,
    TrustInvalid,
    VerifierKey,
    VerifierKeyInvalid,
    parse_checkpoint,
    parse_entry,
    verify_checkpoint,
    verify_consistency,
    verify_contradiction,
    verify_proof,
)
from shuxin.ledger.tail import read_tail
from shuxin.ledger.tiles import split_bundle
from shuxin.parties.api import Directory
from shuxin.parties.domain.fields import PartyStatementUnreadable
from shuxin.parties.domain.snapshot import (
    SnapshotInvalid,
    SnapshotOlder,
    bounded_lines,
    read_snapshot,
    write_snapshot,
)
from shuxin.verification.codes import CodesInvalid, base45, receipt_codes, receipt_from_codes
from shuxin.verification.commitment import commitment_of
from shuxin.verification.credentials import VCT_PREFIX, verify_credential
from shuxin.verification.package import PackageInvalid, content_of, read_package, write_package
from shuxin.verification.presentation import Presentation, PresentationInvalid, parse_presentation
from shuxin.verification.receipt import ReceiptInvalid, parse_receipt
from shuxin.verification.sdjwt.jose import Jwk, TokenInvalid
from shuxin.verification.sdjwt.tokens import Demand, claims_of, digest, parse_credential
from shuxin.verification.status import (
    RevocationReason,
    Standing,
    State,
    StatusListInvalid,
    parse_status_list,
)
from shuxin.verification.transfer import (
    Step,
    StepOutOfTurn,
    TransferInvalid,
    follow,
    new_order,
    take_step,
)
from shuxin.verification.trust import read_trust
from shuxin.verification.verifying import Evidence, verify_commitment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shuxin.kernel.errors import ShuxinError

NOW = samples.NOW
DEMAND = Demand(samples.OTHER_BANK, "n" * 24)
DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Target:
    """One reader, what it may refuse with, and valid files."""

    read: Callable[[bytes], object]
    refusals: tuple[type[ShuxinError], ...]
    seeds: tuple[bytes, ...]

    def accepts(self, data: bytes) -> bool:
        """Whether it read ``data``. Any other error than its own comes out."""
        try:
            self.read(data)
        except self.refusals as error:
            if not (error.say("en") and error.say("zh")):
                raise ValueError("an error without words") from error
            return False
        return True


class _World:
    """A bank with a log and a witness, a receipt of it, and a trust file."""

    def __init__(self, folder: Path) -> None:
        self.side = samples.side(folder)
        self.file = folder / "asset.txt"
        self.file.write_bytes(b"an asset proof")
        self.receipt = samples.issue(
            self.file, of=self.side, holder_key=samples.HOLDER_KEY.public.text
        )
        log = self.side.log
        old = log.checkpoint()
        samples.issue(self.file, of=self.side)
        self.new = self.side.witness.cosign(log.checkpoint(), now=NOW)
        self.old, self.proof = old, log.proof(0, checkpoint=self.new)
        self.growth = ConsistencyProof(old, self.new, log.consistency(1).path)
        self.trust = self.side.trust()
        self.tail = (folder / "log" / "tail").read_bytes()
        self.package = folder / "carried.zip"
        write_package(
            self.package,
            receipt=self.receipt.dump(),
            content=self.file,
            file_name="asset.txt",
            presentation=_presentation(self.receipt.statement.hash).dump(),
        )


def _presentation(receipt: str) -> Statement:
    made = Presentation(receipt, DEMAND.audience, DEMAND.nonce, NOW)
    return made.sign(signer=samples.HOLDER_KEY)


def targets() -> Mapping[str, Target]:
    """All of them by name."""
    with tempfile.TemporaryDirectory() as folder:
        world = _World(Path(folder))
        package = world.package.read_bytes()
    own = _statements() | _log(world) | _documents(world, package) | _credentials(world)
    return own | joint_targets(Target)


def _statements() -> dict[str, Target]:
    bound = parties_world.bound(parties_world.claim("boss"))
    revoked = parties_world.revoked("boss", by="attester")
    directory = b"".join(_snapshot([*bound, revoked]))
    return {
        "statement": Target(
            _read_statement, (StatementInvalid,), tuple(one.dump() for one in bound)
        ),
        "key statements": Target(
            _read_key_statements,
            (StatementInvalid,),
            (canonical_json([one.as_json() for one in (*bound, revoked)]),),
        ),
        "directory": Target(
            _read_directory,
            (StatementInvalid, PartyStatementUnreadable, SnapshotInvalid, SnapshotOlder),
            (directory,),
        ),
        "consent statements": Target(
            _read_consent,
            (StatementInvalid, StatementUnreadable, AuthorisationInvalid, UnknownPurpose),
            tuple(one.dump() for one in _consent_statements()),
        ),
        "keys": Target(
            _read_keys,
            (PublicKeyInvalid, VerifierKeyInvalid),
            (samples.BANK_KEY.public.text.encode(),),
        ),
        "sm2 signatures": Target(_check_sm2, (PublicKeyInvalid,), (_SM2,)),
    }


def _read_statement(data: bytes) -> None:
    found = parse_statement(data)
    found.signed_by(parties_world.key("boss").public)
    if parse_statement(found.dump()).hash != found.hash:
        raise ValueError("a statement changed by being written")


def _read_key_statements(data: bytes) -> None:
    value = parse_json(data)
    statements = [statement_from(one) for one in (value if isinstance(value, list) else [value])]
    directory = Directory.build(statements, anchors=parties_world.World().anchors)
    for one in statements:
        directory.who_signed(one, party=parties_world.ENTERPRISE, seen_at=parties_world.MID)


def _snapshot(statements: list[Statement]) -> list[bytes]:
    publisher = parties_world.key("platform")
    return list(write_snapshot(statements, previous=None, now=NOW, signer=publisher))


def _read_directory(data: bytes) -> None:
    publisher = parties_world.key("platform").public
    found = read_snapshot(bounded_lines(io.BytesIO(data)), publisher=publisher, held=None)
    Directory.build(list(found.statements), anchors=parties_world.World().anchors)


_CONSENT = {
    AUTHORISATION: read_authorisation,
    WITHDRAWAL: read_withdrawal,
    USE_REQUEST: read_request,
    STATUS_LIST: read_status_list,
    LAWFUL_BASIS: read_basis,
    PROPOSAL: read_proposal,
    OBJECTION: read_filing,
    OBJECTION_NOTE: read_note,
    OWNERS: read_owners,
}


def _read_consent(data: bytes) -> None:
    statement = parse_statement(data)
    reader = _CONSENT.get(statement.kind, read_authorisation)
    found: Any = reader(statement)
    again = found.sign(signer=samples.BANK_KEY)
    if reader(again) != found:
        raise ValueError("what was read is not what is written")


def _consent_statements() -> list[Statement]:
    firm, person = parties_world.ENTERPRISE, samples.PERSON
    terms = Authorisation(
        *(firm, samples.BANK, (samples.OTHER_BANK,), Purpose.CREDIT_DECISION, ("税务",), 3),
        *(NOW.date() - 100 * DAY, NOW.date(), NOW, NOW + 30 * DAY, 3, "0" * 64, "zh", NOW),
    )
    request = Request(
        *("r1", samples.BANK, samples.OTHER_BANK, firm, Purpose.CREDIT_DECISION, ("税务",), 3),
        *(NOW.date() - 9 * DAY, NOW.date(), NOW, (person,)),
    )
    basis = LawfulBasis(
        *("b1", samples.BANK, BasisKind.CONTRACT, "law", Purpose.CREDIT_DECISION, 3),
        *(NOW, NOW + DAY),
    )
    made = (
        terms,
        Withdrawal(terms.auth_id, firm, NOW),
        request,
        Withdrawn(samples.BANK, 1, NOW, frozenset({terms.auth_id}), frozenset(), frozenset()),
        basis,
        Proposal(terms, "a loan", NOW),
        Filing(**{name: "w1" for name in Filing.__slots__ if name != "at"}, at=NOW),
        Note("o1", firm, "still wrong", NOW),
        Owners(samples.BANK, firm, (person,), NOW),
    )
    return [one.sign(signer=samples.BANK_KEY) for one in made]


def _read_keys(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    if "+" in text:
        VerifierKey.parse(text)
    else:
        PublicKey.parse(text).verifies(bytes(64), b"message")


def _sm2_sample() -> bytes:
    try:
        from shuxin.kernel.sm2 import SM2Key

        key = SM2Key(hashlib.sha256(b"sm2").digest())
        return key.public.raw + key.sign(b"message")
    except ImportError:
        return bytes(128)


def _check_sm2(data: bytes) -> None:
    """64 bytes of a key, 64 of a signature: any answer, but an answer."""
    key = PublicKey.parse("sm2:" + base64url(data[:64]))
    if data[:128] != _SM2 and key.verifies(data[64:128], b"message"):
        raise ValueError("a forged signature")


_SM2 = _sm2_sample()


def _log(world: _World) -> dict[str, Target]:
    logs = world.trust.log
    verify = {
        "log-proof": (LogProof, verify_proof),
        "log-consistency": (ConsistencyProof, verify_consistency),
        "log-contradiction": (Contradiction, verify_contradiction),
    }

    def proof(kind: str) -> Callable[[bytes], object]:
        shape, check = verify[kind]

        def read(data: bytes) -> None:
            found: Any = shape.parse(data)
            check(found, trust=logs)
            if shape.parse(found.dump()) != found:
                raise ValueError("a proof changed by being written")

        return read

    def note(data: bytes) -> None:
        found, _ = parse_checkpoint(data)
        verify_checkpoint(found.dump(), trust=logs)
        if found.dump().encode() != data:
            raise ValueError("a note changed by being read")

    def tail(data: bytes) -> None:
        read_tail(data, offset=0, size=0, origin=samples.ORIGIN)
        read_tail(data[32:], offset=32, size=0, origin=samples.ORIGIN)
        split_bundle(data)

    def trust_file(data: bytes) -> None:
        read_trust(data)

    contradiction = Contradiction(world.old, world.new).dump()
    return {
        "entry": Target(_read_entry, (EntryInvalid,), (world.proof.data,)),
        "note and checkpoint": Target(
            note, (NoteInvalid,), (world.new.encode(), world.old.encode())
        ),
        "log proof": Target(proof("log-proof"), (ProofInvalid,), (world.proof.dump(),)),
        "consistency proof": Target(
            proof("log-consistency"), (ProofInvalid,), (world.growth.dump(),)
        ),
        "contradiction": Target(proof("log-contradiction"), (ProofInvalid,), (contradiction,)),
        "tail of a log": Target(tail, (), (world.tail,)),
        "trust file": Target(trust_file, (TrustInvalid,), (_trust_file(world),)),
    }


def _trust_file(world: _World) -> bytes:
    trust = world.trust
    log = {"logs": [key.text for key in trust.log.logs], "witnesses": [], "threshold": 0}
    known = [one.as_json() for one in parties_world.bound(parties_world.claim("boss"))]
    anchors = json.loads(trust.anchors.dump())
    parts = {"anchors": anchors, "statements": known, "checkpoints": [world.new]}
    LogTrust.of(log)
    return canonical_json({"log": log, "parties": parts})


def _read_entry(data: bytes) -> None:
    if parse_entry(data).data != data:
        raise ValueError("an entry changed by being read")


def _documents(world: _World, package: bytes) -> dict[str, Target]:
    receipt, trust, packed = world.receipt, world.trust, zlib.compress(world.receipt.dump(), 9)
    standings = {
        5: Standing(State.REVOKED, RevocationReason.FRAUD.value),
        77: Standing(State.SUPERSEDED, "2" * 32),
    }
    status, _ = samples.status(standings)

    def read_receipt(data: bytes) -> None:
        found = parse_receipt(data)
        evidence = Evidence(status=samples.status(), demand=DEMAND)
        verify_commitment("0" * 64, receipt=found, trust=trust, evidence=evidence, now=NOW)
        if parse_receipt(data).facts.body() != found.facts.body():
            raise ValueError("facts differ")

    def presentation(data: bytes) -> None:
        evidence = Evidence(samples.status(), DEMAND, parse_presentation(data))
        verify_commitment("0" * 64, receipt=receipt, trust=trust, evidence=evidence, now=NOW)

    def status_list(data: bytes) -> None:
        found = parse_status_list(data)
        evidence = Evidence(status=found)
        verify_commitment("0" * 64, receipt=receipt, trust=trust, evidence=evidence, now=NOW)

    def read_zip(data: bytes) -> None:
        file = io.BytesIO(data)
        found = read_package(file)
        content = content_of(file, found)
        commitment_of(content, form=receipt.facts.form, salt=receipt.salt)

    def codes(data: bytes) -> None:
        receipt_from_codes(data.decode("utf-8", "surrogateescape").split("\n"))

    def packed_codes(data: bytes) -> None:
        check = hashlib.sha256(data).hexdigest()[:16].upper()
        parse_receipt(receipt_from_codes([f"SXR1:1/1:{check}:{base45(data[:1300])}"]))

    return {
        "receipt": Target(read_receipt, (ReceiptInvalid,), (receipt.dump(),)),
        "presentation": Target(
            presentation, (PresentationInvalid,), (_presentation(receipt.statement.hash).dump(),)
        ),
        "document status list": Target(status_list, (StatusListInvalid,), (status.dump(),)),
        "package (zip)": Target(read_zip, (PackageInvalid,), (package,)),
        "QR texts": Target(
            codes, (CodesInvalid,), ("\n".join(receipt_codes(receipt.dump())).encode(),)
        ),
        "QR contents": Target(packed_codes, (CodesInvalid, ReceiptInvalid), (packed,)),
        "transfer": Target(
            _read_transfer, (StatementInvalid, TransferInvalid, StepOutOfTurn), (_transfer(),)
        ),
    }


def _transfer() -> bytes:
    order, salt = new_order(
        person=samples.PERSON,
        source=samples.BANK,
        target=samples.OTHER_BANK,
        kinds=["asset"],
        fields=["balance"],
        purpose="credit_decision",
        now=NOW,
    )
    chain = [order.sign(signer=samples.HOLDER_KEY)]
    for step, party, more in (
        (Step.IDENTITY_VERIFIED, samples.BANK, {}),
        (Step.SOURCE_ISSUED, samples.BANK, {"receipt": "0" * 64}),
        (Step.CARRIED, samples.PERSON, {}),
        (Step.SUBMITTED, samples.PERSON, {"target": samples.OTHER_BANK, "target_salt": salt}),
        (Step.PASSED, samples.OTHER_BANK, {}),
    ):
        reached = follow(chain, is_by=lambda _, __: True)
        key = samples.BANK_KEY
        chain.append(take_step(reached, step, party=party, signer=key, now=NOW, **more))
    return canonical_json([one.as_json() for one in chain])


def _read_transfer(data: bytes) -> None:
    """Each step is linked anew to the one before, so that a change in one is not found by its hash alone."""
    value = parse_json(data)
    chain: list[Statement] = []
    for one in value if isinstance(value, list) and value else [value]:
        given = statement_from(one)
        body = dict(given.body)
        if chain and {"order", "previous"} <= set(body):
            body |= {"order": chain[0].hash, "previous": chain[-1].hash}
        chain.append(sign_statement(given.kind, body, signer=samples.BANK_KEY))
    follow(chain, is_by=lambda _, __: True).state_at(NOW)


def _credentials(world: _World) -> dict[str, Target]:
    trust = world.trust

    def check(text: str) -> None:
        credential = parse_credential(text)
        claims_of(credential)
        verify_credential(
            credential, trust=trust, keys=(), status=samples.status(), demand=DEMAND, now=NOW
        )

    def raw(data: bytes) -> None:
        check(data.decode("utf-8", "surrogateescape"))

    def parts(data: bytes) -> None:
        check(_assembled(parse_json(data)))

    def jwk(data: bytes) -> None:
        Jwk.read(parse_json(data)).verifies(bytes(64), b"message")

    sample = _credential_parts()
    return {
        "SD-JWT text": Target(raw, (TokenInvalid,), (_assembled(sample).encode(),)),
        "SD-JWT contents": Target(
            parts, (TokenInvalid, StatementInvalid), (json.dumps(sample).encode(),)
        ),
        "JWK": Target(
            jwk,
            (TokenInvalid, StatementInvalid),
            (
                canonical_json(Jwk.of(samples.BANK_KEY.public).as_json()),
                canonical_json({"kty": "EC", "crv": "P-256", "x": "A" * 43, "y": "A" * 43}),
            ),
        ),
    }


def _credential_parts() -> dict[str, Any]:
    at = int(NOW.timestamp())
    return {
        "header": {
            "alg": "EdDSA",
            "typ": "dc+sd-jwt",
            "kid": samples.BANK_KEY.public.key_id,
        },
        "payload": {
            "iss": samples.BANK,
            "vct": VCT_PREFIX + "personal_asset_proof",
            "iat": at,
            "exp": at + 86400,
            "status": {"list": samples.PLACE.list_id, "index": samples.PLACE.index},
            "cnf": {"jwk": Jwk.of(samples.HOLDER_KEY.public).as_json()},
        },
        "disclosures": [["salt", "balance", {"yuan": ["1", {"a": 2}]}]],
        "binding": {"iat": at, "aud": DEMAND.audience, "nonce": DEMAND.nonce},
    }


def _assembled(parts: Any) -> str:
    """A credential with these contents, well signed throughout, whatever they are."""
    if not isinstance(parts, dict):
        raise TokenInvalid(reason="form")
    shown = [_encoded(each) for each in _listed(parts.get("disclosures"))]
    payload = parts.get("payload")
    if isinstance(payload, dict) and shown and "_sd" not in payload:
        payload = {**payload, "_sd": [digest(each) for each in shown]}
    token = _signed(parts.get("header"), payload, key=samples.BANK_KEY)
    bare = "".join(f"{each}~" for each in (token, *shown))
    binding = parts.get("binding")
    if isinstance(binding, dict):
        binding = {"sd_hash": digest(bare), **binding}
    head = {"alg": "EdDSA", "typ": "kb+jwt"}
    return bare + (_signed(head, binding, key=samples.HOLDER_KEY) if "binding" in parts else "")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _encoded(value: Any) -> str:
    text = json.dumps(value).replace("Infinity", "1e400")
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def _signed(header: Any, payload: Any, *, key: Any) -> str:
    message = f"{_encoded(header)}.{_encoded(payload)}"
    return f"{message}.{base64url(key.sign(message.encode()))}"
