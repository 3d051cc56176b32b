from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest

from shuxin.infra import tasks
from shuxin.infra.api import CHINA, TaskState, TaskTaken, TaskUnknown, TaskView, now_in_china
from shuxin.infra.models import TaskRow
from shuxin.kernel.errors import Conflict
from shuxin.kernel.text import Text

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 1, 12, tzinfo=CHINA)


class Foreseen(Conflict):
    code = "foreseen"
    what = Text(en="it was {what}", zh="已{what}")
    mend = Text(en="do it again", zh="请重试")


@pytest.fixture(autouse=True)
def without_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has a connection of its own, which sees nothing of a test's transaction; ours must not close in it."""
    monkeypatch.setattr(tasks, "close_old_connections", lambda: None)
    monkeypatch.setattr(threading.Thread, "start", lambda *_: None)
    monkeypatch.setattr(threading.Thread, "join", lambda *_: None)


def asked(key: str = "k", now: datetime | None = None) -> int:
    found, _ = tasks.ask_task(
        key=key, kind="import", about={"file": "a"}, by="me", now=now or now_in_china()
    )
    return found.number


def never() -> bool:
    return False


class TestAskTask:
    def test_makes_one_task_however_often_the_key_is_sent(self) -> None:
        numbers = {asked("same") for _ in range(3)}
        assert len(numbers) == 1
        assert tasks.task_under("same") in numbers
        assert tasks.task_under("other") is None

    def test_lists_the_newest_first(self) -> None:
        first, second = asked("a"), asked("b")
        assert [one.number for one in tasks.tasks(now=NOON)] == [second, first]
        assert tasks.tasks(now=NOON, kind="other") == []


class TestWorkOn:
    def test_keeps_the_outcome(self) -> None:
        def work(task: TaskView, progress: Any) -> dict[str, Any]:
            progress(3, 7, "rows")
            seen = tasks.task(task.number, now=now_in_china())
            return {"file": task.about["file"], "seen": [seen.done, seen.total, seen.state.value]}

        done = tasks.work_on(asked(), work, stop=never)
        assert done.state is TaskState.DONE
        assert done.outcome == {"file": "a", "seen": [3, 7, "running"]}

    def test_keeps_a_foreseen_failure_in_both_languages(self) -> None:
        def work(*_: Any) -> dict[str, Any]:
            raise Foreseen(what="full")

        failed = tasks.work_on(asked(), work, stop=never)
        assert failed.state is TaskState.FAILED
        assert failed.failure == (
            "foreseen",
            Text(en="it was full", zh="已full"),
            Text(en="do it again", zh="请重试"),
        )

    def test_says_nothing_of_a_fault_and_raises_it(self) -> None:
        number = asked()
        with pytest.raises(ZeroDivisionError):
            tasks.work_on(number, lambda *_: {"x": 1 // 0}, stop=never)
        failed = tasks.task(number, now=now_in_china())
        assert failed.failure is not None
        assert failed.failure[0] == "fault_in_the_software"

    def test_stops_at_the_next_step_when_the_server_is_gone(self) -> None:
        def work(_: TaskView, progress: Any) -> dict[str, Any]:
            progress(1, 2, "a")
            raise AssertionError

        ended = tasks.work_on(asked(), work, stop=lambda: True)
        assert ended.state is TaskState.INTERRUPTED

    def test_is_done_once(self) -> None:
        number = asked()
        tasks.work_on(number, lambda *_: {}, stop=never)
        with pytest.raises(TaskTaken):
            tasks.work_on(number, lambda *_: {}, stop=never)
        with pytest.raises(TaskTaken):
            tasks.again(number, now=now_in_china())

    def test_knows_no_strangers(self) -> None:
        with pytest.raises(TaskUnknown):
            tasks.task(7, now=NOON)
        with pytest.raises(TaskUnknown):
            tasks.again(7, now=NOON)


class TestInterrupted:
    def test_is_a_task_whose_worker_says_nothing(self) -> None:
        number = asked(now=NOON)
        TaskRow.objects.filter(pk=number).update(state="running", worker="dead")
        at = NOON + tasks.SILENT_FOR
        assert tasks.task(number, now=at).state is TaskState.RUNNING
        later = at + timedelta(seconds=1)
        assert tasks.task(number, now=later).state is TaskState.INTERRUPTED
        tasks.again(number, now=later)
        assert tasks.task(number, now=later).state is TaskState.WAITING

    def test_a_worker_that_wakes_up_too_late_changes_nothing(self) -> None:
        def work(task: TaskView, _: Any) -> dict[str, Any]:
            TaskRow.objects.filter(pk=task.number).update(worker="another")
            return {"by": "the first"}

        number = asked()
        tasks.work_on(number, work, stop=never)
        assert tasks.task(number, now=now_in_china()).outcome == {}
