"""Tax (税务): taxpayers, arrears, credit grades: T21, T26, T27."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from shuxin.catalogue.api import Cycle, FieldType, Level, Sharing
from shuxin.city.departments.wording import (
    amount_column,
    code_column,
    count_column,
    date_column,
    event_column,
    known_column,
    name_column,
    word_column,
)
from shuxin.city.firms import FirmKind
from shuxin.city.scale import UNTIL
from shuxin.city.streams import chance, one_of
from shuxin.city.tables import Column, Form, Kind, Row, Table, later, live_months, month_end, view
from shuxin.city.vocabulary import DISTRICTS
from shuxin.kernel.dates import DateSpelling

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.random import Generator

    from shuxin.city.firms import City, Firm

DEPARTMENT = "澜坪市税务机关"
WEIGHT = 0.55
"""How much of the quality the tax office sees."""

_OLD_NUMBER_SHARE = 0.15
_GENERAL_FROM_FEN = 500_000_000
_ARREARS_BELOW = -1.7
_QUARTER = 3
_ARREARS_KINDS = ("增值税", "城市维护建设税", "房产税")
_GRADE_FLOORS = (("A", 0.97), ("B", -0.82), ("C", -1.38))
_NEW_DAYS = 540
_UNRATED_SHARE = 0.13
_GRADING_MONTH = 12
_DIRECT_SHARE = 0.3


def taxpayer_number(firm: Firm, *, is_old: bool) -> str:
    """The code, or the 15 symbols of region and organisation code that old files still hold."""
    return firm.region + firm.uscc[8:17] if is_old else firm.uscc


def _taxpayers(_city: City, firm: Firm, rng: Generator) -> Iterator[Row]:
    is_old = bool(firm.registration_number) and chance(_OLD_NUMBER_SHARE, rng=rng)
    since = firm.founded_on + dt.timedelta(days=int(rng.integers(1, 30)))
    yield Row(
        firm.key,
        (
            taxpayer_number(firm, is_old=is_old),
            str(firm.name),
            "一般计税" if firm.revenue_fen >= _GENERAL_FROM_FEN else "小规模",
            "查账" if firm.kind is not FirmKind.INDIVIDUAL else one_of(("核定", "查账"), rng=rng),
            "月报" if firm.revenue_fen >= _GENERAL_FROM_FEN else "季报",
            f"{DISTRICTS[firm.region]}税务分局",
            "正常户" if firm.ended_on is None else "已清税",
            since,
            later(since, usual=1, spread=3, rng=rng),
        ),
    )


def _arrears(city: City, firm: Firm, rng: Generator) -> Iterator[Row]:
    for index, month in live_months(city, firm):
        if (
            month.month % _QUARTER
            or view(city, firm, month=index, weight=WEIGHT, rng=rng) >= _ARREARS_BELOW
        ):
            continue
        since = month_end(month).replace(day=16)
        cleared = since + dt.timedelta(days=int(rng.integers(20, 700)))
        is_cleared = cleared < UNTIL
        known = later(cleared if is_cleared else since, usual=30, spread=30, rng=rng)
        owed = firm.revenue_fen // 400 * int(rng.integers(1, 12)) // 4 // 100 * 100
        yield Row(
            firm.key,
            (
                firm.uscc,
                firm.name_on(since),
                one_of(_ARREARS_KINDS, rng=rng),
                f"{month.year}年第{month.month // _QUARTER}季度",
                max(owed, 10_000),
                since,
                cleared if is_cleared else None,
                known,
            ),
        )


def _grades(city: City, firm: Firm, rng: Generator) -> Iterator[Row]:
    """Rated for each year at whose end the firm lived; published in the April that follows."""
    if firm.kind in (FirmKind.INDIVIDUAL, FirmKind.BRANCH):
        return
    for index, month in live_months(city, firm):
        if month.month != _GRADING_MONTH:
            continue
        seen = view(city, firm, month=index, weight=WEIGHT, rng=rng)
        is_new = (month - firm.founded_on).days < _NEW_DAYS
        grade = "M" if is_new or chance(_UNRATED_SHARE, rng=rng) else _grade(seen)
        april = dt.date(month.year + 1, 4, 1)
        direct = grade == "D" and chance(_DIRECT_SHARE, rng=rng)
        yield Row(
            firm.key,
            (
                firm.uscc,
                firm.name_on(april),
                month.year,
                None if direct else _score(grade, rng),
                grade,
                "存在逃避缴纳税款情形" if direct else None,
                april,
                later(april, usual=0, spread=25, rng=rng),
            ),
        )


def _grade(seen: float) -> str:
    """A 12, B 45, C 9, D 6 of the 72 in a hundred that are rated."""
    return next((grade for grade, floor in _GRADE_FLOORS if seen >= floor), "D")


def _score(grade: str, rng: Generator) -> int:
    low, high = {"A": (90, 100), "B": (70, 90), "M": (70, 90), "C": (40, 70), "D": (5, 40)}[grade]
    return int(rng.integers(low, high))


TABLES = (
    Table(
        dataset="taxpayer",
        number="T21",
        title="纳税主体户籍表",
        department=DEPARTMENT,
        columns=(
            code_column("税号", name="taxpayer_number"),
            name_column("纳税主体"),
            word_column("taxpayer_kind", "计税类别"),
            word_column("cit_mode", "征收办法"),
            word_column("filing_cycle", "申报频次"),
            word_column("tax_authority", "主管分局"),
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
        fill=_taxpayers,
    ),
    Table(
        dataset="tax_arrears",
        number="T26",
        title="税款拖欠明细",
        department=DEPARTMENT,
        columns=(
            code_column("纳税人税号"),
            name_column("拖欠主体"),
            word_column("tax_kind", "税目"),
            word_column("period", "所属季度"),
            amount_column("arrears", "拖欠税款(元)", level=Level.L3, summed=True),
            event_column("since", "拖欠起始", DateSpelling.DASH),
            date_column("cleared", "结清日", DateSpelling.DASH, "未结清", "无"),
            known_column("公告日", DateSpelling.SLASH_TIME),
        ),
        key=("uscc", "tax_kind", "period"),
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
        fill=_arrears,
    ),
    Table(
        dataset="tax_credit_grade",
        number="T27",
        title="纳税缴费信用评定结果",
        department=DEPARTMENT,
        columns=(
            code_column("评定对象税号"),
            name_column("评定对象"),
            count_column("year", "评定所属年"),
            Column(
                name="score",
                header="评定得分",
                type=FieldType.INTEGER,
                level=Level.L3,
                placeholders=("直接判级", "-"),
            ),
            Column(name="grade", header="信用档次", type=FieldType.CODE, level=Level.L3),
            word_column("direct_reason", "直接判级缘由", "无"),
            event_column("rated_on", "评定日", DateSpelling.CHINESE_NUMERALS),
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
        fill=_grades,
        missing_codes=0.03,
    ),
)
