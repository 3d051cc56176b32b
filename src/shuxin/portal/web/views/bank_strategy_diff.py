"""What changed between two strategies (版本比对), place by place and in words."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from shuxin.kernel.text import Text
from shuxin.portal.web.views.bank_strategy_shapes import SHAPES, WORDS
from shuxin.portal.web.views.bank_strategy_words import KINDS, LEVELS, VERDICTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from shuxin.kernel.text import Language

_ROW = Text(en="row", zh="规则行")
_WORDS = {
    "facts": Text(en="facts", zh="变量"),
    "reasons": Text(en="reasons", zh="公开原因"),
    "product_kinds": Text(en="for products", zh="适用产品"),
    "hit": Text(en="which row counts", zh="命中方式"),
    "name": Text(en="name", zh="名称"),
    "inputs": Text(en="inputs", zh="输入变量"),
}
_LABELS = {value.key: value.label for shape in (*SHAPES.values(), WORDS) for value in shape.values}
_LISTS = {
    one.key: one.title for shape in (*SHAPES.values(), WORDS) for one in shape.lists if not one.of
}
_NAMED = ("id", "code", "name", "by", "since", "months")


@dataclass(frozen=True, slots=True)
class Change:
    """One place; "" where there was nothing, or is nothing any more."""

    place: str
    before: str
    after: str


def differences(
    before: Mapping[str, Any], after: Mapping[str, Any], language: Language
) -> list[Change]:
    """Rows of tables are paired as they moved; everything else goes by its own name."""
    walk = _Walk(language)
    old, new = walk.leaves(before), walk.leaves(after)
    places = [*old, *(place for place in new if place not in old)]
    changes = [
        Change(place, old.get(place, ""), new.get(place, ""))
        for place in places
        if old.get(place, "") != new.get(place, "")
    ]
    tables = {**walk.tables(before), **walk.tables(after)}
    for place in tables:
        rows = walk.tables(before).get(place, []), walk.tables(after).get(place, [])
        changes += [Change(f"{place} · {walk.say(_ROW)}", *pair) for pair in _pairs(*rows)]
    return changes


def _pairs(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str, str]]:
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            yield from zip_longest(before[i1:i2], after[j1:j2], fillvalue="")


class _Walk:
    def __init__(self, language: Language) -> None:
        self._language = language

    def say(self, text: Text) -> str:
        return text.say(self._language)

    def leaves(self, document: Mapping[str, Any]) -> dict[str, str]:
        """All but the rows of tables, by their place."""
        found: dict[str, str] = {}
        for key, value in document.items():
            if key != "stages":
                found.update(self._flat(value, self._key(key)))
        for stage in document["stages"]:
            for key, value in stage.items():
                if key not in {"tables", "kind", "id"}:
                    found.update(self._flat(value, f"{self._stage(stage)} · {self._key(key)}"))
            for table in stage.get("tables", ()):
                for key in ("name", "hit", "inputs"):
                    place = f"{self._table(stage, table)} · {self._key(key)}"
                    found.update(self._flat(table[key], place))
        return found

    def tables(self, document: Mapping[str, Any]) -> dict[str, list[str]]:
        """Rows of every table as a line each."""
        return {
            self._table(stage, table): [self._row(row) for row in table["rows"]]
            for stage in document["stages"]
            for table in stage.get("tables", ())
        }

    def _stage(self, stage: Mapping[str, Any]) -> str:
        level = LEVELS.get(str(stage.get("level")))
        parts = [self.say(KINDS[stage["kind"]]), *([self.say(level)] if level else [])]
        return " · ".join(parts)

    def _table(self, stage: Mapping[str, Any], table: Mapping[str, Any]) -> str:
        return f"{self._stage(stage)} · {table['id']}"

    def _row(self, row: Mapping[str, Any]) -> str:
        cells = " | ".join(cell or "–" for cell in row["when"])
        return f"{cells} → {self.say(VERDICTS[row['verdict']])} {row['code']}".strip()

    def _key(self, key: str) -> str:
        text = _LABELS.get(key) or _LISTS.get(key) or _WORDS.get(key)
        return self.say(text) if text else key

    def _flat(self, value: Any, place: str) -> Iterator[tuple[str, str]]:
        if isinstance(value, dict):
            for key, one in value.items():
                yield from self._flat(one, f"{place} · {self._key(key)}")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for number, one in enumerate(value, start=1):
                name = next((str(one[key]) for key in _NAMED if key in one), str(number))
                yield from self._flat(one, f"{place} · {name}")
        elif value not in (None, "", [], {}):
            yield place, ", ".join(map(str, value)) if isinstance(value, list) else str(value)
