"""The data map and the import of a file by an officer, over an installation of a department."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.fusion.conftest import uscc
from tests.parties.accounts.samples import opened, with_second_factor
from tests.portal.web.conftest import Visitor

from shuxin.fusion.api import waiting_proposals
from shuxin.infra.api import settings_from_environment, silent_progress, task, tasks
from shuxin.parties.accounts.keys import AccountKeys
from shuxin.portal import background, kept_rows
from shuxin.portal.bootstrap import start
from shuxin.portal.founding import set_up
from shuxin.portal.web.views import importing
from shuxin.portal.web.views.importing import FileNameUnfit, plain_name

if TYPE_CHECKING:
    from pathlib import Path

    from django.http import HttpResponse
    from tests.portal.web.conftest import Clock

    from shuxin.infra.api import Settings

pytestmark = pytest.mark.django_db
BUREAU = "uscc:11349900MB1A2B3CXR"
XSS = "x'><script>alert(1)</script>"
NAMES = "甲乙丙丁戊己庚辛壬癸"
PEOPLE = (
    "张三丰",
    "李四光",
    "王五一",
    "赵六安",
    "孙七夕",
    "周八方",
    "吴九州",
    "郑十全",
    "钱多多",
    "陈小明",
)


def penalties(*, more: str = "") -> bytes:
    lines = ["企业名称,统一社会信用代码,处罚日期,罚款金额(万元),负责人,事由"]
    lines += [
        f"{NAMES[n]}商贸有限公司,{uscc(n)},2024-03-{n + 1:02d},{n}.5,{PEOPLE[n]},{XSS}{n}"
        for n in range(10)
    ]
    return "\n".join([*lines, "合计,,,50,,", more]).encode()


@pytest.fixture
def bureau(clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A department's home; background work is done at once, in this process and on this connection."""
    monkeypatch.setenv("SHUXIN_HOME", str(tmp_path / "home"))
    settings = start()
    set_up(settings, party=BUREAU, kind="department", name="澜坪市数据局", now=clock.now)
    monkeypatch.setattr(background, "spawn", at_once)
    return settings


def at_once(number: int) -> None:
    from shuxin.infra import tasks as room

    now = task_now(number)
    outcome = importing.work(now, silent_progress)
    room.TaskRow.objects.filter(pk=number).update(
        state="done", outcome=json.loads(json.dumps(outcome))
    )


def task_now(number: int) -> Any:
    from shuxin.infra.api import now_in_china

    return task(number, now=now_in_china())


def signed_in(role: str, *, clock: Clock, party: str = BUREAU) -> Client:
    account = opened(f"{role}-x", role, party=party, now=clock.now)
    keys = AccountKeys.of(settings_from_environment())
    secret, _ = with_second_factor(account, keys=keys, now=clock.now)
    visitor = Visitor(Client(headers={"Accept-Language": "en"}), f"{role}-x", account, secret)
    visitor.sign_in(clock)
    return visitor.browser


@pytest.fixture
def officer_here(bureau: Settings, clock: Clock) -> Client:
    return signed_in("officer", clock=clock)


def send(
    browser: Client, content: bytes, *, once: str = "a", name: str = "处罚.csv", **said: str
) -> HttpResponse:
    form = {"once": once, "department": "市场监管局", "group": "public"} | said
    return browser.post("/datamap/import", form | {"file": SimpleUploadedFile(name, content)})


def page_of(browser: Client, url: str) -> str:
    answer = browser.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def form_of(browser: Client, url: str) -> dict[str, str]:
    """What the proposal's form would send unchanged."""
    from html.parser import HTMLParser

    sent: dict[str, str] = {}

    class Reader(HTMLParser):
        select = ""

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            said = dict(attrs)
            if tag == "select":
                self.select = said.get("name") or ""
            if tag == "option" and "selected" in said:
                sent[self.select] = said.get("value") or ""
            if tag == "input" and said.get("name"):
                ticked = said.get("type") != "checkbox" or "checked" in said
                if ticked:
                    sent[str(said["name"])] = said.get("value") or "on"

    Reader().feed(page_of(browser, url))
    return {name: value for name, value in sent.items() if value and name != "csrfmiddlewaretoken"}


def proposal_url(bureau: Settings) -> str:
    (waiting,) = waiting_proposals(settings=bureau)
    return f"/datamap/proposals/{waiting.name}"


def accepted(browser: Client, url: str) -> HttpResponse:
    digest = form_of(browser, f"{url}/confirm")["digest"]
    return browser.post(f"{url}/confirm", {"digest": digest})


class TestImport:
    def test_goes_from_file_to_proposal_to_rows(
        self, officer_here: Client, bureau: Settings
    ) -> None:
        sent = send(officer_here, penalties())
        assert sent.status_code == 302
        shown = page_of(officer_here, sent.headers["Location"])
        assert "a proposal waits for you" in shown
        url = proposal_url(bureau)
        text = page_of(officer_here, url)
        assert "are shaped like credit codes" in text
        assert "masked from the first touch" in text
        done = accepted(officer_here, url)
        loaded = page_of(officer_here, done.headers["Location"])
        assert "11 rows read = 10 loaded + 1 kept with a reason" in loaded
        assert waiting_proposals(settings=bureau) == []
        assert list(importing.incoming(bureau).iterdir()) == []

        dataset = page_of(officer_here, "/datamap/datasets/处罚")
        assert "personal information, C1, masked" in dataset
        assert "处罚.csv" in dataset
        assert "&lt;script&gt;" not in dataset
        assert not any(person in dataset for person in PEOPLE)
        followed = page_of(officer_here, "/datamap/datasets/处罚?field=罚款金额(万元)")
        assert "From source to use" in followed
        found = page_of(officer_here, "/datamap?q=罚款")
        assert "/datamap/datasets/%E5%A4%84%E7%BD%9A?field=" in found
        assert "处罚" not in page_of(officer_here, "/datamap?q=nothing").split("<main", 1)[1]

    @pytest.mark.soak
    def test_sent_twice_is_one_import(
        self, officer_here: Client, bureau: Settings, clock: Clock
    ) -> None:
        first, second = send(officer_here, penalties()), send(officer_here, penalties())
        assert first.headers["Location"] == second.headers["Location"]
        assert len(tasks(now=clock.now)) == 1

    def test_accepted_twice_is_one_load(
        self, officer_here: Client, bureau: Settings, clock: Clock
    ) -> None:
        send(officer_here, penalties())
        url = proposal_url(bureau)
        digest = form_of(officer_here, f"{url}/confirm")["digest"]
        places = {
            officer_here.post(f"{url}/confirm", {"digest": digest}).headers["Location"]
            for _ in range(2)
        }
        assert len(places) == 1
        assert len(tasks(now=clock.now)) == 2

    @pytest.mark.soak
    def test_what_was_not_seen_is_not_accepted(
        self, officer_here: Client, bureau: Settings
    ) -> None:
        send(officer_here, penalties())
        url = proposal_url(bureau)
        digest = form_of(officer_here, f"{url}/confirm")["digest"]
        form = form_of(officer_here, url)
        assert officer_here.post(url, form | {"title": "另一标题"}).status_code == 302
        refused = officer_here.post(f"{url}/confirm", {"digest": digest})
        assert refused.status_code == 409
        assert "not any more what you had before you" in refused.content.decode()
        assert len(waiting_proposals(settings=bureau)) == 1

    def test_an_officer_changes_columns(self, officer_here: Client, bureau: Settings) -> None:
        send(officer_here, penalties())
        url = proposal_url(bureau)
        form = form_of(officer_here, url)
        del form["use-5"]
        form |= {"level-0": "4", "unit-3": "元", "meaning-4": "person_name"}
        assert officer_here.post(url, form).status_code == 302
        confirm = page_of(officer_here, f"{url}/confirm")
        assert "4 highly sensitive" in confirm
        assert "事由" in confirm
        page_of(officer_here, accepted(officer_here, url).headers["Location"])
        assert (
            "事由"
            not in page_of(officer_here, "/datamap/datasets/处罚")
            .split("Versions of")[0]
            .split("Lineage")[0]
        )

    def test_impossible_wishes_are_refused_and_change_nothing(
        self, officer_here: Client, bureau: Settings
    ) -> None:
        send(officer_here, penalties())
        url = proposal_url(bureau)
        before = form_of(officer_here, url)
        for wish in (
            {"type-0": "money"},
            {"type-0": "nonsense"},
            {"level-0": "9"},
            {"meaning-0": XSS},
            {"unit-3": "dollars"},
            {"group": "x"},
            {"meaning-0": "subject_code"},
        ):
            answer = officer_here.post(url, before | wish)
            assert answer.status_code == 400, wish
            assert "<script>alert" not in answer.content.decode()
        assert form_of(officer_here, url) == before

    @pytest.mark.soak
    def test_a_rejected_file_is_gone(self, officer_here: Client, bureau: Settings) -> None:
        send(officer_here, penalties())
        url = proposal_url(bureau)
        assert officer_here.post(f"{url}/reject").status_code == 302
        assert waiting_proposals(settings=bureau) == []
        assert list(importing.incoming(bureau).iterdir()) == []
        assert officer_here.get(url).status_code == 404

    @pytest.mark.soak
    def test_a_file_of_the_same_name_is_the_next_version(
        self, officer_here: Client, bureau: Settings
    ) -> None:
        send(officer_here, penalties())
        accepted(officer_here, proposal_url(bureau))
        again = send(
            officer_here, penalties(more=f"子商贸有限公司,{uscc(20)},2024-04-01,1,张三,x"), once="b"
        )
        assert "12 rows read = 11 loaded" in page_of(officer_here, again.headers["Location"])

    @pytest.mark.soak
    def test_what_is_no_table_is_explained(self, officer_here: Client, bureau: Settings) -> None:
        sent = send(officer_here, b"%PDF-1.7", name="x.csv")
        shown = page_of(officer_here, sent.headers["Location"])
        assert "is not a table: it looks like a PDF" in shown
        assert list(importing.incoming(bureau).iterdir()) == []

    @pytest.mark.parametrize("said", [{"group": "x"}, {"department": " "}])
    def test_the_form_says_what_is_missing(
        self, officer_here: Client, said: dict[str, str]
    ) -> None:
        assert send(officer_here, penalties(), **said).status_code == 400
        assert officer_here.post("/datamap/import", {"once": "q"}).status_code == 400


class TestRejects:
    @pytest.mark.soak
    def test_are_downloaded_in_the_name_of_who_asks(
        self, officer_here: Client, bureau: Settings, capfdbinary: pytest.CaptureFixture[bytes]
    ) -> None:
        from shuxin.consent.models import Use

        send(officer_here, penalties())
        accepted(officer_here, proposal_url(bureau))
        capfdbinary.readouterr()
        kept_rows.main("处罚", "officer-x")
        told = capfdbinary.readouterr().out.decode("utf-8-sig")
        assert "处罚.csv,12," in told
        assert "该行为合计行" in told
        use = Use.objects.latest("pk")
        assert (use.reader, use.purpose) == ("officer-x", "data_quality")
        assert use.log_index is not None
        assert "officer-x" in page_of(officer_here, "/datamap/datasets/处罚")

    @pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
    def test_a_cell_that_would_be_computed_is_text(self, cell: str) -> None:
        assert kept_rows.plain(cell) == f"'{cell}"
        assert kept_rows.plain("甲") == "甲"

    def test_of_nothing_there_are_none(self, officer_here: Client) -> None:
        assert officer_here.post("/datamap/datasets/nothing/rejects").status_code == 404


PAGES = (
    "/datamap",
    "/datamap/import",
    "/datamap/proposals",
    "/datamap/proposals/x",
    "/datamap/datasets/x",
    "/datamap/datasets/x/missing",
    "/datamap/tasks/1",
)


class TestAccess:
    @pytest.mark.parametrize("role", ["auditor", "system_admin", "security_admin"])
    def test_is_for_officers(self, bureau: Settings, clock: Clock, role: str) -> None:
        browser = signed_in(role, clock=clock)
        assert {browser.get(url).status_code for url in PAGES} == {403}

    def test_is_for_the_institution_s_own(self, bureau: Settings, clock: Clock) -> None:
        browser = signed_in("officer", clock=clock, party="uscc:91110000100000139E")
        assert {browser.get(url).status_code for url in PAGES} == {403}

    def test_strangers_sign_in_first(self, bureau: Settings) -> None:
        assert {Client().get(url).status_code for url in PAGES} == {302}

    def test_does_not_exist_on_the_platform(self, platform: Settings) -> None:
        assert {Client().get(url).status_code for url in PAGES} == {404}

    def test_what_is_not_there_is_not_found(self, officer_here: Client) -> None:
        assert {officer_here.get(url).status_code for url in PAGES[3:5]} == {404}
        assert officer_here.get("/datamap/tasks/99").status_code == 404


class TestPlainName:
    @pytest.mark.parametrize(
        ("given", "plain"),
        [
            ("名单.xlsx", "名单.xlsx"),
            ("a/b\\c.csv", "a_b_c.csv"),
            ("..\u202e.csv", "csv"),
            ("~$名单.xlsx", "$名单.xlsx"),
            ("<img src=x>.csv", "<img src=x>.csv"),
            ("x" * 300 + ".csv", "x" * 116 + ".csv"),
        ],
    )
    def test_is_safe_and_still_readable(self, given: str, plain: str) -> None:
        assert plain_name(given) == plain

    @pytest.mark.parametrize("given", ["", "...", "\u200b", "汉" * 120])
    def test_of_nothing_is_refused(self, given: str) -> None:
        with pytest.raises(FileNameUnfit):
            plain_name(given)
