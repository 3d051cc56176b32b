"""Science, industry and finance: what firms found, are owed and were granted: T18, T67, T71."""

from __future__ import annotations

from shuxin.catalogue.api import Cycle, Sharing
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
    number_column,
    other_column,
    word_column,
)
from shuxin.kernel.dates import DateSpelling
from shuxin.kernel.money import Unit

SCIENCE = "澜坪市科技创新局"
INDUSTRY = "澜坪市经信局"
FINANCE = "澜坪市财政部门"

TABLES = (
    Table(
        dataset="software_copyright",
        number="T18",
        title="软著登记名册",
        department=SCIENCE,
        catalogue="software_copyrights",
        columns=(
            number_column("reg_no", "软著编号"),
            name_column("著作权人"),
            code_column("著作权人代码"),
            Column(name="title", header="软件全称", take="name"),
            event_column("done", "开发完成日", DateSpelling.DASH),
            date_column("first_pub", "首发日", DateSpelling.DASH, "未发表"),
            known_column("名册公开日", DateSpelling.CHINESE_TIME),
        ),
        key=("reg_no",),
        known_time="known_on",
        cycle=Cycle.MONTH,
        lag_days=20,
        sharing=Sharing.UNCONDITIONAL,
        form=Form(
            kind=Kind.XLSX,
            file="软著登记名册.xlsx",
            table="名册",
            titles=("软件著作权登记名册",),
            notes=("注：以登记证书为准",),
        ),
        missing_codes=0.1,
    ),
    Table(
        dataset="tech_sme",
        number="T67",
        title="科技型企业入库编号表",
        department=SCIENCE,
        catalogue="tech_smes",
        columns=(
            number_column("reg_no", "入库编号"),
            name_column("入库主体"),
            count_column("year", "入库所属年", take=picks.year("year")),
            count_column("score", "自评得分"),
            event_column(
                "from_date",
                "入库日",
                DateSpelling.SERIAL,
                take=picks.of_year("year", month=6, day=15),
            ),
            known_column("入库公告日", DateSpelling.SERIAL),
        ),
        key=("reg_no",),
        known_time="known_on",
        cycle=Cycle.YEAR,
        lag_days=30,
        sharing=Sharing.UNCONDITIONAL,
        form=Form(kind=Kind.TEXT, file="科技型企业入库编号表.csv"),
    ),
    Table(
        dataset="late_payment",
        number="",
        title="拖欠账款投诉登记",
        department=INDUSTRY,
        catalogue="sme_payment_complaints",
        columns=(
            number_column("complaint_no", "投诉登记号"),
            name_column("投诉主体"),
            code_column("投诉主体代码"),
            other_column("debtor", "拖欠方"),
            word_column("side", "拖欠方性质", take="arrears_side"),
            amount_column("owed", "拖欠金额(万元)", unit=Unit.TEN_THOUSAND_YUAN, summed=True),
            event_column("date", "投诉受理日", DateSpelling.DOT, take="complained_on"),
            known_column("登记日", DateSpelling.DASH),
        ),
        key=("complaint_no",),
        known_time="known_on",
        cycle=Cycle.DAY,
        lag_days=3,
        sharing=Sharing.CONDITIONAL,
        form=Form(
            kind=Kind.XLSX,
            file="拖欠账款投诉登记.xlsx",
            table="登记",
            titles=("拖欠中小企业账款投诉登记",),
            totals_label="合计",
        ),
        missing_codes=0.1,
    ),
    Table(
        dataset="subsidy",
        number="T71",
        title="惠企资金拨付清单",
        department=FINANCE,
        catalogue="fiscal_subsidies",
        columns=(
            number_column("payment_no", "拨付流水", take="no"),
            name_column("收款主体"),
            code_column("收款主体代码"),
            word_column("program", "惠企政策"),
            amount_column(
                "amount", "拨付资金(万元)", unit=Unit.TEN_THOUSAND_YUAN, grouped=True, summed=True
            ),
            event_column("date", "拨付日", DateSpelling.CHINESE, mixed=True),
            known_column("清单公开日", DateSpelling.COMPACT),
        ),
        key=("payment_no",),
        known_time="known_on",
        cycle=Cycle.EVENT,
        lag_days=30,
        sharing=Sharing.CONDITIONAL,
        form=Form(
            kind=Kind.TEXT,
            file="惠企资金拨付清单.csv",
            encoding="utf-8-sig",
            titles=("惠企资金拨付清单",),
            totals_label="合计",
            header_every=12,
        ),
        missing_codes=0.04,
    ),
)
