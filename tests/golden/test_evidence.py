"""Evidence files of every form, checked anew: what held once must hold for ever, by the keys of then.

The firms are made up; ``make_evidence.py`` made the files, once, out of real nodes' answers. Those of decisions are of
a bank of the synthetic city: ``shuxin demo --alone --city``, then ``shuxin evidence`` of an approval and a refusal.
Those of decisions by a strategy, in ``2``, are of ``tests/lending/evidence_world.py``.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from shuxin.federation.api import LinkState, verify_evidence
from shuxin.lending.api import verify_strategy_evidence
from shuxin.verification.api import read_trust

EVIDENCE = Path(__file__).parent / "evidence"
AT = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
"""The moment of the check: a day after they were made."""
MOST_BYTES = 60_000
_BOTH = "FILE HOLDS", "AUTHORISATION HOLDS", "USE HOLDS", "USE HOLDS", "JOB HOLDS", "MODEL HOLDS"
_DECISION = "FILE HOLDS", "BASIS HOLDS", "USE HOLDS", "MODEL HOLDS", "RULES HOLDS"
KEPT: dict[str, tuple[str, ...]] = {
    "1/by-category-all-answered.json": (*_BOTH, "ANSWER HOLDS", "ANSWER HOLDS", "SCORE HOLDS"),
    "1/by-holder-all-answered.json": (*_BOTH, "ANSWER HOLDS", "ANSWER HOLDS", "SCORE HOLDS"),
    "1/by-holder-individual-business-in-a-batch.json": (
        *_BOTH, "ANSWER HOLDS", "ANSWER HOLDS", "SCORE HOLDS",
    ),
    "1/by-holder-one-down.json": (
        "FILE HOLDS", "AUTHORISATION HOLDS", "USE TOLD down", "USE HOLDS", "JOB HOLDS", "MODEL HOLDS",
        "ANSWER TOLD down", "ANSWER HOLDS", "SCORE HOLDS",
    ),
    "1/by-holder-one-refused.json": (
        "FILE HOLDS", "AUTHORISATION HOLDS", "USE HOLDS refused", "USE HOLDS", "JOB HOLDS", "MODEL HOLDS",
        "ANSWER HOLDS refused", "ANSWER HOLDS", "SCORE HOLDS",
    ),
    "1/by-holder-withdrawn.json": (
        "FILE HOLDS", "AUTHORISATION HOLDS", "USE HOLDS refused", "USE HOLDS refused", "JOB HOLDS", "MODEL HOLDS",
        "ANSWER HOLDS refused", "ANSWER HOLDS refused", "SCORE HOLDS",
    ),
    "1/decision-approve.json": (*_DECISION, "DECISION TOLD not_computed"),
    "1/decision-decline.json": (*_DECISION, "DECISION TOLD not_computed"),
    "1/sum-asked-again-without-one.json": (
        "FILE HOLDS", "AUTHORISATION HOLDS", "USE HOLDS refused", "USE HOLDS", "USE HOLDS", "JOB HOLDS",
        "MODEL HOLDS", "ANSWER HOLDS refused", "ANSWER HOLDS", "ANSWER HOLDS", "SCORE HOLDS",
    ),
    "1/sum-two-holders.json": (*_BOTH, "ANSWER HOLDS", "ANSWER HOLDS", "SCORE HOLDS"),
    "2/strategy-approve-joint.json": (
        "FILE HOLDS", "BASIS HOLDS", "USE HOLDS", "USE HOLDS", "SCORE HOLDS", "MODEL HOLDS no_model", "RULES HOLDS",
        "DECISION HOLDS replayed",
    ),
    "2/strategy-decline-open-list.json": (
        "FILE HOLDS", "BASIS HOLDS", "USE HOLDS", "MODEL HOLDS no_model", "RULES HOLDS", "DECISION HOLDS replayed",
    ),
    "2/strategy-refer-card.json": (
        "FILE HOLDS", "BASIS HOLDS", "USE HOLDS", "USE HOLDS", "MODEL HOLDS", "RULES HOLDS", "DECISION HOLDS replayed",
    ),
}  # fmt: skip
"""By file: every link in order, what is known of it, and why it is not simply so."""


class TestGolden:
    def test_every_file_is_here_and_no_other(self) -> None:
        found = {str(path.relative_to(EVIDENCE)) for path in EVIDENCE.glob("*/*.json")}
        assert {name for name in found if not name.endswith("/trust.json")} == KEPT.keys()

    @pytest.mark.parametrize("name", KEPT)
    def test_holds_as_it_did(self, name: str) -> None:
        file = EVIDENCE / name
        trust = read_trust((file.parent / "trust.json").read_bytes())
        look = verify_strategy_evidence if name.startswith("2/") else verify_evidence
        found = look(file.read_bytes(), trust=trust, now=AT)
        said = [f"{one.name.name} {one.state.name} {one.code}".strip() for one in found.links]
        assert tuple(said) == KEPT[name]
        assert found.holds == all(one.state is not LinkState.BROKEN for one in found.links)
        assert file.stat().st_size < MOST_BYTES
