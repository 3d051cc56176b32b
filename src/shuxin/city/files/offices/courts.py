"""Courts (法院): enforcement and the dishonest list, read from the court's database: T47, T48."""

from __future__ import annotations

from shuxin.catalogue.api import Cycle, Sharing
from shuxin.city.files.tables import Form, Kind, Table
from shuxin.city.files.wording import (
    amount_column,
    code_column,
    date_column,
    event_column,
    known_column,
    name_column,
    number_column,
    organisation_column,
    word_column,
)
from shuxin.kernel.dates import DateSpelling

DEPARTMENT = "澜坪市两级法院"
DATABASE = "执行业务库.sqlite"

TABLES = (
    Table(
        dataset="enforcement",
        number="T47",
        title="执行案件登记",
        department=DEPARTMENT,
        catalogue="enforcements",
        ends=("closed", "close_mode"),
        columns=(
            number_column("exec_no", "执行案号"),
            name_column("被执行主体"),
            code_column("被执行主体代码"),
            amount_column("target", "执行标的额", summed=True),
            event_column("filed", "立案执行日", DateSpelling.DASH),
            date_column("closed", "结案执行日", DateSpelling.DASH),
            word_column("close_mode", "结案形式"),
            known_column("推送日"),
        ),
        key=("exec_no",),
        known_time="known_on",
        cycle=Cycle.EVENT,
        lag_days=7,
        sharing=Sharing.UNCONDITIONAL,
        form=Form(kind=Kind.SQLITE, file=DATABASE, table="执行案件登记"),
        missing_codes=0.08,
    ),
    Table(
        dataset="dishonest_list",
        number="T48",
        title="失信惩戒登记",
        department=DEPARTMENT,
        catalogue="dishonest_list",
        ends=("removed",),
        columns=(
            number_column("exec_no", "执行依据案号"),
            name_column("失信主体"),
            organisation_column("机构代码9位"),
            word_column("fact", "失信情形"),
            event_column("published", "惩戒发布日", DateSpelling.ISO_TIME),
            date_column("removed", "惩戒屏蔽日", DateSpelling.ISO_TIME),
            word_column("performed", "履行进度"),
            known_column("推送时刻", DateSpelling.ISO_TIME),
        ),
        key=("exec_no",),
        known_time="known_on",
        cycle=Cycle.EVENT,
        lag_days=3,
        sharing=Sharing.UNCONDITIONAL,
        form=Form(kind=Kind.SQLITE, file=DATABASE, table="失信惩戒登记"),
    ),
)
