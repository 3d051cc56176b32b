"""What a node reads of other nodes and of its own operator: messages, cards, jobs, words, grants, the policy."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from tests.federation.domain import samples
from tests.parties import world as parties_world
from tests.soak.fuzz.score_targets import score_targets

from shuxin.consent.domain.basis import BasisKind
from shuxin.consent.domain.joint import JointBasis, read_joint_basis
from shuxin.consent.domain.purpose import Purpose, UnknownPurpose
from shuxin.consent.domain.reading import StatementUnreadable
from shuxin.federation.domain.card import CardInvalid, NodeCard, fingerprint, read_card
from shuxin.federation.domain.job import JobInvalid, job_from, read_job
from shuxin.federation.domain.policy import PolicyBroken, default_policy_text, policy_from
from shuxin.federation.domain.words import (
    Approval,
    Ending,
    Given,
    Handed,
    Objection,
    Outcome,
    Stop,
    WordInvalid,
    read_word,
    sign_word,
)
from shuxin.federation.node.grants import GrantsInvalid, framed, unframed
from shuxin.federation.wire.codec import (
    MessageInvalid,
    MessageTooLong,
    decode_answered,
    decode_asked,
    encode,
)
from shuxin.federation.wire.messages import Hello, Noted, Part, Refused, Taken, Where, Word
from shuxin.federation.wire.tls import make_certificate
from shuxin.kernel.signing import Ed25519Key
from shuxin.kernel.statements import Statement, StatementInvalid, parse_statement
from shuxin.parties.api import PartyKind

if TYPE_CHECKING:
    import msgspec
    from tests.soak.fuzz.targets import Target

KEY = Ed25519Key(bytes(range(32)))
HASH = "0" * 64


def joint_targets(make: type[Target]) -> dict[str, Target]:
    """By name; ``make`` is the shape of a target."""
    job = samples.job()
    kinds = [samples.job(**asked) for asked in (samples.scorecard(), samples.service())]
    jobs = [one.sign(signer=KEY) for one in (job, *kinds)]
    statements = [jobs[0], _joint_basis().sign(signer=KEY)]
    return {
        "messages between nodes": make(
            _read_message, (MessageInvalid, MessageTooLong), tuple(encode(m) for m in _messages())
        ),
        "node card": make(_read_card, (StatementInvalid, CardInvalid), (_card().dump(),)),
        "job": make(_read_job, (StatementInvalid, JobInvalid), tuple(one.dump() for one in jobs)),
        "joint basis": make(
            _read_joint_basis,
            (StatementInvalid, StatementUnreadable, UnknownPurpose),
            (statements[1].dump(),),
        ),
        "words about jobs": make(
            _read_word,
            (StatementInvalid, WordInvalid),
            tuple(sign_word(one, signer=KEY).dump() for one in _words()),
        ),
        "grants": make(
            _read_grants, (StatementInvalid, GrantsInvalid), (b"".join(framed(statements)),)
        ),
        "policy": make(policy_from, (PolicyBroken,), (default_policy_text().encode(),)),
    } | score_targets(make)


def _messages() -> list[Any]:
    digest = bytes(32)
    return [
        Hello("uscc:x", [1], "shuxin", samples.NOW.isoformat()),
        Word(b"{}"),
        Part(HASH, "alignment/tags", 0, 3, digest, digest, b"abc"),
        Where(HASH, "alignment/tags", digest),
        Taken(3, complete=True),
        Noted(),
        Refused("job_over", "over", "已结束", later=False),
    ]


def _read_message(data: bytes) -> None:
    """What was read is written and read again the same, by whoever asks or answers."""
    found: list[msgspec.Struct] = []
    for decode in (decode_asked, decode_answered):
        try:
            found.append(decode(data))
        except MessageInvalid:
            continue
        if decode(encode(found[-1])) != found[-1]:  # type: ignore[arg-type]
            raise ValueError("a message changed by being written")
    if not found:
        raise MessageInvalid


def _card() -> Statement:
    made = make_certificate(
        party=samples.LABEL, name="某银行", host="node.example", now=samples.NOW
    )
    card = NodeCard(
        *(samples.LABEL, PartyKind.BANK, "某银行", KEY.public.text, "https://node.example:7443"),
        *(fingerprint(made.certificate), made.certificate, samples.LABEL, (1,)),
        *(samples.NOW, samples.NOW + samples.DAY),
    )
    return card.sign(signer=KEY)


def _read_card(data: bytes) -> None:
    read_card(parse_statement(data))


def _read_job(data: bytes) -> None:
    job = read_job(parse_statement(data))
    if job_from(job.body()) != job:
        raise ValueError("a job changed by being written")


def _joint_basis() -> JointBasis:
    return JointBasis(
        basis_id="joint-1",
        holder=samples.HOLDER,
        recipient=samples.LABEL,
        kind=BasisKind.PUBLIC_TASK,
        law="law",
        agreement="A-1",
        purpose=Purpose.MODEL_TRAINING,
        catalogues=("税务",),
        level_max=2,
        valid_from=samples.NOW,
        valid_to=samples.NOW + samples.DAY,
        shown=True,
    )


def _read_joint_basis(data: bytes) -> None:
    basis = read_joint_basis(parse_statement(data))
    if read_joint_basis(basis.sign(signer=KEY)) != basis:
        raise ValueError("a basis changed by being written")


def _words() -> list[Any]:
    head, why = (HASH, samples.LABEL), (Given("expired", "tax"),)
    return [
        Approval(*head, "clerk", HASH, samples.NOW),
        Objection(*head, why, samples.NOW),
        Stop(*head, "clerk", samples.NOW),
        Ending(*head, Outcome.FAILED, "job_over", why, HASH, (Handed("count", samples.LABEL),), samples.NOW),
    ]  # fmt: skip


def _read_word(data: bytes) -> None:
    word = read_word(parse_statement(data))
    if read_word(sign_word(word, signer=KEY)) != word:
        raise ValueError("a word changed by being written")


def _read_grants(data: bytes) -> None:
    for statement in unframed(io.BytesIO(data)):
        statement.signed_by(parties_world.key("boss").public)
