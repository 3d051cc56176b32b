"""The numbers of a strategy as forms (策略参数): single values, and small lists with a free line at their end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shuxin.kernel.text import Text
from shuxin.portal.web.parts import Choice, Field
from shuxin.portal.web.views.bank_strategy_words import fact_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import QueryDict

    from shuxin.kernel.text import Language
    from shuxin.lending.api import Strategy
    from shuxin.portal.web.views.bank_strategy_shapes import Several, Shape, Value

_NOT_WHOLE = Text(en="A whole number, please.", zh="请填写整数。")
_MOST_LINES = 300
_INPUTS: Mapping[str, Any] = {"flag": "some", "sentence": "long", "whole": "number"}


@dataclass(frozen=True, slots=True)
class Lines:
    """One list as a form: what it is called, and its lines of inputs with a free one at the end."""

    name: str
    title: Text
    cells: Sequence[Sequence[Field]]

    @property
    def heads(self) -> list[Text]:
        return [cell.label for cell in self.cells[0]]


@dataclass
class Typed:
    """What a form says: the document's part with the typed values, and what is wrong with which input."""

    stated: dict[str, Any] = field(default_factory=dict)
    problems: dict[str, Text] = field(default_factory=dict)
    raw: dict[str, str] = field(default_factory=dict)


def read(shape: Shape, given: QueryDict, *, before: Mapping[str, Any]) -> Typed:
    """``before``: the part as it stands; what the form does not edit stays."""
    typed = Typed(dict(before), raw={name: str(given[name])[:2000].strip() for name in given})
    for value in shape.values:
        typed.stated[value.key] = _value(value, value.key, typed)
    for several in shape.lists:
        kept = [] if not several.of else _others(typed.stated, several)
        typed.stated[several.key] = [*kept, *_lines(several, typed)]
    return typed


def _others(stated: Mapping[str, Any], several: Several) -> list[Any]:
    return [one for one in stated.get(several.key, ()) if one.get("kind") != several.of]


def _lines(several: Several, typed: Typed) -> list[dict[str, Any]]:
    found = []
    for at in range(_count(several, typed)):
        line = f"{several.name}-{at}"
        first = several.values[0].key
        if not typed.raw.get(f"{line}-{first}"):
            continue  # an empty line, or one that was emptied to drop it
        one = {v.key: _value(v, f"{line}-{v.key}", typed) for v in several.values}
        found.append({"kind": several.of, **one} if several.of else one)
    return found


def _value(value: Value, name: str, typed: Typed) -> Any:
    text = typed.raw.get(name, "")
    if value.kind == "flag":
        return bool(text)
    if value.kind == "words":
        return [one for one in text.replace("，", ",").replace("、", ",").split(",") if one.strip()]
    if value.kind != "whole":
        return (text or None) if value.optional and value.kind == "fact" else text
    if not text and value.optional:
        return None
    if not text.removeprefix("-").isdigit() or not text.isascii() or len(text) > 14:  # noqa: PLR2004 - figures
        typed.problems[name] = _NOT_WHOLE
        return 0
    return int(text)


Offered = dict[str, list[Choice]]
"""What may be chosen for a value of kind ``fact`` or ``reason``."""


def offered(strategy: Strategy, *, language: Language) -> Offered:
    """Facts with their names, reasons as the firm reads them."""
    facts = [
        Choice(name, f"{fact_text(strategy, name).say(language)} · {name}")
        for name, spec in strategy.specs.items()
        if spec.kind.value in {"integer", "number"}
    ]
    reasons = [
        Choice(code, said.zh if language == "zh" else said.en)
        for code, said in strategy.reasons.items()
    ]
    return {"fact": facts, "reason": reasons}


def fields(
    shape: Shape,
    stated: Mapping[str, Any],
    typed: Typed | None = None,
    *,
    offer: Offered | None = None,
) -> list[Field]:
    """Inputs of the single values; what was typed goes before what stands."""
    return [
        _field(value, value.key, stated.get(value.key), typed, offer or {}, line=False)
        for value in shape.values
    ]


def lists(
    shape: Shape,
    stated: Mapping[str, Any],
    typed: Typed | None = None,
    *,
    offer: Offered | None = None,
) -> list[Lines]:
    """The lists, each with a free line."""
    return [_list(several, stated, typed, offer or {}) for several in shape.lists]


def _list(
    several: Several, stated: Mapping[str, Any], typed: Typed | None, offer: Offered
) -> Lines:
    """What was typed line by line, also the lines that were emptied; else what stands, and a free line."""
    found: list[Any] = [
        one
        for one in stated.get(several.key, ())
        if not several.of or one.get("kind") == several.of
    ]
    found.append({})
    if typed is not None:
        found = [{}] * _count(several, typed)
    cells = [
        [
            _field(
                value,
                f"{several.name}-{at}-{value.key}",
                one.get(value.key),
                typed,
                offer,
                line=True,
            )
            for value in several.values
        ]
        for at, one in enumerate(found)
    ]
    return Lines(several.name, several.title, cells)


def _count(several: Several, typed: Typed) -> int:
    count = typed.raw.get(f"{several.name}-lines", "1")
    return min(int(count) if count.isascii() and count.isdigit() else 1, _MOST_LINES)


def _field(
    value: Value, name: str, stands: Any, typed: Typed | None, offer: Offered, *, line: bool
) -> Field:
    """``line``: within a list, where an empty line is none."""
    shown = typed.raw.get(name, "") if typed else _shown(stands)
    choices = list(value.choices or offer.get(value.kind, ()))
    if choices and shown and shown not in {one.value for one in choices}:
        choices.append(Choice(shown, shown))
    return Field(
        name,
        value.label,
        kind="choice" if choices else _INPUTS.get(value.kind, "text"),
        value=shown,
        choices=choices,
        hint=value.hint,
        error=typed.problems.get(name) if typed else None,
        required=not (line or value.optional),
        longest=600,
    )


def _shown(stands: Any) -> str:
    if stands is None or stands is False:
        return ""
    if stands is True:
        return "yes"
    return ", ".join(map(str, stands)) if isinstance(stands, list) else str(stands)


def words_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """The words of a document as lists of lines: its reasons are kept by code there."""
    reasons = [{"code": code, **said} for code, said in document["reasons"].items()]
    return {**document, "reasons": reasons}


def with_words(document: Mapping[str, Any], stated: Mapping[str, Any]) -> dict[str, Any]:
    """The document with such words."""
    reasons = {
        one["code"]: {key: said or "" for key, said in one.items() if key != "code"}
        for one in stated["reasons"]
    }
    facts = [
        {key: said for key, said in one.items() if said is not None} for one in stated["facts"]
    ]
    return {**document, **stated, "facts": facts, "reasons": reasons}


def with_stage(document: Mapping[str, Any], stage: Mapping[str, Any]) -> dict[str, Any]:
    """The document with this stage in the place of the one of its id."""
    stages = [stage if one["id"] == stage["id"] else one for one in document["stages"]]
    return {**document, "stages": stages}
