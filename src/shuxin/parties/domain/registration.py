"""Registration: a code and a name are compared with the register, never taken on trust."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from shuxin.kernel.errors import Conflict, InvalidInput
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    import datetime as dt

    from shuxin.kernel.uscc import USCC
    from shuxin.parties.domain.party import PartyKind

LONGEST_NAME = 120
_BRACKETS = str.maketrans("【】〔〕[]", "()()()")


class NameDiffers(Conflict):
    code = "registered_name_differs"
    what = Text(
        en="the register has another name for this code", zh="登记机关登记的名称与所填名称不一致"
    )
    mend = Text(
        en="Write the name as on the licence, or check the code",
        zh="请按营业执照填写名称，或核对统一社会信用代码",
    )


class NameInvalid(InvalidInput):
    code = "party_name_invalid"
    what = Text(en="this is not a registered name", zh="这不是登记名称")
    mend = Text(
        en="Write 1 to {longest} printable characters", zh="请填写 1 至 {longest} 个可打印字符"
    )


class NameRegister(Protocol):
    """The register of enterprises (企业登记簿), or a copy of it."""

    def name_of(self, code: USCC, /) -> str | None:
        """The registered name; None when this register does not have the code."""
        ...


class State(StrEnum):
    """How far a registration is proven (登记核验状态)."""

    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True, slots=True)
class Registration:
    """One party as registered with this installation (主体登记)."""

    party: str
    kind: PartyKind
    name: str
    state: State
    by: str
    at: dt.datetime


def comparable_name(name: str) -> str:
    """NFKC, one kind of brackets, no white space, no case."""
    folded = unicodedata.normalize("NFKC", name).translate(_BRACKETS)
    return "".join(folded.split()).casefold()


def checked_name(name: str) -> str:
    """The name without white space at its ends. Raises NameInvalid."""
    clean = unicodedata.normalize("NFC", name).strip()
    if not clean or len(clean) > LONGEST_NAME or not clean.isprintable():
        raise NameInvalid(longest=LONGEST_NAME)
    return clean


def judge_name(name: str, *, code: USCC, register: NameRegister | None) -> State:
    """CONFIRMED when the register has this name; without a word of the register UNCONFIRMED.

    Raises NameDiffers.
    """
    registered = register.name_of(code) if register is not None else None
    if registered is None:
        return State.UNCONFIRMED
    if comparable_name(registered) != comparable_name(name):
        raise NameDiffers
    return State.CONFIRMED
