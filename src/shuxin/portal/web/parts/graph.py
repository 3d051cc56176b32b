"""A directed graph as a picture made on the server (SVG), and as a list for who cannot see it."""

from __future__ import annotations

import itertools
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shuxin.portal.web.parts.cells import Words, said
from shuxin.portal.web.parts.layers import Layout, Placed, laid_out

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shuxin.kernel.text import Language, Text

WIDTH, LINE, PAD, GAP, BETWEEN, EDGE = 168, 18, 11, 18, 88, 6
_LATIN, _HAN = 7.4, 14.0
_MOST_LINES = 3


@dataclass(frozen=True, slots=True)
class Dot:
    """``kind`` is a key of the graph's ``kinds``; ``note`` a second line, smaller."""

    id: str
    label: Words
    kind: str = ""
    url: str = ""
    note: Words = ""


@dataclass(frozen=True, slots=True)
class Arc:
    """From one dot's id to another's."""

    from_id: str
    to_id: str
    label: Words = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """``kinds``: the legend, at most six keys in order, each with its own mark. ``chosen``: the dot one looks at."""

    title: Text
    dots: Sequence[Dot]
    arcs: Sequence[Arc]
    kinds: Mapping[str, Text] = field(default_factory=dict)
    chosen: str = ""
    template: str = field(default="parts/graph.html", init=False)

    def facts(self, language: Language) -> dict[str, Any]:
        """Boxes, ways and the list for the template; sizes in pixels."""
        lines = {dot.id: wrapped(said(dot.label, language)) for dot in self.dots}
        heights = {
            dot.id: 2.0 * PAD + LINE * (len(lines[dot.id]) + bool(dot.note)) for dot in self.dots
        }
        layout = laid_out(heights, [(arc.from_id, arc.to_id) for arc in self.arcs], gap=GAP)
        columns = 1 + max((placed.layer for placed in layout.dots.values()), default=0)
        return {
            "width": columns * WIDTH + (columns - 1) * BETWEEN + 2 * EDGE,
            "height": round(layout.height) + 2 * EDGE,
            "boxes": [
                self._box(d, lines[d.id], heights[d.id], layout, language) for d in self.dots
            ],
            "ways": self._ways(layout, language),
            "legend": [
                (i, text.say(language)) for i, text in enumerate(self.kinds.values(), start=1)
            ],
            "listed": self._listed(language),
        }

    def _box(
        self, dot: Dot, lines: Sequence[str], height: float, layout: Layout, language: Language
    ) -> dict[str, Any]:
        placed = layout.dots[dot.id]
        x, y = _left(placed), placed.centre - height / 2 + EDGE
        kinds = list(self.kinds)
        label, note = said(dot.label, language), said(dot.note, language)
        return {
            "label": label,
            "name": f"{label}, {note}" if note else label,
            "url": dot.url,
            "kind": kinds.index(dot.kind) + 1 if dot.kind in self.kinds else 0,
            "chosen": dot.id == self.chosen,
            "x": round(x, 1),
            "y": round(y, 1),
            "width": WIDTH,
            "height": round(height, 1),
            "lines": [
                (round(x + PAD + 4, 1), round(y + PAD + 13.5 + LINE * i, 1), t)
                for i, t in enumerate(lines)
            ],
            "note": (wrapped(note, narrow=1.2)[:1] or [""])[0],
            "note_x": round(x + PAD + 4, 1),
            "note_y": round(y + PAD + 13 + LINE * len(lines), 1),
        }

    def _ways(self, layout: Layout, language: Language) -> list[dict[str, Any]]:
        labels: dict[tuple[str, str], list[str]] = defaultdict(list)
        for arc in self.arcs:
            labels[arc.from_id, arc.to_id].append(said(arc.label, language))
        found = []
        for pair, way in layout.ways.items():
            words = ", ".join(dict.fromkeys(filter(None, labels[pair])))
            x, y = _middle(way)
            found.append({"d": _path(way), "tip": _tip(way), "label": words, "x": x, "y": y})
        return found

    def _listed(self, language: Language) -> list[dict[str, Any]]:
        labels = {dot.id: said(dot.label, language) for dot in self.dots}
        leads: dict[str, list[str]] = defaultdict(list)
        for arc in self.arcs:
            if arc.from_id in labels and arc.to_id in labels:
                words = said(arc.label, language)
                leads[arc.from_id].append(labels[arc.to_id] + (f" ({words})" if words else ""))
        kinds = {key: text.say(language) for key, text in self.kinds.items()}
        return [
            {
                "label": labels[d.id],
                "kind": kinds.get(d.kind, ""),
                "url": d.url,
                "leads": leads[d.id],
            }
            for d in self.dots
        ]


def wrapped(text: str, *, narrow: float = 1.0) -> list[str]:
    """Lines that fit a box, at most three; the rest is cut with an ellipsis."""
    room = (WIDTH - 2 * PAD - 6) * narrow
    lines, line, used = [], "", 0.0
    for piece in _pieces(text):
        if line and used + _size(piece) > room:
            lines.append(line.rstrip())
            line, used = "", 0.0
        line, used = line + piece, used + _size(piece)
    lines.append(line)
    if len(lines) > _MOST_LINES:
        lines = [*lines[: _MOST_LINES - 1], lines[_MOST_LINES - 1][:-1] + "…"]
    return lines


def _pieces(text: str) -> list[str]:
    """Where a line may break: around Chinese signs, after spaces and joints, within very long words."""
    pieces: list[str] = []
    for sign in text:
        breaks = (
            not pieces or _is_wide(sign) or _is_wide(pieces[-1][-1]) or pieces[-1][-1] in " -_/."
        )
        if breaks or len(pieces[-1]) > 16:  # noqa: PLR2004 - fits a box
            pieces.append(sign)
        else:
            pieces[-1] += sign
    return pieces


def _is_wide(sign: str) -> bool:
    return unicodedata.east_asian_width(sign) in {"W", "F"}


def _size(text: str) -> float:
    return sum(_HAN if _is_wide(sign) else _LATIN for sign in text)


def _left(placed: Placed) -> float:
    return EDGE + placed.layer * (WIDTH + BETWEEN)


def _path(way: Sequence[Placed]) -> str:
    """Curves between the layers, straight where an arc passes boxes of a layer."""
    forward = way[0].layer < way[-1].layer
    x = _left(way[0]) + (WIDTH if forward else 0)
    path = [f"M{x:.1f} {way[0].centre + EDGE:.1f}"]
    for here, there in itertools.pairwise(way):
        end = _left(there) + (0 if forward else WIDTH)
        y0, y1 = here.centre + EDGE, there.centre + EDGE
        half = (x + end) / 2
        path.append(f"C{half:.1f} {y0:.1f} {half:.1f} {y1:.1f} {end:.1f} {y1:.1f}")
        x = end
        if there is not way[-1]:
            x = end + (WIDTH if forward else -WIDTH)
            path.append(f"H{x:.1f}")
    return "".join(path)


def _tip(way: Sequence[Placed]) -> str:
    back = -8 if way[0].layer < way[-1].layer else 8
    x, y = _left(way[-1]) + (0 if back < 0 else WIDTH), way[-1].centre + EDGE
    return f"M{x:.1f} {y:.1f}l{back} -4v8Z"


def _middle(way: Sequence[Placed]) -> tuple[float, float]:
    here, there = way[0], way[1]
    forward = here.layer < there.layer
    x = _left(here) + (WIDTH + BETWEEN / 2 if forward else -BETWEEN / 2)
    return round(x, 1), round((here.centre + there.centre) / 2 + EDGE - 4, 1)
