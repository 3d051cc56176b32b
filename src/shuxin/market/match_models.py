"""Tables of matching: rankings with what they rest on, the rules in use, what was learnt, what was shown."""

from __future__ import annotations

from django.db import models

from shuxin.infra.api import AppendOnly
from shuxin.market.step_models import HASH, KEY, PARTY


class ShelfRow(AppendOnly):
    """The products that were online together: JSON of ``[key, version, lender, digest of terms]``, by the keys."""

    digest = models.CharField(max_length=HASH, unique=True)
    content = models.TextField()


class RankingPolicyRow(AppendOnly):
    """Rules of ranking (排序规则); the newest row is in use."""

    salt = models.CharField(max_length=HASH)
    digest = models.CharField(max_length=HASH, db_index=True)
    content = models.TextField()
    by = models.CharField(max_length=200)
    reason = models.CharField(max_length=1000)
    at = models.DateTimeField()


class ChanceModelRow(AppendOnly):
    """Weights that were learnt from ``outcomes`` verdicts; "" where there was too little to learn from."""

    digest = models.CharField(max_length=HASH, db_index=True)
    content = models.TextField(blank=True)
    outcomes = models.PositiveIntegerField()
    at = models.DateTimeField()


class MatchingRow(AppendOnly):
    """One ranking (匹配记录). ``content``: canonical JSON of all inputs and of the result; digests are SHA-256.

    The firm's facts are in it without its name and code.
    """

    demand = models.CharField(max_length=KEY, db_index=True)
    digest = models.CharField(max_length=HASH)
    shelf = models.CharField(max_length=HASH)
    inputs = models.CharField(max_length=HASH)
    result = models.CharField(max_length=HASH)
    content = models.TextField()
    at = models.DateTimeField()


class ShownRow(AppendOnly):
    """A lender stood on one of the first places of a ranking."""

    lender = models.CharField(max_length=PARTY)
    place = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:  # Django's own name
        indexes = [models.Index(fields=["at", "lender"], name="market_shown_since")]


class OpenListRow(AppendOnly):
    """One loading of an open list (公开名单); the newest of each ``kind`` holds."""

    kind = models.CharField(max_length=24, db_index=True)
    source = models.CharField(max_length=200)
    by = models.CharField(max_length=200)
    at = models.DateTimeField()


class OpenEntryRow(AppendOnly):
    """A firm on an open list, from ``since`` to before ``until``; None: still on it."""

    loaded = models.ForeignKey(OpenListRow, on_delete=models.PROTECT, related_name="entries")
    firm = models.CharField(max_length=PARTY, db_index=True)
    since = models.DateField()
    until = models.DateField(null=True)
