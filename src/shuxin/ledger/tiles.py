"""Where hashes and entries of a log lie: paths and contents of C2SP tlog-tiles (瓦片), as pure arithmetic.

A full tile holds 256 hashes. The hash i of tile n at level l is the root of the 256**l leaves from
``(n * 256 + i) * 256**l`` on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.ledger.tree import HASH_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shuxin.ledger.tree import Node, TreeHash

HEIGHT = 8
WIDTH = 1 << HEIGHT
LONGEST_ENTRY = (1 << 16) - 1
_LENGTH_BYTES = 2


def tile_path(level: int, index: int, *, width: int = WIDTH) -> str:
    """``tile/<L>/<N>[.p/<W>]``."""
    return f"tile/{level}/{_number(index)}{_partial(width)}"


def bundle_path(index: int) -> str:
    """``tile/entries/<N>``, of 256 entries."""
    return f"tile/entries/{_number(index)}"


def widths(size: int) -> Iterator[tuple[int, int, int]]:
    """Each level of a tree of ``size`` leaves: level, number of full tiles, width of the partial one (or 0)."""
    level = 0
    while size >> (HEIGHT * level):
        hashes = size >> (HEIGHT * level)
        yield level, hashes >> HEIGHT, hashes & (WIDTH - 1)
        level += 1


def files_of_move(
    entries: Sequence[bytes], *, first: int, node: Node
) -> Iterator[tuple[str, bytes]]:
    """Paths and contents that come when the whole 256s of the tail, which begins at ``first``, become tiles.

    Bundles come first: where the first of them is missing, no move has begun.
    """
    whole = len(entries) >> HEIGHT
    for number in range(whole):
        part = entries[number * WIDTH : (number + 1) * WIDTH]
        yield bundle_path((first >> HEIGHT) + number), bundle(part)
    for level, full, partial in widths(first + whole * WIDTH):
        tiles = [(tile, WIDTH) for tile in range(first >> (HEIGHT * (level + 1)), full)]
        for tile, width in [*tiles, (full, partial)] if partial else tiles:
            hashes = (node(HEIGHT * level, tile * WIDTH + number) for number in range(width))
            yield tile_path(level, tile, width=width), b"".join(hashes)


def pairs_above(tree: TreeHash, hashes: Sequence[bytes]) -> tuple[tuple[bytes, ...], ...]:
    """All complete subtrees within one tile: row h holds those over 2**h hashes."""
    rows = [tuple(hashes)]
    while len(rows[-1]) > 1:
        below = rows[-1]
        rows.append(tuple(tree.node(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)))
    return tuple(rows)


def split_tile(content: bytes) -> list[bytes]:
    return [content[at : at + HASH_BYTES] for at in range(0, len(content), HASH_BYTES)]


def bundle(entries: Sequence[bytes]) -> bytes:
    """Entries one after the other, each after its length in two bytes, the higher first."""
    return b"".join(len(entry).to_bytes(_LENGTH_BYTES, "big") + entry for entry in entries)


def split_bundle(content: bytes) -> list[bytes] | None:
    """None when the content does not end with the end of an entry."""
    ends = ends_in(content)
    if ends is None:
        return None
    return [entry_in(content, ends, number) for number in range(len(ends) - 1)]


def ends_in(content: bytes) -> list[int] | None:
    """0, and where each entry of a bundle ends with its length before it; None as above."""
    at, ends, last = 0, [0], len(content) - _LENGTH_BYTES
    while at <= last:
        at += _LENGTH_BYTES + (content[at] << 8 | content[at + 1])
        ends.append(at)
    return ends if at == len(content) else None


def entry_in(content: bytes, ends: Sequence[int], number: int) -> bytes:
    return content[ends[number] + _LENGTH_BYTES : ends[number + 1]]


def _number(index: int) -> str:
    parts = [f"{index % 1000:03d}"]
    while index >= 1000:  # noqa: PLR2004 - three digits a folder
        index //= 1000
        parts.append(f"x{index % 1000:03d}")
    return "/".join(reversed(parts))


def _partial(width: int) -> str:
    return "" if width == WIDTH else f".p/{width}"
