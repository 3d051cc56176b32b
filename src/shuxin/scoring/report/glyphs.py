"""Which characters can be printed: typst prints nothing, silently, where a font has no glyph."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from shuxin.kernel.errors import Unavailable
from shuxin.kernel.text import Text
from shuxin.scoring.charts.drawing import SUBSTITUTE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FONT_FILES = ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf")


class FontMissing(Unavailable):
    code = "report_font_missing"
    what = Text(en="The report's font {file} is not there", zh="缺少报告所用字体 {file}")
    mend = Text(
        en="Run the set-up again: make setup; it fetches the font",
        zh="请重新运行安装：make setup，它会取得字体",
    )


class GlyphMissing(Unavailable):
    code = "report_glyph_missing"
    what = Text(
        en="The report's font lacks {points}, which the report's own words use",
        zh="报告所用字体缺少报告自身文字的字符 {points}",
    )
    mend = Text(
        en="Restore the font with make setup, or reword the label",
        zh="请用 make setup 恢复字体，或改写该标签",
    )


def characters_of(fonts: Path) -> frozenset[str]:
    """What both weights of the font can print. Raises FontMissing."""
    for name in FONT_FILES:
        if not (fonts / name).is_file():
            raise FontMissing(file=name)
    return _characters(tuple(fonts / name for name in FONT_FILES))


def substituted(text: str, *, printable: frozenset[str] | None) -> tuple[str, frozenset[str]]:
    """The text with 〓 for what cannot be printed, and the characters that were replaced.

    ``printable`` None is a reader with fonts of its own: only invisible characters go.
    """
    lost = frozenset(
        sign
        for sign in text
        if not sign.isprintable() or (printable is not None and sign not in printable)
    )
    return "".join(SUBSTITUTE if sign in lost else sign for sign in text), lost


def code_points(signs: Iterable[str]) -> str:
    """U+4E00, U+20000."""
    return ", ".join(f"U+{ord(sign):04X}" for sign in sorted(signs))


def check_glyphs(texts: Iterable[str], *, printable: frozenset[str]) -> None:
    """Raises GlyphMissing; line ends need no glyph."""
    lost = {sign for text in texts for sign in text} - printable - {"\n"}
    if lost:
        raise GlyphMissing(points=code_points(lost))


@lru_cache(maxsize=4)
def _characters(files: tuple[Path, ...]) -> frozenset[str]:
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - heavy, and only a report needs it

    known = []
    for file in files:
        with TTFont(file, lazy=True) as font:
            known.append(frozenset(map(chr, font.getBestCmap())))
    return frozenset.intersection(*known)
