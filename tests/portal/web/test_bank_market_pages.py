"""Products, demand board, referrals and recommended firms on a bank's site; the platform answers from memory."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from tests.portal.demo.visitors import DESK, chromium
from tests.portal.web.bank_market_site import (
    FULL,
    OVERTAKEN,
    TAX,
    Desk,
    Memory,
    customer,
    desk_at,
    firm_with_a_long_name,
    line,
    on_a_list,
    product,
    referral,
    terms,
)

from shuxin import portal
from shuxin.market.api import government
from shuxin.portal.linking.api import SiteRefused
from shuxin.portal.web.views import bank_market, bank_product_fields, bank_product_form
from shuxin.portal.web.views.bank_attempts import new_key

pytestmark = pytest.mark.django_db
STYLE = Path(portal.__file__).parent / "static" / "css" / "site.css"


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> Memory:
    made = Memory()
    monkeypatch.setattr(bank_market, "platform", lambda: made)
    return made


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, memory: Memory) -> Desk:
    return desk_at(tmp_path / "home", monkeypatch)


def form(**changed: Any) -> dict[str, Any]:
    """A form of a product as a browser sends it: of the terms that stand."""
    typed = bank_product_form.typed_from(terms())
    return {"key": new_key(), **typed.one, **typed.some, **changed}


class TestTerms:
    def test_come_back_from_the_form_as_they_were(self) -> None:
        stood = terms(documents=("营业执照",), seeks_first_loans=True)
        read = bank_product_form.read(
            bank_product_form.typed_from(stood), holders=[TAX], language="en"
        )
        assert read.terms == stood

    def test_that_cannot_be_are_told_field_by_field(self) -> None:
        typed = bank_product_form.typed_from(terms())
        wrong = {"amount_least": "x", "rate_most": "3.8", "months_most": "0", "regions": "32/05"}
        changed = bank_product_form.Typed({**typed.one, **wrong, "needed-0-uses": "0"}, typed.some)
        read = bank_product_form.read(changed, holders=[TAX], language="en")
        assert read.terms is None
        expected = {"amount_least", "rate_most", "months_most", "regions", "needed-0-uses"}
        assert expected <= set(read.problems)

    def test_need_holders_that_are_known(self) -> None:
        typed = bank_product_form.typed_from(terms())
        read = bank_product_form.read(typed, holders=[], language="en")
        assert set(read.problems) == {"needed-0-holder"}

    def test_every_input_has_a_field(self) -> None:
        """Nothing that stands in terms would be lost by opening the form and saving it."""
        typed = bank_product_form.typed_from(terms())
        shown = {f.name for s in bank_product_fields.sections(typed, {}) for f in s.fields}
        tables = bank_product_fields.small_tables(typed, {}, holders=[])
        shown |= {cell.name for lines in tables for one in lines for cell in one.cells}
        assert set(typed.one) | set(typed.some) <= shown


class TestProducts:
    def test_are_listed_and_opened_with_what_may_be_done(self, desk: Desk) -> None:
        assert "澜坪税易贷" in desk.text(desk.browser.get("/bank/products"))
        shown = desk.text(desk.browser.get("/bank/products/p1"))
        assert "3.85–6.50%" in shown
        assert "Suspend" in shown
        assert "Hand in for review" not in shown

    def test_a_version_in_preparation_stands_beside_the_one_that_firms_see(
        self, desk: Desk, memory: Memory
    ) -> None:
        draft = terms(name="澜坪税易贷二代")
        memory.shelf = [product(draft=draft, draft_state="draft", draft_digest="b" * 64)]
        shown = desk.text(desk.browser.get("/bank/products/p1"))
        assert "澜坪税易贷二代" in shown
        assert "Hand in for review" in shown
        assert "Drop the new version" in shown

    def test_are_saved_once_for_a_form(self, desk: Desk, memory: Memory) -> None:
        memory.shelf = [product()]
        sent = form()
        answer = desk.browser.post("/bank/products/p1/edit", sent)
        assert answer["Location"] == "/bank/products/p1?done=kept"
        (told,) = memory.told
        assert told == ("save", terms(), "p1", "officer", sent["key"])

    def test_that_were_typed_wrong_are_shown_again(self, desk: Desk, memory: Memory) -> None:
        answer = desk.browser.post("/bank/products/new", form(amount_least="many"))
        assert 'value="many"' in answer.content.decode()
        assert "An amount of 万元" in desk.text(answer, 400)
        assert memory.told == []

    def test_are_suspended_with_a_reason(self, desk: Desk, memory: Memory) -> None:
        desk.browser.post("/bank/products/p1/pause", {"pause-reason": "quota is used up"})
        assert memory.told == [("product", "p1", "pause", "officer", "quota is used up")]

    def test_of_others_are_not_there(self, desk: Desk) -> None:
        desk.text(desk.browser.get("/bank/products/other"), 404)


class TestBoard:
    def test_says_what_is_hidden(self, desk: Desk) -> None:
        shown = desk.text(desk.browser.get("/bank/board"))
        assert "shown once it is taken" in shown
        shown = desk.text(desk.browser.get("/bank/board/d1"))
        assert "hidden until this bank takes" in shown
        assert "manufacturing" in shown

    def test_a_demand_is_taken_with_a_product_that_fits(self, desk: Desk, memory: Memory) -> None:
        answer = desk.browser.post("/bank/board/d1/claim", {"product": "p1"})
        assert answer["Location"] == "/bank/referrals/r9?done=claimed"
        assert memory.told == [("claim", "d1", "p1", "officer")]

    def test_no_product_is_offered_that_does_not_fit(self, desk: Desk, memory: Memory) -> None:
        small = terms(amount_fen=terms().amount_fen.__class__(100_000, 200_000))
        memory.shelf = [product(terms=small), product("p3", state="paused")]
        assert "No product of this bank on the shelf" in desk.text(
            desk.browser.get("/bank/board/d1")
        )

    def test_who_comes_too_late_is_told_so(self, desk: Desk, memory: Memory) -> None:
        memory.refuses = FULL
        answer = desk.browser.post("/bank/board/d1/claim", {"product": "p1"})
        assert "as many lenders as may" in desk.text(answer, 409).lower()

    def test_what_this_bank_declined_before_cannot_be_claimed(
        self, desk: Desk, memory: Memory
    ) -> None:
        memory.lines = [line(may_claim=False)]
        assert "declined it or let it lapse" in desk.text(desk.browser.get("/bank/board/d1"))

    def test_a_demand_that_is_not_on_it_is_not_there(self, desk: Desk) -> None:
        desk.text(desk.browser.get("/bank/board/d2"), 404)


class TestWidth:
    def test_of_the_board_shows_all_columns_at_1440_in_english(
        self, desk: Desk, memory: Memory
    ) -> None:
        named = firm_with_a_long_name()
        memory.lines = [
            line(),
            line("d2", firm=named, mine="r1"),
            line("d3", may_claim=False),
            line("d4", is_named=True),
        ]
        shown = desk.browser.get("/bank/board").content.decode()
        bare = re.sub(r"<(script|link|meta http)[^>]*>(</script>)?", "", shown)
        with chromium() as browser:
            page = browser.new_page(viewport=DESK)
            page.set_content(bare)
            page.add_style_tag(path=STYLE)
            columns = page.locator("#table-demands th").count()
            wide = page.locator(".scroll").evaluate("e => e.scrollWidth - e.clientWidth")
        assert (columns, wide) == (12, 0)


class TestReferrals:
    def test_show_their_clock(self, desk: Desk) -> None:
        shown = desk.text(desk.browser.get("/bank/referrals"))
        assert "left" in shown
        assert "chosen by the firm" in shown

    def test_are_taken_and_declined_with_a_reason(self, desk: Desk, memory: Memory) -> None:
        desk.browser.post("/bank/referrals/r1/take")
        said = {"code": "capacity", "decline-reason": "until June"}
        desk.browser.post("/bank/referrals/r1/decline", said)
        assert memory.told == [
            ("referral", "r1", "take", "officer", "", ""),
            ("referral", "r1", "decline", "officer", "until June", "capacity"),
        ]

    def test_that_lapsed_meanwhile_say_so(self, desk: Desk, memory: Memory) -> None:
        memory.refuses = OVERTAKEN
        answer = desk.browser.post("/bank/referrals/r1/take", follow=True)
        assert "had changed meanwhile" in desk.text(answer)

    def test_that_are_settled_offer_nothing(self, desk: Desk, memory: Memory) -> None:
        memory.referred = [referral(state="closed")]
        shown = desk.text(desk.browser.get("/bank/referrals/r1"))
        assert "Take it" not in shown
        assert "Decline" not in shown


class TestRecommendedFirms:
    def test_say_why_they_are_here(self, desk: Desk) -> None:
        shown = desk.text(desk.browser.get("/bank/recommended"))
        assert "云栖小店" in shown
        assert "It agreed to be called." in shown


class TestFirmsOfOffices:
    FORM = {"result": "credited", "amount": "300,000", "rate": "3.85", "key": "once"}

    def test_are_listed_and_read_in_the_officers_name(self, desk: Desk, memory: Memory) -> None:
        memory.offices = [on_a_list()]
        shown = desk.browser.get("/bank/recommended").content.decode()
        assert "/bank/recommended/l1" in shown
        assert set(memory.readers) == {"officer"}

    def test_credit_that_was_granted_is_reported_in_yuan_with_the_officer(
        self, desk: Desk, memory: Memory
    ) -> None:
        memory.offices = [on_a_list()]
        assert "in yuan" in desk.read("/bank/recommended/l1")
        answer = desk.browser.post("/bank/recommended/l1", self.FORM)
        assert answer["Location"] == "/bank/recommended/l1?done=1"
        kind = government.ResultKind.CREDITED
        assert memory.told == [("result", "l1", kind, 30_000_000, 385, "", "officer", "once")]
        memory.offices = [on_a_list(result="credited")]
        assert "credit granted" in desk.read("/bank/recommended/l1?done=1")

    @pytest.mark.parametrize(
        ("changed", "wrong"),
        [
            ({"result": ""}, "result"),
            ({"amount": "much"}, "amount"),
            ({"amount": "0"}, "amount"),
            ({"rate": "40"}, "rate"),
            ({"result": "refused"}, "reason"),
        ],
    )
    def test_what_is_wrong_is_said_at_its_field(
        self, desk: Desk, memory: Memory, changed: dict[str, str], wrong: str
    ) -> None:
        memory.offices = [on_a_list()]
        answer = desk.browser.post("/bank/recommended/l1", self.FORM | changed)
        assert answer.status_code == 400
        assert f'id="{wrong}-error"' in answer.content.decode()
        assert memory.told == []

    def test_what_the_platform_refuses_is_said_and_kept(self, desk: Desk, memory: Memory) -> None:
        memory.offices, memory.refuses = [on_a_list()], OVERTAKEN
        answer = desk.browser.post("/bank/recommended/l1", self.FORM)
        assert answer.status_code == 409
        assert 'value="300,000"' in answer.content.decode()

    def test_of_other_banks_are_not_there(self, desk: Desk, memory: Memory) -> None:
        desk.read("/bank/recommended/l2", 404)
        memory.is_down = True
        desk.read("/bank/recommended/l1", 503)


class TestCampaign:
    @pytest.fixture(autouse=True)
    def _share(self, memory: Memory) -> None:
        memory.customers = [customer("f1", "yes"), customer("f2", "no"), customer("f3")]

    def test_shows_whom_the_bank_may_call(self, desk: Desk) -> None:
        assert "百行进万企" in desk.read("/bank/campaigns")
        called, _, unwanted = desk.read("/bank/campaigns/c1").partition("Firms that want no call")
        assert ("企业f1" in called, "企业f2" in called, "企业f3" in called) == (True, False, True)
        assert ("企业f2" in unwanted, "企业f1" in unwanted) == (True, False)
        assert (
            "/bank/campaigns/c1/f2" not in desk.browser.get("/bank/campaigns/c1").content.decode()
        )
        for gone in ("c2", "c1/f9"):
            desk.read(f"/bank/campaigns/{gone}", 404)

    def test_a_contact_is_recorded_with_its_result(self, desk: Desk, memory: Memory) -> None:
        page = "/bank/campaigns/c1/f1"
        assert "up to one million" not in desk.read("/bank/campaigns/c1/f3")
        assert "May a bank contact you?" in desk.read(page)
        for wrong in ({"result": "x"}, {"result": "lent", "amount": "-1"}):
            assert desk.browser.post(page, wrong).status_code == 400
        sent = {"key": "k" * 32, "result": "lent", "amount": "12.5", "note": "  设备款 "}
        assert desk.browser.post(page, sent).headers["Location"] == f"{page}?done=1"
        assert memory.told == [("contact", "f1", "lent", 12_500_000, "设备款", "officer", "k" * 32)]

    def test_who_wants_no_call_has_no_form_and_the_refusal_is_in_words(
        self, desk: Desk, memory: Memory
    ) -> None:
        page = "/bank/campaigns/c1/f2"
        answer = desk.browser.get(page)
        assert "Do not call this firm" in desk.text(answer)
        assert 'name="result"' not in answer.content.decode()
        memory.refuses = SiteRefused(
            address="p", status=403, refusal="campaign_contact_unwanted", sentence="…"
        )
        refused = desk.browser.post(page, {"result": "contacted"})
        assert "answered that no bank may contact it" in desk.text(refused, 403)
        desk.browser.cookies["language"] = "zh"
        assert "请勿主动联系该企业。" in desk.read(page)


class TestPlatformThatIsDown:
    @pytest.mark.parametrize("page", ["products", "board", "referrals", "recommended", "campaigns"])
    def test_is_said_and_the_page_stands(self, desk: Desk, memory: Memory, page: str) -> None:
        memory.is_down = True
        assert "The platform cannot be asked now" in desk.text(desk.browser.get(f"/bank/{page}"))

    def test_keeps_what_was_typed(self, desk: Desk, memory: Memory) -> None:
        memory.is_down = True
        nobody = {"needed-0-holder": "", "needed-0-catalogues": ""}
        answer = desk.browser.post("/bank/products/new", form(**nobody))
        assert "cannot be reached" in desk.text(answer, 503)
        assert 'value="澜坪税易贷"' in answer.content.decode()
