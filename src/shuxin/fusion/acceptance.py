"""What a person accepted: which mapping is in force for which file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from shuxin.catalogue.api import (
    SUBJECT_MEANINGS,
    ColumnLineage,
    Lineage,
    SourceColumn,
    record_lineage,
    register_contract,
)
from shuxin.fusion.mapping import Mapping, read_mapping, write_mapping
from shuxin.fusion.models import AcceptedMapping
from shuxin.fusion.proposal_files import proposal_names, read_proposal
from shuxin.infra.api import now_in_china

if TYPE_CHECKING:
    from datetime import datetime

    from shuxin.fusion.proposal import Proposal
    from shuxin.infra.api import Settings


@dataclass(frozen=True, slots=True)
class Waiting:
    """A proposal that nobody accepted yet, and what it asks; ``source`` is the place that ``file`` stands in."""

    name: str
    file: str
    dataset: str
    subject: tuple[str, ...]
    questions: tuple[str, ...]
    source: str = ""


def waiting_proposals(*, settings: Settings) -> list[Waiting]:
    """Raises MappingInvalid or ContractInvalid for one that was edited into something unusable."""
    found = []
    for name in proposal_names(settings.proposals):
        proposal = read_proposal(name, folder=settings.proposals)
        subject = tuple(
            field.name for field in proposal.contract.fields if field.meaning in SUBJECT_MEANINGS
        )
        mapping = proposal.mapping
        found.append(
            Waiting(name, mapping.file, mapping.dataset, subject, mapping.questions, mapping.source)
        )
    return found


def accept_all(*, settings: Settings, by: str) -> list[str]:
    """Accept every waiting proposal. Raises as ``accept`` does."""
    return accept(proposal_names(settings.proposals), settings=settings, by=by)


def accept(names: list[str], *, settings: Settings, by: str) -> list[str]:
    """Accept the named proposals now. Raises as ``accept_proposals`` does."""
    accept_proposals(names, settings=settings, by=by, now=now_in_china())
    return names


def mappings_in_force(file: str, *, source: str) -> list[AcceptedMapping]:
    """Accepted mappings for a file, one per sheet; an exact path goes before a pattern."""
    rows = AcceptedMapping.objects.filter(
        retired_at__isnull=True, source__in=("", source)
    ).order_by("pk")
    exact = [row for row in rows if row.file == file]
    return exact or [row for row in rows if read_mapping(row.text, file=row.file).matches(file)]


def accept_proposals(
    names: list[str], *, settings: Settings, by: str, now: datetime
) -> list[Proposal]:
    """Register each contract and put each mapping in force; none of them when one is wrong.

    Raises ProposalMissing, MappingInvalid, ContractInvalid, ContractVersionTooLow.
    """
    proposals = [read_proposal(name, folder=settings.proposals) for name in names]
    with transaction.atomic():
        for proposal in proposals:
            _put_in_force(proposal, by=by, now=now)
    for name in names:
        _set_aside(name, settings=settings)
    return proposals


def _put_in_force(proposal: Proposal, *, by: str, now: datetime) -> None:
    mapping = proposal.mapping
    registered = register_contract(contract=proposal.contract, accepted_by=by, now=now)
    table = {"source": mapping.source, "file": mapping.file, "sheet": mapping.sheet}
    AcceptedMapping.objects.filter(**table, retired_at__isnull=True).update(retired_at=now)
    record_lineage(derived=mapping.dataset, lineage=_lineage(mapping), now=now)
    AcceptedMapping.objects.create(
        **table,
        dataset=mapping.dataset,
        contract_version=registered.version,
        text=write_mapping(mapping),
        content_hash=mapping.hash,
        accepted_by=by,
        accepted_at=now,
    )


def _set_aside(name: str, *, settings: Settings) -> None:
    """Accepted proposals stay on disk, out of the list of those that wait."""
    target = settings.home / "accepted" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    number = 1
    while target.exists():
        number += 1
        target = target.with_name(f"{name}.{number}")
    (settings.proposals / name).rename(target)


def _lineage(mapping: Mapping) -> Lineage:
    """Columns of the file that each field comes from, read off the mapping that the load obeys."""
    source = f"file:{mapping.file}"
    columns = []
    for column in mapping.columns:
        if column.field:
            from_headers = {column.header, column.unit_from} - {""}
            direct = frozenset(SourceColumn(source, header) for header in from_headers)
            columns.append(ColumnLineage(column.field, direct, frozenset()))
    return Lineage(tuple(columns))
