"""Argon2id with the parameters of RFC 9106 for 64 MiB, a few at a time so that memory stays bounded."""

from __future__ import annotations

from threading import BoundedSemaphore

from django.contrib.auth.hashers import Argon2PasswordHasher

_AT_ONCE = BoundedSemaphore(4)


class Argon2(Argon2PasswordHasher):
    """RFC 9106 section 4, second recommended option: t=3, m=64 MiB, p=4."""

    time_cost = 3
    memory_cost = 65536
    parallelism = 4

    def encode(self, password: str, salt: str) -> str:
        with _AT_ONCE:
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with _AT_ONCE:
            return super().verify(password, encoded)
