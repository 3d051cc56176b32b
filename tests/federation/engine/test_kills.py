"""Killed between any two operations on files, with and without the power, and on a full disk: always the same end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.federation.engine.disk import PART, faulty_disk
from tests.federation.engine.ends import End, run_both

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SIZES = (0, 6 * PART + 1)
ends = st.lists(
    st.one_of(
        st.integers(0, 3 * PART),
        st.sampled_from([PART, 2 * PART, 3 * PART, 7 * PART - 1, 7 * PART, 7 * PART + 1]),
    ),
    min_size=1,
    max_size=4,
)
kills = st.sets(st.integers(1, 700), max_size=60)


def undisturbed(sizes: Sequence[int]) -> int:
    """How many operations an exchange takes."""
    with faulty_disk() as disk:
        equal(run_both(disk, sizes))
        return disk.count


def kill_at_each(numbers: Iterable[int], sizes: Sequence[int], *, power: bool) -> None:
    for number in numbers:
        with faulty_disk(kills={number}) as disk:
            found = run_both(disk, sizes, power=power)
        equal(found)
        assert found[0].kills + found[1].kills == 1


def fill_at_each(numbers: Iterable[int], sizes: Sequence[int]) -> None:
    for number in numbers:
        with faulty_disk(full={number}) as disk:
            equal(run_both(disk, sizes))


def equal(found: list[End]) -> None:
    """Each saw what the other sent, and neither was refused anything."""
    one, other = found
    assert one.seen is not None
    assert other.seen is not None
    assert one.seen[0::2] == other.seen[1::2]
    assert one.seen[1::2] == other.seen[0::2]
    assert one.refusals == other.refusals == []


class TestKills:
    """Every fifth operation here; each one, with more and longer messages, in tests/soak."""

    def test_a_kill_changes_nothing_in_the_end(self) -> None:
        kill_at_each(range(1, undisturbed(SIZES) + 1, 5), SIZES, power=False)

    def test_a_loss_of_power_changes_nothing_in_the_end(self) -> None:
        kill_at_each(range(2, undisturbed(SIZES) + 1, 5), SIZES, power=True)

    def test_a_full_disk_changes_nothing_in_the_end(self) -> None:
        fill_at_each(range(3, undisturbed(SIZES) + 1, 5), SIZES)

    @settings(max_examples=25)
    @given(ends, kills, kills, st.booleans())
    def test_many_kills_change_nothing_in_the_end(
        self, sizes: list[int], kills: set[int], full: set[int], power: bool
    ) -> None:
        with faulty_disk(kills=kills, full=full) as disk:
            equal(run_both(disk, sizes, power=power))
