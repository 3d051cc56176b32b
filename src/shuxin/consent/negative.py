"""Negative facts at a holder: which datasets hold them, and which must be asked for again at their source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.catalogue.api import contract, datasets, loads
from shuxin.consent.domain.negative import negative_terms

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from shuxin.catalogue.api import Contract
    from shuxin.consent.domain.negative import NegativeTerms


@dataclass(frozen=True, slots=True)
class Requery:
    """A table of negative facts that its source has not confirmed lately (再查询)."""

    dataset: str
    department: str
    source_file: str
    confirmed_at: datetime
    age: timedelta
    max_age: timedelta


def negative_datasets(*, now: datetime) -> list[tuple[Contract, NegativeTerms]]:
    """Datasets whose contract says that their rows are negative facts. Raises NegativeTermsInvalid."""
    agreed = (contract(dataset=entry.name) for entry in datasets(now=now))
    told = ((one, negative_terms(one)) for one in agreed)
    return [(one, terms) for one, terms in told if terms is not None]


def requeries_due(*, now: datetime) -> list[Requery]:
    """Tables to fetch again before their facts may be shown as active, the oldest first.

    A load is what confirms the facts of its file.
    """
    found = [
        Requery(
            agreed.dataset,
            agreed.department,
            load.source_file,
            load.known_time,
            now - load.known_time,
            terms.max_age,
        )
        for agreed, terms in negative_datasets(now=now)
        for load in loads(dataset=agreed.dataset)
    ]
    return sorted((one for one in found if one.age > one.max_age), key=lambda r: r.confirmed_at)
