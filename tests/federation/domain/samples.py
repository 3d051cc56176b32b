"""Jobs, policies and cards of a label party, two holders and a helper."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

from shuxin.federation.domain.job import Job, job_from
from shuxin.federation.domain.policy import NodeFacts, Policy
from shuxin.kernel.dates import CHINA_TIME
from shuxin.kernel.uscc import check_symbol

NOW = dt.datetime(2026, 6, 1, 9, tzinfo=CHINA_TIME)
DAY = dt.timedelta(days=1)


def party(number: int) -> str:
    body = f"91350200{number:09}"
    return f"uscc:{body}{check_symbol(body)}"


LABEL, HOLDER, OTHER, HELPER, STRANGER = (party(number) for number in (11, 12, 13, 14, 15))
NODES = {
    one: NodeFacts(one, f"https://node{number}.example:7443")
    for number, one in enumerate((LABEL, HOLDER, OTHER, HELPER))
}


def entering(who: str, **changed: Any) -> dict[str, Any]:
    plain = {
        "party": who,
        "dataset": "tax",
        "ground": "basis",
        "basis": "basis-1",
        "level": 2,
        "data_from": "2025-01-01",
        "data_to": "2026-01-01",
    }
    return plain | changed


def values(**changed: Any) -> dict[str, Any]:
    """An alignment of a label party and a holder with a helper, as a form or JSON gives it."""
    plain: dict[str, Any] = {
        "version": 1,
        "nonce": "0" * 32,
        "title": "find our common firms",
        "proposer": LABEL,
        "purpose": "model_training",
        "parties": [
            {"party": LABEL, "role": "label"},
            {"party": HOLDER, "role": "holder"},
            {"party": HELPER, "role": "helper"},
        ],
        "inputs": [entering(LABEL), entering(HOLDER)],
        "parameters": {"kind": "alignment", "engine": "tags", "learn": "both", "min_size": 1000},
        "outputs": [{"name": "aligned", "to": LABEL}, {"name": "aligned", "to": HOLDER}],
        "limits": {"rows": 100_000, "wait_seconds": 60},
        "proposed_at": NOW.isoformat(),
        "valid_to": (NOW + 30 * DAY).isoformat(),
    }
    return copy.deepcopy(plain | changed)


def counting() -> dict[str, Any]:
    """Only the count is released, to the label party."""
    return {
        "parameters": {"kind": "alignment", "engine": "tags", "learn": "count", "min_size": 1000},
        "outputs": [{"name": "count", "to": LABEL}],
    }


def rehearsal() -> dict[str, Any]:
    return {
        "inputs": [],
        "parameters": {"kind": "rehearsal", "rows": 10},
        "outputs": [{"name": "verdict", "to": LABEL}],
    }


def scorecard(**changed: Any) -> dict[str, Any]:
    """A scorecard of the label party's two features and the holder's three."""
    asked = {"kind": "scorecard", "model": "流水贷 2026", "target": "overdue", "bad": ["1"]}
    names = ("aligned", "card")
    return {
        "inputs": [
            entering(LABEL, features=["turnover", "since"]),
            entering(HOLDER, features=["tax", "staff", "arrears"]),
        ],
        "parameters": asked | changed,
        "outputs": [{"name": name, "to": one} for name in names for one in (LABEL, HOLDER)],
    }


AGREED: dict[str, Any] = {"ground": "authorisations", "basis": ""}


def service(*holders: str, **changed: Any) -> dict[str, Any]:
    """A service of the label party and these holders, one unless told; ``changed`` are its parameters."""
    holders = holders or (HOLDER,)
    asked = {
        "kind": "service",
        "scorecard": "1" * 64,
        "label_part": "2" * 64,
        "parts": ["3" * 64] * len(holders),
        "until": (NOW + 90 * DAY).isoformat(),
    }
    return {
        "purpose": "credit_decision",
        "parties": [
            {"party": LABEL, "role": "label"},
            *({"party": one, "role": "holder"} for one in holders),
        ],
        "inputs": [entering(LABEL), *(entering(one, **AGREED) for one in holders)],
        "parameters": asked | changed,
        "outputs": [{"name": "scores", "to": LABEL}],
    }


def job(**changed: Any) -> Job:
    return job_from(values(**changed))


def rules(**changed: Any) -> dict[str, Any]:
    """A policy under which ``values()`` is taken by everybody."""
    plain: dict[str, Any] = {
        "version": 1,
        "kinds": {kind: ["model_training"] for kind in ("alignment", "rehearsal", "scorecard")},
        "proposers": [LABEL],
        "helpers": [HELPER],
        "datasets": ["tax"],
        "grounds": ["authorisations", "basis"],
        "engines": ["tags", "ecdh"],
        "learn": ["both", "one", "count"],
        "level_max": 2,
        "release": "automatic",
    }
    return plain | changed


def policy(**changed: Any) -> Policy:
    return Policy.model_validate(rules(**changed))
