"""Which platform this home follows: ``platform.json``, and the client's secret in a file of its own."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.infra.api import write_whole
from shuxin.kernel.errors import Conflict, InvalidInput
from shuxin.kernel.text import Text
from shuxin.portal.linking.asking import Site
from shuxin.portal.web.address import PublicAddress

if TYPE_CHECKING:
    from shuxin.infra.api import Settings

FILE, SECRET, STATE = "platform.json", "platform.secret", "platform-state.json"
EVERY_SECONDS = 2.0
_SLOWEST = 3600.0
_CLIENT = re.compile(r"[0-9a-zA-Z_-]{1,40}")
_LONGEST_SECRET = 200


class NotJoined(Conflict):
    code = "platform_not_joined"
    what = Text(en="this installation follows no platform", zh="本安装尚未接入平台")
    mend = Text(
        en="Let the platform register a client, then run 'shuxin platform join URL --client ID'",
        zh="请先由平台登记接口客户端，再运行 shuxin platform join URL --client ID",
    )


class JoinedAlready(Conflict):
    code = "platform_joined_already"
    what = Text(en="this installation follows {address} already", zh="本安装已接入 {address}")
    mend = Text(en="Run 'shuxin platform leave' first", zh="请先运行 shuxin platform leave")


class LinkSettingsInvalid(InvalidInput):
    code = "platform_settings_invalid"
    what = Text(
        en="the settings of the platform are not usable: {what}", zh="平台接入设置无效：{what}"
    )
    mend = Text(
        en="Give the client's id and secret as the platform printed them, and between 1 and 3600 seconds",
        zh="请按平台提供的内容填写客户端标识与密钥，轮询间隔为 1 至 3600 秒",
    )


@dataclass(frozen=True, slots=True)
class Link:
    """The platform that a home follows (对接平台). ``ca``: file of certificates, "" for the machine's own."""

    address: str
    client_id: str
    ca: str
    every_seconds: float

    def __post_init__(self) -> None:
        PublicAddress.parse(self.address)
        if not _CLIENT.fullmatch(self.client_id):
            raise LinkSettingsInvalid(what="client_id")
        if not (math.isfinite(self.every_seconds) and 1 <= self.every_seconds <= _SLOWEST):
            raise LinkSettingsInvalid(what="every_seconds")

    def site(self) -> Site:
        """Raises CertificateFileMissing."""
        return Site(self.address, ca=Path(self.ca) if self.ca else None)


def join(settings: Settings, *, link: Link, secret: str) -> None:
    """Keep the link; from the next round on it is followed. Raises JoinedAlready, LinkSettingsInvalid."""
    held = link_of(settings)
    if held is not None:
        raise JoinedAlready(address=held.address)
    if not 0 < len(secret) <= _LONGEST_SECRET or not secret.isprintable():
        raise LinkSettingsInvalid(what="secret")
    settings.keys.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(settings.keys / SECRET, secret.encode())
    said = {
        "address": PublicAddress.parse(link.address).origin,
        "client_id": link.client_id,
        "ca": link.ca,
        "every_seconds": link.every_seconds,
    }
    write_whole(settings.home / FILE, json.dumps(said, indent=2).encode())


def leave(settings: Settings) -> None:
    """Follow no more; what was taken in stays. Raises NotJoined."""
    if link_of(settings) is None:
        raise NotJoined
    for file in (settings.home / FILE, settings.home / STATE, settings.keys / SECRET):
        file.unlink(missing_ok=True)


def link_of(settings: Settings) -> Link | None:
    """None: not joined. Raises LinkSettingsInvalid, PublicAddressInvalid."""
    file = settings.home / FILE
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        return Link(
            str(said["address"]),
            str(said["client_id"]),
            str(said.get("ca", "")),
            float(said.get("every_seconds", EVERY_SECONDS)),
        )
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError, AttributeError):
        raise LinkSettingsInvalid(what=FILE) from None


def required_link(settings: Settings) -> Link:
    """Raises NotJoined, LinkSettingsInvalid, PublicAddressInvalid."""
    found = link_of(settings)
    if found is None:
        raise NotJoined
    return found


def secret_of(settings: Settings) -> str:
    """Raises NotJoined."""
    try:
        return (settings.keys / SECRET).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NotJoined from None
