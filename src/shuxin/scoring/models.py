"""Trained models and decisions; rows are only ever added. They never leave this room."""

from __future__ import annotations

from django.db import models


class TrainedModel(models.Model):
    """A card with its rating model, by the hash of its file; the newest that was put in use decides."""

    content_hash = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=120, db_index=True)
    content = models.TextField()
    origin = models.CharField(max_length=20)
    snapshot = models.CharField(max_length=40, blank=True)
    facts = models.JSONField(default=dict)
    by = models.CharField(max_length=200)
    at = models.DateTimeField()


class Evaluation(models.Model):
    """How good a model was found to be, and when."""

    model = models.ForeignKey(TrainedModel, on_delete=models.PROTECT, related_name="evaluations")
    measured = models.JSONField(default=list)
    cautions = models.JSONField(default=list)
    by = models.CharField(max_length=200)
    at = models.DateTimeField()


class DecisionRow(models.Model):
    """One decision with everything that it was made from: ``evidence``, canonical JSON less the model."""

    entity = models.CharField(max_length=64, db_index=True)
    as_of = models.DateField()
    outcome = models.CharField(max_length=10)
    limit_fen = models.BigIntegerField()
    rate_bp = models.PositiveIntegerField(null=True)
    model = models.ForeignKey(TrainedModel, on_delete=models.PROTECT, related_name="decisions")
    evidence = models.TextField()
    evidence_hash = models.CharField(max_length=64, db_index=True)
    use_id = models.BigIntegerField()
    by = models.CharField(max_length=200)
    at = models.DateTimeField(db_index=True)
