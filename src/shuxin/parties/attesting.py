"""An attester's own act: it proved who asks, and signs the binding with its own key in its own home."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from shuxin.kernel.errors import NotPermitted
from shuxin.kernel.text import Text
from shuxin.parties.domain import statements as said
from shuxin.parties.domain.party import INTERNAL
from shuxin.parties.domain.registration import State
from shuxin.parties.identity_proof import SALT_BYTES
from shuxin.parties.journal import noted, salted
from shuxin.parties.models import AttestationRow
from shuxin.parties.registering import registration

if TYPE_CHECKING:
    from shuxin.kernel.signing import Signer
    from shuxin.kernel.statements import Statement
    from shuxin.parties.domain.statements import Claim
    from shuxin.parties.identity_proof import IdentityProof
    from shuxin.parties.journal import Journal

LONGEST_VALIDITY = dt.timedelta(days=3 * 366)


class RequestUnproven(NotPermitted):
    code = "key_request_unproven"
    what = Text(
        en="this request was not signed with the key that it asks for",
        zh="该申请未由所申请的密钥签名",
    )
    mend = Text(
        en="Let the owner make it anew: shuxin key new", zh="请由本人重新生成：shuxin key new"
    )


class RegistrationUnconfirmed(NotPermitted):
    code = "registration_unconfirmed"
    what = Text(
        en="the registration of this party is not confirmed, or has another name or kind",
        zh="该主体登记未经确认，或名称、类别不一致",
    )
    mend = Text(
        en="Compare with the register, or confirm after seeing the licence: shuxin party register --confirm",
        zh="请与登记机关数据核对，或查验执照后确认：shuxin party register --confirm",
    )


class ValidityTooLong(NotPermitted):
    code = "key_validity_too_long"
    what = Text(en="a key is bound for {days} days at most", zh="密钥绑定最长 {days} 天")
    mend = Text(en="Give an earlier end", zh="请缩短有效期")


class NotOwnKey(NotPermitted):
    code = "key_not_own"
    what = Text(
        en="an institution binds only its own officers', nodes' and administrators' keys",
        zh="机构只能为本机构的经办人、节点和管理员密钥作绑定",
    )
    mend = Text(
        en="Other keys are attested by who proves identities", zh="其他密钥须由身份核验方核验"
    )


class AgentUnproven(NotPermitted):
    code = "agent_unproven"
    what = Text(
        en="nobody checked that this agent's key is held by the person whom its mandate names",
        zh="未核验该经办人密钥由授权委托所载人员持有",
    )
    mend = Text(
        en="Prove the identity of the person in the mandate, and give the mandate and that person's id",
        zh="请核验授权委托所载人员的身份，并提供该委托及其主体标识",
    )


@dataclass(frozen=True, slots=True)
class Check:
    """One proof of identity (身份核验): by which method, and the record of what was seen."""

    proof: IdentityProof
    record: bytes


@dataclass(frozen=True, slots=True)
class Acting:
    """Who was checked for an agent's key (经办人核验): the person, and the mandate under which the key will act."""

    person: str
    mandate: Statement


def attest_key(
    request: Statement,
    *,
    check: Check,
    valid_from: dt.datetime,
    valid_to: dt.datetime,
    signer: Signer,
    by: str,
    journal: Journal,
    now: dt.datetime,
    acting: Acting | None = None,
) -> Statement:
    """Prove the identity, then sign the binding; the salt of the evidence stays here.

    An agent's key needs ``acting``: nothing in a directory ties the key to the mandate's person but this word.
    Raises RequestUnproven, PartyNotRegistered, RegistrationUnconfirmed, ValidityTooLong, EvidenceMissing,
    AgentUnproven, PartyStatementUnreadable, EntryInvalid.
    """
    claim = _requested(request, valid_from=valid_from, valid_to=valid_to)
    _check_registered(claim)
    _check_agent(claim, acting=acting)
    salt = secrets.token_bytes(SALT_BYTES)
    proven = check.proof.prove(record=check.record, salt=salt)
    binding = said.Binding(claim, valid_from, valid_to, proven.method, proven.evidence)
    statement = said.sign_binding(binding, signer=signer)
    with transaction.atomic():
        AttestationRow.objects.create(
            statement=statement.hash, level=proven.level, salt=salt.hex(), by=by, at=now
        )
        facts: dict[str, str | int] = {
            "statement": statement.hash,
            "method": proven.method.value,
            "level": int(proven.level),
        }
        sealed = [proven.evidence]
        if acting is not None:
            sealed.append(salted({"person": acting.person}, salt=salt.hex()))
        entry = noted("attestation", by=by, now=now, facts=facts, commitments=tuple(sealed))
        journal(entry)
    return statement


def attest_own(
    request: Statement,
    *,
    party: str,
    valid_from: dt.datetime,
    valid_to: dt.datetime,
    signer: Signer,
    by: str,
    journal: Journal,
    now: dt.datetime,
) -> Statement:
    """An institution binds a key of its own officer, node or administrator with its own key.

    Raises RequestUnproven, NotOwnKey, ValidityTooLong, PartyStatementUnreadable.
    """
    claim = _requested(request, valid_from=valid_from, valid_to=valid_to)
    if claim.party != party or not set(claim.roles) <= INTERNAL:
        raise NotOwnKey
    binding = said.Binding(claim, valid_from, valid_to, said.Method.INSTITUTION, "")
    statement = said.sign_binding(binding, signer=signer)
    facts = {"statement": statement.hash, "method": said.Method.INSTITUTION.value}
    with transaction.atomic():
        journal(noted("attestation", by=by, now=now, facts=facts))
    return statement


def revoke_as_lost(
    *, party: str, key_id: str, signer: Signer, by: str, journal: Journal, now: dt.datetime
) -> Statement:
    """The attester's word that a key is lost, after it proved the identity of the one who says so."""
    gone = said.Revocation(party, key_id, now, said.Reason.LOST)
    statement = said.sign_revocation(gone, signer=signer)
    facts = {"statement": statement.hash, "key_id": key_id, "reason": gone.reason.value}
    with transaction.atomic():
        journal(noted("key-revocation", by=by, now=now, facts=facts))
    return statement


def _requested(request: Statement, *, valid_from: dt.datetime, valid_to: dt.datetime) -> Claim:
    """The claim of a request that its own key signed, for a time that is not too long."""
    if request.kind != said.POSSESSION:
        raise RequestUnproven
    claim = said.read_claim(request)
    if not request.signed_by(claim.public):
        raise RequestUnproven
    if not dt.timedelta(0) < valid_to - valid_from <= LONGEST_VALIDITY:
        raise ValidityTooLong(days=LONGEST_VALIDITY.days)
    return claim


def _check_registered(claim: Claim) -> None:
    """An organisation's registration must be confirmed; of a person the check itself is the confirmation."""
    held = registration(claim.party)
    is_same = held.kind is claim.kind and held.name == claim.name
    is_confirmed = held.state is State.CONFIRMED or not claim.name
    if not is_same or not is_confirmed:
        raise RegistrationUnconfirmed


def _check_agent(claim: Claim, *, acting: Acting | None) -> None:
    """The person whose identity was proven is the one whom the mandate of this key names."""
    if not claim.on_behalf:
        if acting is not None:
            raise AgentUnproven
        return
    if acting is None or acting.mandate.hash != claim.on_behalf:
        raise AgentUnproven
    mandate = said.read_mandate(acting.mandate)
    if (mandate.party, mandate.person) != (claim.party, acting.person):
        raise AgentUnproven
