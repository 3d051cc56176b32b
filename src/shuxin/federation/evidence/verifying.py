"""The walk along the chain of a score (证据核验): offline, with public keys only, in a base install.

authorisation -> use at every holder -> jobs -> model -> every holder's answer -> score. docs/protocols/evidence.md says
what each link proves. The browser walks the same way: static/verify/evidence.js; a change here is a change there.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from shuxin.consent.api import read_authorisation
from shuxin.federation.evidence.findings import NAMES, Findings, Link, LinkName, LinkState
from shuxin.federation.evidence.form import (
    DECISION_EVIDENCE,
    EvidenceUnreadable,
    parse_file,
    read_score_evidence,
)
from shuxin.federation.evidence.leaves import ANSWERED, RECEIPT, REFUSED
from shuxin.federation.evidence.proving import (
    Chain,
    LinkBroken,
    linked,
    logged_problem,
    require_same,
)
from shuxin.federation.evidence.tally import (
    DOWN,
    Said,
    Tally,
    TallyBroken,
    clamped,
    is_base,
    is_pd,
    own_points,
    standing_of,
)
from shuxin.kernel.canonical import canonical_json, content_hash
from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.text import Text
from shuxin.ledger.api import Check, ProofVerdict, TreeHash, commitment, inclusion_holds
from shuxin.parties.api import KeyRole
from shuxin.verification.api import trust_from

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shuxin.consent.api import Authorisation
    from shuxin.federation.evidence.form import Answer, JobPapers, Receipt, ScoreEvidence, UseInLog
    from shuxin.kernel.statements import Statement
    from shuxin.verification.api import Trust

SPEAKS = frozenset({KeyRole.SUBJECT, KeyRole.OFFICER, KeyRole.NODE})
GRANTS = frozenset({KeyRole.SUBJECT, KeyRole.LEGAL_REPRESENTATIVE})
_SKEW = dt.timedelta(minutes=2)
_TREE = TreeHash.SHA256
_SAYS = Text(en="{link}{party}: {sentence}", zh="{link}{party}:{sentence}")


def verify_evidence(data: bytes, *, trust: Trust, now: dt.datetime) -> Findings:
    """Every link of the chain in its order; a file that cannot be read has one broken link, ``file``."""
    try:
        kind = parse_file(data).get("kind")
        if kind == DECISION_EVIDENCE:
            from shuxin.federation.evidence.decision import (  # noqa: PLC0415 - the other kind of file
                verify_decision,
            )

            return verify_decision(data, trust=trust, now=now)
        evidence = read_score_evidence(data)
    except EvidenceUnreadable:
        return Findings((Link(LinkName.FILE, LinkState.BROKEN, code="file"),))
    return Findings(tuple(_Walk(evidence, Chain.of(trust, keys=evidence.keys), now).links()))


def verify_evidence_file(
    data: bytes, *, trust: Mapping[str, Any], now: dt.datetime
) -> ProofVerdict:
    """The same for ``shuxin verify``. Raises TrustInvalid."""
    return verdict_of(verify_evidence(data, trust=trust_from(trust), now=now))


def verdict_of(found: Findings) -> ProofVerdict:
    """The same links as checks."""
    return ProofVerdict(tuple(_as_check(link) for link in found.links))


def _as_check(link: Link) -> Check:
    facts = {"link": NAMES[link.name], "party": f" {link.party}" if link.party else ""}
    return Check(link.name.value, link.ok, _SAYS, facts | {"sentence": link.sentence})


@dataclass
class _Walk:
    """One file, link by link. ``seen``: when a holder's log first had its answer, else the moment of this check."""

    evidence: ScoreEvidence
    chain: Chain
    now: dt.datetime

    def links(self) -> Iterator[Link]:
        yield Link(LinkName.FILE, LinkState.HOLDS)
        if self.seen > self.now + _SKEW:
            yield Link(LinkName.FILE, LinkState.BROKEN, code="future")
            return
        yield linked(LinkName.AUTHORISATION, self._authorisations)
        for _, answers in self.evidence.questions:
            for one in answers:
                yield linked(LinkName.USE, partial(self._use, one), one.holder)
        yield linked(LinkName.JOB, self._jobs)
        yield linked(LinkName.MODEL, self._model)
        for question, answers in self.evidence.questions:
            asked = sorted(one.holder for one in answers)
            for one in answers:
                look = partial(self._answer, one, question, asked)
                yield linked(LinkName.ANSWER, look, one.holder)
        yield linked(LinkName.SCORE, self._score)

    @cached_property
    def seen(self) -> dt.datetime:
        found = [self.now]
        for _, answers in self.evidence.questions:
            for one in answers:
                try:
                    if one.receipt and not self._logged(one.receipt):
                        found.append(dt.datetime.fromisoformat(one.receipt.entry.entry["at"]))
                except (KeyError, TypeError, ValueError):
                    continue
        later = found[1:]
        return min(later) if later else self.now

    def _logged(self, receipt: Receipt) -> str:
        """Why the receipt's own entry does not stand in the holder's log."""
        return logged_problem(
            receipt.entry,
            note=receipt.checkpoint,
            log=str(receipt.statement.body["log"]),
            trust=self.chain.trust,
        )

    # -- authorisation ------------------------------------------------------------------------------------------------

    def _authorisations(self) -> str:
        for statement in self.evidence.authorisations:
            party = f"uscc:{self._subject}"
            self.chain.require(statement, party, at=self.seen, roles=GRANTS, kind="authorisation")
            terms = _terms(statement)
            if (terms.subject, terms.grantee) != (party, self._bank):
                raise LinkBroken("terms")
        return "" if self.evidence.authorisations else "none"

    @property
    def _subject(self) -> str:
        return str(self.evidence.score.body["subject"])

    @property
    def _bank(self) -> str:
        return str(self.evidence.score.body["party"])

    # -- use ----------------------------------------------------------------------------------------------------------

    def _use(self, answer: Answer) -> str:
        receipt = answer.receipt
        if receipt is None:
            return self._absent(answer.holder)
        problem = self._logged(receipt)
        if problem:
            raise LinkBroken(problem)
        refused = receipt.leaf["standing"] == REFUSED
        if receipt.use is None:
            if refused and receipt.leaf["use"] == "":
                return "refused"
            raise LinkBroken("use_missing")
        if refused:
            raise LinkBroken("other")
        self._require_use(receipt.use, answer, receipt)
        return ""

    def _absent(self, holder: str) -> str:
        told = {one["party"]: one["standing"] for one in self.evidence.score.body["holders"]}  # type: ignore[union-attr,index,call-overload]
        return "down" if told[holder] == DOWN else "refused_unproven"

    def _require_use(self, use: UseInLog, answer: Answer, receipt: Receipt) -> None:
        problem = logged_problem(
            use.logged,
            note=receipt.checkpoint,
            log=str(receipt.statement.body["log"]),
            trust=self.chain.trust,
        )
        if problem:
            raise LinkBroken(problem)
        entry, content = use.logged.entry, use.content
        opened = commitment(use.salt, canonical_json(dict(content)))
        if entry["commitments"] != [opened]:
            raise LinkBroken("opening")
        wanted = self._input(answer.holder)
        require_same(
            "other",
            (entry["kind"], "use"),
            (entry["actor"], answer.holder),
            (entry["facts"]["job"], receipt.statement.body["question"]),
            (entry["facts"]["purpose"], self._job["purpose"]),
            (entry["facts"]["ground"], "authorisation"),
            (entry["facts"]["level"], wanted["level"]),
            (entry["facts"]["nth"], content["nth"]),
            (content["reader"], self._bank),
            (content["subject"], self._subject),
            (content["purpose"], self._job["purpose"]),
            (content["catalogues"], [wanted["dataset"]]),
            (receipt.leaf["use"], opened),
        )
        at = dt.datetime.fromisoformat(entry["at"])
        terms = [_terms(one) for one in self.evidence.authorisations]
        named = [one for one in terms if one.auth_id == content["rests_on"]]
        if not any(_covers(one, answer.holder, wanted, self._job["purpose"], at) for one in named):
            raise LinkBroken("not_covered")

    @property
    def _job(self) -> Mapping[str, Any]:
        return self.evidence.service.job.body

    def _input(self, holder: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = next(
            one for one in self._job["inputs"] if one["party"] == holder
        )
        return found

    # -- jobs ---------------------------------------------------------------------------------------------------------

    def _jobs(self) -> str:
        service, card = self.evidence.service, self.evidence.card
        for papers, kind in ((service, "service"), (card, "scorecard")):
            self._require_job(papers, kind)
        asked = self._job["parameters"]
        if self.evidence.score.body["service"] != service.job.hash:
            raise LinkBroken("other")
        if asked["scorecard"] != card.job.hash or _label(card.job.body) != _label(self._job):
            raise LinkBroken("other")
        if _label(self._job) != self._bank:
            raise LinkBroken("other")
        if self.seen >= dt.datetime.fromisoformat(asked["until"]):
            raise LinkBroken("ended")
        return ""

    def _require_job(self, papers: JobPapers, kind: str) -> None:
        job = papers.job
        proposer = str(job.body["proposer"])
        self.chain.require(job, proposer, at=self.seen, roles=SPEAKS, kind="job")
        if job.body["parameters"]["kind"] != kind:  # type: ignore[index,call-overload]
            raise LinkBroken("other")
        parties = [str(seat["party"]) for seat in job.body["parties"]]  # type: ignore[union-attr,index,call-overload]
        said = [str(one.body["party"]) for one in papers.approvals]
        if sorted(said) != sorted(parties) or len(set(said)) != len(said):
            raise LinkBroken("approval")
        for one, party in zip(papers.approvals, said, strict=True):
            self.chain.require(one, party, at=self.seen, roles=SPEAKS, kind="job-approval")
            if one.body["job"] != job.hash:
                raise LinkBroken("approval")

    # -- model --------------------------------------------------------------------------------------------------------

    def _model(self) -> str:
        asked, model = self._job["parameters"], self.evidence.model
        if content_hash(dict(model)) != asked["label_part"]:
            raise LinkBroken("hash")
        holders = [seat["party"] for seat in self._job["parties"] if seat["role"] == "holder"]
        named = dict(zip(holders, asked["parts"], strict=True))
        if {seat["party"]: seat["part"] for seat in model["seats"]} != named:
            raise LinkBroken("hash")
        wanted = ("shuxin-card-label/1", asked["scorecard"], self._bank)
        if (model["format"], model["job"], model["party"]) != wanted:
            raise LinkBroken("other")
        return ""

    # -- answers ------------------------------------------------------------------------------------------------------

    def _answer(self, answer: Answer, question: str, asked: list[str]) -> str:
        self._require_request(answer, question)
        if answer.receipt is None:
            return self._absent(answer.holder)
        receipt = answer.receipt
        statement, leaf = receipt.statement, receipt.leaf
        self.chain.require(statement, answer.holder, at=self.seen, roles=SPEAKS, kind=RECEIPT)
        body: Mapping[str, Any] = statement.body
        outcome = body["outcome"]
        part = next(s["part"] for s in self.evidence.model["seats"] if s["party"] == answer.holder)
        entry = receipt.entry.entry
        require_same(
            "other",
            (body["service"], self.evidence.service.job.hash),
            (body["question"], question),
            (body["asker"], self._bank),
            (body["holder"], answer.holder),
            (body["holders"], asked),
            (body["part"], part if outcome == ANSWERED else ""),
            (leaf["subject"], self._subject),
            (entry["kind"], {ANSWERED: "joint-answer", REFUSED: "joint-refusal"}[outcome]),
            (entry["actor"], answer.holder),
            (entry["facts"]["receipt"], statement.hash),
            (entry["facts"]["question"], question),
            (leaf["standing"] == REFUSED or outcome == ANSWERED, True),
        )
        self._require_leaf(receipt)
        return "refused" if leaf["standing"] == REFUSED else ""

    @staticmethod
    def _require_leaf(receipt: Receipt) -> None:
        body: Mapping[str, Any] = receipt.statement.body
        stands = inclusion_holds(
            _TREE,
            leaf=_TREE.leaf(canonical_json(dict(receipt.leaf))),
            index=receipt.place,
            size=body["rows"],
            path=receipt.path,
            root=bytes.fromhex(body["root"]),
        )
        if not stands:
            raise LinkBroken("leaf")

    def _require_request(self, answer: Answer, question: str) -> None:
        request, wanted = answer.request, self._input(answer.holder)
        self.chain.require(request, self._bank, at=self.seen, roles=SPEAKS, kind="use-request")
        body: Mapping[str, Any] = request.body
        require_same(
            "other",
            (body["request_id"], question),
            (body["grantee"], self._bank),
            (body["holder"], answer.holder),
            (body["purpose"], self._job["purpose"]),
            (body["catalogues"], [wanted["dataset"]]),
            (body["level"], wanted["level"]),
            (body["data_from"], wanted["data_from"]),
            (body["data_to"], wanted["data_to"]),
        )

    # -- score --------------------------------------------------------------------------------------------------------

    def _score(self) -> str:
        statement, model = self.evidence.score, self.evidence.model
        self.chain.require(statement, self._bank, at=self.seen, roles=SPEAKS, kind="joint-score")
        body: Mapping[str, Any] = statement.body
        if [question for question, _ in self.evidence.questions] != body["questions"]:
            raise LinkBroken("questions")
        if not is_base(body["base"], model):
            raise LinkBroken("total")
        own = own_points(body["own"], model)
        told = {one["party"]: one["standing"] for one in body["holders"]}
        tally = Tally.begin(model)
        for _, answers in self.evidence.questions:
            tally.took({one.holder: _said(one, told) for one in answers})
        total = tally.total(own, base=body["base"])
        if tally.holders() != body["holders"]:
            raise LinkBroken("standing")
        points = clamped(total, model)
        passes = points >= model["cut_off"]
        if (total, points, passes) != (body["total"], body["points"], body["passes"]):
            raise LinkBroken("total")
        if not is_pd(body["pd"], points, model):
            raise LinkBroken("total")
        return ""


def _said(answer: Answer, told: Mapping[str, str]) -> Said:
    """Raises TallyBroken."""
    if answer.receipt is not None:
        return standing_of(answer.receipt.leaf)
    found = told[answer.holder]
    if found not in {DOWN, REFUSED}:
        raise TallyBroken("standing")
    return Said(found)


def _terms(statement: Statement) -> Authorisation:
    """Raises LinkBroken."""
    try:
        return read_authorisation(statement)
    except ShuxinError as error:
        raise LinkBroken("terms") from error


def _covers(
    terms: Authorisation, holder: str, wanted: Mapping[str, Any], purpose: str, at: dt.datetime
) -> bool:
    """As the gate judges it, but for what only the holder knows: withdrawals and uses so far."""
    return (
        holder in terms.holders
        and terms.purpose.value == purpose
        and wanted["dataset"] in terms.catalogues
        and wanted["level"] <= terms.level_max
        and terms.data_from.isoformat() <= wanted["data_from"]
        and wanted["data_to"] <= terms.data_to.isoformat()
        and terms.valid_from <= at < terms.valid_to
    )


def _label(job: Mapping[str, Any]) -> str:
    return str(next(seat["party"] for seat in job["parties"] if seat["role"] == "label"))
