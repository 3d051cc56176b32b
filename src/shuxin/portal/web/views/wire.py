"""What the wire pages show: every message that came, in words and bytes; a search over them; attacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from shuxin.kernel.text import Text
from shuxin.portal.web.parts import Column, Facts, Filter, Kind, State, Table
from shuxin.portal.web.views.node import choice_text, job_state, kind_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest

    from shuxin.federation.api import Found, Message, Nature
    from shuxin.kernel.text import Language
    from shuxin.portal.redteam_run import RedteamRun
    from shuxin.portal.web.parts.cells import Tone
    from shuxin.portal.web.views.node import Here

LONGEST_VALUE = 200
SHOWN_BYTES = 1024
COUNTED_BYTES = 4 << 20
"""Numbers of larger messages are not counted on the page."""
_ROW = 16
_LEAST_CHANCE = 0.0001
_LESS = Text(en="fewer than 0.0001", zh="不到 0.0001")
_JOBS = (
    Column("title", Text(en="Job", zh="任务"), link="url"),
    Column("kind", Text(en="Kind", zh="种类")),
    Column("state", Text(en="State here", zh="本方状态"), kind=Kind.STATE),
    Column("messages", Text(en="Messages received", zh="收到消息"), kind=Kind.NUMBER),
    Column("bytes", Text(en="Bytes", zh="字节"), kind=Kind.NUMBER),
    Column("received", Text(en="Received", zh="收到时间"), kind=Kind.TIME),
)
_MESSAGES = (
    Column("name", Text(en="Message", zh="消息"), kind=Kind.CODE, link="url"),
    Column("sender", Text(en="From", zh="发送方")),
    Column("nature", Text(en="Kind", zh="性质"), kind=Kind.STATE),
    Column("what", Text(en="Of what", zh="内容")),
    Column("size", Text(en="Bytes", zh="字节"), kind=Kind.NUMBER),
    Column(
        "numbers", Text(en="Numbers in the clear or shared", zh="明文或分片数值"), kind=Kind.NUMBER
    ),
    Column("digest", Text(en="SHA-256", zh="SHA-256"), kind=Kind.CODE),
)
_FILTERS = (
    Filter("sender", Text(en="From", zh="发送方")),
    Filter("nature", Text(en="Kind", zh="性质")),
)
_NATURES = (
    Column("nature", Text(en="Kind", zh="性质"), kind=Kind.STATE),
    Column("means", Text(en="To this party it is", zh="对本方而言")),
    Column("messages", Text(en="Messages", zh="消息"), kind=Kind.NUMBER),
    Column("size", Text(en="Bytes", zh="字节"), kind=Kind.NUMBER),
)
_CLEAR = frozenset({"figures", "places"})
_UNKNOWN = Text(en="of a later program", zh="新版程序的消息")
_HITS = (
    Column("name", Text(en="Message", zh="消息"), kind=Kind.CODE, link="url"),
    Column("sender", Text(en="From", zh="发送方")),
    Column("spelling", Text(en="Spelled as", zh="写法")),
    Column("at", Text(en="From byte", zh="起始字节"), kind=Kind.NUMBER),
    Column("what", Text(en="The message is", zh="消息内容")),
)
_ATTACKS = (
    Column("name", Text(en="Attack", zh="攻击")),
    Column("by", Text(en="By", zh="攻击方")),
    Column("wants", Text(en="Wants", zh="目标")),
    Column("state", Text(en="Outcome", zh="结果"), kind=Kind.STATE),
    Column("got", Text(en="Got from this code", zh="对本系统所得")),
    Column("defence", Text(en="Stopped by, or what bounds it", zh="防护或限制")),
    Column("twin", Text(en="Got without the defence", zh="去除防护后所得")),
)
_ATTACK_FILTERS = (Filter("state", Text(en="Outcome", zh="结果")),)
_GOT = Text(
    en="{right:,} of {tried:,}, by guessing {guess:,.0f}",
    zh="{right:,} / {tried:,}，猜测约 {guess:,.0f}",
)
_REFUSED = Text(en="{got}; refused: {code}", zh="{got}；被拒绝：{code}")
_WITHOUT = Text(en="{got} (without: {what})", zh="{got}（去除：{what}）")
_MARKS: dict[str, tuple[Text, Tone]] = {
    "stopped": (Text(en="stopped", zh="已阻止"), "good"),
    "open": (Text(en="open, bounded as said", zh="未防护（有所列限制）"), "warn"),
    "held": (Text(en="open, nothing got this time", zh="未防护，本次未得手"), "warn"),
    "elsewhere": (Text(en="not run here", zh="此处未运行"), "quiet"),
    "broken": (Text(en="not as claimed", zh="与声明不符"), "bad"),
}


def jobs_table(request: HttpRequest, here: Here) -> Table:
    """Jobs of which messages came, or are known to have come."""
    from shuxin.federation.api import job_progress, jobs  # noqa: PLC0415 - heavy

    rows = []
    for line in jobs():
        traffic = job_progress(line.job_id, services=here.node).traffic
        if any(one.received for one in traffic):
            rows.append(
                {
                    "title": line.title or kind_text(line.kind),
                    "url": f"/wire/{line.job_id}",
                    "kind": kind_text(line.kind),
                    "state": job_state(line),
                    "messages": sum(one.received for one in traffic),
                    "bytes": sum(one.received_bytes for one in traffic),
                    "received": line.received_at,
                }
            )
    return Table.shown(request, name="jobs", columns=_JOBS, rows=rows)


def messages_table(
    request: HttpRequest, found: tuple[Message, ...], here: Here, *, job_id: str
) -> Table:
    rows = [
        {
            "name": one.name,
            "url": _message_url(job_id, one) if one.file is not None else "",
            "sender": here.name(one.sender),
            "nature": State(_UNKNOWN) if one.meaning is None else _nature(one.meaning.nature),
            "what": "" if one.meaning is None else one.meaning.what,
            "size": one.size,
            "numbers": _numbers(one),
            "digest": one.sha256[:12],
        }
        for one in found
    ]
    return Table.shown(request, name="messages", columns=_MESSAGES, rows=rows, filters=_FILTERS)


def natures_table(request: HttpRequest, found: tuple[Message, ...]) -> Table:
    """What all that came is to this party, kind by kind, with how much of each there is."""
    from shuxin.federation.api import Nature  # noqa: PLC0415 - heavy

    rows = []
    for nature in Nature:
        some = [one for one in found if one.meaning is not None and one.meaning.nature is nature]
        if some:
            rows.append(
                {
                    "nature": _nature(nature),
                    "means": nature.text,
                    "messages": len(some),
                    "size": sum(one.size for one in some),
                }
            )
    return Table.shown(request, name="natures", columns=_NATURES, rows=rows)


def _nature(nature: Nature) -> State:
    """Figures in the clear are what one should look at."""
    return State(nature.short, "warn" if nature.value in _CLEAR else "quiet")


def _numbers(one: Message) -> int | None:
    """How many a kept message carries; a message that is not of its form counts as none."""
    if one.meaning is None or one.file is None or one.size > COUNTED_BYTES:
        return None
    try:
        return one.meaning.numbers(one.file.read_bytes()) or None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _message_url(job_id: str, one: Message) -> str:
    return f"/wire/{job_id}/message?{urlencode({'sender': one.sender, 'name': one.name})}"


def message_facts(one: Message, here: Here) -> Facts:
    told: list[tuple[Text, Any]] = [
        (Text(en="From", zh="发送方"), here.name(one.sender)),
        (Text(en="Bytes", zh="字节"), one.size),
        (Text(en="SHA-256", zh="SHA-256"), one.sha256),
    ]
    if one.meaning is not None:
        told += [
            (Text(en="To this party it is", zh="对本方而言"), one.meaning.nature.text),
            (Text(en="Of what", zh="内容"), one.meaning.what),
        ]
    return Facts(told)


def hex_lines(content: bytes) -> Iterator[str]:
    """Offset, bytes in hexadecimal, and those that are printable ASCII; the first SHOWN_BYTES."""
    for at in range(0, min(len(content), SHOWN_BYTES), _ROW):
        part = content[at : at + _ROW]
        plain = "".join(chr(one) if 32 <= one < 127 else "." for one in part)  # noqa: PLR2004 - printable
        yield f"{at:08x}  {part.hex(' '):<47}  {plain}"


def hits_table(request: HttpRequest, found: Found, here: Here, *, job_id: str) -> Table:
    rows = [
        {
            "name": hit.message.name,
            "url": _message_url(job_id, hit.message),
            "sender": here.name(hit.message.sender),
            "spelling": hit.spelling.name,
            "at": hit.at,
            "what": "" if hit.message.meaning is None else hit.message.meaning.what,
        }
        for hit in found.hits
    ]
    return Table.shown(request, name="hits", columns=_HITS, rows=rows)


def chance_text(hits: float) -> Text:
    """Hits to expect by chance, in few digits."""
    if hits < _LEAST_CHANCE:
        return _LESS
    return Text(en=f"{hits:.4f}", zh=f"{hits:.4f}")


def attacks_table(request: HttpRequest, run: RedteamRun, language: Language) -> Table:
    rows = [_attack_row(one, language) for one in run.report["attacks"]]
    return Table.shown(
        request,
        name="attacks",
        columns=_ATTACKS,
        rows=rows,
        filters=() if run.is_running else _ATTACK_FILTERS,
        per_page=60,
    )


def _attack_row(said: dict[str, Any], language: Language) -> dict[str, Any]:
    ours, twin = said["ours"], said["twin"]
    text, tone = _MARKS[_mark(said)]
    without = ""
    if twin is not None and said["taken_off"] is not None:
        without = _WITHOUT.say(language, got=_got(twin, language), what=said["taken_off"][language])
    return {
        "name": said["name"][language],
        "by": choice_text(said["by"]),
        "wants": said["wants"][language],
        "state": State(text, tone),
        "got": "" if ours is None else _got(ours, language),
        "defence": said["defence"][language],
        "twin": without,
    }


def _mark(said: dict[str, Any]) -> str:
    if not said["as_claimed"]:
        return "broken"
    if said["ours"] is None:
        return "elsewhere"
    if said["standing"] == "open":
        return "open" if said["ours"]["succeeds"] else "held"
    return "stopped"


def _got(score: dict[str, Any], language: Language) -> str:
    got = _GOT.say(
        language, right=score["right"], tried=score["tried"], guess=score["guess_hundredths"] / 100
    )
    return _REFUSED.say(language, got=got, code=score["refused"]) if score["refused"] else got


def attack_counts(run: RedteamRun) -> dict[str, int]:
    marks = [_mark(one) for one in run.report["attacks"]]
    return {
        "stopped": marks.count("stopped"),
        "open": marks.count("open") + marks.count("held"),
        "elsewhere": marks.count("elsewhere"),
        "broken": marks.count("broken"),
        "over": len(marks),
    }
