"""Answers that only their asker opens (密封应答): ECDH on P-256, HKDF-SHA256, AES-256-GCM.

The key comes from the asker's ephemeral box and one of the holder's own, made for this answer alone, and from the whole
head of the answer, which names the question by its hash: moved to another question or head, nothing opens.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shuxin.kernel.bodies import HEX64, TO_THE_SECOND, Fields
from shuxin.kernel.canonical import canonical_json
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.signing import base64url, from_base64url
from shuxin.kernel.statements import sign_statement
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    import datetime as dt

    from shuxin.consent.api import Question
    from shuxin.kernel.canonical import Json
    from shuxin.kernel.signing import Signer
    from shuxin.kernel.statements import Statement

ANSWER = "sealed-answer"
LEAST, MOST = 1 << 14, 1 << 19
"""Bytes of what is sealed, always a power of two between these: its length tells nearly nothing."""
_LABEL = b"shuxin/sealed-answer/v1\n"
_KEY, _NONCE, _LENGTH = 32, 12, 4
_HEAD = ("question", "subject", "holder", "what", "at", "box")
_BOX = re.compile(r"B[0-9A-Za-z_-]{86}")


class BoxInvalid(InvalidInput):
    code = "answer_box_invalid"
    what = Text(
        en="the box for the answer is no point of P-256", zh="应答密封公钥不是 P-256 曲线上的点"
    )
    mend = Text(en="Load the page again and ask once more", zh="请重新打开页面后再查阅")


class AnswerTooLong(InvalidInput):
    code = "sealed_answer_too_long"
    what = Text(
        en="the answer is longer than {longest} bytes",
        zh="应答内容超过 {longest} 字节，无法一次返回",
    )
    mend = Text(en="Ask for one dataset at a time", zh="请按单个数据集查阅")


class AnswerNotOpened(InvalidInput):
    code = "sealed_answer_not_opened"
    what = Text(en="this is not an answer to that question", zh="该应答与所提问题不符，无法打开")
    mend = Text(
        en="Ask again; if it stays, tell the holder and the operator",
        zh="请重新查阅；如仍出现，请告知数据持有方与平台运营方",
    )


def new_box() -> ec.EllipticCurvePrivateKey:
    """For one question or one answer."""
    return ec.generate_private_key(ec.SECP256R1())


def box_text(box: ec.EllipticCurvePrivateKey) -> str:
    """Base64url of the public half, an uncompressed point of 65 bytes."""
    raw = box.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64url(raw)


def seal(
    content: bytes, *, question: Question, digest: str, signer: Signer, now: dt.datetime
) -> Statement:
    """The holder's signed answer. digest: hash of the question's statement. Raises BoxInvalid, AnswerTooLong."""
    own = new_box()
    head: dict[str, Json] = {
        "question": digest,
        "subject": question.subject,
        "holder": question.holder,
        "what": question.wanted.value,
        "at": now.isoformat(timespec="seconds"),
        "box": box_text(own),
    }
    context = _LABEL + canonical_json(head)
    key, nonce = key_and_nonce(own, other=question.box, context=context)
    sealed = AESGCM(key).encrypt(nonce, padded(content), context)
    return sign_statement(ANSWER, head | {"sealed": base64url(sealed)}, signer=signer)


def open_answer(
    answer: Statement, *, question: Question, digest: str, box: ec.EllipticCurvePrivateKey
) -> bytes:
    """What the holder said, once its signature is known to be good. Raises AnswerNotOpened."""
    head, sealed = _read(answer)
    expected = (digest, question.subject, question.holder, question.wanted.value)
    if (head["question"], head["subject"], head["holder"], head["what"]) != expected:
        raise AnswerNotOpened
    context = _LABEL + canonical_json(head)
    try:
        key, nonce = key_and_nonce(box, other=str(head["box"]), context=context)
        return unpadded(AESGCM(key).decrypt(nonce, sealed, context))
    except (InvalidTag, BoxInvalid) as error:
        raise AnswerNotOpened from error


def _read(answer: Statement) -> tuple[dict[str, Json], bytes]:
    body = Fields(answer.body, wrong=lambda _: AnswerNotOpened(), moments=TO_THE_SECOND)
    body.only({*_HEAD, "sealed"})
    body.matching("question", HEX64)
    body.matching("box", _BOX)
    body.moment("at")
    sealed = from_base64url(body.string("sealed"))
    if answer.kind != ANSWER or sealed is None:
        raise AnswerNotOpened
    return {name: answer.body[name] for name in _HEAD}, sealed


def key_and_nonce(
    own: ec.EllipticCurvePrivateKey, *, other: str, context: bytes
) -> tuple[bytes, bytes]:
    """Key and nonce; each pair of boxes serves one answer, so the nonce never comes twice under one key."""
    try:
        point = ec.EllipticCurvePublicKey.from_encoded_point(
            ec.SECP256R1(), from_base64url(other) or b""
        )
    except ValueError as error:
        raise BoxInvalid from error
    shared = own.exchange(ec.ECDH(), point)
    made = HKDF(SHA256(), length=_KEY + _NONCE, salt=None, info=context).derive(shared)
    return made[:_KEY], made[_KEY:]


def padded(content: bytes) -> bytes:
    """Length in four bytes, the content, zeros up to the next power of two."""
    whole = len(content).to_bytes(_LENGTH, "big") + content
    if len(whole) > MOST:
        raise AnswerTooLong(longest=MOST - _LENGTH)
    return whole.ljust(max(LEAST, 1 << (len(whole) - 1).bit_length()), b"\0")


def unpadded(whole: bytes) -> bytes:
    length = int.from_bytes(whole[:_LENGTH], "big")
    if len(whole) < _LENGTH + length:
        raise AnswerNotOpened
    return whole[_LENGTH : _LENGTH + length]
