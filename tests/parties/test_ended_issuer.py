"""After a key's end nothing newly seen that it issued stands, whatever times it claims."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.parties.world import (
    ATTESTER_PARTY,
    BANK,
    DAY,
    END,
    ENTERPRISE,
    MID,
    PERSON,
    START,
    World,
    bound,
    claim,
    internal,
    key,
    revoked,
)

from shuxin.kernel.statements import sign_statement
from shuxin.parties.api import (
    Directory,
    KeyProblem,
    KeyRole,
    KnownKey,
    MandateEnd,
    Method,
    PartyKind,
    Reason,
    Rejection,
    sign_mandate,
    sign_mandate_end,
)

if TYPE_CHECKING:
    import datetime as dt
    import random
    from collections.abc import Mapping, Sequence

    from shuxin.kernel.statements import Statement

ANCHORS = World().anchors
LATER = 3000 * DAY


def mandate(*, by: str, start: dt.datetime = START, end: dt.datetime = END) -> Statement:
    return sign_mandate(
        party=ENTERPRISE,
        person=PERSON,
        purposes=("credit_decision",),
        valid_from=start,
        valid_to=end,
        signer=key(by),
    )


GOOD = mandate(by="boss")
LEGAL = claim("legal", roles=(KeyRole.LEGAL_REPRESENTATIVE,))
WORLD = [*bound(claim("boss")), *bound(LEGAL), *bound(claim("second")), GOOD]
MADE_AT_FIRST = {one.hash: START for one in WORLD}

ISSUED = {
    "node": ("bank", BANK),
    "mandate": ("legal", ENTERPRISE),
    "mandate end": ("legal", ENTERPRISE),
    "end of another": ("legal", ENTERPRISE),
    "attested": ("attester", ATTESTER_PARTY),
    "end by attester": ("attester", ATTESTER_PARTY),
}


def issued(kind: str, *, at: dt.datetime, until: dt.datetime) -> list[Statement]:
    """What an ended key would make, as of ``at`` as it says; the last one is its own."""
    by, _ = ISSUED[kind]
    if kind == "node":
        node = claim("node", party=BANK, kind=PartyKind.BANK, roles=(KeyRole.NODE,))
        return bound(node, by=by, start=at, end=until, method=Method.INSTITUTION)
    if kind == "attested":
        return bound(claim("thief"), start=at, end=until)
    if kind == "mandate":
        return [mandate(by=by, start=at, end=until)]
    if kind == "mandate end":
        return [sign_mandate_end(MandateEnd(ENTERPRISE, GOOD.hash, at), signer=key(by))]
    return [revoked("second", by=by, reason=Reason.COMPROMISED, at=at)]


def enders(kind: str) -> list[str]:
    """Who may end the key that issues this."""
    by, _ = ISSUED[kind]
    return ["legal", "boss", "attester"] if by == "legal" else [by]


def built(
    statements: Sequence[Statement], *, kept: Mapping[str, dt.datetime] | None = None
) -> Directory:
    return Directory.build(statements, anchors=ANCHORS, kept=kept)


def without_reasons(directory: Directory) -> Directory:
    return dataclasses.replace(directory, rejected=())


def rejected(directory: Directory) -> set[str]:
    return {one.hash for one in directory.rejected}


def outcome(directory: Directory, name: str, *, party: str = ENTERPRISE) -> KeyProblem | str:
    message = sign_statement("test-message", {}, signer=key(name))
    found = directory.who_signed(message, party=party, seen_at=MID)
    return found if isinstance(found, KeyProblem) else found.label


days = st.integers(0, 360)
kinds_and_enders = st.sampled_from([(kind, by) for kind in ISSUED for by in enders(kind)])


class TestLaws:
    @given(
        kinds_and_enders,
        st.sampled_from(list(Reason)),
        days,
        days,
        days,
        st.one_of(st.none(), st.integers(1, 400)),
    )
    def test_an_ended_key_issues_nothing_that_is_seen_later(
        self,
        what: tuple[str, str],
        reason: Reason,
        ended: int,
        told: int,
        claimed: int,
        seen: int | None,
    ) -> None:
        """``seen``: days after the end was said and came true; None when nobody knows."""
        kind, by = what
        issuer, party = ISSUED[kind]
        gone = revoked(issuer, by=by, reason=reason, at=START + ended * DAY, party=party)
        at = START + claimed * DAY
        late = issued(kind, at=at, until=at + LATER)
        kept = MADE_AT_FIRST | {gone.hash: START + told * DAY}
        if seen is not None:
            moment = START + (max(ended, told) + seen) * DAY
            kept |= dict.fromkeys((one.hash for one in late), moment)
        with_it = built([*WORLD, gone, *late], kept=kept)
        before = built([*WORLD, gone], kept=kept)
        assert gone.hash not in rejected(before)
        assert rejected(with_it) - rejected(before) == {one.hash for one in late}
        assert without_reasons(with_it) == without_reasons(before)

    @given(
        kinds_and_enders,
        st.sampled_from([Reason.SUPERSEDED, Reason.ROLE_ENDED]),
        st.integers(0, 300),
        st.integers(0, 300),
        st.integers(1, 50),
    )
    def test_what_was_kept_before_the_end_stands(
        self, what: tuple[str, str], reason: Reason, claimed: int, after: int, left: int
    ) -> None:
        kind, by = what
        issuer, party = ISSUED[kind]
        at = START + claimed * DAY
        seen = START + min(claimed + after, 310) * DAY
        gone = revoked(issuer, by=by, reason=reason, at=seen + left * DAY, party=party)
        early = issued(kind, at=at, until=at + LATER)
        kept = MADE_AT_FIRST | dict.fromkeys((one.hash for one in early), seen)
        kept |= {gone.hash: END + DAY if by == issuer else seen + left * DAY}
        directory = built([*WORLD, gone, *early], kept=kept)
        assert not rejected(directory) & {one.hash for one in (gone, *early)}

    @given(
        st.lists(st.tuples(kinds_and_enders, days, days, st.none() | days), max_size=4),
        st.randoms(),
    )
    def test_the_same_statements_and_first_moments_build_the_same(
        self,
        many: list[tuple[tuple[str, str], int, int, int | None]],
        rng: random.Random,
    ) -> None:
        statements, kept = list(WORLD), dict(MADE_AT_FIRST)
        for (kind, by), ended, claimed, seen in many:
            issuer, party = ISSUED[kind]
            gone = revoked(
                issuer, by=by, reason=Reason.SUPERSEDED, at=START + ended * DAY, party=party
            )
            more = [gone, *issued(kind, at=START + claimed * DAY, until=END + LATER)]
            statements += more
            if seen is not None:
                kept |= dict.fromkeys((one.hash for one in more), START + seen * DAY)
        shuffled = rng.sample(statements, len(statements))
        assert built(shuffled, kept=kept) == built(statements, kept=kept)

    @given(st.sampled_from(["node", "mandate"]), days, st.integers(1, 4000))
    def test_nothing_outlasts_its_issuer_unless_it_was_kept_before(
        self, kind: str, claimed: int, length: int
    ) -> None:
        at = START + claimed * DAY
        made = issued(kind, at=at, until=at + length * DAY)
        hashes = [one.hash for one in made]
        assert last_of(kind, made, kept={}) == min(at + length * DAY, END)
        assert last_of(kind, made, kept=dict.fromkeys(hashes, at)) == at + length * DAY
        late = built([*WORLD, *made], kept=dict.fromkeys(hashes, END))
        assert made[-1].hash in rejected(late)


def last_of(
    kind: str, made: Sequence[Statement], *, kept: Mapping[str, dt.datetime]
) -> dt.datetime:
    """Until when the last of ``made`` counts: a node's key, or a mandate by the key of its agent."""
    agent = claim("agent", roles=(KeyRole.AGENT,), on_behalf=made[-1].hash)
    more = bound(agent, end=END + 2 * LATER) if kind == "mandate" else []
    directory = built([*WORLD, *made, *more], kept=kept)
    keys = (*directory.keys_of(BANK), *directory.keys_of(ENTERPRISE))
    (found,) = (key for key in keys if made[-1].hash in {key.statement, key.on_behalf})
    return found.valid_to


class TestEndedIssuer:
    def test_a_superseded_key_does_not_end_its_successor(self) -> None:
        gone = revoked("boss", by="boss", reason=Reason.SUPERSEDED, at=MID - DAY)
        kill = revoked("new", by="boss", reason=Reason.COMPROMISED, at=START + 3 * DAY)
        new = bound(claim("new"), start=START + DAY)
        directory = built([*bound(claim("boss")), *new, gone, kill])
        assert outcome(directory, "new") == "new"
        assert kill.hash in rejected(directory)

    def test_one_who_was_dismissed_ends_nobody_afterwards(self) -> None:
        dismissed = revoked("legal", by="boss", reason=Reason.ROLE_ENDED, at=START + 9 * DAY)
        revenge = revoked("boss", by="legal", reason=Reason.COMPROMISED, at=START + DAY)
        kept = MADE_AT_FIRST | {dismissed.hash: START + 9 * DAY, revenge.hash: START + 10 * DAY}
        assert outcome(built([*WORLD, dismissed, revenge], kept=kept), "boss") == "boss"

    def test_two_that_end_each_other_at_once_both_end(self) -> None:
        both = [revoked("boss", by="legal"), revoked("legal", by="boss")]
        kept = MADE_AT_FIRST | {one.hash: MID for one in both}
        directory = built([*WORLD, *both], kept=kept)
        assert [outcome(directory, name) for name in ("boss", "legal")] == ["revoked"] * 2

    def test_without_any_end_unknown_moments_do_no_harm(self) -> None:
        directory = built([*WORLD, *internal("node", role=KeyRole.NODE)])
        assert directory.rejected == ()
        assert outcome(directory, "node", party=BANK) == "node"

    def test_a_key_may_always_call_itself_lost(self) -> None:
        gone = revoked("boss", by="boss", reason=Reason.SUPERSEDED, at=START + DAY)
        worse = revoked("boss", by="boss", reason=Reason.LOST, at=MID)
        assert outcome(built([*WORLD, gone, worse]), "boss") is KeyProblem.REVOKED


class TestPossession:
    @pytest.mark.parametrize("by", ["stranger", "thief"], ids=["nobody", "itself"])
    def test_alone_or_with_a_binding_that_does_not_stand_is_not_held(self, by: str) -> None:
        alone = bound(claim("thief"), by=by)
        gone = revoked("thief", by="thief")
        for given_ in (alone[:1], alone, [*alone[:1], gone]):
            directory = built([*WORLD, *given_])
            assert rejected(directory) == {one.hash for one in given_}
            assert without_reasons(directory) == without_reasons(built(WORLD))

    def test_of_a_bound_key_for_another_party_is_not_held(self) -> None:
        """Whoever has a key cannot write about others with it."""
        other = bound(claim("boss", party=PERSON, kind=PartyKind.PERSON))[0]
        foreign = revoked("boss", by="boss", reason=Reason.SUPERSEDED, party=BANK)
        directory = built([*WORLD, other, foreign])
        assert {one.why for one in directory.rejected} == {
            Rejection.UNBOUND,
            Rejection.NOT_ENTITLED,
        }
        assert isinstance(directory.keys_of(ENTERPRISE)[0], KnownKey)
