"""Where webhooks may go: public addresses under TLS, and those networks that the operator opened. Pure."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_LONGEST, _TLS_PORT, _FREE_PORT = 1000, 443, 1024
_CARRIERS = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "2002::/16", "2001::/32")))
"""IPv6 addresses that stand for an IPv4 address (NAT64, 6to4, Teredo)."""

NO_TLS = Text(en="it does not begin with https://", zh="不是 https:// 地址")
FORM = Text(en="it is not a plain address", zh="地址格式不符")
PORT = Text(en="its port is neither 443 nor 1024 or more", zh="端口须为 443 或不小于 1024")
INSIDE = Text(
    en="it is on this machine, or in a network that is not public and not opened here",
    zh="位于本机，或位于未在本平台开放的内部网络",
)


class HookAddressRefused(InvalidInput):
    code = "webhook_address_refused"
    what = Text(
        en="events are not sent to this address: {reason}", zh="不能向该地址推送事件：{reason}"
    )
    mend = Text(
        en="Give https://NAME/PATH that is reached publicly, or let the operator open the network:"
        " shuxin market networks add CIDR",
        zh="请提供公网可达的 https 地址，或由运营方开放该网段：shuxin market networks add 网段",
    )


@dataclass(frozen=True, slots=True)
class HookTarget:
    """Where to send: scheme, name and port in ``origin``; ``path`` with its query."""

    origin: str
    path: str


@dataclass(frozen=True, slots=True)
class HookPolicy:
    """``networks``: inner ones that the operator opened. ``development``: this machine may be reached, without TLS."""

    networks: tuple[Network, ...] = ()
    development: bool = False

    def target(self, url: str) -> HookTarget:
        """What can be said before any name is looked up. Raises HookAddressRefused."""
        if len(url) > _LONGEST or not url.isascii() or not url.isprintable() or " " in url:
            raise HookAddressRefused(reason=FORM)
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            raise HookAddressRefused(reason=FORM) from None
        if not host or parts.username is not None or parts.password is not None or parts.fragment:
            raise HookAddressRefused(reason=FORM)
        here = _is_this_machine(host)
        if parts.scheme != "https" and not (self.development and here and parts.scheme == "http"):
            raise HookAddressRefused(reason=NO_TLS)
        if port is not None and port != _TLS_PORT and port < _FREE_PORT:
            raise HookAddressRefused(reason=PORT)
        literal = _literal(host)
        if (here and not self.development) or (literal and not self.admits(literal)):
            raise HookAddressRefused(reason=INSIDE)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return HookTarget(origin=f"{parts.scheme}://{parts.netloc}", path=path)

    def admits(self, address: Address) -> bool:
        """Whether a connection to this address may be made; asked of each address that a name has."""
        plain = getattr(address, "ipv4_mapped", None) or address
        if plain.is_loopback:
            return self.development
        if any(plain in carrier for carrier in _CARRIERS):
            return False
        return (plain.is_global and not plain.is_multicast) or self._is_opened(plain)

    def _is_opened(self, address: Address) -> bool:
        odd = address.is_link_local or address.is_multicast or address.is_unspecified
        return not odd and any(address in network for network in self.networks)


def networks_named(texts: Iterable[str]) -> tuple[Network, ...]:
    """Raises HookAddressRefused."""
    try:
        return tuple(ipaddress.ip_network(text) for text in texts)
    except ValueError:
        raise HookAddressRefused(reason=FORM) from None


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None


def _is_this_machine(host: str) -> bool:
    found = _literal(host)
    return found.is_loopback if found else host == "localhost" or host.endswith(".localhost")
