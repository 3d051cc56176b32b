"""A line of the notation says what the field is, or is refused."""

from __future__ import annotations

import pytest

from shuxin.catalogue.api import Cycle, Level, PersonalClass, Sharing
from shuxin.city.catalogues.codes import tables_of
from shuxin.city.catalogues.declaration import FieldKind, RowsKind, Source, SourceKind
from shuxin.city.catalogues.notation import catalogue, event, field, of_persons, periodic
from shuxin.city.catalogues.population import every, firms

ROWS = event(every(), 100, q=0.5, lead=-3)
LINE = "found_on! 发现日期 date"


class TestField:
    @pytest.mark.parametrize(
        ("line", "source"),
        [
            ("kwh 用电量 number:kwh ~50..900.5", Source(kind=SourceKind.RANDOM, low=50, high=900.5)),
            ("due 到期日 date +-30..365", Source(kind=SourceKind.AFTER, low=-30, high=365)),
            ("tax 税额 fen =amount*0..0.13", Source(kind=SourceKind.FIELD, column="amount", low=0, high=0.13)),
            ("sales 销售额 fen @sales", Source(kind=SourceKind.ACTIVITY, column="sales")),
            ("part 部分 fen @sales*.2", Source(kind=SourceKind.ACTIVITY, column="sales", low=0.2, high=0.2)),
            ("score 得分 number:points @view_tax", Source(kind=SourceKind.VIEW, column="tax")),
            ("region 地区 code:county @region", Source(kind=SourceKind.REGISTER, column="region")),
            ("kind 种类 code:county", Source(kind=SourceKind.TABLE)),
            ("is_first 是否首次 flag %20", Source(kind=SourceKind.SHARE, low=0.2, high=0.2)),
            ("doc_no 文号 text", Source(kind=SourceKind.SERIAL)),
            ("ticket 票号 text #", Source(kind=SourceKind.SERIAL)),
            ("fact 事实 text", Source(kind=SourceKind.WORDS)),
            (LINE, Source(kind=SourceKind.EVENT)),
        ],
    )  # fmt: skip
    def test_says_how_it_is_made(self, line: str, source: Source) -> None:
        assert field(line, level=Level.L1).source == source

    def test_says_the_rest(self) -> None:
        made = field("owed? 欠款 fen L2 ^-.5 @sales", level=Level.L1)
        assert (made.name, made.zh, made.kind, made.unit) == ("owed", "欠款", FieldKind.FEN, "fen")
        assert made.nullable
        assert made.level is Level.L2
        assert made.quality_slope == -0.5
        assert field(LINE, level=Level.L1).quality_slope is None

    @pytest.mark.parametrize(
        ("line", "share"),
        [
            ("deaths 死亡人数 integer:persons ~1..3 &0.5", 0.005),
            ("gone? 注销日期 date +1..9 &20", 0.2),
            ("gone? 注销日期 date +1..9", 0.6),
            ("gone 注销日期 date +1..9", 1),
        ],
    )
    def test_says_how_many_rows_have_it(self, line: str, share: float) -> None:
        assert field(line, level=Level.L1).source.share == pytest.approx(share)

    @pytest.mark.parametrize("line", ["who 姓名 name C1 @owner", "who 标识 person_hmac @owner"])
    def test_of_a_person_is_raised_to_level_3_and_never_lowered(self, line: str) -> None:
        assert field(line, level=Level.L1).level is Level.L3
        assert field(line, level=Level.L4).level is Level.L4
        assert field(line, level=Level.L1).pi is not PersonalClass.NONE

    @pytest.mark.parametrize(
        "line",
        [
            "Owed 欠款 fen @sales",
            "owed fen @sales",
            "owed 欠款 money @sales",
            "owed 欠款 fen",
            "owed 欠款 fen @quality",
            "owed 欠款 fen @tax",
            "score 得分 number:points @view_quality",
            "owed 欠款 fen sales",
            "due 到期日 date",
        ],
    )
    def test_that_is_not_understood_is_refused(self, line: str) -> None:
        with pytest.raises(ValueError, match=r"."):
            field(line, level=Level.L1)


class TestCatalogue:
    def test_says_its_contract(self) -> None:
        made = catalogue("TAX-07 T27 grades 级别 | Grades", "Y+115 L3 C", ROWS, "W08 W09", LINE)
        assert (made.code, made.department, made.table, made.slug) == (
            "TAX-07",
            "TAX",
            "T27",
            "grades",
        )
        assert (made.name.zh, made.name.en) == ("级别", "Grades")
        assert (made.cycle, made.lag_days, made.subject_key) == (Cycle.YEAR, 115, "uscc")
        assert (made.level, made.share) == (Level.L3, Sharing.CONDITIONAL)
        assert made.read_by == ("W08", "W09")

    def test_without_table_lag_and_reader(self) -> None:
        made = catalogue("X-01 s 名 | Name", "RT L4 N person", ROWS, "", LINE)
        assert (made.table, made.lag_days, made.read_by) == ("", 0, ())
        assert (made.subject_key, made.share) == ("person", Sharing.WITHHELD)

    @pytest.mark.parametrize(
        ("header", "contract"),
        [("TAX-7 s 名 | Name", "D L1 U"), ("TAX-07 s 名", "D L1 U"), ("TAX-07 s 名 | N", "D L6 U"),
         ("TAX-07 s 名 | N", "H L1 U"), ("TAX-07 s 名 | N", "D L1 X")],
    )  # fmt: skip
    def test_that_is_not_understood_is_refused(self, header: str, contract: str) -> None:
        with pytest.raises(ValueError, match="not understood"):
            catalogue(header, contract, ROWS, "", LINE)


class TestRows:
    def test_of_events_follow_from_the_budget(self) -> None:
        assert ROWS.kind is RowsKind.EVENT
        assert ROWS.rate_per_year == pytest.approx(100_000 / 200_000 / 5)

    def test_of_periods_are_for_as_many_firms_as_the_budget_allows(self) -> None:
        rows = periodic(firms(), 744, yearly=12, years=1)
        assert rows.of.share == pytest.approx(0.5)
        assert rows.units == pytest.approx(62_000)

    def test_of_more_firms_than_there_are_are_refused(self) -> None:
        with pytest.raises(ValueError, match="no such part"):
            periodic(firms(), 1_500, yearly=12, years=1)

    def test_of_meters_and_persons_may_be_more_than_firms(self) -> None:
        assert periodic(
            firms(), 248, yearly=1, years=1, per="meter"
        ).units_per_firm == pytest.approx(2)
        persons = of_persons(firms(), 372, yearly=1, years=1)
        assert persons.units_per_firm == pytest.approx(3)
        assert persons.kind is RowsKind.PERSON_PERIODIC


class TestCodes:
    def test_are_read_over_lines(self) -> None:
        table = tables_of("\nkind: old_one 旧 1 |\n    new 新 2.5\n")["kind"]
        assert [(code.code, code.en, code.zh, code.weight) for code in table.codes] == [
            ("old_one", "old one", "旧", 1.0),
            ("new", "new", "新", 2.5),
        ]

    @pytest.mark.parametrize("text", ["a: x 一 1\na: y 二 1", "a: x 一 1 | x 二 1", "a: x 一 0"])
    def test_that_stand_twice_or_weigh_nothing_are_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"twice|above 0"):
            tables_of(text)
