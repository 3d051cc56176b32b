"""A holder whose node has a service running, with real data, gate and log; the label party is a key that asks."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from tests.consent.test_issuing import take
from tests.consent.world import (
    BANK,
    FIRM,
    HOLDER,
    KEYS,
    NOW,
    OTHER_FIRM,
    PLATFORM,
    bound,
    code,
    contract_of,
    directory,
    key,
    terms,
)
from tests.federation.node.test_entering import CODES, DATA, FROM, TO, Node, Scripted, loaded
from tests.federation.node.test_features import measured
from tests.permits import MemoryJournal

from shuxin.catalogue.api import register_contract
from shuxin.consent.api import AUTHORISED, Gate, Purpose, Request
from shuxin.federation.card.answers import Question, answer_bytes
from shuxin.federation.card.building import (
    Coded,
    Draft,
    Training,
    Weight,
    card_part,
    label_part,
    notice_of,
)
from shuxin.federation.card.contract import Category, Contract, Contribution, Reasons
from shuxin.federation.card.files import file_of, hash_of
from shuxin.federation.card.holder import answer
from shuxin.federation.domain.job import Job, job_from
from shuxin.federation.domain.states import State
from shuxin.federation.models import JobRecord
from shuxin.federation.node.answering import NodeAnswering
from shuxin.federation.service.kind import CARD, PAIRS
from shuxin.federation.wire.messages import Score
from shuxin.infra.api import Settings
from shuxin.kernel.canonical import canonical_json
from shuxin.kernel.text import Text
from shuxin.parties.api import PartyKind
from shuxin.scoring.api import BinShape, Scaling, TrainingFacts
from shuxin.scoring.binning.shape import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from shuxin.consent.api import GateLimits
    from shuxin.federation.card.parts import CardPart, LabelPart
    from shuxin.federation.product.generator import Cipher
    from shuxin.federation.wire.messages import Scored
    from shuxin.kernel.signing import Ed25519Key
    from shuxin.kernel.statements import Statement
    from shuxin.ledger.api import Entry
    from shuxin.scoring.api import CardCharacteristic

DAY = dt.timedelta(days=1)
CARD_JOB = "c" * 64
ABSENT, ABSENT_KEY = code(99), key(99)
"""A firm that agrees and that HOLDER does not have."""
FIRM_CODE, OTHER_CODE, ABSENT_CODE = (
    one.removeprefix("uscc:") for one in (FIRM, OTHER_FIRM, ABSENT)
)
AMOUNTS: tuple[float | None, ...] = (1.5, None, 3.0, -4.0)
KINDS = (None, "甲", "b", "c")
"""As ``measured`` loads them, in the order of CODES."""
CATEGORIES = (
    Category("trade", Text(en="trade", zh="交易")),
    Category("sort", Text(en="sort", zh="类别")),
)
SHAPES = (
    (BinShape("amount", Kind.NUMERIC, edges=(0.0, 2.0)), "trade"),
    (BinShape("kind", Kind.CATEGORICAL, categories=(("甲",), ("b", "c")), others=1), "sort"),
)
BY_HOLDER = Contract(
    contribution=Contribution.BY_HOLDER,
    reasons=Reasons.CATEGORIES,
    most_categories=2,
    min_holders=1,
    silent=(),
)
SUM = replace(BY_HOLDER, contribution=Contribution.SUM, min_holders=2)
PAIR = bytes(range(32))
KEYS_HERE = directory(*bound(ABSENT, PartyKind.ENTERPRISE, ABSENT_KEY))


@lru_cache
def card_of(
    contract: Contract, *holders: str, own: tuple[CardCharacteristic, ...] = ()
) -> tuple[LabelPart, dict[str, CardPart]]:
    """A card whose holders all have the same two characteristics; ``own``: the label party's."""
    coded = [
        Coded(shape, tuple(int(37 * (n + 1)) * (-1) ** n for n in range(shape.count)), category)
        for shape, category in SHAPES
    ]
    weights = tuple(
        Weight(each.shape.name, 40_000 + 9_000 * n, each.woe) for n, each in enumerate(coded)
    )
    draft = Draft(
        job=CARD_JOB, model="流水贷", version="1", made_on="2026-05-01", target=Text(en="bad", zh="坏"), party=BANK,
        contract=contract, scaling=Scaling(), intercept=0.25, characteristics=own,
        holders=dict.fromkeys(sorted(holders), weights), cut_off=560,
        training=TrainingFacts(rows=100, bads=10, data_hash="0" * 64),
    )  # fmt: skip
    values = {"amount": np.array([1.0, -1.0, 5.0]), "kind": ["甲", "b", "甲"]}
    parts = {
        one: card_part(
            offer=draft.offer(one), coded=coded, categories=CATEGORIES,
            training=Training(values, np.ones(3, np.bool_)), salt=hashlib.sha256(one.encode()).digest(),
        )
        for one in sorted(holders)
    }  # fmt: skip
    notices = [notice_of(part, part_hash=hash_of(part)) for part in parts.values()]
    return label_part(draft, notices), parts


def service_job(label: LabelPart, parts: Mapping[str, CardPart], **changed: Any) -> Job:
    """BANK asks about the holders' subjects, who agreed; ``theirs`` and ``asked`` change input and parameters."""
    period = {"level": 2, "data_from": FROM, "data_to": TO}
    theirs = {"dataset": DATA, "ground": "authorisations"} | period | changed.pop("theirs", {})
    ours = {"party": BANK, "dataset": "loans", "ground": "basis", "basis": "own-1"} | period
    plain = {
        "kind": "service", "scorecard": CARD_JOB, "label_part": hash_of(label),
        "parts": [hash_of(part) for part in parts.values()], "until": (NOW + 90 * DAY).isoformat(),
    }  # fmt: skip
    values: dict[str, Any] = {
        "nonce": "5" * 32,
        "proposer": BANK,
        "purpose": "credit_decision",
        "parties": [
            {"party": BANK, "role": "label"},
            *({"party": one, "role": "holder"} for one in parts),
        ],
        "inputs": [ours, *(theirs | {"party": one} for one in parts)],
        "parameters": plain | changed.pop("asked", {}),
        "outputs": [{"name": "scores", "to": BANK}],
        "proposed_at": (NOW - DAY).isoformat(),
        "valid_to": (NOW + 9 * DAY).isoformat(),
    }
    return job_from(values | changed)


def recorded(job: Job, *, state: State = State.DONE) -> str:
    """The id of a job that ended here like this."""
    statement = job.sign(signer=KEYS[BANK])
    JobRecord.objects.create(
        job_id=statement.hash,
        statement=statement.dump().decode(),
        state=state,
        received_at=NOW,
        changed_at=NOW,
    )
    return statement.hash


def word(subject: str, *, signer: Ed25519Key | None = None, **changed: Any) -> Statement:
    """The subject lets BANK have HOLDER's data decide a credit, many times."""
    plain: dict[str, Any] = {
        "purpose": Purpose.CREDIT_DECISION, "level_max": 2, "catalogues": (DATA,), "max_uses": 40,
        "data_from": dt.date.fromisoformat(FROM), "data_to": dt.date.fromisoformat(TO),
    }  # fmt: skip
    return terms(subject=subject, **plain | changed).sign(signer=signer or KEYS[subject])


def question_hash(
    service: str, holders: Sequence[str], subjects: Sequence[str], nonce: bytes
) -> str:
    """As the page of scoring says it."""
    said = {
        "service": service,
        "holders": list(holders),
        "subjects": list(subjects),
        "nonce": nonce.hex(),
    }
    return hashlib.sha256(b"shuxin/question/v1|" + canonical_json(said)).hexdigest()


@dataclass
class Served:
    """The node of HOLDER with a service that runs. ``now``: its clock. ``entries``: all that its log has."""

    node: Node
    job: Job
    service: str
    label: LabelPart
    parts: Mapping[str, CardPart]
    folder: Path
    now: dt.datetime = NOW
    entries: list[Entry] = field(default_factory=list)

    @cached_property
    def standing(self) -> NodeAnswering:
        return self.answering()

    def answering(self, **changed: Any) -> NodeAnswering:
        """Of a node that was just started."""
        plain: dict[str, Any] = {
            "party": HOLDER,
            "gate": self.gate,
            "settings": self.node.settings,
            "results": self.results,
            "log": self.entries.append,
            "now": lambda: self.now,
        }
        return NodeAnswering(**plain | changed)

    def gate(self, limits: GateLimits) -> Gate:
        journal = MemoryJournal(self.entries)
        return replace(self.node.gate, limits=limits, journal=journal)

    def results(self, job_id: str) -> Path:
        return self.folder / job_id

    def message(
        self,
        subjects: Sequence[str] = (FIRM_CODE,),
        words: Sequence[Statement] = (),
        *,
        nonce: bytes = bytes(32),
        signer: Ed25519Key = KEYS[BANK],
        request: Mapping[str, Any] | None = None,
        **changed: Any,
    ) -> Score:
        """A question of BANK; ``request`` changes what it signs, others the message itself."""
        holders = changed.get("holders", sorted(self.parts))
        own = self.job.input_of(HOLDER)
        assert own is not None
        plain: dict[str, Any] = {
            "request_id": question_hash(self.service, holders, subjects, nonce),
            "grantee": BANK,
            "holder": HOLDER,
            "subject": AUTHORISED,
            "purpose": self.job.purpose,
            "catalogues": (own.dataset,),
            "level": own.level,
            "data_from": own.data_from,
            "data_to": own.data_to,
            "at": self.now,
        }
        asks = Request(**plain | dict(request or {})).sign(signer=signer)
        whole: dict[str, Any] = {
            "service": self.service,
            "holders": list(holders),
            "subjects": list(subjects),
            "nonce": nonce,
            "request": asks.dump(),
            "words": [one.dump() for one in words],
        }
        return Score(**whole | changed)

    def ask(self, *given: Any, **changed: Any) -> Scored:
        return self.standing.answer(BANK, self.message(*given, **changed))

    @staticmethod
    def table(subjects: Sequence[str]) -> dict[str, Any]:
        """Values as they were loaded, somebody's of whom HOLDER does not have."""
        rows = [CODES.index(one) if one in CODES else 0 for one in subjects]
        return {
            "amount": np.array([AMOUNTS[row] for row in rows], np.float64),
            "kind": np.array([KINDS[row] for row in rows], object),
        }

    def oracle(
        self, message: Score, *, known: Sequence[bool], cipher: Cipher | None = None
    ) -> bytes:
        """What the part says of the values that were loaded, straight from the tables of this file."""
        part = self.parts[HOLDER]
        question = Question(
            question_hash(message.service, message.holders, message.subjects, message.nonce),
            tuple(message.holders),
            len(message.subjects),
        )
        found = answer(
            part,
            question=question,
            values=self.table(message.subjects),
            known=np.array(known, np.bool_),
            secrets=dict.fromkeys(set(self.parts) - {HOLDER}, PAIR),
            **({} if cipher is None else {"cipher": cipher}),
        )
        return answer_bytes(found, question=question, part=hash_of(part))

    def kinds(self, *wanted: str) -> list[str]:
        return [entry.kind for entry in self.entries if not wanted or entry.kind in wanted]


def holder_of_data(folder: Path) -> Node:
    """HOLDER with four firms, their amounts and kinds, and a status list of NOW."""
    settings = loaded(folder, DATA, [*CODES, CODES[0]])
    node = _node(folder, settings)
    measured(node, DATA, amounts=list(AMOUNTS))
    return node


def holder_of_names(folder: Path) -> Node:
    """HOLDER whose dataset stands in the catalogue, without data."""
    register_contract(contract=contract_of(DATA), accepted_by="tester", now=NOW)
    return _node(folder, Settings(home=folder / "home", database_url=""))


def _node(folder: Path, settings: Settings) -> Node:
    take(1, NOW)
    gate = Gate(HOLDER, "tester", KEYS_HERE, MemoryJournal(), frozenset({PLATFORM}))
    return Node(HOLDER, settings, Scripted(folder), gate)


def served(
    node: Node,
    *,
    contract: Contract = BY_HOLDER,
    holders: Sequence[str] = (HOLDER,),
    own: tuple[CardCharacteristic, ...] = (),
    **changed: Any,
) -> Served:
    """A service that runs at this node; ``changed`` as ``service_job`` takes it."""
    label, parts = card_of(contract, *holders, own=own)
    job = service_job(label, parts, **changed)
    service = recorded(job)
    results = node.settings.home.parent / "results"
    (results / service).mkdir(parents=True)
    (results / service / CARD).write_bytes(file_of(parts[HOLDER]))
    if contract.contribution is Contribution.SUM:
        others = {one: PAIR.hex() for one in parts if one != HOLDER}
        (results / service / PAIRS).write_bytes(canonical_json(others))
    return Served(node, job, service, label, parts, results)
