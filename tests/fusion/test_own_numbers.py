from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fusion.conftest import FIRST_DAY, Installation, rows_of_firms, uscc
from tests.permits import sealed

from shuxin.catalogue.api import DataGroup, Level
from shuxin.consent.api import ALL_SUBJECTS, Purpose
from shuxin.fusion.ingest import Importer
from shuxin.fusion.models import Entity, Mention
from shuxin.fusion.own_numbers import by_own_number, own_identity
from shuxin.fusion.portrait import EnterpriseUnknown, NameShared, find_entity, portrait
from shuxin.fusion.proposals import Holder
from shuxin.fusion.resolution import Doubt, Finding, Flaw, Placement, Resolution, Review, Way
from shuxin.fusion.who import resolve_all
from shuxin.infra.api import silent_progress

words = st.text("局委:行甲乙1Ee~ ", min_size=1, max_size=50)
departments = st.sampled_from(["甲局", "乙局"])
numbers = st.sampled_from(["", "E1", "E2", "E3"])
ways = st.sampled_from(
    [(Way.CODE, "A"), (Way.CODE, "B"), (Way.NAME, "A"), (Way.NAME, "B"), (Way.ALONE, "")]
)


@st.composite
def mentions(draw: st.DrawFn) -> tuple[tuple[Placement, ...], dict[str, dict[str, Any]]]:
    said = draw(st.lists(st.tuples(departments, numbers, ways), max_size=12))
    rows = {f"m{n}": {"department": d, "number": number} for n, (d, number, _) in enumerate(said)}
    placements = tuple(
        Placement(f"m{n}", entity or f"name:m{n}", way)
        for n, (_, _, (way, entity)) in enumerate(said)
    )
    return placements, rows


def resolution(placements: tuple[Placement, ...]) -> Resolution:
    return Resolution((), placements, (), (), ())


class TestOwnIdentity:
    @given(words, words, words, words)
    def test_is_of_one_number_of_one_department(self, a: str, b: str, c: str, d: str) -> None:
        one = own_identity(department=a, number=b)
        assert len(one) <= 64
        assert ":" in one or len(a) > 42
        assert (one == own_identity(department=c, number=d)) == ((a, b) == (c, d))

    def test_tells_long_departments_and_numbers_apart(self) -> None:
        long = "某市市场监督管理局登记注册与信用监督管理处(行政审批服务处)"
        names = {own_identity(department=long + end, number="1") for end in ("", "一", "二")}
        names |= {own_identity(department="局", number="9" * 59 + end) for end in ("1", "2")}
        names |= {
            own_identity(department="局:1", number="2"),
            own_identity(department="局", number="1:2"),
        }
        assert len(names) == 7

    def test_is_readable_where_it_fits(self) -> None:
        assert own_identity(department="某银行", number="E17") == "某银行:E17"


class TestByOwnNumber:
    @given(mentions(), st.randoms(use_true_random=False))
    def test_one_number_of_one_department_is_one_entity_in_any_order(
        self, said: tuple[tuple[Placement, ...], dict[str, dict[str, Any]]], rng: Any
    ) -> None:
        placements, rows = said
        found = by_own_number(resolution(placements), rows=rows)
        placed = {p.mention: p for p in found.placements}
        assert list(placed) == [p.mention for p in placements]
        for before in placements:
            row, after = rows[before.mention], placed[before.mention]
            group = [p for p in placements if rows[p.mention] == row]
            codes = {p.entity for p in group if p.way is Way.CODE}
            codes = codes or {p.entity for p in group if p.way is Way.NAME}
            if before.way is Way.CODE or not row["number"]:
                assert after == before
            elif len(codes) == 1:
                assert (after.entity, after.way) == (next(iter(codes)), Way.NUMBER)
            else:
                assert after.entity == own_identity(**row)
        keys = list(rows)
        rng.shuffle(keys)
        mixed = by_own_number(resolution(placements), rows={key: rows[key] for key in keys})
        assert mixed == found

    def test_drops_doubts_about_what_a_number_settles_and_keeps_the_others(self) -> None:
        placements = (Placement("m0", "name:0", Way.WEIGHT), Placement("m1", "name:1", Way.WEIGHT))
        reviews = tuple(Review((key,), "name:0", Doubt.WEIGHT, ("A",)) for key in ("m0", "m1"))
        findings = tuple(Finding(key, next(iter(Flaw)), ()) for key in ("m0", "m1"))
        doubtful = replace(resolution(placements), reviews=reviews, findings=findings)
        rows = {"m0": {"department": "局", "number": "7"}, "m1": {"department": "局", "number": ""}}
        found = by_own_number(doubtful, rows=rows)
        assert found.reviews == reviews[1:]
        assert found.findings == findings[1:]


def calls(numbers_: list[str]) -> list[list[str]]:
    """A list of visits that knows customers by number only."""
    rows = [[number, f"2024-01-{at + 1:02}", "无"] for at, number in enumerate(numbers_)]
    return [["客户编号", "回访日期", "备注"], *rows]


def loans(codes: dict[str, str]) -> list[list[str]]:
    """Loans by number, and a credit code where one is known."""
    rows = [[number, code, "2024-01-05", "否"] for number, code in codes.items()]
    return [["客户编号", "统一社会信用代码", "放款日期", "是否违约"], *rows]


def bills(names: dict[str, str]) -> list[list[str]]:
    """Bills of an office that knows its customers by number and name."""
    rows = [[number, name, "2024-01-05", "7"] for number, name in names.items()]
    return [["客户编号", "企业名称", "抄表日期", "用电量"], *rows]


def bring(office: Installation, department: str, file: str, rows: list[list[str]]) -> None:
    office.put(file, rows)
    holder = Holder(department=department, place="", group=DataGroup.FINANCIAL, level=Level.L2)
    importer = Importer(office.settings, "tester", FIRST_DAY, "en", silent_progress)
    path = office.inbox / file
    importer.run(office.inbox, holder=holder, only=path)
    office.accept()
    importer.run(office.inbox, holder=holder, only=path)


EVERYBODY = sealed(ALL_SUBJECTS, Purpose.OWN_CUSTOMER_VIEW, at=FIRST_DAY)


def resolved(office: Installation) -> dict[str, int]:
    return resolve_all(
        permit=EVERYBODY, settings=office.settings, now=FIRST_DAY, progress=silent_progress
    )


@pytest.mark.django_db
class TestNumbersWithNames:
    def test_go_with_the_code_that_the_register_gives_their_names(
        self, office: Installation
    ) -> None:
        register = rows_of_firms(12)
        bring(office, "市场监管局", "register.csv", register)
        names = {f"P{n}": register[n][1] for n in range(1, 10)}
        bring(office, "供电公司", "bills.csv", bills(names))
        bring(office, "供电公司", "calls.csv", calls(list(names)))
        counts = resolved(office)
        assert counts["by_number"] == 18
        for n, number in enumerate(names, 1):
            placed = Mention.objects.filter(number_text=number)
            assert {mention.entity.code for mention in placed if mention.entity} == {uscc(n)}

    def test_stay_apart_where_their_names_are_of_two_firms(self, office: Installation) -> None:
        register = rows_of_firms(12)
        bring(office, "市场监管局", "register.csv", register)
        rows = bills({f"P{n}": register[n][1] for n in range(1, 10)})
        rows.append(["P1", register[11][1], "2024-02-05", "7"])
        bring(office, "供电公司", "bills.csv", rows)
        resolved(office)
        placed = Mention.objects.filter(number_text="P1")
        assert {mention.entity.code for mention in placed if mention.entity} == {""}


@pytest.mark.django_db
class TestDepartments:
    NUMBERS = [f"E{n}" for n in range(1, 15)]

    def test_have_numbers_of_their_own(self, office: Installation) -> None:
        bring(office, "甲银行", "a.csv", calls(self.NUMBERS))
        bring(office, "乙银行", "b.csv", calls(self.NUMBERS))
        bring(office, "甲银行", "c.csv", calls(self.NUMBERS[:10] * 2))
        counts = resolved(office)
        assert counts["entities"] == 2 * len(self.NUMBERS)
        assert counts["by_number"] == Mention.objects.count()
        assert not Entity.objects.exclude(code="").exists()
        with pytest.raises(NameShared):
            find_entity("E1", permit=EVERYBODY)
        assert find_entity("甲银行:E1", permit=EVERYBODY) == "甲银行:E1"
        shown = portrait("甲银行:E1", permit=EVERYBODY, settings=office.settings)
        assert shown.code == ""
        assert {c.dataset: len(c.facts) for c in shown.chapters} == {"a": 1, "c": 2}
        assert {fact.values["客户编号"] for c in shown.chapters for fact in c.facts} == {"E1"}

    def test_follow_the_only_credit_code_that_one_of_their_tables_gives(
        self, office: Installation
    ) -> None:
        bring(office, "甲银行", "a.csv", calls(self.NUMBERS))
        bring(office, "乙银行", "b.csv", calls(self.NUMBERS))
        known = {number: uscc(at) for at, number in enumerate(self.NUMBERS[:-1], 20)}
        bring(office, "甲银行", "贷款.csv", loans(known))
        resolved(office)
        assert find_entity(uscc(20), permit=EVERYBODY) == uscc(20)
        assert {find_entity(f"甲银行:{n}", permit=EVERYBODY) for n in self.NUMBERS[-1:]} == {
            "甲银行:E14"
        }
        shown = portrait(uscc(20), permit=EVERYBODY, settings=office.settings)
        assert {c.dataset: len(c.facts) for c in shown.chapters} == {"a": 1, "贷款": 1}
        assert find_entity("乙银行:E1", permit=EVERYBODY) == "乙银行:E1"
        with pytest.raises(EnterpriseUnknown):
            find_entity("E99", permit=EVERYBODY)
