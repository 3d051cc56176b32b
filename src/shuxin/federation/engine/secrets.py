"""Pair secrets (双方密钥): what two parties of a job share and nobody else knows, the helper's host included.

Every ordered pair exchanges a statement ``job-key`` {job, party, peer, public, nonce}: a fresh X25519 point
(RFC 7748) and 16 random bytes, signed with the party's own key. The secret of a pair is::

    HKDF-SHA256(X25519(own private, the other's public), salt = both nonces, the lower party's first,
                info = "shuxin/pair/v1|<job>|<lower party>|<higher party>", 32 bytes)          (RFC 5869)

The private key lies in the job's folder only and is erased when the job ends.
"""

from __future__ import annotations

import re
from secrets import token_bytes
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shuxin.federation.engine.channel import Declared
from shuxin.federation.engine.outbox import in_one_piece
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.signing import base64url, from_base64url
from shuxin.kernel.statements import StatementInvalid, parse_statement, sign_statement
from shuxin.kernel.text import Text
from shuxin.parties.api import KeyProblem, KeyRole

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from shuxin.consent.api import Keys
    from shuxin.federation.domain.job import Job
    from shuxin.federation.engine.channel import Channel
    from shuxin.kernel.signing import Signer
    from shuxin.kernel.statements import Statement

JOB_KEY = "job-key"
KEYS = "keys"
SECRET_BYTES = 32
_NONCE_BYTES = 16
_MOST_BYTES = 4096
_MAY_SIGN = frozenset({KeyRole.SUBJECT, KeyRole.OFFICER, KeyRole.NODE})
"""Not its agents, who may be anybody, nor its auditors."""
_NONCE = re.compile(r"[0-9a-f]{32}")


class PairKeyInvalid(InvalidInput):
    code = "pair_key_invalid"
    what = Text(
        en="the key that {party} sent for this job does not count: {reason}",
        zh="{party} 为本任务发送的密钥无效：{reason}",
    )
    mend = Text(
        en="See that its node signs with a key that is bound to it and not revoked, and propose the job again",
        zh="请确认对方节点使用已登记且未吊销的密钥签名，然后重新提出任务",
    )


def key_messages(job: Job) -> tuple[Declared, ...]:
    """One of every party to every other."""
    parties = [seat.party for seat in job.parties]
    return tuple(
        Declared(KEYS, one, other, _MOST_BYTES)
        for one in parties
        for other in parties
        if one != other
    )


def exchange(
    channel: Channel,
    *,
    job: Job,
    job_id: str,
    party: str,
    signer: Signer,
    keys: Keys,
    now: dt.datetime,
) -> dict[str, bytes]:
    """The secret of 32 bytes with each other party of the job. Raises PairKeyInvalid, and what the channel raises."""
    peers = [seat.party for seat in job.parties if seat.party != party]
    own = {peer: channel.once(f"{KEYS}/{peer}", _fresh) for peer in peers}
    for peer in peers:
        body = _body(own[peer], job_id=job_id, party=party, peer=peer)
        statement = sign_statement(JOB_KEY, body, signer=signer)
        channel.send(peer, KEYS, in_one_piece(statement.dump()))
    return {
        peer: _secret_with(
            own[peer],
            _checked(
                channel.receive(peer, KEYS).read(),
                job_id=job_id,
                party=party,
                peer=peer,
                keys=keys,
                now=now,
            ),
            job_id=job_id,
            party=party,
            peer=peer,
        )
        for peer in peers
    }


def shared_point(private: bytes, public: bytes) -> bytes | None:
    """X25519 of RFC 7748 section 5; None for a point of low order, which would make the result known to all."""
    key = X25519PrivateKey.from_private_bytes(private)
    try:
        return key.exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError:
        return None


def pair_secret(shared: bytes, *, job_id: str, nonces: Mapping[str, bytes]) -> bytes:
    """The key derivation of the module's text. ``nonces``: of both parties."""
    low, high = sorted(nonces)
    info = f"shuxin/pair/v1|{job_id}|{low}|{high}".encode()
    salt = nonces[low] + nonces[high]
    return HKDF(algorithm=SHA256(), length=SECRET_BYTES, salt=salt, info=info).derive(shared)


def _fresh() -> bytes:
    """A private key and a nonce."""
    return X25519PrivateKey.generate().private_bytes_raw() + token_bytes(_NONCE_BYTES)


def _body(own: bytes, *, job_id: str, party: str, peer: str) -> dict[str, str]:
    key = X25519PrivateKey.from_private_bytes(own[:SECRET_BYTES])
    return {
        "job": job_id,
        "party": party,
        "peer": peer,
        "public": base64url(key.public_key().public_bytes_raw()),
        "nonce": own[SECRET_BYTES:].hex(),
    }


def _checked(
    content: bytes, *, job_id: str, party: str, peer: str, keys: Keys, now: dt.datetime
) -> tuple[bytes, bytes]:
    """The peer's point and nonce."""
    try:
        statement = parse_statement(content, kind=JOB_KEY)
    except StatementInvalid as error:
        raise PairKeyInvalid(party=peer, reason="statement") from error
    known = keys.who_signed(statement, party=peer, seen_at=now)
    if isinstance(known, KeyProblem):
        raise PairKeyInvalid(party=peer, reason=known.value)
    if not known.roles & _MAY_SIGN:
        raise PairKeyInvalid(party=peer, reason=KeyProblem.WRONG_ROLE.value)
    return _read(statement, meant={"job": job_id, "party": peer, "peer": party}, peer=peer)


def _read(statement: Statement, *, meant: Mapping[str, str], peer: str) -> tuple[bytes, bytes]:
    body = statement.body
    if set(body) != {*meant, "public", "nonce"}:
        raise PairKeyInvalid(party=peer, reason="fields")
    for field, value in meant.items():
        if body[field] != value:
            raise PairKeyInvalid(party=peer, reason=field)
    public, nonce = body["public"], body["nonce"]
    point = from_base64url(public) if isinstance(public, str) else None
    if point is None or len(point) != SECRET_BYTES:
        raise PairKeyInvalid(party=peer, reason="public")
    if not isinstance(nonce, str) or not _NONCE.fullmatch(nonce):
        raise PairKeyInvalid(party=peer, reason="nonce")
    return point, bytes.fromhex(nonce)


def _secret_with(
    own: bytes, theirs: tuple[bytes, bytes], *, job_id: str, party: str, peer: str
) -> bytes:
    shared = shared_point(own[:SECRET_BYTES], theirs[0])
    if shared is None:
        raise PairKeyInvalid(party=peer, reason="public")
    nonces = {party: own[SECRET_BYTES:], peer: theirs[1]}
    return pair_secret(shared, job_id=job_id, nonces=nonces)
