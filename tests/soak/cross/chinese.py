"""SM2 and SM3 against the OpenSSL command line and gmssl: who signs, the other verifies. ``chinese.py``."""

from __future__ import annotations

import base64
import hashlib
import random
import subprocess
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from gmssl import sm3
from tests.soak.cross.merkle import require, say

from shuxin.kernel.sm2 import SM2Key
from shuxin.ledger.api import TreeHash

HASHES, KEYS, SEED = 600, 60, 7
_CURVE = bytes.fromhex("06082a811ccf5501822d")
_EC = bytes.fromhex("06072a8648ce3d0201")
_ID = ("-pkeyopt", "distid:1234567812345678", "-digest", "sm3", "-rawin")


def hashes(rng: random.Random) -> None:
    for length in range(HASHES):
        message = rng.randbytes(length)
        require(hashlib.new("sm3", message).hexdigest() == sm3.sm3_hash(list(message)), length)
        leaf = sm3.sm3_hash(list(b"\x00" + message))
        require(TreeHash.SM3.leaf(message).hex() == leaf, ("leaf", length))
    say("messages have the same SM3 by OpenSSL and by gmssl", HASHES)


def signatures(rng: random.Random, folder: Path) -> None:
    for number in range(KEYS):
        key = SM2Key(rng.randbytes(31).rjust(32, b"\1"))
        message = rng.randbytes(rng.randint(0, 300)) + b"."
        (folder / "key.pem").write_bytes(_private(key))
        (folder / "public.pem").write_bytes(_public(key))
        r, s = (int.from_bytes(part, "big") for part in _halves(key.sign(message)))
        der = encode_dss_signature(r, s)
        require(_openssl_verifies(folder, der, message), ("ours there", number))
        require(not _openssl_verifies(folder, der, message + b"x"), ("changed there", number))
        theirs = b"".join(
            n.to_bytes(32, "big") for n in decode_dss_signature(_openssl_signs(folder, message))
        )
        require(key.public.verifies(theirs, message), ("theirs here", number))
        require(not key.public.verifies(theirs, message + b"x"), ("changed here", number))
    say("SM2 signatures of ours verify in OpenSSL, and as many of a changed message do not", KEYS)
    say("SM2 signatures of OpenSSL verify here, and as many of a changed message do not", KEYS)


def _halves(signature: bytes) -> tuple[bytes, bytes]:
    return signature[:32], signature[32:]


def _openssl_verifies(folder: Path, signature: bytes, message: bytes) -> bool:
    (folder / "signature").write_bytes(signature)
    (folder / "message").write_bytes(message)
    files = ("-pubin", "-inkey", "public.pem", "-in", "message", "-sigfile", "signature")
    done = subprocess.run(
        ["openssl", "pkeyutl", "-verify", *files, *_ID],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    return done.returncode == 0 and b"Successfully" in done.stdout


def _openssl_signs(folder: Path, message: bytes) -> bytes:
    (folder / "message").write_bytes(message)
    files = ("-inkey", "key.pem", "-in", "message")
    done = subprocess.run(
        ["openssl", "pkeyutl", "-sign", *files, *_ID], cwd=folder, capture_output=True, check=True
    )
    return done.stdout


def _private(key: SM2Key) -> bytes:
    point = _tagged(0xA1, _tagged(3, b"\x00\x04" + key.public.raw))
    inner = _tagged(2, b"\x01") + _tagged(4, key.secret) + _tagged(0xA0, _CURVE) + point
    return _pem("EC PRIVATE KEY", _tagged(0x30, inner))


def _public(key: SM2Key) -> bytes:
    bits = _tagged(3, b"\x00\x04" + key.public.raw)
    return _pem("PUBLIC KEY", _tagged(0x30, _tagged(0x30, _EC + _CURVE) + bits))


def _tagged(tag: int, content: bytes) -> bytes:
    size = len(content)
    return bytes([tag]) + (bytes([size]) if size < 128 else bytes([0x81, size])) + content


def _pem(name: str, der: bytes) -> bytes:
    body = base64.encodebytes(der).decode()
    return f"-----BEGIN {name}-----\n{body}-----END {name}-----\n".encode()


if __name__ == "__main__":
    cases = random.Random(SEED)  # noqa: S311 - cases, no secret
    hashes(cases)
    with tempfile.TemporaryDirectory() as place:
        signatures(cases, Path(place))
