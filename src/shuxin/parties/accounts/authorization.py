"""OAuth 2.0 for systems: client credentials (RFC 6749, section 4.4) and revocation (RFC 7009), by Authlib.

Authlib's Django integration keeps tokens readable in the database and takes parameters from the address
too. Here tokens are kept as digests, and only the body of a POST counts, each parameter once.
"""

from __future__ import annotations

import base64
import logging
import secrets
from typing import TYPE_CHECKING, Any

from authlib.integrations.django_oauth2 import AuthorizationServer, RevocationEndpoint  # type: ignore[import-untyped]
from authlib.oauth2.rfc6749 import ClientMixin, InvalidRequestError, OAuth2Request  # type: ignore[import-untyped]
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant  # type: ignore[import-untyped]
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload  # type: ignore[import-untyped]
from authlib.oauth2.rfc6750 import BearerTokenGenerator  # type: ignore[import-untyped]

from shuxin.parties.accounts.clients import TOKEN_LASTS, keep_token, revoke_token, secret_fits
from shuxin.parties.accounts.keys import digest_of, network_of
from shuxin.parties.accounts.models import Client
from shuxin.parties.accounts.rate import TOKENS_BY_ADDRESS, take
from shuxin.parties.accounts.sessions import address_of

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

logging.getLogger("authlib").setLevel(logging.INFO)  # at DEBUG it writes tokens out

_WAYS = ["client_secret_basic", "client_secret_post"]


def token_response(request: HttpRequest, *, now: datetime) -> HttpResponse:
    """What the token endpoint answers. Raises TooOften."""
    take(f"token:{network_of(address_of(request))}", rate=TOKENS_BY_ADDRESS, now=now)
    server = _Server(now=now)
    return server.answer(request, server.create_token_response)


def revocation_response(request: HttpRequest, *, now: datetime) -> HttpResponse:
    """What the revocation endpoint answers. Raises TooOften."""
    take(f"token:{network_of(address_of(request))}", rate=TOKENS_BY_ADDRESS, now=now)
    server = _Server(now=now)
    return server.answer(
        request, lambda given: server.create_endpoint_response(_Revocation.ENDPOINT_NAME, given)
    )


class _Client(ClientMixin):  # type: ignore[misc]
    """A registered client, or one that never was and that no secret fits."""

    def __init__(self, row: Client | None, *, client_id: str) -> None:
        self.row = row
        self.client_id = client_id

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """All of its scopes when none is named; None, an error, when one is named that it has not."""
        allowed = self.row.scopes if self.row else []
        asked = scope.split() if scope else allowed
        return " ".join(asked) if asked and set(asked) <= set(allowed) else None

    def check_client_secret(self, client_secret: str) -> bool:
        row: Client = self.row or Client(secret=digest_of(secrets.token_hex(16)))
        return secret_fits(row, client_secret)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:  # noqa: ARG002
        return method in _WAYS

    def check_grant_type(self, grant_type: str) -> bool:
        return bool(grant_type == ClientCredentialsGrant.GRANT_TYPE)


class _Grant(ClientCredentialsGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = _WAYS


class _Revocation(RevocationEndpoint):  # type: ignore[misc]
    CLIENT_AUTH_METHODS = _WAYS

    def authenticate_token(self, request: OAuth2Request, client: _Client) -> tuple[str, _Client]:
        self.check_params(request, client)
        return request.form["token"], client

    def revoke_token(self, token: tuple[str, _Client], request: OAuth2Request) -> None:  # noqa: ARG002
        text, client = token
        if client.row is not None:
            revoke_token(text, client=client.row, now=self.server.now)


class _Request(OAuth2Request):  # type: ignore[misc]
    """The body of a POST. That it came over TLS, or from this machine, the server has seen to."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request.method or "", "https://localhost/", headers=request.headers)
        if any(len(values) > 1 for _, values in request.POST.lists()):
            raise InvalidRequestError("a parameter stands twice")
        if not _readable(request.headers.get("Authorization", "Basic Og==")):
            raise InvalidRequestError("Authorization is not readable")
        self._form = request.POST.dict()
        self.payload = BasicOAuth2Payload(self._form)

    @property
    def form(self) -> dict[str, Any]:
        return self._form


class _Server(AuthorizationServer):  # type: ignore[misc]
    def __init__(self, *, now: datetime) -> None:
        super().__init__(Client, None)
        self.now = now
        self.register_grant(_Grant)
        self.register_endpoint(_Revocation)

    def answer(self, request: HttpRequest, make: Any) -> HttpResponse:
        try:
            response: HttpResponse = make(_Request(request))
        except InvalidRequestError as error:
            response = self.handle_response(*error())
        return response

    def create_oauth2_request(self, request: _Request) -> _Request:
        return request

    def query_client(self, client_id: str) -> _Client:
        known = client_id.isalnum()  # PostgreSQL takes no NUL
        row = Client.objects.filter(client_id=client_id, revoked_at=None).first() if known else None
        return _Client(row, client_id=client_id)

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        keep_token(
            token["access_token"],
            client=request.client.row,
            scopes=token["scope"].split(),
            now=self.now,
        )

    def create_bearer_token_generator(self) -> BearerTokenGenerator:
        return BearerTokenGenerator(
            access_token_generator=lambda **_: secrets.token_urlsafe(32),
            expires_generator=int(TOKEN_LASTS.total_seconds()),
        )


def _readable(header: str) -> bool:
    """A scheme and one word; for Basic, base64 of text. Authlib fails on others instead of refusing them."""
    scheme, _, word = header.partition(" ")
    if not word or word != "".join(word.split()):
        return False
    try:
        return scheme.lower() != "basic" or bool(base64.b64decode(word, validate=True).decode())
    except ValueError:
        return False
