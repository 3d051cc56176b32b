"""What the platform keeps about requests for authorisation: rows are only ever added."""

from __future__ import annotations

from django.db import models

from shuxin.infra.api import AppendOnly

_ID, _PARTY = 120, 120


class AuthorisationRequest(AppendOnly):
    """A recipient's signed request, as it came. ``asked_at`` is by this platform's own clock."""

    request_id = models.CharField(max_length=_ID, unique=True)
    grantee = models.CharField(max_length=_PARTY, db_index=True)
    subject = models.CharField(max_length=_PARTY, db_index=True)
    text = models.TextField()
    asked_at = models.DateTimeField()
    lapses_at = models.DateTimeField()


class RequestAnswer(AppendOnly):
    """The one answer to a request: declined, or granted by the statement held under ``auth_id``."""

    request_id = models.CharField(max_length=_ID, unique=True)
    answer = models.CharField(max_length=10)
    auth_id = models.CharField(max_length=_ID, blank=True, default="")
    text = models.TextField(blank=True, default="")
    valid_to = models.DateTimeField(null=True)
    by = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:  # Django's own name
        constraints = [
            models.UniqueConstraint(
                fields=["auth_id"], condition=~models.Q(auth_id=""), name="granted_once"
            )
        ]


class Suspension(AppendOnly):
    """An authorisation was suspended, or released again; the newest row of an id holds."""

    auth_id = models.CharField(max_length=_ID, db_index=True)
    suspended = models.BooleanField()
    reason = models.CharField(max_length=300)
    by = models.CharField(max_length=200)
    at = models.DateTimeField()
