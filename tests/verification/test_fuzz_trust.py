"""Trust files that once broke their reader."""

from __future__ import annotations

import pytest

from shuxin.ledger.api import TrustInvalid
from shuxin.verification.trust import trust_from

INFINITE = float("inf")


class TestTrustFile:
    @pytest.mark.parametrize("anchors", [INFINITE, 1 << 53, "\ud800", [], {}])
    def test_refuses_anchors_that_are_none(self, anchors: object) -> None:
        parties = {"anchors": anchors, "statements": [], "checkpoints": []}
        with pytest.raises(TrustInvalid):
            trust_from({"parties": parties})

    def test_refuses_a_checkpoint_with_a_lone_surrogate(self) -> None:
        anchors = {"attesters": [], "pinned": [], "methods": ["counter"]}
        parties = {"anchors": anchors, "statements": [], "checkpoints": ["\ud800"]}
        with pytest.raises(TrustInvalid, match="checkpoints"):
            trust_from({"parties": parties})
