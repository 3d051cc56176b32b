"""Drop your own Excel: what a stranger's file says, and that nothing of it stays."""

from __future__ import annotations

import io
import json
import resource
import signal
import zipfile
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter
import xlwt
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.fusion.conftest import uscc

from shuxin.fusion import trial, trying
from shuxin.fusion.trying import TrialTooHeavy, Tried, try_file
from shuxin.infra.api import now_in_china
from shuxin.portal.web.views.drop import TryBusy, Turns, feature_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from django.http import HttpResponse
    from tests.portal.web.conftest import Clock

    from shuxin.infra.api import Settings

XSS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "{{ 7*7 }}{% debug %}",
    '=HYPERLINK("http://evil.example","x")',
    "=cmd|' /C calc'!A0",
    "</textarea><svg/onload=alert(1)>",
)
MARKS = ("<script>alert", "<img src=x", "<svg/onload", "49{")
IDENTITY = "110101199003070791"
FIRM = uscc(1)


def workbook(rows: list[list[Any]], *, sheet: str = "名单") -> bytes:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False})
    page = book.add_worksheet(sheet)
    for number, row in enumerate(rows):
        page.write_row(number, 0, row)
    book.close()
    return content.getvalue()


def invoices(firm: str = FIRM) -> bytes:
    lines = ["发票号码,开票日期,销方税号,销方名称,购方税号,金额,税额,价税合计,发票状态"]
    lines += [
        f"{month:02d}{n:06d},2024-{month:02d}-1{n},{firm},甲有限公司,{uscc(n + 2)},"
        f"{month * 1000}.00,{month * 130}.00,{month * 1130}.00,正常"
        for month in range(1, 13)
        for n in range(3)
    ]
    return "\n".join(lines).encode()


@pytest.fixture
def at_hand(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The reading without its process; the folders that it worked in."""
    folders: list[Path] = []

    def tried(path: Path, *, name: str, folder: Path, language: Any, today: date) -> Tried:
        folders.append(folder)
        found = trial.Trial(path, name, folder, language, today).run()
        return trying._read(json.loads(json.dumps(asdict(found))))

    monkeypatch.setattr(trying, "try_file", tried)
    return folders


def drop(content: bytes, *, name: str = "a.xlsx", language: str = "zh") -> HttpResponse:
    browser = Client(headers={"Accept-Language": language})
    return browser.post("/try", {"file": SimpleUploadedFile(name, content)})


def text_of(answer: HttpResponse) -> str:
    return answer.content.decode()


@pytest.mark.django_db
@pytest.mark.usefixtures("platform", "clock")
class TestDrop:
    def test_says_what_each_column_is_and_why(self, at_hand: list[Path]) -> None:
        rows = [
            ["2024年处罚名单"],
            ["企业名称", "统一社会信用代码", "处罚日期", "罚款金额(万元)", "负责人"],
        ]
        people = [
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
        ]
        rows += [
            [
                f"{'甲乙丙丁戊己庚辛壬癸'[n]}商贸有限公司",
                uscc(n),
                f"2024-03-{n + 1:02d}",
                n + 0.5,
                people[n],
            ]
            for n in range(10)
        ]
        rows.append(["合计", "", "", 50, ""])
        answer = drop(workbook(rows))
        text = text_of(answer)
        assert answer.status_code == 200
        assert "统一社会信用代码" in text
        assert "主体名称" in text
        assert "形如统一社会信用代码" in text
        assert "该行为合计行" in text
        assert "张**" in text
        assert not any(person in text for person in people)
        assert "甲商贸有限公司" in text
        assert not any(folder.exists() for folder in at_hand)

    def test_draws_a_firm_with_invoices(self, at_hand: list[Path]) -> None:
        text = text_of(drop(invoices(), name="销项.csv", language="en"))
        assert "read as VAT invoices issued" in text
        assert "甲有限公司" in text
        assert '"categories": ["2023-01"' in text
        assert "2024-12" in text
        assert "CNY\u00a0234,000.00" in text

    def test_masks_numbers_of_persons_inside_other_text(self, at_hand: list[Path]) -> None:
        text = text_of(drop(workbook([["企业", "备注"], *([["甲厂", f"联系 {IDENTITY}"]] * 3)])))
        assert IDENTITY not in text

    def test_shows_hostile_cells_headers_sheets_and_names_as_text(
        self, at_hand: list[Path]
    ) -> None:
        rows = [
            [*(f"甲{x}" for x in XSS), "日期", "金额(元)"],
            *([*(f"{x} {n}" for x in XSS), f"2024-01-0{n + 1}", n] for n in range(9)),
        ]
        text = text_of(drop(workbook(rows, sheet="<b>x"), name="<img src=x onerror=alert(1)>.xlsx"))
        assert "&lt;script&gt;alert" in text
        assert not any(mark in text for mark in MARKS)
        body = text.split("<main", 1)[1]
        assert 'href="javascript' not in body
        assert "onerror=alert(1)>" not in body

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"", "file_empty"),
            (b"%PDF-1.7 hello", "file_not_a_table"),
            (b"PK\x03\x04 broken", "file_not_a_table"),
            (b"<html><table><tr><td>1</td></tr></table></html>", "file_not_a_table"),
            ("名称,代码\n".encode(), "file_header_only"),
        ],
        ids=["empty", "pdf", "broken zip", "web page", "header only"],
    )
    def test_explains_what_is_no_table(
        self, at_hand: list[Path], content: bytes, code: str
    ) -> None:
        answer = drop(content, name="a.xlsx")
        assert answer.status_code == 400
        assert code in text_of(answer)
        assert not any(folder.exists() for folder in at_hand)

    def test_believes_the_bytes_and_not_the_ending(self, at_hand: list[Path]) -> None:
        assert drop(workbook([["企业名称"], *[["甲厂"]] * 3]), name="a.csv").status_code == 200

    def test_a_form_without_a_file_is_shown_again(self, at_hand: list[Path]) -> None:
        answer = Client().post("/try", {})
        assert answer.status_code == 400
        assert "表单中没有文件" in text_of(answer)

    def test_an_address_may_not_go_on_for_ever(self, at_hand: list[Path]) -> None:
        statuses = [Client().post("/try", {}).status_code for _ in range(8)]
        assert set(statuses) == {400, 429}

    def test_leaves_nothing_when_the_reading_fails(
        self, monkeypatch: pytest.MonkeyPatch, platform: Settings
    ) -> None:
        def fails(*_: Any, **__: Any) -> Tried:
            raise TrialTooHeavy(seconds=50, mib=1536)

        monkeypatch.setattr(trying, "try_file", fails)
        answer = drop(b"a,b\n1,2\n")
        assert answer.status_code == 400
        assert "trial_too_heavy" not in text_of(answer)
        assert "50 秒" in text_of(answer)
        assert list((platform.home / "uploads").iterdir()) == []

    def test_nothing_is_written_to_the_database_but_how_often_the_address_came(
        self, at_hand: list[Path]
    ) -> None:
        with CaptureQueriesContext(connection) as captured:
            drop(b"a,b\n1,2\n", name="a.csv")
        written = [
            query["sql"] for query in captured if query["sql"].startswith(("INSERT", "UPDATE"))
        ]
        assert written
        assert all('"accounts_bucket"' in sql for sql in written)


@pytest.mark.django_db
class TestElsewhere:
    def test_there_is_no_such_page(self, db: None, clock: Clock) -> None:
        assert Client().get("/try").status_code == 404


class TestTurns:
    def test_an_address_has_one_and_all_have_few(self) -> None:
        turns = Turns(at_once=2)
        with turns.turn("a"):
            with pytest.raises(TryBusy), turns.turn("a"):
                pass
            with turns.turn("b"), pytest.raises(TryBusy), turns.turn("c"):
                pass
            with turns.turn("c"):
                pass
        with turns.turn("a"):
            pass


class TestFeatureText:
    @pytest.mark.parametrize(
        ("value", "measure", "said"),
        [
            (None, "fen", "no data"),
            (123456, "fen", "CNY\u00a01,234.56"),
            (0.5, "ratio", "50.0%"),
            (3, "months", "3 months"),
            (0.125, "1/month", "0.125 a month"),
            (7, "count", "7"),
        ],
    )
    def test_names_the_unit(self, value: float | None, measure: str, said: str) -> None:
        assert feature_text(value, measure, "en") == said


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Tried]:
    """The real process."""

    def reads(content: bytes, *, name: str = "a.xlsx") -> Tried:
        path = tmp_path / "content"
        path.write_bytes(content)
        return try_file(
            path, name=name, folder=tmp_path, language="en", today=now_in_china().date()
        )

    return reads


def bomb() -> bytes:
    """A workbook of some kilobytes whose sheet unpacks to 600 MiB."""
    content = io.BytesIO(workbook([["a"], ["1"]]))
    with (
        zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet9.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(600):
            part.write(bytes(1 << 20))
    return content.getvalue()


def encrypted() -> bytes:
    """What a spreadsheet program makes of a workbook with a password, as far as a reader looks."""
    content, book = io.BytesIO(), xlwt.Workbook()
    book.add_sheet("a").write(0, 0, "x" * 5000)
    book.save(content)
    whole = bytearray(content.getvalue())
    at = whole.find("Workbook".encode("utf-16-le") + b"\0\0")
    name = "EncryptedPackage".encode("utf-16-le") + b"\0\0"
    whole[at : at + 66] = name.ljust(64, b"\0") + len(name).to_bytes(2, "little")
    return bytes(whole)


class TestTheProcess:
    @pytest.mark.soak
    def test_reads_without_home_database_or_keys(
        self, read: Callable[..., Tried], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SHUXIN_HOME", "/nowhere/at/all")
        found = read(invoices(), name="销项.csv")
        assert (found.problems, found.traders) == ((), 1)
        assert found.tables[0].rows_read == found.tables[0].rows_loaded == 36
        assert found.portraits[0].sales is not None
        assert found.portraits[0].sales[-1] == 3 * 12_000_00

    @pytest.mark.soak
    @pytest.mark.parametrize(
        ("content", "code"),
        [(bomb, "workbook_too_large"), (encrypted, "workbook_unreadable")],
        ids=["bomb", "encrypted"],
    )
    def test_refuses_hostile_workbooks(
        self, read: Callable[..., Tried], content: Callable[[], bytes], code: str
    ) -> None:
        assert [one.code for one in read(content()).problems] == [code]

    @pytest.mark.soak
    def test_ends_when_it_takes_too_long(
        self, read: Callable[..., Tried], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(trying, "SECONDS", -4.9)
        with pytest.raises(TrialTooHeavy):
            read(invoices())

    def test_has_its_limits_before_it_reads(self, monkeypatch: pytest.MonkeyPatch) -> None:
        limits: dict[int, tuple[int, int]] = {}
        monkeypatch.setattr(resource, "setrlimit", limits.__setitem__)
        monkeypatch.setattr(signal, "alarm", lambda seconds: limits.__setitem__(-1, (seconds, 0)))
        trial._limit()
        assert limits[resource.RLIMIT_AS] == (1536 << 20, 1536 << 20)
        assert limits[resource.RLIMIT_CPU] == (50, 50)
        assert limits[-1] == (50, 0)
