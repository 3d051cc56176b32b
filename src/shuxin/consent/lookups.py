"""What the gate looks up before it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.catalogue.api import DatasetUnknown, Level, Sharing, contract
from shuxin.consent import records
from shuxin.consent.domain.authorisation import AUTHORISATION, read_authorisation
from shuxin.consent.domain.gate import CatalogueEntry, Presented
from shuxin.consent.domain.permit import ALL_SUBJECTS, entity_of
from shuxin.consent.domain.purpose import DECIDES
from shuxin.consent.domain.refusal import Reason, Refusal, UseRefused
from shuxin.consent.models import Hold
from shuxin.kernel.uscc import USCC

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from shuxin.consent.domain.purpose import Purpose
    from shuxin.kernel.statements import Statement


def is_person(party: str) -> bool:
    """Persons, and individual businesses (个体工商户), whose data are their owner's own."""
    return party.startswith("person:") or USCC(entity_of(party)).is_individual_business


def catalogue_entries(names: Sequence[str]) -> dict[str, CatalogueEntry]:
    """What the catalogue says of each dataset that exists."""
    found = {}
    for name in names:
        try:
            fields = contract(dataset=name).fields
        except DatasetUnknown:
            continue
        found[name] = CatalogueEntry(
            name=name,
            shared=any(one.sharing is not Sharing.WITHHELD for one in fields),
            open=all(o.level is Level.L1 and o.sharing is Sharing.UNCONDITIONAL for o in fields),
        )
    return found


def presented_as(statement: Statement, now: datetime) -> Presented:
    if statement.kind != AUTHORISATION:
        raise UseRefused([Refusal(Reason.AUTHORISATION_MISSING)])
    return Presented(read_authorisation(statement), statement, records.first_seen(statement) or now)


def holds_of(subjects: Sequence[str]) -> frozenset[tuple[str, str, str]]:
    rows = Hold.objects.filter(ended_at=None)
    if ALL_SUBJECTS not in subjects:
        rows = rows.filter(subject__in=list(subjects))
    return frozenset(rows.values_list("subject", "dataset", "field"))


def undisputed_holds(
    subjects: Sequence[str], purpose: Purpose, datasets: frozenset[str] | None = None
) -> frozenset[tuple[str, str, str]]:
    """What is withheld of these subjects. Raises UseRefused where one of them disputes what a decision needs."""
    holds = holds_of(subjects)
    named = set(subjects)
    disputed = sorted(
        {
            f"{dataset}.{field}"
            for subject, dataset, field in holds
            if subject in named and field != "*" and (datasets is None or dataset in datasets)
        }
    )
    if purpose in DECIDES and disputed:
        raise UseRefused([Refusal(Reason.FIELD_ON_HOLD, about) for about in disputed])
    return holds
