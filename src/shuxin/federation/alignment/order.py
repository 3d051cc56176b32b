"""Random orders, each a function of a seed of 32 bytes, so that a program that starts again finds the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

if TYPE_CHECKING:
    import numpy.typing as npt

    from shuxin.federation.alignment.codes import Places

SEED_BYTES = 32


def random_order(seed: bytes, size: int) -> Places:
    """A permutation of ``range(size)``, each equally likely over seeds: the order of distinct random words.

    Words are AES-256-CTR output under the seed; if two are equal all are drawn again, so ties decide nothing.
    """
    stream = Cipher(algorithms.AES256(seed), modes.CTR(bytes(16))).encryptor()
    while True:
        words: npt.NDArray[np.uint64] = np.frombuffer(stream.update(bytes(8 * size)), "<u8")
        order = np.argsort(words)
        drawn = words[order]
        if not (drawn[1:] == drawn[:-1]).any():
            return order.astype(np.uint32)
