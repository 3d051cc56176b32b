from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.consent.rights_world import (
    DATASET,
    DAY,
    ENTITY,
    FILED,
    HOLDER_KEY,
    STRANGER,
    SUBJECT,
    SUBJECT_KEY,
    agree,
)
from tests.permits import HOLDER, MemoryJournal, OwnData

from shuxin.consent import retention
from shuxin.consent.api import Authorisation, Purpose, rights
from shuxin.consent.models import EndedAuthorisation, HeldStatement, Hold, Use
from shuxin.consent.records import hold_statement
from shuxin.kernel.dates import CHINA_TIME
from shuxin.ledger.api import commitment

YEAR = 365 * DAY


def authorised(grantee: str, *, until: dt.datetime) -> str:
    """An authorisation that this holder keeps; its id."""
    terms = Authorisation(
        subject=SUBJECT,
        grantee=grantee,
        holders=(HOLDER,),
        purpose=Purpose.REPORT,
        catalogues=(DATASET,),
        level_max=3,
        data_from=dt.date(2024, 1, 1),
        data_to=dt.date(2026, 1, 1),
        valid_from=FILED,
        valid_to=until,
        max_uses=3,
        text_hash="a" * 64,
        language="zh",
        signed_at=FILED,
    )
    statement = terms.sign(signer=SUBJECT_KEY)
    hold_statement(statement, about=terms.auth_id, subject=SUBJECT, grantee=grantee, now=FILED)
    return terms.auth_id


class TestRules:
    @given(
        st.sampled_from(sorted(rights.RULES)), st.dates(dt.date(2000, 1, 1), dt.date(2040, 1, 1))
    )
    def test_a_period_ends_with_its_last_day(self, name: str, start: dt.date) -> None:
        rule = rights.RULES[name]
        last = dt.datetime.combine(rule.over_on(start), dt.time(23), tzinfo=CHINA_TIME)
        assert not rule.is_over(start, now=last)
        assert rule.is_over(start, now=last + dt.timedelta(hours=1))

    @pytest.mark.django_db
    def test_the_contract_names_a_rule_or_a_number_of_years(self) -> None:
        assert rights.retention_rule(agree("plain")) is None
        assert (
            rights.retention_rule(agree("aml", extra=(("retention", "aml"),)))
            is rights.RULES["aml"]
        )
        seven = rights.retention_rule(agree("seven", extra=(("retention", "7 years"),)))
        assert seven is not None
        assert (seven.years, seven.bound) == (7, rights.Bound.AT_MOST)
        with pytest.raises(rights.RetentionInvalid):
            rights.retention_rule(agree("odd", extra=(("retention", "for ever"),)))


@pytest.mark.django_db
class TestRecordsDue:
    def due(self, now: dt.datetime) -> list[tuple[str, str]]:
        page = rights.authorisations_due(holder=HOLDER, now=now)
        return [] if page is None else [(due.what, due.reference) for due in page.due]

    def test_data_received_go_when_the_authorisation_expires(self) -> None:
        received = authorised(HOLDER, until=FILED + YEAR)
        authorised(STRANGER, until=FILED + YEAR)
        assert self.due(FILED + YEAR - DAY) == []
        assert self.due(FILED + YEAR) == [("received_data", received)]

    def test_data_received_go_when_the_subject_withdraws(self) -> None:
        received = authorised(HOLDER, until=FILED + YEAR)
        EndedAuthorisation.objects.create(auth_id=received, why="withdrawn", at=FILED + DAY)
        assert self.due(FILED + DAY) == [("received_data", received)]

    def test_another_subjects_word_ends_nobody_elses(self) -> None:
        received = authorised(HOLDER, until=FILED + YEAR)
        EndedAuthorisation.objects.create(
            auth_id=received, subject=STRANGER, why="withdrawn", at=FILED
        )
        assert self.due(FILED + DAY) == []

    @pytest.mark.parametrize("at_once", [1, 2, 5, 100])
    def test_pages_hold_each_authorisation_once_and_no_more_than_they_may(
        self, monkeypatch: pytest.MonkeyPatch, at_once: int
    ) -> None:
        monkeypatch.setattr(retention, "AT_ONCE", at_once)
        made = [authorised(HOLDER, until=FILED + n * DAY) for n in range(1, 8)]
        now, found, after = FILED + 5 * DAY, [], 0
        while page := rights.authorisations_due(holder=HOLDER, after=after, now=now):
            assert len(page.due) <= at_once
            found += [due.reference for due in page.due]
            assert page.last > after
            after = page.last
        assert found == made[:5]

    def test_the_record_of_an_authorisation_stays_three_years(self) -> None:
        given_out = authorised(STRANGER, until=FILED + YEAR)
        end = FILED + YEAR
        assert self.due(end.replace(year=end.year + 3)) == []
        assert self.due(end.replace(year=end.year + 3) + DAY) == [("authorisation", given_out)]

    def test_uses_stay_three_years_and_looking_deletes_nothing(self) -> None:
        for days in (0, 1):
            Use.objects.create(
                reader="bank", subject=ENTITY, purpose="report", highest_level=3,
                at=FILED + days * DAY,
            )  # fmt: skip
        assert rights.uses_due(now=FILED.replace(year=2029)) == []
        (due,) = rights.uses_due(now=FILED.replace(year=2029) + DAY)
        assert (due.what, due.count) == ("uses", 1)
        assert (Use.objects.count(), HeldStatement.objects.count()) == (2, 0)


@pytest.mark.django_db
class TestErasure:
    def requested(self) -> str:
        return rights.request_erasure(
            subject=ENTITY, dataset=DATASET, reason="撤回同意", by="first", now=FILED
        )

    def approve(self, number: str, *, by: str = "second") -> MemoryJournal:
        journal = MemoryJournal()
        rights.approve_erasure(number, by=by, holder=HOLDER, journal=journal, now=FILED)
        return journal

    def test_one_person_alone_erases_nothing(self) -> None:
        agree()
        number = self.requested()
        with pytest.raises(rights.ErasureBySamePerson):
            self.approve(number, by="first")
        with pytest.raises(rights.ErasureNotApproved):
            rights.record_replacement(
                number, file="x", before="a" * 64, after="b" * 64, rows=1, now=FILED
            )
        assert not Hold.objects.exists()

    def test_the_second_person_stops_every_use_at_once_and_for_good(self) -> None:
        agree()
        number = self.requested()
        journal = self.approve(number)
        gate = OwnData(reader="clerk").gate()
        for purpose in (Purpose.OWN_CUSTOMER_VIEW, Purpose.CREDIT_DECISION):
            permit = gate.permit_own(subject=ENTITY, purpose=purpose, now=FILED)
            assert (ENTITY, DATASET, "*") in permit.withheld
        (entry,) = journal.entries
        assert entry.facts["step"] == "approved"
        assert ENTITY not in entry.data.decode()
        (erasure,) = rights.erasures()
        content = rights.approval_content(subject=ENTITY, dataset=DATASET)
        assert entry.commitments == (commitment(bytes.fromhex(erasure.salt), content),)
        with pytest.raises(rights.ErasureApproved):
            self.approve(number, by="third")

    def test_a_legal_duty_goes_before_erasure(self) -> None:
        agree(extra=(("retention", "aml"),))
        with pytest.raises(rights.ErasureBlocked) as caught:
            self.requested()
        assert "aml" in caught.value.say("zh")

    def test_an_unknown_number_is_not_found(self) -> None:
        with pytest.raises(rights.ErasureUnknown):
            rights.approved_erasure("nothing")

    def test_the_proof_is_signed_and_logged_and_names_the_subject_only_to_who_has_the_salt(
        self,
    ) -> None:
        agree()
        number = self.requested()
        self.approve(number)
        rights.record_replacement(
            number, file="f/rows", before="a" * 64, after="b" * 64, rows=3, now=FILED
        )
        journal = MemoryJournal()
        replaced = rights.unproved_replacements(number)
        for _ in range(2):
            rights.prove_erasure(
                number, replaced, holder=HOLDER, signer=HOLDER_KEY, journal=journal, now=FILED
            )
            replaced = rights.unproved_replacements(number)
        assert replaced == []
        ((proof, salt, index),) = rights.deletion_proofs(number)
        assert proof.signed_by(HOLDER_KEY.public)
        assert proof.body["rows"] == 3
        assert proof.body["files"] == [{"before": "a" * 64, "after": "b" * 64, "rows": 3}]
        assert proof.body["subject"] == commitment(bytes.fromhex(salt), ENTITY.encode())
        assert ENTITY not in proof.dump().decode()
        assert (index, len(journal.entries)) == (0, 1)
