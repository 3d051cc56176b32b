"""Data express (数据快递): the person starts a transfer of own data, carries it, and every step is signed.

A transfer is a chain of statements. The first is the person's order; each further one names the hash of the
one before it, the step that it takes and the moment, and is signed by the party whose step it is. State is what
the chain says and nothing else; a chain in which a step is out of turn, late or signed by another party stops
there. The source learns the target only if the person wants: the order holds a salted commitment to the target,
and the name of the target stands in it only when it is not hidden.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from shuxin.kernel.errors import Conflict, InvalidInput
from shuxin.kernel.signing import base64url, from_base64url
from shuxin.kernel.statements import Statement, StatementInvalid, sign_statement
from shuxin.kernel.text import Text
from shuxin.verification.body import (
    HEX32,
    HEX64,
    PARTY,
    WORD,
    members,
    moment,
    one_of,
    word,
    word_or_empty,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from shuxin.kernel.canonical import Json
    from shuxin.kernel.signing import Signer

ORDER, STEP = "transfer", "transfer-step"
STEP_LASTS = timedelta(hours=24)
CLOCK_SKEW = timedelta(minutes=2)
MOST_FIELDS = 64
SALT_BYTES = 32
_ORDER = frozenset(
    {
        "id",
        "person",
        "source",
        "target",
        "target_commitment",
        "kinds",
        "fields",
        "purpose",
        "created",
    }
)
_STEP = frozenset({"order", "previous", "step", "party", "at", "receipt", "target", "target_salt"})
_SALT = re.compile(r"[A-Za-z0-9_-]{43}")


class TransferInvalid(InvalidInput):
    code = "transfer_invalid"
    what = Text(
        en="this is not a step of a transfer: {reason}", zh="这不是有效的数据快递步骤：{reason}"
    )
    mend = Text(
        en="Ask its sender for the whole, unchanged transfer file",
        zh="请向发送方索取完整且未改动的快递文件",
    )


class StepOutOfTurn(Conflict):
    code = "transfer_step_refused"
    what = Text(
        en="the transfer is '{state}': the step '{step}' cannot be taken: {reason}",
        zh="快递状态为“{state}”，不能执行步骤“{step}”：{reason}",
    )
    mend = Text(
        en="Steps follow each other, each by its own party within 24 hours; start a new transfer if it timed out",
        zh="步骤须依次由相应一方在 24 小时内完成；如已超时请重新发起",
    )


class Step(StrEnum):
    """Steps of a transfer after the order, in turn (快递步骤)."""

    IDENTITY_VERIFIED = "identity_verified"
    SOURCE_ISSUED = "source_issued"
    CARRIED = "carried"
    SUBMITTED = "submitted"
    PASSED = "passed"
    FAILED = "failed"
    CLOSED = "closed"


class State(StrEnum):
    """Where a transfer stands (快递状态)."""

    INITIATED = "initiated"
    IDENTITY_VERIFIED = "identity_verified"
    SOURCE_ISSUED = "source_issued"
    CARRIED = "carried"
    SUBMITTED = "submitted"
    VERIFIED_PASS = "verified_pass"  # noqa: S105 - not a password
    VERIFIED_FAIL = "verified_fail"
    CLOSED = "closed"
    TIMED_OUT = "timed_out"


class Side(StrEnum):
    """Whose step it is."""

    PERSON = "person"
    SOURCE = "source"
    TARGET = "target"


_AFTER = {
    Step.IDENTITY_VERIFIED: (State.IDENTITY_VERIFIED, Side.SOURCE, {State.INITIATED}),
    Step.SOURCE_ISSUED: (State.SOURCE_ISSUED, Side.SOURCE, {State.IDENTITY_VERIFIED}),
    Step.CARRIED: (State.CARRIED, Side.PERSON, {State.SOURCE_ISSUED}),
    Step.SUBMITTED: (State.SUBMITTED, Side.PERSON, {State.CARRIED}),
    Step.PASSED: (State.VERIFIED_PASS, Side.TARGET, {State.SUBMITTED}),
    Step.FAILED: (State.VERIFIED_FAIL, Side.TARGET, {State.SUBMITTED}),
    Step.CLOSED: (State.CLOSED, Side.PERSON, {State.VERIFIED_PASS, State.VERIFIED_FAIL}),
}
ENDED = frozenset({State.CLOSED, State.TIMED_OUT})


@dataclass(frozen=True, slots=True)
class Order:
    """The person's order (快递单): from whom, to whom, which kinds and fields, what for."""

    id: str
    person: str
    source: str
    target: str
    target_commitment: str
    kinds: tuple[str, ...]
    fields: tuple[str, ...]
    purpose: str
    created: datetime

    def sign(self, *, signer: Signer) -> Statement:
        body: dict[str, Json] = {
            "id": self.id,
            "person": self.person,
            "source": self.source,
            "target": self.target,
            "target_commitment": self.target_commitment,
            "kinds": list(self.kinds),
            "fields": list(self.fields),
            "purpose": self.purpose,
            "created": written(self.created),
        }
        read_order(statement := sign_statement(ORDER, body, signer=signer))
        return statement


@dataclass(frozen=True, slots=True)
class StepTaken:
    """One step; ``receipt`` is the hash of the document's signed receipt from the issue on."""

    order: str
    previous: str
    step: Step
    party: str
    at: datetime
    receipt: str
    target: str
    target_salt: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer as its chain of statements says (数据快递); ``last`` is the hash that the next step names."""

    order: Order
    order_hash: str
    state: State
    last: str
    last_at: datetime
    receipt: str
    target: str

    def state_at(self, now: datetime) -> State:
        """The state, with the time-out of 24 hours after each step."""
        if self.state not in ENDED and now >= self.last_at + STEP_LASTS:
            return State.TIMED_OUT
        return self.state


def new_order(
    *,
    person: str,
    source: str,
    target: str,
    kinds: Sequence[str],
    fields: Sequence[str],
    purpose: str,
    now: datetime,
) -> tuple[Order, str]:
    """An order that hides its target, and the salt that shows it later; ``with_open_target`` names it."""
    salt = base64url(secrets.token_bytes(SALT_BYTES))
    hidden = commit_target(target=target, salt=salt)
    order = Order(
        *(secrets.token_hex(16), person, source, "", hidden),
        *(tuple(kinds), tuple(fields), purpose, now),
    )
    return order, salt


def with_open_target(order: Order, *, target: str) -> Order:
    """The same order, which tells the source who the target is."""
    return Order(
        *(order.id, order.person, order.source, target, order.target_commitment),
        *(order.kinds, order.fields, order.purpose, order.created),
    )


def commit_target(*, target: str, salt: str) -> str:
    """HMAC-SHA-256 under the salt, 64 hexadecimal digits. Raises TransferInvalid."""
    key = from_base64url(salt)
    if key is None or len(key) != SALT_BYTES:
        raise TransferInvalid(reason="target_salt")
    return hmac.new(
        key, b"shuxin/transfer-target/v1\n" + target.encode(), hashlib.sha256
    ).hexdigest()


def read_order(statement: Statement) -> Order:
    """Raises TransferInvalid."""
    try:
        _require_kind(statement, ORDER)
        body = members(statement.body, names=_ORDER)
        return Order(
            id=word(body, "id", form=HEX32),
            person=word(body, "person", form=PARTY),
            source=word(body, "source", form=PARTY),
            target=word_or_empty(body, "target", form=PARTY),
            target_commitment=word(body, "target_commitment", form=HEX64),
            kinds=_words(body, "kinds"),
            fields=_words(body, "fields"),
            purpose=word(body, "purpose", form=WORD),
            created=moment(body, "created"),
        )
    except StatementInvalid as error:
        raise TransferInvalid(reason=str(error.facts["reason"])) from error


def read_step(statement: Statement) -> StepTaken:
    """Raises TransferInvalid."""
    try:
        _require_kind(statement, STEP)
        body = members(statement.body, names=_STEP)
        return StepTaken(
            order=word(body, "order", form=HEX64),
            previous=word(body, "previous", form=HEX64),
            step=one_of(body, "step", Step),
            party=word(body, "party", form=PARTY),
            at=moment(body, "at"),
            receipt=word_or_empty(body, "receipt", form=HEX64),
            target=word_or_empty(body, "target", form=PARTY),
            target_salt=word_or_empty(body, "target_salt", form=_SALT),
        )
    except StatementInvalid as error:
        raise TransferInvalid(reason=str(error.facts["reason"])) from error


def take_step(
    transfer: Transfer,
    step: Step,
    *,
    party: str,
    signer: Signer,
    now: datetime,
    receipt: str = "",
    target: str = "",
    target_salt: str = "",
) -> Statement:
    """The next statement of the chain. Raises StepOutOfTurn when it is not this party's turn for it."""
    body: dict[str, Json] = {
        "order": transfer.order_hash,
        "previous": transfer.last,
        "step": step.value,
        "party": party,
        "at": written(now),
        "receipt": receipt,
        "target": target,
        "target_salt": target_salt,
    }
    statement = sign_statement(STEP, body, signer=signer)
    _followed(transfer, statement)
    return statement


def follow(chain: Iterable[Statement], *, is_by: Callable[[Statement, str], bool]) -> Transfer:
    """What a chain of statements says; ``is_by`` tells whether a statement was signed by that party.

    Raises TransferInvalid, StepOutOfTurn.
    """
    first, *rest = chain
    order = read_order(first)
    if not is_by(first, order.person):
        raise TransferInvalid(reason="signature")
    transfer = Transfer(
        *(order, first.hash, State.INITIATED, first.hash, order.created, "", order.target)
    )
    for statement in rest:
        transfer = _followed(transfer, statement)
        if not is_by(statement, read_step(statement).party):
            raise TransferInvalid(reason="signature")
    return transfer


def require_current(transfer: Transfer, *, now: datetime) -> None:
    """Raises StepOutOfTurn unless the last step claims a time within the 24 hours before ``now``."""
    if not now - STEP_LASTS < transfer.last_at <= now + CLOCK_SKEW:
        raise StepOutOfTurn(
            state=transfer.state_at(now).value, step=transfer.state.value, reason="time"
        )


def _followed(transfer: Transfer, statement: Statement) -> Transfer:
    taken = read_step(statement)
    state, side, before = _AFTER[taken.step]
    target = _target(transfer, taken)
    parties = {
        Side.PERSON: transfer.order.person,
        Side.SOURCE: transfer.order.source,
        Side.TARGET: target,
    }
    receipt = taken.receipt or transfer.receipt
    for refused, reason in (
        (transfer.state not in before, "turn"),
        (taken.order != transfer.order_hash or taken.previous != transfer.last, "chain"),
        (taken.party != parties[side], "party"),
        (not transfer.last_at <= taken.at < transfer.last_at + STEP_LASTS, "time"),
        (bool(taken.receipt) is not (taken.step is Step.SOURCE_ISSUED), "receipt"),
    ):
        if refused:
            raise StepOutOfTurn(state=transfer.state.value, step=taken.step.value, reason=reason)
    return Transfer(
        *(transfer.order, transfer.order_hash, state, statement.hash, taken.at, receipt, target)
    )


def _target(transfer: Transfer, taken: StepTaken) -> str:
    """Who the target is, once the person has said so in handing over. Raises TransferInvalid."""
    if taken.step is not Step.SUBMITTED:
        if taken.target or taken.target_salt:
            raise TransferInvalid(reason="target")
        return transfer.target
    committed = commit_target(target=taken.target, salt=taken.target_salt)
    if not hmac.compare_digest(committed, transfer.order.target_commitment):
        raise TransferInvalid(reason="target")
    if transfer.target not in {"", taken.target}:
        raise TransferInvalid(reason="target")
    return taken.target


def _require_kind(statement: Statement, kind: str) -> None:
    if statement.kind != kind:
        raise TransferInvalid(reason="kind")


def _words(body: Any, name: str) -> tuple[str, ...]:
    values = body[name]
    if not isinstance(values, list) or not 0 < len(values) <= MOST_FIELDS:
        raise StatementInvalid(reason=name)
    if len(set(map(str, values))) != len(values):
        raise StatementInvalid(reason=name)
    return tuple(word({name: value}, name, form=WORD) for value in values)
