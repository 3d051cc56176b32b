"""Departments of one institution: their data serve each other only as far as limits say."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.consent.test_issuing import gate  # noqa: F401 - the fixture
from tests.consent.test_joint import own, refused
from tests.consent.world import DAY, DIRECTORY, FIRM, HOLDER, KEYS, NOW, STRANGER, TAX, contract_of

from shuxin.catalogue.api import register_contract
from shuxin.consent.api import (
    DepartmentLimit,
    DepartmentLimitUnknown,
    DepartmentMember,
    Gate,
    Permit,
    Purpose,
    Reason,
    StatementUnproven,
    department_limits,
    department_members,
    drop_department_limit,
    take_department_limit,
    take_department_member,
)
from shuxin.consent.domain.departments import open_to, read_department_limit
from shuxin.consent.domain.reading import StatementUnreadable
from shuxin.consent.models import Hold, Use

ENTITY = FIRM.removeprefix("uscc:")
VIEW = Purpose.OWN_CUSTOMER_VIEW
CREDIT, CARDS, AUDIT = "信贷部", "信用卡部", "审计部"
NAMES = [CREDIT, CARDS, AUDIT]


def limit(**changed: Any) -> DepartmentLimit:
    plain: dict[str, Any] = {
        "limit_id": "l1",
        "holder": HOLDER,
        "owner": CARDS,
        "user": CREDIT,
        "purposes": (VIEW,),
        "valid_from": NOW - DAY,
        "valid_to": NOW + DAY,
    }
    return DepartmentLimit(**plain | changed)


limits = st.builds(
    limit,
    owner=st.sampled_from(NAMES),
    user=st.sampled_from(NAMES),
    purposes=st.lists(st.sampled_from(list(Purpose)), min_size=1, max_size=3, unique=True).map(
        tuple
    ),
    valid_from=st.integers(-3, 3).map(lambda n: NOW + n * DAY),
    valid_to=st.integers(-3, 3).map(lambda n: NOW + n * DAY),
)
OWNERS = {"loans": CREDIT, "cards": CARDS, "cards_2": CARDS, "findings": AUDIT}


class TestOpenTo:
    @given(st.lists(limits, max_size=6), st.sampled_from(NAMES), st.sampled_from(list(Purpose)))
    def test_equals_one_question_for_each_dataset(
        self, held: list[DepartmentLimit], name: str, purpose: Purpose
    ) -> None:
        def allowed(owner: str) -> bool:
            for one in held:
                fits = one.owner == owner and one.user == name and purpose in one.purposes
                if fits and one.valid_from <= NOW and one.valid_to > NOW:
                    return True
            return owner == name

        found = open_to(name, purpose=purpose, owners=OWNERS, limits=held, now=NOW)
        assert found == {dataset for dataset, owner in OWNERS.items() if allowed(owner)}

    @given(st.lists(limits, max_size=6), limits, st.sampled_from(NAMES))
    def test_another_limit_only_opens_and_its_own_data_stay_free(
        self, held: list[DepartmentLimit], more: DepartmentLimit, name: str
    ) -> None:
        before = open_to(name, purpose=VIEW, owners=OWNERS, limits=held, now=NOW)
        after = open_to(name, purpose=VIEW, owners=OWNERS, limits=[*held, more], now=NOW)
        assert before <= after
        assert {dataset for dataset, owner in OWNERS.items() if owner == name} <= before


@pytest.mark.django_db
class TestRecords:
    def take(self, **changed: Any) -> None:
        statement = limit(**changed).sign(signer=KEYS[HOLDER])
        take_department_limit(statement, holder=HOLDER, keys=DIRECTORY, now=NOW)

    def test_are_kept_and_ended(self) -> None:
        self.take()
        self.take(limit_id="l2", owner=AUDIT)
        assert [o.limit_id for o in department_limits(holder=HOLDER, keys=DIRECTORY)] == [
            "l2",
            "l1",
        ]
        written: list[int] = []
        drop_department_limit("l1", holder=HOLDER, log=lambda: written.append(1), now=NOW)
        assert [o.limit_id for o in department_limits(holder=HOLDER, keys=DIRECTORY)] == ["l2"]
        with pytest.raises(DepartmentLimitUnknown):
            drop_department_limit("l1", holder=HOLDER, log=lambda: written.append(1), now=NOW)
        assert written == [1]

    def test_count_only_from_the_holder(self) -> None:
        for signer in (STRANGER, KEYS[FIRM]):
            with pytest.raises(StatementUnproven):
                take_department_limit(
                    limit().sign(signer=signer), holder=HOLDER, keys=DIRECTORY, now=NOW
                )
            member = DepartmentMember(HOLDER, "li", CREDIT, NOW).sign(signer=signer)
            with pytest.raises(StatementUnproven):
                take_department_member(member, holder=HOLDER, keys=DIRECTORY, now=NOW)

    def test_to_oneself_or_of_no_time_is_unreadable(self) -> None:
        for changed in ({"user": CARDS}, {"valid_to": NOW - DAY}):
            with pytest.raises(StatementUnreadable):
                read_department_limit(limit(**changed).sign(signer=KEYS[HOLDER]))

    def test_the_newest_word_about_an_account_counts(self) -> None:
        for number, name in enumerate([CREDIT, CARDS, "", AUDIT]):
            member = DepartmentMember(HOLDER, "li", name, NOW + dt.timedelta(seconds=number))
            take_department_member(
                member.sign(signer=KEYS[HOLDER]), holder=HOLDER, keys=DIRECTORY, now=NOW
            )
            known = department_members(holder=HOLDER, keys=DIRECTORY)
            assert known == ({"li": name} if name else {})


class TestPermitDepartment:
    def ask(self, gate: Gate, name: str, purpose: Purpose = VIEW) -> Permit:  # noqa: F811
        return gate.permit_department(subject=ENTITY, department=name, purpose=purpose, now=NOW)

    @pytest.fixture
    def bank(self, gate: Gate) -> Gate:  # noqa: F811
        """Datasets of two departments beside the one of 某局, and a basis for the view."""
        for name, department in OWNERS.items():
            contract = replace(contract_of(name), department=department)
            register_contract(contract=contract, accepted_by="tester", now=NOW)
        own(purpose=VIEW)
        own(basis_id="own-2", purpose=Purpose.CREDIT_DECISION)
        return gate

    def test_reads_its_own_data_and_what_others_opened(self, bank: Gate) -> None:
        assert self.ask(bank, CREDIT).catalogues == {"loans"}
        statement = limit().sign(signer=KEYS[HOLDER])
        take_department_limit(statement, holder=HOLDER, keys=DIRECTORY, now=NOW)
        permit = self.ask(bank, CREDIT)
        assert permit.catalogues == {"loans", "cards", "cards_2"}
        assert self.ask(bank, CREDIT, Purpose.CREDIT_DECISION).catalogues == {"loans"}
        assert self.ask(bank, CARDS).catalogues == {"cards", "cards_2"}
        use = Use.objects.get(pk=permit.use_id)
        assert (use.reader, use.catalogues) == (f"tester ({CREDIT})", ["cards", "cards_2", "loans"])
        assert not permit.reads(TAX)

    def test_of_a_department_without_any_is_refused(self, bank: Gate) -> None:
        assert refused(self.ask, bank, "人事部") == {Reason.DEPARTMENT_CLOSED}
        assert not Use.objects.exists()

    def test_needs_a_lawful_basis_like_any_use(self, bank: Gate) -> None:
        assert refused(self.ask, bank, CREDIT, Purpose.REPORT) == {Reason.BASIS_MISSING}

    def test_is_not_stopped_by_an_objection_in_closed_data(self, bank: Gate) -> None:
        Hold.objects.create(subject=ENTITY, dataset="cards", field="x", why="disputed", since=NOW)
        assert self.ask(bank, CREDIT, Purpose.CREDIT_DECISION).withheld == frozenset()
        decides = Purpose.CREDIT_DECISION
        assert refused(self.ask, bank, CARDS, decides) == {Reason.FIELD_ON_HOLD}
