import csv
import datetime as dt
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.kernel.region import (
    InvalidRegionCode,
    RegionCode,
    RegionLevel,
    RegionTable,
    published_regions,
    region_names,
    region_words,
    short_region_name,
)
from shuxin.kernel.text import Text

codes = st.from_regex(r"[1-9][0-9]{5}", fullmatch=True).map(RegionCode)
ORDER = list(RegionLevel)


class TestRegionCode:
    @pytest.mark.parametrize(
        ("text", "level", "parent"),
        [
            ("100000", RegionLevel.NATION, None),
            ("340000", RegionLevel.PROVINCE, "100000"),
            ("341500", RegionLevel.PREFECTURE, "340000"),
            ("341502", RegionLevel.COUNTY, "341500"),
            ("349901", RegionLevel.COUNTY, "349900"),
        ],
    )
    def test_levels_and_parents(self, text: str, level: RegionLevel, parent: str | None) -> None:
        code = RegionCode(text)
        assert code.level is level
        assert code.parent == (None if parent is None else RegionCode(parent))

    @given(codes)
    def test_parents_climb_to_the_nation(self, code: RegionCode) -> None:
        parent = code.parent
        while parent is not None:
            assert ORDER.index(parent.level) < ORDER.index(code.level)
            code, parent = parent, parent.parent
        assert code == RegionCode("100000")

    @pytest.mark.parametrize("text", ["", "34", "034000", "3400000", "34000A", "３40000"])
    def test_wrong_shape_is_an_error(self, text: str) -> None:
        with pytest.raises(InvalidRegionCode):
            RegionCode(text)

    @pytest.mark.parametrize("text", ["349900", "349901", "349999"])
    def test_never_assigned_codes_are_legal_values(self, text: str) -> None:
        assert not RegionCode(text).is_assigned
        assert published_regions().name(RegionCode(text)) is None


class TestPublishedRegions:
    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ("340000", "安徽省"),
            ("341500", "六安市"),
            ("370100", "济南市"),
            ("430700", "常德市"),
            ("410900", "濮阳市"),
            ("440300", "深圳市"),
            ("430100", "长沙市"),
            ("810000", "香港特别行政区"),
        ],
    )
    def test_cities_of_the_domain_reference(self, text: str, name: str) -> None:
        assert published_regions().name(RegionCode(text)) == name
        assert RegionCode(text).is_assigned

    def test_names_have_their_years(self) -> None:
        table = published_regions()
        xuanwu, yaohai = RegionCode("110104"), RegionCode("340102")
        assert table.name(xuanwu, on=dt.date(2009, 6, 1)) == "宣武区"
        assert table.name(xuanwu, on=dt.date(2011, 1, 1)) is None
        assert table.is_assigned(xuanwu)
        assert not table.is_assigned(xuanwu, on=dt.date(2024, 1, 1))
        assert table.name(yaohai, on=dt.date(2001, 12, 31)) == "东市区"
        assert table.name(yaohai, on=dt.date(2002, 1, 1)) == "瑶海区"
        assert table.name(yaohai) == "瑶海区"

    def test_full_name_leaves_groupings_out(self) -> None:
        table = published_regions()
        assert table.full_name(RegionCode("340102")) == "安徽省合肥市瑶海区"
        assert table.full_name(RegionCode("110105")) == "北京市朝阳区"
        assert table.full_name(RegionCode("349901")) == "安徽省"

    def test_every_code_has_its_province(self) -> None:
        table = published_regions()
        assert len(table.names) > 6000
        assert all(RegionCode(f"{code.value[:2]}0000") in table.names for code in table.names)
        assert all(
            name.name and "[" not in name.name for names in table.names.values() for name in names
        )


class TestRegionTable:
    rows = (
        ("349901", "新区", dt.date(2020, 6, 1), None),
        ("349901", "旧县", None, dt.date(2020, 6, 1)),
        ("349900", "测试市", None, None),
    )

    def test_rows_in_any_order_give_the_name_of_the_day(self) -> None:
        for rows in (self.rows, self.rows[::-1]):
            table = RegionTable.from_rows(rows)
            assert table.name(RegionCode("349901"), on=dt.date(2020, 5, 31)) == "旧县"
            assert table.name(RegionCode("349901"), on=dt.date(2020, 6, 1)) == "新区"
            assert table.name(RegionCode("349901")) == "新区"
            assert table.full_name(RegionCode("349901")) == "测试市新区"
            assert region_names(table=table) == ("测试市", "新区", "旧县")

    def test_wrong_code_is_an_error(self) -> None:
        with pytest.raises(InvalidRegionCode):
            RegionTable.from_rows([("34", "x", None, None)])


class TestRegionWords:
    def test_are_the_full_name_where_the_table_has_one(self) -> None:
        assert region_words("3401") == Text(en="安徽省合肥市", zh="安徽省合肥市")
        assert region_words("340102").say("en") == "安徽省合肥市瑶海区"

    def test_say_what_is_known_and_the_digits_where_it_has_none(self) -> None:
        assert region_words("3499").say("zh") == "安徽省（地区 3499）"
        assert region_words("349901").say("en") == "安徽省 (region 349901)"
        assert region_words("990000").say("en") == "region 990000"
        assert region_words("{x}").say("zh") == "地区 {x}"


class TestRegionNames:
    def test_longest_first_without_groupings(self) -> None:
        names = region_names()
        assert [len(name) for name in names] == sorted(map(len, names), reverse=True)
        assert len(set(names)) == len(names)
        assert {"安徽省", "六安市", "瑶海区", "宣武区", "新疆维吾尔自治区"} <= set(names)
        assert not {"市辖区", "县", "省直辖县级行政单位"} & set(names)

    @pytest.mark.parametrize(
        ("name", "short"),
        [
            ("安徽省", "安徽"),
            ("六安市", "六安"),
            ("瑶海区", "瑶海"),
            ("新疆维吾尔自治区", "新疆"),
            ("宁夏回族自治区", "宁夏"),
            ("内蒙古自治区", "内蒙古"),
            ("延边朝鲜族自治州", "延边"),
            ("积石山保安族东乡族撒拉族自治县", "积石山"),
            ("香港特别行政区", "香港"),
            ("神农架林区", "神农架"),
            ("大兴安岭地区", "大兴安岭"),
            ("寿县", "寿县"),
            ("科尔沁左翼中旗", "科尔沁左翼中旗"),
            ("东乡族自治县", "东乡族"),
            ("浦东新区", "浦东"),
            ("顺河回族区", "顺河"),
        ],
    )
    def test_short_names_as_people_say_them(self, name: str, short: str) -> None:
        assert short_region_name(name) == short

    def test_short_names_are_never_one_character(self) -> None:
        assert min(len(short_region_name(name)) for name in region_names()) >= 2


@pytest.mark.real_data
def test_names_agree_with_another_list() -> None:
    root = Path(os.environ.get("SHUXIN_DATA", Path(__file__).parents[3] / "shared" / "data"))
    path = root / "ref_gbt2260" / "areas.csv"
    if not path.exists():
        pytest.skip("no list of divisions: give the data directory in SHUXIN_DATA")
    table = published_regions()
    with path.open(encoding="utf-8") as file:
        rows = [(row["code"], row["name"]) for row in csv.DictReader(file) if len(row["code"]) == 6]
    # County parts 71-79 are development zones of the statistics bureau, outside GB/T 2260.
    counties = [(RegionCode(code), name) for code, name in rows if not "71" <= code[4:] <= "79"]
    assert len(counties) > 2800
    assert sum(not code.is_assigned for code, _ in counties) < 10
    differing = {
        code.value for code, name in counties if code.is_assigned and table.name(code) != name
    }
    assert differing <= {"232761", "232762", "232763", "232764"}  # in traditional characters
