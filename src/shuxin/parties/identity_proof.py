"""Proof of identity behind one interface; what comes back is a salted commitment, never what was shown."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Protocol

from shuxin.kernel.errors import NotPermitted
from shuxin.kernel.text import Text
from shuxin.ledger.api import commitment
from shuxin.parties.domain.statements import Method

if TYPE_CHECKING:
    from collections.abc import Mapping

SALT_BYTES = 32
MODE = "SHUXIN_MODE"


class DevelopmentOnly(NotPermitted):
    code = "development_only"
    what = Text(
        en="the development proof of identity proves nothing, and this is not a development installation",
        zh="开发用身份核验不证明任何身份，而当前不是开发环境",
    )
    mend = Text(
        en="Use a real proof; only for development set SHUXIN_MODE=development",
        zh="请使用真实核验方式；仅开发时可设置 SHUXIN_MODE=development",
    )


class EvidenceMissing(NotPermitted):
    code = "identity_evidence_missing"
    what = Text(en="nothing was shown that proves the identity", zh="未提供身份核验依据")
    mend = Text(
        en="Give the record of the check as a file: --evidence FILE",
        zh="请以文件提供核验记录：--evidence 文件",
    )


class Level(IntEnum):
    """How strong a proof is (核验强度)."""

    NONE = 0
    DOCUMENT = 1
    PRESENT = 2


@dataclass(frozen=True, slots=True)
class Proven:
    """What a proof leaves (核验结果): how, how strong, and a commitment whose salt the attester keeps."""

    method: Method
    level: Level
    evidence: str


class IdentityProof(Protocol):
    """Proves who somebody is: face, bank-card elements, licence, or at the counter (身份核验)."""

    def prove(self, *, record: bytes, salt: bytes) -> Proven:
        """``record`` is the provider's or officer's record of the check. Raises EvidenceMissing."""
        ...


@dataclass(frozen=True, slots=True)
class RecordedProof:
    """An officer, or a service that the attester uses, made the check and left a record of it."""

    method: Method

    def prove(self, *, record: bytes, salt: bytes) -> Proven:
        if not record:
            raise EvidenceMissing
        present = self.method in {Method.COUNTER, Method.FACE}
        level = Level.PRESENT if present else Level.DOCUMENT
        return Proven(self.method, level, commitment(salt, record))


class DevelopmentIdentityProof:
    """Believes everybody; runs only where SHUXIN_MODE says development. Raises DevelopmentOnly."""

    def __init__(self, *, environment: Mapping[str, str]) -> None:
        if environment.get(MODE) != "development":
            raise DevelopmentOnly

    def prove(self, *, record: bytes, salt: bytes) -> Proven:
        return Proven(Method.DEVELOPMENT, Level.NONE, commitment(salt, record))


def proof_by(method: Method, *, environment: Mapping[str, str]) -> IdentityProof:
    """Raises DevelopmentOnly, and ValueError for a method by which nobody proves an identity."""
    if method is Method.INSTITUTION:
        raise ValueError("an institution vouches with its key, not with a proof of identity")
    if method is Method.DEVELOPMENT:
        return DevelopmentIdentityProof(environment=environment)
    return RecordedProof(method)
