"""Joint bases: who may get results of joint work on what ground, and the permits that rest on them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.consent.test_issuing import BrokenJournal, gate, take  # noqa: F401 - the fixture
from tests.consent.world import (
    BANK,
    CATALOGUE,
    DAY,
    DIRECTORY,
    FIRM,
    HOLDER,
    KEYS,
    NOW,
    OTHER_BANK,
    OTHER_FIRM,
    PLATFORM,
    REGISTER,
    SECRET,
    STRANGER,
    TAX,
    contract_of,
    request,
    terms,
)

from shuxin.catalogue.api import Sharing, register_contract
from shuxin.consent.api import (
    AUTHORISED,
    BasisKind,
    BasisTaken,
    BasisUnknown,
    Gate,
    Ground,
    JointBasis,
    LawfulBasis,
    Permit,
    Purpose,
    Reason,
    StatementUnproven,
    UseRefused,
    Withdrawal,
    basis_digest,
    drop_basis,
    history_of,
    joint_bases,
    permit_set,
    read_joint_basis,
    take_basis,
    take_joint_basis,
    take_withdrawal,
)
from shuxin.consent.domain.joint import JointUse, judge_joint
from shuxin.consent.domain.reading import StatementUnreadable
from shuxin.consent.models import Hold, RefusedUse, Use, UseCounter
from shuxin.kernel.statements import sign_statement

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.kernel.statements import Statement

JOB, OTHER_JOB = "1" * 64, "2" * 64
FIRST = FIRM.removeprefix("uscc:")
FROM, TO = dt.date(2025, 1, 1), dt.date(2026, 1, 1)


def joint(**changed: Any) -> JointBasis:
    plain: dict[str, Any] = {
        "basis_id": "joint-1",
        "holder": HOLDER,
        "recipient": BANK,
        "kind": BasisKind.LEGAL_DUTY,
        "law": "商业银行法第三十五条",
        "agreement": "合作协议2026-07号",
        "purpose": Purpose.MODEL_TRAINING,
        "catalogues": (TAX,),
        "level_max": 2,
        "valid_from": NOW - DAY,
        "valid_to": NOW + 90 * DAY,
    }
    return JointBasis(**plain | changed)


def held(**changed: Any) -> JointBasis:
    statement = joint(**changed).sign(signer=KEYS[HOLDER])
    return take_joint_basis(statement, holder=HOLDER, keys=DIRECTORY, now=NOW)


def own(**changed: Any) -> LawfulBasis:
    plain: dict[str, Any] = {
        "basis_id": "own-1",
        "holder": HOLDER,
        "kind": BasisKind.LEGAL_DUTY,
        "law": "商业银行法第三十五条",
        "purpose": Purpose.MODEL_TRAINING,
        "level_max": 2,
        "valid_from": NOW - DAY,
        "valid_to": NOW + 90 * DAY,
    }
    statement = LawfulBasis(**plain | changed).sign(signer=KEYS[HOLDER])
    return take_basis(statement, holder=HOLDER, keys=DIRECTORY, now=NOW)


def asked(gate: Gate, **changed: Any) -> Permit:  # noqa: F811 - the fixture's name
    plain: dict[str, Any] = {
        "basis_id": "joint-1",
        "recipient": BANK,
        "purpose": Purpose.MODEL_TRAINING,
        "catalogue": TAX,
        "level": 2,
        "data_from": FROM,
        "data_to": TO,
        "job": JOB,
        "now": NOW,
    }
    return gate.permit_joint(**plain | changed)


def own_part(gate: Gate, **changed: Any) -> Permit:  # noqa: F811
    plain: dict[str, Any] = {
        "purpose": Purpose.MODEL_TRAINING,
        "catalogue": TAX,
        "level": 2,
        "data_from": FROM,
        "data_to": TO,
        "job": JOB,
        "now": NOW,
    }
    return gate.permit_own_part(**plain | changed)


def refused(call: Any, *given: Any, **changed: Any) -> set[Reason]:
    with pytest.raises(UseRefused) as caught:
        call(*given, **changed)
    return {refusal.reason for refusal in caught.value.refusals}


class TestStatement:
    def test_says_what_it_was_made_with(self) -> None:
        basis = joint(shown=False)
        assert read_joint_basis(basis.sign(signer=KEYS[HOLDER])) == basis

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("recipient", HOLDER),
            ("purpose", "data_quality"),
            ("catalogues", []),
            ("level_max", 4),
            ("kind", "consent"),
            ("agreement", ""),
            ("agreement", "a\nb"),
            ("law", ""),
            ("valid_to", (NOW - 9 * DAY).isoformat()),
            ("shown", "yes"),
        ],
    )
    def test_that_grants_nothing_sensible_is_unreadable(self, field: str, value: object) -> None:
        good = joint().sign(signer=KEYS[HOLDER])
        bad = sign_statement(good.kind, dict(good.body) | {field: value}, signer=KEYS[HOLDER])  # type: ignore[arg-type]
        with pytest.raises(StatementUnreadable):
            read_joint_basis(bad)

    def test_of_another_kind_is_no_joint_basis(self) -> None:
        good = joint().sign(signer=KEYS[HOLDER])
        with pytest.raises(StatementUnreadable):
            read_joint_basis(sign_statement("lawful-basis", good.body, signer=KEYS[HOLDER]))


WRONG: Mapping[Reason, dict[str, Any]] = {
    Reason.OTHER_GRANTEE: {"recipient": OTHER_BANK},
    Reason.OTHER_PURPOSE: {"purpose": Purpose.STATISTICS},
    Reason.CATALOGUE_NOT_NAMED: {"catalogue": REGISTER},
    Reason.LEVEL_TOO_HIGH: {"level": 3},
}


class TestJudgeJoint:
    def judged(self, *bases: JointBasis, now: dt.datetime = NOW, **changed: Any) -> Any:
        plain = {"recipient": BANK, "purpose": Purpose.MODEL_TRAINING, "catalogue": TAX, "level": 2}
        use = JointUse(**plain | changed)  # type: ignore[arg-type]
        entry = CATALOGUE.get(use.catalogue)
        return judge_joint(use, bases=bases, entry=entry, holder=HOLDER, now=now)

    def reasons(self, *bases: JointBasis, now: dt.datetime = NOW, **changed: Any) -> set[Reason]:
        found = self.judged(*bases, now=now, **changed)
        return {one.reason for one in found} if isinstance(found, tuple) else set()

    def test_finds_the_basis_that_carries_the_use(self) -> None:
        assert self.judged(joint(level_max=1), joint()) == joint()

    @pytest.mark.parametrize("reason", sorted(WRONG))
    def test_refuses_for_this_reason_alone(self, reason: Reason) -> None:
        assert self.reasons(joint(), **WRONG[reason]) == {reason}

    def test_must_name_everybody_who_gets_some_of_the_results(self) -> None:
        other, third = frozenset({OTHER_BANK}), frozenset({OTHER_BANK, PLATFORM})
        assert self.reasons(joint(), also=other) == {Reason.OTHER_GRANTEE}
        assert self.reasons(joint(also=(OTHER_BANK,)), also=third) == {Reason.OTHER_GRANTEE}
        assert self.judged(joint(also=(OTHER_BANK,)), also=other) == joint(also=(OTHER_BANK,))

    @pytest.mark.parametrize("also", [[BANK], [HOLDER], ["b", "a"], "x", [1]])
    def test_names_further_parties_once_and_in_order(self, also: Any) -> None:
        body = dict(joint().sign(signer=KEYS[HOLDER]).body) | {"also": also}
        with pytest.raises(StatementUnreadable):
            read_joint_basis(sign_statement("joint-basis", body, signer=KEYS[HOLDER]))

    def test_refuses_before_after_and_without_any(self) -> None:
        assert self.reasons(joint(), now=NOW - 2 * DAY) == {Reason.NOT_YET_VALID}
        assert self.reasons(joint(), now=NOW + 90 * DAY) == {Reason.EXPIRED}
        assert self.reasons() == {Reason.BASIS_MISSING}
        assert self.reasons(joint(holder=OTHER_BANK)) == {Reason.BASIS_MISSING}

    def test_refuses_what_is_shared_with_nobody_and_what_never_leaves(self) -> None:
        everything = joint(catalogues=(TAX, SECRET, "nowhere"))
        assert self.reasons(everything, catalogue=SECRET) == {Reason.NOT_SHARED}
        assert self.reasons(everything, catalogue="nowhere") == {Reason.CATALOGUE_UNKNOWN}
        assert Reason.LEVEL_NEVER_LEAVES in self.reasons(joint(), level=4)

    def test_serves_no_purpose_of_the_holders_own(self) -> None:
        asks = self.reasons(joint(), purpose=Purpose.OWN_CUSTOMER_VIEW)
        assert asks == {Reason.PURPOSE_OF_HOLDER_ONLY, Reason.OTHER_PURPOSE}

    @given(st.sets(st.sampled_from(sorted(WRONG))))
    def test_tells_every_reason_at_once(self, wrong: set[Reason]) -> None:
        changed = {k: v for reason in wrong for k, v in WRONG[reason].items()}
        assert self.reasons(joint(), **changed) == wrong


@pytest.mark.django_db
class TestRecords:
    def test_are_kept_and_ended_like_other_bases(self) -> None:
        held()
        held(basis_id="joint-2", recipient=OTHER_BANK)
        known = joint_bases(holder=HOLDER, keys=DIRECTORY)
        assert [one.basis_id for one in known] == ["joint-2", "joint-1"]
        assert basis_digest("joint-1", holder=HOLDER) == joint().sign(signer=KEYS[HOLDER]).hash
        written: list[str] = []
        drop_basis("joint-1", holder=HOLDER, log=lambda: written.append("end"), now=NOW)
        assert [one.basis_id for one in joint_bases(holder=HOLDER, keys=DIRECTORY)] == ["joint-2"]
        assert written == ["end"]
        with pytest.raises(BasisUnknown):
            drop_basis("joint-1", holder=HOLDER, log=lambda: None, now=NOW)
        with pytest.raises(BasisUnknown):
            basis_digest("nothing", holder=HOLDER)

    def test_two_never_share_a_number(self) -> None:
        """A job names one number, and the hash that its entry states must be of the basis that it rests on."""
        held()
        held()
        for other in (partial(held, catalogues=("other",)), partial(own, basis_id="joint-1")):
            with pytest.raises(BasisTaken):
                other()
        drop_basis("joint-1", holder=HOLDER, log=lambda: None, now=NOW)
        with pytest.raises(BasisTaken):
            held(level_max=1)

    @pytest.mark.parametrize("signer", [STRANGER, KEYS[BANK]])
    def test_count_only_from_the_holders_own_key(self, signer: Any) -> None:
        with pytest.raises(StatementUnproven):
            take_joint_basis(joint().sign(signer=signer), holder=HOLDER, keys=DIRECTORY, now=NOW)
        theirs = joint(holder=OTHER_BANK).sign(signer=KEYS[OTHER_BANK])
        with pytest.raises(StatementUnproven):
            take_joint_basis(theirs, holder=HOLDER, keys=DIRECTORY, now=NOW)


class TestPermitJoint:
    def test_is_logged_with_its_job_before_it_is_there(self, gate: Gate) -> None:  # noqa: F811
        held()
        permit = asked(gate)
        (entry,) = gate.journal.entries  # type: ignore[attr-defined]
        use = Use.objects.get(pk=permit.use_id)
        assert (entry.facts["job"], entry.facts["ground"]) == (JOB, "basis")
        assert (use.reader, use.subject, use.rests_on, use.job) == (BANK, "*", "joint-1", JOB)
        assert permit.reads(TAX)
        assert not permit.reads(REGISTER)
        assert (permit.ground, permit.reader, permit.personal) == (Ground.JOINT, BANK, False)
        assert (permit.highest_level, permit.data_from, permit.data_to) == (2, FROM, TO)

    def test_is_not_there_when_the_log_cannot_be_written(self, gate: Gate) -> None:  # noqa: F811
        held()
        with pytest.raises(OSError):
            asked(replace(gate, journal=BrokenJournal()))
        assert not Use.objects.exists()

    def test_is_one_use_of_a_job_however_often_it_is_asked_again(self, gate: Gate) -> None:  # noqa: F811
        held()
        assert asked(gate).use_id == asked(gate, now=NOW + DAY).use_id
        assert asked(gate, job=OTHER_JOB).use_id != asked(gate).use_id
        assert Use.objects.count() == len(gate.journal.entries) == 2  # type: ignore[attr-defined]

    def test_withholds_what_is_disputed_or_erased(self, gate: Gate) -> None:  # noqa: F811
        held()
        for subject, dataset, field, why in (
            (FIRST, TAX, "arrears", "disputed"), ("b", TAX, "*", "erased"), ("c", REGISTER, "*", "erased"),
        ):  # fmt: skip
            Hold.objects.create(subject=subject, dataset=dataset, field=field, why=why, since=NOW)
        assert asked(gate).withheld == {(FIRST, TAX, "arrears"), ("b", TAX, "*")}

    def test_is_refused_with_the_reason_kept(self, gate: Gate) -> None:  # noqa: F811
        assert refused(asked, gate) == {Reason.BASIS_MISSING}
        held()
        assert refused(asked, gate, basis_id="joint-9") == {Reason.BASIS_MISSING}
        assert refused(asked, gate, recipient=OTHER_BANK) == {Reason.OTHER_GRANTEE}
        assert refused(asked, gate, purpose=Purpose.STATISTICS) == {Reason.OTHER_PURPOSE}
        assert refused(asked, gate, now=NOW + 99 * DAY) == {Reason.EXPIRED}
        drop_basis("joint-1", holder=HOLDER, log=lambda: None, now=NOW)
        assert refused(asked, gate) == {Reason.BASIS_MISSING}
        assert set(RefusedUse.objects.values_list("reader", flat=True)) == {BANK, OTHER_BANK}
        assert not Use.objects.exists()

    def test_is_seen_by_every_subject_unless_a_law_forbids_it(self, gate: Gate) -> None:  # noqa: F811
        held()
        asked(gate)
        (past,) = history_of(subject=FIRST)
        assert (past.reader, past.general, past.catalogues) == (BANK, True, (TAX,))
        held(basis_id="joint-2", shown=False)
        asked(gate, basis_id="joint-2", job=OTHER_JOB)
        assert len(history_of(subject=FIRST)) == 1

    def test_needs_a_dataset_that_is_shared(self, gate: Gate) -> None:  # noqa: F811
        secret = contract_of("survey")
        hidden = tuple(replace(one, sharing=Sharing.WITHHELD) for one in secret.fields)
        register_contract(contract=replace(secret, fields=hidden), accepted_by="tester", now=NOW)
        held(catalogues=(TAX, "survey"))
        assert refused(asked, gate, catalogue="survey") == {Reason.NOT_SHARED}


class TestPermitOwnPart:
    def test_rests_on_the_holders_own_basis_and_one_dataset(self, gate: Gate) -> None:  # noqa: F811
        own()
        permit = own_part(gate)
        assert (permit.ground, permit.reader, permit.catalogues) == (
            Ground.BASIS, "tester", frozenset({TAX}),
        )  # fmt: skip
        assert gate.journal.entries[0].facts["job"] == JOB  # type: ignore[attr-defined]
        assert own_part(gate).use_id == permit.use_id
        assert own_part(gate, basis_id="own-1").use_id == permit.use_id

    def test_is_refused_without_a_basis_that_serves(self, gate: Gate) -> None:  # noqa: F811
        held()
        assert refused(own_part, gate) == {Reason.BASIS_MISSING}
        own()
        assert refused(own_part, gate, basis_id="joint-1") == {Reason.BASIS_MISSING}
        assert refused(own_part, gate, level=3) == {Reason.LEVEL_TOO_HIGH}
        assert refused(own_part, gate, catalogue="nowhere") == {Reason.CATALOGUE_UNKNOWN}

    def test_never_serves_another_party(self, gate: Gate) -> None:  # noqa: F811
        own()
        assert refused(asked, gate, basis_id="own-1") == {Reason.BASIS_MISSING}


def words() -> list[Statement]:
    changed = {"purpose": Purpose.MODEL_TRAINING, "level_max": 2, "max_uses": 1}
    return [terms(subject=one, **changed).sign(signer=KEYS[one]) for one in (FIRM, OTHER_FIRM)]


def set_asked() -> Statement:
    changed = {"purpose": Purpose.MODEL_TRAINING, "level": 2}
    return request(request_id="s1", subject=AUTHORISED, **changed).sign(signer=KEYS[BANK])


class DiesAt:
    """A log that fails at one of its writings, as a kill would."""

    def __init__(self, journal: Any, writing: int) -> None:
        self.journal, self.left = journal, writing

    def append_all(self, entries: Any, *, now: dt.datetime) -> Any:
        if self.left == 0:
            raise KeyboardInterrupt
        self.left -= 1
        return self.journal.append_all(entries, now=now)


class TestSetOfAJob:
    def test_says_so_in_the_log(self, gate: Gate) -> None:  # noqa: F811
        found = permit_set(gate, set_asked(), authorisations=words(), now=NOW, job=JOB)
        entries = gate.journal.entries  # type: ignore[attr-defined]
        assert [entry.facts["job"] for entry in entries] == [JOB] * 3
        assert entries[0].facts["root"] == found.root

    @pytest.mark.parametrize("writing", [0, 1, 9])
    def test_counts_once_when_it_is_asked_again_after_a_kill(
        self,
        gate: Gate,  # noqa: F811
        writing: int,
    ) -> None:
        dying = replace(gate, journal=DiesAt(gate.journal, writing))
        try:
            permit_set(dying, set_asked(), authorisations=words(), now=NOW, job=JOB)
        except KeyboardInterrupt:
            assert not Use.objects.exclude(log_index=None).exists()
        again = [
            permit_set(gate, set_asked(), authorisations=words(), now=NOW, job=JOB)
            for _ in range(2)
        ]
        assert {one.root for one in again} == {again[0].root}
        assert {one.permit.subjects for one in again} == {
            frozenset(one.removeprefix("uscc:") for one in (FIRM, OTHER_FIRM))
        }
        assert sorted(UseCounter.objects.values_list("used", flat=True)) == [1, 1]
        assert Use.objects.exclude(log_index=None).count() == Use.objects.count() == 2

    def test_leaves_out_who_withdrew_meanwhile(self, gate: Gate) -> None:  # noqa: F811
        permit_set(gate, set_asked(), authorisations=words(), now=NOW, job=JOB)
        auth = terms(purpose=Purpose.MODEL_TRAINING, level_max=2, max_uses=1).auth_id
        word = Withdrawal(auth, FIRM, NOW).sign(signer=KEYS[FIRM])
        take_withdrawal(word, keys=DIRECTORY, now=NOW)
        found = permit_set(gate, set_asked(), authorisations=words(), now=NOW, job=JOB)
        assert found.permit.subjects == {OTHER_FIRM.removeprefix("uscc:")}
        assert found.refused == {Reason.WITHDRAWN: 1}

    def test_of_another_job_is_asked_anew(self, gate: Gate) -> None:  # noqa: F811
        permit_set(gate, set_asked(), authorisations=words(), now=NOW, job=JOB)
        with pytest.raises(UseRefused) as caught:
            permit_set(gate, set_asked(), authorisations=words(), now=NOW, job=OTHER_JOB)
        assert {one.reason for one in caught.value.refusals} == {Reason.EXHAUSTED}
