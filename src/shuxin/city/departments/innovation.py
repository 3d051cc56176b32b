"""Science, industry and finance: lists of able firms and what they were granted: T65, T66, T67, T71."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from shuxin.catalogue.api import Cycle, Sharing
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
from shuxin.city.firms import Badge
from shuxin.city.scale import UNTIL
from shuxin.city.streams import chance, one_of
from shuxin.city.tables import Column, Form, Kind, Row, Table, a_day_of, later, live_months
from shuxin.kernel.dates import DateSpelling
from shuxin.kernel.money import Unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.random import Generator

    from shuxin.city.firms import City, Firm

SCIENCE = "澜坪市科技创新局"
INDUSTRY = "澜坪市经信局"
FINANCE = "澜坪市财政部门"

_LEVELS = ("创新型", "省级专精特新", "小巨人")
_SUBSIDY_A_MONTH = 0.006
_PROGRAMMES = ("稳产增效奖补", "设备更新补助", "首次升规奖励", "贷款贴息")


def _granted(firm: Firm, badge: Badge, *, month: int, rng: Generator) -> dt.date | None:
    """The day in one of the last three years on which a living firm got its badge."""
    day = dt.date(UNTIL.year - int(rng.integers(1, 4)), month, 1 + int(rng.integers(28)))
    return day if badge in firm.badges and firm.lives_on(day) else None


def _high_tech(_city: City, firm: Firm, rng: Generator) -> Iterator[Row]:
    day = _granted(firm, Badge.HIGH_TECH, month=10, rng=rng)
    if day is None:
        return
    number = f"GR{day.year}3499{firm.number:06d}"
    known = later(day, usual=30, spread=30, rng=rng)
    score = int(rng.integers(71, 96))
    yield Row(
        firm.key,
        (number, firm.name_on(day), firm.uscc, day, day.replace(year=day.year + 3), score, known),
    )


def _specialised(_city: City, firm: Firm, rng: Generator) -> Iterator[Row]:
    day = _granted(firm, Badge.SPECIALISED, month=8, rng=rng)
    if day is not None:
        level = one_of(_LEVELS, rng=rng)
        ends = day.replace(year=day.year + 3)
        known = later(day, usual=20, spread=20, rng=rng)
        yield Row(firm.key, (firm.name_on(day), firm.uscc, level, day, ends, known))


def _tech_sme(_city: City, firm: Firm, rng: Generator) -> Iterator[Row]:
    day = _granted(firm, Badge.TECH_SME, month=6, rng=rng)
    if day is not None:
        number = f"{day.year}3499{firm.number:08d}"
        known = later(day, usual=15, spread=20, rng=rng)
        score = int(rng.integers(60, 100))
        yield Row(firm.key, (number, firm.name_on(day), day.year, score, day, known))


def _subsidies(city: City, firm: Firm, rng: Generator) -> Iterator[Row]:
    for index, month in live_months(city, firm):
        if not chance(_SUBSIDY_A_MONTH, rng=rng):
            continue
        day = a_day_of(month, rng=rng)
        yield Row(
            firm.key,
            (
                f"CZ{month:%Y%m}{firm.number * 40 + index:06d}",
                firm.name_on(day),
                firm.uscc,
                one_of(_PROGRAMMES, rng=rng),
                int(rng.integers(10, 5000)) * 10_000,
                day,
                later(day, usual=10, spread=30, rng=rng),
            ),
        )


TABLES = (
    Table(
        dataset="high_tech",
        number="T65",
        title="高企证书台账",
        department=SCIENCE,
        columns=(
            Column(name="cert_no", header="高企证书号", required=True),
            name_column("持证主体"),
            code_column("持证主体代码"),
            event_column("from_date", "颁证日", DateSpelling.DASH),
            date_column("to_date", "证书届满日", DateSpelling.DASH),
            count_column("score", "评审总分"),
            known_column("台账更新日", DateSpelling.SERIAL),
        ),
        key=("cert_no",),
        known_time="known_on",
        cycle=Cycle.YEAR,
        lag_days=60,
        sharing=Sharing.UNCONDITIONAL,
        form=Form(kind=Kind.XLSX, file="高企证书台账.csv", table="台账"),
        fill=_high_tech,
        missing_codes=0.1,
    ),
    Table(
        dataset="tech_sme",
        number="T67",
        title="科技型企业入库编号表",
        department=SCIENCE,
        columns=(
            Column(name="reg_no", header="入库编号", required=True),
            name_column("入库主体"),
            count_column("year", "入库所属年"),
            count_column("score", "自评得分"),
            event_column("from_date", "入库日", DateSpelling.SERIAL),
            known_column("入库公告日", DateSpelling.SERIAL),
        ),
        key=("reg_no",),
        known_time="known_on",
        cycle=Cycle.YEAR,
        lag_days=30,
        sharing=Sharing.UNCONDITIONAL,
        form=Form(kind=Kind.TEXT, file="科技型企业入库编号表.csv"),
        fill=_tech_sme,
    ),
    Table(
        dataset="srdi",
        number="T66",
        title="优质中小企业梯度名册",
        department=INDUSTRY,
        columns=(
            name_column("梯度主体"),
            code_column("梯度主体代码"),
            word_column("level", "梯度层级"),
            event_column("from_date", "授牌日", DateSpelling.DASH),
            date_column("to_date", "授牌届满日", DateSpelling.DASH),
            known_column("名册公开日", DateSpelling.CHINESE_TIME),
        ),
        key=("name", "level"),
        known_time="known_on",
        cycle=Cycle.YEAR,
        lag_days=40,
        sharing=Sharing.UNCONDITIONAL,
        form=Form(
            kind=Kind.XLSX,
            file="优质中小企业梯度名册.xlsx",
            table="名册",
            titles=("优质中小企业梯度培育名册",),
            notes=("注：授牌有效期三年",),
        ),
        fill=_specialised,
        missing_codes=0.1,
    ),
    Table(
        dataset="subsidy",
        number="T71",
        title="惠企资金拨付清单",
        department=FINANCE,
        columns=(
            Column(name="payment_no", header="拨付流水", required=True),
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
        fill=_subsidies,
        missing_codes=0.04,
    ),
)
