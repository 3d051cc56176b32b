"""What an officer types about a case: the decision of a person, and what became of the loan."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from shuxin.kernel.money import Unit, amount_text
from shuxin.kernel.text import Text
from shuxin.lending.api import PERSON_REASONS, Feedback, Ruling, Verdict
from shuxin.market.api import Repayment
from shuxin.portal.web.parts import Choice, Field
from shuxin.portal.web.views.typed import amount_fen, percent_bp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import QueryDict

    from shuxin.lending.api import CaseView
    from shuxin.market.api import ProductTerms

_AMOUNT = Text(
    en="An amount of 万元, such as 50 or 12.5.", zh="请填写以万元为单位的金额，如 50 或 12.5。"
)
_MOST_BP = 3600
"""The market's bound of a rate a year."""
_RATE = Text(en="A rate such as 3.85.", zh="请填写利率，如 3.85。")
_WHOLE = Text(en="A whole number of months.", zh="请填写整数月数。")
_CHOOSE = Text(en="Choose at least one.", zh="请至少选择一项。")
_WORDS = Text(en="Say in a sentence why.", zh="请用一句话说明理由。")
_DAY = Text(en="A day such as 2026-06-30.", zh="请填写日期，如 2026-06-30。")
_WAYS = Text(
    en="Of the product's ways. An offer by the strategy has its first one.",
    zh="从产品支持的方式中选择；策略自动报价采用产品的第一种还款方式。",
)
_WAYS_UNKNOWN = Text(
    en="The platform cannot be asked now; the product's first way is taken.",
    zh="目前无法连接平台，默认采用产品的第一种还款方式。",
)
_LONGEST_FIGURES, _MOST_MONTHS = 3, 360


@dataclass(frozen=True, slots=True)
class Ruled:
    """What an officer typed: the ruling, or what is wrong with which field."""

    ruling: Ruling | None = None
    problems: Mapping[str, Text] = field(default_factory=dict)


_VERDICTS = (Verdict.APPROVE, Verdict.DECLINE, Verdict.NEED_INFORMATION)


def ruled(given: QueryDict) -> Ruled:
    """Of the form of an officer's decision; amounts count for an approval, codes for a decline."""
    problems: dict[str, Text] = {}
    if given.get("verdict", "") not in set(_VERDICTS):
        problems["verdict"] = _CHOOSE
    reason = given.get("why", "").strip()[:1000]
    if not reason:
        problems["why"] = _WORDS
    said = str(given.get("verdict", ""))
    verdict = Verdict(said) if "verdict" not in problems else Verdict.REFER
    amount = rate = months = 0
    if verdict is Verdict.APPROVE:
        amount = _wan(given, "amount", problems)
        rate = _percent(given, "rate", problems)
        months = _number(given, "months", problems)
    way = given.get("repayment", "")
    if verdict is Verdict.APPROVE and way and way not in set(Repayment):
        problems["repayment"] = _CHOOSE
    reasons = tuple(code for code in given.getlist("reasons") if code in PERSON_REASONS)
    if verdict is Verdict.DECLINE and not reasons:
        problems["reasons"] = _CHOOSE
    question = given.get("question", "").strip()[:1000]
    if verdict is Verdict.NEED_INFORMATION and not question:
        problems["question"] = _WORDS
    if problems:
        return Ruled(problems=problems)
    conditions = tuple(
        x.strip()[:200] for x in given.get("conditions", "").splitlines() if x.strip()
    )
    return Ruled(
        Ruling(
            verdict,
            reason,
            amount_fen=amount,
            rate_bp=rate,
            term_months=months,
            reasons=reasons if verdict is Verdict.DECLINE else (),
            question=question if verdict is Verdict.NEED_INFORMATION else "",
            conditions=conditions[:20] if verdict is Verdict.APPROVE else (),
            repayment=Repayment(way) if verdict is Verdict.APPROVE and way else None,
        )
    )


def _wan(given: QueryDict, name: str, problems: dict[str, Text]) -> int:
    fen = amount_fen(given.get(name, ""))
    if fen is None:
        problems[name] = _AMOUNT
    return fen or 0


def _percent(given: QueryDict, name: str, problems: dict[str, Text]) -> int:
    bp = percent_bp(given.get(name, "")[:12])
    if not bp or bp > _MOST_BP:
        problems[name] = _RATE
        return 0
    return bp


def _number(given: QueryDict, name: str, problems: dict[str, Text]) -> int:
    typed = given.get(name, "").strip()
    is_number = typed.isascii() and typed.isdigit() and len(typed) <= _LONGEST_FIGURES
    if not is_number or not 1 <= int(typed) <= _MOST_MONTHS:
        problems[name] = _WHOLE
        return 0
    return int(typed)


def ruling_fields(
    one: CaseView,
    terms: ProductTerms | None,
    given: QueryDict | None,
    problems: Mapping[str, Text],
) -> list[Field]:
    """The form; before anybody typed, figures are those of the offer that came back, else the engine's.

    terms: of the version applied for; None while they are not known.
    """
    view, before = one.application, one.offer if one.refused else None

    def value(name: str, fresh: str) -> str:
        return given.get(name, "") if given is not None else fresh

    amount = before.amount_fen if before else one.advised_limit_fen or view.amount_fen
    rate_bp = before.rate_bp if before else one.advised_rate_bp
    rate = f"{Decimal(rate_bp) / 100:f}" if rate_bp else ""
    mine = [each for each in one.officers[-1:] if before and each.event == "approve"]
    last = mine[0].reason if mine else ""
    wrong = problems.get
    return [
        Field(
            "verdict",
            Text(en="Decision", zh="审批意见"),
            kind="one",
            value=value("verdict", Verdict.APPROVE.value if before else ""),
            choices=[Choice(each.value, each.text) for each in _VERDICTS],
            error=wrong("verdict"),
        ),
        Field(
            "amount",
            Text(en="Amount (万元)", zh="批准金额（万元）"),
            value=value(
                "amount", amount_text(amount, unit=Unit.TEN_THOUSAND_YUAN).replace(",", "")
            ),
            error=wrong("amount"),
            required=False,
            longest=20,
        ),
        Field(
            "rate",
            Text(en="Rate a year (%)", zh="批准年利率（%）"),
            value=value("rate", rate),
            error=wrong("rate"),
            required=False,
            longest=8,
        ),
        Field(
            "months",
            Text(en="Months", zh="批准期限（月）"),
            kind="number",
            value=value("months", str(before.term_months if before else view.term_months)),
            error=wrong("months"),
            required=False,
        ),
        Field(
            "repayment",
            Text(en="Repayment", zh="还款方式"),
            kind="choice",
            value=value("repayment", before.repayment if before else _first_way(terms)),
            choices=[Choice(way.value, way.text) for way in (terms.repayments if terms else ())],
            hint=_WAYS if terms else _WAYS_UNKNOWN,
            error=wrong("repayment"),
            required=False,
        ),
        Field(
            "conditions",
            Text(en="Conditions, one a line", zh="放款条件（每行一项）"),
            kind="long",
            value=value("conditions", "\n".join(before.conditions) if before else ""),
            required=False,
            longest=2000,
        ),
        Field(
            "reasons",
            Text(en="Reasons that the firm reads", zh="拒绝原因（对企业公开）"),
            kind="some",
            value=given.getlist("reasons") if given is not None else (),
            choices=[Choice(c, Text(en=r.en, zh=r.zh)) for c, r in PERSON_REASONS.items()],
            error=wrong("reasons"),
            required=False,
        ),
        Field(
            "question",
            Text(en="Question to the firm", zh="需企业补充的内容"),
            kind="long",
            value=value("question", ""),
            error=wrong("question"),
            required=False,
            longest=1000,
        ),
        Field(
            "why",
            Text(en="Why you decide so", zh="审批理由"),
            kind="long",
            value=value("why", last),
            hint=Text(
                en="Kept beside the engine's advice, in the bank's own records.",
                zh="与引擎结论一并留存于本行。",
            ),
            error=wrong("why"),
            longest=1000,
        ),
    ]


def _first_way(terms: ProductTerms | None) -> str:
    return terms.repayments[0].value if terms else ""


def feedback_fields(
    one: CaseView, given: QueryDict | None, problems: Mapping[str, Text]
) -> list[Field]:
    offer = one.application.offer

    def value(name: str, fresh: str) -> str:
        return given.get(name, "") if given is not None else fresh

    amount = (
        amount_text(offer.amount_fen, unit=Unit.TEN_THOUSAND_YUAN).replace(",", "") if offer else ""
    )
    rate = f"{Decimal(offer.rate_bp) / 100:f}" if offer else ""
    lent = [
        Choice("yes", Text(en="lent", zh="已放款")),
        Choice("no", Text(en="not lent", zh="未放款")),
    ]
    return [
        Field(
            "lent",
            Text(en="What became of it", zh="放款结果"),
            kind="one",
            choices=lent,
            value=value("lent", ""),
            error=problems.get("lent"),
        ),
        Field(
            "amount",
            Text(en="Amount lent (万元)", zh="放款金额（万元）"),
            value=value("amount", amount),
            error=problems.get("amount"),
            required=False,
            longest=20,
        ),
        Field(
            "rate",
            Text(en="Rate a year (%)", zh="放款年利率（%）"),
            value=value("rate", rate),
            error=problems.get("rate"),
            required=False,
            longest=8,
        ),
        Field(
            "on",
            Text(en="On", zh="放款日期"),
            kind="date",
            value=value("on", ""),
            error=problems.get("on"),
            required=False,
        ),
        Field(
            "because",
            Text(en="Why not, when not lent", zh="未放款原因"),
            kind="long",
            value=value("because", ""),
            error=problems.get("because"),
            required=False,
            longest=1000,
        ),
    ]


def fed_back(given: QueryDict) -> tuple[Feedback | None, dict[str, Text]]:
    """Of the form of feedback."""
    problems: dict[str, Text] = {}
    if given.get("lent") not in {"yes", "no"}:
        return None, {"lent": _CHOOSE}
    if given["lent"] == "no":
        reason = given.get("because", "").strip()[:1000]
        return (Feedback(lent=False, reason=reason), {}) if reason else (None, {"because": _WORDS})
    amount, rate = _wan(given, "amount", problems), _percent(given, "rate", problems)
    try:
        on = dt.date.fromisoformat(given.get("on", ""))
    except ValueError:
        problems["on"] = _DAY
    if problems:
        return None, problems
    return Feedback(lent=True, amount_fen=amount, rate_bp=rate, on=on), {}
