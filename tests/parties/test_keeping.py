"""Statements kept, directories built from them, published and received: with a database."""

from __future__ import annotations

import dataclasses

import pytest
from tests.parties.world import (
    BANK,
    DAY,
    END,
    ENTERPRISE,
    MID,
    OPERATOR,
    PERSON,
    SHOP,
    START,
    Journal,
    World,
    bound,
    claim,
    internal,
    key,
    organisation,
    revoked,
)

from shuxin.kernel.statements import Statement, sign_statement
from shuxin.parties import api as parties
from shuxin.parties.api import (
    Attester,
    Directory,
    KeyProblem,
    KeyRole,
    KnownKey,
    Method,
    PartyKind,
    Pinned,
    Reason,
)

ANCHORS = World().anchors
pytestmark = pytest.mark.django_db


class TestKeeping:
    def keep(self, journal: Journal, *statements: Statement, by: str = "ann") -> parties.Kept:
        return parties.keep_statements(statements, anchors=ANCHORS, by=by, journal=journal, now=MID)

    def test_keeps_what_stands_once_and_logs_it(self, journal: Journal) -> None:
        made = bound(claim("boss"))
        assert set(self.keep(journal, *made).new) == {one.hash for one in made}
        assert self.keep(journal, *made).new == ()
        assert journal.kinds == ["party-statement"] * 2
        directory = parties.directory_of(ENTERPRISE, anchors=ANCHORS)
        assert len(directory.keys_of(ENTERPRISE)) == 1

    def test_refuses_all_when_one_does_not_stand(self, journal: Journal) -> None:
        with pytest.raises(parties.StatementRefused):
            self.keep(journal, *bound(claim("boss")), *bound(claim("thief"), by="thief"))
        assert list(parties.kept_statements()) == []

    def test_refuses_statements_of_other_rooms(self, journal: Journal) -> None:
        other = sign_statement("receipt", {"a": 1}, signer=key("boss"))
        with pytest.raises(parties.StatementForeign):
            self.keep(journal, other)

    def test_an_institution_key_waits_for_a_second_person(self, journal: Journal) -> None:
        kinds = frozenset({PartyKind.BANK})
        attester = Attester(organisation(21), key("supervisor").public, kinds)
        anchors = dataclasses.replace(ANCHORS, attesters=(attester,))
        made = bound(claim("new", party=BANK, kind=PartyKind.BANK), by="supervisor")
        given = {"anchors": anchors, "journal": journal, "now": MID}
        assert parties.keep_statements(made, by="ann", **given).new == ()
        assert list(parties.kept_statements()) == []
        assert len(parties.keep_statements(made, by="bob", **given).new) == 2

    def test_the_directory_of_some_is_that_part_of_the_whole(self, journal: Journal) -> None:
        person = bound(claim("boss", party=PERSON, kind=PartyKind.PERSON))
        gone = revoked("boss", by="boss", party=PERSON)
        node = internal("node", role=KeyRole.NODE)
        self.keep(journal, *bound(claim("boss")), *person, *node, gone)
        whole = parties.whole_directory(anchors=ANCHORS)
        message = sign_statement("test-message", {}, signer=key("boss"))
        for party in (ENTERPRISE, PERSON, BANK):
            part = parties.directory_of(party, anchors=ANCHORS)
            assert part.keys_of(party) == whole.keys_of(party)
            who = [one.who_signed(message, party=party, seen_at=MID) for one in (part, whole)]
            assert who[0] == who[1] or party == BANK
        assert who_is(whole, "boss", party=ENTERPRISE) is KeyProblem.REVOKED

    def test_a_directory_that_was_built_before_never_hides_what_came_since(
        self, journal: Journal
    ) -> None:
        """Not even a revocation under another party of the same key."""
        self.keep(journal, *bound(claim("boss")))
        before = parties.directory_of(ENTERPRISE, anchors=ANCHORS)
        assert parties.directory_of(ENTERPRISE, anchors=ANCHORS) is before
        person = bound(claim("boss", party=PERSON, kind=PartyKind.PERSON))
        self.keep(journal, *person, revoked("boss", by="boss", party=PERSON))
        after = parties.directory_of(ENTERPRISE, anchors=ANCHORS)
        assert isinstance(who_is(before, "boss", party=ENTERPRISE), KnownKey)
        assert who_is(after, "boss", party=ENTERPRISE) is KeyProblem.REVOKED
        nobody = dataclasses.replace(ANCHORS, attesters=())
        assert parties.directory_of(ENTERPRISE, anchors=nobody).keys_of(ENTERPRISE) == ()

    def later(self, journal: Journal, *statements: Statement) -> parties.Kept:
        now = MID + 9 * DAY
        return parties.keep_statements(
            statements, anchors=ANCHORS, by="ann", journal=journal, now=now
        )

    def test_an_ended_key_binds_nothing_by_backdating(self, journal: Journal) -> None:
        """Neither handed in here nor brought by a publisher; what was kept before its end stays."""
        from shuxin.parties.domain.snapshot import write_snapshot

        node, thief = (internal(name, role=KeyRole.NODE) for name in ("node", "thief"))
        gone = revoked("bank", by="bank", party=BANK, reason=Reason.SUPERSEDED, at=MID + DAY)
        self.keep(journal, *node, gone)
        with pytest.raises(parties.StatementRefused) as refused:
            self.later(journal, *thief)
        assert "issuer" in refused.value.say("en")
        lines = write_snapshot(thief, previous=None, now=MID, signer=key("operator"))
        given = {"by": "ann", "journal": journal, "now": MID + 9 * DAY}
        parties.receive_directory(lines, publisher=key("operator").public, **given)
        for directory in (
            parties.directory_of(BANK, anchors=ANCHORS),
            parties.whole_directory(anchors=ANCHORS),
        ):
            assert isinstance(who_is(directory, "node", party=BANK), KnownKey)
            assert who_is(directory, "thief", party=BANK) is KeyProblem.UNKNOWN
            assert {one.why.value for one in directory.rejected} == {"issuer", "unbound"}

    def test_a_key_lost_under_another_party_hands_in_nothing(self, journal: Journal) -> None:
        person = bound(claim("boss", party=PERSON, kind=PartyKind.PERSON))
        lost = revoked("boss", by="boss", party=PERSON)
        self.keep(journal, *bound(claim("boss")), *bound(claim("second")), *person, lost)
        with pytest.raises(parties.StatementRefused):
            self.later(journal, revoked("second", by="boss", at=START + DAY))

    def test_nobody_adds_rows_of_others(self, journal: Journal) -> None:
        """Neither with a new key nor with one that is bound elsewhere."""
        from shuxin.parties.models import StatementRow

        self.keep(journal, *bound(claim("boss")))
        owner = claim("owner", party=SHOP, kind=PartyKind.INDIVIDUAL_BUSINESS)
        self.keep(journal, *bound(owner))
        before = StatementRow.objects.filter(party=ENTERPRISE).count()
        alone = [bound(claim(name))[0] for name in ("stranger", "owner")]
        ends = [revoked(name, by=name) for name in ("stranger", "owner")]
        for tried in (*([one] for one in (*alone, *ends)), [alone[0], ends[0]], [*alone, *ends]):
            with pytest.raises(parties.StatementRefused):
                self.later(journal, *tried)
        assert StatementRow.objects.filter(party=ENTERPRISE).count() == before

    def test_the_reason_told_is_that_of_the_binding(self, journal: Journal) -> None:
        for name in "abcdef":
            with pytest.raises(parties.StatementRefused) as refused:
                self.keep(journal, *bound(claim(name), by="thief"))
            assert "not_anchored" in refused.value.say("en")

    def test_a_directory_of_one_tells_nothing_about_others(self, journal: Journal) -> None:
        person = bound(claim("boss", party=PERSON, kind=PartyKind.PERSON))
        self.keep(journal, *bound(claim("boss")), *person)
        assert parties.directory_of(ENTERPRISE, anchors=ANCHORS).rejected == ()

    def test_the_memory_of_directories_is_bounded(self) -> None:
        from shuxin.parties.remembered import Built, Memory

        memory = Memory(most=2)
        built = Built({}, frozenset(), Directory.build([], anchors=ANCHORS))
        for party in ("a", "b", "a", "c"):
            memory.put(((party,), ANCHORS), built)
        kept = [party for party in "abc" if memory.get(((party,), ANCHORS))]
        assert kept == ["a", "c"]


def who_is(directory: Directory, name: str, *, party: str) -> KnownKey | KeyProblem:
    message = sign_statement("test-message", {}, signer=key(name))
    return directory.who_signed(message, party=party, seen_at=MID)


class TestPublishing:
    def test_what_is_published_here_is_received_there_and_never_dropped(
        self, journal: Journal
    ) -> None:
        from shuxin.parties.models import DirectoryHeadRow, StatementRow

        made = [*bound(claim("boss")), revoked("boss", by="boss", reason=Reason.SUPERSEDED)]
        given = {"by": "ann", "journal": journal, "now": MID}
        parties.keep_statements(made, anchors=ANCHORS, **given)
        first, lines = parties.publish_directory(signer=key("operator"), **given)
        second, more = parties.publish_directory(signer=key("operator"), **given)
        lines, more = list(lines), list(more)
        assert (first.number, second.number, second.previous) == (1, 2, first.hash)
        for table in (StatementRow, DirectoryHeadRow):
            table.objects.all()._raw_delete("default")
        public = key("operator").public
        assert parties.receive_directory(more, publisher=public, **given)[1] == 3
        assert parties.receive_directory(more, publisher=public, **given)[1] == 0
        with pytest.raises(parties.SnapshotOlder):
            parties.receive_directory(lines, publisher=public, **given)
        assert len(list(parties.kept_statements())) == 3

    def test_a_directory_that_ends_too_early_leaves_nothing_behind(self, journal: Journal) -> None:
        from shuxin.parties.domain.snapshot import write_snapshot

        made = [one for name in ("boss", "second") for one in bound(claim(name))]
        lines = list(write_snapshot(made, previous=None, now=MID, signer=key("operator")))
        with pytest.raises(parties.SnapshotInvalid):
            parties.receive_directory(
                lines[:-1],
                publisher=key("operator").public,
                by="ann",
                journal=journal,
                now=MID,
            )
        assert list(parties.kept_statements()) == []
        assert journal.entries == []

    def test_a_thief_of_platform_keys_and_database_gets_no_key_accepted(
        self, journal: Journal
    ) -> None:
        """The operator's key signs directories of anything: each holder judges what is inside."""
        from shuxin.parties.domain.snapshot import write_snapshot

        pinned = Pinned(
            party=OPERATOR,
            kind=PartyKind.OPERATOR,
            name="运营公司",
            public=key("operator").public,
            roles=frozenset({KeyRole.SUBJECT}),
            valid_from=START,
            valid_to=END,
        )
        anchors = dataclasses.replace(ANCHORS, pinned=(*ANCHORS.pinned, pinned))
        thief = [
            *bound(claim("thief"), by="operator"),
            *bound(claim("thief"), by="operator", method=Method.INSTITUTION),
            revoked("boss", by="operator"),
        ]
        everything = [*bound(claim("boss")), *thief]
        lines = write_snapshot(everything, previous=None, now=MID, signer=key("operator"))
        parties.receive_directory(
            lines, publisher=key("operator").public, by="ann", journal=journal, now=MID
        )
        directory = parties.directory_of(ENTERPRISE, anchors=anchors)
        assert isinstance(who_is(directory, "boss", party=ENTERPRISE), KnownKey)
        assert who_is(directory, "thief", party=ENTERPRISE) is KeyProblem.UNKNOWN
