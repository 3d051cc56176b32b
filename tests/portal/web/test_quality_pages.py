"""Data quality on pages: what was kept aside and why, and what two officers do about it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from tests.fusion.conftest import csv_text, rows_of_firms, uscc
from tests.fusion.quality_world import INVOICES, REGISTER, World, changed, invoice_rows
from tests.parties.accounts.samples import opened, with_second_factor
from tests.portal.web.conftest import Visitor
from tests.portal.web.test_datamap import (
    BUREAU,
    XSS,
    accepted,
    bureau,
    officer_here,
    page_of,
    proposal_url,
    send,
    signed_in,
)

from shuxin.catalogue.api import Hold, held_loads, loads, record_load
from shuxin.infra.api import now_in_china, settings_from_environment
from shuxin.parties.accounts.keys import AccountKeys
from shuxin.portal.bootstrap import own_log

if TYPE_CHECKING:
    from tests.portal.web.conftest import Clock

    from shuxin.infra.api import Settings

pytestmark = pytest.mark.django_db
__all__ = ["bureau", "officer_here"]
FIRMS = [{"firm": uscc(n)} for n in range(1, 121)]
PAGE = "/datamap/quality/register"


@pytest.fixture
def held(bureau: Settings, clock: Clock) -> int:
    """A register in force, and one with repeated firms kept aside; another dataset has no trouble."""
    world = World(bureau, now=clock.now - timedelta(days=40))
    world.loaded(INVOICES, invoice_rows())
    world.loaded(REGISTER, FIRMS)
    world.now = clock.now - timedelta(hours=1)
    return world.loaded(REGISTER, [*FIRMS, *FIRMS[:5]], file="register.csv").id


def decide(browser: Client, number: int, act: str, *, reason: str = "已核实") -> int:
    answer = browser.post(f"/datamap/quality/loads/{number}/{act}", {"reason": reason})
    return answer.status_code


class TestTheList:
    def test_shows_what_was_kept_aside_first(self, held: int, officer_here: Client) -> None:
        shown = page_of(officer_here, "/datamap/quality")
        assert shown.index("register</a>") < shown.index("invoice_out</a>")
        assert "1 kept aside" in shown
        assert "Loads kept aside that wait for a person: 1." in shown
        assert "Completeness: 25" in shown
        assert "隔离 1 个装载" in chinese(officer_here, "/datamap/quality")

    def test_is_found_in_the_navigation(self, held: int, officer_here: Client) -> None:
        assert 'href="/datamap/quality"' in page_of(officer_here, "/datamap")
        assert 'href="/datamap/quality/register"' in page_of(officer_here, "/datamap/datasets/register")  # fmt: skip


def second_officer(clock: Clock) -> Client:
    account = opened("second", "officer", party=BUREAU, now=clock.now)
    keys = AccountKeys.of(settings_from_environment())
    secret, _ = with_second_factor(account, keys=keys, now=clock.now)
    visitor = Visitor(Client(headers={"Accept-Language": "en"}), "second", account, secret)
    visitor.sign_in(clock)
    return visitor.browser


def chinese(browser: Client, url: str) -> str:
    return browser.get(url, headers={"Accept-Language": "zh"}).content.decode()


class TestOneDataset:
    def test_says_why_where_and_how_to_mend(self, held: int, officer_here: Client) -> None:
        shown = page_of(officer_here, PAGE)
        assert f"Kept aside: load {held}" in shown
        assert "5 rows repeat the key of another" in shown
        assert "122, 123, 124, 125, 126" in shown
        assert "Take out the rows that stand twice" in shown
        assert "100.0 of 100" in shown  # what is in force is without fault
        assert "5 行与其他行主键重复" in chinese(officer_here, PAGE)
        assert FIRMS[0]["firm"] not in shown

    def test_draws_the_trend_of_the_rule_asked_for(self, held: int, officer_here: Client) -> None:
        shown = page_of(officer_here, f"{PAGE}?rule=key:")
        assert "key not repeated: 96.0% at the newest load, 96.0% at the lowest" in shown
        assert "kept aside</td>" in shown
        assert page_of(officer_here, f"{PAGE}?rule=nothing:")

    def test_an_unknown_dataset_is_not_found(self, officer_here: Client) -> None:
        assert officer_here.get("/datamap/quality/nothing").status_code == 404
        assert decide(officer_here, 99, "release") == 404


class TestDecisions:
    def test_an_officer_releases_with_a_reason(
        self, held: int, officer_here: Client, bureau: Settings
    ) -> None:  # fmt: skip
        assert decide(officer_here, held, "release", reason=XSS) == 302
        shown = page_of(officer_here, f"{PAGE}?done=released")
        assert "The load was released" in shown
        assert XSS not in shown
        assert "released</" in shown
        assert [load.rows_loaded for load in loads(dataset="register")] == [125]
        log = own_log(bureau)
        assert log.entries(log.size - 1, log.size)[0].kind == "held-load"

    def test_a_reason_is_asked_for_and_nothing_typed_is_lost(
        self, held: int, officer_here: Client
    ) -> None:  # fmt: skip
        answer = officer_here.post(f"/datamap/quality/loads/{held}/reject", {"reason": "x" * 501})
        assert answer.status_code == 400
        assert "x" * 501 in answer.content.decode()
        assert len(loads(dataset="register")) == 1

    def test_a_second_try_is_told_that_it_is_over(self, held: int, officer_here: Client) -> None:
        assert decide(officer_here, held, "reject") == 302
        assert decide(officer_here, held, "release") == 409
        assert [load.rows_loaded for load in loads(dataset="register")] == [120]

    def test_a_rule_that_stops_needs_two(
        self, bureau: Settings, officer_here: Client, clock: Clock
    ) -> None:  # fmt: skip
        world = World(bureau, now=clock.now - timedelta(hours=1))
        world.loaded(INVOICES, invoice_rows())
        load = world.new_load(INVOICES, changed(invoice_rows(), 4, net=-1))
        number = record_load(load=load, hold=Hold(needs_two=True)).id
        page = "/datamap/quality/invoice_out"
        assert "two persons must agree" in page_of(officer_here, page)
        assert decide(officer_here, number, "release") == 302
        shown = page_of(officer_here, page)
        assert "You have agreed already" in shown
        assert not re.search(r"Release the load|Propose its release", shown)
        assert decide(officer_here, number, "release") == 403
        other = second_officer(clock)
        assert "would release it" in page_of(other, page)
        assert decide(other, number, "release") == 302
        assert not any(one.is_open for one in held_loads(now=now_in_china()))


class TestAnImport:
    def test_tells_that_its_load_was_kept_aside(
        self,
        officer_here: Client,
        bureau: Settings,
    ) -> None:
        good = rows_of_firms(150)
        send(officer_here, csv_text(good).encode(), name="名录.csv")
        accepted(officer_here, proposal_url(bureau))
        bad = [*good[:120], *[["", "", "2024-01-01", "1"]] * 30]
        sent = send(officer_here, csv_text(bad).encode(), name="名录.csv", once="b")
        shown = page_of(officer_here, sent.headers["Location"])
        assert "kept aside: breaks its rules" in shown
        assert 'href="/datamap/quality/%E5%90%8D%E5%BD%95"' in shown
        assert [load.rows_loaded for load in loads(dataset="名录")] == [150]
        why = page_of(officer_here, "/datamap/quality/名录")
        assert "30 rows with content could not be loaded" in why


class TestWhoMay:
    def test_an_auditor_may_not(self, held: int, bureau: Settings, clock: Clock) -> None:
        auditor = signed_in("auditor", clock=clock)
        assert auditor.get(PAGE).status_code == 403
        assert decide(auditor, held, "release") == 403
