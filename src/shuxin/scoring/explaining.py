"""Why a decision is what it is, down to the rows: reason -> bin -> feature -> field -> dataset -> row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shuxin.consent.api import require_each
from shuxin.fusion.api import (
    TRADE_FEATURES,
    feature_named,
    registered_features,
    rows_behind,
    standards_of,
)
from shuxin.kernel.money import Unit, amount_with_unit
from shuxin.scoring.report.numbers import NO_DATA

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from shuxin.consent.api import Permit
    from shuxin.fusion.api import Feature, NeighbourFeature, RowsBehind
    from shuxin.infra.api import Settings
    from shuxin.kernel.text import Language
    from shuxin.scoring.card.reasons import Reason
    from shuxin.scoring.decision import Decision

TRADES = ("invoice_out", "invoice_in")
"""The standards that features read, sales first."""


@dataclass(frozen=True, slots=True)
class TracedReason:
    """A reason and where it comes from: the feature's value, its fields, and rows of each standard."""

    reason: Reason
    feature: Feature
    value: float | None
    fields: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, RowsBehind], ...]

    @property
    def count(self) -> int:
        return sum(rows.count for _, rows in self.rows)


def traced(
    decisions: Sequence[Decision],
    *,
    permits: Sequence[Permit],
    settings: Settings,
    now: dt.datetime,
) -> list[tuple[TracedReason, ...]]:
    """For each decision its reasons with their origin. Raises as ``fusion.rows_behind``."""
    require_each(permits, subjects=[d.assessment.applicant.entity for d in decisions])
    fields = {found.feature.name: found.fields for found in registered_features(now=now)}
    wanted = {
        (source, feature.window)
        for decision in decisions
        for reason in decision.assessment.reasons
        for feature in (feature_named(reason.characteristic),)
        for source in sources_of(feature)
    }
    spine = [(d.assessment.applicant.entity, d.assessment.applicant.as_of) for d in decisions]
    behind = {
        (source, window): rows_behind(
            spine, standard=source, window=window, permits=permits, settings=settings, now=now
        )
        for source, window in wanted
    }
    found = []
    for decision in decisions:
        applicant = decision.assessment.applicant
        reasons = []
        for reason in decision.assessment.reasons:
            feature = feature_named(reason.characteristic)
            rows = [
                (source, there)
                for source in sources_of(feature)
                if (there := behind[source, feature.window].get(applicant.entity)) is not None
            ]
            value = applicant.features.get(feature.name)
            reasons.append(TracedReason(reason, feature, value, fields[feature.name], tuple(rows)))
        found.append(tuple(reasons))
    return found


def sources_of(feature: Feature) -> tuple[str, ...]:
    """Standards that a feature reads; one of both sides reads both."""
    read = standards_of(feature)
    return TRADES if set(read) == set(TRADES) else read


_PLACES = {"1/month": 4, "points": 2}


def value_text(feature: Feature | NeighbourFeature, value: float | None, language: Language) -> str:
    """A feature's number with its unit, for people."""
    if value is None:
        return NO_DATA.say(language)
    if feature.measure == "fen":
        return amount_with_unit(round(value), unit=Unit.TEN_THOUSAND_YUAN, places=2)
    if feature.measure == "ratio":
        return f"{value:.3f}"
    units = {
        "count": ("", ""),
        "months": (" months", " 个月"),
        "days": (" days", " 天"),
        "1/month": ("/month", "/月"),
        "flag": ("", ""),
        "points": ("", ""),
        "kwh": (" kWh", " 千瓦时"),
        "m3": (" m³", " 立方米"),
    }
    unit = units[feature.measure][language == "zh"]
    number = f"{value:,.{_PLACES.get(feature.measure, 0)}f}"
    return f"{number}{unit}"


def decision_json(
    decision: Decision, reasons: Sequence[TracedReason], *, digest: str
) -> dict[str, Any]:
    """The decision as it is handed over: plain numbers, both languages, the trace of every reason."""
    known = decision.assessment
    return {
        "entity": known.applicant.entity,
        "as_of": known.applicant.as_of.isoformat(),
        "outcome": str(decision.outcome),
        "limit_fen": decision.limit_fen,
        "rate_bp": decision.rate_bp,
        "points": known.scored.points,
        "pd": known.pd,
        "ratings": dict(zip("ABCD", known.ratings, strict=True)),
        "limit_bound_by": known.limit.bound_by.code,
        "caps_fen": {cap.kind.code: cap.amount_fen for cap in known.limit.caps},
        "gates": [{"code": g.code, "en": g.text.en, "zh": g.text.zh} for g in decision.gates],
        "expected_profit_fen": decision.expected_profit_fen,
        "expected_loss_fen": decision.expected_loss_fen,
        "reasons": [_reason_json(traced_reason) for traced_reason in reasons],
        "evidence_sha256": digest,
    }


def _reason_json(traced_reason: TracedReason) -> dict[str, Any]:
    reason = traced_reason.reason
    return {
        "rank": reason.rank,
        "en": reason.text.en,
        "zh": reason.text.zh,
        "bin": {"en": reason.bin_label.en, "zh": reason.bin_label.zh},
        "points": reason.points,
        "reference": reason.reference,
        "feature": traced_reason.feature.name,
        "value": traced_reason.value,
        "unit": str(traced_reason.feature.measure),
        "fields": [f"{dataset}.{field}" for dataset, field in traced_reason.fields],
        "rows": {
            source: {
                "count": rows.count,
                "largest": [{"dataset": d, "file": f, "line": line} for d, f, line in rows.places],
            }
            for source, rows in traced_reason.rows
        },
    }


def features_shown() -> tuple[Feature, ...]:
    """The features that a report shows as the business in figures."""
    shown = ("inv_out_amt_12m", "inv_in_amt_12m", "inv_out_yoy_12m", "inv_out_active_12m", "inv_out_cv_12m",
             "inv_out_parties_12m", "inv_out_top1_12m", "inv_in_parties_12m", "inv_in_top1_12m",
             "inv_out_void_rate_12m", "inv_out_red_rate_12m", "purchase_to_sales_12m", "vat_burden_12m",
             "inv_out_recency_24m")  # fmt: skip
    by_name = {feature.name: feature for feature in TRADE_FEATURES}
    return tuple(by_name[name] for name in shown)
