from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING

import pytest
from tests.parties.accounts.samples import ADDRESS, BANK, PASSWORD, opened

from shuxin.infra.api import now_in_china
from shuxin.parties.api import accounts
from shuxin.portal.bootstrap import own_log
from shuxin.portal.commandline.web import COMMANDS
from shuxin.portal.commands import account
from shuxin.portal.web.words import browser_name

if TYPE_CHECKING:
    from shuxin.infra.api import Settings

pytestmark = pytest.mark.django_db


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    parser = argparse.ArgumentParser()
    COMMANDS["account"].arguments(parser)
    assert account.run(parser.parse_args(arguments), "en") == 0
    return " ".join(capsys.readouterr().out.split())


class TestAccountCommand:
    def test_the_first_administrator_comes_in_by_a_code_shown_once(
        self, platform: Settings, capsys: pytest.CaptureFixture[str]
    ) -> None:
        shown = said(capsys, "first", "--party", BANK)
        code = re.search(r"within the hour: (\S+)", shown)
        assert code
        accounts.open_account(
            code=code[1], name="root", password=PASSWORD, address=ADDRESS, now=now_in_china()
        )
        assert "root" in said(capsys, "list")
        assert own_log(platform).entries(0, 99)[-1].kind == "account"
        for act in ("clients", "list", "events"):
            assert code[1] not in said(capsys, act)

    def test_two_accounts_of_this_machine_invite_reset_and_reopen(
        self,
        platform: Settings,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        opened("li")
        said(capsys, "shut", "li")
        given = ["--party", BANK, "--role", "officer", "--person", "person:" + "1" * 32]
        acts = [
            (["invite", *given], "/account/open"),
            (["reopen", "li"], "done"),
            (["roles", "li", "--role", "legal_representative"], "done"),
            (["reset", "li"], "/account/recover"),
        ]
        for arguments, at_last in acts:
            for by, part in (("ana", "another person"), ("bo", at_last)):
                monkeypatch.setattr(account, "operator", lambda by=by: by)
                assert part in said(capsys, *arguments)
        assert "legal_representative" in said(capsys, "list")

    def test_one_alone_invites_ordinary_people(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert "/account/open" in said(capsys, "invite", "--party", BANK, "--role", "agent")

    def test_shows_what_happened_at_the_door(self, capsys: pytest.CaptureFixture[str]) -> None:
        opened("li")
        assert "account_opened" in said(capsys, "events", "--name", "li")

    def test_a_client_is_registered_listed_and_cut_off(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        shown = said(capsys, "client", "--party", BANK, "--scope", "verify", "--name", "core")
        client_id = re.search(r"client id: (\w+)", shown)
        secret = re.search(r"shown once: (\S+)", shown)
        assert client_id
        assert secret
        listed = said(capsys, "clients")
        assert client_id[1] in listed
        assert secret[1] not in listed
        said(capsys, "revoke-client", client_id[1])
        assert accounts.clients()[0].revoked_at is not None


class TestBrowserName:
    @pytest.mark.parametrize(
        ("agent", "name"),
        [
            ("Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0 Safari/537.36", "Chrome · Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0",
                "Edge · Windows",
            ),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 17) Version/17.0 Safari/604.1", "Safari · iPhone"),
            ("Mozilla/5.0 (Android 14; Mobile; rv:130.0) Firefox/130.0", "Firefox · Android"),
            ("curl/8", "curl/8"),
            ("", "–"),
        ],
        ids=["chrome", "edge", "safari", "firefox", "other", "none"],
    )
    def test_is_browser_and_system(self, agent: str, name: str) -> None:
        assert browser_name(agent) == name
