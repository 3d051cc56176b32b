"""Two officers of one lender at once, each by what it read: only one of them is heard."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connections
from tests.portal.web.market_world import TERMS, Town

from shuxin.portal.web.market_api import calling

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.portal.web.conftest import Clock

    from shuxin.infra.api import Settings

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not os.environ.get("SHUXIN_DATABASE_URL"), reason="SQLite writes one by one"
    ),
]
_SECONDS = 2


@pytest.fixture
def town(platform: Settings, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Town:
    place = "shuxin.portal.web.market_api.calling.now_in_china"
    monkeypatch.setattr(place, lambda: clock.now)
    return Town.built(platform, clock)


def both(monkeypatch: pytest.MonkeyPatch, call: Callable[[int], Any]) -> list[int]:
    """The statuses of two calls that wait for each other once they found their version right."""
    meeting, before = threading.Barrier(2), calling.require_version

    def met(*given: Any) -> None:
        before(*given)
        try:
            meeting.wait(_SECONDS)
        except threading.BrokenBarrierError:
            return

    def answered(number: int) -> int:
        try:
            return int(call(number).status_code)
        finally:
            connections.close_all()

    monkeypatch.setattr(calling, "require_version", met)
    with ThreadPoolExecutor(2) as pool:
        return sorted(pool.map(answered, range(2)))


def test_a_draft_is_not_written_over(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"/products/{town.bank.made('/products', TERMS)}"
    tag = town.bank.get(path)["ETag"]
    found = both(
        monkeypatch,
        lambda n: town.bank.call("PUT", path, TERMS | {"name": f"贷{n}"}, If_Match=tag),
    )
    assert found == [200, 412]


def test_a_referral_is_declined_by_one(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    product, demand = town.product(), town.demand()
    path = f"/referrals/{town.bank.made(f'/demands/{demand}/claim', {'product': product})}"
    tag = town.bank.get(path)["ETag"]
    step = {"event": "decline", "code": "capacity"}
    found = both(
        monkeypatch,
        lambda _: town.bank.call("POST", f"{path}/steps", step, If_Match=tag),
    )
    assert found == [200, 412]


def test_a_demand_is_withdrawn_once(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"/demands/{town.demand()}"
    tag = town.firm.get(path)["ETag"]
    step = {"event": "withdraw"}
    found = both(
        monkeypatch,
        lambda _: town.firm.call("POST", f"{path}/steps", step, If_Match=tag),
    )
    assert found == [200, 412]


def test_an_application_is_claimed_once(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    product, demand = town.product(), town.demand()
    referral = town.bank.made(f"/demands/{demand}/claim", {"product": product})
    asked = {"referral": referral, "amount_fen": 50_000_000, "term_months": 12}
    path = f"/applications/{town.firm.made('/applications', asked)}"
    town.firm.call("POST", f"{path}/steps", {"event": "submit"})
    tag = town.bank.get(path)["ETag"]
    found = both(
        monkeypatch,
        lambda _: town.bank.call("POST", f"{path}/steps", {"event": "claim"}, If_Match=tag),
    )
    assert found == [200, 412]
