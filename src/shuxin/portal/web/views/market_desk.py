"""What the operator's market pages gather: what waits, a version against the one before, lenders' answers."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shuxin.kernel.machine import Actor
from shuxin.kernel.text import Text
from shuxin.market import api as market
from shuxin.portal.web.parts import Column, Kind, State
from shuxin.portal.web.views import financing
from shuxin.portal.web.views import market_words as words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from shuxin.lending.api import ApplicationView
    from shuxin.market.api import DemandView, ProductTerms, ProductView, ReferralView
    from shuxin.portal.web.parts.cells import Words

ALL_PRODUCTS = ("review", "draft", "online", "paused", "offline")
ALL_DEMANDS = (
    "screening",
    "published",
    "matched",
    "in_application",
    "fulfilled",
    "expired",
    "withdrawn",
    "rejected",
)
LATE = State(Text(en="overdue", zh="已超时"), "bad")
_LENDER = Text(en="Lender", zh="银行")
_STATE = Text(en="State", zh="状态")
PRODUCTS = (
    Column("name", Text(en="Product", zh="产品"), link="url"),
    Column("lender", _LENDER),
    Column("kind", Text(en="Kind", zh="类型")),
    Column("state", _STATE, kind=Kind.STATE),
    Column("version", Text(en="Version", zh="版本"), kind=Kind.NUMBER),
    Column("rate", Text(en="Interest", zh="年利率")),
    Column("at", Text(en="Changed", zh="变更时间"), kind=Kind.TIME),
)
DEMANDS = (
    Column("firm", Text(en="Firm", zh="企业"), link="url"),
    Column("amount", Text(en="Amount", zh="金额"), kind=Kind.FEN),
    Column("months", Text(en="Term", zh="期限"), kind=Kind.NUMBER, unit=Text(en="months", zh="月")),
    Column("use", Text(en="For", zh="用途")),
    Column("channel", Text(en="Came by", zh="渠道")),
    Column("state", _STATE, kind=Kind.STATE),
    Column("age", Text(en="Age", zh="提交时长"), kind=Kind.NUMBER, unit=Text(en="days", zh="天")),
    Column("referrals", Text(en="Lenders", zh="对接数"), kind=Kind.NUMBER),
)
LENDERS = (
    Column("lender", _LENDER),
    Column("referrals", Text(en="Referrals", zh="对接"), kind=Kind.NUMBER),
    Column("taken", Text(en="Taken", zh="受理率"), kind=Kind.PERCENT),
    Column("declined", Text(en="Declined", zh="婉拒率"), kind=Kind.PERCENT),
    Column("lapsed", Text(en="Let lapse", zh="超时率"), kind=Kind.PERCENT),
    Column("late", Text(en="Overdue now", zh="当前超时"), kind=Kind.NUMBER),
    Column("applications", Text(en="Applications", zh="申请"), kind=Kind.NUMBER),
    Column("approved", Text(en="Approved", zh="通过率"), kind=Kind.PERCENT),
    Column(
        "hours",
        Text(en="To answer, median", zh="审批用时中位数"),
        kind=Kind.NUMBER,
        unit=Text(en="hours", zh="小时"),
        digits=2,
    ),
)
OVERDUE = (
    Column("lender", _LENDER),
    Column("what", Text(en="Waits for", zh="待办事项")),
    Column("firm", Text(en="Firm", zh="企业"), link="url"),
    Column("due", Text(en="Was due", zh="应办时间"), kind=Kind.TIME),
    Column(
        "late",
        Text(en="Late", zh="超时"),
        kind=Kind.NUMBER,
        unit=Text(en="hours", zh="小时"),
        digits=1,
    ),
)
_TAKE = Text(en="taking the demand up", zh="受理需求")
_APPLY = Text(en="the firm's application", zh="企业提交申请")
_CLAIM = Text(en="taking the application up", zh="受理申请")
_DECIDE = Text(en="a decision", zh="审批")
_ANSWER = Text(en="the firm's answer", zh="企业补充说明")
_WAITS_FOR = {
    "waiting": _TAKE,
    "taken": _APPLY,
    "submitted": _CLAIM,
    "data_query": _DECIDE,
    "scoring": _DECIDE,
    "manual_review": _DECIDE,
    "need_information": _ANSWER,
}
_HOUR = 3600
_ALL = 1_000_000


@dataclass(frozen=True, slots=True)
class Difference:
    """One term that differs between two versions; both the same where there is no version before."""

    label: Text
    before: Words
    now: Words
    is_new: bool


def waits_for_review(product: ProductView) -> bool:
    return product.draft_state == "review" or (product.state == "review" and not product.version)


def product_rows(products: Iterable[ProductView]) -> list[dict[str, Any]]:
    """What waits for a review first."""
    names = financing.names()
    rows = [
        {
            "name": financing.title(one),
            "url": f"/market-desk/products/{one.key}",
            "lender": words.name_of(one.lender, names),
            "kind": one.terms.kind.text,
            "state": _product_state(one),
            "version": one.version or None,
            "rate": words.rates_said(one.terms.rate_bp),
            "at": one.changed_at,
            "waits": waits_for_review(one),
        }
        for one in products
        if one.state != "draft"
    ]
    return sorted(rows, key=lambda row: not row["waits"])


def _product_state(product: ProductView) -> State:
    if waits_for_review(product) and product.version:
        return State(Text(en="new version to review", zh="新版本待审核"), "busy")
    if waits_for_review(product):
        return State(Text(en="to review", zh="待审核"), "busy")
    return words.state_of(product.state, market.STATE_TEXTS)


def differences(product: ProductView) -> list[Difference]:
    """The version to review against the published one, term by term; all terms of a first version."""
    proposed = product.draft or product.terms
    before = product.terms if product.version and product.draft is not None else None
    names = financing.names()
    now_said = terms_said(proposed, names)
    if before is None:
        return [Difference(label, value, value, is_new=False) for label, value in now_said]
    return [
        Difference(label, old, new, is_new=_plain(old) != _plain(new))
        for (label, old), (_, new) in zip(terms_said(before, names), now_said, strict=True)
    ]


def product_facts(product: ProductView) -> dict[str, Any]:
    """Everything of a product's page."""
    reviews = waits_for_review(product)
    seen = product.draft_digest if product.draft is not None else product.digest
    actor = market.PRODUCT.events(product.state, actor=Actor.OPERATOR)
    return {
        "product": product,
        "title": financing.title(product),
        "lender": words.name_of(product.lender, financing.names()),
        "state": _product_state(product),
        "differences": differences(product) if reviews else [],
        "said": [] if reviews else terms_said(product.terms, financing.names()),
        "reviews": reviews,
        "is_first": not product.version,
        "seen": seen,
        "may_pause": "pause" in actor,
        "may_resume": "resume" in actor,
        "may_retire": "retire" in actor and product.state != "draft",
        "steps": financing.time_line("product", product.key, market.STATE_TEXTS, names_shown=True),
    }


def terms_said(terms: ProductTerms, names: dict[str, str]) -> list[tuple[Text, Words]]:
    """Every term of a product in words, always the same lines in the same order."""
    none = Text(en="none", zh="无")
    conditions = words.conditions(terms.eligibility)
    needs = words.needs(terms, names=names)
    found: list[tuple[Text, Words]] = [
        (Text(en="Name", zh="名称"), words.literal(terms.name)),
        (Text(en="Name in English", zh="英文名称"), words.literal(terms.name_en or "–")),
        (Text(en="Kind", zh="类型"), terms.kind.text),
        (Text(en="Amount", zh="额度"), words.amounts_said(terms.amount_fen)),
        (Text(en="Interest a year", zh="年利率"), words.rates_said(terms.rate_bp)),
        (Text(en="Term", zh="期限"), words.months_said(terms.term_months)),
        (Text(en="Security", zh="担保方式"), words.words_of(terms.guarantees)),
        (Text(en="Repayment", zh="还款方式"), words.words_of(terms.repayments)),
        (Text(en="Fees", zh="费用"), _lines([words.fee_said(one) for one in terms.fees]) or none),
        (Text(en="Who may apply", zh="申请条件"), _lines(conditions) or none),
        (
            Text(en="Papers", zh="材料"),
            words.literal("、".join(terms.documents)) if terms.documents else none,
        ),
        (Text(en="Authorisations", zh="所需授权"), _lines(needs) or none),
        (
            Text(en="Time limits", zh="时限"),
            Text(
                en=f"takes up within {terms.claim_hours} working hours, decides within {terms.decision_hours}",
                zh=f"{terms.claim_hours} 个工作小时内受理，{terms.decision_hours} 个工作小时内审批",
            ),
        ),
        (Text(en="Open claims at most", zh="抢单名额"), str(terms.claim_cap)),
        (
            Text(en="Seeks first loans", zh="首贷产品"),
            Text(en="yes", zh="是") if terms.seeks_first_loans else Text(en="no", zh="否"),
        ),
    ]
    return found


def _lines(texts: Sequence[Text]) -> Text | None:
    if not texts:
        return None
    return Text(en=" ".join(one.en for one in texts), zh="".join(one.zh for one in texts))


def _plain(said: Words) -> str:
    return said if isinstance(said, str) else said.say("zh")


def demand_rows(demands: Iterable[DemandView], *, now: datetime) -> list[dict[str, Any]]:
    """Those that wait for a person first, then the oldest."""
    rows = [
        {
            "firm": one.firm.name or one.firm.party,
            "url": f"/market-desk/demands/{one.key}",
            "amount": one.terms.amount_fen,
            "months": one.terms.term_months,
            "use": one.terms.use.text,
            "channel": one.terms.channel.text,
            "state": words.state_of(one.state, market.STATE_TEXTS),
            "age": (now - one.made_at).days,
            "referrals": one.referrals,
            "waits": one.state == "screening",
        }
        for one in demands
    ]
    return sorted(rows, key=lambda row: (not row["waits"], -int(str(row["age"]))))


def everybody() -> tuple[dict[str, list[ReferralView]], dict[str, list[ApplicationView]]]:
    """Referrals and applications of every lender that has a product."""
    from shuxin.lending.api import applications_for  # noqa: PLC0415 - heavy

    lenders = {
        one.lender for one in market.products(states=ALL_PRODUCTS, viewer=market.THE_OPERATOR)
    }
    referrals = {one: market.referrals_of_lender(one) for one in lenders}
    return referrals, {one: applications_for(one, most=_ALL) for one in lenders}


def lender_rows(
    referrals: Mapping[str, Sequence[ReferralView]],
    applications: Mapping[str, Sequence[ApplicationView]],
    *,
    now: datetime,
) -> list[dict[str, Any]]:
    names = financing.names()
    rows = [
        _lender_row(words.name_of(lender, names), mine, applications.get(lender, ()), now=now)
        for lender, mine in referrals.items()
    ]
    return sorted(rows, key=lambda row: -int(row["referrals"]))


def _lender_row(
    name: str,
    referrals: Sequence[ReferralView],
    applications: Sequence[ApplicationView],
    *,
    now: datetime,
) -> dict[str, Any]:
    states = Counter(one.state for one in referrals)
    ended = [one for one in applications if one.state in {"approved", "accepted", "declined"}]
    approved = sum(one.state != "declined" for one in ended)
    took = states["taken"] + states["applied"] + states["closed"]
    answered = took + states["declined"] + states["lapsed"]
    hours = [
        (one.answered_at - one.submitted_at).total_seconds() / _HOUR
        for one in ended
        if one.answered_at and one.submitted_at
    ]
    open_ones: list[Any] = [*referrals, *applications]
    late = [one for one in open_ones if _is_lenders(one.state) and _is_late(one, now)]
    return {
        "lender": name,
        "referrals": len(referrals),
        "taken": took / answered if answered else None,
        "declined": states["declined"] / answered if answered else None,
        "lapsed": states["lapsed"] / answered if answered else None,
        "late": len(late),
        "applications": len(applications),
        "approved": approved / len(ended) if ended else None,
        "hours": statistics.median(hours) if hours else None,
    }


def _is_lenders(state: str) -> bool:
    """Whether the lender is waited for."""
    return state in {"waiting", "submitted", "data_query", "scoring", "manual_review"}


def _is_late(one: Any, now: datetime) -> bool:
    return one.due_at is not None and one.due_at < now


def overdue_rows(
    referrals: Mapping[str, Sequence[ReferralView]],
    applications: Mapping[str, Sequence[ApplicationView]],
    *,
    now: datetime,
) -> list[dict[str, Any]]:
    """All that passed its time limit, the latest first."""
    names = financing.names()
    found: list[dict[str, Any]] = []
    of_all: dict[str, list[Any]] = defaultdict(list)
    for lender, several in (*referrals.items(), *applications.items()):
        of_all[lender].extend(several)
    for lender, several in of_all.items():
        for one in several:
            if one.state in _WAITS_FOR and _is_late(one, now):
                found.append(_overdue(one, words.name_of(lender, names), now))  # noqa: PERF401 - clearer so
    return sorted(found, key=lambda row: -float(row["late"]))


def _overdue(one: Any, lender: str, now: datetime) -> dict[str, Any]:
    view = market.demand(one.demand, viewer=market.THE_OPERATOR)
    return {
        "lender": lender,
        "what": _WAITS_FOR[one.state],
        "firm": view.firm.name or view.firm.party,
        "url": f"/market-desk/demands/{one.demand}",
        "due": one.due_at,
        "late": (now - one.due_at).total_seconds() / _HOUR,
    }
