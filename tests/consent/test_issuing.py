from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.sql import SQL, Identifier
from tests.consent.world import (
    AGENT,
    BANK,
    DAY,
    DIRECTORY,
    FIRM,
    HOLDER,
    KEYS,
    NOW,
    OTHER_BANK,
    OTHER_FIRM,
    OWNER,
    PLATFORM,
    STRANGER,
    TAX,
    bound,
    contract_of,
    directory,
    request,
    status,
    terms,
)
from tests.permits import MemoryJournal, OwnData

from shuxin.catalogue.api import register_contract
from shuxin.consent.api import (
    Gate,
    Ground,
    Owners,
    Permit,
    Purpose,
    Reason,
    StatementUnproven,
    StatusAhead,
    StatusRolledBack,
    UseRefused,
    Withdrawal,
    bases,
    history_of,
    refusals_of,
    take_owners,
    take_status_list,
    take_withdrawal,
    uses_of,
)
from shuxin.consent.entries import use_content
from shuxin.consent.models import AnsweredRequest, RefusedUse, Use, UseCounter
from shuxin.consent.records import hold_statement
from shuxin.kernel.canonical import canonical_json
from shuxin.ledger.api import Entry, commitment
from shuxin.parties.api import KeyRole, PartyKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from shuxin.kernel.statements import Statement

ENTITY = FIRM.removeprefix("uscc:")
SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def gate(db: None) -> Gate:
    """A holder with one dataset and a fresh status list."""
    register_contract(contract=contract_of(TAX), accepted_by="tester", now=NOW)
    take(1, NOW)
    return Gate(HOLDER, "tester", DIRECTORY, MemoryJournal(), frozenset({PLATFORM}))


def take(number: int, at: dt.datetime, *withdrawn: str, now: dt.datetime | None = None) -> None:
    listed = status(number=number, issued_at=at, withdrawn=frozenset(withdrawn))
    statement = listed.sign(signer=KEYS[PLATFORM])
    take_status_list(statement, issuers=[PLATFORM], keys=DIRECTORY, now=now or at)


def ask(gate: Gate, name: str = "r1", *, now: dt.datetime = NOW, **changed: Any) -> Permit:
    """BANK asks, bringing the enterprise's authorisation."""
    asks = request(request_id=name, at=now).sign(signer=KEYS[BANK])
    brought = terms(**changed).sign(signer=KEYS[FIRM])
    return gate.permit(asks, authorisation=brought, now=now)


def reasons(gate: Gate, name: str = "r1", *, now: dt.datetime = NOW, **changed: Any) -> set[Reason]:
    with pytest.raises(UseRefused) as caught:
        ask(gate, name, now=now, **changed)
    return {refusal.reason for refusal in caught.value.refusals}


class BrokenJournal:
    def append_all(self, entries: Sequence[Entry], *, now: dt.datetime) -> Any:
        raise OSError


class TestGate:
    def test_counts_logs_and_records_before_it_permits(self, gate: Gate) -> None:
        permit = ask(gate)
        use = Use.objects.get(pk=permit.use_id)
        (entry,) = gate.journal.entries  # type: ignore[attr-defined]
        assert (use.reader, use.subject, use.nth, use.log_index) == (BANK, ENTITY, 1, 0)
        opened = commitment(bytes.fromhex(use.salt), canonical_json(use_content(use)))
        assert entry.commitments == (opened,)
        assert ENTITY.encode() not in entry.data
        assert (permit.ground, permit.catalogues) == (Ground.AUTHORISATION, frozenset({TAX}))
        assert (permit.data_from, permit.data_to) == (dt.date(2025, 1, 1), dt.date(2026, 1, 1))
        assert not permit.personal

    def test_reads_nothing_when_the_log_cannot_be_written(self, gate: Gate) -> None:
        broken = replace(gate, journal=BrokenJournal())
        with pytest.raises(OSError):
            ask(broken)
        assert not Use.objects.exists()

    def test_stops_at_the_last_use(self, gate: Gate) -> None:
        assert [ask(gate, f"r{n}").use_id for n in range(2)]
        assert reasons(gate, "r9") == {Reason.EXHAUSTED}
        assert UseCounter.objects.get().used == 2

    def test_answers_a_request_once(self, gate: Gate) -> None:
        ask(gate)
        assert reasons(gate) == {Reason.REQUEST_REPEATED}
        assert UseCounter.objects.get().used == 1

    def test_keeps_what_it_refused_and_why(self, gate: Gate) -> None:
        assert reasons(gate, grantee=OTHER_BANK) == {Reason.OTHER_GRANTEE}
        ((at, reader, purpose, why),) = refusals_of(subject=ENTITY)
        assert (at, reader, purpose, why) == (NOW, BANK, "credit_decision", "other_grantee")
        assert not AnsweredRequest.objects.exists()
        assert gate.journal.entries == []  # type: ignore[attr-defined]

    def test_a_newer_authorisation_replaces_the_older(self, gate: Gate) -> None:
        ask(gate)
        ask(gate, "r2", supersedes=terms().auth_id)
        assert reasons(gate, "r3") == {Reason.SUPERSEDED}

    def test_nobody_replaces_anothers_authorisation(self, gate: Gate) -> None:
        ask(gate)
        thief = terms(subject=BANK, supersedes=terms().auth_id).sign(signer=KEYS[BANK])
        asks = request(request_id="r2", subject=BANK).sign(signer=KEYS[BANK])
        gate.permit(asks, authorisation=thief, now=NOW)
        ask(gate, "r3")

    def test_obeys_a_withdrawal_pushed_by_the_subject(self, gate: Gate) -> None:
        take_withdrawal(withdrawal(KEYS[FIRM]), keys=DIRECTORY, now=NOW)
        assert reasons(gate) == {Reason.WITHDRAWN}

    def test_takes_no_withdrawal_from_others(self, gate: Gate) -> None:
        with pytest.raises(StatementUnproven):
            take_withdrawal(withdrawal(KEYS[BANK]), keys=DIRECTORY, now=NOW)
        ask(gate)

    def test_partition_then_withdrawal_then_request_is_refused(self, gate: Gate) -> None:
        """The platform lists the withdrawal, but its list does not arrive here."""
        later = NOW + 11 * SECOND
        assert reasons(gate, now=later) == {Reason.STATUS_STALE}
        take(2, later, terms().auth_id)
        assert reasons(gate, "r2", now=later) == {Reason.WITHDRAWN}

    def test_a_withdrawal_stays_whatever_a_later_list_says(self, gate: Gate) -> None:
        take(2, NOW, terms().auth_id)
        take(3, NOW)
        assert reasons(gate) == {Reason.WITHDRAWN}

    def test_takes_no_list_that_goes_back_or_is_anothers(self, gate: Gate) -> None:
        with pytest.raises(StatusRolledBack):
            take(1, NOW + SECOND)
        forged = status(number=9).sign(signer=KEYS[BANK])
        with pytest.raises(StatementUnproven):
            take_status_list(forged, issuers=[PLATFORM], keys=DIRECTORY, now=NOW)

    def test_fifty_requests_for_the_last_use_get_one_permit(self, tmp_path: Path, db: None) -> None:
        counted = race(tmp_path, askers=50)
        assert counted == {"permit": 1, "exhausted": 49}


class TestAgainstStrangers:
    def test_words_brought_for_nobody_asked_about_count_nothing(self, gate: Gate) -> None:
        victim = terms(max_uses=1)
        forged = terms(subject=OTHER_FIRM, supersedes=victim.auth_id).sign(signer=KEYS[BANK])
        foreign = terms(grantee=OTHER_BANK).sign(signer=KEYS[FIRM])
        asks = request().sign(signer=KEYS[BANK])
        brought = terms(max_uses=3).sign(signer=KEYS[FIRM])
        gate.permit(asks, authorisation=brought, persons=[forged, foreign], now=NOW)
        ask(gate, "r2", max_uses=1)
        assert UseCounter.objects.count() == 2

    def test_a_lost_key_of_the_requester_asks_no_more(self, gate: Gate) -> None:
        lost = status(number=2, revoked_keys=frozenset({KEYS[BANK].public.key_id}))
        statement = lost.sign(signer=KEYS[PLATFORM])
        take_status_list(statement, issuers=[PLATFORM], keys=DIRECTORY, now=NOW)
        assert reasons(gate) == {Reason.REQUESTER_UNPROVEN}
        assert not RefusedUse.objects.exists()

    def test_a_platforms_auditor_publishes_no_list(self, gate: Gate) -> None:
        keys = directory(
            *bound(PLATFORM, PartyKind.OPERATOR, STRANGER, KeyRole.AUDITOR, by=KEYS[PLATFORM])
        )
        statement = status(number=2).sign(signer=STRANGER)
        with pytest.raises(StatementUnproven):
            take_status_list(statement, issuers=[PLATFORM], keys=keys, now=NOW)

    def test_a_list_dated_ahead_is_not_taken(self, gate: Gate) -> None:
        with pytest.raises(StatusAhead):
            take(2, NOW + DAY, now=NOW)

    def test_every_platform_must_have_been_heard(self, gate: Gate) -> None:
        two = replace(gate, issuers=frozenset({PLATFORM, HOLDER}))
        assert reasons(two) == {Reason.STATUS_MISSING}
        suspends = replace(status(), issuer=HOLDER, suspended=frozenset({terms().auth_id}))
        statement = suspends.sign(signer=KEYS[HOLDER])
        take_status_list(statement, issuers=[PLATFORM, HOLDER], keys=DIRECTORY, now=NOW)
        assert reasons(two) == {Reason.SUSPENDED}
        later = NOW + 11 * SECOND
        take(2, later)
        assert reasons(two, now=later) == {Reason.STATUS_STALE, Reason.SUSPENDED}

    def test_an_agent_withdraws_only_what_its_mandate_covers(self, gate: Gate) -> None:
        ask(gate)
        for purpose in (Purpose.CREDIT_DECISION, Purpose.REPORT):
            one = terms(purpose=purpose)
            held = one.sign(signer=KEYS[FIRM])
            hold_statement(held, about=one.auth_id, subject=FIRM, grantee=BANK, now=NOW)
        with pytest.raises(StatementUnproven):
            take_withdrawal(withdrawal(KEYS[AGENT], one.auth_id), keys=DIRECTORY, now=NOW)
        take_withdrawal(withdrawal(KEYS[AGENT]), keys=DIRECTORY, now=NOW)
        assert reasons(gate, "r2") == {Reason.WITHDRAWN}

    def test_an_agent_replaces_nothing_of_another_purpose(self, gate: Gate) -> None:
        report = terms(purpose=Purpose.REPORT)
        newer = terms(supersedes=report.auth_id).sign(signer=KEYS[AGENT])
        asks = request(request_id="r1").sign(signer=KEYS[BANK])
        gate.permit(asks, authorisation=newer, now=NOW)
        asks = request(request_id="r2", purpose=Purpose.REPORT).sign(signer=KEYS[BANK])
        gate.permit(asks, authorisation=report.sign(signer=KEYS[FIRM]), now=NOW)

    def test_a_platform_cannot_end_a_holders_own_basis(self, db: None) -> None:
        policy = OwnData(reader="clerk", purposes=frozenset({Purpose.DATA_QUALITY}))
        (basis,) = bases(
            holder=policy.gate().holder, purpose=Purpose.DATA_QUALITY, keys=policy.gate().keys
        )
        take(1, NOW, basis.basis_id)
        policy.permit(subject=ENTITY, purpose=Purpose.DATA_QUALITY, now=NOW)


class TestOwners:
    def test_not_on_record_open_nothing(self, gate: Gate) -> None:
        consent = terms(subject=OWNER).sign(signer=KEYS[OWNER])
        asks = request(persons=(OWNER,)).sign(signer=KEYS[BANK])
        brought = terms().sign(signer=KEYS[FIRM])
        with pytest.raises(UseRefused) as caught:
            gate.permit(asks, authorisation=brought, persons=[consent], now=NOW)
        assert {refusal.reason for refusal in caught.value.refusals} == {
            Reason.PERSON_NOT_CONSENTED
        }

    def test_on_record_must_all_consent(self, gate: Gate) -> None:
        record = Owners(HOLDER, FIRM, (OWNER, AGENT), NOW)
        with pytest.raises(StatementUnproven):
            take_owners(record.sign(signer=KEYS[BANK]), holder=HOLDER, keys=DIRECTORY, now=NOW)
        take_owners(record.sign(signer=KEYS[HOLDER]), holder=HOLDER, keys=DIRECTORY, now=NOW)
        consent = terms(subject=OWNER).sign(signer=KEYS[OWNER])
        brought = terms().sign(signer=KEYS[FIRM])
        for persons, reason in (
            ((OWNER,), Reason.PERSON_NOT_CONSENTED),
            ((), None),
        ):
            asks = request(request_id=f"p{len(persons)}", persons=persons).sign(signer=KEYS[BANK])
            if reason is None:
                permit = gate.permit(asks, authorisation=brought, now=NOW)
                assert not permit.personal
                continue
            with pytest.raises(UseRefused) as caught:
                gate.permit(asks, authorisation=brought, persons=[consent], now=NOW)
            assert {refusal.reason for refusal in caught.value.refusals} == {reason}

    def test_who_consent_let_personal_fields_be_read_and_are_counted(self, gate: Gate) -> None:
        record = Owners(HOLDER, FIRM, (OWNER,), NOW)
        take_owners(record.sign(signer=KEYS[HOLDER]), holder=HOLDER, keys=DIRECTORY, now=NOW)
        consent = terms(subject=OWNER, max_uses=1).sign(signer=KEYS[OWNER])
        brought = terms().sign(signer=KEYS[FIRM])
        asks = [
            request(request_id=f"p{n}", persons=(OWNER,)).sign(signer=KEYS[BANK]) for n in (1, 2)
        ]
        permit = gate.permit(asks[0], authorisation=brought, persons=[consent], now=NOW)
        assert permit.personal
        assert [len(uses_of(subject=one)) for one in (ENTITY, OWNER)] == [1, 1]
        with pytest.raises(UseRefused) as caught:
            gate.permit(asks[1], authorisation=brought, persons=[consent], now=NOW)
        assert [refusal.reason for refusal in caught.value.refusals] == [Reason.EXHAUSTED]


class TestOwnUses:
    def test_rest_on_a_basis_and_are_logged(self, db: None) -> None:
        policy = OwnData(reader="clerk", purposes=frozenset({Purpose.DATA_QUALITY}))
        permit = policy.permit(subject=ENTITY, purpose=Purpose.DATA_QUALITY, now=NOW)
        assert uses_of(subject=ENTITY) == [(NOW, "clerk", "data_quality")]
        assert (permit.ground, permit.highest_level, permit.personal) == (Ground.BASIS, 3, True)
        with pytest.raises(UseRefused) as caught:
            policy.permit(subject=ENTITY, purpose=Purpose.MARKETING, now=NOW)
        assert [r.reason for r in caught.value.refusals] == [Reason.BASIS_MISSING]

    def test_a_basis_changed_in_the_database_counts_no_more(self, db: None) -> None:
        from shuxin.consent.models import HeldStatement

        gate = OwnData(reader="clerk", purposes=frozenset({Purpose.DATA_QUALITY})).gate()
        row = HeldStatement.objects.get()
        changed = row.text.replace("data_quality", "marketing")
        HeldStatement(pk=None, kind=row.kind, about="x", subject=row.subject, grantee=row.grantee,
                      digest="0" * 64, text=changed, seen_at=row.seen_at).save()  # fmt: skip
        with pytest.raises(UseRefused):
            gate.permit_own(subject=ENTITY, purpose=Purpose.MARKETING, now=NOW)

    def test_history_tells_the_subject_all_but_secret_uses(self, gate: Gate) -> None:
        policy = OwnData(reader="clerk")
        policy.permit(subject="*", purpose=Purpose.ENTITY_RESOLUTION, now=NOW)
        ask(gate, now=NOW)
        Use.objects.filter(reader="clerk").update(shown=False)
        assert [past.reader for past in history_of(subject=ENTITY)] == [BANK]
        Use.objects.update(shown=True)
        assert [past.general for past in history_of(subject=ENTITY)] == [False, True]


def withdrawal(signer: Any, auth_id: str = "") -> Statement:
    one = Withdrawal(auth_id or terms().auth_id, FIRM, NOW)
    return one.sign(signer=signer)


def race(folder: Path, *, askers: int) -> dict[str, int]:
    """Real processes and threads on a database of its own (SQLite) or on the test's (PostgreSQL)."""
    environment = os.environ | {"SHUXIN_HOME": str(folder / "home"), "SHUXIN_DATABASE_URL": ""}
    if connection.vendor == "postgresql":
        url = os.environ["SHUXIN_DATABASE_URL"]
        name = f"{connection.settings_dict['NAME']}_race"
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(SQL("DROP DATABASE IF EXISTS {}").format(Identifier(name)))
            server.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        head, _, tail = url.partition("?")
        environment["SHUXIN_DATABASE_URL"] = f"{head.rpartition('/')[0]}/{name}?{tail}"
    done = subprocess.run(
        [sys.executable, "-m", "tests.consent.race", str(askers)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


class Stop(Exception):
    """Undoes an example's rows."""


def undone() -> transaction.Atomic:
    """A block whose rows an example leaves behind it; the gate's own transactions are outermost but for it."""
    block = transaction.atomic()
    block._from_testcase = True
    return block


ACTIONS = st.one_of(
    st.tuples(st.just("use"), st.integers(0, 2)),
    st.tuples(st.just("withdraw"), st.integers(0, 2)),
    st.tuples(st.just("push"), st.integers(0, 2)),
    st.tuples(st.just("publish"), st.integers(0, 0)),
    st.tuples(st.just("cut"), st.integers(0, 1)),
    st.tuples(st.just("wait"), st.sampled_from([1, 5, 11, 3600, 86_400 * 40, 86_400 * 95])),
    st.tuples(st.just("back"), st.sampled_from([1, 60])),
)


class World:
    """What is true, kept apart from the gate: three authorisations of two uses each."""

    def __init__(self, gate: Gate) -> None:
        self.gate, self.now, self.number, self.asked = gate, NOW, 1, 0
        self.cut = False
        self.heard = NOW
        self.granted = [terms(max_uses=2, signed_at=NOW - DAY - n * SECOND) for n in range(3)]
        self.withdrawn: dict[int, dt.datetime] = {}
        self.told: set[int] = set()
        self.read: Counter[int] = Counter()

    def do(self, action: str, number: int) -> None:
        getattr(self, f"_{action}")(number)

    def _use(self, number: int) -> None:
        self.asked += 1
        asks = request(request_id=f"q{self.asked}", at=self.now).sign(signer=KEYS[BANK])
        brought = self.granted[number].sign(signer=KEYS[FIRM])
        try:
            permit = self.gate.permit(asks, authorisation=brought, now=self.now)
        except UseRefused:
            return
        self.read[number] += 1
        one = self.granted[number]
        assert permit.covers(ENTITY)
        assert self.read[number] <= one.max_uses
        assert one.valid_from <= self.now < one.valid_to
        assert number not in self.told
        assert abs(self.now - self.heard) <= 10 * SECOND
        gone = self.withdrawn.get(number)
        assert gone is None or self.now - gone <= 15 * SECOND

    def _withdraw(self, number: int) -> None:
        self.withdrawn.setdefault(number, self.now)

    def _push(self, number: int) -> None:
        if number in self.withdrawn and not self.cut:
            statement = withdrawal(KEYS[FIRM], self.granted[number].auth_id)
            take_withdrawal(statement, keys=DIRECTORY, now=self.now)
            self.told.add(number)

    def _publish(self, _: int) -> None:
        self.number += 1
        if not self.cut:
            gone = [self.granted[n].auth_id for n in self.withdrawn]
            take(self.number, self.now, *gone)
            self.heard = self.now
            self.told |= set(self.withdrawn)

    def _cut(self, on: int) -> None:
        self.cut = bool(on)

    def _wait(self, seconds: int) -> None:
        self.now += seconds * SECOND

    def _back(self, seconds: int) -> None:
        """The holder's clock is set back; the law about withdrawals is then told from the latest moment."""
        earlier = self.now - seconds * SECOND
        if not self.withdrawn:
            self.now = earlier


@pytest.mark.django_db
class TestNoSequence:
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(actions=st.lists(ACTIONS, max_size=25))
    def test_reads_without_a_valid_authorisation_or_beyond_its_uses(
        self, gate: Gate, actions: list[tuple[str, int]]
    ) -> None:
        with pytest.raises(Stop), undone():
            world = World(replace(gate, journal=MemoryJournal()))
            for action, number in actions:
                world.do(action, number)
            assert Use.objects.count() == sum(world.read.values())
            raise Stop

    def test_but_reads_with_one(self, gate: Gate) -> None:
        world = World(gate)
        for action in ("use 0", "use 0", "use 0", "use 1", "withdraw 1", "push 1", "use 1"):
            name, number = action.split()
            world.do(name, int(number))
        assert world.read == {0: 2, 1: 1}
        assert RefusedUse.objects.count() == 2
