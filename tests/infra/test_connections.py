from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from shuxin.infra.connections import Connections


class Peer:
    """A connection that may be dropped."""

    dropped = False

    def drop(self) -> None:
        self.dropped = True


steps = st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["speaks", "leaves", "waits"])))


class TestConnections:
    @given(steps)
    def test_never_has_more_than_it_may_and_always_knows_how_many(
        self, steps: list[tuple[int, str]]
    ) -> None:
        book, inside = Connections(most=6, most_each=3), {}
        for number, act in steps:
            address, peer = f"192.0.2.{number}", Peer()
            if book.enter(peer, whose=address):
                inside[peer] = address
            if act == "speaks":
                book.speaking(peer)
            elif act == "leaves":
                book.leave(peer)
                inside.pop(peer, None)
            inside = {peer: of for peer, of in inside.items() if not peer.dropped}
            assert len(inside) <= 6
            assert all(count <= 3 for count in Counter(inside.values()).values())
            assert dict(book._count) == Counter(inside.values())

    def test_the_oldest_silent_one_makes_room(self) -> None:
        book, peers = Connections(most=9, most_each=2), [Peer() for _ in range(4)]
        first, second, third, fourth = peers
        book.enter(first, whose="a")
        book.enter(second, whose="a")
        book.speaking(first)
        assert book.enter(third, whose="a")
        assert [peer.dropped for peer in peers] == [False, True, False, False]
        book.speaking(third)
        assert not book.enter(fourth, whose="a")
        assert book.enter(fourth, whose="b")

    def test_when_all_are_too_many_the_oldest_silent_one_goes_and_no_other(self) -> None:
        book, peers = Connections(most=2, most_each=2), [Peer() for _ in range(4)]
        first, second, third, fourth = peers
        assert book.enter(first, whose="a")
        assert book.enter(second, whose="b")
        assert book.enter(third, whose="c")
        assert [peer.dropped for peer in peers] == [True, False, False, False]
        book.speaking(second)
        book.speaking(third)
        assert not book.enter(fourth, whose="d")
        book.leave(second)
        assert book.enter(fourth, whose="d")

    def test_nobodys_are_counted_together_only(self) -> None:
        book = Connections(most=9, most_each=1)
        for _ in range(5):
            one = Peer()
            assert book.enter(one, whose="")
            book.speaking(one)
