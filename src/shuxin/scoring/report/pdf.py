"""A report as PDF, byte for byte the same for the same content."""

from __future__ import annotations

import json
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

from shuxin.scoring.report.credit_document import credit_document
from shuxin.scoring.report.document import Document, Fact, Notes, Section, texts_of
from shuxin.scoring.report.glyphs import characters_of, check_glyphs, substituted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from shuxin.kernel.text import Language
    from shuxin.scoring.report.content import CreditReport


def report_pdf(*, report: CreditReport, language: Language, fonts: Path) -> bytes:
    """The credit report on A4; ``fonts`` is the folder of NotoSansSC-Regular.ttf and -Bold.ttf.

    A character of somebody's data that the font lacks is printed as 〓 with a footnote.

    Raises:
        FontMissing: the folder lacks the font.
        GlyphMissing: the font lacks a character of our own words.
    """
    printable = characters_of(fonts)
    document = credit_document(report=report, language=language, printable=printable)
    return pdf(document=document, fonts=fonts)


def document_pdf(
    *,
    kind: str,
    title: str,
    facts: Sequence[tuple[str, str]],
    sections: Sequence[tuple[str, Sequence[str]]],
    foot: str,
    language: Language,
    fonts: Path,
) -> bytes:
    """A letter on A4: facts as label and value, sections as heading and lines. Raises as ``report_pdf``."""
    printable = characters_of(fonts)
    made = Document(
        language=language,
        kind=kind,
        title=title,
        facts=tuple(
            Fact(label, substituted(value, printable=printable)[0]) for label, value in facts
        ),
        headline=None,
        sections=tuple(
            Section(
                heading,
                (Notes(tuple(substituted(line, printable=printable)[0] for line in lines)),),
            )
            for heading, lines in sections
        ),
        foot=foot,
    )
    return pdf(document=made, fonts=fonts)


def pdf(*, document: Document, fonts: Path) -> bytes:
    """Any document as PDF. Raises as ``report_pdf``."""
    import typst  # noqa: PLC0415 - a compiler of 40 MB that only a report needs

    check_glyphs(texts_of(document), printable=characters_of(fonts))
    with as_file(files("shuxin.scoring.report").joinpath("report.typ")) as template:
        return typst.compile(
            template,
            format="pdf",
            root=template.parent,
            font_paths=typst.Fonts(
                include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts]
            ),
            ignore_system_fonts=True,
            sys_inputs={"report": json.dumps(document.data(), ensure_ascii=False)},
        )
