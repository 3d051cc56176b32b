"""One question to the holders of a card, and the hash by which each of them names it (询问)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from shuxin.federation.card.answers import Question
from shuxin.federation.wire.codec import encode
from shuxin.kernel.canonical import canonical_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shuxin.federation.wire.messages import Scored

NONCE_BYTES = 32


def question_of(
    *, service: str, holders: Sequence[str], subjects: Sequence[str], nonce: bytes
) -> Question:
    """What all the holders that are asked together find from what each of them got.

    The hash is SHA-256 of ``shuxin/question/v1|`` and canonical JSON of ``service`` (id of the job), ``holders``,
    ``subjects`` (credit codes in their order) and ``nonce`` (hexadecimal); the other content differs by holder.
    Raises ValueError: holders not in rising order, or no subjects.
    """
    said = canonical_json(
        {
            "service": service,
            "holders": list(holders),
            "subjects": list(subjects),
            "nonce": nonce.hex(),
        }
    )
    digest = hashlib.sha256(b"shuxin/question/v1|" + said).hexdigest()
    return Question(digest, tuple(holders), len(subjects))


def answer_digest(scored: Scored, /) -> str:
    """SHA-256 of the message but its receipt, 64 hexadecimal digits: as it stands in the logs of both sides."""
    return hashlib.sha256(encode(msgspec.structs.replace(scored, receipt=None))).hexdigest()
