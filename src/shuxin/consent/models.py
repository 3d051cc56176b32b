"""What a holder keeps about consent: statements as they came, withdrawals, counters, uses. Rows are only ever added,
but for the counters.
"""

from __future__ import annotations

from django.db import models

from shuxin.consent import inbox_models, rights_models  # noqa: F401 - Django looks for tables here
from shuxin.infra.api import AppendOnly

_ID, _PARTY, _HASH = 120, 120, 64


class HeldStatement(AppendOnly):
    """A signed statement that this holder acts on: authorisation, withdrawal, lawful basis, owners.

    ``about`` is the id it carries; ``seen_at`` when this holder first had it.
    """

    kind = models.CharField(max_length=40)
    about = models.CharField(max_length=_ID)
    subject = models.CharField(max_length=_PARTY, blank=True)
    grantee = models.CharField(max_length=_PARTY, blank=True)
    digest = models.CharField(max_length=_HASH, unique=True)
    text = models.TextField()
    seen_at = models.DateTimeField()

    class Meta:  # Django's own name
        indexes = [
            models.Index(fields=["kind", "about"], name="held_by_id"),
            models.Index(fields=["kind", "subject", "grantee"], name="held_by_subject"),
        ]


class EndedAuthorisation(AppendOnly):
    """An authorisation that holds no more: ``why`` is withdrawn or superseded. Never taken back.

    ``subject`` is who ended it, and it ends nobody else's; "" for a trusted status list. ``scope``: recipient and
    purpose that it must have, "" for any.
    """

    auth_id = models.CharField(max_length=_ID)
    subject = models.CharField(max_length=_PARTY, blank=True)
    scope = models.CharField(max_length=200, blank=True)
    why = models.CharField(max_length=12)
    at = models.DateTimeField()

    class Meta:  # Django's own name
        constraints = [
            models.UniqueConstraint(fields=["auth_id", "subject", "scope"], name="ended_once")
        ]


class HeldStatusList(AppendOnly):
    """A status list as it came; the highest number of an issuer holds."""

    issuer = models.CharField(max_length=_PARTY)
    number = models.PositiveBigIntegerField()
    issued_at = models.DateTimeField()
    received_at = models.DateTimeField()
    digest = models.CharField(max_length=_HASH)
    text = models.TextField()

    class Meta:  # Django's own name
        constraints = [models.UniqueConstraint(fields=["issuer", "number"], name="status_once")]


class StatusSeen(models.Model):
    """An issuer's newest word that its list ``digest`` is still current; each one replaces the one before."""

    issuer = models.CharField(max_length=_PARTY, primary_key=True)
    digest = models.CharField(max_length=_HASH)
    at = models.DateTimeField()
    text = models.TextField()


class UseCounter(models.Model):
    """How often an authorisation was used here; counted before the data are read."""

    auth_id = models.CharField(max_length=_ID, primary_key=True)
    used = models.PositiveIntegerField(default=0)


class AnsweredRequest(AppendOnly):
    """A request is answered once."""

    grantee = models.CharField(max_length=_PARTY)
    request_id = models.CharField(max_length=_ID)
    at = models.DateTimeField()

    class Meta:  # Django's own name
        constraints = [
            models.UniqueConstraint(fields=["grantee", "request_id"], name="answered_once")
        ]


class Use(models.Model):
    """One permit that was issued. ``salt`` opens the commitment of the log's entry ``log_index``.

    ``log_index`` None: not logged yet, so that nothing rests on it; or older than the log.
    """

    reader = models.CharField(max_length=200)
    subject = models.CharField(max_length=_PARTY)
    purpose = models.CharField(max_length=40)
    highest_level = models.PositiveSmallIntegerField()
    at = models.DateTimeField(db_index=True)
    ground = models.CharField(max_length=16, blank=True, default="")
    rests_on = models.CharField(max_length=_ID, blank=True, default="")
    catalogues = models.JSONField(default=list)
    nth = models.PositiveIntegerField(default=0)
    salt = models.CharField(max_length=_HASH, blank=True, default="")
    log_index = models.BigIntegerField(null=True)
    shown = models.BooleanField(default=True)
    job = models.CharField(max_length=_HASH, blank=True, default="")
    """The joint job that it was for."""

    class Meta:  # Django's own name
        indexes = [
            models.Index(fields=["subject", "at"], name="use_by_subject"),
            models.Index(fields=["job"], name="use_by_job", condition=~models.Q(job="")),
        ]


class RefusedUse(AppendOnly):
    """A request that the gate refused, and why."""

    reader = models.CharField(max_length=200)
    subject = models.CharField(max_length=_PARTY, db_index=True)
    purpose = models.CharField(max_length=40)
    reasons = models.CharField(max_length=600)
    at = models.DateTimeField()


class Hold(models.Model):
    """A field, or with field "*" a whole dataset, of one subject that may not be used now.

    ``why``: disputed (an objection runs) or erased (a tombstone, 删除墓碑). ``ended_at`` None while it lasts; an
    erasure never ends.
    """

    subject = models.CharField(max_length=_PARTY, db_index=True)
    dataset = models.CharField(max_length=200)
    field = models.CharField(max_length=200)
    why = models.CharField(max_length=10)
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reference = models.CharField(max_length=_ID, blank=True, default="")
