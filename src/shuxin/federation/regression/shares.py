"""Shares in messages: blocks of words in the order of the parties."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shuxin.federation.regression.sharing import exact
from shuxin.federation.regression.task import RING, WORD

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from shuxin.federation.engine.channel import Received, Work
    from shuxin.federation.product.ring import Words
    from shuxin.federation.regression.sides import Blocks
    from shuxin.federation.regression.task import Task


def in_order(blocks: Blocks) -> list[Words]:
    return [blocks[n] for n in sorted(blocks)]


def send(
    work: Work, to: str, name: str, blocks: Iterable[np.ndarray[Any, Any]], *, before: bytes = b""
) -> None:
    """Words, least byte first, one block after another."""
    content = before + b"".join(np.ascontiguousarray(block).tobytes() for block in blocks)
    work.channel.send(to, name, lambda: [content])


def words_of(name: str, received: Received, count: int) -> Words:
    """Raises RegressionMalformed."""
    return np.frombuffer(exact(name, received, count * WORD).read(), RING.dtype)


def cut(task: Task, party: int, words: Words, others: Iterable[int]) -> Blocks:
    """(own, other's) words for each of ``others``."""
    found, begin, mine = {}, 0, task.widths[party]
    for n in others:
        end = begin + mine * task.widths[n]
        found[n] = words[begin:end].reshape(mine, task.widths[n])
        begin = end
    return found


def triangles(task: Task, party: int, words: Words) -> Blocks:
    """The words for pairs of one party's columns, by that party."""
    found, begin = {}, 0
    for n in task.present:
        if party in {n, task.partner(n)}:
            end = begin + task.triangle(n)
            found[n] = words[begin:end]
            begin = end
    return found


def joined(blocks: dict[int, Blocks]) -> Words:
    """(d, d): the block of parties p and q is the sum of what both have of it.

    Args:
        blocks: by number in rising order, (own, other's) words by the other's number; with itself, in the clear.
    """
    rows = []
    for p, mine in blocks.items():
        row = [mine[q] if p == q else mine[q] + blocks[q][p].T for q in blocks]
        rows.append(np.concatenate(row, axis=1))
    return np.concatenate(rows)
