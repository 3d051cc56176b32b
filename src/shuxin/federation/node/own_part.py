"""This party's own characteristics of a joint card, bin by bin (本方分片明细): for its own people, with its edges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.federation.card.files import read_file
from shuxin.federation.card.parts import CardPart, LabelPart
from shuxin.federation.domain.job import Role
from shuxin.kernel.text import Text
from shuxin.scoring.api import bin_labels

if TYPE_CHECKING:
    from collections.abc import Iterator

_HUNDREDTHS = 100


@dataclass(frozen=True, slots=True)
class OwnBin:
    """One bin: in words, its WOE and its points."""

    label: Text
    woe: float
    points: int


@dataclass(frozen=True, slots=True)
class OwnCharacteristic:
    """category: how the public hears of it; "" at the label party, whose own reasons are spelled out."""

    name: str
    category: Text
    coefficient: float
    bins: tuple[OwnBin, ...]


def own_characteristics(file: bytes, *, role: Role) -> tuple[OwnCharacteristic, ...]:
    """Of the part that a party with this role has. Raises CardAltered, CardInvalid."""
    if role is Role.LABEL:
        return tuple(_of_label(read_file(LabelPart, file)))
    return tuple(_of_holder(read_file(CardPart, file)))


def _of_label(part: LabelPart) -> Iterator[OwnCharacteristic]:
    for each in part.characteristics:
        bins = tuple(
            OwnBin(label, one.woe, one.points)
            for label, one in zip(
                bin_labels(shape=each.shape, unit=each.unit), each.bins, strict=True
            )
        )
        yield OwnCharacteristic(each.name, Text(en="", zh=""), each.coefficient, bins)


def _of_holder(part: CardPart) -> Iterator[OwnCharacteristic]:
    titles = {one.code: one.title for one in part.categories}
    for each in part.characteristics:
        found = zip(bin_labels(shape=each.shape, unit=""), each.woe, each.points, strict=False)
        bins = tuple(OwnBin(label, woe / _HUNDREDTHS, points) for label, woe, points in found)
        title, coefficient = titles[each.category], each.coefficient / (1 << 16)
        yield OwnCharacteristic(each.shape.name, title, coefficient, bins)
