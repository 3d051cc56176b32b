"""Every rule of DOMAIN.md 2.5 finds a planted fault, says where it is, and passes a clean load."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.fusion.conftest import uscc
from tests.fusion.quality_world import (
    CLEAN,
    CONTRACTS,
    FIRMS,
    HEADS,
    INVOICES,
    REGISTER,
    TAXPAYER,
    VAT,
    WITHHELD,
    Row,
    World,
    changed,
    made,
    monthly,
    told,
)

from shuxin.catalogue.api import (
    Contract,
    Drift,
    Field,
    FieldType,
    Level,
    OwnerRules,
    PersonalClass,
    QualityFileInvalid,
    Severity,
    Verdict,
    loads,
    record_load,
    register_contract,
)
from shuxin.fusion.codes import CodeTally
from shuxin.fusion.findings import checks_of, connect, findings_of
from shuxin.fusion.judging import OWNER_FILE, Judge, owner_rules
from shuxin.fusion.loading import ROWS_FILE
from shuxin.fusion.rows import Tally
from shuxin.infra.api import Settings, Store

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.catalogue.api import Check, Finding

pytestmark = pytest.mark.django_db


@pytest.fixture
def empty(tmp_path: Path) -> World:
    return World(Settings(home=tmp_path, database_url=""))


@pytest.fixture
def world(empty: World) -> World:
    return empty.with_all()


@pytest.fixture
def alone(empty: World) -> World:
    """Contracts without a load: what needs one file alone."""
    empty.may_read = False
    for agreed in CONTRACTS:
        register_contract(contract=agreed, accepted_by="tester", now=empty.now)
    return empty


def found_in(world: World, agreed: Contract, rows: list[Row], code: str, field: str) -> Finding:
    """The finding of a planted fault; TestCleanLoads knows that the clean load has none."""
    return told(world.judged(agreed, rows))[code, field]


class TestCleanLoads:
    def test_keep_every_rule(self, world: World) -> None:
        for agreed in CONTRACTS:
            judged = world.judged(agreed, CLEAN[agreed.dataset])
            assert told(judged) == {}, agreed.dataset
            assert judged.hold is None
            assert {one.verdict for one in judged.measured} <= {Verdict.KEPT, Verdict.UNJUDGED}


class TestOneTable:
    def test_a_repeated_key(self, alone: World) -> None:
        rows = [*CLEAN["vat_return"], CLEAN["vat_return"][3]]
        found = found_in(alone, VAT, rows, "key_repeated", "")
        assert (found.severity, found.count, found.example_lines) == (Severity.ERROR, 1, (82,))

    def test_mandatory_values_that_are_missing(self, alone: World) -> None:
        missing = changed(changed(CLEAN["vat_return"], 5, firm=None), 9, firm=None)
        found = found_in(alone, VAT, missing, "required_missing", "firm")
        assert (found.severity, found.count, found.example_lines) == (Severity.ERROR, 2, (5, 9))
        one = told(alone.judged(VAT, changed(CLEAN["vat_return"], 5, firm=None)))
        assert one["required_missing", "firm"].severity is Severity.WARNING  # 98.75 %

    def test_an_amount_of_the_wrong_sign(self, alone: World) -> None:
        rows = changed(CLEAN["invoice_out"], 4, net=-7_000)
        found = found_in(alone, INVOICES, rows, "rule_in_range", "net")
        assert (found.count, found.example_lines) == (1, (4,))

    def test_a_code_outside_its_table(self, alone: World) -> None:
        rows = changed(CLEAN["taxpayer"], 20, kind="big")
        found = found_in(alone, TAXPAYER, rows, "code_unknown", "kind")
        assert found.example_lines == (20,)

    def test_an_amount_that_does_not_add_up_by_more_than_a_yuan(self, alone: World) -> None:
        almost = changed(CLEAN["vat_return"], 7, payable=9_500 + 100)
        assert ("identity", "payable") not in told(alone.judged(VAT, almost))
        rows = changed(CLEAN["vat_return"], 7, payable=9_500 - 101)
        found = found_in(alone, VAT, rows, "identity", "payable")
        assert (found.severity, found.count, found.example_lines) == (Severity.ERROR, 1, (7,))

    def test_input_tax_that_is_left_over_leaves_nothing_to_pay(self, alone: World) -> None:
        rows = changed(CLEAN["vat_return"], 7, input=99_000, payable=0)
        assert ("identity", "payable") not in told(alone.judged(VAT, rows))
        owed = changed(CLEAN["vat_return"], 7, input=99_000, payable=101)
        assert ("identity", "payable") in told(alone.judged(VAT, owed))

    def test_a_vat_return_of_the_standard_adds_up_without_being_told(self, alone: World) -> None:
        """Marked, with the standard's names; the one firm whose row is wrong is more than the hundredth allowed."""
        called = {
            "output_tax": "output", "input_tax": "input", "input_transfer_out": "moved_out",
            "carried_forward": "carried", "relief": "relief", "payable": "payable",
        }  # fmt: skip
        money = (Field(name, FieldType.MONEY, level=Level.L3) for name in called)
        marked = made("tax_returns", *money, extra=(("standard", "vat_return"),))
        rows = [
            {name: row[own] for name, own in called.items()} | {"firm": row["firm"]}
            for row in CLEAN["vat_return"]
        ]
        assert told(alone.judged(marked, rows)) == {}
        found = told(alone.judged(marked, changed(rows, 7, payable=1)))
        assert found["identity", "vat_payable"].example_lines == (7,)
        bare = replace(marked, extra=())
        assert told(alone.judged(bare, changed(rows, 7, payable=1))) == {}

    @pytest.mark.parametrize(("both", "severity"), [(995, None), (994, Severity.ERROR)])
    def test_credit_codes_by_both_checks(
        self, alone: World, both: int, severity: Severity | None
    ) -> None:
        found = code_check(alone, CodeTally(1000, 1000, 1000, both, 1000))
        assert (found.severity if severity else found.finding and None) is severity
        assert found.kept == both / 1000

    def test_few_codes_only_warn(self, alone: World) -> None:
        assert code_check(alone, CodeTally(10, 10, 8, 8, 8, [3, 4])).severity is Severity.WARNING

    def test_rows_that_could_not_be_loaded(self, alone: World) -> None:
        load = alone.new_load(REGISTER, CLEAN["register"])
        rows = Store(alone.settings.store).folder(load.store_name) / ROWS_FILE
        tally = Tally(read=1025, loaded=980)
        tally.rejected.update({"date_unreadable": 20, "total_row": 25})
        assert "rows_refused" not in codes(rows, tally)
        tally.rejected.update({"date_unreadable": 1})
        assert codes(rows, tally)["rows_refused"] is Severity.ERROR

    def test_rows_kept_aside_count_as_missing(self, alone: World) -> None:
        """A mandatory cell that is empty keeps its row aside; the completeness of its field knows."""
        load = alone.new_load(REGISTER, CLEAN["register"])
        rows = Store(alone.settings.store).folder(load.store_name) / ROWS_FILE
        tally = Tally(read=120, loaded=20)
        tally.missing["firm"] = 100
        (check,) = [
            one
            for one in checks_of(
                rows, contract=REGISTER, tally=tally, owner=OwnerRules(), connection=connect()
            )
            if one.rule == "complete"
        ]
        assert (check.failed, check.of, check.severity) == (100, 120, Severity.ERROR)


def code_check(alone: World, counted: CodeTally) -> Check:
    load = alone.new_load(REGISTER, CLEAN["register"])
    rows = Store(alone.settings.store).folder(load.store_name) / ROWS_FILE
    tally = Tally(read=20, loaded=20, codes={"firm": counted})
    found = checks_of(
        rows, contract=REGISTER, tally=tally, owner=OwnerRules(), connection=connect()
    )
    (check,) = [one for one in found if one.rule == "credit_code"]
    return check


def codes(rows: Path, tally: Tally) -> dict[str, Severity]:
    found = findings_of(rows, contract=REGISTER, tally=tally, connection=connect())
    return {one.code: one.severity for one in found}


class TestSeveralTables:
    def test_subjects_that_the_register_does_not_know(self, world: World) -> None:
        rows = changed(CLEAN["vat_return"], 11, firm=uscc(999))
        found = found_in(world, VAT, rows, "orphans", "registered")
        assert (found.count, found.example_lines) == (1, (11,))
        assert found.share == pytest.approx(1 / 21)

    def test_a_register_that_lost_firms_is_held_against_those_who_read_it(
        self, world: World
    ) -> None:
        found = told(world.judged(REGISTER, CLEAN["register"][:10]))
        assert found["orphans", "registered"].count == 10
        assert found["orphans", "registered"].example_lines == ()  # no row of the register is wrong

    def test_a_period_that_a_filer_left_out(self, world: World) -> None:
        rows = [row for n, row in enumerate(CLEAN["vat_return"]) if n != 5]
        found = found_in(world, VAT, rows, "gaps", "filed")
        assert (found.severity, found.count, found.example_lines) == (Severity.WARNING, 1, (6,))

    def test_periods_that_another_file_brought_are_no_gap(self, world: World) -> None:
        early = [row for row in CLEAN["vat_return"] if row["month"].month != 3]
        third = [row for row in CLEAN["vat_return"] if row["month"].month == 3]
        record_load(load=world.new_load(VAT, early))
        assert ("gaps", "filed") not in told(world.judged(VAT, third, file="vat_3.csv"))

    def test_sales_that_the_invoices_do_not_make(self, world: World) -> None:
        almost = changed(CLEAN["vat_return"], 2, sales=105_000)
        assert ("agrees", "sales_and_invoices") not in told(world.judged(VAT, almost))
        rows = changed(CLEAN["vat_return"], 2, sales=105_001)
        found = found_in(world, VAT, rows, "agrees", "sales_and_invoices")
        assert (found.count, found.example_lines) == (1, (2,))
        assert found.share == pytest.approx(1 / 60)  # of 15 general taxpayers in 4 months

    def test_small_scale_taxpayers_are_not_asked(self, world: World) -> None:
        rows = changed(CLEAN["vat_return"], 81, sales=1)
        assert rows[79]["firm"] == FIRMS[19]
        assert ("agrees", "sales_and_invoices") not in told(world.judged(VAT, rows))

    def test_the_other_side_of_a_rule_is_judged_when_it_comes(self, world: World) -> None:
        rows = changed(CLEAN["invoice_out"], 2, net=90_000)
        found = found_in(world, INVOICES, rows, "agrees", "sales_and_invoices")
        assert (found.count, found.example_lines) == (1, (2,))

    def test_head_counts_that_differ_by_more_than_three_tenths(self, world: World) -> None:
        almost = changed(CLEAN["withheld"], 3, people=13)
        assert told(world.judged(WITHHELD, almost)) == {}
        rows = changed(CLEAN["withheld"], 3, people=14)
        assert found_in(world, WITHHELD, rows, "agrees", "people").example_lines == (3,)
        report = [row | {"people": 8} for row in CLEAN["withheld"]]
        found = told(world.judged(WITHHELD, report))
        assert found["agrees", "people_of_the_year"].count == len(FIRMS)

    def test_is_read_under_one_permit_of_the_holder(self, world: World) -> None:
        world.asked.clear()
        world.judged(HEADS, CLEAN["insured"])
        assert [one.purpose.value for one in world.asked] == ["data_quality"]
        world.asked.clear()
        world.judged(made("alone"), CLEAN["register"])
        assert world.asked == []

    def test_is_not_judged_without_leave_to_read(self, world: World) -> None:
        rows = changed(CLEAN["vat_return"], 11, firm=uscc(999))
        load = world.new_load(VAT, rows)
        judge = Judge(world.settings, connect(), None)
        judged = judge.judge(load, agreed=VAT, tally=Tally(read=80, loaded=80))
        across = {one.rule: one.verdict for one in judged.measured}
        assert across["orphans"] is across["agrees"] is across["gaps"] is Verdict.UNJUDGED
        assert "orphans" not in {code for code, _ in told(judged)}

    def test_the_owner_names_a_register_for_all(self, world: World) -> None:
        rows = changed(CLEAN["insured"], 2, firm=uscc(999))
        assert told(world.judged(HEADS, rows)) == {}
        (world.settings.home / OWNER_FILE).write_text('register = "register"\norphan = 0.99\n')
        assert told(world.judged(HEADS, rows))["orphans", "register"].example_lines == (2,)
        lost = told(world.judged(REGISTER, CLEAN["register"][:10]))
        assert {field for code, field in lost if code == "orphans"} == {"registered", "register"}


DRIFTING = made(
    "drifting",
    Field("kind", FieldType.CODE),
    Field("amount", FieldType.MONEY, level=Level.L3),
    Field("secret", FieldType.CODE, personal=PersonalClass.C2),
    Field("seen_on", FieldType.DATE),
)


def spread(kinds: str, *, shift: int = 0, count: int = 2000) -> list[Row]:
    """Rows whose kinds repeat, with amounts that are all different."""
    return [
        {"firm": FIRMS[n % 20], "kind": kinds[n % len(kinds)], "amount": n + shift, "secret": kinds[0],
         "seen_on": dt.date(2024, 1, 1) + dt.timedelta(days=shift + n % 28)}
        for n in range(count)
    ]  # fmt: skip


class TestDrift:
    @pytest.fixture
    def before(self, empty: World) -> World:
        empty.loaded(DRIFTING, spread("aabb"))
        empty.now += dt.timedelta(days=1)
        return empty

    def test_the_same_distribution_passes(self, before: World) -> None:
        judged = before.judged(DRIFTING, spread("abab"))
        assert told(judged) == {}
        drift = {one.field: one.figure for one in judged.measured if one.rule == "drift"}
        assert drift == {"kind": pytest.approx(0, abs=1e-3), "amount": pytest.approx(0, abs=1e-3)}

    def test_a_shift_warns_and_a_greater_one_stops(self, before: World) -> None:
        warned = before.judged(DRIFTING, spread("aaaaaabbbb"[1:] + "a" * 3))
        assert told(warned)["drift", "kind"].severity is Severity.WARNING
        assert warned.hold is None
        stopped = before.judged(DRIFTING, spread("aaaaaaaaab"))
        assert told(stopped)["drift", "kind"].severity is Severity.STOP
        assert stopped.hold is not None
        assert stopped.hold.needs_two

    def test_amounts_are_compared_by_the_tenths_of_the_load_before(self, before: World) -> None:
        judged = before.judged(DRIFTING, spread("aabb", shift=1000))
        assert ("drift", "amount") in told(judged)
        assert ("drift", "kind") not in told(judged)

    def test_values_that_go_missing_are_drift(self, before: World) -> None:
        rows = [row | {"amount": None} if n % 2 else row for n, row in enumerate(spread("aabb"))]
        assert told(before.judged(DRIFTING, rows))["drift", "amount"].severity is Severity.STOP

    def test_a_code_that_bursts_into_many_is_drift(self, before: World) -> None:
        rows = [row | {"kind": f"k{n % 900}"} for n, row in enumerate(spread("ab"))]
        assert told(before.judged(DRIFTING, rows))["drift", "kind"].severity is Severity.STOP

    def test_few_rows_are_not_judged(self, before: World) -> None:
        judged = before.judged(DRIFTING, spread("c", count=50))
        assert told(judged) == {}
        assert {one.verdict for one in judged.measured if one.rule == "drift"} == {Verdict.UNJUDGED}

    def test_a_contract_states_other_limits(self, before: World) -> None:
        loose = replace(DRIFTING, rules=(Drift(name="d", warns=5, stops=9, without=("amount",)),))
        assert told(before.judged(loose, spread("aaaaaaaaab", shift=10**6))) == {}

    def test_only_counts_are_kept_and_none_of_persons(self, before: World) -> None:
        distribution = before.judged(DRIFTING, spread("aabb")).distribution
        assert set(distribution) == {"kind", "amount"}
        assert distribution["kind"] == {"words": {"a": 1000, "b": 1000}, "missing": 0}
        assert sum(distribution["amount"]["parts"]) == 2000


class TestTimeliness:
    def test_rows_older_than_cycle_and_lag_are_late(self, empty: World) -> None:
        agreed = monthly(made("monthly", Field("known", FieldType.DATE)))
        agreed = replace(agreed, known_time_field="known")
        fresh = [{"firm": FIRMS[0], "known": empty.now.date() - dt.timedelta(days=46)}]
        assert told(empty.judged(agreed, fresh)) == {}
        old = [{"firm": FIRMS[0], "known": empty.now.date() - dt.timedelta(days=47)}]
        found = told(empty.judged(agreed, old))
        assert found["late", ""].severity is Severity.WARNING


class TestWhichLoadIsHeld:
    """Faults of fewer than 100 cases hold nothing up; these have 120 rows."""

    ROWS = [{"firm": uscc(n)} for n in range(1, 121)]

    def test_a_first_load_is_not_held_for_an_error(self, empty: World) -> None:
        register_contract(contract=REGISTER, accepted_by="tester", now=empty.now)
        judged = empty.judged(REGISTER, [*self.ROWS, *self.ROWS[:5]])
        assert told(judged)["key_repeated", ""].severity is Severity.ERROR
        assert judged.hold is None

    def test_a_later_one_is_unless_the_one_in_force_is_as_bad(self, empty: World) -> None:
        empty.loaded(REGISTER, self.ROWS)
        bad = empty.judged(REGISTER, [*self.ROWS, *self.ROWS[:5]])
        assert bad.hold is not None
        assert not bad.hold.needs_two
        record_load(load=empty.new_load(REGISTER, [*self.ROWS, *self.ROWS[:4]]),
                    findings=bad.findings)  # fmt: skip
        assert empty.judged(REGISTER, [*self.ROWS, *self.ROWS[:6]]).hold is None
        assert empty.judged(REGISTER, [*self.ROWS, *self.ROWS[:20]]).hold is not None

    def test_a_new_file_follows_the_newest_load_once_the_history_is_in(self, empty: World) -> None:
        empty.loaded(REGISTER, self.ROWS, file="2024-01.csv")
        bad = [*self.ROWS, *self.ROWS[:5]]
        assert empty.judged(REGISTER, bad, file="2024-02.csv").hold is None
        empty.now += dt.timedelta(hours=25)
        assert empty.judged(REGISTER, bad, file="2024-02.csv").hold is not None

    def test_what_stops_holds_a_first_load_too(self, empty: World) -> None:
        rule = replace(INVOICES.field("net").rules[0], severity=Severity.STOP)
        fields = tuple(
            replace(one, rules=(rule,)) if one.name == "net" else one for one in INVOICES.fields
        )
        strict = replace(INVOICES, fields=fields)
        judged = empty.judged(strict, changed(CLEAN["invoice_out"], 4, net=-1))
        assert judged.hold is not None
        assert judged.hold.needs_two

    def test_a_load_kept_aside_is_not_what_the_next_is_compared_with(self, empty: World) -> None:
        empty.loaded(REGISTER, self.ROWS)
        empty.now += dt.timedelta(days=1)
        empty.loaded(REGISTER, [*self.ROWS, *self.ROWS[:50]])
        (standing,) = loads(dataset="register")
        assert standing.rows_loaded == 120
        assert empty.judged(REGISTER, [*self.ROWS, *self.ROWS[:5]]).hold is not None


class TestOwnerRules:
    def test_defaults_without_a_file(self, empty: World) -> None:
        assert owner_rules(empty.settings) == OwnerRules()

    @pytest.mark.parametrize(
        "text",
        [
            "complete = 2",
            "unknown = 1",
            "register = 5",
            "[a",
            "drift_warns = 0.3",
            "fewest_rows = true",
        ],
    )
    def test_a_wrong_file_is_refused(self, empty: World, text: str) -> None:
        (empty.settings.home / OWNER_FILE).write_text(text)
        with pytest.raises(QualityFileInvalid):
            owner_rules(empty.settings)
