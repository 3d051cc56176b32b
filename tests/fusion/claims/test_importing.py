from __future__ import annotations

import datetime as dt
import resource
import signal
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from tests.fusion.claims.conftest import CONTRACT, fines, parquet, with_field, with_rule
from tests.fusion.conftest import (
    FIRST_DAY,
    Installation,
    identity_number,
    only,
    refused,
    rows_of_firms,
)

from shuxin.catalogue.api import (
    FieldType,
    Level,
    Meaning,
    PersonalClass,
    QualityRule,
    Sharing,
    contract,
    dataset,
    release_load,
    write_contract,
)
from shuxin.fusion.choosing import Choice, change_proposal, look_at_proposal
from shuxin.fusion.outcome import State
from shuxin.fusion.proposal_files import proposal_names
from shuxin.kernel.dates import CHINA_TIME

pytestmark = pytest.mark.django_db
LATER = FIRST_DAY + dt.timedelta(days=2)
LATEST = FIRST_DAY + dt.timedelta(days=4)
MANY_PERSONS = ["王李张刘陈杨赵黄周吴"[n % 10] + "建秀伟德静磊"[n % 6] for n in range(20)]


@pytest.fixture
def loaded(office: Installation) -> Installation:
    """Thirty fines under their contract are in force."""
    office.put("fines.parquet", parquet(fines(30)))
    assert only(office.load()).state is State.LOADED
    return office


class TestAContractThatComesAlong:
    def test_is_proposed_as_it_is_and_loads_once_accepted(self, office: Installation) -> None:
        office.put("fines.parquet", parquet(fines(30)))
        (proposal,) = office.propose()
        assert proposal.contract == replace(CONTRACT, department="市场监管局")
        assert "1.0.0" in proposal.mapping.questions[0]
        office.accept()
        outcome = only(office.run())
        assert (outcome.state, outcome.rows_read, outcome.rows_loaded) == (State.LOADED, 30, 30)
        stored, sent = office.stored("fines"), fines(30)
        for name in sent.column_names[:-1]:
            assert stored[name].to_pylist() == sent[name].to_pylist(), name
        assert stored.schema.types == [
            *(pa.string(),) * 3,
            pa.int64(),
            pa.date32(),
            pa.timestamp("us", "UTC"),
        ]
        assert contract(dataset="fines").known_time_field == "known_time"

    def test_needs_nobody_for_the_files_after_it(self, loaded: Installation) -> None:
        loaded.put("fines.parquet", parquet(fines(40)))
        outcome = only(loaded.run(now=LATER))
        assert (outcome.state, outcome.rows_loaded) == (State.LOADED, 40)
        assert only(loaded.run(now=LATEST)).state is State.UNCHANGED

    def test_says_since_when_history_was_known(self, loaded: Installation) -> None:
        """What comes within a day of the first load is believed; a row that comes later is not known before it came."""
        moment = dt.datetime(2024, 2, 15, tzinfo=CHINA_TIME)
        before = loaded.table("fines", known_before=moment)
        assert before is None or before.num_rows == 0
        first = loaded.table("fines")
        assert first is not None
        assert max(first["_known_time"].to_pylist()) < FIRST_DAY

    def test_may_lie_beside_its_file(self, office: Installation) -> None:
        office.put("fines.parquet", parquet(fines(30), None))
        office.put("contracts/fines.yaml", write_contract(contract=CONTRACT))
        assert only(office.load()).state is State.LOADED
        assert contract(dataset="fines").title == "行政罚款"
        office.put("contracts/fines.yaml", write_contract(contract=with_field("kind", title="类")))
        assert refused(office.run(now=LATER)) == "claim_changed"

    def test_may_be_absent(self, office: Installation) -> None:
        """Then the table is proposed by its content, like any file."""
        office.put("fines.parquet", parquet(fines(30), None))
        (proposal,) = office.propose()
        assert not proposal.mapping.claim
        assert proposal.contract.field("kind").level is Level.L2

    def test_is_read_as_hostile_text(self, office: Installation) -> None:
        office.put("fines.parquet", parquet(fines(3), b"a: &x [1]\nb: *x\n"))
        assert refused(office.run()) == "yaml_refused"
        office.put("fines.parquet", parquet(fines(3), b"schema: 1\n"))
        assert refused(office.run()) == "contract_invalid"
        worse = write_contract(contract=CONTRACT).replace(b"subject_name", b"kind__hmac")
        office.put("fines.parquet", parquet(fines(3), worse))
        assert refused(office.run()) == "contract_invalid"
        office.put("fines.parquet", parquet(fines(3), b"{" * (3 << 20)))
        assert refused(office.run()) == "yaml_refused"

    def test_with_a_mark_that_its_fields_do_not_keep_loses_the_mark(
        self, office: Installation
    ) -> None:
        marked = replace(CONTRACT, extra=(("standard", "vat_return"), ("code", "AMR-09")))
        office.put("fines.parquet", parquet(fines(30), marked))
        (proposal,) = office.propose()
        assert proposal.contract.extra == (("code", "AMR-09"),)
        assert any("vat_return" in question for question in proposal.mapping.questions)

    def test_is_named_apart_from_another_dataset_of_its_name(self, office: Installation) -> None:
        office.put("a/fines.parquet", parquet(fines(30)))
        office.put("b/fines.parquet", parquet(fines(20)))
        outcomes = office.load()
        assert {outcome.state for outcome in outcomes} == {State.LOADED}
        assert len({outcome.dataset for outcome in outcomes}) == 2

    def test_takes_the_department_that_its_holder_names(self, office: Installation) -> None:
        other = replace(CONTRACT, department="别的局")
        office.put("fines.parquet", parquet(fines(30), other))
        (proposal,) = office.propose()
        assert proposal.contract.department == "市场监管局"

    def test_keeps_its_types_when_a_person_changes_the_proposal(self, office: Installation) -> None:
        office.put("fines.parquet", parquet(fines(30)))
        office.run()
        (name,) = proposal_names(office.settings.proposals)
        view = look_at_proposal(name, settings=office.settings)
        assert {column.header: column.types for column in view.columns}["amount"] == (
            FieldType.MONEY,
        )
        choice = Choice(
            used=True, type=FieldType.CODE, meaning=Meaning.NONE, level=Level.L4, fill_down=True
        )
        change_proposal(
            name,
            title="罚款",
            department="市场监管局",
            group=CONTRACT.group,
            choices={"kind": choice},
            settings=office.settings,
        )
        office.accept()
        assert only(office.run()).state is State.LOADED
        assert contract(dataset="fines").field("kind").level is Level.L4


class TestPersonalInformation:
    def put(self, office: Installation, column: list[Any], **field: Any) -> None:
        table = fines(len(column))
        at = table.column_names.index("kind")
        told = with_field("kind", **{"type": FieldType.STRING, "code_table": (), **field})
        office.put("fines.parquet", parquet(table.set_column(at, "kind", pa.array(column)), told))

    @pytest.mark.parametrize(
        ("values", "meaning", "personal"),
        [
            ([identity_number(n) for n in range(20)], Meaning.IDENTITY_NUMBER, PersonalClass.C2),
            ([f"138{n:08}" for n in range(20)], Meaning.PHONE, PersonalClass.C2),
            (MANY_PERSONS, Meaning.PERSON_NAME, PersonalClass.C1),
        ],
    )
    def test_that_a_contract_does_not_declare_is_masked_and_raised(
        self, office: Installation, values: list[str], meaning: Meaning, personal: PersonalClass
    ) -> None:
        self.put(office, values)
        (proposal,) = office.propose()
        field = proposal.contract.field("kind")
        assert (field.meaning, field.personal, field.level, field.sharing) == (
            meaning,
            personal,
            Level.L3,
            Sharing.CONDITIONAL,
        )
        assert any("kind" in question for question in proposal.mapping.questions)
        office.accept()
        assert only(office.run()).state is State.LOADED
        written = office.everything_written()
        assert not any(value in written for value in values)
        assert office.stored("fines")["kind__hmac"].null_count == 0

    def test_in_a_column_of_whole_numbers_is_masked_too(self, office: Installation) -> None:
        values = [13_800_000_000 + n for n in range(20)]
        self.put(office, values, type=FieldType.INTEGER)
        (proposal,) = office.propose()
        assert proposal.contract.field("kind").meaning is Meaning.PHONE
        office.accept()
        assert only(office.run()).state is State.LOADED
        written = office.everything_written()
        assert not any(str(value) in written for value in values)

    def test_is_never_of_a_lower_level_than_its_meaning_demands(self, office: Installation) -> None:
        self.put(office, MANY_PERSONS, meaning=Meaning.PERSON_NAME)
        (proposal,) = office.propose()
        field = proposal.contract.field("kind")
        assert (field.personal, field.level) == (PersonalClass.C1, Level.L3)

    def test_makes_no_subject_of_a_person(self, office: Installation) -> None:
        """The index is of enterprises: a table about persons is placed with nobody."""
        person = {"personal": PersonalClass.C2, "level": Level.L3}
        fields = tuple(
            replace(field, **person) if field.name.startswith("subject") else field
            for field in CONTRACT.fields
        )
        office.put("fines.parquet", parquet(fines(12), replace(CONTRACT, fields=fields)))
        (proposal,) = office.propose()
        meanings = [proposal.contract.field(f"subject_{part}").meaning for part in ("code", "name")]
        assert meanings == [Meaning.NONE, Meaning.PERSON_NAME]

    def test_inside_other_text_is_masked(self, office: Installation) -> None:
        self.put(office, [f"联系人电话1380013800{n % 10}请回电" for n in range(12)])
        assert only(office.load()).state is State.LOADED
        assert set(office.stored("fines")["kind"].to_pylist()) == {
            f"联系人电话138****800{n}请回电" for n in range(10)
        }


def without(name: str) -> pa.Table:
    return fines(40).drop_columns([name])


def retyped(name: str, kind: pa.DataType) -> pa.Table:
    table = fines(40)
    at = table.column_names.index(name)
    return table.set_column(at, name, table[name].cast(kind))


class TestFaults:
    """Each is told with what, where and how to mend; the load before stays in force."""

    @pytest.mark.parametrize(
        ("table", "facts"),
        [
            (without("kind"), {"missing": "kind", "new": "", "retyped": ""}),
            (fines(40).append_column("extra", pa.array([1] * 40)), {"new": "extra"}),
            (retyped("amount", pa.string()), {"retyped": "amount: money / string"}),
            (retyped("decided", pa.timestamp("ms")), {"retyped": "decided: date / timestamp[ms]"}),
            (
                fines(40).append_column("kind", pa.array(["x"] * 40)),
                {"missing": "", "new": "kind"},
            ),
        ],
    )
    def test_columns_that_are_not_those_of_the_contract(
        self, loaded: Installation, table: pa.Table, facts: dict[str, str]
    ) -> None:
        loaded.put("fines.parquet", parquet(table))
        before = loaded.state()
        outcome = only(loaded.run(now=LATER))
        assert outcome.error is not None
        assert outcome.error.code == "claim_unmet"
        assert facts.items() <= outcome.error.facts.items()
        assert loaded.state() == before
        assert dataset(name="fines", now=LATER).rows == 30

    def test_another_contract_waits_for_a_person(self, loaded: Installation) -> None:
        told = replace(with_field("kind", code_table=("fine",)), version="1.0.1")
        loaded.put("fines.parquet", parquet(fines(40), told))
        before = loaded.state()
        outcome = only(loaded.run(now=LATER))
        assert outcome.state is State.REFUSED
        assert outcome.error is not None
        assert "warning" in outcome.error.say("en")
        assert loaded.state() == before
        (proposal,) = loaded.accept(now=LATER)
        assert proposal.contract.version == "2.0.0"
        assert only(loaded.run(now=LATER)).rows_loaded == 40

    def test_a_level_that_was_raised_here_is_not_lowered_by_the_next_contract(
        self, office: Installation
    ) -> None:
        office.put("fines.parquet", parquet(fines(30)))
        office.run()
        (name,) = proposal_names(office.settings.proposals)
        place = office.settings.proposals / name / "contract.yaml"
        place.write_text(place.read_text().replace("classification: '1'", "classification: '3'"))
        office.accept()
        office.run()
        office.put("fines.parquet", parquet(fines(40), with_field("kind", title="新名")))
        assert refused(office.run(now=LATER)) == "claim_changed"
        (proposal,) = office.accept(now=LATER)
        assert {field.level for field in proposal.contract.fields} == {Level.L3}

    def test_a_contract_that_no_longer_comes(self, loaded: Installation) -> None:
        loaded.put("fines.parquet", parquet(fines(40), None))
        before = loaded.state()
        assert refused(loaded.run(now=LATER)) == "claim_gone"
        assert loaded.state() == before

    def test_values_outside_the_contract_keep_the_load_aside(self, office: Installation) -> None:
        rule = with_rule("amount", QualityRule("in_range", 0.99, low=0, high=10**9))
        office.put("fines.parquet", parquet(fines(200), rule))
        assert only(office.load()).state is State.LOADED
        table = fines(200)
        wrong = pa.array([-1] * 50 + [1] * 150, pa.int64())
        office.put("fines.parquet", parquet(table.set_column(3, "amount", wrong), rule))
        assert only(office.run(now=LATER)).state is State.HELD

    def test_a_first_load_that_breaks_its_own_contract_is_kept_aside(
        self, office: Installation
    ) -> None:
        """The sender promised it; of a contract that was proposed from the very rows nobody did."""
        rule = with_rule("amount", QualityRule("in_range", 0.99, low=0, high=10_000))
        office.put("fines.parquet", parquet(fines(200), rule))
        outcome = only(office.load())
        assert (outcome.state, outcome.rows_read) == (State.HELD, 200)
        assert office.table("fines") is None
        assert only(office.run(now=LATER)).state is State.HELD
        release_load(
            number=outcome.load, by="tester", reason="seen", journal=lambda _: None, now=LATER
        )
        assert only(office.run(now=LATER)).state is State.UNCHANGED

    def test_days_that_nobody_knows_are_kept_aside_with_their_reason(
        self, office: Installation
    ) -> None:
        table = fines(30)
        days = pa.array([10**6, *range(19_700, 19_729)], pa.int32()).view(pa.date32())
        office.put("fines.parquet", parquet(table.set_column(4, "decided", days)))
        outcome = only(office.load())
        assert (outcome.rows_loaded, dict(outcome.rejected)) == (29, {"date_out_of_range": 1})
        (row,) = office.rejected("fines")
        assert (row.line, row.column) == (2, "处罚日期")

    def test_a_disk_that_is_full_in_the_middle(self, loaded: Installation) -> None:
        """The operating system itself refuses to write more."""
        table = fines(20_000)
        names = pa.array([f"北京第{n * 7919 % 999_983:x}{n}公司" for n in range(20_000)])
        loaded.put("fines.parquet", parquet(table.set_column(1, "subject_name", names)))
        before, limits = loaded.state(), resource.getrlimit(resource.RLIMIT_FSIZE)
        handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
        try:
            assert refused(loaded.run(now=LATER)) == "disk_full"
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
            signal.signal(signal.SIGXFSZ, handler)
        assert loaded.state() == before
        assert only(loaded.run(now=LATER)).state is State.LOADED

    def test_one_file_does_not_hold_up_the_others(self, loaded: Installation) -> None:
        loaded.put("fines.parquet", parquet(without("kind")))
        loaded.put("罚款.csv", rows_of_firms(20))
        assert [one.state for one in loaded.run(now=LATER)] == [State.REFUSED, State.PROPOSED]
