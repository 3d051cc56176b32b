"""The other side of second_tree.py, in an environment that has pymerkle: roots and inclusion paths up to a size."""

from __future__ import annotations

import sys

from pymerkle import InmemoryTree


def main(largest: int) -> None:
    tree = InmemoryTree(algorithm="sha256")
    for number in range(largest):
        tree.append_entry(b"leaf-%d" % number)
    for size in range(1, largest + 1):
        for index in range(size):
            proof = tree.prove_inclusion(index + 1, size).serialize()
            sys.stdout.write(f"{tree.get_root(size).hex()} {' '.join(sorted(proof['path']))}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
