"""A bank's joint pages over real sites and nodes: ask a firm, score it, be refused after a withdrawal, miss a node."""

from __future__ import annotations

import contextlib
import csv
import http.cookiejar
import io
import json
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from shuxin.federation.api import verify_evidence
from shuxin.infra.api import now_in_china
from shuxin.verification.api import read_trust

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.portal.demo.world import World

pytestmark = pytest.mark.soak
SHUXIN = str(Path(sys.executable).parent / "shuxin")
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
KEY = re.compile(r'name="key" value="([0-9a-f]{32})"')


@dataclass
class Officer:
    """The bank's officer with a browser that keeps cookies and follows redirects."""

    base: str
    opener: urllib.request.OpenerDirector = field(init=False)
    url: str = ""
    token: str = ""

    def __post_init__(self) -> None:
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(jar)
        self.opener.addheaders = [("Accept-Language", "en")]

    def get(self, path: str, status: int = 200) -> str:
        return self._ask(urllib.request.Request(self.base + path), status)  # noqa: S310

    def post(self, path: str, status: int = 200, **form: str) -> str:
        data = urllib.parse.urlencode(form | {"csrfmiddlewaretoken": self.token}).encode()
        headers = {"Origin": self.base, "Referer": self.base + path}
        wanted = urllib.request.Request(self.base + path, data, headers)  # noqa: S310
        return self._ask(wanted, status)

    def _ask(self, wanted: urllib.request.Request, status: int) -> str:
        try:
            with self.opener.open(wanted, timeout=120) as answer:
                self.url, found, text = answer.url, answer.status, answer.read().decode("utf-8-sig")
        except urllib.error.HTTPError as error:
            found, text = error.code, error.read().decode()
        assert found == status, text[:3000]
        self.token = (TOKEN.findall(text) or [self.token])[-1]
        return text

    def granted(self) -> list[str]:
        """Firms with an authorisation in force."""
        rows = csv.DictReader(
            io.StringIO(self.get("/bank/customers?grants-csv=1&grants-state=granted"))
        )
        return list(dict.fromkeys(row["Firm"] for row in rows if row["State"] == "granted"))

    def asked_about(self, firm: str, service: str) -> str:
        """The page that a joint score leads to."""
        form = self.get(f"/bank/scores/new?firm={firm}&service={service}")
        return self.post("/bank/scores/new", key=KEY.findall(form)[0], firm=firm, service=service)


@pytest.fixture
def officer(demo_world: World) -> Officer:
    """Signed in. The look-up of what is granted is in the pages' own words, in English."""
    made = Officer(demo_world.url("bank"))
    made.get("/sign-in")
    made.post("/sign-in", name="bank-officer", password=demo_world.password("bank-officer"))
    made.get("/bank")
    return made


def said(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def withdraw(world: World, firm: str, folder: Path) -> None:
    """By the firm's own key, at the platform: every authorisation that it gave the bank."""
    platform, wallet = world.home("platform"), world.folder / "wallet"
    bank = json.loads((world.home("bank") / "holder.json").read_text())["party"]
    world.do("platform", "inbox", "list", bank, "--asked", "--out", folder / "given")
    environment = os.environ | {"SHUXIN_WALLET": str(wallet), "SHUXIN_HOME": str(platform)}
    for file in sorted((folder / "given").glob("*.json")):
        statement = json.loads(file.read_text())
        if statement["body"]["subject"] != f"uscc:{firm}":
            continue
        out = folder / f"{file.stem}.withdrawal"
        subprocess.run(
            [SHUXIN, "withdraw", str(file), "--key", statement["key_id"][:16], "--out", str(out)],
            env=environment,
            check=True,
            capture_output=True,
        )
        world.do("platform", "inbox", "withdraw", out)


@contextlib.contextmanager
def silent(home: Path) -> Iterator[None]:
    """The node of this home takes connections and says nothing meanwhile."""
    found = [
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and _runs_node(entry, home)
    ]
    (pid,) = found
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def _runs_node(entry: Path, home: Path) -> bool:
    with contextlib.suppress(OSError):
        words = (entry / "cmdline").read_bytes().split(b"\0")
        return words[-3:-1] == [b"node", b"run"] and os.fsencode(home) in words
    return False


class TestJointScore:
    def test_comes_with_evidence_that_holds_for_a_stranger(
        self, officer: Officer, demo_world: World
    ) -> None:
        page = officer.asked_about(officer.granted()[0], demo_world.state["service"])
        assert re.search(r'class="big">\d{3}<', page)
        assert "Every link of the chain was checked just now and holds" in said(page)
        assert re.search(r"use \d+ of \d+, \d+ left", said(page))
        address = urllib.parse.urlsplit(officer.url).path
        data = officer.get(f"{address}/evidence.json").encode()
        trust = read_trust(officer.get(f"{address}/trust.json").encode())
        assert verify_evidence(data, trust=trust, now=now_in_china()).holds

    def test_is_asked_for_once_however_often_the_form_is_sent(
        self, officer: Officer, demo_world: World
    ) -> None:
        firm, service = officer.granted()[1], demo_world.state["service"]
        form = officer.get(f"/bank/scores/new?firm={firm}&service={service}")
        given = {"key": KEY.findall(form)[0], "firm": firm, "service": service}
        before = officer.get(f"/bank/customers/{firm}/joint").count('href="/bank/scores/')
        threads = [
            threading.Thread(target=officer.post, args=("/bank/scores/new",), kwargs=given)
            for _ in range(3)
        ]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        officer.post("/bank/scores/new", **given)
        after = officer.get(f"/bank/customers/{firm}/joint").count('href="/bank/scores/')
        assert after == before + 1

    def test_without_an_authorisation_is_not_asked_for(
        self, officer: Officer, demo_world: World
    ) -> None:
        service = demo_world.state["service"]
        firm = demo_world.state["firm"]
        if firm in officer.granted():
            pytest.skip("the person's firm has authorised the bank in this world")
        form = officer.get(f"/bank/scores/new?firm={firm}&service={service}")
        assert "has given the bank no authorisation" in said(form)
        given = {"key": "0" * 32, "firm": firm, "service": service}
        page = officer.post("/bank/scores/new", status=409, **given)
        assert "Ask the firm for an authorisation first" in said(page)

    def test_after_a_withdrawal_is_refused_by_the_holder_and_shows_no_points(
        self, officer: Officer, demo_world: World, tmp_path: Path
    ) -> None:
        firm = officer.granted()[2]
        withdraw(demo_world, firm, tmp_path)
        for _ in range(60):
            if firm not in officer.granted():
                break
            threading.Event().wait(0.5)
        page = officer.asked_about(firm, demo_world.state["service"])
        text = said(page)
        assert "Refused by" in text
        assert "withdrawn" in text
        assert "signed by it and entered in its log" in text
        assert "not counted" in text
        assert 'class="big"' not in page
        listed = officer.get("/bank/scores?scores-csv=1")
        row = next(one for one in csv.DictReader(io.StringIO(listed)) if one["Firm"] == firm)
        assert (row["State"], row["Points"]) == ("refused by a holder", "")
        assert firm in officer.get("/bank")

    def test_while_a_node_is_silent_says_who_and_shows_no_points(
        self, officer: Officer, demo_world: World
    ) -> None:
        firm, service = officer.granted()[0], demo_world.state["service"]
        with silent(demo_world.home("bureau")):
            page = officer.asked_about(firm, service)
        text = said(page)
        assert "No answer from" in text
        assert "did not answer in time" in text
        assert 'class="big"' not in page
        again = re.findall(r'class="button" href="(/bank/scores/new[^"]+)"', page)[0]
        assert "Ask the holders now" in officer.get(again.replace("&amp;", "&"))
        page = officer.asked_about(firm, service)
        assert re.search(r'class="big">\d{3}<', page)

    def test_of_nobody_does_not_exist(self, officer: Officer) -> None:
        for address in (
            "/bank/scores/1",
            "/bank/scores/attempts/" + "a" * 32,
            "/bank/customers/1/joint",
        ):
            officer.get(address, status=404)


class TestAskingForAnAuthorisation:
    def test_puts_one_signed_request_for_each_holder_into_the_firms_inbox(
        self, officer: Officer, demo_world: World
    ) -> None:
        service, firm = demo_world.state["service"], officer.granted()[-1]
        address = f"/bank/authorisations/new?service={service}&subject={firm}"
        form = officer.get(address)
        holders = re.findall(r'name="holders" value="([^"]+)" checked', form)
        assert holders
        given = {
            "key": KEY.findall(form)[-1],
            "service": service,
            "subject": firm,
            "holders": holders[0],
            "uses": "3",
            "days": "30",
            "reason": "a test <b>asks</b>",
        }
        before = len(self.requests(officer, firm))
        for _ in range(2):
            page = officer.post("/bank/authorisations/new", **given)
            assert "The firm has been asked" in said(page)
        assert len(self.requests(officer, firm)) == before + 1
        shown = officer.get(re.findall(r'href="(/bank/authorisations/[0-9a-f]{32})"', page)[0])
        assert "a test &lt;b&gt;asks&lt;/b&gt;" in shown

    def test_says_at_the_field_what_is_wrong(self, officer: Officer, demo_world: World) -> None:
        service = demo_world.state["service"]
        form = officer.get(f"/bank/authorisations/new?service={service}")
        given = {"key": KEY.findall(form)[-1], "service": service, "subject": "1", "uses": "0"}
        given["reason"] = ""
        page = officer.post("/bank/authorisations/new", status=400, **given)
        for name in ("subject", "holders", "uses", "reason"):
            assert f'id="{name}-error"' in page

    def requests(self, officer: Officer, firm: str) -> list[dict[str, str]]:
        rows = csv.DictReader(io.StringIO(officer.get("/bank/authorisations?requests-csv=1")))
        return [row for row in rows if row["Firm"] == firm]
