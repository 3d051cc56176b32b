"""What the public shelf of products shows: which fit a wish, what each costs all in, and two to four side by side."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.money import Unit, parse_amount_fen
from shuxin.kernel.text import Text
from shuxin.market.api import (
    LEAST_FEN,
    MOST_FEN,
    MOST_MONTHS,
    Borrower,
    Guarantee,
    ProductKind,
    Repayment,
    TermsInvalid,
    Urgency,
    all_in_apr_bp,
)
from shuxin.portal.web.views import market_words as words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from shuxin.market.api import Cost, ProductTerms, ProductView, Worded

PER_PAGE, MOST_COMPARED = 20, 4
_AMOUNT = Text(
    en="Write an amount between 0.1 and 3,000, in ten thousands of yuan",
    zh="请填写 0.1 至 3000 之间的金额，单位为万元",
)
_MONTHS = Text(en="Write whole months, 1 to 360", zh="请填写 1 至 360 的整月数")
COST, RATE, NAME = "cost", "rate", "name"
_NO_COST = 1 << 30
SORTS = (
    (COST, Text(en="All-in cost, lowest first", zh="综合成本由低到高")),
    (RATE, Text(en="Interest rate, lowest first", zh="利率由低到高")),
    (NAME, Text(en="Name", zh="按名称")),
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a visitor typed. problems: by field, what is wrong with it; such a field counts as empty."""

    amount: str = ""
    months: str = ""
    kind: str = ""
    borrower: str = ""
    guarantee: str = ""
    repayment: str = ""
    query: str = ""
    sort: str = ""
    amount_fen: int | None = None
    term: int | None = None
    problems: Mapping[str, Text] = field(default_factory=dict)

    @property
    def can_cost(self) -> bool:
        return self.amount_fen is not None and self.term is not None

    @property
    def is_narrowed(self) -> bool:
        return any((self.amount, self.months, self.kind, self.borrower, self.guarantee, self.query))


@dataclass(frozen=True, slots=True)
class OnShelf:
    """One product as a card or a column. low, high: its all-in cost at either end of its rates."""

    key: str
    name: str
    name_en: str
    lender: str
    terms: ProductTerms
    low: Cost | None = None
    high: Cost | None = None
    repayment: Repayment | None = None

    @property
    def rates(self) -> str:
        return words.rates_said(self.terms.rate_bp)

    @property
    def amounts(self) -> Text:
        return words.amounts_said(self.terms.amount_fen)

    @property
    def months(self) -> Text:
        return words.months_said(self.terms.term_months)

    @property
    def guarantees(self) -> Text:
        return words.words_of(self.terms.guarantees)

    @property
    def repayments(self) -> Text:
        return words.words_of(self.terms.repayments)

    @property
    def fees(self) -> list[Text]:
        return [words.fee_said(fee) for fee in self.terms.fees]

    @property
    def all_in(self) -> str:
        """From the lowest rate to the highest; "" where it cannot be said."""
        if self.low is None or self.high is None:
            return ""
        low, high = words.rate_said(self.low.apr_bp), words.rate_said(self.high.apr_bp)
        return low if low == high else f"{low} – {high}"

    @property
    def first_payment(self) -> Text | None:
        if self.low is None or self.high is None:
            return None
        return words.paid_said(self.low.first_payment_fen, self.high.first_payment_fen)

    @property
    def total_cost(self) -> Text | None:
        if self.low is None or self.high is None:
            return None
        return words.paid_said(self.low.total_cost_fen, self.high.total_cost_fen)

    @property
    def title(self) -> Text:
        return Text(en=words.braced(self.name_en or self.name), zh=words.braced(self.name))


def read(given: Mapping[str, str]) -> Wish:
    """A visitor's wish; what cannot be read is said in ``problems``."""
    problems: dict[str, Text] = {}
    amount, months = given.get("amount", "")[:20].strip(), given.get("months", "")[:5].strip()
    return Wish(
        amount=amount,
        months=months,
        kind=one_of(ProductKind, given.get("kind", "")),
        borrower=one_of(Borrower, given.get("borrower", "")),
        guarantee=one_of(Guarantee, given.get("guarantee", "")),
        repayment=one_of(Repayment, given.get("repayment", "")),
        query=given.get("q", "")[:100].strip(),
        sort=given.get("sort", ""),
        amount_fen=read_amount(amount, problems),
        term=read_months(months, problems),
        problems=problems,
    )


def one_of(
    closed: type[ProductKind | Borrower | Guarantee | Repayment | Urgency], value: str
) -> str:
    """The value when the list has it, else ""."""
    return value if value in {str(one) for one in closed} else ""


def read_amount(text: str, problems: dict[str, Text]) -> int | None:
    """Fen of an amount typed in ten thousands of yuan (万元), None for nothing or a wrong one."""
    if not text:
        return None
    try:
        fen = parse_amount_fen(text, unit=Unit.TEN_THOUSAND_YUAN)
    except ShuxinError:
        fen = 0
    if LEAST_FEN <= fen <= MOST_FEN:
        return fen
    problems["amount"] = _AMOUNT
    return None


def read_months(text: str, problems: dict[str, Text]) -> int | None:
    if not text:
        return None
    if text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_MONTHS:
        return int(text)
    problems["months"] = _MONTHS
    return None


def choices(closed: Iterable[Worded]) -> list[tuple[str, Text]]:
    return [(str(one), one.text) for one in closed]


def shelf(
    products: Sequence[ProductView], wish: Wish, *, names: dict[str, str]
) -> list[ProductView]:
    """Those that fit, in the order asked for; without one, by all-in cost where it can be said, else by the rate."""
    found = [one for one in products if _fits(one.terms, wish) and _matches(one, wish.query, names)]
    sort = wish.sort or (COST if wish.can_cost else RATE)
    if sort == NAME:
        return sorted(found, key=lambda one: (one.terms.name, one.key))
    return sorted(found, key=lambda one: (_price(one, wish, sort), one.terms.rate_bp.most, one.key))


def _price(one: ProductView, wish: Wish, sort: str) -> int:
    terms = one.terms
    if sort == COST and wish.can_cost:
        cost = _cost(terms, wish, terms.rate_bp.least, _repayment(terms, wish.repayment))
        return cost.apr_bp if cost else _NO_COST
    return terms.rate_bp.least


def card(product: ProductView, wish: Wish, *, names: dict[str, str]) -> OnShelf:
    """With its cost where amount and term are known and the product lends so."""
    terms = product.terms
    repayment = _repayment(terms, wish.repayment)
    return OnShelf(
        key=product.key,
        name=terms.name,
        name_en=terms.name_en,
        lender=words.name_of(product.lender, names),
        terms=terms,
        low=_cost(terms, wish, terms.rate_bp.least, repayment),
        high=_cost(terms, wish, terms.rate_bp.most, repayment),
        repayment=repayment,
    )


def compared(
    products: Sequence[ProductView], keys: Sequence[str], wish: Wish, *, names: dict[str, str]
) -> list[OnShelf]:
    """The products asked for, at most four, each once; unknown keys are left out."""
    by_key = {one.key: one for one in products}
    wanted = [by_key[key] for key in dict.fromkeys(keys) if key in by_key][:MOST_COMPARED]
    return [card(one, wish, names=names) for one in wanted]


def cheapest(cards: Sequence[OnShelf]) -> frozenset[str]:
    """Keys of those that cost least at their best rate; none where all cost the same."""
    costs = {one.key: one.low.apr_bp for one in cards if one.low is not None}
    least = min(costs.values(), default=0)
    found = frozenset(key for key, cost in costs.items() if cost == least)
    return found if len(found) < len(costs) else frozenset()


def _repayment(terms: ProductTerms, wanted: str) -> Repayment:
    """The wanted kind where the product offers it, else its first."""
    offered = terms.repayments
    return next((one for one in offered if str(one) == wanted), offered[0])


def _cost(terms: ProductTerms, wish: Wish, rate_bp: int, repayment: Repayment) -> Cost | None:
    amount, months = wish.amount_fen, wish.term
    if amount is None or months is None:
        return None
    if not terms.amount_fen.holds(amount) or not terms.term_months.holds(months):
        return None
    try:
        return all_in_apr_bp(
            amount_fen=amount, months=months, rate_bp=rate_bp, repayment=repayment, fees=terms.fees
        )
    except TermsInvalid:  # fees eat so small a loan up
        return None


def _fits(terms: ProductTerms, wish: Wish) -> bool:
    borrowers = terms.eligibility.borrowers
    return (
        (wish.amount_fen is None or terms.amount_fen.holds(wish.amount_fen))
        and (wish.term is None or terms.term_months.holds(wish.term))
        and (not wish.kind or terms.kind == wish.kind)
        and (not wish.borrower or not borrowers or wish.borrower in borrowers)
        and (not wish.guarantee or wish.guarantee in terms.guarantees)
        and (not wish.repayment or wish.repayment in terms.repayments)
    )


def _matches(one: ProductView, query: str, names: dict[str, str]) -> bool:
    if not query:
        return True
    lender = words.name_of(one.lender, names)
    text = f"{one.terms.name} {one.terms.name_en} {lender}".casefold()
    return all(word in text for word in query.casefold().split())
