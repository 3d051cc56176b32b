"""Ecology (生态) and fire rescue (消防): environmental credit and penalties: T81, T12."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from shuxin.catalogue.api import Cycle, FieldType, Meaning, Sharing
from shuxin.city.departments.wording import (
    amount_column,
    code_column,
    count_column,
    event_column,
    known_column,
    name_column,
    word_column,
)
from shuxin.city.streams import chance, one_of
from shuxin.city.tables import Column, Form, Kind, Row, Table, a_day_of, later, live_months, view
from shuxin.kernel.dates import DateSpelling

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.random import Generator

    from shuxin.city.firms import City, Firm

ECOLOGY = "澜坪市生态环境主管局"
FIRE = "澜坪市消防救援机构"
WEIGHT = 0.30

_COLOURS = ((1.0, "绿牌"), (-0.9, "蓝牌"), (-1.7, "黄牌"))
_LAST_MONTH = 12
_WATCHED = "BCD"
_PENALTY_A_MONTH = 0.005
_FAULTS = ("疏散通道堆放杂物", "灭火器材失效", "违规动用明火作业", "未开展防火巡查")


def _environment(city: City, firm: Firm, rng: Generator) -> Iterator[Row]:
    for index, month in live_months(city, firm):
        if month.month != _LAST_MONTH or firm.industry[0] not in _WATCHED:
            continue
        seen = view(city, firm, month=index, weight=WEIGHT, rng=rng)
        rated = dt.date(month.year + 1, 5, 10)
        yield Row(
            firm.key,
            (
                f"{firm.uscc[8:16]}-{firm.uscc[16]}",
                firm.name_on(rated),
                month.year,
                next((colour for floor, colour in _COLOURS if seen >= floor), "红牌"),
                one_of(("重点管理", "简化管理", "登记管理"), rng=rng),
                rated,
                later(rated, usual=5, spread=20, rng=rng),
            ),
        )


def _fire(city: City, firm: Firm, rng: Generator) -> Iterator[Row]:
    for index, month in live_months(city, firm):
        if not chance(_PENALTY_A_MONTH, rng=rng):
            continue
        day = a_day_of(month, rng=rng)
        number = f"澜消罚决字〔{month.year}〕第{firm.number * 40 + index:05d}号"
        yield Row(
            firm.key,
            (
                number,
                firm.name_on(day),
                firm.registration_number or firm.uscc,
                one_of(_FAULTS, rng=rng),
                one_of(("处以罚款", "警示"), rng=rng),
                int(rng.integers(1, 60)) * 50_000,
                day,
                later(day, usual=5, spread=8, rng=rng),
            ),
        )


TABLES = (
    Table(
        dataset="env_credit",
        number="T81",
        title="企业环境信用评级",
        department=ECOLOGY,
        columns=(
            Column(
                name="organisation_code",
                header="排污主体机构代码",
                type=FieldType.CODE,
                meaning=Meaning.ORGANISATION_CODE,
            ),
            name_column("排污主体"),
            count_column("year", "评级所属年"),
            word_column("grade", "评级颜色"),
            word_column("permit_level", "排污许可管理类别"),
            event_column("rated_on", "评级日", DateSpelling.DAY_FIRST),
            known_column("评级公开日", DateSpelling.DASH),
        ),
        key=("name", "year"),
        known_time="known_on",
        cycle=Cycle.YEAR,
        lag_days=150,
        sharing=Sharing.UNCONDITIONAL,
        form=Form(
            kind=Kind.XLS,
            file="企业环境信用评级.xls",
            table="评级",
            titles=("企业环境信用评级结果",),
            notes=("颜色含义：绿牌优于蓝牌，黄牌、红牌须整改",),
            blank_rows=0.02,
        ),
        fill=_environment,
        missing_codes=0.1,
    ),
    Table(
        dataset="admin_penalty",
        number="T12",
        title="消防处罚案卷目录",
        department=FIRE,
        columns=(
            Column(name="decision_no", header="案卷文号", required=True),
            name_column("受罚主体"),
            code_column("受罚主体证照号"),
            word_column("fact", "违章情形"),
            word_column("kind", "惩处方式"),
            amount_column("fine", "罚没款", grouped=True, summed=True),
            event_column("date", "决定作出日", DateSpelling.DASH, mixed=True),
            known_column("案卷上网日", DateSpelling.CHINESE),
        ),
        key=("decision_no",),
        known_time="known_on",
        cycle=Cycle.EVENT,
        lag_days=7,
        sharing=Sharing.UNCONDITIONAL,
        form=Form(
            kind=Kind.TEXT,
            file="消防处罚案卷目录.csv",
            encoding="gb18030",
            titles=("消防处罚案卷目录", "", "金额计量：元"),
            notes=("备注：本目录每月更新", "联系处室：防火监督处"),
            totals_label="合计",
            blank_rows=0.02,
        ),
        fill=_fire,
        missing_codes=0.15,
    ),
)
