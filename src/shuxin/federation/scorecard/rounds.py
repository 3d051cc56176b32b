"""The label party's words to all others between the steps: what comes next, and with which features.

A word says nothing but the next step, the number of rows, how many columns each data party has left, and to a holder
which of its own stay. STOP gives no reason, for a reason could tell of outcomes.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from shuxin.federation.scorecard.errors import ScorecardMessageWrong, ScorecardNotMade
from shuxin.kernel.canonical import canonical_json
from shuxin.kernel.errors import ShuxinError, Unavailable
from shuxin.kernel.statements import StatementInvalid, parse_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from shuxin.federation.domain.job import Job
    from shuxin.federation.engine.channel import Work

_FIELDS = {"then", "rows", "columns", "keep"}
_HEAD_BYTES, _NUMBER_BYTES = 128, 12


class Then(StrEnum):
    """What comes next (下一步)."""

    COUNT = "count"
    RELATE = "relate"
    FIT = "fit"
    DONE = "done"
    STOP = "stop"


_AFTER = {
    None: {Then.COUNT},
    Then.COUNT: {Then.RELATE},
    Then.RELATE: {Then.FIT},
    Then.FIT: {Then.FIT, Then.DONE},
}


@dataclass(frozen=True, slots=True)
class Round:
    """One word (轮次). ``columns``: of each data party, the label party first. ``keep``: places of the reader's own."""

    then: Then
    rows: int
    columns: tuple[int, ...]
    keep: tuple[int, ...]

    def dump(self) -> bytes:
        return canonical_json(
            {
                "then": self.then.value,
                "rows": self.rows,
                "columns": list(self.columns),
                "keep": list(self.keep),
            }
        )


def name_of(nth: int) -> str:
    return f"scorecard/round/{nth}"


def round_bytes(job: Job, width: int) -> int:
    """The most bytes of a word to a party with ``width`` features."""
    return _HEAD_BYTES + _NUMBER_BYTES * (len(job.data_parties) + width)


class Leading:
    """The label party's end: says each word to all others."""

    def __init__(self, work: Work, *, rows: int) -> None:
        self._work = work
        self._rows = rows
        self._said = 0

    def say(self, then: Then, kept: Mapping[str, Sequence[int]]) -> tuple[int, ...]:
        """``kept``: places of the features that each data party has left. Gives how many, the label party first."""
        job = self._work.job
        columns = tuple(len(kept.get(party, ())) for party in job.data_parties)
        for seat in job.parties:
            if seat.party == self._work.party:
                continue
            own = kept.get(seat.party, ())
            content = Round(then, self._rows, columns, tuple(own)).dump()
            self._work.channel.send(seat.party, name_of(self._said), lambda c=content: [c])  # type: ignore[misc]
        self._said += 1
        return columns

    @contextmanager
    def stopping(self) -> Iterator[None]:
        """While the others wait for a word: whatever ends this party's program is told them as STOP, and no reason.

        Not where a disk or database cannot be used now: then the program runs again, and the word may be another.
        """
        try:
            yield
        except Unavailable:
            raise
        except ShuxinError as error:
            error.told_as = ScorecardNotMade.code
            self.say(Then.STOP, {})
            raise


class Following:
    """Every other party's end: reads each word as a stranger's.

    widths: features of each data party in the job. last: number of the last word. rows: as this party knows them, None
    where it does not.
    """

    def __init__(self, work: Work, *, widths: tuple[int, ...], last: int, rows: int | None) -> None:
        self._work = work
        self._last = last
        self._rows = rows
        self._columns = widths
        self._heard = 0
        self._before: Then | None = None
        me = _place(work)
        self._keep = () if me is None else tuple(range(widths[me]))

    def hear(self) -> Round:
        """The next word. Raises ScorecardNotMade: it is STOP. ScorecardMessageWrong."""
        label, name = self._work.job.label, name_of(self._heard)
        self._require(self._heard <= self._last, "more words than declared")
        found = self._read(self._work.channel.receive(label, name).read())
        if found.then is Then.STOP:
            raise ScorecardNotMade(party=label)
        self._require(found.then in _AFTER.get(self._before, set()), "another step")
        self._require(
            found.then is not Then.FIT or self._heard < self._last, "more fits than declared"
        )
        self._require(self._rows in {None, found.rows}, "other rows than aligned")
        self._require(1 <= found.rows <= self._work.job.limits.rows, "rows")
        self._require(len(found.columns) == len(self._columns), "columns")
        fewer = (
            0 <= now <= before for now, before in zip(found.columns, self._columns, strict=True)
        )
        self._require(all(fewer) and any(found.columns[1:]), "columns")
        me = _place(self._work)
        self._require(len(found.keep) == (0 if me is None else found.columns[me]), "features")
        self._require(set(found.keep) <= set(self._keep), "features")
        self._require(list(found.keep) == sorted(set(found.keep)), "features")
        if found.then is Then.DONE:
            self._require((found.columns, found.keep) == (self._columns, self._keep), "features")
        self._columns, self._keep, self._rows = found.columns, found.keep, found.rows
        self._before = found.then
        self._heard += 1
        return found

    def _read(self, content: bytes) -> Round:
        value: Any = None
        with suppress(StatementInvalid):
            value = parse_json(content)
        self._require(isinstance(value, dict) and set(value) == _FIELDS, "fields")
        self._require(value["then"] in {one.value for one in Then}, "another step")
        lists = (value["columns"], value["keep"])
        self._require(all(isinstance(one, list) for one in lists), "not a list")
        numbers = (value["rows"], *lists[0], *lists[1])
        self._require(all(type(one) is int for one in numbers), "not a whole number")
        return Round(Then(value["then"]), value["rows"], tuple(lists[0]), tuple(lists[1]))

    def _require(self, holds: object, reason: str) -> None:
        if not holds:
            raise ScorecardMessageWrong(
                name=name_of(self._heard), party=self._work.job.label, reason=reason
            )


def _place(work: Work) -> int | None:
    """Among the data parties; None for the helper."""
    parties = work.job.data_parties
    return parties.index(work.party) if work.party in parties else None
