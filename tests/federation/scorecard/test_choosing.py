"""Which columns stay, from tables, correlations and fits made by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from tests.federation.scorecard.world import HOLDER, LABEL

from shuxin.federation.scorecard.choosing import Choice, Column
from shuxin.federation.statistics.tables import JointTable
from shuxin.federation.statistics.wire import Answer
from shuxin.scoring.api import BinnedCharacteristic, BinShape, Kind, SelectionPlan

PLAN = SelectionPlan(min_iv=0.02, max_correlation=0.7, max_vif=5.0)


def column(
    name: str,
    *,
    party: str = HOLDER,
    place: int = 0,
    bad: tuple[int, int, int] = (60, 30, 5),
    told: tuple[int, int, int] = (-50, 40, 0),
) -> Column:
    shape = BinShape(name=name, kind=Kind.NUMERIC, edges=(1.0,))
    binned = BinnedCharacteristic(shape=shape, good=(300, 300, 50), bad=bad)
    return Column(place, JointTable(party, binned, Answer(((0,), (1,)), told), ()))


class TestChoice:
    def test_by_table_drops_what_is_weak_or_level(self) -> None:
        kept, weak = column("kept"), column("weak", bad=(40, 41, 7))
        level = column("level", told=(3, 3, 3))
        choice = Choice([kept, weak, level], PLAN)
        choice.by_table()
        assert choice.left == [kept]
        assert [each for each, _ in choice.dropped] == [weak, level]
        assert choice.dropped[0][1].en.startswith("IV 0.0")
        assert "one WOE" in choice.dropped[1][1].en
        assert choice.last_names() == f"weak ({HOLDER}), level ({HOLDER})"

    def test_by_correlation_keeps_the_higher_iv_of_whichever_party(self) -> None:
        """Two parties may use one name."""
        strong = column("same", party=LABEL, bad=(80, 20, 5))
        like, other = column("same"), column("other", place=1)
        choice = Choice([strong, like, other], PLAN)
        choice.by_correlation(np.array([[1.0, 0.9, 0.1], [0.9, 1.0, 0.1], [0.1, 0.1, 1.0]]))
        assert choice.left == [strong, other]
        assert choice.kept() == {LABEL: [0], HOLDER: [1]}
        assert f"same ({LABEL})" in choice.dropped[0][1].en

    def test_by_fit_drops_the_worst_sign_alone(self) -> None:
        columns = [column(name) for name in "abc"]
        choice = Choice(list(columns), PLAN)
        errors = np.full(3, 0.1)
        assert choice.by_fit(np.array([-0.1, 0.5, -0.2]), errors)
        assert choice.left == columns[:2]
        assert choice.by_fit(np.array([0.0, 0.5]), errors[:2])
        assert choice.left == columns[1:2]
        assert not choice.by_fit(np.array([0.5]), errors[:1])
        assert choice.left == columns[1:2]

    def test_by_fit_drops_what_may_be_chance_where_the_plan_says_so(self) -> None:
        """1.96 standard errors are the edge of one in twenty."""
        columns = [column(name) for name in "abc"]
        choice = Choice(list(columns), replace(PLAN, max_p_value=0.05))
        errors = np.full(3, 0.1)
        assert choice.by_fit(np.array([0.197, 0.195, 0.3]), errors)
        assert choice.left == [columns[0], columns[2]]
        assert not choice.by_fit(np.array([0.197, 0.3]), errors[:2])
