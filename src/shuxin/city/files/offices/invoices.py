"""Tax: the store of VAT invoices (增值税发票), as sellers and as buyers see them: T29, T30."""

from __future__ import annotations

from shuxin.catalogue.api import Cycle, FieldType, Meaning, Sharing
from shuxin.city.files import picks
from shuxin.city.files.offices.taxation import DEPARTMENT
from shuxin.city.files.tables import Column, Form, Kind, Table
from shuxin.city.files.wording import code_column, machine_column, name_column

VALID, VOID = "有效发票", "作废发票"
_STATUS = {"normal": VALID, "red": VALID, "partly_red": VALID, "void": VOID}
"""An invoice that a red one takes back stays valid: the red one, of negative amounts, stands beside it."""


def _columns(code: str, name: str, other_code: str, other: str) -> tuple[Column, ...]:
    """``code``, ``name``: headers of the end that the file is about; ``other_code``: of the other one, its field."""
    return (
        code_column(code, name="subject_code"),
        name_column(name, name="subject_name"),
        machine_column("invoice_no", "发票号码", FieldType.CODE),
        machine_column("issued_on", "开票日期", FieldType.DATE, Meaning.EVENT_TIME, take="date"),
        machine_column(
            "party", other_code, FieldType.CODE, Meaning.OTHER_CODE, required=False, take=other
        ),
        machine_column("net", "金额", FieldType.MONEY, Meaning.AMOUNT, take="amount_net"),
        machine_column("tax", "税额", FieldType.MONEY, Meaning.AMOUNT),
        machine_column("total", "价税合计", FieldType.MONEY, Meaning.AMOUNT),
        machine_column("status", "发票状态", FieldType.CODE, take=picks.worded("status", _STATUS)),
        machine_column(
            "status_changed_on",
            "作废日期",
            FieldType.DATE,
            required=False,
            take=picks.if_worded("status", "void", "date"),
        ),
        machine_column("known_on", "入库日期", FieldType.DATE, take=picks.known),
    )


TABLES = (
    Table(
        dataset="invoice_out",
        number="T29",
        title="销项发票库",
        department=DEPARTMENT,
        catalogue="invoices_out",
        other="buyer_uscc",
        columns=_columns("销方税号", "销方名称", "购方税号", "buyer_uscc"),
        key=("invoice_no",),
        known_time="known_on",
        cycle=Cycle.DAY,
        lag_days=1,
        sharing=Sharing.CONDITIONAL,
        form=Form(kind=Kind.PARQUET, file="销项发票.parquet"),
    ),
    Table(
        dataset="invoice_in",
        number="T30",
        title="进项发票库",
        department=DEPARTMENT,
        catalogue="invoices_in",
        other="seller_uscc",
        columns=_columns("购方税号", "购方名称", "销方税号", "seller_uscc"),
        key=("invoice_no",),
        known_time="known_on",
        cycle=Cycle.DAY,
        lag_days=1,
        sharing=Sharing.CONDITIONAL,
        form=Form(kind=Kind.TEXT, file="进项发票.csv"),
    ),
)
