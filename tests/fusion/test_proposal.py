from __future__ import annotations

import pytest
from tests.fusion.conftest import Installation, csv_text, identity_number, rows_of_firms, uscc

from shuxin.catalogue.api import FieldType, Level, Meaning, PersonalClass, Sharing
from shuxin.fusion.proposal import Proposal
from shuxin.kernel.dates import DateSpelling


def proposed(office: Installation, rows: list[list[str]]) -> Proposal:
    office.put("名单.csv", rows)
    (proposal,) = office.propose()
    return proposal


def with_column(header: str, cells: list[str]) -> list[list[str]]:
    """Rows of firms with one more column."""
    rows = rows_of_firms(len(cells))
    return [[*row, cell] for row, cell in zip(rows, [header, *cells], strict=True)]


class TestSubject:
    def test_is_the_code_and_the_name_beside_it(self, office: Installation) -> None:
        contract = proposed(office, rows_of_firms(30)).contract
        assert contract.field("统一社会信用代码").meaning is Meaning.SUBJECT_CODE
        assert contract.field("企业名称").meaning is Meaning.SUBJECT_NAME

    def test_is_not_the_authority_whose_code_stands_on_every_row(
        self, office: Installation
    ) -> None:
        rows = [
            [uscc(7), "某市监督管理局", *row] if at else ["机关代码", "机关名称", *row]
            for at, row in enumerate(rows_of_firms(30))
        ]
        contract = proposed(office, rows).contract
        assert contract.field("企业名称").meaning is Meaning.SUBJECT_NAME
        assert contract.field("机关代码").meaning is Meaning.OTHER_CODE
        assert contract.field("机关名称").meaning is Meaning.OTHER_NAME

    def test_is_the_pair_in_which_each_code_keeps_to_one_name(self, office: Installation) -> None:
        others = [f"北京其他{at * 7 % 30}贸易有限公司" for at in range(30)]
        rows = [
            [row[0], other, *row[1:]]
            for row, other in zip(
                rows_of_firms(30) + rows_of_firms(30)[1:],
                ["往来单位", *others, *reversed(others)],
                strict=True,
            )
        ]
        contract = proposed(office, rows).contract
        assert contract.field("企业名称").meaning is Meaning.SUBJECT_NAME
        assert contract.field("往来单位").meaning is Meaning.OTHER_NAME

    def test_is_asked_for_when_there_is_none(self, office: Installation) -> None:
        rows = [["项目", "数量"], *([f"甲{at}", str(at * 7)] for at in range(20))]
        assert any("subject_code" in asked for asked in proposed(office, rows).mapping.questions)


class TestAmounts:
    @pytest.mark.parametrize(("header", "unit"), [("罚款(元)", "元"), ("投资额(万元)", "万元")])
    def test_take_their_unit_from_the_header(
        self, office: Installation, header: str, unit: str
    ) -> None:
        proposal = proposed(office, with_column(header, [f"{at}.5" for at in range(20)]))
        (column,) = [
            c for c in proposal.mapping.columns if c.unit == unit and "罚款金额" not in c.header
        ]
        assert proposal.contract.field(column.field).type is FieldType.MONEY

    def test_without_a_unit_are_yuan_and_asked_about(self, office: Installation) -> None:
        proposal = proposed(office, with_column("保证金额", [f"{at}.5" for at in range(20)]))
        (column,) = [c for c in proposal.mapping.columns if c.header == "保证金额"]
        assert column.unit == "元"
        assert any("保证金额" in asked for asked in proposal.mapping.questions)

    def test_take_it_from_a_column_of_units(self, office: Installation) -> None:
        rows = with_column("保证金额", [f"{at}.5" for at in range(20)])
        rows = [
            [*row, "单位" if at == 0 else ("元", "万元")[at % 2]] for at, row in enumerate(rows)
        ]
        office.put("名单.csv", rows)
        (outcome,) = office.load()
        assert outcome.rows_loaded == 20
        fen = office.stored("名单")["保证金额"].to_pylist()
        assert fen[:3] == [500_000, 150, 2_500_000]


class TestDates:
    @pytest.mark.parametrize(
        ("cells", "spellings"),
        [
            ([f"2024/1/{at}" for at in range(1, 21)], (DateSpelling.SLASH,)),
            ([f"2024年1月{at}日" for at in range(1, 21)], (DateSpelling.CHINESE,)),
            ([f"{at}/1/2024" for at in range(1, 21)], (DateSpelling.DAY_FIRST,)),
            ([f"1/{at}/2024" for at in range(1, 21)], (DateSpelling.MONTH_FIRST,)),
            ([str(45_300 + at) for at in range(1, 21)], (DateSpelling.SERIAL,)),
        ],
    )
    def test_are_read_by_the_spelling_that_all_cells_have(
        self, office: Installation, cells: list[str], spellings: tuple[DateSpelling, ...]
    ) -> None:
        proposal = proposed(office, with_column("登记日期", cells))
        assert proposal.contract.field("登记日期").type is FieldType.DATE
        (column,) = [c for c in proposal.mapping.columns if c.header == "登记日期"]
        assert column.spellings == spellings

    def test_that_could_be_read_both_ways_are_asked_about(self, office: Installation) -> None:
        cells = [f"{at % 12 + 1}/{at % 11 + 1}/2024" for at in range(20)]
        proposal = proposed(office, with_column("登记日期", cells))
        assert proposal.contract.field("登记日期").type is FieldType.STRING
        assert any("登记日期" in asked for asked in proposal.mapping.questions)

    def test_with_a_time_of_day_are_moments(self, office: Installation) -> None:
        cells = [f"2024-01-05 13:{at:02}:00" for at in range(20)]
        proposal = proposed(office, with_column("登记时间", cells))
        assert proposal.contract.field("登记时间").type is FieldType.TIMESTAMP


class TestNumbers:
    def test_whose_digits_a_spreadsheet_cut_are_asked_about(self, office: Installation) -> None:
        cells = [f"9.1110108{at:02}E+17" for at in range(20)]
        proposal = proposed(office, with_column("许可编号", cells))
        assert proposal.contract.field("许可编号").type is FieldType.CODE
        assert any("许可编号" in asked for asked in proposal.mapping.questions)

    def test_with_leading_zeros_stay_codes(self, office: Installation) -> None:
        proposal = proposed(office, with_column("编号", [f"00{at:02}" for at in range(20)]))
        assert proposal.contract.field("编号").type is FieldType.CODE

    @pytest.mark.parametrize(
        ("cells", "kind"),
        [
            ([str(at * 3) for at in range(20)], FieldType.INTEGER),
            ([f"{at},234" for at in range(1, 21)], FieldType.INTEGER),
            ([f"{at}.25" for at in range(20)], FieldType.NUMBER),
            (["是", "否"] * 10, FieldType.BOOLEAN),
            ([f"说明{at}" for at in range(20)], FieldType.STRING),
        ],
    )
    def test_get_the_narrowest_type(
        self, office: Installation, cells: list[str], kind: FieldType
    ) -> None:
        proposal = proposed(office, with_column("某项", cells))
        assert proposal.contract.field("某项").type is kind


class TestPersons:
    @pytest.mark.parametrize(
        ("header", "cells", "meaning", "personal"),
        [
            (
                "法定代表人",
                ["王建国", "李秀英", "张伟", "刘洋"] * 5,
                Meaning.PERSON_NAME,
                PersonalClass.C1,
            ),
            (
                "证件",
                [identity_number(at) for at in range(20)],
                Meaning.IDENTITY_NUMBER,
                PersonalClass.C2,
            ),
            (
                "联系方式",
                [f"138001300{at:02}" for at in range(20)],
                Meaning.PHONE,
                PersonalClass.C2,
            ),
            ("投诉人", ["王*", "李**"] * 10, Meaning.PERSON_NAME, PersonalClass.C1),
        ],
    )
    def test_are_recognised_graded_and_not_shared_freely(
        self,
        office: Installation,
        header: str,
        cells: list[str],
        meaning: Meaning,
        personal: PersonalClass,
    ) -> None:
        field = proposed(office, with_column(header, cells)).contract.field(header)
        assert (field.meaning, field.personal) == (meaning, personal)
        assert field.level >= Level.L3
        assert field.sharing is Sharing.CONDITIONAL


class TestProposal:
    def test_gives_a_reason_for_the_columns_it_understood(self, office: Installation) -> None:
        mapping = proposed(office, rows_of_firms(30)).mapping
        assert all(column.why for column in mapping.columns)

    def test_of_a_list_without_header_numbers_its_columns_and_asks(
        self, office: Installation
    ) -> None:
        proposal = proposed(office, rows_of_firms(30)[1:])
        assert not proposal.mapping.header
        assert [c.header for c in proposal.mapping.columns] == [f"column_{n}" for n in range(1, 5)]
        assert any("header" in asked for asked in proposal.mapping.questions)

    def test_takes_a_filled_column_without_header_along(self, office: Installation) -> None:
        office.put("名单.csv", with_column("", [f"旁注{at}" for at in range(20)]))
        (outcome,) = office.load()
        assert outcome.rows_loaded == 20
        assert office.stored("名单")["column_5"][0].as_py() == "旁注0"

    def test_leaves_an_empty_column_without_header_out_and_watches_it(
        self, office: Installation
    ) -> None:
        office.put("名单.csv", with_column("Unnamed: 4", [""] * 20))
        office.load()
        assert office.stored("名单").column_names[-1] == "罚款金额(万元)"
        office.put("名单.csv", with_column("Unnamed: 4", [*[""] * 300, "移位"]))
        (outcome,) = office.run(now=office.now.replace(day=2))
        assert outcome.rejected == {"cell_outside_table": 1}

    def test_reads_any_encoding_alike(self, office: Installation) -> None:
        text = csv_text(rows_of_firms(20))
        for encoding in ("utf-8", "gb18030", "utf-16"):
            office.put(f"{encoding}.csv", text.encode(encoding))
        fields = {proposal.contract.fields for proposal in office.propose()}
        assert len(fields) == 1
