"""Government's pages on the platform: visits, standards, lists, campaigns with a questionnaire, policies, boards."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.market.lists.lists_world import DEPARTMENT, DISTRICT, code
from tests.portal.web.conftest import BANK_KEY, PLATFORM

from shuxin.infra.api import now_in_china
from shuxin.kernel.machine import Actor
from shuxin.market.api import Borrower, Doer, FirmFacts, Size, government, keep_firm
from shuxin.market.policies.standard import EXAMPLES
from shuxin.parties.api import (
    KeyRole,
    PartyKind,
    Pinned,
    accounts,
    read_trust,
    write_trust,
)
from shuxin.portal.bootstrap import own_log
from shuxin.portal.web import access, pages
from shuxin.portal.web.routes import government_campaigns

if TYPE_CHECKING:
    from django.http import HttpResponse
    from tests.portal.web.conftest import Clock

    from shuxin.infra.api import Settings

pytestmark = pytest.mark.django_db
FIRM = f"uscc:{code(1)}"


class Desk:
    """The platform's site with an office that it trusts; who is signed in is said."""

    def __init__(self, settings: Settings, patch: pytest.MonkeyPatch) -> None:
        self.settings, self._patch = settings, patch
        self._who: accounts.Person | None = None
        for module in (access, pages):
            patch.setattr(module, "signed_in_account", lambda _: self._who)
        self.operator = self.as_of("op", PLATFORM)

    def as_of(self, name: str, party: str, role: KeyRole = KeyRole.OFFICER) -> Client:
        person = accounts.Person(1, name, party, frozenset({role}), has_second_factor=True)
        return self._client(person)

    def stranger(self) -> Client:
        return self._client(None)

    def _client(self, person: accounts.Person | None) -> Client:
        """Each of its requests comes from this person."""
        desk = self

        class Seated(Client):
            def request(self, **asked: Any) -> HttpResponse:
                desk._who = person
                return super().request(**asked)

        return Seated(headers={"Accept-Language": "en"})

    def officer(self, name: str = "li", region: str = DISTRICT) -> Client:
        if region:
            answer = self.operator.post(
                "/government/officers/assign",
                {"party": DEPARTMENT, "account": name, "region": region},
            )
            assert answer.status_code == 302, text(answer, answer.status_code)
        return self.as_of(name, DEPARTMENT)


def text(answer: HttpResponse, status: int = 200) -> str:
    assert answer.status_code == status, answer.content[:3000]
    return answer.content.decode()


@pytest.fixture
def desk(platform: Settings, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Desk:
    held = read_trust(platform.home)
    office = Pinned(
        party=DEPARTMENT,
        kind=PartyKind.DEPARTMENT,
        name="Finance office",
        public=BANK_KEY.public,
        roles=frozenset({KeyRole.SUBJECT}),
        valid_from=clock.now - dt.timedelta(days=1),
        valid_to=clock.now + dt.timedelta(days=1),
    )
    write_trust(replace(held, pinned=(*held.pinned, office)), home=platform.home)
    return Desk(platform, monkeypatch)


VISIT = {
    "firm": code(1),
    "name": "甲<b>公司",
    "region": DISTRICT,
    "visited_on": "2026-01-05",
    "visitor": "王",
    "needs": "yes",
    "amount": "500,000",
    "use": "stock",
}


def declared(officer: Client, **more: str) -> str:
    answer = officer.post("/government/visits/new", VISIT | more)
    assert answer.status_code == 302, text(answer, answer.status_code)
    return str(answer.headers["Location"]).split("?")[0]


class TestRegions:
    def test_without_a_region_nothing_is_shown(self, desk: Desk) -> None:
        officer = desk.officer("new", region="")
        for page in ("/government", "/government/lists", "/government/visits"):
            assert "government_region_missing" in text(officer.get(page), 403)

    def test_a_second_visit_with_the_same_content_is_another_one(self, desk: Desk) -> None:
        officer = desk.officer()

        def once() -> str:
            opened = text(officer.get("/government/visits/new"))
            found = re.search(r'name="once" value="(\w{32})"', opened)
            assert found
            return found[1]

        first = once()
        page = declared(officer, once=first)
        assert declared(officer, once=first) == page
        assert officer.post(f"{page}/close", {"reason": "x"}).status_code == 302
        again = declared(officer, once=once())
        assert again != page
        assert "declared" in text(officer.get(again)).lower()

    def test_only_the_operator_sets_them(self, desk: Desk) -> None:
        officer = desk.officer()
        assert officer.get("/government/officers").status_code == 403
        shown = text(desk.operator.get("/government/officers"))
        assert "Finance office" in shown
        wrong = {"party": PLATFORM, "account": "x", "region": DISTRICT}
        assert desk.operator.post("/government/officers/assign", wrong).status_code == 400

    def test_another_district_does_not_see_the_firm(self, desk: Desk) -> None:
        page = declared(desk.officer())
        other = desk.officer("other", region="320105")
        assert other.get(page).status_code == 403
        assert code(1) not in text(other.get("/government/lists"))
        assert other.post(f"{page}/close", {"reason": "x"}).status_code == 403


class TestLists:
    def test_a_firm_goes_from_the_visit_to_the_recommendation(self, desk: Desk) -> None:
        officer = desk.officer()
        page = declared(officer, once="form")
        assert declared(officer, once="form") == page
        shown = text(officer.get(page))
        assert "甲&lt;b&gt;公司" in shown
        assert f"{page}/recommend" not in shown
        answers = {f"{one.value}-holds": "yes" for one in government.Standard}
        answers |= {f"{one.value}-note": "seen" for one in government.Standard}
        wrong = officer.post(f"{page}/judge", answers | {"credit-note": ""})
        assert "evidence" in text(wrong, 400)
        assert officer.post(f"{page}/judge", answers).status_code == 302
        assert f"{page}/recommend" in text(officer.get(page))
        assert officer.post(f"{page}/recommend", {"lenders": ["uscc:x"]}).status_code == 404
        assert officer.post(f"{page}/recommend").status_code == 302
        assert "all lenders" in text(officer.get(page))
        assert officer.post(f"{page}/recommend").status_code == 409

    def test_every_page_with_firms_is_logged(self, desk: Desk) -> None:
        officer = desk.officer()
        page = declared(officer)
        log = own_log(desk.settings)
        for address in (
            "/government/lists",
            page,
            "/government/visits",
            "/government/lists?lists-csv=1",
        ):
            size = log.size
            text(officer.get(address))
            log = own_log(desk.settings)
            assert log.size == size + 1, address
        assert len(government.readings_of(FIRM)) == 4

    def test_a_file_is_taken_in_whole_or_not_at_all(self, desk: Desk) -> None:
        officer = desk.officer()
        heads = text(officer.get("/government/visits/template.csv")).strip()
        good = f"{code(2)},乙,{DISTRICT},2026-01-05,李,无,,,"
        for lines, status in (([good, "x"], 400), ([good], 302)):
            file = SimpleUploadedFile("v.csv", "\n".join([heads, *lines]).encode())
            answer = officer.post("/government/visits/import", {"file": file})
            assert answer.status_code == status
        assert code(2) in text(officer.get("/government/visits"))
        assert officer.post("/government/visits/import").status_code == 400

    @pytest.mark.parametrize(
        "wrong",
        [{"firm": "1"}, {"amount": "x"}, {"visited_on": "x"}, {"use": "x"}, {"region": "9"}],
    )
    def test_a_wrong_visit_is_shown_again(self, desk: Desk, wrong: dict[str, str]) -> None:
        answer = desk.officer().post("/government/visits/new", VISIT | wrong)
        assert "500,000" in text(answer, 400) or "amount" in wrong


class TestCampaign:
    def test_a_stranger_answers_by_the_link(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch, clock: Clock
    ) -> None:
        officer = desk.officer()
        bank = government_campaigns.shown.institutions("bank")[0][0]
        form = {"title": "百行", "region": DISTRICT, "grades": ["A"], f"quota-{bank[5:]}": "1"}
        assert (
            officer.post("/government/campaigns/new", form | {f"quota-{bank[5:]}": "x"}).status_code
            == 400
        )
        page = officer.post("/government/campaigns/new", form).headers["Location"]
        heads = "统一社会信用代码,企业名称,行政区划代码,纳税信用级别,开户银行"
        file = SimpleUploadedFile("f.csv", f"{heads}\n{code(1)},甲,{DISTRICT},A,".encode())
        assert officer.post(f"{page}/share", {"file": file}).status_code == 302
        shown = text(officer.get(page))
        link = next(part for part in shown.split('"') if part.startswith(f"{page}/firms/"))
        made = text(officer.get(link))
        token = next(
            part.split("/")[2] for part in made.split('"') if part.startswith("/questionnaire/")
        )
        stranger = desk.stranger()
        asked = text(stranger.get(f"/questionnaire/{token}"))
        assert "百行" in asked
        assert code(1) not in asked
        assert "<svg" in text(stranger.get(f"/questionnaire/{token}/code.svg"))
        right = {one.code: one.answers[0][0] for one in government.QUESTIONS}
        assert stranger.post(f"/questionnaire/{token}", right | {"needs": "<x>"}).status_code == 400
        assert stranger.post(f"/questionnaire/{token}", right).status_code == 302
        assert "Thank you" in text(stranger.get(f"/questionnaire/{token}"))
        assert stranger.post(f"/questionnaire/{token}", right).status_code == 409
        assert "Answers" in text(officer.get(link))
        assert officer.post(f"{page}/end").status_code == 302
        assert stranger.get(f"/questionnaire/{token}").status_code == 403

    def test_whatever_else_is_no_link_and_tries_are_few(self, desk: Desk) -> None:
        stranger = desk.stranger()
        for token in ("x", "a" * 32, f"{'a' * 32}.1999999999.{'b' * 43}", "%00", "é" * 50):
            for method in (stranger.get, stranger.post):
                assert method(f"/questionnaire/{token}").status_code in {403, 429}
        codes = [stranger.post("/questionnaire/x").status_code for _ in range(9)]
        assert 429 in codes


class TestPolicies:
    def form(self) -> dict[str, str]:
        found = {key: str(value or "") for key, value in EXAMPLES[0].document().items()}
        return found | {"name": "first-loan"}

    def test_two_people_publish_and_the_firm_sees_it(self, desk: Desk) -> None:
        writer, second = desk.officer("li"), desk.officer("wang")
        wrong = writer.post("/government/policies/new", self.form() | {"conditions": "wealth >= 3"})
        assert "line 1" in text(wrong, 400)
        page = (
            writer.post("/government/policies/new", self.form()).headers["Location"].split("?")[0]
        )
        changed = self.form() | {"title_en": "First loans <i>"}
        assert writer.post(f"{page}/edit", changed).status_code == 302
        assert writer.post(f"{page}/submit").status_code == 302
        assert f"{page}/publish" not in text(writer.get(page))
        assert writer.post(f"{page}/publish").status_code == 403
        assert second.post(f"{page}/burn").status_code == 404
        assert second.post(f"{page}/publish").status_code == 302
        assert "First loans &lt;i&gt;" in text(second.get(page))
        owner = desk.as_of("owner", FIRM, KeyRole.SUBJECT)
        assert "Tell us of your enterprise first" in text(owner.get("/my/policies"))
        firm = FirmFacts(FIRM, "甲", Borrower.ENTERPRISE, region=DISTRICT, size=Size.MICRO)
        keep_firm(firm, source="declared", by="owner", now=now_in_china())
        shown = text(owner.get("/my/policies"))
        assert "First loans &lt;i&gt;" in shown
        assert "whether you ever had a loan" in shown

    def test_the_firm_sees_who_read_of_it(self, desk: Desk) -> None:
        officer = desk.officer()
        officer.get(declared(officer))
        owner = desk.as_of("owner", FIRM, KeyRole.SUBJECT)
        shown = text(owner.get("/my/policies"))
        assert "Finance office" in shown
        other = desk.as_of("owner", f"uscc:{code(9)}", KeyRole.SUBJECT)
        assert "Finance office" not in text(other.get("/my/policies"))


class TestBoards:
    def test_open_without_any_figure(self, desk: Desk) -> None:
        officer = desk.officer()
        shown = text(officer.get("/government/board"))
        for one in government.INDICATORS:
            assert one.name.en in shown
            assert one.calibre.code in text(officer.get(f"/government/board/{one.code}"))
        assert officer.get("/government/board/x").status_code == 404
        text(officer.get("/government/inclusion"))

    def test_how_many_firms_there_are_comes_from_a_file(self, desk: Desk) -> None:
        officer = desk.officer()
        lines = f"分组,取值,在营企业数\n地区,{DISTRICT},52000\n规模,微型,40000\n"
        for content, status in ((lines + "规模,巨型,1\n", 400), (lines, 302)):
            file = SimpleUploadedFile("p.csv", content.encode())
            form = {"file": file, "source": "Bureau", "as_of": "2025-12-31"}
            assert officer.post("/government/population", form).status_code == status
        assert government.active_firms() == {("region", DISTRICT): 52000, ("size", "micro"): 40000}
        assert "Bureau" in text(officer.get("/government/inclusion"))


def test_the_doer_of_a_page_is_the_account(desk: Desk) -> None:
    page = declared(desk.officer("zhang"))
    doer = Doer(Actor.GOVERNMENT, DEPARTMENT, "zhang", lambda _: None)
    found = government.listed_firm(page.rsplit("/", 1)[1], doer=doer)
    assert found.firm == FIRM
