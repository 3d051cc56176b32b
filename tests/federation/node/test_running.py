"""A node runs its part of a job; the other parties are lines in threads, without a node."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import secrets
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from tests.federation.domain.samples import DAY, HELPER, HOLDER, LABEL, NOW, values
from tests.federation.node.party_lines import Exchange, run_party
from tests.federation.node.world import (
    VERSION,
    FakeKind,
    NoRows,
    World,
    approval,
    proposed,
    received,
    said,
    world,
)

from shuxin.consent.api import Reason, Refusal, UseRefused
from shuxin.federation.domain.states import State
from shuxin.federation.domain.words import Given, Stop
from shuxin.federation.engine.channel import Declared
from shuxin.federation.engine.erasing import erase
from shuxin.federation.engine.journal import LineHeld
from shuxin.federation.models import JobRecord, JointUse, MaskUse, Released
from shuxin.federation.models import JobWord as WordRow
from shuxin.federation.node import lines as lines_module
from shuxin.federation.node.book import record_of, whole_job
from shuxin.federation.node.desk import JobOver, NodeDesk
from shuxin.federation.node.jobs import approve, stop
from shuxin.federation.node.lines import GRACE_SECONDS, LOOK_SECONDS, Line, Lines, Watch, declared
from shuxin.federation.node.peers import remove_peer
from shuxin.federation.node.running import reasons_of
from shuxin.federation.node.view import job_view
from shuxin.federation.node.words import take_word
from shuxin.federation.node.worker import FOLLOWED, Worker
from shuxin.federation.wire.client import PeerRefused, PeerUnreachable
from shuxin.federation.wire.messages import Part, Taken, Where
from shuxin.kernel.errors import Conflict
from shuxin.kernel.text import Text
from shuxin.ledger.api import LogUnwritable
from shuxin.parties.api import Directory, KeyProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from shuxin.federation.domain.job import Job
    from shuxin.federation.engine.channel import Work
    from shuxin.kernel.statements import Statement
    from shuxin.ledger.api import Entry

pytestmark = pytest.mark.django_db
ALIGNED = (7).to_bytes(4, "little") * 3


class Disagreed(Conflict):
    code = "test_disagreed"
    what = Text(en="{party} answered {name}", zh="{party} 答复 {name}")
    mend = Text(en="none", zh="无")


class Killed(BaseException):
    """As by SIGKILL: nothing is tidied up."""


def messages(_: Job) -> tuple[Declared, ...]:
    return (Declared("question", LABEL, HOLDER, 100), Declared("answer", HOLDER, LABEL, 100))


def ask(line: Line) -> None:
    """The label party."""
    line.send(HOLDER, "question", lambda: [b"what?"])
    line.receive(HOLDER, "answer")


def answer(work: Work) -> None:
    """The holder: what it answers is random, so that only a kept answer is the same again."""
    work.seeds.pair(LABEL, "holder-to-label/answer/0/0")
    question = work.channel.receive(LABEL, "question").read()
    own = work.channel.once("answer", lambda: secrets.token_bytes(20))
    work.release("aligned", LABEL, size=1000, numbers=0)
    work.channel.send(LABEL, "answer", lambda: [own])
    work.progress(1, 2, "answered")
    work.keep("aligned", ALIGNED)
    work.keep("summary", question)


@dataclass
class Play:
    """A holder's node, the job ready there, and the way to the others."""

    made: World
    job_id: str
    exchange: Exchange
    folder: Path
    lines: Lines

    @property
    def job(self) -> Job:
        return whole_job(record_of(self.job_id))

    @property
    def state(self) -> State:
        return State(record_of(self.job_id).state)

    @contextmanager
    def others(self, program: Callable[[Line], None] = ask) -> Iterator[None]:
        """Label party and helper run meanwhile."""
        all_of_it = declared(self.job, self.made.services)
        run = partial(
            run_party,
            job=self.job,
            job_id=self.job_id,
            declared=all_of_it,
            folder=self.folder,
            exchange_of=self.exchange,
        )
        threads = [run(LABEL, program=program), run(HELPER, program=lambda _: None)]
        try:
            yield
        finally:
            self.exchange.ended = True
            for thread in threads:
                thread.join()

    def run(self) -> Worker:
        """As the worker's thread does, in this one."""
        opened = self.lines.open(self.job_id, self.job)
        self.exchange.lines[HOLDER] = opened.line
        worker = Worker(self.made.services, self.lines)
        worker.run_one(self.job_id, self.job)
        return worker

    def restarted(self) -> Play:
        self.exchange.killed(HOLDER)
        self.lines.close(self.job_id)
        return replace(self, lines=Lines(self.made.services))

    @property
    def results(self) -> Path:
        return self.made.services.results_folder(self.job_id)

    def ending(self) -> dict[str, Any]:
        word = WordRow.objects.get(kind="job-end", party=HOLDER)
        found: dict[str, Any] = json.loads(word.statement)["body"]
        return found


def play(folder: Path, program: Callable[[Work], None] = answer, **changed: Any) -> Play:
    exchange = Exchange()
    kinds = {"alignment": FakeKind(program, messages)}
    made = world(folder, me=HOLDER, kinds=kinds, client_of=partial(exchange.way, HOLDER), **changed)
    job_id = received(made)
    approve(job_id, by="wang", services=made.services)
    for one in (LABEL, HELPER):
        take_word(one, approval(job_id, one), services=made.services)
    made.log.clear()
    return Play(made, job_id, exchange, folder / "others", Lines(made.services))


class TestDone:
    def test_from_ready_to_done_with_everything_in_the_log(self, tmp_path: Path) -> None:
        one = play(tmp_path)
        with one.others():
            one.run()
        assert one.state is State.DONE
        assert one.made.kinds_logged(one.job_id) == ["job-started", "job-released", "job-ended"]
        facts = one.made.entries(one.job_id)[-1][1]
        assert facts["outcome"] == "done"
        assert all(len(str(facts[name])) == 64 for name in ("messages", "results", "digests"))
        assert (one.results / "aligned").read_bytes() == ALIGNED
        ending = one.ending()
        assert ending["outputs"] == [{"name": "aligned", "to": LABEL}]
        assert ending["digests"] == facts["digests"]
        view = job_view(one.job_id)
        assert {(w.peer, w.kind) for w in view.undelivered} >= {
            (LABEL, "job-end"),
            (HELPER, "job-end"),
        }

    def test_counts_the_use_of_the_datasets_version(self, tmp_path: Path) -> None:
        one = play(tmp_path)
        with one.others():
            one.run()
        use = JointUse.objects.get()
        assert (use.partner, use.dataset, use.dataset_version) == (LABEL, "tax", VERSION)

    def test_secrets_and_messages_are_erased_but_a_late_peer_is_answered(
        self, tmp_path: Path
    ) -> None:
        one = play(tmp_path)
        with one.others():
            worker = one.run()
            whole = one.exchange.lines[LABEL].sent(HOLDER)["question"].sha256
        worker.sweep()
        assert not one.made.services.job_folder(one.job_id).exists()
        assert (one.results / "aligned").exists()
        desk = NodeDesk(one.made.services, one.lines)
        assert desk.where(LABEL, Where(one.job_id, "question", whole)) == Taken(1, complete=True)

    def test_a_node_that_records_keeps_what_it_received_without_the_secrets(
        self, tmp_path: Path
    ) -> None:
        one = play(tmp_path, record=True)
        with one.others():
            worker = one.run()
        worker.sweep()
        folder = one.made.services.job_folder(one.job_id)
        assert any(b"what?" in p.read_bytes() for p in folder.glob("inbox/*/kept~*"))
        assert list((folder / "once").iterdir()) == []


class TestFailed:
    def ends(self, one: Play, code: str) -> dict[str, Any]:
        with one.others():
            worker = one.run()
        worker.sweep()
        assert one.state is State.FAILED
        ending = one.ending()
        assert (ending["outcome"], ending["code"]) == ("failed", code)
        assert one.made.entries(one.job_id)[-1][1]["reason_1"] == code
        assert not one.results.exists()
        assert not one.made.services.job_folder(one.job_id).exists()
        return ending

    def test_a_foreseen_failure_ends_the_job_for_all_with_its_code(self, tmp_path: Path) -> None:
        def disagree(work: Work) -> None:
            answer(work)
            raise Disagreed(party=LABEL, name="question")

        ending = self.ends(play(tmp_path, disagree), "test_disagreed")
        assert ending["reasons"][0]["about"] == f"party {LABEL}, name question"

    def test_a_failure_whose_reason_would_tell_of_data_is_told_by_another_code(
        self, tmp_path: Path
    ) -> None:
        """At this node, and in its log, it stands as it is."""

        def disagree(work: Work) -> None:
            answer(work)
            error = Disagreed(party=LABEL, name="question")
            error.told_as = "test_not_made"
            raise error

        one = play(tmp_path, disagree)
        with one.others():
            one.run()
        ending = one.ending()
        assert (ending["outcome"], ending["code"], ending["reasons"]) == (
            "failed", "test_not_made", [],
        )  # fmt: skip
        assert JobRecord.objects.get().reason == "test_disagreed"
        assert one.made.entries(one.job_id)[-1][1]["reason_1"] == "test_disagreed"

    def test_a_bug_is_told_as_a_bare_code_and_stands_in_the_nodes_log_file(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        def bug(_: Work) -> None:
            raise ValueError("of a secret kind")

        ending = self.ends(play(tmp_path, bug), "node_failed")
        assert ending["reasons"] == []
        assert "secret kind" in caplog.text

    def test_an_output_that_may_not_leave_ends_it(self, tmp_path: Path) -> None:
        def small(work: Work) -> None:
            work.release("aligned", LABEL, size=999, numbers=0)

        ending = self.ends(play(tmp_path, small), "release_refused")
        assert ending["reasons"] == [{"reason": "set_too_small", "about": "1000"}]
        assert Released.objects.count() == 0

    def test_what_the_gate_refuses_has_its_reasons_on_the_wire(self, tmp_path: Path) -> None:
        refused = UseRefused([Refusal(Reason.EXPIRED), Refusal(Reason.OTHER_PURPOSE, "tax")])
        ending = self.ends(play(tmp_path, entering=NoRows(refused)), "use_refused")
        assert [given["reason"] for given in ending["reasons"]] == ["expired", "other_purpose"]

    def test_a_budget_that_was_spent_after_the_approval(self, tmp_path: Path) -> None:
        one = play(tmp_path)
        one.made.write_policy(joint_jobs_per_dataset_version=0)
        ending = self.ends(one, "job_refused")
        assert ending["reasons"] == [{"reason": "jobs_too_similar", "about": LABEL}]
        assert JointUse.objects.count() == 0

    def test_a_dataset_that_is_gone_once_the_job_began(self, tmp_path: Path) -> None:
        def version(_: str) -> str | None:
            return None if JobRecord.objects.filter(state=State.RUNNING).exists() else VERSION

        ending = self.ends(play(tmp_path, dataset_version=version), "job_refused")
        assert ending["reasons"] == [{"reason": "dataset_unknown", "about": "tax"}]
        assert JointUse.objects.count() == 0

    def test_whoever_is_silent_is_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def impatient(*args: Any, **given: Any) -> Line:
            return Line(*args, **given | {"wait_seconds": 0.3})

        monkeypatch.setattr(lines_module, "Line", impatient)
        one = play(tmp_path)
        one.run()
        assert one.state is State.FAILED
        ending = one.ending()
        assert ending["code"] == "peer_gone"
        assert LABEL in ending["reasons"][0]["about"] or HELPER in ending["reasons"][0]["about"]


class TestPeersAnswer:
    """What the pump hears: a peer that is over has a word of why on its way."""

    def watch(self, one: Play, clock: list[float]) -> Watch:
        JobRecord.objects.update(state="running")
        return Watch(one.job_id, stopping=lambda: False, monotonic=lambda: clock[0])

    def test_a_peer_that_is_over_is_given_time_for_its_word(self, tmp_path: Path) -> None:
        one, clock = play(tmp_path), [100.0]
        watch = self.watch(one, clock)
        watch.broke("job_over", LABEL)
        assert watch.ended() is None
        take_word(LABEL, said(Stop(one.job_id, LABEL, "li", NOW)), services=one.made.services)
        clock[0] += 1
        assert watch.ended() == "stopped"

    def test_without_a_word_it_ends_here_all_the_same(self, tmp_path: Path) -> None:
        clock = [100.0]
        watch = self.watch(play(tmp_path), clock)
        watch.broke("job_over", LABEL)
        clock[0] += GRACE_SECONDS
        assert watch.ended() == "job_over"
        assert watch.broken == ("job_over", LABEL)

    def test_two_threads_that_ask_first_hear_the_same(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """One that heard "unknown" while the other was reading halted the line for good: seen in one of 200 kills."""
        reading, go, answers = threading.Event(), threading.Event(), []

        class Slow:
            def __getattr__(self, _: str) -> Any:
                return lambda **_: self

            objects = property(lambda self: self)

            def values_list(self, *_: object, **__: object) -> Slow:
                return self

            def first(self) -> str:
                reading.set()
                go.wait()
                return "running"

        monkeypatch.setattr(lines_module, "JobRecord", Slow())
        watch = Watch("a" * 64, stopping=lambda: False)
        asking = [threading.Thread(target=lambda: answers.append(watch.ended())) for _ in range(2)]
        asking[0].start()
        reading.wait()
        asking[1].start()
        asking[1].join(0.2)
        go.set()
        for one in asking:
            one.join()
        assert answers == [None, None]

    def test_any_other_final_answer_ends_it_at_once(self, tmp_path: Path) -> None:
        watch = self.watch(play(tmp_path), [100.0])
        watch.broke("message_differs", HELPER)
        assert watch.ended() == "message_differs"

    def test_a_final_answer_on_the_line_fails_the_job_with_its_code(self, tmp_path: Path) -> None:
        def refused(*_: Any) -> None:
            raise PeerRefused(party=LABEL, refusal="part_damaged", en="no", zh="no", later=False)

        one = play(tmp_path)
        one.exchange.refusing[LABEL] = refused
        with one.others():
            one.run()
        assert one.state is State.FAILED
        assert one.ending()["reasons"] == [{"reason": "part_damaged", "about": LABEL}]


class TestStopped:
    def test_another_stops_it_and_nothing_is_released_or_said_afterwards(
        self, tmp_path: Path
    ) -> None:
        def meanwhile(work: Work) -> None:
            word = Stop(work.job_id, HELPER, "zhao", one.made.clock.at)
            take_word(HELPER, said(word), services=one.made.services)
            answer(work)

        one = play(tmp_path, meanwhile)
        with one.others():
            worker = one.run()
        worker.sweep()
        assert one.state is State.STOPPED
        assert job_view(one.job_id).ended_by == HELPER
        assert Released.objects.count() == 0
        assert not WordRow.objects.filter(kind="job-end").exists()
        assert not one.results.exists()
        with pytest.raises(JobOver):
            NodeDesk(one.made.services, one.lines).where(
                LABEL, Where(one.job_id, "question", b"x" * 32)
            )

    def test_while_the_program_computes_nothing_more_goes_out(self, tmp_path: Path) -> None:
        def computing(work: Work) -> None:
            stop(work.job_id, by="wang", services=one.made.services)
            time.sleep(LOOK_SECONDS)
            one.lines.look(work.job_id)
            opened.line.outbox(LABEL).keep("answer", lambda: [b"late"], most=100)
            time.sleep(0.3)

        one = play(tmp_path, computing)
        opened = one.lines.open(one.job_id, one.job)
        with one.others():
            one.run()
            assert "answer" not in one.exchange.lines[LABEL].received(HOLDER)
        assert one.state is State.STOPPED

    def test_when_a_party_is_no_peer_any_more_it_ends(self, tmp_path: Path) -> None:
        def removed(work: Work) -> None:
            remove_peer(HELPER, services=one.made.services)
            time.sleep(LOOK_SECONDS)
            answer(work)

        one = play(tmp_path, removed)
        with one.others():
            one.run()
        assert one.state is State.FAILED
        assert one.ending()["reasons"] == [{"reason": "peer_removed", "about": HELPER}]
        assert Released.objects.count() == 0

    def test_when_its_hours_are_over_it_ends(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def slow(work: Work) -> None:
            one.made.clock.at += dt.timedelta(hours=one.job.limits.run_hours, seconds=1)
            worker.step()
            answer(work)

        one = play(tmp_path, slow)
        worker = Worker(one.made.services, one.lines)
        monkeypatch.setitem(worker._threads, one.job_id, threading.current_thread())
        with one.others():
            one.run()
        assert one.state is State.FAILED
        assert one.ending()["reasons"] == [
            {"reason": "job_over_time", "about": one.made.services.party}
        ]
        assert Released.objects.count() == 0

    def test_a_policy_that_was_narrowed_after_the_approval_lets_nothing_begin(
        self, tmp_path: Path
    ) -> None:
        one = play(tmp_path)
        one.made.write_policy(helpers=[])
        one.run()
        assert one.state is State.FAILED
        assert one.ending()["reasons"] == [{"reason": "helper_not_accepted", "about": HELPER}]
        assert not any(one.made.services.job_folder(one.job_id).glob("once/*"))

    def test_when_a_partys_key_is_revoked_nothing_is_released(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def revoked(work: Work) -> None:
            real = Directory.who_signed

            def who(self: Directory, statement: Statement, **given: Any) -> Any:
                lost = given["party"] == LABEL and statement.kind == "job-approval"
                return KeyProblem.REVOKED if lost else real(self, statement, **given)

            monkeypatch.setattr(Directory, "who_signed", who)
            answer(work)

        one = play(tmp_path, revoked)
        with one.others():
            one.run()
        assert one.state is State.FAILED
        assert one.ending()["reasons"] == [{"reason": "approval_lapsed", "about": LABEL}]
        assert Released.objects.count() == 0

    def test_nor_does_one_whose_time_is_over(self, tmp_path: Path) -> None:
        one = play(tmp_path)
        one.made.clock.at = NOW + 31 * DAY
        one.run()
        assert one.state is State.FAILED
        assert one.ending()["reasons"] == [{"reason": "expired", "about": ""}]

    def test_at_the_last_moment_the_results_are_dropped(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        one = play(tmp_path)

        def stopping(job_id: str, **_: Any) -> Any:
            stop(job_id, by="wang", services=one.made.services)
            return archive(job_id, services=one.made.services)

        from shuxin.federation.node import running

        archive = running.archive
        monkeypatch.setattr(running, "archive", stopping)
        with one.others():
            worker = one.run()
        worker.sweep()
        assert one.state is State.STOPPED
        assert not one.results.exists()


class TestResumed:
    def test_when_the_node_stops_the_job_goes_on_at_the_next_start(self, tmp_path: Path) -> None:
        def halting(work: Work) -> None:
            work.channel.once("answer", lambda: b"first answer")
            if not halted:
                halted.append(True)
                one.lines.stop()
            answer(work)

        halted: list[bool] = []
        one = play(tmp_path, halting)
        with one.others():
            one.run()
            assert one.state is State.RUNNING
            assert not WordRow.objects.filter(kind="job-end").exists()
            one = one.restarted()
            one.run()
        assert one.state is State.DONE
        kept = one.exchange.lines[LABEL].received(HOLDER)["answer"]
        assert kept.read() == b"first answer"
        assert one.made.kinds_logged(one.job_id).count("job-started") == 1

    @pytest.mark.parametrize("steps", range(6))
    def test_killed_at_any_step_it_ends_the_same(self, tmp_path: Path, steps: int) -> None:
        def dying(work: Work) -> None:
            kill = partial(_kill_at, steps=steps, done=done)
            kill(0)
            work.seeds.pair(LABEL, "holder-to-label/answer/0/0")
            kill(1)
            work.channel.once("answer", lambda: secrets.token_bytes(20))
            kill(2)
            work.release("aligned", LABEL, size=1000, numbers=0)
            kill(3)
            work.keep("aligned", ALIGNED)
            kill(4)
            answer(work)
            kill(5)

        done: list[int] = []
        one = play(tmp_path, dying)
        with one.others():
            with pytest.raises(Killed):
                one.run()
            assert one.state is State.RUNNING
            one = one.restarted()
            one.run()
        assert one.state is State.DONE
        assert one.made.kinds_logged(one.job_id) == ["job-started", "job-released", "job-ended"]
        assert MaskUse.objects.count() == 1
        assert JointUse.objects.count() == 1
        assert sorted(p.name for p in one.results.iterdir()) == ["aligned", "summary"]


def _kill_at(step: int, *, steps: int, done: list[int]) -> None:
    if step == steps and not done:
        done.append(step)
        raise Killed


class TestTrouble:
    def test_of_ones_own_disk_ends_nothing_and_the_job_goes_on(self, tmp_path: Path) -> None:
        def log(entry: Entry) -> None:
            if entry.kind == "job-released" and not failed:
                failed.append(True)
                raise LogUnwritable(folder="log", reason="no space")
            entries.append(entry)

        failed: list[bool] = []
        entries: list[Entry] = []
        one = play(tmp_path, log=log)
        with one.others():
            one.run()
            assert one.state is State.RUNNING
            assert job_view(one.job_id).line.step == "tries again: log_unwritable"
            assert Released.objects.count() == 0
            one.restarted().run()
        assert one.state is State.DONE
        assert [entry.kind for entry in entries].count("job-released") == 1

    def test_addresses_and_texts_of_the_system_do_not_travel(self, tmp_path: Path) -> None:
        error = PeerUnreachable(party=LABEL, address="10.0.0.7:7443", reason=Text(en="x", zh="x"))
        assert reasons_of(error) == (Given("peer_unreachable", f"party {LABEL}"),)


class NoThread:
    """Stands for a job's thread that runs for ever."""

    started: list[str]

    def __init__(self, *, name: str, **_: Any) -> None:
        self.name = name

    def start(self) -> None:
        NoThread.started.append(self.name)

    def is_alive(self) -> bool:
        return True


class TestWorker:
    @pytest.fixture(autouse=True)
    def _no_threads(self, monkeypatch: pytest.MonkeyPatch) -> None:
        NoThread.started = []
        monkeypatch.setattr("shuxin.federation.node.worker.Thread", NoThread)

    def names(self, *job_ids: str) -> list[str]:
        return [f"job {one[:8]}" for one in job_ids]

    def test_the_label_party_starts_the_oldest_first_and_no_more_than_it_may(
        self, tmp_path: Path
    ) -> None:
        made = world(tmp_path, me=LABEL, workers=2, kinds={"alignment": FakeKind(answer, messages)})
        made.write_policy(proposers=[LABEL])
        ids = [self.ready_at_label(made, number) for number in range(3)]
        worker = Worker(made.services, Lines(made.services))
        assert worker.step() == 2
        assert NoThread.started == self.names(*reversed(ids[1:]))
        assert worker.step() == 0

    def ready_at_label(self, made: World, number: int) -> str:
        statement = proposed(
            **values(nonce=f"{number:032}", proposed_at=f"2026-06-01T08:{59 - number:02}:00+08:00")
        )
        JobRecord.objects.create(
            job_id=statement.hash,
            statement=statement.dump().decode(),
            state="ready",
            received_at=made.clock.at,
            changed_at=made.clock.at,
        )
        return statement.hash

    def test_the_others_start_when_the_label_partys_node_has_begun(self, tmp_path: Path) -> None:
        one = play(tmp_path)
        worker = Worker(one.made.services, one.lines)
        assert worker.step() == 0
        opened = one.lines.open(one.job_id, one.job)
        assert worker.step() == 0
        for sender, steps in ((HELPER, 0), (LABEL, 1)):
            digest = hashlib.sha256(b"key").digest()
            part = Part(one.job_id, "keys", 0, 3, digest, digest, b"key")
            opened.line.inbox.take_part(sender, part)
            assert worker.step() == steps
        assert NoThread.started == self.names(one.job_id)

    def test_no_label_party_takes_all_the_room(self, tmp_path: Path) -> None:
        made = world(tmp_path, me=HOLDER, workers=1)
        worker = Worker(made.services, Lines(made.services))
        for number in range(FOLLOWED // 2):
            assert worker._has_room(LABEL)
            worker._threads[str(number)] = NoThread(name="")  # type: ignore[assignment]
            worker._label[str(number)] = LABEL
        assert not worker._has_room(LABEL)
        assert worker._has_room(HELPER)
        assert worker._has_room(HOLDER)

    def test_a_job_whose_line_was_erased_ends_and_holds_no_other_up(self, tmp_path: Path) -> None:
        """A node that records, and whose database alone was restored."""
        one = play(tmp_path)
        folder = one.made.services.job_folder(one.job_id)
        folder.mkdir(parents=True)
        erase(folder)
        worker = Worker(one.made.services, one.lines)
        assert worker.step() == 1
        worker.run_one(one.job_id, one.job)
        assert (one.state, one.ending()["code"]) == (State.FAILED, "erased")

    def test_a_line_that_cannot_be_opened_holds_no_other_up(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = world(tmp_path, me=LABEL, kinds={"alignment": FakeKind(answer, messages)})
        first, second = self.ready_at_label(made, 2), self.ready_at_label(made, 1)
        real = Worker._may_start

        def held(worker: Worker, job_id: str, job: Job) -> bool:
            if job_id == first:
                raise LineHeld
            return real(worker, job_id, job)

        monkeypatch.setattr(Worker, "_may_start", held)
        assert Worker(made.services, Lines(made.services)).step() == 1
        assert NoThread.started == self.names(second)

    def test_what_a_restored_database_does_not_know_is_erased_after_a_day(
        self, tmp_path: Path
    ) -> None:
        made = world(tmp_path, me=LABEL)
        folder = made.services.job_folder("e" * 64)
        grants = made.services.folder / "grants" / f"{'e' * 64}.jsonl"
        (folder / "once").mkdir(parents=True)
        grants.parent.mkdir()
        for file in (folder / "once" / "key", grants):
            file.write_bytes(b"secret")
        worker = Worker(made.services, Lines(made.services))
        worker.sweep()
        assert folder.exists()
        assert grants.exists()
        for path in (folder, grants):
            os.utime(path, (0, 0))
        worker.sweep()
        assert not folder.exists()
        assert not grants.exists()

    def test_a_running_job_whose_folder_is_gone_ends(self, tmp_path: Path) -> None:
        """The database of a node that was done is restored: else the job runs for ever."""
        one = play(tmp_path)
        JobRecord.objects.update(state="running")
        worker = Worker(one.made.services, one.lines)
        assert worker.step() == 0
        assert (one.state, one.ending()["code"]) == (State.FAILED, "line_lost")
        assert NoThread.started == []

    def test_what_was_brought_to_a_job_is_erased_at_its_end(self, tmp_path: Path) -> None:
        one = play(tmp_path)
        grants = one.made.services.folder / "grants" / f"{one.job_id}.jsonl"
        grants.parent.mkdir()
        grants.write_bytes(b"{}")
        worker = Worker(one.made.services, one.lines)
        worker.sweep()
        assert grants.exists()
        stop(one.job_id, by="wang", services=one.made.services)
        worker.sweep()
        assert not grants.exists()

    def test_what_ran_when_the_process_was_killed_is_taken_up(self, tmp_path: Path) -> None:
        made = world(tmp_path, me=LABEL, workers=1, kinds={"alignment": FakeKind(answer, messages)})
        ready, killed = self.ready_at_label(made, 2), self.ready_at_label(made, 1)
        JobRecord.objects.filter(job_id=killed).update(state="running")
        made.services.job_folder(killed).mkdir(parents=True)
        worker = Worker(made.services, Lines(made.services))
        assert worker.step() == 1
        assert NoThread.started == self.names(killed)
        assert ready != killed
