"""Rows of the parties room; they never leave it. Only public keys and signed statements are here, no secret."""

from __future__ import annotations

from django.db import models

from shuxin.infra.api import AppendOnly
from shuxin.parties.domain.party import KeyRole, PartyKind
from shuxin.parties.domain.registration import LONGEST_NAME, State

_PARTY, _HASH, _PERSON = 60, 64, 160


class PartyRow(models.Model):
    """One registered party; also what is locked while its members change."""

    party = models.CharField(max_length=_PARTY, unique=True)
    kind = models.CharField(max_length=30, choices=[(kind.value, kind.value) for kind in PartyKind])

    class Meta:
        db_table = "parties_party"


class RegistrationRow(AppendOnly):
    """What a party was registered as; the newest row holds. ``salt`` opens the log's commitment."""

    party = models.ForeignKey(PartyRow, on_delete=models.PROTECT, related_name="registrations")
    name = models.CharField(max_length=LONGEST_NAME, blank=True)
    state = models.CharField(max_length=20, choices=[(state.value, state.value) for state in State])
    by = models.CharField(max_length=_PERSON)
    at = models.DateTimeField()
    salt = models.CharField(max_length=_HASH)

    class Meta:
        db_table = "parties_registration"


class MembershipRow(AppendOnly):
    """A person received or gave up a role in an institution; the newest row of the three holds."""

    party = models.ForeignKey(PartyRow, on_delete=models.PROTECT, related_name="memberships")
    member = models.CharField(max_length=_PERSON)
    role = models.CharField(max_length=30, choices=[(role.value, role.value) for role in KeyRole])
    act = models.CharField(max_length=10, choices=[("appoint", "appoint"), ("dismiss", "dismiss")])
    by = models.CharField(max_length=_PERSON)
    at = models.DateTimeField()
    salt = models.CharField(max_length=_HASH)

    class Meta:
        db_table = "parties_membership"


class StatementRow(AppendOnly):
    """A signed statement, by its hash; ``party`` and ``key_id`` are those that it is about."""

    hash = models.CharField(max_length=_HASH, unique=True)
    kind = models.CharField(max_length=40)
    party = models.CharField(max_length=_PARTY, db_index=True)
    key_id = models.CharField(max_length=32, db_index=True)
    content = models.TextField()
    kept_at = models.DateTimeField()

    class Meta:
        db_table = "parties_statement"


class AttestationRow(AppendOnly):
    """An attester's own record of a check: the salt that opens the evidence of its binding."""

    statement = models.CharField(max_length=_HASH, unique=True)
    level = models.PositiveSmallIntegerField()
    salt = models.CharField(max_length=_HASH)
    by = models.CharField(max_length=_PERSON)
    at = models.DateTimeField()

    class Meta:
        db_table = "parties_attestation"


class ActRow(AppendOnly):
    """Something that one person proposed and that needs a second one; ``salt`` opens the log's commitment."""

    kind = models.CharField(max_length=40)
    digest = models.CharField(max_length=_HASH, db_index=True)
    content = models.TextField()
    by = models.CharField(max_length=_PERSON)
    at = models.DateTimeField()
    salt = models.CharField(max_length=_HASH)

    class Meta:
        db_table = "parties_act"


class ApprovalRow(AppendOnly):
    """The second person's word; there is one at most, so an act is done once."""

    act = models.OneToOneField(ActRow, on_delete=models.PROTECT, related_name="approval")
    by = models.CharField(max_length=_PERSON)
    at = models.DateTimeField()

    class Meta:
        db_table = "parties_approval"


class NotedRow(AppendOnly):
    """Which account an entry of the log commits to; ``salt`` opens the commitment."""

    commitment = models.CharField(max_length=_HASH, unique=True)
    by = models.CharField(max_length=_PERSON)
    at = models.DateTimeField()
    salt = models.CharField(max_length=_HASH)

    class Meta:
        db_table = "parties_noted"


class DirectoryHeadRow(AppendOnly):
    """A head of a directory, published here or received."""

    publisher = models.CharField(max_length=32)
    number = models.PositiveBigIntegerField()
    content = models.TextField()
    kept_at = models.DateTimeField()

    class Meta:
        db_table = "parties_directory_head"
        constraints = [
            models.UniqueConstraint(fields=["publisher", "number"], name="directory_head_once")
        ]
