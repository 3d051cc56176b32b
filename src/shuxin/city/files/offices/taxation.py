"""Tax (税务): taxpayers, arrears, credit grades: T21, T26, T27."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.catalogue.api import Cycle, FieldType, Level, Sharing
from shuxin.city.files import picks
from shuxin.city.files.tables import Column, Form, Kind, Table
from shuxin.city.files.wording import (
    amount_column,
    code_column,
    count_column,
    date_column,
    event_column,
    known_column,
    name_column,
    word_column,
)
from shuxin.city.vocabulary import DISTRICTS
from shuxin.kernel.dates import DateSpelling

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shuxin.city.files.source import Extract
    from shuxin.city.files.tables import Value

DEPARTMENT = "澜坪市税务机关"
_OLD_NUMBER_SHARE = 0.15
_GRADES = {grade: grade.upper() for grade in "abmcd"}


def _taxpayer_number(extract: Extract) -> Sequence[Value]:
    """The code, or the 15 symbols of region and organisation code that old files still hold."""
    source = extract.source
    is_old = source.rng("taxpayer numbers").random(source.count) < _OLD_NUMBER_SHARE
    return [
        source.regions[firm] + source.codes[firm][8:17]
        if is_old[firm] and source.registration_numbers[firm]
        else source.codes[firm]
        for firm in extract.firm
    ]


TABLES = (
    Table(
        dataset="taxpayer",
        number="T21",
        title="纳税主体户籍表",
        department=DEPARTMENT,
        catalogue="taxpayers",
        columns=(
            code_column("税号", name="taxpayer_number", take=_taxpayer_number),
            name_column("纳税主体"),
            word_column("taxpayer_kind", "计税类别"),
            word_column("cit_mode", "征收办法"),
            word_column("filing_cycle", "申报频次"),
            word_column(
                "tax_authority",
                "主管分局",
                take=picks.worded(
                    "tax_authority",
                    {region: f"{district}税务分局" for region, district in DISTRICTS.items()},
                ),
            ),
            word_column("status", "户籍状态"),
            event_column("registered_on", "税务登记日", DateSpelling.DASH_TIME),
            known_column("户籍入库日", DateSpelling.DASH_TIME),
        ),
        key=("taxpayer_number",),
        known_time="known_on",
        cycle=Cycle.DAY,
        lag_days=1,
        sharing=Sharing.CONDITIONAL,
        form=Form(
            kind=Kind.TEXT,
            file="纳税主体户籍表.csv",
            encoding="gb18030",
            delimiter=";",
            groups=(("户籍主体", 2), ("计税信息", 5), ("日期栏", 2)),
        ),
    ),
    Table(
        dataset="tax_arrears",
        number="T26",
        title="税款拖欠明细",
        department=DEPARTMENT,
        catalogue="tax_arrears",
        ends=("cleared",),
        columns=(
            code_column("纳税人税号"),
            name_column("拖欠主体"),
            word_column("tax_kind", "税目"),
            word_column("period", "所属季度", take=picks.quarter("since")),
            amount_column("arrears", "拖欠税款(元)", level=Level.L3, summed=True),
            event_column("since", "拖欠起始", DateSpelling.DASH),
            date_column("cleared", "结清日", DateSpelling.DASH, "未结清", "无"),
            known_column("公告日", DateSpelling.SLASH_TIME),
        ),
        key=("uscc", "tax_kind", "since"),
        known_time="known_on",
        cycle=Cycle.QUARTER,
        lag_days=60,
        sharing=Sharing.CONDITIONAL,
        form=Form(
            kind=Kind.XLS,
            file="税款拖欠明细.xls",
            table="明细",
            titles=("税款拖欠明细（澜坪）",),
            groups=(("纳税主体", 2), ("税款情况", 6)),
            notes=("说明：以公告日数据为准",),
            totals_label="总计",
        ),
    ),
    Table(
        dataset="tax_credit_grade",
        number="T27",
        title="纳税缴费信用评定结果",
        department=DEPARTMENT,
        catalogue="tax_credit_grades",
        columns=(
            code_column("评定对象税号"),
            name_column("评定对象"),
            count_column("year", "评定所属年", take=picks.year("year")),
            Column(
                name="score",
                header="评定得分",
                type=FieldType.INTEGER,
                level=Level.L3,
                placeholders=("直接判级", "-"),
                take=picks.if_missing("score", "direct_d_reason"),
            ),
            Column(
                name="grade",
                header="信用档次",
                type=FieldType.CODE,
                level=Level.L3,
                take=picks.worded("grade", _GRADES),
            ),
            word_column("direct_reason", "直接判级缘由", "无", take="direct_d_reason"),
            event_column(
                "rated_on",
                "评定日",
                DateSpelling.CHINESE_NUMERALS,
                take=picks.of_year("year", month=4, day=1, later=1),
            ),
            known_column("结果发布日", DateSpelling.DASH),
        ),
        key=("uscc", "year"),
        known_time="known_on",
        cycle=Cycle.YEAR,
        lag_days=120,
        sharing=Sharing.CONDITIONAL,
        form=Form(
            kind=Kind.TEXT, file="纳税缴费信用评定结果.txt", encoding="utf-16", delimiter="\t"
        ),
        missing_codes=0.03,
    ),
)
