"""One node with its database; its peers are just keys, cards and statements."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tests.federation.domain.samples import DAY, HELPER, HOLDER, LABEL, NOW, OTHER, rules, values

from shuxin.federation.domain.card import NodeCard, fingerprint
from shuxin.federation.domain.job import Job, job_from
from shuxin.federation.domain.policy import POLICY_FILE, NodeFacts
from shuxin.federation.domain.words import Approval, JobWord, sign_word
from shuxin.federation.node.jobs import take_job
from shuxin.federation.node.peers import add_peer
from shuxin.federation.node.services import NodeServices
from shuxin.federation.node.serving import ServiceUnknown
from shuxin.federation.wire.tls import make_certificate
from shuxin.kernel.signing import Ed25519Key
from shuxin.parties.api import Directory, KeyRole, PartyKind, Pinned, TrustAnchors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from shuxin.federation.engine.channel import Channel, Declared, Kind, Work
    from shuxin.federation.node.services import Entered
    from shuxin.federation.wire.messages import Hello, Part, Score, Scored, Taken, Where
    from shuxin.kernel.errors import ShuxinError
    from shuxin.kernel.statements import Statement
    from shuxin.ledger.api import Entry

KEYS = {
    one: Ed25519Key(bytes([number]) * 32)
    for number, one in enumerate((LABEL, HOLDER, OTHER, HELPER), start=1)
}
STRANGERS_KEY = Ed25519Key(b"s" * 32)
START, END = NOW - 400 * DAY, NOW + 400 * DAY
VERSION = "d" * 64
DIRECTORY = Directory.build(
    [],
    anchors=TrustAnchors(
        pinned=tuple(
            Pinned(
                one, PartyKind.BANK, "某机构", key.public, frozenset({KeyRole.SUBJECT}), START, END
            )
            for one, key in KEYS.items()
        )
    ),
)
_CERTIFICATES: dict[str, str] = {}


def certificate_of(party: str) -> str:
    if party not in _CERTIFICATES:
        made = make_certificate(party=party, name="node", host="127.0.0.1", now=NOW)
        _CERTIFICATES[party] = made.certificate
    return _CERTIFICATES[party]


def card_of(party: str, *, signer: Ed25519Key | None = None, **changed: Any) -> Statement:
    key = signer or KEYS[party]
    pem = certificate_of(party)
    plain = NodeCard(
        party=party,
        kind=PartyKind.BANK,
        name="某机构",
        public_key=key.public.text,
        address=f"https://node{list(KEYS).index(party)}.example:7443",
        certificate_sha256=fingerprint(pem),
        certificate=pem,
        operated_by=party,
        protocols=(1,),
        valid_from=START,
        valid_to=END,
    )
    return replace(plain, **changed).sign(signer=key)


@dataclass
class Clock:
    at: dt.datetime = NOW

    def __call__(self) -> dt.datetime:
        return self.at


@dataclass
class FakeLine:
    """A peer's node that notes every word; ``answer`` may raise."""

    party: str
    words: list[bytes] = field(default_factory=list)
    answer: Callable[[bytes], None] = lambda _: None
    closed: int = 0

    def word(self, statement: bytes) -> None:
        self.answer(statement)
        self.words.append(statement)

    def hello(self, message: Hello) -> Hello:
        return message

    def part(self, part: Part) -> Taken:
        raise AssertionError(part.name)

    def where(self, where: Where) -> Taken:
        raise AssertionError(where.name)

    def score(self, message: Score) -> Scored:
        raise AssertionError(message.service)

    def close(self) -> None:
        self.closed += 1


@dataclass(frozen=True)
class NoRows:
    """For jobs whose kinds look at no rows."""

    error: ShuxinError | None = None

    def messages(self, job: Job) -> tuple[Declared, ...]:
        return ()

    def enter(self, job: Job, *, job_id: str, channel: Channel, booked: str) -> Entered | None:
        if self.error is not None:
            raise self.error
        return None


@dataclass
class World:
    services: NodeServices
    log: list[Entry]
    clock: Clock
    lines: dict[str, FakeLine]
    versions: dict[str, str]

    def entries(self, job_id: str = "") -> list[tuple[str, Mapping[str, str | int]]]:
        """(kind, facts without the job's id) of the log, of one job."""
        of_job = [one for one in self.log if not job_id or one.facts.get("job") == job_id]
        return [(one.kind, {n: v for n, v in one.facts.items() if n != "job"}) for one in of_job]

    def kinds_logged(self, job_id: str = "") -> list[str]:
        return [kind for kind, _ in self.entries(job_id)]

    def write_policy(self, **changed: Any) -> None:
        self.services.folder.mkdir(parents=True, exist_ok=True)
        (self.services.folder / POLICY_FILE).write_text(as_toml(rules(**changed)), encoding="utf-8")


class NoAnswers:
    """A node that takes part in no service."""

    def answer(self, peer: str, message: Score) -> Scored:
        raise ServiceUnknown


def as_toml(rules: Mapping[str, Any]) -> str:
    """Just what policies need: values as JSON, the table of kinds, the list of standing approvals."""
    plain = {name: value for name, value in rules.items() if name not in {"kinds", "standing"}}
    lines = [f"{name} = {json.dumps(value)}" for name, value in plain.items()]
    lines += [
        "[kinds]",
        *(f"{name} = {json.dumps(found)}" for name, found in rules["kinds"].items()),
    ]
    for one in rules.get("standing", ()):
        lines.append("[[standing]]")
        lines += [
            f"{n} = {v.isoformat() if isinstance(v, dt.datetime) else json.dumps(v)}"
            for n, v in one.items()
        ]
    return "\n".join(lines) + "\n"


def world(
    folder: Path,
    *,
    me: str,
    peers: Iterable[str] = (LABEL, HOLDER, HELPER),
    kinds: Mapping[str, Kind] | None = None,
    **changed: Any,
) -> World:
    """A node of ``me`` with a policy that takes ``values()``, and its peers' cards."""
    log: list[Entry] = []
    clock, versions = Clock(), {"tax": VERSION}
    lines = {one: FakeLine(one) for one in KEYS}
    services = NodeServices(
        party=me,
        signer=KEYS[me],
        keys=DIRECTORY,  # type: ignore[arg-type]
        log=log.append,
        folder=folder / "node",
        now=clock,
        client_of=lines.__getitem__,
        own=NodeFacts(me, f"https://node{list(KEYS).index(me)}.example:7443"),
        kinds=kinds or {},
        entering=NoRows(),
        answering=NoAnswers(),
        dataset_version=versions.get,
        software="test",
    )
    made = World(replace(services, **changed), log, clock, lines, versions)
    made.write_policy()
    for one in peers:
        if one != me:
            add_peer(card_of(one), services=made.services)
    log.clear()
    return made


def proposed(**changed: Any) -> Statement:
    """The plain job, signed by the label party."""
    return job_from(values(**changed)).sign(signer=KEYS[LABEL])


def said(word: JobWord) -> Statement:
    """Signed by its party."""
    return sign_word(word, signer=KEYS[word.party])


def approval(job_id: str, party: str, *, at: dt.datetime = NOW) -> Statement:
    return said(Approval(job_id, party, "someone", "b" * 64, at))


def received(made: World, **changed: Any) -> str:
    """The plain job has come from the label party's node; its id."""
    statement = proposed(**changed)
    take_job(LABEL, statement, services=made.services)
    return statement.hash


@dataclass
class FakeKind:
    """A kind whose program is a function of its work."""

    program: Callable[[Work], None]
    declared: Callable[[Job], tuple[Declared, ...]] = lambda _: ()

    def messages(self, job: Job) -> tuple[Declared, ...]:
        return self.declared(job)

    def run(self, work: Work) -> None:
        self.program(work)
