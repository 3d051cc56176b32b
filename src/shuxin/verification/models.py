"""Rows of documents. No content, no salt and no file name is ever among them; facts are only added."""

from __future__ import annotations

from django.db import models

from shuxin.infra.api import AppendOnly

HEX32, HEX64, PARTY, WORD = 32, 64, 60, 60


class IssuedDocument(AppendOnly):
    """What this installation issued as issuer: a place in a status list for each document or credential."""

    receipt_id = models.CharField(max_length=HEX32, unique=True)
    kind = models.CharField(max_length=10, choices=[("document", "document"), ("token", "token")])
    issuer = models.CharField(max_length=PARTY)
    subject = models.CharField(max_length=PARTY, blank=True, db_index=True)
    template = models.CharField(max_length=WORD)
    commitment = models.CharField(max_length=HEX64, unique=True)
    statement_hash = models.CharField(max_length=HEX64)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    list_id = models.CharField(max_length=HEX32)
    place = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["list_id", "place"], name="document_place_once")
        ]


class StatusChange(AppendOnly):
    """A revocation or supersession; the first of a document holds."""

    document = models.OneToOneField(IssuedDocument, on_delete=models.PROTECT, related_name="change")
    state = models.CharField(max_length=10)
    detail = models.CharField(max_length=WORD)
    by = models.CharField(max_length=PARTY)
    at = models.DateTimeField()


class PublishedList(AppendOnly):
    """Each publication of a status list, numbered without gaps."""

    issuer = models.CharField(max_length=PARTY)
    list_id = models.CharField(max_length=HEX32)
    number = models.PositiveBigIntegerField()
    issued_at = models.DateTimeField()
    statement = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["list_id", "number"], name="list_number_once")
        ]


class GivenNonce(AppendOnly):
    """A nonce that this verifier gave out, as SHA-256."""

    nonce_hash = models.CharField(max_length=HEX64, unique=True)
    audience = models.CharField(max_length=PARTY)
    given_at = models.DateTimeField()


class UsedNonce(AppendOnly):
    """A nonce that was answered: once only, whatever the verdict."""

    given = models.OneToOneField(GivenNonce, on_delete=models.PROTECT, related_name="used")
    used_at = models.DateTimeField()


class Verification(AppendOnly):
    """That a document was verified here: by whom and with what result, never what stood in it."""

    statement_hash = models.CharField(max_length=HEX64, db_index=True)
    issuer = models.CharField(max_length=PARTY)
    template = models.CharField(max_length=WORD)
    verifier = models.CharField(max_length=PARTY)
    accepted = models.BooleanField()
    reasons = models.CharField(max_length=400, blank=True)
    at = models.DateTimeField()


class ArchivedDocument(AppendOnly):
    """An enterprise's or person's own document (数字档案): facts and receipt statement; the file stays with it."""

    subject = models.CharField(max_length=PARTY, db_index=True)
    statement_hash = models.CharField(max_length=HEX64)
    statement = models.JSONField()
    proof = models.JSONField()
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "statement_hash"], name="archived_once")
        ]


class TransferStatement(AppendOnly):
    """One statement of a data-express chain, in its turn."""

    order_hash = models.CharField(max_length=HEX64)
    turn = models.PositiveSmallIntegerField()
    statement = models.JSONField()
    statement_hash = models.CharField(max_length=HEX64, unique=True)
    kept_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order_hash", "turn"], name="transfer_turn_once")
        ]
