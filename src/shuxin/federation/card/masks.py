"""Masks of a sum (成对掩码): each pair of holders adds and takes away the same words, so that only the sum shows.

The words of a pair are those of the generator with the seed::

    HKDF-Expand-SHA256(pair secret, "shuxin/card-mask/v1|<request>|<holder>|<holder>|...", 32 bytes)     (RFC 5869)

where the request's hash stands in hexadecimal and the holders that are asked stand in rising order. Word i masks the
i-th subject of the request. The lower holder of the pair adds, the other takes away, modulo 2^32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from shuxin.federation.product.generator import SEED_BYTES, Cipher, Generator
from shuxin.federation.product.ring import Ring

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.federation.card.answers import Question
    from shuxin.federation.product.ring import Words

RING = Ring(32)


def masks(
    *, party: str, question: Question, secrets: Mapping[str, bytes], cipher: Cipher = Cipher.AES
) -> Words:
    """(rows,) what ``party`` adds to its totals; zeros where it is asked alone.

    secrets: of 32 bytes, by the other holder, known to this pair and to nobody else.
    """
    total = np.zeros(question.rows, RING.dtype)
    for peer in question.holders:
        if peer != party:
            words = _pair_words(secrets[peer], question, cipher)
            total += words if party < peer else -words
    return total


def _pair_words(secret: bytes, question: Question, cipher: Cipher) -> Words:
    info = "|".join(("shuxin/card-mask/v1", question.request, *question.holders))
    seed = HKDFExpand(SHA256(), SEED_BYTES, info.encode()).derive(secret)
    return Generator(seed, cipher).words((question.rows, 1), RING)[:, 0]
