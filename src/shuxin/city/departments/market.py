"""Market supervision (市场监管): register, changes, abnormal list: T01, T04, T05."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from shuxin.catalogue.api import Cycle, FieldType, Level, Meaning, PersonalClass, Sharing
from shuxin.city.departments.wording import (
    amount_column,
    code_column,
    date_column,
    event_column,
    known_column,
    name_column,
    person_column,
    word_column,
)
from shuxin.city.firms import FirmKind, FirmStatus
from shuxin.city.naming import address_in, person_name
from shuxin.city.scale import UNTIL
from shuxin.city.streams import chance, one_of
from shuxin.city.tables import Column, Form, Kind, Row, Table, a_day_of, later, live_months
from shuxin.city.vocabulary import SCOPE_TAIL
from shuxin.kernel.dates import DateSpelling
from shuxin.kernel.money import Unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.random import Generator

    from shuxin.city.firms import City, Firm

DEPARTMENT = "澜坪市市场监管局"

_TYPES: Mapping[FirmKind, str] = {
    FirmKind.BRANCH: "2100 分公司",
    FirmKind.INDIVIDUAL: "9500 个体户",
    FirmKind.COOPERATIVE: "9100 专业合作社",
}
_TYPES_BY_FORM: Mapping[str, str] = {
    "股份有限公司": "1200 股份公司",
    "合伙企业（有限合伙）": "4500 合伙",
    "厂": "4540 个人独资",
}
_STATUS: Mapping[FirmStatus, str] = {
    FirmStatus.ACTIVE: "存续",
    FirmStatus.CANCELLED: "已注销登记",
    FirmStatus.REVOKED: "吊销，未注销",
    FirmStatus.MOVED_OUT: "迁出",
}
_ABNORMAL_SHARE = 0.09
_REASONS = ("未按期报送年报", "登记住所无法联系", "公示信息隐瞒真实情况", "即时信息未公示")
_CHANGE_A_MONTH = 0.004
_BACK_SHARE = 0.5


def _register(city: City, firm: Firm, rng: Generator) -> Iterator[Row]:
    exit_known = firm.ended_on and later(firm.ended_on, usual=1, spread=2, rng=rng)
    gone = exit_known is not None and exit_known < UNTIL
    known = exit_known if gone else firm.founded_on + dt.timedelta(days=int(rng.integers(1, 4)))
    head = city.head_of(firm)
    yield Row(
        firm.key,
        (
            firm.uscc,
            firm.registration_number or None,
            str(firm.name),
            _TYPES.get(firm.kind) or _TYPES_BY_FORM.get(firm.name.form, "1100 有限公司"),
            head.name,
            head.identity_number,
            head.mobile,
            firm.capital_fen or None,
            firm.founded_on,
            firm.region,
            firm.address,
            firm.industry[1:],
            f"{firm.name.trade}；{firm.name.trade}相关服务{SCOPE_TAIL}",
            _STATUS[firm.status if gone else FirmStatus.ACTIVE],
            firm.ended_on if gone else None,
            known,
        ),
    )


def _changes(city: City, firm: Firm, rng: Generator) -> Iterator[Row]:
    if firm.renamed_on is not None:
        names = (str(firm.former_name), str(firm.name))
        yield _change(firm, "全称变更", *names, day=firm.renamed_on, rng=rng)
    for _, month in live_months(city, firm):
        if not chance(_CHANGE_A_MONTH, rng=rng):
            continue
        day = a_day_of(month, rng=rng)
        if chance(0.5, rng=rng):
            old = address_in(firm.region, rng=rng)
            yield _change(firm, "住所变更", old, firm.address, day=day, rng=rng)
        else:
            people = (person_name(rng=rng), city.head_of(firm).name)
            yield _change(firm, "负责人变更", *people, day=day, rng=rng)


def _change(firm: Firm, item: str, before: str, after: str, *, day: dt.date, rng: Generator) -> Row:
    known = later(day, usual=2, spread=4, rng=rng)
    return Row(firm.key, (firm.uscc, firm.name_on(day), item, before, after, day, known))


def _abnormal(city: City, firm: Firm, rng: Generator) -> Iterator[Row]:
    months = [month for _, month in live_months(city, firm)]
    if not months or not chance(_ABNORMAL_SHARE, rng=rng):
        return
    entered = a_day_of(one_of(months, rng=rng), rng=rng)
    left = entered + dt.timedelta(days=int(rng.integers(20, 500)))
    back = chance(_BACK_SHARE, rng=rng) and left < UNTIL
    yield Row(
        firm.key,
        (
            firm.registration_number or firm.uscc,
            firm.name_on(entered),
            one_of(_REASONS, rng=rng),
            entered,
            left if back else None,
            "已履行公示义务" if back else None,
            later(left if back else entered, usual=15, spread=10, rng=rng),
        ),
    )


TABLES = (
    Table(
        dataset="reg_enterprise",
        number="T01",
        title="市场主体登记总册",
        department=DEPARTMENT,
        columns=(
            code_column("主体信用代码18位"),
            Column(
                name="reg_no",
                header="旧版注册编码",
                type=FieldType.CODE,
                meaning=Meaning.REGISTRATION_NUMBER,
                placeholders=("-", "——"),
            ),
            name_column("市场主体全称"),
            word_column("ent_type", "主体形态"),
            person_column("legal_rep", "负责人姓名"),
            Column(
                name="legal_rep_id",
                header="负责人证件号",
                meaning=Meaning.IDENTITY_NUMBER,
                level=Level.L3,
                personal=PersonalClass.C2,
            ),
            Column(
                name="phone",
                header="登记联络手机",
                meaning=Meaning.PHONE,
                level=Level.L3,
                personal=PersonalClass.C2,
            ),
            amount_column("reg_capital", "认缴资本(万元)", unit=Unit.TEN_THOUSAND_YUAN),
            event_column("establish_date", "设立日", DateSpelling.DASH),
            word_column("reg_authority", "登记辖区编码"),
            Column(name="address", header="住所门牌", meaning=Meaning.ADDRESS, level=Level.L2),
            word_column("industry", "国标行业小类"),
            Column(name="scope", header="业务范围说明"),
            word_column("status", "存续情形"),
            date_column("cancel_date", "终止日", DateSpelling.DASH, "无", "--"),
            known_column("登记系统入库日", DateSpelling.SERIAL),
        ),
        key=("uscc",),
        known_time="known_on",
        cycle=Cycle.DAY,
        lag_days=1,
        sharing=Sharing.CONDITIONAL,
        form=Form(
            kind=Kind.XLSX,
            file="市场主体登记总册（全量）.xlsx",
            table="总册",
            titles=("澜坪市市场主体登记总册", "提取口径：全部存续及终止主体"),
            groups=(("主体身份", 4), ("负责人信息", 3), ("登记内容", 6), ("存续状态项", 3)),
            blank_rows=0.01,
        ),
        fill=_register,
    ),
    Table(
        dataset="change_log",
        number="T04",
        title="主体变更流水",
        department=DEPARTMENT,
        columns=(
            code_column("信用代码（18位）"),
            name_column("变更时全称"),
            word_column("item", "变更要素"),
            Column(name="before", header="变更前为", level=Level.L2),
            Column(name="after", header="变更后为", level=Level.L2),
            event_column("change_date", "核准变更日", DateSpelling.CHINESE),
            known_column("流水入库日", DateSpelling.SLASH),
        ),
        key=("uscc", "item", "change_date"),
        known_time="known_on",
        cycle=Cycle.EVENT,
        lag_days=3,
        sharing=Sharing.UNCONDITIONAL,
        form=Form(kind=Kind.TEXT, file="主体变更流水.csv", encoding="utf-8-sig"),
        fill=_changes,
    ),
    Table(
        dataset="abnormal_list",
        number="T05",
        title="经营异常主体清册",
        department=DEPARTMENT,
        columns=(
            code_column("证照编码"),
            name_column("列异主体"),
            word_column("reason", "列异缘由"),
            event_column("in_date", "列入日", DateSpelling.DOT),
            date_column("out_date", "移出日", DateSpelling.DOT, "无", "-"),
            word_column("out_reason", "移出缘由", "-"),
            known_column("对外公示日", DateSpelling.DOT),
        ),
        key=("uscc", "in_date"),
        known_time="known_on",
        cycle=Cycle.EVENT,
        lag_days=20,
        sharing=Sharing.UNCONDITIONAL,
        form=Form(
            kind=Kind.TEXT,
            file="经营异常主体清册.csv",
            line_end="\n",
            titles=("经营异常主体清册", "编制单位：澜坪市市场监管局"),
            notes=("注：移出日为空者仍在册。", "制表人：登记科"),
            blank_rows=0.02,
        ),
        fill=_abnormal,
        missing_codes=0.05,
    ),
)
