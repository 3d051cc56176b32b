"""What a node keeps of its peers and its joint jobs."""

from __future__ import annotations

from django.db import models

from shuxin.infra.api import AppendOnly


class Peer(models.Model):
    """Another party's node, by its signed card; ``removed_at`` set when it is no longer one."""

    party = models.CharField(max_length=60)
    fingerprint = models.CharField(max_length=64)
    address = models.CharField(max_length=200)
    card = models.TextField()
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:  # Django's own name
        app_label = "federation"
        constraints = [
            models.UniqueConstraint(
                fields=["party"], condition=models.Q(removed_at=None), name="one_card_per_party"
            ),
            models.UniqueConstraint(
                fields=["fingerprint"],
                condition=models.Q(removed_at=None),
                name="one_party_per_certificate",
            ),
        ]


class JobRecord(models.Model):
    """A job that this node knows, and how far it is here."""

    job_id = models.CharField(max_length=64, unique=True)
    statement = models.TextField()
    state = models.CharField(max_length=20)
    reason = models.CharField(max_length=80, blank=True, default="")
    """Code of why it ended, when it was refused, stopped or failed."""
    about = models.CharField(max_length=400, blank=True, default="")
    ended_by = models.CharField(max_length=60, blank=True, default="")
    step = models.CharField(max_length=200, blank=True, default="")
    """What it does or waits for now, for people."""
    received_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        app_label = "federation"


class JobWord(AppendOnly):
    """A signed statement about a job, of this party or of another."""

    job = models.ForeignKey(JobRecord, on_delete=models.PROTECT)
    party = models.CharField(max_length=60)
    kind = models.CharField(max_length=40)
    statement = models.TextField()
    hash = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()

    class Meta:
        app_label = "federation"


class Delivery(models.Model):
    """A word of this party that a peer is to have; ``delivered_at`` None until it said so."""

    word = models.ForeignKey(JobWord, on_delete=models.PROTECT)
    peer = models.CharField(max_length=60)
    delivered_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=80, blank=True, default="")
    """Code of why the last attempt failed."""

    class Meta:
        app_label = "federation"
        constraints = [models.UniqueConstraint(fields=["word", "peer"], name="one_delivery_each")]


class MaskUse(AppendOnly):
    """That a seed was derived here: once per job, peer and label, for one input."""

    job_id = models.CharField(max_length=64)
    peer = models.CharField(max_length=60)
    label = models.CharField(max_length=200)
    binding = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        app_label = "federation"
        constraints = [
            models.UniqueConstraint(fields=["job_id", "peer", "label"], name="one_use_per_mask")
        ]


class Released(AppendOnly):
    """An output that left, for the budgets of this holder and dataset version (发布台账)."""

    job_id = models.CharField(max_length=64)
    name = models.CharField(max_length=40)
    to = models.CharField(max_length=60)
    dataset = models.CharField(max_length=200, blank=True)
    dataset_version = models.CharField(max_length=64, blank=True)
    size = models.BigIntegerField()
    numbers = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        app_label = "federation"
        constraints = [
            models.UniqueConstraint(fields=["job_id", "name", "to"], name="one_release_each")
        ]


class JointUse(AppendOnly):
    """That a version of a dataset went into a job with a partner: too many alike reveal single subjects."""

    job_id = models.CharField(max_length=64)
    partner = models.CharField(max_length=60)
    dataset = models.CharField(max_length=200)
    dataset_version = models.CharField(max_length=64)
    figures = models.BigIntegerField()
    """Figures that the job declares, whoever hands them over."""
    at = models.DateTimeField()

    class Meta:
        app_label = "federation"
        constraints = [
            models.UniqueConstraint(fields=["job_id", "partner"], name="one_joint_use_each")
        ]


class ReleaseAsked(models.Model):
    """An output that waits for a person of this node; ``allowed_at`` None until one lets it go."""

    job_id = models.CharField(max_length=64)
    name = models.CharField(max_length=40)
    to = models.CharField(max_length=60)
    size = models.BigIntegerField()
    numbers = models.BigIntegerField()
    asked_at = models.DateTimeField()
    allowed_by = models.CharField(max_length=80, blank=True, default="")
    allowed_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "federation"
        constraints = [
            models.UniqueConstraint(fields=["job_id", "name", "to"], name="one_asking_each")
        ]


class JointAnswer(models.Model):
    """A question of a service that this holder took up; ``answer`` None until it stands. Kept for two days."""

    service = models.CharField(max_length=64)
    question = models.CharField(max_length=64)
    subjects = models.PositiveIntegerField()
    at = models.DateTimeField()
    answer = models.BinaryField(null=True)
    """The message as it was sent; the same question gets the same bytes."""
    refused = models.BooleanField(default=False)
    """The gate let nobody through; the same question is not looked at again."""

    class Meta:
        app_label = "federation"
        constraints = [
            models.UniqueConstraint(fields=["service", "question"], name="one_answer_each")
        ]
        indexes = [models.Index(fields=["service", "at"], name="answers_of_a_day")]


class AskedSubject(models.Model):
    """How often a label party asked about a subject in a day here (每日询问次数). Kept for two days."""

    asker = models.CharField(max_length=60)
    subject = models.CharField(max_length=18)
    day = models.DateField()
    times = models.PositiveIntegerField(default=0)

    class Meta:
        app_label = "federation"
        constraints = [
            models.UniqueConstraint(fields=["asker", "subject", "day"], name="one_count_a_day")
        ]


class ServiceEnd(AppendOnly):
    """That a person here ended a service before its time."""

    service = models.CharField(max_length=64, unique=True)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        app_label = "federation"


class KeptAnswer(AppendOnly):
    """What a holder said to a question of this label party, as it came (应答原文), for the evidence of its scores.

    asked: the message of the question. heard: the answer's message; None where there was none, or a refusal without
    a receipt. code: of the refusal, "" where it answered.
    """

    question = models.CharField(max_length=64)
    holder = models.CharField(max_length=60)
    asked = models.BinaryField()
    heard = models.BinaryField(null=True)
    code = models.CharField(max_length=60, blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        app_label = "federation"
        constraints = [
            models.UniqueConstraint(fields=["question", "holder"], name="one_kept_answer_each")
        ]


class KeptScore(AppendOnly):
    """A joint score of this label party (评分留存). ``statement``: as it signed it then."""

    score_id = models.CharField(max_length=32, unique=True)
    service = models.CharField(max_length=64)
    subject = models.CharField(max_length=18, db_index=True)
    points = models.IntegerField()
    passes = models.BooleanField()
    statement = models.TextField()
    at = models.DateTimeField(db_index=True)

    class Meta:
        app_label = "federation"
