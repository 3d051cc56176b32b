"""Roots and the hashes of inclusion paths against pymerkle: ``second_tree.py PYTHON``, which has it.

Its proofs have a form of their own, so neither side verifies the other's: what they are made of is compared.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.soak.cross.merkle import TREE, Leaves, require, say

from shuxin.ledger.tree import inclusion_path

LARGEST = 100
PEER = Path(__file__).with_name("pymerkle_peer.py")


def main(python: str) -> None:
    done = subprocess.run(
        [python, str(PEER), str(LARGEST)], capture_output=True, text=True, check=True
    )
    leaves = Leaves(LARGEST)
    asked = [(size, index) for size in range(1, LARGEST + 1) for index in range(size)]
    for (size, index), line in zip(asked, done.stdout.splitlines(), strict=True):
        path = inclusion_path(TREE, index, size, node=leaves.node)
        steps = sorted(step.hex() for step in (leaves.node(0, index), *path))
        require(line.split() == [leaves.root(size).hex(), *steps], (size, index))
    say("roots and path hashes equal", len(asked))


if __name__ == "__main__":
    main(sys.argv[1])
