"""Randomness by address: each purpose and each entity has its own stream, in any order, in parallel."""

from __future__ import annotations

import hashlib
import math
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.random import Generator

T = TypeVar("T")


def stream(*, seed: int, purpose: str, index: int = 0) -> Generator:
    """The stream of one entity for one purpose.

    Philox (Salmon and others, "Parallel random numbers: as easy as 1, 2, 3", SC11): the key is the
    seed and a hash of ``purpose``, the highest word of the counter is ``index``, so streams never
    overlap and none depends on how much another one drew.
    """
    return np.random.Generator(_bits(seed, purpose, index))


class Streams:
    """The streams of one purpose, one at a time: quicker than :func:`stream` for many short ones."""

    def __init__(self, *, seed: int, purpose: str) -> None:
        self._bits = _bits(seed, purpose, 0)
        self._start = self._bits.state
        self._rng = np.random.Generator(self._bits)

    def at(self, index: int) -> Generator:
        """What ``stream`` gives for ``index``; the stream given before is no longer valid."""
        self._start["state"]["counter"][-1] = index
        self._bits.state = self._start
        return self._rng


def _bits(seed: int, purpose: str, index: int) -> np.random.Philox:
    word = int.from_bytes(hashlib.blake2b(purpose.encode(), digest_size=8).digest(), "big")
    key = np.array([seed, word], dtype=np.uint64)
    counter = np.array([0, 0, 0, index], dtype=np.uint64)
    return np.random.Philox(key=key, counter=counter)


def scattered(index: int, *, size: int, seed: int, purpose: str) -> int:
    """A one-to-one map of ``0 <= index < size`` onto itself that depends on seed and purpose."""
    stride, offset = stride_and_offset(size=size, seed=seed, purpose=purpose)
    return (index * stride + offset) % size


@lru_cache(maxsize=64)
def stride_and_offset(*, size: int, seed: int, purpose: str) -> tuple[int, int]:
    """Of :func:`scattered`: ``(index * stride + offset) % size``."""
    rng = stream(seed=seed, purpose=purpose)
    stride = int(rng.integers(size // 3, size)) | 1
    while math.gcd(stride, size) != 1:
        stride += 2
    return stride, int(rng.integers(size))


def one_of(items: Sequence[T], *, rng: Generator) -> T:
    return items[int(rng.integers(len(items)))]
