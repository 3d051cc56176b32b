"""The card stage (评分卡阶段): a model by the hash of its bytes, compiled once, with its public reasons."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from shuxin.lending.domain.offers import DeclineReason
from shuxin.lending.strategy.facts import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    from shuxin.lending.strategy.facts import Fact

    Models: TypeAlias = Callable[[str], bytes]
    """The bytes of the model with this hash; raises what explains itself."""

_LONGEST = 300


@dataclass(frozen=True, slots=True)
class CardScore:
    """``reasons``: at most four, the greatest loss first, for the applicant."""

    points: int
    pd: float
    by_characteristic: tuple[tuple[str, int, int], ...]
    reasons: tuple[DeclineReason, ...]


def kept_models(digest: str) -> bytes:
    """From the registry of this installation. Raises ModelMissing, CardAltered."""
    from shuxin.scoring.api import model_in_use  # noqa: PLC0415 - heavy

    return model_in_use(digest).content


def features_of(content: bytes, *, digest: str) -> tuple[str, ...]:
    """What the card reads, without the prefix. Raises CardInvalid, CardAltered."""
    return tuple(each.name for each in _card(content, digest).card.characteristics)


def card_score(content: bytes, *, digest: str, facts: Mapping[str, Fact]) -> CardScore:
    """By ``own.<characteristic>``; unknown is missing. Raises CardInvalid, CardAltered, ValuesOfWrongKind."""
    from shuxin.scoring.api import reasons_of  # noqa: PLC0415 - heavy

    compiled = _card(content, digest)
    card = compiled.card
    row: dict[str, Any] = {
        each.name: facts.get(f"own.{each.name}") for each in card.characteristics
    }
    scored = compiled.score(row)
    reasons = tuple(
        DeclineReason(f"card_{one.characteristic}", one.text.zh[:_LONGEST], one.text.en[:_LONGEST])
        for one in reasons_of(card=card, scored=scored)
    )
    return CardScore(scored.points, float(plain(scored.pd)), scored.by_characteristic, reasons)


@lru_cache(maxsize=16)
def _card(content: bytes, digest: str) -> Any:
    from shuxin.scoring.api import CompiledCard, read_bundle  # noqa: PLC0415 - heavy

    return CompiledCard.of(read_bundle(content, expected_hash=digest).card)
