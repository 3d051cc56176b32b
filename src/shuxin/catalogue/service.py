"""Use cases of the catalogue."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Window
from django.db.models.functions import RowNumber

from shuxin.catalogue import models, translation
from shuxin.catalogue.domain.compatibility import check_version
from shuxin.catalogue.domain.contract import Cycle, DataGroup, Level
from shuxin.catalogue.domain.freshness import freshness
from shuxin.catalogue.domain.grading import SourceColumn, readers_of
from shuxin.catalogue.domain.odcs import read_contract, write_contract
from shuxin.catalogue.records import (
    DatasetSummary,
    DatasetUnknown,
    DatasetView,
    Registered,
    SourceDiffers,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.db.models import QuerySet

    from shuxin.catalogue.domain.contract import Contract
    from shuxin.catalogue.domain.grading import Breaker, Lineage
    from shuxin.catalogue.records import LoadView, NewSource, SourceView


def register_source(*, source: NewSource, now: datetime) -> SourceView:
    """The source under its name; the same again changes nothing. Raises SourceDiffers."""
    given = {
        "kind": source.kind,
        "location": source.location,
        "department": source.department,
    }
    row, _ = models.Source.objects.get_or_create(
        name=source.name, defaults={**given, "registered_at": now}
    )
    if any(getattr(row, name) != value for name, value in given.items()):
        raise SourceDiffers(source=source.name)
    return translation.source_view(row)


def sources() -> tuple[SourceView, ...]:
    """By name."""
    return tuple(translation.source_view(row) for row in models.Source.objects.order_by("name"))


def register_contract(*, contract: Contract, accepted_by: str, now: datetime) -> Registered:
    """Accept a version of a contract; the same version with the same content changes nothing.

    Raises ContractVersionTooLow when the version does not announce what changed.
    """
    content = write_contract(contract=contract)
    digest = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        row = _dataset_locked(contract=contract)
        newest = row.contracts.order_by("-pk").first()
        if row.contracts.filter(version=contract.version, content_sha256=digest).exists():
            return Registered(version=contract.version, changes=(), is_new=False)
        changes = () if newest is None else check_version(old=_contract(newest), new=contract)
        models.ContractVersion.objects.create(
            dataset=row,
            version=contract.version,
            yaml=content.decode(),
            content_sha256=digest,
            accepted_by=accepted_by,
            accepted_at=now,
            changes=translation.changes_json(changes),
        )
        models.Dataset.objects.filter(pk=row.pk).update(**_listing(contract))
    return Registered(version=contract.version, changes=changes, is_new=True)


def _dataset_locked(*, contract: Contract) -> models.Dataset:
    """The dataset's row, held until the transaction ends, so versions are compared one by one."""
    models.Dataset.objects.get_or_create(name=contract.dataset, defaults=_listing(contract))
    return models.Dataset.objects.select_for_update().get(name=contract.dataset)


def _listing(contract: Contract) -> dict[str, str | int]:
    words = [contract.dataset, contract.title, contract.department, contract.description]
    words += [word for field in contract.fields for word in (field.name, field.title)]
    return {
        "title": contract.title,
        "department": contract.department,
        "group": contract.group.value,
        "cycle": contract.cycle.value,
        "lag_days": contract.lag_days,
        "highest_level": int(max(field.level for field in contract.fields)),
        "field_count": len(contract.fields),
        "version": contract.version,
        "search_text": _folded("\n".join(words)),
        "rules_read": _between_lines({name for rule in contract.rules for name in rule.reads}),
    }


def _between_lines(names: Iterable[str]) -> str:
    return "".join(f"\n{name}\n" for name in sorted(names))


def datasets_whose_rules_read(*, dataset: str) -> tuple[str, ...]:
    """Other datasets with a rule that is held against this one, by name."""
    rows = models.Dataset.objects.filter(rules_read__contains=f"\n{dataset}\n")
    return tuple(rows.exclude(name=dataset).order_by("name").values_list("name", flat=True))


def _folded(text: str) -> str:
    """Full-width and half-width, capital and small letters look alike to a search."""
    return unicodedata.normalize("NFKC", text).casefold()


def _contract(row: models.ContractVersion) -> Contract:
    return _parsed(row.yaml)


@lru_cache(maxsize=1024)
def _parsed(text: str) -> Contract:
    """Contracts never change once accepted, and reading one costs tens of milliseconds."""
    return read_contract(content=text.encode())


def contract(*, dataset: str, version: str = "") -> Contract:
    """The contract of that version, of the newest when empty. Raises DatasetUnknown."""
    rows = models.ContractVersion.objects.filter(dataset__name=dataset)
    row = (rows.filter(version=version) if version else rows).order_by("-pk").first()
    if row is None:
        raise DatasetUnknown(dataset=dataset, version=version)
    return _contract(row)


def datasets(
    *, now: datetime, search: str = "", department: str = "", group: DataGroup | None = None
) -> tuple[DatasetSummary, ...]:
    """By department and name.

    Every word of ``search`` stands in the name, title, description, fields or department.
    """
    found = models.Dataset.objects.order_by("department", "name")
    if department:
        found = found.filter(department=department)
    if group is not None:
        found = found.filter(group=group.value)
    for word in _folded(search.replace("\x00", " ")).split():
        found = found.filter(search_text__contains=word)
    loads: dict[int, list[models.Load]] = {}
    for load in _current(_in_force()):
        loads.setdefault(load.dataset_id, []).append(load)
    return tuple(_summary(row, loads.get(row.pk, []), now) for row in found)


def _summary(row: models.Dataset, loads: list[models.Load], now: datetime) -> DatasetSummary:
    cycle = Cycle(row.cycle)
    newest = max((load.known_time for load in loads), default=None)
    return DatasetSummary(
        name=row.name,
        title=row.title,
        department=row.department,
        group=DataGroup(row.group),
        version=row.version,
        cycle=cycle,
        highest_level=Level(row.highest_level),
        field_count=row.field_count,
        rows=sum(load.rows_loaded for load in loads),
        freshness=freshness(cycle=cycle, lag_days=row.lag_days, newest=newest, now=now),
    )


def dataset(*, name: str, now: datetime) -> DatasetView:
    """Raises DatasetUnknown."""
    current_contract = contract(dataset=name)
    history = _in_force().filter(dataset__name=name)
    current = list(_current(history))
    newest = max((load.known_time for load in current), default=None)
    versions = models.ContractVersion.objects.filter(dataset__name=name).order_by("-pk")
    everything = history.select_related("dataset", "contract_version").order_by("-pk")
    findings = models.Finding.objects.filter(load__in=[load.pk for load in current]).order_by("pk")
    return DatasetView(
        contract=current_contract,
        versions=tuple(translation.version_view(row) for row in versions),
        loads=tuple(translation.load_view(row) for row in everything),
        rows=sum(load.rows_loaded for load in current),
        freshness=freshness(
            cycle=current_contract.cycle,
            lag_days=current_contract.lag_days,
            newest=newest,
            now=now,
        ),
        findings=tuple(translation.finding_view(row) for row in findings),
    )


def _in_force() -> QuerySet[models.Load]:
    """Loads that readers may see: those kept aside are not among them."""
    rows: QuerySet[models.Load] = models.Load.objects.filter(held=None)
    return rows


def _current(rows: QuerySet[models.Load]) -> QuerySet[models.Load]:
    """Of each source file the load with the newest known time, of equal ones the last recorded."""
    place = Window(
        RowNumber(),
        partition_by=[F("dataset_id"), F("source_file")],
        order_by=[F("known_time").desc(), F("pk").desc()],
    )
    return rows.annotate(place=place).filter(place=1)


def current_load_numbers(*, dataset: str = "") -> list[int]:
    """Numbers of the loads in force, of one dataset or of all."""
    rows = _in_force().filter(dataset__name=dataset) if dataset else _in_force()
    return [load.pk for load in _current(rows)]


def loads(*, dataset: str, known_before: datetime | None = None) -> tuple[LoadView, ...]:
    """The current content, by source file; with ``known_before`` what was current at that time.

    A load known at ``known_before`` exactly is not yet visible. Empty for an unknown dataset.
    """
    rows = _in_force().filter(dataset__name=dataset)
    if known_before is not None:
        rows = rows.filter(known_time__lt=known_before)
    current = _current(rows).select_related("dataset", "contract_version")
    return tuple(translation.load_view(row) for row in current.order_by("source_file"))


def content_stamp(*, dataset: str) -> tuple[int, ...]:
    """Changes whenever the dataset's content or contract does: numbers of its newest contract and of all its loads."""
    agreed = models.ContractVersion.objects.filter(dataset__name=dataset).order_by("-pk")
    known = _in_force().filter(dataset__name=dataset).order_by("pk")
    return (*agreed.values_list("pk", flat=True)[:1], *known.values_list("pk", flat=True))


def load_history(*, dataset: str) -> tuple[LoadView, ...]:
    """Every load that came into force, superseded ones too, the earliest known first. Empty for an unknown dataset."""
    rows = _in_force().filter(dataset__name=dataset).order_by("known_time", "pk")
    return tuple(
        translation.load_view(row) for row in rows.select_related("dataset", "contract_version")
    )


def stored_folders(*, dataset: str) -> frozenset[str]:
    """Folders of the store with rows of this dataset, those of loads kept aside too."""
    rows = models.Load.objects.filter(dataset__name=dataset)
    return frozenset(rows.values_list("store_name", flat=True))


def find_load(
    *,
    dataset: str,
    source_file: str,
    content_sha256: str,
    mapping_hash: str,
    contract_version: str,
) -> LoadView | None:
    """The current load of the source file if it is of that very content, mapping and version.

    Content that was replaced meanwhile and came back is not found: it must be loaded again.
    """
    history = _in_force().filter(dataset__name=dataset, source_file=source_file)
    row = _current(history).select_related("dataset", "contract_version").first()
    if row is None:
        return None
    found = (row.content_sha256, row.mapping_hash, row.contract_version.version)
    if found != (content_sha256, mapping_hash, contract_version):
        return None
    return translation.load_view(row)


def all_store_names() -> frozenset[str]:
    """Every folder of the store that a load names; others are left-overs of killed processes."""
    return frozenset(models.Load.objects.values_list("store_name", flat=True))


def record_lineage(*, derived: str, lineage: Lineage, now: datetime) -> None:
    """Keep the lineage of a derived dataset; the same again adds nothing, earlier ones stay."""
    columns = translation.lineage_json(lineage)
    digest = hashlib.sha256(json.dumps(columns, ensure_ascii=True).encode()).hexdigest()
    with transaction.atomic():
        newest = models.LineageRecord.objects.filter(derived=derived).order_by("-pk").first()
        if newest is None or newest.content_sha256 != digest:
            models.LineageRecord.objects.create(
                derived=derived, columns=columns, content_sha256=digest, recorded_at=now
            )


def lineages() -> dict[str, Lineage]:
    """The newest lineage of every derived dataset."""
    rows = models.LineageRecord.objects.order_by("pk")
    return {row.derived: translation.lineage_of_json(row.columns) for row in rows}


def impact(*, dataset: str, field: str) -> tuple[SourceColumn, ...]:
    """Every derived column that the field reaches, through any number of derived datasets."""
    return readers_of(lineages=lineages(), source=SourceColumn(table=dataset, column=field))


def record_breaker(*, dataset: str, breaker: Breaker, now: datetime) -> None:
    """Keep a reviewed decision on a column of a derived dataset; the newest of a column holds."""
    models.BreakerRecord.objects.create(
        dataset=dataset,
        column=breaker.column,
        to_level=int(breaker.to_level),
        to_personal=breaker.to_personal.value if breaker.to_personal else "",
        kind=breaker.kind.value,
        reason=breaker.reason,
        reviewer=breaker.reviewer,
        valid_until=breaker.valid_until,
        recorded_at=now,
    )


def breakers(*, dataset: str) -> tuple[Breaker, ...]:
    """The newest breaker of each column, expired ones too."""
    rows = models.BreakerRecord.objects.filter(dataset=dataset).order_by("pk")
    newest = {row.column: translation.breaker_of(row) for row in rows}
    return tuple(newest.values())
