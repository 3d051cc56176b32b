"""What a visitor's own file says, made ready for the page; nothing of it outlives the answer."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.kernel.errors import Unavailable
from shuxin.kernel.text import Text
from shuxin.portal.web.figures import count, percent, yuan
from shuxin.portal.web.parts import Axis, Chart, Kind, Series, State
from shuxin.portal.web.views.data_words import LEVELS, MEANINGS, PERSONAL, SEVERITIES, TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shuxin.fusion.api import Tried, TriedColumn, TriedFirm, TriedPortrait, TriedTable
    from shuxin.kernel.text import Language

AT_ONCE = 2
"""Files that are looked at at the same time, each of another address."""

_HEADLINES = (
    "inv_out_amt_12m",
    "inv_out_yoy_12m",
    "inv_out_cv_12m",
    "inv_out_active_12m",
    "inv_out_top1_12m",
    "inv_out_parties_12m",
    "inv_in_amt_12m",
    "inv_in_yoy_12m",
    "inv_in_active_12m",
    "inv_in_cv_12m",
    "inv_in_parties_12m",
    "inv_in_top1_12m",
    "purchase_to_sales_12m",
)
_UNITS = {
    "months": Text(en="{n} months", zh="{n} 个月"),
    "days": Text(en="{n} days", zh="{n} 天"),
    "1/month": Text(en="{n} a month", zh="每月 {n}"),
}
_NO_DATA = Text(en="no data", zh="无数据")
_CHECKS = {
    "right": State(Text(en="right", zh="正确"), "good"),
    "wrong": State(Text(en="wrong", zh="有误"), "warn"),
}


class TryBusy(Unavailable):
    code = "try_busy"
    what = Text(
        en="other files are being looked at, or one of yours still is",
        zh="正在试读其他文件，或您的上一个文件尚未读完",
    )
    mend = Text(en="Try again in half a minute", zh="请半分钟后再试")


class Turns:
    """Who is looking at a file now: each address once, and few in all."""

    def __init__(self, *, at_once: int) -> None:
        self._at_once, self._now, self._lock = at_once, set[str](), threading.Lock()

    @contextmanager
    def turn(self, address: str) -> Iterator[None]:
        """Raises TryBusy."""
        with self._lock:
            if address in self._now or len(self._now) >= self._at_once:
                raise TryBusy(wait_seconds=30)
            self._now.add(address)
        try:
            yield
        finally:
            with self._lock:
                self._now.discard(address)


TURNS = Turns(at_once=AT_ONCE)


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """``hides`` says that persons in it were masked, and how many cells."""

    column: TriedColumn
    type: Text | None
    meaning: Text | None
    personal: Text | None
    level: Text | None
    missing: str
    masked: str

    @classmethod
    def of(cls, column: TriedColumn) -> ShownColumn:
        return cls(
            column=column,
            type=TYPES.get(column.type),
            meaning=None if column.meaning == "none" else MEANINGS.get(column.meaning),
            personal=PERSONAL.get(column.personal),
            level=LEVELS.get(column.level),
            missing=percent(column.missing, 0) if column.missing else "",
            masked=count(column.masked) if column.masked else "",
        )


@dataclass(frozen=True, slots=True)
class ShownFirm:
    firm: TriedFirm
    check: State | None
    totals: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ShownTable:
    table: TriedTable
    columns: tuple[ShownColumn, ...]
    kept: tuple[tuple[str, Text, Text], ...]
    kept_at: tuple[tuple[int, str, Text], ...]
    findings: tuple[tuple[State, str], ...]
    firms: tuple[ShownFirm, ...]
    totals: tuple[str, ...]
    masked: int

    @property
    def rejected(self) -> int:
        return self.table.rows_read - self.table.rows_loaded


@dataclass(frozen=True, slots=True)
class ShownPortrait:
    portrait: TriedPortrait
    chart: Chart
    headlines: tuple[tuple[str, str], ...]
    features: tuple[tuple[str, str], ...]


def shown_table(table: TriedTable, *, language: Language) -> ShownTable:
    from shuxin.fusion.api import REASONS  # noqa: PLC0415 - loads the room

    kept = ((count(n), REASONS[reason].what, REASONS[reason].mend) for reason, n in table.rejected)
    columns = tuple(ShownColumn.of(column) for column in table.columns)
    return ShownTable(
        table=table,
        columns=columns,
        kept=tuple(kept),
        kept_at=tuple((n, column, REASONS[why].what) for n, column, why in table.rejected_at),
        findings=tuple((SEVERITIES[severity], text) for severity, text in table.findings),
        firms=tuple(_firm(firm, language) for firm in table.firms),
        totals=tuple(header for header, _ in table.firms[0].totals) if table.firms else (),
        masked=sum(column.masked for column in table.columns),
    )


def _firm(firm: TriedFirm, language: Language) -> ShownFirm:
    totals = tuple((header, yuan(fen, language)) for header, fen in firm.totals)
    return ShownFirm(firm, _CHECKS.get(firm.check), totals)


def shown_portrait(portrait: TriedPortrait, number: int, *, language: Language) -> ShownPortrait:
    """``number`` makes the chart's name its own on the page."""
    said = {
        name: (title, feature_text(value, measure, language))
        for name, title, _, measure, value in portrait.features
    }
    return ShownPortrait(
        portrait=portrait,
        chart=_chart(portrait, number),
        headlines=tuple(said[name] for name in _HEADLINES if name in said),
        features=tuple(said.values()),
    )


def _chart(portrait: TriedPortrait, number: int) -> Chart:
    sides = (
        (Text(en="sales", zh="销售"), portrait.sales),
        (Text(en="purchases", zh="采购"), portrait.purchases),
    )
    return Chart(
        name=f"trade-{number}",
        title=Text(en="Invoices by month, without tax", zh="各月开票金额（不含税）"),
        kind="line",
        x=Axis(Text(en="month", zh="月份")),
        y=Axis(Text(en="amount", zh="金额"), kind=Kind.FEN),
        categories=portrait.months,
        series=[Series(name, values) for name, values in sides if values is not None],
    )


def feature_text(value: float | None, measure: str, language: Language) -> str:
    """A feature's number in its unit."""
    if value is None:
        return _NO_DATA.say(language)
    if measure == "fen":
        return yuan(round(value), language)
    if measure == "ratio":
        return percent(value)
    digits = 0 if float(value).is_integer() else 3
    figure = count(value, digits)
    return _UNITS[measure].say(language, n=figure) if measure in _UNITS else figure


def whole_story(tried: Tried, *, language: Language) -> dict[str, object]:
    """Everything that the page shows of one file."""
    tables = [shown_table(table, language=language) for table in tried.tables]
    return {
        "tried": tried,
        "tables": tables,
        "portraits": [
            shown_portrait(one, n, language=language) for n, one in enumerate(tried.portraits)
        ],
        "masked": count(sum(table.masked for table in tables)),
        "hides": any(table.masked for table in tables),
    }
