"""Merkle trees of RFC 9162 section 2.1 (默克尔树): roots, inclusion and consistency proofs, and their verification.

Pure. Makers of proofs ask for the hashes of complete subtrees, so that they need O(log n) of them and no leaf.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import TYPE_CHECKING

from shuxin.kernel.errors import Unavailable
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Node = Callable[[int, int], bytes]
    """``node(level, index)``: root of the complete subtree over leaves ``[index << level, (index + 1) << level)``."""

HASH_BYTES = 32


class SM3Unavailable(Unavailable):
    code = "sm3_unavailable"
    what = Text(
        en="this machine's OpenSSL has no SM3, and the log uses it",
        zh="本机 OpenSSL 不支持 SM3，而该日志使用 SM3",
    )
    mend = Text(
        en="Use a Python that is built with OpenSSL 1.1.1 or later and SM3",
        zh="请使用带 SM3 的 OpenSSL 1.1.1 或更高版本构建的 Python",
    )


class TreeHash(StrEnum):
    """The hash of a tree; a log keeps one for ever, and its key's algorithm says which."""

    SHA256 = "sha256"
    SM3 = "sm3"

    @property
    def empty(self) -> bytes:
        """Root of the tree without leaves."""
        return _hash(self, b"")

    def leaf(self, data: bytes) -> bytes:
        return _hash(self, b"\x00" + data)

    def node(self, left: bytes, right: bytes) -> bytes:
        return _hash(self, b"\x01" + left + right)


def _hash(kind: TreeHash, message: bytes) -> bytes:
    if kind is TreeHash.SHA256:
        return hashlib.sha256(message).digest()
    try:
        return hashlib.new("sm3", message).digest()
    except ValueError as error:
        raise SM3Unavailable from error


def subtree_root(tree: TreeHash, start: int, end: int, *, node: Node) -> bytes:
    """MTH(D[start:end]); ``start`` is a multiple of the least power of two that is ``>= end - start``."""
    size, at, parts = end - start, start, []
    if size == 0:
        return tree.empty
    if not size & (size - 1):
        level = size.bit_length() - 1
        return node(level, start >> level)
    while size:
        level = size.bit_length() - 1
        parts.append(node(level, at >> level))
        at += 1 << level
        size -= 1 << level
    root = parts.pop()
    while parts:
        root = tree.node(parts.pop(), root)
    return root


def root_of(tree: TreeHash, data: Sequence[bytes]) -> bytes:
    """MTH(D) of data that are all at hand, as for the commitment to a set."""
    hashes = [tree.leaf(one) for one in data]

    def root(start: int, end: int) -> bytes:
        if end - start == 1:
            return hashes[start]
        middle = start + _split(end - start)
        return tree.node(root(start, middle), root(middle, end))

    return root(0, len(hashes)) if hashes else tree.empty


def inclusion_path(tree: TreeHash, index: int, size: int, *, node: Node) -> tuple[bytes, ...]:
    """PATH(index, D[0:size]) of section 2.1.3.1. Raises ValueError unless ``0 <= index < size``."""
    if not 0 <= index < size:
        raise ValueError("no such leaf in a tree of that size")
    above, start, end = [], 0, size
    while (end - start) & (end - start - 1):
        middle = start + _split(end - start)
        if index < middle:
            above.append(subtree_root(tree, middle, end, node=node))
            end = middle
        else:
            above.append(subtree_root(tree, start, middle, node=node))
            start = middle
    levels = range((end - start).bit_length() - 1)  # of the complete subtree that is left
    within = [node(level, (index >> level) ^ 1) for level in levels]
    return (*within, *reversed(above))


def consistency_path(tree: TreeHash, old: int, new: int, *, node: Node) -> tuple[bytes, ...]:
    """PROOF(old, D[0:new]) of section 2.1.4.1; empty for ``old`` 0. Raises ValueError unless ``0 <= old <= new``."""
    if not 0 <= old <= new:
        raise ValueError("the old tree is larger than the new one")
    path, start, end = [], 0, new
    while old not in {0, end}:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(subtree_root(tree, middle, end, node=node))
            end = middle
        else:
            path.append(subtree_root(tree, start, middle, node=node))
            start = middle
    if start:
        path.append(subtree_root(tree, start, end, node=node))
    return tuple(reversed(path))


def inclusion_holds(
    tree: TreeHash, *, leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes
) -> bool:
    """Section 2.1.3.2: whether ``leaf``, a leaf hash, stands at ``index`` under ``root``."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = tree.node(step, found)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            found = tree.node(found, step)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def consistency_holds(
    tree: TreeHash, *, old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]
) -> bool:
    """Section 2.1.4.2: whether the tree of size ``old`` is the beginning of the one of size ``new``."""
    if old == 0:
        return new >= 0 and not path and old_root == tree.empty
    if old == new:
        return not path and old_root == new_root
    if not 0 < old < new or not path:
        return False
    steps = list(path) if old & (old - 1) else [old_root, *path]
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            first, second = tree.node(step, first), tree.node(step, second)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            second = tree.node(second, step)
        at, last = at >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root


def _split(size: int) -> int:
    """The largest power of two below ``size``, which is at least 2."""
    return 1 << ((size - 1).bit_length() - 1)
