"""Applications for a loan at the platform, what lenders answered to them, and offers that were accepted."""

from __future__ import annotations

from django.db import models

from shuxin.infra.api import AppendOnly
from shuxin.market.api import Moving

_PARTY, _KEY, _HASH = 120, 120, 64


class ApplicationRow(Moving):
    """One application to one lender (贷款申请). ``facts``, ``needed``: the firm and what is asked, as it was opened."""

    demand = models.CharField(max_length=_KEY, db_index=True)
    referral = models.CharField(max_length=_KEY, unique=True)
    product = models.CharField(max_length=_KEY)
    product_version = models.PositiveIntegerField()
    lender = models.CharField(max_length=_PARTY)
    firm = models.CharField(max_length=_PARTY)
    amount_fen = models.BigIntegerField()
    term_months = models.PositiveIntegerField()
    use = models.CharField(max_length=40)
    urgency = models.CharField(max_length=24)
    facts = models.JSONField()
    needed = models.JSONField(default=list)
    claim_hours = models.PositiveIntegerField()
    decision_hours = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True, db_index=True)
    """When whoever is next has to have acted; None while nobody is waited for."""
    returns = models.PositiveIntegerField(default=0)
    """How often its lender went silent."""
    answer = models.JSONField(null=True)
    """The lender's last word, as ``Answer``."""
    said = models.JSONField(default=list)
    """Questions of the lender and answers of the firm, the oldest first."""
    answered_at = models.DateTimeField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    """When the firm asked that a person looks at a decline."""
    accepted = models.TextField(blank=True)
    """The signed statement by which the firm accepted the offer."""
    feedback = models.JSONField(null=True)

    class Meta:  # Django's own name
        indexes = [
            models.Index(fields=["firm", "-id"], name="lending_application_firm"),
            models.Index(fields=["lender", "state", "id"], name="lending_application_to"),
        ]


class AnswerRow(AppendOnly):
    """One answer of a lender (审批结果): the same decision is taken once, however often it is told."""

    application = models.CharField(max_length=_KEY)
    decision = models.CharField(max_length=_HASH)
    turn = models.PositiveIntegerField()
    """How often the application had been returned before."""
    content = models.JSONField()
    at = models.DateTimeField()

    class Meta:  # Django's own name
        constraints = [
            models.UniqueConstraint(
                fields=["application", "decision", "turn"], name="lending_answer_once"
            )
        ]


class AcceptanceRow(AppendOnly):
    """One accepted offer (接受报价): of a demand one at a time. ``turn``: how many before it came to nothing."""

    demand = models.CharField(max_length=_KEY)
    turn = models.PositiveIntegerField()
    application = models.CharField(max_length=_KEY, unique=True)
    at = models.DateTimeField()

    class Meta:  # Django's own name
        constraints = [
            models.UniqueConstraint(fields=["demand", "turn"], name="lending_accepted_once")
        ]
