"""The address under which people reach this installation; it decides about hosts, TLS and cookies."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

DEFAULT = "http://127.0.0.1:8000"


class PublicAddressInvalid(InvalidInput):
    code = "public_address_invalid"
    what = Text(en="SHUXIN_URL is not a usable address", zh="SHUXIN_URL 不是可用的地址")
    mend = Text(
        en="Use https://NAME or https://NAME:PORT; http:// is for addresses of this machine only",
        zh="请使用 https://域名 或 https://域名：端口；http:// 仅限本机地址",
    )


@dataclass(frozen=True, slots=True)
class PublicAddress:
    """Where pages and API are reached (访问地址). Raises PublicAddressInvalid unless TLS or this machine."""

    origin: str
    host: str
    port: int
    tls: bool

    @classmethod
    def parse(cls, text: str) -> PublicAddress:
        try:
            parts = urlsplit(text or DEFAULT)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            raise PublicAddressInvalid from None
        tls = parts.scheme == "https"
        plain = parts.scheme == "http" and is_loopback(host)
        if not host or not (tls or plain) or parts.path.strip("/") or parts.query or parts.username:
            raise PublicAddressInvalid
        origin = f"{parts.scheme}://{parts.netloc}"
        return cls(origin=origin, host=host, port=port or (443 if tls else 80), tls=tls)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches ``host``."""
    try:
        return host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
