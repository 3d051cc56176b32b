"""What a data owner asks of every load, beside what each contract declares (数据方质量规则)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields, replace
from typing import Any

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

FILE = "quality.toml"
_SHARES = ("complete", "credit_code", "readable", "orphan")


class QualityFileInvalid(InvalidInput):
    code = "quality_file_invalid"
    what = Text(
        en="the file quality.toml is wrong at {where}", zh="quality.toml 文件的 {where} 有误"
    )
    mend = Text(
        en="Known are: {known}; shares are from 0 to 1, the limits of drift above 0 with drift_warns <= drift_stops",
        zh="可用项：{known}；比例为 0 到 1，漂移阈值大于 0 且 drift_warns <= drift_stops",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerRules:
    """The owner's own limits; a rule that a contract declares goes before them.

    complete: least share of values of a mandatory field. credit_code: least share of credit codes that pass both
    checks. readable: least share of rows that were loaded, lines of furniture aside. register: the dataset that knows
    every enterprise, "" for none, and ``orphan``: the least share of its subjects that another dataset must keep to.
    drift_warns, drift_stops: limits of the stability index. fewest_rows: below them these limits only warn.
    Raises QualityFileInvalid.
    """

    complete: float = 0.98
    credit_code: float = 0.995
    readable: float = 0.98
    orphan: float = 0.99
    register: str = ""
    drift_warns: float = 0.1
    drift_stops: float = 0.25
    fewest_rows: int = 100

    def __post_init__(self) -> None:
        for name in _SHARES:
            if not 0 <= getattr(self, name) <= 1:
                raise _wrong(name)
        if not 0 < self.drift_warns <= self.drift_stops:
            raise _wrong("drift_warns")
        if self.fewest_rows < 0:
            raise _wrong("fewest_rows")


def read_owner_rules(content: bytes) -> OwnerRules:
    """The rules that a file in TOML states; what it leaves out stays as it is. Raises QualityFileInvalid."""
    try:
        stated: dict[str, Any] = tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _wrong("TOML") from error
    plain = OwnerRules()
    for name, value in stated.items():
        meant = type(getattr(plain, name, None))
        fits = type(value) is meant or (meant is float and type(value) is int)
        if name not in {field.name for field in fields(plain)} or not fits:
            raise _wrong(str(name))
    return replace(plain, **stated)


def _wrong(where: str) -> QualityFileInvalid:
    known = ", ".join(field.name for field in fields(OwnerRules))
    return QualityFileInvalid(where=where[:60], known=known)
