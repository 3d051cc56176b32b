"""What is known of firms: each source's newest word on each fact.

Consented data count more than open data, open data more than what the firm declares.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Literal

from shuxin.kernel.uscc import USCC, InvalidUSCC
from shuxin.market.domain.terms import FirmFacts
from shuxin.market.domain.words import Borrower
from shuxin.market.shelf_models import FirmFactRow
from shuxin.market.wire import from_json, to_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Source = Literal["declared", "open", "consented"]
_RISING: tuple[Source, ...] = ("declared", "open", "consented")


def keep_firm(facts: FirmFacts, *, source: Source, by: str, now: dt.datetime) -> None:
    """What is unknown in ``facts`` leaves what was said before as it is."""
    known = {name: value for name, value in to_json(facts).items() if value not in (None, "")}
    FirmFactRow(party=facts.party, source=source, facts=known, by=by[:200], at=now).save()


def firm_facts(party: str) -> FirmFacts | None:
    """None of a firm of which nothing is known."""
    return facts_of([party]).get(party)


def fact_sources(party: str) -> dict[str, Source]:
    """Whose word counts for each fact that is known of a firm, by the name of the fact."""
    found: dict[str, Source] = {}
    by_source: dict[Source, set[str]] = {}
    for row in FirmFactRow.objects.filter(party=party):
        by_source.setdefault(row.source, set()).update(row.facts)
    for source in _RISING:
        found.update(dict.fromkeys(by_source.get(source, ()), source))
    return found


def facts_of(parties: Iterable[str]) -> dict[str, FirmFacts]:
    """Of the firms of which anything is known."""
    said: dict[str, dict[Source, dict[str, Any]]] = {}
    for row in FirmFactRow.objects.filter(party__in=set(parties)).order_by("pk"):
        said.setdefault(row.party, {}).setdefault(row.source, {}).update(row.facts)
    return {party: _merged(by_source) for party, by_source in said.items()}


def _merged(by_source: Mapping[Source, Mapping[str, Any]]) -> FirmFacts:
    merged: dict[str, Any] = {}
    for source in _RISING:
        merged.update(by_source.get(source, {}))
    return from_json(FirmFacts, merged)


def facts_or_bare(party: str, facts: Mapping[str, FirmFacts]) -> FirmFacts:
    """What is known, or as much as the code itself tells."""
    return facts.get(party) or FirmFacts(party=party, name="", borrower=_kind_of(party))


def _kind_of(party: str) -> Borrower:
    try:
        code = USCC(party.removeprefix("uscc:"))
    except InvalidUSCC:
        return Borrower.OWNER
    return Borrower.INDIVIDUAL_BUSINESS if code.is_individual_business else Borrower.ENTERPRISE


def masked(facts: FirmFacts) -> FirmFacts:
    """What a lender sees before it takes the demand: no name, no code, nothing by which a register finds the firm."""
    year = facts.established_on
    return FirmFacts(
        party="",
        name="",
        borrower=facts.borrower,
        region=facts.region,
        industry=_coarse(facts.industry),
        size=facts.size,
        established_on=year and dt.date(year.year, 1, 1),
        tax_grade=facts.tax_grade,
        yearly_sales_fen=_leading_digit(facts.yearly_sales_fen),
        is_first_loan=facts.is_first_loan,
    )


def _coarse(industry: str) -> str:
    """Section and division: ``C13`` of ``C1310``, ``13`` of ``1310``."""
    return industry[: 3 if industry[:1].isalpha() else 2]


def _leading_digit(fen: int | None) -> int | None:
    if not fen:
        return fen
    unit: int = 10 ** (len(str(fen)) - 1)
    return fen // unit * unit
