"""The label party asks: holders are functions of ``card.holder.answer``, down, refusing, or lying."""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from django.db import connections
from hypothesis import given
from hypothesis import strategies as st
from tests.consent.test_issuing import take
from tests.consent.world import (
    BANK,
    FIRM,
    HOLDER,
    KEYS,
    NOW,
    OTHER_FIRM,
    PLATFORM,
    code,
    directory,
    key,
    terms,
)
from tests.federation.card.samples import (
    LABEL,
    World,
    contract_of,
    own_of,
    scored,
    slow_points,
    slow_standings,
    summing,
    taken,
    told,
    world_of,
)
from tests.federation.card.test_scores import slow_total, worlds
from tests.federation.node.service_world import (
    FIRM_CODE,
    OTHER_CODE,
    Served,
    holder_of_data,
    question_hash,
    served,
    word,
)
from tests.federation.node.test_entering import CODES, Node, Scripted, loaded
from tests.federation.node.test_features import measured
from tests.permits import MemoryJournal

from shuxin.consent.api import (
    BasisKind,
    Gate,
    LawfulBasis,
    Purpose,
    Reason,
    read_authorisation,
    take_basis,
)
from shuxin.federation.card.answers import AnswerInvalid, Question
from shuxin.federation.card.contract import Contribution
from shuxin.federation.card.files import file_of, hash_of
from shuxin.federation.card.label import Standing
from shuxin.federation.domain.job import job_from
from shuxin.federation.node import asking as asking_module
from shuxin.federation.node.asking import (
    PAUSE_SECONDS,
    TRIES,
    Asking,
    NotTheLabelParty,
    SubjectsRepeated,
)
from shuxin.federation.service.kind import CARD
from shuxin.federation.wire.client import REFUSED, PeerRefused, PeerUnreachable
from shuxin.federation.wire.codec import decode_answered, decode_asked, encode
from shuxin.federation.wire.messages import MOST_SUBJECTS, Score, Scored
from shuxin.fusion.api import ValueReader
from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.statements import parse_statement
from shuxin.kernel.uscc import InvalidUSCC
from shuxin.scoring.api import BinShape
from shuxin.scoring.binning.shape import Kind
from shuxin.scoring.card.artefact import CardBin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from shuxin.federation.domain.job import Job
    from shuxin.federation.node.asking import Scoring
    from shuxin.kernel.statements import Statement
    from shuxin.ledger.api import Entry

SERVICE = "e" * 64
DATASET = "tax"
SIGNER = key(71)
FROM, TO = dt.date(2024, 1, 1), dt.date(2025, 1, 1)


@lru_cache
def subjects_of(count: int) -> tuple[str, ...]:
    return tuple(code(100 + n).removeprefix("uscc:") for n in range(count))


@lru_cache
def word_of(subject: str, holders: tuple[str, ...], **changed: Any) -> Statement:
    plain: dict[str, Any] = {"catalogues": (DATASET,), "holders": holders, "grantee": LABEL}
    return terms(subject=f"uscc:{subject}", **plain | changed).sign(signer=SIGNER)


def refusing(party: str, code: str = "use_refused", *, later: bool = False) -> PeerRefused:
    return PeerRefused(party=party, refusal=code, en="it will not {x}", zh="不{x}", later=later)


def down(party: str) -> PeerUnreachable:
    return PeerUnreachable(party=party, address="https://node.example:7443", reason=REFUSED)


@dataclass
class FakeHolder:
    """Answers from its part as ``card.holder`` does; fails with ``errors`` first, for ever with ``always``.

    refuses: codes about which it will not answer. lies: what it makes of its answer.
    """

    world: World
    party: str
    errors: list[ShuxinError] = field(default_factory=list)
    always: ShuxinError | None = None
    refuses: frozenset[str] = frozenset()
    reasons: list[str] = field(default_factory=list)
    lies: Callable[[Scored], Scored] = lambda said: said
    seen: list[Score] = field(default_factory=list)
    closed: int = 0

    def score(self, message: Score) -> Scored:
        asked = decode_asked(encode(message))
        assert isinstance(asked, Score)
        self.seen.append(asked)
        if self.errors or self.always:
            raise self.errors.pop(0) if self.errors else self.always  # type: ignore[misc]
        places = [subjects_of(self.world.rows).index(one) for one in asked.subjects]
        willing = np.array([one not in self.refuses for one in asked.subjects])
        known = {self.party: self.world.known[self.party].copy()}
        known[self.party][places] &= willing
        named = question_hash(asked.service, asked.holders, asked.subjects, asked.nonce)
        question = Question(named, tuple(asked.holders), len(places))
        world = replace(self.world, known=known)
        answer = told(world, self.party, question, np.array(places))
        said = Scored(answer, np.flatnonzero(~willing).tolist(), self.reasons)
        sent = decode_answered(encode(self.lies(said)))
        assert isinstance(sent, Scored)
        return sent

    def close(self) -> None:
        self.closed += 1


def job_of(world: World) -> Job:
    period = {"level": 2, "data_from": FROM.isoformat(), "data_to": TO.isoformat()}
    theirs = {"dataset": DATASET, "ground": "authorisations"} | period
    ours = {"party": LABEL, "dataset": "loans", "ground": "basis", "basis": "own-1"} | period
    return job_from(
        {
            "nonce": "5" * 32,
            "proposer": LABEL,
            "purpose": "credit_decision",
            "parties": [
                {"party": LABEL, "role": "label"},
                *({"party": one, "role": "holder"} for one in world.parts),
            ],
            "inputs": [ours, *(theirs | {"party": one} for one in world.parts)],
            "parameters": {
                "kind": "service",
                "scorecard": "a" * 64,
                "label_part": hash_of(world.label),
                "parts": [hash_of(part) for part in world.parts.values()],
                "until": (NOW + dt.timedelta(days=9)).isoformat(),
            },
            "outputs": [{"name": "scores", "to": LABEL}],
            "proposed_at": NOW.isoformat(),
            "valid_to": (NOW + dt.timedelta(days=9)).isoformat(),
        }
    )


@dataclass
class Desk:
    """The label party's place: its holders by party, what it logged, how long it paused, whom it asked its gate."""

    world: World
    asking: Asking
    holders: dict[str, FakeHolder]
    entries: list[Entry]
    pauses: list[float]
    permits: list[dict[str, Any]]
    opened: list[tuple[str, int]]

    def score(self, *, words: Sequence[Statement] = (), **changed: Any) -> Scoring:
        given = {"subjects": subjects_of(self.world.rows), "words": words} | changed
        return self.asking.score(SERVICE, **given)


@contextmanager
def desk_of(world: World, tmp_path: Path, **holders: Mapping[str, Any]) -> Iterator[Desk]:
    """Without a database: the job is at hand, and own values come from the world."""
    made = {party: FakeHolder(world, party) for party in world.parts}
    entries: list[Entry] = []
    pauses: list[float] = []
    permits: list[dict[str, Any]] = []
    opened: list[tuple[str, int]] = []
    (tmp_path / SERVICE).mkdir(exist_ok=True)
    (tmp_path / SERVICE / CARD).write_bytes(file_of(world.label))

    def line(party: str) -> FakeHolder:
        opened.append((party, threading.get_ident()))
        return made[party]

    def permit_own_part(**given: Any) -> object:
        permits.append(given)
        return given

    class Table(ValueReader):
        def read(self, codes: bytes, *, permit: Any) -> Any:
            assert permit is permits[-1]
            asked = [codes[at : at + 18].decode() for at in range(0, len(codes), 18)]
            places = np.array([subjects_of(world.rows).index(one) for one in asked])
            return None, taken({name: world.values[LABEL][name] for name in self.fields}, places)

    def open_service(service: str, *, now: dt.datetime) -> Job:
        assert (service, now) == (SERVICE, NOW)
        return job

    asking = Asking(
        party=LABEL,
        signer=SIGNER,
        gate=lambda: SimpleNamespace(permit_own_part=permit_own_part),  # type: ignore[arg-type,return-value]
        settings=None,  # type: ignore[arg-type]
        results=lambda job_id: tmp_path / job_id,
        log=entries.append,
        client_of=line,  # type: ignore[arg-type,return-value]
        now=lambda: NOW,
        pause=pauses.append,
    )
    job = job_of(world)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(asking_module, "open_service", open_service)
        patched.setattr(asking_module, "ValueReader", Table)
        yield Desk(world, asking, made, entries, pauses, permits, opened)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("asking")


@pytest.fixture
def pair(folder: Path) -> Iterator[Desk]:
    """Two holders, each total told; both have everybody."""
    with desk_of(
        whole(world_of(contract_of(Contribution.BY_HOLDER), seed=3, holders=2)), folder
    ) as made:
        yield made


def whole(world: World) -> World:
    return replace(world, known={one: np.ones(world.rows, np.bool_) for one in world.parts})


def noted(heard: list[tuple[str, str]], party: str) -> Callable[[Scored], Scored]:
    def tell(said: Scored) -> Scored:
        heard.append((party, hashlib.sha256(encode(said)).hexdigest()))
        return said

    return tell


def require_logged(desk: Desk, found: Scoring, heard: list[tuple[str, str]]) -> None:
    """Every question, with the hash of each answer or the code of why there is none."""
    answered = [one.facts for one in desk.entries if "answer" in one.facts]
    assert sorted((one["holder"], one["answer"]) for one in answered) == sorted(heard)
    silent = [one.facts for one in desk.entries if "answer" not in one.facts]
    assert {one["reason_1"] for one in silent} <= {"peer_unreachable", "use_refused"}
    assert {(one.kind, one.actor) for one in desk.entries} == {("joint-question", LABEL)}
    asked = [
        (holder.party, question_hash(SERVICE, one.holders, one.subjects, one.nonce))
        for holder in desk.holders.values()
        for one in holder.seen
    ]
    logged = [(one.facts["holder"], one.facts["question"]) for one in desk.entries]
    assert sorted(logged) == sorted(asked)
    assert {question for _, question in asked} == set(found.questions)
    assert len(found.questions) == len(set(found.questions))


standings = st.sampled_from([None, Standing.DOWN, Standing.REFUSED])


class TestScore:
    @given(world=worlds(), data=st.data())
    def test_is_what_the_parts_add_up_to_whoever_is_down_refuses_or_lacks_somebody_and_logged(
        self, folder: Path, world: World, data: st.DataObject
    ) -> None:
        codes = subjects_of(world.rows)
        away = {party: data.draw(standings) for party in world.parts}
        refused = {
            party: frozenset(data.draw(st.sets(st.sampled_from(codes)))) for party in world.parts
        }
        heard: list[tuple[str, str]] = []
        with desk_of(world, folder) as desk:
            for party, holder in desk.holders.items():
                error = {None: None, Standing.DOWN: down(party), Standing.REFUSED: refusing(party)}
                holder.always, holder.refuses = error[away[party]], refused[party]
                holder.lies = noted(heard, party)
            found = desk.score()
        require_logged(desk, found, heard)
        for row, subject in enumerate(codes):
            absent = {
                party: away[party] or Standing.REFUSED
                for party in world.parts
                if away[party] or subject in refused[party]
            }
            wanted = slow_standings(world, absent, row)
            one = found.scores.one(row)
            assert {each.party: each.standing for each in one.shares} == wanted
            assert one.total == slow_total(world, wanted, row)
        reached = {
            party for holder in desk.holders.values() for party in [holder.party] if holder.seen
        }
        assert {why.party: why.code for why in found.because} == {
            party: "peer_unreachable" if away[party] is Standing.DOWN else "use_refused"
            for party in reached
            if away[party]
        }

    def test_asks_all_holders_of_a_question_together_in_one_signed_request_each(
        self, pair: Desk
    ) -> None:
        pair.score()
        seen = {party: holder.seen for party, holder in pair.holders.items()}
        assert {len(each) for each in seen.values()} == {1}
        for party, (message,) in seen.items():
            statement = parse_statement(message.request)
            assert statement.signed_by(SIGNER.public)
            body = statement.body
            assert body["request_id"] == question_hash(
                SERVICE, sorted(seen), message.subjects, message.nonce
            )
            assert (body["holder"], body["grantee"], body["subject"]) == (
                party,
                LABEL,
                "subjects:authorised",
            )
            assert (body["purpose"], body["catalogues"], body["level"]) == (
                "credit_decision",
                [DATASET],
                2,
            )
            assert (body["data_from"], body["data_to"]) == (FROM.isoformat(), TO.isoformat())
        assert len({message.nonce for (message,) in seen.values()}) == 1

    def test_reads_own_values_under_a_permit_for_the_own_characteristics(self, pair: Desk) -> None:
        pair.score()
        (permit,) = pair.permits
        assert permit["fields"] == {each.name for each in pair.world.label.characteristics}
        assert (permit["catalogue"], permit["basis_id"], permit["level"]) == ("loans", "own-1", 2)
        assert (permit["data_from"], permit["data_to"]) == (FROM, TO)
        assert permit["purpose"] is Purpose.CREDIT_DECISION

    def test_of_a_card_without_own_characteristics_reads_nothing(self, folder: Path) -> None:
        with desk_of(world_of(summing(at_least=1), seed=1, holders=2, own=0), folder) as desk:
            desk.score()
        assert desk.permits == []

    def test_keeps_one_way_to_each_holder_until_it_is_closed(self, pair: Desk) -> None:
        pair.score()
        pair.score()
        here = threading.get_ident()
        assert sorted(pair.opened) == [(party, here) for party in sorted(pair.holders)]
        pair.asking.close()
        pair.asking.close()
        assert {holder.closed for holder in pair.holders.values()} == {1}
        pair.score()
        assert len(pair.opened) == 4

    def test_wants_each_subject_once_and_codes_of_eighteen_symbols(self, pair: Desk) -> None:
        codes = subjects_of(2)
        for wrong, error in (
            ([], SubjectsRepeated),
            ([codes[0], codes[1], codes[0]], SubjectsRepeated),
            ([codes[0][:17], codes[1] + codes[0][17]], InvalidUSCC),
            ([codes[0].lower()], InvalidUSCC),
            ([codes[0] + "\n"], InvalidUSCC),
        ):
            with pytest.raises(error):
                pair.score(subjects=wrong)
        assert pair.entries == pair.permits == []

    def test_is_for_the_label_party_alone(self, pair: Desk) -> None:
        pair.asking.party = next(iter(pair.holders))
        with pytest.raises(NotTheLabelParty):
            pair.score()
        assert not any(holder.seen for holder in pair.holders.values())


class TestPieces:
    def test_have_as_many_subjects_as_a_message_may(self, folder: Path) -> None:
        world = world_of(
            contract_of(Contribution.BY_HOLDER), seed=4, holders=2, rows=2 * MOST_SUBJECTS + 1
        )
        with desk_of(world, folder) as desk:
            found = desk.score()
        assert found.scores.totals.tolist() == scored(world, {}).totals.tolist()
        for holder in desk.holders.values():
            assert [len(each.subjects) for each in holder.seen] == [MOST_SUBJECTS, MOST_SUBJECTS, 1]
            asked = [subject for each in holder.seen for subject in each.subjects]
            assert tuple(asked) == subjects_of(world.rows)

    @pytest.mark.parametrize("by", ["bytes", "count"])
    def test_have_no_more_words_than_a_message_may(
        self, pair: Desk, monkeypatch: pytest.MonkeyPatch, by: str
    ) -> None:
        first, second, third, fourth = subjects_of(4)
        both = tuple(sorted(pair.holders))
        words = [
            *(word_of(first, both, max_uses=n) for n in (1, 2)),
            *(word_of(second, both, max_uses=n) for n in (1, 2, 3)),
            word_of(third, both),
        ]
        most = sum(len(one.dump()) + 5 for one in words[2:5])
        name, limit = ("MOST_WORD_BYTES", most) if by == "bytes" else ("MOST_WORDS", 3)
        monkeypatch.setattr(asking_module, name, limit)
        whole_answer = pair.score(words=words)
        for holder in pair.holders.values():
            asked = [each.subjects for each in holder.seen]
            assert asked == [[first], [second], [third, fourth]]
            assert [len(each.words) for each in holder.seen] == [2, 3, 1]
        assert whole_answer.scores.totals.tolist() == scored(pair.world, {}).totals.tolist()

    def test_carry_each_word_to_the_holders_and_data_that_it_names_only(self, pair: Desk) -> None:
        one, other = sorted(pair.holders)
        first, second, *_ = subjects_of(4)
        for_one, for_both = word_of(first, (one,)), word_of(second, (one, other))
        elsewhere = word_of(first, (one, other), catalogues=("register",))
        stranger = word_of(code(999).removeprefix("uscc:"), (one, other))
        pair.score(words=[for_one, for_both, elsewhere, stranger])
        brought = {party: holder.seen[0].words for party, holder in pair.holders.items()}
        assert brought == {one: [for_one.dump(), for_both.dump()], other: [for_both.dump()]}


class TestFailing:
    def test_for_a_moment_is_asked_again_with_the_very_same_question(self, pair: Desk) -> None:
        party, *_ = pair.holders
        busy = refusing(party, "joint_question_under_way", later=True)
        pair.holders[party].errors = [busy] * (TRIES - 1)
        found = pair.score()
        seen = pair.holders[party].seen
        assert len(seen) == TRIES
        assert all(each == seen[0] for each in seen)
        assert pair.pauses == [PAUSE_SECONDS] * (TRIES - 1)
        assert found.because == ()
        assert found.scores.totals.tolist() == scored(pair.world, {}).totals.tolist()

    def test_for_longer_counts_as_down(self, pair: Desk) -> None:
        party, *_ = pair.holders
        pair.holders[party].always = refusing(party, "node_busy", later=True)
        found = pair.score()
        assert len(pair.holders[party].seen) == TRIES
        (why,) = found.because
        assert (why.party, why.code) == (party, "node_busy")
        absent = {party: Standing.DOWN}
        assert found.scores.totals.tolist() == scored(pair.world, absent).totals.tolist()
        assert {s.standing for s in found.scores.one(0).shares if s.party == party} == {
            Standing.DOWN
        }
        (entry,) = (one for one in pair.entries if one.facts["holder"] == party)
        assert entry.facts["reason_1"] == "node_busy"
        assert "answer" not in entry.facts

    def test_to_be_reached_is_not_waited_for(self, pair: Desk) -> None:
        party, *_ = pair.holders
        pair.holders[party].always = down(party)
        found = pair.score()
        assert (len(pair.holders[party].seen), pair.pauses) == (1, [])
        (why,) = found.because
        assert (why.code, why.sentence.say("en")) == ("peer_unreachable", down(party).say("en"))

    def test_to_agree_is_told_in_the_holders_own_words(self, pair: Desk) -> None:
        """Its braces name nothing."""
        party, *_ = pair.holders
        pair.holders[party].always = refusing(party)
        found = pair.score()
        (why,) = found.because
        assert why.sentence.say("en") == refusing(party).say("en")
        assert "it will not {x}" in why.sentence.say("en")
        shares = {each.party: each for each in found.scores.one(0).shares}
        assert shares[party].standing is Standing.REFUSED
        missing = {seat.party: seat.missing_points for seat in pair.world.label.seats}
        assert shares[party].points == missing[party]

    def test_about_one_of_many_leaves_the_others(self, pair: Desk) -> None:
        party, *_ = pair.holders
        pair.holders[party].refuses = frozenset({subjects_of(4)[2]})
        pair.holders[party].reasons = ["withdrawn"]
        found = pair.score()
        (why,) = found.because
        assert (why.party, why.code) == (party, "withdrawn")
        assert why.sentence == Reason.WITHDRAWN.text
        told = [found.scores.one(row).shares for row in range(4)]
        mine = [share.standing for shares in told for share in shares if share.party == party]
        answered = Standing.ANSWERED
        assert mine == [answered, answered, Standing.REFUSED, answered]

    def test_with_a_strangers_text_is_not_repeated_to_people(self, pair: Desk) -> None:
        party, *_ = pair.holders
        pair.holders[party].reasons = ["\x1b[2J{0}", "withdrawn\nok", "Expired", "new_reason"]
        codes = [why.code for why in pair.score().because]
        assert codes == ["unreadable", "new_reason"]


def knows(said: Scored) -> Scored:
    return replace_scored(said, refused=[0])


def replace_scored(said: Scored, **changed: Any) -> Scored:
    return Scored(**{n: getattr(said, n) for n in ("answer", "refused", "reasons")} | changed)


class TestLying:
    @pytest.mark.parametrize(
        "lies",
        [
            knows,
            lambda said: replace_scored(said, answer=said.answer[:-1]),
            lambda said: replace_scored(said, answer=bytes(32) + said.answer[32:]),
            lambda said: replace_scored(
                said, answer=said.answer[:32] + bytes(32) + said.answer[64:]
            ),
            lambda said: replace_scored(said, answer=said.answer[:68] + b"\xff\xff\xff\x7f" * 4),
            lambda said: replace_scored(said, answer=b""),
        ],
        ids=["refuses and answers", "size", "another question", "another part", "span", "nothing"],
    )
    def test_scores_nobody_and_stands_in_the_log(
        self, pair: Desk, lies: Callable[[Scored], Scored]
    ) -> None:
        party, *_ = pair.holders
        pair.holders[party].lies = lies
        with pytest.raises(AnswerInvalid) as caught:
            pair.score()
        assert caught.value.facts["party"] == party
        assert {entry.facts["holder"] for entry in pair.entries} == set(pair.holders)

    def test_of_refusals_that_nobody_asked_about_changes_nothing(self, pair: Desk) -> None:
        party, *_ = pair.holders
        pair.holders[party].lies = lambda said: replace_scored(said, refused=[4, 249])
        found = pair.score()
        assert found.scores.totals.tolist() == scored(pair.world, {}).totals.tolist()


class TestSum:
    def test_that_fewer_could_answer_than_the_contract_wants_opens_nothing(
        self, folder: Path
    ) -> None:
        world = whole(world_of(summing(at_least=3), seed=5, holders=3))
        with desk_of(world, folder) as desk:
            party, *others = desk.holders
            desk.holders[party].refuses = frozenset({subjects_of(4)[0]})
            found = desk.score()
        assert len(found.questions) == 1
        shares = {each.party: each.standing for each in found.scores.one(0).shares}
        assert shares == {party: Standing.REFUSED} | dict.fromkeys(others, Standing.TOO_FEW)
        assert {each.standing for each in found.scores.one(1).shares} == {Standing.ANSWERED}

    def test_of_the_others_is_asked_in_a_new_question_about_those_left(self, folder: Path) -> None:
        world = whole(world_of(summing(at_least=2), seed=5, holders=3))
        with desk_of(world, folder) as desk:
            party, *others = sorted(desk.holders)
            desk.holders[party].refuses = frozenset({subjects_of(4)[1]})
            found = desk.score()
        assert len(found.questions) == 2
        (first, second) = desk.holders[others[0]].seen
        assert (second.holders, second.subjects) == (others, [subjects_of(4)[1]])
        assert first.nonce != second.nonce
        assert len(desk.holders[party].seen) == 1


@dataclass
class Through:
    """A line straight to the node of a holder, in whatever thread it is asked."""

    world: Served

    def score(self, message: Score) -> Scored:
        asked = decode_asked(encode(message))
        assert isinstance(asked, Score)
        try:
            answered = decode_answered(encode(self.world.standing.answer(BANK, asked)))
        except ShuxinError as error:
            raise PeerRefused(
                party=HOLDER,
                refusal=error.code,
                en=error.say("en"),
                zh=error.say("zh"),
                later=False,
            ) from error
        finally:
            connections.close_all()
        assert isinstance(answered, Scored)
        return answered

    def close(self) -> None: ...


OWN_AMOUNTS = (0.5, -1.0, None)
OWN = replace(
    own_of("amount", np.random.default_rng(1), 100),
    shape=BinShape("amount", Kind.NUMERIC, edges=(0.0,)),
    bins=tuple(
        CardBin(points=0, woe=woe, good=n, bad=0) for woe, n in ((-0.7, 50), (0.6, 49), (0.1, 1))
    ),
)


def label_party(folder: Path) -> Node:
    """BANK with three of HOLDER's firms and a basis for deciding credits."""
    settings = loaded(folder, "loans", CODES[:3])
    basis = LawfulBasis(
        "own-1", BANK, BasisKind.LEGAL_DUTY, "法", Purpose.CREDIT_DECISION, 2,
        NOW - dt.timedelta(days=1), NOW + dt.timedelta(days=99),
    )  # fmt: skip
    take_basis(basis.sign(signer=KEYS[BANK]), holder=BANK, keys=directory(), now=NOW)
    gate = Gate(BANK, "tester", directory(), MemoryJournal(), frozenset({PLATFORM}))
    node = Node(BANK, settings, Scripted(folder), gate)
    measured(node, "loans", amounts=list(OWN_AMOUNTS))
    return node


@pytest.mark.django_db(transaction=True)
class TestThroughANode:
    def test_scores_from_the_data_of_both_and_a_withdrawal_blocks_the_next(
        self, tmp_path: Path
    ) -> None:
        (tmp_path / "bank").mkdir()
        bank, world = label_party(tmp_path / "bank"), served(holder_of_data(tmp_path), own=(OWN,))
        results = tmp_path / "bank" / "results"
        (results / world.service).mkdir(parents=True)
        (results / world.service / CARD).write_bytes(file_of(world.label))
        entries: list[Entry] = []
        asking = Asking(
            party=BANK, signer=KEYS[BANK], gate=lambda: bank.gate, settings=bank.settings,
            results=lambda job_id: results / job_id, log=entries.append,
            client_of={HOLDER: Through(world)}.__getitem__, now=lambda: world.now,  # type: ignore[arg-type,return-value]
        )  # fmt: skip
        codes, words = [FIRM_CODE, OTHER_CODE], [word(FIRM), word(OTHER_FIRM)]
        before = asking.score(world.service, subjects=codes, words=words)
        withdrawn = read_authorisation(words[1]).auth_id
        take(2, NOW + dt.timedelta(seconds=1), withdrawn)
        world.now += dt.timedelta(seconds=2)
        after = asking.score(world.service, subjects=codes, words=words)
        (own,) = world.label.characteristics
        (seat,) = world.label.seats
        for found, answered in ((before, (True, True)), (after, (True, False))):
            for row, one in enumerate(codes):
                place = own.shape.lookup.one(OWN_AMOUNTS[CODES.index(one)])
                theirs = sum(slow_points(world.parts[HOLDER], world.table([one]), 0).values())
                total = world.label.base_points + own.all_points[place]
                total += theirs if answered[row] else seat.missing_points
                assert int(found.scores.totals[row]) == total
        assert before.because == ()
        assert [why.code for why in after.because] == ["withdrawn"]
        said = [one.facts["answer"] for one in world.entries if one.kind == "joint-answer"]
        assert [one.facts["answer"] for one in entries] == said
        assert [one.facts["question"] for one in entries] == [*before.questions, *after.questions]
