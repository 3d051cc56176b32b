"""Rows of the catalogue. They never leave this room; facts are only ever added."""

from __future__ import annotations

from django.db import models

from shuxin.catalogue.domain.check import Dimension, Verdict
from shuxin.catalogue.domain.contract import Cycle, DataGroup
from shuxin.catalogue.domain.finding import Severity
from shuxin.catalogue.domain.grading import BreakerKind
from shuxin.catalogue.domain.validity import NAME_LENGTH
from shuxin.infra.api import AppendOnly

HASH_LENGTH = 64


def _choices(
    words: type[Cycle | DataGroup | Severity | BreakerKind | Dimension | Verdict],
) -> list[tuple[str, str]]:
    return [(word.value, word.value) for word in words]


class Source(AppendOnly):
    """Where files or rows come from; ``location`` bears no password."""

    name = models.CharField(max_length=NAME_LENGTH, unique=True)
    kind = models.CharField(max_length=10, choices=[("folder", "folder"), ("database", "database")])
    location = models.TextField()
    department = models.CharField(max_length=NAME_LENGTH)
    registered_at = models.DateTimeField()


class Dataset(models.Model):
    """A dataset with what its newest contract says, for listing and search."""

    name = models.CharField(max_length=NAME_LENGTH, unique=True)
    title = models.TextField()
    department = models.CharField(max_length=NAME_LENGTH, db_index=True)
    group = models.CharField(max_length=12, choices=_choices(DataGroup))
    cycle = models.CharField(max_length=2, choices=_choices(Cycle))
    lag_days = models.PositiveIntegerField()
    highest_level = models.PositiveSmallIntegerField()
    field_count = models.PositiveIntegerField()
    version = models.CharField(max_length=30)
    search_text = models.TextField()
    rules_read = models.TextField(blank=True, default="")
    """Other datasets that the newest contract's rules read, each between line feeds."""


class ContractVersion(AppendOnly):
    """One accepted version of a contract; ``changes`` against the version before."""

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="contracts")
    version = models.CharField(max_length=30)
    yaml = models.TextField()
    content_sha256 = models.CharField(max_length=HASH_LENGTH)
    accepted_by = models.CharField(max_length=NAME_LENGTH)
    accepted_at = models.DateTimeField()
    changes = models.JSONField()

    class Meta:  # Django's own name
        constraints = [
            models.UniqueConstraint(fields=["dataset", "version"], name="contract_version_once")
        ]


class Load(AppendOnly):
    """One source file's content, as read under one contract and one mapping of columns.

    ``store_name`` names its folder in the store. From its ``known_time`` on it supersedes earlier
    loads of the same ``source_file``, which stay readable as of earlier times.
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="loads")
    contract_version = models.ForeignKey(ContractVersion, on_delete=models.PROTECT)
    source_file = models.CharField(max_length=500)
    content_sha256 = models.CharField(max_length=HASH_LENGTH)
    mapping_hash = models.CharField(max_length=HASH_LENGTH)
    known_time = models.DateTimeField()
    loaded_at = models.DateTimeField()
    rows_above = models.PositiveBigIntegerField()
    rows_read = models.PositiveBigIntegerField()
    rows_loaded = models.PositiveBigIntegerField()
    rows_rejected = models.PositiveBigIntegerField()
    store_name = models.CharField(max_length=HASH_LENGTH)
    bytes_read = models.PositiveBigIntegerField()

    class Meta:  # Django's own name
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "dataset",
                    "source_file",
                    "content_sha256",
                    "mapping_hash",
                    "contract_version",
                    "known_time",
                ],
                name="load_once",
            )
        ]
        indexes = [models.Index(fields=["dataset", "source_file", "known_time"])]


class Finding(AppendOnly):
    """What a check said about a load; ``detail`` is ``{"en": ..., "zh": ...}``."""

    load = models.ForeignKey(Load, on_delete=models.PROTECT, related_name="findings")
    code = models.CharField(max_length=60)
    field = models.CharField(max_length=NAME_LENGTH, blank=True)
    severity = models.CharField(max_length=10, choices=_choices(Severity))
    count = models.PositiveBigIntegerField()
    share = models.FloatField()
    detail = models.JSONField()
    example_lines = models.JSONField()


class Measurement(AppendOnly):
    """What one rule measured of a load: a point of its trend, and a part of the scorecard."""

    load = models.ForeignKey(Load, on_delete=models.PROTECT, related_name="measurements")
    rule = models.CharField(max_length=20)
    field = models.CharField(max_length=NAME_LENGTH, blank=True)
    dimension = models.CharField(max_length=14, choices=_choices(Dimension))
    kept = models.FloatField()
    figure = models.FloatField()
    limit = models.FloatField(null=True)
    of = models.PositiveBigIntegerField()
    verdict = models.CharField(max_length=10, choices=_choices(Verdict))


class LoadDistribution(AppendOnly):
    """Counts of the columns of a load that can drift, which the next load is compared with; no rows."""

    load = models.OneToOneField(Load, on_delete=models.PROTECT, related_name="distribution")
    columns = models.JSONField()


class HeldLoad(AppendOnly):
    """A load that broke its rules and is kept aside (隔离): no reader sees it, whatever its known time.

    Released, its content is loaded anew under a load of its own, which was known from the release on.
    """

    load = models.OneToOneField(Load, on_delete=models.PROTECT, related_name="held")
    needs_two = models.BooleanField()
    at = models.DateTimeField()


class HeldAct(AppendOnly):
    """What a person did about a load kept aside; a proposal is a release that waits for a second person."""

    held = models.ForeignKey(HeldLoad, on_delete=models.PROTECT, related_name="acts")
    step = models.CharField(
        max_length=10, choices=[(word, word) for word in ("proposed", "released", "rejected")]
    )
    by = models.CharField(max_length=200)
    reason = models.TextField()
    at = models.DateTimeField()
    released_as = models.OneToOneField(
        Load, null=True, on_delete=models.PROTECT, related_name="release"
    )

    class Meta:  # Django's own name
        constraints = [
            models.UniqueConstraint(
                fields=["held"],
                condition=models.Q(step__in=("released", "rejected")),
                name="held_load_decided_once",
            )
        ]


class LineageRecord(AppendOnly):
    """The column lineage of a derived dataset, kept whenever it changed."""

    derived = models.CharField(max_length=NAME_LENGTH, db_index=True)
    columns = models.JSONField()
    content_sha256 = models.CharField(max_length=HASH_LENGTH)
    recorded_at = models.DateTimeField()


class BreakerRecord(AppendOnly):
    """A reviewed lowering of a derived column's level; the newest of a column holds."""

    dataset = models.CharField(max_length=NAME_LENGTH, db_index=True)
    column = models.CharField(max_length=NAME_LENGTH)
    to_level = models.PositiveSmallIntegerField()
    to_personal = models.CharField(max_length=4, blank=True)
    kind = models.CharField(max_length=20, choices=_choices(BreakerKind))
    reason = models.TextField()
    reviewer = models.CharField(max_length=NAME_LENGTH)
    valid_until = models.DateField()
    recorded_at = models.DateTimeField()
