from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
from tests.fusion.conftest import FIRST_DAY, HOLDER, Installation, identity_number, uscc
from tests.fusion.rewriting import Form, as_xlsx
from tests.permits import sealed

from shuxin.catalogue.api import FieldType, Level, Meaning, PersonalClass
from shuxin.city.catalogues import CATALOGUES, OUTSIDE
from shuxin.consent.api import ALL_SUBJECTS, Purpose
from shuxin.fusion.applicants import read_wishes
from shuxin.fusion.features.computation import compute_features, subjects_with_features
from shuxin.fusion.features.registry import TRADE_FEATURES
from shuxin.fusion.ingest import Importer
from shuxin.fusion.outcome import State
from shuxin.fusion.outcomes import churn_table, loan_outcomes
from shuxin.fusion.portrait import find_entity
from shuxin.fusion.standards import STANDARDS, plain_header, standard_named, standard_of
from shuxin.fusion.who import resolve_all
from shuxin.infra.api import silent_progress

if TYPE_CHECKING:
    from shuxin.fusion.proposal import Proposal
    from shuxin.fusion.standards import Standard

pytestmark = pytest.mark.django_db
DATA = (
    Path(os.environ.get("SHUXIN_DATA", Path(__file__).parents[3] / "shared" / "data"))
    / "cumcm2020c"
)
SOLD = ["销方税号", "销方名称", "购方税号", "购方名称", "发票号码", "开票日期", "金额", "税额",
        "价税合计", "发票状态", "入库日期", "备注"]  # fmt: skip


def invoices(header: list[str], *, leave_out: tuple[str, ...] = ()) -> list[list[str]]:
    """Thirty invoices with these headers in place of the usual ones, some columns left out."""
    rows = [
        [uscc(n), f"北京第{n}建材有限公司", uscc(100 + n % 9), f"上海第{n % 9}贸易有限公司",
         f"{10_000_000 + n * 37}", f"2024-03-{n % 28 + 1:02}", f"{n * 13}.50", f"{n}.69", f"{n * 14}.19",
         "作废" if n % 7 == 0 else "正常", f"2024-04-{n % 28 + 1:02}", "货款"]
        for n in range(1, 31)
    ]  # fmt: skip
    kept = [at for at, usual in enumerate(SOLD) if usual not in leave_out]
    return [[row[at] for at in kept] for row in [header, *rows]]


def proposed(office: Installation, rows: list[list[str]], name: str = "明细.csv") -> Proposal:
    office.put(name, rows)
    (proposal,) = office.propose()
    return proposal


def renamed(**headers: str) -> list[str]:
    return [headers.get(usual, usual) for usual in SOLD]


class TestAsStandard:
    def test_gives_a_table_the_names_types_and_levels_of_the_standard(
        self, office: Installation
    ) -> None:
        proposal = proposed(office, invoices(SOLD), "销项.csv")
        contract = proposal.contract
        assert standard_of(contract) == "invoice_out"
        assert contract.dataset == "销项"
        fields = {f.field.name: f.field for f in standard_named("invoice_out").fields}
        for field in contract.fields:
            wanted = fields[field.name]
            assert (field.type, field.meaning) == (wanted.type, wanted.meaning)
            assert field.level >= Level.L3
        assert contract.field("party").title == "购方税号"
        assert contract.known_time_field == "known_on"

    def test_leaves_the_other_columns_out_and_says_so(self, office: Installation) -> None:
        proposal = proposed(office, invoices(SOLD), "销项.csv")
        left = {c.header for c in proposal.mapping.columns if not c.field}
        assert left == {"购方名称", "备注"}
        asked = proposal.mapping.questions[0]
        assert all(header in asked for header in left)
        office.accept()
        office.run()
        assert not left & set(office.stored("销项").column_names)

    @pytest.mark.parametrize(
        "headers",
        [
            {
                "销方税号": "销售方识别号",
                "购方税号": "购买方纳税人识别号",
                "发票号码": "数电票号码",
            },
            {
                "开票日期": "开票时间",
                "金额": "不含税金额",
                "价税合计": "含税金额",
                "发票状态": "状态",
            },
            {"金额": "金额(元)", "税额": "税额（元）", "价税合计": "价税合计 (元)"},
            {"销方税号": "销方统一社会信用代码", "入库日期": "获知日期", "发票号码": "发票号"},
        ],
    )
    def test_knows_the_usual_names_of_the_same_column(
        self, office: Installation, headers: dict[str, str]
    ) -> None:
        contract = proposed(office, invoices(renamed(**headers)), "销项.csv").contract
        assert standard_of(contract) == "invoice_out"
        assert len(contract.fields) == 10

    @pytest.mark.parametrize(
        ("name", "standard", "subject"),
        [("销项.csv", "invoice_out", "销方税号"), ("进项.csv", "invoice_in", "购方税号"),
         ("input_2024.csv", "invoice_in", "购方税号"), ("明细.csv", "", ""),
         ("进项与销项.csv", "", "")],
    )  # fmt: skip
    def test_reads_a_table_of_both_sides_as_its_name_says(
        self, office: Installation, name: str, standard: str, subject: str
    ) -> None:
        contract = proposed(office, invoices(SOLD), name).contract
        assert standard_of(contract) == standard
        if standard:
            assert contract.field("subject_code").title == subject

    def test_reads_sheets_as_their_names_say(self, office: Installation) -> None:
        form = Form(invoices(SOLD))
        office.put("发票.xlsx", as_xlsx({"销项发票信息": form, "进项发票信息": form}))
        found = {standard_of(p.contract): p.mapping.sheet for p in office.propose()}
        assert found == {"invoice_out": "销项发票信息", "invoice_in": "进项发票信息"}

    def test_needs_no_name_where_only_one_side_is_told(self, office: Installation) -> None:
        header = renamed(购方税号="购方单位代号", 销方税号="企业代号")
        assert standard_of(proposed(office, invoices(header)).contract) == "invoice_out"

    @pytest.mark.parametrize("missing", ["开票日期", "税额", "发票状态"])
    def test_is_none_where_a_needed_column_is_missing(
        self, office: Installation, missing: str
    ) -> None:
        rows = invoices(SOLD, leave_out=(missing,))
        contract = proposed(office, rows, "销项.csv").contract
        assert standard_of(contract) == ""
        assert contract.field("备注").name == "备注"

    def test_is_none_without_a_subject_or_with_foreign_money(self, office: Installation) -> None:
        nobody = invoices(SOLD, leave_out=("销方税号", "销方名称"))
        assert standard_of(proposed(office, nobody, "销项.csv").contract) == ""
        office.put("外币/销项.csv", invoices(renamed(金额="金额(美元)")))
        abroad = [p for p in office.propose() if "外币" in p.mapping.file]
        assert [standard_of(p.contract) for p in abroad] == [""]

    def test_reads_amounts_in_the_unit_of_their_header(self, office: Installation) -> None:
        rows = invoices(renamed(金额="金额(万元)"))
        for n, row in enumerate(rows[1:], 1):
            row[SOLD.index("金额")] = str(n)  # counts up: by its cells it is no amount
        office.put("销项.csv", rows)
        office.load()
        stored = office.stored("销项")
        assert stored["net"].to_pylist() == [n * 1_000_000 for n in range(1, 31)]
        assert stored["tax"][1].as_py() == 269

    def test_asks_about_what_stands_for_the_day_of_knowing(self, office: Installation) -> None:
        known = proposed(office, invoices(SOLD), "销项.csv")
        assert len(known.mapping.questions) == 2
        office.put("另/销项.csv", invoices(SOLD, leave_out=("入库日期",)))
        (other,) = [p for p in office.propose() if p.mapping.file != "销项.csv"]
        assert other.contract.known_time_field == "issued_on"
        assert any("开票日期" in asked for asked in other.mapping.questions[:-1])

    def test_keeps_the_highest_level_among_what_was_proposed(self, office: Installation) -> None:
        office.put("销项.csv", invoices(SOLD))
        holder = HOLDER.__class__(HOLDER.department, HOLDER.place, HOLDER.group, Level.L4)
        Importer(office.settings, "tester", FIRST_DAY, "en", silent_progress).run(
            office.inbox, holder=holder
        )
        (proposal,) = office.propose()
        assert {field.level for field in proposal.contract.fields} == {Level.L4}


class TestStandards:
    def test_have_names_numbers_and_fields_of_their_own(self) -> None:
        assert len({standard.name for standard in STANDARDS}) == len(STANDARDS)
        for standard in STANDARDS:
            names = [f.field.name for f in standard.fields]
            assert len(set(names)) == len(names)
            assert set(standard.known_time) <= set(names)
            headers = [h for f in standard.fields for h in f.headers]
            assert all(plain_header(header) == header for header in headers)
            kinds = {f.field.type for f in standard.fields if f.field.meaning is Meaning.AMOUNT}
            assert kinds <= {FieldType.MONEY}


@pytest.fixture
def real_invoices(office: Installation) -> Path:
    """Real tables, of the invoices twelve of each enterprise and year: the whole takes a minute."""
    if not DATA.is_dir():
        pytest.skip(f"{DATA.name} is not here: set SHUXIN_DATA")
    few = (
        "COPY (SELECT * FROM read_parquet($from) QUALIFY row_number() OVER (PARTITION BY 企业代号,"
        " year(CAST(开票日期 AS DATE)) ORDER BY 发票号码) <= 12) TO $to"
    )
    for path in DATA.iterdir():
        if path.suffix == ".parquet":
            to = str(office.inbox / path.name)
            duckdb.execute(few, {"from": str(path), "to": to})
        elif path.suffix in {".csv", ".xlsx"}:
            shutil.copy(path, office.inbox)
    return office.inbox


@pytest.mark.soak
@pytest.mark.real_data
class TestRealInvoices:
    def test_become_standards_and_58_features_of_425_enterprises(
        self, office: Installation, real_invoices: Path
    ) -> None:
        folder = real_invoices
        importer = Importer(office.settings, "tester", FIRST_DAY, "en", silent_progress)
        importer.run(folder, holder=HOLDER)
        proposals = office.accept()
        marked = [standard_of(p.contract) for p in proposals]
        assert sorted(filter(None, marked)) == [
            "invoice_in", "invoice_in", "invoice_out", "invoice_out", "loan_outcome", "rate_churn",
        ]  # fmt: skip
        (plain,) = [p for p in proposals if not standard_of(p.contract)]
        assert Meaning.SUBJECT_NUMBER in {field.meaning for field in plain.contract.fields}
        loaded = importer.run(folder, holder=HOLDER)
        assert sum(o.state is State.LOADED for o in loaded) == 7
        leave = sealed(ALL_SUBJECTS, Purpose.MODEL_TRAINING, at=FIRST_DAY)
        here = {"settings": office.settings, "now": FIRST_DAY}
        assert resolve_all(permit=leave, progress=silent_progress, **here)["entities"] == 425
        outcomes = loan_outcomes(permit=leave, **here)
        assert (len(outcomes), sum(o.defaulted for o in outcomes)) == (123, 27)
        assert len(churn_table(**here)) == 29
        subjects = subjects_with_features(permit=leave, **here)
        day = FIRST_DAY.date().replace(year=2020, month=1)
        names = [feature.name for feature in TRADE_FEATURES]
        table = compute_features([(s, day) for s in subjects], permits=[leave], names=names, **here)
        assert (table.num_rows, table.num_columns) == (425, 60)
        assert {o.entity for o in outcomes} <= set(subjects)
        asking = read_wishes(folder / "no_credit_history_enterprise_information.csv")
        assert len(asking) == 302
        assert find_entity(asking[0].who, permit=leave) in subjects


_FITTING = {
    FieldType.CODE: {"code", "text", "uscc", "account", "name", "person_hmac"},
    FieldType.STRING: {"address", "text", "name", "uscc", "code"},
    FieldType.INTEGER: {"integer"},
    FieldType.NUMBER: {"number", "integer"},
    FieldType.MONEY: {"fen"},
    FieldType.DATE: {"date", "time", "month"},
    FieldType.BOOLEAN: {"flag"},
}
WIDE = [standard for standard in STANDARDS if standard.keeps_rest]


class TestCityCatalogues:
    """The city's departments declare the same tables: what they call their fields, a standard knows."""

    @pytest.mark.parametrize("standard", WIDE, ids=lambda one: one.name)
    def test_each_field_is_in_the_catalogue_of_its_table_with_a_type_that_fits(
        self, standard: Standard
    ) -> None:
        found = [one for one in (*CATALOGUES, *OUTSIDE) if one.table == standard.number]
        assert found
        own = {"subject_code", "subject_name", "subject_number", "known_on"}
        for catalogue in found:
            for each in standard.fields:
                if each.field.name in own:
                    continue
                named = [f for f in catalogue.fields if {f.name, f.zh} & each.headers]
                assert [f.name for f in named], f"{catalogue.code} lacks {each.field.name}"
                assert str(named[0].kind) in _FITTING[each.field.type], (
                    f"{catalogue.code}.{named[0].name}"
                )

    def test_a_table_under_its_chinese_titles_is_one_standard_at_most(self) -> None:
        for catalogue in (*CATALOGUES, *OUTSIDE):
            titles = {field.zh for field in catalogue.fields}
            fits = [
                standard
                for standard in WIDE
                if all(titles & each.headers for each in standard.fields if each.needed)
            ]
            assert [one.name for one in fits if one.number != catalogue.table] == []
            assert len(fits) <= 1


class TestWideStandards:
    def test_keep_an_address_an_address_and_a_person_personal(self, office: Installation) -> None:
        header = [
            "统一社会信用代码",
            "企业名称",
            "注册资本",
            "成立日期",
            "登记机关",
            "登记状态",
            "住所",
            "经营者证件标识",
        ]
        rows = [
            [uscc(n), f"北京第{n}建材有限公司", f"{n}00.00", f"2020-03-{n:02}", "110101", "存续",
             f"北京市朝阳区建国路{n}号", f"{n % 7:032x}"]
            for n in range(1, 29)
        ]  # fmt: skip
        contract = proposed(office, [header, *rows], "企业登记.csv").contract
        assert standard_of(contract) == "registration"
        assert contract.field("address").meaning is Meaning.ADDRESS
        operator = contract.field("operator_id")
        assert (operator.personal, operator.level) == (PersonalClass.C2, Level.L3)
        assert contract.field("status").personal is PersonalClass.NONE

    def test_keep_the_columns_that_they_do_not_know(self, office: Installation) -> None:
        rows = [
            [uscc(n), f"北京第{n}建材有限公司", f"P{n:05}", "罚款", f"{n}.5", f"2024-01-{n % 28 + 1:02}", "",
             f"第{n}号巷口"]
            for n in range(1, 31)
        ]  # fmt: skip
        header = ["主体代码", "主体名称", "城管罚决定号", "处罚种类", "罚款额(万元)", "处罚日期", "信用修复日期",
                  "违法地点"]  # fmt: skip
        rows[0][6] = "2024-03-09"
        contract = proposed(office, [header, *rows], "城管处罚.csv").contract
        assert standard_of(contract) == "admin_penalty"
        names = {field.title: field.name for field in contract.fields}
        assert names["罚款额(万元)"] == "fine"
        assert names["处罚日期"] == "date"
        assert "违法地点" in names
        office.accept()
        office.run()
        stored = office.stored("城管处罚")
        assert sorted(stored["fine"].to_pylist())[:2] == [1_500_000, 2_500_000]
        assert names["违法地点"] in stored.column_names

    def test_leave_columns_about_persons_masked_as_they_were_proposed(
        self, office: Installation
    ) -> None:
        rows = [
            [uscc(n), f"北京第{n}建材有限公司", f"C{n:05}", "买卖合同纠纷", "被告", identity_number(n), f"{n}.5",
             f"2024-01-{n % 28 + 1:02}"]
            for n in range(1, 31)
        ]  # fmt: skip
        header = [
            "主体代码",
            "主体名称",
            "案号",
            "案由",
            "诉讼地位",
            "法定代表人证件号",
            "诉讼标的额",
            "立案日期",
        ]
        contract = proposed(office, [header, *rows], "立案.csv").contract
        assert standard_of(contract) == "court_case"
        (personal,) = [f for f in contract.fields if f.personal is not PersonalClass.NONE]
        assert personal.title == "法定代表人证件号"
        office.accept()
        office.run()
        assert identity_number(7) not in office.everything_written()
