"""Parties compare what they were given, without showing it (对齐核对)."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from shuxin.federation.alignment.forms import DIGEST
from shuxin.federation.alignment.refusal import AlignmentDiffers
from shuxin.federation.domain.job import Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shuxin.federation.engine.channel import Work


def agreed_digest(work: Work, secrets_in_order: Iterable[bytes]) -> str:
    """Digest of values that only the data parties can make of the aligned subjects, in their order.

    The label party compares with each holder; each sends a form of its own, so that sending back what one has
    received proves nothing. Raises AlignmentDiffers.
    """
    whole = hashlib.sha256(b"shuxin/alignment/digest\0" + work.job_id.encode())
    for piece in secrets_in_order:
        whole.update(piece)
    digest = whole.digest()
    job = work.job
    others = job.holders if work.role is Role.LABEL else (job.label,)
    for other in others:
        work.channel.send(other, DIGEST, lambda: [_said_by(work.party, digest)])
    for other in others:
        said = work.channel.receive(other, DIGEST).read()
        if not hmac.compare_digest(said, _said_by(other, digest)):
            raise AlignmentDiffers(party=other)
    return digest.hex()


def _said_by(party: str, digest: bytes) -> bytes:
    return hashlib.sha256(b"shuxin/alignment/said\0" + party.encode() + b"\0" + digest).digest()
