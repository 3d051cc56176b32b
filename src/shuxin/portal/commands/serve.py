"""``shuxin serve``: pages and API under uvicorn."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from shuxin.kernel.errors import Conflict, InvalidInput, NotPermitted
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import start
from shuxin.portal.web.address import is_loopback

if TYPE_CHECKING:
    import argparse
    from types import FrameType

    from shuxin.kernel.text import Language

_SERVING = Text(en="serving at {url}", zh="服务地址 {url}")
_STOPPED = Text(en="stopped", zh="已停止")
_SECONDS_TO_FINISH = 10
_LAST_PORT = 65535


class TLSNeeded(NotPermitted):
    code = "tls_needed"
    what = Text(
        en="other machines may reach {host}, and no TLS certificate was given",
        zh="其他机器可以访问 {host}，但未提供 TLS 证书",
    )
    mend = Text(
        en="Give --certificate and --key, or listen on this machine only, behind a proxy that does TLS",
        zh="请提供 --certificate 与 --key，或仅监听本机地址并由反向代理提供 TLS",
    )


class DemoStaysHere(NotPermitted):
    code = "demo_stays_here"
    what = Text(
        en="this installation was made by the demo: its accounts need no second factor, so it serves this machine only",
        zh="本安装由演示生成，账户未启用第二步验证，仅供本机访问",
    )
    mend = Text(
        en="Leave out --host, --proxy and SHUXIN_URL; for others set up an installation by 'shuxin init'",
        zh="请去掉 --host、--proxy 及 SHUXIN_URL；对外服务请用 shuxin init 新建安装",
    )


class TLSFilesMissing(InvalidInput):
    code = "tls_files_missing"
    what = Text(en="certificate and key are not both there", zh="证书与私钥文件不齐全")
    mend = Text(en="Give both --certificate and --key", zh="请同时提供 --certificate 与 --key")


class PortTaken(Conflict):
    code = "port_taken"
    what = Text(
        en="cannot listen on {host} port {port}: {reason}",
        zh="无法监听 {host} 端口 {port}:{reason}",
    )
    mend = Text(
        en="Choose another --port, or stop the other program", zh="请更换 --port 或停止占用的程序"
    )


def run(options: argparse.Namespace, language: Language) -> int:
    tls = tls_files(certificate=options.certificate, key=options.key)
    if not tls and not is_loopback(options.host):
        raise TLSNeeded(host=options.host)
    from shuxin.infra.api import allow_many_files

    _require_here(options)

    allow_many_files()
    with listen(host=options.host, port=options.port) as listening:
        url = address_of(listening, tls=bool(tls))
        os.environ.setdefault("SHUXIN_URL", url)
        start()
        server = _server(tls=tls, proxy=options.proxy)
        print(_SERVING.say(language, url=url), flush=True)
        signal.signal(
            signal.SIGTERM, signal.default_int_handler
        )  # uvicorn raises it again at the end
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listening])
    print(_STOPPED.say(language), flush=True)
    return 0


def _require_here(options: argparse.Namespace) -> None:
    """Raises DemoStaysHere."""
    from shuxin.infra.api import development_mode, settings_from_environment
    from shuxin.portal.web.address import PublicAddress

    url = os.environ.get("SHUXIN_URL", "")
    elsewhere = bool(url) and not is_loopback(PublicAddress.parse(url).host)
    exposed = not is_loopback(options.host) or options.proxy or elsewhere
    if exposed and development_mode(settings_from_environment()):
        raise DemoStaysHere


def tls_files(*, certificate: str | None, key: str | None) -> dict[str, Any]:
    """What uvicorn needs for TLS; empty without. Raises TLSFilesMissing."""
    if not certificate and not key:
        return {}
    if not certificate or not key or not (Path(certificate).is_file() and Path(key).is_file()):
        raise TLSFilesMissing
    return {"ssl_certfile": certificate, "ssl_keyfile": key}


def listen(*, host: str, port: int) -> socket.socket:
    """Raises PortTaken."""
    if not 0 <= port <= _LAST_PORT:
        raise PortTaken(host=host, port=port, reason=f"0…{_LAST_PORT}")
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # asyncio leaves it off
    except OSError as error:
        raise PortTaken(host=host, port=port, reason=error.strerror) from error
    return listening


def address_of(listening: socket.socket, *, tls: bool) -> str:
    host, port = listening.getsockname()[:2]
    name = f"[{host}]" if ":" in host else host
    return f"{'https' if tls else 'http'}://{name}:{port}"


def _server(*, tls: dict[str, Any], proxy: str | None) -> Any:
    import uvicorn

    from shuxin.infra.api import Connections
    from shuxin.market.api import let_go
    from shuxin.portal.web.asgi import application, unproxied
    from shuxin.portal.web.connections import MOST, MOST_EACH, BoundedProtocol, proxies

    class Server(uvicorn.Server):
        """Callers that wait for events are answered at the first word of an end, not at their own time."""

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            let_go()
            super().handle_exit(sig, frame)

    book = Connections(most=MOST, most_each=MOST_EACH)
    return Server(
        uvicorn.Config(
            application() if proxy else unproxied(application()),
            http=cast("Any", partial(BoundedProtocol, book=book, exempt=proxies(proxy or ""))),
            loop="shuxin.portal.web.connections:BoundedLoop",
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(proxy),
            forwarded_allow_ips=proxy or "",
            timeout_graceful_shutdown=_SECONDS_TO_FINISH,
            **tls,
        )
    )
