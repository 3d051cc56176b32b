"""A joint score added up anew from what a file discloses: the rules of ``card.label`` for one subject.

Written a second time, without arrays, because a verifier has the base install only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shuxin.federation.evidence.leaves import ANSWERED, REFUSED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WAITING, TOO_FEW, DOWN, UNKNOWN_SUBJECT = "waiting", "too_few", "down", "unknown_subject"
_HALF, _RING = 1 << 31, 1 << 32
_SLACK = 1e-6
"""For the two logarithms of the scale, which machines may round differently in the last place."""


class TallyBroken(ValueError):
    """The file's answers cannot be those of an honest walk; the argument is the link's code."""


@dataclass(slots=True)
class Tally:
    """What is known so far about the one subject. points: of all that answered; by_holder: where they are known."""

    model: Mapping[str, Any]
    standings: dict[str, str]
    points: int = 0
    by_holder: dict[str, int] = field(default_factory=dict)

    @classmethod
    def begin(cls, model: Mapping[str, Any]) -> Tally:
        return cls(model, {seat["party"]: WAITING for seat in model["seats"]})

    def took(self, said: Mapping[str, Said]) -> None:
        """One question's answers, by holder; as ``card.label.took``. Raises TallyBroken."""
        if any(self.standings.get(one) != WAITING for one in said):
            raise TallyBroken("questions")
        if self._is_sum() and len(said) != sum(one == WAITING for one in self.standings.values()):
            raise TallyBroken("questions")
        for one, what in said.items():
            self.standings[one] = what.standing
        if self._is_sum():
            self._sum(said)
        else:
            self._each(said)

    def total(self, own: int, *, base: int) -> int:
        """With base, own points, and the missing points of each holder that gave nothing. Raises TallyBroken."""
        if WAITING in self.standings.values():
            raise TallyBroken("questions")
        missing = sum(
            seat["missing_points"]
            for seat in self.model["seats"]
            if self.standings[seat["party"]] != ANSWERED
        )
        return base + own + self.points + int(missing)

    def holders(self) -> list[dict[str, Any]]:
        """As the bank's signed score says it."""
        return [
            {
                "party": seat["party"],
                "standing": self.standings[seat["party"]],
                "points": self._points_of(seat),
            }
            for seat in self.model["seats"]
        ]

    def _points_of(self, seat: Mapping[str, Any]) -> int | None:
        if self.standings[seat["party"]] != ANSWERED:
            return int(seat["missing_points"])
        return self.by_holder.get(seat["party"])

    def _is_sum(self) -> bool:
        return bool(self.model["contract"]["contribution"] == "sum")

    def _sum(self, said: Mapping[str, Said]) -> None:
        answered = [one for one, what in said.items() if what.standing == ANSWERED]
        if len(answered) == len(said):
            words = sum(what.numbers[0] for what in said.values()) % _RING
            self.points += _signed(words, [self._span(one) for one in said])
            return
        enough = len(answered) >= self.model["contract"]["min_holders"]
        for one in answered:
            self.standings[one] = WAITING if enough else TOO_FEW

    def _each(self, said: Mapping[str, Said]) -> None:
        for one, what in said.items():
            if what.standing == ANSWERED:
                self.by_holder[one] = sum(_signed(word, []) for word in what.numbers)
                low, high = self._span(one)
                if not low <= self.by_holder[one] <= high:
                    raise TallyBroken("total")
                self.points += self.by_holder[one]

    def _span(self, party: str) -> tuple[int, int]:
        seat = next(seat for seat in self.model["seats"] if seat["party"] == party)
        return sum(one["low"] for one in seat["spans"]), sum(one["high"] for one in seat["spans"])


@dataclass(frozen=True, slots=True)
class Said:
    """What a holder said in one question: a standing, and its words where it answered."""

    standing: str
    numbers: Sequence[int] = ()


def standing_of(leaf: Mapping[str, Any]) -> Said:
    """Raises TallyBroken."""
    found = leaf["standing"]
    if found == ANSWERED and leaf["numbers"]:
        return Said(ANSWERED, tuple(leaf["numbers"]))
    if found == REFUSED:
        return Said(REFUSED)
    if found == "unknown":
        return Said(UNKNOWN_SUBJECT)
    raise TallyBroken("standing")


def is_base(told: int, model: Mapping[str, Any]) -> bool:
    """Whether ``told`` is the whole number next to the base; of two as near, either."""
    factor, offset = scale(model)
    return bool(abs(model["intercept"] * factor + offset - told) <= 0.5 + _SLACK)


def own_points(own: Sequence[Mapping[str, Any]], model: Mapping[str, Any]) -> int:
    """The label party's points: each characteristic once, in order, with the points of its bin. Raises TallyBroken."""
    if [one["name"] for one in own] != [one["shape"]["name"] for one in model["characteristics"]]:
        raise TallyBroken("own")
    for one, kept in zip(own, model["characteristics"], strict=True):
        points = [*(each["points"] for each in kept["bins"]), kept["unseen_points"]]
        place = len(points) - 1 if one["bin"] == -1 else one["bin"]
        if type(place) is not int or not 0 <= place < len(points):
            raise TallyBroken("own")
        if points[place] != one["points"]:
            raise TallyBroken("own")
    return sum(one["points"] for one in own)


def clamped(total: int, model: Mapping[str, Any]) -> int:
    return int(min(max(total, model["scaling"]["floor"]), model["scaling"]["ceiling"]))


def is_pd(told: str, points: int, model: Mapping[str, Any]) -> bool:
    """Whether that text is the PD of the scale at these points, to six places."""
    factor, offset = scale(model)
    found = 1.0 / (1.0 + math.exp((points - offset) / factor))
    return abs(found - float(told)) <= _SLACK


def scale(model: Mapping[str, Any]) -> tuple[float, float]:
    """Points per unit of log-odds, and points at even odds."""
    told = model["scaling"]
    factor = told["pdo"] / math.log(2.0)
    return factor, told["base_points"] - factor * math.log(told["base_odds"])


def _signed(word: int, spans: Sequence[tuple[int, int]]) -> int:
    """A word modulo 2^32 as the whole number that it stands for. Raises TallyBroken: outside the spans."""
    if not 0 <= word < _RING:
        raise TallyBroken("total")
    found = word - _RING if word >= _HALF else word
    if spans and not sum(low for low, _ in spans) <= found <= sum(high for _, high in spans):
        raise TallyBroken("total")
    return found
