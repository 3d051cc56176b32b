"""When which system of a party last followed this platform, and what it then said of itself."""

from __future__ import annotations

from django.db import models


class Contact(models.Model):
    """The last contact of one client of the API (最近联系); each one replaces the one before."""

    client_id = models.CharField(max_length=40, primary_key=True)
    party = models.CharField(max_length=60, db_index=True)
    first_at = models.DateTimeField()
    at = models.DateTimeField()
    status_number = models.PositiveBigIntegerField()
    directory_number = models.PositiveBigIntegerField()
    version = models.CharField(max_length=40)
    clock_ms = models.BigIntegerField()
    unproven = models.PositiveIntegerField()
    objections_open = models.PositiveIntegerField(default=0)
    objections_overdue = models.PositiveIntegerField(default=0)

    class Meta:  # Django's own name
        db_table = "linking_contact"
