"""Fields out of the bodies of statements, strictly: what has not the stated form is refused, naming the field."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shuxin.kernel.bodies import HEX64, Fields
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from shuxin.kernel.statements import Statement

MOST_ITEMS = 500
_TOKEN = re.compile(r"[0-9A-Za-z][0-9A-Za-z:._/-]{0,119}")
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,200}")


class StatementUnreadable(InvalidInput):
    code = "consent_statement_unreadable"
    what = Text(
        en="the field '{field}' of this {kind} is not right", zh="{kind} 的字段“{field}”有误"
    )
    mend = Text(
        en="Let its author make it anew with this version of shuxin",
        zh="请由出具方用本版本 shuxin 重新生成",
    )


class Body(Fields):
    """Reads a statement's body field by field. Every method raises StatementUnreadable."""

    def __init__(self, statement: Statement, *, fields: frozenset[str]) -> None:
        kind = statement.kind
        super().__init__(
            statement.body, wrong=lambda field: StatementUnreadable(field=field, kind=kind)
        )
        self.only(fields)

    def token(self, field: str) -> str:
        """Letters, digits and ``: . _ / -``."""
        return self.matching(field, _TOKEN)

    def token_or_none(self, field: str) -> str:
        return self.matching_or_empty(field, _TOKEN)

    def hash(self, field: str) -> str:
        return self.matching(field, HEX64)

    def name(self, field: str) -> str:
        """Any printable text, as of a dataset."""
        return self.matching(field, _NAME)

    def tokens(self, field: str) -> tuple[str, ...]:
        """At least one, none twice."""
        return self.all_matching(field, _TOKEN, most=MOST_ITEMS)

    def names(self, field: str) -> tuple[str, ...]:
        """At least one, none twice, any printable text."""
        return self.all_matching(field, _NAME, most=MOST_ITEMS)
