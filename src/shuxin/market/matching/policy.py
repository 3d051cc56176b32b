"""The weights of a ranking and its rules of exploration: a versioned document under its own hash (排序规则)."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from shuxin.kernel.canonical import canonical_json
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

WHOLE = 10_000
"""Shares and values are basis points of one."""
_PERMILLE = 1000


class RankingPolicyInvalid(InvalidInput):
    code = "ranking_policy_invalid"
    what = Text(en="these rules of ranking cannot be: {where}", zh="排序规则有误：{where}")
    mend = Text(
        en="Six weights from 0 to 1000 that add up to 1000; shares from 0 to 10000; a place of 2 or more",
        zh="六项权重均在 0 到 1000 之间且合计 1000；比例在 0 到 10000 之间；展示名次不小于 2",
    )


@dataclass(frozen=True, slots=True)
class RankingPolicy:
    """Weights are permille of the score and add up to 1000.

    explore_bp: share of demands in which a lender that is seldom shown gets place ``explore_place``. seldom_bp: a
    lender is seldom shown when its share of the places shown is below this part of an equal share. Raises
    RankingPolicyInvalid.
    """

    version: str
    chance: int = 300
    cost: int = 250
    speed: int = 125
    fit: int = 125
    response: int = 125
    first_loan: int = 75
    explore_bp: int = 1500
    explore_place: int = 3
    seldom_bp: int = 5000

    def __post_init__(self) -> None:
        weights = tuple(self.weights.values())
        if min(weights) < 0 or sum(weights) != _PERMILLE:
            raise RankingPolicyInvalid(where="weights")
        if not (0 <= self.explore_bp <= WHOLE and 0 <= self.seldom_bp <= WHOLE):
            raise RankingPolicyInvalid(where="explore_bp, seldom_bp")
        if self.explore_place < 2 or not 1 <= len(self.version) <= 40:  # noqa: PLR2004 - the first place is never given away
            raise RankingPolicyInvalid(where="explore_place, version")

    @property
    def weights(self) -> Mapping[str, int]:
        return {name: getattr(self, name) for name in PARTS}

    @property
    def content(self) -> bytes:
        """Canonical JSON."""
        return canonical_json(asdict(self))

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


PARTS = ("chance", "cost", "speed", "fit", "response", "first_loan")
STANDARD = RankingPolicy(version="standard-1")
"""In use until an operator gives another [D]."""


def policy_from(facts: Mapping[str, object]) -> RankingPolicy:
    """Of a document. Raises RankingPolicyInvalid."""
    kinds = {one.name: str if one.name == "version" else int for one in fields(RankingPolicy)}
    if set(facts) != set(kinds) or any(type(facts[name]) is not kinds[name] for name in kinds):
        raise RankingPolicyInvalid(where="version, weights")
    return RankingPolicy(**facts)  # type: ignore[arg-type]
