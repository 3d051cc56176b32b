"""How far a job is at this node (任务状态), and which step may follow which; pure."""

from __future__ import annotations

from enum import StrEnum

from shuxin.kernel.errors import Conflict
from shuxin.kernel.text import Text


class State(StrEnum):
    """States of a job at one node; the last five are ends."""

    PROPOSED = "proposed"
    WAITING = "waiting"
    APPROVED = "approved"
    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    STOPPED = "stopped"
    FAILED = "failed"
    EXPIRED = "expired"

    @property
    def is_end(self) -> bool:
        return self in ENDS

    @property
    def text(self) -> Text:
        return _TITLES[self]


class Event(StrEnum):
    """What happens to a job."""

    JUDGED = "judged"
    """The policy here has nothing against it."""
    APPROVED_HERE = "approved_here"
    ALL_APPROVED = "all_approved"
    STARTED = "started"
    FINISHED = "finished"
    REFUSED = "refused"
    """By any party."""
    STOPPED = "stopped"
    """By any party."""
    FAILED = "failed"
    """At any party."""
    EXPIRED = "expired"


ENDS = frozenset({State.DONE, State.REFUSED, State.STOPPED, State.FAILED, State.EXPIRED})
OPEN = frozenset(State) - ENDS
BEFORE_START = OPEN - {State.RUNNING}
ON_THE_LINE = frozenset({State.READY, State.RUNNING})
"""Where parts of messages are taken."""
_MOVES = {
    (State.PROPOSED, Event.JUDGED): State.WAITING,
    (State.WAITING, Event.APPROVED_HERE): State.APPROVED,
    (State.APPROVED, Event.ALL_APPROVED): State.READY,
    (State.READY, Event.STARTED): State.RUNNING,
    (State.RUNNING, Event.FINISHED): State.DONE,
    **{(state, Event.REFUSED): State.REFUSED for state in OPEN},
    **{(state, Event.STOPPED): State.STOPPED for state in OPEN},
    **{(state, Event.FAILED): State.FAILED for state in OPEN},
    **{(state, Event.EXPIRED): State.EXPIRED for state in BEFORE_START},
}


class JobStateForbids(Conflict):
    code = "job_state_forbids"
    what = Text(
        en="the job is '{state}' here: this cannot be done now ({event})",
        zh="任务在本节点的状态为“{state}”，现在不能执行该操作（{event}）",
    )
    mend = Text(
        en="Look at it with 'shuxin node jobs JOB'; a finished job is proposed anew",
        zh="请用 shuxin node jobs 任务编号 查看；已结束的任务须重新提出",
    )


def moved(state: State, event: Event) -> State:
    """The state after ``event``. Raises JobStateForbids."""
    after = _MOVES.get((state, event))
    if after is None:
        raise JobStateForbids(state=state.value, event=event.value)
    return after


_TITLES = {
    State.PROPOSED: Text(en="proposed", zh="已提出"),
    State.WAITING: Text(en="waits for a person here", zh="等待本方审批"),
    State.APPROVED: Text(en="approved here, waits for others", zh="本方已批准，等待其他方"),
    State.READY: Text(en="approved by all", zh="各方均已批准"),
    State.RUNNING: Text(en="running", zh="运行中"),
    State.DONE: Text(en="done", zh="已完成"),
    State.REFUSED: Text(en="refused", zh="已拒绝"),
    State.STOPPED: Text(en="stopped", zh="已停止"),
    State.FAILED: Text(en="failed", zh="失败"),
    State.EXPIRED: Text(en="expired", zh="已过期"),
}
