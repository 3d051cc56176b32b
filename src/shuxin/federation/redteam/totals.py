"""A label party that asks holders for totals and wants more than the contract opens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shuxin.federation.card.answers import Question, answer_bytes, read_answers
from shuxin.federation.card.building import Coded, Draft, Training, Weight, card_part
from shuxin.federation.card.contract import Category, Contract, Contribution, Reasons
from shuxin.federation.card.files import hash_of
from shuxin.federation.card.holder import answer, category_points
from shuxin.federation.card.masks import RING
from shuxin.federation.card.points import GRID
from shuxin.federation.engine.channel import Declared
from shuxin.federation.redteam.attack import AttackScore, refusal
from shuxin.federation.redteam.cases import (
    HOLDER,
    LABEL,
    SECOND,
    THIRD,
    codes_of,
    guessed,
    plain_job,
)
from shuxin.federation.redteam.stage import Programs, StageSeeds, play
from shuxin.federation.service.question import question_of
from shuxin.kernel.canonical import canonical_json
from shuxin.kernel.statements import parse_json
from shuxin.kernel.text import Text
from shuxin.scoring.api import BinShape, Kind, Scaling, TrainingFacts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shuxin.federation.card.parts import CardPart
    from shuxin.federation.engine.channel import Work
    from shuxin.federation.redteam.attack import Ground
    from shuxin.federation.redteam.cases import FloatArray, IntArray
    from shuxin.federation.redteam.stage import Outcome, Received

HOLDERS = (HOLDER, SECOND, THIRD)
SUBJECTS, CHANGED = 60, 20
_SERVICE = "5" * 64
_EDGES = (-1.0, 0.0, 1.0)
_MADE = Category("made", Text(en="made up", zh="虚构"))
_NAMES = ("a", "b")
_TRAINED = 200


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """Parts of a card that nobody fitted, and values of subjects (虚构模型)."""

    parts: Mapping[str, CardPart]
    values: Mapping[str, Mapping[str, FloatArray]]

    def totals(self, party: str) -> IntArray:
        """(n,) what a holder alone knows."""
        return np.asarray(category_points(self.parts[party], self.values[party]).sum(axis=1))


def model(rng: np.random.Generator, *, min_holders: int, subjects: int = SUBJECTS) -> Model:
    """A sum of three holders with two characteristics each."""
    contract = Contract(
        contribution=Contribution.SUM,
        reasons=Reasons.NONE,
        most_categories=0,
        min_holders=min_holders,
    )
    shapes = [BinShape(name, Kind.NUMERIC, edges=_EDGES) for name in _NAMES]
    coded = {
        party: [Coded(each, tuple(rng.integers(-150, 150, each.count).tolist()), _MADE.code) for each in shapes]
        for party in HOLDERS
    }  # fmt: skip
    draft = _draft(contract, coded, rng)
    trained = {name: rng.normal(size=_TRAINED) for name in _NAMES}
    parts = {
        party: card_part(
            offer=draft.offer(party),
            coded=coded[party],
            categories=[_MADE],
            training=Training(trained, np.ones(_TRAINED, np.bool_)),
            salt=rng.bytes(32),
        )
        for party in HOLDERS
    }
    values = {party: {name: rng.normal(size=subjects) for name in _NAMES} for party in HOLDERS}
    return Model(parts, values)


def _draft(
    contract: Contract, coded: Mapping[str, Sequence[Coded]], rng: np.random.Generator
) -> Draft:
    return Draft(
        job="4" * 64,
        model="made up",
        version="1",
        made_on="2026-03-01",
        target=_MADE.title,
        party=LABEL,
        contract=contract,
        scaling=Scaling(),
        intercept=1.0,
        characteristics=(),
        holders={
            party: tuple(
                Weight(each.shape.name, int(rng.integers(GRID // 2, GRID)), each.woe)
                for each in found
            )
            for party, found in coded.items()
        },
        cut_off=560,
        training=TrainingFacts(rows=_TRAINED, bads=_TRAINED // 10, data_hash="0" * 64),
    )


def asked(holders: Sequence[str], nonce: bytes, *, subjects: int = SUBJECTS) -> bytes:
    """What names the question in a request; its signature and the subjects' authorisations are not here."""
    said = {"holders": sorted(holders), "subjects": codes_of(subjects), "nonce": nonce.hex()}
    return canonical_json(said)


def question_in(request: bytes) -> Question:
    """What a holder finds from the bytes that it got."""
    said = parse_json(request)
    return question_of(
        service=_SERVICE,
        holders=list(said["holders"]),
        subjects=list(said["subjects"]),
        nonce=bytes.fromhex(said["nonce"]),
    )


def play_questions(
    ground: Ground,
    given: Model,
    requests: Sequence[bytes],
    *,
    later: Mapping[str, Mapping[str, FloatArray]] | None = None,
) -> Outcome:
    """The label party sends requests one after the other; the real functions of the holders answer.

    later: values from the second request on.
    """

    def ask(work: Work) -> None:
        for nth, request in enumerate(requests):
            for party in question_in(request).holders:
                work.channel.send(party, f"question/{nth}", lambda r=request: [r])  # type: ignore[misc]
            for party in question_in(request).holders:
                work.channel.receive(party, f"answer/{nth}")

    def hold(work: Work) -> None:
        part = given.parts[work.party]
        secrets = {
            peer: work.seeds.pair(peer, "service/pair") for peer in part.holders if peer != work.party
        }  # fmt: skip
        for nth, request in enumerate(requests):
            if work.party not in question_in(request).holders:
                continue
            question = question_in(work.channel.receive(LABEL, f"question/{nth}").read())
            values = later if later and nth else given.values
            found = answer(
                part,
                question=question,
                values=values[work.party],
                known=np.ones(question.rows, np.bool_),
                secrets=secrets,
            )
            said = answer_bytes(found, question=question, part=hash_of(part))
            work.channel.send(LABEL, f"answer/{nth}", lambda s=said: [s])  # type: ignore[misc]

    declared = [
        one
        for nth in range(len(requests))
        for party in HOLDERS
        for one in (
            Declared(f"question/{nth}", LABEL, party, 1 << 16),
            Declared(f"answer/{nth}", party, LABEL, 1 << 16),
        )
    ]
    kind = Programs(tuple(declared), {LABEL: ask, **dict.fromkeys(HOLDERS, hold)})
    secret = ground.secret("questions")
    return play(
        kind,
        plain_job(HOLDERS),
        folder=ground.folder,
        seeds=lambda party: StageSeeds(party, secret),
        seed=secret,
    )


def words_in(
    given: Model, received: Received, request: bytes, nth: int
) -> dict[str, IntArray] | None:
    """The label party's: (n,) words of each holder that was asked; None where one answer is missing."""
    question, found = question_in(request), {}
    for party in question.holders:
        content = received.get((party, f"answer/{nth}"))
        if content is None:
            return None
        part = given.parts[party]
        read = read_answers(
            content,
            party=party,
            question=question,
            part=hash_of(part),
            contract=part.contract,
            categories=part.categories,
        )
        found[party] = read.words[:, 0]
    return found


def left_out_ours(ground: Ground) -> AttackScore:
    """A contract by which a sum is of all three."""
    return _leave_out(ground, min_holders=len(HOLDERS))


def left_out_twin(ground: Ground) -> AttackScore:
    """A contract by which a sum may be of any."""
    return _leave_out(ground, min_holders=1)


def _leave_out(ground: Ground, *, min_holders: int) -> AttackScore:
    """The label party says that one holder is down, and asks the others again."""
    given = model(ground.rng("left out"), min_holders=min_holders)
    requests = [
        asked(HOLDERS, ground.secret("first")),
        asked([party for party in HOLDERS if party != HOLDER], ground.secret("second")),
    ]
    outcome = play_questions(ground, given, requests)
    found = left_out(given, outcome.received(LABEL), requests)
    truth = given.totals(HOLDER)
    right = 0 if found is None else int((found == truth).sum())
    return AttackScore(right, SUBJECTS, SUBJECTS, guessed(truth[:, None]), refusal(outcome))


def left_out(given: Model, received: Received, requests: Sequence[bytes]) -> IntArray | None:
    """(n,) totals of the holder that is in the first question only: the difference of both sums."""
    sums = []
    for nth, request in enumerate(requests):
        words = words_in(given, received, request, nth)
        if words is None:
            return None
        sums.append(np.sum(list(words.values()), axis=0, dtype=RING.dtype))
    return RING.signed(sums[0] - sums[1])


def again_twin(ground: Ground) -> AttackScore:
    """A holder that answers the same request anew after its values changed."""
    given = model(ground.rng("again"), min_holders=len(HOLDERS))
    rng = ground.rng("later")
    rows = rng.choice(SUBJECTS, CHANGED, replace=False)
    moved = {name: column.copy() for name, column in given.values[HOLDER].items()}
    for column in moved.values():
        column[rows] = rng.normal(size=CHANGED)
    later = {**given.values, HOLDER: moved}
    request = asked(HOLDERS, ground.secret("first"))
    outcome = play_questions(ground, given, [request, request], later=later)
    before, after = given.totals(HOLDER), Model(given.parts, later).totals(HOLDER)
    truth = after - before
    found = np.zeros(SUBJECTS, np.int64)
    one, two = (words_in(given, outcome.received(LABEL), request, nth) for nth in range(2))
    if one is not None and two is not None:
        found = RING.signed(two[HOLDER] - one[HOLDER])
    changed = np.flatnonzero(truth)
    right = int((found[changed] == truth[changed]).sum())
    return AttackScore(right, len(changed), SUBJECTS, 0.0, refusal(outcome))
