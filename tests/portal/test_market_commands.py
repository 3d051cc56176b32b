"""``shuxin market`` and ``shuxin tariff``, the work that the first one does, and how webhooks leave the house."""

from __future__ import annotations

import argparse
import datetime as dt
import http.server
import io
import json
import re
import socket
import threading
from typing import TYPE_CHECKING, Any

import pytest
from tests.market.shelf_world import FIRM, NOW, online_product, published

from shuxin.consent.models import Use
from shuxin.infra.api import CHINA
from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.machine import Actor
from shuxin.kernel.statements import parse_statement
from shuxin.market import api as market
from shuxin.parties.api import SamePerson
from shuxin.portal import display
from shuxin.portal.bootstrap import own_log, own_signer, start
from shuxin.portal.commandline.market import COMMANDS
from shuxin.portal.commands import market as market_command
from shuxin.portal.commands import tariff as tariff_command
from shuxin.portal.founding import set_up
from shuxin.portal.linking.hook_sending import HookSender, hook_policy
from shuxin.portal.market_work import MarketWork, work_seen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shuxin.infra.api import Settings

pytestmark = pytest.mark.django_db
PLATFORM, BANK = "uscc:91320594088140947F", "uscc:91110000100000139E"
LATE = dt.datetime(2026, 7, 3, 9, tzinfo=CHINA)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("SHUXIN_HOME", str(tmp_path / "home"))
    settings = start()
    set_up(settings, party=PLATFORM, kind="operator", name="Platform", now=LATE)
    return settings


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    from rich.console import Console

    text = io.StringIO()
    monkeypatch.setattr(display, "console", Console(file=text, width=400))
    return text


def run(name: str, *arguments: str) -> int:
    parser = argparse.ArgumentParser()
    COMMANDS[name].arguments(parser)
    module = {"market": market_command, "tariff": tariff_command}[name]
    return module.run(parser.parse_args(arguments), "en")


class Hook(http.server.BaseHTTPRequestHandler):
    """A receiver on this machine."""

    taken: list[tuple[str, dict[str, str], bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.taken.append((self.path, dict(self.headers), body))
        self.send_response(307 if self.path == "/moved" else 204)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[http.server.HTTPServer]:
    server = http.server.HTTPServer(("127.0.0.1", 0), type("Taker", (Hook,), {"taken": []}))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def outgoing(url: str) -> market.Outgoing:
    return market.Outgoing(url, {"Content-Type": "application/json"}, b'{"id":"7"}')


class TestSender:
    def test_sends_the_body_as_it_is(self, receiver: Any) -> None:
        url = f"http://127.0.0.1:{receiver.server_port}/hook?of=1"
        send = HookSender(market.HookPolicy(development=True))
        assert send(outgoing(url)) == market.Sent(204)
        ((path, _, body),) = receiver.RequestHandlerClass.taken
        assert (path, body) == ("/hook?of=1", b'{"id":"7"}')

    def test_follows_no_redirect(self, receiver: Any) -> None:
        url = f"http://127.0.0.1:{receiver.server_port}/moved"
        send = HookSender(market.HookPolicy(development=True))
        assert send(outgoing(url)).status == 307
        assert [path for path, _, _ in receiver.RequestHandlerClass.taken] == ["/moved"]

    def test_does_not_go_where_a_name_leads_inside(
        self, receiver: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The name was good when it was registered; now one of its addresses is here."""
        here = ("127.0.0.1", receiver.server_port)
        found = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", place)
            for place in (("93.184.215.14", 443), here)
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        told = HookSender(market.HookPolicy())(outgoing("https://bank.example/hook"))
        assert told == market.Sent(None, "webhook_address_refused")
        assert receiver.RequestHandlerClass.taken == []

    def test_tells_what_is_not_there(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        send = HookSender(market.HookPolicy(development=True))
        assert send(outgoing(f"http://127.0.0.1:{port}/")) == market.Sent(None, "site_unreachable")
        assert send(outgoing("http://bank.example/")).failure == "webhook_address_refused"


class TestWork:
    def test_matches_lapses_and_delivers(self, home: Settings) -> None:
        now = NOW
        receiver: list[market.Outgoing] = []

        def send(delivery: market.Outgoing) -> market.Sent:
            receiver.append(delivery)
            return market.Sent(200)

        work = MarketWork(home, now=lambda: now, send=send)
        made = market.subscribe(
            party=FIRM, client="c", url="https://firm.example/", kinds=(),
            policy=hook_policy(home), keys=market.HookKeys.of(home), now=now,
        )  # fmt: skip
        online_product()
        demand = published()
        assert work.round()["matched"] == 1
        assert market.demand(demand, viewer=market.THE_OPERATOR).state == "matched"
        assert work.hooks()["delivered"] == len(receiver) > 0
        assert market.subscription(made.key, party=FIRM).waiting == 0
        work.now = lambda: now + dt.timedelta(days=365)
        assert work.round()["expired"] == 1

    def test_goes_on_when_one_part_fails(
        self, home: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fails(**_: object) -> None:
            raise KeyError("x")

        monkeypatch.setattr("shuxin.market.api.run_timers", fails, raising=False)
        online_product()
        published()
        done = MarketWork(home, now=lambda: NOW).round()
        assert (done["timers_failed"], done["matched"]) == (1, 1)
        seen = work_seen(home)
        assert seen is not None
        assert seen[1] == {"timers": "fault"}

    def test_stops_when_it_is_told_to(
        self, home: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stop, rounds = threading.Event(), []
        work = MarketWork(home)
        monkeypatch.setattr(work, "hooks", lambda: None)
        monkeypatch.setattr("django.db.close_old_connections", lambda: None)
        monkeypatch.setattr("django.db.connections.close_all", lambda: None)
        monkeypatch.setattr(work, "round", lambda: (rounds.append(1), stop.set()))
        work.run(stop)
        assert rounds == [1]

    def test_is_of_the_platform(self, home: Settings) -> None:
        assert (MarketWork(home).doer().actor, MarketWork(home).doer().by) == (
            Actor.SYSTEM,
            "platform",
        )


class TestMarketCommand:
    def test_says_how_it_stands(self, home: Settings, printed: io.StringIO) -> None:
        assert run("market", "status") == 0
        assert "has not run yet" in printed.getvalue()
        MarketWork(home).round()
        market.subscribe(
            party=BANK, client="c", url="https://bank.example/hook", kinds=(),
            policy=hook_policy(home), keys=market.HookKeys.of(home), now=LATE,
        )  # fmt: skip
        assert run("market", "status") == 0
        assert "https://bank.example/hook" in printed.getvalue()

    def test_opens_and_closes_networks(self, home: Settings, printed: io.StringIO) -> None:
        run("market", "networks", "add", "10.20.0.0/16")
        hook_policy(home).target("https://10.20.1.1/")
        run("market", "networks", "list")
        assert "10.20.0.0/16" in printed.getvalue()
        run("market", "networks", "remove", "10.20.0.0/16")
        for refused in (
            lambda: hook_policy(home).target("https://10.20.1.1/"),
            lambda: run("market", "networks", "remove", "10.20.0.0/16"),
            lambda: run("market", "networks", "add", "10.20.0.1/16"),
        ):
            with pytest.raises(ShuxinError):
                refused()


class TestTariffCommand:
    def test_prices_and_states(
        self, home: Settings, printed: io.StringIO, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clock = [dt.datetime(2026, 6, 2, 9, tzinfo=CHINA)]
        monkeypatch.setattr("shuxin.infra.api.now_in_china", lambda: clock[0])
        assert run("tariff", "show") == 0
        who = ["zhang"]
        monkeypatch.setattr(tariff_command, "operator", lambda: who[0])
        run("tariff", "set", "--catalogue", "tax", "--purpose", "credit_decision", "--fen", "150")
        assert "waits for a second person" in printed.getvalue()
        run("tariff", "waiting")
        (number,) = re.findall(r"(\d+)\W+tax", printed.getvalue())
        with pytest.raises(SamePerson):
            run("tariff", "agree", number)
        assert market.prices() == ()
        who[0] = "li"
        run("tariff", "agree", number)
        assert "in force" in printed.getvalue()
        before = own_log(home).size
        for hour in range(3):
            Use.objects.create(
                reader=BANK, subject=FIRM, purpose="credit_decision", highest_level=2,
                at=clock[0] + dt.timedelta(hours=hour + 1), ground="authorisation", rests_on="a",
                catalogues=["tax"], nth=hour + 1, salt="00", log_index=hour,
            )  # fmt: skip
        clock[0] = LATE
        run("tariff", "statement", "2026-06", "--out", str(tmp_path / "bills"))
        said = printed.getvalue()
        assert f"{BANK}, 2026-06: 3 uses, 4.50 yuan" in said
        (file,) = (tmp_path / "bills").iterdir()
        made = parse_statement(file.read_bytes(), kind="meter-statement")
        assert made.signed_by(own_signer(home).public)
        assert (made.body["fen"], made.body["state"]) == (450, "final")
        assert own_log(home).size == before + 1
        assert json.loads(file.read_text())["body"]["holder"] == PLATFORM
        run("tariff", "statement", "2026-05")
        assert "nobody used anything in 2026-05" in printed.getvalue()
