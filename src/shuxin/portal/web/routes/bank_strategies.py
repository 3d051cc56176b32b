"""Strategies of this bank: drafted, edited as tables and values, compared, tested on history, agreed by two, in use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shuxin.infra.api import now_in_china
from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.text import Text
from shuxin.portal.web.access import BANK_OFFICERS, open_to
from shuxin.portal.web.pages import language_of, page
from shuxin.portal.web.parts import Choice, Field
from shuxin.portal.web.problem import NoSuchPage, refused
from shuxin.portal.web.routes import Group, Link
from shuxin.portal.web.views import (
    bank_market,
    bank_strategies,
    bank_strategy_diff,
    bank_strategy_new,
    bank_strategy_words,
)
from shuxin.portal.web.views.bank_attempts import new_key
from shuxin.portal.web.views.typed import percent_bp

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.http import HttpRequest

    from shuxin.lending.api import Strategy, StrategyView
    from shuxin.parties.api import accounts

_STRATEGIES = Text(en="Decision strategies", zh="决策策略")
NAVIGATION = (Link("/bank/strategies", _STRATEGIES, access=BANK_OFFICERS, group=Group.MARKET),)
_DONE = {
    "made": Text(en="The draft is kept.", zh="草稿已保存。"),
    "kept": Text(
        en="The draft is kept. It must be tested on history anew.",
        zh="草稿已保存，须重新进行历史回测。",
    ),
    "approve": Text(
        en="Your word is kept. Another person must publish it within seven days.",
        zh="审核意见已记录，须由另一人在七日内复核发布。",
    ),
    "publish": Text(en="It is in use from now on.", zh="已发布，即时启用。"),
    "drop": Text(en="The draft is dropped.", zh="草稿已废弃。"),
    "roll-back": Text(
        en="The strategy that ran before decides again.", zh="已回滚，恢复此前的策略。"
    ),
    "end": Text(en="The champion decides all again.", zh="已结束分流，全部由冠军策略决策。"),
}


@require_safe
@open_to(BANK_OFFICERS)
def strategies(request: HttpRequest, person: accounts.Person) -> HttpResponse:  # noqa: ARG001 - the form of a view
    from shuxin.lending.api import strategies as all_strategies  # noqa: PLC0415 - heavy

    found = all_strategies(party=bank_strategies.party())
    running = bank_strategies.running_table(request, found)
    table = bank_strategies.strategies_table(request, found)
    for one in filter(None, (running, table)):
        if one.wanted_as_file:
            return one.file()
    return page(
        request,
        "bank_market/strategies.html",
        table=table,
        running=running,
        acts=_acts_of_running(found),
        notice=_DONE.get(request.GET.get("done", "")),
        meanwhile=bank_market.MEANWHILE if "meanwhile" in request.GET else None,
    )


def _acts_of_running(found: Sequence[StrategyView]) -> list[Any]:
    if not bank_strategies.kinds_running(found):
        return []

    def kind(name: str, kinds: list[Choice]) -> Field:
        label = Text(en="For products", zh="产品类型")
        only = kinds[0].value if len(kinds) == 1 else ""
        return Field(f"{name}-kind", label, kind="choice", choices=kinds, value=only)

    return [
        bank_market.act(
            "roll-back",
            "/bank/strategies/roll-back",
            Text(en="Roll back", zh="回滚"),
            Text(
                en="The champion that ran before decides again at once, by one person. Challenger and shadows end.",
                zh="即时恢复此前的冠军策略，一人即可操作；挑战者与影子同时结束。",
            ),
            fields=(kind("roll-back", bank_strategies.champions_running(found)),),
            needs_reason=True,
            danger=True,
        ),
        bank_market.act(
            "end",
            "/bank/strategies/end",
            Text(en="End challenger and shadows", zh="结束挑战者与影子"),
            Text(en="The champion decides all firms again.", zh="全部企业改由冠军策略决策。"),
            fields=(kind("end", bank_strategies.kinds_running(found)),),
        ),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(BANK_OFFICERS)
def draft(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    """From one that stands, from the standard one, or from a file."""
    from shuxin.lending import api as lending  # noqa: PLC0415 - heavy

    found = lending.strategies(party=bank_strategies.party())
    key = request.POST.get("key") or new_key()
    facts: dict[str, Any] = {"key": key, **bank_strategy_new.fields(request, found)}
    if request.method != "POST":
        return page(request, "bank_market/strategy_new.html", **facts)
    try:
        made = lending.draft_strategy(
            bank_strategy_new.begun(request, found),
            doer=bank_strategies.doer(person),
            now=now_in_china(),
            request_id=f"page:{person.account_id}:{key}"[:120],
        )
    except ShuxinError as error:
        return refused(request, "bank_market/strategy_new.html", error, **facts)
    return HttpResponseRedirect(f"/bank/strategies/{made}?done=made")


def opened(key: str) -> tuple[StrategyView, Strategy]:
    """One version with its content. Raises StrategyUnknown."""
    from shuxin.lending.api import strategy_kept, strategy_view  # noqa: PLC0415 - heavy

    one = strategy_view(key, party=bank_strategies.party())
    return one, strategy_kept(one.digest)


def head(one: StrategyView, strategy: Strategy, *, tab: str) -> dict[str, Any]:
    """What the head of every page of one strategy needs."""
    return {
        "strategy": strategy,
        "state": bank_strategies.strategy_state(one.state),
        "url": f"/bank/strategies/{one.key}",
        "tabs": bank_strategies.tabs(one.key),
        "tab": tab,
        "may_edit": one.state in bank_strategies.EDITABLE,
    }


@require_safe
@open_to(BANK_OFFICERS)
def strategy(request: HttpRequest, person: accounts.Person, key: str) -> HttpResponse:
    from shuxin.lending.api import findings_of  # noqa: PLC0415 - heavy

    one, found = opened(key)
    language = language_of(request)
    findings = findings_of(found)
    waiting = bank_strategies.waiting_for_second(key) if one.state == "approved" else None
    facts = head(one, found, tab="strategy")
    return page(
        request,
        "bank_market/strategy.html",
        facts=bank_strategies.version_facts(one, found),
        stages=bank_strategy_words.stages_of(found, language),
        findings=bank_strategies.faults_of(
            found,
            findings,
            url=facts["url"],
            language=language,
            editable=facts["may_edit"],
        ),
        acts=bank_strategies.acts_of(one, person, waiting, clean=not findings),
        note=bank_strategies.note_of(one, person, waiting, clean=not findings),
        key=one.digest,
        notice=_DONE.get(request.GET.get("done", "")),
        meanwhile=bank_market.MEANWHILE if "meanwhile" in request.GET else None,
        **facts,
    )


@require_safe
@open_to(BANK_OFFICERS)
def as_file(request: HttpRequest, person: accounts.Person, key: str) -> HttpResponse:  # noqa: ARG001
    """The canonical JSON: its SHA-256 is the one that decisions name."""
    one, found = opened(key)
    answer = HttpResponse(found.content, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="strategy-{one.digest[:16]}.json"'
    return answer


@require_safe
@open_to(BANK_OFFICERS)
def compare(request: HttpRequest, person: accounts.Person, key: str) -> HttpResponse:  # noqa: ARG001
    """Against the champion of the first kind of product that it is for."""
    from shuxin.lending import api as lending  # noqa: PLC0415 - heavy

    one, found = opened(key)
    own = bank_strategies.party()
    champions = (lending.running_strategy(kind.value, party=own) for kind in found.product_kinds)
    running = next((each.champion for each in champions if each is not None), None)
    rows: list[bank_strategy_diff.Change] = []
    against_key = ""
    if running is not None:
        rows = bank_strategy_diff.differences(
            running.model_dump(mode="json"), found.model_dump(mode="json"), language_of(request)
        )
        same = (each.key for each in lending.strategies(party=own) if each.digest == running.digest)
        against_key = next(same, "")
    facts = head(one, found, tab="diff")
    return page(
        request,
        "bank_market/strategy_diff.html",
        against=running,
        against_key=against_key,
        rows=rows,
        **facts,
    )


@require_POST
@open_to(BANK_OFFICERS)
def step(request: HttpRequest, person: accounts.Person, key: str, event: str) -> HttpResponse:
    """approve, publish, drop: of just the content that was looked at."""
    from shuxin.lending import api as lending  # noqa: PLC0415 - heavy

    one, _ = opened(key)
    if request.POST.get("key", "") != one.digest:
        return HttpResponseRedirect(f"/bank/strategies/{key}?meanwhile=1")
    said: dict[str, Any] = {"doer": bank_strategies.doer(person), "now": now_in_china()}
    acts: dict[str, Callable[[], object]] = {
        "approve": lambda: lending.approve_strategy(key, **said, **_use_typed(request)),
        "publish": lambda: lending.publish_strategy(key, **said, **_use_agreed(key)),
        "drop": lambda: lending.drop_strategy(key, **said),
    }
    if event not in acts:
        raise NoSuchPage
    return bank_market.stepped(f"/bank/strategies/{key}", acts[event], done=event)


def _use_typed(request: HttpRequest) -> dict[str, Any]:
    """Role and share as the first person says; what is no share is refused by the room."""
    role = request.POST.get("role", "")
    share = percent_bp(request.POST.get("share", "")) if role == "challenger" else 0
    return {"role": role, "share_bp": share or 0}


def _use_agreed(key: str) -> dict[str, Any]:
    """What the first person said, to say just the same; where it lapsed the room refuses."""
    waiting = bank_strategies.waiting_for_second(key)
    if waiting is None:
        return {}
    content = waiting.content
    return {"role": str(content["role"]), "share_bp": int(str(content["share_bp"]))}


@require_POST
@open_to(BANK_OFFICERS)
def roll_back(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    from shuxin.lending.api import roll_back as undo  # noqa: PLC0415 - heavy

    kind, _, champion = request.POST.get("roll-back-kind", "")[:100].partition(":")
    said: dict[str, Any] = {"doer": bank_strategies.doer(person), "now": now_in_china()}
    said |= {"reason": bank_market.reason_in(request), "champion": champion}
    return bank_market.stepped("/bank/strategies", lambda: undo(kind, **said), done="roll-back")


@require_POST
@open_to(BANK_OFFICERS)
def end(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    from shuxin.lending.api import end_challenge  # noqa: PLC0415 - heavy

    kind = request.POST.get("end-kind", "")[:24]
    end_challenge(kind, doer=bank_strategies.doer(person), now=now_in_china())
    return HttpResponseRedirect("/bank/strategies?done=end")


urlpatterns = [
    path("bank/strategies", strategies),
    path("bank/strategies/new", draft),
    path("bank/strategies/roll-back", roll_back),
    path("bank/strategies/end", end),
    path("bank/strategies/<slug:key>", strategy),
    path("bank/strategies/<slug:key>/file.json", as_file),
    path("bank/strategies/<slug:key>/compare", compare),
    path("bank/strategies/<slug:key>/steps/<slug:event>", step),
]
