"""Asking another party's node, over one connection that is kept."""

from __future__ import annotations

import contextlib
import errno
import http.client
import re
import socket
import ssl
import time
from typing import TYPE_CHECKING, TypeVar, cast

from shuxin.federation.domain.card import fingerprint, fingerprint_of, host_and_port
from shuxin.federation.wire.codec import (
    LONGEST_ANSWER,
    MessageInvalid,
    MessageTooLong,
    decode_answered,
    encode,
)
from shuxin.federation.wire.messages import PROTOCOL, Hello, Noted, Refused, Scored, Taken, Word
from shuxin.federation.wire.tls import client_context
from shuxin.kernel.errors import Conflict, NotPermitted, ShuxinError, Unavailable
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from shuxin.federation.wire.messages import Answered, Asked, Part, Score, Where
    from shuxin.federation.wire.tls import TlsFiles

_PATH = f"/shuxin/{PROTOCOL}"
_CODE = re.compile(r"[a-z0-9_]{1,60}")
_HEADERS = {"Content-Type": "application/msgpack", "Accept": "application/msgpack"}
_EXPIRED, _NOT_YET = 10, 9  # X509_V_ERR_CERT_HAS_EXPIRED, X509_V_ERR_CERT_NOT_YET_VALID
_STALE = (ConnectionError, http.client.BadStatusLine, ssl.SSLEOFError, ssl.SSLZeroReturnError)
Wanted = TypeVar("Wanted", Hello, Noted, Taken, Scored)

REFUSED = Text(
    en="it refuses connections: the node there is not running, or the port is another",
    zh="对方拒绝连接：节点未运行或端口有误",
)
NO_ROUTE = Text(en="there is no route to it", zh="网络不可达")
NAME_UNKNOWN = Text(en="its name is not known to the name servers", zh="域名无法解析")
TIMED_OUT = Text(en="it did not answer in time", zh="对方未在规定时间内应答")
CUT = Text(en="the connection was cut", zh="连接中断")
NO_TLS = Text(en="what answers there does not speak TLS 1.3", zh="该地址的服务不支持 TLS 1.3")
NO_SHUXIN = Text(
    en="what answers there is no node of this protocol, but perhaps a gateway between",
    zh="应答方不是本协议的节点，可能是中间的网关",
)
OTHER_CERTIFICATE = Text(
    en="it showed another certificate than the one that was pinned",
    zh="对方出示的证书与已登记的不一致",
)
NOT_YET_VALID = Text(
    en="its certificate is not valid yet: one of the two clocks is wrong",
    zh="对方证书尚未生效：双方有一方时钟不准",
)
WE_ARE_STRANGERS = Text(en="it does not know this node's certificate", zh="对方未登记本节点的证书")
ITS_OWN = Text(en="the certificate of that node", zh="该节点的证书")
OURS = Text(en="the certificate of this node", zh="本节点的证书")


class _OfPeer:
    """What errors about one peer share."""

    def __init__(self, *, party: str, **facts: object) -> None:
        self.party = party
        super().__init__(party=party, **facts)  # type: ignore[call-arg] # ShuxinError's, which comes next


class PeerUnreachable(_OfPeer, Unavailable):
    code = "peer_unreachable"
    what = Text(
        en="the node of {party} cannot be reached at {address}: {reason}",
        zh="无法连接 {party} 的节点（{address}）：{reason}",
    )
    mend = Text(
        en="Ask its people whether it runs, and the network's whether this machine may go there",
        zh="请与对方确认节点是否运行，并与网络管理员确认本机能否访问",
    )


class PeerNotTrusted(_OfPeer, NotPermitted):
    code = "peer_not_trusted"
    what = Text(
        en="the nodes of {party} and of this party do not trust each other: {reason}",
        zh="与 {party} 的节点互信失败：{reason}",
    )
    mend = Text(
        en="Exchange the cards anew and compare both fingerprints by telephone before adding them",
        zh="请重新交换名片，并在添加前电话核对双方证书指纹",
    )


class CertificateExpired(_OfPeer, NotPermitted):
    code = "certificate_expired"
    what = Text(
        en="no connection with {party}: {whose} has expired", zh="无法连接 {party}:{whose}已过期"
    )
    mend = Text(
        en="Its owner makes a new certificate and card; the other side compares the fingerprint and adds the card",
        zh="请由证书所有方生成新证书与名片，另一方核对指纹后添加",
    )


class PeerRefused(_OfPeer, Conflict):
    """Its node answered, and will not. ``refusal`` is its code; ``en`` and ``zh`` are its own sentences."""

    code = "peer_refused"
    what = Text(
        en="{party} refuses ({refusal}): {sentence}", zh="{party} 拒绝（{refusal}）：{sentence}"
    )
    mend = Text(
        en="What to do stands in its answer; its people find the same in their log",
        zh="处理办法见对方答复；对方人员可在其日志中查到",
    )

    def __init__(self, *, party: str, refusal: str, en: str, zh: str, later: bool) -> None:
        self.refusal, self.en, self.zh, self.later = refusal, en, zh, later
        sentence = Text(en=_literally(en), zh=_literally(zh))
        super().__init__(party=party, refusal=refusal, sentence=sentence)


class _TimedSocket(ssl.SSLSocket):
    """Gives all reads and writes of one request together only so much time: dripping bytes buys none."""

    until: float | None = None

    def recv_into(self, *args: object, **given: object) -> int:
        self._hurry()
        return super().recv_into(*args, **given)  # type: ignore[arg-type] # as its own

    def send(self, data: object, flags: int = 0) -> int:
        self._hurry()
        return super().send(data, flags)  # type: ignore[arg-type] # as its own

    def _hurry(self) -> None:
        if self.until is not None:
            left = self.until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self.settimeout(left)


class _Connection(http.client.HTTPSConnection):
    sock: _TimedSocket | None


class PeerClient:
    """Asks one peer's node (对方节点客户端). One thread at a time: each thread makes its own.

    Every method raises PeerUnreachable, PeerNotTrusted, CertificateExpired, PeerRefused; the message may then have
    arrived or not, and the very same may be sent again.
    """

    def __init__(
        self,
        *,
        party: str,
        address: str,
        certificate_pem: str,
        files: TlsFiles,
        timeout_seconds: float = 60,
    ) -> None:
        """``timeout_seconds``: for connecting, and again for each whole exchange. Raises TlsFilesUnusable."""
        self.party, self._address, self._seconds = party, address, timeout_seconds
        self._pinned = fingerprint(certificate_pem)
        context = client_context(files, peer=certificate_pem)
        context.sslsocket_class = _TimedSocket
        host, port = host_and_port(address)
        self._connection = _Connection(host, port, timeout=timeout_seconds, context=context)

    def hello(self, message: Hello) -> Hello:
        return self._ask(message, Hello)

    def word(self, statement: bytes) -> None:
        """Returns once the peer has kept it."""
        self._ask(Word(statement=statement), Noted)

    def part(self, message: Part) -> Taken:
        """Returns once the peer has kept it."""
        return self._ask(message, Taken)

    def where(self, message: Where) -> Taken:
        return self._ask(message, Taken)

    def score(self, message: Score) -> Scored:
        return self._ask(message, Scored)

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _ask(self, message: Asked, wanted: type[Wanted]) -> Wanted:
        answer = self._answer(encode(message))
        if isinstance(answer, Refused):
            raise self._refusal(answer)
        if not isinstance(answer, wanted):
            raise self._unreachable(NO_SHUXIN)
        return answer

    def _answer(self, body: bytes) -> Answered:
        """Once more on a new connection when a kept one turns out to be closed."""
        was_kept = self._connection.sock is not None
        try:
            return self._exchange(body)
        except _STALE as error:
            if not was_kept:
                raise self._explained(error) from error
        except (OSError, http.client.HTTPException, MessageInvalid, MessageTooLong) as error:
            raise self._explained(error) from error
        try:
            return self._exchange(body)
        except (OSError, http.client.HTTPException, MessageInvalid, MessageTooLong) as error:
            raise self._explained(error) from error

    def _exchange(self, body: bytes) -> Answered:
        """One request and its answer; after any failure the connection is closed."""
        try:
            self._connect()
            self._send(body)
            response = self._connection.getresponse()
            return decode_answered(response.read(LONGEST_ANSWER + 1))
        except BaseException:
            self._connection.close()
            raise

    def _connect(self) -> None:
        if self._connection.sock is None:
            self._connection.connect()
        connected = cast("_TimedSocket", self._connection.sock)
        if fingerprint_of(connected.getpeercert(binary_form=True) or b"") != self._pinned:
            raise PeerNotTrusted(party=self.party, reason=OTHER_CERTIFICATE)
        connected.until = time.monotonic() + self._seconds

    def _send(self, body: bytes) -> None:
        """When the peer hangs up while it is sent to, why stands in what it said last."""
        try:
            self._connection.request("POST", _PATH, body=body, headers=_HEADERS)
        except (ConnectionError, ssl.SSLEOFError):
            if self._connection.sock is not None:
                with contextlib.suppress(ConnectionError, ssl.SSLEOFError):
                    self._connection.sock.recv(1)
            raise

    def _refusal(self, answer: Refused) -> PeerRefused:
        """Its sentences are a stranger's: printable text and nothing else."""
        code = answer.code if _CODE.fullmatch(answer.code) else "unreadable"
        english, chinese = _printable(answer.en), _printable(answer.zh)
        error = PeerRefused(
            party=self.party, refusal=code, en=english, zh=chinese, later=answer.later
        )
        error.proof = answer.receipt
        return error

    def _unreachable(self, reason: Text) -> PeerUnreachable:
        return PeerUnreachable(party=self.party, address=self._address, reason=reason)

    def _explained(self, error: Exception) -> ShuxinError:
        if isinstance(error, ssl.SSLCertVerificationError):
            return self._untrusted(error)
        if isinstance(error, ssl.SSLError):
            return self._tls_failed(error)
        if isinstance(error, TimeoutError):
            return self._unreachable(TIMED_OUT)
        if isinstance(error, http.client.HTTPException | MessageInvalid | MessageTooLong):
            cut = isinstance(error, http.client.RemoteDisconnected | http.client.IncompleteRead)
            return self._unreachable(CUT if cut else NO_SHUXIN)
        return self._unreachable(_network_reason(error))

    def _untrusted(self, error: ssl.SSLCertVerificationError) -> ShuxinError:
        if error.verify_code == _EXPIRED:
            return CertificateExpired(party=self.party, whose=ITS_OWN)
        reason = NOT_YET_VALID if error.verify_code == _NOT_YET else OTHER_CERTIFICATE
        return PeerNotTrusted(party=self.party, reason=reason)

    def _tls_failed(self, error: ssl.SSLError) -> ShuxinError:
        """OpenSSL's names of the alerts that the peer sent."""
        alert = error.reason or ""
        if "CERTIFICATE_EXPIRED" in alert:
            return CertificateExpired(party=self.party, whose=OURS)
        if "ALERT" in alert and ("CERTIFICATE" in alert or "UNKNOWN_CA" in alert):
            return PeerNotTrusted(party=self.party, reason=WE_ARE_STRANGERS)
        if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
            return self._unreachable(CUT)
        return self._unreachable(NO_TLS)


_REASONS: dict[int, Text] = {
    errno.ECONNREFUSED: REFUSED,
    errno.ENETUNREACH: NO_ROUTE,
    errno.EHOSTUNREACH: NO_ROUTE,
    errno.ENETDOWN: NO_ROUTE,
    errno.EHOSTDOWN: NO_ROUTE,
    errno.ETIMEDOUT: TIMED_OUT,
}


def _network_reason(error: Exception) -> Text:
    if isinstance(error, socket.gaierror):
        return NAME_UNKNOWN
    return _REASONS.get(getattr(error, "errno", None) or 0, CUT)


def _literally(text: str) -> str:
    """For a template: braces that a stranger wrote name nothing."""
    return text.replace("{", "{{").replace("}", "}}")


def _printable(text: str) -> str:
    return "".join(symbol if symbol.isprintable() else " " for symbol in text)
