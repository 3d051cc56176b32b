"""Messages to bytes and back; whatever is no message of this protocol is refused with one error."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from shuxin.federation.wire.messages import (
    LONGEST_MESSAGE,
    LONGEST_RECEIPT,
    LONGEST_SCORES,
    Answered,
    Asked,
    Part,
    Where,
)
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

LONGEST_ANSWER = LONGEST_SCORES + LONGEST_RECEIPT + 16 * 1024
"""Bytes: a holder's answer, or a refusal's two sentences of 1,000 characters at most; its receipt; little around."""

Message = TypeVar("Message")

_ENCODER = msgspec.msgpack.Encoder()
_ASKED: msgspec.msgpack.Decoder[Asked] = msgspec.msgpack.Decoder(Asked)
_ANSWERED: msgspec.msgpack.Decoder[Answered] = msgspec.msgpack.Decoder(Answered)


class MessageInvalid(InvalidInput):
    code = "message_invalid"
    what = Text(en="this is no message between nodes", zh="这不是节点之间的有效消息")
    mend = Text(
        en="Run the same version of shuxin on both sides; if that is so, something between them changes what they send",
        zh="请确认双方 shuxin 版本一致；如一致，则中间设备改动了传输内容",
    )


class MessageTooLong(InvalidInput):
    code = "message_too_long"
    what = Text(
        en="a message between nodes has at most {longest} bytes",
        zh="节点之间的单个消息最多 {longest} 字节",
    )
    mend = Text(
        en="Run the same version of shuxin on both sides", zh="请确认双方使用相同版本的 shuxin"
    )


def encode(message: Asked | Answered) -> bytes:
    """As it travels: one MessagePack map whose ``is`` says which message it is."""
    return _ENCODER.encode(message)


def decode_asked(data: bytes) -> Asked:
    """Raises MessageInvalid, MessageTooLong."""
    asked = _decoded(data, _ASKED, longest=LONGEST_MESSAGE)
    if isinstance(asked, Part | Where) and not _names_are_whole(asked):
        raise MessageInvalid
    return asked


def decode_answered(data: bytes) -> Answered:
    """Raises MessageInvalid, MessageTooLong."""
    return _decoded(data, _ANSWERED, longest=LONGEST_ANSWER)


def _decoded(data: bytes, decoder: msgspec.msgpack.Decoder[Message], *, longest: int) -> Message:
    """Nested values too deep end in RecursionError; announced lengths are compared with what is there."""
    if len(data) > longest:
        raise MessageTooLong(longest=longest)
    try:
        return decoder.decode(data)
    except (ValueError, RecursionError, MemoryError, OverflowError):  # msgspec's are ValueErrors
        raise MessageInvalid from None


def _names_are_whole(message: Part | Where) -> bool:
    """``$`` in the messages' patterns also matches before a last line feed; no part of a name may be a way up."""
    steps = message.name.split("/")
    return not message.job.endswith("\n") and not any(
        step in {"", ".", ".."} or step.endswith("\n") for step in steps
    )
