"""What a lender tells a subject of its last decision and joint score: points, why, and what would raise them."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shuxin.portal
from shuxin.scoring.api import kept_decisions

if TYPE_CHECKING:
    import datetime as dt

    from shuxin.consent.api import Permit
    from shuxin.infra.api import Settings
    from shuxin.kernel.text import Language, Text
    from shuxin.scoring.api import Improvement, KeptDecision

_FONTS = Path(shuxin.portal.__file__).parent / "static" / "vendor"


def last_credit(permit: Permit, *, settings: Settings, now: dt.datetime) -> dict[str, Any] | None:
    """None where nothing was decided here. Computed anew from the evidence that was kept."""
    kept = kept_decisions(permit=permit, entity=permit.subject)
    if not kept:
        return None
    from shuxin.scoring.api import credit_report  # noqa: PLC0415 - heavy

    found = credit_report(permit.subject, permit=permit, settings=settings, now=now)
    ruling, score = found.ruling, found.score
    return {
        "at": kept[0].at.isoformat(timespec="seconds"),
        "as_of": found.who.as_of.isoformat(),
        "verdict": ruling.verdict.value,
        "limit_fen": ruling.limit_fen,
        "rate_bp": ruling.rate_bp,
        "grounds": [_both(text) for text in ruling.grounds],
        "points": round(score.points),
        "lowest": round(score.lowest),
        "highest": round(score.highest),
        "grade": score.grade,
        "reasons": [
            {"said": _both(one.text), "points": round(one.points_lost), "rows": one.origin.rows}
            for one in found.reasons
        ],
        "improve": [
            {
                "title": _both(one.title),
                "now": _both(one.now),
                "better": _both(one.better),
                "points": one.gain,
            }
            for one in _improvements(kept[0], permit=permit)
        ],
    }


def last_joint_score(permit: Permit, *, settings: Settings) -> dict[str, Any] | None:
    """The newest score that was made together with other holders; None where there is none."""
    permit.require(permit.subject)
    from shuxin.federation.api import scores_kept  # noqa: PLC0415 - needs the database

    lines = scores_kept(subject=permit.subject, most=1)
    if not lines:
        return None
    from shuxin.federation.api import STANDING_TEXT  # noqa: PLC0415 - heavy
    from shuxin.portal.node_evidence import view_of_score  # noqa: PLC0415 - heavy

    found = view_of_score(settings, lines[0].score_id)
    return {
        "at": found.line.at.isoformat(timespec="seconds"),
        "points": found.line.points,
        "cut_off": found.cut_off,
        "passes": found.line.passes,
        "base": found.base,
        "own": [{"title": _both(title), "points": points} for title, points in found.own],
        "holders": [
            {
                "party": one.share.party,
                "said": _both(STANDING_TEXT[one.share.standing]),
                "points": one.share.points,
                "lost": [_both(text) for text in one.categories],
                "refused": [_both(text) for _, text in one.refusals],
            }
            for one in found.holders
        ],
    }


def report_file(
    permit: Permit, *, language: Language, settings: Settings, now: dt.datetime
) -> str | None:
    """The PDF in base64; None where nothing was decided here."""
    if not kept_decisions(permit=permit, entity=permit.subject):
        return None
    from shuxin.scoring.api import credit_report, report_pdf  # noqa: PLC0415 - heavy

    found = credit_report(permit.subject, permit=permit, settings=settings, now=now)
    return base64.b64encode(report_pdf(report=found, language=language, fonts=_FONTS)).decode()


def _improvements(kept: KeptDecision, *, permit: Permit) -> tuple[Improvement, ...]:
    from shuxin.scoring.api import (  # noqa: PLC0415 - heavy
        improvements_of,
        model_row,
        read_bundle,
        replayed_decision,
    )

    made = replayed_decision(kept.digest, entity=kept.entity, permit=permit)
    card = read_bundle(model_row(kept.model[1]).content.encode()).card
    found: tuple[Improvement, ...] = improvements_of(
        card=card, scored=made.decision.assessment.scored
    )
    return found


def _both(text: Text) -> dict[str, str]:
    return {"en": text.en, "zh": text.zh}
