"""Fields out of the bodies of statements, strictly: what has not the stated form is refused, naming the field."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.statements import YEARS
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.kernel.statements import Statement

MOST_ITEMS = 500
_TOKEN = re.compile(r"[0-9A-Za-z][0-9A-Za-z:._/-]{0,119}")
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
_HEX64 = re.compile(r"[0-9a-f]{64}")


class StatementUnreadable(InvalidInput):
    code = "consent_statement_unreadable"
    what = Text(
        en="the field '{field}' of this {kind} is not right", zh="{kind} 的字段“{field}”有误"
    )
    mend = Text(
        en="Let its author make it anew with this version of shuxin",
        zh="请由出具方用本版本 shuxin 重新生成",
    )


class Body:
    """Reads a statement's body field by field. Every method raises StatementUnreadable."""

    def __init__(self, statement: Statement, *, fields: frozenset[str]) -> None:
        self._kind = statement.kind
        self._body: Mapping[str, object] = statement.body
        if set(self._body) != fields:
            different = sorted(set(self._body) ^ fields)
            raise self.wrong(different[0][:40])

    def wrong(self, field: str) -> StatementUnreadable:
        return StatementUnreadable(field=field, kind=self._kind)

    def token(self, field: str) -> str:
        """Letters, digits and ``: . _ / -``."""
        return self._matching(field, self._body[field], _TOKEN)

    def token_or_none(self, field: str) -> str:
        return "" if self._body[field] == "" else self.token(field)

    def hash(self, field: str) -> str:
        return self._matching(field, self._body[field], _HEX64)

    def name(self, field: str) -> str:
        """Any printable text, as of a dataset."""
        return self._matching(field, self._body[field], _NAME)

    def tokens(self, field: str) -> tuple[str, ...]:
        """At least one, none twice."""
        return tuple(self._matching(field, item, _TOKEN) for item in self._list(field))

    def names(self, field: str) -> tuple[str, ...]:
        """At least one, none twice, any printable text."""
        return tuple(self._matching(field, item, _NAME) for item in self._list(field))

    def number(self, field: str, *, low: int, high: int) -> int:
        value = self._body[field]
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self.wrong(field)
        return value

    def flag(self, field: str) -> bool:
        value = self._body[field]
        if not isinstance(value, bool):
            raise self.wrong(field)
        return value

    def moment(self, field: str) -> dt.datetime:
        """ISO 8601 with an offset."""
        value = self._body[field]
        try:
            moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None or moment.year not in YEARS:
            raise self.wrong(field)
        return moment

    def day(self, field: str) -> dt.date:
        value = self._body[field]
        try:
            return dt.date.fromisoformat(value if isinstance(value, str) else "")
        except ValueError:
            raise self.wrong(field) from None

    def _list(self, field: str) -> list[object]:
        value = self._body[field]
        if not isinstance(value, list) or not 0 < len(value) <= MOST_ITEMS:
            raise self.wrong(field)
        if not all(isinstance(item, str) for item in value) or len(set(value)) != len(value):
            raise self.wrong(field)
        return value

    def _matching(self, field: str, value: object, form: re.Pattern[str]) -> str:
        if not isinstance(value, str) or not form.fullmatch(value):
            raise self.wrong(field)
        return value
