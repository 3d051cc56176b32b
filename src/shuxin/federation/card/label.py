"""The label party's side of a joint score: whom to ask, what answers count, and the score with its reasons.

``begin``; then, while ``due`` names questions, ask them and take the answers in with ``took``; then ``judge``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from shuxin.federation.card.answers import (
    FORM,
    NO_REASON,
    SPAN,
    AnswerInvalid,
    Answers,
    read_answers,
)
from shuxin.federation.card.contract import Contribution
from shuxin.federation.card.masks import RING
from shuxin.federation.card.values import bins_of
from shuxin.kernel.text import Text
from shuxin.scoring.api import Scored, reasons_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from shuxin.federation.card.answers import Question
    from shuxin.federation.card.parts import HolderSeat, LabelPart, Span
    from shuxin.scoring.api import Values


_Number = TypeVar("_Number", bound=np.generic)


class Standing(IntEnum):
    """What became of one holder for one subject (应答状态)."""

    WAITING = 0
    ANSWERED = 1
    UNKNOWN_SUBJECT = 2
    DOWN = 3
    REFUSED = 4
    TOO_FEW = 5


STANDING_TEXT = {
    Standing.ANSWERED: Text(en="its points count", zh="已计入其分值"),
    Standing.UNKNOWN_SUBJECT: Text(
        en="it does not have the subject; the model's points for a missing party count",
        zh="该数据方没有该主体,按模型的缺失分计",
    ),
    Standing.DOWN: Text(
        en="it could not be reached; the model's points for a missing party count",
        zh="无法连接该数据方,按模型的缺失分计",
    ),
    Standing.REFUSED: Text(
        en="it refused; the model's points for a missing party count",
        zh="该数据方拒绝,按模型的缺失分计",
    ),
    Standing.TOO_FEW: Text(
        en="too few other holders could answer; the model's points for a missing party count",
        zh="可应答的其他数据方过少,按模型的缺失分计",
    ),
}
"""How a decision says it."""
_ABSENT = (Standing.DOWN, Standing.REFUSED)


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """What is known so far about n subjects (应答汇总), h holders in the order of the part's seats.

    standings: (n, h). points: (n,) of all that answered. numbers: (n, c) by holder, where the contract opens them.
    reasons: (n, m) by holder.
    """

    part: LabelPart
    standings: NDArray[np.int8]
    points: NDArray[np.int64]
    numbers: Mapping[str, NDArray[np.int64]]
    reasons: Mapping[str, NDArray[np.uint8]]


@dataclass(frozen=True, slots=True)
class JointReason:
    """One reason; ``rank`` from 1. ``party``: whose data it is about; ``about``: characteristic or category."""

    rank: int
    party: str
    about: str
    text: Text


@dataclass(frozen=True, slots=True)
class PartyShare:
    """One holder's share in a joint score.

    points: what counts for it; None where only the sum of holders is known. by_category: where the contract has it;
    the code is empty for silent categories together.
    """

    party: str
    standing: Standing
    points: int | None
    by_category: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class JointScore:
    """The joint score (联合评分) of one subject: points within the scale, PD (0-1) from them.

    total: before it was kept within the scale. own: (name, bin, points) of the label party's characteristics.
    """

    points: int
    pd: float
    total: int
    own: tuple[tuple[str, int, int], ...]
    shares: tuple[PartyShare, ...]
    reasons: tuple[JointReason, ...]


@dataclass(frozen=True, slots=True, eq=False)
class JointScores:
    """Of n subjects: (n,) totals, points and pd, (n, k) bins and points of own characteristics."""

    tally: Tally
    totals: NDArray[np.int64]
    points: NDArray[np.int64]
    pd: NDArray[np.float64]
    own_bins: NDArray[np.intp]
    own_points: NDArray[np.int64]

    def one(self, row: int, /) -> JointScore:
        part = self.tally.part
        names = [each.name for each in part.characteristics]
        bins, gained = self.own_bins[row].tolist(), self.own_points[row].tolist()
        own = tuple(zip(names, bins, gained, strict=True))
        points, pd = int(self.points[row]), float(self.pd[row])
        return JointScore(
            points=points,
            pd=pd,
            total=int(self.totals[row]),
            own=own,
            shares=tuple(self._share(nth, seat, row) for nth, seat in enumerate(part.seats)),
            reasons=_ranked(part, Scored(points, pd, own), self.tally.reasons, row),
        )

    def _share(self, nth: int, seat: HolderSeat, row: int) -> PartyShare:
        standing = Standing(int(self.tally.standings[row, nth]))
        contract = self.tally.part.contract
        if standing is not Standing.ANSWERED:
            return PartyShare(seat.party, standing, seat.missing_points)
        if contract.contribution is Contribution.SUM:
            return PartyShare(seat.party, standing, None)
        numbers = self.tally.numbers[seat.party][row].tolist()
        if contract.contribution is Contribution.BY_HOLDER:
            return PartyShare(seat.party, standing, sum(numbers))
        codes = [each.code for each in seat.categories if each.code not in contract.silent]
        named = [*codes, ""][: len(numbers)]
        return PartyShare(
            seat.party, standing, sum(numbers), tuple(zip(named, numbers, strict=True))
        )


def begin(part: LabelPart, *, rows: int) -> Tally:
    """Nobody has answered yet about ``rows`` subjects, one or more."""
    columns = {each.party: len(part.contract.columns(each.categories)) for each in part.seats}
    most = part.contract.most_categories
    return Tally(
        part=part,
        standings=np.zeros((rows, len(part.seats)), np.int8),
        points=np.zeros(rows, np.int64),
        numbers={party: np.zeros((rows, wide), np.int64) for party, wide in columns.items()},
        reasons={party: np.full((rows, most), NO_REASON, np.uint8) for party in columns},
    )


def due(tally: Tally, /) -> tuple[tuple[tuple[str, ...], NDArray[np.intp]], ...]:
    """The questions to ask next: (holders to be asked together, rows of their subjects); empty when none is left."""
    waiting = tally.standings == Standing.WAITING
    sets, places = np.unique(waiting, axis=0, return_inverse=True)
    holders = tally.part.holders
    return tuple(
        (
            tuple(party for party, asked in zip(holders, each, strict=True) if asked),
            np.flatnonzero(places.reshape(-1) == nth),
        )
        for nth, each in enumerate(sets)
        if each.any()
    )


def took(
    tally: Tally,
    *,
    question: Question,
    rows: NDArray[np.intp],
    answers: Mapping[str, bytes],
    absent: Mapping[str, Standing],
    refused: Mapping[str, NDArray[np.bool_]] | None = None,
) -> Tally:
    """The tally with what came of one question of ``due`` about the subjects ``rows``.

    Of a sum nothing is taken for a subject that one of the asked holders gave no number for: the others are asked
    again without it, as long as the contract allows so few.

    Args:
        answers: bytes by holder that answered.
        absent: DOWN or REFUSED, by holder that did not.
        refused: (rows,) by holder that answered: subjects about which it says that it will not.

    Raises:
        AnswerInvalid: an answer, or the sum of all, cannot be right; nothing of the question is taken.
    """
    _check_asked(tally, question, rows, answers, absent)
    seats = [each for each in tally.part.seats if each.party in question.holders]
    read = {
        each.party: _read(tally.part, each, question, answers)
        for each in seats
        if each.party in answers
    }
    standings = tally.standings.copy()
    for seat in seats:
        nth = tally.part.holders.index(seat.party)
        standings[rows, nth] = absent.get(seat.party, Standing.ANSWERED)
        if seat.party in read:
            standings[rows[~read[seat.party].known], nth] = Standing.UNKNOWN_SUBJECT
            standings[rows[_refused(read[seat.party], refused, seat.party)], nth] = Standing.REFUSED
    new = replace(tally, standings=standings)
    if tally.part.contract.contribution is Contribution.SUM:
        return _with_sum(new, seats, rows, read)
    return _with_numbers(new, seats, rows, read)


def judge(tally: Tally, values: Mapping[str, Values], /) -> JointScores:
    """The scores, once no question is due; ``values``: (n,) of the label party's own characteristics.

    Raises ColumnMissing, LengthsDisagree, InfiniteValues, ValuesOfWrongKind.
    """
    part, rows = tally.part, len(tally.points)
    if (tally.standings == Standing.WAITING).any():
        raise ValueError("questions are due")
    bins = np.zeros((rows, 0), np.intp)
    if part.characteristics:
        bins = bins_of([each.shape for each in part.characteristics], values)
    if len(bins) != rows:
        raise ValueError("the values are not those of the tally's subjects")
    gained = np.zeros(bins.shape, np.int64)
    for nth, each in enumerate(part.characteristics):
        gained[:, nth] = np.asarray(each.all_points, np.int64)[bins[:, nth]]
    missing = np.array([seat.missing_points for seat in part.seats], np.int64)
    absent = tally.standings != Standing.ANSWERED
    totals = part.base_points + gained.sum(axis=1) + tally.points + absent @ missing
    points = np.clip(totals, part.scaling.floor, part.scaling.ceiling)
    levels, places = np.unique(points, return_inverse=True)
    chances = [part.scaling.probability_of_bad(score=level) for level in levels.tolist()]
    return JointScores(tally, totals, points, np.array(chances)[places], bins, gained)


def _check_asked(
    tally: Tally,
    question: Question,
    rows: NDArray[np.intp],
    answers: Mapping[str, bytes],
    absent: Mapping[str, Standing],
) -> None:
    """Raises ValueError: the caller's mistake, not a holder's."""
    asked = np.isin(np.array(tally.part.holders), question.holders)
    due_now = (tally.standings[rows] == Standing.WAITING) == asked
    heard = sorted((*answers, *absent)) == list(question.holders)
    if len(rows) != question.rows or not due_now.all() or not heard:
        raise ValueError("this question was not due, or a holder is neither heard nor absent")
    if not all(standing in _ABSENT for standing in absent.values()):
        raise ValueError("an absent holder is down or refused")


def _read(
    part: LabelPart, seat: HolderSeat, question: Question, answers: Mapping[str, bytes]
) -> Answers:
    return read_answers(
        answers[seat.party],
        party=seat.party,
        question=question,
        part=seat.part,
        contract=part.contract,
        categories=seat.categories,
    )


def _refused(
    answers: Answers, refused: Mapping[str, NDArray[np.bool_]] | None, party: str
) -> NDArray[np.bool_]:
    """Raises AnswerInvalid: it says that it refuses, and answers."""
    told = (refused or {}).get(party, np.zeros(len(answers.known), np.bool_))
    if (told & answers.known).any():
        raise AnswerInvalid(party=party, reason=FORM)
    return told


def _with_sum(
    tally: Tally, seats: Sequence[HolderSeat], rows: NDArray[np.intp], read: Mapping[str, Answers]
) -> Tally:
    """Open the sums of the subjects for which all gave a number; the others wait on, or are not asked any more."""
    part, standings = tally.part, tally.standings
    places = np.array([part.holders.index(seat.party) for seat in seats])
    answered = standings[np.ix_(rows, places)] == Standing.ANSWERED
    whole = answered.all(axis=1)
    fewer = np.where(
        answered.sum(axis=1, keepdims=True) < part.contract.min_holders,
        Standing.TOO_FEW,
        Standing.WAITING,
    )
    again = np.where(answered, fewer, standings[np.ix_(rows, places)])
    standings[np.ix_(rows[~whole], places)] = again[~whole]
    if not whole.any():
        return tally
    words = sum((each.words[whole, 0] for each in read.values()), np.zeros(1, RING.dtype))
    sums = RING.signed(words)
    span = seats[0].span
    for seat in seats[1:]:
        span += seat.span
    _check_spans(sums[:, None], [span], parties=read)
    points = tally.points.copy()
    points[rows[whole]] += sums
    reasons = {party: each.reasons[whole] for party, each in read.items()}
    return replace(tally, points=points, reasons=_placed(tally.reasons, reasons, rows[whole]))


def _with_numbers(
    tally: Tally, seats: Sequence[HolderSeat], rows: NDArray[np.intp], read: Mapping[str, Answers]
) -> Tally:
    points, numbers = tally.points.copy(), {}
    for seat in seats:
        if seat.party in read:
            found = RING.signed(read[seat.party].words)
            known = read[seat.party].known
            spans = seat.column_spans(tally.part.contract)
            _check_spans(found[known], spans, parties=[seat.party])
            points[rows] += found.sum(axis=1)
            numbers[seat.party] = found
    reasons = {party: each.reasons for party, each in read.items()}
    return replace(
        tally,
        points=points,
        numbers=_placed(tally.numbers, numbers, rows),
        reasons=_placed(tally.reasons, reasons, rows),
    )


def _check_spans(
    numbers: NDArray[np.int64], spans: Sequence[Span], *, parties: Iterable[str]
) -> None:
    low, high = [each.low for each in spans], [each.high for each in spans]
    if ((numbers < low) | (numbers > high)).any():
        raise AnswerInvalid(party=", ".join(parties), reason=SPAN)


def _placed(
    before: Mapping[str, NDArray[_Number]],
    new: Mapping[str, NDArray[_Number]],
    rows: NDArray[np.intp],
) -> dict[str, NDArray[_Number]]:
    found = dict(before)
    for party, values in new.items():
        found[party] = found[party].copy()
        found[party][rows] = values
    return found


def _ranked(
    part: LabelPart, scored: Scored, reasons: Mapping[str, NDArray[np.uint8]], row: int
) -> tuple[JointReason, ...]:
    """The label party's own by loss, then each holder's categories, holders in rising order."""
    card = part.own_card
    found = (
        []
        if card is None
        else [
            (part.party, each.characteristic, each.text)
            for each in reasons_of(card=card, scored=scored)
        ]
    )
    for seat in part.seats:
        for place in reasons[seat.party][row].tolist():
            if place != NO_REASON:
                category = seat.categories[place]
                found.append((seat.party, category.code, category.title))
    return tuple(JointReason(rank, *each) for rank, each in enumerate(found, start=1))
