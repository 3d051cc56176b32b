"""Whoever copies the platform's database and keys still cannot speak for an enterprise."""

from __future__ import annotations

import pytest
from tests.consent.world import (
    ATTESTER,
    DAY,
    FIRM,
    KEYS,
    NOW,
    PLATFORM,
    STRANGER,
    Asked,
    bound,
    directory,
    presented,
)

from shuxin.consent.domain.refusal import Reason
from shuxin.kernel.statements import Statement
from shuxin.parties.api import KeyRole, PartyKind, Revocation, sign_mandate, sign_revocation
from shuxin.parties.api import Reason as WhyRevoked

THIEF, STOLEN = STRANGER, KEYS[PLATFORM]


def binding(*roles: KeyRole, party: str = FIRM, on_behalf: str = "") -> list[Statement]:
    """A key of the thief's, vouched for by the platform's stolen key."""
    kind = PartyKind.ENTERPRISE if party == FIRM else PartyKind.OPERATOR
    return bound(party, kind, THIEF, *roles, by=STOLEN, on_behalf=on_behalf)


REVOKES = sign_revocation(
    Revocation(FIRM, KEYS[FIRM].public.key_id, NOW - DAY, WhyRevoked.COMPROMISED), signer=STOLEN
)
MANDATE = sign_mandate(
    party=FIRM,
    person="person:" + "c" * 32,
    purposes=("credit_decision",),
    valid_from=NOW - DAY,
    valid_to=NOW + DAY,
    signer=STOLEN,
)
TRIES = {
    "with the platform's own key": (STOLEN, []),
    "with a new key that nobody vouches for": (THIEF, []),
    "with a new key that the platform vouches for": (THIEF, binding()),
    "as the legal representative": (THIEF, binding(KeyRole.LEGAL_REPRESENTATIVE)),
    "as an agent": (THIEF, [MANDATE, *binding(KeyRole.AGENT, on_behalf=MANDATE.hash)]),
    "after revoking the enterprise's key": (THIEF, [REVOKES, *binding()]),
    "with a key of the platform's officer": (THIEF, binding(KeyRole.OFFICER, party=PLATFORM)),
}


class TestThief:
    @pytest.mark.parametrize("way", sorted(TRIES))
    def test_gets_nothing(self, way: str) -> None:
        signer, statements = TRIES[way]
        case = Asked(presented=presented(signer), keys=directory(*statements))
        assert {refusal.reason for refusal in case.refusals()} <= {
            Reason.SIGNER_UNKNOWN,
            Reason.SIGNER_OTHER_PARTY,
        }
        assert case.refusals()

    def test_cannot_even_stop_the_enterprise_from_signing(self) -> None:
        assert Asked(keys=directory(REVOKES)).refusals() == ()

    def test_would_get_through_with_the_attesters_key(self) -> None:
        """The one key that must not lie on the platform; the tests above would show it if it did."""
        good = bound(FIRM, PartyKind.ENTERPRISE, THIEF, by=KEYS[ATTESTER])
        assert Asked(presented=presented(THIEF), keys=directory(*good)).refusals() == ()
