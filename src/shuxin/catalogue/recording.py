"""Use cases around one load: it comes into force or is kept aside, with all that was found and measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from shuxin.catalogue import models, translation
from shuxin.catalogue.records import DatasetUnknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shuxin.catalogue.domain.check import Measured
    from shuxin.catalogue.domain.finding import Finding
    from shuxin.catalogue.domain.holding import Hold
    from shuxin.catalogue.records import LoadView, NewLoad


def record_load(
    *,
    load: NewLoad,
    findings: Iterable[Finding] = (),
    measured: Iterable[Measured] = (),
    distribution: Mapping[str, Any] | None = None,
    hold: Hold | None = None,
) -> LoadView:
    """Record a load with what was found, in force, or with ``hold`` aside; one that is here already is returned.

    Joins the caller's transaction. Raises DatasetUnknown for a dataset or version not registered.
    """
    with transaction.atomic():
        version = (
            models.ContractVersion.objects.filter(
                dataset__name=load.dataset, version=load.contract_version
            )
            .select_related("dataset")
            .first()
        )
        if version is None:
            raise DatasetUnknown(dataset=load.dataset, version=load.contract_version)
        lock_dataset(version.dataset_id)
        row, is_new = models.Load.objects.get_or_create(
            dataset=version.dataset,
            contract_version=version,
            source_file=load.source_file,
            content_sha256=load.content_sha256,
            mapping_hash=load.mapping_hash,
            known_time=_after_releases(load, dataset=version.dataset_id),
            defaults={
                "loaded_at": load.loaded_at,
                "rows_above": load.rows_above,
                "rows_read": load.rows_read,
                "rows_loaded": load.rows_loaded,
                "rows_rejected": load.rows_rejected,
                "store_name": load.store_name,
                "bytes_read": load.bytes_read,
            },
        )
        if is_new:
            models.Finding.objects.bulk_create(_finding_row(row, found) for found in findings)
            models.Measurement.objects.bulk_create(_measured_row(row, one) for one in measured)
            if distribution:
                models.LoadDistribution.objects.create(load=row, columns=dict(distribution))
            if hold is not None:
                models.HeldLoad.objects.create(
                    load=row, needs_two=hold.needs_two, at=load.loaded_at
                )
    return translation.load_view(row)


def lock_dataset(dataset_id: int) -> None:
    """Hold the dataset's row until the transaction ends: loads and what becomes of them come one by one."""
    models.Dataset.objects.select_for_update().get(pk=dataset_id)


def _after_releases(load: NewLoad, *, dataset: int) -> Any:
    """The moment at which the load became known: not before a release that was recorded while it was being read."""
    released = models.Load.objects.filter(
        dataset_id=dataset, source_file=load.source_file, release__isnull=False
    )
    newest = released.order_by("-known_time").values_list("known_time", flat=True).first()
    return load.known_time if newest is None else max(load.known_time, newest)


def _finding_row(load: models.Load, finding: Finding) -> models.Finding:
    return models.Finding(
        load=load,
        code=finding.code,
        field=finding.field,
        severity=finding.severity.value,
        count=finding.count,
        share=finding.share,
        detail={"en": finding.detail.en, "zh": finding.detail.zh},
        example_lines=list(finding.example_lines),
    )


def _measured_row(load: models.Load, one: Measured) -> models.Measurement:
    return models.Measurement(
        load=load,
        rule=one.rule,
        field=one.field,
        dimension=one.dimension.value,
        kept=one.kept,
        figure=one.figure,
        limit=one.limit,
        of=one.of,
        verdict=one.verdict.value,
    )


def copy_load(row: models.Load, *, known_time: Any) -> models.Load:
    """The content of a load again, as a load of its own that became known at ``known_time``."""
    names = [
        *("dataset", "contract_version", "source_file", "content_sha256", "mapping_hash"),
        *("rows_above", "rows_read", "rows_loaded", "rows_rejected", "store_name", "bytes_read"),
    ]
    kept = {name: getattr(row, name) for name in names}
    made = models.Load.objects.create(**kept, known_time=known_time, loaded_at=known_time)
    for model in (models.Finding, models.Measurement):
        copies = list(model.objects.filter(load=row).order_by("pk"))
        for one in copies:
            one.pk, one.load = None, made
        model.objects.bulk_create(copies)
    for one in models.LoadDistribution.objects.filter(load=row):
        models.LoadDistribution.objects.create(load=made, columns=one.columns)
    return made


def distribution_of(*, load: int) -> Mapping[str, Any]:
    """The counts of a load's columns that the next one is compared with; empty where none were kept."""
    row = models.LoadDistribution.objects.filter(load_id=load).first()
    return {} if row is None else row.columns


def findings_of_load(*, load: int) -> tuple[Finding, ...]:
    rows = models.Finding.objects.filter(load_id=load).order_by("pk")
    return tuple(translation.finding_view(row).finding for row in rows)
