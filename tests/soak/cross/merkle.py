"""Trees, proofs and notes against golang.org/x/mod/sumdb (tlog, note), each side verifying what the other made.

``merkle.py PEER``, where PEER is the built ``peer.go``. Prints counts; ends with an error at the first difference.
"""

from __future__ import annotations

import base64
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.ledger import samples

from shuxin.kernel.signing import Ed25519Key
from shuxin.ledger.api import (
    Checkpoint,
    NoteInvalid,
    TreeHash,
    VerifierKey,
    log_key,
    parse_checkpoint,
)
from shuxin.ledger.checkpoint import sign_checkpoint
from shuxin.ledger.note import parse_note
from shuxin.ledger.tree import (
    consistency_holds,
    consistency_path,
    inclusion_holds,
    inclusion_path,
    subtree_root,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

TREE = TreeHash.SHA256
SMALL, LARGE, PAIRS, NOTES, CHANGES = 300, 100_000, 3_000, 300, 20_000
SEED = 4
Pair = tuple[int, int]


class Peer:
    """The other implementation, asked in batches."""

    def __init__(self, program: str) -> None:
        self._program = program

    def ask(self, lines: Sequence[str]) -> list[str]:
        given = "\n".join(lines) + "\n"
        done = subprocess.run(
            [self._program], input=given, capture_output=True, text=True, check=True
        )
        answers = done.stdout.split("\n")[:-1]
        require(len(answers) == len(lines), "the number of answers")
        return answers


def require(holds: bool, what: object) -> None:
    if not holds:
        raise SystemExit(f"DIFFERENCE: {what}")


class Leaves:
    """The tree over ``leaf-0``, ``leaf-1``, ... with every complete subtree in memory."""

    def __init__(self, size: int) -> None:
        rows = [[TREE.leaf(b"leaf-%d" % number) for number in range(size)]]
        while len(rows[-1]) > 1:
            row = rows[-1]
            rows.append([TREE.node(row[at], row[at + 1]) for at in range(0, len(row) - 1, 2)])
        self._rows = rows

    def node(self, level: int, index: int) -> bytes:
        return self._rows[level][index]

    def root(self, size: int) -> bytes:
        return subtree_root(TREE, 0, size, node=self.node)


def pairs(rng: random.Random) -> Iterator[Pair]:
    """Size and index (or the old size less one): all up to ``SMALL``, some up to ``LARGE``."""
    yield from ((size, index) for size in range(1, SMALL + 1) for index in range(size))
    for _ in range(PAIRS):
        size = rng.randint(SMALL, LARGE)
        yield size, rng.randrange(size)


def hexes(path: Sequence[bytes]) -> str:
    return " ".join(step.hex() for step in path)


def wrong(path: Sequence[bytes], rng: random.Random) -> list[bytes]:
    """Another path: one bit, one step less, or one more."""
    steps = list(path)
    if not steps or rng.random() < 0.2:
        return [*steps, bytes(32)]
    at = rng.randrange(len(steps))
    changed = bytearray(steps[at])
    changed[rng.randrange(32)] ^= 1 << rng.randrange(8)
    return rng.choice(
        ([*steps[:at], bytes(changed), *steps[at + 1 :]], steps[:at] + steps[at + 1 :])
    )


def trees(peer: Peer) -> None:
    rng, leaves = random.Random(SEED), Leaves(LARGE)  # noqa: S311 - cases, no secret
    asked = list(pairs(rng))
    theirs = peer.ask(
        [f"leaves {LARGE}", *(f"root {size}" for size, _ in asked)]
        + [f"record {size} {index}" for size, index in asked]
        + [f"tree {size} {index + 1}" for size, index in asked]
    )[1:]
    roots, records, growths = (theirs[at * len(asked) : (at + 1) * len(asked)] for at in range(3))
    for (size, index), root in zip(asked, roots, strict=True):
        require(leaves.root(size).hex() == root, ("root", size))
        require(index < size, "index")
    _verify_theirs(leaves, asked, records, growths)
    _verified_there(peer, leaves, asked, rng)
    say("roots equal", len(asked))


def _verify_theirs(
    leaves: Leaves, asked: list[Pair], records: list[str], growths: list[str]
) -> None:
    for (size, index), record, growth in zip(asked, records, growths, strict=True):
        leaf, root, old = leaves.node(0, index), leaves.root(size), index + 1
        given = [bytes.fromhex(step) for step in record.split()]
        holds = inclusion_holds(TREE, leaf=leaf, index=index, size=size, path=given, root=root)
        require(holds and tuple(given) == inclusion_path(TREE, index, size, node=leaves.node), size)
        grown = [bytes.fromhex(step) for step in growth.split()]
        holds = consistency_holds(
            TREE, old=old, old_root=leaves.root(old), new=size, new_root=root, path=grown
        )
        require(holds and tuple(grown) == consistency_path(TREE, old, size, node=leaves.node), size)
    say("their inclusion proofs hold here", len(asked))
    say("their consistency proofs hold here", len(asked))


def _verified_there(peer: Peer, leaves: Leaves, asked: list[Pair], rng: random.Random) -> None:
    lines, expected = [], []
    for size, index in asked:
        root, leaf, old = leaves.root(size).hex(), leaves.node(0, index).hex(), index + 1
        path = inclusion_path(TREE, index, size, node=leaves.node)
        growth = consistency_path(TREE, old, size, node=leaves.node)
        before = leaves.root(old).hex()
        for kind, at, proof, other in (
            ("check-record", index, path, leaf),
            ("check-tree", old, growth, before),
        ):
            lines += [
                f"{kind} {size} {at} {root} {other} {hexes(proof)}",
                f"{kind} {size} {at} {root} {other} {hexes(wrong(proof, rng))}",
            ]
            expected += ["yes", "no"]
    require(peer.ask(lines) == expected, "a proof of ours, there")
    say("our proofs hold there (half inclusion, half consistency)", len(lines) // 2)
    say("our proofs, changed, are refused there", len(lines) // 2)


def wrong_here(peer: Peer) -> None:
    """Changed paths of theirs are refused here."""
    rng, leaves = random.Random(SEED + 1), Leaves(SMALL)  # noqa: S311 - cases, no secret
    asked = [(size, index) for size in range(1, SMALL + 1) for index in range(size)]
    theirs = peer.ask([f"leaves {SMALL}", *(f"record {size} {at}" for size, at in asked)])[1:]
    for (size, index), record in zip(asked, theirs, strict=True):
        path = wrong([bytes.fromhex(step) for step in record.split()], rng)
        holds = inclusion_holds(
            TREE,
            leaf=leaves.node(0, index),
            index=index,
            size=size,
            path=path,
            root=leaves.root(size),
        )
        require(not holds, ("changed", size, index))
    say("their inclusion proofs, changed, are refused here", len(asked))


def notes(peer: Peer) -> None:
    """Notes and checkpoints both ways, and changed ones: what is accepted here is accepted there."""
    rng = random.Random(SEED + 2)  # noqa: S311 - cases, no secret
    ours, names = [], ["go.sum database tree", "example.com/log", "银行/日志", "a"]
    for number in range(NOTES):
        key = Ed25519Key(rng.randbytes(32))
        name = names[number % len(names)].replace(" ", "-")
        point = Checkpoint(name, rng.randrange(1 << 40), rng.randbytes(32), ("x",) * (number % 3))
        ours.append((log_key(name, key.public), key, sign_checkpoint(point, signer=key)))
    answers = peer.ask([f"open {key.text} {b64(note.dump())}" for key, _, note in ours])
    require(set(answers) == {"yes"}, "a note of ours, there")
    say("our notes open there", len(ours))
    secret = [
        f"PRIVATE+KEY+{key.name}+{key.id.hex()}+" + b64(b"\x01" + private.seed)
        for key, private, _ in ours
    ]
    made = peer.ask(
        [f"sign {key} {b64(note.text)}" for key, (_, _, note) in zip(secret, ours, strict=True)]
    )
    for text, (key, _, note) in zip(made, ours, strict=True):
        found, _ = parse_checkpoint(base64.b64decode(text))
        require(found.signed_by(key) and found == note, "a note of theirs, here")
    say("their notes verify here, and are byte for byte ours", len(made))
    _checkpoints(peer, rng)
    _changed_notes(peer, [(key.text, note.dump().encode()) for key, _, note in ours], rng)


def _checkpoints(peer: Peer, rng: random.Random) -> None:
    points = [
        Checkpoint("go.sum database tree", rng.randrange(1 << 50), rng.randbytes(32))
        for _ in range(NOTES)
    ]
    answers = peer.ask([f"parse {b64(point.text)}" for point in points])
    require(answers == [f"{point.size} {point.root.hex()}" for point in points], "a checkpoint")
    say("our checkpoint texts parse there to the same size and root", len(points))


def _changed_notes(peer: Peer, good: list[tuple[str, bytes]], rng: random.Random) -> None:
    changed = []
    for _ in range(CHANGES):
        key, data = rng.choice(good)
        other = bytearray(data)
        for _ in range(rng.randint(1, 3)):
            at = rng.randrange(len(other))
            start = rng.randrange(len(other))
            piece = rng.choice(
                (rng.randbytes(1), b"\n", b" ", b"\n\n", bytes(other[start : start + 40]))
            )
            other[at : at + rng.randint(0, 2)] = piece
        more = rng.choice(good)[1].rpartition(b"\n\n")[2]
        changed.append((key, rng.choice((bytes(other), data + more, bytes(other) + more))))
    theirs = peer.ask([f"open {key} {b64(data)}" for key, data in changed])
    both = stricter = 0
    for (key, data), answer in zip(changed, theirs, strict=True):
        here, there = _opens(key, data), answer == "yes"
        require(there or not here, ("accepted only here", key, data))
        both, stricter = both + (here and there), stricter + (there and not here)
    say("changed notes: none is accepted only here", len(changed))
    say("  accepted by both", both)
    say(
        "  accepted only there (stricter here)",
        stricter,
    )


def _opens(key: str, data: bytes) -> bool:
    try:
        return parse_note(data).signed_by(VerifierKey.parse(key))
    except NoteInvalid:
        return False


def real_log(peer: Peer) -> None:
    """A log on disk as the program keeps it: checkpoint and every proof."""
    size = 700
    with tempfile.TemporaryDirectory() as folder:
        log = samples.log_of(Path(folder) / "log", size)
        point = log.checkpoint()
        lines = [f"open {log.key.text} {b64(point)}"]
        root = parse_checkpoint(point)[1].root.hex()
        for index in range(size):
            proof = log.proof(index)
            leaf = TREE.leaf(proof.data).hex()
            lines.append(f"check-record {size} {index} {root} {leaf} {hexes(proof.path)}")
    require(set(peer.ask(lines)) == {"yes"}, "the log on disk, there")
    say("proofs and checkpoint of a log on disk hold there", len(lines))


def b64(value: str | bytes) -> str:
    raw = value.encode() if isinstance(value, str) else value
    return base64.b64encode(raw).decode()


def say(what: str, count: int) -> None:
    sys.stdout.write(f"{count:>9,}  {what}\n")


CHECKS: tuple[Callable[[Peer], None], ...] = (trees, wrong_here, notes, real_log)

if __name__ == "__main__":
    for check in CHECKS:
        check(Peer(sys.argv[1]))
