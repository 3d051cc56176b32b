"""The node's own examination (体检): what stands in the way of joint work, and what to do about it."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from shuxin.federation.wire.messages import PROTOCOL, Hello
from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from shuxin.kernel.text import Language

MOST_SKEW = dt.timedelta(seconds=5)
"""How far clocks of two nodes may differ: as far as the gate allows for."""
SOON = 30
"""Days before its end at which a certificate or key is called to mind."""
LEAST_FREE_GIB = 2
_GIB = 1 << 30


class Grade(StrEnum):
    """How bad a finding is."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what was found, and what to do unless it is good."""

    grade: Grade
    found: Text
    mend: Text = field(default=Text(en="", zh=""))
    facts: Mapping[str, object] = field(default_factory=dict)

    def say(self, language: Language) -> str:
        said = self.found.say(language, **self.facts)
        todo = self.mend.say(language, **self.facts)
        return f"{said}{'。' if language == 'zh' else '. '}{todo}" if todo else said


class Line(Protocol):
    """A way to greet one peer; raises ShuxinError saying why not."""

    def hello(self, message: Hello) -> Hello: ...


@dataclass(frozen=True, slots=True)
class PeerCard:
    """A peer by name, the days that its card still runs, and the line to it."""

    name: str
    days: int
    line: Line


@dataclass(frozen=True, slots=True)
class Patient:
    """What is examined: the home, the days its certificate still runs, the peers by name, parts that may fail.

    ``parts``: each opens or reads one thing (keys, database, log, policy) and raises ShuxinError or OSError.
    """

    home: Path
    party: str
    certificate_days: int
    key_days: int
    parts: Mapping[Text, Callable[[], object]]
    peers: Sequence[PeerCard]


def examine(
    patient: Patient, *, now: Callable[[], dt.datetime], software: str
) -> Iterator[Finding]:
    """One finding after the other, as they are made: a peer that does not answer takes its time."""
    yield from _parts(patient)
    yield _days(patient.certificate_days, _CERTIFICATE, _RENEW)
    yield _days(patient.key_days, _KEY, _NEW_KEY)
    yield _disk(patient.home)
    if not patient.peers:
        yield Finding(Grade.DOUBTFUL, _NO_PEERS, _ADD_PEER)

    def hello(moment: dt.datetime) -> Hello:
        return Hello(patient.party, [PROTOCOL], software, moment.isoformat())

    for peer in patient.peers:
        yield from _peer(peer, hello, now)


_OPENS = Text(en="{part}: in order", zh="{part}：正常")
_FAILS = Text(en="{part}: {reason}", zh="{part}:{reason}")
_CERTIFICATE = Text(en="the TLS certificate", zh="TLS 证书")
_KEY = Text(en="this party's own key", zh="本机构密钥")
_RUNS = Text(en="{what} runs for {days} more days", zh="{what}剩余有效期 {days} 天")
_OVER = Text(en="{what} has run out", zh="{what}已过期")
_RENEW = Text(
    en="Make a new one with 'shuxin node renew' and give the new card to every peer",
    zh="请运行 shuxin node renew 重新生成，并将新的节点名片交给各方",
)
_NEW_KEY = Text(
    en="Have another key pinned by two persons at every peer (shuxin trust add key)",
    zh="请由各方两人重新固定密钥（shuxin trust add key）",
)
_FREE = Text(en="{gib} GiB free where this node writes", zh="本节点写入位置剩余 {gib} GiB")
_MORE_SPACE = Text(
    en="Free at least {least} GiB: a job keeps every message until its end",
    zh="请至少清理出 {least} GiB：任务结束前会保留每条消息",
)
_NO_PEERS = Text(en="this node has no peers", zh="本节点尚无对等节点")
_ADD_PEER = Text(
    en="Exchange cards (shuxin node card, shuxin node peer add)",
    zh="请交换节点名片（shuxin node card、shuxin node peer add）",
)
_ANSWERS = Text(
    en="{name} answers: protocol {protocol}, {software}, clocks {seconds} s apart",
    zh="{name} 应答：协议 {protocol}，{software}，时钟相差 {seconds} 秒",
)
_CLOCK = Text(en="{name}: clocks are {seconds} s apart", zh="{name}：时钟相差 {seconds} 秒")
_SET_CLOCK = Text(
    en="Set the clocks of both machines by a time server; more than {most} s is refused by the gate",
    zh="请用时间服务器校准双方时钟；超过 {most} 秒授权闸门会拒绝",
)
_VERSIONS = Text(
    en="{name} speaks protocol {theirs}, this node {ours}",
    zh="{name} 的协议版本为 {theirs}，本节点为 {ours}",
)
_UPDATE = Text(en="Bring the older of the two up to date", zh="请升级较旧的一方")
_CARD = Text(en="the card of {name}", zh="{name} 的节点名片")
_ASK_CARD = Text(en="Ask the peer for its new card", zh="请向对方索取新的节点名片")
_STRANGE_TIME = Text(en="{name} sent no time that can be read", zh="{name} 返回的时间无法识别")


def _parts(patient: Patient) -> Iterator[Finding]:
    """What fails says itself what to do."""
    for part, opened in patient.parts.items():
        try:
            opened()
        except ShuxinError as error:
            yield Finding(Grade.BAD, _FAILS, facts={"part": part, "reason": error})
        except OSError as error:
            yield Finding(Grade.BAD, _FAILS, facts={"part": part, "reason": error.strerror})
        else:
            yield Finding(Grade.GOOD, _OPENS, facts={"part": part})


def _days(days: int, what: Text, mend: Text) -> Finding:
    facts = {"what": what, "days": days}
    if days > SOON:
        return Finding(Grade.GOOD, _RUNS, facts=facts)
    if days > 0:
        return Finding(Grade.DOUBTFUL, _RUNS, mend, facts)
    return Finding(Grade.BAD, _OVER, mend, facts)


def _disk(home: Path) -> Finding:
    free = shutil.disk_usage(home).free / _GIB
    facts = {"gib": f"{free:.1f}", "least": LEAST_FREE_GIB}
    if free < LEAST_FREE_GIB:
        return Finding(Grade.BAD, _FREE, _MORE_SPACE, facts)
    return Finding(Grade.GOOD, _FREE, facts=facts)


def _peer(
    peer: PeerCard, hello: Callable[[dt.datetime], Hello], now: Callable[[], dt.datetime]
) -> Iterator[Finding]:
    name = peer.name
    card = Text(en=_CARD.say("en", name=name), zh=_CARD.say("zh", name=name))
    yield _days(peer.days, card, _ASK_CARD)
    asked_at = now()
    try:
        said = peer.line.hello(hello(asked_at))
    except ShuxinError as error:
        yield Finding(Grade.BAD, _FAILS, facts={"part": name, "reason": error})
        return
    if PROTOCOL in said.protocols:
        yield _clock(name, said, asked_at, now())
        return
    theirs = ", ".join(map(str, said.protocols))
    yield Finding(Grade.BAD, _VERSIONS, _UPDATE, {"name": name, "theirs": theirs, "ours": PROTOCOL})


def _clock(name: str, said: Hello, asked_at: dt.datetime, heard_at: dt.datetime) -> Finding:
    """An honest clock showed some moment between question and answer."""
    try:
        theirs = dt.datetime.fromisoformat(said.now)
        apart = max(asked_at - theirs, theirs - heard_at, dt.timedelta())
    except (ValueError, TypeError):
        return Finding(Grade.BAD, _STRANGE_TIME, _UPDATE, {"name": name})
    seconds = f"{apart.total_seconds():.1f}"
    if apart > MOST_SKEW:
        most = int(MOST_SKEW.total_seconds())
        return Finding(
            Grade.BAD, _CLOCK, _SET_CLOCK, {"name": name, "seconds": seconds, "most": most}
        )
    facts = {"name": name, "protocol": PROTOCOL, "software": said.software, "seconds": seconds}
    return Finding(Grade.GOOD, _ANSWERS, facts=facts)
