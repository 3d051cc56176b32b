"""Why a contract cannot be right: one error that says where, what is wrong and how to mend it."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shuxin.kernel.text import Language

NAME_LENGTH = 120
_NAME_REFUSED = frozenset("/\\\"'`:*?<>|;")
_TEXT_REFUSED = frozenset({"Cc", "Cs", "Zl", "Zp"})
_VERSION = re.compile(r"(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})", re.ASCII)


class ContractInvalid(InvalidInput):
    """``where`` is an element of the contract; ``problem`` and ``cure`` are Texts over the rest."""

    code = "contract_invalid"
    what = Text(
        en="the contract is wrong at {where}: {problem}",
        zh="数据合约的 {where} 有误：{problem}",
    )
    mend = Text(en="{cure}", zh="{cure}")

    def sentences(self, language: Language) -> tuple[str, str]:
        plain = {name: fact for name, fact in self.facts.items() if not isinstance(fact, Text)}
        said = {
            name: fact.say(language, **plain)
            for name, fact in self.facts.items()
            if isinstance(fact, Text)
        }
        facts = {**plain, **said}
        return self.what.say(language, **facts), self.mend.say(language, **facts)


def check_name(*, where: str, name: str) -> None:
    """A dataset's or field's name: 1-120 characters in NFC, safe as a column and a file name.

    Chinese is welcome; path separators, quotes, control and format characters, blanks at the
    ends and a leading ``_``, ``.`` or ``-`` are not. Raises ContractInvalid.
    """
    refused = (
        not 1 <= len(name) <= NAME_LENGTH
        or name != name.strip()
        or name[0] in "_.-"
        or any(sign in _NAME_REFUSED or unicodedata.category(sign)[0] == "C" for sign in name)
        or any(unicodedata.category(sign) in _TEXT_REFUSED for sign in name)
        or not unicodedata.is_normalized("NFC", name)
    )
    if refused:
        raise ContractInvalid(
            where=where,
            value=ascii(name[:NAME_LENGTH]),
            limit=NAME_LENGTH,
            problem=Text(en="{value} cannot be a name", zh="{value} 不能作为名称"),
            cure=Text(
                en="Use 1 to {limit} letters (Chinese too), digits or inner _ . -, in Unicode NFC,"
                " without / \\ quotes : * ? < > | ; or control characters, not led by _ . -",
                zh="请使用 1 至 {limit} 个字（可用中文）、数字或中间的 _ . -,Unicode NFC 形式，"
                "不含 / \\ 引号 : * ? < > | ；与控制字符，且不以 _ . - 开头",
            ),
        )


def check_text(*, where: str, text: str, limit: int = 4000) -> None:
    """Words for people: no control characters but line feed and tab. Raises ContractInvalid."""
    bad = any(unicodedata.category(sign) in _TEXT_REFUSED and sign not in "\n\t" for sign in text)
    if bad or len(text) > limit:
        raise ContractInvalid(
            where=where,
            limit=limit,
            problem=Text(
                en="the text holds control characters or more than {limit} characters",
                zh="文本含控制字符或超过 {limit} 个字符",
            ),
            cure=Text(en="Shorten it or type it again", zh="请缩短或重新输入"),
        )


def check_unlike(*, where: str, values: Iterable[str]) -> None:
    """No value twice. Raises ContractInvalid."""
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise ContractInvalid(
                where=where,
                value=value,
                problem=Text(en="{value} is there twice", zh="{value} 出现了两次"),
                cure=Text(en="Keep one of them", zh="请只保留一个"),
            )
        seen.add(value)


def parse_version(*, text: str) -> tuple[int, int, int]:
    """``major.minor.patch``. Raises ContractInvalid."""
    match = _VERSION.fullmatch(text)
    if match is None:
        raise ContractInvalid(
            where="version",
            value=ascii(text[:40]),
            problem=Text(en="{value} is not a version", zh="{value} 不是版本号"),
            cure=Text(
                en='Write it as "major.minor.patch", such as "1.0.0"',
                zh="请写成“主.次.修订”，如 1.0.0",
            ),
        )
    major, minor, patch = match.groups()
    return int(major), int(minor), int(patch)
