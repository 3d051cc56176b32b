"""Mutual TLS 1.3 between nodes: no authority, each side trusts just the certificates that it has pinned."""

from __future__ import annotations

import datetime as dt
import ipaddress
import logging
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from shuxin.federation.domain.card import certificate_der, check_host, fingerprint
from shuxin.infra.api import sync_folder, write_whole
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

VALID_DAYS = 730
_EARLIER = dt.timedelta(hours=1)
"""Valid from before it was made, for peers whose clocks go slow."""
_LONGEST_COMMON_NAME = 64
_LOG = logging.getLogger(__name__)


class TlsFilesUnusable(InvalidInput):
    code = "node_tls_files_unusable"
    what = Text(
        en="the TLS key and certificate of this node are missing, unreadable or do not fit each other",
        zh="本节点的 TLS 私钥与证书缺失、不可读或互不匹配",
    )
    mend = Text(
        en="Restore both files from the backup, or make new ones and give the new card to the peers",
        zh="请从备份恢复两个文件，或重新生成并将新名片交给对方",
    )


@dataclass(frozen=True, slots=True)
class Made:
    """A TLS key and its certificate, both PEM; it never prints the key."""

    key: str
    certificate: str

    def __repr__(self) -> str:
        return f"Made({fingerprint(self.certificate)})"


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Where this node's own TLS key and certificate lie (TLS 文件)."""

    key: Path
    certificate: Path

    def keep(self, made: Made) -> None:
        """Write both, 0600 and durable; a kill at any moment leaves the old two or the new two."""
        key, certificate = _aside(self.key), _aside(self.certificate)
        write_whole(key, made.key.encode())
        write_whole(certificate, made.certificate.encode())
        key.replace(self.key)
        certificate.replace(self.certificate)
        sync_folder(self.certificate.parent)

    def load_into(self, context: ssl.SSLContext) -> None:
        """Raises TlsFilesUnusable."""
        try:
            context.load_cert_chain(self.certificate, self.key, password=_no_password)
        except (OSError, ValueError):  # ssl.SSLError is an OSError
            self._finish(context)

    def _finish(self, context: ssl.SSLContext) -> None:
        """Put the new certificate in place when ``keep`` was killed between its two steps."""
        certificate = _aside(self.certificate)
        try:
            context.load_cert_chain(certificate, self.key, password=_no_password)
            certificate.replace(self.certificate)
        except (OSError, ValueError):
            raise TlsFilesUnusable from None


def make_certificate(*, party: str, name: str, host: str, now: dt.datetime) -> Made:
    """A new P-256 key and its own certificate for two years. Raises CardInvalid for a host that is none."""
    check_host(host)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, party[:_LONGEST_COMMON_NAME]),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, name[:_LONGEST_COMMON_NAME]),
        ]
    )
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLIER)
        .not_valid_after(now + dt.timedelta(days=VALID_DAYS))
    )
    for extension, critical in _extensions(key.public_key(), host=host):
        built = built.add_extension(extension, critical=critical)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    certificate = built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    return Made(pem.decode(), certificate.decode())


def days_left(certificate: str, *, now: dt.datetime) -> int:
    """Whole days until it expires, negative afterwards. Raises CardInvalid."""
    parsed = x509.load_der_x509_certificate(certificate_der(certificate))
    return (parsed.not_valid_after_utc - now).days


class _Explaining(ssl.SSLObject):
    """A server's side of a handshake that tells a refused peer why: asyncio would hang up before the alert is sent.

    It asks for more bytes first, which lets asyncio send what is written; then it fails.
    """

    _failure: ssl.SSLError | None = None

    def do_handshake(self) -> None:
        if self._failure is not None:
            raise self._failure
        try:
            super().do_handshake()
        except ssl.SSLCertVerificationError as error:
            self._failure = error
            raise ssl.SSLWantReadError from error


class ServerTrust:
    """Whose certificates may come in (准入证书): exchanged for every handshake, so peers come and go as it runs."""

    def __init__(self, files: TlsFiles, *, peers: Iterable[str]) -> None:
        """``peers``: PEM texts. Raises TlsFilesUnusable."""
        self._files = files
        self.context = self._context(())
        self.context.sni_callback = self._choose
        self.context.sslobject_class = _Explaining
        self._now = self.context
        self.replace(peers)

    def replace(self, peers: Iterable[str]) -> None:
        """From the next handshake on, only these and the certificate now in the files. Raises TlsFilesUnusable."""
        self._now = self._context(tuple(peers))

    def _choose(self, handshake: ssl.SSLObject | ssl.SSLSocket, _: object, __: object) -> None:
        """Asked in every handshake, whether or not a name was sent."""
        handshake.context = self._now

    def _context(self, peers: tuple[str, ...]) -> ssl.SSLContext:
        context = _strict(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), self._files)
        context.num_tickets = 0  # whoever was removed has no old session to come in with
        for certificate in peers:
            try:
                context.load_verify_locations(cadata=certificate)
            except (ssl.SSLError, ValueError):
                _LOG.warning("a peer's certificate cannot be read and is left out")
        return context


def client_context(files: TlsFiles, *, peer: str) -> ssl.SSLContext:
    """Trusts the one certificate ``peer`` (PEM), whatever name it bears. Raises TlsFilesUnusable, CardInvalid."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    _strict(context, files).load_verify_locations(cadata=certificate_der(peer))
    return context


def _strict(context: ssl.SSLContext, files: TlsFiles) -> ssl.SSLContext:
    """TLS 1.3 only, both sides show a certificate, and a pinned one needs no authority above it."""
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
    files.load_into(context)
    return context


def _extensions(
    key: ec.EllipticCurvePublicKey, *, host: str
) -> list[tuple[x509.ExtensionType, bool]]:
    """RFC 5280 section 4.2; it is no authority, so it vouches for no other certificate."""
    try:
        name: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        name = x509.DNSName(host)
    return [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (_digital_signature(), True),
        (
            x509.ExtendedKeyUsage(
                [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
            ),
            False,
        ),
        (x509.SubjectAlternativeName([name]), False),
        (x509.SubjectKeyIdentifier.from_public_key(key), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(key), False),
    ]


def _digital_signature() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _no_password() -> str:
    """Instead of a question at the terminal."""
    raise ValueError("the node's key has no passphrase")


def _aside(path: Path) -> Path:
    return path.with_name(path.name + ".new")
