from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from tests.portal.web.conftest import BANK_KEY, PLATFORM, Visitor, opened
from tests.portal.web.market_site import (
    BANK,
    FIRM,
    FIRM_KEY,
    FORM,
    OTHER_BANK,
    Market,
    kept_firm,
    market_of,
)

from shuxin.parties.api import KeyRole, PartyKind, Pinned, read_trust, write_trust

if TYPE_CHECKING:
    from tests.portal.web.conftest import Clock

    from shuxin.infra.api import Settings

XSS = "<script>alert(1)</script>{name}"


@pytest.fixture
def market(platform: Settings, clock: Clock) -> Market:
    held = read_trust(platform.home)
    pins = [
        Pinned(party, kind, name, key.public,
               frozenset({KeyRole.SUBJECT}), clock.now - timedelta(days=1), clock.now + timedelta(days=90))
        for party, kind, name, key in (
            (FIRM, PartyKind.ENTERPRISE, "某小吃店", FIRM_KEY),
            (BANK, PartyKind.BANK, f"甲银行{XSS}", BANK_KEY),
        )
    ]  # fmt: skip
    write_trust(replace(held, pinned=(*held.pinned, *pins)), home=platform.home)
    return market_of(platform, now=clock.now)


@pytest.fixture
def owner(market: Market, clock: Clock) -> Visitor:
    kept_firm(now=clock.now)
    visitor = Visitor(Client(), "owner", opened("owner", "subject", party=FIRM, now=clock.now))
    visitor.sign_in(clock)
    return visitor


def text(visitor: Visitor | Client, address: str, status: int = 200) -> str:
    browser = visitor.browser if isinstance(visitor, Visitor) else visitor
    answer = browser.get(address)
    assert answer.status_code == status, answer.content.decode()
    shown: str = answer.content.decode()
    assert "<script>alert" not in shown
    return shown


def send(visitor: Visitor, address: str, **form: Any) -> str:
    """Where it leads."""
    answer = visitor.browser.post(address, form)
    assert answer.status_code == 302, answer.content.decode()
    where: str = answer.headers["Location"]
    return where


class TestShelf:
    def test_is_open_to_everybody_and_counts_the_fees(self, market: Market) -> None:
        browser, both = Client(), f"p={market.dear}&p={market.cheap}&amount=50&months=12"
        for language in ("zh", "en"):
            browser.cookies["language"] = language
            shown = text(browser, "/shelf?amount=50&months=12&sort=cost")
            assert shown.index(market.cheap) < shown.index(market.dear)
            text(browser, f"/shelf/{market.dear}?amount=50&months=12")
            assert text(browser, f"/shelf/compare?{both}").count('"state good"') == 1

    def test_says_what_is_wrong_with_an_amount(self, market: Market) -> None:
        assert "请填写 0.1 至 3000" in text(Client(), "/shelf?amount=-5&months=x")

    def test_leaves_out_what_does_not_fit_and_tells_nothing_of_drafts(self, market: Market) -> None:
        assert market.cheap not in text(Client(), "/shelf?amount=2900&months=12")
        assert market.draft not in text(Client(), "/shelf")
        text(Client(), f"/shelf/{market.draft}", status=404)


class TestWizard:
    def test_says_what_is_wrong_once_a_step_was_sent_and_lets_none_be_skipped(
        self, owner: Visitor
    ) -> None:
        assert "请填写所需金额" not in text(owner, "/financing/new")
        shown = text(owner, "/financing/new?step=2&amount=50")
        assert "请填写使用期限" in shown
        assert 'value="50"' in shown
        assert "确认发布" not in text(owner, "/financing/new?step=3&amount=50")

    def test_review_shows_all_that_is_published(self, owner: Visitor) -> None:
        shown = text(owner, f"/financing/new?{FORM.address}&step=3")
        for said in ("50 万元", "采购原材料及备货", "12 个月", "平台全部银行", "某小吃店"):
            assert said.replace(" ", "\u00a0") in shown or said in shown

    def test_says_who_will_read_what_and_what_an_estimate_uses(self, owner: Visitor) -> None:
        review = f"/financing/new?{FORM.address}&step=3"
        unnamed, named = text(owner, review), text(owner, f"{review}&contact=yes")
        assert "企业名称、具体数据和补充说明仅向受理的银行显示" in unnamed
        assert "可立即查看以上全部内容和企业名称" not in unnamed
        assert "可立即查看以上全部内容和企业名称" in named
        asked = text(owner, f"/financing/new?{FORM.address}&step=2")
        assert "将我的审批结果用于改进估算" in asked

    def test_publishes_once_however_often_it_is_sent(self, owner: Visitor) -> None:
        from shuxin.market.api import demands_of

        first = send(owner, "/financing/demands", **FORM.fields)
        assert send(owner, "/financing/demands", **FORM.fields) == first
        assert [one.state for one in demands_of(FIRM)] == ["matched"]
        send(owner, "/financing/demands", **FORM.fields | {"to": "chosen", "lender": [OTHER_BANK]})
        assert demands_of(FIRM)[0].terms.lenders == (OTHER_BANK,)


class TestDemand:
    @pytest.fixture
    def page(self, owner: Visitor) -> str:
        return send(owner, "/financing/demands", **FORM.fields)

    def test_ranks_products_and_says_why(self, owner: Visitor, market: Market, page: str) -> None:
        for language, why in (("zh", "排序依据"), ("en", "Why it stands here")):
            owner.browser.cookies["language"] = language
            shown = text(owner, page)
            assert market.cheap in shown
            assert why in shown
        by_cost = text(owner, f"{page}?sort=cost")
        assert by_cost.index(market.cheap) < by_cost.index(market.dear)

    def test_is_withdrawn_by_its_firm_and_nobody_else(
        self, owner: Visitor, page: str, market: Market, clock: Clock
    ) -> None:
        other = Visitor(
            Client(), "other", opened("other", "subject", party=market.other, now=clock.now)
        )
        other.sign_in(clock)
        for address in (page, f"{page}/apply?product={market.cheap}"):
            text(other, address, status=404)
        assert other.browser.post(f"{page}/withdraw").status_code == 404
        assert send(owner, f"{page}/withdraw", reason="不需要了") == page
        assert "已撤回" in text(owner, page)

    def test_leads_to_one_application_however_often_it_is_sent(
        self, owner: Visitor, market: Market, page: str
    ) -> None:
        form = {"product": market.cheap, "key": "k" * 32, "amount": "50", "months": "12"}
        assert "增值税" in text(owner, f"{page}/apply?product={market.cheap}")
        made = send(owner, f"{page}/apply", **form)
        assert send(owner, f"{page}/apply", **form) == made
        assert "待银行受理" in text(owner, made)

    def test_why_a_lender_declined_is_read_in_words(
        self, owner: Visitor, market: Market, page: str
    ) -> None:
        from shuxin.market.api import DeclineCode, step_referral

        referral = market.claim_demand(page.rsplit("/", 1)[1])
        step_referral(referral, "decline", doer=market.lender(), now=market.now, code="capacity")
        assert DeclineCode.CAPACITY.text.zh in text(owner, page)

    def test_why_a_demand_left_a_lender_is_no_code(
        self, owner: Visitor, market: Market, page: str
    ) -> None:
        market.claim_demand(page.rsplit("/", 1)[1])
        send(owner, f"{page}/withdraw", reason="")
        shown = text(owner, page)
        assert "<p>withdraw</p>" not in shown
        assert "融资需求已撤回。" in shown

    def test_a_lender_that_took_it_is_applied_to_within_the_products_bands(
        self, owner: Visitor, market: Market, page: str
    ) -> None:
        referral = market.claim_demand(page.rsplit("/", 1)[1])
        assert f"apply?referral={referral}" in text(owner, page)
        form = {"product": market.cheap, "key": "k" * 32, "amount": "2000", "months": "12"}
        answer = owner.browser.post(f"{page}/apply", form)
        assert answer.status_code == 400
        assert "该产品可贷范围" in answer.content.decode()
        made = send(owner, f"{page}/apply", **form | {"amount": "30", "referral": referral})
        assert "30" in text(owner, made)
        assert made in text(owner, page)


class TestApplication:
    @pytest.fixture
    def page(self, owner: Visitor, market: Market) -> str:
        demand = send(owner, "/financing/demands", **FORM.fields)
        form = {"product": market.cheap, "key": "k" * 32, "amount": "50", "months": "12"}
        return send(owner, f"{demand}/apply", **form)

    def test_the_live_place_asks_for_a_new_page_once_something_moved(
        self, owner: Visitor, market: Market, page: str
    ) -> None:
        whole = text(owner, page)
        place = whole.split('hx-get="')[1].split('"')[0]
        assert "data-done" not in text(owner, place)
        market.ask(page.rsplit("/", 1)[1])
        assert 'data-done="reload"' in text(owner, place)

    def test_waiting_requests_are_signed_here(
        self, owner: Visitor, market: Market, page: str
    ) -> None:
        market.ask(page.rsplit("/", 1)[1])
        assert "1 项授权待您签署" in text(owner, page)
        for statements in ("", "[]", "{}", "[[1]]", '[["x","{}"]]'):
            answer = owner.browser.post(f"{page}/grant", {"statements": statements})
            assert answer.status_code == 400
        pairs = market.signed(FIRM_KEY)
        assert send(owner, f"{page}/grant", statements=pairs) == page
        shown = text(owner, page)
        assert "已授权" in shown
        assert "待您签署" not in shown

    def test_questions_are_answered(self, owner: Visitor, market: Market, page: str) -> None:
        market.claim(page.rsplit("/", 1)[1])
        market.answer(page.rsplit("/", 1)[1], "need_information")
        assert "请说明" in text(owner, page)
        assert send(owner, f"{page}/answer", answer="每月采购一次") == page
        assert "每月采购一次" in text(owner, page)

    def test_an_offer_is_accepted_by_the_firms_own_key(
        self, owner: Visitor, market: Market, page: str
    ) -> None:
        key = page.rsplit("/", 1)[1]
        market.claim(key)
        market.answer(key, "approve")
        owner.browser.cookies["language"] = "en"
        assert 'id="acceptance"' in text(owner, page)
        assert page in text(owner, "/my")
        wrong = market.accepted(key, key=market.stranger)
        assert owner.browser.post(f"{page}/accept", {"statement": wrong}).status_code == 403
        right = market.accepted(key, key=FIRM_KEY)
        assert send(owner, f"{page}/accept", statement=right) == page
        assert send(owner, f"{page}/accept", statement=right) == page
        assert "You accepted the offer" in text(owner, page)

    def test_a_decline_has_its_letter_and_a_person_may_be_asked_for(
        self, owner: Visitor, market: Market, page: str
    ) -> None:
        key = page.rsplit("/", 1)[1]
        text(owner, f"{page}/letter", status=404)
        market.claim(key)
        market.answer(key, "decline")
        assert f"{page}/letter" in text(owner, page)
        for language, said in (("zh", "缴清"), ("en", "pay them")):
            owner.browser.cookies["language"] = language
            assert said in text(owner, f"{page}/letter")
        assert owner.browser.get(f"{page}/letter.pdf").content.startswith(b"%PDF")
        assert send(owner, f"{page}/review", reason="税款已缴清") == page
        text(owner, f"{page}/letter", status=404)

    def test_is_cancelled_by_its_firm_and_nobody_else(
        self, owner: Visitor, market: Market, page: str, clock: Clock
    ) -> None:
        other = Visitor(
            Client(), "other", opened("other", "subject", party=market.other, now=clock.now)
        )
        other.sign_in(clock)
        text(other, page, status=404)
        for act in ("cancel", "answer", "grant", "accept", "submit", "review"):
            assert other.browser.post(f"{page}/{act}").status_code == 404
        assert send(owner, f"{page}/cancel") == page
        assert "已取消" in text(owner, page)


class TestFirm:
    def test_states_its_facts(self, owner: Visitor) -> None:
        from shuxin.market.api import firm_facts

        form = {"name": "某小吃店", "borrower": "enterprise", "region": "350203", "industry": "H",
                "yearly_sales_fen": "80", "established_on": "2019-05-17", "is_first_loan": "yes"}  # fmt: skip
        assert send(owner, "/financing/firm", **form) == "/financing"
        known = firm_facts(FIRM)
        assert known is not None
        assert (known.yearly_sales_fen, known.industry) == (80_000_000, "H")

    def test_what_came_from_data_is_not_typed_over(self, owner: Visitor, clock: Clock) -> None:
        from shuxin.market.api import firm_facts, keep_firm

        known = firm_facts(FIRM)
        assert known is not None
        keep_firm(replace(known, tax_grade="A"), source="open", by="test", now=clock.now)
        assert 'name="tax_grade"' not in text(owner, "/financing/firm")
        owner.browser.post("/financing/firm", {"name": "x", "tax_grade": "D"})
        assert firm_facts(FIRM).tax_grade == "A"  # type: ignore[union-attr]

    def test_what_cannot_be_is_said_at_the_field(self, owner: Visitor) -> None:
        wrong = {"region": "35", "industry": "Z", "established_on": "2999-01-01", "name": ""}
        wrong |= {"employees": "-1", "yearly_sales_fen": "x"}
        answer = owner.browser.post("/financing/firm", wrong)
        assert answer.status_code == 400
        for field in wrong:
            assert f'id="{field}-error"' in answer.content.decode()


class TestAgent:
    def test_says_first_for_whom_and_needs_its_mandate(
        self, agent: Visitor, market: Market, clock: Clock
    ) -> None:
        agent.sign_in(clock)
        assert agent.browser.get("/financing").headers["Location"] == "/financing/for"
        answer = agent.browser.post("/financing/for", {"code": FIRM.removeprefix("uscc:")})
        assert answer.status_code == 403
        assert "没有该企业当前有效的授权委托" in answer.content.decode()
        assert agent.browser.post("/financing/for", {"code": "1"}).status_code == 400
        assert agent.browser.post("/financing/demands", FORM.fields).status_code == 302

    def test_enters_a_demand_in_the_firms_name_and_the_page_says_so(
        self, market: Market, clock: Clock
    ) -> None:
        from shuxin.market.api import Channel, demands_of

        kept_firm(now=clock.now)
        clerk = "person:" + "b" * 32
        market.mandate(clerk, key=FIRM_KEY)
        visitor = Visitor(Client(), "clerk", opened("clerk", "agent", party=clerk, now=clock.now))
        visitor.sign_in(clock)
        assert send(visitor, "/financing/for", code=FIRM.removeprefix("uscc:")) == "/financing"
        assert "代办人员身份" in text(visitor, "/financing/new")
        page = send(visitor, "/financing/demands", **FORM.fields)
        assert "代办人员（以企业名义）" in text(visitor, page)
        assert demands_of(FIRM)[0].terms.channel is Channel.AGENT


@pytest.fixture
def desk(market: Market, clock: Clock, keys: Any) -> Visitor:
    from tests.parties.accounts.samples import with_second_factor

    number = opened("chief", "officer", party=PLATFORM, now=clock.now)
    secret, _ = with_second_factor(number, keys=keys, now=clock.now)
    visitor = Visitor(Client(), "chief", number, secret)
    visitor.sign_in(clock)
    return visitor


class TestDesk:
    def test_a_product_is_reviewed(self, desk: Visitor, market: Market) -> None:
        from shuxin.market.api import THE_OPERATOR, product

        page = f"/market-desk/products/{market.draft}"
        assert "首次上架" in text(desk, page)
        seen = product(market.draft, viewer=THE_OPERATOR).draft_digest
        stale = desk.browser.post(page, {"act": "approve", "seen": "0" * 64})
        assert stale.status_code == 409
        assert send(desk, page, act="approve", seen=seen) == page
        assert product(market.draft).state == "online"

    def test_a_return_needs_a_reason(self, desk: Visitor, market: Market) -> None:
        page = f"/market-desk/products/{market.draft}"
        assert desk.browser.post(page, {"act": "return", "reason": " "}).status_code == 400

    def test_a_new_version_shows_what_changed(self, desk: Visitor, market: Market) -> None:
        market.edit(market.cheap)
        shown = text(desk, f"/market-desk/products/{market.cheap}")
        assert shown.count('class="standing"') == 1
        assert "6.66%" in shown

    def test_no_changed_term_goes_unseen(self) -> None:
        from tests.market.shelf_world import PRODUCT

        from shuxin.market import api as market
        from shuxin.portal.web.views.market_desk import terms_said

        needed = market.Needed("uscc:x", ("增值税申报",))
        fee = market.Fee("管理费", market.FeeKind.ONCE_BP, 100)
        terms = replace(PRODUCT, authorisations=(needed,), fees=(fee,))
        asked: list[dict[str, Any]] = [
            {"holder": "uscc:y"},
            {"catalogues": ("发票",)},
            {"level_max": 4},
            {"data_months": 12},
            {"valid_days": 60},
            {"max_uses": 9},
        ]
        changed = [replace(terms, authorisations=(replace(needed, **one),)) for one in asked]
        changed += [
            replace(terms, fees=(replace(fee, value=101),)),
            replace(terms, fees=(replace(fee, kind=market.FeeKind.YEARLY_BP),)),
            replace(terms, claim_hours=9),
            replace(terms, decision_hours=9),
            replace(terms, claim_cap=9),
            replace(terms, seeks_first_loans=True),
            replace(terms, documents=("合同",)),
            replace(terms, amount_fen=market.Band(1_000_000, 100_000_100)),
            replace(terms, eligibility=market.Eligibility(first_loan_only=True)),
            replace(terms, eligibility=market.Eligibility(age_months=13)),
        ]
        shown = [tuple(str(value) for _, value in terms_said(one, {})) for one in [terms, *changed]]
        assert len(set(shown)) == len(shown)

    def test_a_doubtful_demand_is_checked_and_assigned(
        self, desk: Visitor, owner: Visitor, market: Market
    ) -> None:
        from shuxin.market.api import referrals_of_demand

        form = FORM.fields | {"amount": "90"}  # more than the firm sells in a year
        page = send(owner, "/financing/demands", **form)
        key = page.rsplit("/", 1)[1]
        mine = f"/market-desk/demands/{key}"
        assert "申请金额超过全年营业收入" in text(desk, mine)
        assert desk.browser.post(mine, {"act": "reject", "reason": ""}).status_code == 400
        send(desk, mine, act="publish")
        assert market.cheap in text(desk, mine)
        send(desk, mine, act="assign", product=market.cheap, key="a" * 32)
        send(desk, mine, act="assign", product=market.cheap, key="a" * 32)
        (one,) = referrals_of_demand(key, viewer=FIRM)
        assert (one.mode, one.lender) == ("assign", BANK)
        assert "甲银行" in text(owner, page)

    def test_lists_open_and_lateness_is_shown(
        self,
        desk: Visitor,
        owner: Visitor,
        market: Market,
        monkeypatch: pytest.MonkeyPatch,
        clock: Clock,
    ) -> None:
        page = send(owner, "/financing/demands", **FORM.fields)
        form = {"product": market.cheap, "key": "k" * 32, "amount": "50", "months": "12"}
        send(owner, f"{page}/apply", **form)
        later = clock.now + timedelta(days=20)
        monkeypatch.setattr("shuxin.portal.web.routes.market_desk.now_in_china", lambda: later)
        assert "受理申请" in text(desk, "/market-desk")
        desk.browser.cookies["language"] = "en"
        for address in ("", "/products", "/demands", "/lenders"):
            assert "<h1>" in text(desk, f"/market-desk{address}")
