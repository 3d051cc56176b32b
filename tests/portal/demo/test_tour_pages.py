"""The tour exists on the platform of a demo and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client

from shuxin.infra.api import mark_development
from shuxin.infra.settings import Settings
from shuxin.portal.bootstrap import start
from shuxin.portal.demo.plan import ATTESTER, BANK, PLATFORM, SITES, Place, clear
from shuxin.portal.founding import set_up
from shuxin.portal.web.views import tour

if TYPE_CHECKING:
    from pathlib import Path

FIRM, NAME = "91349901MAX0AMME6Q", "某百货有限公司"
ADDRESSES = ("/tour", "/tour/steps", "/tour/here.json", "/tour/file")


@pytest.fixture
def home(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The platform's home in a demo's folder; the other sites do not answer."""
    from shuxin.infra.api import now_in_china

    place = Place(tmp_path / "demo")
    clear(place)
    place.keep(
        firm=FIRM, firm_name=NAME, service="5" * 64, card="c" * 64, alignment="a" * 64,
        to_approve=["bureau", "utility"],
    )  # fmt: skip
    monkeypatch.setenv("SHUXIN_HOME", str(place.home(PLATFORM)))
    monkeypatch.setitem(tour._LAST, "at", float("-inf"))
    settings = start()
    set_up(
        settings, party=PLATFORM.party, kind="operator", name=PLATFORM.called, now=now_in_china()
    )
    return settings


def made_by_demo(home: Settings) -> None:
    sites = {seat.name: "http://127.0.0.1:9" for seat in SITES}
    mark_development(
        home, facts={"demo": str(home.home.parent), "seat": "platform", "sites": sites}
    )


class TestTour:
    @pytest.mark.parametrize("address", ADDRESSES)
    def test_is_not_there_outside_of_a_demo(self, home: Settings, address: str) -> None:
        assert Client().get(address).status_code == 404

    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_shows_eight_open_steps_while_the_other_sites_are_down(
        self, home: Settings, language: str
    ) -> None:
        made_by_demo(home)
        page = Client(headers={"Accept-Language": language}).get("/tour").content.decode()
        assert page.count('id="step-') == 8
        assert 'class="state good"' not in page
        assert NAME in page
        assert f"/bank/customers/{FIRM}/joint" in page

    def test_what_happened_here_is_counts_only(self, home: Settings) -> None:
        made_by_demo(home)
        told = Client().get("/tour/here.json").json()
        assert told == {"has_key": False, "waiting": 0, "granted": 0, "withdrawn": 0}

    def test_the_person_says_that_it_verified(self, home: Settings) -> None:
        made_by_demo(home)
        browser = Client()
        assert browser.post("/tour/verified").status_code == 302
        assert browser.get("/tour/steps").content.decode().count('class="state good"') == 1

    def test_hands_out_the_file_that_is_left_for_the_person(self, home: Settings) -> None:
        made_by_demo(home)
        assert Client().get("/tour/file").status_code == 404
        folder = home.home.parent / "try"
        folder.mkdir()
        (folder / "企业环境信用评级.xls").write_bytes(b"messy")
        answer = Client().get("/tour/file")
        assert answer.content == b"messy"
        assert "attachment" in answer["Content-Disposition"]

    @pytest.mark.parametrize("sent", [b"", b"{}", b"not a statement", b"\xff" * 20])
    def test_the_counter_refuses_what_is_no_request(self, home: Settings, sent: bytes) -> None:
        made_by_demo(home)
        answer = Client().post("/tour/counter", {"text": sent.decode("latin-1")})
        assert answer.status_code == 400

    def test_the_counter_attests_this_firm_only(self, home: Settings) -> None:
        from shuxin.kernel.signing import Ed25519Key
        from shuxin.parties.api import Claim, KeyRole, PartyKind, sign_claim

        made_by_demo(home)
        key = Ed25519Key(bytes([5]) * 32)
        claim = Claim(
            BANK.party, PartyKind.ENTERPRISE, BANK.called, key.public, "key", (KeyRole.SUBJECT,), ""
        )
        request = sign_claim(claim, signer=key).dump().decode()
        answer = Client().post("/tour/counter", {"text": request})
        assert answer.status_code == 400
        assert NAME in answer.content.decode()
        assert not (home.home.parent / ATTESTER.name).exists()
