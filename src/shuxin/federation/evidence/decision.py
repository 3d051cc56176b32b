"""The walk along the chain of a decision on one's own card (决策证据): basis -> use -> model -> rules -> decision."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shuxin.federation.evidence.findings import Findings, Link, LinkName, LinkState
from shuxin.federation.evidence.form import (
    DECISION_EVIDENCE,
    EvidenceUnreadable,
    closed,
    listed,
    parse_file,
    signed,
    text,
    use_in_log,
)
from shuxin.federation.evidence.proving import (
    Chain,
    LinkBroken,
    linked,
    logged_problem,
    require_same,
)
from shuxin.federation.evidence.tally import clamped, own_points
from shuxin.kernel.canonical import canonical_json, content_hash
from shuxin.ledger.api import commitment
from shuxin.parties.api import KeyRole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shuxin.federation.evidence.form import UseInLog
    from shuxin.kernel.statements import Statement
    from shuxin.verification.api import Trust

RECORD = "decision-record"
_PARTS = {"kind", "version", "record", "basis", "checkpoint", "use", "decision", "keys"}
_DECISION = {"format", "input", "model", "policy", "output", "sha256"}
_SPEAKS = frozenset({KeyRole.SUBJECT, KeyRole.OFFICER, KeyRole.NODE})
_SKEW = dt.timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class DecisionEvidence:
    """All that the file says. Read is not verified."""

    record: Statement
    basis: Statement
    checkpoint: str
    use: UseInLog
    decision: Mapping[str, Any]
    keys: tuple[Statement, ...]


def read_decision_evidence(data: bytes) -> DecisionEvidence:
    """Raises EvidenceUnreadable."""
    parts = closed(parse_file(data), _PARTS)
    if parts["kind"] != DECISION_EVIDENCE or parts["version"] != 1 or parts["version"] is True:
        raise EvidenceUnreadable(where="kind")
    return DecisionEvidence(
        record=signed(parts["record"]),
        basis=signed(parts["basis"]),
        checkpoint=text(parts["checkpoint"]),
        use=use_in_log(parts["use"]),
        decision=closed(parts["decision"], _DECISION),
        keys=tuple(map(signed, listed(parts["keys"]))),
    )


def verify_decision(data: bytes, *, trust: Trust, now: dt.datetime) -> Findings:
    """Every link in its order. Raises EvidenceUnreadable."""
    evidence = read_decision_evidence(data)
    walk = _Walk(evidence, Chain.of(trust, keys=evidence.keys), now)
    return Findings(tuple(walk.links()))


@dataclass
class _Walk:
    evidence: DecisionEvidence
    chain: Chain
    now: dt.datetime

    def links(self) -> Iterator[Link]:
        yield Link(LinkName.FILE, LinkState.HOLDS)
        if self.seen > self.now + _SKEW:
            yield Link(LinkName.FILE, LinkState.BROKEN, code="future")
            return
        yield linked(LinkName.BASIS, self._basis)
        yield linked(LinkName.USE, self._use)
        yield linked(LinkName.MODEL, self._model)
        yield linked(LinkName.RULES, self._rules)
        yield linked(LinkName.DECISION, self._decision)

    @property
    def seen(self) -> dt.datetime:
        """When the holder's log had the use, else the moment of the check."""
        try:
            if not self._unlogged():
                return dt.datetime.fromisoformat(self.evidence.use.logged.entry["at"])
        except (KeyError, TypeError, ValueError):
            pass
        return self.now

    def _unlogged(self) -> str:
        return logged_problem(
            self.evidence.use.logged,
            note=self.evidence.checkpoint,
            log=str(self._record["log"]),
            trust=self.chain.trust,
        )

    @property
    def _record(self) -> Mapping[str, Any]:
        return self.evidence.record.body

    @property
    def _holder(self) -> str:
        return str(self._record["holder"])

    def _basis(self) -> str:
        basis = self.evidence.basis
        self.chain.require(basis, self._holder, at=self.seen, roles=_SPEAKS, kind="lawful-basis")
        require_same("terms", (basis.body["holder"], self._holder))
        return ""

    def _use(self) -> str:
        problem = self._unlogged()
        if problem:
            raise LinkBroken(problem)
        use = self.evidence.use
        basis: Mapping[str, Any] = self.evidence.basis.body
        entry, content = use.logged.entry, use.content
        require_same(
            "opening",
            (entry["commitments"], [commitment(use.salt, canonical_json(dict(content)))]),
        )
        require_same(
            "other",
            (entry["kind"], "use"),
            (entry["actor"], self._holder),
            (entry["facts"]["ground"], "basis"),
            (entry["facts"]["purpose"], basis["purpose"]),
            (content["purpose"], basis["purpose"]),
            (content["subject"], self._record["entity"]),
        )
        at = dt.datetime.fromisoformat(entry["at"])
        begins, ends = (dt.datetime.fromisoformat(basis[f"valid_{end}"]) for end in ("from", "to"))
        covered = begins <= at < ends and entry["facts"]["level"] <= basis["level_max"]
        require_same("not_covered", (content["rests_on"], basis["basis_id"]), (covered, True))
        return ""

    def _model(self) -> str:
        model, named = self.evidence.decision["model"], self._record["model"]
        require_same(
            "hash", (content_hash(model["card"]), model["sha256"]), (model["sha256"], named)
        )
        return ""

    def _rules(self) -> str:
        require_same(
            "hash", (content_hash(self.evidence.decision["policy"]), self._record["policy"])
        )
        return ""

    def _decision(self) -> str:
        record, decision = self.evidence.record, self.evidence.decision
        self.chain.require(record, self._holder, at=self.seen, roles=_SPEAKS, kind=RECORD)
        bare = {name: value for name, value in decision.items() if name != "sha256"}
        output, card = decision["output"], decision["model"]["card"]["card"]["card"]
        require_same(
            "hash",
            (content_hash(bare), decision["sha256"]),
            (decision["sha256"], self._record["decision"]),
        )
        require_same("other", (decision["input"]["entity"], self._record["entity"]))
        told = [
            {"name": name, "bin": place, "points": points}
            for name, place, points in output["by_characteristic"]
        ]
        require_same("total", (clamped(own_points(told, card), card), output["points"]))
        return "not_computed"
