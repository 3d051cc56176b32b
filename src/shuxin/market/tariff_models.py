"""What the API keeps: answers already given, subscriptions, calls counted, prices of uses and their statements."""

from __future__ import annotations

from django.db import models

from shuxin.infra.api import AppendOnly

_KEY, _PARTY, _HASH, _ID = 64, 120, 64, 200


class AnsweredCall(models.Model):
    """One call that took effect under a key of the caller's (幂等键), and what was answered.

    ``digest``: of method, path and body, so that the same key for another call is noticed.
    """

    client = models.CharField(max_length=_KEY)
    key = models.CharField(max_length=_KEY)
    digest = models.CharField(max_length=_HASH)
    status = models.PositiveSmallIntegerField(default=0)
    content = models.TextField(default="")
    at = models.DateTimeField(db_index=True)

    class Meta:  # Django's own name
        constraints = [
            models.UniqueConstraint(fields=["client", "key"], name="market_answered_once")
        ]


class SubscriptionRow(models.Model):
    """Where a party wants to be told of its events (事件订阅). ``after``: number of the last event that arrived.

    ``sealed``: the secret that signs, readable with this installation's key only. ``attempts``: failed ones of the
    next event, the first of them at ``failing_since``. ``state``: active, parked or ended.
    """

    key = models.CharField(max_length=_KEY, unique=True)
    party = models.CharField(max_length=_PARTY, db_index=True)
    client = models.CharField(max_length=_KEY)
    url = models.CharField(max_length=1000)
    kinds = models.JSONField(default=list)
    sealed = models.BinaryField()
    state = models.CharField(max_length=12, db_index=True)
    after = models.BigIntegerField(default=0)
    delivered = models.BigIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    next_at = models.DateTimeField()
    last_status = models.PositiveSmallIntegerField(null=True)
    last_failure = models.CharField(max_length=40, blank=True, default="")
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()


class CallCount(models.Model):
    """How often a client called an operation in a month (接口调用计量); ``month``: its first day in China."""

    client = models.CharField(max_length=_KEY)
    party = models.CharField(max_length=_PARTY)
    operation = models.CharField(max_length=80)
    month = models.DateField()
    calls = models.BigIntegerField(default=0)

    class Meta:  # Django's own name
        constraints = [
            models.UniqueConstraint(
                fields=["client", "operation", "month"], name="market_calls_once"
            )
        ]


class TariffRow(AppendOnly):
    """What one use costs (使用单价) from a day in China on; ``catalogue`` and ``purpose`` "*" for any.

    by: who proposed it; agreed_by: who agreed, "" of rows from before two people were needed.
    """

    catalogue = models.CharField(max_length=_ID)
    purpose = models.CharField(max_length=40)
    fen = models.BigIntegerField()
    valid_from = models.DateField()
    by = models.CharField(max_length=_ID)
    agreed_by = models.CharField(max_length=_ID, blank=True, default="")
    at = models.DateTimeField()


class MeterStatementRow(AppendOnly):
    """The signed statement of one caller and month (月度账单), made once when the month is over."""

    caller = models.CharField(max_length=_PARTY)
    month = models.DateField()
    text = models.TextField()
    made_at = models.DateTimeField()

    class Meta:  # Django's own name
        constraints = [
            models.UniqueConstraint(fields=["caller", "month"], name="market_statement_once")
        ]
