"""The fields of the form of a product, under their headings, and its two small tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shuxin.kernel.text import Text
from shuxin.market.api import Borrower, FeeKind, Guarantee, ProductKind, Repayment, Size
from shuxin.portal.web.parts import Choice, Field
from shuxin.portal.web.views.bank_product_form import (
    FEE_LINES,
    GRADES,
    LONGEST_WORD,
    NEEDED_LINES,
    Typed,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shuxin.market.api import Worded


def _choices(kind: type[Worded]) -> list[Choice]:
    return [Choice(one.value, one.text) for one in kind]


@dataclass(frozen=True, slots=True)
class Section:
    """Fields under one heading; ``columns``: two bounds stand side by side."""

    title: Text
    fields: Sequence[Field]
    columns: bool = False
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a small table of inputs: cells as (name, value, kind), and what is wrong with it."""

    cells: Sequence[Field]
    error: Text | str | None


def sections(typed: Typed, problems: Mapping[str, Text | str]) -> list[Section]:
    """The fields in their order, but for the two small tables."""
    make = _Maker(typed, problems)
    return [make.basics(), make.bands(), make.ways(), make.who(), make.promises()]


class _Maker:
    def __init__(self, typed: Typed, problems: Mapping[str, Text | str]) -> None:
        self._typed, self._problems = typed, problems

    def _one(self, name: str, en: str, zh: str, **more: Any) -> Field:
        kind = more.pop("kind", "text")
        return Field(
            name,
            Text(en=en, zh=zh),
            kind=kind,
            value=self._typed.ticked(name) if kind == "some" else self._typed.get(name),
            error=self._problems.get(name),
            **more,
        )

    def basics(self) -> Section:
        return Section(
            Text(en="Product", zh="产品"),
            [
                self._one("name", "Name", "产品名称", longest=LONGEST_WORD),
                self._one(
                    "name_en",
                    "Name in English",
                    "名称（英文）",
                    required=False,
                    longest=LONGEST_WORD,
                ),
                self._one("kind", "Kind", "产品类型", kind="choice", choices=_choices(ProductKind)),
            ],
        )

    def bands(self) -> Section:
        return Section(
            Text(en="Amount, price, term", zh="额度、利率、期限"),
            [
                self._one("amount_least", "Amount from (万元)", "最低金额（万元）", longest=20),
                self._one("amount_most", "Amount to (万元)", "最高金额（万元）", longest=20),
                self._one("rate_least", "Rate a year from (%)", "最低年利率（%）", longest=8),
                self._one("rate_most", "Rate a year to (%)", "最高年利率（%）", longest=8),
                self._one("months_least", "Months from", "最短期限（月）", kind="number"),
                self._one("months_most", "Months to", "最长期限（月）", kind="number"),
            ],
            columns=True,
        )

    def ways(self) -> Section:
        return Section(
            Text(en="Security and repayment", zh="担保与还款"),
            [
                self._one(
                    "guarantees", "Security", "担保方式", kind="some", choices=_choices(Guarantee)
                ),
                self._one(
                    "repayments", "Repayment", "还款方式", kind="some", choices=_choices(Repayment)
                ),
            ],
            columns=True,
        )

    def who(self) -> Section:
        codes = Text(
            en="Beginnings of codes with spaces between them; empty for all.",
            zh="填写代码前缀，以空格分隔；留空表示不限。",
        )
        nobody = Text(en="None ticked: all.", zh="不勾选表示不限。")
        free: dict[str, Any] = {"required": False}
        many: dict[str, Any] = {"required": False, "kind": "some", "hint": nobody}
        first = [Choice("yes", Text(en="first-loan firms only", zh="仅限首贷户"))]
        seeks = [Choice("yes", Text(en="wants firms that never had a loan", zh="优先拓展首贷户"))]
        grades = [Choice(one, one) for one in GRADES]
        return Section(
            Text(en="Who may apply", zh="准入条件"),
            [
                self._one("borrowers", "Borrowers", "借款主体", choices=_choices(Borrower), **many),
                self._one("sizes", "Size", "企业规模", choices=_choices(Size), **many),
                self._one("tax_grades", "Tax grade", "纳税信用等级", choices=grades, **many),
                self._one(
                    "first_loan_only", "First loan", "首贷", kind="some", choices=first, **free
                ),
                self._one(
                    "seeks_first_loans", "Aim", "拓展目标", kind="some", choices=seeks, **free
                ),
                self._one("regions", "Regions", "地区代码", hint=codes, longest=800, **free),
                self._one("industries", "Industries", "行业代码", hint=codes, longest=800, **free),
                self._one(
                    "excluded", "Industries not served", "不准入行业", longest=800, hint=codes, **free
                ),
                self._one(
                    "age_months", "Age of the firm, months at least", "成立时间不少于（月）",
                    kind="number", **free,
                ),
            ],
            columns=True,
        )  # fmt: skip

    def promises(self) -> Section:
        hours = Text(en="Working hours.", zh="工作小时。")
        return Section(
            Text(en="Documents and promises", zh="申请材料与服务时限"),
            [
                self._one(
                    "documents",
                    "Documents, one a line",
                    "申请材料（每行一项）",
                    kind="long",
                    required=False,
                    longest=3000,
                ),
                self._one("claim_hours", "Taken up within", "受理时限", kind="number", hint=hours),
                self._one(
                    "decision_hours", "Decided within", "审批时限", kind="number", hint=hours
                ),
                self._one(
                    "claim_cap",
                    "Lenders on one demand at most",
                    "同一需求最多受理机构数",
                    kind="number",
                    hint=Text(
                        en="Open claims of all lenders together.", zh="含其他机构，按在办数量计。"
                    ),
                ),
            ],
        )

    def needed(self, holders: Sequence[Choice]) -> list[Line]:
        levels = [Choice(str(n), f"L{n}") for n in (1, 2, 3)]
        return [
            Line(
                [
                    self._cell(f"needed-{at}-holder", "Holder", "数据来源", holders),
                    self._cell(f"needed-{at}-catalogues", "Data sets", "数据目录"),
                    self._cell(f"needed-{at}-level", "Level", "最高分级", levels, fresh="3"),
                    self._cell(
                        f"needed-{at}-months", "Months of data", "数据期间（月）", fresh="24"
                    ),
                    self._cell(f"needed-{at}-days", "Valid for days", "有效天数", fresh="30"),
                    self._cell(f"needed-{at}-uses", "Uses at most", "最多次数", fresh="3"),
                ],
                self._of_line(f"needed-{at}"),
            )
            for at in range(NEEDED_LINES)
        ]

    def fees(self) -> list[Line]:
        return [
            Line(
                [
                    self._cell(f"fee-{at}-name", "Fee", "费用名称"),
                    self._cell(f"fee-{at}-kind", "Counted", "计费方式", _choices(FeeKind)),
                    self._cell(f"fee-{at}-value", "Per cent, or yuan", "费率（%）或金额（元）"),
                ],
                self._of_line(f"fee-{at}"),
            )
            for at in range(FEE_LINES)
        ]

    def _cell(
        self, name: str, en: str, zh: str, choices: Sequence[Choice] = (), *, fresh: str = ""
    ) -> Field:
        return Field(
            name,
            Text(en=en, zh=zh),
            kind="choice" if choices else "text",
            value=self._typed.get(name) or fresh,
            choices=choices,
            required=False,
            longest=600,
            error=self._problems.get(name),
        )

    def _of_line(self, line: str) -> Text | str | None:
        return next(
            (text for name, text in self._problems.items() if name.startswith(f"{line}-")), None
        )


def small_tables(
    typed: Typed, problems: Mapping[str, Text | str], *, holders: Sequence[Choice]
) -> tuple[list[Line], list[Line]]:
    """The lines of authorisations needed, and of fees."""
    make = _Maker(typed, problems)
    return make.needed(holders), make.fees()
