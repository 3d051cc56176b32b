"""A directory of many parties: every one found, every wrong one rejected."""

from __future__ import annotations

from collections import Counter

import pytest
from tests.parties.world import MID, World, bound, claim, key, organisation

from shuxin.kernel.statements import sign_statement
from shuxin.parties.api import Directory, KeyProblem, KnownKey, Rejection

ANCHORS = World().anchors


def check(count: int) -> None:
    made = [
        bound(
            claim(f"k{n}", party=organisation(100 + n)), by="thief" if n % 10 == 3 else "attester"
        )
        for n in range(count)
    ]
    directory = Directory.build([one for pair in made for one in pair], anchors=ANCHORS)
    forged = range(3, count, 10)
    why = Counter(rejected.why for rejected in directory.rejected)
    assert why == dict.fromkeys((Rejection.NOT_ANCHORED, Rejection.UNBOUND), len(forged))
    for n in range(0, count, max(1, count // 50)):
        message = sign_statement("test-message", {}, signer=key(f"k{n}"))
        found = directory.who_signed(message, party=organisation(100 + n), seen_at=MID)
        if n in forged:
            assert found is KeyProblem.UNKNOWN
        else:
            assert isinstance(found, KnownKey)


def test_a_hundred_parties() -> None:
    check(100)


@pytest.mark.soak
def test_a_hundred_thousand_parties() -> None:
    check(100_000)
