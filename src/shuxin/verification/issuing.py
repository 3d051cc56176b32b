"""Issue a document: commit to the file under a new salt, sign, log, and hand out the receipt.

Nothing of the content and nothing of the salt stays: both leave with the person.
"""

from __future__ import annotations

import mimetypes
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.statements import parse_json, sign_statement
from shuxin.kernel.text import Text
from shuxin.ledger.api import Entry
from shuxin.verification.commitment import (
    JSON_TYPE,
    LONGEST_JSON,
    MEDIA_TYPE,
    SALT_BYTES,
    Canon,
    CommitmentAlgorithm,
    Form,
    NumberNotKept,
    canonical_content,
    commitment_of,
    keeps_numbers,
)
from shuxin.verification.logged import LOGGED_ISSUE
from shuxin.verification.package import file_name_problem, write_package, write_private
from shuxin.verification.receipt import DOCUMENT_RECEIPT, DocumentFacts, Receipt
from shuxin.verification.templates import template

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from shuxin.kernel.signing import Signer
    from shuxin.kernel.statements import Statement
    from shuxin.verification.status import Standing

LOGGED_STATUS = "document-status"
_OCTETS = "application/octet-stream"
_LONGEST_DAYS = 3660


class ValidityInvalid(InvalidInput):
    code = "document_validity_invalid"
    what = Text(en="a document is valid for 1 to {most} days", zh="文件有效期应为 1 至 {most} 天")
    mend = Text(en="Give another number of days", zh="请填写其他天数")


class FileNameUnfit(InvalidInput):
    code = "document_name_unfit"
    what = Text(en="the file's name cannot stand in a package", zh="该文件名不能用于数据包")
    mend = Text(
        en="Use at most 200 bytes of printable signs, without slashes or a leading dot",
        zh="请使用不超过 200 字节的可见字符，不含斜杠，不以点开头",
    )


class OwnLog(Protocol):
    """What issuing needs of the issuer's own log."""

    def append(self, entry: Entry, *, now: datetime) -> Any: ...

    def proof(self, index: int) -> Any: ...


@dataclass(frozen=True, slots=True)
class Issuer:
    """An issuer (出具方): its party id, the key it signs with, and the statements that bind key and party."""

    party: str
    signer: Signer
    keys: tuple[Statement, ...]
    log: OwnLog


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be issued. ``media_type`` and ``valid_days`` empty or 0: from the file's name and the template."""

    template: str
    media_type: str = ""
    valid_days: int = 0
    algorithm: CommitmentAlgorithm = CommitmentAlgorithm.HMAC_SHA256
    holder_key: str = ""
    supersedes: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the status of a document will stand."""

    list_id: str
    index: int


@dataclass(frozen=True, slots=True, repr=False)
class Signed:
    """A signed document that is not yet in the log; it never prints its salt."""

    statement: Statement
    facts: DocumentFacts
    salt: bytes


def document_form(file: Path, *, request: Request) -> tuple[Form, bytes | None]:
    """How the file is committed to, and its canonical bytes when it is JSON that has such.

    Raises NumberNotKept: the canonical form of such a document is that of another one, too.
    """
    guessed = request.media_type or mimetypes.guess_type(file.name)[0] or _OCTETS
    media_type = guessed if MEDIA_TYPE.fullmatch(guessed) else _OCTETS
    canonical = None
    if media_type == JSON_TYPE and file.stat().st_size <= LONGEST_JSON:
        data = file.read_bytes()
        if not keeps_numbers(data):
            raise NumberNotKept
        canonical = canonical_content(data)
    canon = Canon.NONE if canonical is None else Canon.JCS
    return Form(request.algorithm, canon, media_type), canonical


def sign_document(
    file: Path, *, request: Request, place: Place, issuer: Issuer, now: datetime
) -> Signed:
    """Commit to the file and sign. Raises TemplateUnknown, ValidityInvalid, FileNameUnfit, NumberNotKept."""
    if file_name_problem(file.name):
        raise FileNameUnfit
    form, _ = document_form(file, request=request)
    chosen = template(request.template)
    days = request.valid_days or chosen.valid_days
    if not 0 < days <= _LONGEST_DAYS:
        raise ValidityInvalid(most=_LONGEST_DAYS)
    salt = secrets.token_bytes(SALT_BYTES)
    with file.open("rb") as content:
        commitment = commitment_of(content, form=form, salt=salt)
    at = now.replace(microsecond=0)
    facts = DocumentFacts(
        id=secrets.token_hex(16),
        form=form,
        commitment=commitment,
        template=chosen.name,
        issuer=issuer.party,
        issued_at=at,
        expires_at=at + timedelta(days=days),
        status_list=place.list_id,
        status_index=place.index,
        supersedes=request.supersedes,
        holder_key=request.holder_key,
    )
    statement = sign_statement(DOCUMENT_RECEIPT, facts.body(), signer=issuer.signer)
    return Signed(statement, DocumentFacts.read(statement.body), salt)


def log_document(signed: Signed, *, issuer: Issuer, now: datetime) -> Receipt:
    """Write the issue into the issuer's log, durably, and prove it. Raises what the log raises."""
    entry = Entry(
        kind=LOGGED_ISSUE,
        at=signed.facts.issued_at,
        actor=issuer.party,
        facts={"template": signed.facts.template},
        commitments=(signed.statement.hash,),
    )
    index = issuer.log.append(entry, now=now).index
    proof = parse_json(issuer.log.proof(index).dump())
    return Receipt(signed.statement, signed.facts, signed.salt, proof, issuer.keys)


def log_standing(standing: Standing, *, statement_hash: str, issuer: Issuer, now: datetime) -> None:
    """Write a revocation or supersession into the log before it counts."""
    entry = Entry(
        kind=LOGGED_STATUS,
        at=now.replace(microsecond=0),
        actor=issuer.party,
        facts={"state": standing.state.value, "detail": standing.detail or "none"},
        commitments=(statement_hash,),
    )
    issuer.log.append(entry, now=now)


def hand_out(file: Path, *, receipt: Receipt, request: Request, folder: Path) -> Path:
    """Write receipt and package for the person into ``folder``, readable by its owner only; the package's path."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _, canonical = document_form(file, request=request)
    data = receipt.dump()
    source = file
    if canonical is not None:
        source = folder / f".{receipt.facts.id}.json"
        write_private(source, canonical)
    package = folder / f"{receipt.facts.id}.zip"
    try:
        write_package(package, receipt=data, content=source, file_name=file.name)
    finally:
        if source is not file:
            source.unlink()
    write_private(folder / f"{receipt.facts.id}.receipt.json", data)
    return package
