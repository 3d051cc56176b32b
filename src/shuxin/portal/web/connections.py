"""People's connections: counted by network, except those of proxies, which carry many people's."""

from __future__ import annotations

import asyncio
import ipaddress
from typing import TYPE_CHECKING, Any

import h11

from shuxin.infra.api import SECONDS_FOR_HEAD, TimedProtocol
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text
from shuxin.parties.api import accounts

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network

SECONDS: dict[object, float] = {
    h11.IDLE: SECONDS_FOR_HEAD,
    h11.SEND_BODY: 60,
    h11.DONE: 300,
    h11.MUST_CLOSE: 300,
}
"""How long a peer may take to send a head, then a body, then to read the answer."""

MOST, MOST_EACH = 1000, 64
"""Open connections of all, and of one network."""


class ProxyInvalid(InvalidInput):
    code = "proxy_address_invalid"
    what = Text(en="--proxy is no address", zh="--proxy 不是有效地址")
    mend = Text(
        en="Give the proxy's IP address, or several addresses or networks with commas between",
        zh="请填写代理的 IP 地址；可用逗号分隔多个地址或网段",
    )


def proxies(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Raises ProxyInvalid."""
    try:
        return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if text)
    except ValueError as error:
        raise ProxyInvalid from error


class BoundedProtocol(TimedProtocol):
    """A connection of a browser or a program of people (连接)."""

    seconds = SECONDS
    first = resting = h11.IDLE

    def __init__(self, *, exempt: tuple[IPv4Network | IPv6Network, ...] = (), **given: Any) -> None:
        super().__init__(**given)
        self._exempt = exempt

    def whose(self) -> str:
        address = self.client[0] if self.client else ""
        return "" if is_exempt(address, self._exempt) else accounts.network_of(address)


def is_exempt(address: str, exempt: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in exempt)


class BoundedLoop(asyncio.SelectorEventLoop):
    """An event loop whose servers give a TLS handshake no more time than a head."""

    async def create_server(self, *args: Any, **given: Any) -> asyncio.Server:
        if given.get("ssl"):
            given["ssl_handshake_timeout"] = SECONDS_FOR_HEAD
        return await super().create_server(*args, **given)
