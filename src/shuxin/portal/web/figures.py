"""How amounts, shares, counts and times are written for people; exact values stay in files and the API."""

from __future__ import annotations

from contextvars import ContextVar
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from shuxin.infra.api import CHINA
from shuxin.kernel.money import Unit, amount_text, amount_with_unit

if TYPE_CHECKING:
    from shuxin.kernel.text import Language

NOTHING = "–"
_TEN_THOUSAND, _HUNDRED_MILLION = (
    u.value for u in (Unit.TEN_THOUSAND_YUAN, Unit.HUNDRED_MILLION_YUAN)
)
_ENGLISH = ((10**11, "billion"), (10**8, "million"))
_spoken: ContextVar[Language] = ContextVar("spoken", default="zh")


def speak(language: Language) -> None:
    """Amounts of this answer are written in this language from here on."""
    _spoken.set(language)


def yuan(fen: int | None, language: Language | Literal[""] = "") -> str:
    """Fen as 元 below ten thousand yuan, then 万元 and 亿元; two decimals, rounded half up.

    English readers get CNY, beyond a million yuan in millions and billions.
    """
    if fen is None:
        return NOTHING
    return _english(fen) if (language or _spoken.get()) == "en" else _chinese(fen)


def _chinese(fen: int) -> str:
    if abs(fen) < _TEN_THOUSAND:
        return _with_space(amount_with_unit(fen, unit=Unit.YUAN))
    large = abs(fen) >= _HUNDRED_MILLION
    unit = Unit.HUNDRED_MILLION_YUAN if large else Unit.TEN_THOUSAND_YUAN
    places = 0 if fen % unit.value == 0 else 2
    return _with_space(amount_with_unit(fen, unit=unit, places=places))


def _with_space(text: str) -> str:
    """A thin break between figure and unit, which never ends a line."""
    figure = text.rstrip("元万亿")
    return f"{figure}\u00a0{text[len(figure) :]}"


def _english(fen: int) -> str:
    for value, name in _ENGLISH:
        if abs(fen) >= value:
            return f"CNY\u00a0{fen / value:,.2f}\u00a0{name}"
    return f"CNY\u00a0{amount_text(fen, unit=Unit.YUAN)}"


def count(value: float | None, digits: int = 0) -> str:
    """1412 as 1,412; ``digits`` decimals."""
    return NOTHING if value is None else f"{value:,.{digits}f}"


def percent(share: float | None, digits: int = 1) -> str:
    """A share of one, .1234, as 12.3%."""
    return NOTHING if share is None else f"{share * 100:.{digits}f}%"


def china(moment: datetime | None) -> str:
    """Day and minute in China, of an aware time."""
    return NOTHING if moment is None else f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M}"


def china_day(moment: date | None) -> str:
    """The day, of an aware time the one that it is in China."""
    if moment is None:
        return NOTHING
    day = moment.astimezone(CHINA) if isinstance(moment, datetime) else moment
    return f"{day:%Y-%m-%d}"
