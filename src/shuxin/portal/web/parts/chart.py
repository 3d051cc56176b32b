"""A chart with the table of its figures beneath; drawn in the browser, read without it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from shuxin.portal.web.parts.cells import Kind, Words, said, written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shuxin.kernel.text import Language, Text


@dataclass(frozen=True, slots=True)
class Axis:
    """``kind`` says how its figures are written: numbers, shares (PERCENT), amounts (FEN)."""

    label: Text
    unit: Text | None = None
    kind: Kind = Kind.NUMBER

    def say(self, language: Language, /) -> str:
        label = self.label.say(language)
        return f"{label} ({self.unit.say(language)})" if self.unit else label


@dataclass(frozen=True, slots=True)
class Series:
    """One value for each category, None where it is missing; for a scatter, pairs (x, y)."""

    name: Words
    values: Sequence[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """``name`` is its own on the page. ``reads`` says in one sentence what is to be seen, also to who cannot see it."""

    name: str
    title: Text
    kind: Literal["line", "bar", "stacked", "scatter"]
    x: Axis
    y: Axis
    series: Sequence[Series]
    categories: Sequence[Words] = ()
    reads: Words = ""
    template: str = field(default="parts/chart.html", init=False)

    def __post_init__(self) -> None:
        """Raises ValueError when a series has another length than the categories."""
        if self.kind != "scatter" and any(
            len(s.values) != len(self.categories) for s in self.series
        ):
            raise ValueError("each series has one value for each category")

    def facts(self, language: Language) -> dict[str, Any]:
        """What the template needs: ``data`` for the script, ``heads`` and ``lines`` for the table."""
        return {
            "data": self._data(language),
            "heads": self._heads(language),
            "lines": list(self._lines(language)),
        }

    def _data(self, language: Language) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "x": {"label": self.x.say(language), "kind": self.x.kind.value},
            "y": {"label": self.y.say(language), "kind": self.y.kind.value},
            "categories": [said(each, language) for each in self.categories],
            "series": [
                {"name": said(s.name, language), "values": list(s.values)} for s in self.series
            ],
        }

    def _heads(self, language: Language) -> list[str]:
        names = [said(s.name, language) for s in self.series]
        if self.kind != "scatter":
            return [self.x.say(language), *names]
        return [*([""] if len(names) > 1 else []), self.x.say(language), self.y.say(language)]

    def _lines(self, language: Language) -> list[list[str]]:
        def figure(value: Any, axis: Axis) -> str:
            return written(value, kind=axis.kind, language=language)

        if self.kind != "scatter":
            columns = zip(*(s.values for s in self.series), strict=True)
            return [
                [said(at, language), *(figure(value, self.y) for value in line)]
                for at, line in zip(self.categories, columns, strict=True)
            ]
        named = len(self.series) > 1
        return [
            [*([said(s.name, language)] if named else []), figure(x, self.x), figure(y, self.y)]
            for s in self.series
            for x, y in s.values
        ]
