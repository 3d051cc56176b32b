"""What the server asks the node, and the node answers (受理)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from shuxin.federation.wire.messages import Hello, Part, Score, Scored, Taken, Where


class Desk(Protocol):
    """Every method but ``peer_of`` gets the party that the certificate of the connection is pinned to.

    They raise ShuxinError; an Unavailable one may be asked again later, others are final.
    """

    def peer_of(self, fingerprint: str) -> str | None:
        """The party whose pinned certificate has this SHA-256 (64 hexadecimal digits)."""
        ...

    def hello(self, peer: str, message: Hello) -> Hello: ...

    def word(self, peer: str, statement: bytes) -> None: ...

    def part(self, peer: str, message: Part) -> Taken: ...

    def where(self, peer: str, message: Where) -> Taken: ...

    def score(self, peer: str, message: Score) -> Scored: ...
