"""A holder's answers to questions of a service, with its own gate, log and data; the label party is a key that asks."""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pytest
from django.db import connections
from tests.consent.test_issuing import take
from tests.consent.world import (
    BANK,
    FIRM,
    HOLDER,
    NOW,
    OTHER_BANK,
    OTHER_FIRM,
    OWNER,
    PLATFORM,
    STRANGER,
)
from tests.federation.node.service_world import (
    ABSENT,
    ABSENT_CODE,
    ABSENT_KEY,
    AMOUNTS,
    DATA,
    DAY,
    FIRM_CODE,
    KINDS,
    OTHER_CODE,
    SUM,
    Served,
    holder_of_data,
    holder_of_names,
    question_hash,
    recorded,
    served,
    service_job,
    word,
)
from tests.federation.node.test_entering import CODES, Killed
from tests.federation.node.test_entering import job as alignment
from tests.permits import MemoryJournal

from shuxin.consent.api import (
    PermitTooNarrow,
    Purpose,
    Reason,
    UseRefused,
    entity_of,
    permit_set,
    read_authorisation,
    refusals_of,
)
from shuxin.consent.domain.reading import StatementUnreadable
from shuxin.consent.models import AnsweredRequest, Use, UseCounter
from shuxin.federation.card.files import file_of
from shuxin.federation.card.holder import QuestionRefused
from shuxin.federation.domain.states import State
from shuxin.federation.models import AskedSubject, JointAnswer, ServiceEnd
from shuxin.federation.node import answering as answering_module
from shuxin.federation.node import pace as pace_module
from shuxin.federation.node.answer_book import (
    SUBJECTS,
    TIMES,
    AsksTooMany,
    QuestionRefusedBefore,
    forget,
)
from shuxin.federation.node.answering import (
    NodeAnswering,
    QuestionInvalid,
    QuestionOutsideService,
    QuestionUnderWay,
)
from shuxin.federation.node.pace import Pace, WordsTooMany
from shuxin.federation.node.serving import ServiceOver, ServiceUnknown, answered_today
from shuxin.federation.product.generator import Cipher
from shuxin.federation.service.kind import CARD, PAIRS, ServiceImpossible
from shuxin.federation.wire.codec import encode
from shuxin.fusion.api import ValueReader
from shuxin.kernel.statements import StatementInvalid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from shuxin.consent.api import Gate, GateLimits, Permit, PermittedSet
    from shuxin.federation.wire.messages import Score, Scored
    from shuxin.kernel.statements import Statement
    from shuxin.ledger.api import Appended, Entry

pytestmark = pytest.mark.django_db
SECOND = dt.timedelta(seconds=1)
DIFFERENT = {"amount": [9.0] * 4, "kind": ["c"] * 4}


@pytest.fixture
def world(tmp_path: Path, db: None) -> Served:
    return served(holder_of_data(tmp_path))


@pytest.fixture
def quick(tmp_path: Path, db: None, monkeypatch: pytest.MonkeyPatch) -> Served:
    """The same with values from a table, not from files: reading those has its tests in ``TestAnswer``."""
    tabled(monkeypatch)
    return served(holder_of_names(tmp_path))


def tabled(monkeypatch: pytest.MonkeyPatch, **changed: Sequence[Any]) -> None:
    """Values come from the tables of ``service_world``, of subjects whom the permit covers."""
    table = {"amount": AMOUNTS, "kind": KINDS} | changed
    kinds = {"amount": np.float64, "kind": object}

    class Table(ValueReader):
        def read(self, codes: bytes, *, permit: Permit) -> tuple[Any, Any]:
            assert permit.reads(self.dataset)
            asked = [codes[at : at + 18].decode() for at in range(0, len(codes), 18)]
            known = np.array([one in CODES and permit.covers(one) for one in asked], np.bool_)
            places = [CODES.index(one) if one in CODES else 0 for one in asked]
            return known, {
                name: np.array([table[name][place] for place in places], kinds[name])
                for name in self.fields
            }

    monkeypatch.setattr(answering_module, "ValueReader", Table)


def absent_word(**changed: Any) -> Statement:
    return word(ABSENT, signer=ABSENT_KEY, **changed)


def nonces() -> Iterator[bytes]:
    yield from (bytes([n]) * 32 for n in range(256))


def refusal(call: Callable[..., object], *given: Any, **changed: Any) -> set[Reason]:
    with pytest.raises(UseRefused) as caught:
        call(*given, **changed)
    return {one.reason for one in caught.value.refusals}


def uncounted() -> bool:
    """Whether nothing was counted or kept."""
    rows = (JointAnswer, AskedSubject, AnsweredRequest, UseCounter, Use)
    return not any(kind.objects.exists() for kind in rows)


def logged(world: Served) -> list[object]:
    """The reasons of all refusals, when the log has nothing else."""
    assert set(world.kinds()) <= {"joint-refusal"}
    return [entry.facts["reason_1"] for entry in world.entries]


def digest(told: Scored) -> str:
    """Of the whole message as it was sent."""
    return hashlib.sha256(encode(told)).hexdigest()


def uses(*words: Statement) -> list[int]:
    """How often each was used."""
    known = dict(UseCounter.objects.values_list("auth_id", "used"))
    return [known.get(read_authorisation(one).auth_id, 0) for one in words]


def asked_times() -> dict[str, int]:
    return dict(AskedSubject.objects.values_list("subject", "times"))


def watched(patched: pytest.MonkeyPatch) -> list[Permit]:
    """The permits under which values are read from now on."""
    permits: list[Permit] = []
    real = ValueReader.read

    def read(reader: ValueReader, codes: bytes, *, permit: Permit) -> Any:
        permits.append(permit)
        return real(reader, codes, permit=permit)

    patched.setattr(ValueReader, "read", read)
    return permits


class TestAnswer:
    """With the data as they were imported."""

    def test_is_what_the_part_says_about_those_who_agreed_and_its_fields_alone_are_read(
        self, world: Served, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        permits = watched(monkeypatch)
        words = [word(OTHER_FIRM), word(FIRM), absent_word()]
        message = world.message([OTHER_CODE, FIRM_CODE, ABSENT_CODE], words)
        told = world.answering().answer(BANK, message)
        assert told.answer == world.oracle(message, known=[True, True, False])
        assert (told.refused, told.reasons) == ([], [])
        assert world.kinds() == ["use-set", "use", "use", "use", "joint-answer"]
        assert uses(*words) == [1, 1, 1]
        (permit,) = permits
        assert permit.fields == {"amount", "kind"}
        assert permit.subjects == {FIRM_CODE, OTHER_CODE, ABSENT_CODE}
        assert (permit.catalogues, permit.purpose) == ({DATA}, Purpose.CREDIT_DECISION)
        assert (permit.highest_level, permit.personal) == (2, False)
        other = ValueReader(DATA, ("since",), world.node.settings)
        with pytest.raises(PermitTooNarrow):
            other.read(FIRM_CODE.encode(), permit=permit)

    def test_stands_in_the_log_by_its_hash_and_names_nobody(self, quick: Served) -> None:
        message = quick.message([OTHER_CODE, FIRM_CODE], [word(FIRM)])
        told = quick.standing.answer(BANK, message)
        (entry,) = (one for one in quick.entries if one.kind == "joint-answer")
        holders = sorted(quick.parts)
        assert entry.actor == HOLDER
        assert entry.facts == {
            "service": quick.service,
            "question": question_hash(quick.service, holders, message.subjects, message.nonce),
            "subjects": 2,
            "refused": 1,
            "answer": digest(told),
        }
        assert not any(FIRM_CODE.encode() in one.data for one in quick.entries)
        assert {one.facts["job"] for one in quick.entries if one.kind != "joint-answer"} == {
            entry.facts["question"]
        }

    @pytest.mark.parametrize("name", ["aes", "sm4"])
    def test_of_a_sum_is_masked_with_the_cipher_of_the_job(
        self, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tabled(monkeypatch)
        world = served(
            holder_of_names(tmp_path), contract=SUM, holders=(HOLDER, OTHER_BANK), cipher=name
        )
        message = world.message([FIRM_CODE], [word(FIRM)])
        told = world.answering().answer(BANK, message).answer
        ciphers = {cipher.name.lower(): cipher for cipher in Cipher}
        found = {
            one: told == world.oracle(message, known=[True], cipher=cipher)
            for one, cipher in ciphers.items()
        }
        assert found == {one: one == name for one in ciphers}


class TestSameQuestion:
    def test_gets_the_same_bytes_and_counts_nothing(
        self, quick: Served, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        given = [word(FIRM)]
        message = quick.message([FIRM_CODE, OTHER_CODE], given)
        first = quick.answering().answer(BANK, message)
        before = (
            list(quick.entries),
            uses(*given),
            asked_times(),
            list(JointAnswer.objects.values()),
        )
        tabled(monkeypatch, **DIFFERENT)
        quick.now += 4 * SECOND
        assert quick.answering().answer(BANK, message) == first
        after = (
            list(quick.entries),
            uses(*given),
            asked_times(),
            list(JointAnswer.objects.values()),
        )
        assert after == before
        assert (
            quick.ask([FIRM_CODE, OTHER_CODE], given, nonce=b"1" * 32).answer[64:]
            != first.answer[64:]
        )

    def test_another_number_is_another_question(self, quick: Served) -> None:
        given = word(FIRM)
        answers = {quick.ask(words=[given], nonce=nonce).answer for nonce in (b"a" * 32, b"b" * 32)}
        assert len(answers) == 2
        assert (uses(given), asked_times()) == ([2], {FIRM_CODE: 2})

    def test_is_never_answered_anew_once_its_answer_was_forgotten(self, quick: Served) -> None:
        given = word(FIRM)
        message = quick.message(words=[given])
        quick.answering().answer(BANK, message)
        quick.now += 3 * DAY
        take(2, quick.now)
        forget(quick.now)
        assert not JointAnswer.objects.exists()
        assert asked_times() == {}
        assert refusal(quick.standing.answer, BANK, message) == {Reason.REQUEST_TOO_OLD}
        signed_anew = quick.message(words=[given])
        assert refusal(quick.standing.answer, BANK, signed_anew) == {Reason.REQUEST_REPEATED}
        assert uses(given) == [1]

    def test_gets_nothing_where_it_is_not_proven_and_fresh(self, quick: Served) -> None:
        given = word(FIRM)
        message = quick.message(words=[given])
        first = quick.answering().answer(BANK, message)
        by_a_stranger = quick.message(words=[given], signer=STRANGER)
        assert refusal(quick.standing.answer, BANK, by_a_stranger) == {Reason.REQUESTER_UNPROVEN}
        quick.now += 5 * 60 * SECOND
        assert quick.standing.answer(BANK, message) == first
        quick.now += SECOND
        assert refusal(quick.standing.answer, BANK, message) == {Reason.REQUEST_TOO_OLD}
        said = [one.facts["reason_1"] for one in quick.entries if one.kind == "joint-refusal"]
        assert said == ["requester_unproven", "request_too_old"]
        assert quick.standing.answer(BANK, quick.message(words=[given])) == first
        assert (uses(given), asked_times()) == ([1], {FIRM_CODE: 1})

    def test_that_was_refused_is_not_looked_at_again(
        self, quick: Served, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Even if the authorisation that lacked is brought now: that is a new question."""
        assert refusal(quick.ask) == {Reason.AUTHORISATION_MISSING}
        given, before = word(FIRM), list(quick.entries)
        with monkeypatch.context() as patched:
            patched.delattr(answering_module, "permit_set")  # the gate judges nothing
            for answering in (quick.standing, quick.answering()):
                with pytest.raises(QuestionRefusedBefore):
                    answering.answer(BANK, quick.message(words=[given]))
        assert (quick.entries, uses(given)) == (before, [0])
        assert quick.ask(words=[given], nonce=b"1" * 32).refused == []
        assert (asked_times(), uses(given)) == ({FIRM_CODE: 2}, [1])
        assert answered_today(quick.service, now=NOW) == 2


class TestQuestion:
    def test_made_for_another_question_or_party_is_refused(self, quick: Served) -> None:
        for changed in ({"request_id": "r1"}, {"holder": OTHER_BANK}, {"grantee": OTHER_BANK}):
            with pytest.raises(QuestionInvalid) as caught:
                quick.ask(words=[word(FIRM)], request=changed)
            assert [caught.value.facts["field"]] == list(changed)
        assert uncounted()
        assert logged(quick) == ["joint_question_invalid"] * 3

    def test_for_anything_but_what_the_service_reads_is_refused(self, quick: Served) -> None:
        """Less of it, too: by two periods somebody's events could be dated."""
        for changed in (
            {"purpose": Purpose.POST_LOAN},
            {"catalogues": ("tax",)},
            {"catalogues": (DATA, "tax")},
            {"level": 3},
            {"level": 1},
            {"data_from": dt.date(2023, 12, 31)},
            {"data_from": dt.date(2024, 1, 2)},
            {"data_to": dt.date(2025, 1, 2)},
            {"data_to": dt.date(2024, 12, 31)},
        ):
            with pytest.raises(QuestionOutsideService) as caught:
                quick.ask(words=[word(FIRM)], request=changed)
            assert [caught.value.facts["field"]] == list(changed)
        assert uncounted()
        assert logged(quick) == ["joint_question_outside_service"] * 9

    def test_that_was_changed_after_it_was_signed_is_refused(self, quick: Served) -> None:
        message = quick.message([FIRM_CODE, OTHER_CODE], [word(FIRM)])
        for changed in (
            {"nonce": b"1" * 32},
            {"subjects": [OTHER_CODE, FIRM_CODE]},
            {"subjects": [FIRM_CODE]},
        ):
            with pytest.raises(QuestionInvalid) as caught:
                quick.standing.answer(BANK, msgspec.structs.replace(message, **changed))
            assert caught.value.facts["field"] == "request_id"
        assert uncounted()

    def test_that_names_a_subject_twice_is_refused(self, quick: Served) -> None:
        with pytest.raises(QuestionInvalid) as caught:
            quick.ask([FIRM_CODE, FIRM_CODE], [word(FIRM)])
        assert caught.value.facts["field"] == "subjects"
        assert uncounted()

    def test_with_words_of_somebody_else_is_refused_and_counts_nobody(self, quick: Served) -> None:
        with pytest.raises(QuestionInvalid) as caught:
            quick.ask([FIRM_CODE], [word(FIRM), word(OTHER_FIRM)])
        assert caught.value.facts["field"] == "words"
        assert uncounted()

    def test_of_no_statements_is_refused(self, quick: Served) -> None:
        for changed, error in (
            ({"request": b"{}"}, StatementInvalid),
            ({"request": b"\xff"}, StatementInvalid),
            ({"request": word(FIRM).dump()}, StatementUnreadable),
            ({"words": [b"[]"]}, StatementInvalid),
            ({"words": [word(FIRM).dump()[:-1]]}, StatementInvalid),
            ({"words": [quick.message().request]}, StatementUnreadable),
        ):
            with pytest.raises(error):
                quick.standing.answer(BANK, msgspec.structs.replace(quick.message(), **changed))
        assert uncounted()
        assert len(logged(quick)) == 6

    def test_to_other_holders_than_those_of_the_card_is_refused(self, tmp_path: Path) -> None:
        both = (HOLDER, OTHER_BANK)
        world = served(holder_of_names(tmp_path), contract=SUM, holders=both)
        for holders, error in (
            ([OTHER_BANK], QuestionRefused),
            ([HOLDER], QuestionRefused),
            (sorted([BANK, HOLDER]), QuestionRefused),
            (sorted([*both, BANK]), QuestionRefused),
            (sorted(both, reverse=True), QuestionInvalid),
            ([HOLDER, HOLDER], QuestionInvalid),
        ):
            with pytest.raises(error):
                world.ask(words=[word(FIRM)], holders=holders)
        assert uncounted()
        assert logged(world) == ["joint_question_refused"] * 4 + ["joint_question_invalid"] * 2
        assert ["question" in one.facts for one in world.entries] == [True] * 4 + [False] * 2


class TestService:
    def test_is_unknown_to_anybody_but_its_label_party(self, quick: Served) -> None:
        for peer in (OTHER_BANK, HOLDER, PLATFORM):
            with pytest.raises(ServiceUnknown):
                quick.standing.answer(peer, quick.message(words=[word(FIRM)]))
        assert uncounted()
        assert quick.entries == []

    def test_is_answered_by_its_holders_only(self, quick: Served) -> None:
        for party in (BANK, OTHER_BANK):
            with pytest.raises(ServiceUnknown):
                quick.answering(party=party).answer(BANK, quick.message(words=[word(FIRM)]))
        assert uncounted()
        assert quick.entries == []

    def test_of_another_id_or_kind_or_still_to_come_is_unknown(self, quick: Served) -> None:
        other = service_job(quick.label, quick.parts, nonce="6" * 32)
        for service in ("0" * 64, recorded(other, state=State.RUNNING), recorded(alignment())):
            with pytest.raises(ServiceUnknown):
                quick.ask(words=[word(FIRM)], service=service)
        assert uncounted()
        assert quick.entries == []

    def test_that_ended_or_expired_is_over(self, quick: Served) -> None:
        message = quick.message(words=[word(FIRM)])
        first = quick.standing.answer(BANK, message)
        quick.now = NOW + 90 * DAY - SECOND
        assert quick.ask(words=[word(FIRM)]) == first
        quick.entries.clear()
        quick.now += SECOND
        with pytest.raises(ServiceOver):
            quick.ask(words=[word(FIRM)])
        quick.now = NOW
        ServiceEnd.objects.create(service=quick.service, by="clerk", at=NOW)
        with pytest.raises(ServiceOver):
            quick.answering().answer(BANK, message)
        assert logged(quick) == ["service_over"] * 2
        assert uses(word(FIRM)) == [1]

    def test_of_a_sum_is_over_where_the_secrets_were_erased(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tabled(monkeypatch)
        world = served(holder_of_names(tmp_path), contract=SUM, holders=(HOLDER, OTHER_BANK))
        (world.results(world.service) / PAIRS).unlink()
        with pytest.raises(ServiceOver):
            world.ask(words=[word(FIRM)])
        assert uncounted()
        assert logged(world) == ["service_over"]

    def test_answers_with_no_other_part_than_the_one_that_was_approved(self, quick: Served) -> None:
        changed = replace(quick.parts[HOLDER], salt="0" * 64)
        (quick.results(quick.service) / CARD).write_bytes(file_of(changed))
        with pytest.raises(ServiceImpossible) as caught:
            quick.ask(words=[word(FIRM)])
        assert caught.value.facts["field"] == "parts"
        assert uncounted()
        assert logged(quick) == ["service_impossible"]


OLD = {"valid_from": NOW - 9 * DAY, "valid_to": NOW - DAY}
AGAINST: dict[Reason, dict[str, Any] | None] = {
    Reason.AUTHORISATION_MISSING: None,
    Reason.EXPIRED: OLD,
    Reason.NOT_YET_VALID: {"valid_from": NOW + DAY},
    Reason.OTHER_PURPOSE: {"purpose": Purpose.POST_LOAN},
    Reason.OTHER_GRANTEE: {"grantee": OTHER_BANK},
    Reason.HOLDER_NOT_NAMED: {"holders": (OTHER_BANK,)},
    Reason.CATALOGUE_NOT_NAMED: {"catalogues": ("tax",)},
    Reason.LEVEL_TOO_HIGH: {"level_max": 1},
    Reason.OUTSIDE_DATA_PERIOD: {"data_from": dt.date(2024, 1, 2)},
    Reason.SIGNER_UNKNOWN: {"signer": STRANGER},
}


class TestAuthorisation:
    def test_that_does_not_cover_the_question_is_refused_logged_and_not_counted(
        self, quick: Served
    ) -> None:
        number = nonces()
        for reason, given in AGAINST.items():
            words = [] if given is None else [word(FIRM, **given)]
            assert refusal(quick.ask, words=words, nonce=next(number)) == {reason}
            entry = quick.entries[-1]
            assert (entry.kind, entry.facts["reason_1"]) == ("joint-refusal", reason.value)
            assert entry.facts["subjects"] == 1
            assert FIRM_CODE.encode() not in entry.data
        assert logged(quick) == [reason.value for reason in AGAINST]
        assert not UseCounter.objects.exists()
        assert not Use.objects.exists()
        assert JointAnswer.objects.filter(answer=None, refused=True).count() == len(AGAINST)

    def test_serves_no_request_that_the_gate_does_not_take(self, quick: Served) -> None:
        number = nonces()
        for reason, changed in (
            (Reason.REQUESTER_UNPROVEN, {"signer": STRANGER}),
            (Reason.REQUEST_TOO_OLD, {"request": {"at": NOW - dt.timedelta(minutes=6)}}),
            (Reason.REQUEST_TOO_OLD, {"request": {"at": NOW + dt.timedelta(minutes=1)}}),
        ):
            assert refusal(quick.ask, words=[word(FIRM)], nonce=next(number), **changed) == {reason}
        assert uncounted()  # nobody known asked now, so nobody is counted for it
        for changed in ({"subject": FIRM}, {"persons": (OWNER,)}):
            asked = {"words": [word(FIRM)], "nonce": next(number), "request": changed}
            assert refusal(quick.ask, **asked) == {Reason.OTHER_SUBJECT}
        assert logged(quick) == [
            "requester_unproven",
            *["request_too_old"] * 2,
            *["other_subject"] * 2,
        ]
        assert not UseCounter.objects.exists()

    def test_missing_is_a_refusal_that_its_subject_sees(self, quick: Served) -> None:
        assert refusal(quick.ask, nonce=b"2" * 32) == {Reason.AUTHORISATION_MISSING}
        quick.ask([FIRM_CODE, OTHER_CODE], words=[word(FIRM)])
        seen = {
            code: [
                (reader, purpose, why)
                for _, reader, purpose, why in refusals_of(subject=entity_of(f"uscc:{code}"))
            ]
            for code in (FIRM_CODE, OTHER_CODE)
        }
        one = (BANK, "credit_decision", "authorisation_missing")
        assert seen == {FIRM_CODE: [one], OTHER_CODE: [one]}

    def test_holds_until_it_is_used_up(self, quick: Served) -> None:
        given = word(FIRM, max_uses=1)
        quick.ask(words=[given])
        assert refusal(quick.ask, words=[given], nonce=b"1" * 32) == {Reason.EXHAUSTED}
        assert uses(given) == [1]

    def test_withdrawn_between_two_questions_blocks_the_second(self, quick: Served) -> None:
        given, other = word(FIRM), word(OTHER_FIRM)
        quick.ask([FIRM_CODE, OTHER_CODE], [given, other])
        take(2, NOW + SECOND, read_authorisation(given).auth_id)
        quick.now += 2 * SECOND
        assert refusal(quick.ask, words=[given], nonce=b"1" * 32) == {Reason.WITHDRAWN}
        told = quick.ask([FIRM_CODE, OTHER_CODE], [given, other], nonce=b"2" * 32)
        assert (told.refused, told.reasons) == ([0], ["withdrawn"])
        assert uses(given, other) == [1, 2]

    def test_counts_only_while_knowledge_of_withdrawals_is_as_fresh_as_the_service_says(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tabled(monkeypatch)
        world = served(holder_of_names(tmp_path), asked={"status_seconds": 30})
        world.now = NOW + 30 * SECOND
        assert world.ask(words=[word(FIRM)]).refused == []
        world.now += SECOND
        stale = refusal(world.ask, words=[word(FIRM)], nonce=b"1" * 32)
        assert stale == {Reason.STATUS_STALE}
        take(2, world.now)
        assert world.ask(words=[word(FIRM)], nonce=b"2" * 32).refused == []
        assert uses(word(FIRM)) == [2]

    def test_of_one_among_many_refuses_that_one(self, quick: Served) -> None:
        subjects = [OTHER_CODE, FIRM_CODE, ABSENT_CODE]
        words = [word(OTHER_FIRM, **OLD), word(FIRM), absent_word()]
        message = quick.message(subjects, words)
        told = quick.standing.answer(BANK, message)
        assert (told.refused, told.reasons) == ([0], ["expired"])
        assert told.answer == quick.oracle(message, known=[False, True, False])
        assert uses(*words) == [0, 1, 1]

    def test_missing_among_many_is_said_too(self, quick: Served) -> None:
        """Whether the holder has somebody who did not agree is not told."""
        subjects = [OTHER_CODE, FIRM_CODE, ABSENT_CODE]
        message = quick.message(subjects, [word(FIRM)])
        told = quick.standing.answer(BANK, message)
        assert (told.refused, told.reasons) == ([0, 2], ["authorisation_missing"])
        assert told.answer == quick.oracle(message, known=[False, True, False])

    def test_given_twice_is_used_once(self, quick: Served) -> None:
        """Two words of one subject, and one of them twice: the first that holds."""
        old, held, newer = word(FIRM, **OLD), word(FIRM), word(FIRM, max_uses=7)
        told = quick.ask(words=[old, held, newer, held])
        assert told.refused == []
        assert sorted(uses(old, held, newer)) == [0, 0, 1]


def limited(folder: Path, monkeypatch: pytest.MonkeyPatch, **asked: int) -> Served:
    tabled(monkeypatch)
    return served(holder_of_names(folder), asked={"status_seconds": 86_400, **asked})


class TestLimits:
    def test_of_subjects_a_day_hold_for_all_questions_together(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world = limited(tmp_path, monkeypatch, subjects_per_day=3)
        both, words = [FIRM_CODE, OTHER_CODE], [word(FIRM), word(OTHER_FIRM)]
        first = world.message(both, words)
        world.answering().answer(BANK, first)
        before = len(world.entries)
        with pytest.raises(AsksTooMany) as caught:
            world.ask(both, words, nonce=b"1" * 32)
        assert caught.value.facts == {"most": 3, "what": SUBJECTS}
        assert (asked_times(), uses(*words)) == ({FIRM_CODE: 1, OTHER_CODE: 1}, [1, 1])
        (entry,) = world.entries[before:]
        assert (entry.kind, entry.facts) == (
            "joint-refusal",
            {
                "service": world.service,
                "question": question_hash(world.service, [HOLDER], both, b"1" * 32),
                "subjects": 2,
                "reason_1": "joint_asks_too_many",
            },
        )
        world.answering().answer(BANK, first)
        world.ask(words=words[:1], nonce=b"2" * 32)
        with pytest.raises(AsksTooMany):
            world.ask(words=words[:1], nonce=b"3" * 32)
        assert answered_today(world.service, now=NOW) == 3

    def test_of_times_a_day_hold_for_each_subject(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world, number = limited(tmp_path, monkeypatch, times_per_day=2), nonces()
        words = [word(FIRM), word(OTHER_FIRM)]
        for _ in range(2):
            world.ask(words=words[:1], nonce=next(number))
        with pytest.raises(AsksTooMany) as caught:
            world.ask([FIRM_CODE, OTHER_CODE], words, nonce=next(number))
        assert caught.value.facts == {"most": 2, "what": TIMES}
        assert (asked_times(), uses(*words)) == ({FIRM_CODE: 2}, [2, 0])
        world.ask([OTHER_CODE], words[1:], nonce=next(number))
        assert asked_times() == {FIRM_CODE: 2, OTHER_CODE: 1}

    def test_begin_anew_at_midnight_in_china(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world = limited(tmp_path, monkeypatch, subjects_per_day=1, times_per_day=1)
        midnight, number = NOW.replace(hour=0) + DAY, nonces()
        for moment, allowed in (
            (midnight - 2 * SECOND, True),
            (midnight - SECOND, False),
            (midnight.astimezone(dt.UTC), True),
            ((midnight + 8 * 3600 * SECOND).astimezone(dt.UTC), False),
        ):
            world.now = moment
            if allowed:
                world.ask(words=[word(FIRM)], nonce=next(number))
                continue
            with pytest.raises(AsksTooMany):
                world.ask(words=[word(FIRM)], nonce=next(number))
        days = AskedSubject.objects.order_by("day").values_list("day", "times")
        assert list(days) == [(NOW.date(), 1), (NOW.date() + DAY, 1)]

    def test_of_subjects_are_each_services_own_and_of_times_the_label_partys(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world = limited(tmp_path, monkeypatch, subjects_per_day=1, times_per_day=2)
        world.ask(words=[word(FIRM)])
        for nonce, allowed in ((b"6" * 32, True), (b"7" * 32, False)):
            world.service = recorded(
                service_job(
                    world.label,
                    world.parts,
                    nonce=nonce.decode(),
                    asked={"status_seconds": 86_400, "times_per_day": 2},
                )
            )
            folder = world.results(world.service)
            folder.mkdir()
            (folder / CARD).write_bytes(file_of(world.parts[HOLDER]))
            if allowed:
                assert world.ask(words=[word(FIRM)]).refused == []
                continue
            with pytest.raises(AsksTooMany) as caught:
                world.ask(words=[word(FIRM)])
            assert caught.value.facts == {"most": 2, "what": TIMES}
            assert world.ask([OTHER_CODE], [word(OTHER_FIRM)]).refused == []
        assert asked_times() == {FIRM_CODE: 2, OTHER_CODE: 1}

    def test_of_refusals_at_once_make_it_wait_and_keep_nobody_who_agreed_waiting(
        self, quick: Served, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A refusal of the service, one of the gate, and the same again, each take from it."""
        monkeypatch.setattr(pace_module, "AT_ONCE", 3)
        clock = [0.0]
        answering = quick.answering(_pace=Pace(monotonic=lambda: clock[0]))
        refused, other = quick.message(), quick.message(request={"level": 1})
        for message, error in (
            (other, QuestionOutsideService),
            (refused, UseRefused),
            (refused, QuestionRefusedBefore),
            (refused, WordsTooMany),
            (other, WordsTooMany),
        ):
            with pytest.raises(error):
                answering.answer(BANK, message)
        assert logged(quick) == ["joint_question_outside_service", "authorisation_missing"]
        good = quick.message(words=[word(FIRM)], nonce=b"1" * 32)
        assert answering.answer(BANK, good).refused == []
        clock[0] = 1 / pace_module.A_SECOND
        with pytest.raises(QuestionRefusedBefore):
            answering.answer(BANK, refused)


class TestCounters:
    def test_are_what_the_log_has(self, quick: Served) -> None:
        """Questions of which some are refused, asked again, or about nobody: each permit once, each in the log."""
        firm, other, number = word(FIRM, max_uses=3), word(OTHER_FIRM), nonces()
        for words in ([firm, other], [firm], [other], [firm], [firm, other]):
            message = quick.message([FIRM_CODE, OTHER_CODE], words, nonce=next(number))
            assert quick.standing.answer(BANK, message) == quick.standing.answer(BANK, message)
        assert refusal(quick.ask, words=[firm], nonce=next(number)) == {Reason.EXHAUSTED}
        assert uses(firm, other) == [3, 3]
        used = [entry for entry in quick.entries if entry.kind == "use"]
        assert len(used) == Use.objects.count() == sum(uses(firm, other))
        assert len({entry.commitments for entry in used}) == len(used)
        assert quick.kinds("joint-answer") == ["joint-answer"] * 5


class Mortal:
    """A node that is killed at one of its steps: as it asks its gate, when a question was just taken up, before or
    after a line of the log, and where it opens its files.
    """

    def __init__(self, world: Served, patched: pytest.MonkeyPatch, *, dies_at: int) -> None:
        self.world, self.left = world, dies_at
        patched.setattr(answering_module, "permit_set", self.permit_set)

    def step(self) -> None:
        self.left -= 1
        if self.left == -1:
            raise Killed

    def answering(self) -> NodeAnswering:
        return self.world.answering(gate=self.gate, results=self.results, log=self.log)

    def gate(self, limits: GateLimits) -> Gate:
        self.step()
        return replace(self.world.gate(limits), journal=self)

    def permit_set(self, *given: Any, **changed: Any) -> PermittedSet:
        self.step()
        return permit_set(*given, **changed)

    def append_all(self, entries: Sequence[Entry], *, now: dt.datetime) -> list[Appended]:
        self.step()
        found = MemoryJournal(self.world.entries).append_all(entries, now=now)
        self.step()
        return found

    def results(self, job_id: str) -> Path:
        self.step()
        return self.world.results(job_id)

    def log(self, entry: Entry) -> None:
        self.step()
        self.world.entries.append(entry)
        self.step()


class TestKilled:
    def test_at_any_step_and_asked_again_it_has_counted_once_and_says_the_same(
        self, quick: Served, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        words, deaths = [word(FIRM), word(OTHER_FIRM, **OLD)], 0
        answers: dict[str, Scored] = {}
        for dies_at, nonce in enumerate(nonces()):
            message = quick.message([FIRM_CODE, OTHER_CODE], words, nonce=nonce)
            try:
                Mortal(quick, monkeypatch, dies_at=dies_at).answering().answer(BANK, message)
            except Killed:
                deaths += 1
            again = quick.answering().answer(BANK, message)
            assert again.answer == quick.oracle(message, known=[True, False])
            assert (again.refused, again.reasons) == ([1], ["expired"])
            assert quick.standing.answer(BANK, message) == again
            answers[question_of_message(quick, message)] = again
            if deaths <= dies_at:
                break
        assert deaths == 9
        count = deaths + 1
        assert (uses(*words), asked_times()) == ([count, 0], {FIRM_CODE: count, OTHER_CODE: count})
        assert Use.objects.filter(log_index=None).count() == 0
        used = {entry.commitments for entry in quick.entries if entry.kind == "use"}
        assert len(used) == Use.objects.count() == count
        told = {
            (entry.facts["question"], entry.facts["answer"])
            for entry in quick.entries
            if entry.kind == "joint-answer"
        }
        assert told == {(question, digest(one)) for question, one in answers.items()}

    def test_before_the_answer_was_kept_whoever_withdrew_meanwhile_is_left_out(
        self, quick: Served, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        words = [word(FIRM), word(OTHER_FIRM)]
        message = quick.message([FIRM_CODE, OTHER_CODE], words)
        with pytest.raises(Killed):
            Mortal(quick, monkeypatch, dies_at=8).answering().answer(BANK, message)
        assert uses(*words) == [1, 1]
        take(2, NOW + SECOND, read_authorisation(words[0]).auth_id)
        quick.now += 2 * SECOND
        told = quick.standing.answer(BANK, message)
        assert (told.refused, told.reasons) == ([0], ["withdrawn"])
        assert told.answer == quick.oracle(message, known=[False, True])
        assert uses(*words) == [1, 1]


def question_of_message(world: Served, message: Score) -> str:
    return question_hash(message.service, message.holders, message.subjects, message.nonce)


class TestAtOnce:
    @pytest.mark.django_db(transaction=True)
    def test_one_of_two_threads_answers_and_the_other_is_told_to_ask_again(
        self, quick: Served
    ) -> None:
        inside, go_on = threading.Event(), threading.Event()

        def slow(entry: Entry) -> None:
            inside.set()
            assert go_on.wait(20)
            quick.entries.append(entry)

        answering, message = quick.answering(log=slow), quick.message(words=[word(FIRM)])
        answers: list[Scored] = []

        def work() -> None:
            try:
                answers.append(answering.answer(BANK, message))
            finally:
                connections.close_all()

        thread = threading.Thread(target=work)
        thread.start()
        assert inside.wait(20)
        with pytest.raises(QuestionUnderWay):
            answering.answer(BANK, message)
        go_on.set()
        thread.join(20)
        assert answers == [answering.answer(BANK, message)]
        assert (uses(word(FIRM)), asked_times()) == ([1], {FIRM_CODE: 1})

    def test_after_a_failure_the_question_is_free_again(self, quick: Served) -> None:
        def broken(entry: Entry) -> None:
            raise OSError(entry.kind)

        kept, message = quick.answering(log=broken), quick.message(words=[word(FIRM)])
        with pytest.raises(OSError, match="joint-answer"):
            kept.answer(BANK, message)
        healed = replace(kept, log=quick.entries.append)
        assert healed._under_way is kept._under_way
        assert healed.answer(BANK, message).refused == []
        assert uses(word(FIRM)) == [1]
