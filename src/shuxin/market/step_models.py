"""Steps that were taken and what others are told of them: written in the transaction of the step itself."""

from __future__ import annotations

from django.db import models

from shuxin.infra.api import AppendOnly

PARTY, STATE, HASH, KEY = 120, 24, 64, 120


class Moving(models.Model):
    """A row whose ``state`` follows a machine; ``version`` rises with every step (乐观锁)."""

    key = models.CharField(max_length=KEY, unique=True)
    """Its public id: 32 hexadecimal digits."""
    state = models.CharField(max_length=STATE, db_index=True)
    version = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField()

    class Meta:  # Django's own name
        abstract = True


class StepRow(AppendOnly):
    """One step of one thing (状态流转记录). ``evidence``: SHA-256 of what it rests on, or ""."""

    kind = models.CharField(max_length=24)
    thing = models.CharField(max_length=KEY)
    version = models.PositiveIntegerField()
    source = models.CharField(max_length=STATE)
    event = models.CharField(max_length=24)
    to = models.CharField(max_length=STATE)
    actor = models.CharField(max_length=16)
    party = models.CharField(max_length=PARTY, blank=True)
    by = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=1000, blank=True)
    evidence = models.CharField(max_length=HASH, blank=True)
    salt = models.CharField(max_length=HASH)
    at = models.DateTimeField()

    class Meta:  # Django's own name
        constraints = [
            models.UniqueConstraint(fields=["kind", "thing", "version"], name="market_step_once")
        ]
        indexes = [models.Index(fields=["at"], name="market_step_at")]


class EventRow(AppendOnly):
    """What one party is told (事件): by the feed and by webhooks, in the order of ``pk``."""

    audience = models.CharField(max_length=PARTY)
    kind = models.CharField(max_length=24)
    thing = models.CharField(max_length=KEY)
    event = models.CharField(max_length=24)
    body = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:  # Django's own name
        indexes = [models.Index(fields=["audience", "id"], name="market_event_of")]
