from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from tests.federation.statistics.world import HELPER, HOLDER, LABEL, Given, counting, fine

from shuxin.federation.statistics.counting import help_counts, hold_counts
from shuxin.federation.statistics.errors import SetTooSmall
from shuxin.federation.statistics.stability import joint_shifts
from shuxin.federation.statistics.tables import coded
from shuxin.federation.statistics.task import Minimum, counting_messages
from shuxin.federation.statistics.wire import Answer
from shuxin.scoring.evaluation.stability import StabilityVerdict, stability

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from shuxin.federation.engine.channel import Work


def kind_of(columns: list[Any], before: Any, after: Any, least: int = 20) -> Given:
    task = counting(columns=2, minimum=Minimum(rows=least))
    features = fine(columns, least=least, most=6)
    merged = [
        coded(each, Answer(((0, 1), *((k,) for k in range(2, each.shape.groups))), (0,) * 9)).merge(
            each
        )
        for each in features
    ]
    programs: dict[str, Callable[[Work], Any]] = {
        LABEL: lambda work: joint_shifts(work, task, before=before, after=after),
        HOLDER: lambda work: hold_counts(work, task, merged),
        HELPER: lambda work: help_counts(work, task),
    }
    return Given(counting_messages(task), programs)


class TestJointShifts:
    def test_equal_those_of_pooled_rows(self, tmp_path: Path) -> None:
        rng = np.random.default_rng(3)
        day = rng.integers(0, 100, 900)
        moved, still = rng.normal(day / 40.0, 1.0), rng.normal(0, 1.0, 900)
        before, after = day < 40, day >= 60
        kind = kind_of([moved, still], before, after)
        assert not kind.together(tmp_path).failures
        first, second = kind.results[LABEL]
        edges = fine([moved], least=20, most=6)[0].shape.edges[1:]
        wanted = stability(
            before=np.histogram(moved[before], (-np.inf, *edges, np.inf))[0],
            after=np.histogram(moved[after], (-np.inf, *edges, np.inf))[0],
        )
        assert first.stability == wanted
        assert first.stability.verdict is StabilityVerdict.ACT
        assert second.stability.verdict is StabilityVerdict.STABLE

    def test_of_one_bin_are_none(self, tmp_path: Path) -> None:
        before = np.arange(100) < 50
        kind = kind_of([np.repeat(np.arange(2.0), 50), np.arange(100.0) % 3], before, ~before)
        assert not kind.together(tmp_path).failures
        assert kind.results[LABEL][0].stability is None
        assert kind.results[LABEL][1].stability is not None

    def test_of_few_rows_are_not_asked_for(self, tmp_path: Path) -> None:
        before = np.arange(100) < 19
        kind = kind_of([np.arange(100.0)], before, ~before)
        outcome = kind.together(tmp_path)
        assert isinstance(outcome.failures[LABEL], SetTooSmall)
        assert not [key for key in outcome.messages if key[0] == LABEL]
