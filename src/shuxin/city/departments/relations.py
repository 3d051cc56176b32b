"""Market supervision: who owns and who guarantees whom: T02, T08."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from shuxin.catalogue.api import Cycle, FieldType, Level, Meaning, PersonalClass, Sharing
from shuxin.city.departments.market import DEPARTMENT
from shuxin.city.departments.wording import (
    amount_column,
    code_column,
    date_column,
    event_column,
    known_column,
    name_column,
    word_column,
)
from shuxin.city.firms import Bond
from shuxin.city.tables import Column, Form, Kind, Row, Table, later
from shuxin.kernel.dates import DateSpelling
from shuxin.kernel.money import Unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.random import Generator

    from shuxin.city.firms import City, Firm

_REPORT_MONTH = 3


def _shareholders(city: City, firm: Firm, rng: Generator) -> Iterator[Row]:
    for bond in city.bonds_of(firm, bond=Bond.SHAREHOLDER):
        is_firm = bond.source[0] == "F"
        known = later(bond.valid_to or bond.valid_from, usual=3, spread=5, rng=rng)
        yield Row(
            firm.key,
            (
                firm.uscc,
                firm.name_on(known),
                "法人股东" if is_firm else "自然人股东",
                city.name_of(bond.source, on=bond.valid_from),
                city.firm(bond.source).uscc if is_firm else None,
                bond.amount_fen,
                (bond.share_bp or 0) // 100,
                bond.valid_from,
                bond.valid_to,
                known,
            ),
            other=bond.source,
        )


def _guarantees(city: City, firm: Firm, rng: Generator) -> Iterator[Row]:
    """The guarantor tells of it in the annual report of the year, filed in the next spring."""
    for bond in city.relations:
        if bond.bond is not Bond.GUARANTEE or bond.source != firm.key:
            continue
        filed = dt.date(bond.valid_from.year + 1, _REPORT_MONTH, 1)
        debtor = city.firm(bond.target)
        yield Row(
            firm.key,
            (
                firm.uscc,
                firm.name_on(bond.valid_from),
                debtor.name_on(bond.valid_from),
                debtor.uscc,
                bond.amount_fen,
                bond.valid_from,
                bond.valid_to,
                later(filed, usual=0, spread=90, rng=rng),
            ),
            other=bond.target,
        )


TABLES = (
    Table(
        dataset="shareholder",
        number="T02",
        title="出资人登记簿",
        department=DEPARTMENT,
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
            ),
            Column(
                name="holder_uscc",
                header="出资人代码",
                type=FieldType.CODE,
                meaning=Meaning.OTHER_CODE,
                placeholders=("无", "不适用"),
            ),
            amount_column("subscribed", "认缴额(万元)", unit=Unit.TEN_THOUSAND_YUAN, summed=True),
            Column(name="ratio", header="持股占比(%)", type=FieldType.INTEGER, level=Level.L2),
            event_column("valid_from", "入股日", DateSpelling.SLASH),
            date_column("valid_to", "退出日", DateSpelling.SLASH, "-"),
            known_column("簿册更新日", DateSpelling.SLASH),
        ),
        key=("uscc", "holder_name"),
        known_time="known_on",
        cycle=Cycle.EVENT,
        lag_days=5,
        sharing=Sharing.CONDITIONAL,
        form=Form(kind=Kind.TEXT, file="出资人登记簿.csv", encoding="gb18030", totals_label="合计"),
        fill=_shareholders,
    ),
    Table(
        dataset="annual_report_guarantee",
        number="T08",
        title="年报对外担保事项",
        department=DEPARTMENT,
        columns=(
            code_column("保证人代码"),
            name_column("保证人"),
            Column(name="debtor", header="主债务人", meaning=Meaning.OTHER_NAME),
            Column(
                name="debtor_uscc",
                header="主债务人代码",
                type=FieldType.CODE,
                meaning=Meaning.OTHER_CODE,
            ),
            amount_column("amount", "担保本金", grouped=True),
            event_column("from_date", "担保起始", DateSpelling.COMPACT),
            date_column("to_date", "担保届满", DateSpelling.COMPACT),
            known_column("年报公示日", DateSpelling.COMPACT),
        ),
        key=("uscc", "debtor", "from_date"),
        known_time="known_on",
        cycle=Cycle.YEAR,
        lag_days=180,
        sharing=Sharing.UNCONDITIONAL,
        form=Form(kind=Kind.TEXT, file="年报对外担保事项.txt", delimiter="|", line_end="\n"),
        fill=_guarantees,
    ),
)
