from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from tests.consent.test_issuing import gate  # noqa: F401 - the fixture
from tests.consent.world import (
    BANK,
    DAY,
    FIRM,
    KEYS,
    NOW,
    OTHER_BANK,
    OTHER_FIRM,
    OWNER,
    STRANGER,
    request,
    terms,
)

from shuxin.consent.api import (
    AUTHORISED,
    Gate,
    PermitTooNarrow,
    Reason,
    UseRefused,
    permit_set,
    uses_of,
)
from shuxin.consent.models import AnsweredRequest, Use

if TYPE_CHECKING:
    from shuxin.kernel.statements import Statement

FIRST, SECOND = FIRM.removeprefix("uscc:"), OTHER_FIRM.removeprefix("uscc:")


def signed(subject: str, **changed: Any) -> Statement:
    return terms(subject=subject, **changed).sign(signer=KEYS[subject])


def asked(name: str = "s1", **changed: Any) -> Statement:
    return request(request_id=name, subject=AUTHORISED, **changed).sign(signer=KEYS[BANK])


class TestPermitSet:
    def test_holds_those_who_agree_and_the_root_of_their_word(self, gate: Gate) -> None:  # noqa: F811
        words = [signed(FIRM), signed(OTHER_FIRM)]
        late = signed(OWNER, valid_from=NOW - 9 * DAY, valid_to=NOW - DAY)
        found = permit_set(gate, asked(), authorisations=[*words, late], now=NOW)
        assert found.permit.subjects == {FIRST, SECOND}
        assert found.refused == {Reason.EXPIRED: 1}
        leaves = [
            hashlib.sha256(b"\0" + bytes.fromhex(h)).digest() for h in sorted(w.hash for w in words)
        ]
        assert found.root == hashlib.sha256(b"\1" + leaves[0] + leaves[1]).hexdigest()
        found.permit.require(FIRST)
        with pytest.raises(PermitTooNarrow):
            found.permit.require("*")

    def test_counts_and_logs_each_by_itself(self, gate: Gate) -> None:  # noqa: F811
        permit_set(gate, asked(), authorisations=[signed(FIRM), signed(OTHER_FIRM)], now=NOW)
        whole, *each = gate.journal.entries  # type: ignore[attr-defined]
        assert (whole.kind, whole.facts["subjects"]) == ("use-set", 2)
        assert [entry.kind for entry in each] == ["use", "use"]
        assert {use.log_index for use in Use.objects.all()} == {1, 2}
        assert [len(uses_of(subject=one)) for one in (FIRST, SECOND)] == [1, 1]

    def test_takes_of_several_words_of_one_subject_one_that_serves(self, gate: Gate) -> None:  # noqa: F811
        words = [signed(FIRM, max_uses=1), signed(FIRM)]
        for name in ("s1", "s2", "s3"):
            found = permit_set(gate, asked(name), authorisations=words, now=NOW)
            assert found.permit.subjects == {FIRST}
            assert found.refused == {}
        with pytest.raises(UseRefused) as caught:
            permit_set(gate, asked("s4"), authorisations=words, now=NOW)
        assert [refusal.reason for refusal in caught.value.refusals] == [Reason.EXHAUSTED]

    def test_a_withdrawal_makes_the_next_set_smaller(self, gate: Gate) -> None:  # noqa: F811
        from tests.consent.test_issuing import take

        words = [signed(FIRM), signed(OTHER_FIRM)]
        before = permit_set(gate, asked(), authorisations=words, now=NOW)
        take(2, NOW, terms(subject=FIRM).auth_id)
        after = permit_set(gate, asked("s2"), authorisations=words, now=NOW)
        assert before.permit.subjects - after.permit.subjects == {FIRST}
        assert before.root != after.root

    def test_a_word_that_is_brought_twice_counts_once_also_when_a_job_asks_again(
        self,
        gate: Gate,  # noqa: F811
    ) -> None:
        words = [signed(FIRM), signed(FIRM), signed(OTHER_FIRM)]
        asks = asked()
        first = permit_set(gate, asks, authorisations=words, now=NOW, job="j")
        again = permit_set(gate, asks, authorisations=words, now=NOW, job="j")
        assert first.root == again.root
        assert Use.objects.count() == 2

    def test_of_nobody_is_refused_with_the_reasons(self, gate: Gate) -> None:  # noqa: F811
        words = [signed(FIRM, grantee=OTHER_BANK)]
        with pytest.raises(UseRefused) as caught:
            permit_set(gate, asked(), authorisations=words, now=NOW)
        assert {refusal.reason for refusal in caught.value.refusals} == {Reason.OTHER_GRANTEE}
        assert not AnsweredRequest.objects.exists()

    def test_is_for_the_party_that_asks_and_asked_once(self, gate: Gate) -> None:  # noqa: F811
        forged = request(subject=AUTHORISED).sign(signer=STRANGER)
        with pytest.raises(UseRefused):
            permit_set(gate, forged, authorisations=[signed(FIRM)], now=NOW)
        permit_set(gate, asked(), authorisations=[signed(FIRM)], now=NOW)
        with pytest.raises(UseRefused):
            permit_set(gate, asked(), authorisations=[signed(FIRM)], now=NOW)
        with pytest.raises(UseRefused):
            permit_set(gate, asked("s9", persons=(OWNER,)), authorisations=[signed(FIRM)], now=NOW)

    def test_reads_nothing_when_the_log_cannot_be_written(self, gate: Gate) -> None:  # noqa: F811
        from tests.consent.test_issuing import BrokenJournal

        broken = replace(gate, journal=BrokenJournal())
        with pytest.raises(OSError):
            permit_set(broken, asked(), authorisations=[signed(FIRM)], now=NOW)
        assert not Use.objects.exists()
