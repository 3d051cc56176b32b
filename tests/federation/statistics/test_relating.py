from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.federation import memory
from tests.federation.product.test_dealt import flipped
from tests.federation.statistics.world import HELPER, HOLDER, LABEL, THIRD, Given

from shuxin.federation.product.errors import ProductWrong
from shuxin.federation.statistics.errors import StatisticsMessageWrong
from shuxin.federation.statistics.relating import (
    Relating,
    help_relations,
    hold_relations,
    relate,
    relating_messages,
)
from shuxin.scoring.api import variance_inflation

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HOLDERS = (HOLDER, THIRD)


def relating(rows: int, columns: tuple[int, ...]) -> Relating:
    return Relating(
        step="alike", label=LABEL, holders=HOLDERS, helper=HELPER, rows=rows, columns=columns
    )


def kind_of(columns: list[Any]) -> Given:
    """The label party's columns, then each holder's. Declared are larger shapes than those that come to be."""
    task = relating(len(columns[0]), tuple(each.shape[1] for each in columns))
    declared = relating_messages(relating(2 * task.rows + 9, tuple(p + 1 for p in task.columns)))
    programs: dict[str, Callable[..., Any]] = {
        LABEL: lambda work: relate(work, task, columns[0]),
        HELPER: lambda work: help_relations(work, task),
    }
    for holder, own in zip(HOLDERS, columns[1:], strict=True):
        programs[holder] = lambda work, own=own: hold_relations(work, task, own)
    return Given(declared, programs)


def hundredths(rng: np.random.Generator, rows: int, columns: int, common: Any) -> Any:
    """Few levels each, as WOE has; they share a part, so that they correlate."""
    own = rng.normal(0, 1, (rows, columns)) + common[:, None]
    return np.clip(np.round(own), -1, 1).astype(np.int64) * rng.integers(1, 80, columns)


def columns_of(seed: int, rows: int, widths: tuple[int, ...]) -> list[Any]:
    rng = np.random.default_rng(seed)
    common = rng.normal(0, 1, rows)
    return [hundredths(rng, rows, width, common) for width in widths]


class TestRelations:
    @given(
        st.sampled_from([0, 1, 2, 3, 50, 333]),
        st.integers(0, 2**32),
        st.tuples(*[st.integers(0, 3)] * 3),
    )
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_equal_those_of_pooled_columns(
        self, tmp_path: Path, rows: int, seed: int, widths: tuple[int, ...]
    ) -> None:
        columns = columns_of(seed, rows, widths)
        kind = kind_of(columns)
        assert not kind.together(tmp_path).failures
        found, whole = kind.results[LABEL], np.concatenate(columns, axis=1)
        assert (found.sums == whole.sum(axis=0)).all()
        assert (found.products == whole.T @ whole).all()
        varied = whole.std(axis=0) > 0 if rows else np.zeros(whole.shape[1], np.bool_)
        if varied.sum() > 1:
            part = np.corrcoef(whole[:, varied], rowvar=False)
            assert np.abs(found.correlation[np.ix_(varied, varied)] - part).max() < 1e-12
        alone = found.correlation[~varied]
        assert (alone == np.eye(whole.shape[1])[~varied]).all()

    def test_leave_out_who_has_no_column(self, tmp_path: Path) -> None:
        """Its place stays its own: names of the others' messages are the same."""
        columns = columns_of(4, 60, (0, 0, 2))
        outcome = kind_of(columns).together(tmp_path)
        assert not outcome.failures
        assert {key[:2] for key in outcome.messages} == {(THIRD, LABEL)}
        columns[0] = np.ones((60, 1), np.int64)
        names = {name for _, _, name in kind_of(columns).together(tmp_path).messages}
        assert {name.partition("/")[0] for name in names} == {"alike", "alike.2.0"}

    @given(st.tuples(*[st.integers(0, 3)] * 3), st.tuples(*[st.integers(0, 3)] * 3))
    def test_are_declared_for_whichever_columns_are_left(
        self, most: tuple[int, ...], less: tuple[int, ...]
    ) -> None:
        left = tuple(max(0, width - gone) for width, gone in zip(most, less, strict=True))
        declared = relating_messages(relating(500, most))
        longest = {(m.sender, m.receiver, m.name): m.most_bytes for m in declared}
        for one in relating_messages(relating(499, left)):
            assert one.most_bytes <= longest[one.sender, one.receiver, one.name]

    def test_inflation_is_that_of_scoring(self, tmp_path: Path) -> None:
        columns = columns_of(3, 500, (2, 3, 2))
        kind = kind_of(columns)
        assert not kind.together(tmp_path).failures
        wanted = variance_inflation(np.corrcoef(np.concatenate(columns, axis=1), rowvar=False))
        assert wanted.max() > 1.2
        assert np.abs(kind.results[LABEL].inflation / wanted - 1).max() < 1e-9

    def test_count_what_is_released(self) -> None:
        """Own: 4 and 3 columns; cross: 2 x 4, 2 x 3, 4 x 3."""
        assert relating(9, (2, 4, 3)).released == (10 + 4) + (6 + 3) + 8 + 6 + 12

    def test_only_the_label_party_gets_sums(self, tmp_path: Path) -> None:
        kind = kind_of(columns_of(5, 400, (2, 3, 2)))
        outcome = kind.together(tmp_path)
        got = {name for (_, to, name) in outcome.messages if to in HOLDERS}
        between = {f"alike.2.1/{what}" for what in ("masked", "dealt", "0/masked")}
        assert got == {"alike.1.0/0/masked", "alike.2.0/0/masked"} | between
        assert kind.results[HOLDER] is kind.results[THIRD] is kind.results[HELPER] is None

    def test_of_two_holders_each_share_alone_is_random(self, tmp_path: Path) -> None:
        """A sum of 400 products of hundredths is far below 2^40; of each share's top bits about half are set."""
        outcome = kind_of(columns_of(5, 400, (2, 3, 3))).together(tmp_path)
        for name in ("alike.2.1/0/share", "alike.2.1/0/other"):
            words = np.frombuffer(
                next(c for k, c in outcome.messages.items() if k[2] == name), "<u8"
            )
            tops = np.unpackbits((words >> np.uint64(48)).astype(">u2").view(np.uint8))
            assert abs(tops.mean() - 0.5) < 0.28  # 240 bits: false alarms below 1e-15


NAMES = [
    "alike.1.0/masked", "alike.1.0/dealt", "alike.1.0/0/masked", "alike.1.0/0/share",
    "alike.2.1/masked", "alike.2.1/dealt", "alike.2.1/0/masked", "alike.2.1/0/share",
    "alike.2.1/0/other", "alike.2.1/0/factors",
]  # fmt: skip


class TestChanges:
    @pytest.mark.parametrize("name", NAMES)
    def test_of_a_message_are_found(self, tmp_path: Path, name: str) -> None:
        kind = kind_of(columns_of(7, 50, (2, 2, 2)))
        outcome = kind.together(tmp_path, change=flipped(name, 3, 0))
        assert isinstance(outcome.failures[LABEL], ProductWrong)

    @pytest.mark.parametrize("place", [0, 16, 24])
    def test_of_own_sums_are_found_where_they_cannot_be(self, tmp_path: Path, place: int) -> None:
        """A sum that its squares do not allow; a square too small; a matrix that is not symmetric."""
        columns = [np.full((50, 2), 3), np.full((50, 2), 3), np.full((50, 2), 3)]

        def change(sender: str, to: str, name: str, content: bytes) -> bytes:
            if (sender, name) != (HOLDER, "alike/own"):
                return content
            numbers = np.frombuffer(content, "<i8").copy()
            numbers[place // 8] += 1 if place != 16 else -1
            return numbers.tobytes()

        outcome = kind_of(columns).together(tmp_path, change=change)
        assert isinstance(outcome.failures[LABEL], StatisticsMessageWrong)

    def test_of_lengths_are_found(self, tmp_path: Path) -> None:
        for wrong in ("alike/own", "alike.2.1/0/share", "alike.2.1/0/other", "alike.2.1/0/factors"):
            kind = kind_of(columns_of(7, 50, (2, 2, 2)))
            outcome = kind.together(
                tmp_path,
                change=lambda _s, _t, name, content, wrong=wrong: (
                    content[:-8] if name == wrong else content
                ),
            )
            assert isinstance(outcome.failures[LABEL], StatisticsMessageWrong)

    def test_of_shapes_are_refused_before_anything_is_sent(self, tmp_path: Path) -> None:
        task = relating(5, (1, 1, 1))
        for wrong in (np.zeros((5, 2), np.int64), np.full((5, 1), 10_000)):
            kind = kind_of([np.zeros((5, 1), np.int64)] * 3)
            kind.programs[HOLDER] = lambda work, wrong=wrong: hold_relations(work, task, wrong)
            outcome = kind.together(tmp_path)
            assert isinstance(outcome.failures[HOLDER], ValueError)

    def test_a_program_that_starts_again_sends_the_same(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kept = memory.durable(monkeypatch)
        columns = columns_of(8, 60, (1, 2, 2))
        first, again = (kind_of(columns).together(tmp_path) for _ in range(2))
        assert not first.failures
        assert first.messages == again.messages
        kept.clear()
        assert kind_of(columns).together(tmp_path).messages != first.messages
