from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from ninja import NinjaAPI, Router
from ninja.testing import TestClient
from tests.parties.accounts.samples import BANK

from shuxin.parties.accounts.rate import PUBLIC_BY_ADDRESS
from shuxin.parties.api import accounts
from shuxin.portal.web import urls
from shuxin.portal.web.endpoints import make_api

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest
    from ninja.operation import Operation
    from tests.portal.web.conftest import Clock


def operations(api: NinjaAPI) -> Iterator[tuple[str, Operation]]:
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                yield f"{operation.methods} {prefix}{path}", operation


def unguarded(api: NinjaAPI) -> list[str]:
    """Operations that name neither a scope nor that they are public."""
    return [
        name
        for name, operation in operations(api)
        if len(operation.auth_callbacks) != 1
        or not isinstance(operation.auth_callbacks[0], (accounts.Scoped, accounts.Public))
    ]


def token_for(*scopes: str, clock: Clock) -> str:
    new = accounts.register_client(party=BANK, name="core", scopes=scopes, now=clock.now)
    answer = Client().post(
        "/api/oauth/token",
        {
            "grant_type": "client_credentials",
            "client_id": new.client_id,
            "client_secret": new.secret,
        },
    )
    assert answer.status_code == 200, answer.content
    return str(answer.json()["access_token"])


@pytest.fixture(scope="module")
def sample() -> TestClient:
    """An API of ours with one operation of each kind."""
    router = Router()

    @router.get("/open", auth=accounts.Public())
    def open_to_all(request: HttpRequest) -> dict[str, str]:
        return {}

    @router.get("/log", auth=accounts.Scoped(accounts.Scope.LOG_READ))
    def log(request: HttpRequest) -> dict[str, str]:
        return {"party": request.auth.party}

    @router.get("/number/{number}", auth=accounts.Public())
    def number(request: HttpRequest, number: int) -> dict[str, int]:
        return {"number": number}

    @router.get("/broken", auth=accounts.Public())
    def broken(request: HttpRequest) -> dict[str, int]:
        raise KeyError("secret")

    return TestClient(make_api({"": router}, name="sample"))


class TestOperations:
    def test_each_names_its_scope_or_that_it_is_public(self) -> None:
        assert list(operations(urls.api))
        assert unguarded(urls.api) == []

    def test_one_without_would_be_found(self) -> None:
        router, api = Router(), NinjaAPI(urls_namespace="unguarded")

        @router.get("/forgotten")
        def forgotten(request: HttpRequest) -> dict[str, str]:
            return {}

        api.add_router("", router)
        assert len(unguarded(api)) == 1

    @pytest.mark.django_db
    def test_each_with_a_scope_refuses_a_call_without_it(self, clock: Clock) -> None:
        used = set()
        tokens: dict[str, str] = {}
        for name, operation in operations(urls.api):
            guard = operation.auth_callbacks[0]
            if isinstance(guard, accounts.Scoped):
                used.add(guard.scope)
                url = "/api" + name.split("] ")[1].replace("{", "").replace("}", "")
                others = [scope for scope in accounts.Scope if scope is not guard.scope]
                if guard.scope not in tokens:
                    tokens[guard.scope] = token_for(*others, clock=clock)
                bearer = {"Authorization": f"Bearer {tokens[guard.scope]}"}
                for headers, status in (({}, 401), (bearer, 403)):
                    answer = Client().generic(operation.methods[0], url, headers=headers)
                    assert answer.status_code == status, name
        assert used == set(accounts.Scope)

    @pytest.mark.django_db
    def test_are_described(self) -> None:
        described = Client().get("/api/openapi.json").json()
        assert described["openapi"].startswith("3.")
        assert set(described["paths"]) == {
            "/api" + (name.split("] ")[1]) for name, _ in operations(urls.api)
        }


@pytest.mark.django_db
class TestGuards:
    def call(self, sample: TestClient, url: str, token: str = "") -> Any:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return sample.get(url, headers=headers, META={"REMOTE_ADDR": "192.0.2.1"})

    def test_let_in_with_the_scope(self, sample: TestClient, clock: Clock) -> None:
        answer = self.call(sample, "/log", token_for("log:read", clock=clock))
        assert (answer.status_code, answer.json()) == (200, {"party": BANK})

    def test_refuse_without_the_scope(self, sample: TestClient, clock: Clock) -> None:
        answer = self.call(sample, "/log", token_for("verify", clock=clock))
        assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")

    @pytest.mark.parametrize("token", ["", "wrong", "a b"])
    def test_refuse_without_a_token(self, sample: TestClient, token: str) -> None:
        answer = self.call(sample, "/log", token)
        assert (answer.status_code, answer.json()["code"]) == (401, "token_refused")
        assert answer["WWW-Authenticate"] == "Bearer"

    def test_refuse_when_the_token_is_old(self, sample: TestClient, clock: Clock) -> None:
        token = token_for("log:read", clock=clock)
        clock.forward(minutes=15)
        assert self.call(sample, "/log", token).status_code == 401

    def test_slow_the_public_down_by_address(self, sample: TestClient, clock: Clock) -> None:
        for _ in range(PUBLIC_BY_ADDRESS.burst):
            assert self.call(sample, "/open").status_code == 200
        answer = self.call(sample, "/open")
        assert (answer.status_code, answer.json()["code"]) == (429, "too_often")
        assert answer["Retry-After"] == "1"


@pytest.mark.django_db
class TestFailures:
    def test_name_the_place_and_not_the_value(self, sample: TestClient) -> None:
        answer = sample.get("/number/secret", META={"REMOTE_ADDR": "192.0.2.2"})
        assert (answer.status_code, answer.json()["code"]) == (400, "request_not_understood")
        assert "number" in answer.json()["title"]
        assert b"secret" not in answer.content

    def test_of_the_software_go_on_to_django(self, sample: TestClient) -> None:
        with pytest.raises(KeyError):
            sample.get("/broken", META={"REMOTE_ADDR": "192.0.2.2"})

    def test_health_is_public(self) -> None:
        answer = Client().get("/api/health").json()
        assert answer["status"] == "ok"
        assert answer["time"].endswith("+08:00")

    def test_the_token_endpoint_takes_posts_only(self) -> None:
        assert Client().get("/api/oauth/token").status_code == 405
