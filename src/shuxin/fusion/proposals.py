"""Proposals on disk: two files a table that a person edits, then accepts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shuxin.catalogue.api import Contract, next_version, write_contract
from shuxin.fusion.layout import (
    HEAD_RECORDS,
    find_layout,
    fit_name,
    has_content,
    nameless,
    sample_columns,
)
from shuxin.fusion.mapping import Mapping, write_mapping
from shuxin.fusion.profile import one_name_shares, profile_column
from shuxin.fusion.proposal import Proposal, Provenance, propose
from shuxin.fusion.proposal_files import CONTRACT_FILE, MAPPING_FILE
from shuxin.fusion.reading.errors import FileEmpty, HeaderOnly
from shuxin.fusion.standards import as_standard

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.catalogue.api import DataGroup, Level
    from shuxin.fusion.reading.container import Container
    from shuxin.fusion.reading.records import Table
    from shuxin.kernel.text import Language

PROFILE_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Holder:
    """What the holder says of a whole folder, because no row tells it.

    ``department`` empty: the first folder under the imported one, else ``place``.
    """

    department: str
    place: str
    group: DataGroup
    level: Level


def propose_table(
    table: Table,
    *,
    file: str,
    container: Container,
    alone: bool,
    holder: Holder,
    language: Language,
) -> Proposal:
    """Look at the first rows and propose. ``alone``: the file holds one table only.

    Raises FileEmpty, HeaderOnly and the errors of ``fusion.reading``.
    """
    layout = find_layout(table.head(HEAD_RECORDS))
    where = f"{file}#{table.label}" if not alone else file
    if layout is None:
        raise FileEmpty(file=where)
    columns = sample_columns(
        table, skip_through=layout.last_line_above, width=layout.width, rows=PROFILE_ROWS
    )
    if not columns or not len(columns[0]):
        raise HeaderOnly(file=where)
    named = [
        (header or nameless(position), column)
        for position, (header, column) in enumerate(zip(layout.headers, columns, strict=True))
        if header or has_content(column)
    ]
    profiles = [profile_column(header, column) for header, column in named]
    stem = file.replace("/", "_")
    for ending in (".gz", ".csv", ".txt", ".tsv", ".xlsx", ".xls", ".parquet"):
        stem = stem.removesuffix(ending)
    origin = Provenance(
        file=file,
        dataset=fit_name(stem if alone else f"{stem}_{table.label}") or "dataset",
        container=container,
        sheet=table.label,
        department=holder.department
        or (file.split("/", maxsplit=1)[0] if "/" in file else holder.place),
        group=holder.group,
        level=holder.level,
        titles=tuple(filter(None, map(fit_name, layout.titles))),
        has_header=layout.has_header,
    )
    pairs = one_name_shares(profiles, [column for _, column in named])
    proposal = propose(profiles, pairs=pairs, origin=origin, language=language)
    return as_standard(proposal, titles=layout.titles, language=language)


def with_source(proposal: Proposal, *, source: str) -> Proposal:
    return Proposal(proposal.contract, proposal.mapping.model_copy(update={"source": source}))


def renamed(proposal: Proposal, *, dataset: str) -> Proposal:
    return Proposal(
        replace(proposal.contract, dataset=dataset),
        proposal.mapping.model_copy(update={"dataset": dataset}),
    )


def carried_over(fresh: Proposal, *, agreed: Contract, mapping: Mapping) -> Proposal:
    """A proposal for the next version: known columns as they were agreed, the new ones as proposed."""
    known = {column.header: column for column in mapping.columns}
    columns = tuple(known.get(column.header, column) for column in fresh.mapping.columns)
    old = {field.name: field for field in agreed.fields}
    new = {field.name: field for field in fresh.contract.fields}
    names = [column.field for column in columns if column.field]
    fields = tuple(old.get(name) or new[name] for name in names)
    changed = replace(
        agreed,
        fields=fields,
        key=tuple(name for name in agreed.key if name in names),
        known_time_field=agreed.known_time_field if agreed.known_time_field in names else "",
    )
    contract = replace(changed, version=next_version(old=agreed, new=changed))
    kept = {"dataset": agreed.dataset, "columns": columns}
    return Proposal(contract, fresh.mapping.model_copy(update=kept))


def proposal_name(mapping: Mapping) -> str:
    """The folder of a proposal: readable, safe, and different for different tables."""
    digest = hashlib.sha256(
        f"{mapping.source}:{mapping.file}#{mapping.sheet}".encode()
    ).hexdigest()[:6]
    return f"{fit_name(mapping.dataset)[:40]}-{digest}"


def save_proposal(proposal: Proposal, *, folder: Path) -> str:
    """Write both files; an edited proposal of the same table is never overwritten. Returns its name."""
    name = proposal_name(proposal.mapping)
    place = folder / name
    if not (place / MAPPING_FILE).exists():
        place.mkdir(parents=True, exist_ok=True)
        (place / CONTRACT_FILE).write_bytes(write_contract(contract=proposal.contract))
        aside = place / f"{MAPPING_FILE}.part"
        aside.write_text(write_mapping(proposal.mapping), encoding="utf-8")
        aside.rename(place / MAPPING_FILE)
    return name
