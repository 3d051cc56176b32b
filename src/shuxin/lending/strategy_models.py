"""What a lender keeps of its strategies and of what they decided. Contents are kept once, under their hash."""

from __future__ import annotations

from django.db import models

from shuxin.infra.api import AppendOnly
from shuxin.market.api import Moving

_PARTY, _KEY, _HASH, _BY = 120, 120, 64, 200


class StrategyContent(AppendOnly):
    """A strategy's canonical JSON under its SHA-256; every draft that was saved, every one that ever decided."""

    digest = models.CharField(max_length=_HASH, unique=True)
    content = models.TextField()
    at = models.DateTimeField()


class StrategyRow(Moving):
    """One version of a strategy (策略版本) on its way from draft to use. ``line``: the id that its versions share."""

    party = models.CharField(max_length=_PARTY)
    line = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=_HASH)
    back_test = models.CharField(max_length=_HASH, blank=True)
    """Digest of the report of a back-test of just this content, or ""."""
    made_by = models.CharField(max_length=_BY)
    made_at = models.DateTimeField()
    request_id = models.CharField(max_length=_KEY, unique=True)

    class Meta:  # Django's own name
        constraints = [
            models.UniqueConstraint(
                fields=["party", "line", "number"], name="lending_strategy_version"
            )
        ]


class BackTestRow(AppendOnly):
    """The report of one back-test (回测报告), canonical JSON under its hash; it names the strategy's."""

    digest = models.CharField(max_length=_HASH, unique=True)
    strategy = models.CharField(max_length=_HASH, db_index=True)
    content = models.TextField()
    by = models.CharField(max_length=_BY)
    at = models.DateTimeField()


class RunningRow(AppendOnly):
    """Which strategies run for one kind of product from now on (在用策略); the newest row of a kind counts.

    share_bp: of firms that the challenger decides. shadows: digests that decide beside, unused.
    """

    party = models.CharField(max_length=_PARTY)
    kind = models.CharField(max_length=24)
    champion = models.CharField(max_length=_HASH, blank=True)
    challenger = models.CharField(max_length=_HASH, blank=True)
    share_bp = models.PositiveIntegerField(default=0)
    shadows = models.JSONField(default=list)
    event = models.CharField(max_length=24)
    by = models.CharField(max_length=_BY)
    at = models.DateTimeField()

    class Meta:  # Django's own name
        indexes = [models.Index(fields=["party", "kind", "id"], name="lending_running")]


class StrategyDecision(AppendOnly):
    """One decision (决策记录): canonical JSON less the strategy, which is kept once. shadow: never used."""

    digest = models.CharField(max_length=_HASH, unique=True)
    request_id = models.CharField(max_length=_KEY)
    case = models.CharField(max_length=_KEY, db_index=True)
    firm = models.CharField(max_length=_PARTY, db_index=True)
    party = models.CharField(max_length=_PARTY, blank=True)
    strategy = models.CharField(max_length=_HASH, db_index=True)
    role = models.CharField(max_length=16)
    verdict = models.CharField(max_length=24)
    stage = models.CharField(max_length=40, blank=True)
    limit_fen = models.BigIntegerField(null=True)
    rate_bp = models.PositiveIntegerField(null=True)
    pd = models.FloatField(null=True)
    content = models.TextField()
    by = models.CharField(max_length=_BY)
    at = models.DateTimeField(db_index=True)

    class Meta:  # Django's own name
        constraints = [
            models.UniqueConstraint(
                fields=["request_id", "strategy", "role"], name="lending_decision_once"
            )
        ]
