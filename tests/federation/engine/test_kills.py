"""Killed between any two operations on files, with and without the power, and on a full disk: always the same end."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.federation.engine.disk import PART, faulty_disk
from tests.federation.engine.ends import A, End, open_line, run_both

from shuxin.federation.engine.journal import LineUnwritable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

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


def once(folder: Path) -> bytes:
    line = open_line(folder, A, SIZES)
    try:
        return line.once("key", lambda: os.urandom(16))
    finally:
        line.close()


class TestKills:
    """Every fifth operation here; each one, with more and longer messages, in tests/soak."""

    def test_a_kill_changes_nothing_in_the_end(self) -> None:
        kill_at_each(range(1, undisturbed(SIZES) + 1, 5), SIZES, power=False)

    def test_a_loss_of_power_changes_nothing_in_the_end(self) -> None:
        kill_at_each(range(2, undisturbed(SIZES) + 1, 5), SIZES, power=True)

    def test_a_full_disk_changes_nothing_in_the_end(self) -> None:
        fill_at_each(range(3, undisturbed(SIZES) + 1, 5), SIZES)

    def test_what_was_used_once_outlives_the_power_though_the_disk_was_full(
        self, tmp_path: Path
    ) -> None:
        """The disk is full when the folder's names are made durable: the very last operation of ``once``."""
        with faulty_disk() as disk:
            once(tmp_path / "undisturbed")
            last = disk.count
        with faulty_disk(full={last}) as disk:
            line = open_line(tmp_path / "job", A, SIZES)
            with pytest.raises(LineUnwritable):
                line.once("key", lambda: os.urandom(16))
            used = line.once("key", lambda: os.urandom(16))
            line.close()
            disk.lose_power(tmp_path)
            assert once(tmp_path / "job") == used

    @given(ends, kills, kills, st.booleans())
    def test_many_kills_change_nothing_in_the_end(
        self, sizes: list[int], kills: set[int], full: set[int], power: bool
    ) -> None:
        with faulty_disk(kills=kills, full=full) as disk:
            equal(run_both(disk, sizes, power=power))
