"""Sends webhooks: one bounded exchange each, only to addresses that the policy admits, no redirects, no proxies."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any

from shuxin.infra.api import development_mode, write_whole
from shuxin.kernel.errors import InvalidInput, NotFound, ShuxinError
from shuxin.kernel.text import Text
from shuxin.market.api import HookPolicy, Sent, networks_named
from shuxin.portal.linking.asking import Bounds, Site

if TYPE_CHECKING:
    import http.client
    from collections.abc import Sequence
    from pathlib import Path

    from shuxin.infra.api import Settings
    from shuxin.market.api import Outgoing

FILE = "hook-networks.json"
_BOUNDS = Bounds(seconds=10, most_bytes=1 << 16)


class NetworksUnreadable(InvalidInput):
    code = "hook_networks_unreadable"
    what = Text(en="the list of opened networks cannot be read", zh="已开放网段清单无法读取")
    mend = Text(
        en="Restore {file} from the backup, or remove it and open the networks anew",
        zh="请从备份恢复 {file}，或删除后重新开放网段",
    )


class NetworkUnknown(NotFound):
    code = "hook_network_unknown"
    what = Text(en="this network is not opened", zh="该网段未开放")
    mend = Text(
        en="List them: shuxin market networks list", zh="请用 shuxin market networks list 查看"
    )


class _Refused(OSError):
    """The name leads where nothing is sent."""


class _CheckedSite(Site):
    """A site whose addresses are looked at after the name was looked up, and before anything is sent."""

    def __init__(self, address: str, *, policy: HookPolicy, ca: Path | None = None) -> None:
        super().__init__(address, ca=ca)
        self._policy = policy

    def _made(self, seconds: float) -> http.client.HTTPConnection:
        made = super()._made(seconds)
        made._create_connection = self._connected  # type: ignore[attr-defined]  # noqa: SLF001 - where http.client asks
        return made

    def _connected(
        self, address: tuple[str, int], timeout: float | None = None, *_: object
    ) -> socket.socket:
        """To one of the name's addresses, all of which must be admitted: none is looked up twice."""
        import ipaddress  # noqa: PLC0415 - only here

        found = socket.getaddrinfo(*address, type=socket.SOCK_STREAM)
        places = [(family, place) for family, _, _, _, place in found]
        if not all(
            self._policy.admits(ipaddress.ip_address(str(place[0]).partition("%")[0]))
            for _, place in places
        ):
            raise _Refused
        return _first_open(places, timeout)


class HookSender:
    """Fills ``market.api.Sender``; ``ca``: certificates to trust instead of the machine's own."""

    def __init__(self, policy: HookPolicy, *, ca: Path | None = None) -> None:
        self._policy, self._ca = policy, ca

    def __call__(self, delivery: Outgoing, /) -> Sent:
        try:
            target = self._policy.target(delivery.url)
            site = _CheckedSite(target.origin, policy=self._policy, ca=self._ca)
        except ShuxinError as error:
            return Sent(None, error.code)
        try:
            answer = site.ask(
                "POST", target.path, bounds=_BOUNDS, body=delivery.body, headers=delivery.headers
            )
        except ShuxinError as error:
            refused = isinstance(error.__cause__, _Refused)
            return Sent(None, "webhook_address_refused" if refused else error.code)
        finally:
            site.close()
        return Sent(answer.status)


def hook_policy(settings: Settings) -> HookPolicy:
    """Raises NetworksUnreadable."""
    return HookPolicy(
        networks=networks_named(opened_networks(settings)),
        development=development_mode(settings),
    )


def opened_networks(settings: Settings) -> list[str]:
    """Raises NetworksUnreadable."""
    try:
        said = json.loads((settings.home / FILE).read_text(encoding="utf-8"))
        return [str(network) for network in networks_named(map(str, said))]
    except FileNotFoundError:
        return []
    except (ValueError, TypeError, ShuxinError):
        raise NetworksUnreadable(file=FILE) from None


def open_network(settings: Settings, network: str) -> None:
    """Webhooks may go there from now on. Raises HookAddressRefused, NetworksUnreadable."""
    (named,) = networks_named([network])
    _write(settings, sorted({*opened_networks(settings), str(named)}))


def close_network(settings: Settings, network: str) -> None:
    """Raises NetworkUnknown, HookAddressRefused, NetworksUnreadable."""
    (named,) = networks_named([network])
    held = opened_networks(settings)
    if str(named) not in held:
        raise NetworkUnknown
    _write(settings, [one for one in held if one != str(named)])


def _write(settings: Settings, networks: list[str]) -> None:
    write_whole(settings.home / FILE, json.dumps(networks).encode())


def _first_open(places: Sequence[tuple[int, Any]], timeout: float | None) -> socket.socket:
    last: OSError = _Refused()
    for family, place in places:
        opened = socket.socket(family, socket.SOCK_STREAM)
        try:
            opened.settimeout(timeout)
            opened.connect(place)
        except OSError as error:
            opened.close()
            last = error
        else:
            return opened
    raise last
