"""Rows of objections and erasures. Every one is a fact: states are computed from them."""

from __future__ import annotations

from django.db import models

from shuxin.infra.api import AppendOnly

_ID, _PARTY, _HASH = 120, 120, 64


class ObjectionRow(AppendOnly):
    """An objection as it was filed; ``subject`` is the entity whose record it is about, ``party`` who signed.

    Text stays here, only here.
    """

    objection_id = models.CharField(max_length=_ID, unique=True)
    party = models.CharField(max_length=_PARTY)
    subject = models.CharField(max_length=_PARTY, db_index=True)
    dataset = models.CharField(max_length=200)
    field = models.CharField(max_length=200)
    text = models.TextField()
    digest = models.CharField(max_length=_HASH)
    filed_at = models.DateTimeField()


class ObjectionEvent(AppendOnly):
    """One step; ``nth`` from 1. ``salt`` opens the commitment of the log's entry ``log_index``."""

    objection = models.ForeignKey(ObjectionRow, on_delete=models.PROTECT, related_name="events")
    nth = models.PositiveSmallIntegerField()
    before = models.CharField(max_length=12, blank=True)
    after = models.CharField(max_length=12)
    actor = models.CharField(max_length=200)
    at = models.DateTimeField()
    reason = models.TextField(blank=True)
    evidence_hash = models.CharField(max_length=_HASH, blank=True)
    salt = models.CharField(max_length=_HASH)
    log_index = models.BigIntegerField()

    class Meta:  # Django's own name
        constraints = [
            models.UniqueConstraint(fields=["objection", "nth"], name="objection_step_once")
        ]


class ObjectionNoteRow(AppendOnly):
    """The subject's note beside the field."""

    objection = models.ForeignKey(ObjectionRow, on_delete=models.PROTECT, related_name="notes")
    text = models.TextField()
    digest = models.CharField(max_length=_HASH, unique=True)
    at = models.DateTimeField()


class CorrectionNotice(AppendOnly):
    """What a reader of the last six months is told; ``text`` is the signed notice."""

    objection = models.ForeignKey(ObjectionRow, on_delete=models.PROTECT, related_name="notices")
    reader = models.CharField(max_length=200)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:  # Django's own name
        constraints = [models.UniqueConstraint(fields=["objection", "reader"], name="notice_once")]


class ErasureRow(AppendOnly):
    """Somebody asks that the rows of a subject in a dataset be erased."""

    erasure_id = models.CharField(max_length=_ID, unique=True)
    subject = models.CharField(max_length=_PARTY, db_index=True)
    dataset = models.CharField(max_length=200)
    reason = models.TextField()
    requested_by = models.CharField(max_length=200)
    at = models.DateTimeField()


class ErasureApproval(AppendOnly):
    """A second person agreed: from then on the data are on hold for good.

    ``salt`` opens the commitment of the log's entry, which names the erasure.
    """

    erasure = models.OneToOneField(ErasureRow, on_delete=models.PROTECT, related_name="approval")
    approved_by = models.CharField(max_length=200)
    salt = models.CharField(max_length=_HASH)
    at = models.DateTimeField()


class Replacement(AppendOnly):
    """A stored file is about to be replaced by one without the subject's rows; hashes of both.

    Written before the replacement: it took place when the file's hash is ``after``.
    """

    erasure = models.ForeignKey(ErasureRow, on_delete=models.PROTECT, related_name="replacements")
    file = models.CharField(max_length=200)
    before = models.CharField(max_length=_HASH)
    after = models.CharField(max_length=_HASH)
    rows = models.PositiveBigIntegerField()
    at = models.DateTimeField()


class DeletionProofRow(AppendOnly):
    """A signed deletion proof; ``through`` is the last replacement that it covers."""

    erasure = models.ForeignKey(ErasureRow, on_delete=models.PROTECT, related_name="proofs")
    text = models.TextField()
    salt = models.CharField(max_length=_HASH)
    through = models.BigIntegerField()
    rows = models.PositiveBigIntegerField()
    log_index = models.BigIntegerField()
    at = models.DateTimeField()
