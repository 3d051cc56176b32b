"""The cryptographic generator (密码学随机数发生器): from 32 bytes a stream that can be entered at any byte.

A stream is what the cipher in counter mode makes of zeros, from counter zero on. How a party cuts it into chunks is
its own affair: the byte at a place depends on seed, cipher and place alone. The vectors in the tests and in
docs/protocols/product.md fix it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher as _Cipher
from cryptography.hazmat.primitives.ciphers import algorithms, modes
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers import CipherContext

    from shuxin.federation.product.ring import Ring, Words

SEED_BYTES = 32
LONGEST_STREAM = 1 << 38
"""Bytes of one stream: ChaCha20's first counter word counts 2^32 blocks of 64 bytes."""
_ZEROS = bytes(1 << 18)


class Cipher(StrEnum):
    """What makes the stream (密码算法)."""

    AES = "aes-256-ctr"
    """Key: the seed."""
    CHACHA20 = "chacha20"
    """RFC 8439 with nonce zero; key: the seed."""
    SM4 = "sm4-ctr"
    """GB/T 32907, where national cryptography is required; key: 16 bytes derived from the seed."""


_BLOCK = {Cipher.AES: 16, Cipher.CHACHA20: 64, Cipher.SM4: 16}


def derived(seed: bytes, name: str, *, length: int = SEED_BYTES) -> bytes:
    """A seed of its own for ``name``: HKDF-Expand (RFC 5869) with SHA-256."""
    info = b"shuxin/product/v1|" + name.encode()
    return HKDFExpand(hashes.SHA256(), length, info).derive(seed)


class Generator:
    """The stream of one seed."""

    def __init__(self, seed: bytes, cipher: Cipher = Cipher.AES) -> None:
        if len(seed) != SEED_BYTES:
            raise ValueError(f"a seed has {SEED_BYTES} bytes")
        self._seed = seed
        self._cipher = cipher

    def fill(self, out: np.ndarray[Any, Any], *, start: int = 0) -> None:
        """Write the bytes of the stream from byte ``start`` over the contiguous array ``out``."""
        target = out.reshape(-1).view(np.uint8).data
        if start < 0 or start + len(target) > LONGEST_STREAM:
            raise ValueError("beyond the stream")
        block, within = divmod(start, _BLOCK[self._cipher])
        context = self._at(block)
        context.update(bytes(within))
        for place in range(0, len(target), len(_ZEROS)):
            piece = target[place : place + len(_ZEROS)]
            context.update_into(memoryview(_ZEROS)[: len(piece)], piece)

    def words(self, shape: tuple[int, int], ring: Ring, *, row: int = 0) -> Words:
        """Rows ``row`` to ``row + shape[0]`` of the stream's matrix with ``shape[1]`` columns: uniform in the ring."""
        out = np.empty(shape, ring.dtype)
        self.words_into(out, ring, row=row)
        return out

    def words_into(self, out: Words, ring: Ring, *, row: int) -> None:
        self.fill(out, start=row * out.shape[1] * ring.bytes)
        ring.reduce(out)

    def _at(self, block: int) -> CipherContext:
        if self._cipher is Cipher.CHACHA20:
            nonce = block.to_bytes(4, "little") + bytes(12)
            return _Cipher(algorithms.ChaCha20(self._seed, nonce), mode=None).encryptor()
        counter = modes.CTR(block.to_bytes(16, "big"))
        if self._cipher is Cipher.AES:
            return _Cipher(algorithms.AES(self._seed), counter).encryptor()
        key = derived(self._seed, "sm4", length=16)
        return _Cipher(algorithms.SM4(key), counter).encryptor()
