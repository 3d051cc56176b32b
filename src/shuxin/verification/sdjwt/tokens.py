"""SD-JWT (RFC 9901): issue, present with a proof of the holder's key, verify. Strict and small by choice:
the compact form only, SHA-256 only, EdDSA and ES256 only; only claims at the top level are made disclosable.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from shuxin.kernel.signing import base64url
from shuxin.verification.body import NONCE
from shuxin.verification.presentation import PresentationInvalid
from shuxin.verification.sdjwt.disclosing import (
    HASH_NAME,
    Disclosure,
    digest,
    disclosed_claims,
    make_disclosure,
    parse_disclosure,
)
from shuxin.verification.sdjwt.jose import (
    LONGEST_TOKEN,
    Jwk,
    Jws,
    TokenInvalid,
    parse_jws,
    sign_jws,
)
from shuxin.verification.verdict import Check, CheckName, Reason, first_problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shuxin.kernel.canonical import Json
    from shuxin.kernel.signing import Signer

CREDENTIAL_TYPE, BINDING_TYPE = "dc+sd-jwt", "kb+jwt"
CREDENTIAL_TYPES = frozenset({CREDENTIAL_TYPE})
ALWAYS_SHOWN = frozenset({"iss", "vct", "iat", "nbf", "exp", "cnf", "status"})
BINDING_LASTS = timedelta(minutes=10)
CLOCK_SKEW = timedelta(minutes=2)
_BINDING = frozenset({"iat", "aud", "nonce", "sd_hash"})
_SALT_BYTES = 16
_LATEST = 253_402_214_400  # within the year 9999, with room to add a validity


@dataclass(frozen=True, slots=True)
class Credential:
    """A credential (凭证) in compact form, parsed and not yet verified."""

    token: Jws
    disclosures: tuple[Disclosure, ...]
    binding: Jws | None

    @property
    def without_binding(self) -> str:
        """What ``sd_hash`` covers, section 4.3.1."""
        return "".join(
            f"{part}~" for part in (self.token.text, *(d.text for d in self.disclosures))
        )

    @property
    def compact(self) -> str:
        return self.without_binding + (self.binding.text if self.binding else "")

    @property
    def holder(self) -> Jwk | None:
        """The holder's key of ``cnf``. Raises TokenInvalid."""
        if "cnf" not in self.token.payload:
            return None
        match self.token.payload["cnf"]:
            case {"jwk": key}:
                return Jwk.read(key)
        raise TokenInvalid(reason="cnf")


@dataclass(frozen=True, slots=True)
class Demand:
    """What a verifier asked for: a presentation to itself in answer to its nonce. Raises PresentationInvalid.

    A nonce has its form, 16 to 128 signs: nothing answers an empty one.
    """

    audience: str
    nonce: str

    def __post_init__(self) -> None:
        if not NONCE.fullmatch(self.nonce):
            raise PresentationInvalid(reason="nonce")


def random_salt() -> str:
    """128 bits, section 9.3."""
    return base64url(secrets.token_bytes(_SALT_BYTES))


def issue_credential(
    claims: Mapping[str, Json],
    *,
    disclosable: frozenset[str],
    holder: Jwk | None,
    signer: Signer,
    decoys: int = 0,
    salt: Callable[[], str] = random_salt,
) -> str:
    """An SD-JWT in which the holder chooses which of ``disclosable`` to show.

    Digests are sorted, so their order tells nothing; ``decoys`` digests of nothing hide their number.
    Raises TokenInvalid when a claim that must always be visible is to be hidden.
    """
    if disclosable & ALWAYS_SHOWN or not disclosable <= set(claims):
        raise TokenInvalid(reason="these claims cannot be hidden")
    hidden = [
        make_disclosure(salt=salt(), name=name, value=claims[name]) for name in sorted(disclosable)
    ]
    digests = [each.digest for each in hidden] + [digest(salt()) for _ in range(decoys)]
    payload = {name: value for name, value in claims.items() if name not in disclosable}
    payload |= {"_sd": sorted(digests), "_sd_alg": HASH_NAME} if digests else {}
    payload |= {"cnf": {"jwk": holder.as_json()}} if holder else {}
    token = sign_jws(payload, kind=CREDENTIAL_TYPE, signer=signer, key_id=signer.public.key_id)
    return parse_credential(f"{token}~{''.join(f'{each.text}~' for each in hidden)}").compact


def parse_credential(text: str, *, types: frozenset[str] = CREDENTIAL_TYPES) -> Credential:
    """Read an SD-JWT, with or without key binding, from a stranger. Raises TokenInvalid."""
    if len(text) > LONGEST_TOKEN or not text.isascii():
        raise TokenInvalid(reason="form")
    token, *shown = text.split("~")
    if not shown:
        raise TokenInvalid(reason="form")
    *disclosures, binding = shown
    return Credential(
        parse_jws(token, types=types),
        tuple(parse_disclosure(each) for each in disclosures),
        parse_jws(binding, types=frozenset({BINDING_TYPE})) if binding else None,
    )


def present_credential(
    credential: Credential,
    *,
    shown: frozenset[str],
    demand: Demand,
    signer: Signer,
    now: datetime,
) -> str:
    """The credential with only the claims in ``shown``, bound to one recipient with the holder's key.

    Raises TokenInvalid when the credential has no such claim or names another holder.
    """
    kept = tuple(each for each in credential.disclosures if each.name in shown)
    if {each.name for each in kept} != shown:
        raise TokenInvalid(reason="it has no such claim to show")
    if credential.holder != Jwk.of(signer.public):
        raise TokenInvalid(reason="its holder has another key")
    bare = Credential(credential.token, kept, None).without_binding
    payload: dict[str, Json] = {
        "iat": int(now.timestamp()),
        "aud": demand.audience,
        "nonce": demand.nonce,
        "sd_hash": digest(bare),
    }
    return bare + sign_jws(payload, kind=BINDING_TYPE, signer=signer)


def claims_of(credential: Credential) -> dict[str, Any]:
    """The claims that are visible, whoever signed them. Raises TokenInvalid."""
    return disclosed_claims(credential.token.payload, credential.disclosures)


def check_period(claims: Mapping[str, Any], *, now: datetime) -> Check:
    """``iat``, ``nbf`` and ``exp``; a credential without an end is refused. Raises TokenInvalid."""
    start = max(_time(claims, "iat", default=0), _time(claims, "nbf", default=0))
    end, at = _time(claims, "exp", default=0), now.timestamp()
    skew = CLOCK_SKEW.total_seconds()
    return first_problem(
        CheckName.PERIOD,
        ((at + skew < start, Reason.NOT_YET_VALID), (at >= end, Reason.EXPIRED)),
    )


def check_binding(credential: Credential, *, demand: Demand, now: datetime) -> Check:
    """The key binding of section 7.3: holder's signature, this credential, this audience, this nonce, now."""
    binding, holder = credential.binding, credential.holder
    if binding is None or holder is None:
        return Check(CheckName.PRESENTATION, Reason.NOT_PRESENTED)
    stated = binding.payload
    if set(stated) != _BINDING or not binding.signed_by(holder):
        return Check(CheckName.PRESENTATION, Reason.PRESENTATION_CHANGED)
    made = datetime.fromtimestamp(_time(stated, "iat", default=0), tz=UTC)
    return first_problem(
        CheckName.PRESENTATION,
        (
            (stated["sd_hash"] != digest(credential.without_binding), Reason.PRESENTATION_CHANGED),
            (stated["aud"] != demand.audience, Reason.WRONG_AUDIENCE),
            (stated["nonce"] != demand.nonce, Reason.REPLAYED),
            (not made - CLOCK_SKEW <= now < made + BINDING_LASTS, Reason.PRESENTATION_STALE),
        ),
    )


def _time(claims: Mapping[str, Any], name: str, *, default: int) -> int:
    value = claims.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LATEST:
        raise TokenInvalid(reason=name)
    return value
