from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fusion.conftest import rows_of_firms

from shuxin.catalogue.api import check_name
from shuxin.fusion.layout import find_layout, fit_name, unique_names

Rows = list[list[str]]
FIRMS = rows_of_firms(30)
HEADERS = tuple(FIRMS[0])
titles = st.lists(
    st.sampled_from(["关于公布名单的通知", "附件1", "(截至某日)", "单位:万元", ""]), max_size=4
)


def records(rows: Rows) -> list[tuple[int, tuple[str, ...]]]:
    return [(line, tuple(row)) for line, row in enumerate(rows, 1)]


def wide(text: str, *, width: int = 4) -> list[str]:
    return [text, *[""] * (width - 1)]


class TestFindLayout:
    @given(titles, st.booleans())
    def test_finds_the_header_below_titles(
        self,
        above: list[str],
        padded: bool,
    ) -> None:
        rows = [wide(title) if padded else [title] for title in above] + FIRMS
        layout = find_layout(records(rows))
        assert layout is not None
        assert layout.headers == HEADERS
        assert layout.header_lines == (len(above) + 1,)
        assert layout.last_line_above == len(above) + 1
        assert layout.width == 4

    def test_tells_a_title_from_the_header_of_a_single_column(self) -> None:
        layout = find_layout(records([["关于公布名单的通知"], *([row[1]] for row in FIRMS)]))
        assert layout is not None
        assert (layout.headers, layout.titles) == (("企业名称",), ("关于公布名单的通知",))

    def test_keeps_the_header_above_a_row_of_an_unknown_kind(self) -> None:
        rows = [["企业名称"], ["桃大爷食府"], *([row[1]] for row in FIRMS[1:])]
        layout = find_layout(records(rows))
        assert layout is not None
        assert layout.headers == ("企业名称",)

    def test_takes_labels_above_the_header_for_groups(self) -> None:
        labels = [["企业", "", "处罚", ""]]
        layout = find_layout(records([wide("名单"), *labels, *FIRMS]))
        assert layout is not None
        assert layout.headers == HEADERS
        assert layout.header_lines == (2, 3)
        assert layout.titles == ("名单",)

    def test_names_repeated_columns_by_their_group(self) -> None:
        header = [["企业", "", "处罚", ""], ["名称", "日期", "名称", "日期"]]
        body = [[f"北京{n}公司", "2024-01-05", f"罚款{n}", "2024-02-05"] for n in range(9)]
        layout = find_layout(records(header + body))
        assert layout is not None
        assert layout.headers == ("企业_名称", "企业_日期", "处罚_名称", "处罚_日期")

    def test_joins_the_halves_of_a_header_merged_downwards(self) -> None:
        header = [["序号", "企业信息", "", "罚款"], ["", "名称", "日期", ""]]
        body = [[str(n), f"北京{n}公司", "2024-01-05", "1.5"] for n in range(1, 9)]
        layout = find_layout(records(header + body))
        assert layout is not None
        assert layout.headers == ("序号", "名称", "日期", "罚款")
        assert layout.last_line_above == 2

    def test_keeps_an_empty_column_that_has_a_header(self) -> None:
        rows = [[*row, "备注" if at == 0 else ""] for at, row in enumerate(FIRMS)]
        layout = find_layout(records(rows))
        assert layout is not None
        assert layout.headers == (*HEADERS, "备注")

    def test_numbers_the_columns_when_there_is_no_header(self) -> None:
        layout = find_layout(records(FIRMS[1:]))
        assert layout is not None
        assert not layout.has_header
        assert layout.headers == tuple(f"column_{n}" for n in range(1, 5))
        assert layout.last_line_above == 0

    def test_names_a_filled_column_without_header_by_its_place(self) -> None:
        rows = [[*row, "" if at == 0 else f"旁注{at}"] for at, row in enumerate(FIRMS)]
        layout = find_layout(records(rows))
        assert layout is not None
        assert layout.headers == (*HEADERS, "column_5")

    @pytest.mark.parametrize("artefact", ["Unnamed: 4", "Unnamed: 4_level_1", " \u200b", "\ufeff"])
    def test_takes_what_tools_write_for_no_header_as_none(self, artefact: str) -> None:
        rows = [[*row, artefact if at == 0 else ""] for at, row in enumerate(FIRMS)]
        layout = find_layout(records(rows))
        assert layout is not None
        assert layout.headers == (*HEADERS, "")

    def test_numbers_headers_that_repeat(self) -> None:
        rows = [
            [*row, "备注" if at == 0 else f"a{at % 3}", "备注" if at == 0 else f"b{at % 3}"]
            for at, row in enumerate(FIRMS)
        ]
        layout = find_layout(records(rows))
        assert layout is not None
        assert layout.headers == (*HEADERS, "备注", "备注_2")

    def test_takes_no_person_of_a_list_without_header_for_a_header(self) -> None:
        names = ["王建国", "李秀英", "张伟", "刘洋", "陈静", "杨磊", "赵敏", "黄强", "周杰", "吴芳"]
        layout = find_layout(records([[name] for name in names]))
        assert layout is not None
        assert layout.headers == ("column_1",)
        beside = find_layout(records([[name, f"某村{at}组杂项"] for at, name in enumerate(names)]))
        assert beside is not None
        assert beside.headers == ("column_1", "column_2")

    @given(
        st.lists(
            st.lists(st.text("甲a1, \n\u3000*-", max_size=5), max_size=5).map(tuple), max_size=8
        )
    )
    def test_always_gives_one_fitting_name_a_column_or_nothing(
        self, rows: list[tuple[str, ...]]
    ) -> None:
        layout = find_layout(list(enumerate(rows, 1)))
        if layout is None:
            assert not any(cell.strip(" \n\u3000") for row in rows for cell in row[:5])
            return
        assert len(layout.headers) == layout.width
        named = [name.casefold() for name in layout.headers if name]
        assert len(set(named)) == len(named)


class TestFitName:
    @given(st.text(max_size=80))
    def test_gives_nothing_or_a_name_the_catalogue_takes(self, text: str) -> None:
        name = fit_name(text)
        if name:
            check_name(where="field", name=name)
        assert fit_name(name) == name

    @given(st.lists(st.text("aA甲_2 /", max_size=4), max_size=8))
    def test_unique_names_differ_in_more_than_letter_case(self, headers: list[str]) -> None:
        names = [name for name in unique_names(headers) if name]
        assert len({name.casefold() for name in names}) == len(names)
