from __future__ import annotations

import json
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.federation import memory
from tests.federation.alignment.cases import job_of
from tests.federation.memory import Post
from tests.federation.product.test_dealt import flipped, work_of
from tests.federation.product.test_rehearsal import Killed, KilledChannel
from tests.federation.statistics.world import (
    HELPER,
    HOLDER,
    LABEL,
    LOOSE,
    THIRD,
    counting,
    fine,
    numbers,
    outcomes,
    plan,
    tables_of,
    texts,
)

from shuxin.federation.product.errors import ProductMalformed, ProductWrong
from shuxin.federation.product.matrices import Dense, OneHot
from shuxin.federation.statistics.errors import FeaturesTooMany, StatisticsMessageWrong
from shuxin.federation.statistics.features import FineFeature, counted_together
from shuxin.federation.statistics.tables import joint_table
from shuxin.federation.statistics.task import Minimum
from shuxin.federation.statistics.wire import answer, read_description
from shuxin.kernel.canonical import canonical_json
from shuxin.scoring.api import BinningPlan, BinShape, Kind
from shuxin.scoring.binning.characteristic import bin_categories, bin_numbers

if TYPE_CHECKING:
    from pathlib import Path

    from tests.federation.statistics.world import Given

    from shuxin.federation.engine.channel import Work
    from shuxin.federation.product.ring import Ring
    from shuxin.federation.statistics.tables import CodedFeature, JointTable
    from shuxin.scoring.api import BinnedCharacteristic

ROWS = st.sampled_from([0, 1, 2, 7, 60, 61, 400, 1501])
LAWS = settings(max_examples=18, suppress_health_check=[HealthCheck.function_scoped_fixture])


def pooled(nth: int, values: Any, bad: Any, merge: BinningPlan) -> BinnedCharacteristic:
    """Scoring's own table, from values and outcomes in one place."""
    if values.dtype == object:
        return bin_categories(name=f"特征{nth}", values=values, outcomes=bad, plan=merge)
    return bin_numbers(
        name=f"特征{nth}", values=values, outcomes=bad, plan=merge, specials=(-2.0, -1.0)
    )


def require_equal(
    table: JointTable, coded: CodedFeature, wanted: BinnedCharacteristic, values: Any
) -> None:
    assert coded.shape == wanted.shape
    assert (table.binned.good, table.binned.bad) == (wanted.good, wanted.bad)
    assert table.binned.woe == wanted.woe
    assert table.binned.iv == wanted.iv
    assert table.binned.separates == wanted.separates
    assert coded.hundredths == table.answer.hundredths
    exact = wanted.woe_of(values)
    told = coded.of(values)
    kept = ~np.isin(coded.shape.lookup.many(values), table.withheld)
    assert (told[kept] == np.round(100 * exact[kept])).all()
    assert not told[~kept].any()


class TestJointTables:
    @given(ROWS, st.integers(0, 2**32), st.sampled_from([1, 5]), st.sampled_from([0.0, 0.05]))
    @LAWS
    def test_equal_the_pooled_ones(
        self, tmp_path: Path, rows: int, seed: int, least: int, share: float
    ) -> None:
        rng = np.random.default_rng(seed)
        makers = [numbers, texts, numbers]
        held = {HOLDER: makers, THIRD: makers[:1]}
        values = {party: [make(rng, rows) for make in held[party]] for party in held}
        bad = outcomes(rng, rows)
        minimum = Minimum(rows=1, good=least, bad=least)
        merge = plan(min_share=share)
        kind = tables_of(
            {
                party: (counting(party, minimum=minimum), fine(each))
                for party, each in values.items()
            },
            bad,
            merge,
        )
        assert not kind.together(tmp_path).failures
        stricter = replace(merge, merge=replace(merge.merge, min_good=least, min_bad=least))
        for party, columns in values.items():
            for nth, column in enumerate(columns):
                wanted = pooled(nth, column, bad, stricter)
                table, coded = kind.results[LABEL][party][nth], kind.results[party][nth]
                require_equal(table, coded, wanted, column)
                assert (coded.column(fine(columns)[nth]) == coded.of(column)).all()

    @given(ROWS, st.integers(0, 2**32), st.integers(1, 60), st.integers(1, 20))
    @LAWS
    def test_keep_the_minimum_counts(
        self, tmp_path: Path, rows: int, seed: int, least: int, classes: int
    ) -> None:
        """No pre-bin but a whole one with fewer rows is counted; no WOE but 0 stands on fewer goods or bads."""
        rng = np.random.default_rng(seed)
        values = [numbers(rng, rows), texts(rng, rows)]
        bad = outcomes(rng, rows)
        minimum = Minimum(rows=least, good=classes, bad=classes)
        features = fine(values, least=least)
        task = counting(minimum=minimum)
        kind = tables_of({HOLDER: (task, features)}, bad, plan())
        outcome = kind.together(tmp_path)
        assert not outcome.failures
        for nth, column in enumerate(values):
            table, coded = kind.results[LABEL][HOLDER][nth], kind.results[HOLDER][nth]
            together = counted_together(features[nth], least=least)
            assert all(count in (0, rows) or count >= least for count in together.rows)
            told = coded.merge(together).bins
            for place, hundredths in enumerate(coded.hundredths):
                good, bads = (int((~bad)[told == place].sum()), int(bad[told == place].sum()))
                assert (table.binned.good[place], table.binned.bad[place]) == (good, bads)
                assert not hundredths or min(good, bads) >= classes
            true_bins = coded.shape.lookup.many(column)
            for place in np.unique(true_bins):
                few = (true_bins == place).sum() < least
                assert not (few and coded.hundredths[place] and len(coded.hundredths) > 2)

    def test_withhold_a_bin_apart_that_names_its_subjects(self, tmp_path: Path) -> None:
        """Thirty missing values, all bad: the bin's WOE would label them all."""
        rng = np.random.default_rng(4)
        column = rng.gamma(2.0, 50.0, 1000)
        bad = rng.random(1000) < 0.3
        column[np.flatnonzero(bad)[:30]] = np.nan
        task = counting(minimum=Minimum())
        kind = tables_of({HOLDER: (task, fine([column], least=20))}, bad, plan())
        assert not kind.together(tmp_path).failures
        table, coded = kind.results[LABEL][HOLDER][0], kind.results[HOLDER][0]
        missing = coded.shape.missing
        assert (table.binned.good[missing], table.binned.bad[missing]) == (0, 30)
        assert table.binned.woe[missing] < -3
        assert missing in table.withheld
        assert coded.hundredths[missing] == 0
        assert any(coded.hundredths)

    def test_do_not_count_a_few_rows_alone(self, tmp_path: Path) -> None:
        rng = np.random.default_rng(5)
        column = rng.gamma(2.0, 50.0, 1000)
        column[:3] = np.nan
        bad = rng.random(1000) < 0.3
        kind = tables_of(
            {HOLDER: (counting(minimum=Minimum()), fine([column], least=20))}, bad, plan()
        )
        assert not kind.together(tmp_path).failures
        table, coded = kind.results[LABEL][HOLDER][0], kind.results[HOLDER][0]
        missing = coded.shape.missing
        assert (table.binned.good[missing], table.binned.bad[missing]) == (0, 0)
        assert coded.hundredths[missing] == 0
        assert sum(table.binned.good) + sum(table.binned.bad) == 1000


class TestKnownAnswer:
    """The example of docs/protocols/statistics.md."""

    def test_never_changes(self) -> None:
        task = counting(most_features=2, minimum=Minimum())
        features = read_description(TOLD, counting=task, rows=290)
        bad = [[30, 25, 10, 8, 6, 3, 0], [30, 10, 8, 29, 5]]
        tables = [
            joint_table(
                feature, bad=np.array(each), party=HOLDER, plan=BinningPlan(), minimum=task.minimum
            )
            for feature, each in zip(features, bad, strict=True)
        ]
        assert answer([table.answer for table in tables]) == ANSWERED
        assert [round(woe, 6) for woe in tables[0].binned.woe] == [
            -0.916291, 0.449525, 1.210108, 1.145132, 0.0,
        ]  # fmt: skip
        assert [round(table.binned.iv, 6) for table in tables] == [0.761595, 0.614234]
        assert [table.withheld for table in tables] == [(3, 4), ()]


TOLD = (
    b'[{"apart":2,"kind":"numeric","name":"turnover","rows":[60,50,50,40,60,30,0],"values":5},'
    b'{"apart":1,"kind":"categorical","name":"industry","rows":[90,70,60,50,20],"values":4}]'
)
ANSWERED = (
    b'[{"groups":[[0,1],[2,3],[4]],"woe":[-92,45,121,0,0]},'
    b'{"groups":[[1,2],[0],[3]],"woe":[89,-23,-123,12]}]'
)


def secret_case() -> tuple[list[Any], Any]:
    rng = np.random.default_rng(6)
    column = rng.gamma(2.0, 50.0, 700) + 1_000_000
    words = np.array([f"secret category {nth}" for nth in range(4)], object)[
        rng.integers(0, 4, 700)
    ]
    return [column, words], rng.random(700) < 0.3


def run_secret(folder: Path, **more: Any) -> tuple[Any, Any]:
    values, bad = secret_case()
    task = counting(minimum=Minimum())
    kind = tables_of({HOLDER: (task, fine(values, least=20))}, bad, plan())
    return kind, kind.together(folder, **more)


class TestMessages:
    def test_hold_neither_edges_nor_categories(self, tmp_path: Path) -> None:
        kind, outcome = run_secret(tmp_path)
        everything = b"".join(outcome.messages.values())
        assert b"secret" not in everything
        shape = kind.results[HOLDER][0].shape
        assert shape.edges
        for feature in fine(secret_case()[0], least=20):
            for edge in feature.shape.edges:
                assert repr(edge).encode() not in everything
                assert str(int(edge)).encode() not in everything
                assert np.float64(edge).tobytes() not in everything

    def test_to_the_holder_are_masked_words_and_the_answer(self, tmp_path: Path) -> None:
        """The answer: pre-bins of each merged bin and hundredths, no count, no IV."""
        _, outcome = run_secret(tmp_path)
        names = {name for (_, to, name) in outcome.messages if to == HOLDER}
        step = counting().step
        assert names == {f"{step}/0/masked", f"{step}/answer"}
        content = outcome.messages[LABEL, HOLDER, f"{step}/answer"]
        assert set(json.loads(content)[0]) == {"groups", "woe"}
        masked = np.frombuffer(outcome.messages[LABEL, HOLDER, f"{step}/0/masked"], "<u4")
        assert len(np.unique(masked)) > 0.99 * len(masked)

    def test_to_the_helper_are_a_commitment_and_the_shape(self, tmp_path: Path) -> None:
        _, outcome = run_secret(tmp_path)
        sizes = {name: len(c) for (_, to, name), c in outcome.messages.items() if to == HELPER}
        step = counting().step
        assert sizes == {f"{step}/shape": 16, f"{step}/bound": 32}

    @pytest.mark.parametrize(
        ("name", "who", "error"),
        [
            ("masked", LABEL, ProductWrong),
            ("dealt", LABEL, ProductWrong),
            ("0/masked", LABEL, ProductWrong),
            ("0/share", LABEL, ProductWrong),
            ("features", LABEL, StatisticsMessageWrong),
            ("shape", HELPER, StatisticsMessageWrong),
            ("answer", HOLDER, StatisticsMessageWrong),
        ],
    )
    def test_that_are_altered_end_the_job(
        self, tmp_path: Path, name: str, who: str, error: type[Exception]
    ) -> None:
        step = counting().step
        change = flipped(f"{step}/{name}", 7 if name == "shape" else 0, 7)
        _, outcome = run_secret(tmp_path, change=change)
        assert isinstance(outcome.failures[who], error)

    def test_of_a_wrong_shape_to_the_helper_end_the_job(self, tmp_path: Path) -> None:
        """One bin less: the helper deals for another plan, which the label party cannot use."""
        step = counting().step

        def change(sender: str, to: str, name: str, content: bytes) -> bytes:
            left = int.from_bytes(content[8:], "little")
            return (
                content[:8] + (left - 1).to_bytes(8, "little")
                if name == f"{step}/shape"
                else content
            )

        _, outcome = run_secret(tmp_path, change=change)
        assert isinstance(outcome.failures[LABEL], ProductMalformed)

    def test_are_the_same_when_programs_start_again(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kept = memory.durable(monkeypatch)
        first, again = run_secret(tmp_path)[1], run_secret(tmp_path)[1]
        assert not first.failures
        assert first.messages == again.messages
        kept.clear()
        assert run_secret(tmp_path)[1].messages != first.messages


class TestKills:
    def test_at_every_step_change_nothing(self, tmp_path: Path) -> None:
        """Each program begins anew after each of its steps; what it sends again must be the same bytes."""
        values, bad = secret_case()
        features = fine(values, least=20)
        kind = tables_of({HOLDER: (counting(minimum=Minimum()), features)}, bad, plan())
        post, kills, threads = Post(tmp_path), {}, []
        for party in (LABEL, HOLDER, HELPER):
            channel = KilledChannel(party, post)
            work = replace(work_of(party, tmp_path, job=job_of()), channel=channel)

            def run(work: Work = work, channel: KilledChannel = channel) -> None:
                kills[work.party] = killed_at_every_step(kind, work, channel)

            threads.append(threading.Thread(target=run))
            threads[-1].start()
        for thread in threads:
            thread.join()
        assert kills[HELPER] >= 3
        assert kills[HOLDER] >= 7
        assert kills[LABEL] >= 7
        wanted = run_secret(tmp_path)[0].results
        assert kind.results[LABEL] == wanted[LABEL]
        assert kind.results[HOLDER] == wanted[HOLDER]


def killed_at_every_step(kind: Given, work: Work, channel: KilledChannel) -> int:
    for kills in range(100):
        channel.left = kills
        try:
            kind.run(work)
        except Killed:
            continue
        return kills
    raise AssertionError("never ended")


class TestRefusals:
    def test_a_holder_whose_rows_lie_in_no_bin(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A matrix that is not one-hot, used consistently: the check cannot see it, the bins' sums do."""

        def hollow(bins: Any, sizes: tuple[int, ...], ring: Ring) -> Dense:
            words = np.zeros((len(bins), sum(sizes)), ring.dtype)
            OneHot(bins, sizes, ring).add_to(words, 0)
            words[secret_case()[1].argmax()] = 0
            return Dense(words, ring)

        monkeypatch.setattr("shuxin.federation.statistics.counting.OneHot", hollow)
        assert isinstance(run_secret(tmp_path)[1].failures[LABEL], ProductWrong)

    def test_more_than_declared_is_not_sent(self, tmp_path: Path) -> None:
        values, bad = secret_case()
        for changed in (
            {"most_features": 1},
            {"most_bins": 3},
            {"most_apart": 2},
            {"most_rows": 699},
        ):
            task = counting(minimum=Minimum(), **changed)
            kind = tables_of({HOLDER: (task, fine(values, least=20))}, bad, plan())
            outcome = kind.together(tmp_path)
            assert isinstance(outcome.failures[HOLDER], FeaturesTooMany)
            assert not outcome.messages

    def test_a_holder_that_counts_fewer_rows_than_there_are_bads(self, tmp_path: Path) -> None:
        rng = np.random.default_rng(1)
        bad = rng.random(300) < 0.5
        shape = BinShape(name="a", kind=Kind.NUMERIC, edges=(1.0,))
        feature = FineFeature(shape, rng.integers(0, 2, 300))

        def change(sender: str, to: str, name: str, content: bytes) -> bytes:
            if not name.endswith("/features"):
                return content
            listed = json.loads(content)
            listed[0]["rows"] = [0, 300, 0]
            return canonical_json(listed)

        kind = tables_of({HOLDER: (counting(), [feature])}, bad, plan())
        outcome = kind.together(tmp_path, change=change)
        assert isinstance(outcome.failures[LABEL], StatisticsMessageWrong)

    def test_names_that_are_none_and_names_that_stand_twice(self, tmp_path: Path) -> None:
        values, bad = secret_case()
        first = fine(values, least=20)[0]
        for features in ([first, first], [replace(first, shape=replace(first.shape, name="\n"))]):
            kind = tables_of({HOLDER: (counting(minimum=LOOSE), features)}, bad, plan())
            assert isinstance(kind.together(tmp_path).failures[HOLDER], ValueError)
