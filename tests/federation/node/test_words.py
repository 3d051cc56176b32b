from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from tests.federation.domain.samples import DAY, HELPER, HOLDER, LABEL, NOW, OTHER, entering
from tests.federation.node.test_jobs import form
from tests.federation.node.world import (
    KEYS,
    STRANGERS_KEY,
    World,
    approval,
    proposed,
    received,
    said,
    world,
)

from shuxin.federation.domain.refusal import JobRefused
from shuxin.federation.domain.states import State
from shuxin.federation.domain.words import (
    Approval,
    Ending,
    Given,
    JobWord,
    Objection,
    Outcome,
    Stop,
    sign_word,
)
from shuxin.federation.models import JobRecord
from shuxin.federation.models import JobWord as WordRow
from shuxin.federation.node.jobs import JobsTooMany, approve, propose, refuse, stop
from shuxin.federation.node.peers import remove_peer
from shuxin.federation.node.view import job_view
from shuxin.federation.node.words import (
    Postman,
    WordDiffers,
    WordEarly,
    WordTooLong,
    WordUnproven,
    take,
    take_word,
)
from shuxin.federation.wire.client import PeerRefused, PeerUnreachable
from shuxin.kernel.statements import StatementInvalid
from shuxin.kernel.text import Text
from shuxin.parties.api import Directory, KeyRole, KnownKey

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.kernel.statements import Statement

pytestmark = pytest.mark.django_db


@pytest.fixture
def holder(tmp_path: Path) -> World:
    return world(tmp_path, me=HOLDER)


def refusal(job_id: str, party: str) -> JobWord:
    return Objection(job_id, party, (Given("budget_spent", "tax"),), NOW)


def failure(job_id: str, party: str) -> JobWord:
    return Ending(
        job_id, party, Outcome.FAILED, "peer_gone", (Given("peer_gone", HOLDER),), "", (), NOW
    )


def stopped(job_id: str, party: str) -> JobWord:
    return Stop(job_id, party, "someone", NOW)


class TestTake:
    @pytest.mark.parametrize(
        ("word", "state", "reason", "kind"),
        [
            (refusal, State.REFUSED, "budget_spent", "job-refused"),
            (stopped, State.STOPPED, "stopped", "job-stopped"),
            (failure, State.FAILED, "peer_gone", "job-ended"),
        ],
    )
    @pytest.mark.parametrize("before", [State.WAITING, State.READY, State.RUNNING])
    def test_any_party_ends_the_job_here_and_the_log_says_who_and_why(
        self, holder: World, word: Any, state: State, reason: str, kind: str, before: State
    ) -> None:
        job_id = received(holder)
        JobRecord.objects.update(state=before.value)
        take_word(HELPER, said(word(job_id, HELPER)), services=holder.services)
        view = job_view(job_id)
        assert (view.line.state, view.line.reason, view.ended_by) == (state, reason, HELPER)
        logged, facts = holder.entries(job_id)[-1]
        assert (logged, facts["party"]) == (kind, HELPER)

    def test_a_word_after_the_end_is_kept_and_changes_nothing(self, holder: World) -> None:
        job_id = received(holder)
        refuse(job_id, by="wang", services=holder.services)
        take_word(LABEL, said(stopped(job_id, LABEL)), services=holder.services)
        view = job_view(job_id)
        assert (view.line.state, view.ended_by) == (State.REFUSED, HOLDER)
        assert [one.kind for one in view.said] == ["job-refusal", "job-stop"]

    def test_the_same_word_again_changes_nothing(self, holder: World) -> None:
        job_id = received(holder)
        word = approval(job_id, LABEL)
        for _ in range(3):
            take_word(LABEL, word, services=holder.services)
        assert WordRow.objects.filter(kind="job-approval").count() == 1
        assert holder.kinds_logged(job_id) == ["job-received", "job-approved"]

    def test_a_second_word_of_a_kind_is_refused(self, holder: World) -> None:
        job_id = received(holder)
        take_word(LABEL, approval(job_id, LABEL), services=holder.services)
        with pytest.raises(WordDiffers):
            take_word(LABEL, approval(job_id, LABEL, at=NOW + DAY), services=holder.services)

    def test_a_word_before_its_job_is_sent_again_later(self, holder: World) -> None:
        with pytest.raises(WordEarly):
            take_word(LABEL, approval("a" * 64, LABEL), services=holder.services)

    def test_a_peer_cannot_fill_the_disk_with_jobs(
        self, holder: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("shuxin.federation.node.jobs.JOBS_A_DAY", 2)
        known = [received(holder, nonce=f"{number:032}") for number in range(2)]
        before = len(holder.log)
        with pytest.raises(JobsTooMany):
            received(holder, nonce="9" * 32)
        assert (JobRecord.objects.count(), len(holder.log)) == (2, before)
        assert received(holder, nonce=f"{0:032}") == known[0]
        holder.clock.at = NOW + 2 * DAY
        received(holder, nonce="9" * 32)

    def test_nor_with_long_ones(self, holder: World) -> None:
        features = tuple(f"{number:信>0120}" for number in range(1000))
        plain = tuple(f"{number:0120}" for number in range(1000))
        long = proposed(inputs=[entering(LABEL, features=plain), entering(HOLDER)]).dump()
        take(LABEL, long, services=holder.services)
        both = [entering(LABEL, features=features), entering(HOLDER, features=plain)]
        with pytest.raises(WordTooLong):
            take(LABEL, proposed(inputs=both).dump(), services=holder.services)

    def unproven(self, job_id: str) -> list[tuple[str, Statement]]:
        by_label = Approval(job_id, LABEL, "someone", "b" * 64, NOW)
        return [
            (HELPER, said(by_label)),
            (LABEL, sign_word(by_label, signer=KEYS[HELPER])),
            (LABEL, sign_word(by_label, signer=STRANGERS_KEY)),
            (OTHER, approval(job_id, OTHER)),
        ]

    def test_a_word_counts_only_from_its_own_partys_node_and_key(self, holder: World) -> None:
        job_id = received(holder)
        before = len(holder.log)
        for peer, statement in self.unproven(job_id):
            with pytest.raises(WordUnproven):
                take_word(peer, statement, services=holder.services)
        assert job_view(job_id).said == ()
        assert len(holder.log) == before

    def test_nor_with_a_key_that_does_not_speak_for_it(
        self, holder: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A party's auditor sees everything and decides nothing."""
        job_id = received(holder)
        word = approval(job_id, LABEL)
        known = holder.services.keys.who_signed(word, party=LABEL, seen_at=NOW)
        assert isinstance(known, KnownKey)
        auditor = replace(known, roles=frozenset({KeyRole.AUDITOR}))
        monkeypatch.setattr(Directory, "who_signed", lambda *_, **__: auditor)
        with pytest.raises(WordUnproven):
            take_word(LABEL, word, services=holder.services)
        with pytest.raises(JobRefused):
            received(holder, nonce="2" * 32)

    def test_bytes_are_told_apart_by_their_kind(self, holder: World) -> None:
        statement = proposed()
        take(LABEL, statement.dump(), services=holder.services)
        take(LABEL, approval(statement.hash, LABEL).dump(), services=holder.services)
        assert job_view(statement.hash).waits_for == (HOLDER, HELPER)
        with pytest.raises(StatementInvalid):
            take(LABEL, b"{}", services=holder.services)


def unreachable(_: bytes) -> None:
    raise PeerUnreachable(party=LABEL, address="x", reason=Text(en="down", zh="down"))


def refusing(code: str, *, later: bool) -> Any:
    def answer(_: bytes) -> None:
        raise PeerRefused(party=LABEL, refusal=code, en="no", zh="no", later=later)

    return answer


class TestPostman:
    def test_every_word_reaches_every_party_once_and_in_order(self, holder: World) -> None:
        job_id = received(holder)
        approve(job_id, by="wang", services=holder.services)
        postman = Postman(holder.services)
        assert postman.round() == 2
        assert postman.round() == 0
        assert job_view(job_id).undelivered == ()
        for one in (LABEL, HELPER):
            assert len(holder.lines[one].words) == 1

    @pytest.mark.parametrize(
        "answer", [unreachable, refusing("job_word_early", later=True)], ids=["gone", "later"]
    )
    def test_an_absent_peer_is_tried_again_and_the_others_are_not_kept_waiting(
        self, holder: World, answer: Any
    ) -> None:
        job_id = received(holder)
        approve(job_id, by="wang", services=holder.services)
        clock = [0.0]
        postman = Postman(holder.services, monotonic=lambda: clock[0])
        holder.lines[LABEL].answer = answer
        assert postman.round() == 1
        (waiting,) = job_view(job_id).undelivered
        assert waiting.peer == LABEL
        assert waiting.problem in {"peer_unreachable", "job_word_early"}
        holder.lines[LABEL].answer = lambda _: None
        assert postman.round() == 0
        clock[0] = 61.0
        assert postman.round() == 1
        assert job_view(job_id).undelivered == ()

    def test_a_node_that_cannot_take_the_job_refuses_it(self, tmp_path: Path) -> None:
        made = world(tmp_path, me=LABEL)
        job_id = proposal_of(made)
        made.lines[HOLDER].answer = refusing("job_invalid", later=False)
        Postman(made.services).round()
        view = job_view(job_id)
        assert (view.line.state, view.line.reason, view.ended_by) == (
            State.REFUSED,
            "job_invalid",
            HOLDER,
        )
        assert made.kinds_logged(job_id)[-1] == "job-refused"

    def test_a_final_refusal_of_one_word_does_not_hold_up_the_next(self, holder: World) -> None:
        first = received(holder)
        approve(first, by="wang", services=holder.services)
        second = received(holder, nonce="2" * 32)
        approve(second, by="wang", services=holder.services)

        def answer(data: bytes) -> None:
            if first.encode() in data:
                refusing("node_failed", later=False)(data)

        holder.lines[LABEL].answer = answer
        Postman(holder.services).round()
        assert [one.problem for one in job_view(first).undelivered] == ["node_failed"]
        assert job_view(second).undelivered == ()

    def test_a_job_that_the_peer_never_hears_of_does_not_hold_up_the_others(
        self, holder: World
    ) -> None:
        """Else whoever proposes to one of two parties only stops all words between them."""
        clock = [0.0]
        postman = Postman(holder.services, monotonic=lambda: clock[0])
        unknown = received(holder)
        approve(unknown, by="wang", services=holder.services)

        def answer(data: bytes) -> None:
            if unknown.encode() in data:
                refusing("job_word_early", later=True)(data)

        holder.lines[HELPER].answer = answer
        postman.round()
        other = received(holder, nonce="2" * 32)
        approve(other, by="wang", services=holder.services)
        postman.round()
        assert job_view(other).undelivered == ()
        stop(unknown, by="wang", services=holder.services)
        clock[0] = 61.0
        postman.round()
        assert {one.problem for one in job_view(unknown).undelivered} == {"job_word_early", ""}
        holder.lines[HELPER].answer = lambda _: None
        clock[0] = 122.0
        assert postman.round() == 2

    def test_what_is_refused_for_good_is_not_asked_five_times_a_second(self, holder: World) -> None:
        """The peer notes every refusal in its log."""
        job_id = received(holder)
        approve(job_id, by="wang", services=holder.services)
        asked, clock = [], [0.0]

        def answer(data: bytes) -> None:
            asked.append(data)
            refusing("job_word_unproven", later=False)(data)

        holder.lines[LABEL].answer = answer
        postman = Postman(holder.services, monotonic=lambda: clock[0])
        for clock[0] in range(600):
            postman.round()
        assert 2 < len(asked) < 12
        stop(job_id, by="wang", services=holder.services)
        holder.lines[LABEL].answer = lambda _: None
        assert postman.round() == 2
        assert job_view(job_id).undelivered[0].problem == "job_word_unproven"

    def test_a_removed_peer_gets_no_more_words(self, holder: World) -> None:
        job_id = received(holder)
        approve(job_id, by="wang", services=holder.services)
        remove_peer(LABEL, services=holder.services)
        assert Postman(holder.services).round() == 1
        assert holder.lines[LABEL].words == []

    def test_a_word_that_a_peer_never_took_is_given_up(self, holder: World) -> None:
        job_id = received(holder)
        approve(job_id, by="wang", services=holder.services)
        holder.clock.at = NOW + 31 * DAY
        assert Postman(holder.services).round() == 0

    def test_words_go_on_after_the_end(self, holder: World) -> None:
        job_id = received(holder)
        refuse(job_id, by="wang", services=holder.services)
        assert Postman(holder.services).round() == 2


def proposal_of(made: World) -> str:
    return propose(form(), by="li", services=made.services)
