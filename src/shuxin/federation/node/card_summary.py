"""What a party may see at a glance of its part of a joint card."""

from __future__ import annotations

from dataclasses import dataclass

from shuxin.federation.card.files import hash_of, read_file
from shuxin.federation.card.parts import CardPart, LabelPart, Span
from shuxin.federation.domain.job import Role


@dataclass(frozen=True, slots=True)
class Share:
    """One party's share of a card (各方份额): how many characteristics, and what their points add up to."""

    party: str
    characteristics: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class CardSummary:
    """A part of a joint card in short (评分卡分片摘要).

    shares: as far as the reader's part knows them, the label party's first; a holder knows its own alone. parties:
    all holders with a part. base_points, cut_off, parts (the holders' hashes): in the label party's part alone.
    """

    model: str
    version: str
    hash: str
    parties: tuple[str, ...]
    shares: tuple[Share, ...]
    base_points: int | None = None
    cut_off: int | None = None
    parts: tuple[str, ...] = ()


def summary_of(file: bytes, *, role: Role) -> CardSummary:
    """Of the part that a party with this role has. Raises CardAltered, CardInvalid."""
    if role is Role.LABEL:
        return _of_label(read_file(LabelPart, file))
    return _of_holder(read_file(CardPart, file))


def _of_label(part: LabelPart) -> CardSummary:
    points = [each.all_points for each in part.characteristics]
    own = _share(part.party, points)
    seats = (_spanned(seat.party, seat.characteristics, seat.span) for seat in part.seats)
    return CardSummary(
        model=part.model,
        version=part.version,
        hash=hash_of(part),
        parties=part.holders,
        shares=(own, *seats),
        base_points=part.base_points,
        cut_off=part.cut_off,
        parts=tuple(seat.part for seat in part.seats),
    )


def _of_holder(part: CardPart) -> CardSummary:
    own = _share(part.party, [each.points for each in part.characteristics])
    return CardSummary(
        model=part.model,
        version=part.version,
        hash=hash_of(part),
        parties=part.holders,
        shares=(own,),
    )


def _share(party: str, points: list[tuple[int, ...]]) -> Share:
    return Share(party, len(points), sum(map(min, points)), sum(map(max, points)))


def _spanned(party: str, characteristics: int, span: Span) -> Share:
    return Share(party, characteristics, span.low, span.high)
