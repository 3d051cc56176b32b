"""The demo as a person starts it: made, ended, started again; every page answers and every account signs in."""

from __future__ import annotations

import re
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from typing import TYPE_CHECKING

import pytest
from tests.portal.demo.world import World, demo, wait_until_ready

from shuxin.portal.demo.plan import LOGINS, SITES

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.soak


def signed_in(world: World, login: str) -> urllib.request.OpenerDirector:
    """A browser without scripts that has signed in with the password alone."""
    jar = CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    site = world.site_of(login)
    with browser.open(f"{site}/sign-in") as page:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.read().decode())
    assert token
    form = {
        "csrfmiddlewaretoken": token[1],
        "name": login,
        "password": world.password(login),
        "next": "/",
    }
    with browser.open(f"{site}/sign-in", urllib.parse.urlencode(form).encode()) as page:
        assert page.status == 200
        assert not page.url.endswith("/sign-in"), page.read().decode()
    return browser


class TestDemo:
    def test_every_site_answers(self, demo_world: World) -> None:
        for seat in SITES:
            with urllib.request.urlopen(demo_world.url(seat.name)) as page:  # noqa: S310 - our own
                assert page.status == 200

    @pytest.mark.parametrize("login", [one.name for one in LOGINS])
    def test_every_account_signs_in_with_its_password_alone(
        self, demo_world: World, login: str
    ) -> None:
        browser = signed_in(demo_world, login)
        with browser.open(f"{demo_world.site_of(login)}/account") as page:
            assert login in page.read().decode()

    def test_homes_and_passwords_are_for_their_owner_only(self, demo_world: World) -> None:
        for seat in SITES:
            assert demo_world.home(seat.name).stat().st_mode & 0o077 == 0
        assert demo_world.place.accounts_file.stat().st_mode & 0o077 == 0
        assert demo_world.folder.stat().st_mode & 0o077 == 0

    def test_the_service_scores_an_applicant_who_agreed(self, demo_world: World) -> None:
        service = demo_world.state["service"]
        assert "done" in demo_world.do("bank", "node", "jobs", service)
        assert service[:12] in demo_world.do("bank", "node", "service", "list")


class TestAgain:
    def test_the_second_start_finds_the_homes_and_leaves_nobody_behind(
        self, tmp_path: Path
    ) -> None:
        folder = tmp_path / "twice"
        with demo(folder, until="ready") as run:
            assert run.wait(600) == 0, (tmp_path / "twice.out").read_text()
        before = World(folder).state
        passwords = World(folder).place.accounts_file.read_bytes()
        with demo(folder) as run:
            wait_until_ready(folder, run)
            world = World(folder)
            assert world.state == before
            assert world.place.accounts_file.read_bytes() == passwords
            with urllib.request.urlopen(world.url("bank")) as page:  # noqa: S310 - our own
                assert page.status == 200
        assert run.returncode == 0
        for seat in SITES:
            with pytest.raises(urllib.error.URLError):
                urllib.request.urlopen(world.url(seat.name))  # noqa: S310 - our own
