"""What goes over the line: nothing but what is declared, nothing to a holder that tells of single outcomes."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.federation.alignment.cases import PARTIES, counted
from tests.federation.memory import Outcome, Post
from tests.federation.product.test_rehearsal import Killed, KilledChannel
from tests.federation.scorecard.world import (
    HELPER,
    HOLDER,
    LABEL,
    THIRD,
    Firms,
    firms_of,
    holder_card,
    job_of,
    joint_points,
    label_card,
    run_job,
    shadowed,
    work_of,
)

from shuxin.federation.card.files import file_of, hash_of, read_file
from shuxin.federation.card.offers import Notice
from shuxin.federation.regression.task import messages as fit_messages
from shuxin.federation.scorecard.errors import ScorecardMessageWrong
from shuxin.federation.scorecard.kind import ScorecardKind
from shuxin.federation.scorecard.report import hidden_bins
from shuxin.federation.scorecard.rounds import Round, Then
from shuxin.federation.scorecard.task import NOTICE, fit_of, messages, relating_of
from shuxin.federation.statistics.relating import relating_messages
from shuxin.federation.statistics.tables import JointTable
from shuxin.federation.statistics.wire import Answer
from shuxin.scoring.api import BinnedCharacteristic, BinShape, CardInvalid, Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from shuxin.federation.domain.job import Job

PAGE = Path(__file__).parents[3] / "docs" / "protocols" / "scorecard.md"
TO_A_HOLDER = {
    "alignment": r"alignment/(key|digest)",
    "words": r"scorecard/round/\d+",
    "tables": r"counts\.\d+/answer",
    "coefficients": r"fit\d+/(\d+/coefficients|final)",
    "masked": r"(counts|relate|fit\d+(\.own|\.crossed)?)[.\d-]*/(\d+/)?masked",
    "commitments": r"(counts|relate|fit\d+(\.own|\.crossed)?)[.\d-]*/bound",
    "opened": r"fit\d+/(\d+|weights)/opened",
}


def sent(outcome: Outcome, sender: str, receiver: str) -> dict[str, bytes]:
    return {n: c for (s, r, n), c in outcome.messages.items() if (s, r) == (sender, receiver)}


class TestMessagesToAHolder:
    def test_are_these_and_no_others(self, tmp_path: Path) -> None:
        """In the clear: features that stay, groups and hundredths of WOE, coefficients; all else is masked."""
        firms = firms_of(7, rows=400)
        _, outcome = run_job(firms, tmp_path)
        assert not outcome.failures
        found = sent(outcome, LABEL, HOLDER)
        kinds = {
            name: [k for k, form in TO_A_HOLDER.items() if re.fullmatch(form, name)]
            for name in found
        }
        assert not [name for name, kind in kinds.items() if not kind]
        for name, content in found.items():
            if "words" in kinds[name]:
                assert set(json.loads(content)) == {"then", "rows", "columns", "keep"}
            elif "tables" in kinds[name]:
                assert all(set(each) == {"groups", "woe"} for each in json.loads(content))
            elif "coefficients" in kinds[name]:
                assert len(content) % 8 in {0, 1}
                assert len(content) <= 1 + 8 * len(firms.features[HOLDER])

    def test_of_another_holder_are_masked_words_alone(self, tmp_path: Path) -> None:
        _, outcome = run_job(firms_of(4, rows=400, holders=2), tmp_path)
        assert not outcome.failures
        forms = r"(relate|fit\d+(\.own|\.crossed)?)[.\d-]*/(\d+/)?(masked|bound|opened)|fit\d+/weights/opened"
        for one, other in ((HOLDER, THIRD), (THIRD, HOLDER)):
            assert [n for n in sent(outcome, one, other) if not re.fullmatch(forms, n)] == []

    def test_hold_no_edge_and_no_category_of_a_holder(self, tmp_path: Path) -> None:
        """Ten digits that all edges begin with: in some thousand others by accident with less than 1e-6."""
        firms, edge = firms_of(7, rows=400), b"8675309555"
        for name in ("arrears", "near"):
            firms.features[HOLDER][name] += 8_675_309_555_500.0
        _, outcome = run_job(firms, tmp_path)
        assert not outcome.failures
        for (sender, _, name), content in outcome.messages.items():
            if sender == HOLDER:
                assert edge not in content, name
                assert b"farming" not in content, name
        assert edge in outcome.kept[HOLDER]["card"]
        assert all(edge not in content for content in outcome.kept[LABEL].values())


class TestWords:
    def test_are_written_as_the_page_says(self) -> None:
        word = Round(Then.FIT, 400, (2, 2), (1, 3)).dump()
        assert word == b'{"columns":[2,2],"keep":[1,3],"rows":400,"then":"fit"}'
        assert word.decode() in PAGE.read_text(encoding="utf-8")


class TestDeclared:
    def test_names_stand_once_and_follow_from_the_job_alone(self) -> None:
        firms = firms_of(4, rows=400, holders=2)
        job = job_of(firms)
        found = ScorecardKind().messages(job)
        names = [(one.sender, one.receiver, one.name) for one in found]
        assert len(set(names)) == len(names)
        assert ScorecardKind().messages(job_of(firms)) == found
        assert {one.sender for one in found} == set(PARTIES[:3]) | {HELPER}

    @given(st.tuples(*[st.integers(0, 2)] * 7).filter(lambda left: any(left[1:])))
    def test_are_enough_whichever_features_are_left(self, left: tuple[int, ...]) -> None:
        job = many(6)
        declared = {(one.sender, one.receiver, one.name): one.most_bytes for one in SIX}
        relating = relating_of(job, rows=350, columns=left)
        task = fit_of(job, 1, rows=350, columns=left)
        for one in (*relating_messages(relating), *fit_messages(task)):
            assert one.most_bytes <= declared[one.sender, one.receiver, one.name]

    def test_grow_with_the_pairs_of_parties_and_not_with_their_subsets(self) -> None:
        """Seven data parties are 21 pairs, four are 6; of holders there are 63 and 7 subsets."""
        assert len(SIX) < 21 / 6 * len(messages(many(3)))


def many(holders: int) -> Job:
    """A job whose parties enter two features each."""
    found = [f"uscc:9144030012345679{digit}X" for digit in range(holders)]
    names = {"one": np.zeros(400), "other": np.zeros(400)}
    firms = Firms(counted(400), dict.fromkeys((LABEL, *found), names), np.zeros(400))
    return job_of(firms, fits=2, iterations=5)


SIX = messages(many(6))


def _said(content: bytes, **changed: Any) -> bytes:
    return json.dumps(json.loads(content) | changed, separators=(",", ":"), sort_keys=True).encode()


WORDS: dict[str, tuple[int, Callable[[bytes], bytes]]] = {
    "no JSON": (0, lambda _: b"\xff"),
    "a list": (0, lambda _: b"[]"),
    "a field more": (0, lambda c: _said(c, more=1)),
    "a step too early": (0, lambda c: _said(c, then="fit")),
    "an unknown step": (1, lambda c: _said(c, then="tell")),
    "other rows": (0, lambda c: _said(c, rows=399)),
    "rows as text": (1, lambda c: _said(c, rows="400")),
    "a boolean": (1, lambda c: _said(c, keep=[True])),
    "columns of one party too many": (1, lambda c: _said(c, columns=[2, 4, 1])),
    "more columns than entered": (1, lambda c: _said(c, columns=[3, 4])),
    "no column of a holder": (1, lambda c: _said(c, columns=[2, 0], keep=[])),
    "features that are not as many": (1, lambda c: _said(c, keep=[0])),
    "a feature twice": (1, lambda c: _said(c, columns=[2, 2], keep=[1, 1])),
    "a feature that the party lacks": (1, lambda c: _said(c, columns=[2, 1], keep=[7])),
    "fewer features than the fit had": (3, lambda c: _said(c, columns=[1, 1], keep=[0])),
}


class TestHostileWords:
    @pytest.mark.parametrize("what", WORDS)
    def test_are_refused_by_the_holder(self, tmp_path: Path, what: str) -> None:
        nth, alter = WORDS[what]

        def change(sender: str, to: str, name: str, content: bytes) -> bytes:
            hit = (sender, to, name) == (LABEL, HOLDER, f"scorecard/round/{nth}")
            return alter(content) if hit else content

        _, outcome = run_job(firms_of(7, rows=400), tmp_path, change=change)
        assert isinstance(outcome.failures[HOLDER], ScorecardMessageWrong)
        assert f"scorecard/round/{nth}" in str(outcome.failures[HOLDER])

    def test_are_refused_when_a_notice_is_anothers(self, tmp_path: Path) -> None:
        def change(_sender: str, _to: str, name: str, content: bytes) -> bytes:
            if name != NOTICE:
                return content
            return file_of(replace(read_file(Notice, content), party=THIRD))

        _, outcome = run_job(firms_of(7, rows=400), tmp_path, change=change)
        assert isinstance(outcome.failures[LABEL], ScorecardMessageWrong)

    def test_are_refused_when_a_notice_names_other_features(self, tmp_path: Path) -> None:
        def change(_sender: str, _to: str, name: str, content: bytes) -> bytes:
            if name != NOTICE:
                return content
            notice = read_file(Notice, content)
            return file_of(replace(notice, characteristics=notice.characteristics[:1]))

        _, outcome = run_job(firms_of(7, rows=400), tmp_path, change=change)
        assert isinstance(outcome.failures[LABEL], CardInvalid)


class TestKills:
    def test_change_neither_messages_nor_the_card(self, tmp_path: Path) -> None:
        """Each program is killed again and again, a little further each time."""
        firms, post, kept, kills = firms_of(7, rows=300), Post(tmp_path), {}, {}
        job, threads = job_of(firms), []
        for party in (*firms.parties, HELPER):
            channel, kept[party] = KilledChannel(party, post), {}
            work = work_of(firms, job, party, channel=channel, kept=kept[party])

            def run(work: Any = work, channel: KilledChannel = channel) -> None:
                kills[work.party] = killed_at_some_steps(work, channel)

            threads.append(threading.Thread(target=run))
            threads[-1].start()
        for thread in threads:
            thread.join()
        assert min(kills.values()) >= 5
        assert set(kept[LABEL]) >= {"card", "report"}
        (seat,) = label_card(Outcome(kept, {}, [], {})).seats
        assert seat.part == hash_of(holder_card(Outcome(kept, {}, [], {}), HOLDER))
        _, plain = run_job(firms, tmp_path)
        assert joint_points(Outcome(kept, {}, [], {})) == joint_points(plain)


def killed_at_some_steps(work: Any, channel: KilledChannel) -> int:
    for kills in range(100):
        channel.left = kills * (kills + 1)
        try:
            ScorecardKind().run(work)
        except Killed:
            continue
        return kills
    raise AssertionError("never ended")


class TestReportedTables:
    @pytest.mark.parametrize(
        ("good", "bad", "withheld", "hidden"),
        [
            ((50, 40, 30), (9, 8, 7), (), ()),
            ((50, 40, 30), (9, 8, 1), (2,), (1, 2)),
            ((50, 40, 30), (9, 1, 1), (1, 2), (1, 2)),
            ((50, 40, 0), (9, 8, 0), (2,), ()),
        ],
    )
    def test_leave_out_what_a_withheld_bin_could_be_told_from(
        self,
        good: tuple[int, ...],
        bad: tuple[int, ...],
        withheld: tuple[int, ...],
        hidden: tuple[int, ...],
    ) -> None:
        shape = BinShape(name="x", kind=Kind.NUMERIC, edges=(1.0,))
        binned = BinnedCharacteristic(shape=shape, good=good, bad=bad)
        table = JointTable(HOLDER, binned, Answer(((0,), (1,)), (0, 0, 0)), withheld)
        assert hidden_bins(table) == hidden

    def test_are_so_in_the_report(self, tmp_path: Path) -> None:
        firms: Firms = shadowed(800)
        firms.features[THIRD]["arrears"][np.flatnonzero(firms.target == "yes")[:30]] = np.nan
        _, outcome = run_job(firms, tmp_path)
        assert not outcome.failures
        (found,) = [
            t for t in json.loads(outcome.kept[LABEL]["report"])["tables"] if t["party"] == THIRD
        ]
        assert found["withheld"] == [len(found["good"]) - 1]
        assert found["good"][-1] is None
        assert found["good"].count(None) == found["bad"].count(None) == 2
        assert found["iv"] is None
