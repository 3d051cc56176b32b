"""Market supervision: who owns and who guarantees whom: T02, T08."""

from __future__ import annotations

from shuxin.catalogue.api import Cycle, FieldType, Level, Meaning, PersonalClass, Sharing
from shuxin.city.files import picks
from shuxin.city.files.offices.market import DEPARTMENT
from shuxin.city.files.tables import Column, Form, Kind, Table
from shuxin.city.files.wording import (
    amount_column,
    code_column,
    date_column,
    event_column,
    known_column,
    name_column,
    other_code_column,
    other_column,
    word_column,
)
from shuxin.kernel.dates import DateSpelling
from shuxin.kernel.money import Unit

TABLES = (
    Table(
        dataset="shareholder",
        number="T02",
        title="出资人登记簿",
        department=DEPARTMENT,
        catalogue="shareholders",
        ends=("valid_to",),
        other="holder_uscc",
        columns=(
            code_column("被投主体代码"),
            name_column("被投主体"),
            word_column("holder_type", "出资人类别"),
            Column(
                name="holder_name",
                header="出资方",
                meaning=Meaning.OTHER_NAME,
                level=Level.L3,
                personal=PersonalClass.C2,
                take="holder_name",
            ),
            other_code_column("holder_uscc", "出资人代码", "无", "不适用"),
            amount_column("subscribed", "认缴额(万元)", unit=Unit.TEN_THOUSAND_YUAN, summed=True),
            Column(
                name="ratio",
                header="持股占比(%)",
                type=FieldType.INTEGER,
                level=Level.L2,
                take=picks.per_cent("ratio"),
            ),
            event_column("valid_from", "入股日", DateSpelling.SLASH),
            date_column("valid_to", "退出日", DateSpelling.SLASH, "-"),
            known_column("簿册更新日", DateSpelling.SLASH),
        ),
        key=("uscc", "holder_name", "valid_from"),
        known_time="known_on",
        cycle=Cycle.EVENT,
        lag_days=5,
        sharing=Sharing.CONDITIONAL,
        form=Form(kind=Kind.TEXT, file="出资人登记簿.csv", encoding="gb18030", totals_label="合计"),
    ),
    Table(
        dataset="annual_report_guarantee",
        number="T08",
        title="年报对外担保事项",
        department=DEPARTMENT,
        catalogue="annual_report_guarantees",
        kept=picks.since_founding("from"),
        other="debtor_uscc",
        columns=(
            code_column("保证人代码"),
            name_column("保证人"),
            other_column("debtor", "主债务人"),
            other_code_column("debtor_uscc", "主债务人代码"),
            amount_column("amount", "担保本金", grouped=True),
            event_column("from_date", "担保起始", DateSpelling.COMPACT, take="from"),
            date_column("to_date", "担保届满", DateSpelling.COMPACT, take="to"),
            known_column("年报公示日", DateSpelling.COMPACT),
        ),
        key=("uscc", "debtor", "from_date"),
        known_time="known_on",
        cycle=Cycle.YEAR,
        lag_days=180,
        sharing=Sharing.UNCONDITIONAL,
        form=Form(kind=Kind.TEXT, file="年报对外担保事项.txt", delimiter="|", line_end="\n"),
    ),
)
