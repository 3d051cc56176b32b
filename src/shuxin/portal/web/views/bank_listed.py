"""Firms that an office recommends to this bank (推荐清单), and what an officer reports: granted, lent, refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shuxin.kernel.money import Unit
from shuxin.kernel.text import Text
from shuxin.market.api import LoanUse
from shuxin.portal.web.parts import Choice, Column, Facts, Field, Filter, Kind, State, Table
from shuxin.portal.web.views.bank_board import money, region_text
from shuxin.portal.web.views.typed import amount_fen, percent_bp

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import HttpRequest, QueryDict

    from shuxin.market.api import government
    from shuxin.portal.web.parts.cells import Tone

_LONGEST_REASON = 1000
_CHOOSE = Text(en="Choose what came of it.", zh="请选择对接结果。")
_AMOUNT = Text(en="An amount of yuan, such as 500000.", zh="请填写以元为单位的金额，如 500000。")
_RATE = Text(en="A rate such as 3.85.", zh="请填写利率，如 3.85。")
_WORDS = Text(en="Say in a sentence why.", zh="请用一句话说明理由。")
_MOST_BP = 3600
_COLUMNS = (
    Column("firm", Text(en="Firm", zh="企业"), link="url"),
    Column("code", Text(en="Code", zh="统一社会信用代码"), kind=Kind.CODE),
    Column("region", Text(en="Region", zh="地区")),
    Column("amount", Text(en="Needs", zh="需求金额"), kind=Kind.FEN),
    Column("use", Text(en="For", zh="用途")),
    Column("result", Text(en="Reported by this bank", zh="本行反馈"), kind=Kind.STATE),
    Column("since", Text(en="Since", zh="起始时间"), kind=Kind.TIME),
)
_TONES: dict[str, Tone] = {"credited": "good", "lent": "good", "refused": "bad"}
_NONE = Text(
    en="No office recommends a firm to this bank at the moment.",
    zh="目前没有推荐给本行的清单企业。",
)
_NOT_YET = State(Text(en="nothing yet", zh="未反馈"), "warn")


@dataclass(frozen=True, slots=True)
class Reported:
    """What an officer typed of a recommended firm, or what is wrong with which field. rate_bp: None when not said."""

    result: str = ""
    amount_fen: int = 0
    rate_bp: int | None = None
    reason: str = ""
    problems: Mapping[str, Text] = field(default_factory=dict)


def reported(given: QueryDict) -> Reported:
    """Of the form; amount and rate count for what was granted or lent, the reason for a refusal."""
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    problems: dict[str, Text] = {}
    result, amount, rate, reason = given.get("result", ""), 0, None, ""
    if result not in set(government.ResultKind):
        problems["result"] = _CHOOSE
    elif result == government.ResultKind.REFUSED:
        reason = given.get("reason", "").strip()[:_LONGEST_REASON]
        if not reason:
            problems["reason"] = _WORDS
    else:
        amount, rate = _yuan(given, problems), _rate(given, problems)
    return Reported(result, amount, rate, reason, problems)


def _yuan(given: QueryDict, problems: dict[str, Text]) -> int:
    fen = amount_fen(given.get("amount", ""), unit=Unit.YUAN)
    if fen is None:
        problems["amount"] = _AMOUNT
    return fen or 0


def _rate(given: QueryDict, problems: dict[str, Text]) -> int | None:
    typed = given.get("rate", "")[:12].strip().rstrip("%％").strip()
    if not typed:
        return None
    bp = percent_bp(typed)
    if not bp or bp > _MOST_BP:
        problems["rate"] = _RATE
        return None
    return bp


def result_fields(given: Mapping[str, str], problems: Mapping[str, Text]) -> list[Field]:
    """What came of it, how much at which rate, or why not."""
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    return [
        Field(
            "result",
            Text(en="What came of it", zh="对接结果"),
            kind="one",
            value=given.get("result", ""),
            choices=[Choice(kind.value, kind.text) for kind in government.ResultKind],
            error=problems.get("result"),
        ),
        Field(
            "amount",
            Text(en="Granted or lent, in yuan", zh="授信或放款金额（元）"),
            value=given.get("amount", ""),
            hint=Text(en="When credit was granted or money lent.", zh="已授信或已放款时填写。"),
            error=problems.get("amount"),
            required=False,
            longest=20,
        ),
        Field(
            "rate",
            Text(en="Rate a year (%)", zh="年利率（%）"),
            value=given.get("rate", ""),
            error=problems.get("rate"),
            required=False,
            longest=8,
        ),
        Field(
            "reason",
            Text(en="Why not, when not granted", zh="未授信原因"),
            kind="long",
            value=given.get("reason", ""),
            hint=Text(en="The office reads it.", zh="主管部门可以看到。"),
            error=problems.get("reason"),
            required=False,
            longest=_LONGEST_REASON,
        ),
    ]


def listed_table(request: HttpRequest, found: Sequence[government.RecommendedFirm]) -> Table:
    """Each leads to its own page, where what came of it is reported."""
    rows = [
        {
            "firm": one.name,
            "url": f"/bank/recommended/{one.key}",
            "code": one.firm.removeprefix("uscc:"),
            "region": region_text(one.region),
            "amount": one.amount_fen,
            "use": _use(one.use),
            "result": result_state(one.result),
            "since": one.since,
        }
        for one in found
    ]
    return Table.shown(
        request,
        name="listed",
        columns=_COLUMNS,
        rows=rows,
        filters=(Filter("result", Text(en="Reported", zh="本行反馈")),),
        empty=_NONE,
    )


def result_state(result: str) -> State:
    """This bank's last report in words."""
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    if result not in set(government.ResultKind):
        return _NOT_YET
    return State(government.ResultKind(result).text, _TONES.get(result, "quiet"))


def listed_facts(one: government.RecommendedFirm) -> Facts:
    """What the office wrote down."""
    return Facts(
        [
            (Text(en="code", zh="统一社会信用代码"), one.firm.removeprefix("uscc:")),
            (Text(en="region", zh="地区"), region_text(one.region)),
            (Text(en="needs", zh="需求金额"), money(one.amount_fen)),
            (Text(en="for", zh="用途"), _use(one.use)),
            (Text(en="on the list since", zh="列入时间"), one.since),
            (Text(en="reported by this bank", zh="本行反馈"), result_state(one.result)),
        ]
    )


def _use(code: str) -> Text:
    return LoanUse(code).text if code in set(LoanUse) else Text(en=code, zh=code)
