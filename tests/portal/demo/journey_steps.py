"""What people do again and again on their way through the marketplace, and asking for what is another's."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect
from tests.portal.demo.journeys import NEIGHBOUR, SLOW, Journey, Met, in_home, submit

from shuxin.portal.demo import shelf
from shuxin.portal.demo.registry import registered

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page
    from tests.portal.demo.visitors import Visitor
    from tests.portal.demo.world import World

JOINT, JOINT_EN = "农商联合信用贷", "Joint-score credit"
PUBLIC = re.compile(r"^/($|\?|shelf|sign-|tour|verify|language/|theme/|device$|documents|api/)")
SHARED = {
    NEIGHBOUR: re.compile(r"^/(financing|inbox|device|my/|my$)[a-z/]*(\?.*)?$"),
    "village-officer": re.compile(
        r"^/bank/(board(/\w+)?|referrals|cases|recommended|strategies(/new|/roll-back)?"
        r"|customers/\w+/joint)(\?.*)?$"
    ),
    "operator": re.compile(r"^/device$"),
    "finance-officer": re.compile(r"^/device$"),
}
"""Pages without anything of one's own in the address, which an account has too, with its own things on them."""


def is_private(path: str) -> bool:
    return not PUBLIC.match(path)


def refused(
    journey: Journey, login: str, met: list[Met], *, shares: re.Pattern[str] | None = None
) -> list[tuple[str, str, int]]:
    """What was not refused. A shared page may answer, with nothing of the owner's firm on it; its forms are one's own.

    409: a form of another bank's site that reached the platform and was refused there, as for a thing that is not.
    """
    guest = journey.play(login)
    token = forged(guest)
    firm = str(journey.world.state["firm"])
    wrong = []
    for one in met:
        shared = shares is not None and shares.match(one.path) is not None
        if shared and one.method == "POST":
            continue
        answer = asked(guest, one, token)
        if shared:
            if firm in answer.text():
                wrong.append((one.method, one.path, answer.status))
        elif answer.status not in {403, 404, 405, 409}:
            wrong.append((one.method, one.path, answer.status))
    return wrong


def asked(guest: Visitor, one: Met, token: str) -> Any:
    """With the guest's own session, and a form that its own page could have sent."""
    request, url = guest.context.request, guest.site + one.path
    if one.method == "GET":
        return request.get(url, max_redirects=0)
    form = {"csrfmiddlewaretoken": token} | dict(one.form)
    headers = {"Referer": guest.site + "/", "Origin": guest.site}
    return request.post(url, form=form, headers=headers, max_redirects=0)


def forged(guest: Visitor) -> str:
    """A token that counts in the guest's own session: without it every form is refused, whosesoever it is."""
    page = guest.open("/account")
    return str(page.locator("[name=csrfmiddlewaretoken]").first.get_attribute("value"))


def running(page: Page) -> Locator:
    """The table of what decides now."""
    return page.locator("#table-running")


def path_of(page: Page) -> str:
    """Of the page as it stands, without questions."""
    return "/" + page.url.split("/", 3)[3].partition("?")[0].partition("#")[0]


def choose_key(choice: Locator) -> None:
    """The key that was made last in this browser."""
    expect(choice.locator("option:not([value=''])")).not_to_have_count(0)
    choice.select_option(index=choice.locator("option").count() - 1)


def withdrawn(journey: Journey, owner: Visitor) -> None:
    """Demands that an earlier journey left open."""
    links = owner.open("/financing").locator("main a[href^='/financing/demands/']")
    paths = {str(one.get_attribute("href")) for one in links.all()}
    for path in sorted(paths):
        page = owner.open(path)
        if page.locator("[data-opens=withdrawing]").count():
            journey.act(page, "Withdraw the demand", "撤回需求")


def opened_case(officer: Visitor, application: str) -> Page:
    """The bank's case of this application, found by its number."""
    page = officer.open(f"/bank/cases?cases-q={application}")
    page.locator("tbody tr a").first.click()
    page.wait_for_load_state()
    return page


def approved(journey: Journey, page: Page) -> None:
    """One officer approves with a reason; where the bank wants two, the second agrees."""
    take = page.locator("[data-opens=take]")
    if take.count():
        journey.act(page, "Take this case", "领取该件")
    form = page.locator("#decide form")
    form.locator("[name=verdict][value=approve]").check()
    form.locator("[name=rate]").fill("4.85")
    form.locator("[name=why]").fill(
        journey.say("Orders and rent contract seen.", "已核实订单与租约。")
    )
    journey.look(page, "decide")
    submit(page, "#decide form")
    assert not page.locator("[role=alert]").count(), page.inner_text("main")
    path = path_of(page)
    second = journey.play("bank-second").open(path)
    if second.locator("[data-opens=take]").count():
        journey.act(second, "Take this case", "领取该件")
        journey.look(second, "second")
        journey.act(second, "Agree", "复核同意")
    expect(second.locator("h1 .state")).to_contain_text(journey.say("approved", "批准"))


def history(world: World, file: Path) -> Path:
    """Past loans of the demo's bank as the table that a back-test takes."""
    imports = world.folder / "city" / "files"
    register = {one["party"]: one for one in registered(imports)}
    rows = shelf.history(imports, register=register)
    names = list(dict.fromkeys(name for row in rows for name in row))
    with file.open("w", encoding="utf-8", newline="") as out:
        lines = csv.DictWriter(out, names)
        lines.writeheader()
        lines.writerows([{k: _plain(v) for k, v in row.items()} for row in rows])
    return file


def _plain(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def renewed_until(page: Page, place: Locator) -> None:
    """Load the page anew until something is on it that another process brings; a minute at most."""
    for _ in range(SLOW // 1000):
        if place.count():
            return
        page.wait_for_timeout(1000)
        page.reload()
    expect(place.first).to_be_visible()


def assigned(journey: Journey, page: Page) -> str:
    """The operator gives a demand that no lender has to the bank's joint product; the demand's address."""
    rows = page.locator("tbody tr", has_text=journey.say("matched", "已匹配"))
    alone = rows.filter(has=page.locator("td:last-child", has_text=re.compile(r"^\s*0\s*$")))
    alone.first.locator("a").first.click()
    page.wait_for_load_state()
    choice = page.locator("tbody tr", has_text=journey.say(JOINT_EN, JOINT))
    if not choice.count():
        journey.press(page, "Rank anew", "重新匹配")
    choice.get_by_role("button", name=journey.say("Assign", "派单"), exact=True).click()
    page.wait_for_load_state()
    assert not page.locator("main [role=alert]").count(), page.inner_text("main")
    expect(page.locator("table").first).to_contain_text("澜坪农商银行")
    return path_of(page)


def off_the_lists(journey: Journey, officer: Visitor, name: str) -> None:
    """An entry of this firm that an earlier journey left."""
    page = officer.open("/government/lists")
    ended = journey.say("closed", "已办结")
    rows = page.locator("tbody tr", has_text=name).filter(has_not_text=ended)
    if rows.count():
        rows.first.locator("a").first.click()
        page.wait_for_load_state()
        journey.act(page, "Take off the lists", "移出清单", reason=journey.say("Done", "已办结"))


def today(page: Page) -> str:
    """In China, as the form of a date takes it."""
    return str(page.evaluate("new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 10)"))


_REPORT = """
import sys, secrets
from shuxin.portal.bootstrap import start
from shuxin.portal.linking.asking import json_body
from shuxin.portal.linking.client import SHORT, Platform
platform = Platform(start())
headers = {"Idempotency-Key": secrets.token_hex(8), "Content-Type": "application/json"}
body = json_body({"result": "credited", "amount_fen": 30_000_000, "rate_bp": 435})
path = f"/api/v1/lists/recommended/{sys.argv[1]}/results"
assert platform.exchange("POST", path, bounds=SHORT, body=body, headers=headers)["done"]
"""


def reported(world: World, listing: str) -> None:
    """By the client that the bank's home is, over the platform's API."""
    done = in_home(world.home("bank"), _REPORT, listing)
    assert done.returncode == 0, done.stderr
