from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.consent.asking import proposal, proposed
from tests.consent.world import (
    BANK,
    DAY,
    FIRM,
    HOLDER,
    KEYS,
    NOW,
    OTHER_BANK,
    OTHER_FIRM,
    request,
    terms,
)

from shuxin.consent.domain.authorisation import Authorisation, AuthorisationInvalid
from shuxin.consent.domain.gate import _against_terms
from shuxin.consent.domain.proposal import (
    Facts,
    RequestState,
    read_proposal,
    request_id_of,
    state_of,
    wider,
)
from shuxin.consent.domain.purpose import Purpose
from shuxin.consent.domain.reading import StatementUnreadable
from shuxin.consent.domain.request import Request
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.statements import sign_statement

START = dt.date(2026, 1, 1)
subjects = st.sampled_from([FIRM, OTHER_FIRM])
grantees = st.sampled_from([BANK, OTHER_BANK])
purposes = st.sampled_from([Purpose.CREDIT_DECISION, Purpose.REPORT])
named = st.sets(st.sampled_from(["a", "b", "c"]), min_size=1).map(lambda s: tuple(sorted(s)))
levels = st.integers(1, 3)
steps = st.tuples(st.integers(0, 3), st.integers(1, 3))


@st.composite
def some_terms(draw: st.DrawFn) -> Authorisation:
    (data, long), (valid, lasts) = draw(steps), draw(steps)
    return terms(
        subject=draw(subjects),
        grantee=draw(grantees),
        purpose=draw(purposes),
        holders=draw(st.sampled_from([(HOLDER,), (BANK,), (HOLDER, BANK)])),
        catalogues=draw(named),
        level_max=draw(levels),
        data_from=START + data * DAY,
        data_to=START + (data + long) * DAY,
        valid_from=NOW + valid * DAY,
        valid_to=NOW + (valid + lasts) * DAY,
        max_uses=draw(levels),
    )


@st.composite
def some_requests(draw: st.DrawFn) -> Request:
    data, long = draw(steps)
    return request(
        subject=draw(subjects),
        grantee=draw(grantees),
        purpose=draw(purposes),
        holder=draw(st.sampled_from([HOLDER, BANK])),
        catalogues=draw(named),
        level=draw(levels),
        data_from=START + data * DAY,
        data_to=START + (data + long) * DAY,
    )


def allows(one: Authorisation, asked: Request, *, at: dt.datetime, nth: int) -> bool:
    """The gate's own rule on terms, as oracle."""
    inside = one.valid_from <= at < one.valid_to and nth <= one.max_uses
    return inside and not list(_against_terms(asked, one, subject=asked.subject))


class TestWider:
    @given(some_terms(), some_terms(), some_requests(), st.integers(0, 7), st.integers(1, 4))
    def test_no_grant_lets_through_what_its_proposal_would_not(
        self, one: Authorisation, other: Authorisation, asked: Request, day: int, nth: int
    ) -> None:
        """Half of the pairs share most terms, or hardly one would pass."""
        near = replace(one, catalogues=other.catalogues, level_max=other.level_max,
                       data_from=max(one.data_from, other.data_from), data_to=max(one.data_to, other.data_to),
                       max_uses=other.max_uses)  # fmt: skip
        at = NOW + day * DAY
        for granted in (near, other):
            beyond = wider(granted, proposed=one)
            if allows(granted, asked, at=at, nth=nth) and not allows(one, asked, at=at, nth=nth):
                assert beyond

    @given(some_terms())
    def test_the_proposal_itself_is_not_wider(self, one: Authorisation) -> None:
        assert wider(one, proposed=one) == ()

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("subject", OTHER_FIRM),
            ("grantee", OTHER_BANK),
            ("purpose", Purpose.REPORT),
            ("supersedes", "ab"),
            ("holders", (HOLDER, BANK)),
            ("catalogues", ("tax", "register", "more")),
            ("level_max", 4),
            ("data_from", dt.date(2023, 12, 31)),
            ("data_to", dt.date(2026, 6, 2)),
            ("valid_from", NOW - 2 * DAY),
            ("valid_to", NOW + 91 * DAY),
            ("max_uses", 3),
        ],
    )
    def test_names_the_term_that_is(self, name: str, value: object) -> None:
        assert wider(terms(**{name: value}), proposed=terms()) == (name,)


class TestProposal:
    def test_reads_back_as_it_was_signed(self) -> None:
        assert read_proposal(proposed()) == proposal()

    def test_is_named_by_what_was_signed(self) -> None:
        assert request_id_of(proposed()) != request_id_of(proposed(max_uses=1))

    @pytest.mark.parametrize(
        "changed",
        [
            {"purpose": Purpose.OWN_CUSTOMER_VIEW},
            {"level_max": 4},
            {"holders": (HOLDER, BANK)},
            {"grantee": FIRM},
            {"reason": ""},
            {"reason": "a\u202eb"},
            {"reason": "a\nb"},
            {"reason": "a" * 301},
            {"purpose": Purpose.MARKETING, "valid_to": NOW + 300 * DAY},
        ],
    )
    def test_refuses_what_nobody_may_ask(self, changed: dict[str, Any]) -> None:
        with pytest.raises(AuthorisationInvalid):
            proposed(**changed)

    @given(
        st.sampled_from(sorted(proposed().body)),
        st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=9) | st.lists(st.text(max_size=3)),
    )  # fmt: skip
    def test_reads_a_hostile_body_or_refuses_it(self, field: str, value: Any) -> None:
        body = {**proposed().body, field: value}
        statement = sign_statement("authorisation-request", body, signer=KEYS[BANK])
        try:
            read_proposal(statement)
        except InvalidInput:
            return
        assert read_proposal(statement).sign(signer=KEYS[BANK]).hash == statement.hash

    def test_is_not_another_statement(self) -> None:
        with pytest.raises(StatementUnreadable):
            read_proposal(terms().sign(signer=KEYS[FIRM]))


LAPSES = NOW + 30 * DAY
GIVEN = terms()
PLAIN = {"answer": "granted", "granted": GIVEN}
STATES: list[tuple[dict[str, Any], dt.datetime, RequestState]] = [
    ({}, NOW, RequestState.REQUESTED),
    ({}, LAPSES - DAY, RequestState.REQUESTED),
    ({}, LAPSES, RequestState.LAPSED),
    ({"answer": "declined"}, NOW, RequestState.REFUSED),
    ({"answer": "declined"}, LAPSES, RequestState.REFUSED),
    (PLAIN, NOW, RequestState.GRANTED),
    (PLAIN, LAPSES, RequestState.GRANTED),
    (PLAIN, GIVEN.valid_to, RequestState.EXPIRED),
    (PLAIN | {"used": 1}, NOW, RequestState.GRANTED),
    (PLAIN | {"used": 2}, NOW, RequestState.EXHAUSTED),
    (PLAIN | {"used": 2}, GIVEN.valid_to, RequestState.EXPIRED),
    (PLAIN | {"suspended_because": "x"}, NOW, RequestState.SUSPENDED),
    (PLAIN | {"suspended_because": "x", "used": 2}, NOW, RequestState.EXHAUSTED),
    (PLAIN | {"ended": "withdrawn"}, NOW, RequestState.WITHDRAWN),
    (PLAIN | {"ended": "withdrawn"}, GIVEN.valid_to, RequestState.WITHDRAWN),
    (PLAIN | {"ended": "superseded", "suspended_because": "x"}, NOW, RequestState.SUPERSEDED),
]
FINAL = set(RequestState) - {RequestState.REQUESTED, RequestState.GRANTED, RequestState.SUSPENDED}


class TestStateOf:
    @pytest.mark.parametrize(("facts", "now", "state"), STATES)
    def test_is_as_in_the_table(
        self, facts: dict[str, Any], now: dt.datetime, state: RequestState
    ) -> None:
        assert state_of(Facts(LAPSES, **facts), now=now) is state

    def test_every_state_is_in_the_table(self) -> None:
        assert {state for _, _, state in STATES} == set(RequestState)

    @given(
        st.sampled_from([facts for facts, _, _ in STATES]),
        st.integers(0, 200),
        st.integers(0, 200),
    )
    def test_an_end_stays_an_end(self, facts: dict[str, Any], day: int, later: int) -> None:
        first = state_of(Facts(LAPSES, **facts), now=NOW + day * DAY)
        then = state_of(Facts(LAPSES, **facts), now=NOW + (day + later) * DAY)
        assert first not in FINAL or then in FINAL
