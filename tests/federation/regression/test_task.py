from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.federation.regression.world import task_of

from shuxin.federation.regression.errors import RegressionTooLarge
from shuxin.federation.regression.task import LARGEST, MOST_ROWS, WEIGHED, Errors, messages

TASK = task_of([np.zeros((10, 2)), np.zeros((10, 3)), np.zeros((10, 1))])


class TestTask:
    @given(st.integers(1, MOST_ROWS))
    def test_no_sum_reaches_half_the_ring(self, rows: int) -> None:
        task = replace(TASK, rows=rows)
        gradient = rows * LARGEST * task.scale << task.chance.bits
        weighed = rows * LARGEST**2 * WEIGHED**2 << task.slope.bits
        assert gradient <= 1 << 62
        assert weighed // 4 <= 1 << 62
        assert rows * (LARGEST * task.scale) ** 2 <= 1 << 62

    @given(st.integers(1, MOST_ROWS))
    def test_bits_are_at_least_those_of_the_page(self, rows: int) -> None:
        task = replace(TASK, rows=rows)
        assert 28 <= task.chance.bits <= 32
        assert 19 <= task.slope.bits <= 28
        assert task.scale % WEIGHED == task.scale % 100 == 0

    def test_more_rows_are_refused(self) -> None:
        with pytest.raises(RegressionTooLarge):
            replace(TASK, rows=MOST_ROWS + 1)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"holders": ()},
            {"columns": (1, 2)},
            {"columns": (1, 0, 0)},
            {"columns": (-1, 2, 1)},
            {"rows": 0},
            {"iterations": 0},
            {"terms": 25},
            {"ridge": -1.0},
            {"ridge": float("nan")},
            {"tolerance": 0.0},
            {"step": "a/b"},
            {"step": "a" * 25},
        ],
    )
    def test_what_makes_no_sense_is_refused(self, wrong: dict[str, object]) -> None:
        with pytest.raises(ValueError, match=r".") as raised:
            replace(TASK, **wrong)
        assert not isinstance(raised.value, RegressionTooLarge)

    def test_any_other_task_has_another_digest(self) -> None:
        others = [
            replace(TASK, step="other"),
            replace(TASK, rows=11),
            replace(TASK, columns=(2, 1, 3)),
            replace(TASK, iterations=3),
            replace(TASK, terms=24),
            replace(TASK, ridge=1.0),
            replace(TASK, errors=Errors.NONE),
            replace(TASK, holders=TASK.holders[::-1]),
        ]
        assert len({one.digest for one in (TASK, *others)}) == len(others) + 1


class TestMessages:
    def test_have_names_of_their_own(self) -> None:
        keys = [(one.sender, one.receiver, one.name) for one in messages(TASK)]
        assert len(set(keys)) == len(keys)

    @given(
        st.tuples(*[st.integers(0, 3)] * 4).filter(lambda widths: any(widths[1:])),
        st.tuples(*[st.integers(0, 3)] * 4),
        st.sampled_from(Errors),
    )
    def test_are_declared_for_whichever_columns_are_left(
        self, most: tuple[int, ...], less: tuple[int, ...], errors: Errors
    ) -> None:
        """From any job with these columns at most: the same names, nothing longer, none of who has no column."""
        left = tuple(max(0, width - gone) for width, gone in zip(most, less, strict=True))
        assume(any(left[1:]))
        parts = [np.zeros((10, width)) for width in most]
        task = task_of(parts, errors=errors)
        declared = {(m.sender, m.receiver, m.name): m.most_bytes for m in messages(task)}
        sent = messages(replace(task, columns=left, rows=9))
        away = {task.parties[n] for n, columns in enumerate(left) if n and not columns}
        for one in sent:
            assert one.most_bytes <= declared[one.sender, one.receiver, one.name]
            assert not away & {one.sender, one.receiver}

    def test_grow_with_the_rows(self) -> None:
        """The limit of a job's rows is declared; fewer rows send the same names and no more bytes."""
        more = {
            (m.sender, m.receiver, m.name): m.most_bytes
            for m in messages(replace(TASK, rows=40_000))
        }
        for one in messages(TASK):
            assert one.most_bytes <= more[one.sender, one.receiver, one.name]

    def test_holders_receive_nothing_but_coefficients_and_masked_columns(self) -> None:
        """No gradient: the only messages from the label party in the clear are coefficients."""
        named = {
            one.name.rsplit("/", 1)[-1]
            for one in messages(TASK)
            if one.receiver in TASK.holders and one.sender != TASK.helper
        }
        assert named == {"coefficients", "final", "opened", "masked"}
        from_helper = {
            one.name
            for one in messages(TASK)
            if one.receiver in TASK.holders and one.sender == TASK.helper
        }
        assert {name.rsplit("/", 1)[-1] for name in from_helper} == {"dealt", "sines.1-2"}

    def test_the_helper_receives_commitments_and_questions(self) -> None:
        to_helper = [one for one in messages(TASK) if one.receiver == TASK.helper]
        assert {one.name.rsplit("/", 1)[-1] for one in to_helper} == {"bound", "ask"}
        assert all(one.most_bytes <= 32 for one in to_helper)

    def test_without_errors_nothing_is_declared_for_them(self) -> None:
        names = {one.name for one in messages(replace(TASK, errors=Errors.NONE))}
        assert not [
            name for name in names if "weights" in name or "crossed" in name or "own" in name
        ]
