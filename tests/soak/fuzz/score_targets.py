"""What parties read of each other in joint scoring: questions, answers, and files of a card's parts.

As in ``targets``, without Django: what a holder parses of a question before it asks its database, in its order.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any, cast

import msgspec
import numpy as np
from tests.federation.card.samples import World, contract_of, summing, told, world_of
from tests.federation.domain import samples

from shuxin.consent.domain.authorisation import (
    Authorisation,
    AuthorisationInvalid,
    read_authorisation,
)
from shuxin.consent.domain.purpose import Purpose, UnknownPurpose
from shuxin.consent.domain.reading import StatementUnreadable
from shuxin.consent.domain.request import AUTHORISED, Request, read_request
from shuxin.federation.card.answers import AnswerInvalid, Question, answer_bytes, read_answers
from shuxin.federation.card.building import notice_of
from shuxin.federation.card.contract import Contribution
from shuxin.federation.card.files import file_of, hash_of, read_file
from shuxin.federation.card.offers import Notice, Offer
from shuxin.federation.card.parts import CardPart, LabelPart
from shuxin.federation.service.question import question_of
from shuxin.federation.wire.codec import (
    MessageInvalid,
    MessageTooLong,
    decode_answered,
    decode_asked,
    encode,
)
from shuxin.federation.wire.messages import Score, Scored
from shuxin.kernel.canonical import NotCanonical, canonical_json
from shuxin.kernel.signing import Ed25519Key
from shuxin.kernel.statements import StatementInvalid, parse_json, parse_statement
from shuxin.scoring.api import CardInvalid, sealed
from shuxin.scoring.binning.shape import BinsInvalid
from shuxin.scoring.card.points import ScalingInvalid
from shuxin.scoring.card.sealed import CardAltered

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.soak.fuzz.targets import Target

    from shuxin.kernel.canonical import Json

KEY = Ed25519Key(bytes(range(32)))
SERVICE, NONCE = "e" * 64, bytes(32)
CODES = ["91350200000000001R", "91350200000000002P"]
FROM, TO = dt.date(2024, 1, 1), dt.date(2025, 1, 1)
_CARD_REFUSALS = (CardInvalid, CardAltered, BinsInvalid, ScalingInvalid, NotCanonical)
_STATEMENTS = frozenset({"request", "words"})
_KINDS: tuple[Any, ...] = (CardPart, LabelPart, Offer, Notice)


def score_targets(make: type[Target]) -> dict[str, Target]:
    """By name; ``make`` is the shape of a target."""
    worlds = [_world(Contribution.BY_HOLDER), _world(Contribution.BY_CATEGORY), _world(None)]
    files = [file_of(thing) for thing in _things(worlds[1])]
    statements = (StatementInvalid, StatementUnreadable, UnknownPurpose, AuthorisationInvalid)
    return {
        "joint questions": make(
            _read_question, (MessageInvalid, MessageTooLong, *statements), (encode(_question()),)
        ),
        "contents of joint questions": make(
            _read_question_of, (MessageInvalid, MessageTooLong, *statements), (_contents(),)
        ),
        "joint answers": make(
            _reader_of_answers(worlds),
            (MessageInvalid, MessageTooLong, AnswerInvalid),
            tuple(encode(_said(world)) for world in worlds),
        ),
        "joint answers' bytes": make(
            lambda data: _read_answer(data, worlds),
            (AnswerInvalid,),
            tuple(_said(world).answer for world in worlds),
        ),
        "files of a joint card": make(_read_file, _CARD_REFUSALS, tuple(files)),
        "contents of a joint card": make(
            _read_contents,
            (StatementInvalid, *_CARD_REFUSALS),
            tuple(canonical_json(cast("Any", parse_json(file))["card"]) for file in files),
        ),
    }


def _request() -> Request:
    return Request(
        request_id="f" * 64,
        grantee=samples.LABEL,
        holder=samples.HOLDER,
        subject=AUTHORISED,
        purpose=Purpose.CREDIT_DECISION,
        catalogues=("税务",),
        level=2,
        data_from=FROM,
        data_to=TO,
        at=samples.NOW,
    )


def _authorisation() -> Authorisation:
    return Authorisation(
        subject=f"uscc:{CODES[0]}",
        grantee=samples.LABEL,
        holders=(samples.HOLDER,),
        purpose=Purpose.CREDIT_DECISION,
        catalogues=("税务",),
        level_max=2,
        data_from=FROM,
        data_to=TO,
        valid_from=samples.NOW,
        valid_to=samples.NOW + samples.DAY,
        max_uses=3,
        text_hash="0" * 64,
        language="zh",
        signed_at=samples.NOW,
    )


def _question() -> Score:
    return Score(
        service=SERVICE,
        holders=[samples.HOLDER],
        subjects=CODES,
        nonce=NONCE,
        request=_request().sign(signer=KEY).dump(),
        words=[_authorisation().sign(signer=KEY).dump()],
    )


def _read_question(data: bytes) -> None:
    asked = decode_asked(data)
    if decode_asked(encode(asked)) != asked:
        raise ValueError("a question changed by being written")
    if not isinstance(asked, Score):
        raise MessageInvalid
    try:
        question_of(
            service=asked.service,
            holders=asked.holders,
            subjects=asked.subjects,
            nonce=asked.nonce,
        )
    except ValueError as error:  # the node's QuestionInvalid, which needs a database
        raise MessageInvalid from error
    request = read_request(parse_statement(asked.request))
    if read_request(request.sign(signer=KEY)) != request:
        raise ValueError("a request changed by being written")
    for word in map(parse_statement, asked.words):
        read_authorisation(word)


def _contents() -> bytes:
    """A question as JSON, its statements laid open."""
    asked = _question()
    opened = {"request": json.loads(asked.request), "words": [*map(json.loads, asked.words)]}
    plain = {"service": SERVICE, "holders": asked.holders, "subjects": asked.subjects}
    return json.dumps({"is": "score", **plain, **opened}).encode()


def _read_question_of(data: bytes) -> None:
    """The question with these contents, whatever they are."""
    told = parse_json(data)
    if not isinstance(told, dict):
        raise MessageInvalid
    words = told.get("words")
    packed = {"nonce": NONCE} | {n: value for n, value in told.items() if n not in _STATEMENTS}
    packed |= {n: json.dumps(told[n]).encode() for n in ("request",) if n in told}
    if isinstance(words, list):
        packed["words"] = [json.dumps(one).encode() for one in words]
    try:
        message = msgspec.msgpack.encode(packed)
    except (UnicodeEncodeError, OverflowError) as error:  # nobody can send that
        raise MessageInvalid from error
    _read_question(message)


def _world(contribution: Contribution | None) -> World:
    """Two holders, reasons and a silent category; None for a sum."""
    most: dict[str, Any] = {"most": 2, "silent": ("watch",)}
    contract = (
        summing(at_least=2, **most) if contribution is None else contract_of(contribution, **most)
    )
    return world_of(contract, seed=6, holders=2, rows=len(CODES))


def _asked(world: World) -> tuple[str, Question]:
    holders = tuple(world.parts)
    return holders[0], question_of(service=SERVICE, holders=holders, subjects=CODES, nonce=NONCE)


def _said(world: World) -> Scored:
    party, question = _asked(world)
    known = world.known[party].tolist()
    refused = [nth for nth, one in enumerate(known) if not one]
    return Scored(told(world, party, question, np.arange(world.rows)), refused, ["withdrawn"])


def _reader_of_answers(worlds: list[World]) -> Callable[[bytes], None]:
    def read(data: bytes) -> None:
        said = decode_answered(data)
        if not isinstance(said, Scored):
            raise MessageInvalid
        _read_answer(said.answer, worlds)

    return read


def _read_answer(data: bytes, worlds: list[World]) -> None:
    """As the label party of each card; of one that takes it, it is written again the same. Raises AnswerInvalid."""
    refusals = []
    for world in worlds:
        party, question = _asked(world)
        (seat,) = (each for each in world.label.seats if each.party == party)
        try:
            found = read_answers(
                data,
                party=party,
                question=question,
                part=seat.part,
                contract=world.label.contract,
                categories=seat.categories,
            )
        except AnswerInvalid as error:
            refusals.append(error)
            continue
        if answer_bytes(found, question=question, part=seat.part) != data:
            raise ValueError("an answer changed by being written")
        return
    raise refusals[0]


def _things(world: World) -> list[CardPart | LabelPart | Offer | Notice]:
    part = next(iter(world.parts.values()))
    offer = Offer(
        job=part.job,
        model=part.model,
        version=part.version,
        party=part.party,
        holders=part.holders,
        contract=part.contract,
        factor=part.factor,
        coefficients=tuple((each.shape.name, each.coefficient) for each in part.characteristics),
    )
    return [part, world.label, offer, notice_of(part, part_hash=hash_of(part))]


def _read_file(data: bytes) -> None:
    """As the kind whose format it names, else as a holder's part. Raises as ``read_file``."""
    named = (
        kind for kind in _KINDS if kind.__dataclass_fields__["format"].default.encode() in data
    )
    _use(read_file(next(named, CardPart), data))


def _use(found: Any) -> None:
    """What is asked of a part that was read."""
    if isinstance(found, LabelPart):
        _ = found.holders, found.base_points, found.own_card
        for seat in found.seats:
            seat.column_spans(found.contract)
    elif isinstance(found, CardPart):
        found.contract.columns(found.categories)
        notice_of(found, part_hash=hash_of(found))


def _read_contents(data: bytes) -> None:
    """The content with a hash that fits: so the rules behind the hash are reached."""
    _read_file(sealed(cast("Json", parse_json(data))))
