from __future__ import annotations

import base64
import json
import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import RequestFactory
from tests.parties.accounts.samples import BANK, NOON

from shuxin.parties.accounts.authorization import revocation_response, token_response
from shuxin.parties.accounts.clients import (
    TOKEN_LASTS,
    ClientUnknown,
    NewClient,
    Scope,
    ScopeMissing,
    ScopeUnknown,
    TokenRefused,
    admit,
    clients,
    register_client,
    revoke_client,
)
from shuxin.parties.accounts.lockout import TooOften
from shuxin.parties.accounts.models import Client, Token
from shuxin.parties.accounts.rate import CALLS_BY_CLIENT, TOKENS_BY_ADDRESS

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpResponse

pytestmark = pytest.mark.django_db
GRANT = {"grant_type": "client_credentials"}


def registered(*scopes: str) -> NewClient:
    return register_client(
        party=BANK, name="core", scopes=scopes or ("verify", "log:read"), now=NOON
    )


def basic(client_id: str, secret: str) -> dict[str, str]:
    text = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    return {"Authorization": f"Basic {text}"}


def asked(
    form: dict[str, Any], headers: dict[str, str] | None = None, *, now: datetime = NOON
) -> HttpResponse:
    request = RequestFactory().post("/api/oauth/token", form, headers=headers or {})
    return token_response(request, now=now)


def token_of(new: NewClient, *, now: datetime = NOON, **form: str) -> str:
    response = asked(GRANT | form, basic(new.client_id, new.secret), now=now)
    assert response.status_code == 200, response.content
    return str(json.loads(response.content)["access_token"])


def error_of(response: HttpResponse) -> tuple[int, str]:
    return response.status_code, json.loads(response.content)["error"]


class TestTokenResponse:
    def test_has_the_form_of_rfc_6749(self) -> None:
        new = registered()
        response = asked(GRANT, basic(new.client_id, new.secret))
        body = json.loads(response.content)
        assert set(body) == {"access_token", "token_type", "expires_in", "scope"}
        assert (body["token_type"], body["expires_in"]) == ("Bearer", 900)
        assert set(body["scope"].split()) == {"verify", "log:read"}
        assert response["Cache-Control"] == "no-store"

    def test_takes_the_secret_from_the_body_too(self) -> None:
        new = registered()
        form = GRANT | {"client_id": new.client_id, "client_secret": new.secret}
        assert asked(form).status_code == 200

    def test_takes_nothing_from_the_address(self) -> None:
        new = registered()
        query = (
            f"?grant_type=client_credentials&client_id={new.client_id}&client_secret={new.secret}"
        )
        request = RequestFactory().post(f"/api/oauth/token{query}")
        assert token_response(request, now=NOON).status_code == 400

    def test_gives_the_scopes_that_were_asked_for(self) -> None:
        token = token_of(registered(), scope="verify")
        assert admit(token, scope=Scope.VERIFY, now=NOON).scopes == {Scope.VERIFY}

    def test_gives_no_scope_that_the_client_lacks(self) -> None:
        new = registered("verify")
        for scope in ("log:read", "verify log:read", "nonsense"):
            response = asked(GRANT | {"scope": scope}, basic(new.client_id, new.secret))
            assert error_of(response) == (400, "invalid_scope")

    def test_answers_alike_for_unknown_clients_and_wrong_secrets(self) -> None:
        new = registered()
        answers = {
            asked(GRANT, basic(*given)).content
            for given in (
                (new.client_id, "wrong"),
                ("unknown", new.secret),
                ("un%00known", "wrong"),
                (new.client_id + "%00", new.secret),
            )
        }
        assert len(answers) == 1
        assert error_of(asked(GRANT, basic("unknown", "wrong"))) == (401, "invalid_client")

    @pytest.mark.parametrize(
        "header",
        ["Basic", "Basic ", "Basic !!!", "Basic /////w==", "Bearer x", "Basic " + "A" * 9000],
        ids=["bare", "empty", "no base64", "no text", "another scheme", "long"],
    )
    def test_refuses_headers_that_are_none(self, header: str) -> None:
        response = asked(GRANT, {"Authorization": header})
        assert error_of(response)[0] in {400, 401}

    @pytest.mark.parametrize(
        "form",
        [
            {},
            {"grant_type": "password"},
            {"grant_type": "authorization_code", "code": "x"},
            {"grant_type": ["client_credentials", "client_credentials"]},
        ],
        ids=["none", "password", "code", "twice"],
    )
    def test_knows_one_grant_given_once(self, form: dict[str, Any]) -> None:
        new = registered()
        response = asked(form, basic(new.client_id, new.secret))
        assert error_of(response) in {(400, "unsupported_grant_type"), (400, "invalid_request")}

    def test_secrets_and_tokens_are_kept_as_digests(self) -> None:
        new = registered()
        token = token_of(new)
        text = str(list(Client.objects.values())) + str(list(Token.objects.values()))
        assert new.secret not in text
        assert token not in text

    def test_nothing_secret_is_written_to_the_log(self, caplog: pytest.LogCaptureFixture) -> None:
        new = registered()
        logging.getLogger().setLevel(logging.DEBUG)
        token = token_of(new)
        assert token not in caplog.text
        assert new.secret not in caplog.text

    def test_guessing_secrets_from_one_address_is_slowed(self) -> None:
        for _ in range(TOKENS_BY_ADDRESS.burst):
            asked(GRANT, basic("unknown", "wrong"))
        with pytest.raises(TooOften) as caught:
            asked(GRANT, basic("unknown", "wrong"))
        assert caught.value.facts["wait_seconds"] == 3


class TestAdmit:
    def test_knows_whose_token_it_is(self) -> None:
        new = registered()
        caller = admit(token_of(new), scope=Scope.VERIFY, now=NOON)
        assert (caller.client_id, caller.party) == (new.client_id, BANK)

    @pytest.mark.parametrize("scope", list(Scope))
    def test_needs_the_scope(self, scope: Scope) -> None:
        token = token_of(registered(*(set(Scope) - {scope})))
        with pytest.raises(ScopeMissing):
            admit(token, scope=scope, now=NOON)

    @pytest.mark.parametrize("token", ["", "x", "ü" * 50, "A" * 9000])
    def test_refuses_what_is_no_token(self, token: str) -> None:
        with pytest.raises(TokenRefused):
            admit(token, scope=Scope.VERIFY, now=NOON)

    def test_a_token_lives_fifteen_minutes(self) -> None:
        token = token_of(registered())
        assert timedelta(minutes=15) == TOKEN_LASTS
        assert admit(token, scope=Scope.VERIFY, now=NOON + TOKEN_LASTS - timedelta(seconds=1))
        with pytest.raises(TokenRefused):
            admit(token, scope=Scope.VERIFY, now=NOON + TOKEN_LASTS)

    def test_calls_over_the_rate_wait(self) -> None:
        token = token_of(registered())
        for _ in range(CALLS_BY_CLIENT.burst):
            admit(token, scope=Scope.VERIFY, now=NOON)
        with pytest.raises(TooOften):
            admit(token, scope=Scope.VERIFY, now=NOON)
        assert admit(token, scope=Scope.VERIFY, now=NOON + timedelta(seconds=1))


class TestRevocation:
    def revoke(self, token: str, new: NewClient) -> HttpResponse:
        request = RequestFactory().post(
            "/api/oauth/revoke", {"token": token}, headers=basic(new.client_id, new.secret)
        )
        return revocation_response(request, now=NOON)

    def test_ends_a_token_at_once(self) -> None:
        new = registered()
        token = token_of(new)
        assert self.revoke(token, new).status_code == 200
        with pytest.raises(TokenRefused):
            admit(token, scope=Scope.VERIFY, now=NOON)

    def test_leaves_the_tokens_of_others_alone_and_says_nothing(self) -> None:
        new, other = registered(), registered()
        token = token_of(new)
        known, unknown = self.revoke(token, other), self.revoke("unknown", other)
        assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
        assert admit(token, scope=Scope.VERIFY, now=NOON)

    def test_needs_the_secret(self) -> None:
        new = registered()
        wrong = NewClient(client_id=new.client_id, secret="wrong")  # noqa: S106
        assert self.revoke(token_of(new), wrong).status_code == 401

    def test_a_client_that_is_cut_off_has_no_tokens_any_more(self) -> None:
        new = registered()
        token = token_of(new)
        revoke_client(client_id=new.client_id, now=NOON)
        with pytest.raises(TokenRefused):
            admit(token, scope=Scope.VERIFY, now=NOON)
        assert asked(GRANT, basic(new.client_id, new.secret)).status_code == 401
        with pytest.raises(ClientUnknown):
            revoke_client(client_id=new.client_id, now=NOON)

    def test_clients_are_listed_without_their_secrets(self) -> None:
        new = registered()
        (view,) = clients()
        assert (view.client_id, view.scopes) == (new.client_id, ("log:read", "verify"))
        assert new.secret not in str(view)

    def test_unknown_scopes_are_refused(self) -> None:
        for scopes in ((), ("verify", "all")):
            with pytest.raises(ScopeUnknown):
                register_client(party=BANK, name="", scopes=scopes, now=NOON)
