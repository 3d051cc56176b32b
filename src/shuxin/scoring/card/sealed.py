"""A model's file with its own content hash: ``{"card": {...}, "sha256": "..."}`` in canonical JSON.

Equal models have equal bytes. The hash shows that bytes changed, not who wrote them: that is for
whoever keeps the approved hash, and passes it as ``expected_hash``.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NoReturn, cast

from shuxin.kernel.canonical import canonical_json, content_hash
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from shuxin.kernel.canonical import Json

LARGEST_BYTES = 8_000_000


class CardInvalid(InvalidInput):
    """``where`` is a path inside the card."""

    code = "card_invalid"
    what = Text(en="The card is not valid at {where}", zh="评分卡的 {where} 无效")
    mend = Text(
        en="Export it again from where it was trained; a card is not edited by hand",
        zh="请从训练处重新导出；评分卡不可手工修改",
    )


class CardAltered(InvalidInput):
    code = "card_altered"
    what = Text(en="The card's content does not match its hash", zh="评分卡的内容与其哈希值不符")
    mend = Text(
        en="Do not use it; fetch the approved card again, by its hash",
        zh="请勿使用；请按哈希值重新取得已批准的评分卡",
    )


def sealed(content: Json, /) -> bytes:
    """The file of a model."""
    return canonical_json({"card": content, "sha256": content_hash(content)})


def open_sealed(data: bytes, /, *, expected_hash: str | None) -> bytes:
    """Canonical JSON of the content of ``sealed`` bytes.

    Raises:
        CardInvalid: it is too large, not JSON or not such a file.
        CardAltered: a byte differs from what was sealed, or the hash is not the expected one.
        NotCanonical: it holds numbers or text that canonical JSON does not have.
    """
    if len(data) > LARGEST_BYTES:
        raise CardInvalid(where="size")
    try:  # every number as a float: a float of 2^53 or more has no decimal point in canonical JSON
        envelope = json.loads(data.decode(), parse_int=float, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise CardInvalid(where="json") from error
    if not isinstance(envelope, dict) or envelope.keys() != {"card", "sha256"}:
        raise CardInvalid(where="json")
    content = cast("Json", envelope["card"])
    found = content_hash(content)
    if found != envelope["sha256"] or canonical_json(envelope) != data:
        raise CardAltered
    if expected_hash not in {None, found}:
        raise CardAltered
    return canonical_json(content)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)
