from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.consent.rights_world import (
    DATASET,
    DAY,
    ENTITY,
    FIELD,
    FILED,
    HOLDER_KEY,
    OTHER_PERSON,
    OWN_FIELD,
    OWNER,
    OWNER_KEY,
    STRANGER,
    STRANGER_KEY,
    SUBJECT,
    SUBJECT_KEY,
    Desk,
    agree,
    load,
    owned_by,
)
from tests.permits import HOLDER, OwnData

from shuxin.consent.api import ALL_SUBJECTS, Purpose, UseRefused, rights
from shuxin.consent.domain.objection import (
    ANSWER_DAYS,
    answered_late,
    due_at,
    escalation,
    notice_since,
    require_step,
)
from shuxin.consent.models import Hold, Use
from shuxin.consent.objection import load_evidence
from shuxin.consent.records import StatementUnproven, known_of
from shuxin.consent.rights_models import ObjectionEvent
from shuxin.kernel.canonical import content_hash
from shuxin.kernel.dates import CHINA_TIME
from shuxin.kernel.errors import ShuxinError

State, Event, Escalation = rights.State, rights.Event, rights.Escalation
MOMENTS = st.timedeltas(dt.timedelta(), 3000 * DAY).map(lambda passed: FILED + passed)


def waiting(filed_at: dt.datetime) -> list[rights.Event]:
    return [
        Event(None, State.FILED, "subject", filed_at),
        Event(State.FILED, State.MARKED, "holder", filed_at),
    ]


class TestClock:
    @given(MOMENTS, st.integers(0, ANSWER_DAYS))
    def test_every_moment_of_the_twentieth_day_is_in_time(
        self, filed: dt.datetime, days: int
    ) -> None:
        moment = filed + days * DAY
        assert moment < due_at(filed)
        assert escalation(waiting(filed), now=moment) is not Escalation.SUPERVISOR

    @given(MOMENTS, st.timedeltas(ANSWER_DAYS * DAY + DAY, 900 * DAY))
    def test_afterwards_it_is_overdue(self, filed: dt.datetime, later: dt.timedelta) -> None:
        assert escalation(waiting(filed), now=filed + later) is Escalation.SUPERVISOR

    @given(MOMENTS, st.timedeltas(dt.timedelta(), 100 * DAY), st.timedeltas(dt.timedelta(), DAY))
    def test_urgency_only_grows(
        self, filed: dt.datetime, first: dt.timedelta, more: dt.timedelta
    ) -> None:
        order = list(Escalation)
        seen = [escalation(waiting(filed), now=filed + t) for t in (first, first + more)]
        assert order.index(seen[0]) <= order.index(seen[1])

    @given(MOMENTS, st.timedeltas(dt.timedelta(), 100 * DAY))
    def test_an_answer_stops_the_clock(self, filed: dt.datetime, after: dt.timedelta) -> None:
        answer = Event(State.FORWARDED, State.UPHELD, "b", filed + after)
        history = [*waiting(filed), Event(State.MARKED, State.FORWARDED, "a", filed), answer]
        assert escalation(history, now=filed + 900 * DAY) is Escalation.NOBODY
        assert answered_late(history) is (filed + after >= due_at(filed))

    def test_the_day_is_the_day_in_china(self) -> None:
        filed = dt.datetime(2026, 3, 1, 20, tzinfo=dt.UTC)  # March 2 in China
        assert due_at(filed) == dt.datetime(2026, 3, 23, tzinfo=CHINA_TIME)

    @pytest.mark.parametrize(
        ("closed", "since"),
        [("2026-08-31", "2026-02-28"), ("2024-08-31", "2024-02-29"), ("2026-03-15", "2025-09-15"),
         ("2026-06-30", "2025-12-30"), ("2026-12-31", "2026-06-30")],
    )  # fmt: skip
    def test_notices_go_six_months_back(self, closed: str, since: str) -> None:
        at = dt.datetime.fromisoformat(closed).replace(tzinfo=CHINA_TIME)
        assert notice_since(at).date().isoformat() == since


class TestSteps:
    @given(st.lists(st.tuples(st.sampled_from(State), st.sampled_from("ab")), max_size=12))
    def test_a_history_is_always_a_walk_through_the_states(
        self, tries: list[tuple[rights.State, str]]
    ) -> None:
        history: list[rights.Event] = []
        for after, actor in tries:
            event = Event(history[-1].after if history else None, after, actor, FILED)
            try:
                require_step(history, event)
            except ShuxinError:
                continue
            history.append(event)
        walked = [event.after for event in history]
        answer = State.UPHELD if State.UPHELD in walked else State.CORRECTED
        way = [State.FILED, State.MARKED, State.FORWARDED, answer, State.CLOSED]
        assert walked == way[: len(walked)]
        if len(walked) > 3:
            assert history[2].actor != history[3].actor


@pytest.mark.django_db
class TestFiling:
    def test_marks_the_field_at_once_and_logs_two_steps(self) -> None:
        agree()
        here = Desk()
        number = here.file()
        (one,) = rights.objections(now=FILED)
        assert (one.objection_id, one.state, one.department) == (number, State.MARKED, "市场监管局")
        (hold,) = Hold.objects.all()
        assert (hold.subject, hold.dataset, hold.field) == (ENTITY, DATASET, FIELD)
        assert [entry.facts["to"] for entry in here.journal.entries] == ["filed", "marked"]

    def test_its_words_are_in_no_entry_of_the_log(self) -> None:
        agree()
        here = Desk()
        here.file(text="这是我的申诉内容")
        logged = b"".join(entry.data for entry in here.journal.entries).decode()
        for secret in ("申诉", "\\u7533", ENTITY, DATASET):
            assert secret not in logged

    def test_the_same_statement_again_changes_nothing(self) -> None:
        agree()
        here = Desk()
        filing = rights.Filing("n-1", SUBJECT, SUBJECT, HOLDER, DATASET, FIELD, "错误", FILED)
        for _ in range(2):
            here.desk.file(filing.sign(signer=SUBJECT_KEY), now=FILED)
        assert (Hold.objects.count(), len(here.journal.entries)) == (1, 2)
        other = rights.Filing("n-1", SUBJECT, SUBJECT, HOLDER, DATASET, FIELD, "另一内容", FILED)
        with pytest.raises(rights.ObjectionRepeated):
            here.desk.file(other.sign(signer=SUBJECT_KEY), now=FILED)

    @pytest.mark.parametrize(
        ("subject", "holder", "key"),
        [(SUBJECT, HOLDER, STRANGER_KEY), (STRANGER, HOLDER, SUBJECT_KEY),
         (SUBJECT, STRANGER, SUBJECT_KEY)],
        ids=["signed by another", "about another", "for another holder"],
    )  # fmt: skip
    def test_refuses_what_the_subject_did_not_say_to_this_holder(
        self, subject: str, holder: str, key: object
    ) -> None:
        agree()
        filing = rights.Filing("n-1", subject, subject, holder, DATASET, FIELD, "错误", FILED)
        with pytest.raises(StatementUnproven):
            Desk().desk.file(filing.sign(signer=key), now=FILED)  # type: ignore[arg-type]
        assert not Hold.objects.exists()

    def of_owner(self, *, field: str = OWN_FIELD, about: str = SUBJECT) -> str:
        filing = rights.Filing("o-1", OWNER, about, HOLDER, DATASET, field, "不是我", FILED)
        return Desk().desk.file(filing.sign(signer=OWNER_KEY), now=FILED)

    def test_an_owners_objection_holds_its_field_in_the_enterprises_record(self) -> None:
        agree()
        owned_by(OTHER_PERSON, OWNER)
        number = self.of_owner()
        known = known_of(holder=HOLDER, subject=SUBJECT, terms=[], issuers=[])
        assert known.on_hold == {(DATASET, OWN_FIELD)}
        (one,) = rights.objections(now=FILED)
        assert (one.objection_id, one.party, one.subject) == (number, OWNER, ENTITY)

    @pytest.mark.parametrize(
        ("owners", "changed"),
        [((OTHER_PERSON,), {}), ((), {}), ((OWNER,), {"field": FIELD}),
         ((OWNER,), {"about": STRANGER})],
        ids=["of no owner", "without a record", "to a field of the firm's", "about another firm"],
    )  # fmt: skip
    def test_refuses_a_persons_objection_to_what_is_not_its_own(
        self, owners: tuple[str, ...], changed: dict[str, str]
    ) -> None:
        agree()
        if owners:
            owned_by(*owners)
        with pytest.raises(rights.RecordOfAnother):
            self.of_owner(**changed)
        assert not Hold.objects.exists()

    def test_the_newest_record_of_owners_counts(self) -> None:
        agree()
        owned_by(OWNER)
        owned_by(OTHER_PERSON)
        with pytest.raises(rights.RecordOfAnother):
            self.of_owner()

    def test_no_enterprise_objects_in_the_record_of_another(self) -> None:
        agree()
        filing = rights.Filing("n-1", STRANGER, SUBJECT, HOLDER, DATASET, OWN_FIELD, "错", FILED)
        with pytest.raises(rights.RecordOfAnother):
            Desk().desk.file(filing.sign(signer=STRANGER_KEY), now=FILED)

    def test_refuses_a_field_that_is_not_there(self) -> None:
        agree()
        with pytest.raises(rights.FieldNotDisputable):
            Desk().file(what="*")

    def test_a_log_that_cannot_be_written_leaves_nothing(self) -> None:
        agree()
        here = Desk()

        def fails(*_: object, **__: object) -> None:
            raise OSError

        here.journal.append_all = fails  # type: ignore[method-assign,assignment]
        with pytest.raises(OSError):
            here.file()
        assert not Hold.objects.exists()
        assert rights.objections(now=FILED) == []


@pytest.fixture
def agreed(db: None) -> None:
    agree()


@pytest.mark.django_db
class TestHold:
    def decides(self) -> bool:
        gate = OwnData(reader="clerk").gate()
        try:
            gate.permit_own(subject=ENTITY, purpose=Purpose.CREDIT_DECISION, now=FILED + DAY)
        except UseRefused as error:
            assert [r.reason.value for r in error.refusals] == ["field_on_hold"]
            return False
        return True

    def test_decisions_wait_until_it_is_closed(self) -> None:
        agree()
        here = Desk()
        assert self.decides()
        number = here.file()
        assert not self.decides()
        here.desk.forward(number, by="sender", reason="", now=FILED)
        here.desk.uphold(number, by="answerer", reason="核查无误", now=FILED)
        assert not self.decides()
        here.close(number, at=FILED)
        assert self.decides()

    def test_another_partys_request_meets_the_hold_too(self) -> None:
        agree()
        Desk().file()
        known = known_of(holder=HOLDER, subject=SUBJECT, terms=[], issuers=[])
        assert known.on_hold == {(DATASET, FIELD)}

    def test_two_objections_to_one_field_hold_it_until_both_are_closed(self) -> None:
        agree()
        here = Desk()
        numbers = [here.file(), here.file()]
        for left, number in zip((1, 0), numbers, strict=True):
            here.desk.forward(number, by="sender", reason="", now=FILED)
            here.desk.uphold(number, by="answerer", reason="", now=FILED)
            here.close(number, at=FILED)
            assert Hold.objects.filter(ended_at=None).count() == left

    @settings(
        max_examples=settings().max_examples // 2,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["forward", "correct", "uphold", "close", "load"]),
                st.sampled_from(["a", "b"]),
                st.timedeltas(-3 * DAY, 30 * DAY),
            ),
            max_size=9,
        )
    )
    def test_the_field_is_held_just_as_long_as_the_objection_is_open(
        self, agreed: None, acts: list[tuple[str, str, dt.timedelta]]
    ) -> None:
        here, now = Desk(), FILED
        number = f"walk-{Hold.objects.count()}"
        filing = rights.Filing(number, SUBJECT, SUBJECT, HOLDER, DATASET, FIELD, "错误", FILED)
        here.desk.file(filing.sign(signer=SUBJECT_KEY), now=now)
        for act, by, passed in acts:
            now += passed
            try:
                if act == "load":
                    load(now)
                elif act == "close":
                    here.close(number, at=now, by=by)
                else:
                    getattr(here.desk, act)(number, by=by, reason="", now=now)
            except ShuxinError:
                pass
            (one,) = [o for o in rights.objections(now=now) if o.objection_id == number]
            held = Hold.objects.filter(reference=number, ended_at=None).exists()
            assert held is (one.state is not State.CLOSED)


@pytest.mark.django_db
class TestAnswer:
    def forwarded(self, here: Desk) -> str:
        agree()
        number = here.file()
        here.desk.forward(number, by="sender", reason="请核实", now=FILED + DAY)
        return number

    @pytest.mark.parametrize("act", ["correct", "uphold"])
    def test_who_forwarded_may_not_answer(self, act: str) -> None:
        here = Desk()
        number = self.forwarded(here)
        with pytest.raises(rights.AnswererForwarded):
            getattr(here.desk, act)(number, by="sender", reason="", now=FILED + DAY)

    def test_every_step_says_from_where_to_where_by_whom_when_and_why(self) -> None:
        here = Desk()
        number = self.forwarded(here)
        here.desk.uphold(number, by="answerer", reason="核查无误", now=FILED + 2 * DAY)
        here.close(number, at=FILED + 3 * DAY)
        (one,) = rights.objections(now=FILED)
        assert [(e.before, e.after, e.actor, e.reason) for e in one.events[2:]] == [
            (State.MARKED, State.FORWARDED, "sender", "请核实"),
            (State.FORWARDED, State.UPHELD, "answerer", "核查无误"),
            (State.UPHELD, State.CLOSED, "answerer", "已核"),
        ]
        indices = list(ObjectionEvent.objects.order_by("nth").values_list("log_index", flat=True))
        assert indices == [0, 1, 2, 3, 4]

    def test_overdue_ones_are_listed_with_whom_to_tell(self) -> None:
        here = Desk()
        self.forwarded(here)
        assert rights.overdue(now=FILED + 20 * DAY) == []
        (late,) = rights.overdue(now=FILED + 21 * DAY)
        assert late.late
        assert late.escalation is Escalation.SUPERVISOR

    def test_an_unknown_number_is_not_found(self) -> None:
        with pytest.raises(rights.ObjectionUnknown):
            Desk().desk.forward("nothing", by="a", reason="", now=FILED)


@pytest.mark.django_db
class TestCorrection:
    def corrected(self, here: Desk) -> str:
        agree()
        load(FILED - DAY)
        number = here.file()
        here.desk.forward(number, by="sender", reason="", now=FILED + DAY)
        here.desk.correct(number, by="answerer", reason="", now=FILED + 2 * DAY)
        return number

    def test_is_closed_only_with_a_load_after_the_filing(self) -> None:
        here = Desk()
        number = self.corrected(here)
        with pytest.raises(rights.CorrectionUnproven):
            here.close(number, at=FILED + 3 * DAY)
        assert Hold.objects.filter(ended_at=None).exists()
        proof = load(FILED + 3 * DAY, content="c")
        here.close(number, at=FILED + 3 * DAY)
        (one,) = rights.objections(now=FILED)
        assert one.events[-1].evidence_hash == content_hash(load_evidence(proof))

    def test_tells_every_reader_of_the_last_six_months_once(self) -> None:
        here = Desk()
        number = self.corrected(here)
        load(FILED + 3 * DAY, content="c")
        closed = FILED + 4 * DAY
        months = 30 * DAY
        for reader, subject, named, at in (
            ("bank-a", ENTITY, [DATASET], closed - months),
            ("bank-a", ENTITY, [DATASET, "other"], closed - DAY),
            ("own-clerk", ENTITY, [], closed - DAY),
            ("trainer", ALL_SUBJECTS, [], closed - DAY),
            ("too-early", ENTITY, [DATASET], closed - 7 * months),
            ("other-data", ENTITY, ["other"], closed - DAY),
            ("other-subject", STRANGER, [DATASET], closed - DAY),
        ):
            Use.objects.create(
                reader=reader, subject=subject, purpose="report", highest_level=3, at=at,
                catalogues=named, shown=reader != "own-clerk",
            )  # fmt: skip
        assert here.close(number, at=closed) == 3
        notices = rights.notices_of(number)
        assert [notice.reader for notice in notices] == ["bank-a", "own-clerk", "trainer"]
        for notice in notices:
            assert notice.statement.signed_by(HOLDER_KEY.public)
            assert notice.statement.body["field"] == FIELD
            assert "罚款" not in notice.statement.dump().decode()

    def test_of_an_owners_field_tells_of_the_enterprise_and_reaches_readers_of_what_it_became(
        self,
    ) -> None:
        agree()
        owned_by(OWNER)
        desk = Desk().desk
        filing = rights.Filing("o-1", OWNER, SUBJECT, HOLDER, DATASET, OWN_FIELD, "不是我", FILED)
        desk.file(filing.sign(signer=OWNER_KEY), now=FILED)
        rights.follow_holds([(ENTITY, "became")], now=FILED)
        Use.objects.create(
            reader="bank", subject="became", purpose="report", highest_level=3, at=FILED
        )
        desk.forward("o-1", by="sender", reason="", now=FILED)
        desk.correct("o-1", by="answerer", reason="", now=FILED)
        load(FILED + DAY)
        assert desk.close("o-1", by="b", reason="", signer=HOLDER_KEY, now=FILED + DAY) == 1
        (notice,) = rights.notices_of("o-1")
        assert (notice.reader, notice.statement.body["subject"]) == ("bank", SUBJECT)
        assert OWNER not in notice.statement.dump().decode()

    def test_what_is_upheld_tells_nobody(self) -> None:
        agree()
        here = Desk()
        number = here.file()
        here.desk.forward(number, by="sender", reason="", now=FILED)
        here.desk.uphold(number, by="answerer", reason="", now=FILED)
        Use.objects.create(
            reader="bank", subject=ENTITY, purpose="report", highest_level=3, at=FILED
        )
        assert here.close(number, at=FILED) == 0
        assert rights.notices_of(number) == []


@pytest.mark.django_db
class TestNote:
    def test_stands_beside_the_field_while_and_after_it_is_disputed(self) -> None:
        agree()
        here = Desk()
        number = here.file()
        (bare,) = rights.field_notes(subject=ENTITY)
        assert (bare.disputed, bare.text) == (True, "")
        note = rights.Note(number, SUBJECT, "罚款已缴清", FILED)
        here.desk.note(note.sign(signer=SUBJECT_KEY), now=FILED)
        here.desk.forward(number, by="sender", reason="", now=FILED)
        here.desk.uphold(number, by="answerer", reason="", now=FILED)
        here.close(number, at=FILED)
        (kept,) = rights.field_notes(subject=ENTITY)
        assert (kept.field, kept.disputed, kept.text) == (FIELD, False, "罚款已缴清")

    def test_only_the_objector_may_add_one(self) -> None:
        agree()
        here = Desk()
        note = rights.Note(here.file(), STRANGER, "插话", FILED)
        with pytest.raises(StatementUnproven):
            here.desk.note(note.sign(signer=STRANGER_KEY), now=FILED)
