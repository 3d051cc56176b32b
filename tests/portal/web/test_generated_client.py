"""A client that openapi-python-client generates from our document, used as a bank's engineer would use it."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from tests.portal.web.market_world import TERMS, Town, application

from shuxin.market import api as market
from shuxin.portal.web import urls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.portal.web.conftest import Clock

    from shuxin.infra.api import Settings

pytestmark = [pytest.mark.django_db, pytest.mark.soak]


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Generated without a warning about our document, and imported."""
    pytest.importorskip("openapi_python_client")  # 0.2 s: not in every process that collects
    folder = tmp_path_factory.mktemp("generated")
    document = folder / "openapi.json"
    document.write_text(json.dumps(urls.api.get_openapi_schema(), default=str))
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"]
    config = folder / "config.yml"
    config.write_text("post_hooks: []\n")
    done = subprocess.run(
        [*command, "--path", document, "--output-path", folder / "bank", "--config", config,
         "--fail-on-warning"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    sys.path.insert(0, str(folder))
    yield lambda name: importlib.import_module(f"bank.{name}" if name else "bank")
    sys.path.remove(str(folder))


@pytest.fixture
def town(platform: Settings, clock: Clock) -> Town:
    return Town.built(platform, clock)


@pytest.fixture
def client(package: Any, town: Town) -> Iterator[Any]:
    import httpx

    with application() as app:
        yield package("client").AuthenticatedClient(
            base_url="http://testserver",
            token=town.bank.token,
            httpx_args={"transport": httpx.WSGITransport(app=app)},
        )


class TestGeneratedClient:
    def test_drafts_submits_reads_and_claims(self, package: Any, client: Any, town: Town) -> None:
        def call(group: str, operation: str, *arguments: Any, **named: Any) -> Any:
            module = package(f"api.{group}.{operation}")
            return module.sync_detailed(*arguments, client=client, **named)

        models = package("models")
        terms = models.ProductTermsIn.from_dict(TERMS)
        answers = [
            call("products", "draft_product", body=terms, idempotency_key="engineer-0001")
            for _ in range(2)
        ]
        key = answers[0].parsed.key
        assert [one.parsed.key for one in answers] == [key, key]
        step = models.StepIn(event="submit")
        shown = call("products", "step_product", key, body=step).parsed
        assert shown.state == "review"
        market.step_product(key, "approve", doer=town.operator(), now=town.clock.now)
        (listed,) = call("products", "list_products", own=True).parsed.items
        assert listed == call("products", "get_product", key).parsed
        assert listed.terms.to_dict()["amount_fen"] == TERMS["amount_fen"]
        demand = town.demand()
        (line,) = call("demands", "list_board").parsed.items
        assert line.key == demand
        made = call(
            "demands",
            "claim_demand",
            demand,
            body=models.ProductIn(product=key),
            idempotency_key="engineer-0002",
        )
        assert made.status_code == 201
        (referral,) = call("referrals", "list_referrals").parsed.items
        assert (referral.key, referral.state) == (made.parsed.key, "taken")
        events = call("events", "list_events").parsed
        assert events.last == events.events[-1].number

    def test_reads_a_refusal(self, package: Any, client: Any) -> None:
        answer = package("api.products.get_product").sync_detailed("0" * 32, client=client)
        assert (answer.status_code, answer.parsed.code) == (404, "market_thing_unknown")
