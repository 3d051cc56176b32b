"""What was used and called, counted: a holder's monthly statement to each caller, and the platform's calls (计量)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import F

from shuxin.consent.api import uses_by_others
from shuxin.infra.api import CHINA
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.statements import parse_statement, sign_statement
from shuxin.kernel.text import Text
from shuxin.ledger.api import Entry
from shuxin.market.tariff import price_of, prices
from shuxin.market.tariff_models import CallCount, MeterStatementRow

if TYPE_CHECKING:
    from shuxin.kernel.canonical import Json
    from shuxin.kernel.signing import Signer
    from shuxin.kernel.statements import Statement
    from shuxin.market.steps import Journal

STATEMENT = "meter-statement"
FINAL, SO_FAR = "final", "so-far"
_DECEMBER = 12


class MonthInvalid(InvalidInput):
    code = "meter_month_invalid"
    what = Text(en="there is no statement of this month", zh="该月份没有账单")
    mend = Text(
        en="Give a month as YYYY-MM that has begun", zh="请填写已开始的月份，格式为 YYYY-MM"
    )


@dataclass(frozen=True, slots=True)
class MeterLine:
    """Uses at one price (账单明细). ``fen_each``: None where no price was set. ``since``: from when it held."""

    catalogue: str
    purpose: str
    uses: int
    fen_each: int | None
    since: dt.date | None

    @property
    def fen(self) -> int:
        return self.uses * (self.fen_each or 0)


@dataclass(frozen=True, slots=True)
class Metered:
    """What one caller used in one month (月度计量); ``month``: its first day.

    uses: entries of the log. A use of several catalogues stands in the line of each. first, last: the first and last of
    those entries, None without uses.
    """

    caller: str
    month: dt.date
    uses: int
    first: int | None
    last: int | None
    lines: tuple[MeterLine, ...]

    @property
    def fen(self) -> int:
        return sum(line.fen for line in self.lines)


@dataclass(frozen=True, slots=True)
class CallsOfMonth:
    """Calls of one client to one operation in one month (接口调用次数)."""

    client: str
    party: str
    operation: str
    month: dt.date
    calls: int


def month_named(text: str) -> dt.date:
    """The first day of ``YYYY-MM``. Raises MonthInvalid."""
    try:
        return dt.datetime.strptime(text, "%Y-%m").replace(tzinfo=CHINA).date()
    except ValueError:
        raise MonthInvalid from None


def metered(*, month: dt.date, caller: str = "", until: dt.datetime | None = None) -> list[Metered]:
    """What each caller used in that month, or one of them, priced by the tariff of each use's own moment.

    until: only what happened before.
    """
    since, end = _bounds(month)
    tariff = prices()
    counted: dict[str, Counter[tuple[str, str, int | None, dt.date | None]]] = {}
    entries: dict[str, list[int]] = {}
    for use in uses_by_others(since=since, until=min(end, until or end), reader=caller):
        entries.setdefault(use.reader, []).append(use.log_index)
        lines = counted.setdefault(use.reader, Counter())
        for catalogue in use.catalogues:
            price = price_of(tariff, catalogue=catalogue, purpose=use.purpose, at=use.at)
            fen, day = (price.fen, price.valid_from) if price else (None, None)
            lines[catalogue, use.purpose, fen, day] += 1
    return [
        Metered(who, month, len(seen), min(seen), max(seen), _lines(counted[who]))
        for who, seen in sorted(entries.items())
    ]


def meter_statement(
    *,
    holder: str,
    caller: str,
    month: dt.date,
    signer: Signer,
    journal: Journal,
    now: dt.datetime,
) -> Statement:
    """The holder's signed statement to a caller; of a month that is over it is made once, and stays as it is.

    A month that still runs is signed as "so-far" and not kept. Raises MonthInvalid.
    """
    since, end = _bounds(month)
    if now < since:
        raise MonthInvalid
    if now < end:
        return _signed(holder, caller, month, SO_FAR, signer=signer, now=now)
    kept = MeterStatementRow.objects.filter(caller=caller, month=month).first()
    if kept is not None:
        return parse_statement(kept.text, kind=STATEMENT)
    made = _signed(holder, caller, month, FINAL, signer=signer, now=now)
    return _keep(made, caller=caller, month=month, journal=journal, now=now)


def callers_of(*, month: dt.date) -> list[str]:
    """Who used anything here in that month."""
    return [one.caller for one in metered(month=month)]


def count_call(*, client: str, party: str, operation: str, now: dt.datetime) -> None:
    """One call of a client to an operation of the API."""
    month = now.astimezone(CHINA).date().replace(day=1)
    mine = CallCount.objects.filter(client=client, operation=operation, month=month)
    if not mine.update(calls=F("calls") + 1):
        fresh = CallCount(client=client, party=party, operation=operation, month=month)
        CallCount.objects.bulk_create([fresh], ignore_conflicts=True)
        mine.update(calls=F("calls") + 1)


def calls_of(*, month: dt.date, party: str = "") -> list[CallsOfMonth]:
    """By client and operation; of one party, or of all."""
    rows = CallCount.objects.filter(month=month).order_by("party", "client", "operation")
    return [
        CallsOfMonth(row.client, row.party, row.operation, row.month, row.calls)
        for row in (rows.filter(party=party) if party else rows)
    ]


def _keep(
    made: Statement, *, caller: str, month: dt.date, journal: Journal, now: dt.datetime
) -> Statement:
    """Unless somebody else made it meanwhile: then theirs counts."""
    try:
        with transaction.atomic():
            MeterStatementRow.objects.create(
                caller=caller, month=month, text=made.dump().decode(), made_at=now
            )
            facts: dict[str, str | int] = {"month": f"{month:%Y-%m}", "statement": made.hash}
            journal(Entry(STATEMENT, now, "holder", facts))
    except IntegrityError:
        kept = MeterStatementRow.objects.get(caller=caller, month=month)
        return parse_statement(kept.text, kind=STATEMENT)
    return made


def _signed(
    holder: str, caller: str, month: dt.date, state: str, *, signer: Signer, now: dt.datetime
) -> Statement:
    found = next(
        iter(metered(month=month, caller=caller, until=now)),
        Metered(caller, month, 0, None, None, ()),
    )
    lines: list[Json] = [_line(line) for line in found.lines]
    entries: dict[str, Json] = {}
    if found.first is not None and found.last is not None:
        entries = {"first_log_entry": found.first, "last_log_entry": found.last}
    body: dict[str, Json] = {
        "holder": holder,
        "caller": caller,
        "month": f"{month:%Y-%m}",
        "state": state,
        "at": now.astimezone(CHINA).isoformat(timespec="seconds"),
        "uses": found.uses,
        "lines": lines,
        "fen": found.fen,
        **entries,
    }
    return sign_statement(STATEMENT, body, signer=signer)


def _line(line: MeterLine) -> dict[str, Json]:
    said: dict[str, Json] = {
        "catalogue": line.catalogue,
        "purpose": line.purpose,
        "uses": line.uses,
        "fen": line.fen,
    }
    if line.fen_each is not None and line.since is not None:
        said |= {"fen_each": line.fen_each, "tariff_of": line.since.isoformat()}
    return said


def _lines(
    counted: Counter[tuple[str, str, int | None, dt.date | None]],
) -> tuple[MeterLine, ...]:
    made = [MeterLine(c, p, uses, fen, day) for (c, p, fen, day), uses in counted.items()]
    return tuple(
        sorted(made, key=lambda one: (one.catalogue, one.purpose, one.since or dt.date.min))
    )


def _bounds(month: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """The month in China, half-open."""
    after = (
        month.replace(year=month.year + 1, month=1)
        if month.month == _DECEMBER
        else month.replace(month=month.month + 1)
    )
    begin, end = (dt.datetime.combine(day, dt.time(), tzinfo=CHINA) for day in (month, after))
    return begin, end
