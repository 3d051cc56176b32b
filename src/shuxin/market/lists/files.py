"""Lists as CSV files: taken in whole or not at all, every wrong line named; written out for office programs."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.text import Listed, Text
from shuxin.market.domain.words import LoanUse
from shuxin.market.lists.refusals import PLACES, AlreadyListed, ListFileInvalid
from shuxin.market.lists.visits import Visit, is_kept, record_visit, require_recordable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from typing import TypeVar

    from shuxin.kernel.text import Language
    from shuxin.market.steps import Doer

    T = TypeVar("T")

MOST_LINES, MOST_BYTES, MOST_NAMED = 5000, 2 << 20, 20
VISIT_HEADS = (
    "code",
    "name",
    "region",
    "visited_on",
    "visitor",
    "needs",
    "amount",
    "use",
    "note",
)
"""Codes of ``PLACES``: a file has their words as its heads, in either language."""
_YES, _NO = "有", "无"
_USES = {use.text.zh: use for use in LoanUse}


@dataclass(frozen=True, slots=True)
class WrongLine:
    """A line that cannot be taken in: its number in the file and the place that is wrong. No content."""

    line: int
    where: str

    def say(self, language: Language, /) -> str:
        text = Text(en="line {line} ({where})", zh="第 {line} 行（{where}）")
        return text.say(language, line=self.line, where=PLACES.get(self.where, self.where))


def read_lines(
    content: bytes, *, heads: Sequence[str], read: Callable[[dict[str, str]], T]
) -> list[tuple[int, T]]:
    """Number and content of every line of a CSV file by ``read``, which raises an error of
    ours with ``where`` when the line cannot be.

    UTF-8, with or without mark, or GB 18030. Raises ListFileInvalid, naming the first 20 wrong lines.
    """
    found: list[tuple[int, T]] = []
    wrong: list[WrongLine] = []
    for number, cells in _cells(content, heads):
        try:
            if len(cells) != len(heads):
                raise ListFileInvalid(lines="columns")
            named = dict(zip(heads, (c.strip() for c in cells), strict=True))
            found.append((number, read(named)))
        except ShuxinError as error:
            wrong.append(WrongLine(number, str(error.facts.get("where", "columns"))))
    if wrong or not found:
        raise _refusal(wrong or [WrongLine(1, "empty")])
    return found


def _cells(content: bytes, heads: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each line beneath the heads; blank lines are left out. Raises ListFileInvalid."""
    reader = csv.reader(io.StringIO(_decoded(content), newline=""), strict=True)
    try:
        first = next(reader, [])
        if not are_heads(first, heads):
            raise _refusal([WrongLine(1, "heads")])
        for count, cells in enumerate(reader):
            if count >= MOST_LINES:
                raise _refusal([WrongLine(reader.line_num, "too many")])
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise _refusal([WrongLine(reader.line_num, "quotes")]) from error


def are_heads(cells: Sequence[str], heads: Sequence[str]) -> bool:
    """Whether these are the words of the heads, in one of the languages; brackets may be of either width."""
    found = [_narrow(cell) for cell in cells]
    words = [PLACES[one] for one in heads]
    return found in ([_narrow(one.zh) for one in words], [_narrow(one.en) for one in words])


def _narrow(head: str) -> str:
    return head.strip().replace("（", "(").replace("）", ")")


def _decoded(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise _refusal([WrongLine(1, "too long")])
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _refusal([WrongLine(1, "encoding")])


def _refusal(wrong: Sequence[WrongLine]) -> ListFileInvalid:
    return ListFileInvalid(lines=Listed(tuple(wrong[:MOST_NAMED])))


def read_visits(content: bytes) -> list[tuple[int, Visit]]:
    """The visits of a file with ``VISIT_HEADS``, each with its line. Raises ListFileInvalid."""
    return read_lines(content, heads=VISIT_HEADS, read=_visit)


def _visit(cells: dict[str, str]) -> Visit:
    code, name, region, day, visitor, needs, amount, use, note = (cells[h] for h in VISIT_HEADS)
    found = one_of({_YES: True, _NO: False}, needs, where="needs")
    return Visit(
        firm=code.upper(),
        name=name,
        region=region,
        visited_on=day_of(day, where="visited_on"),
        visitor=visitor,
        found_needs=found,
        amount_fen=yuan_of(amount, where="amount") if found else 0,
        use=one_of(_USES, use, where="use") if found else None,
        note=note,
    )


def one_of(known: dict[str, T], word: str, *, where: str) -> T:
    """Raises ListFileInvalid, as all readers of cells do, with the place in ``where``."""
    if word not in known:
        raise ListFileInvalid(lines="", where=where)
    return known[word]


def day_of(text: str, *, where: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text.replace("/", "-"))
    except ValueError as error:
        raise ListFileInvalid(lines="", where=where) from error


def yuan_of(text: str, *, where: str) -> int:
    """Whole yuan, as fen."""
    digits = text.replace(",", "").replace("，", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 12):  # noqa: PLR2004 - no number is longer
        raise ListFileInvalid(lines="", where=where)
    return int(digits) * 100


def import_visits(content: bytes, *, doer: Doer, now: datetime) -> tuple[int, int]:
    """Keep all visits of a file or none: how many, and how many firms were declared. The same file again adds nothing.

    Raises ListFileInvalid.
    """
    digest = hashlib.sha256(doer.party.encode() + b"\n" + content).hexdigest()
    lines = [(number, v, f"{digest}-{number}") for number, v in read_visits(content)]
    fresh = [line for line in lines if not is_kept(line[2], doer=doer)]
    _require_all(fresh, doer=doer, now=now)
    with transaction.atomic():
        keys = [record_visit(v, doer=doer, now=now, request_id=asked) for _, v, asked in fresh]
    return len(fresh), sum(key is not None for key in keys)


def _require_all(lines: Sequence[tuple[int, Visit, str]], *, doer: Doer, now: datetime) -> None:
    """Looked at before anything is kept: what was logged cannot be taken back. Raises ListFileInvalid."""
    wrong: list[WrongLine] = []
    seen: set[str] = set()
    for number, visit, _ in lines:
        try:
            require_recordable(visit, doer=doer, now=now)
            if visit.found_needs and visit.party in seen:
                raise AlreadyListed
        except ShuxinError as error:
            wrong.append(WrongLine(number, str(error.facts.get("where", error.code))))
        seen.add(visit.party)
    if wrong:
        raise _refusal(wrong)


def visit_template() -> str:
    """An empty file with the heads."""
    return "\ufeff" + ",".join(PLACES[head].zh for head in VISIT_HEADS) + "\r\n"
