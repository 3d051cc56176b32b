"""A report as plain words, tables and pictures, before it becomes HTML or PDF."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shuxin.kernel.text import Language

Tone = Literal["calm", "care", "stop"]


@dataclass(frozen=True, slots=True)
class Fact:
    """A label with its value."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Headline:
    """The answer at the top: what, the figures that belong to it, and a line below."""

    tone: Tone
    words: str
    figures: tuple[Fact, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Facts:
    rows: tuple[Fact, ...]
    kind: Literal["facts"] = "facts"


@dataclass(frozen=True, slots=True)
class Table:
    """``figures`` marks the columns that align right, ``marked`` the rows set in bold."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    figures: tuple[bool, ...]
    marked: tuple[int, ...] = ()
    kind: Literal["table"] = "table"

    def __post_init__(self) -> None:
        if any(len(row) != len(self.head) for row in (*self.rows, self.figures)):
            raise ValueError("a row is not as wide as the head")


@dataclass(frozen=True, slots=True)
class Pictures:
    """SVG, two side by side where there is room; or one with facts beside it."""

    svgs: tuple[str, ...]
    beside: tuple[Fact, ...] = ()
    kind: Literal["pictures"] = "pictures"


@dataclass(frozen=True, slots=True)
class Notes:
    lines: tuple[str, ...]
    kind: Literal["notes"] = "notes"


Block: TypeAlias = Facts | Table | Pictures | Notes


@dataclass(frozen=True, slots=True)
class Section:
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """``kind`` names the sort of report above its title; ``foot`` stands at the foot of each page."""

    language: Language
    kind: str
    title: str
    facts: tuple[Fact, ...]
    headline: Headline | None
    sections: tuple[Section, ...]
    foot: str

    def data(self) -> dict[str, Any]:
        """The same as JSON holds it."""
        return asdict(self)


def texts_of(part: object) -> Iterator[str]:
    """Every string of a document or a part of one, pictures included."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, tuple):
        for one in part:
            yield from texts_of(one)
    elif is_dataclass(part):
        for field in fields(part):
            yield from texts_of(getattr(part, field.name))
