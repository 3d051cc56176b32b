"""The guided tour as a newcomer goes it: eight steps in real browsers, on the real processes of a fresh demo.

SHUXIN_TOUR_PICTURE names a file: then the pictures taken on the way are put together there, for the READMEs.
"""

from __future__ import annotations

import io
import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from playwright.sync_api import expect
from tests.portal.browser.clean import assert_clean, watch
from tests.portal.demo.visitors import DESK, PHONE, Visitor, chromium, visitor
from tests.portal.demo.world import World, demo, wait_until_ready

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.soak
PICTURE = os.environ.get("SHUXIN_TOUR_PICTURE", "")
LANGUAGE = os.environ.get("SHUXIN_TOUR_LANGUAGE", "zh")
FRAME, SHOWN_MS = (960, 600), 1800
SLOW, HEARD_MS = 60_000, 5_000
"""Milliseconds: the longest wait for a page; after which every holder has heard of a withdrawal (they ask each 2 s)."""
DATA, REQUEST = re.compile(r"/datamap/proposals/[^/]+$"), re.compile(r"/inbox/[0-9a-z-]{8,}$")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A fresh demo whose steps nobody has gone; SHUXIN_TOUR_WORLD may name the folder of one."""
    given = os.environ.get("SHUXIN_TOUR_WORLD", "")
    folder = Path(given) if given else tmp_path_factory.mktemp("tour") / "world"
    with demo(folder) as run:
        wait_until_ready(folder, run)
        yield World(folder)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@dataclass
class Tourist:
    """One person who plays all roles, each in a browser of its own."""

    world: World
    browser: Browser
    people: dict[str, Visitor] = field(default_factory=dict)
    pictures: list[Image.Image] = field(default_factory=list)

    def play(self, login: str) -> Visitor:
        if login not in self.people:
            window = PHONE if login == "owner" else DESK
            self.people[login] = visitor(
                self.browser, self.world, login, language=LANGUAGE, window=window
            )
        return self.people[login]

    def look(self, page: Page) -> None:
        """The page as it stands is clean, and is one picture of the tour."""
        assert_clean(page)
        self.pictures.append(framed(page.screenshot()))

    def firm(self) -> str:
        return str(self.world.state["firm"])

    def tour_says(self, number: int) -> None:
        """The tour's page notices by itself that a step is done."""
        page = self.play("operator").open("/tour")
        done = page.locator(f"#step-{number} h2 .state.good")
        expect(done).to_be_visible(timeout=SLOW)


def framed(png: bytes) -> Image.Image:
    """On a sheet of one size: a phone stands in its middle."""
    shot = Image.open(io.BytesIO(png)).convert("RGB")
    scale = min(FRAME[0] / shot.width, FRAME[1] / shot.height)
    small = shot.resize((round(shot.width * scale), round(shot.height * scale)))
    sheet = Image.new("RGB", FRAME, (228, 233, 236))
    sheet.paste(small, ((FRAME[0] - small.width) // 2, (FRAME[1] - small.height) // 2))
    return sheet


@pytest.fixture(scope="module")
def tourist(world: World, browser: Browser) -> Iterator[Tourist]:
    found = Tourist(world, browser)
    yield found
    if PICTURE and found.pictures:
        first, *others = found.pictures
        first.save(
            PICTURE, save_all=True, append_images=others, duration=SHOWN_MS, loop=0, quality=70
        )


def submit(page: Page, form: str = "main form") -> None:
    page.locator(f"{form} button[type=submit]").first.click()
    page.wait_for_load_state()


class TestTour:
    """In this order: each step stands on those before it."""

    def test_0_begins_with_a_page_that_says_what_to_do(self, tourist: Tourist) -> None:
        page = tourist.play("operator").open("/tour")
        expect(page.locator("ol.tour > li")).to_have_count(8)
        expect(page.locator("ol.tour h2 .state.good")).to_have_count(0)
        tourist.look(page)

    def test_1_a_messy_file_is_imported(self, tourist: Tourist) -> None:
        officer = tourist.play("bureau-officer")
        page = officer.open("/datamap/import")
        file = next(one for one in sorted((tourist.world.folder / "try").iterdir()))
        page.set_input_files("#file", file)
        submit(page)
        page.locator("main a[href^='/datamap/proposals/']").click(timeout=SLOW)
        page.wait_for_url(DATA)
        assert page.locator("tbody tr").count() > 3
        tourist.look(page)
        submit(page)
        submit(page)
        loaded = page.locator("main a[href^='/datamap/']:not([href$='import'])").first
        expect(loaded).to_be_visible(timeout=SLOW)
        tourist.tour_says(1)

    def test_2_the_owner_makes_a_key_and_authorises(self, tourist: Tourist) -> None:
        owner = tourist.play("owner")
        page = owner.open("/device")
        page.fill("#label", "手机")
        submit(page, "#make")
        card = page.locator("#keys li")
        card.locator("summary").first.click()
        card.locator("[name=name]").fill(str(tourist.world.state["firm_name"]))
        with page.expect_download() as saved:
            card.locator("form[data-act=claim] button[type=submit]").click()
        tourist.look(page)
        page = owner.open("/tour")
        page.set_input_files("#request", saved.value.path())
        submit(page, "form[action='/tour/counter']")
        assert not page.locator("[role=alert]").count(), page.inner_text("main")
        while (waiting := owner.open("/inbox").locator("[data-state=requested]")).count():
            waiting.first.click()
            page.wait_for_url(REQUEST)
            self._grant(page, tourist)
        tourist.tour_says(2)

    def _grant(self, page: Page, tourist: Tourist) -> None:
        for choice in page.locator("[name=catalogue]").all():
            choice.check()
        submit(page, "main form[method=get]")
        tourist.look(page)
        page.select_option("#key", index=1)
        page.locator("#grant input[type=checkbox]").check()
        submit(page, "#grant")
        expect(page.locator("[data-state=granted]")).to_be_visible(timeout=SLOW)

    def test_3_the_bank_aligns_without_a_name(self, tourist: Tourist) -> None:
        officer = tourist.play("bank-officer")
        page = officer.open("/jobs/propose")
        page.check("[name=kind][value=alignment]")
        for name in ("澜坪市数据局", "澜坪供电公司"):
            page.locator("fieldset", has=page.locator("[name=holder]")).get_by_label(name).check()
        page.locator("fieldset", has=page.locator("[name=helper]")).get_by_label(
            "澜坪公证处"
        ).check()
        page.select_option("[name=dataset]", "贷款台账")
        submit(page)
        page.fill("[name=title]", "导览:对齐" if LANGUAGE == "zh" else "Tour: alignment")
        page.locator("main details summary").first.click()
        page.fill("[name='parameters.min_size']", "10")
        submit(page)
        tourist.look(page)
        submit(page)
        expect(page.locator("a[href$='/result']")).to_be_visible(timeout=2 * SLOW)
        tourist.look(page)
        tourist.tour_says(3)

    def test_4_the_card_is_seen_and_persons_let_it_into_service(self, tourist: Tourist) -> None:
        state = tourist.world.state
        page = tourist.play("bank-officer").open(f"/jobs/{state['card']}")
        expect(page.locator("figure.chart canvas, figure.chart svg").first).to_be_visible()
        tourist.look(page)
        for seat in state["to_approve"]:
            page = tourist.play(f"{seat}-officer").open(f"/jobs/{state['service']}")
            page.locator("[data-opens=approve]").click()
            tourist.look(page)
            submit(page, "#approve form")
        tourist.tour_says(4)

    def test_5_the_bank_scores_the_firm(self, tourist: Tourist) -> None:
        page = self._ask(tourist)
        expect(page.locator(".holders")).to_be_visible(timeout=SLOW)
        assert re.fullmatch(r"\d{2,4}", page.locator("p.big").inner_text().strip())
        expect(page.locator("figure.chart").first).to_be_visible()
        tourist.look(page)
        tourist.tour_says(5)

    def _ask(self, tourist: Tourist) -> Page:
        state = tourist.world.state
        page = tourist.play("bank-officer").open(
            f"/bank/scores/new?service={state['service']}&firm={tourist.firm()}"
        )
        submit(page, "main form[method=post]")
        page.wait_for_url(re.compile(r"/bank/scores/[0-9a-f]{32}"), timeout=SLOW)
        return page

    def test_6_the_evidence_holds_offline_and_a_changed_one_does_not(
        self, tourist: Tourist, tmp_path: Path
    ) -> None:
        page = tourist.play("bank-officer").page
        files = {}
        for name in ("evidence", "trust"):
            with page.expect_download() as saved:
                page.locator(f"a[href$='/{name}.json']").click()
            files[name] = tmp_path / f"{name}.json"
            saved.value.save_as(files[name])
        stranger = tourist.browser.new_context(locale="zh-CN", viewport=DESK)  # type: ignore[arg-type]
        page = stranger.new_page()
        watch(page)
        page.goto(tourist.world.url("platform") + "/verify")
        page.wait_for_load_state("networkidle")
        stranger.set_offline(offline=True)
        page.set_input_files("#file", files["evidence"])
        page.locator("details", has=page.locator("#trust")).locator("summary").click()
        page.set_input_files("#trust", files["trust"])
        page.click("#check")
        expect(page.locator("#outcome[data-verdict=accepted]")).to_be_visible(timeout=SLOW)
        assert page.locator("#checks li").count() > 4
        tourist.look(page)
        changed = json.loads(files["evidence"].read_text())
        text = files["evidence"].read_text()
        points = re.search(r'"total":(\d+)', text)
        assert points, list(changed)
        broken = text.replace(points[0], f'"total":{int(points[1]) + 1}', 1)
        files["evidence"].write_text(broken)
        page.set_input_files("#file", files["evidence"])
        page.click("#check")
        expect(page.locator("#outcome[data-verdict=refused]")).to_be_visible(timeout=SLOW)
        assert page.locator("#checks [data-first]").get_attribute("data-check") == "score"
        tourist.look(page)
        stranger.close()
        page = tourist.play("operator").open("/tour")
        submit(page, "form[action='/tour/verified']")
        expect(page.locator("#step-6 h2 .state.good")).to_be_visible(timeout=SLOW)

    def test_7_the_owner_withdraws(self, tourist: Tourist) -> None:
        owner = tourist.play("owner")
        page = owner.open("/inbox")
        page.locator("[data-state=granted]").first.click()
        page.wait_for_url(REQUEST)
        page.locator("[data-opens=withdrawing]").click()
        page.select_option("#withdrawing #key", index=1)
        tourist.look(page)
        submit(page, "#withdraw")
        expect(page.locator("[data-state=withdrawn]")).to_be_visible(timeout=SLOW)
        tourist.tour_says(7)

    def test_8_the_bank_is_refused_by_the_holder(self, tourist: Tourist) -> None:
        tourist.play("owner").page.wait_for_timeout(HEARD_MS)
        page = self._ask(tourist)
        expect(page.locator(".notice.bad[role=alert]").first).to_be_visible(timeout=SLOW)
        assert page.locator("p.big").count() == 0
        tourist.look(page)
        tourist.tour_says(8)
        page = tourist.play("operator").open("/tour")
        expect(page.locator("ol.tour h2 .state.good")).to_have_count(8, timeout=SLOW)
        tourist.look(page)
