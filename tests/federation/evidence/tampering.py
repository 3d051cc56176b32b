"""Evidence files with one thing changed, as a forger would: some by bytes, some by putting honest pieces elsewhere."""

from __future__ import annotations

import copy
import datetime as dt
import json
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shuxin.kernel.canonical import canonical_json, content_hash
from shuxin.kernel.signing import Ed25519Key
from shuxin.kernel.statements import sign_statement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

GOLDEN = Path(__file__).parents[2] / "golden" / "evidence" / "1"
NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
BANK = "uscc:91349900MA2BNK019J"
FORGER = Ed25519Key(b"f" * 32)
"""A key that the verifier takes for the bank's: what only a bank that lies can do."""
ALL, BATCH, SUM = (
    "by-holder-all-answered",
    "by-holder-individual-business-in-a-batch",
    "sum-two-holders",
)
DECISION = "decision-approve"
REFUSED, WITHDRAWN, DOWN = "by-holder-one-refused", "by-holder-withdrawn", "by-holder-one-down"


def golden(name: str) -> bytes:
    return (GOLDEN / f"{name}.json").read_bytes()


def trust_file() -> bytes:
    """The golden list, which trusts the forger's key as a second one of the bank's."""
    value = json.loads((GOLDEN / "trust.json").read_bytes())
    pinned = value["parties"]["anchors"]["pinned"]
    own = next(one for one in pinned if one["party"] == BANK)
    pinned.append(own | {"public_key": FORGER.public.text})
    return json.dumps(value).encode()


def byte_changes(name: str, count: int, *, seed: int) -> Iterator[bytes]:
    """One byte each, anywhere, to another that text may have."""
    rng, whole = random.Random(f"{seed} {name}"), golden(name)  # noqa: S311 - which byte, not a secret
    for _ in range(count):
        at = rng.randrange(len(whole))
        new = rng.choice([one for one in b'0123456789abcdefXYZ"{}[],:-_ ' if one != whole[at]])
        yield whole[:at] + bytes([new]) + whole[at + 1 :]


def changed(
    name: str, change: Callable[[dict[str, Any]], None], *, resigned: bool = False
) -> bytes:
    """The file after ``change``; ``resigned``: the bank signs the score anew."""
    value = json.loads(golden(name))
    change(value)
    if resigned:
        score = value["score"]
        value["score"] = sign_statement(score["kind"], score["body"], signer=FORGER).as_json()
    return canonical_json(value)


def _answers(value: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = value["questions"][-1]["answers"]
    return found


def _of(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(golden(name))
    return found


def swap_receipts(value: dict[str, Any]) -> None:
    first, second = _answers(value)
    first["receipt"], second["receipt"] = second["receipt"], first["receipt"]


def drop_use(value: dict[str, Any]) -> None:
    _answers(value)[0]["receipt"]["use"] = None


def use_of_the_other(value: dict[str, Any]) -> None:
    first, second = _answers(value)
    first["receipt"]["use"] = copy.deepcopy(second["receipt"]["use"])


def other_authorisation(value: dict[str, Any]) -> None:
    value["authorisations"] = _of(BATCH)["authorisations"]


def no_authorisation(value: dict[str, Any]) -> None:
    value["authorisations"] = []


def receipt_of_another_question(value: dict[str, Any]) -> None:
    for mine, theirs in zip(_answers(value), _answers(_of(BATCH)), strict=True):
        mine["receipt"] = theirs["receipt"]


def answers_of_another_subject(value: dict[str, Any]) -> None:
    value["questions"] = _of(BATCH)["questions"]


def other_model(value: dict[str, Any]) -> None:
    value["model"] = _of(SUM)["model"]


def dearer_bin(value: dict[str, Any]) -> None:
    value["model"]["characteristics"][0]["bins"][0]["points"] += 1


def other_service(value: dict[str, Any]) -> None:
    value["jobs"]["service"] = _of(SUM)["jobs"]["service"]


def fewer_approvals(value: dict[str, Any]) -> None:
    value["jobs"]["service"]["approvals"].pop()


def approval_of_another_job(value: dict[str, Any]) -> None:
    jobs = value["jobs"]
    jobs["service"]["approvals"] = jobs["card"]["approvals"][:1] + jobs["service"]["approvals"][1:]


def higher_total(value: dict[str, Any]) -> None:
    value["score"]["body"]["total"] += 1


def higher_points(value: dict[str, Any]) -> None:
    value["score"]["body"]["points"] += 1


def better_own_bin(value: dict[str, Any]) -> None:
    body = value["score"]["body"]
    body["own"][0]["points"] += 10
    body["total"] += 10
    body["points"] += 10


def higher_base(value: dict[str, Any]) -> None:
    for name in ("base", "total", "points"):
        value["score"]["body"][name] += 1


def passes(value: dict[str, Any]) -> None:
    value["score"]["body"]["passes"] = not value["score"]["body"]["passes"]


def lower_pd(value: dict[str, Any]) -> None:
    value["score"]["body"]["pd"] = "0.000100"


def other_subject(value: dict[str, Any]) -> None:
    value["score"]["body"]["subject"] = _of(BATCH)["score"]["body"]["subject"]


def one_question_less(value: dict[str, Any]) -> None:
    value["questions"] = []


def holder_left_out(value: dict[str, Any]) -> None:
    _answers(value).pop()


def refused_is_said_to_be_answered(value: dict[str, Any]) -> None:
    for one in value["score"]["body"]["holders"]:
        one["standing"] = "answered"


def answered_is_said_to_be_down(value: dict[str, Any]) -> None:
    """A bank that does not like an answer: it says that the holder was down, and adds up right."""
    answer, body = _answers(value)[0], value["score"]["body"]
    seat = next(one for one in value["model"]["seats"] if one["party"] == answer["holder"])
    told = next(one for one in body["holders"] if one["party"] == answer["holder"])
    more = seat["missing_points"] - told["points"]
    answer["receipt"] = None
    told |= {"standing": "down", "points": seat["missing_points"]}
    body["total"] += more
    body["points"] = min(max(body["total"], 300), 850)


def higher_leaf(value: dict[str, Any]) -> None:
    _answers(value)[0]["receipt"]["leaf"]["numbers"][0] += 1


def other_salt(value: dict[str, Any]) -> None:
    _answers(value)[0]["receipt"]["use"]["salt"] = "0" * 64


def more_than_there_is(value: dict[str, Any]) -> None:
    value["note"] = "trust me"


def other_limit(value: dict[str, Any]) -> None:
    value["decision"]["output"]["limit_fen"] = 1


def better_points(value: dict[str, Any]) -> None:
    """With a new hash of the decision, which the holder signed otherwise."""
    decision = value["decision"]
    decision["output"]["points"] += 1
    decision["sha256"] = content_hash({k: v for k, v in decision.items() if k != "sha256"})


def softer_rules(value: dict[str, Any]) -> None:
    value["decision"]["policy"]["pd_decline"] = 1


def other_card(value: dict[str, Any]) -> None:
    value["decision"]["model"]["card"]["card"]["card"]["cut_off"] += 1


def other_decision(value: dict[str, Any]) -> None:
    value["decision"] = _of("decision-decline")["decision"]


def use_about_another(value: dict[str, Any]) -> None:
    theirs = _of("decision-decline")
    value["use"], value["checkpoint"] = theirs["use"], theirs["checkpoint"]


def joint_basis(value: dict[str, Any]) -> None:
    value["basis"] = _of(ALL)["authorisations"][0]


FORGERIES: tuple[tuple[str, Callable[[dict[str, Any]], None], str, bool], ...] = (
    (ALL, swap_receipts, "use", False),
    (ALL, drop_use, "use", False),
    (SUM, drop_use, "use", False),
    (ALL, use_of_the_other, "use", False),
    (ALL, other_authorisation, "authorisation", False),
    (ALL, no_authorisation, "use", False),
    (REFUSED, no_authorisation, "use", False),
    (ALL, receipt_of_another_question, "use", False),
    (ALL, answers_of_another_subject, "use", False),
    (ALL, other_model, "model", False),
    (ALL, dearer_bin, "model", False),
    (ALL, other_service, "job", False),
    (ALL, fewer_approvals, "job", False),
    (ALL, approval_of_another_job, "job", False),
    (ALL, higher_total, "score", False),
    (ALL, higher_total, "score", True),
    (ALL, higher_points, "score", True),
    (SUM, higher_total, "score", True),
    (ALL, better_own_bin, "score", True),
    (ALL, higher_base, "score", True),
    (ALL, passes, "score", True),
    (ALL, lower_pd, "score", True),
    (ALL, other_subject, "authorisation", True),
    (ALL, one_question_less, "score", False),
    (ALL, holder_left_out, "answer", False),
    (REFUSED, refused_is_said_to_be_answered, "score", True),
    (WITHDRAWN, refused_is_said_to_be_answered, "score", True),
    (DOWN, higher_total, "score", True),
    (ALL, higher_leaf, "answer", False),
    (SUM, higher_leaf, "answer", False),
    (ALL, other_salt, "use", False),
    (ALL, more_than_there_is, "file", False),
    (DECISION, other_limit, "decision", False),
    (DECISION, better_points, "decision", False),
    (DECISION, softer_rules, "rules", False),
    (DECISION, other_card, "model", False),
    (DECISION, other_decision, "decision", False),
    (DECISION, use_about_another, "use", False),
    (DECISION, joint_basis, "basis", False),
    (DECISION, more_than_there_is, "file", False),
)
"""Of which file, what is done, the first broken link that must be named, and whether the bank signs its score anew."""
