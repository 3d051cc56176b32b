from collections.abc import Callable
from pathlib import Path

import pytest
from tests.federation.alignment.cases import (
    HOLDER,
    LABEL,
    THIRD,
    align,
    entering,
    job_of,
    kept,
    subjects,
    universe,
)
from tests.federation.memory import run_together

from shuxin.federation.alignment.kind import AlignmentKind
from shuxin.federation.alignment.refusal import (
    AlignmentDiffers,
    AnswerInvalid,
    ReuseNotPossible,
    TooFewCommon,
)
from shuxin.federation.alignment.result import Aligned, aligned_codes
from shuxin.federation.engine.channel import Work

EARLIER = "e" * 64
POOL = universe(90)
SETS = [set(POOL[:60]), set(POOL[20:80]), set(POOL[10:])]


class Kept:
    """Each party finds its own earlier result: one kind a node, so tests choose by the party that runs."""

    def __init__(self, results: dict[str, Aligned]) -> None:
        self.results = results
        self.messages = AlignmentKind().messages

    def run(self, work: Work) -> None:
        def earlier(job_id: str) -> Aligned:
            assert job_id == EARLIER
            return self.results[work.party]

        AlignmentKind(earlier=earlier).run(work)


def made(
    tmp_path: Path, *, holders: int = 2, learn: str = "both", engine: str = "tags"
) -> dict[str, Aligned]:
    folder = tmp_path / "earlier"
    folder.mkdir()
    job = job_of(holders=holders, learn=learn, engine=engine)
    outcome = align(job, SETS[: 1 + holders], folder)
    return {party: kept(outcome, party, folder) for party in job.data_parties}


class TestReuse:
    @pytest.mark.parametrize(("holders", "engine"), [(1, "tags"), (2, "tags"), (1, "ecdh")])
    def test_keeps_what_may_still_enter_everywhere_in_the_earlier_order(
        self, holders: int, engine: str, tmp_path: Path
    ) -> None:
        before = made(tmp_path, holders=holders, engine=engine)
        now = [SETS[0] - {POOL[25]}, SETS[1] - {POOL[30], POOL[31]}, SETS[2] | {POOL[5]}]
        job = job_of(holders=holders, engine=engine, reuse=EARLIER)
        outcome = align(job, now[: 1 + holders], tmp_path, kind=Kept(before))
        assert not outcome.failures
        expected = [
            code
            for code in subjects(aligned_codes(before[LABEL]))
            if code not in {POOL[25], POOL[30], POOL[31]}
        ]
        for party in job.data_parties:
            assert subjects(aligned_codes(kept(outcome, party, tmp_path))) == expected

    def test_may_be_taken_again_itself(self, tmp_path: Path) -> None:
        before = made(tmp_path)
        for code in POOL[25:28]:
            for one in SETS:
                assert code in one
        job = job_of(holders=2, reuse=EARLIER)
        for gone in (1, 2):
            sets = [one - set(POOL[25 : 25 + gone]) for one in SETS]
            outcome = align(job, sets, tmp_path, kind=Kept(before))
            before = {party: kept(outcome, party, tmp_path) for party in job.data_parties}
            assert before[LABEL].count == 40 - gone

    def test_messages_are_bitmaps_and_nothing_of_the_helper(self, tmp_path: Path) -> None:
        before = made(tmp_path)
        outcome = align(job_of(holders=2, reuse=EARLIER), SETS, tmp_path, kind=Kept(before))
        sizes = {
            len(c) for (_, _, name), c in outcome.messages.items() if name == "alignment/still"
        }
        assert sizes == {1 + 5}
        assert {name for _, _, name in outcome.messages} == {
            "alignment/key", "alignment/still", "alignment/digest"
        }  # fmt: skip

    def test_every_party_asks_leave_for_what_the_others_get(self, tmp_path: Path) -> None:
        before = made(tmp_path, holders=1)
        outcome = align(job_of(reuse=EARLIER), SETS[:2], tmp_path, kind=Kept(before))
        assert sorted(outcome.released) == [
            (LABEL, "aligned", HOLDER, 40, 0), (HOLDER, "aligned", LABEL, 40, 0)
        ]  # fmt: skip


class TestRefused:
    def test_too_few_at_one_party(self, tmp_path: Path) -> None:
        before = made(tmp_path)
        now = [SETS[0], set(POOL[20:25]), SETS[2]]
        job = job_of(holders=2, reuse=EARLIER, least=6)
        outcome = align(job, now, tmp_path, kind=Kept(before))
        assert {type(outcome.failures[one]) for one in job.data_parties} == {TooFewCommon}
        assert outcome.messages[HOLDER, LABEL, "alignment/still"] == b"\0"

    def test_too_few_together(self, tmp_path: Path) -> None:
        before = made(tmp_path, holders=1)
        now = [set(POOL[20:40]), set(POOL[39:60])]
        outcome = align(job_of(reuse=EARLIER, least=2), now, tmp_path, kind=Kept(before))
        assert {type(one) for one in outcome.failures.values()} == {TooFewCommon}
        assert not any(outcome.kept.values())

    @pytest.mark.parametrize("learn", ["one", "count"])
    def test_an_earlier_one_whose_rows_not_all_know(self, learn: str, tmp_path: Path) -> None:
        before = made(tmp_path, holders=1, learn=learn)
        outcome = align(job_of(reuse=EARLIER), SETS[:2], tmp_path, kind=Kept(before))
        assert isinstance(outcome.failures[LABEL], ReuseNotPossible)
        assert not outcome.messages

    @pytest.mark.parametrize("learn", ["one", "count"])
    def test_for_a_job_whose_rows_not_all_learn(self, learn: str, tmp_path: Path) -> None:
        before = made(tmp_path, holders=1)
        outcome = align(job_of(learn=learn, reuse=EARLIER), SETS[:2], tmp_path, kind=Kept(before))
        assert {type(one) for one in outcome.failures.values()} == {ReuseNotPossible}

    def test_of_other_parties(self, tmp_path: Path) -> None:
        before = made(tmp_path, holders=2)
        outcome = align(job_of(reuse=EARLIER), SETS[:2], tmp_path, kind=Kept(before))
        assert isinstance(outcome.failures[LABEL], ReuseNotPossible)

    def test_of_more_rows_than_the_job_allows(self, tmp_path: Path) -> None:
        before = made(tmp_path, holders=1)
        job = job_of(reuse=EARLIER)
        job = job.model_copy(update={"limits": job.limits.model_copy(update={"rows": 39})})
        rows = {LABEL: entering(set(POOL[:30])), HOLDER: entering(set(POOL[20:50]))}
        outcome = run_together(Kept(before), job, folder=tmp_path, rows=rows)
        assert isinstance(outcome.failures[LABEL], ReuseNotPossible)

    def test_where_no_result_is_kept(self, tmp_path: Path) -> None:
        outcome = align(job_of(reuse=EARLIER), SETS[:2], tmp_path)
        assert isinstance(outcome.failures[LABEL], ReuseNotPossible)

    def test_results_of_different_alignments_are_caught(self, tmp_path: Path) -> None:
        before = made(tmp_path, holders=1)
        (tmp_path / "other").mkdir()
        before[HOLDER] = made(tmp_path / "other", holders=1)[HOLDER]
        outcome = align(job_of(reuse=EARLIER), SETS[:2], tmp_path, kind=Kept(before))
        assert isinstance(outcome.failures[LABEL], AlignmentDiffers)

    @pytest.mark.parametrize("how", [lambda c: c[:-1], lambda c: c + b"\0", lambda _: b""])
    def test_bitmaps_of_another_length(self, how: Callable[[bytes], bytes], tmp_path: Path) -> None:
        before = made(tmp_path, holders=1)

        def change(frm: str, to: str, name: str, content: bytes) -> bytes:
            return how(content) if (name, to) == ("alignment/still", LABEL) else content

        outcome = align(job_of(reuse=EARLIER), SETS[:2], tmp_path, kind=Kept(before), change=change)
        assert isinstance(outcome.failures[LABEL], AnswerInvalid)

    def test_bits_beyond_the_last_row(self, tmp_path: Path) -> None:
        before = made(tmp_path, holders=2)
        sets = [SETS[0] - {POOL[59]}, SETS[1], SETS[2]]
        job = job_of(holders=2, reuse=EARLIER)
        shorter = align(job, sets, tmp_path, kind=Kept(before))
        before = {party: kept(shorter, party, tmp_path) for party in job.data_parties}

        def change(frm: str, to: str, name: str, content: bytes) -> bytes:
            meant = (frm, name) == (THIRD, "alignment/still")
            return content[:-1] + bytes([content[-1] | 128]) if meant else content

        outcome = align(job, sets, tmp_path, kind=Kept(before), change=change)
        assert isinstance(outcome.failures[LABEL], AnswerInvalid)
