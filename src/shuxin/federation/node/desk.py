"""What the node answers to its peers (受理台): greetings, words, and parts of the jobs that run here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.federation.domain.states import ON_THE_LINE, OPEN, State
from shuxin.federation.engine.digests import taken_after_end
from shuxin.federation.node import peers
from shuxin.federation.node.archive import kept_summary
from shuxin.federation.node.book import record_of, whole_job
from shuxin.federation.node.pace import Pace
from shuxin.federation.node.words import take
from shuxin.federation.wire.messages import Hello
from shuxin.kernel.errors import Conflict, InvalidInput, NotPermitted, Unavailable
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from shuxin.federation.engine.inbox import Inbox
    from shuxin.federation.models import JobRecord
    from shuxin.federation.node.lines import Lines
    from shuxin.federation.node.services import NodeServices
    from shuxin.federation.wire.messages import Part, Score, Scored, Taken, Where


class VersionUnknown(InvalidInput):
    code = "node_versions_differ"
    what = Text(
        en="no version of the protocol in common: this node speaks {ours}, the other {theirs}",
        zh="双方没有共同的协议版本：本节点支持 {ours}，对方支持 {theirs}",
    )
    mend = Text(
        en="The older of the two installs a newer version of shuxin",
        zh="请版本较旧的一方升级 shuxin",
    )


class HelloForeign(NotPermitted):
    code = "hello_foreign"
    what = Text(
        en="the greeting names another party than the certificate", zh="问候中的主体与证书不符"
    )
    mend = Text(
        en="Look whether that node runs with the certificate of its own card",
        zh="请检查对方节点是否使用其名片上的证书",
    )


class JobNotReady(Unavailable):
    code = "job_not_ready"
    what = Text(
        en="the job is not running here yet ({state})", zh="该任务在本节点尚未运行（{state}）"
    )
    mend = Text(en="It is sent again by itself once all have approved", zh="各方批准后会自动重发")


class JobOver(Conflict):
    code = "job_over"
    what = Text(en="the job is over here ({state})", zh="该任务在本节点已结束（{state}）")
    mend = Text(
        en="The signed word of why is on its way; propose a new job if it is still wanted",
        zh="说明原因的签名声明正在送达；如仍需要，请提出新任务",
    )


class NotOfThisJob(NotPermitted):
    code = "peer_not_of_job"
    what = Text(en="{party} is no party of this job", zh="{party} 不是该任务的参与方")
    mend = Text(en="Only its parties may send messages of a job", zh="只有任务参与方可以发送其消息")


class NodeDesk:
    """``wire.desk.Desk`` of this node; called from the threads of the server."""

    def __init__(self, services: NodeServices, lines: Lines) -> None:
        self._services, self._lines = services, lines
        self._pace = Pace()

    def peer_of(self, fingerprint: str) -> str | None:
        return peers.peer_of(fingerprint)

    def hello(self, peer: str, message: Hello) -> Hello:
        """This node's own greeting, with its clock. Raises HelloForeign, VersionUnknown."""
        if message.party != peer:
            raise HelloForeign
        ours = self._services.protocols
        if not set(ours) & set(message.protocols):
            raise VersionUnknown(ours=_listed(ours), theirs=_listed(message.protocols))
        now = self._services.now().isoformat()
        return Hello(self._services.party, list(ours), self._services.software, now)

    def word(self, peer: str, statement: bytes) -> None:
        """Raises WordsTooMany, and what ``take`` raises."""
        self._pace.take(peer)
        take(peer, statement, services=self._services)

    def part(self, peer: str, message: Part) -> Taken:
        """Raises JobUnknown, JobNotReady, JobOver, NotOfThisJob, and what the inbox raises."""
        record = self._record(peer, message.job)
        if record.state == State.DONE:
            return self._after_end(record, peer, message)
        return self._inbox(record).take_part(peer, message)

    def where(self, peer: str, message: Where) -> Taken:
        """As ``part``."""
        record = self._record(peer, message.job)
        if record.state == State.DONE:
            return self._after_end(record, peer, message)
        return self._inbox(record).where(peer, message)

    def score(self, peer: str, message: Score) -> Scored:
        """Raises what ``NodeAnswering.answer`` raises."""
        return self._services.answering.answer(peer, message)

    def _record(self, peer: str, job_id: str) -> JobRecord:
        record = record_of(job_id)
        if whole_job(record).role_of(peer) is None:
            raise NotOfThisJob(party=peer)
        return record

    def _inbox(self, record: JobRecord) -> Inbox:
        state = State(record.state)
        if state not in OPEN:
            raise JobOver(state=state.value)
        if state not in ON_THE_LINE:
            raise JobNotReady(state=state.value)
        inbox = self._lines.open(record.job_id, whole_job(record)).line.inbox
        ended = record_of(record.job_id).state
        if ended not in ON_THE_LINE:
            self._lines.close(record.job_id)
            raise JobOver(state=ended)
        return inbox

    def _after_end(self, record: JobRecord, peer: str, asked: Part | Where) -> Taken:
        """A peer that was killed before it heard that all arrived asks again."""
        found = kept_summary(record.job_id, services=self._services)
        if found is None:
            raise JobOver(state=record.state)
        return taken_after_end(found, peer=peer, asked=asked)


def _listed(numbers: tuple[int, ...] | list[int]) -> str:
    return ", ".join(str(one) for one in sorted(numbers)) or "-"
