"""Where hashes and entries of a log lie: paths and contents of C2SP tlog-tiles (瓦片), as pure arithmetic.

A full tile holds 256 hashes. The hash i of tile n at level l is the root of the 256**l leaves from
``(n * 256 + i) * 256**l`` on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.ledger.tree import HASH_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shuxin.ledger.tree import TreeHash

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
    entries, at = [], 0
    while at < len(content):
        start = at + _LENGTH_BYTES
        end = start + int.from_bytes(content[at:start], "big")
        if end > len(content):
            return None
        entries.append(content[start:end])
        at = end
    return entries


def entry_in(content: bytes, number: int) -> bytes | None:
    """The entry ``number`` of a bundle, without cutting up the others; None when the lengths do not reach it."""
    at = 0
    for _ in range(number):
        at += _LENGTH_BYTES + (content[at] << 8 | content[at + 1] if at + 1 < len(content) else 0)
    start = at + _LENGTH_BYTES
    end = start + int.from_bytes(content[at:start], "big")
    return content[start:end] if start <= end <= len(content) else None


def _number(index: int) -> str:
    parts = [f"{index % 1000:03d}"]
    while index >= 1000:  # noqa: PLR2004 - three digits a folder
        index //= 1000
        parts.append(f"x{index % 1000:03d}")
    return "/".join(reversed(parts))


def _partial(width: int) -> str:
    return "" if width == WIDTH else f".p/{width}"
