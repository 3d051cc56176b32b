"""Fields of forms and the documentation of a job, from the same schema that checks it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from shuxin.federation.domain.job import Input, Job, Limits, Output, Seat
from shuxin.federation.domain.labels import CHOICES, LABELS
from shuxin.federation.domain.parameters import (
    AlignmentParameters,
    RehearsalParameters,
    ScorecardParameters,
    ServiceParameters,
)
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

    from shuxin.kernel.text import Language

PARAMETERS: dict[str, type[BaseModel]] = {
    "alignment": AlignmentParameters,
    "rehearsal": RehearsalParameters,
    "scorecard": ScorecardParameters,
    "service": ServiceParameters,
}
_PARTS: dict[str, type[BaseModel]] = {
    "parties": Seat,
    "inputs": Input,
    "outputs": Output,
    "limits": Limits,
}
FILLED = frozenset({"version", "nonce", "proposer", "proposed_at", "outputs.name", "outputs.to"})
"""What nobody types: the node fills it, or it follows from the rest."""
_HEADS = {
    "en": "| field | what | type | range | default |\n|---|---|---|---|---|",
    "zh": "| 字段 | 名称 | 类型 | 范围 | 默认值 |\n|---|---|---|---|---|",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a choice, and how people call it."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of a job (表单字段), in one language.

    ``name``: path in the job, as ``inputs.dataset`` (of each input) or ``parameters.engine``. ``type``: text,
    number, choice, date, moment, party or texts. ``default`` None: it must be given.
    """

    name: str
    type: str
    label: str
    help: str
    low: int | None = None
    high: int | None = None
    longest: int | None = None
    pattern: str = ""
    choices: tuple[Choice, ...] = ()
    default: str | None = None


def form_fields(language: Language, *, kind: str) -> list[FormField]:
    """What a person fills in for a job of this kind, in the order of the schema. Raises KeyError."""
    return [one for one in all_fields(language, kind=kind) if one.name not in FILLED]


def all_fields(language: Language, *, kind: str) -> list[FormField]:
    """Every field of a job of this kind."""
    return list(_walk(Job, "", kind, language))


def documentation(language: Language) -> str:
    """Markdown: a table of the fields that all jobs have, then one for each kind."""
    first = next(iter(PARAMETERS))
    common = [
        one
        for one in all_fields(language, kind=first)
        if not one.name.startswith("parameters.") or one.name == "parameters.kind"
    ]
    tables = [_table(common, language)]
    for kind in PARAMETERS:
        own = [
            one
            for one in all_fields(language, kind=kind)
            if one.name.startswith("parameters.") and one.name != "parameters.kind"
        ]
        title = LABELS[kind].title.say(language)
        tables.append(f"### {title} (`{kind}`)\n\n{_table(own, language)}")
    return "\n\n".join(tables) + "\n"


def label_key(name: str, kind: str) -> str:
    """Where the field's words stand: parameters are told apart by their kind."""
    head, _, rest = name.partition(".")
    return f"{kind}.{rest}" if head == "parameters" and rest != "kind" else name


def _walk(
    model: type[BaseModel], prefix: str, kind: str, language: Language
) -> Iterator[FormField]:
    schema = _schema(model)
    for name, raw in schema["properties"].items():
        path = f"{prefix}{name}"
        if path == "parameters":
            yield from _walk(PARAMETERS[kind], "parameters.", kind, language)
        elif path in _PARTS:
            yield from _walk(_PARTS[path], f"{path}.", kind, language)
        else:
            needed = name in schema.get("required", ())
            yield _field(path, _resolved(raw, schema), kind, language, needed=needed)


@cache
def _schema(model: type[BaseModel]) -> dict[str, Any]:
    """Made once: it does not change. Not to be written to."""
    return model.model_json_schema()


def _resolved(raw: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    reference = raw.get("$ref", "")
    if not reference:
        return raw
    return {**schema["$defs"][reference.rpartition("/")[2]], **raw}


def _field(
    name: str, raw: dict[str, Any], kind: str, language: Language, *, needed: bool
) -> FormField:
    label = LABELS[label_key(name, kind)]
    values = raw.get("enum", [raw["const"]] if "const" in raw else [])
    if name == "parameters.kind":
        values = list(PARAMETERS)
    choices = tuple(Choice(str(value), _said(str(value), language)) for value in values)
    default = raw.get("default")
    return FormField(
        name=name,
        type=_type(raw, choices),
        label=label.title.say(language),
        help=label.help.say(language),
        low=raw.get("minimum"),
        high=raw.get("maximum"),
        longest=raw.get("maxLength") or raw.get("maxItems"),
        pattern=raw.get("pattern", ""),
        choices=choices,
        default=None if needed else _shown(default),
    )


def _shown(default: object) -> str:
    return "" if default is None or default in ([], ()) else str(default)


def _type(raw: dict[str, Any], choices: tuple[Choice, ...]) -> str:
    if choices:
        return "choice"
    if "widget" in raw:
        return str(raw["widget"])
    formats = {"date": "date", "date-time": "moment"}
    plain = {"integer": "number", "array": "texts"}
    return formats.get(raw.get("format", ""), plain.get(raw.get("type", ""), "text"))


def _said(value: str, language: Language) -> str:
    """A choice in words."""
    found = CHOICES.get(value)
    return value if found is None else found.say(language)


_TYPES = {
    "text": Text(en="text", zh="文本"),
    "number": Text(en="whole number", zh="整数"),
    "choice": Text(en="one of", zh="选项"),
    "date": Text(en="date", zh="日期"),
    "moment": Text(en="time with offset", zh="带时区的时间"),
    "party": Text(en="party id", zh="主体标识"),
    "texts": Text(en="list of texts", zh="文本列表"),
}


def _table(fields: list[FormField], language: Language) -> str:
    return "\n".join([_HEADS[language], *(_row(one, language) for one in fields)])


def _row(one: FormField, language: Language) -> str:
    default = "-" if one.default is None else f"`{one.default}`" if one.default else '""'
    gap = ":" if language == "zh" else ": "
    what = one.label + (f"{gap}{one.help}" if one.help else "")
    kind = _TYPES[one.type].say(language)
    return f"| `{one.name}` | {what} | {kind} | {_range(one)} | {default} |"


def _range(one: FormField) -> str:
    if one.choices:
        return ", ".join(f"`{choice.value}`" for choice in one.choices)
    if one.low is not None or one.high is not None:
        return f"{one.low:,} - {one.high:,}"
    if one.pattern:
        return "`" + one.pattern.replace("|", "\\|") + "`"
    return f"<= {one.longest}" if one.longest else ""
