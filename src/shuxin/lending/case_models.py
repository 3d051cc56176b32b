"""What a lender keeps at its own home of each application: case, what it asked for, who decided, what is to be told."""

from __future__ import annotations

from django.db import models

from shuxin.infra.api import AppendOnly
from shuxin.market.api import Moving

_PARTY, _KEY, _HASH = 120, 120, 64


class CaseRow(Moving):
    """One application as its lender works on it (审批案件); ``key`` is the application's own."""

    firm = models.CharField(max_length=_PARTY, db_index=True)
    product = models.CharField(max_length=_KEY)
    product_version = models.PositiveIntegerField()
    kind = models.CharField(max_length=24)
    amount_fen = models.BigIntegerField()
    view = models.JSONField()
    """The application as the platform last told it."""
    made_at = models.DateTimeField()
    look_at = models.DateTimeField(null=True, db_index=True)
    """When the desk looks at it next; None while it has nothing to do by itself."""
    due_at = models.DateTimeField(null=True)
    """When a person has to have decided."""
    patience_at = models.DateTimeField(null=True)
    """Until then authorisations are waited for."""
    complete_at = models.DateTimeField(null=True)
    """Since when all that is needed was there: the time to the decision counts from here."""
    turn = models.PositiveIntegerField(default=0)
    """Rises with each answer of the firm: it is decided anew."""
    decision = models.CharField(max_length=_HASH, blank=True)
    """Of the engine's newest record; "" where it could not decide, for what ``trouble`` names."""
    verdict = models.CharField(max_length=24, blank=True)
    advice = models.JSONField(null=True)
    """What the engine advised: limit, rate, reasons; and the levels of data that it read."""
    taken_by = models.CharField(max_length=200, blank=True)
    taken_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=60, blank=True)
    """Code of what held it up at the last look."""


class AuthorisationAsked(models.Model):
    """What is asked of the firm for one case (授权申请). Fixed before it is sent: sent twice, it is the same."""

    case = models.CharField(max_length=_KEY)
    place = models.PositiveIntegerField()
    """In the list of what the product needs."""
    signed_at = models.DateTimeField()
    request_id = models.CharField(max_length=_HASH, blank=True)
    refused = models.BooleanField(default=False)

    class Meta:  # Django's own name
        constraints = [models.UniqueConstraint(fields=["case", "place"], name="lending_asked_once")]


class OfficerDecision(AppendOnly):
    """What a person decided (人工审批), beside what the engine advised, which stays as it is."""

    case = models.CharField(max_length=_KEY, db_index=True)
    digest = models.CharField(max_length=_HASH)
    advised = models.CharField(max_length=_HASH)
    content = models.JSONField()
    event = models.CharField(max_length=24)
    """approve, decline, ask; propose: another person has to agree; send_back: that person did not."""
    by = models.CharField(max_length=200)
    at = models.DateTimeField()


class Outgoing(models.Model):
    """One answer that the platform is to be told (待发送), until it is."""

    case = models.CharField(max_length=_KEY)
    kind = models.CharField(max_length=16)
    mark = models.CharField(max_length=_HASH)
    content = models.JSONField()
    tries = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(db_index=True)
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, db_index=True)
    refused = models.CharField(max_length=60, blank=True)
    """Code of what the platform refused it with, for good."""
    refused_where = models.CharField(max_length=40, blank=True)
    """Of a refused offer, the term that is not the product's."""
    by = models.CharField(max_length=200, blank=True)
    """The officer who said it; "" for the desk itself."""

    class Meta:  # Django's own name
        constraints = [
            models.UniqueConstraint(fields=["case", "kind", "mark"], name="lending_outgoing_once")
        ]


class FeedPlace(models.Model):
    """Up to where the platform's feed has been read (事件进度)."""

    platform = models.CharField(max_length=_PARTY, unique=True)
    last = models.BigIntegerField(default=0)
    at = models.DateTimeField()
