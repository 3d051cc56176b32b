from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.test import Client
from tests.parties.accounts.samples import BANK, PASSWORD, code_at, opened

from shuxin.parties.accounts.lockout import BY_NAME
from shuxin.parties.accounts.models import Account, Session, SignInEvent
from shuxin.parties.accounts.opening import invite, write_code

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper
    from tests.portal.web.conftest import Clock, Visitor

COOKIE = settings.SESSION_COOKIE_NAME
DEVICE, CSRF = (COOKIE.replace("session", name) for name in ("device", "csrf"))


def last_event() -> str:
    return SignInEvent.objects.order_by("-pk")[0].kind


class TestSignIn:
    def test_leads_in_with_the_right_password(self, agent: Visitor) -> None:
        assert agent.browser.get("/account").headers["Location"] == "/sign-in?next=/account"
        answer = agent.password(next="/account")
        assert (answer.status_code, answer.headers["Location"]) == (302, "/account")
        assert agent.is_in()
        assert last_event() == "signed_in"

    @pytest.mark.parametrize(
        "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"]
    )
    def test_never_leads_to_a_stranger(self, agent: Visitor, elsewhere: str) -> None:
        assert agent.password(next=elsewhere).headers["Location"] == "/"

    def test_a_wrong_password_keeps_the_name_and_says_what_to_do(self, agent: Visitor) -> None:
        answer = agent.password("wrong")
        text = answer.content.decode()
        assert answer.status_code == 403
        assert 'value="agent"' in text
        assert 'role="alert"' in text
        assert "wrong" not in text
        assert not agent.is_in()

    def test_a_lock_says_how_long(self, agent: Visitor) -> None:
        for _ in range(5):
            agent.password("wrong")
        answer = agent.password()
        assert answer.status_code == 429
        assert answer.headers["Retry-After"] == "30"
        assert "30" in answer.content.decode()

    def test_the_password_alone_opens_nothing_to_an_officer(self, officer: Visitor) -> None:
        assert officer.password().headers["Location"] == "/sign-in/code"
        assert not officer.is_in()

    def test_both_factors_lead_in(self, officer: Visitor, clock: Clock) -> None:
        officer.password(next="/account")
        answer = officer.code(code_at(officer.secret, clock.now))
        assert answer.headers["Location"] == "/account"
        assert officer.is_in()

    def test_the_second_step_alone_leads_nowhere(self, officer: Visitor, clock: Clock) -> None:
        answer = officer.code(code_at(officer.secret, clock.now))
        assert answer.headers["Location"] == "/sign-in"
        assert not officer.is_in()

    def test_the_second_step_waits_five_minutes(self, officer: Visitor, clock: Clock) -> None:
        officer.password()
        clock.forward(minutes=5)
        answer = officer.code(code_at(officer.secret, clock.now))
        assert answer.headers["Location"] == "/sign-in"

    def test_a_wrong_code_is_refused(self, officer: Visitor) -> None:
        officer.password()
        assert officer.code("000").status_code == 403
        assert not officer.is_in()

    def test_needs_the_form_of_this_browser(self, agent: Visitor) -> None:
        strict = Client(enforce_csrf_checks=True)
        answer = strict.post("/sign-in", {"name": "agent", "password": PASSWORD})
        assert answer.status_code == 403
        assert "form_refused" in answer.content.decode()
        page = strict.get("/sign-in").content.decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token
        form = {"name": "agent", "password": PASSWORD, "csrfmiddlewaretoken": token[1]}
        assert strict.post("/sign-in", form).status_code == 302


class TestSessions:
    def test_the_key_changes_at_each_step(self, officer: Visitor, clock: Clock) -> None:
        seen = []
        officer.browser.get("/sign-in")
        officer.password()
        seen.append(officer.browser.cookies[COOKIE].value)
        officer.code(code_at(officer.secret, clock.now))
        seen.append(officer.browser.cookies[COOKIE].value)
        assert len(set(seen)) == 2
        stolen = Client()
        stolen.cookies[COOKIE] = seen[0]
        assert stolen.get("/account").status_code == 302

    def test_the_database_does_not_know_the_key(self, agent: Visitor, clock: Clock) -> None:
        agent.sign_in(clock)
        key = agent.browser.cookies[COOKIE].value
        assert key not in str(list(Session.objects.values()))
        (row,) = Session.objects.filter(account_id=agent.account_id)
        thief = Client()
        thief.cookies[COOKIE] = row.session_key
        assert thief.get("/account").status_code == 302

    def test_the_cookie_is_bound_to_this_site(self, agent: Visitor, clock: Clock) -> None:
        agent.sign_in(clock)
        cookie = agent.browser.cookies[COOKIE]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Strict"
        assert not cookie["max-age"]
        assert not cookie["domain"]

    def test_ends_when_idle_for_twenty_minutes(self, agent: Visitor, clock: Clock) -> None:
        agent.sign_in(clock)
        for _ in range(5):
            clock.forward(minutes=19)
            assert agent.is_in()
        clock.forward(minutes=20)
        answer = agent.browser.get("/account")
        assert answer.headers["Location"] == "/sign-in?why=session_idle"
        assert "20" in agent.browser.get("/sign-in?why=session_idle").content.decode()
        assert not agent.is_in()
        assert last_event() == "session_idle"

    def test_ends_after_twelve_hours_of_work(self, agent: Visitor, clock: Clock) -> None:
        agent.sign_in(clock)
        for _ in range(47):
            clock.forward(minutes=15)
            assert agent.is_in()
        clock.forward(minutes=15)
        answer = agent.browser.get("/account")
        assert answer.headers["Location"] == "/sign-in?why=session_too_old"

    def test_signing_out_ends_the_session_for_good(self, agent: Visitor, clock: Clock) -> None:
        agent.sign_in(clock)
        key = agent.browser.cookies[COOKIE].value
        agent.browser.post("/sign-out")
        again = Client()
        again.cookies[COOKIE] = key
        assert again.get("/account").status_code == 302
        assert not Session.objects.filter(account_id=agent.account_id).exists()

    def test_one_session_can_end_another_of_its_own(self, agent: Visitor, clock: Clock) -> None:
        agent.sign_in(clock)
        there, agent.browser = agent.browser, Client()
        agent.sign_in(clock)
        page = agent.browser.get("/account").content.decode()
        (handle,) = re.findall(r'name="handle" value="(\w+)"', page)
        agent.browser.post("/account/sessions/end", {"handle": handle})
        assert agent.is_in()
        assert there.get("/account").status_code == 302

    def test_nobody_ends_a_session_of_another(
        self, agent: Visitor, officer: Visitor, clock: Clock
    ) -> None:
        agent.sign_in(clock)
        officer.sign_in(clock)
        (row,) = Session.objects.filter(account_id=officer.account_id)
        for handle in (row.session_key, "", "\0", "x" * 900):
            agent.browser.post("/account/sessions/end", {"handle": handle})
        assert officer.is_in()

    def test_signing_out_everywhere_ends_all(self, agent: Visitor, clock: Clock) -> None:
        agent.sign_in(clock)
        there, agent.browser = agent.browser, Client()
        agent.sign_in(clock)
        agent.browser.post("/account/sessions/end-all")
        assert not agent.is_in()
        assert there.get("/account").status_code == 302

    def test_shutting_an_account_ends_its_sessions(self, agent: Visitor, clock: Clock) -> None:
        agent.sign_in(clock)
        Account.objects.filter(pk=agent.account_id).update(is_active=False)
        assert not agent.is_in()


class TestPassword:
    def test_a_change_ends_the_other_sessions(self, agent: Visitor, clock: Clock) -> None:
        agent.sign_in(clock)
        there, agent.browser = agent.browser, Client()
        agent.sign_in(clock)
        key = agent.browser.cookies[COOKIE].value
        form = {"old_password": PASSWORD, "password": "seven rivers of stone"}
        assert agent.browser.post("/account/password", form).status_code == 302
        assert agent.browser.cookies[COOKIE].value != key
        assert agent.is_in()
        assert there.get("/account").status_code == 302

    def test_needs_the_old_one(self, agent: Visitor, clock: Clock) -> None:
        agent.sign_in(clock)
        form = {"old_password": "wrong", "password": "seven rivers of stone"}
        assert agent.browser.post("/account/password", form).status_code == 403
        assert agent.password().status_code == 302


class TestSecondFactorPage:
    def secret_shown(self, visitor: Visitor) -> str:
        page = visitor.browser.get("/account/second-factor").content.decode()
        shown = re.search(r'<code class="key">([A-Z2-7 ]+)</code>', page)
        assert shown
        return shown[1].replace(" ", "")

    def test_an_officer_without_one_reaches_nothing_else(self, clock: Clock, db: None) -> None:
        visitor = Client()
        opened("new", "officer", now=clock.now)
        visitor.post("/sign-in", {"name": "new", "password": PASSWORD})
        for url in ("/", "/account", "/account/password", "/nowhere"):
            assert visitor.get(url).headers["Location"] == "/account/second-factor"
        assert visitor.get("/account/second-factor").status_code == 200

    def test_setting_it_shows_recovery_codes_once_and_changes_the_key(
        self, agent: Visitor, clock: Clock
    ) -> None:
        agent.sign_in(clock)
        key, secret = agent.browser.cookies[COOKIE].value, self.secret_shown(agent)
        assert self.secret_shown(agent) == secret
        form = {"code": code_at(secret, clock.now), "password": PASSWORD}
        answer = agent.browser.post("/account/second-factor", form)
        codes = re.findall(r"<li>((?:[A-Z2-7]{4}-){3}[A-Z2-7]{4})</li>", answer.content.decode())
        assert len(codes) == 10
        assert agent.browser.cookies[COOKIE].value != key
        assert agent.is_in()
        assert self.secret_shown(agent) != secret
        agent.browser = Client()
        assert agent.password().headers["Location"] == "/sign-in/code"
        assert agent.code(codes[3]).status_code == 302
        assert agent.is_in()

    def test_the_first_one_needs_the_password_again(self, agent: Visitor, clock: Clock) -> None:
        """Else whoever finds an open session binds his own authenticator to the account."""
        agent.sign_in(clock)
        form = {"code": code_at(self.secret_shown(agent), clock.now)}
        for password in ("", "wrong"):
            answer = agent.browser.post("/account/second-factor", form | {"password": password})
            assert answer.status_code == 403
        assert not Account.objects.get(pk=agent.account_id).totp_sealed

    def test_the_offered_secret_is_sealed_in_the_database(
        self, agent: Visitor, clock: Clock
    ) -> None:
        agent.sign_in(clock)
        secret = self.secret_shown(agent)
        (row,) = Session.objects.filter(account_id=agent.account_id)
        assert secret not in str(row.get_decoded())

    def test_the_picture_is_a_drawing_without_script_or_style(
        self, agent: Visitor, clock: Clock
    ) -> None:
        agent.sign_in(clock)
        answer = agent.browser.get("/account/second-factor/code.svg")
        assert answer.headers["Content-Type"] == "image/svg+xml"
        assert answer.headers["Cache-Control"] == "no-store"
        assert not re.search(rb"<script|style", answer.content)

    def test_replacing_it_needs_the_old_one(self, officer: Visitor, clock: Clock) -> None:
        officer.sign_in(clock)
        clock.forward(minutes=1)
        secret = self.secret_shown(officer)
        form = {"code": code_at(secret, clock.now)}
        assert officer.browser.post("/account/second-factor", form).status_code == 403
        form["old_code"] = code_at(officer.secret, clock.now)
        assert officer.browser.post("/account/second-factor", form).status_code == 200


class TestOpening:
    def test_an_invitation_leads_to_an_account(self, clock: Clock, db: None) -> None:
        code = invite(party=BANK, roles=["agent"], by="test", now=clock.now)
        visitor = Client()
        form = {"code": code, "name": "zhao", "password": PASSWORD}
        assert visitor.post("/account/open", form | {"password": "short"}).status_code == 400
        answer = visitor.post("/account/open", form)
        assert answer.headers["Location"] == "/sign-in?why=opened"
        assert visitor.post("/sign-in", form).status_code == 302
        assert BANK in visitor.get("/account").content.decode()

    def test_a_wrong_code_leads_nowhere(self, db: None) -> None:
        form = {"code": "wrong", "name": "zhao", "password": PASSWORD}
        assert Client().post("/account/open", form).status_code == 403


class TestKnownBrowser:
    def test_gets_in_while_strangers_lock_the_name(self, agent: Visitor, clock: Clock) -> None:
        agent.sign_in(clock)
        agent.browser.post("/sign-out")
        for number in range(BY_NAME.free):
            form = {"name": "agent", "password": "wrong"}
            Client().post("/sign-in", form, REMOTE_ADDR=f"198.51.100.{number}")
        assert Client().post("/sign-in", form).status_code == 429
        assert agent.password().status_code == 302

    def test_is_known_by_a_cookie_that_opens_nothing(self, agent: Visitor, clock: Clock) -> None:
        agent.sign_in(clock)
        cookie = agent.browser.cookies[DEVICE]
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Strict")
        thief = Client()
        thief.cookies[DEVICE] = cookie.value
        assert thief.get("/account").status_code == 302


class TestRecovery:
    def test_a_code_sets_the_password_and_ends_all_that_was(
        self, officer: Visitor, clock: Clock
    ) -> None:
        officer.sign_in(clock)
        there, officer.browser = officer.browser, Client()
        account = Account.objects.get(pk=officer.account_id)
        code = write_code(account=account, party=BANK, made_by="test", now=clock.now)
        form = {"code": code, "password": "seven rivers of stone"}
        assert Client().post("/account/open", form | {"name": "other"}).status_code == 403
        assert Client().post("/account/recover", form | {"password": "short"}).status_code == 400
        answer = Client().post("/account/recover", form)
        assert answer.headers["Location"] == "/sign-in?why=recovered"
        assert there.get("/account").status_code == 302
        assert Client().post("/account/recover", form).status_code == 403
        officer.password("seven rivers of stone")
        assert officer.browser.get("/").headers["Location"] == "/account/second-factor"

    def test_an_invitation_recovers_no_account(self, agent: Visitor, clock: Clock) -> None:
        code = invite(party=BANK, roles=["agent"], by="test", now=clock.now)
        form = {"code": code, "password": "seven rivers of stone"}
        assert Client().post("/account/recover", form).status_code == 403


class TestCookiesUnderTLS:
    def test_bear_the_host_prefix_and_travel_by_tls_only(
        self, agent: Visitor, clock: Clock, settings: SettingsWrapper
    ) -> None:
        settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
        agent.sign_in(clock)
        assert agent.browser.cookies[COOKIE]["secure"]
        assert agent.browser.cookies[COOKIE]["path"] == "/"
        assert agent.browser.cookies[CSRF]["secure"]
