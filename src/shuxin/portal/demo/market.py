"""The demo's marketplace (演示融资服务): strategies and products of its lenders, and firms that want money.

Each function runs in the home of whose act it is, by the same use cases as pages and commands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shuxin.infra.api import now_in_china
from shuxin.kernel.machine import Actor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def know_firms(*, facts: Sequence[Mapping[str, Any]]) -> int:
    """At the platform: what the public register says of these firms; how many."""
    from shuxin.market.api import FirmFacts, from_json, keep_firm
    from shuxin.portal.bootstrap import operator, start

    start()
    now, by = now_in_china(), operator()
    for one in facts:
        keep_firm(from_json(FirmFacts, dict(one)), source="open", by=by, now=now)
    return len(facts)


def run_strategy(*, service: str, rows: Sequence[Mapping[str, Any]], people: Sequence[str]) -> str:
    """At a lender: its strategy, tried on these past loans, published by two people; its digest.

    service: of joint scores, "" for a lender that has none.
    """
    from shuxin.lending.api import (
        approve_strategy,
        back_test,
        cases_of_rows,
        draft_strategy,
        keep_back_test,
        publish_strategy,
        standard_strategy,
        strategy_of,
    )

    strategy = standard_strategy(service=service)
    if service:
        strategy = strategy_of(_small_tickets(strategy.stated))
    first, second = (_doer(Actor.LENDER, by=one) for one in people)
    now = now_in_china()
    key = draft_strategy(strategy, doer=first, now=now, request_id="demo-standard")
    cases = cases_of_rows(
        rows, product_kind="credit", amount_fen=(1_000_000, 300_000_000), rate_bp=(300, 900)
    )
    keep_back_test(key, back_test(strategy, cases), doer=first, now=now)
    approve_strategy(key, doer=first, now=now)
    publish_strategy(key, doer=second, now=now)
    return strategy.digest


def _small_tickets(stated: dict[str, Any]) -> dict[str, Any]:
    """Of the standard strategy what rests on the joint score alone, up to 300,000 yuan.

    The demo's bank has no public lists and no flows of its own that are read as features.
    """
    stages = [one for one in stated["stages"] if one["id"] not in {"lists", "behaviour"}]
    for one in stages:
        if one["kind"] == "limit":
            one |= {"caps": [], "caps_needed": 0, "most_yuan": 300_000}
        if one["kind"] == "zones":
            one["zones"] = [{"by": "joint.pd", "approve": 2000, "decline": 3500}]
    return stated | {"id": "joint_small", "name": "联合评分小额信用贷", "stages": stages}


def offer_products(*, products: Sequence[Mapping[str, Any]], by: str) -> list[str]:
    """At a lender: its products, drafted at the platform and handed in for review; their keys."""
    from shuxin.market.api import ProductTerms, from_json
    from shuxin.portal.bootstrap import start
    from shuxin.portal.linking.api import marketplace

    market, made = marketplace(start()), []
    for number, one in enumerate(products, start=1):
        terms = from_json(ProductTerms, dict(one))
        key = market.save_product(terms, by=by, request_id=f"demo-{number}")
        market.step_product(key, "submit", by=by)
        made.append(key)
    return made


def approve_products(*, keys: Sequence[str], by: str) -> int:
    """At the platform: its officer lets them onto the shelf."""
    from shuxin.market.api import step_product

    doer = _doer(Actor.OPERATOR, by=by)
    for key in keys:
        step_product(key, "approve", doer=doer, now=now_in_china())
    return len(keys)


def want_money(*, wanted: Sequence[Mapping[str, Any]]) -> int:
    """At the platform: each firm keeps its facts and hands in its demand, as on its own page; how many are published.

    wanted: ``party``, ``facts`` that it declares, ``terms``.
    """
    from shuxin.market.api import (
        DemandTerms,
        FirmFacts,
        draft_demand,
        from_json,
        keep_firm,
        submit_demand,
    )

    published = 0
    for one in wanted:
        now, doer = now_in_china(), _doer(Actor.ENTERPRISE, by="demo", party=one["party"])
        keep_firm(from_json(FirmFacts, dict(one["facts"])), source="declared", by="demo", now=now)
        terms = from_json(DemandTerms, dict(one["terms"]))
        key = draft_demand(
            terms, firm=one["party"], doer=doer, now=now, request_id=f"demo-{one['party'][5:]}"
        )
        published += submit_demand(key, doer=doer, now=now).state == "published"
    return published


def apply(*, count: int, product: str) -> int:
    """At the platform: the first firms choose this product, as far as it fits them, and hand in their applications."""
    from shuxin.kernel.errors import ShuxinError
    from shuxin.lending.api import open_application, step_application
    from shuxin.market.api import choose, demands

    made = 0
    for one in demands(states=("published", "matched")):
        if made == count:
            break
        firm, now = one.firm.party, now_in_china()
        doer = _doer(Actor.ENTERPRISE, by="demo", party=firm)
        try:
            referral = choose(one.key, product, doer=doer, now=now)
        except ShuxinError:  # this product is not for this firm
            continue
        key = open_application(
            referral,
            amount_fen=one.terms.amount_fen,
            term_months=one.terms.term_months,
            doer=doer,
            now=now,
            request_id=f"demo-{one.key}",
        )
        step_application(key, "submit", doer=doer, now=now)
        made += 1
    return made


def begin_government(*, party: str, people: Sequence[str], region: str) -> int:
    """At the platform: the finance office's officers get the whole city, and publish the example policies."""
    from shuxin.market.api import government

    now, operator = now_in_china(), _doer(Actor.OPERATOR, by="operator")
    for one in people:
        government.assign_region(party=party, account=one, region=region, doer=operator, now=now)
    first, second = (_doer(Actor.GOVERNMENT, by=one, party=party) for one in people)
    return int(government.keep_standard_policies(by=(first, second), now=now))


def _doer(actor: Actor, *, by: str, party: str = "") -> Any:
    """Who acts in this home; logged here."""
    from shuxin.market.api import Doer
    from shuxin.portal.bootstrap import holder, journal_of, start

    settings = start()
    return Doer(actor, party or holder(settings).party, by, journal_of(settings))
