"""Background work of this installation; rows never leave this room."""

from __future__ import annotations

from django.db import models


class TaskRow(models.Model):
    """One piece of background work. ``key`` makes it once however often it is asked for.

    ``about`` and ``outcome`` name files, datasets and counts, never an enterprise's data.
    """

    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=40)
    about = models.JSONField(default=dict)
    by = models.CharField(max_length=200)
    state = models.CharField(max_length=12, db_index=True)
    worker = models.CharField(max_length=40, blank=True, default="")
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    what = models.CharField(max_length=300, blank=True, default="")
    outcome = models.JSONField(default=dict)
    failure = models.JSONField(default=dict)
    asked_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
