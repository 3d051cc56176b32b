from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.fusion.conftest import csv_text, uscc
from tests.fusion.rewriting import Form, as_xlsx

from shuxin.fusion import applicants
from shuxin.fusion.applicants import ApplicantsUnreadable, Wish, read_wishes
from shuxin.fusion.reading.errors import FileEmpty, NotATable

if TYPE_CHECKING:
    from pathlib import Path

HEADER = ["统一社会信用代码", "企业名称", "申请金额(万元)"]


def firms(count: int) -> list[list[str]]:
    return [[uscc(n), f"北京第{n}建材有限公司", f"{n}.5"] for n in range(1, count + 1)]


def put(tmp_path: Path, content: str | bytes | list[list[str]]) -> Path:
    path = tmp_path / "申请人.csv"
    text = csv_text(content) if isinstance(content, list) else content
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def wishes(tmp_path: Path, content: str | bytes | list[list[str]]) -> list[Wish]:
    return read_wishes(put(tmp_path, content))


def refused(tmp_path: Path, content: str | bytes | list[list[str]]) -> tuple[int, str]:
    """Line and problem, which both languages tell."""
    with pytest.raises(ApplicantsUnreadable) as found:
        wishes(tmp_path, content)
    line, problem = found.value.facts["line"], found.value.facts["problem"]
    for language in ("en", "zh"):
        assert f"{line}" in found.value.say(language)
    return int(str(line)), str(problem)


class TestReadWishes:
    def test_reads_text_and_workbooks_alike(self, tmp_path: Path) -> None:
        rows = [HEADER, *firms(5)]
        expected = [Wish(n + 1, uscc(n), n * 1_000_000 + 500_000) for n in range(1, 6)]
        assert wishes(tmp_path, rows) == expected
        assert wishes(tmp_path, csv_text(rows).encode("gb18030")) == expected
        assert wishes(tmp_path, as_xlsx({"名单": Form(rows)})) == expected

    def test_reads_one_applicant(self, tmp_path: Path) -> None:
        assert wishes(tmp_path, [["统一社会信用代码"], [uscc(1)]]) == [Wish(2, uscc(1), None)]

    @pytest.mark.parametrize(
        ("unit", "fen"),
        [("", 50_000), ("(元)", 50_000), ("（千元）", 50_000_000), ("(万元)", 500_000_000),
         ("(亿元)", 5_000_000_000_000)],
    )  # fmt: skip
    def test_takes_the_unit_from_the_header(self, tmp_path: Path, unit: str, fen: int) -> None:
        rows = [["企业代号", f"申请金额{unit}"], ["E1", "500"], ["E2", "500"]]
        assert [wish.requested_fen for wish in wishes(tmp_path, rows)] == [fen, fen]

    def test_takes_the_unit_in_the_cell_before_that_of_the_header(self, tmp_path: Path) -> None:
        rows = [["企业代号", "申请金额"], ["E1", "50万元"], ["E2", "1,000.50"], ["E3", ""]]
        found = [wish.requested_fen for wish in wishes(tmp_path, rows)]
        assert found == [50_000_000, 100_050, None]

    def test_skips_blank_lines_and_tells_the_line_of_the_file(self, tmp_path: Path) -> None:
        text = "企业代号,申请金额\nE1,100\n\n , \nE2,200\n,\nE3,\n"
        found = [(wish.line, wish.who) for wish in wishes(tmp_path, text)]
        assert found == [(2, "E1"), (5, "E2"), (7, "E3")]

    def test_goes_by_code_else_number_else_name(self, tmp_path: Path) -> None:
        rows = [["企业名称", "客户编号", "统一社会信用代码"],
                ["甲公司", "K1", uscc(1)], ["乙公司", "K2", ""], ["丙公司", "", ""]]  # fmt: skip
        assert [wish.who for wish in wishes(tmp_path, rows)] == [uscc(1), "K2", "丙公司"]

    def test_knows_the_header_by_its_words_however_few_the_rows(self, tmp_path: Path) -> None:
        assert [w.who for w in wishes(tmp_path, [["企业代号", "申请金额"], ["E1", "5"]])] == ["E1"]
        assert wishes(tmp_path, [["企业代号", "申请金额"]]) == []

    def test_reads_below_titles(self, tmp_path: Path) -> None:
        rows = [["贷款申请名单", "", ""], HEADER, *firms(8)]
        assert [wish.line for wish in wishes(tmp_path, rows)] == list(range(3, 11))

    def test_keeps_hostile_words_as_words(self, tmp_path: Path) -> None:
        hostile = [
            "=cmd|' /C calc'!A1",
            "'; DROP TABLE x; --",
            "<script>",
            "甲" * 5000,
            "{who}",
            "%s",
        ]
        rows = [["企业名称", "申请金额"], *([name, "100"] for name in hostile)]
        assert [wish.who for wish in wishes(tmp_path, rows)] == hostile

    @pytest.mark.parametrize(
        "said", ["很多", "1.001", "-5", "0", "1e99", "NaN", "9" * 30, "=1+1", "12.5%"]
    )
    def test_names_the_line_of_an_amount_that_is_none(self, tmp_path: Path, said: str) -> None:
        rows = [["企业代号", "申请金额"], ["E1", "100"], ["E2", said], ["E3", "100"]]
        assert refused(tmp_path, rows) == (3, "申请金额")

    def test_names_the_line_of_an_amount_for_nobody(self, tmp_path: Path) -> None:
        rows = [["企业代号", "申请金额"], ["E1", "100"], ["E2", "100"], ["", "200"]]
        assert refused(tmp_path, rows)[0] == 4

    def test_passes_over_no_broken_line(self, tmp_path: Path) -> None:
        text = "企业代号,申请金额\nE1,100\nE2,1,000\nE3,200\nE4,200\n"
        assert refused(tmp_path, text)[0] == 3
        half = (
            "企业代号,申请金额\nE1,100\n".encode() + "乙公司,5\n".encode("gb18030") + b"E3,1\n" * 9
        )
        assert refused(tmp_path, half)[0] == 3

    @pytest.mark.parametrize(
        "header", [["公司", "金额"], ["购方名称", "申请金额"], ["丁公司", "7"]]
    )
    def test_refuses_a_table_that_names_nobody_and_repeats_none_of_it(
        self, tmp_path: Path, header: list[str]
    ) -> None:
        line, problem = refused(tmp_path, [header, ["甲公司", "100"], ["乙公司", "200"]])
        assert (line, problem) == (1, "统一社会信用代码?")

    def test_refuses_foreign_money(self, tmp_path: Path) -> None:
        rows = [["企业代号", "申请金额(美元)"], ["E1", "100"], ["E2", "200"]]
        assert refused(tmp_path, rows) == (1, "申请金额(美元)")

    def test_refuses_more_than_the_most_instead_of_leaving_some_out(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(applicants, "MOST_APPLICANTS", 4)
        assert len(wishes(tmp_path, [HEADER, *firms(4)])) == 4
        assert refused(tmp_path, [HEADER, *firms(5)])[0] == 6

    def test_refuses_what_is_no_table(self, tmp_path: Path) -> None:
        with pytest.raises(FileEmpty):
            wishes(tmp_path, "")
        with pytest.raises(NotATable):
            wishes(tmp_path, b"%PDF-1.7 nothing of use")
