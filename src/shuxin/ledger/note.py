"""Signed notes of C2SP (签名便笺): a text, an empty line, and one line for each signature.

Parsing is not verifying: ask ``Note.signed_by`` with a key that one has reason to trust. Signatures of keys
that are not known are kept and passed on.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.signing import SIGNATURE_BYTES, Algorithm, PublicKey, PublicKeyInvalid
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from datetime import datetime

    from shuxin.kernel.signing import Signer

LONGEST_NOTE = 1 << 17
MOST_SIGNATURES = 64
_DASH = "\u2014"
_ID_BYTES = 4
_TIME_BYTES = 8
_ID = re.compile(r"[0-9a-f]{8}")


class NoteInvalid(InvalidInput):
    code = "note_invalid"
    what = Text(en="this is not a signed note: {reason}", zh="这不是有效的签名便笺：{reason}")
    mend = Text(
        en="Ask its sender for the whole, unchanged file", zh="请向出具方索取完整且未改动的文件"
    )


class VerifierKeyInvalid(InvalidInput):
    code = "verifier_key_invalid"
    what = Text(
        en="this is not the verifier key of a log or a witness",
        zh="这不是日志或见证方的验证公钥",
    )
    mend = Text(
        en="It reads name+8 hexadecimal digits+base64, as 'shuxin log key' prints it",
        zh="其形式为 名称+8 位十六进制+base64，即“shuxin log key”所输出的内容",
    )


class KeyUse(Enum):
    """What a note key signs, and with what: the signature type that C2SP puts before the key."""

    NOTE = b"\x01"
    COSIGNATURE = b"\x04"
    SM2_NOTE = b"\xffshuxin-sm2-note"
    SM2_COSIGNATURE = b"\xffshuxin-sm2-cosignature"

    @property
    def algorithm(self) -> Algorithm:
        return Algorithm.SM2 if self in {self.SM2_NOTE, self.SM2_COSIGNATURE} else Algorithm.ED25519

    @property
    def is_timed(self) -> bool:
        """Whether signatures carry the time at which they were made."""
        return self in {self.COSIGNATURE, self.SM2_COSIGNATURE}


@dataclass(frozen=True, slots=True, order=False)
class VerifierKey:
    """A public key with the name that its signatures bear (验证公钥). Raises VerifierKeyInvalid."""

    name: str
    use: KeyUse
    public: PublicKey

    def __post_init__(self) -> None:
        if not is_name(self.name) or self.public.algorithm is not self.use.algorithm:
            raise VerifierKeyInvalid

    @property
    def id(self) -> bytes:
        """Four bytes: the head of SHA-256 over name, line feed, type and key."""
        typed = self.use.value + self.public.raw
        return hashlib.sha256(self.name.encode() + b"\n" + typed).digest()[:_ID_BYTES]

    @property
    def text(self) -> str:
        typed = base64.b64encode(self.use.value + self.public.raw).decode()
        return f"{self.name}+{self.id.hex()}+{typed}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Raises VerifierKeyInvalid."""
        name, _, rest = text.partition("+")
        digits, _, encoded = rest.partition("+")
        typed = _from_base64(encoded)
        if typed is None or not _ID.fullmatch(digits):
            raise VerifierKeyInvalid
        for use in KeyUse:
            if typed.startswith(use.value):
                try:
                    public = PublicKey(use.algorithm, typed[len(use.value) :])
                except PublicKeyInvalid:
                    continue
                key = cls(name, use, public)
                if key.text == text:
                    return key
        raise VerifierKeyInvalid


def log_key(name: str, public: PublicKey) -> VerifierKey:
    """The key with which a log signs its own checkpoints."""
    use = KeyUse.SM2_NOTE if public.algorithm is Algorithm.SM2 else KeyUse.NOTE
    return VerifierKey(name, use, public)


def witness_key(name: str, public: PublicKey) -> VerifierKey:
    """The key with which a witness cosigns checkpoints of others."""
    use = KeyUse.SM2_COSIGNATURE if public.algorithm is Algorithm.SM2 else KeyUse.COSIGNATURE
    return VerifierKey(name, use, public)


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One line: a name, four bytes that tell keys of one name apart, and the signature as its key's use has it."""

    name: str
    key_id: bytes
    content: bytes

    def is_of(self, key: VerifierKey) -> bool:
        return self.name == key.name and self.key_id == key.id

    @property
    def time(self) -> int | None:
        """Seconds since 1970 of a timed signature; meaningless until verified. None when it carries none."""
        timed = len(self.content) == _TIME_BYTES + SIGNATURE_BYTES
        return int.from_bytes(self.content[:_TIME_BYTES], "big") if timed else None

    @property
    def line(self) -> str:
        return f"{_DASH} {self.name} {base64.b64encode(self.key_id + self.content).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends in a line feed, and its signatures."""

    text: str
    signatures: tuple[NoteSignature, ...] = ()

    def signed_by(self, key: VerifierKey) -> bool:
        """Whether it bears a signature of ``key``, and every signature under that name and id is good."""
        found = [signature for signature in self.signatures if signature.is_of(key)]
        return bool(found) and all(_is_good(self.text, signature, key) for signature in found)

    def time_of(self, key: VerifierKey) -> int | None:
        """When ``key``, whose signatures are timed, signed it last; None when it did not."""
        if not self.signed_by(key):
            return None
        stated = [signature.time for signature in self.signatures if signature.is_of(key)]
        return max(time for time in stated if time is not None)

    def with_signature(self, signature: NoteSignature) -> Note:
        """Placed after the others; an older one of the same key is replaced."""
        kept = [
            old
            for old in self.signatures
            if (old.name, old.key_id) != (signature.name, signature.key_id)
        ]
        return replace(self, signatures=(*kept, signature))

    def only(self, key: VerifierKey) -> Note:
        """The note with the first signature of ``key`` and no other."""
        own = [signature for signature in self.signatures if signature.is_of(key)]
        return replace(self, signatures=tuple(own[:1]))

    def without(self, key: VerifierKey) -> Note:
        others = [signature for signature in self.signatures if not signature.is_of(key)]
        return replace(self, signatures=tuple(others))

    @property
    def fits(self) -> bool:
        """Whether ``parse_note`` reads it again."""
        few = len(self.signatures) <= MOST_SIGNATURES
        return few and len(self.dump().encode()) <= LONGEST_NOTE

    def dump(self) -> str:
        return self.text + "\n" + "".join(signature.line for signature in self.signatures)


def sign_note(note: Note, *, name: str, signer: Signer) -> Note:
    """Add the signature of a log's key over the text."""
    key = log_key(name, signer.public)
    return note.with_signature(NoteSignature(name, key.id, signer.sign(note.text.encode())))


def cosign_note(note: Note, *, name: str, signer: Signer, now: datetime) -> Note:
    """Add a witness's timed signature, C2SP tlog-cosignature version 1."""
    key, time = witness_key(name, signer.public), int(now.timestamp())
    content = time.to_bytes(_TIME_BYTES, "big") + signer.sign(_timed(note.text, time))
    return note.with_signature(NoteSignature(name, key.id, content))


def parse_note(data: bytes | str) -> Note:
    """Read a note from a stranger. Raises NoteInvalid."""
    raw = data.encode(errors="surrogatepass") if isinstance(data, str) else data
    if len(raw) > LONGEST_NOTE:
        raise NoteInvalid(reason=f"longer than {LONGEST_NOTE} bytes")
    try:
        whole = raw.decode()
    except UnicodeDecodeError as error:
        raise NoteInvalid(reason="UTF-8") from error
    if any(sign < " " and sign != "\n" for sign in whole):
        raise NoteInvalid(reason="control characters")
    text, gap, lines = whole.rpartition("\n\n")
    if not gap or not lines.endswith("\n"):
        raise NoteInvalid(reason="it needs a text, an empty line and signatures")
    found = lines.removesuffix("\n").split("\n")
    if len(found) > MOST_SIGNATURES:
        raise NoteInvalid(reason=f"more than {MOST_SIGNATURES} signatures")
    return Note(text + "\n", tuple(_signature(line) for line in found))


def is_name(name: str) -> bool:
    """Whether a key may bear this name: no spaces, no plus sign, printable."""
    return bool(name) and name.isprintable() and not any(s.isspace() or s == "+" for s in name)


def _signature(line: str) -> NoteSignature:
    parts = line.split(" ")
    content = _from_base64(parts[-1])
    if len(parts) != 3 or parts[0] != _DASH or not is_name(parts[1]):  # noqa: PLR2004 - dash, name, signature
        raise NoteInvalid(reason="a line below the empty line is no signature")
    if content is None or len(content) <= _ID_BYTES:
        raise NoteInvalid(reason="a signature's base64")
    return NoteSignature(parts[1], content[:_ID_BYTES], content[_ID_BYTES:])


def _is_good(text: str, signature: NoteSignature, key: VerifierKey) -> bool:
    if not key.use.is_timed:
        return key.public.verifies(signature.content, text.encode())
    time = signature.time
    if time is None or time >> 63:
        return False
    return key.public.verifies(signature.content[_TIME_BYTES:], _timed(text, time))


def _timed(text: str, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def _from_base64(text: str) -> bytes | None:
    """None unless ``text`` is the one right spelling of its bytes."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if base64.b64encode(raw).decode() == text else None
