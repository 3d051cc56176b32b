"""The keys of sign-in, and the digests and seals that are made with them."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shuxin.infra.api import secret_key

if TYPE_CHECKING:
    from shuxin.infra.api import Settings

_NONCE = 12


@dataclass(frozen=True, slots=True)
class AccountKeys:
    """``seal`` guards the secrets of second factors, ``digest`` the names and addresses of strangers."""

    seal: bytes
    digest: bytes

    @classmethod
    def of(cls, settings: Settings) -> AccountKeys:
        """Raises KeyDamaged."""
        return cls(
            seal=secret_key(settings, "accounts.seal"),
            digest=secret_key(settings, "accounts.digest"),
        )

    def name_digest(self, name: str) -> str:
        return self._digest(b"name", name)

    def address_digest(self, address: str) -> str:
        return self._digest(b"address", network_of(address))

    def pair_digest(self, name: str, address: str) -> str:
        return self._digest(b"pair", f"{network_of(address)}\0{name}")

    def device_digest(self, name: str, device: str) -> str:
        return self._digest(b"device", f"{device}\0{name}")

    def code_digest(self, name: str) -> str:
        """For what is counted after the password was right: second factors and changes of password."""
        return self._digest(b"code", name)

    def _digest(self, kind: bytes, value: str) -> str:
        return hmac.new(self.digest, kind + b"\0" + value.encode(), hashlib.sha256).hexdigest()

    def sealed(self, secret: str, *, owner: str) -> bytes:
        """AES-256-GCM under a random nonce, bound to ``owner``: it opens for nobody else."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + AESGCM(self.seal).encrypt(nonce, secret.encode(), owner.encode())

    def opened(self, sealed: bytes, *, owner: str) -> str:
        """Raises InvalidTag when it was sealed for another owner, with another key, or changed."""
        nonce, rest = sealed[:_NONCE], sealed[_NONCE:]
        return AESGCM(self.seal).decrypt(nonce, rest, owner.encode()).decode()


def plain_name(name: str) -> str:
    """One spelling of a user name: NFKC, without outer white space, lower case.

    Signs that cannot be stored (NUL, single surrogates) become ``?``, which is in no name.
    """
    storable = name[:1000].replace("\0", "?").encode(errors="replace").decode()
    return unicodedata.normalize("NFKC", storable).strip().casefold()


def digest_of(secret: str) -> str:
    """SHA-256, for secrets of at least 80 random bits; passwords go through Argon2 instead."""
    return hashlib.sha256(secret.encode()).hexdigest()


def network_of(address: str) -> str:
    """One IPv4 address, or the /64 of an IPv6 address, which is what one user commands; else "unknown"."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
