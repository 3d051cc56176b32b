"""Rows of sign-in. They never leave this room; secrets stand in them hashed or sealed only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from shuxin.infra.api import AppendOnly

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase

DIGEST, PARTY, NAME = 64, 80, 150


class Account(AbstractBaseUser):
    """One person's way in (账户): for which party, in which roles, with which second factor.

    ``person``: who it is for, a person's id; "" where nobody had to say.
    """

    name = models.CharField(max_length=NAME, unique=True)
    party = models.CharField(max_length=PARTY, db_index=True)
    person = models.CharField(max_length=PARTY, default="", blank=True)
    roles: Any = models.JSONField(default=list)
    is_active = models.BooleanField(default=True)
    totp_sealed = models.BinaryField(null=True)
    totp_step = models.BigIntegerField(default=0)
    opened_at = models.DateTimeField()
    last_login = None

    objects: Any = BaseUserManager()
    USERNAME_FIELD = "name"
    REQUIRED_FIELDS: ClassVar[list[str]] = []


class RecoveryCode(models.Model):
    """One way in when the second factor is lost; counts once."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    digest = models.CharField(max_length=DIGEST, unique=True)
    used_at = models.DateTimeField(null=True)


class Invitation(models.Model):
    """A code by which one person opens one account; with ``account``, gets back into that one."""

    digest = models.CharField(max_length=DIGEST, unique=True)
    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE)
    party = models.CharField(max_length=PARTY)
    person = models.CharField(max_length=PARTY, default="", blank=True)
    roles: Any = models.JSONField(default=list)
    made_by = models.CharField(max_length=NAME)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class Session(AbstractBaseSession):
    """A session of the browser; ``session_key`` is the digest of what the cookie says."""

    session_key = models.CharField(max_length=DIGEST, primary_key=True)
    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE)
    begun_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    address = models.CharField(max_length=45)
    browser = models.CharField(max_length=120)

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        from shuxin.parties.accounts.session_store import SessionStore  # noqa: PLC0415 - needs this

        return SessionStore


class SignInEvent(AppendOnly):
    """What happened at the door. An unknown name stands only as a keyed digest."""

    at = models.DateTimeField(db_index=True)
    kind = models.CharField(max_length=30)
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT)
    unknown_name = models.CharField(max_length=DIGEST)
    address = models.CharField(max_length=45)


class AccountAct(AppendOnly):
    """What an administrator did to an account; ``salt`` opens the commitment of the log's entry."""

    at = models.DateTimeField(db_index=True)
    act = models.CharField(max_length=20)
    by = models.CharField(max_length=NAME)
    name = models.CharField(max_length=NAME)
    party = models.CharField(max_length=PARTY)
    person = models.CharField(max_length=PARTY)
    roles: Any = models.JSONField(default=list)
    salt = models.CharField(max_length=DIGEST)


class Attempt(models.Model):
    """How often sign-in was tried: by keyed digests of name, address, both, or browser."""

    key = models.CharField(max_length=DIGEST, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    last = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)


class Client(models.Model):
    """A party's own system that uses the API."""

    client_id = models.CharField(max_length=40, unique=True)
    party = models.CharField(max_length=PARTY, db_index=True)
    name = models.CharField(max_length=NAME)
    scopes: Any = models.JSONField(default=list)
    secret = models.CharField(max_length=DIGEST)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)


class Token(models.Model):
    """An access token, by its digest."""

    digest = models.CharField(max_length=DIGEST, unique=True)
    client = models.ForeignKey(Client, on_delete=models.CASCADE)
    scopes: Any = models.JSONField(default=list)
    expires_at = models.DateTimeField(db_index=True)
    revoked_at = models.DateTimeField(null=True)


class Bucket(models.Model):
    """The rate of one caller: when its allowance will be whole again, in ms since 1970."""

    key = models.CharField(max_length=DIGEST, primary_key=True)
    whole_at_ms = models.BigIntegerField(default=0)
