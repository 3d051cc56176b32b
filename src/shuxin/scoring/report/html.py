"""A report as one HTML file that needs nothing else: styles and charts are inside, no script."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from shuxin.scoring.report.credit_document import credit_document
from shuxin.scoring.report.document import Facts, Notes, Pictures, Table

if TYPE_CHECKING:
    from shuxin.kernel.text import Language
    from shuxin.scoring.report.content import CreditReport
    from shuxin.scoring.report.document import Block, Document, Fact, Headline, Section

_LANG = {"en": "en", "zh": "zh-CN"}


def report_html(*, report: CreditReport, language: Language) -> str:
    """The credit report as a page; works on a phone, prints on A4."""
    return page(document=credit_document(report=report, language=language, printable=None))


def page(*, document: Document) -> str:
    """Any document as a whole HTML file; every text is escaped, pictures are our own SVG."""
    style = files("shuxin.scoring.report").joinpath("report.css").read_text(encoding="utf-8")
    parts = [
        "<!DOCTYPE html>",
        f'<html lang="{_LANG[document.language]}">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(document.title)} - {escape(document.kind)}</title>",
        f"<style>\n{style}</style>",
        "</head>",
        "<body>",
        "<main>",
        f'<p class="kind">{escape(document.kind)}</p>',
        f"<h1>{escape(document.title)}</h1>",
        _facts(document.facts),
        _headline(document.headline) if document.headline else "",
        *(_section(section) for section in document.sections),
        f"<footer>{escape(document.foot)}</footer>",
        "</main>",
        "</body>",
        "</html>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def _headline(headline: Headline) -> str:
    note = f"<p>{escape(headline.note)}</p>" if headline.note else ""
    return (
        f'<div class="headline {headline.tone}">\n<strong>{escape(headline.words)}</strong>\n'
        f"{_facts(headline.figures)}\n{note}\n</div>"
    )


def _section(section: Section) -> str:
    blocks = "\n".join(_block(block) for block in section.blocks)
    return f"<section>\n<h2>{escape(section.heading)}</h2>\n{blocks}\n</section>"


def _block(block: Block) -> str:
    match block:
        case Facts():
            return _facts(block.rows)
        case Table():
            return _table(block)
        case Pictures():
            svgs = "\n".join(block.svgs)
            return f'<div class="pictures">\n{svgs}{_facts(block.beside)}</div>'
        case Notes():
            lines = "\n".join(f"<li>{escape(line)}</li>" for line in block.lines)
            return f"<ul>\n{lines}\n</ul>" if block.lines else ""


def _facts(facts: tuple[Fact, ...]) -> str:
    if not facts:
        return ""
    rows = "\n".join(
        f"<div><dt>{escape(fact.label)}</dt><dd>{escape(fact.value)}</dd></div>" for fact in facts
    )
    return f"<dl>\n{rows}\n</dl>"


def _table(table: Table) -> str:
    head = "".join(
        f'<th scope="col"{_class(is_figure)}>{escape(title)}</th>'
        for title, is_figure in zip(table.head, table.figures, strict=True)
    )
    rows = "\n".join(_row(table, place) for place in range(len(table.rows)))
    return (
        f'<div class="wide">\n<table>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{rows}\n</tbody>\n</table>\n</div>"
    )


def _row(table: Table, place: int) -> str:
    first, *rest = table.rows[place]
    cells = "".join(
        f'<td data-label="{escape(title)}"{_class(is_figure)}>{escape(cell)}</td>'
        for cell, title, is_figure in zip(rest, table.head[1:], table.figures[1:], strict=True)
    )
    marked = ' class="marked"' if place in table.marked else ""
    return f'<tr{marked}><th scope="row">{escape(first)}</th>{cells}</tr>'


def _class(is_figure: bool) -> str:  # noqa: FBT001 - a column of the table
    return ' class="figure"' if is_figure else ""
