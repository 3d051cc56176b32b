"""Batches put together, and rows taken out, are the scores of those rows at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.federation.card.samples import World, scored
from tests.federation.card.test_scores import away, worlds

from shuxin.federation.card.gathering import chosen, joined
from shuxin.federation.card.label import JointScores, Standing


def same(one: JointScores, other: JointScores) -> None:
    rows = len(other.points)
    assert len(one.points) == rows
    assert [one.one(row) for row in range(rows)] == [other.one(row) for row in range(rows)]
    assert (one.tally.points == other.tally.points).all()
    assert (one.totals == other.totals).all()


@settings(max_examples=settings().max_examples // 2)
@given(world=worlds(), absent=away, data=st.data())
def test_of_any_parting_are_the_scores_of_all(
    world: World, absent: dict[str, Standing], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(1, world.rows - 1))
    whole = scored(world, absent)
    parts = [scored(world, absent, rows=range(cut)), scored(world, absent, rows=range(cut, 4))]
    same(joined(parts), whole)
    places = np.array(data.draw(st.lists(st.integers(0, 3), min_size=1, unique=True)))
    same(chosen(whole, places), scored(world, absent, rows=places.tolist()))
    mask = np.isin(np.arange(world.rows), places)
    same(chosen(whole, mask), scored(world, absent, rows=sorted(places.tolist())))


@settings(max_examples=5)
@given(world=worlds())
def test_of_several_parts_are_refused(world: World) -> None:
    scores = scored(world, {})
    part = replace(world.label, cut_off=world.label.cut_off + 1)
    other = replace(scores, tally=replace(scores.tally, part=part))
    for wrong in ([], [scores, other]):
        with pytest.raises(ValueError, match="one part"):
            joined(wrong)
