"""The form of a product (产品条款): from what was typed to terms, and from terms to what stands in the form."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from shuxin.kernel.money import Unit, amount_text
from shuxin.kernel.text import Text
from shuxin.market.api import (
    Band,
    Borrower,
    Eligibility,
    Fee,
    FeeKind,
    Guarantee,
    Needed,
    ProductKind,
    ProductTerms,
    Repayment,
    Size,
    TermsInvalid,
)
from shuxin.portal.web.views.typed import amount_fen, percent_bp

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.http import QueryDict

    from shuxin.kernel.text import Language
    from shuxin.market.api import Worded

GRADES = ("A", "B", "M", "C", "D")
NEEDED_LINES, FEE_LINES = 4, 3
_MOST_CODES, _MOST_DOCUMENTS, LONGEST_WORD = 60, 30, 120
_CODE = re.compile(r"[A-Za-z0-9]{1,12}")
_WHOLE = re.compile(r"[0-9]{1,6}")
_BETWEEN = re.compile(r"[\s,，、;；]+")
_AMOUNT = Text(
    en="An amount of 万元, such as 50 or 12.5.", zh="请填写以万元为单位的金额，如 50 或 12.5。"
)
_RATE = Text(en="A rate such as 3.85.", zh="请填写利率，如 3.85。")
_NUMBER = Text(en="A whole number from {least} to {most}.", zh="请填写 {least} 至 {most} 的整数。")
_CHOOSE = Text(en="Choose at least one.", zh="请至少选择一项。")
_ONE = Text(en="Choose one.", zh="请选择一项。")
_CODES = Text(
    en="Write codes of figures and letters with spaces between them, at most {most}.",
    zh="请填写由数字和字母组成的代码，以空格分隔，最多 {most} 个。",
)
_ORDER = Text(en="It must not be less than the least.", zh="不得小于下限。")
_NAME = Text(en="Write 1 to {most} signs.", zh="请填写 1 至 {most} 个字符。")
_WHOLE_LINE = Text(
    en="Fill this line in whole, or leave it empty.", zh="请完整填写本行，或将其留空。"
)

Problems = dict[str, Text | str]


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as it was typed: single values, and what was ticked."""

    one: Mapping[str, str] = field(default_factory=dict)
    some: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, given: QueryDict) -> Typed:
        one = {name: str(given[name])[:4000].strip() for name in given if name not in _SOME}
        return cls(one, {name: tuple(given.getlist(name))[:40] for name in _SOME})

    def get(self, name: str) -> str:
        return self.one.get(name, "")

    def ticked(self, name: str) -> tuple[str, ...]:
        return self.some.get(name, ())


_SOME = (
    "guarantees",
    "repayments",
    "borrowers",
    "sizes",
    "tax_grades",
    "first_loan_only",
    "seeks_first_loans",
)


def typed_from(terms: ProductTerms) -> Typed:
    """The form of terms that stand."""
    who = terms.eligibility
    one = {
        "name": terms.name,
        "name_en": terms.name_en,
        "kind": terms.kind.value,
        "amount_least": _wan(terms.amount_fen.least),
        "amount_most": _wan(terms.amount_fen.most),
        "rate_least": _percent(terms.rate_bp.least),
        "rate_most": _percent(terms.rate_bp.most),
        "months_least": str(terms.term_months.least),
        "months_most": str(terms.term_months.most),
        "regions": " ".join(who.regions),
        "industries": " ".join(who.industries),
        "excluded": " ".join(who.excluded_industries),
        "age_months": "" if who.age_months is None else str(who.age_months),
        "documents": "\n".join(terms.documents),
        "claim_hours": str(terms.claim_hours),
        "decision_hours": str(terms.decision_hours),
        "claim_cap": str(terms.claim_cap),
    }
    for at, need in enumerate(terms.authorisations):
        one |= {
            f"needed-{at}-holder": need.holder,
            f"needed-{at}-catalogues": "、".join(need.catalogues),
            f"needed-{at}-level": str(need.level_max),
            f"needed-{at}-months": str(need.data_months),
            f"needed-{at}-days": str(need.valid_days),
            f"needed-{at}-uses": str(need.max_uses),
        }
    for at, fee in enumerate(terms.fees):
        shown = _percent(fee.value) if fee.kind is not FeeKind.ONCE_FEN else _yuan(fee.value)
        one |= {
            f"fee-{at}-name": fee.name,
            f"fee-{at}-kind": fee.kind.value,
            f"fee-{at}-value": shown,
        }
    some = {
        "guarantees": tuple(each.value for each in terms.guarantees),
        "repayments": tuple(each.value for each in terms.repayments),
        "borrowers": tuple(each.value for each in who.borrowers),
        "sizes": tuple(each.value for each in who.sizes),
        "tax_grades": who.tax_grades,
        "first_loan_only": ("yes",) if who.first_loan_only else (),
        "seeks_first_loans": ("yes",) if terms.seeks_first_loans else (),
    }
    return Typed(one, some)


def fresh() -> Typed:
    """The form before anybody typed."""
    one = {"claim_hours": "8", "decision_hours": "40", "claim_cap": "3", "months_least": "1"}
    return Typed(one | {"months_most": "12"}, {"guarantees": ("none",), "repayments": ("bullet",)})


def _wan(fen: int) -> str:
    return amount_text(fen, unit=Unit.TEN_THOUSAND_YUAN).replace(",", "")


def _yuan(fen: int) -> str:
    return amount_text(fen, unit=Unit.YUAN).replace(",", "")


def _percent(bp: int) -> str:
    return f"{Decimal(bp) / 100:f}"


@dataclass(frozen=True, slots=True)
class Read:
    """What a form says: terms, or what is wrong with which field."""

    terms: ProductTerms | None = None
    problems: Mapping[str, Text | str] = field(default_factory=dict)


def read(typed: Typed, *, holders: Iterable[str], language: Language) -> Read:
    """holders: parties whose data an authorisation may be asked for."""
    form = _Form(typed, language)
    facts = form.terms(frozenset(holders))
    if form.problems:
        return Read(problems=form.problems)
    try:
        return Read(ProductTerms(**facts))
    except TermsInvalid as error:  # a bound of the market that no field knows
        return Read(problems={"name": error.say(language)})


class _Form:
    """Reads field by field and gathers what is wrong."""

    def __init__(self, typed: Typed, language: Language) -> None:
        self._typed, self._language = typed, language
        self.problems: Problems = {}

    def terms(self, holders: frozenset[str]) -> dict[str, Any]:
        name = self._typed.get("name")
        if not 1 <= len(name) <= LONGEST_WORD:
            self._wrong("name", _NAME, most=LONGEST_WORD)
        return {
            "name": name,
            "name_en": self._typed.get("name_en")[:LONGEST_WORD],
            "kind": self._choice("kind", ProductKind),
            "amount_fen": self._band("amount", self._amount),
            "rate_bp": self._band("rate", self._rate),
            "term_months": self._band("months", lambda name: self._whole(name, 1, 360)),
            "guarantees": self._some("guarantees", Guarantee),
            "repayments": self._some("repayments", Repayment),
            "eligibility": self._eligibility(),
            "documents": self._documents(),
            "authorisations": tuple(self._needed(holders)),
            "fees": tuple(self._fees()),
            "claim_hours": self._whole("claim_hours", 1, 720),
            "decision_hours": self._whole("decision_hours", 1, 2000),
            "claim_cap": self._whole("claim_cap", 1, 3),
            "seeks_first_loans": bool(self._typed.ticked("seeks_first_loans")),
        }

    def _eligibility(self) -> Eligibility:
        age = self._whole("age_months", 0, 1200) if self._typed.get("age_months") else None
        return Eligibility(
            borrowers=self._some("borrowers", Borrower, least=0),
            regions=self._codes("regions"),
            industries=self._codes("industries"),
            excluded_industries=self._codes("excluded"),
            sizes=self._some("sizes", Size, least=0),
            tax_grades=tuple(one for one in GRADES if one in self._typed.ticked("tax_grades")),
            age_months=age,
            first_loan_only=bool(self._typed.ticked("first_loan_only")),
        )

    def _wrong(self, name: str, text: Text, **facts: object) -> None:
        self.problems.setdefault(name, text.say(self._language, **facts))

    def _choice(self, name: str, kind: type[Worded]) -> Any:
        typed = self._typed.get(name)
        if typed not in set(kind):
            self._wrong(name, _ONE)
            return next(iter(kind))
        return kind(typed)

    def _some(self, name: str, kind: type[Worded], *, least: int = 1) -> tuple[Any, ...]:
        found = tuple(one for one in kind if one.value in self._typed.ticked(name))
        if len(found) < least:
            self._wrong(name, _CHOOSE)
        return found

    def _band(self, name: str, number: Any) -> Band:
        least, most = number(f"{name}_least"), number(f"{name}_most")
        if least > most:
            self._wrong(f"{name}_most", _ORDER)
            return Band(0, 0)
        return Band(least, most)

    def _amount(self, name: str) -> int:
        fen = amount_fen(self._typed.get(name))
        if fen is None:
            self._wrong(name, _AMOUNT)
        return fen or 0

    def _rate(self, name: str, *, most: int = 3600) -> int:
        """Basis points of per cent as typed."""
        found = percent_bp(self._typed.get(name))
        if found is None or found > most:
            self._wrong(name, _RATE)
            return 0
        return found

    def _whole(self, name: str, least: int, most: int) -> int:
        typed = self._typed.get(name)
        if not _WHOLE.fullmatch(typed) or not least <= int(typed) <= most:
            self._wrong(name, _NUMBER, least=least, most=most)
            return least
        return int(typed)

    def _codes(self, name: str) -> tuple[str, ...]:
        found = tuple(dict.fromkeys(filter(None, _BETWEEN.split(self._typed.get(name)))))
        if len(found) > _MOST_CODES or not all(map(_CODE.fullmatch, found)):
            self._wrong(name, _CODES, most=_MOST_CODES)
            return ()
        return tuple(one.upper() for one in found)

    def _documents(self) -> tuple[str, ...]:
        lines = [one.strip() for one in self._typed.get("documents").splitlines() if one.strip()]
        if len(lines) > _MOST_DOCUMENTS or any(len(one) > LONGEST_WORD for one in lines):
            self._wrong("documents", _NAME, most=LONGEST_WORD)
        return tuple(lines)

    def _needed(self, holders: frozenset[str]) -> Iterable[Needed]:
        for at in range(NEEDED_LINES):
            line = f"needed-{at}"
            holder, names = (self._typed.get(f"{line}-{part}") for part in ("holder", "catalogues"))
            if not holder and not names:
                continue
            catalogues = tuple(filter(None, _BETWEEN.split(names)))
            if holder not in holders or not 1 <= len(catalogues) <= 20:  # noqa: PLR2004 - as a request
                self._wrong(f"{line}-holder", _WHOLE_LINE)
                continue
            yield Needed(
                holder=holder,
                catalogues=catalogues,
                level_max=self._whole(f"{line}-level", 1, 3),
                data_months=self._whole(f"{line}-months", 1, 120),
                valid_days=self._whole(f"{line}-days", 1, 730),
                max_uses=self._whole(f"{line}-uses", 1, 1000),
            )

    def _fees(self) -> Iterable[Fee]:
        for at in range(FEE_LINES):
            line = f"fee-{at}"
            name, value = self._typed.get(f"{line}-name"), self._typed.get(f"{line}-value")
            if not name and not value:
                continue
            kind = self._typed.get(f"{line}-kind")
            found = _fee_value(kind, value)
            if not 1 <= len(name) <= LONGEST_WORD or found is None:
                self._wrong(f"{line}-name", _WHOLE_LINE)
                continue
            yield Fee(name, FeeKind(kind), found)


def _fee_value(kind: str, typed: str) -> int | None:
    if kind not in set(FeeKind):
        return None
    if FeeKind(kind) is not FeeKind.ONCE_FEN:
        return percent_bp(typed)
    return amount_fen(typed, unit=Unit.YUAN)
