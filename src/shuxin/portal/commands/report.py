"""``shuxin report``: the credit report of one enterprise."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import shuxin.portal
from shuxin.consent.api import Purpose
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import permit_for_one, start
from shuxin.portal.display import LANGUAGES, say

if TYPE_CHECKING:
    import argparse

    from shuxin.infra.api import Settings
    from shuxin.kernel.text import Language

FONTS = Path(shuxin.portal.__file__).parent / "static" / "vendor"
_WRITTEN = Text(en="report: {files}", zh="报告：{files}")


def run(options: argparse.Namespace, language: Language) -> int:
    settings = start()
    files = write_report(options.who, folder=Path(options.out), settings=settings)
    say(_WRITTEN, language, files=", ".join(map(str, files)))
    return 0


def write_report(who: str, *, folder: Path, settings: Settings) -> list[Path]:
    """HTML and PDF in both languages, named by the report's number."""
    from shuxin.infra.api import now_in_china
    from shuxin.scoring.api import credit_report, report_html, report_pdf

    now = now_in_china()
    permit = permit_for_one(who, purpose=Purpose.CREDIT_DECISION, now=now)
    report = credit_report(permit.subject, permit=permit, settings=settings, now=now)
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for language in LANGUAGES:
        stem = folder / f"{report.who.report_id}.{language}"
        page = stem.with_name(f"{stem.name}.html")
        page.write_text(report_html(report=report, language=language), encoding="utf-8")
        paper = stem.with_name(f"{stem.name}.pdf")
        paper.write_bytes(report_pdf(report=report, language=language, fonts=FONTS))
        files += [page, paper]
    return files
