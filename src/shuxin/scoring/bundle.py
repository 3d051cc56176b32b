"""A card and its rating model in one file: what is trained, exported, imported and decided with."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.kernel.canonical import canonical_json
from shuxin.scoring.card.artefact import card_bytes, read_card
from shuxin.scoring.card.ordinal import ordinal_bytes, read_ordinal
from shuxin.scoring.card.sealed import CardInvalid, open_sealed, sealed
from shuxin.scoring.decision import Models
from shuxin.scoring.policy import RATINGS
from shuxin.scoring.rating import INPUTS, RatingModel

if TYPE_CHECKING:
    from shuxin.scoring.card.artefact import Scorecard


@dataclass(frozen=True, slots=True)
class Bundle:
    """``content``: the bytes of its file; ``digest``: the hash that they carry."""

    card: Scorecard
    rating: RatingModel
    content: bytes
    digest: str

    @property
    def models(self) -> Models:
        return Models.of(self.card, self.rating)


def bundle_of(card: Scorecard, rating: RatingModel) -> Bundle:
    """Raises NotCanonical."""
    parts = {
        "format": "shuxin.model/1",
        "card": json.loads(card_bytes(card)),
        "rating": json.loads(ordinal_bytes(rating.ordinal)),
    }
    content = sealed(parts)
    return Bundle(card, rating, content, str(json.loads(content)["sha256"]))


def read_bundle(content: bytes, *, expected_hash: str | None = None) -> Bundle:
    """Strict: every part is parsed and its own hash is checked as well.

    Raises CardInvalid, CardAltered, NotCanonical.
    """
    parts = json.loads(open_sealed(content, expected_hash=expected_hash))
    if not isinstance(parts, dict) or parts.keys() != {"format", "card", "rating"}:
        raise CardInvalid(where="model")
    if parts["format"] != "shuxin.model/1":
        raise CardInvalid(where="format")
    card = read_card(canonical_json(parts["card"]))
    ordinal = read_ordinal(canonical_json(parts["rating"]))
    if ordinal.names != INPUTS or ordinal.grades != RATINGS:
        raise CardInvalid(where="rating")
    digest = str(json.loads(content)["sha256"])
    return Bundle(card, RatingModel(ordinal), content, digest)
