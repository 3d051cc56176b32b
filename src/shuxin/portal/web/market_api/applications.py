"""Applications over the API: a lender claims, answers and feeds back; a firm opens, hands in and accepts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from django.http import HttpRequest, HttpResponse  # noqa: TC002 - ninja reads the annotations
from ninja import Router
from ninja.params.functions import Query
from pydantic import Field

from shuxin.infra.api import settings_from_environment
from shuxin.kernel.machine import Actor
from shuxin.kernel.statements import statement_from
from shuxin.lending import api as lending
from shuxin.portal.bootstrap import HeldKeys
from shuxin.portal.linking.shapes import built, given, shape
from shuxin.portal.web.market_api.calling import (
    CallKey,
    Closed,
    Cursor,
    IfMatch,
    Key,
    Limit,
    MadeOut,
    Officer,
    Page,
    State,
    StepIn,
    called,
    many,
    once,
    one,
    page,
    states_in,
    stepped,
)
from shuxin.portal.web.market_api.products import READ, WRITE

if TYPE_CHECKING:
    from pydantic import BaseModel as AnswerIn
    from pydantic import BaseModel as ApplicationOut
    from pydantic import BaseModel as FeedbackIn
else:
    ApplicationOut = shape(lending.ApplicationView)
    AnswerIn, FeedbackIn = given(lending.Answer), given(lending.Feedback)

applications = Router(tags=["applications"])
BOTH = (Actor.LENDER, Actor.ENTERPRISE)
After = Annotated[
    str,
    Query(
        pattern=r"^([0-9a-f]{32})?$",
        description="Lenders: the key of the last application that is known; what was handed in later follows.",
    ),
]


class OpenIn(Closed):
    """What the firm applies for with a referral of its."""

    referral: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    amount_fen: Annotated[int, Field(strict=True, ge=0, lt=2**53)]
    term_months: Annotated[int, Field(strict=True, ge=1, le=360)]


class AcceptanceIn(Closed):
    """A statement of kind `offer-acceptance` that a key of the firm signed."""

    kind: Annotated[str, Field(pattern=r"^offer-acceptance$")]
    body: dict[str, Any]
    algorithm: Annotated[str, Field(max_length=20)]
    key_id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    signature: Annotated[str, Field(max_length=200)]


@applications.get("", response=Page[ApplicationOut], auth=READ, operation_id="listApplications")
def list_applications(
    request: HttpRequest,
    state: State = "",
    after: After = "",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> HttpResponse:
    """Lenders: those handed in to it, the oldest first, `next` the key to go on after. Firms: its own."""
    call = called(request, "listApplications", *BOTH)
    states = states_in(state, lending.APPLICATION.states)
    if call.actor is Actor.ENTERPRISE:
        own = [view for view in lending.applications_of(call.party) if view.state in states]
        return many(own, key=lambda view: view.key, cursor=cursor, limit=limit)
    found = lending.applications_for(
        call.party, states=states, after=after or cursor, most=limit + 1
    )
    shown = found[:limit]
    return page(shown, shown[-1].key if len(found) > limit else "")


@applications.post("", response={201: MadeOut}, auth=WRITE, operation_id="openApplication")
def open_application(
    request: HttpRequest, asked: OpenIn, idempotency_key: CallKey, officer: Officer = ""
) -> HttpResponse:
    """The firm's application in draft; the step `submit` hands it in."""
    call = called(request, "openApplication", Actor.ENTERPRISE, officer=officer)

    def act() -> MadeOut:
        made = lending.open_application(
            asked.referral,
            amount_fen=asked.amount_fen,
            term_months=asked.term_months,
            doer=call.doer,
            now=call.now,
            request_id=call.request_id(idempotency_key),
        )
        return MadeOut(key=made)

    return once(request, call, idempotency_key, act)


@applications.get("/{key}", response=ApplicationOut, auth=READ, operation_id="getApplication")
def get_application(request: HttpRequest, key: Key) -> HttpResponse:
    """One application of the caller's."""
    call = called(request, "getApplication", *BOTH)
    return one(lending.application(key, viewer=call.party))


@applications.post(
    "/{key}/steps", response=ApplicationOut, auth=WRITE, operation_id="stepApplication"
)
def step_application(
    request: HttpRequest, key: Key, step: StepIn, if_match: IfMatch = "*", officer: Officer = ""
) -> HttpResponse:
    """claim, score: by the lender; submit, answer (`reason` is the answer), cancel: by the firm."""
    call = called(request, "stepApplication", *BOTH, officer=officer)
    return stepped(
        read=lambda: lending.application(key, viewer=call.party),
        hold=lambda: lending.hold_application(key),
        act=lambda: lending.step_application(
            key, step.event, doer=call.doer, now=call.now, reason=step.reason
        ),
        if_match=if_match,
    )


@applications.post(
    "/{key}/answer", response=ApplicationOut, auth=WRITE, operation_id="answerApplication"
)
def answer_application(
    request: HttpRequest, key: Key, answer: AnswerIn, officer: Officer = ""
) -> HttpResponse:
    """The lender's decision; the same `decision` again changes nothing."""
    call = called(request, "answerApplication", Actor.LENDER, officer=officer)
    told: lending.Answer = built(lending.Answer, answer)
    lending.answer_application(key, told, doer=call.doer, now=call.now)
    return one(lending.application(key, viewer=call.party))


@applications.post(
    "/{key}/feedback", response=ApplicationOut, auth=WRITE, operation_id="giveFeedback"
)
def give_feedback(
    request: HttpRequest, key: Key, feedback: FeedbackIn, officer: Officer = ""
) -> HttpResponse:
    """Whether money was lent after an accepted offer, how much and at which rate."""
    call = called(request, "giveFeedback", Actor.LENDER, officer=officer)
    told: lending.Feedback = built(lending.Feedback, feedback)
    lending.give_feedback(key, told, doer=call.doer, now=call.now)
    return one(lending.application(key, viewer=call.party))


@applications.post(
    "/{key}/acceptance", response=ApplicationOut, auth=WRITE, operation_id="acceptOffer"
)
def accept_offer(
    request: HttpRequest, key: Key, signed: AcceptanceIn, officer: Officer = ""
) -> HttpResponse:
    """The firm accepts the offer by a statement that its own key signed; again changes nothing."""
    call = called(request, "acceptOffer", Actor.ENTERPRISE, officer=officer)
    lending.accept_offer(
        key,
        statement=statement_from(signed.model_dump(), kind=lending.ACCEPTANCE),
        doer=call.doer,
        now=call.now,
        keys=HeldKeys(settings_from_environment().home),
    )
    return one(lending.application(key, viewer=call.party))
