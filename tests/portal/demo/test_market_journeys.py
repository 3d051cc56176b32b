"""The marketplace as people go through it, on the real processes of a demo: an owner on a phone, officers of two banks,
of the platform and of government; each journey in Chinese and in English, each page clean.
"""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from tests.portal.demo.journey_steps import (
    JOINT,
    JOINT_EN,
    SHARED,
    approved,
    assigned,
    choose_key,
    history,
    is_private,
    off_the_lists,
    opened_case,
    path_of,
    refused,
    renewed_until,
    reported,
    running,
    today,
    withdrawn,
)
from tests.portal.demo.journeys import NEIGHBOUR, SLOW, Journey, submit
from tests.portal.demo.visitors import chromium

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser
    from tests.portal.demo.world import World

pytestmark = pytest.mark.soak
DEMAND = re.compile(r"/financing/demands/([0-9a-z-]+)$")
APPLICATION = re.compile(r"/financing/applications/([0-9a-z-]+)$")
REQUEST = re.compile(r"/inbox/[0-9a-z-]{8,}$")
REFERRAL = re.compile(r"/bank/referrals/([0-9a-z-]+)")
ENDS = {
    "approved": "#accept",
    "declined": ".notice.bad a[href$='/letter']",
    "manual_review": "main [role=status]:has-text('信贷人员'), main [role=status]:has-text('credit officer')",
}
"""What the owner's page shows when the bank's engine has spoken."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module", params=["zh", "en"])
def journey(
    request: pytest.FixtureRequest, browser: Browser, demo_world: World
) -> Iterator[Journey]:
    """All journeys of one language after one another, then those of the other."""
    found = Journey(demo_world, browser, request.param)
    yield found
    for one in found.people.values():
        one.context.close()


class TestOwner:
    """1. From what a shop needs to an accepted offer, on a phone."""

    def test_the_service_is_let_in_by_its_holders(self, journey: Journey) -> None:
        """Each holder's officer, once for all: what stands approved has no button."""
        state = journey.world.state
        for seat in state["to_approve"]:
            page = journey.play(f"{seat}-officer").open(f"/jobs/{state['service']}")
            if page.locator("[data-opens=approve]").count():
                page.locator("[data-opens=approve]").click()
                submit(page, "#approve form")
        page = journey.play("bank-officer").open(f"/jobs/{state['service']}")
        expect(page.locator("main .state.good").first).to_have_text(
            journey.say("done", "已完成"), timeout=2 * SLOW
        )

    def test_makes_a_key_that_the_counter_vouches_for(self, journey: Journey) -> None:
        owner = journey.play("owner")
        page = owner.open("/device")
        page.fill("#label", journey.say("Shop phone", "店里手机"))
        submit(page, "#make")
        card = page.locator("#keys li").last
        card.locator("summary").first.click()
        card.locator("[name=name]").fill(str(journey.world.state["firm_name"]))
        with page.expect_download() as saved:
            card.locator("form[data-act=claim] button[type=submit]").click()
        page = owner.open("/tour")
        page.set_input_files("#request", saved.value.path())
        submit(page, "form[action='/tour/counter']")
        assert not page.locator("[role=alert]").count(), page.inner_text("main")

    def test_begins_with_nothing_asked_and_nothing_granted(self, journey: Journey) -> None:
        """What the demo asked before is refused, what an earlier journey granted is withdrawn."""
        owner = journey.play("owner")
        while (waiting := owner.open("/inbox").locator("[data-state=requested]")).count():
            waiting.first.click()
            owner.page.wait_for_url(REQUEST)
            journey.press(owner.page, "Refuse the request", "拒绝该申请")
            expect(owner.page.locator("[data-state=refused]")).to_be_visible()
        while (granted := owner.open("/inbox").locator("[data-state=granted]")).count():
            granted.first.click()
            owner.page.wait_for_url(REQUEST)
            owner.page.locator("[data-opens=withdrawing]").click()
            choose_key(owner.page.locator("#withdrawing select"))
            submit(owner.page, "#withdraw")
            expect(owner.page.locator("[data-state=withdrawn]")).to_be_visible(timeout=SLOW)
        journey.look(owner.page, "inbox")

    def test_compares_by_the_whole_cost(self, journey: Journey) -> None:
        page = journey.play("owner").open("/shelf")
        page.fill("#amount", "20")
        page.fill("#months", "12")
        journey.press(page, "Show", "查询")
        journey.look(page, "shelf")
        for box in page.locator("input[name=p]").all()[:2]:
            box.check()
        journey.press(page, "Compare the ticked ones", "对比所选产品")
        journey.sees(page, "Interest and fees in all", "利息及费用合计")
        expect(page.locator("table.side-by-side thead th")).to_have_count(2)
        journey.look(page, "compare")

    def test_states_what_the_register_does_not_know(self, journey: Journey) -> None:
        page = journey.play("owner").open("/financing/firm")
        expect(page.locator("dl.facts dd").first).to_contain_text(journey.world.state["firm_name"])
        page.select_option("#size", "small")
        page.select_option("#tax_grade", "A")
        page.fill("#yearly_sales_fen", "900")
        page.fill("#employees", "18")
        page.locator("[name=is_first_loan][value=yes]").check()
        journey.look(page, "firm")
        journey.press(page, "Keep", "保存")
        page.wait_for_url("**/financing")

    def test_says_what_it_needs_in_three_steps(self, journey: Journey) -> None:
        owner = journey.play("owner")
        withdrawn(journey, owner)
        page = owner.open("/financing/new")
        page.fill("#amount", "20")
        page.fill("#months", "12")
        page.locator("[name=use][value=stock]").check()
        page.locator("[name=urgency][value=month]").check()
        journey.look(page, "wizard-1")
        journey.press(page, "Go on", "下一步")
        journey.look(page, "wizard-2")
        journey.press(page, "Go on", "下一步")
        journey.sees(page, "all lenders", "平台全部银行")
        journey.look(page, "wizard-3")
        journey.press(page, "Publish", "确认发布")
        page.wait_for_url(DEMAND)
        journey.known["demand"] = DEMAND.search(page.url)[1]  # type: ignore[index]
        journey.sees(page, "Products that fit", "适合您的产品")

    def test_reads_why_a_product_stands_where_it_does(self, journey: Journey) -> None:
        page = journey.play("owner").page
        page.locator("ol.offers summary").first.click()
        assert page.locator("ol.offers .reasons li").count() >= 2
        journey.look(page, "demand")
        journey.follow(page, "By cost only, not personalised", "仅按成本（非个性化）")
        journey.sees(page, "Nothing about your business counts", "不使用任何企业信息")
        expect(page.locator("ol.offers summary")).to_have_count(0)
        journey.follow(page, "As suits you", "综合排序")

    def test_chooses_the_joint_product_and_applies(self, journey: Journey) -> None:
        page = journey.play("owner").page
        offer = page.locator("ol.offers li", has_text=journey.say(JOINT_EN, JOINT)).first
        offer.get_by_role("link", name=journey.say("Choose", "选择"), exact=True).click()
        journey.sees(page, "What you will be asked to authorise", "银行将请您授权")
        journey.look(page, "apply")
        journey.press(page, "Hand in the application", "提交申请")
        page.wait_for_url(APPLICATION)
        journey.known["application"] = APPLICATION.search(page.url)[1]  # type: ignore[index]

    def test_signs_what_the_banks_desk_asks_for(self, journey: Journey) -> None:
        """The requests come by themselves; none can be ticked that was not opened."""
        page = journey.play("owner").page
        asked = page.locator("#grants [data-request]")
        expect(asked).to_have_count(2, timeout=SLOW)
        button = page.locator("#grants button[type=submit]")
        expect(button).to_be_disabled()
        for one in asked.all():
            expect(one.locator("[name=sign]")).to_be_disabled()
            one.locator("summary").click()
            one.locator("[name=sign]").check()
        choose_key(page.locator("#grants select"))
        journey.look(page, "sign")
        button.click()
        journey.sees(page, "authorised", "已授权")

    def test_is_answered_by_the_engine_without_anybody(self, journey: Journey) -> None:
        """The bank's page of the case says the same verdict, with a joint score behind it."""
        page = journey.play("owner").page
        expect(page.locator(", ".join(ENDS.values())).first).to_be_visible(timeout=2 * SLOW)
        (verdict,) = (end for end, place in ENDS.items() if page.locator(place).count())
        journey.known["verdict"] = verdict
        journey.look(page, "decided")
        bank = journey.play("bank-officer")
        page = opened_case(bank, journey.known["application"])
        journey.known["case"] = path_of(page)
        said = {"approved": ("approve", "批准"), "declined": ("decline", "拒绝")}
        summary = page.locator("section.panel", has=page.locator("h3, dl")).filter(
            has_text=journey.say("The engine's advice", "引擎结论")
        )
        expect(summary.first).to_contain_text(
            journey.say(*said.get(verdict, ("to a person", "转人工")))
        )
        expect(
            page.locator("ol.stages h3", has_text=journey.say("joint", "联合"))
        ).not_to_have_count(0)
        journey.look(page, "owners-case")

    def test_a_person_decides_where_the_engine_did_not_approve(self, journey: Journey) -> None:
        """After a decline the owner asks for a person; a referred one waits for one by itself."""
        owner, verdict = journey.play("owner"), journey.known["verdict"]
        if verdict == "declined":
            journey.act(
                owner.page,
                "Ask for a person",
                "申请人工复核",
                reason=journey.say("Sales have doubled since spring.", "今年春季以来销售翻番。"),
            )
        if verdict != "approved":
            officer = journey.play("bank-officer")
            officer.open(journey.known["case"])
            approved(journey, officer.page)
        owner.open(f"/financing/applications/{journey.known['application']}")
        expect(owner.page.locator("#accept")).to_be_visible(timeout=SLOW)

    def test_accepts_the_offer_with_its_own_key(self, journey: Journey) -> None:
        page = journey.play("owner").page
        journey.sees(page, "All in, a year", "综合年化成本")
        page.locator("details summary", has_text=journey.say("Month by month", "还款计划")).click()
        journey.look(page, "offer")
        choose_key(page.locator("#accept select"))
        page.locator("#accept [type=checkbox]").check()
        journey.press(page, "Sign and accept", "签署并接受报价")
        journey.sees(page, "You accepted the offer", "您已接受报价")
        journey.look(page, "accepted")
        page = journey.play("owner").open("/financing")
        journey.look(page, "financing")


class TestBankOfficer:
    """2. From the board to a decision with its proof, and what became of the loan."""

    def test_takes_a_demand_from_the_board(self, journey: Journey) -> None:
        page = journey.play("bank-officer").open("/bank/board")
        journey.look(page, "board")
        free = page.locator("tbody tr", has_text=journey.say("open", "可受理"))
        hidden = free.filter(has_text=journey.say("shown once it is taken", "受理后可见"))
        hidden.first.locator("a").first.click()
        page.wait_for_load_state()
        journey.look(page, "board-demand")
        if page.locator("#product option:not([value=''])").count() > 1:
            page.select_option("#product", label=JOINT)
        journey.press(page, "Take the demand", "受理该需求")
        page.wait_for_url(REFERRAL)
        journey.sees(page, "The firm may apply now", "企业可提交申请")
        assert re.search(r"[0-9A-Z]{18}", page.inner_text("main")), "the firm is not shown"
        journey.look(page, "claimed")

    def test_takes_what_the_platform_assigns(self, journey: Journey) -> None:
        page = journey.play("operator").open("/market-desk/demands")
        journey.look(page, "desk-demands")
        demand = assigned(journey, page)
        journey.look(page, "desk-assigned")
        officer = journey.play("bank-officer")
        page = officer.open("/bank/referrals")
        journey.look(page, "referrals")
        row = page.locator("tbody tr", has_text=journey.say("assigned by the platform", "派单"))
        waits = row.filter(has_text=journey.say("waits for the lender", "待银行受理"))
        waits.first.locator("a").first.click()
        page.wait_for_url(REFERRAL)
        journey.act(page, "Take it", "受理")
        journey.sees(page, "It is taken", "已受理")
        journey.look(page, "taken")
        page = journey.play("operator").open(demand)
        expect(page.locator("table").first).to_contain_text("澜坪农商银行")

    def test_takes_a_case_from_the_queue(self, journey: Journey) -> None:
        officer = journey.play("bank-officer")
        page = officer.open("/bank/cases")
        journey.look(page, "cases")
        queued = page.locator("tbody tr", has_text=journey.say("waits for a person", "待人工审批"))
        queued.first.locator("a").first.click()
        page.wait_for_load_state()
        journey.known["queued"] = path_of(page)
        code = page.locator("a[href^='/bank/customers/']").first.get_attribute("href") or ""
        journey.known["neighbour"] = "uscc:" + code.rsplit("/", 1)[-1].removeprefix("uscc:")
        journey.act(page, "Take this case", "领取该件")
        journey.sees(page, "The case is yours", "已领取")
        expect(page.locator("ol.stages > li")).not_to_have_count(0)
        journey.look(page, "case")
        journey.follow(page, "Authorisations", "授权")
        journey.look(page, "case-authorisations")

    def test_the_evidence_of_the_owners_case_holds(self, journey: Journey, tmp_path: Path) -> None:
        """Downloaded and verified by the command, with the trust file beside it; the replay says the same."""
        page = journey.play("bank-officer").open(journey.known["case"])
        files = {}
        for name in ("evidence", "trust"):
            with page.expect_download() as saved:
                page.locator(f"main a[href$='/{name}.json']").click()
            files[name] = tmp_path / f"{name}.json"
            saved.value.save_as(files[name])
        said = journey.world.do("village", "verify", files["evidence"], "--trust", files["trust"])
        assert "holds" in said or "passed" in said or "accepted" in said, said
        journey.press(page, "Replay now", "立即重放")
        journey.sees(page, "Identical", "一致")
        expect(page.locator(".notice.bad")).to_have_count(0)
        journey.look(page, "replayed")

    def test_approves_with_a_reason_and_the_firm_sees_it(self, journey: Journey) -> None:
        page = journey.play("bank-officer").open(journey.known["queued"])
        approved(journey, page)
        page = journey.play("bank-officer").open(journey.known["queued"])
        journey.look(page, "case-approved")
        neighbour = journey.play(NEIGHBOUR)
        page = neighbour.open("/financing")
        page.locator("main a[href^='/financing/applications/']").first.click()
        expect(page.locator("#accept")).to_be_visible(timeout=SLOW)
        journey.sees(page, "All in, a year", "综合年化成本")
        journey.look(page, "neighbours-offer")

    def test_reports_what_became_of_the_loan(self, journey: Journey) -> None:
        page = journey.play("bank-officer").open(journey.known["case"])
        form = page.locator("form[action$='/feedback']")
        renewed_until(page, form)  # the acceptance is on its way to the bank
        journey.look(page, "feedback")
        form.locator("[name=lent][value=yes]").check()
        form.locator("[name=on]").fill(today(page))
        form.locator("button[type=submit]").click()
        journey.sees(page, "The platform will be told", "放款结果将送达平台")
        page = journey.play("owner").open(f"/financing/demands/{journey.known['demand']}")
        financed = page.locator("h1 ~ p .state", has_text=journey.say("financed", "已获贷"))
        renewed_until(page, financed)
        journey.look(page, "financed")


class TestStrategyOfficer:
    """3. A copy of the strategy that runs, changed, tested, published by two, and undone."""

    def test_changes_a_cell_of_a_copy(self, journey: Journey) -> None:
        page = journey.play("bank-officer").open("/bank/strategies")
        journey.look(page, "strategies")
        journey.known["running"] = running(page).inner_text()
        champion = str(running(page).locator("tbody a").first.get_attribute("href"))[17:]
        journey.follow(page, "New draft", "新建草稿")
        page.select_option("#base", champion)
        journey.press(page, "Begin the draft", "创建草稿")
        journey.known["strategy"] = path_of(page)
        page.locator("a[href$='/tables/age']").click()
        page.fill("[name=cell-0-0]", "< 36")
        journey.press(page, "Check only", "仅检查")
        expect(page.locator("[role=alert]")).to_contain_text(
            journey.say("for example", "例如")
        )  # up to 35 months it is met twice now
        journey.look(page, "strategy-overlap")
        page.fill("[name=cell-1-0]", ">= 36")
        journey.press(page, "Check only", "仅检查")
        journey.sees(page, "Nothing stands against this table", "本表检查通过")
        journey.press(page, "Save the table", "保存")
        journey.sees(page, "tested on history anew", "须重新进行历史回测")
        journey.look(page, "strategy")

    def test_tries_it_on_past_loans(self, journey: Journey, tmp_path: Path) -> None:
        page = journey.play("bank-officer").open(journey.known["strategy"] + "/back-test")
        page.locator("[name=source][value=file]").check()
        page.set_input_files("#file", history(journey.world, tmp_path / "history.csv"))
        page.select_option("#kind", "flow")
        for name, value in (("amount_least", "1"), ("amount_most", "300"),
                            ("rate_least", "3"), ("rate_most", "9")):  # fmt: skip
            page.fill(f"#{name}", value)
        journey.press(page, "Begin", "开始回测")
        page.wait_for_url(re.compile(r"/back-test$"), timeout=2 * SLOW)
        journey.sees(page, "approval rate", "通过率")
        for chart in page.locator("figure.chart").all():
            chart.hover()
        journey.look(page, "back-test")

    def test_two_people_publish_it(self, journey: Journey) -> None:
        page = journey.play("bank-officer").open(journey.known["strategy"])
        journey.act(page, "Approve (first person)", "审核通过（第一人）")
        journey.sees(page, "another person must publish it", "须由另一人")
        published = journey.say("Agree and publish", "复核并发布")
        expect(page.get_by_role("button", name=published)).to_have_count(0)
        page = journey.play("bank-second").open(journey.known["strategy"])
        journey.look(page, "strategy-second")
        journey.act(page, "Agree and publish", "复核并发布")
        journey.sees(page, "It is in use from now on", "即时启用")
        page = journey.play("bank-second").open("/bank/strategies")
        assert running(page).inner_text() != journey.known["running"]
        journey.look(page, "strategies-published")

    def test_and_it_is_rolled_back(self, journey: Journey) -> None:
        page = journey.play("bank-second").open("/bank/strategies")
        journey.press(page, "Roll back", "回滚")
        dialogue = page.locator("dialog[open]")
        kinds = dialogue.locator("#roll-back-kind option:not([value=''])")
        for number in range(kinds.count()):
            if number:
                page.goto(journey.play("bank-second").site + "/bank/strategies")
                journey.press(page, "Roll back", "回滚")
            values = [o.get_attribute("value") or "" for o in kinds.all()]
            dialogue.locator("select").select_option(values[number])
            dialogue.locator("textarea").fill(journey.say("Tried out", "试运行结束"))
            dialogue.locator("button[type=submit]").click()
            journey.sees(page, "The strategy that ran before decides again", "恢复此前的策略")
        page = journey.play("bank-officer").open("/bank/strategies")
        assert running(page).inner_text() == journey.known["running"]
        journey.look(page, "strategies-rolled-back")


class TestGovernmentOfficer:
    """4. From a visit to a credited firm; the boards; what the firm itself sees of it."""

    def test_records_a_visit(self, journey: Journey) -> None:
        officer, state = journey.play("finance-officer"), journey.world.state
        journey.look(officer.open("/government"), "government")
        off_the_lists(journey, officer, str(state["firm_name"]))
        page = officer.open("/government/visits/new")
        page.fill("#firm", str(state["firm"]))
        page.fill("#name", str(state["firm_name"]))
        page.fill("#region", str(state["firm"])[2:8])
        page.fill("#visitor", journey.say("Zhao Wen, township office", "赵文，镇经济发展办"))
        page.locator("[name=needs][value=yes]").check()
        page.fill("#amount", str(200_000 + 1_000 * secrets.randbelow(100)))  # no repetition
        page.select_option("#use", "stock")
        page.fill("#note", journey.say("New Year stock, two suppliers.", "春节备货，两家供应商。"))
        journey.look(page, "visit")
        journey.press(page, "Record", "登记")
        journey.sees(page, "the firm is on the declared list", "该企业已列入申报清单")
        journey.known["listing"] = path_of(page)
        expect(page.locator("[data-opens=recommend]")).to_have_count(0)
        journey.look(page, "declared")

    def test_judges_five_standards_and_recommends(self, journey: Journey) -> None:
        page = journey.play("finance-officer").open(journey.known["listing"])
        standards = page.locator("form.box fieldset")
        expect(standards).to_have_count(5)
        for one in standards.all():
            one.locator("[value=yes]").check()
            one.locator("input[type=text]").fill(journey.say("Seen on site", "现场核查"))
        journey.press(page, "Keep the answers", "保存核查结果")
        journey.sees(page, "The answers are kept", "核查结果已保存")
        journey.press(page, "Recommend", "列入推荐清单")
        page.locator("dialog[open]").get_by_label("澜坪农商银行").check()
        page.locator("dialog[open] button[type=submit]").click()
        journey.sees(page, "Recommended; the lenders see it now", "已列入推荐清单")
        journey.look(page, "recommended")

    def test_only_the_bank_that_was_named_sees_it(self, journey: Journey) -> None:
        name = str(journey.world.state["firm_name"])
        page = journey.play("bank-officer").open("/bank/recommended")
        expect(page.locator("#table-firms tbody tr", has_text=name)).to_contain_text(
            journey.say("a government list", "政府推荐名单")
        )
        expect(page.locator("#table-listed tbody tr", has_text=name)).to_contain_text(
            journey.say("nothing yet", "未反馈")
        )
        journey.look(page, "bank-recommended")
        page = journey.play("village-officer").open("/bank/recommended")
        expect(page.locator("main")).not_to_contain_text(name)

    def test_the_banks_system_reports_a_credit(self, journey: Journey) -> None:
        """A lender's own system says so; the office reads it on the entry."""
        listing = journey.known["listing"].rsplit("/", 1)[-1]
        reported(journey.world, listing)
        page = journey.play("finance-officer").open(journey.known["listing"])
        row = page.locator("#table-results tbody tr")
        expect(row).to_contain_text("澜坪农商银行")
        expect(row).to_contain_text(journey.say("credit granted", "已授信"))
        journey.look(page, "credited")
        page = journey.play("finance-officer").open("/government/lists")
        row = page.locator("tbody tr", has_text=str(journey.world.state["firm_name"]))
        expect(row.first).to_contain_text(journey.say("credited", "授信清单"))
        journey.look(page, "lists")

    def test_reads_the_boards(self, journey: Journey) -> None:
        officer = journey.play("finance-officer")
        for path in ("/government/board", "/government/inclusion", "/government/policies",
                     "/government/visits", "/government/campaigns"):  # fmt: skip
            journey.look(officer.open(path), path.rsplit("/", 1)[-1])
        page = officer.open("/government/board")
        page.locator("article.card a").first.click()
        page.wait_for_load_state()
        journey.look(page, "indicator")

    def test_the_owner_sees_its_policies_and_who_read_of_it(self, journey: Journey) -> None:
        page = journey.play("owner").open("/my/policies")
        assert page.locator("article.card").count() >= 3
        readings = page.locator("#table-readings tbody")
        expect(readings).to_contain_text("澜坪市金融办")
        expect(readings).to_contain_text("澜坪农商银行")
        journey.look(page, "my-policies")


class TestOtherTenant:
    """5. What was met on the way, asked for by everybody whom it does not concern, forms and all."""

    @pytest.mark.parametrize("login", [NEIGHBOUR, "operator", "finance-officer"])
    def test_on_the_platform(self, journey: Journey, login: str) -> None:
        """Another firm, the platform's own people and government: of the owner's pages nothing."""
        own = [one for one in journey.met if one.login == "owner" and is_private(one.path)]
        assert len({one.path for one in own}) > 20
        assert sum(one.method == "POST" for one in own) >= 7
        assert refused(journey, login, own, shares=SHARED[login]) == []

    @pytest.mark.parametrize("login", [NEIGHBOUR, "owner", "operator"])
    def test_of_government(self, journey: Journey, login: str) -> None:
        own = [one for one in journey.met if one.path.startswith("/government")]
        assert sum(one.method == "POST" for one in own) >= 3
        assert refused(journey, login, own) == []

    @pytest.mark.parametrize("login", [NEIGHBOUR, "owner", "finance-officer"])
    def test_of_the_operator(self, journey: Journey, login: str) -> None:
        own = [one for one in journey.met if one.path.startswith("/market-desk")]
        assert any(one.method == "POST" for one in own)
        assert refused(journey, login, own) == []

    @pytest.mark.parametrize("login", ["village-officer", "bank-auditor", "bureau-officer"])
    def test_of_the_bank(self, journey: Journey, login: str) -> None:
        """On its own site the auditor has no such page, on another bank's site there is no such thing."""
        own = [
            one
            for one in journey.met
            if one.login in {"bank-officer", "bank-second"} and one.path.startswith("/bank")
        ]
        assert sum(one.method == "POST" for one in own) >= 8
        assert refused(journey, login, own, shares=SHARED.get(login)) == []

    def test_and_nothing_changed_by_it(self, journey: Journey) -> None:
        page = journey.play("owner").open(f"/financing/demands/{journey.known['demand']}")
        expect(page.locator("h1 ~ p .state").first).to_have_text(journey.say("financed", "已获贷"))
        page = journey.play("bank-officer").open(journey.known["queued"])
        expect(page.locator("h1 .state")).to_have_text(journey.say("approved", "已批准"))
        page = journey.play("bank-officer").open("/bank/strategies")
        assert running(page).inner_text() == journey.known["running"]
        page = journey.play("finance-officer").open(journey.known["listing"])
        expect(page.locator("dl.facts .state").first).to_have_text(
            journey.say("credited", "授信清单")
        )

    def test_a_stranger_signs_in_first(self, journey: Journey) -> None:
        context = journey.browser.new_context()
        wrong = []
        for one in journey.met:
            if one.method != "GET" or not is_private(one.path):
                continue
            site = journey.people[one.login].site
            answer = context.request.get(site + one.path, max_redirects=0)
            if answer.status != 302 or "/sign-in" not in answer.headers["location"]:
                wrong.append((one.path, answer.status))
        context.close()
        assert wrong == []

    def test_a_bank_officer_has_no_account_on_the_platform(self, journey: Journey) -> None:
        context = journey.browser.new_context()
        page = context.new_page()
        page.goto(journey.world.url("platform") + "/sign-in")
        page.fill("[name=name]", "bank-officer")
        page.fill("[name=password]", journey.world.password("bank-officer"))
        submit(page)
        expect(page.locator("[role=alert]")).to_be_visible()
        assert "/sign-in" in page.url
        context.close()


class TestPages:
    def test_every_page_on_the_way_was_clean(self, journey: Journey) -> None:
        assert journey.unclean == []
