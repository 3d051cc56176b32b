"""What a holder said about each subject of a question, as leaves of one tree (应答叶): one shows without the others.

The holder signs the tree's root (RFC 9162). Each leaf has a salt of its own, so that the hashes beside one that is
shown tell nothing about other subjects.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.kernel.canonical import canonical_json
from shuxin.ledger.api import TreeHash

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RECEIPT = "joint-receipt"
"""Kind of the statement that a holder signs about its answer to a question."""
ANSWERED, UNKNOWN, REFUSED = "answered", "unknown", "refused"
HEAD_BYTES = 64
NO_REASON = 255
_TREE = TreeHash.SHA256
_SALT = b"shuxin/answer-leaf/v1|"


@dataclass(frozen=True, slots=True)
class Leaf:
    """What a holder said about one subject (应答叶).

    subject: credit code. numbers: words as in the answer's bytes. reasons: places of categories, 255 for none.
    refused: codes of why it will not answer. use: the commitment in the use's entry of the holder's log, "" where
    nothing was counted. salt: 64 hexadecimal digits.
    """

    subject: str
    standing: str
    numbers: tuple[int, ...]
    reasons: tuple[int, ...]
    refused: tuple[str, ...]
    use: str
    salt: str

    @property
    def data(self) -> bytes:
        return canonical_json(
            {
                "subject": self.subject,
                "standing": self.standing,
                "numbers": list(self.numbers),
                "reasons": list(self.reasons),
                "refused": list(self.refused),
                "use": self.use,
                "salt": self.salt,
            }
        )


def leaves_of(
    answer: bytes,
    *,
    subjects: Sequence[str],
    most: int,
    salt: bytes,
    refused: Mapping[int, Sequence[str]],
    uses: Mapping[int, str],
) -> list[Leaf]:
    """One for each subject, in their order.

    answer: as ``card.answers`` has it, b"" where the whole question was refused. most: reasons by subject. salt: of
    the message. refused, uses: by the subject's place.
    Raises ValueError: the answer has another size.
    """
    rows = len(subjects)
    numbers, reasons = _rows(answer, rows=rows, most=most)
    known = answer[HEAD_BYTES : HEAD_BYTES + rows] or bytes(rows)
    found = []
    for place, subject in enumerate(subjects):
        standing = REFUSED if place in refused else UNKNOWN
        found.append(
            Leaf(
                subject=subject,
                standing=ANSWERED if known[place] else standing,
                numbers=numbers[place],
                reasons=reasons[place],
                refused=tuple(sorted(refused.get(place, ()))),
                use=uses.get(place, ""),
                salt=leaf_salt(salt, place),
            )
        )
    return found


def leaf_salt(salt: bytes, place: int) -> str:
    """64 hexadecimal digits, HMAC-SHA-256 under the message's salt: one tells nothing about another."""
    return hmac.new(salt, _SALT + str(place).encode(), hashlib.sha256).hexdigest()


def _rows(
    answer: bytes, *, rows: int, most: int
) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
    if not answer:
        return [()] * rows, [()] * rows
    wide, odd = divmod(len(answer) - HEAD_BYTES, rows)
    columns, left = divmod(wide - 1 - most, 4)
    if odd or left or columns < 1:
        raise ValueError("an answer of another size")
    words = struct.unpack_from(f"<{rows * columns}I", answer, HEAD_BYTES + rows)
    tail = answer[HEAD_BYTES + rows * (1 + 4 * columns) :]
    numbers = [words[at * columns : (at + 1) * columns] for at in range(rows)]
    return numbers, [tuple(tail[at * most : (at + 1) * most]) for at in range(rows)]


def path_of(leaves: Sequence[Leaf], place: int) -> tuple[bytes, ...]:
    """The hashes that lead from one leaf to the root, the nearest first (RFC 9162, section 2.1.3.1)."""
    hashes = [_TREE.leaf(one.data) for one in leaves]
    path, start, end = [], 0, len(hashes)
    while end - start > 1:
        middle = start + (1 << ((end - start - 1).bit_length() - 1))
        if place < middle:
            path.append(_root(hashes[middle:end]))
            end = middle
        else:
            path.append(_root(hashes[start:middle]))
            start = middle
    return tuple(reversed(path))


def tree_root(leaves: Sequence[Leaf]) -> str:
    """64 hexadecimal digits."""
    return _root([_TREE.leaf(one.data) for one in leaves]).hex()


def _root(hashes: Sequence[bytes]) -> bytes:
    if len(hashes) == 1:
        return hashes[0]
    middle = 1 << ((len(hashes) - 1).bit_length() - 1)
    return _TREE.node(_root(hashes[:middle]), _root(hashes[middle:]))
