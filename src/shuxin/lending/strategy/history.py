"""Past applications (历史样本) for a back-test: out of kept decisions, or out of a table."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shuxin.kernel.canonical import content_hash
from shuxin.kernel.dates import CHINA_TIME
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text
from shuxin.lending.domain.offers import Verdict
from shuxin.lending.strategy.applied import Given
from shuxin.lending.strategy.facts import STANDARD, FactUnfit, Level, taken

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from shuxin.lending.strategy.facts import Fact
    from shuxin.lending.strategy.record import DecisionRecord

MOST_CASES = 200_000
_FEN_PER_YUAN = 100
_GIVEN = tuple(name for name in STANDARD if name.startswith(("application.", "firm.")))


class HistoryInvalid(InvalidInput):
    code = "history_invalid"
    what = Text(
        en="row {row} of the history cannot be used: {column}",
        zh="历史样本第 {row} 行无法使用：{column}",
    )
    mend = Text(
        en="Columns: facts by their names, 'bad' (1, 0 or empty), 'on' (a day), 'was' (approve, refer, decline, "
        "need_information or empty)",
        zh="所需列：以变量名命名的各列、bad（1、0 或空）、on（日期）、was(approve、refer、decline、"
        "need_information 或空)",
    )


@dataclass(frozen=True, slots=True)
class PastCase:
    """One past application: what was known then, and what became of it.

    sources: by level, as a record keeps them. bad: it went bad, None where nobody knows (declined, or too young).
    was: the verdict of then, "" where there was none.
    """

    given: Given
    sources: Mapping[str, Mapping[str, Any]]
    at: dt.datetime
    bad: bool | None = None
    was: str = ""


def cases_of_records(
    records: Iterable[DecisionRecord], *, outcomes: Mapping[str, bool]
) -> Iterator[PastCase]:
    """``outcomes``: by application, whether it went bad; one that is not named is unknown."""
    for record in records:
        given = Given(**record.parts["given"])
        yield PastCase(
            given,
            record.parts["sources"],
            record.decided_at,
            outcomes.get(record.application),
            record.verdict.value,
        )


def cases_of_rows(
    rows: Iterable[Mapping[str, Any]],
    *,
    product_kind: str,
    amount_fen: tuple[int, int],
    rate_bp: tuple[int, int],
) -> Iterator[PastCase]:
    """A table with facts by their names; the bands are those of the product that they are tried against.

    Raises HistoryInvalid, which names row and column.
    """
    for number, row in enumerate(rows, start=1):
        if number > MOST_CASES:
            raise HistoryInvalid(row=number, column=f"> {MOST_CASES}")
        yield _case(number, row, product_kind, amount_fen, rate_bp)


def _case(
    number: int,
    row: Mapping[str, Any],
    kind: str,
    amount_fen: tuple[int, int],
    rate_bp: tuple[int, int],
) -> PastCase:
    facts = _standard(number, row)
    sources = {
        level.value: _told({name: one for name, one in row.items() if name.startswith(f"{level.value}.")})
        for level in (Level.OPEN, Level.OWN, Level.JOINT)
        if any(name.startswith(f"{level.value}.") for name in row)
    }  # fmt: skip
    given = Given(
        key=f"row-{number}",
        firm=str(row.get("firm") or f"row-{number}"),
        product="",
        product_kind=kind,
        amount_fen=int(facts["application.amount_yuan"] or 0) * _FEN_PER_YUAN,
        term_months=int(facts["application.term_months"] or 0),
        amount_least_fen=amount_fen[0],
        amount_most_fen=amount_fen[1],
        rate_least_bp=rate_bp[0],
        rate_most_bp=rate_bp[1],
        guaranteed_bp=0,
        facts=facts,
    )
    return PastCase(given, sources, _day(number, row), _bad(number, row), _was(number, row))


def _standard(number: int, row: Mapping[str, Any]) -> dict[str, Fact]:
    found = {}
    for name in _GIVEN:
        try:
            found[name] = taken(row.get(name), STANDARD[name])
        except FactUnfit as error:
            raise HistoryInvalid(row=number, column=name) from error
        if found[name] is None and not STANDARD[name].may_be_unknown:
            raise HistoryInvalid(row=number, column=name)
    return found


def _told(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {"facts": facts, "sha256": content_hash(dict(facts)), "uses": [], "evidence": ""}


def _day(number: int, row: Mapping[str, Any]) -> dt.datetime:
    try:
        day = dt.date.fromisoformat(str(row["on"]))
    except (KeyError, ValueError) as error:
        raise HistoryInvalid(row=number, column="on") from error
    return dt.datetime.combine(day, dt.time(12), CHINA_TIME)


def _was(number: int, row: Mapping[str, Any]) -> str:
    value = str(row.get("was") or "")
    if value and value not in set(Verdict):
        raise HistoryInvalid(row=number, column="was")
    return value


def _bad(number: int, row: Mapping[str, Any]) -> bool | None:
    value = row.get("bad")
    if value in (None, ""):
        return None
    if str(value) not in {"0", "1", "True", "False"}:
        raise HistoryInvalid(row=number, column="bad")
    return str(value) in {"1", "True"}
