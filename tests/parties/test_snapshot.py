"""The directory as a file: whole or refused, never backwards."""

from __future__ import annotations

import dataclasses
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.parties.world import MID, bound, claim, key

from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.statements import parse_statement
from shuxin.parties.api import (
    Head,
    Snapshot,
    SnapshotInvalid,
    SnapshotOlder,
    bounded_lines,
    read_snapshot,
    write_snapshot,
)
from shuxin.parties.domain.snapshot import LONGEST_LINE

OPERATOR = key("operator")
STATEMENTS = [one for name in ("boss", "second", "third") for one in bound(claim(name))]


def written(*, previous: Head | None = None, count: int = 6) -> list[bytes]:
    made = STATEMENTS[:count]
    return list(write_snapshot(made, previous=previous, now=MID, signer=OPERATOR))


def read(lines: list[bytes], *, held: Head | None = None) -> Snapshot:
    """Read to the end."""
    found = read_snapshot(lines, publisher=OPERATOR.public, held=held)
    return dataclasses.replace(found, statements=iter(list(found.statements)))


class TestSnapshot:
    def test_reads_as_it_was_written(self) -> None:
        found = read(written())
        assert {one.hash for one in found.statements} == {one.hash for one in STATEMENTS}
        assert found.head.number == 1

    @given(st.integers(0, 10_000), st.integers(0, 7))
    def test_a_flipped_bit_anywhere_is_refused(self, place: int, bit: int) -> None:
        data = bytearray(b"".join(written()))
        data[place % len(data)] ^= 1 << bit
        with pytest.raises(ShuxinError):
            read(io.BytesIO(bytes(data)).readlines())

    @pytest.mark.parametrize("drop", range(7))
    def test_a_missing_line_is_refused(self, drop: int) -> None:
        lines = written()
        with pytest.raises(ShuxinError):
            read(lines[:drop] + lines[drop + 1 :])

    @given(st.permutations(range(1, 7)))
    def test_only_the_one_order_is_read(self, order: list[int]) -> None:
        lines = written()
        moved = [lines[0], *(lines[place] for place in order)]
        if moved == lines:
            assert read(moved)
            return
        with pytest.raises(SnapshotInvalid):
            read(moved)

    def test_more_lines_than_announced_are_refused(self) -> None:
        lines = written()
        with pytest.raises(SnapshotInvalid):
            read([*lines, lines[-1]])

    def test_another_publisher_is_refused(self) -> None:
        with pytest.raises(SnapshotInvalid):
            read_snapshot(written(), publisher=key("thief").public, held=None)

    def test_an_older_number_or_another_of_the_same_is_a_roll_back(self) -> None:
        first = read(written(count=4)).head
        second = read(written(previous=first)).head
        assert second.number == 2
        assert read(written(previous=first), held=second).head == second
        for lines in (written(count=4), written(previous=first, count=2)):
            with pytest.raises(SnapshotOlder):
                read(lines, held=second)

    def test_the_next_one_must_follow_the_one_held(self) -> None:
        first, other = read(written(count=4)).head, read(written(count=2)).head
        assert read(written(previous=first), held=first).head.previous == first.hash
        with pytest.raises(SnapshotOlder):
            read(written(previous=other), held=first)

    def test_one_that_was_missed_may_be_skipped(self) -> None:
        first = read(written(count=2)).head
        second = read(written(previous=first, count=4)).head
        assert read(written(previous=second), held=first).head.number == 3

    def test_an_announced_size_beyond_all_bounds_is_refused_unread(self) -> None:
        head = parse_statement(written()[0])
        body = dict(head.body) | {"count": 10**9}
        from shuxin.kernel.statements import sign_statement

        line = sign_statement("directory", body, signer=OPERATOR).dump() + b"\n"
        with pytest.raises(SnapshotInvalid):
            read([line])

    def test_a_line_without_end_is_never_read_whole(self) -> None:
        endless = io.BytesIO(b"x" * (LONGEST_LINE * 4))
        lines = bounded_lines(endless)
        with pytest.raises(SnapshotInvalid):
            read_snapshot(lines, publisher=OPERATOR.public, held=None)
        assert endless.tell() == LONGEST_LINE + 1

    @given(st.lists(st.binary(max_size=60), max_size=4))
    def test_any_bytes_are_refused_cleanly(self, lines: list[bytes]) -> None:
        with pytest.raises(ShuxinError):
            read(lines)

    def test_heads_are_compared_whole(self) -> None:
        head = read(written()).head
        changed = dataclasses.replace(head, statements="00" * 32)
        with pytest.raises(SnapshotOlder):
            read(written(), held=changed)
