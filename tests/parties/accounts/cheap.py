"""Argon2 with the least it can do, for tests only; the real parameters have a test of their own."""

from __future__ import annotations

from shuxin.parties.accounts.hashing import Argon2


class CheapArgon2(Argon2):
    time_cost = 1
    memory_cost = 8
    parallelism = 1
