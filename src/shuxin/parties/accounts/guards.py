"""Who may call an operation of the API; every operation names one of these two as its ``auth``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ninja.security import HttpBearer

from shuxin.infra.api import now_in_china
from shuxin.parties.accounts.clients import Caller, Scope, admit
from shuxin.parties.accounts.keys import network_of
from shuxin.parties.accounts.rate import PUBLIC_BY_ADDRESS, take
from shuxin.parties.accounts.sessions import address_of

if TYPE_CHECKING:
    from django.http import HttpRequest


class Scoped(HttpBearer):
    """A client whose access token bears ``scope``; the operation finds a ``Caller`` in ``request.auth``."""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Caller:  # noqa: ARG002 - ninja's form
        return admit(token, scope=self.scope, now=now_in_china())


class Public:
    """Everybody, at a rate for each address."""

    def __call__(self, request: HttpRequest) -> str:
        take(
            f"public:{network_of(address_of(request))}", rate=PUBLIC_BY_ADDRESS, now=now_in_china()
        )
        return "public"
