"""A label party whose coefficients make a holder's total spell out its bins."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from shuxin.federation.card.files import read_file
from shuxin.federation.card.parts import CardPart
from shuxin.federation.card.points import GRID, HUNDREDTHS, holder_points
from shuxin.federation.card.values import bins_of, points_of
from shuxin.federation.domain.policy import default_policy_text, policy_from
from shuxin.federation.redteam.attack import AttackScore, refusal
from shuxin.federation.redteam.cases import HOLDER, LABEL, guessed, town
from shuxin.federation.redteam.stage import play
from shuxin.federation.regression.waves import REACH
from shuxin.federation.scorecard.kind import ScorecardKind
from shuxin.federation.scorecard.task import CARD, scaling_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shuxin.federation.redteam.attack import Ground
    from shuxin.federation.redteam.cases import FloatArray, IntArray

FIRMS, FEATURES = 600, 3
HONEST, EVERYTHING = 0, 100
"""Percent: of an attacker that swaps nothing, and of a policy without a limit."""
_TRIES = 400
_SAFE = 0.97
"""Of the largest part of log-odds that a holder lets pass, and of its policy's limit."""


@dataclass(frozen=True, slots=True, eq=False)
class Feature:
    """What the label party knows of a holder's feature (特征知识): WOE in hundredths and share of rows of each bin."""

    hundredths: tuple[int, ...]
    share: FloatArray

    def points(self, coefficient: int, factor: float) -> tuple[int, ...]:
        return holder_points(coefficient=coefficient, woe=self.hundredths, factor=factor)[:-1]


@dataclass
class _Speller:
    """Swaps the final coefficients that the real label party sends; sees what it sent and received before.

    most: percent of values that may follow for certain; HONEST swaps nothing. kept: places of the holder's features
    that are left.
    """

    factor: float
    most: int
    rng: np.random.Generator
    rows: list[list[int]] = field(default_factory=list)
    told: list[Feature] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)
    coefficients: list[int] = field(default_factory=list)

    def __call__(self, sender: str, to: str, name: str, content: bytes) -> bytes:
        if (sender, to, name) == (HOLDER, LABEL, "counts.1/features"):
            self.rows = [each["rows"] for each in json.loads(content)]
        if (sender, to) != (LABEL, HOLDER):
            return content
        if name == "counts.1/answer":
            pairs = zip(json.loads(content), self.rows, strict=True)
            self.told = [_feature(each["groups"], each["woe"], rows) for each, rows in pairs]
        elif name.startswith("scorecard/round/"):
            self.kept = json.loads(content)["keep"]
        elif name.endswith("/final") and self.most == HONEST:
            self.coefficients = np.frombuffer(content, "<i8").tolist()
        elif name.endswith("/final"):
            self.coefficients = spelling(
                self.features, factor=self.factor, most=self.most, rng=self.rng
            )
            return np.array(self.coefficients, "<i8").tobytes()
        return content

    @property
    def features(self) -> list[Feature]:
        return [self.told[place] for place in self.kept]


def _feature(groups: list[list[int]], woe: list[int], rows: list[int]) -> Feature:
    """Without the bin of missing values, which nobody here has."""
    counts = np.array([sum(rows[each] for each in group) for group in groups], np.float64)
    return Feature(tuple(woe[: len(groups)]), counts / counts.sum())


def spelling(
    features: Sequence[Feature], *, factor: float, most: int, rng: np.random.Generator
) -> list[int]:
    """Of coefficients tried by chance, within the holder's reach, those that tell most bins.

    Not more than ``most`` percent of the values may have points that follow for certain.
    """
    best, found = -1.0, [0] * len(features)
    largest = np.array([max(map(abs, each.hundredths)) for each in features]) / HUNDREDTHS
    for _ in range(_TRIES):
        weights = rng.permutation(rng.uniform(1, 6) ** -np.arange(float(len(features))))
        weights *= rng.uniform(0.01, 1) * _SAFE * REACH / 2 / (weights @ largest)
        coefficients = np.rint(weights * GRID).astype(np.int64).tolist()
        key = Key(features, coefficients, factor)
        allowed = most == EVERYTHING or key.certain <= _SAFE * most / EVERYTHING
        if allowed and key.likely > best:
            best, found = key.likely, coefficients
    return found


class Key:
    """From a total to bins (解码表), the features taken as independent.

    likely: share of bins that the likeliest choice is expected to get right. certain: share of values whose points
    follow from the total, as the holder reckons it.
    """

    def __init__(
        self, features: Sequence[Feature], coefficients: Sequence[int], factor: float
    ) -> None:
        every = np.indices([len(each.share) for each in features]).reshape(len(features), -1)
        pairs = list(zip(features, coefficients, strict=True))
        points = [np.array(each.points(one, factor)) for each, one in pairs]
        chance = np.prod([e.share[bins] for (e, _), bins in zip(pairs, every, strict=True)], axis=0)
        gained = np.array([table[bins] for table, bins in zip(points, every, strict=True)])
        self.totals, place = np.unique(gained.sum(axis=0), return_inverse=True)
        self.bins = np.empty((len(self.totals), len(features)), np.int64)
        likely = certain = 0.0
        for nth, (bins, own) in enumerate(zip(every, gained, strict=True)):
            by_bin = _summed(place, bins, chance)
            self.bins[:, nth] = by_bin.argmax(axis=1)
            likely += by_bin.max(axis=1).sum()
            by_points = _summed(place, np.unique(own, return_inverse=True)[1], chance)
            alone = (by_points > 0).sum(axis=1) == 1
            certain += by_points.sum(axis=1)[alone].sum()
        self.likely = float(likely) / len(features)
        self.certain = float(certain) / len(features)

    def read(self, totals: IntArray) -> IntArray:
        """(n, k) bins."""
        return self.bins[np.clip(np.searchsorted(self.totals, totals), 0, len(self.totals) - 1)]


def _summed(rows: IntArray, columns: IntArray, chance: FloatArray) -> FloatArray:
    """Chances by total and by bin or points."""
    found = np.zeros((int(rows.max()) + 1, int(columns.max()) + 1))
    np.add.at(found, (rows, columns), chance)
    return found


def all_ours(ground: Ground) -> AttackScore:
    """Everything at once, under the policy that a node begins with."""
    return _spell(ground, aim=EVERYTHING, limit=_limit())


def all_twin(ground: Ground) -> AttackScore:
    """A holder whose policy has no limit."""
    return _spell(ground, aim=EVERYTHING, limit=EVERYTHING)


def within_ours(ground: Ground) -> AttackScore:
    """No more than the policy lets pass."""
    return _spell(ground, aim=_limit(), limit=_limit())


def honest_ours(ground: Ground) -> AttackScore:
    """The coefficients of the fit: what totals tell anyhow."""
    return _spell(ground, aim=HONEST, limit=_limit())


def _limit() -> int:
    text = default_policy_text().encode()
    return policy_from(text).policy.max_told_share_percent


def _spell(ground: Ground, *, aim: int, limit: int) -> AttackScore:
    """The real programs, but for the coefficients; then a holder's totals of all firms, as ``by_holder`` opens them."""
    made = town(ground.rng("spelling"), rows=FIRMS, own=1, held=FEATURES, holders=(HOLDER,))
    job = made.job()
    false = _Speller(scaling_of(job).factor, aim, ground.rng("coefficients"))
    outcome = play(
        ScorecardKind(),
        job,
        folder=ground.folder,
        rows=made.entering(),
        values=made.values(),
        change=false,
        most_told_percent=limit,
        seed=ground.secret("spelling"),
    )
    cells = FIRMS * FEATURES
    content = outcome.kept[HOLDER].get(CARD)
    if content is None:
        return AttackScore(0, cells, cells, 0.0, refusal(outcome))
    part = read_file(CardPart, content)
    shapes, values = [each.shape for each in part.characteristics], made.columns[HOLDER]
    points = points_of([(each.shape, each.points) for each in part.characteristics], values)
    key = Key(false.features, false.coefficients, part.factor)
    truth = bins_of(shapes, values)
    right = int((key.read(points.sum(axis=1)) == truth).sum())
    return AttackScore(right, cells, cells, guessed(truth))
