"""A city's tax data in the store, as small as the rules allow, and the judge over it."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from tests.fusion.conftest import FIRST_DAY, uscc
from tests.permits import sealed

from shuxin.catalogue.api import (
    Agrees,
    Contract,
    Cycle,
    DataGroup,
    Field,
    FieldType,
    Gaps,
    Identity,
    Level,
    Meaning,
    NewLoad,
    Orphans,
    QualityRule,
    record_load,
    register_contract,
)
from shuxin.consent.api import ALL_SUBJECTS, Purpose
from shuxin.fusion.findings import connect
from shuxin.fusion.judging import Judge
from shuxin.fusion.loading import REJECTS_FILE, ROWS_FILE
from shuxin.fusion.rows import REJECT_SCHEMA, Tally
from shuxin.fusion.standardise import stored_schema
from shuxin.infra.api import Store

if TYPE_CHECKING:
    from shuxin.catalogue.api import DatasetRule, Finding, LoadView
    from shuxin.consent.api import Permit
    from shuxin.fusion.judging import Judgement
    from shuxin.infra.api import Settings

Row = dict[str, Any]
FIRMS = tuple(uscc(serial) for serial in range(1, 21))
MONTHS = tuple(dt.date(2024, month, 1) for month in range(1, 5))
_CODE = Field("firm", FieldType.CODE, meaning=Meaning.SUBJECT_CODE, level=Level.L2, required=True)


def _money(name: str, *rules: QualityRule) -> Field:
    return Field(name, FieldType.MONEY, unit="fen", level=Level.L3, rules=rules)


def made(name: str, *fields: Field, rules: tuple[DatasetRule, ...] = (), **more: Any) -> Contract:
    return Contract(
        dataset=name,
        version="1.0.0",
        title=name,
        department="税务局",
        group=DataGroup.PUBLIC,
        fields=(_CODE, *fields),
        rules=rules,
        **more,
    )


_MONTH = Field("month", FieldType.MONTH, level=Level.L2)
REGISTER = made("register", key=("firm",))
TAXPAYER = made("taxpayer", Field("kind", FieldType.CODE, code_table=("general", "small")))
INVOICES = made(
    "invoice_out",
    Field("issued_on", FieldType.DATE, level=Level.L2, meaning=Meaning.EVENT_TIME),
    Field("status", FieldType.CODE),
    _money("net", QualityRule("in_range", 1.0, low=0, high=10**12)),
)
VAT = made(
    "vat_return",
    _MONTH,
    *(_money(n) for n in ("sales", "output", "input", "moved_out", "carried", "relief", "payable")),
    key=("firm", "month"),
    rules=(
        Identity(
            name="payable",
            plus=("output", "moved_out"),
            minus=("input", "carried"),
            result=("payable", "relief"),
            floor=0,
        ),
        Orphans(name="registered", register="register"),
        Gaps(name="filed", period="month", at_least=1.0),
        Agrees(
            name="sales_and_invoices",
            field="sales",
            period="month",
            other="invoice_out",
            other_field="net",
            other_period="issued_on",
            other_where=(("status", "normal"),),
            among=("taxpayer", "kind", "general"),
            at_least=1.0,
        ),
    ),
)
HEADS = made("insured", _MONTH, Field("people", FieldType.INTEGER, level=Level.L3))
WITHHELD = made(
    "withheld",
    _MONTH,
    Field("people", FieldType.INTEGER, level=Level.L3),
    rules=(
        Agrees(
            name="people",
            field="people",
            period="month",
            other="insured",
            other_field="people",
            other_period="month",
            take="max",
            within=0.3,
            at_least=1.0,
        ),
        Agrees(
            name="people_of_the_year",
            field="people",
            period="month",
            other="annual_report",
            other_field="employees",
            other_period="year",
            per="year",
            take="mean",
            within=0.3,
            at_least=1.0,
        ),
    ),
)
ANNUAL = made(
    "annual_report",
    Field("year", FieldType.DATE),
    Field("employees", FieldType.INTEGER),
)
CONTRACTS = (REGISTER, TAXPAYER, INVOICES, VAT, HEADS, WITHHELD, ANNUAL)


def vat_rows() -> list[Row]:
    """Each firm and month: sales of 1,000 yuan, 130 of output tax, 40 of input tax, 10 of it moved out."""
    return [
        {"firm": firm, "month": month, "sales": 100_000, "output": 13_000, "input": 4_000,
         "moved_out": 1_000, "carried": 500, "relief": None, "payable": 9_500}
        for firm in FIRMS
        for month in MONTHS
    ]  # fmt: skip


def invoice_rows() -> list[Row]:
    """Two invoices that make the sales of each month, and a void one that does not count."""
    return [
        {"firm": firm, "issued_on": month + dt.timedelta(days=day), "status": status, "net": net}
        for firm in FIRMS
        for month in MONTHS
        for day, status, net in ((3, "normal", 60_000), (20, "normal", 40_000), (21, "void", 7_000))
    ]


CLEAN: dict[str, list[Row]] = {
    "register": [{"firm": firm} for firm in FIRMS],
    "taxpayer": [
        {"firm": firm, "kind": "general" if n < 15 else "small"} for n, firm in enumerate(FIRMS)
    ],
    "invoice_out": invoice_rows(),
    "vat_return": vat_rows(),
    "insured": [{"firm": f, "month": m, "people": 10} for f in FIRMS for m in MONTHS],
    "withheld": [{"firm": f, "month": m, "people": 11} for f in FIRMS for m in MONTHS],
    "annual_report": [{"firm": f, "year": dt.date(2024, 1, 1), "employees": 12} for f in FIRMS],
}


@dataclass
class World:
    """Loads by name; every judgement is made as an import makes it."""

    settings: Settings
    now: dt.datetime = FIRST_DAY
    may_read: bool = True
    asked: list[Permit] = field(default_factory=list)

    def permit(self) -> Permit:
        permit = sealed(ALL_SUBJECTS, Purpose.DATA_QUALITY, at=self.now)
        self.asked.append(permit)
        return permit

    def new_load(self, agreed: Contract, rows: list[Row], *, file: str = "") -> NewLoad:
        """Rows in the store, as a load that is not recorded yet; line n + 2 is row n."""
        schema = stored_schema(agreed.fields)
        lines = {"_line": list(range(2, len(rows) + 2))}
        columns = {f.name: [row.get(f.name) for row in rows] for f in agreed.fields}
        table = pa.table(lines | columns, schema=schema)
        name = hashlib.sha256(repr((agreed.dataset, file, rows)).encode()).hexdigest()[:40]
        store = Store(self.settings.store)
        with store.draft() as draft:
            pq.write_table(table, draft.folder / ROWS_FILE)
            pq.write_table(REJECT_SCHEMA.empty_table(), draft.folder / REJECTS_FILE)
            store.keep(draft, name=name)
        return NewLoad(
            dataset=agreed.dataset,
            contract_version=agreed.version,
            source_file=file or f"{agreed.dataset}.csv",
            content_sha256=name + "0" * 24,
            mapping_hash="0" * 64,
            known_time=self.now,
            loaded_at=self.now,
            rows_above=1,
            rows_read=len(rows),
            rows_loaded=len(rows),
            rows_rejected=0,
            store_name=name,
            bytes_read=1,
        )

    def judged(self, agreed: Contract, rows: list[Row], *, file: str = "") -> Judgement:
        load = self.new_load(agreed, rows, file=file)
        judge = Judge(self.settings, connect(), self.permit if self.may_read else None)
        return judge.judge(load, agreed=agreed, tally=Tally(read=len(rows), loaded=len(rows)))

    def loaded(self, agreed: Contract, rows: list[Row], *, file: str = "") -> LoadView:
        """Judged and recorded, in force or aside."""
        register_contract(contract=agreed, accepted_by="tester", now=self.now)
        judged = self.judged(agreed, rows, file=file)
        return record_load(
            load=self.new_load(agreed, rows, file=file),
            findings=judged.findings,
            measured=judged.measured,
            distribution=judged.distribution,
            hold=judged.hold,
        )

    def with_all(self) -> World:
        """The clean datasets, each loaded."""
        for agreed in CONTRACTS:
            register_contract(contract=agreed, accepted_by="tester", now=self.now)
        for agreed in CONTRACTS:
            record_load(load=self.new_load(agreed, CLEAN[agreed.dataset]))
        self.now += dt.timedelta(days=31)
        return self


def told(judged: Judgement) -> dict[tuple[str, str], Finding]:
    """What is more than a note, by code and field."""
    return {(f.code, f.field): f for f in judged.findings if f.severity.value != "info"}


def changed(rows: list[Row], line: int, **values: Any) -> list[Row]:
    """The rows with another content in one line of the file."""
    return [row | values if n == line - 2 else row for n, row in enumerate(rows)]


def monthly(agreed: Contract) -> Contract:
    return replace(agreed, cycle=Cycle.MONTH, lag_days=15)
