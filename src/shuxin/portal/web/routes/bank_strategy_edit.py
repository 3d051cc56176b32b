"""A draft of a strategy as forms: tables as grids, the values of each stage, its words; and its back-test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_http_methods, require_safe

from shuxin.infra.api import now_in_china
from shuxin.kernel.errors import InvalidInput, ShuxinError
from shuxin.kernel.text import Text
from shuxin.portal.web.access import BANK_OFFICERS, open_to
from shuxin.portal.web.pages import language_of, page
from shuxin.portal.web.parts import Field
from shuxin.portal.web.problem import NoSuchPage, refused
from shuxin.portal.web.routes.bank_strategies import head, opened
from shuxin.portal.web.uploads import the_file
from shuxin.portal.web.views import (
    bank_backtest_report,
    bank_backtests,
    bank_strategies,
    bank_strategy_form,
    bank_strategy_numbers,
    bank_strategy_shapes,
    bank_strategy_words,
)
from shuxin.portal.web.views.bank_attempts import new_key
from shuxin.portal.web.views.bank_strategy_grid import Grid, table_in, with_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

    from shuxin.lending.api import Strategy, StrategyView
    from shuxin.parties.api import accounts

_LARGEST_HISTORY = 2 << 20


def _draft(key: str) -> tuple[StrategyView, Strategy]:
    """Raises StrategyUnknown; NoSuchPage for one that is edited no more."""
    one, found = opened(key)
    if one.state not in bank_strategies.EDITABLE:
        raise NoSuchPage
    return one, found


def _saved(
    request: HttpRequest, person: accounts.Person, key: str, document: Mapping[str, Any]
) -> HttpResponse:
    """Raises StrategyInvalid, StrategyEdited, StepImpossible, StepOvertaken."""
    from shuxin.lending.api import edit_strategy, strategy_of  # noqa: PLC0415 - heavy

    made, doer = strategy_of(dict(document)), bank_strategies.doer(person)
    edit_strategy(key, made, seen=_seen(request), doer=doer, now=now_in_china())
    return HttpResponseRedirect(f"/bank/strategies/{key}?done=kept")


def _seen(request: HttpRequest) -> str:
    """The content that the form was opened with."""
    return request.POST.get("seen", "")[:64]


def _editing(request: HttpRequest, one: StrategyView, failed: ShuxinError | None) -> dict[str, Any]:
    """What the form carries so that nobody's work is replaced unseen; after a conflict, what stands there now."""
    from shuxin.lending.api import StrategyEdited  # noqa: PLC0415 - heavy
    from shuxin.market.api import StepOvertaken, steps_of  # noqa: PLC0415 - needs the database

    if isinstance(failed, StrategyEdited | StepOvertaken):
        edits = [step for step in steps_of("strategy", one.key) if step.event == "edit"]
        return {"seen": one.digest, "edited": edits[-1] if edits else None, "here": request.path}
    return {"seen": _seen(request) if request.method == "POST" else one.digest}


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(BANK_OFFICERS)
def table(request: HttpRequest, person: accounts.Person, key: str, name: str) -> HttpResponse:
    """The grid. Its small buttons change what is on the page; only 'save' changes the draft."""
    one, found = _draft(key)
    document = found.model_dump(mode="json")
    stands = table_in(document, name)
    if stands is None:
        raise NoSuchPage
    stated, level = stands
    sent, act = request.method == "POST", request.POST.get("do", "")
    failed: ShuxinError | None = None
    grid = Grid.of(stated)
    try:
        if sent:
            typed = Grid.typed(request.POST, identity=name)
            grid = typed.changed(act, wanted=request.POST.get("wanted", ""))
            if act == "save":
                return _saved(request, person, key, with_table(document, grid.stated))
    except ShuxinError as error:
        failed = error
    facts = {
        **head(one, found, tab="strategy"),
        **_editing(request, one, failed),
        **bank_strategy_form.grid_facts(
            found,
            with_table(document, grid.stated),
            grid,
            level=level,
            checks=not sent or act == "check",
            language=language_of(request),
        ),
    }
    if failed is not None:
        return refused(request, "bank_market/strategy_table.html", failed, **facts)
    return page(request, "bank_market/strategy_table.html", **facts)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(BANK_OFFICERS)
def stage(request: HttpRequest, person: accounts.Person, key: str, name: str) -> HttpResponse:
    """The values of one stage beside its tables."""
    one, found = _draft(key)
    document = found.model_dump(mode="json")
    part = next((each for each in document["stages"] if each["id"] == name), None)
    if part is None:
        raise NoSuchPage
    shape = bank_strategy_shapes.SHAPES[part["kind"]]
    title = bank_strategy_words.KINDS[part["kind"]]

    def document_with(stated: dict[str, Any]) -> dict[str, Any]:
        return bank_strategy_numbers.with_stage(document, stated)

    return _values(request, person, one, found, title, shape, part, document_with)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(BANK_OFFICERS)
def words(request: HttpRequest, person: accounts.Person, key: str) -> HttpResponse:
    """Name, kinds of products, declared facts, public reasons."""
    one, found = _draft(key)
    document = found.model_dump(mode="json")
    title = Text(en="Name, facts, reasons", zh="名称、变量与原因")

    def document_with(stated: dict[str, Any]) -> dict[str, Any]:
        changed = bank_strategy_numbers.with_words(document, stated)
        return {**changed, "product_kinds": request.POST.getlist("product_kinds")}

    part = bank_strategy_numbers.words_of(document)
    ticked = request.POST.getlist("product_kinds")
    kinds = Field(
        "product_kinds",
        Text(en="For products", zh="适用产品类型"),
        kind="some",
        choices=bank_strategy_shapes.PRODUCT_KINDS,
        value=ticked if request.method == "POST" else tuple(document["product_kinds"]),
    )
    shape = bank_strategy_shapes.WORDS
    return _values(request, person, one, found, title, shape, part, document_with, kinds=kinds)


def _values(  # noqa: PLR0917 - one form
    request: HttpRequest,
    person: accounts.Person,
    one: StrategyView,
    found: Strategy,
    title: Text,
    shape: bank_strategy_shapes.Shape,
    part: dict[str, Any],
    document_with: Any,
    *,
    kinds: Field | None = None,
) -> HttpResponse:
    typed = None
    failed: ShuxinError | None = None
    if request.method == "POST":
        typed = bank_strategy_numbers.read(shape, request.POST, before=part)
        try:
            if not typed.problems:
                return _saved(request, person, one.key, document_with(typed.stated))
        except ShuxinError as error:
            failed = error
    offer = bank_strategy_numbers.offered(found, language=language_of(request))
    facts = {
        **head(one, found, tab="strategy"),
        **_editing(request, one, failed),
        "title": title,
        "fields": bank_strategy_numbers.fields(shape, part, typed, offer=offer),
        "lists": bank_strategy_numbers.lists(shape, part, typed, offer=offer),
        "kinds": kinds,
    }
    if failed is not None:
        return refused(request, "bank_market/strategy_values.html", failed, **facts)
    status = 400 if typed is not None else 200
    return page(request, "bank_market/strategy_values.html", status=status, **facts)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(BANK_OFFICERS)
def back_test(request: HttpRequest, person: accounts.Person, key: str) -> HttpResponse:
    """The form and the newest report of just this content."""
    from shuxin.lending.api import back_test_report, findings_of  # noqa: PLC0415 - heavy

    one, found = opened(key)
    faulty = one.state in {"draft", "tested"} and bool(findings_of(found))
    may_test = one.state in {"draft", "tested"} and not faulty
    problems: Mapping[str, Text] = {}
    failed: ShuxinError | None = None
    if request.method == "POST":
        if not may_test:
            raise NoSuchPage
        said = bank_backtests.wanted(request.POST)
        problems = said.problems
        if not problems:
            try:
                return _begun(request, person, key, said)
            except InvalidInput as error:
                failed = error
    report = (
        bank_backtest_report.shown(
            request, back_test_report(one.back_test), found, language=language_of(request)
        )
        if one.back_test
        else None
    )
    if report is not None and report.table.wanted_as_file:
        return report.table.file()
    given = request.POST if request.method == "POST" else None
    facts = {
        **head(one, found, tab="test"),
        "fields": bank_backtests.form_fields(given, problems, found) if may_test else None,
        "report": report,
        "faulty": faulty,
        "key": request.POST.get("key") or new_key(),
    }
    if failed is not None:
        return refused(request, "bank_market/strategy_test.html", failed, **facts)
    return page(request, "bank_market/strategy_test.html", status=400 if problems else 200, **facts)


def _begun(
    request: HttpRequest, person: accounts.Person, key: str, said: bank_backtests.Wanted
) -> HttpResponse:
    """Once for each form. Raises FileNeeded, HistoryUnreadable."""
    from shuxin.consent.api import Purpose  # noqa: PLC0415 - beside its use
    from shuxin.portal.web.views.bank_reading import permit_for_everybody  # noqa: PLC0415

    now, file = now_in_china(), ""
    once = request.POST.get("key", "")[:32]
    if (known := bank_backtests.task_of(key, once)) is not None:
        return HttpResponseRedirect(f"/bank/strategies/{key}/back-test/{known}")
    if said.source == "file":
        content: bytes = the_file(request, "file").read(_LARGEST_HISTORY)
        file = bank_backtests.take_in(content)
    else:
        permit_for_everybody(person=person, purpose=Purpose.MODEL_TRAINING, now=now)
    number = bank_backtests.begin(key, said, file=file, by=person.name, once=once, now=now)
    return HttpResponseRedirect(f"/bank/strategies/{key}/back-test/{number}")


@require_safe
@open_to(BANK_OFFICERS)
def testing(request: HttpRequest, person: accounts.Person, key: str, number: int) -> HttpResponse:  # noqa: ARG001
    """How far it is; then on to the report."""
    from shuxin.infra.api import task  # noqa: PLC0415 - needs the database

    one, found = opened(key)
    running = task(number, now=now_in_china())
    if running.kind != bank_backtests.KIND or running.about.get("strategy") != key:
        raise NoSuchPage
    if request.headers.get("HX-Request"):
        return page(request, "bank_market/strategy_testing_now.html", task=running)
    if running.state.value == "done":
        return HttpResponseRedirect(f"/bank/strategies/{key}/back-test")
    facts = head(one, found, tab="test")
    return page(request, "bank_market/strategy_testing.html", task=running, **facts)


urlpatterns = [
    path("bank/strategies/<slug:key>/tables/<slug:name>", table),
    path("bank/strategies/<slug:key>/stages/<slug:name>", stage),
    path("bank/strategies/<slug:key>/words", words),
    path("bank/strategies/<slug:key>/back-test", back_test),
    path("bank/strategies/<slug:key>/back-test/<int:number>", testing),
]
