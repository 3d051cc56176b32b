"""An owner registers, asks every holder, reads, objects, keeps and downloads: two real sites and a real browser."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from tests.portal.browser.conftest import fault
from tests.portal.browser.firm import CODE, DEPARTMENT, HOSTILE, NAME, OTHER
from tests.portal.browser.issued import PASSWORD, USER

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.soak
ROOT = Path(__file__).resolve().parents[3]
SHUXIN = str(Path(sys.executable).parent / "shuxin")
SECRETS = ("2024-01-04", "3.5", "罚款", "处罚", HOSTILE, "第3建材")


def in_home(home: Path, *words: str) -> str:
    environment = os.environ | {"SHUXIN_HOME": str(home), "SHUXIN_DATABASE_URL": ""}
    command = [sys.executable, "-m", "tests.portal.browser.firm", *words]
    done = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@contextmanager
def served(home: Path) -> Iterator[str]:
    environment = os.environ | {"SHUXIN_HOME": str(home), "SHUXIN_DATABASE_URL": ""}
    environment.pop("SHUXIN_URL", None)
    command = [SHUXIN, "--lang", "en", "serve", "--port", "0"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as server:
        assert server.stdout is not None
        said = server.stdout.readline()
        try:
            yield said.split()[-1]
        finally:
            server.terminate()


@dataclass
class World:
    platform: Path
    department: Path
    site: str


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    homes = folder / "platform", folder / "department"
    card = in_home(homes[1], "department")
    with ExitStack() as stack:
        holder = stack.enter_context(served(homes[1]))
        in_home(homes[0], "platform", card, holder)
        yield World(*homes, stack.enter_context(served(homes[0])))


@dataclass
class Owner:
    """The owner's browser, and everything that the platform carried for it."""

    page: Page
    site: str
    carried: list[tuple[str, str]]

    def open(self, address: str) -> None:
        self.page.goto(f"{self.site}{address}")

    def ask_all(self) -> None:
        self.page.click("#ask-all")
        expect(self.page.locator("#ask-all")).to_be_enabled(timeout=60_000)
        expect(self.page.locator("[aria-busy]")).to_have_count(0)


@pytest.fixture(scope="module")
def owner(
    browser: Browser, world: World, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Owner]:
    context = browser.new_context(
        locale="zh-CN", accept_downloads=True, viewport={"width": 390, "height": 844}
    )
    context.set_default_timeout(15_000)
    page, faults, carried = context.new_page(), [], []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.extend(fault(said)))
    page.on("response", lambda answer: carried.append((answer.request.post_data or "", answer.text()))
            if answer.url.endswith("/my/ask") and answer.ok else None)  # fmt: skip
    made = Owner(page, world.site, carried)
    register(made, world, tmp_path_factory.mktemp("claim") / "request.json")
    yield made
    context.close()
    refused = [one for one in faults if "409" in one and one.endswith("/my/ask")]
    assert len(refused) == 1  # the replayed question
    assert faults == refused


def register(owner: Owner, world: World, claim: Path) -> None:
    page = owner.page
    owner.open("/register")
    page.fill("#code", CODE)
    page.fill("#name", NAME)
    page.click("main form[action='/register'] button")
    page.fill("#label", "老板手机")
    with page.expect_download() as saved:
        page.click("#make button")
    saved.value.save_as(claim)
    expect(page.locator("#done")).to_be_visible()
    for home in (world.platform, world.department):
        in_home(home, "bind", str(claim))
    in_home(world.platform, "account")
    owner.open("/sign-in")
    page.fill("#name", USER)
    page.fill("#password", PASSWORD)
    page.click("form[action='/sign-in'] button")
    page.wait_for_url(lambda url: "sign-in" not in url)


class TestOwner:
    def test_sees_its_key_attested_and_on_this_device(self, owner: Owner) -> None:
        owner.open("/my/identity")
        key = owner.page.locator("[data-key]")
        expect(key).to_contain_text("老板手机")
        expect(key).to_contain_text("有效")
        expect(key.locator("[data-part=here]")).to_be_visible()

    def test_has_nothing_to_do_at_first(self, owner: Owner) -> None:
        owner.open("/my")
        expect(owner.page.locator("main")).to_contain_text("暂无待办")

    def test_sees_what_a_holder_has_about_it(self, owner: Owner) -> None:
        owner.open("/my/data")
        owner.ask_all()
        shown = owner.page.locator(f"[data-holder='{DEPARTMENT}']")
        expect(shown).to_contain_text("市场监管局")
        expect(shown).to_contain_text("1 条")
        expect(shown).to_contain_text("2024-01-04")

    def test_reads_its_rows_and_a_hostile_text_stays_text(self, owner: Owner) -> None:
        owner.open("/my/portrait")
        owner.ask_all()
        owner.page.locator("main details summary").first.click()
        shown = owner.page.locator(f"[data-holder='{DEPARTMENT}']")
        expect(shown).to_contain_text(HOSTILE)
        assert owner.page.locator("main img").count() == 0
        assert "run" not in owner.page.title()

    def test_sees_every_use_and_that_it_looked_itself(self, owner: Owner) -> None:
        owner.open("/my/uses")
        owner.ask_all()
        expect(owner.page.locator("main")).to_contain_text("主体查阅本人数据")
        expect(owner.page.locator("main")).to_contain_text("您本人")

    def test_objects_to_a_field_and_sees_that_it_runs(self, owner: Owner) -> None:
        owner.open("/my/data")
        owner.ask_all()
        page = owner.page
        page.locator("main details summary").first.click()
        page.get_by_role("button", name="数据有误，提出异议").first.click()
        page.fill("#objection-text", "罚款已缴清")
        page.click("#objection-send")
        expect(page.locator("#objection-said")).to_contain_text("已提出")
        page.get_by_role("button", name="关闭").last.click()
        owner.ask_all()
        expect(page.locator("main")).to_contain_text("已标注异议")

    def test_saves_everything_as_one_file(self, owner: Owner, tmp_path: Path) -> None:
        owner.open("/my/data")
        with owner.page.expect_download() as saved:
            owner.page.click("#download")
        saved.value.save_as(tmp_path / "all.json")
        found = json.loads((tmp_path / "all.json").read_text(encoding="utf-8"))
        assert [one["what"] for one in found["answers"]] == ["overview", "portrait", "uses"]
        assert HOSTILE in json.dumps(found)

    def test_the_platform_carried_no_value(self, owner: Owner) -> None:
        for sent, _ in owner.carried:
            assert not [value for value in (*SECRETS, "罚款已缴清") if value in sent]
        assert [1 for sent, _ in owner.carried if '"sealed-objection"' in sent]
        answers = [answer for _, answer in owner.carried if '"sealed-answer"' in answer]
        assert len(answers) >= 6
        for answer in answers:
            assert not [value for value in SECRETS if value in answer]
            assert set(json.loads(answer)["body"]) == {
                "question", "subject", "holder", "what", "at", "box", "sealed",
            }  # fmt: skip

    def test_nothing_it_sent_holds_a_private_key(self, owner: Owner) -> None:
        assert not [sent for sent, _ in owner.carried if "privateKey" in sent or '"d":' in sent]


class TestHostile:
    """A platform that changes, swaps or replays what it carries: the page shows nothing of it and says so."""

    def test_a_changed_answer_is_not_shown(self, owner: Owner) -> None:
        def changed(route: Route) -> None:
            body = route.fetch().json()
            sealed = body["body"]["sealed"]
            body["body"]["sealed"] = ("A" if sealed[0] != "A" else "B") + sealed[1:]
            route.fulfill(json=body)

        self.expect_refusal(owner, changed, "无法确认应答由该持有方签署")

    def test_an_answer_to_another_question_is_not_shown(self, owner: Owner) -> None:
        _, other = next(pair for pair in owner.carried if '"sealed-answer"' in pair[1])
        self.expect_refusal(owner, lambda route: route.fulfill(body=other, content_type="application/json"),
                            "应答与本次查询不符")  # fmt: skip

    def test_an_answer_of_another_is_not_shown(self, owner: Owner) -> None:
        def swapped(route: Route) -> None:
            body = route.fetch().json()
            body["body"]["holder"] = OTHER
            route.fulfill(json=body)

        self.expect_refusal(owner, swapped, "无法确认应答由该持有方签署")

    @pytest.mark.parametrize(
        "body", ["", "{}", "<html>", "a" * (3 << 20)], ids=["empty", "bare", "page", "long"]
    )
    def test_what_is_no_answer_is_not_shown(self, owner: Owner, body: str) -> None:
        self.expect_refusal(owner, lambda route: route.fulfill(body=body, content_type="application/json"),
                            "应答与本次查询不符")  # fmt: skip

    def test_a_replayed_question_is_refused_by_the_holder(self, owner: Owner) -> None:
        sent, _ = next(pair for pair in owner.carried if '"subject-question"' in pair[0])
        owner.open("/my/data")
        said = owner.page.evaluate(
            """async (body) => {
                const token = document.querySelector('meta[name=csrf-token]').content;
                const headers = { 'X-CSRFToken': token, 'Content-Type': 'application/json' };
                const answer = await fetch('/my/ask', { method: 'POST', headers, body });
                return answer.text();
            }""",
            sent,
        )
        assert re.search("已处理过|answered before", said)

    def expect_refusal(self, owner: Owner, way: Any, words: str) -> None:
        owner.open("/my/data")
        owner.page.route("**/my/ask", way)
        owner.ask_all()
        owner.page.unroute("**/my/ask")
        shown = owner.page.locator("[data-part=answer]").first
        expect(shown).to_contain_text(words)
        expect(shown).not_to_contain_text("2024-01-04")


class TestOtherDevice:
    def test_without_the_key_nothing_can_be_asked(self, browser: Browser, owner: Owner) -> None:
        context: BrowserContext = browser.new_context(
            locale="en-GB", storage_state={"cookies": owner.page.context.cookies()}
        )  # type: ignore[typeddict-item]
        page = context.new_page()
        page.goto(f"{owner.site}/my/data")
        expect(page.locator("#no-own-key")).to_be_visible()
        expect(page.locator("#ask-all")).to_be_disabled()
        context.close()
