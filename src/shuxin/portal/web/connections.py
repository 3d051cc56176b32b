"""Connections that must not hold the server up: who says nothing in time is dropped, nobody has too many.

uvicorn has no limit for a request that never comes, and counts silent connections like running requests.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections import Counter
from typing import TYPE_CHECKING, Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text
from shuxin.parties.api import accounts

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network

SECONDS_FOR_HEAD = 10
SECONDS = {h11.IDLE: SECONDS_FOR_HEAD, h11.SEND_BODY: 60, h11.DONE: 300, h11.MUST_CLOSE: 300}
"""How long a peer may take to send a head, then a body, then to read the answer."""

MOST, MOST_EACH = 1000, 64


class ProxyInvalid(InvalidInput):
    code = "proxy_address_invalid"
    what = Text(en="--proxy is no address", zh="--proxy 不是有效地址")
    mend = Text(
        en="Give the proxy's IP address, or several addresses or networks with commas between",
        zh="请填写代理的 IP 地址;可用逗号分隔多个地址或网段",
    )


def proxies(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Raises ProxyInvalid."""
    try:
        return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if text)
    except ValueError as error:
        raise ProxyInvalid from error


class Connections:
    """The open connections of one server (连接), counted by address; ``exempt`` proxies carry many people's.

    When there are too many, the oldest one that has not sent a head yet goes: so a newcomer who speaks gets in.
    """

    def __init__(
        self,
        *,
        most: int = MOST,
        most_each: int = MOST_EACH,
        exempt: tuple[IPv4Network | IPv6Network, ...] = (),
    ) -> None:
        self._most, self._most_each, self._exempt = most, most_each, exempt
        self._open: dict[BoundedProtocol, str] = {}
        self._silent: dict[BoundedProtocol, str] = {}
        self._count: Counter[str] = Counter()

    def enter(self, one: BoundedProtocol, *, address: str) -> bool:
        """Whether it may stay."""
        network = "" if self._is_exempt(address) else accounts.network_of(address)
        if network and self._count[network] >= self._most_each and not self._drop_silent(network):
            return False
        if len(self._open) >= self._most and not self._drop_silent(""):
            return False
        self._open[one] = self._silent[one] = network
        self._count[network] += 1
        return True

    def heard(self, one: BoundedProtocol) -> None:
        """It has sent a head."""
        self._silent.pop(one, None)

    def silent(self, one: BoundedProtocol) -> None:
        """It is to send the next head."""
        if one in self._open:
            self._silent[one] = self._open[one]

    def leave(self, one: BoundedProtocol) -> None:
        self._silent.pop(one, None)
        network = self._open.pop(one, None)
        if network is not None:
            self._count[network] -= 1
            if not self._count[network]:
                del self._count[network]

    def _drop_silent(self, network: str) -> bool:
        """Drop the oldest silent one, of this network when one is named."""
        found = next((one for one, of in self._silent.items() if network in {"", of}), None)
        if found is None:
            return False
        self.leave(found)
        found.drop()
        return True

    def _is_exempt(self, address: str) -> bool:
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._exempt)


class BoundedProtocol(H11Protocol):
    """uvicorn's protocol with a time for each stage of a request; it watches what h11 has read so far."""

    def __init__(self, *, book: Connections, **given: Any) -> None:
        super().__init__(**given)
        self._book = book
        self._stage: object = None
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's
        super().connection_made(transport)
        if self._book.enter(self, address=self.client[0] if self.client else ""):
            self._watch()
        else:
            self.drop()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._book.leave(self)
        self._stop_timer()

    def handle_events(self) -> None:
        super().handle_events()
        self._watch()

    def drop(self) -> None:
        self._stop_timer()
        self.transport.abort()

    def _watch(self) -> None:
        """The time runs from the beginning of a stage, not from the last byte."""
        stage = self.conn.their_state
        if stage is self._stage:
            return
        self._stage = stage
        self._stop_timer()
        if stage in SECONDS:
            self._timer = self.loop.call_later(SECONDS[stage], self.drop)
        if stage is h11.IDLE:
            self._book.silent(self)
        else:
            self._book.heard(self)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class BoundedLoop(asyncio.SelectorEventLoop):
    """An event loop whose servers give a TLS handshake no more time than a head."""

    async def create_server(self, *args: Any, **given: Any) -> asyncio.Server:
        if given.get("ssl"):
            given["ssl_handshake_timeout"] = SECONDS_FOR_HEAD
        return await super().create_server(*args, **given)
