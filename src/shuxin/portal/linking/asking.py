"""One bounded HTTP exchange with another institution's site: no redirects, no proxies, hostile until parsed."""

from __future__ import annotations

import contextlib
import errno
import http.client
import json
import re
import socket
import ssl
from dataclasses import dataclass
from functools import cache
from threading import Timer
from typing import TYPE_CHECKING

from shuxin.kernel.errors import Conflict, InvalidInput, Unavailable
from shuxin.kernel.statements import parse_json
from shuxin.kernel.text import Text
from shuxin.portal.web.address import PublicAddress

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_CHUNK = 1 << 16
_LONGEST_PROBLEM = 1 << 14
_CODE = re.compile(r"[a-z0-9_]{1,60}")
_STALE = (ConnectionError, http.client.BadStatusLine, ssl.SSLEOFError, ssl.SSLZeroReturnError)
REFUSES = Text(en="it refuses connections", zh="对方拒绝连接")
UNKNOWN_NAME = Text(en="its name is not known", zh="域名无法解析")
NO_WAY = Text(en="there is no way to it", zh="网络不可达")
SLOW = Text(en="it did not answer in time", zh="未在规定时间内应答")
CUT = Text(en="the connection was cut", zh="连接中断")
NO_TLS = Text(
    en="its certificate is not trusted here, or it does not speak TLS",
    zh="证书不受信任，或对方未启用 TLS",
)
TOO_LONG = Text(en="its answer is longer than allowed", zh="应答超过长度上限")
NOT_OURS = Text(en="what answers there is no site of this platform", zh="该地址的服务不是本平台")


class SiteUnreachable(Unavailable):
    code = "site_unreachable"
    what = Text(en="{address} cannot be reached: {reason}", zh="无法连接 {address}：{reason}")
    mend = Text(
        en="Ask its people whether it runs, and the network's whether this machine may go there; then try again",
        zh="请与对方确认服务是否运行，并与网络管理员确认本机能否访问，然后重试",
    )


class SiteRefused(Conflict):
    """The site answered, and will not. ``refusal`` is its code, ``sentence`` its own words."""

    code = "site_refused"
    what = Text(
        en="{address} refuses ({refusal}): {sentence}", zh="{address} 拒绝（{refusal}）：{sentence}"
    )
    mend = Text(
        en="Do what its answer says; its people find the same there",
        zh="请按其答复处理；对方人员可在其系统中查到同一信息",
    )

    def __init__(self, *, address: str, status: int, refusal: str, sentence: str) -> None:
        self.status, self.refusal, self.sentence = status, refusal, sentence
        super().__init__(address=address, refusal=refusal, sentence=sentence)


class CertificateFileMissing(InvalidInput):
    code = "ca_file_unusable"
    what = Text(en="the file of certificates cannot be used", zh="证书文件无法使用")
    mend = Text(
        en="Give a PEM file with the certificate that the site's certificate rests on",
        zh="请提供站点证书所依据的 PEM 格式根证书文件",
    )


@dataclass(frozen=True, slots=True)
class Bounds:
    """``seconds`` for the whole exchange, ``most_bytes`` of the answer's body."""

    seconds: float
    most_bytes: int


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and body; nothing in it is believed yet."""

    status: int
    body: bytes


class Site:
    """Another institution's site (站点); one connection that is kept, one thread at a time."""

    def __init__(self, address: str, *, ca: Path | None = None) -> None:
        """ca: certificates to trust instead of the machine's. Raises PublicAddressInvalid, CertificateFileMissing."""
        self._at = PublicAddress.parse(address)
        self.address = self._at.origin
        self._context = _context(ca) if self._at.tls else None
        self._connection: http.client.HTTPConnection | None = None

    def ask(
        self,
        method: str,
        path: str,
        *,
        bounds: Bounds,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Once more on a new connection when the kept one was closed meanwhile: ask only what may be asked twice.

        Raises SiteUnreachable.
        """
        kept = self._connection is not None
        try:
            return self._exchange(method, path, bounds, body, headers or {})
        except _STALE as error:
            if not kept:
                raise self._failed(error) from error
        except (OSError, http.client.HTTPException) as error:
            raise self._failed(error) from error
        try:
            return self._exchange(method, path, bounds, body, headers or {})
        except (OSError, http.client.HTTPException) as error:
            raise self._failed(error) from error

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def refusal(self, answer: Answer) -> SiteRefused | SiteUnreachable:
        """What a status other than 2xx says: the site's own sentence, or that it is no site of ours."""
        with contextlib.suppress(Exception):
            said = parse_json(answer.body[:_LONGEST_PROBLEM], longest=_LONGEST_PROBLEM)
            code, what, mend = (str(said[name]) for name in ("code", "title", "detail"))
            if _CODE.fullmatch(code):
                sentence = _printable(f"{what}. {mend}"[:600])
                return SiteRefused(
                    address=self.address, status=answer.status, refusal=code, sentence=sentence
                )
        return self._unreachable(NOT_OURS)

    def _exchange(
        self,
        method: str,
        path: str,
        bounds: Bounds,
        body: bytes | None,
        headers: Mapping[str, str],
    ) -> Answer:
        try:
            with self._in_time(bounds.seconds) as connection:
                connection.request(method, path, body=body, headers=dict(headers))
                with contextlib.closing(connection.getresponse()) as response:
                    read, status = response.read(bounds.most_bytes + 1), response.status
        except BaseException:
            self.close()
            raise
        if len(read) > bounds.most_bytes:
            self.close()
            raise self._unreachable(TOO_LONG)
        return Answer(status, read)

    @contextlib.contextmanager
    def _in_time(self, seconds: float) -> Iterator[http.client.HTTPConnection]:
        """The socket is shut when the time is over, however slowly bytes drip in."""
        connection = self._opened(seconds)
        opened: socket.socket = (
            connection.sock
        )  # the connection lets go of it before an answer ends
        over: list[bool] = []

        def shut() -> None:
            over.append(True)
            with contextlib.suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)

        timer = Timer(seconds, shut)
        timer.daemon = True
        timer.start()
        try:
            yield connection
        except (OSError, http.client.HTTPException) as error:
            if over:
                raise TimeoutError from error
            raise
        finally:
            timer.cancel()
        if over:
            raise TimeoutError

    def _opened(self, seconds: float) -> http.client.HTTPConnection:
        if self._connection is None:
            self._connection = self._made(seconds)
        if self._connection.sock is None:
            self._connection.connect()
        self._connection.sock.settimeout(seconds)
        return self._connection

    def _made(self, seconds: float) -> http.client.HTTPConnection:
        """Not connected yet."""
        host, port = self._at.host, self._at.port
        if self._context:
            return http.client.HTTPSConnection(host, port, timeout=seconds, context=self._context)
        return http.client.HTTPConnection(host, port, timeout=seconds)

    def _failed(self, error: Exception) -> SiteUnreachable:
        return self._unreachable(_reason(error))

    def _unreachable(self, reason: Text) -> SiteUnreachable:
        return SiteUnreachable(address=self.address, reason=reason)


def json_body(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _context(ca: Path | None) -> ssl.SSLContext:
    if ca is None:
        return _public()
    try:
        return _modern(ssl.create_default_context(cafile=str(ca)))
    except (OSError, ssl.SSLError):
        raise CertificateFileMissing from None


@cache
def _public() -> ssl.SSLContext:
    """The roots of the machine, read once a process: it takes as long as ten answers."""
    return _modern(ssl.create_default_context())


def _modern(context: ssl.SSLContext) -> ssl.SSLContext:
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _reason(error: Exception) -> Text:
    if isinstance(error, ssl.SSLError):
        return NO_TLS
    if isinstance(error, TimeoutError):
        return SLOW
    if isinstance(error, socket.gaierror):
        return UNKNOWN_NAME
    number = getattr(error, "errno", None)
    if number == errno.ECONNREFUSED:
        return REFUSES
    return NO_WAY if number in {errno.ENETUNREACH, errno.EHOSTUNREACH} else CUT


def _printable(text: str) -> str:
    return "".join(symbol if symbol.isprintable() else " " for symbol in text)
