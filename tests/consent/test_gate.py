from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.consent.world import (
    AGENT,
    BANK,
    CLERK,
    DAY,
    DIRECTORY,
    EARLY,
    FIRM,
    HOLDER,
    KEYS,
    LATE,
    NOW,
    OPEN_LIST,
    OTHER_BANK,
    OTHER_FIRM,
    OWNER,
    REGISTER,
    SECRET,
    STRANGER,
    TAX,
    Asked,
    directory,
    presented,
    request,
    revoked,
    status,
    terms,
)

from shuxin.consent.domain.basis import BasisKind, LawfulBasis
from shuxin.consent.domain.gate import GateLimits, Known, judge_own, judge_requester
from shuxin.consent.domain.purpose import Purpose
from shuxin.consent.domain.refusal import Reason, Refusal
from shuxin.parties.api import Reason as WhyRevoked

ALONE = Known(holder=HOLDER, status=status())
AUTH = presented().terms.auth_id


def known(**changed: object) -> Known:
    return replace(ALONE, **changed)  # type: ignore[arg-type]


def tampered() -> Asked:
    good = presented()
    statement = replace(good.statement, body={**good.statement.body, "max_uses": 9})
    return Asked(presented=replace(good, statement=statement))


SOON, PAST = {"valid_from": NOW + DAY}, {"valid_from": NOW - 9 * DAY, "valid_to": NOW}
REFUSED = {
    Reason.OTHER_HOLDER: Asked(known=known(holder=OTHER_BANK)),
    Reason.AUTHORISATION_MISSING: Asked(presented=None),
    Reason.SIGNATURE_WRONG: tampered(),
    Reason.SIGNER_UNKNOWN: Asked(presented=presented(STRANGER)),
    Reason.SIGNER_OTHER_PARTY: Asked(presented=presented(KEYS[OTHER_FIRM])),
    Reason.SIGNER_NOT_YET_VALID: Asked(presented=presented(EARLY)),
    Reason.SIGNER_EXPIRED: Asked(presented=presented(LATE)),
    Reason.SIGNER_REVOKED: Asked(keys=directory(revoked(KEYS[FIRM], WhyRevoked.LOST))),
    Reason.SIGNER_WRONG_ROLE: Asked(
        presented=presented(CLERK, subject=BANK), request=request(subject=BANK)
    ),
    Reason.MANDATE_MISSING: Asked(
        presented=presented(KEYS[AGENT], purpose=Purpose.POST_LOAN),
        request=request(purpose=Purpose.POST_LOAN),
    ),
    Reason.TEXT_DIFFERS: Asked(presented=presented(text_hash="0" * 64)),
    Reason.OTHER_SUBJECT: Asked(presented=presented(KEYS[OTHER_FIRM], subject=OTHER_FIRM)),
    Reason.OTHER_GRANTEE: Asked(presented=presented(grantee=OTHER_BANK)),
    Reason.OTHER_PURPOSE: Asked(presented=presented(purpose=Purpose.REPORT)),
    Reason.HOLDER_NOT_NAMED: Asked(presented=presented(holders=(OTHER_BANK,))),
    Reason.CATALOGUE_NOT_NAMED: Asked(presented=presented(catalogues=(REGISTER,))),
    Reason.LEVEL_TOO_HIGH: Asked(presented=presented(level_max=2)),
    Reason.OUTSIDE_DATA_PERIOD: Asked(presented=presented(data_from=dt.date(2025, 6, 1))),
    Reason.NOT_YET_VALID: Asked(presented=presented(**SOON)),
    Reason.EXPIRED: Asked(presented=presented(**PAST)),
    Reason.WITHDRAWN: Asked(known=known(withdrawn=frozenset({AUTH}))),
    Reason.SUSPENDED: Asked(known=known(status=status(suspended=frozenset({AUTH})))),
    Reason.SUPERSEDED: Asked(known=known(superseded=frozenset({AUTH}))),
    Reason.EXHAUSTED: Asked(known=known(used={AUTH: 2})),
    Reason.STATUS_MISSING: Asked(known=known(status=None)),
    Reason.STATUS_STALE: Asked(
        known=known(status=status(issued_at=NOW - dt.timedelta(seconds=11)))
    ),
    Reason.STATUS_AHEAD: Asked(known=known(status=status(issued_at=NOW + DAY))),
    Reason.CATALOGUE_UNKNOWN: Asked(
        request=request(catalogues=("nowhere",)), presented=presented(catalogues=("nowhere",))
    ),
    Reason.NOT_SHARED: Asked(
        request=request(catalogues=(SECRET,)), presented=presented(catalogues=(SECRET,))
    ),
    Reason.LEVEL_NEVER_LEAVES: Asked(request=request(level=4), presented=presented(level_max=4)),
    Reason.FIELD_ON_HOLD: Asked(known=known(on_hold=frozenset({(TAX, "arrears")}))),
    Reason.PERSON_NOT_CONSENTED: Asked(request=request(persons=(OWNER,))),
    Reason.PURPOSE_OF_HOLDER_ONLY: Asked(
        request=request(purpose=Purpose.DATA_QUALITY),
        presented=presented(purpose=Purpose.DATA_QUALITY),
    ),
    Reason.ERASED: Asked(known=known(erased=frozenset({TAX}))),
}
OF_THE_REQUESTER = {Reason.REQUESTER_UNPROVEN, Reason.REQUEST_TOO_OLD}
OF_THE_RECORDS = {Reason.REQUEST_REPEATED}
OF_OWN_USE = {Reason.BASIS_MISSING, Reason.DEPARTMENT_CLOSED}


class TestJudge:
    def test_permits_what_was_granted(self) -> None:
        assert Asked().refusals() == ()

    def test_permits_an_agent_within_its_mandate(self) -> None:
        assert Asked(presented=presented(KEYS[AGENT])).refusals() == ()

    @pytest.mark.parametrize("reason", sorted(REFUSED))
    def test_refuses_for_this_reason_alone(self, reason: Reason) -> None:
        assert {refusal.reason for refusal in REFUSED[reason].refusals()} == {reason}

    def test_every_reason_is_tested(self) -> None:
        elsewhere = OF_THE_REQUESTER | OF_THE_RECORDS | OF_OWN_USE
        assert set(REFUSED) | elsewhere == set(Reason)

    def test_tells_every_reason_at_once(self) -> None:
        case = Asked(
            presented=presented(grantee=OTHER_BANK, level_max=1, **PAST), known=known(status=None)
        )
        assert {refusal.reason for refusal in case.refusals()} == {
            Reason.OTHER_GRANTEE,
            Reason.LEVEL_TOO_HIGH,
            Reason.EXPIRED,
            Reason.STATUS_MISSING,
        }

    @pytest.mark.parametrize(
        "private",
        [
            {"withdrawn": frozenset({AUTH})},
            {"superseded": frozenset({AUTH})},
            {"used": {AUTH: 2}},
            {"on_hold": frozenset({(TAX, "arrears")})},
            {"erased": frozenset({TAX})},
        ],
        ids="_".join,
    )
    def test_tells_strangers_nothing_about_the_subject(self, private: dict[str, object]) -> None:
        for stranger in (None, presented(STRANGER), presented(grantee=OTHER_BANK)):
            knowing = Asked(presented=stranger, known=known(**private)).refusals()
            assert knowing == Asked(presented=stranger).refusals() != ()

    def test_open_data_need_no_authorisation(self) -> None:
        opened = request(catalogues=(OPEN_LIST,))
        assert Asked(request=opened, presented=None, known=known(status=None)).refusals() == ()
        mixed = request(catalogues=(OPEN_LIST, TAX))
        assert [r.reason for r in Asked(request=mixed, presented=None).refusals()] == [
            Reason.AUTHORISATION_MISSING
        ]

    def test_a_key_superseded_counts_for_what_was_seen_before(self) -> None:
        keys = directory(revoked(KEYS[FIRM], WhyRevoked.SUPERSEDED))
        before = replace(presented(), seen_at=NOW - 2 * DAY)
        assert Asked(presented=before, keys=keys).refusals() == ()
        assert Refusal(Reason.SIGNER_REVOKED) in Asked(keys=keys).refusals()

    def test_personal_data_need_each_person(self) -> None:
        asks = request(persons=(OWNER,))
        consent = presented(KEYS[OWNER], subject=OWNER)
        both = Asked(request=asks, persons={OWNER: consent}, known=known(owners=frozenset({OWNER})))
        assert both.refusals() == ()
        more = replace(both, known=known(owners=frozenset({OWNER, AGENT})))
        assert [refusal.reason for refusal in more.refusals()] == [Reason.PERSON_NOT_CONSENTED]

    def test_a_disputed_field_stays_visible_to_purposes_that_do_not_decide(self) -> None:
        case = Asked(
            request=request(purpose=Purpose.STATISTICS),
            presented=presented(purpose=Purpose.STATISTICS),
            known=known(on_hold=frozenset({(TAX, "arrears")})),
        )
        assert case.refusals() == ()

    def test_hears_of_a_lost_key_from_the_status_list(self) -> None:
        listed = status(revoked_keys=frozenset({KEYS[FIRM].public.key_id}))
        case = Asked(known=known(status=listed))
        assert [refusal.reason for refusal in case.refusals()] == [Reason.SIGNER_REVOKED]

    @given(
        grantee=st.sampled_from([BANK, OTHER_BANK]),
        subject=st.sampled_from([FIRM, OTHER_FIRM]),
        purpose=st.sampled_from([Purpose.CREDIT_DECISION, Purpose.REPORT, Purpose.MARKETING]),
        catalogues=st.sets(st.sampled_from([TAX, REGISTER]), min_size=1),
        level=st.integers(1, 5),
        start=st.dates(dt.date(2023, 6, 1), dt.date(2024, 6, 1)),
        used=st.integers(0, 3),
        days=st.integers(-3, 100),
        age=st.integers(0, 20),
    )
    def test_permits_only_what_lies_within_every_bound(
        self,
        grantee: str,
        subject: str,
        purpose: Purpose,
        catalogues: set[str],
        level: int,
        start: dt.date,
        used: int,
        days: int,
        age: int,
    ) -> None:
        now = NOW + days * DAY
        asks = request(
            grantee=grantee,
            subject=subject,
            purpose=purpose,
            catalogues=tuple(sorted(catalogues)),
            level=level,
            data_from=start,
        )
        newest = status(issued_at=now - dt.timedelta(seconds=age))
        case = Asked(request=asks, known=known(used={AUTH: used}, status=newest), now=now)
        granted = terms()
        inside = (
            grantee == granted.grantee
            and subject == granted.subject
            and purpose is granted.purpose
            and level <= granted.level_max
            and start >= granted.data_from
            and used < granted.max_uses
            and granted.valid_from <= now < granted.valid_to
            and age <= 10
        )
        assert (case.refusals() == ()) is inside


class TestJudgeRequester:
    def refusals(self, signer: object, at: dt.datetime = NOW) -> set[Reason]:
        asks = request(at=at)
        statement = asks.sign(signer=signer)  # type: ignore[arg-type]
        found = judge_requester(
            asks, statement, keys=DIRECTORY, revoked=frozenset(), limits=GateLimits(), now=NOW
        )
        return {refusal.reason for refusal in found}

    def test_believes_the_party_itself(self) -> None:
        assert self.refusals(KEYS[BANK]) == set()

    @pytest.mark.parametrize("signer", [STRANGER, KEYS[OTHER_BANK], CLERK])
    def test_believes_nobody_else(self, signer: object) -> None:
        assert self.refusals(signer) == {Reason.REQUESTER_UNPROVEN}

    @pytest.mark.parametrize("minutes", [-6, 1])
    def test_answers_only_what_is_asked_now(self, minutes: int) -> None:
        at = NOW + dt.timedelta(minutes=minutes)
        assert self.refusals(KEYS[BANK], at) == {Reason.REQUEST_TOO_OLD}


class TestJudgeOwn:
    basis = LawfulBasis(
        "b1", HOLDER, BasisKind.CONTRACT, "法", Purpose.CREDIT_DECISION, 3, NOW, NOW + DAY
    )

    def judged(self, now: dt.datetime, level: int = 1, holder: str = HOLDER) -> object:
        found = judge_own(
            Purpose.CREDIT_DECISION, bases=[self.basis], holder=holder, level=level, now=now
        )
        return found if isinstance(found, LawfulBasis) else [refusal.reason for refusal in found]

    def test_finds_the_basis_that_serves(self) -> None:
        assert self.judged(NOW) == self.basis

    def test_refuses_outside_its_bounds(self) -> None:
        assert self.judged(NOW - DAY) == [Reason.NOT_YET_VALID]
        assert self.judged(NOW + DAY) == [Reason.EXPIRED]
        assert self.judged(NOW, level=4) == [Reason.LEVEL_TOO_HIGH]

    def test_never_serves_another_party(self) -> None:
        assert self.judged(NOW, holder=BANK) == [Reason.BASIS_MISSING]
