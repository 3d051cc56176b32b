"""The walk along the chain of a decision by a strategy (决策证据): grounds, uses, scores, models, rules, decision.

Offline, with public keys only. In a base install all but the last step is looked at; where the engine is installed
the decision is computed anew from the file alone.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from shuxin.consent.api import read_authorisation
from shuxin.federation.api import (
    Chain,
    EvidenceUnreadable,
    Findings,
    Link,
    LinkBroken,
    LinkName,
    LinkState,
    closed,
    linked,
    listed,
    logged_problem,
    parse_file,
    require_same,
    signed,
    text,
    use_in_log,
    verdict_of,
    verify_evidence,
)
from shuxin.kernel.canonical import canonical_json, content_hash
from shuxin.kernel.errors import ShuxinError
from shuxin.ledger.api import commitment
from shuxin.parties.api import KeyRole
from shuxin.verification.api import trust_from

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shuxin.federation.api import UseInLog
    from shuxin.kernel.statements import Statement
    from shuxin.ledger.api import ProofVerdict
    from shuxin.verification.api import Trust

STRATEGY_EVIDENCE, STRATEGY_RECORD = "strategy-evidence", "strategy-decision-record"
_PARTS = {
    "kind", "version", "record", "grounds", "checkpoint", "uses", "scores", "models", "decision", "keys",
}  # fmt: skip
_DECISION = {
    "format", "request_id", "decided_at", "role", "given", "strategy", "versions", "sources", "trace",
    "verdict", "stage", "reasons", "limit_fen", "rate_bp", "pd",
}  # fmt: skip
_SPEAKS = frozenset({KeyRole.SUBJECT, KeyRole.OFFICER, KeyRole.NODE})
_GRANTS = frozenset({KeyRole.SUBJECT, KeyRole.LEGAL_REPRESENTATIVE})
_BASES = frozenset({"lawful-basis", "joint-basis"})
_SKEW = dt.timedelta(minutes=2)
_ALL = "*"


@dataclass(frozen=True, slots=True)
class StrategyEvidence:
    """All that the file says. Read is not verified."""

    record: Statement
    grounds: tuple[Statement, ...]
    checkpoint: str
    uses: tuple[UseInLog, ...]
    scores: tuple[Mapping[str, Any], ...]
    models: Mapping[str, Any]
    decision: Mapping[str, Any]
    keys: tuple[Statement, ...]


def read_strategy_evidence(data: bytes) -> StrategyEvidence:
    """Raises EvidenceUnreadable."""
    parts = closed(parse_file(data), _PARTS)
    if parts["kind"] != STRATEGY_EVIDENCE or parts["version"] != 1 or parts["version"] is True:
        raise EvidenceUnreadable(where="kind")
    if not isinstance(parts["models"], dict):
        raise EvidenceUnreadable(where="models")
    return StrategyEvidence(
        record=signed(parts["record"]),
        grounds=tuple(map(signed, listed(parts["grounds"]))),
        checkpoint=text(parts["checkpoint"]),
        uses=tuple(map(use_in_log, listed(parts["uses"]))),
        scores=tuple(listed(parts["scores"])),
        models=parts["models"],
        decision=closed(parts["decision"], _DECISION),
        keys=tuple(map(signed, listed(parts["keys"]))),
    )


def verify_strategy_evidence(data: bytes, *, trust: Trust, now: dt.datetime) -> Findings:
    """Every link in its order; a file that cannot be read has one broken link, ``file``."""
    try:
        evidence = read_strategy_evidence(data)
    except EvidenceUnreadable:
        return Findings((Link(LinkName.FILE, LinkState.BROKEN, code="file"),))
    walk = _Walk(evidence, Chain.of(trust, keys=evidence.keys), now)
    return Findings(tuple(walk.links()))


def verify_strategy_evidence_file(
    data: bytes, *, trust: Mapping[str, Any], now: dt.datetime
) -> ProofVerdict:
    """The same for ``shuxin verify``. Raises TrustInvalid."""
    return verdict_of(verify_strategy_evidence(data, trust=trust_from(trust), now=now))


@dataclass
class _Walk:
    """``seen``: when the lender's log had the first use, else the moment of this check."""

    evidence: StrategyEvidence
    chain: Chain
    now: dt.datetime

    def links(self) -> Iterator[Link]:
        yield Link(LinkName.FILE, LinkState.HOLDS)
        if self.seen > self.now + _SKEW:
            yield Link(LinkName.FILE, LinkState.BROKEN, code="future")
            return
        for ground in self.evidence.grounds:
            name = LinkName.BASIS if ground.kind in _BASES else LinkName.AUTHORISATION
            yield linked(name, partial(self._ground, ground))
        for use in self.evidence.uses:
            yield linked(LinkName.USE, partial(self._use, use))
        for score in self.evidence.scores:
            yield linked(LinkName.SCORE, partial(self._score, score))
        yield linked(LinkName.MODEL, self._models)
        yield linked(LinkName.RULES, self._rules)
        yield linked(LinkName.DECISION, self._decision)

    @cached_property
    def seen(self) -> dt.datetime:
        found = []
        for use in self.evidence.uses:
            try:
                if not self._unlogged(use):
                    found.append(dt.datetime.fromisoformat(use.logged.entry["at"]))
            except (KeyError, TypeError, ValueError):
                continue
        return min(found, default=self.now)

    def _unlogged(self, use: UseInLog) -> str:
        return logged_problem(
            use.logged,
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

    @property
    def _firm(self) -> str:
        return str(self._record["firm"])

    # -- grounds and uses -------------------------------------------------------------------------------------------

    def _ground(self, ground: Statement) -> str:
        if ground.kind in _BASES:
            self.chain.require(ground, self._holder, at=self.seen, roles=_SPEAKS, kind=ground.kind)
            require_same("terms", (ground.body["holder"], self._holder))
            return ""
        self.chain.require(ground, self._firm, at=self.seen, roles=_GRANTS, kind="authorisation")
        terms = read_authorisation(ground)
        require_same("terms", (terms.subject, self._firm), (terms.grantee, self._holder))
        return ""

    def _use(self, use: UseInLog) -> str:
        problem = self._unlogged(use)
        if problem:
            raise LinkBroken(problem)
        entry, content = use.logged.entry, use.content
        opened = commitment(use.salt, canonical_json(dict(content)))
        require_same("opening", (entry["commitments"], [opened]))
        whole = content["subject"] == _ALL and bool(entry["facts"].get("job"))
        require_same(
            "other",
            (entry["kind"], "use"),
            (entry["actor"], self._holder),
            (content["purpose"], "credit_decision"),
            (entry["facts"]["purpose"], content["purpose"]),
            (whole or f"uscc:{content['subject']}" == self._firm, True),
        )
        self._require_covered(entry, content)
        return ""

    def _require_covered(self, entry: Mapping[str, Any], content: Mapping[str, Any]) -> None:
        at = dt.datetime.fromisoformat(entry["at"])
        level, rests_on = entry["facts"]["level"], content["rests_on"]
        if entry["facts"]["ground"] == "open" and not rests_on:
            return
        if not any(
            _covers(ground, rests_on, level, content["purpose"], at)
            for ground in self.evidence.grounds
        ):
            raise LinkBroken("not_covered")

    # -- scores, models, rules ----------------------------------------------------------------------------------------

    def _score(self, score: Mapping[str, Any]) -> str:
        """The joint score's own chain, whole; it is about this firm and lender, and gave these points."""
        if score["kind"] != "score-evidence":
            raise LinkBroken("file")
        found = verify_evidence(canonical_json(score), trust=self.chain.trust, now=self.now)
        if found.first_broken is not None:
            raise LinkBroken(found.first_broken.code)
        statement = signed(score["score"])
        body: Mapping[str, Any] = statement.body
        facts = self.evidence.decision["sources"]["joint"]["facts"]
        services = [one["service"] for one in self.evidence.decision["trace"] if "service" in one]
        require_same(
            "other",
            (f"uscc:{body['subject']}", self._firm),
            (body["party"], self._holder),
            (body["points"], facts["joint.points"]),
            ([body["service"]], services),
            (statement.hash in self._record["scores"], True),
        )
        return ""

    def _models(self) -> str:
        named = self.evidence.decision["versions"]["models"]
        read = [one["model"] for one in self.evidence.decision["trace"] if "model" in one]
        models = self.evidence.models
        require_same("hash", (named, self._record["models"]), (sorted(models), sorted(set(named))))
        for digest in named:
            held = models[digest]
            require_same(
                "hash", (content_hash(held["card"]), held["sha256"]), (held["sha256"], digest)
            )
        require_same("hash", (sorted(set(read) | set(named)), sorted(set(named))))
        return "" if named else "no_model"

    def _rules(self) -> str:
        decision = self.evidence.decision
        require_same(
            "hash",
            (content_hash(decision["strategy"]), self._record["strategy"]),
            (decision["versions"]["strategy"], self._record["strategy"]),
        )
        return ""

    # -- decision -----------------------------------------------------------------------------------------------------

    def _decision(self) -> str:
        record, decision = self.evidence.record, self.evidence.decision
        self.chain.require(record, self._holder, at=self.seen, roles=_SPEAKS, kind=STRATEGY_RECORD)
        require_same("hash", (content_hash(dict(decision)), self._record["decision"]))
        told = decision["sources"].values()
        uses = [use for source in told for use in source.get("uses", ())]
        scores = [one for source in told if (one := source.get("evidence"))]
        require_same(
            "other",
            (decision["given"]["firm"], self._firm),
            (decision["given"]["key"], self._record["application"]),
        )
        places = [use.logged.index for use in self.evidence.uses]
        require_same("uses", (sorted(set(uses)), places), (len(scores), len(self.evidence.scores)))
        return _computed(canonical_json(dict(decision)), self.evidence.models)


def _covers(ground: Statement, rests_on: str, level: int, purpose: str, at: dt.datetime) -> bool:
    """By the ground's own terms; withdrawals and uses so far only the lender knows."""
    if ground.kind in _BASES:
        body: Mapping[str, Any] = ground.body
        begins, ends = (dt.datetime.fromisoformat(body[f"valid_{end}"]) for end in ("from", "to"))
        same = (body["basis_id"], body["purpose"]) == (rests_on, purpose)
        return bool(same and begins <= at < ends and level <= body["level_max"])
    terms = read_authorisation(ground)
    same = (terms.auth_id, terms.purpose.value) == (rests_on, purpose)
    return same and terms.valid_from <= at < terms.valid_to and level <= terms.level_max


def _computed(content: bytes, models: Mapping[str, Any]) -> str:
    """Whether the same comes out again: a code that says so, or why it was not tried. Raises LinkBroken."""
    try:
        from shuxin.lending.strategy.replaying import (  # noqa: PLC0415 - not in a base install
            differing_version,
            replay,
        )
    except ImportError:
        return "not_replayed"
    if differing_version(content):
        return "other_version"
    held = {digest: canonical_json(model) for digest, model in models.items()}
    try:
        replay(content, models=held)
    except ShuxinError as error:
        raise LinkBroken("replay") from error
    return "replayed"
