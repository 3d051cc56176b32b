"""Money of China (人民币) as whole fen (分); amounts are read exactly or not at all."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import Enum

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

_INT64 = 1 << 63
_EXACT = Context(prec=60)  # every amount below has fewer digits, so nothing is ever rounded

_PLAIN = re.compile(r"(-?)([0-9]{1,12})(?:\.([0-9]{1,2}))?", re.ASCII)
_SPELLED = re.compile(
    r"""
    (?P<open>\()? \s*
    (?P<sign>[-+]|负)? \s*
    (?:¥|人民币|RMB|CNY)? \s*
    (?P<inner_sign>-)?
    (?P<number>
        (?: [0-9]+ | [0-9]{1,3}(?:(?P<mark>[,'\ ])[0-9]{3})(?:(?P=mark)[0-9]{3})* )
        (?: \.[0-9]+ )?
        (?: [eE][+-]?[0-9]{1,2} )?
    ) \s*
    (?P<unit>亿元|亿|百万元|百万|万元|万|千元|千|元|圆|分)? [整正]? \s*
    (?P<close>\))?
    """,
    re.VERBOSE | re.ASCII,
)


class Unit(Enum):
    """What one of an amount is; the value is its fen."""

    FEN = 1
    YUAN = 100
    THOUSAND_YUAN = 100_000
    TEN_THOUSAND_YUAN = 1_000_000
    MILLION_YUAN = 100_000_000
    HUNDRED_MILLION_YUAN = 10_000_000_000


_NAME = {
    Unit.FEN: "分",
    Unit.YUAN: "元",
    Unit.THOUSAND_YUAN: "千元",
    Unit.TEN_THOUSAND_YUAN: "万元",
    Unit.MILLION_YUAN: "百万元",
    Unit.HUNDRED_MILLION_YUAN: "亿元",
}
_UNIT = {name: unit for unit, name in _NAME.items()} | {
    "圆": Unit.YUAN,
    "千": Unit.THOUSAND_YUAN,
    "万": Unit.TEN_THOUSAND_YUAN,
    "百万": Unit.MILLION_YUAN,
    "亿": Unit.HUNDRED_MILLION_YUAN,
}


class InvalidAmount(InvalidInput):
    code = "amount_invalid"
    what = Text(en="This is not an amount of money", zh="不是有效的金额")
    mend = Text(
        en="Write it as 1234.56, 1,234.56, 12.5万元 or (1,234.56)",
        zh="请写作 1234.56、1,234.56、12.5万元 或 (1,234.56)",
    )


class AmountFinerThanFen(InvalidAmount):
    code = "amount_finer_than_fen"
    what = Text(en="This amount is not a whole number of fen", zh="该金额不是整数分")
    mend = Text(
        en="Round it at the source, or state the right unit of the column",
        zh="请在来源处取整到分，或核对该列的金额单位",
    )


class AmountTooLarge(InvalidAmount):
    code = "amount_too_large"
    what = Text(
        en="This amount does not fit 64 bits of fen, about 92 quadrillion yuan",
        zh="该金额以分计超出 64 位整数范围（约 9.2 亿亿元）",
    )
    mend = Text(en="State the right unit of the column", zh="请核对该列的金额单位")


@dataclass(frozen=True, slots=True, order=True)
class Fen:
    """A whole number of fen within 64 bits; adds, subtracts, and multiplies by integers.

    Raises TypeError on anything but an int, AmountTooLarge beyond 64 bits.
    """

    value: int

    def __post_init__(self) -> None:
        if type(self.value) is not int:
            raise TypeError(f"fen are a whole number, not {type(self.value).__name__}")
        if not -_INT64 <= self.value < _INT64:
            raise AmountTooLarge

    @classmethod
    def parse(cls, text: str, *, unit: Unit = Unit.YUAN) -> Fen:
        """Read an amount; ``unit`` holds when the text names none. Raises InvalidAmount."""
        return cls(parse_amount_fen(text, unit=unit))

    def __add__(self, other: Fen) -> Fen:
        return Fen(self.value + other.value)

    def __sub__(self, other: Fen) -> Fen:
        return Fen(self.value - other.value)

    def __mul__(self, times: int) -> Fen:
        return Fen(self.value * times)

    __rmul__ = __mul__

    def __neg__(self) -> Fen:
        return Fen(-self.value)

    def __abs__(self) -> Fen:
        return Fen(abs(self.value))

    def __bool__(self) -> bool:
        return self.value != 0

    def __str__(self) -> str:
        return amount_text(self.value, unit=Unit.YUAN)


def unit_named(name: str) -> Unit:
    """Of 元, 万元, 亿元, 千元, 百万元, 分, also without 元. Raises InvalidAmount."""
    try:
        return _UNIT[name]
    except KeyError as error:
        raise InvalidAmount from error


def parse_amount_fen(text: str, *, unit: Unit) -> int:
    """Fen of an amount as offices write it; a unit in the text goes before ``unit``.

    Reads half- and full-width digits, groups of three parted by commas, apostrophes or spaces,
    a leading currency sign, exponents, and negatives as ``-``, 负 or parentheses.

    Raises:
        InvalidAmount: not an amount; empty text is not one either.
        AmountFinerThanFen: the exact value is not a whole number of fen.
        AmountTooLarge: beyond 64 bits.
    """
    plain = _PLAIN.fullmatch(text) if unit is Unit.YUAN else None
    if plain is None:
        return _spelled_fen(text, unit=unit)
    sign, yuan, fen = plain.groups()
    value = int(yuan) * 100 + (int(fen.ljust(2, "0")) if fen else 0)
    return -value if sign else value


def _spelled_fen(text: str, *, unit: Unit) -> int:
    clean = unicodedata.normalize("NFKC", text).replace("\u2212", "-").strip()
    match = _SPELLED.fullmatch(clean)
    if match is None or bool(match["open"]) != bool(match["close"]):
        raise InvalidAmount
    if sum(bool(match[part]) for part in ("open", "sign", "inner_sign")) > 1:
        raise InvalidAmount
    number = Decimal(re.sub(r"[,' ]", "", match["number"]))
    own = _UNIT[match["unit"]] if match["unit"] else unit
    is_negative = match["open"] or match["inner_sign"] or match["sign"] in ("-", "负")
    return _whole(_EXACT.multiply(number, Decimal(-own.value if is_negative else own.value)))


def _whole(amount: Decimal) -> int:
    if not -_INT64 <= amount < _INT64:
        raise AmountTooLarge
    value = int(amount)
    if value != amount:
        raise AmountFinerThanFen
    return value


def amount_text(fen: int, *, unit: Unit, places: int | None = None) -> str:
    """An amount in ``unit`` with commas and without the unit's name, as 1,234.56.

    Without ``places`` it is exact: yuan show two decimals, larger units as many as are needed.
    With ``places`` it is rounded half up (四舍五入), for people only.
    """
    amount = _EXACT.divide(Decimal(fen), Decimal(unit.value))
    if places is not None:
        return f"{amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, context=_EXACT):,f}"
    if unit is Unit.YUAN:
        return f"{amount:,.2f}"
    return f"{amount:,f}"


def amount_with_unit(fen: int, *, unit: Unit, places: int | None = None) -> str:
    """The same with the Chinese name of the unit, as 12.5万元."""
    return f"{amount_text(fen, unit=unit, places=places)}{_NAME[unit]}"
