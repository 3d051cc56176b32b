"""Rows of fusion: how tables are read, and who is who. They never leave this room."""

from __future__ import annotations

from django.db import models


class AcceptedMapping(models.Model):
    """A mapping that a person accepted; a newer one for the same table retires it."""

    source = models.CharField(max_length=1000, blank=True)
    file = models.CharField(max_length=450)
    sheet = models.CharField(max_length=255, blank=True)
    dataset = models.CharField(max_length=120, db_index=True)
    contract_version = models.CharField(max_length=40)
    text = models.TextField()
    content_hash = models.CharField(max_length=64)
    accepted_by = models.CharField(max_length=200)
    accepted_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "file", "sheet"],
                condition=models.Q(retired_at__isnull=True),
                name="one_mapping_in_force",
            )
        ]


class Resolution(models.Model):
    """One run of resolution over everything loaded before it."""

    at = models.DateTimeField()
    mentions = models.PositiveIntegerField()
    entities = models.PositiveIntegerField()
    links = models.PositiveIntegerField()
    in_review = models.PositiveIntegerField()


class Entity(models.Model):
    """Who: an enterprise or other body. ``identity`` is its code, or a name-based identity without one."""

    identity = models.CharField(max_length=64, unique=True)
    code = models.CharField(max_length=18, blank=True, db_index=True)
    name = models.CharField(max_length=300)
    since = models.DateTimeField()
    gone_at = models.DateTimeField(null=True, blank=True)


class Mention(models.Model):
    """One way in which a dataset names somebody, and the entity it was placed with."""

    key = models.CharField(max_length=64, unique=True)
    dataset = models.CharField(max_length=120, db_index=True)
    code_text = models.CharField(max_length=100, blank=True)
    name_text = models.CharField(max_length=300, blank=True)
    number_text = models.CharField(max_length=60, blank=True, db_index=True)
    name_key = models.CharField(max_length=300, blank=True, db_index=True)
    rows = models.PositiveIntegerField()
    first_known = models.DateTimeField()
    last_known = models.DateTimeField()
    entity = models.ForeignKey(Entity, null=True, on_delete=models.PROTECT, related_name="mentions")
    basis = models.CharField(max_length=20, blank=True)
    bits = models.FloatField(null=True)
    explanation = models.JSONField(default=list)
    findings = models.JSONField(default=list)
    gone_at = models.DateTimeField(null=True, blank=True)


class Review(models.Model):
    """A placement that a person must decide: is this mention that entity?"""

    mention = models.ForeignKey(Mention, on_delete=models.CASCADE, related_name="reviews")
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT)
    bits = models.FloatField()
    posterior = models.FloatField()
    why = models.CharField(max_length=40)
    explanation = models.JSONField(default=list)
    verdict = models.CharField(max_length=10, blank=True)
    decided_by = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mention", "entity"], name="one_review")]


class Relation(models.Model):
    """One entity belongs to another, as names or data say; ``gone_at`` once nothing says so any more."""

    kind = models.CharField(max_length=20)
    of = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="relations")
    to = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="related")
    basis = models.CharField(max_length=20)
    since = models.DateTimeField()
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "of", "to"], name="one_relation")]


class EntityEvent(models.Model):
    """Creation, merge, split, renaming or end of entities; rows are only ever added."""

    change = models.CharField(max_length=10)
    before = models.JSONField(default=list)
    after = models.JSONField(default=list)
    at = models.DateTimeField(db_index=True)
