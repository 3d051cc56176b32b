"""Waiting for a site that is slow to show its first page."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from shuxin.portal.demo.plan import HOST
from shuxin.portal.demo.running import DemoStepFailed, until_answered

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class _Slow(BaseHTTPRequestHandler):
    """Answers 503 once, then the page."""

    asked = 0

    def do_GET(self) -> None:
        type(self).asked += 1
        self.send_response(503 if self.asked == 1 else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        """Nothing."""


@contextmanager
def slow_site() -> Iterator[str]:
    _Slow.asked = 0
    with ThreadingHTTPServer((HOST, 0), _Slow) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://{HOST}:{server.server_address[1]}/"
        server.shutdown()


class TestUntilAnswered:
    def test_asks_again_until_the_page_comes(self, tmp_path: Path) -> None:
        with slow_site() as url:
            until_answered(url, seconds=30, log=tmp_path / "log")
        assert _Slow.asked == 2

    def test_says_where_to_look_when_nobody_answers(self, tmp_path: Path) -> None:
        with socket.socket() as unused:
            unused.bind((HOST, 0))
            url = f"http://{HOST}:{unused.getsockname()[1]}/"
            with pytest.raises(DemoStepFailed, match="platform-site"):
                until_answered(url, seconds=0.1, log=tmp_path / "platform-site.log")
