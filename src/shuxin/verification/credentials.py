"""Credentials by template: an issuer of the directory signs, the holder shows single claims, a stranger verifies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from shuxin.kernel.statements import StatementInvalid
from shuxin.parties.api import KeyProblem
from shuxin.verification.body import HEX32, PARTY, members, whole, word
from shuxin.verification.sdjwt.jose import Jwk, TokenInvalid
from shuxin.verification.sdjwt.tokens import (
    ALWAYS_SHOWN,
    Credential,
    Demand,
    check_binding,
    check_period,
    claims_of,
    issue_credential,
)
from shuxin.verification.status import PLACES
from shuxin.verification.templates import TEMPLATES, claims_from, template
from shuxin.verification.verdict import Check, CheckName, Reason, Verdict
from shuxin.verification.verifying import ISSUING_ROLES, MAX_STATUS_AGE, check_status

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from shuxin.kernel.canonical import Json
    from shuxin.kernel.signing import PublicKey
    from shuxin.kernel.statements import Statement
    from shuxin.parties.api import Directory
    from shuxin.verification.issuing import Issuer, Place
    from shuxin.verification.status import StatusList
    from shuxin.verification.trust import Trust

VCT_PREFIX = "urn:shuxin:template:"
DECOYS = 3


@dataclass(frozen=True, slots=True)
class CredentialVerdict:
    """The verdict, and the claims that were shown; they count only when it is accepted."""

    verdict: Verdict
    claims: Mapping[str, Any]


def issue_by_template(
    values: Mapping[str, object],
    *,
    name: str,
    holder: PublicKey,
    place: Place,
    issuer: Issuer,
    now: datetime,
) -> str:
    """A credential whose hidden fields the holder shows one by one.

    Raises TemplateUnknown, TemplateNotFilled, TokenInvalid.
    """
    chosen = template(name)
    end = now + timedelta(days=chosen.valid_days)
    stated: dict[str, Json] = {
        "iss": issuer.party,
        "vct": VCT_PREFIX + chosen.name,
        "iat": int(now.timestamp()),
        "exp": int(end.timestamp()),
        "status": {"list": place.list_id, "index": place.index},
    }
    claims = claims_from(values, of=chosen)
    return issue_credential(
        stated | claims,
        disclosable=chosen.disclosable & set(claims),
        holder=Jwk.of(holder),
        signer=issuer.signer,
        decoys=DECOYS,
    )


def verify_credential(
    credential: Credential,
    *,
    trust: Trust,
    keys: tuple[Statement, ...],
    status: tuple[Statement, StatusList] | None,
    demand: Demand,
    now: datetime,
    max_status_age: timedelta = MAX_STATUS_AGE,
) -> CredentialVerdict:
    """Every check of a presented credential. Raises TokenInvalid for one that cannot be read."""
    claims = _read(credential)
    directory = trust.directory_with(keys)
    checks = (
        _check_issuer(credential, directory, party=claims["iss"], now=now),
        check_period(claims, now=now),
        _status(claims, status, directory, now=now, max_age=max_status_age),
        check_binding(credential, demand=demand, now=now),
    )
    return CredentialVerdict(Verdict(checks), claims)


def _read(credential: Credential) -> dict[str, Any]:
    """The visible claims of one of our templates. Raises TokenInvalid."""
    if any(each.name in ALWAYS_SHOWN for each in credential.disclosures):
        raise TokenInvalid(reason="a claim that must always be visible was hidden")
    claims = claims_of(credential)
    kind = claims.get("vct")
    if not isinstance(kind, str) or kind.removeprefix(VCT_PREFIX) not in TEMPLATES:
        raise TokenInvalid(reason="vct")
    if not isinstance(claims.get("iss"), str) or not PARTY.fullmatch(claims["iss"]):
        raise TokenInvalid(reason="iss")
    return claims


def _check_issuer(
    credential: Credential, directory: Directory, *, party: str, now: datetime
) -> Check:
    """The issuer's key by ``kid``, among those that the directory binds to ``iss``."""
    key_id = credential.token.header.get("kid")
    held = [key for key in directory.keys_of(party) if key.public.key_id == key_id]
    able = [key for key in held if key.roles & ISSUING_ROLES]
    if not able:
        return Check(CheckName.ISSUER, Reason.UNKNOWN_ISSUER)
    if not credential.token.signed_by(Jwk.of(able[0].public)):
        return Check(CheckName.ISSUER, Reason.RECEIPT_CHANGED)
    problems = [directory.problem_of(key, at=now) for key in able]
    if None in problems:
        return Check(CheckName.ISSUER)
    revoked = KeyProblem.REVOKED in problems
    return Check(CheckName.ISSUER, Reason.KEY_REVOKED if revoked else Reason.KEY_NOT_VALID)


def _status(
    claims: Mapping[str, Any],
    status: tuple[Statement, StatusList] | None,
    directory: Directory,
    *,
    now: datetime,
    max_age: timedelta,
) -> Check:
    try:
        stated = members(claims.get("status"), names=frozenset({"list", "index"}))
        list_id = word(stated, "list", form=HEX32)
        index = whole(stated, "index", most=PLACES - 1)
    except StatementInvalid as error:
        raise TokenInvalid(reason="status") from error
    if status is None:
        return Check(CheckName.STATUS, Reason.STATUS_MISSING)
    return check_status(
        status,
        place=(claims["iss"], list_id, index),
        directory=directory,
        now=now,
        max_age=max_age,
    )
