"""A listening node: uvicorn before the door, the peers' certificates read anew as it runs, an end within seconds."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import uvicorn
from uvicorn.server import HANDLED_SIGNALS

from shuxin.federation.wire.codec import MessageInvalid, encode
from shuxin.federation.wire.door import application, explained, refused
from shuxin.federation.wire.protocol import MOST, MOST_EACH, SECONDS_BETWEEN, PeerProtocol
from shuxin.federation.wire.tls import ServerTrust, TlsFiles
from shuxin.infra.api import Connections
from shuxin.kernel.errors import Conflict, ShuxinError
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from shuxin.federation.wire.desk import Desk

THREADS = 32
"""Requests that are worked on at once; further ones wait for a thread."""
SECONDS_TO_FINISH = 6
"""How long requests may still run when the node stops."""
SECONDS_TO_NOTICE = 2
"""How soon a peer that was added gets in."""
_LOG = logging.getLogger(__name__)
_CONFIG: dict[str, Any] = {
    "log_config": None,
    "access_log": False,
    "server_header": False,
    "ws": "none",
    "lifespan": "off",
    "interface": "asgi3",
    "proxy_headers": False,
    "loop": "shuxin.federation.wire.protocol:PeerLoop",
    "timeout_keep_alive": SECONDS_BETWEEN + 1,  # the protocol's own time is the shorter one
    "timeout_graceful_shutdown": SECONDS_TO_FINISH,
}


class NodePortTaken(Conflict):
    code = "node_port_taken"
    what = Text(
        en="the node cannot listen on {host} port {port}", zh="节点无法监听 {host} 端口 {port}"
    )
    mend = Text(
        en="Stop the other program, or change the address in node.toml and give the new card to the peers",
        zh="请停止占用的程序，或修改 node.toml 中的地址并将新名片交给对方",
    )


class _Server(uvicorn.Server):
    """Ends quietly at SIGTERM and SIGINT: whoever runs it goes on with its own end."""

    def __init__(self, config: uvicorn.Config, *, on_tick: Callable[[], None]) -> None:
        super().__init__(config)
        self._each_tick = on_tick

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {each: signal.signal(each, self.handle_exit) for each in HANDLED_SIGNALS}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)

    async def on_tick(self, counter: int) -> bool:
        if counter % (10 * SECONDS_TO_NOTICE) == 0:  # ten a second
            self._each_tick()
        return await super().on_tick(counter)


class NodeServer:
    """A listening node (节点服务): ``run`` it in the main thread; SIGTERM or ``stop`` ends it within seconds."""

    def __init__(
        self,
        *,
        desk: Desk,
        listening: socket.socket,
        trust: ServerTrust,
        peers: Callable[[], Iterable[str]],
    ) -> None:
        self._listening, self._trust, self._peers = listening, trust, peers
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="shuxin-desk")
        self._lock = threading.Lock()  # so that who looked first never undoes what was seen later
        self._trusted: frozenset[str] | None = None
        self._looking: asyncio.Task[None] | None = None
        garbled = encode(refused(MessageInvalid()))
        self._book = Connections(most=MOST, most_each=MOST_EACH)
        protocol = partial(PeerProtocol, book=self._book, garbled=garbled)
        config = uvicorn.Config(
            cast("Any", application(desk, threads=self._threads)),
            http=cast("Any", protocol),
            ssl_context_factory=lambda _config, _default: trust.context,
            **_CONFIG,
        )
        self._server = _Server(config, on_tick=self._look_aside)

    @property
    def port(self) -> int:
        return int(self._listening.getsockname()[1])

    def run(self) -> None:
        """Until it is stopped; then every answered part is kept, and running ones may be sent again."""
        try:
            self._server.run(sockets=[self._listening])
        finally:
            self._listening.close()
            self._threads.shutdown(wait=False, cancel_futures=True)

    def stop(self) -> None:
        """From any thread."""
        self._server.should_exit = True

    def look(self) -> None:
        """Let in just the peers there are now; done by itself every few seconds. Raises TlsFilesUnusable."""
        with self._lock:
            found = frozenset(self._peers())
            if found != self._trusted:
                self._trust.replace(found)
                self._trusted = found

    def _look_aside(self) -> None:
        """Beside the loop, so that a slow database holds nobody up."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.get_running_loop().create_task(self._look())

    async def _look(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._threads, explained, self.look)
        except ShuxinError:
            _LOG.warning("the peers cannot be read anew; those read last still get in")


def serve(
    *,
    desk: Desk,
    host: str,
    port: int,
    files: TlsFiles,
    peers: Callable[[], Iterable[str]],
    on_started: Callable[[NodeServer], None],
) -> NodeServer:
    """Listen, then call ``on_started``; the caller runs what is returned.

    ``peers`` gives the PEM certificates of all pinned peers; it is asked again every few seconds.
    Raises NodePortTaken, TlsFilesUnusable.
    """
    trust = ServerTrust(files, peers=peers())
    server = NodeServer(desk=desk, listening=_listen(host, port), trust=trust, peers=peers)
    on_started(server)
    return server


def _listen(host: str, port: int) -> socket.socket:
    """Its connections inherit that small answers go at once; asyncio sees to that for its own sockets only."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family)
    except (OSError, OverflowError):
        raise NodePortTaken(host=host, port=port) from None
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening
