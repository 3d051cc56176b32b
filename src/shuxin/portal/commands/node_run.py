"""``shuxin node run``: the node's process: it answers its peers, delivers its words and works on jobs."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import start
from shuxin.portal.display import say

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from shuxin.federation.api import NodeServer
    from shuxin.kernel.text import Language

_SERVING = Text(en="node of {party} listens on {listen}", zh="{party} 的节点正在监听 {listen}")
_STOPPED = Text(
    en="stopped; running jobs go on at the next start", zh="已停止；运行中的任务将在下次启动后继续"
)
_FORM = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def run(_: argparse.Namespace, language: Language) -> int:
    settings = start()
    from shuxin.federation.api import (
        Lines,
        NodeDesk,
        Worker,
        node_folder,
        peers,
        read_config,
        serve,
    )
    from shuxin.infra.api import allow_many_files
    from shuxin.portal.linking.api import Follower
    from shuxin.portal.node_home import tls_files
    from shuxin.portal.node_services import services

    config, node = read_config(node_folder(settings)), services(settings)
    allow_many_files()
    logging.basicConfig(level=logging.WARNING, format=_FORM)
    lines = Lines(node)
    stopping = threading.Event()
    worker = threading.Thread(
        target=Worker(node, lines).run, args=(stopping,), name="shuxin-worker"
    )

    def certificates() -> Iterable[str]:
        return [one.card.certificate for one in peers()]

    def started(_: NodeServer) -> None:
        say(_SERVING, language, party=node.party, listen=config.listen)

    server = serve(
        desk=NodeDesk(node, lines),
        host=config.host,
        port=config.port,
        files=tls_files(settings),
        peers=certificates,
        on_started=started,
    )
    follower = threading.Thread(
        target=Follower(settings).run, args=(stopping,), name="shuxin-follower", daemon=True
    )
    worker.start()
    follower.start()
    try:
        server.run()
    finally:
        stopping.set()
        lines.stop()
        worker.join()
    say(_STOPPED, language)
    return 0
