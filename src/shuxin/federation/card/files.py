"""Files of a joint card's parts: canonical JSON with its own hash, as scoring seals a card.

What is read is closed twice: strict types, and the bytes that come out again must be those that went in, so that a
field too many, a field left out or a number in other clothes is refused.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, TypeAlias, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from shuxin.federation.card.offers import Notice, Offer
from shuxin.federation.card.parts import CardPart, LabelPart
from shuxin.kernel.canonical import content_hash
from shuxin.scoring.api import CardInvalid, open_sealed, sealed

if TYPE_CHECKING:
    from shuxin.kernel.canonical import Json

Filed: TypeAlias = CardPart | LabelPart | Offer | Notice
_F = TypeVar("_F", CardPart, LabelPart, Offer, Notice)


def file_of(thing: Filed, /) -> bytes:
    """Equal things have equal bytes."""
    return sealed(_json_of(thing))


def hash_of(thing: Filed, /) -> str:
    """Content hash, 64 hexadecimal digits; the file carries the same."""
    return content_hash(_json_of(thing))


def read_file(kind: type[_F], data: bytes, /, *, expected_hash: str | None = None) -> _F:
    """What ``file_of`` made of a thing of that kind; ``expected_hash`` is the approved one, where it is known.

    Raises:
        CardAltered: the content does not match its own hash or the expected one.
        CardInvalid: it is no such thing; also BinsInvalid, ScalingInvalid and NotCanonical, all InvalidInput.
    """
    content = open_sealed(data, expected_hash=expected_hash)
    try:
        thing = TypeAdapter(kind).validate_json(content, strict=True)
    except ValidationError as error:
        where = ".".join(map(str, error.errors(include_input=False)[0]["loc"]))
        raise CardInvalid(where=where or "card") from error
    if file_of(thing) != data:
        raise CardInvalid(where="fields")
    return thing


def _json_of(thing: Filed) -> Json:
    return cast("Json", asdict(thing))
