"""Between rows of the catalogue and its frozen records."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from shuxin.catalogue.domain.compatibility import Change, ChangeKind
from shuxin.catalogue.domain.contract import Level, PersonalClass
from shuxin.catalogue.domain.finding import Finding, Severity
from shuxin.catalogue.domain.grading import (
    Breaker,
    BreakerKind,
    ColumnLineage,
    Lineage,
    SourceColumn,
)
from shuxin.catalogue.records import LoadFinding, LoadView, SourceView, VersionView
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shuxin.catalogue import models


def source_view(row: models.Source) -> SourceView:
    return SourceView(
        name=row.name,
        kind=row.kind,
        location=row.location,
        department=row.department,
        registered_at=row.registered_at,
    )


def load_view(row: models.Load) -> LoadView:
    return LoadView(
        id=row.pk,
        dataset=row.dataset.name,
        contract_version=row.contract_version.version,
        source_file=row.source_file,
        content_sha256=row.content_sha256,
        mapping_hash=row.mapping_hash,
        known_time=row.known_time,
        loaded_at=row.loaded_at,
        rows_above=row.rows_above,
        rows_read=row.rows_read,
        rows_loaded=row.rows_loaded,
        rows_rejected=row.rows_rejected,
        store_name=row.store_name,
        bytes_read=row.bytes_read,
    )


def version_view(row: models.ContractVersion) -> VersionView:
    return VersionView(
        version=row.version,
        content_sha256=row.content_sha256,
        accepted_by=row.accepted_by,
        accepted_at=row.accepted_at,
        changes=tuple(_change(told) for told in row.changes),
    )


def changes_json(changes: Iterable[Change]) -> list[dict[str, Any]]:
    return [asdict(change) for change in changes]


def _change(told: dict[str, Any]) -> Change:
    return Change(
        kind=ChangeKind(told["kind"]),
        field=told["field"],
        breaking=told["breaking"],
        needs_review=told["needs_review"],
        description=Text(**told["description"]),
    )


def finding_view(row: models.Finding) -> LoadFinding:
    finding = Finding(
        code=row.code,
        field=row.field,
        severity=Severity(row.severity),
        count=row.count,
        share=row.share,
        detail=Text(**row.detail),
        example_lines=tuple(row.example_lines),
    )
    return LoadFinding(load_id=row.load_id, finding=finding)


def lineage_json(lineage: Lineage) -> list[dict[str, Any]]:
    return [
        {
            "column": column.column,
            "direct": _pairs(column.direct),
            "indirect": _pairs(column.indirect),
        }
        for column in lineage.columns
    ]


def _pairs(sources: frozenset[SourceColumn]) -> list[list[str]]:
    return [[source.table, source.column] for source in sorted(sources)]


def lineage_of_json(columns: list[dict[str, Any]]) -> Lineage:
    return Lineage(
        columns=tuple(
            ColumnLineage(
                column=told["column"],
                direct=frozenset(SourceColumn(*pair) for pair in told["direct"]),
                indirect=frozenset(SourceColumn(*pair) for pair in told["indirect"]),
            )
            for told in columns
        )
    )


def breaker_of(row: models.BreakerRecord) -> Breaker:
    return Breaker(
        column=row.column,
        to_level=Level(row.to_level),
        kind=BreakerKind(row.kind),
        reason=row.reason,
        reviewer=row.reviewer,
        valid_until=row.valid_until,
        to_personal=PersonalClass(row.to_personal) if row.to_personal else None,
    )
