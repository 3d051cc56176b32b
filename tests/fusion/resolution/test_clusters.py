from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from shuxin.fusion.resolution.clusters import Change, Edge, cluster, entity_events

nodes = st.sampled_from([f"n{i}" for i in range(8)])
edges = st.lists(st.builds(Edge, st.integers(0, 3).map(float), nodes, nodes), max_size=15)
EVERY = [f"n{i}" for i in range(8)]
OWNERS = frozenset({"n1", "n4", "n6"})
NOW = datetime(2026, 1, 1, tzinfo=UTC)


class TestCluster:
    @given(edges)
    def test_never_holds_two_owners(self, links: list[Edge]) -> None:
        root = cluster(nodes=EVERY, edges=links, owners=OWNERS).root
        assert all(root[owner] == owner for owner in OWNERS)

    @given(edges, st.randoms(use_true_random=False))
    def test_does_not_depend_on_order(self, links: list[Edge], random: object) -> None:
        shuffled = [Edge(e.bits, e.other, e.one) for e in links]
        random.shuffle(shuffled)  # type: ignore[attr-defined]
        there = cluster(nodes=EVERY, edges=links, owners=OWNERS)
        assert there == cluster(nodes=EVERY[::-1], edges=shuffled, owners=OWNERS)

    @given(edges)
    def test_an_edge_is_kept_or_refused(self, links: list[Edge]) -> None:
        found = cluster(nodes=EVERY, edges=links, owners=OWNERS)
        refused = {(e.bits, *sorted((e.one, e.other))) for e in found.refused}
        for edge in links:
            joined = found.root[edge.one] == found.root[edge.other]
            assert joined != ((edge.bits, *sorted((edge.one, edge.other))) in refused)


class TestEntityEvents:
    def test_tells_a_merge_and_a_split(self) -> None:
        before = {"1": "a", "2": "b", "3": "c", "4": "c", "5": "e"}
        after = {"1": "a", "2": "a", "3": "c", "4": "d", "5": "f", "6": "g"}
        found = [
            (e.change, e.before, e.after) for e in entity_events(before=before, after=after, at=NOW)
        ]
        assert found == [
            (Change.CREATED, (), ("g",)),
            (Change.MERGED, ("a", "b"), ("a",)),
            (Change.SPLIT, ("c",), ("c", "d")),
            (Change.RENAMED, ("e",), ("f",)),
        ]

    @given(st.dictionaries(st.sampled_from("123456"), nodes))
    def test_nothing_happens_between_equal_placements(self, placed: dict[str, str]) -> None:
        assert entity_events(before=placed, after=placed, at=NOW) == ()
