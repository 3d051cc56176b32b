"""The whole API against its own description, by schemathesis: what is described is answered, what is not is refused."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi import checks as described
from tests.parties.accounts.samples import BANK
from tests.portal.web.market_world import DEMAND, FIRM, OFFICE, TERMS, System, Town, application

from shuxin.parties.api import accounts
from shuxin.portal.web import urls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemathesis import Case
    from tests.portal.web.conftest import Clock

    from shuxin.infra.api import Settings

pytestmark = pytest.mark.django_db
EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "100"))
CHECKS = [
    schemathesis.checks.not_a_server_error,
    described.status_code_conformance,
    described.content_type_conformance,
    described.response_schema_conformance,
    described.response_headers_conformance,
    described.negative_data_rejection,
]
"""Not ``positive_data_acceptance``: what contradicts itself has the described form and is refused."""


@pytest.fixture
def town(platform: Settings, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Town:
    """Callers are not slowed down: the rate has tests of its own, and 429 would hide what is behind it."""
    monkeypatch.setattr("shuxin.parties.accounts.clients.take", lambda *_, **__: None)
    monkeypatch.setattr("shuxin.parties.accounts.guards.take", lambda *_, **__: None)
    return Town.built(platform, clock)


@pytest.fixture
def schema() -> Iterator[Any]:
    found = schemathesis.openapi.from_dict(urls.api.get_openapi_schema())
    with application() as found.app:
        yield found


@dataclass
class World:
    """Who calls, and keys that are there, by the first part of the path."""

    callers: list[str]
    keys: dict[str, list[str]]

    @classmethod
    def of(cls, town: Town, clock: Clock) -> World:
        systems = [System.of(party, clock, *accounts.Scope) for party in (BANK, FIRM, OFFICE)]
        product, demand = town.product(), town.demand()
        referral = town.bank.made(f"/demands/{demand}/claim", {"product": product})
        asked = {"referral": referral, "amount_fen": 50_000_000, "term_months": 12}
        application = town.firm.made("/applications", asked)
        town.firm.call("POST", f"/applications/{application}/steps", {"event": "submit"})
        hook = town.bank.made("/subscriptions", {"url": "https://bank.example/"})
        return cls(
            [one.token for one in systems],
            {
                "products": [product, town.bank.made("/products", TERMS)],
                "demands": [demand, town.firm.made("/demands", DEMAND)],
                "referrals": [referral],
                "applications": [application],
                "subscriptions": [hook],
            },
        )

    def known(self, path: str, turn: int) -> str:
        """A key that is there, for every second call; "" for the others."""
        held = self.keys.get(path.removeprefix("/api/v1/").partition("/")[0], [])
        return held[turn // 2 % len(held)] if held and turn % 2 == 0 else ""


def run(operation: Any, mode: GenerationMode, *, examples: int, world: World) -> Counter[int]:
    """Each example is sent by the callers in turn; how often each status came."""
    turns, seen = count(), Counter[int]()

    @settings(
        max_examples=examples,
        database=None,
        derandomize=examples == 1,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def each(case: Case) -> None:
        turn = next(turns)
        key = world.known(operation.path, turn)
        if key and mode is GenerationMode.POSITIVE and "key" in (case.path_parameters or {}):
            case.path_parameters["key"] = key
        caller = world.callers[turn % len(world.callers)]
        response = case.call(headers={"Authorization": f"Bearer {caller}"})
        seen[response.status_code] += 1
        case.validate_response(response, checks=CHECKS)

    each()
    return seen


class TestContract:
    def test_holds_once(self, town: Town, clock: Clock, schema: Any) -> None:
        """One example of each operation, right and wrong ones in turn."""
        world, seen = World.of(town, clock), Counter[int]()
        for number, found in enumerate(schema.get_all_operations()):
            operation = found.ok()
            wrong = number % 2 and operation.body
            mode = GenerationMode.NEGATIVE if wrong else GenerationMode.POSITIVE
            seen += run(operation, mode, examples=1, world=world)
        assert {200, 400, 404} <= set(seen)

    @pytest.mark.soak
    def test_holds_whatever_comes(self, town: Town, clock: Clock, schema: Any) -> None:
        world, seen = World.of(town, clock), Counter[int]()
        broken: dict[str, str] = {}
        for found in schema.get_all_operations():
            operation = found.ok()
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                if mode is GenerationMode.POSITIVE or operation.body or _takes(operation):
                    try:
                        seen += run(operation, mode, examples=EXAMPLES, world=world)
                    except Exception as error:  # noqa: BLE001 - all are told together
                        broken[f"{mode.value} {operation.label}"] = str(error)[:600]
        assert "\n\n".join(f"{name}: {why}" for name, why in broken.items()) == ""
        assert {200, 204, 400, 403, 404, 409} <= set(seen)


def _takes(operation: Any) -> bool:
    """Whether it has parameters, so that some can be wrong."""
    return bool(list(operation.iter_parameters()))
