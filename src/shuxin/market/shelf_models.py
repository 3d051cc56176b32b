"""Tables of the shelf: firms' facts, products with their versions, demands, referrals, outcomes, requests made."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from shuxin.infra.api import AppendOnly
from shuxin.market.step_models import HASH, KEY, PARTY, Moving

OPEN_REFERRALS = ("waiting", "taken", "applied")
"""States of a referral in which the lender has it before it."""


class FirmFactRow(AppendOnly):
    """What one source said of a firm at one moment; ``facts`` holds only what was known."""

    party = models.CharField(max_length=PARTY)
    source = models.CharField(max_length=12)
    facts = models.JSONField()
    by = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:  # Django's own name
        indexes = [models.Index(fields=["party", "source"], name="market_facts_of")]


class ProductRow(Moving):
    """A product; ``number`` is its published version, 0 while it has none. The bands are that version's."""

    lender = models.CharField(max_length=PARTY, db_index=True)
    number = models.PositiveIntegerField(default=0)
    amount_least = models.PositiveBigIntegerField(default=0)
    amount_most = models.PositiveBigIntegerField(default=0)
    term_least = models.PositiveIntegerField(default=0)
    term_most = models.PositiveIntegerField(default=0)


class ProductVersionRow(Moving):
    """One version of a product's terms; they change while its state is draft, then never again."""

    product = models.ForeignKey(ProductRow, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    terms = models.JSONField()
    digest = models.CharField(max_length=HASH)

    class Meta:  # Django's own name
        constraints = [
            models.UniqueConstraint(fields=["product", "number"], name="market_version_once")
        ]


class DemandRow(Moving):
    """A firm's demand. ``findings``: what the checks found when it was handed in."""

    firm = models.CharField(max_length=PARTY, db_index=True)
    terms = models.JSONField()
    digest = models.CharField(max_length=HASH)
    findings = models.JSONField(default=list)
    made_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True, db_index=True)


class ReferralRow(Moving):
    """A pairing of a demand with one product of one lender; ``due_at`` None when nothing is waited for."""

    demand = models.ForeignKey(DemandRow, on_delete=models.PROTECT, related_name="referrals")
    product = models.ForeignKey(ProductRow, on_delete=models.PROTECT, related_name="referrals")
    product_number = models.PositiveIntegerField()
    lender = models.CharField(max_length=PARTY)
    firm = models.CharField(max_length=PARTY)
    mode = models.CharField(max_length=8)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, db_index=True)
    reason_code = models.CharField(max_length=24, blank=True)
    reason = models.CharField(max_length=1000, blank=True)
    application = models.CharField(max_length=KEY, blank=True)

    class Meta:  # Django's own name
        constraints = [
            models.UniqueConstraint(
                fields=["demand", "lender"],
                condition=Q(state__in=OPEN_REFERRALS),
                name="market_one_open_referral",
            )
        ]
        indexes = [models.Index(fields=["lender", "state"], name="market_referral_of")]


class OutcomeRow(AppendOnly):
    """What became of a referral, as far as it is known; the newest row of a referral holds."""

    referral = models.CharField(max_length=KEY, db_index=True)
    lender = models.CharField(max_length=PARTY, db_index=True)
    facts = models.JSONField()
    at = models.DateTimeField()


class RequestRow(AppendOnly):
    """A request that was carried out (幂等记录): the same one again gets the same thing."""

    party = models.CharField(max_length=PARTY)
    kind = models.CharField(max_length=24)
    request = models.CharField(max_length=HASH)
    content = models.CharField(max_length=HASH)
    thing = models.CharField(max_length=KEY)
    at = models.DateTimeField()

    class Meta:  # Django's own name
        constraints = [
            models.UniqueConstraint(fields=["party", "kind", "request"], name="market_request_once")
        ]
