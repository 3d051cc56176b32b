"""Tax: the store of VAT invoices (增值税发票), as sellers and as buyers see them: T29, T30."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.catalogue.api import Cycle, FieldType, Level, Meaning, Sharing
from shuxin.city.departments.taxation import DEPARTMENT
from shuxin.city.departments.wording import code_column, name_column
from shuxin.city.tables import Column, Form, Kind, Row, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.random import Generator

    from shuxin.city.firms import City, Firm
    from shuxin.city.tables import Value
    from shuxin.city.trade import Invoice

VALID, VOID = "有效发票", "作废发票"


def _issued(city: City, firm: Firm, _rng: Generator) -> Iterator[Row]:
    for invoice in city.trade.issued.get(firm.key, ()):
        values = _values(firm, invoice, party=invoice.buyer_code)
        yield Row(firm.key, values, other=invoice.buyer)


def _received(city: City, firm: Firm, _rng: Generator) -> Iterator[Row]:
    for invoice in city.trade.received.get(firm.key, ()):
        values = _values(firm, invoice, party=invoice.seller_code)
        yield Row(firm.key, values, other=invoice.seller)


def _values(firm: Firm, invoice: Invoice, *, party: str) -> tuple[Value, ...]:
    return (
        firm.uscc,
        firm.name_on(invoice.issued_on),
        invoice.number,
        invoice.issued_on,
        party,
        invoice.net,
        invoice.tax,
        invoice.total,
        VALID if invoice.voided_on is None else VOID,
        invoice.voided_on,
        invoice.known_on,
    )


def _columns(code: str, name: str, other_code: str) -> tuple[Column, ...]:
    """``code``, ``name``: headers of the end that the file is about; ``other_code`` of the other one."""
    return (
        code_column(code, name="subject_code"),
        name_column(name, name="subject_name"),
        _column("invoice_no", "发票号码", FieldType.CODE),
        _column("issued_on", "开票日期", FieldType.DATE, Meaning.EVENT_TIME),
        _column("party", other_code, FieldType.CODE, Meaning.OTHER_CODE),
        _column("net", "金额", FieldType.MONEY, Meaning.AMOUNT),
        _column("tax", "税额", FieldType.MONEY, Meaning.AMOUNT),
        _column("total", "价税合计", FieldType.MONEY, Meaning.AMOUNT),
        _column("status", "发票状态", FieldType.CODE),
        Column(
            name="status_changed_on",
            header="作废日期",
            type=FieldType.DATE,
            level=Level.L3,
            exact=True,
        ),
        _column("known_on", "入库日期", FieldType.DATE),
    )


def _column(name: str, header: str, kind: FieldType, meaning: Meaning = Meaning.NONE) -> Column:
    """Made out by a machine: in every row, and right."""
    return Column(
        name=name,
        header=header,
        type=kind,
        meaning=meaning,
        level=Level.L3,
        required=True,
        exact=True,
    )


TABLES = (
    Table(
        dataset="invoice_out",
        number="T29",
        title="销项发票库",
        department=DEPARTMENT,
        columns=_columns("销方税号", "销方名称", "购方税号"),
        key=("invoice_no",),
        known_time="known_on",
        cycle=Cycle.DAY,
        lag_days=1,
        sharing=Sharing.CONDITIONAL,
        form=Form(kind=Kind.PARQUET, file="销项发票.parquet"),
        fill=_issued,
    ),
    Table(
        dataset="invoice_in",
        number="T30",
        title="进项发票库",
        department=DEPARTMENT,
        columns=_columns("购方税号", "购方名称", "销方税号"),
        key=("invoice_no",),
        known_time="known_on",
        cycle=Cycle.DAY,
        lag_days=1,
        sharing=Sharing.CONDITIONAL,
        form=Form(kind=Kind.TEXT, file="进项发票.csv"),
        fill=_received,
    ),
)
