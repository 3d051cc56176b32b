"""Data express: the right course, then every wrong turn."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.verification.samples import (
    BANK,
    BANK_KEY,
    HOLDER_KEY,
    NOW,
    OTHER_BANK,
    PERSON,
    pinned,
    side,
)

from shuxin.kernel.signing import Ed25519Key
from shuxin.kernel.statements import sign_statement
from shuxin.parties.api import Directory, KeyProblem, KeyRole, TrustAnchors
from shuxin.verification.archive import ChainDiffers, TransferUnknown, chain_of, keep_chain
from shuxin.verification.transfer import (
    CLOCK_SKEW,
    ORDER,
    STEP,
    STEP_LASTS,
    State,
    Step,
    StepOutOfTurn,
    TransferInvalid,
    follow,
    new_order,
    take_step,
    with_open_target,
)
from shuxin.verification.verifying import issuing_key

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.kernel.statements import Statement

TARGET_KEY = Ed25519Key(b"\x31" * 32)
KEYS = {PERSON: HOLDER_KEY, BANK: BANK_KEY, OTHER_BANK: TARGET_KEY}
COURSE = (
    (Step.IDENTITY_VERIFIED, BANK, State.IDENTITY_VERIFIED),
    (Step.SOURCE_ISSUED, BANK, State.SOURCE_ISSUED),
    (Step.CARRIED, PERSON, State.CARRIED),
    (Step.SUBMITTED, PERSON, State.SUBMITTED),
    (Step.PASSED, OTHER_BANK, State.VERIFIED_PASS),
    (Step.CLOSED, PERSON, State.CLOSED),
)
HOUR = dt.timedelta(hours=1)


def is_by(statement: Statement, party: str) -> bool:
    return party in KEYS and statement.signed_by(KEYS[party].public)


def ordered(**changes: object) -> tuple[list[Statement], str]:
    order, salt = new_order(
        person=PERSON,
        source=BANK,
        target=OTHER_BANK,
        kinds=["account_statement"],
        fields=["credits"],
        purpose="credit_decision",
        now=NOW,
    )
    return [dataclasses.replace(order, **changes).sign(signer=HOLDER_KEY)], salt


def extras(step: Step, salt: str) -> dict[str, str]:
    if step is Step.SOURCE_ISSUED:
        return {"receipt": "7" * 64}
    if step is Step.SUBMITTED:
        return {"target": OTHER_BANK, "target_salt": salt}
    return {}


def gone(turns: int, *, last: Step | None = None) -> tuple[list[Statement], str]:
    """A chain after so many steps of the course."""
    chain, salt = ordered()
    for number, (step, party, _) in enumerate(COURSE[:turns]):
        taken = last if last and number == turns - 1 else step
        chain.append(
            take_step(
                follow(chain, is_by=is_by),
                taken,
                party=party,
                signer=KEYS[party],
                now=NOW + (number + 1) * HOUR,
                **extras(taken, salt),
            )
        )
    return chain, salt


class TestCourse:
    @pytest.mark.parametrize("turns", range(1, 7))
    def test_leads_through_every_state(self, turns: int) -> None:
        chain, _ = gone(turns)
        transfer = follow(chain, is_by=is_by)
        assert transfer.state is COURSE[turns - 1][2]
        assert transfer.receipt == ("7" * 64 if turns >= 2 else "")
        assert transfer.target == (OTHER_BANK if turns >= 4 else "")

    def test_a_failed_verification_is_told_and_closed(self) -> None:
        chain, _ = gone(5, last=Step.FAILED)
        assert follow(chain, is_by=is_by).state is State.VERIFIED_FAIL

    def test_the_source_does_not_learn_the_target_unless_the_person_wants(self) -> None:
        chain, _ = gone(3)
        assert all(OTHER_BANK.encode() not in statement.dump() for statement in chain)
        order = follow(chain, is_by=is_by).order
        told = with_open_target(order, target=OTHER_BANK).sign(signer=HOLDER_KEY)
        assert follow([told], is_by=is_by).target == OTHER_BANK

    def test_each_step_has_24_hours(self) -> None:
        chain, salt = gone(3)
        transfer = follow(chain, is_by=is_by)
        last = NOW + 3 * HOUR
        assert transfer.state_at(last + STEP_LASTS - HOUR) is State.CARRIED
        assert transfer.state_at(last + STEP_LASTS) is State.TIMED_OUT
        with pytest.raises(StepOutOfTurn):
            take_step(
                transfer,
                Step.SUBMITTED,
                party=PERSON,
                signer=HOLDER_KEY,
                now=last + STEP_LASTS,
                **extras(Step.SUBMITTED, salt),
            )
        closed, _ = gone(6)
        assert follow(closed, is_by=is_by).state_at(NOW + 100 * STEP_LASTS) is State.CLOSED


class TestWrongTurns:
    @given(
        turns=st.integers(0, 6),
        step=st.sampled_from(list(Step)),
        party=st.sampled_from(sorted(KEYS)),
        signs_itself=st.booleans(),
    )
    def test_only_the_right_party_takes_the_right_step(
        self, turns: int, step: Step, party: str, *, signs_itself: bool
    ) -> None:
        chain, salt = gone(turns)
        signer = KEYS[party] if signs_itself else Ed25519Key(b"\x55" * 32)
        right = turns < 6 and party == COURSE[turns][1] and signs_itself
        fits = turns < 6 and (step is COURSE[turns][0] or (turns == 4 and step is Step.FAILED))
        try:
            made = take_step(
                follow(chain, is_by=is_by),
                step,
                party=party,
                signer=signer,
                now=NOW + (turns + 1) * HOUR,
                **extras(step, salt),
            )
            follow([*chain, made], is_by=is_by)
        except (StepOutOfTurn, TransferInvalid):
            assert not (right and fits)
        else:
            assert right
            assert fits

    def test_no_step_is_left_out_or_changed(self) -> None:
        chain, _ = gone(6)
        for place in range(1, 6):
            with pytest.raises((StepOutOfTurn, TransferInvalid)):
                follow([*chain[:place], *chain[place + 1 :]], is_by=is_by)
        for place, statement in enumerate(chain):
            body = dict(statement.body)
            name = "created" if place == 0 else "at"
            body[name] = (NOW + 30 * dt.timedelta(minutes=1)).isoformat()
            forged = dataclasses.replace(statement, body=body)
            with pytest.raises((StepOutOfTurn, TransferInvalid)):
                follow([*chain[:place], forged, *chain[place + 1 :]], is_by=is_by)

    def test_another_target_than_the_committed_one_is_refused(self) -> None:
        chain, salt = gone(3)
        with pytest.raises(TransferInvalid):
            take_step(
                follow(chain, is_by=is_by),
                Step.SUBMITTED,
                party=PERSON,
                signer=HOLDER_KEY,
                now=NOW + 4 * HOUR,
                target=BANK,
                target_salt=salt,
            )

    @pytest.mark.parametrize(
        "change",
        [
            {"kinds": ()},
            {"fields": ("a", "a")},
            {"purpose": "two words"},
            {"person": "somebody"},
            {"target": "x"},
            {"id": "1"},
        ],
        ids=str,
    )
    def test_an_order_that_cannot_be_right_is_refused(self, change: dict[str, object]) -> None:
        with pytest.raises(TransferInvalid):
            ordered(**change)

    @pytest.mark.parametrize("kind", [ORDER, STEP])
    @pytest.mark.parametrize("body", [{}, {"step": []}, {"order": 5}], ids=str)
    def test_other_bodies_are_refused(self, kind: str, body: dict[str, object]) -> None:
        chain, _ = gone(1)
        strange = sign_statement(kind, body, signer=HOLDER_KEY)  # type: ignore[arg-type]
        for wrong in ([strange], [*chain, strange]):
            with pytest.raises(TransferInvalid):
                follow(wrong, is_by=is_by)


@pytest.mark.django_db
class TestKeeping:
    def test_keeps_each_statement_once_and_logs_it_without_content(self, tmp_path: Path) -> None:
        log = side(tmp_path).log
        chain, _ = gone(6)
        for turns in (2, 2, 7):
            now = NOW + turns * HOUR
            transfer = keep_chain(chain[:turns], is_by=is_by, log=log, now=now)
        assert chain_of(transfer.order_hash) == chain
        steps = [entry.facts["step"] for entry in log.entries(0, 20)]
        assert steps == ["initiated", *(step.value for step, _, _ in COURSE)]

    def test_a_second_version_of_a_step_is_noticed(self, tmp_path: Path) -> None:
        log = side(tmp_path).log
        chain, _ = gone(5)
        other = take_step(
            follow(chain[:5], is_by=is_by),
            Step.FAILED,
            party=OTHER_BANK,
            signer=TARGET_KEY,
            now=NOW + 5 * HOUR,
        )
        later = NOW + 6 * HOUR
        keep_chain(chain, is_by=is_by, log=log, now=later)
        with pytest.raises(ChainDiffers):
            keep_chain([*chain[:5], other], is_by=is_by, log=log, now=later)
        with pytest.raises(TransferUnknown):
            chain_of("0" * 64)

    @pytest.mark.parametrize(
        "now",
        [
            NOW + 2 * HOUR + STEP_LASTS,
            NOW + 30 * STEP_LASTS,
            NOW + 2 * HOUR - CLOCK_SKEW - dt.timedelta(seconds=1),
        ],
    )
    def test_times_set_back_or_forward_are_refused_by_ones_own_clock(
        self, tmp_path: Path, now: dt.datetime
    ) -> None:
        log = side(tmp_path).log
        chain, _ = gone(2)
        keep_chain(chain[:1], is_by=is_by, log=log, now=NOW)
        with pytest.raises(StepOutOfTurn):
            keep_chain(chain, is_by=is_by, log=log, now=now)
        assert len(log.entries(0, 10)) == 1
        assert keep_chain(chain[:1], is_by=is_by, log=log, now=now).state is State.INITIATED


class TestRoles:
    @pytest.mark.parametrize(
        ("role", "counts"),
        [
            (KeyRole.SUBJECT, True),
            (KeyRole.NODE, True),
            (KeyRole.OFFICER, True),
            (KeyRole.AUDITOR, False),
            (KeyRole.SYSTEM_ADMIN, False),
            (KeyRole.SECURITY_ADMIN, False),
        ],
    )
    def test_only_a_key_that_speaks_for_the_party_in_business_takes_its_steps(
        self, role: KeyRole, *, counts: bool
    ) -> None:
        anchor = dataclasses.replace(pinned(), roles=frozenset({role}))
        directory = Directory.build([], anchors=TrustAnchors(pinned=(anchor,)))
        (_, step), _ = gone(1)
        found = issuing_key(directory, step, party=BANK, seen_at=NOW)
        assert found == (directory.keys_of(BANK)[0] if counts else KeyProblem.WRONG_ROLE)
