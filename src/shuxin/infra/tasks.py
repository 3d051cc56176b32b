"""Background work (后台任务): asked for once, done by a process of its own, watched while it runs.

The worker says that it lives every other second. One that was killed leaves a task that may be begun again; so what a
task does must be safe to do twice.
"""

from __future__ import annotations

import secrets
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.db import close_old_connections, connection, transaction

from shuxin.infra.clock import now_in_china
from shuxin.infra.models import TaskRow
from shuxin.kernel.errors import Conflict, NotFound, ShuxinError
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from shuxin.infra.progress import Progress

SILENT_FOR = timedelta(seconds=30)
"""A worker that has said nothing for so long is gone."""
_SAYS_EVERY_SECONDS = 2.0
_LONGEST_WHAT = 300


class TaskUnknown(NotFound):
    code = "task_unknown"
    what = Text(en="there is no background task {number}", zh="没有编号为 {number} 的后台任务")
    mend = Text(en="Look at the list of tasks", zh="请查看后台任务列表")


class TaskTaken(Conflict):
    code = "task_taken"
    what = Text(
        en="background task {number} is being worked on, or is done",
        zh="后台任务 {number} 正在执行或已完成",
    )
    mend = Text(en="Wait for it, or ask for a new one", zh="请等待其完成，或新建任务")


class TaskState(StrEnum):
    """INTERRUPTED: nobody works on it any more; it may be begun again."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    INTERRUPTED = "interrupted"

    @property
    def is_over(self) -> bool:
        return self in {TaskState.DONE, TaskState.FAILED, TaskState.INTERRUPTED}

    @property
    def text(self) -> Text:
        return _STATES[self]


_STATES = {
    TaskState.WAITING: Text(en="waiting", zh="排队中"),
    TaskState.RUNNING: Text(en="running", zh="执行中"),
    TaskState.DONE: Text(en="done", zh="已完成"),
    TaskState.FAILED: Text(en="failed", zh="失败"),
    TaskState.INTERRUPTED: Text(en="interrupted", zh="已中断"),
}


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task as it stands. ``total`` 0: how much there is to do is not known. ``failure``: what, and what to do."""

    number: int
    key: str
    kind: str
    about: dict[str, Any]
    by: str
    state: TaskState
    done: int
    total: int
    what: str
    outcome: dict[str, Any]
    failure: tuple[str, Text, Text] | None
    asked_at: datetime
    began_at: datetime | None
    ended_at: datetime | None


def ask_task(
    *, key: str, kind: str, about: dict[str, Any], by: str, now: datetime
) -> tuple[TaskView, bool]:
    """The task under this key, made now if there is none, and whether it was made."""
    row, is_new = TaskRow.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "about": about,
            "by": by,
            "state": TaskState.WAITING,
            "asked_at": now,
            "seen_at": now,
        },
    )
    return _view(row, now=now), is_new


def task(number: int, *, now: datetime) -> TaskView:
    """Raises TaskUnknown."""
    row = TaskRow.objects.filter(pk=number).first()
    if row is None:
        raise TaskUnknown(number=number)
    return _view(row, now=now)


def task_under(key: str) -> int | None:
    """The number of the task under this key, None without one."""
    return TaskRow.objects.filter(key=key).values_list("pk", flat=True).first()


def tasks(*, now: datetime, kind: str = "", most: int = 200) -> list[TaskView]:
    """The newest first, of one kind when it is named."""
    rows = TaskRow.objects.order_by("-pk")
    found = rows.filter(kind=kind) if kind else rows
    return [_view(row, now=now) for row in found[:most]]


def again(number: int, *, now: datetime) -> None:
    """Let an interrupted or failed task wait once more. Raises TaskUnknown, TaskTaken."""
    with transaction.atomic():
        row = _locked(number)
        if _state(row, now) not in {TaskState.FAILED, TaskState.INTERRUPTED}:
            raise TaskTaken(number=number)
        TaskRow.objects.filter(pk=number).update(
            state=TaskState.WAITING, seen_at=now, failure={}, ended_at=None, worker=""
        )


def work_on(
    number: int, work: Callable[[TaskView, Progress], dict[str, Any]], *, stop: Callable[[], bool]
) -> TaskView:
    """Do a waiting task in this process and keep how it ended; a fault is kept as one and raised.

    ``work`` gets the task and where to tell of progress, and returns the outcome. ``stop`` is asked now and then
    whether to give up, as when the server that asked is gone: the task is then interrupted at its next step.
    Raises TaskUnknown, TaskTaken.
    """
    worker = secrets.token_hex(16)
    taken = _take(number, worker)
    watcher = _Watcher(number, worker, stop)
    try:
        with _alive(watcher):
            outcome = work(taken, watcher)
    except (_Stopped, KeyboardInterrupt):
        _end(number, worker, state=TaskState.INTERRUPTED)
    except ShuxinError as error:
        _end(number, worker, state=TaskState.FAILED, failure=_said(error))
    except BaseException:
        _end(number, worker, state=TaskState.FAILED, failure=_FAULT)
        raise
    else:
        _end(number, worker, state=TaskState.DONE, outcome=outcome)
    return task(number, now=now_in_china())


class _Stopped(BaseException):
    """Not an Exception, so that no work mistakes it for a failure of its own."""


class _Watcher:
    """Where work tells of its progress: written at most every other second."""

    def __init__(self, number: int, worker: str, stop: Callable[[], bool]) -> None:
        self._number, self._worker, self.stop = number, worker, stop
        self._said_at = 0.0

    def __call__(self, done: int, total: int, what: str, /) -> None:
        if self.stop():
            raise _Stopped
        if time.monotonic() - self._said_at < _SAYS_EVERY_SECONDS / 2:
            return
        self._said_at = time.monotonic()
        self.write(done=done, total=total, what=what[:_LONGEST_WHAT])

    def write(self, **facts: Any) -> None:
        rows = TaskRow.objects.filter(pk=self._number, worker=self._worker)
        rows.update(seen_at=now_in_china(), **facts)


@contextmanager
def _alive(watcher: _Watcher) -> Iterator[None]:
    """A thread that says every other second that the worker lives; it has its own connection."""
    over = threading.Event()

    def say() -> None:
        try:
            while not over.wait(_SAYS_EVERY_SECONDS):
                watcher.write()
        finally:
            connection.close()

    thread = threading.Thread(target=say, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _take(number: int, worker: str) -> TaskView:
    close_old_connections()
    now = now_in_china()
    with transaction.atomic():
        row = _locked(number)
        if row.state != TaskState.WAITING:
            raise TaskTaken(number=number)
        TaskRow.objects.filter(pk=number).update(
            state=TaskState.RUNNING, worker=worker, began_at=now, seen_at=now, done=0, total=0
        )
    return task(number, now=now)


def _locked(number: int) -> TaskRow:
    row: TaskRow | None = TaskRow.objects.select_for_update().filter(pk=number).first()
    if row is None:
        raise TaskUnknown(number=number)
    return row


def _end(number: int, worker: str, **facts: Any) -> None:
    now = now_in_china()
    TaskRow.objects.filter(pk=number, worker=worker).update(ended_at=now, seen_at=now, **facts)


_FAULT = {
    "code": "fault_in_the_software",
    "what": ["something here is broken", "系统出现故障"],
    "mend": [
        "Try once more; if it stays, tell the operator the time at which it happened",
        "请重试；如仍出现，请将发生时间告知运营方",
    ],
}


def _said(error: ShuxinError) -> dict[str, Any]:
    (what_en, mend_en), (what_zh, mend_zh) = error.sentences("en"), error.sentences("zh")
    return {"code": error.code, "what": [what_en, what_zh], "mend": [mend_en, mend_zh]}


def _state(row: TaskRow, now: datetime) -> TaskState:
    state = TaskState(row.state)
    silent = now - row.seen_at > SILENT_FOR
    return TaskState.INTERRUPTED if silent and not state.is_over else state


def _view(row: TaskRow, *, now: datetime) -> TaskView:
    told = row.failure
    failure = (told["code"], Text(*told["what"]), Text(*told["mend"])) if told else None
    return TaskView(
        number=row.pk,
        key=row.key,
        kind=row.kind,
        about=row.about,
        by=row.by,
        state=_state(row, now),
        done=row.done,
        total=row.total,
        what=row.what,
        outcome=row.outcome,
        failure=failure,
        asked_at=row.asked_at,
        began_at=row.began_at,
        ended_at=row.ended_at,
    )
