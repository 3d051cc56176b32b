"""Ecology (生态) and fire rescue (消防): environmental credit and penalties: T81, T12."""

from __future__ import annotations

from shuxin.catalogue.api import Cycle, Sharing
from shuxin.city.files import picks
from shuxin.city.files.tables import Form, Kind, Table
from shuxin.city.files.wording import (
    amount_column,
    code_column,
    count_column,
    event_column,
    known_column,
    name_column,
    number_column,
    organisation_column,
    word_column,
)
from shuxin.kernel.dates import DateSpelling

ECOLOGY = "澜坪市生态环境主管局"
FIRE = "澜坪市消防救援机构"
_COLOURS = {"green": "绿牌", "blue": "蓝牌", "yellow": "黄牌", "red": "红牌"}

TABLES = (
    Table(
        dataset="env_credit",
        number="T81",
        title="企业环境信用评级",
        department=ECOLOGY,
        catalogue="environmental_credit",
        columns=(
            organisation_column("排污主体机构代码"),
            name_column("排污主体"),
            count_column("year", "评级所属年", take=picks.year("year")),
            word_column("grade", "评级颜色", take=picks.worded("grade", _COLOURS)),
            word_column("permit_level", "排污许可管理类别"),
            event_column(
                "rated_on",
                "评级日",
                DateSpelling.DAY_FIRST,
                take=picks.of_year("year", month=4, day=10, later=1),
            ),
            known_column("评级公开日", DateSpelling.DASH),
        ),
        key=("organisation_code", "year"),
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
        missing_codes=0.1,
    ),
    Table(
        dataset="admin_penalty",
        number="T12",
        title="消防处罚案卷目录",
        department=FIRE,
        catalogue="fire_penalties",
        columns=(
            number_column("decision_no", "案卷文号"),
            name_column("受罚主体"),
            code_column("受罚主体证照号", take=picks.number_or_code),
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
        missing_codes=0.15,
    ),
)
