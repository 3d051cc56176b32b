"""The paper that our plots are drawn on: SVG as text, the same bytes for the same input."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

WIDTH: Final = 480.0
INK: Final = "#1c2733"
MUTED: Final = "#56636f"
GRID: Final = "#dde3e8"
BLUE: Final = "#1f5a93"
ORANGE: Final = "#e08a1e"
BODY: Final = 12.0
TITLE: Final = 14.0
FAMILY: Final = "Noto Sans SC"
SUBSTITUTE: Final = "〓"

Anchor = Literal["start", "middle", "end"]


def number(value: float) -> str:
    """A coordinate with at most two decimals; never ``-0``."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def visible(text: str) -> str:
    """The text with 〓 for everything that is no visible character, as controls are."""
    return "".join(sign if sign.isprintable() else SUBSTITUTE for sign in text)


def text_width(text: str, *, size: float) -> float:
    """About how wide a text is drawn: a Chinese character is one em, a letter 0.56."""
    wide = sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)
    return size * (wide + 0.56 * (len(text) - wide))


def fitted(text: str, *, width: float, size: float) -> str:
    """The text, cut with an ellipsis where it would be wider than ``width``."""
    if text_width(text, size=size) <= width:
        return text
    kept = text
    while kept and text_width(kept + "…", size=size) > width:
        kept = kept[:-1]
    return kept + "…"


@dataclass(slots=True)
class Drawing:
    """Collects marks; ``svg`` gives the finished picture, scalable, with its words for readers.

    ``title`` is drawn at the top and, with ``description``, read out by screen readers.
    """

    height: float
    title: str
    description: str
    marks: list[str] = field(default_factory=list)

    def rect(
        self,
        *,
        x: float,
        y: float,
        width: float,
        height: float,
        fill: str,
        stroke: str = "none",
    ) -> None:
        self.marks.append(
            f'<rect x="{number(x)}" y="{number(y)}" width="{number(max(width, 0))}" '
            f'height="{number(max(height, 0))}" fill="{fill}" stroke="{stroke}"/>'
        )

    def line(
        self,
        *,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        stroke: str = GRID,
        width: float = 1,
        dash: str = "",
    ) -> None:
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self.marks.append(
            f'<line x1="{number(x1)}" y1="{number(y1)}" x2="{number(x2)}" y2="{number(y2)}" '
            f'stroke="{stroke}" stroke-width="{number(width)}"{dashed}/>'
        )

    def path(self, *, points: Iterable[tuple[float, float]], stroke: str, dash: str = "") -> None:
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        joined = " ".join(f"{number(x)},{number(y)}" for x, y in points)
        self.marks.append(
            f'<polyline points="{joined}" fill="none" stroke="{stroke}" stroke-width="2" '
            f'stroke-linejoin="round"{dashed}/>'
        )

    def polygon(self, *, points: Iterable[tuple[float, float]], fill: str) -> None:
        joined = " ".join(f"{number(x)},{number(y)}" for x, y in points)
        self.marks.append(f'<polygon points="{joined}" fill="{fill}"/>')

    def dot(self, *, x: float, y: float, fill: str, radius: float = 3.5) -> None:
        self.marks.append(
            f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(radius)}" fill="{fill}" '
            'stroke="#ffffff"/>'
        )

    def text(
        self,
        text: str,
        *,
        x: float,
        y: float,
        anchor: Anchor = "start",
        size: float = BODY,
        fill: str = INK,
        weight: int = 400,
    ) -> None:
        """``y`` is the base line."""
        self.marks.append(
            f'<text x="{number(x)}" y="{number(y)}" font-size="{number(size)}" fill="{fill}" '
            f'text-anchor="{anchor}" font-weight="{weight}">'
            f"{escape(visible(text), quote=False)}</text>"
        )

    def haloed(self, text: str, *, x: float, y: float, size: float = BODY) -> None:
        """Centred words with a white rim, readable on lines."""
        self.marks.append(
            f'<text x="{number(x)}" y="{number(y)}" font-size="{number(size)}" fill="{INK}" '
            'text-anchor="middle" stroke="#ffffff" stroke-width="3" paint-order="stroke">'
            f"{escape(visible(text), quote=False)}</text>"
        )

    def legend(self, entries: Iterable[tuple[str, str]], *, y: float) -> None:
        """(colour, words) side by side, ending at the right edge."""
        x = WIDTH - 8
        for colour, words in reversed(list(entries)):
            x -= text_width(words, size=BODY)
            self.text(words, x=x, y=y, fill=MUTED)
            x -= 15
            self.rect(x=x, y=y - 9, width=10, height=10, fill=colour)
            x -= 12

    def svg(self) -> str:
        title, words = (
            escape(visible(text), quote=False) for text in (self.title, self.description)
        )
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {number(WIDTH)} '
            f'{number(self.height)}" role="img" font-family="{FAMILY}">'
            f"<title>{title}</title><desc>{words}</desc>"
        )
        drawn_title = fitted(visible(self.title), width=WIDTH - 16, size=TITLE)
        heading = (
            f'<text x="8" y="20" font-size="{number(TITLE)}" font-weight="700" fill="{INK}">'
            f"{escape(drawn_title, quote=False)}</text>"
        )
        return "\n".join([head, heading, *self.marks, "</svg>\n"])


def label_below(drawing: Drawing, words: str, *, x: float, y: float, width: float) -> None:
    """A label of at most two lines, centred at ``x``, the first on ``y``; cut where it is longer."""
    size = 11.0
    first = words
    while first and text_width(first, size=size) > width:
        first = first[:-1]
    first = first if first == words else first[: first.rfind(" ") + 1] or first
    rest = words[len(first) :]
    drawing.text(first.strip(), x=x, y=y, anchor="middle", size=size, fill=MUTED)
    if rest:
        second = fitted(rest.strip(), width=width, size=size)
        drawing.text(second, x=x, y=y + 14, anchor="middle", size=size, fill=MUTED)
