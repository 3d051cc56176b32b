"""A shop owner on a phone: from what it needs to an accepted offer, signed on its own device; real site and browser."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.portal.browser.conftest import fault
from tests.portal.browser.firm import CODE, NAME
from tests.portal.browser.issued import PASSWORD, USER
from tests.portal.browser.test_enterprise_pages import served

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.soak
ROOT = Path(__file__).resolve().parents[3]


def in_home(home: Path, *words: str) -> str:
    environment = os.environ | {"SHUXIN_HOME": str(home), "SHUXIN_DATABASE_URL": ""}
    command = [sys.executable, "-m", "tests.portal.browser.market", *words]
    done = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@dataclass
class Owner:
    """The owner's phone, the platform's site, and its home for what the lender does meanwhile."""

    page: Page
    site: str
    home: Path

    def open(self, address: str) -> None:
        self.page.goto(f"{self.site}{address}")

    def lender(self, *words: str) -> None:
        in_home(self.home, *words)

    def fits(self) -> None:
        """Nothing is wider than the phone."""
        assert self.page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.fixture(scope="module")
def owner(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owner]:
    home = tmp_path_factory.mktemp("market")
    in_home(home, "platform")
    context = browser.new_context(
        locale="zh-CN", accept_downloads=True, viewport={"width": 390, "height": 844}
    )
    context.set_default_timeout(15_000)
    page, faults = context.new_page(), []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.extend(fault(said)))
    with served(home) as site:
        made = Owner(page, site, home)
        registered(made, tmp_path_factory.mktemp("claim") / "request.json")
        yield made
        context.close()
    assert faults == []


def registered(owner: Owner, claim: Path) -> None:
    """A key on the phone, attested; an account, signed in."""
    page = owner.page
    owner.open("/register")
    page.fill("#code", CODE)
    page.fill("#name", NAME)
    page.click("main form[action='/register'] button")
    page.fill("#label", "老板手机")
    with page.expect_download() as saved:
        page.click("#make button")
    saved.value.save_as(claim)
    in_home(owner.home, "bind", str(claim))
    in_home(owner.home, "accounts")
    owner.open("/sign-in")
    page.fill("#name", USER)
    page.fill("#password", PASSWORD)
    page.click("form[action='/sign-in'] button")
    page.wait_for_url(lambda url: "sign-in" not in url)


class TestOwner:
    """In this order: each goes on where the one before ended."""

    def test_compares_products_by_what_they_cost(self, owner: Owner) -> None:
        owner.open("/shelf?amount=50&months=12")
        for box in owner.page.locator("input[name=p]").all()[:2]:
            box.check()
        owner.page.get_by_role("button", name="对比所选产品").click()
        expect(owner.page.locator("main")).to_contain_text("利息及费用合计")
        owner.fits()

    def test_states_its_facts(self, owner: Owner) -> None:
        owner.open("/financing/firm")
        page = owner.page
        expect(page.locator("#region")).to_have_value(CODE[2:8])
        page.select_option("#industry", "C")
        page.select_option("#size", "micro")
        page.fill("#established_on", "2019-05-17")
        page.fill("#yearly_sales_fen", "420")
        page.locator("input[name=is_first_loan][value=yes]").check()
        owner.fits()
        page.get_by_role("button", name="保存").click()
        page.wait_for_url("**/financing")

    def test_says_what_it_needs_in_three_steps(self, owner: Owner) -> None:
        owner.open("/financing/new")
        page = owner.page
        page.get_by_role("button", name="下一步").click()
        expect(page.locator("main")).to_contain_text("请填写所需金额")
        page.fill("#amount", "50")
        page.fill("#months", "12")
        page.locator("input[name=use][value=stock]").check()
        page.locator("input[name=urgency][value=month]").check()
        page.get_by_role("button", name="下一步").click()
        owner.fits()
        page.get_by_role("button", name="下一步").click()
        expect(page.locator("main")).to_contain_text("平台全部银行")
        page.get_by_role("link", name="金额与用途").click()
        expect(page.locator("#amount")).to_have_value("50")
        page.go_back()
        page.get_by_role("button", name="确认发布").click()
        page.wait_for_url("**/financing/demands/*")
        owner.fits()

    def test_sees_why_a_product_stands_where_it_does(self, owner: Owner) -> None:
        page = owner.page
        page.get_by_text("排序依据").first.click()
        expect(page.locator(".reasons").first).to_be_visible()
        page.get_by_role("link", name="仅按成本（非个性化）").click()
        expect(page.locator("main")).to_contain_text("不使用任何企业信息")

    def test_chooses_one_and_applies(self, owner: Owner) -> None:
        page = owner.page
        page.locator("li", has_text="惠农税易贷").get_by_role("link", name="选择").click()
        expect(page.locator("main")).to_contain_text("增值税申报")
        owner.fits()
        page.get_by_role("button", name="提交申请").click()
        page.wait_for_url("**/financing/applications/*")
        expect(page.locator("main")).to_contain_text("待银行受理")

    def test_signs_what_the_lender_asks_for_without_leaving_the_page(self, owner: Owner) -> None:
        owner.lender("ask")
        page = owner.page
        expect(page.locator("main")).to_contain_text("1 项授权待您签署")  # it came by itself
        button = page.get_by_role("button", name="签署已勾选的授权")
        expect(button).to_be_disabled()
        expect(
            page.locator("input[name=sign]")
        ).to_be_disabled()  # what was not opened cannot be ticked
        page.get_by_text("查看授权书全文").click()
        page.locator("input[name=sign]").check()
        owner.fits()
        button.click()
        expect(page.locator("main")).to_contain_text("已授权")

    def test_answers_a_question(self, owner: Owner) -> None:
        owner.lender("answer", "need_information")
        page = owner.page
        expect(page.locator("main")).to_contain_text("银行需要您补充说明")
        page.fill("#answer", "主要向本地建材市场采购，每月一次。")
        page.get_by_role("button", name="提交答复").click()
        expect(page.locator("main")).to_contain_text("每月一次")

    def test_accepts_the_offer_with_its_own_key(self, owner: Owner) -> None:
        owner.lender("answer", "approve")
        page = owner.page
        expect(page.locator("main")).to_contain_text("银行报价")
        page.get_by_text("还款计划").first.click()
        owner.fits()
        page.locator("#accept input[type=checkbox]").check()
        page.get_by_role("button", name="签署并接受报价").click()
        expect(page.locator("main")).to_contain_text("您已接受报价")
        owner.open("/financing")
        expect(page.locator("main")).to_contain_text("已接受报价")
        owner.fits()
