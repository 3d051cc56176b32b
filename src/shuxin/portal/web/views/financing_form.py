"""The form of a new demand in three steps: what is typed travels in the address, nothing is kept before the last."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from shuxin.kernel.text import Text
from shuxin.market.api import (
    MOST_RATE_BP,
    Channel,
    DemandTerms,
    Guarantee,
    LoanUse,
    Urgency,
)
from shuxin.portal.web.parts import Choice, Field, Step, Steps
from shuxin.portal.web.views.market_words import rate_said, words_of
from shuxin.portal.web.views.shelf import read_amount, read_months

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import QueryDict

    from shuxin.portal.web.parts.cells import Words

LONGEST_NOTE = 200
FIRST = ("amount", "months", "use", "urgency")
SECOND = ("to", "lender", "guarantee", "rate", "contact", "estimate", "note")
LAST = 3
_LISTS = ("lender", "guarantee")
_CHOOSE = Text(en="Choose one", zh="请选择一项")
_TITLES = (
    Text(en="How much, for what", zh="金额与用途"),
    Text(en="To whom", zh="发布范围"),
    Text(en="Look through and publish", zh="核对并发布"),
)
ALL, CHOSEN = "all", "chosen"


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed so far, as it was typed; lists for the fields that may hold several."""

    values: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    begun: str = ""
    product: str = ""

    @classmethod
    def of(cls, given: QueryDict) -> Typed:
        names = [name for name in (*FIRST, *SECOND) if name not in _LISTS]
        return cls(
            values={name: given.get(name, "")[:LONGEST_NOTE].strip() for name in names},
            lists={name: tuple(given.getlist(name))[:LONGEST_NOTE] for name in _LISTS},
            begun=given.get("begun", "")[:32],
            product=given.get("product", "")[:120],
        )

    def pairs(self, *, but: Sequence[str] = ()) -> list[tuple[str, str]]:
        """For hidden fields and addresses: all that is not empty, ``but`` what the form itself asks."""
        single = [("begun", self.begun), ("product", self.product), *self.values.items()]
        several = [(name, value) for name, values in self.lists.items() for value in values]
        return [(name, value) for name, value in (*single, *several) if value and name not in but]

    def url(self, step: int) -> str:
        return f"/financing/new?{urlencode([*self.pairs(), ('step', str(step))])}"

    @property
    def request_id(self) -> str:
        """The same for the same words of the same visit: sent twice they are one demand, changed ones are another."""
        return hashlib.sha256(urlencode(self.pairs()).encode()).hexdigest()[:40]


def begin(typed: Typed, key: str) -> Typed:
    """A visit of the form: ``key`` tells it from others with the same words."""
    return replace(typed, begun=key[:32])


@dataclass(frozen=True, slots=True)
class Read:
    """terms: None while something is wrong or missing. problems: by field."""

    terms: DemandTerms | None
    problems: Mapping[str, Text]


def read(typed: Typed, *, lenders: Mapping[str, str], is_agent: bool) -> Read:
    """lenders: those that may be chosen."""
    problems: dict[str, Text] = {}
    amount, months = _amount_and_months(typed, problems)
    use, urgency = (
        _one(LoanUse, typed, "use", problems),
        _one(Urgency, typed, "urgency", problems),
    )
    rate = _rate(typed.values.get("rate", ""), problems)
    chosen = _lenders(typed, lenders, problems)
    if problems or amount is None or months is None:
        return Read(None, problems)
    terms = DemandTerms(
        amount_fen=amount,
        term_months=months,
        use=LoanUse(use),
        urgency=Urgency(urgency),
        guarantees=_guarantees(typed) or (Guarantee.NONE,),
        rate_most_bp=rate,
        lenders=chosen,
        may_contact=typed.values.get("contact") == "yes",
        may_estimate=typed.values.get("estimate") == "yes",
        note=typed.values.get("note", ""),
        channel=Channel.AGENT if is_agent else Channel.PAGE,
    )
    return Read(terms, {})


def step_of(wanted: str, problems: Mapping[str, Text]) -> int:
    """The step asked for, but no later one than the first with something wrong."""
    step = int(wanted) if wanted in {"1", "2", "3"} else 1
    wrong = 1 if problems.keys() & set(FIRST) else 2 if problems else LAST
    return min(step, wrong)


def shown_problems(wanted: str, step: int, problems: Mapping[str, Text]) -> Mapping[str, Text]:
    """Nothing is said to be wrong in a form that nobody has sent yet."""
    return problems if wanted in {"2", "3"} and int(wanted) > step else {}


def head(step: int, typed: Typed) -> Steps:
    return Steps(
        [
            Step(
                text,
                "current" if number == step else "done" if number < step else "later",
                url=typed.url(number) if number < step else "",
            )
            for number, text in enumerate(_TITLES, 1)
        ]
    )


def fields(
    step: int, typed: Typed, problems: Mapping[str, Text], *, lenders: Mapping[str, str]
) -> list[Field]:
    made = _first(typed, problems) if step == 1 else _second(typed, problems, lenders)
    return list(made)


def _first(typed: Typed, problems: Mapping[str, Text]) -> tuple[Field, ...]:
    def value(name: str) -> str:
        return typed.values.get(name, "")

    return (
        Field(
            "amount",
            Text(en="How much do you need? (10,000 yuan)", zh="需要多少资金？（万元）"),
            value=value("amount"),
            hint=Text(en="For 500,000 yuan write 50", zh="例如 50 万元填写 50"),
            error=problems.get("amount"),
            longest=20,
        ),
        Field(
            "months",
            Text(en="For how many months?", zh="使用多久？（月）"),
            value=value("months"),
            hint=Text(en="For one year write 12", zh="例如一年填写 12"),
            error=problems.get("months"),
            longest=5,
        ),
        Field(
            "use",
            Text(en="What for?", zh="资金用途"),
            kind="one",
            value=value("use"),
            choices=_choices(LoanUse),
            error=problems.get("use"),
        ),
        Field(
            "urgency",
            Text(en="How soon?", zh="何时用款"),
            kind="one",
            value=value("urgency"),
            choices=_choices(Urgency),
            error=problems.get("urgency"),
        ),
    )


def _second(
    typed: Typed, problems: Mapping[str, Text], lenders: Mapping[str, str]
) -> tuple[Field, ...]:
    to = typed.values.get("to") or ALL
    chosen = [Choice(party, name) for party, name in lenders.items()]
    return (
        Field(
            "to",
            Text(en="Who may see it?", zh="向谁发布"),
            kind="one",
            value=to,
            choices=(
                Choice(ALL, Text(en="All lenders on this platform", zh="平台全部银行")),
                Choice(CHOSEN, Text(en="Only those I tick here", zh="仅向以下所选银行")),
            ),
        ),
        Field(
            "lender",
            Text(en="Lenders", zh="选择银行"),
            kind="some",
            value=typed.lists.get("lender", ()),
            choices=chosen,
            error=problems.get("lender"),
            required=False,
        ),
        Field(
            "guarantee",
            Text(en="What can you offer as security?", zh="可提供的担保"),
            kind="some",
            value=typed.lists.get("guarantee", ()),
            choices=_choices(Guarantee),
            hint=Text(en="Nothing ticked means no collateral", zh="不勾选即视为无抵押（信用）"),
            required=False,
        ),
        Field(
            "rate",
            Text(en="Highest interest you would accept, % a year", zh="可接受的最高年利率（%）"),
            value=typed.values.get("rate", ""),
            error=problems.get("rate"),
            required=False,
            longest=6,
        ),
        Field(
            "contact",
            Text(
                en="May lenders contact you before they take it up?", zh="受理前是否允许银行联系您"
            ),
            kind="one",
            value=typed.values.get("contact") or "no",
            choices=(
                Choice(
                    "no",
                    Text(
                        en="No: my name is shown only to who takes it",
                        zh="不允许，受理后才显示企业名称",
                    ),
                ),
                Choice(
                    "yes",
                    Text(en="Yes: they may see my name and call", zh="允许，可查看企业名称并联系"),
                ),
            ),
        ),
        Field(
            "estimate",
            Text(en="May the ranking estimate your chances?", zh="是否允许估算获批可能"),
            kind="one",
            value=typed.values.get("estimate") or "no",
            choices=(
                Choice(
                    "no",
                    Text(
                        en="No: rank by cost, speed and fit",
                        zh="不允许，仅按成本、时效和匹配度排序",
                    ),
                ),
                Choice(
                    "yes",
                    Text(
                        en="Yes: from what is known of my business here; how my applications end improves it",
                        zh="允许，依据平台已有的企业信息估算，并将我的审批结果用于改进估算",
                    ),
                ),
            ),
        ),
        Field(
            "note",
            Text(en="Anything lenders should know", zh="补充说明"),
            kind="long",
            value=typed.values.get("note", ""),
            longest=LONGEST_NOTE,
            required=False,
        ),
    )


def said(terms: DemandTerms, lenders: Mapping[str, str]) -> list[tuple[Text, Words]]:
    """The demand in words, for the review and for its page."""
    from shuxin.portal.web.figures import yuan  # noqa: PLC0415 - beside its use

    amount = terms.amount_fen
    to: Words = Text(en="all lenders", zh="平台全部银行")
    if terms.lenders:
        to = "、".join(lenders.get(party, party) for party in terms.lenders)
    found: list[tuple[Text, Words]] = [
        (Text(en="Amount", zh="金额"), Text(en=yuan(amount, "en"), zh=yuan(amount, "zh"))),
        (
            Text(en="Term", zh="期限"),
            Text(en=f"{terms.term_months} months", zh=f"{terms.term_months} 个月"),
        ),
        (Text(en="For", zh="用途"), terms.use.text),
        (Text(en="How soon", zh="用款时间"), terms.urgency.text),
        (Text(en="Security", zh="担保方式"), words_of(terms.guarantees)),
        (Text(en="Shown to", zh="发布范围"), to),
        (Text(en="Contact before it is taken", zh="受理前联系"), _yes(terms.may_contact)),
        (Text(en="Chance estimated", zh="估算获批可能"), _yes(terms.may_estimate)),
    ]
    if terms.rate_most_bp is not None:
        limit = rate_said(terms.rate_most_bp)
        found.append((Text(en="Interest at most", zh="最高年利率"), limit))
    if terms.note:
        found.append((Text(en="Note", zh="补充说明"), terms.note))
    return found


def _yes(value: object) -> Text:
    return Text(en="yes", zh="允许") if value else Text(en="no", zh="不允许")


def _choices(closed: type[LoanUse | Urgency | Guarantee]) -> tuple[Choice, ...]:
    return tuple(Choice(str(one), one.text) for one in closed)


def _amount_and_months(typed: Typed, problems: dict[str, Text]) -> tuple[int | None, int | None]:
    amount = read_amount(typed.values.get("amount", ""), problems)
    months = read_months(typed.values.get("months", ""), problems)
    if amount is None:
        problems.setdefault("amount", Text(en="Write how much you need", zh="请填写所需金额"))
    if months is None:
        problems.setdefault("months", Text(en="Write how long you need it", zh="请填写使用期限"))
    return amount, months


def _one(
    closed: type[LoanUse | Urgency], typed: Typed, name: str, problems: dict[str, Text]
) -> str:
    value = typed.values.get(name, "")
    if value not in {str(one) for one in closed}:
        problems[name] = _CHOOSE
    return value


def _rate(text: str, problems: dict[str, Text]) -> int | None:
    """Basis points of per cent as typed; None for nothing."""
    clean = text.rstrip("%％").strip()
    if not clean:
        return None
    whole, _, rest = clean.partition(".")
    plain = whole.isascii() and whole.isdigit() and len(whole) <= 2  # noqa: PLR2004 - below 100
    tail = not rest or (rest.isascii() and rest.isdigit() and len(rest) <= 2)  # noqa: PLR2004
    bp = int(whole) * 100 + int(rest.ljust(2, "0")) if plain and tail else 0
    if 0 < bp <= MOST_RATE_BP:
        return bp
    problems["rate"] = Text(en="Write a rate such as 5.5", zh="请填写利率，例如 5.5")
    return None


def _lenders(
    typed: Typed, lenders: Mapping[str, str], problems: dict[str, Text]
) -> tuple[str, ...]:
    if typed.values.get("to") != CHOSEN:
        return ()
    chosen = tuple(one for one in dict.fromkeys(typed.lists.get("lender", ())) if one in lenders)
    if not chosen:
        problems["lender"] = Text(en="Tick at least one lender", zh="请至少选择一家银行")
    return chosen


def _guarantees(typed: Typed) -> tuple[Guarantee, ...]:
    ticked = set(typed.lists.get("guarantee", ()))
    return tuple(one for one in Guarantee if str(one) in ticked)
