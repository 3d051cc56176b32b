"""The keys of one alignment, made by the label party and given to each holder unseen by the helper."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, CipherAlgorithm, algorithms, modes

from shuxin.federation.alignment.codes import ROWS_AT_ONCE
from shuxin.federation.alignment.forms import KEY
from shuxin.federation.alignment.refusal import AnswerInvalid
from shuxin.federation.domain.job import CipherName, Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shuxin.federation.alignment.codes import Blocks
    from shuxin.federation.domain.job import Job
    from shuxin.federation.engine.channel import Work

KEY_BYTES = 32
_GCM_TAG = 16
_NONCE = bytes(12)
"""The pair's key encrypts this one message and no other (its label is used once), so its nonce is constant."""


class BlockCipher(StrEnum):
    """The keyed permutation of 128-bit blocks (分组密码); SM4 is GB/T 32907-2016."""

    AES_256 = "aes-256"
    SM4 = "sm4"

    @classmethod
    def of(cls, job: Job) -> BlockCipher:
        return cls.SM4 if job.cipher is CipherName.SM4 else cls.AES_256


_CIPHERS: dict[BlockCipher, tuple[bytes, Callable[[bytes], CipherAlgorithm]]] = {
    BlockCipher.AES_256: (b"\1", algorithms.AES256),
    BlockCipher.SM4: (b"\2", lambda key: algorithms.SM4(key[:16])),
}


def form_of(cipher: BlockCipher) -> bytes:
    """The first byte of messages made with it."""
    return _CIPHERS[cipher][0]


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """``tag``: for the tags that the helper matches. ``check``: for the digest that shows what the helper did."""

    cipher: BlockCipher
    tag: bytes
    check: bytes


def tags_of(blocks: Blocks, *, cipher: BlockCipher, key: bytes) -> Iterator[bytes]:
    """16 bytes a row, in pieces: one block of the cipher, so that distinct codes never have equal tags."""
    permute = Cipher(_CIPHERS[cipher][1](key), modes.ECB()).encryptor()  # noqa: S305 - single distinct blocks
    for start in range(0, len(blocks), ROWS_AT_ONCE):
        yield permute.update(blocks[start : start + ROWS_AT_ONCE].tobytes())


def agreed_keys(work: Work, *, cipher: BlockCipher) -> Keys:
    """The label party makes fresh keys and gives them to each holder; a holder takes them. Raises AnswerInvalid."""
    label = work.job.label
    if work.role is not Role.LABEL:
        return _taken(work, label, cipher)
    both = work.channel.once(KEY, lambda: secrets.token_bytes(2 * KEY_BYTES))
    for holder in work.job.holders:
        work.channel.send(holder, KEY, lambda to=holder: [_sealed(work, to, both, cipher)])  # type: ignore[misc]
    return Keys(cipher, both[:KEY_BYTES], both[KEY_BYTES:])


def message_bytes() -> int:
    """Length of the one message of the keys."""
    return 1 + 2 * KEY_BYTES + _GCM_TAG


def _sealed(work: Work, holder: str, both: bytes, cipher: BlockCipher) -> bytes:
    form, make = _CIPHERS[cipher]
    seal = Cipher(make(work.seeds.pair(holder, KEY)), modes.GCM(_NONCE)).encryptor()
    seal.authenticate_additional_data(_bound(work, holder, form))
    sealed = seal.update(both) + seal.finalize()
    return form + sealed + seal.tag


def _taken(work: Work, label: str, cipher: BlockCipher) -> Keys:
    form, make = _CIPHERS[cipher]
    content = work.channel.receive(label, KEY).read()
    if len(content) != message_bytes() or content[:1] != form:
        raise AnswerInvalid(name=KEY, party=label, reason="another form or cipher")
    sealed, tag = content[1:-_GCM_TAG], content[-_GCM_TAG:]
    open_ = Cipher(make(work.seeds.pair(label, KEY)), modes.GCM(_NONCE, tag)).decryptor()
    open_.authenticate_additional_data(_bound(work, work.party, form))
    try:
        both = open_.update(sealed) + open_.finalize()
    except InvalidTag:
        raise AnswerInvalid(name=KEY, party=label, reason="not made with the pair's key") from None
    return Keys(cipher, both[:KEY_BYTES], both[KEY_BYTES:])


def _bound(work: Work, holder: str, form: bytes) -> bytes:
    return b"\0".join((b"shuxin/" + KEY.encode(), work.job_id.encode(), holder.encode(), form))
