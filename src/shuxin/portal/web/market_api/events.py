"""Events over the API: the feed in order, and subscriptions to which it is delivered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

from django.http import HttpRequest, HttpResponse  # noqa: TC002 - ninja reads the annotations
from ninja import Router, Status
from ninja.params.functions import Query
from pydantic import BaseModel, Field

from shuxin.infra.api import settings_from_environment
from shuxin.kernel.machine import Actor
from shuxin.market import api as market
from shuxin.portal.linking.hook_sending import hook_policy
from shuxin.portal.linking.shapes import modelled, shape
from shuxin.portal.web.market_api.calling import (
    CallKey,
    Closed,
    Key,
    MadeOut,
    Officer,
    called,
    once,
    one,
    plain,
)
from shuxin.portal.web.market_api.products import READ, WRITE

if TYPE_CHECKING:
    from pydantic import BaseModel as EventsOut
    from pydantic import BaseModel as SubscriptionOut
else:
    EventsOut, SubscriptionOut = shape(market.EventPage), shape(market.Subscription)

events, subscriptions = Router(tags=["events"]), Router(tags=["events"])
ANYBODY = (Actor.LENDER, Actor.ENTERPRISE, Actor.GOVERNMENT)
After = Annotated[int, Query(ge=0, lt=2**53, description="`last` of the page before; 0 for all.")]
Most = Annotated[int, Query(ge=1, le=1000, description="How many at most.")]
Wait = Annotated[
    int,
    Query(
        ge=0,
        le=market.LONGEST_WAIT,
        description="Seconds to wait for an event where there is none yet.",
    ),
]

Kind = Annotated[
    str,
    Query(pattern=r"^([a-z][a-z_-]{1,23})?$", description="Only events of this kind of things."),
]


class SubscribeIn(Closed):
    """Where events go: https, a public address or a network that the operator opened; kinds of things, none for all."""

    url: Annotated[str, Field(min_length=8, max_length=1000, pattern=r"^[!-~]+$")]
    kinds: Annotated[
        list[Annotated[str, Field(pattern=r"^[a-z][a-z_-]{1,23}$")]], Field(max_length=20)
    ] = []


class SubscribedOut(BaseModel):
    """``secret`` signs each delivery; it is shown in the answer to this call only."""

    key: str
    secret: str


class ResumeIn(Closed):
    """From the event after ``after`` on; null: where it stopped."""

    after: Annotated[int, Field(strict=True, ge=0, lt=2**53)] | None = None


@events.get("", response=EventsOut, auth=READ, operation_id="listEvents")
def list_events(
    request: HttpRequest, after: After = 0, most: Most = 200, wait: Wait = 0, kind: Kind = ""
) -> HttpResponse:
    """What the caller's party is told, in order; who reads on from `last` misses nothing."""
    call = called(request, "listEvents", *ANYBODY)
    if wait:
        market.await_events(call.party, after, seconds=wait, kind=kind)
    return plain(market.events_after(call.party, after, most=most, kind=kind))


@subscriptions.post("", response={201: SubscribedOut}, auth=WRITE, operation_id="subscribe")
def subscribe(
    request: HttpRequest, wanted: SubscribeIn, idempotency_key: CallKey, officer: Officer = ""
) -> HttpResponse:
    """Have the caller's events delivered from the next one on, in order, signed, until they arrive."""
    call = called(request, "subscribe", *ANYBODY, officer=officer)
    settings = settings_from_environment()

    keys = market.HookKeys.of(settings)

    def act() -> MadeOut:
        made = market.subscribe(
            party=call.party,
            client=call.client,
            url=wanted.url,
            kinds=wanted.kinds,
            policy=hook_policy(settings),
            keys=keys,
            now=call.now,
        )
        return MadeOut(key=made.key)

    response = once(request, call, idempotency_key, act)  # what is kept of it holds no secret
    key = json.loads(response.content)["key"]
    secret = market.subscription_secret(key, party=call.party, keys=keys)
    response.content = SubscribedOut(key=key, secret=secret).model_dump_json().encode()
    return response


@subscriptions.get("", response=list[SubscriptionOut], auth=READ, operation_id="listSubscriptions")
def list_subscriptions(request: HttpRequest) -> HttpResponse:
    """The subscriptions of the caller's party and how they stand; at most ten."""
    call = called(request, "listSubscriptions", *ANYBODY)
    found = market.subscriptions(party=call.party)
    return plain([modelled(one).model_dump(mode="json") for one in found])


@subscriptions.get("/{key}", response=SubscriptionOut, auth=READ, operation_id="getSubscription")
def get_subscription(request: HttpRequest, key: Key) -> HttpResponse:
    """One of them."""
    call = called(request, "getSubscription", *ANYBODY)
    return one(market.subscription(key, party=call.party))


@subscriptions.delete("/{key}", response={204: None}, auth=WRITE, operation_id="endSubscription")
def end_subscription(request: HttpRequest, key: Key) -> Status[None]:
    """Nothing is delivered to it any more."""
    call = called(request, "endSubscription", *ANYBODY)
    market.end_subscription(key, party=call.party, now=call.now)
    return Status(204, None)


@subscriptions.post(
    "/{key}/resume", response=SubscriptionOut, auth=WRITE, operation_id="resumeSubscription"
)
def resume_subscription(request: HttpRequest, key: Key, wanted: ResumeIn) -> HttpResponse:
    """Try a subscription that failed again at once, from where it stopped or from a place that is named."""
    call = called(request, "resumeSubscription", *ANYBODY)
    return one(market.resume_subscription(key, party=call.party, after=wanted.after, now=call.now))
