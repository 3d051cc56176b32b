"""Who may open which page: every page x role x kind of site, asked of the pages themselves."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

import pytest
from django.http import HttpResponseRedirect
from django.test import Client, RequestFactory
from django.urls import URLPattern
from tests.parties.accounts.samples import BANK

from shuxin.parties.api import KeyRole, PartyKind, accounts
from shuxin.portal.bootstrap import HOLDER_FILE, HolderIdentity
from shuxin.portal.web import access
from shuxin.portal.web.access import PUBLIC, Access, RoleNeeded
from shuxin.portal.web.problem import NoSuchPage
from shuxin.portal.web.routes import all_patterns, modules, navigation

if TYPE_CHECKING:
    from pathlib import Path

    from tests.portal.web.conftest import Clock, Visitor

OTHER = "uscc:91320594088140947F"
KINDS = [kind for kind in PartyKind if kind.is_institution]
ROLES = [role for role in KeyRole if role is not KeyRole.NODE]
PATTERNS = [pattern for pattern in all_patterns() if isinstance(pattern, URLPattern)]
PAGES = [pattern for pattern in PATTERNS if not pattern.callback.access.public]
"""Pages that are not everybody's; a page without a declared access fails here already."""


def person(role: KeyRole, *, party: str = BANK) -> accounts.Person:
    return accounts.Person(1, "somebody", party, frozenset({role}), has_second_factor=True)


def filled(pattern: URLPattern) -> dict[str, Any]:
    """Some arguments for the address, in the form that its converters give."""
    converters = pattern.pattern.converters
    return {name: converters[name].to_python("1") for name in converters}


class Stage:
    """Says who is signed in and whose site it is, without a database."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._home = home
        self.who: accounts.Person | None = None
        monkeypatch.setenv("SHUXIN_HOME", str(home))
        monkeypatch.setattr(access, "signed_in_account", lambda _: self.who)

    def on(self, kind: PartyKind | None) -> None:
        file = self._home / HOLDER_FILE
        file.unlink(missing_ok=True)
        if kind is not None:
            file.write_text(json.dumps({"party": BANK, "kind": kind.value, "name": "x"}))

    def open(self, pattern: URLPattern, method: str) -> str:
        """How the door answers; what lies behind it is not reached when it is shut."""
        request = RequestFactory().generic(method, f"/{pattern.pattern}")
        try:
            answer = pattern.callback(request, **filled(pattern))
        except NoSuchPage:
            return "no such page"
        except RoleNeeded:
            return "forbidden"
        is_door = isinstance(answer, HttpResponseRedirect) and answer.url.startswith("/sign-in")
        return "sign in" if is_door else f"open {answer.status_code}"


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    return Stage(tmp_path, monkeypatch)


def method_of(pattern: URLPattern) -> str:
    """A method that the view takes: pages that take one only answer 405 to the other before the door."""
    answer = pattern.callback(RequestFactory().generic("TRACE", "/"), **filled(pattern))
    return "GET" if "GET" in answer.get("Allow", "GET") else "POST"


class TestEveryPage:
    @pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: f"/{pattern.pattern}")
    def test_says_who_may_open_it(self, pattern: URLPattern) -> None:
        assert isinstance(pattern.callback.access, Access)

    @pytest.mark.parametrize("pattern", PAGES, ids=lambda pattern: f"/{pattern.pattern}")
    def test_is_shut_to_everybody_else(self, pattern: URLPattern, stage: Stage) -> None:
        """Strangers, every role that is not admitted, people of other parties, sites on which it does not exist."""
        wanted, tried = pattern.callback.access, 0
        method = "GET" if not wanted.exists_on(None) else method_of(pattern)
        people = [None, *(person(r, party=p) for r, p in itertools.product(ROLES, (BANK, OTHER)))]
        for kind, who in itertools.product((None, *KINDS), people):
            site = HolderIdentity(BANK, kind.value, "x") if kind else None
            if who is None:  # the first of each kind
                stage.on(kind)
            if wanted.admits(who, site):
                continue
            stage.who = who
            for each in {method, "POST" if method == "GET" else method}:
                found = stage.open(pattern, each)
                if found == "open 405":
                    continue
                exists = wanted.exists_on(site)
                shut = "sign in" if who is None else "forbidden"
                assert found == (shut if exists else "no such page"), (kind, who, each)
                tried += 1
        assert tried > 0


class TestAccess:
    def test_admits_own_people_with_the_role_on_sites_of_the_kind(self) -> None:
        wanted = Access(
            kinds=frozenset({PartyKind.BANK}), roles=frozenset({KeyRole.OFFICER}), own=True
        )
        own, tax = HolderIdentity(BANK, "bank", "x"), HolderIdentity(BANK, "department", "x")
        officer = person(KeyRole.OFFICER)
        assert wanted.admits(officer, own)
        assert not wanted.admits(officer, tax)
        assert not wanted.admits(officer, None)
        assert not wanted.admits(None, own)
        assert not wanted.admits(person(KeyRole.AUDITOR), own)
        assert not wanted.admits(person(KeyRole.OFFICER, party=OTHER), own)

    def test_public_pages_are_for_strangers_too(self) -> None:
        assert PUBLIC.admits(None, None)


class TestNavigation:
    def test_has_only_what_one_may_open(self) -> None:
        links = [link for module in modules() for link in getattr(module, "NAVIGATION", ())]
        site = HolderIdentity(BANK, "bank", "x")
        for who in (None, *(person(role) for role in ROLES)):
            shown = {link.url for _, found in navigation(who, site) for link in found}
            assert shown == {link.url for link in links if link.access.admits(who, site)}

    def test_has_no_joint_work_where_there_is_no_node(self) -> None:
        site, who = HolderIdentity(BANK, "bank", "x"), person(KeyRole.OFFICER)
        with_node, without = (
            {link.url for _, found in navigation(who, site, has_node=has) for link in found}
            for has in (True, False)
        )
        assert with_node - without == {"/jobs", "/policy", "/models", "/wire"}
        assert without < with_node

    def test_leads_to_pages_that_open(self) -> None:
        by_url = {f"/{pattern.pattern}": pattern.callback.access for pattern in PATTERNS}
        people = (None, *(person(role) for role in ROLES))
        for kind, who in itertools.product(KINDS, people):
            site = HolderIdentity(BANK, kind.value, "x")
            for link in (link for _, found in navigation(who, site) for link in found):
                assert by_url[link.url].admits(who, site), link.url


@pytest.mark.django_db
class TestSignedInForReal:
    def test_a_role_that_is_not_admitted_gets_the_page_that_says_so(
        self, officer: Visitor, clock: Clock
    ) -> None:
        officer.sign_in(clock)
        answer = officer.browser.get("/inbox")
        assert answer.status_code == 403
        assert "role_needed" in answer.content.decode()

    def test_a_stranger_comes_back_after_signing_in(self) -> None:
        answer = Client().get("/inbox?x=1")
        assert answer.headers["Location"] == "/sign-in?next=/inbox%3Fx%3D1"
