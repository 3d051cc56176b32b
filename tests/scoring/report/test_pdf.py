from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from tests.scoring.report.pdf_text import text_of
from tests.scoring.report.samples import credit_report, named

from shuxin.scoring.charts.drawing import Drawing
from shuxin.scoring.report.content import Ruling, Verdict
from shuxin.scoring.report.credit_document import credit_document
from shuxin.scoring.report.document import Document, Notes, Pictures, Section
from shuxin.scoring.report.glyphs import FontMissing, GlyphMissing
from shuxin.scoring.report.pdf import pdf, report_pdf

ROOT = Path(__file__).resolve().parents[3]
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
HOSTILE = '#panic() *b* _i_ $x$ `c` @r <script> [x] \\u{41} = - + / // "q" {name} %s ]]> &amp;'


def squeezed(text: str) -> str:
    """Without white space and the marks at which a line may break."""
    return "".join(text.replace("\u200b", "").split())


class TestPdf:
    @LANGUAGES
    def test_is_the_same_in_another_process(self, language: str, fonts: Path) -> None:
        program = (
            "import hashlib, sys\nfrom pathlib import Path\n"
            "from tests.scoring.report.samples import credit_report\n"
            "from shuxin.scoring.report.pdf import report_pdf\n"
            "made = report_pdf(report=credit_report(), language=sys.argv[1], "
            "fonts=Path(sys.argv[2]))\n"
            "print(hashlib.sha256(made).hexdigest())\n"
        )
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", program, language, str(fonts)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        made = report_pdf(report=credit_report(), language=language, fonts=fonts)
        assert done.stdout.strip() == hashlib.sha256(made).hexdigest()

    @LANGUAGES
    def test_prints_every_word_of_the_document(self, language: str, fonts: Path) -> None:
        report = credit_report()
        text = squeezed(text_of(report_pdf(report=report, language=language, fonts=fonts)))
        document = credit_document(report=report, language=language, printable=None)
        for words in plain_texts(document):
            assert squeezed(words) in text, words

    @LANGUAGES
    def test_prints_the_words_inside_the_pictures(self, language: str, fonts: Path) -> None:
        made = report_pdf(report=credit_report(), language=language, fonts=fonts)
        title = {"en": "Monthly sales and purchases", "zh": "月度销售与采购"}[language]
        assert squeezed(title) in squeezed(text_of(made))

    @LANGUAGES
    def test_prints_hostile_words_as_they_are(self, language: str, fonts: Path) -> None:
        report = named(HOSTILE)
        report = replace(report, who=replace(report.who, reader=HOSTILE), contact=HOSTILE)
        text = squeezed(text_of(report_pdf(report=report, language=language, fonts=fonts)))
        assert text.count(squeezed(HOSTILE)) >= 3

    def test_prints_a_rare_name_with_a_footnote(self, fonts: Path) -> None:
        text = text_of(report_pdf(report=named("\U0002b820\x07商行"), language="zh", fonts=fonts))
        assert "〓〓商行" in text
        assert "U+0007, U+2B820" in text

    def test_pictures_have_words_for_those_who_cannot_see(self, fonts: Path) -> None:
        made = pdf(document=picture("A <b> & C"), fonts=fonts)
        assert b"/Alt" in made
        assert b"A <b> & C: -" in made

    def test_fits_two_or_three_pages(self, fonts: Path) -> None:
        made = report_pdf(report=credit_report(), language="en", fonts=fonts)
        assert 2 <= made.count(b"/Type/Page/") <= 3

    @pytest.mark.parametrize("length", [60, 200, 600])
    def test_breaks_a_long_name_instead_of_losing_it(self, length: int, fonts: Path) -> None:
        name = "商行W" * (length // 3)
        made = report_pdf(report=named(name), language="zh", fonts=fonts)
        assert squeezed(name) in squeezed(text_of(made))

    def test_a_report_that_offers_nothing_is_still_made(self, fonts: Path) -> None:
        report = replace(
            credit_report(),
            ruling=Ruling(Verdict.DECLINE),
            reasons=(),
            figures=(),
            months=(),
            buyers=None,
            groups=(),
            caps=(),
            price=None,
            data=(),
            evidence=(),
        )
        text = text_of(report_pdf(report=report, language="en", fonts=fonts))
        assert "Decline" in text
        assert "No limit is offered" in text

    def test_refuses_words_of_ours_that_the_font_lacks(self, fonts: Path) -> None:
        section = Section("ok", (Notes(("\U0002b820",)),))
        document = Document("en", "kind", "title", (), None, (section,), "foot")
        with pytest.raises(GlyphMissing, match=r"U\+2B820"):
            pdf(document=document, fonts=fonts)

    def test_needs_the_font(self, tmp_path: Path) -> None:
        with pytest.raises(FontMissing):
            report_pdf(report=credit_report(), language="en", fonts=tmp_path)


def plain_texts(document: Document) -> list[str]:
    """All but the pictures."""
    found = [document.title, document.kind]
    for section in document.sections:
        found.append(section.heading)
        for block in section.blocks:
            if block.kind == "facts":
                found += [words for fact in block.rows for words in (fact.label, fact.value)]
            if block.kind == "table":
                found += [*block.head, *(cell for row in block.rows for cell in row)]
            if block.kind == "notes":
                found += block.lines
    return found


def picture(title: str) -> Document:
    svg = Drawing(height=60, title=title, description="-").svg()
    return Document("zh", "-", "-", (), None, (Section("-", (Pictures((svg,)),)),), "-")
