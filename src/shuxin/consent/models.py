"""Uses of data, recorded before the data are read; rows are only ever added."""

from __future__ import annotations

from django.db import models


class Use(models.Model):
    """One permit that was issued."""

    reader = models.CharField(max_length=200)
    subject = models.CharField(max_length=64)
    purpose = models.CharField(max_length=40)
    highest_level = models.PositiveSmallIntegerField()
    at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["subject", "at"], name="use_by_subject")]
