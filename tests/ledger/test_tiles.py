from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from shuxin.ledger.tiles import (
    bundle,
    bundle_path,
    ends_in,
    entry_in,
    pairs_above,
    split_bundle,
    split_tile,
    tile_path,
    widths,
)
from shuxin.ledger.tree import TreeHash


class TestPaths:
    def test_are_those_of_the_specification(self) -> None:
        """The examples of C2SP tlog-tiles."""
        assert tile_path(0, 1_234_067) == "tile/0/x001/x234/067"
        assert tile_path(1, 0, width=17) == "tile/1/000.p/17"
        assert bundle_path(273) == "tile/entries/273"

    def test_widths_are_those_of_the_specification(self) -> None:
        """A tree of 70,000 leaves, and one of 256, in C2SP tlog-tiles."""
        assert list(widths(70_000)) == [(0, 273, 112), (1, 1, 17), (2, 0, 1)]
        assert list(widths(256)) == [(0, 1, 0), (1, 0, 1)]
        assert list(widths(0)) == []

    @given(st.integers(0, 10**15), st.integers(0, 10**15))
    def test_differ_for_different_tiles(self, first: int, second: int) -> None:
        assert (tile_path(0, first) == tile_path(0, second)) == (first == second)


class TestBundles:
    @given(st.lists(st.binary(max_size=300), max_size=40))
    def test_give_their_entries_back(self, entries: list[bytes]) -> None:
        content = bundle(entries)
        assert split_bundle(content) == entries
        ends = ends_in(content)
        assert ends is not None
        assert [entry_in(content, ends, number) for number in range(len(entries))] == entries
        assert (len(ends), ends[-1]) == (len(entries) + 1, len(content))

    @given(st.lists(st.binary(min_size=1, max_size=9), min_size=1, max_size=9), st.data())
    def test_that_end_early_are_refused(self, entries: list[bytes], data: st.DataObject) -> None:
        content = bundle(entries)
        cut = data.draw(st.integers(len(content) - len(entries[-1]) - 1, len(content) - 1))
        assert split_bundle(content[:cut]) is None
        assert ends_in(content[:cut]) is None


class TestTiles:
    @given(st.integers(1, 256))
    def test_hold_every_complete_subtree(self, width: int) -> None:
        tree = TreeHash.SHA256
        hashes = [number.to_bytes(32, "big") for number in range(width)]
        rows = pairs_above(tree, hashes)
        assert [len(row) for row in rows] == [width >> h for h in range(width.bit_length())]
        for below, above in itertools.pairwise(rows):
            for at, value in enumerate(above):
                assert value == tree.node(below[2 * at], below[2 * at + 1])
        assert split_tile(b"".join(hashes)) == hashes
