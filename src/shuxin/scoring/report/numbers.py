"""How the report writes numbers: always with their unit; None is "no data"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.kernel.money import Unit, amount_text, amount_with_unit
from shuxin.kernel.text import Text
from shuxin.scoring.report.content import Measure

if TYPE_CHECKING:
    from shuxin.kernel.text import Language
    from shuxin.scoring.report.content import Quantity

NO_DATA = Text(en="no data", zh="无数据")
_PATTERN = {
    Measure.COUNT: Text(en="{value:,.0f}", zh="{value:,.0f}"),
    Measure.DAYS: Text(en="{value:,.0f} days", zh="{value:,.0f} 天"),
    Measure.MONTHS: Text(en="{value:,.0f} months", zh="{value:,.0f} 个月"),
    Measure.YEARS: Text(en="{value:,.1f} years", zh="{value:,.1f} 年"),
    Measure.POINTS: Text(en="{value:,.0f} points", zh="{value:,.0f} 分"),
    Measure.TIMES: Text(en="{value:,.2f} times", zh="{value:,.2f} 倍"),
    Measure.NUMBER: Text(en="{value:,.2f}", zh="{value:,.2f}"),
}


def quantity_text(quantity: Quantity, *, language: Language) -> str:
    """Without ``Quantity.unit``, which is the caller's. Raises ValueError on NaN or infinity."""
    value = quantity.value
    if value is None:
        return NO_DATA.say(language)
    if quantity.measure is Measure.MONEY:
        return money_text(int(value), language=language)
    if quantity.measure is Measure.SHARE:
        return percent_text(value, places=1)
    if quantity.measure is Measure.RATE_BP:
        return rate_text(value)
    return _minus(_PATTERN[quantity.measure].say(language, value=value))


def money_text(fen: int, *, language: Language) -> str:
    """For people, rounded: 12.35万元 or CNY 123,500; below 10,000 yuan to the fen."""
    is_large = abs(fen) >= Unit.TEN_THOUSAND_YUAN.value
    if language == "zh":
        if is_large:
            return _minus(amount_with_unit(fen, unit=Unit.TEN_THOUSAND_YUAN, places=2))
        return _minus(amount_with_unit(fen, unit=Unit.YUAN))
    return _minus(f"CNY {amount_text(fen, unit=Unit.YUAN, places=0 if is_large else 2)}")


def rate_text(basis_points: float) -> str:
    """4.35%."""
    return percent_text(basis_points / 10_000, places=2)


def percent_text(share: float, *, places: int) -> str:
    return _minus(f"{100 * share:,.{places}f}%")


def _minus(text: str) -> str:
    return text.replace("-", "−")
