from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.ledger.samples import slow_consistency, slow_path, slow_root

from shuxin.ledger import tree as tree_module
from shuxin.ledger.tree import (
    SM3Unavailable,
    TreeHash,
    consistency_holds,
    consistency_path,
    inclusion_holds,
    inclusion_path,
    subtree_root,
)

if TYPE_CHECKING:
    from shuxin.ledger.tree import Node

SHA = TreeHash.SHA256
LARGEST = 70
PUBLISHED_LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
PUBLISHED_ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def node_over(leaves: list[bytes], tree: TreeHash = SHA) -> Node:
    @cache
    def node(level: int, index: int) -> bytes:
        if level == 0:
            return tree.leaf(leaves[index])
        return tree.node(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))

    return node


def leaves_of(size: int) -> list[bytes]:
    return [bytes([number]) * 3 for number in range(size)]


def flipped(value: bytes) -> bytes:
    return bytes([value[0] ^ 1]) + value[1:]


class TestTree:
    @pytest.mark.parametrize("size", sorted(PUBLISHED_ROOTS))
    def test_gives_the_published_roots(self, size: int) -> None:
        node = node_over(PUBLISHED_LEAVES)
        assert subtree_root(SHA, 0, size, node=node).hex() == PUBLISHED_ROOTS[size]

    def test_agrees_with_the_wording_of_the_rfc_at_every_small_size(self) -> None:
        leaves = leaves_of(LARGEST)
        node = node_over(leaves)
        for size in range(LARGEST + 1):
            held = leaves[:size]
            assert subtree_root(SHA, 0, size, node=node) == slow_root(held)
            for index in range(size):
                assert list(inclusion_path(SHA, index, size, node=node)) == slow_path(index, held)
            for old in range(1, size + 1):
                found = list(consistency_path(SHA, old, size, node=node))
                assert found == slow_consistency(old, held)

    def test_accepts_every_true_proof_of_small_trees(self) -> None:
        node = node_over(leaves_of(LARGEST))
        roots = [subtree_root(SHA, 0, size, node=node) for size in range(LARGEST + 1)]
        for size in range(1, LARGEST + 1):
            for index in range(size):
                path = inclusion_path(SHA, index, size, node=node)
                held = node(0, index)
                assert inclusion_holds(
                    SHA, leaf=held, index=index, size=size, path=path, root=roots[size]
                )
            for old in range(size + 1):
                path = consistency_path(SHA, old, size, node=node)
                assert consistency_holds(
                    SHA, old=old, old_root=roots[old], new=size, new_root=roots[size], path=path
                )

    @given(st.integers(1, LARGEST), st.integers(1, LARGEST), st.data())
    def test_rejects_an_altered_inclusion_proof(
        self, size: int, other: int, data: st.DataObject
    ) -> None:
        node = node_over(leaves_of(LARGEST))
        index = data.draw(st.integers(0, size - 1))
        path = list(inclusion_path(SHA, index, size, node=node))
        true = {
            "leaf": node(0, index),
            "index": index,
            "size": size,
            "path": path,
            "root": subtree_root(SHA, 0, size, node=node),
        }
        wrong = [
            {"leaf": flipped(node(0, index))},
            {"root": flipped(bytes(true["root"]))},  # type: ignore[arg-type]
            {"index": index ^ 1},
            {"index": -1},
            {"index": size},
            {"path": [*path, node(0, 0)]},
            {"path": path[1:] if path else [node(0, 0)]},
        ]
        if path:
            at = data.draw(st.integers(0, len(path) - 1))
            wrong.append({"path": [*path[:at], flipped(path[at]), *path[at + 1 :]]})
        for change in wrong:
            assert not inclusion_holds(SHA, **(true | change)), change

    @given(st.integers(0, LARGEST), st.integers(0, LARGEST), st.data())
    def test_rejects_an_altered_consistency_proof(
        self, old: int, new: int, data: st.DataObject
    ) -> None:
        assume(0 < old < new)
        node = node_over(leaves_of(LARGEST))
        path = list(consistency_path(SHA, old, new, node=node))
        true = {
            "old": old,
            "old_root": subtree_root(SHA, 0, old, node=node),
            "new": new,
            "new_root": subtree_root(SHA, 0, new, node=node),
            "path": path,
        }
        at = data.draw(st.integers(0, len(path) - 1))
        wrong = [
            {"old_root": flipped(bytes(true["old_root"]))},  # type: ignore[arg-type]
            {"new_root": flipped(bytes(true["new_root"]))},  # type: ignore[arg-type]
            {"path": []},
            {"path": path[1:]},
            {"path": [*path, node(0, 0)]},
            {"path": [*path[:at], flipped(path[at]), *path[at + 1 :]]},
            {"old": new, "new": old},
        ]
        for change in wrong:
            assert not consistency_holds(SHA, **(true | change)), change

    def test_finds_nothing_consistent_with_a_false_empty_tree(self) -> None:
        full = bytes(32)
        assert consistency_holds(SHA, old=0, old_root=SHA.empty, new=3, new_root=full, path=())
        assert not consistency_holds(SHA, old=0, old_root=full, new=3, new_root=full, path=())
        assert not consistency_holds(SHA, old=-1, old_root=full, new=3, new_root=full, path=(full,))

    def test_makes_no_proof_of_what_is_not_there(self) -> None:
        node = node_over(leaves_of(3))
        for index, size in ((3, 3), (-1, 3), (0, 0)):
            with pytest.raises(ValueError, match="no such leaf"):
                inclusion_path(SHA, index, size, node=node)
        with pytest.raises(ValueError, match="larger"):
            consistency_path(SHA, 4, 3, node=node)

    def test_asks_for_few_subtrees_of_a_large_tree(self) -> None:
        asked: list[tuple[int, int]] = []

        def node(level: int, index: int) -> bytes:
            asked.append((level, index))
            return bytes(32)

        inclusion_path(SHA, 123_456, 10**9 + 7, node=node)
        assert len(asked) <= 60


class TestSM3:
    def test_gives_the_published_hash(self) -> None:
        """GB/T 32905 appendix A.1: SM3 of 'abc'."""
        expected = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
        assert tree_module._hash(TreeHash.SM3, b"abc").hex() == expected

    def test_makes_another_tree_of_the_same_leaves(self) -> None:
        sm3 = TreeHash.SM3
        node = node_over(PUBLISHED_LEAVES, sm3)
        root = subtree_root(sm3, 0, 8, node=node)
        path = inclusion_path(sm3, 5, 8, node=node)
        proof = {"leaf": node(0, 5), "index": 5, "size": 8, "path": path, "root": root}
        assert inclusion_holds(sm3, **proof)
        assert not inclusion_holds(SHA, **proof)

    def test_says_when_the_machine_has_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def unknown(*_: object) -> None:
            raise ValueError("unsupported hash type")

        monkeypatch.setattr(hashlib, "new", unknown)
        with pytest.raises(SM3Unavailable):
            TreeHash.SM3.leaf(b"")
