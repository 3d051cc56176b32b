"""Whether words look uniform: what a masked message must, and a badly masked one must not.

Three families, each exact or with more than 1,000 expected per cell: chi-square of the bytes at every place of a word,
ones at every bit, and changes of every bit from one word to the next. The false-alarm rate of all together is at most
1e-6 (Bonferroni); the words of the tests are made from fixed seeds, so a verdict here never changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import binom, chi2

if TYPE_CHECKING:
    from shuxin.federation.product.ring import Ring, Words

FALSE_ALARM = 1e-6
LEAST_WORDS = 260_000


def oddities(words: Words, ring: Ring) -> list[str]:
    """What speaks against uniform words; empty when nothing does. Full-word rings only."""
    flat = np.ascontiguousarray(words).reshape(-1)
    if len(flat) < LEAST_WORDS or ring.bits not in (32, 64):
        raise ValueError("too few words to tell")
    level = FALSE_ALARM / (ring.bytes + 2 * ring.bits)
    found = []
    for place, column in enumerate(flat.view(np.uint8).reshape(-1, ring.bytes).T):
        counts = np.bincount(column, minlength=256)
        expected = len(flat) / 256
        statistic = float(((counts - expected) ** 2 / expected).sum())
        if chi2.sf(statistic, 255) < level:
            found.append(f"byte {place}")
    changes = flat[1:] ^ flat[:-1]
    for bit in range(ring.bits):
        one = flat.dtype.type(1)
        for name, values in (("ones", flat), ("changes", changes)):
            count = int(((values >> flat.dtype.type(bit)) & one).sum())
            tail = min(binom.cdf(count, len(values), 0.5), binom.sf(count - 1, len(values), 0.5))
            if 2 * tail < level:
                found.append(f"{name} of bit {bit}")
    return found
