"""Open lists (公开名单) for whose firms nobody is recommended: dishonest debtors, tax arrears, serious offenders."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max, Q

from shuxin.kernel.errors import InvalidInput, ShuxinError
from shuxin.kernel.text import Text
from shuxin.kernel.uscc import USCC
from shuxin.market.domain.words import Worded
from shuxin.market.match_models import OpenEntryRow, OpenListRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HEADS = ("uscc", "since", "until")
_AT_ONCE, _MOST_NAMED = 500, 20


class OpenListInvalid(InvalidInput):
    code = "open_list_invalid"
    what = Text(en="wrong lines of the list: {lines}", zh="名单文件有误，行号：{lines}")
    mend = Text(
        en="A CSV file in UTF-8 with the columns uscc, since, until; days as 2026-01-31, until may be empty",
        zh="请使用 UTF-8 编码的 CSV 文件，列为 uscc、since、until，日期如 2026-01-31,until 可为空",
    )


class OpenList(Worded):
    """What an open list says of a firm."""

    DISHONEST = "dishonest", Text(en="dishonest debtors", zh="失信被执行人")
    TAX_ARREARS = "tax_arrears", Text(en="tax arrears", zh="欠税公告")
    OFFENDERS = "offenders", Text(en="serious offenders", zh="严重违法失信")


@dataclass(frozen=True, slots=True)
class OpenEntry:
    """A firm on a list, from ``since`` to before ``until``; None: still on it."""

    firm: str
    since: dt.date
    until: dt.date | None = None


def read_open_list(content: bytes) -> list[OpenEntry]:
    """Of a CSV file in UTF-8 with HEADS; ``until`` may be empty. Whole or not at all: raises OpenListInvalid."""
    try:
        lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise OpenListInvalid(lines="1") from None
    if not lines or tuple(lines[0]) != HEADS:
        raise OpenListInvalid(lines="1")
    found, wrong = list[OpenEntry](), list[int]()
    for number, cells in enumerate(lines[1:], 2):
        try:
            found += [_entry(*cells)] if any(cells) else []
        except (ShuxinError, ValueError, TypeError):
            wrong.append(number)
    if wrong:
        raise OpenListInvalid(lines=", ".join(map(str, wrong[:_MOST_NAMED])))
    return found


def keep_open_list(
    kind: OpenList, entries: Sequence[OpenEntry], *, source: str, by: str, now: dt.datetime
) -> None:
    """The whole list as it is published; it replaces what was loaded of it before."""
    with transaction.atomic():
        loaded = OpenListRow(kind=kind.value, source=source[:200], by=by[:200], at=now)
        loaded.save()
        OpenEntryRow.objects.bulk_create(
            OpenEntryRow(loaded=loaded, firm=one.firm, since=one.since, until=one.until)
            for one in entries
        )


def open_lists() -> dict[OpenList, dt.datetime]:
    """When each was loaded last; those that never were are not in it."""
    loaded = OpenListRow.objects.values_list("kind").annotate(Max("at"))
    return {OpenList[kind.upper()]: at for kind, at in loaded}


def listed_openly(firms: Iterable[str], *, on: dt.date) -> frozenset[str]:
    """Which of them stand on any list that day, as last loaded."""
    newest = OpenListRow.objects.values("kind").annotate(last=Max("pk")).values_list("last")
    holding = OpenEntryRow.objects.filter(
        Q(until=None) | Q(until__gt=on), loaded__in=[one[0] for one in newest], since__lte=on
    )
    asked, found = sorted(set(firms)), set[str]()
    for start in range(0, len(asked), _AT_ONCE):
        part = asked[start : start + _AT_ONCE]
        found.update(holding.filter(firm__in=part).values_list("firm", flat=True))
    return frozenset(found)


def _entry(code: str, since: str, until: str) -> OpenEntry:
    end = dt.date.fromisoformat(until) if until else None
    return OpenEntry(f"uscc:{USCC(code).value}", dt.date.fromisoformat(since), end)
