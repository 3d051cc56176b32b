"""What the bank's pages of the marketplace share: the platform asked over the link, and acts with their dialogues."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from django.http import HttpResponseRedirect

from shuxin.infra.api import settings_from_environment
from shuxin.kernel.errors import Conflict, ShuxinError, Unavailable
from shuxin.kernel.text import Text
from shuxin.portal.linking.api import ClientRefused, NotJoined
from shuxin.portal.web.parts import Column, Field, Kind, State
from shuxin.portal.web.views.administering import Act

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from django.http import HttpRequest

    from shuxin.kernel.text import Language
    from shuxin.lending.api import Marketplace
    from shuxin.portal.web.parts.cells import Tone

Found = TypeVar("Found")
AWAY = (Unavailable, NotJoined, ClientRefused)
"""The platform cannot be asked now: its pages say so, the others work."""
_OVERTAKEN = {"step_impossible", "step_overtaken"}
MEANWHILE = Text(
    en="Its state had changed meanwhile; nothing was done. This is how it stands now.",
    zh="状态此前已变更，本次操作未执行。以下为最新状态。",
)
_REASON = Text(en="Reason", zh="原因")
_REASON_HINT = Text(en="Whom it concerns reads this sentence.", zh="当事方可以看到这句话。")
_ACTORS = {
    "enterprise": Text(en="firm", zh="企业"),
    "agent": Text(en="assisting agent", zh="代办人员"),
    "lender": Text(en="bank", zh="银行"),
    "operator": Text(en="operator", zh="平台运营方"),
    "government": Text(en="government", zh="政府部门"),
    "system": Text(en="system", zh="系统"),
}
TONES: dict[str, Tone] = {
    "draft": "quiet",
    "review": "busy",
    "online": "good",
    "paused": "warn",
    "offline": "quiet",
    "screening": "busy",
    "published": "good",
    "matched": "good",
    "in_application": "busy",
    "fulfilled": "good",
    "waiting": "warn",
    "taken": "busy",
    "applied": "busy",
    "closed": "quiet",
    "declined": "bad",
    "lapsed": "bad",
    "submitted": "warn",
    "data_query": "busy",
    "scoring": "busy",
    "manual_review": "warn",
    "need_information": "warn",
    "approved": "good",
    "accepted": "good",
    "cancelled": "quiet",
    "withdrawn": "quiet",
    "rejected": "bad",
    "expired": "quiet",
}


@dataclass(frozen=True, slots=True)
class Away:
    """Why the platform cannot be asked now, said in the page's language."""

    code: str
    what: str
    mend: str


def platform() -> Marketplace:
    """Raises NotJoined and what opening the link raises."""
    from shuxin.portal.linking.api import marketplace  # noqa: PLC0415 - beside its use

    found: Marketplace = marketplace(settings_from_environment())
    return found


def asked(
    question: Callable[[Marketplace], Found], *, empty: Found, language: Language
) -> tuple[Found, Away | None]:
    """The platform's answer, or ``empty`` and why there is none."""
    try:
        return question(platform()), None
    except AWAY as error:
        what, mend = error.sentences(language)
        return empty, Away(error.code, what, mend)


def stepped(back: str, act: Callable[[], object], *, done: str = "") -> HttpResponseRedirect:
    """Do one act and go back to the thing's page; where its state had changed meanwhile, the page says so."""
    sign = "&" if "?" in back else "?"
    try:
        act()
    except Conflict as error:
        if not was_overtaken(error):
            raise
        return HttpResponseRedirect(f"{back}{sign}meanwhile=1")
    return HttpResponseRedirect(f"{back}{sign}done={done}" if done else back)


def was_overtaken(error: ShuxinError) -> bool:
    """Whether somebody acted before, here or on the platform."""
    return getattr(error, "refusal", error.code) in _OVERTAKEN


def state_of(state: str, texts: dict[str, Text]) -> State:
    """A state of a machine in words."""
    return State(texts.get(state, Text(en=state, zh=state)), TONES.get(state, "quiet"))


def act(
    name: str,
    url: str,
    button: Text,
    text: Text | None = None,
    *,
    needs_reason: bool = False,
    fields: Sequence[Field] = (),
    danger: bool = False,
) -> Act:
    """A button with the dialogue that asks once more."""
    asked_for = [*fields, *([reason_field(name)] if needs_reason else [])]
    return Act(name, url, button, button, text, tuple(asked_for), danger)


def reason_field(name: str) -> Field:
    """Of the act ``name``: a page may have several."""
    return Field(f"{name}-reason", _REASON, kind="long", hint=_REASON_HINT, longest=1000)


def reason_in(request: HttpRequest) -> str:
    """What was typed as the reason of whichever act was sent."""
    typed = [request.POST[name] for name in request.POST if name.endswith("-reason")]
    return typed[0].strip()[:1000] if typed else ""


STEP_COLUMNS = (
    Column("at", Text(en="When", zh="时间"), kind=Kind.TIME),
    Column("event", Text(en="Step", zh="操作")),
    Column("state", Text(en="State after it", zh="操作后状态"), kind=Kind.STATE),
    Column("actor", Text(en="Who", zh="操作方")),
    Column("reason", Text(en="Reason", zh="原因")),
)


def actor_text(actor: str) -> Text:
    return _ACTORS.get(actor, Text(en=actor, zh=actor))


def hours_left(due_at: datetime | None, *, now: datetime) -> State | None:
    """The clock of a promise (时限): by when, as words that say how much is left; None without a promise."""
    if due_at is None:
        return None
    minutes = int((due_at - now).total_seconds() // 60)
    if minutes < 0:
        return State(
            Text(en=f"late by {_span_en(-minutes)}", zh=f"已超时 {_span_zh(-minutes)}"), "bad"
        )
    tone: Tone = "warn" if minutes < 120 else "quiet"  # noqa: PLR2004 - two hours
    return State(Text(en=f"{_span_en(minutes)} left", zh=f"剩余 {_span_zh(minutes)}"), tone)


def _span_en(minutes: int) -> str:
    days, hours = minutes // 1440, minutes // 60
    return f"{days} d {hours % 24} h" if days else f"{hours} h {minutes % 60} min"


def _span_zh(minutes: int) -> str:
    days, hours = minutes // 1440, minutes // 60
    return f"{days} 天 {hours % 24} 小时" if days else f"{hours} 小时 {minutes % 60} 分钟"
