"""Evidence files of this installation's own scores and decisions, and the list of trust as it sees it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from shuxin.federation.api import Papers, evidence_of, log_keys_of, score_view
from shuxin.parties.api import kept_about, read_trust
from shuxin.portal.bootstrap import HeldKeys
from shuxin.portal.node_services import services

if TYPE_CHECKING:
    from shuxin.federation.api import ScoreView
    from shuxin.infra.api import Settings


def papers(settings: Settings) -> Papers:
    """Raises NotSetUp, NodeMissing, NodeConfigInvalid."""
    return Papers(
        results=services(settings).results_folder,
        statements=kept_about,
        keys=HeldKeys(settings.home),
    )


def evidence_file(settings: Settings, score_id: str) -> bytes:
    """Raises ScoreUnknown, NotSetUp, NodeMissing."""
    found: bytes = evidence_of(score_id, papers=papers(settings))
    return found


def view_of_score(settings: Settings, score_id: str) -> ScoreView:
    """Raises ScoreUnknown, NotSetUp, NodeMissing."""
    return score_view(score_id, papers=papers(settings))


def trust_file(settings: Settings, score_id: str) -> bytes:
    """Whom this party trusts, and the logs that the holders of the score named. Raises ScoreUnknown.

    Whoever checks an evidence file compares these keys with the parties by another way, or makes a list of their own
    with 'shuxin document trust'.
    """
    anchors = json.loads(read_trust(settings.home).dump())
    log = {"logs": log_keys_of(score_id), "witnesses": [], "threshold": 0}
    parties = {"anchors": anchors, "statements": [], "checkpoints": []}
    text = json.dumps({"log": log, "parties": parties}, ensure_ascii=False, indent=1)
    return text.encode() + b"\n"
