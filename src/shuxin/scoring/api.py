"""The door of scoring: from outcomes to models, from applicants to decisions that can be defended.

A name's module is imported when the name is first asked for, so that a command that needs none of the
heavy parts starts fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shuxin.scoring.allocation import Allocation
    from shuxin.scoring.binning.characteristic import (
        BinnedCharacteristic,
        BinningPlan,
        LengthsDisagree,
        merge_categories,
        merge_numbers,
    )
    from shuxin.scoring.binning.lookup import Values
    from shuxin.scoring.binning.merge import MergePlan
    from shuxin.scoring.binning.prebins import fine_categories, quantile_edges
    from shuxin.scoring.binning.shape import BinShape, Kind
    from shuxin.scoring.binning.table import bin_labels, findings_of
    from shuxin.scoring.brief import ModelInBrief, models_in_brief
    from shuxin.scoring.bundle import Bundle, read_bundle
    from shuxin.scoring.card.artefact import (
        CardBin,
        CardCharacteristic,
        Scorecard,
        TrainingFacts,
        card_bytes,
        card_hash,
        read_card,
    )
    from shuxin.scoring.card.compiled import ColumnMissing, CompiledCard, Scored
    from shuxin.scoring.card.plan import SelectionPlan
    from shuxin.scoring.card.points import Scaling
    from shuxin.scoring.card.reasons import reasons_of
    from shuxin.scoring.card.regression import (
        CharacteristicsCollinear,
        OneClassOnly,
        Regression,
        Separated,
        fit_logistic,
        wald_p_values,
    )
    from shuxin.scoring.card.sealed import CardInvalid, open_sealed, sealed
    from shuxin.scoring.card.selection import (
        Dropped,
        Entrant,
        against,
        barred,
        sift,
        variance_inflation,
    )
    from shuxin.scoring.characteristics import GROUPS
    from shuxin.scoring.credit_report import credit_report
    from shuxin.scoring.deciding import Batch, Request, decide
    from shuxin.scoring.decision import Decision, Outcome
    from shuxin.scoring.evaluation.calibration import calibration_line
    from shuxin.scoring.evaluation.intervals import STRATIFIED, Interval, Quality
    from shuxin.scoring.evaluation.metrics import roc_auc
    from shuxin.scoring.evaluation.stability import VERDICT_TEXT, Stability, stability
    from shuxin.scoring.evidence import Evidence, replay
    from shuxin.scoring.explaining import TracedReason, decision_json, traced, value_text
    from shuxin.scoring.kept_decisions import (
        KeptDecision,
        NoSuchDecision,
        ReplayedDecision,
        kept_decisions,
        replayed_decision,
    )
    from shuxin.scoring.local_score import (
        Improvement,
        LocalScore,
        PointLine,
        improvements_of,
        local_score,
    )
    from shuxin.scoring.policy import LendingPolicy, read_policy
    from shuxin.scoring.registry import (
        KeptModel,
        decision_kept_at,
        keep_evaluation,
        keep_model,
        kept_models,
        last_evaluation,
        model_in_use,
        model_row,
    )
    from shuxin.scoring.report.html import report_html
    from shuxin.scoring.report.model_report import model_report_html
    from shuxin.scoring.report.numbers import NO_DATA
    from shuxin.scoring.report.pdf import document_pdf, report_pdf
    from shuxin.scoring.training import (
        TrainedModels,
        TrainingSet,
        good_medians,
        train,
        training_set,
        without_outcome,
    )
    from shuxin.scoring.validation import (
        Validation,
        cautions_of,
        measured_of,
        model_report,
        validate,
    )

_LATER = {
    "brief": ("ModelInBrief", "models_in_brief"),
    "allocation": ("Allocation",),
    "binning.characteristic": (
        "BinnedCharacteristic",
        "BinningPlan",
        "LengthsDisagree",
        "merge_categories",
        "merge_numbers",
    ),
    "binning.lookup": ("Values",),
    "binning.merge": ("MergePlan",),
    "binning.prebins": ("fine_categories", "quantile_edges"),
    "binning.shape": ("BinShape", "Kind"),
    "binning.table": ("bin_labels", "findings_of"),
    "bundle": ("Bundle", "read_bundle"),
    "card.regression": (
        "CharacteristicsCollinear",
        "OneClassOnly",
        "Regression",
        "Separated",
        "fit_logistic",
        "wald_p_values",
    ),
    "card.artefact": (
        "CardBin",
        "CardCharacteristic",
        "Scorecard",
        "TrainingFacts",
        "card_bytes",
        "card_hash",
        "read_card",
    ),
    "card.compiled": ("ColumnMissing", "CompiledCard", "Scored"),
    "card.plan": ("SelectionPlan",),
    "card.points": ("Scaling",),
    "card.reasons": ("reasons_of",),
    "card.sealed": ("CardInvalid", "open_sealed", "sealed"),
    "card.selection": (
        "Dropped",
        "Entrant",
        "against",
        "barred",
        "sift",
        "variance_inflation",
    ),
    "characteristics": ("GROUPS",),
    "credit_report": ("credit_report",),
    "deciding": ("Batch", "Request", "decide"),
    "decision": ("Decision", "Outcome"),
    "evaluation.calibration": ("calibration_line",),
    "evaluation.intervals": ("STRATIFIED", "Interval", "Quality"),
    "evaluation.metrics": ("roc_auc",),
    "evaluation.stability": ("VERDICT_TEXT", "Stability", "stability"),
    "evidence": ("Evidence", "replay"),
    "explaining": ("TracedReason", "decision_json", "traced", "value_text"),
    "kept_decisions": (
        "KeptDecision",
        "NoSuchDecision",
        "ReplayedDecision",
        "kept_decisions",
        "replayed_decision",
    ),
    "local_score": ("Improvement", "LocalScore", "PointLine", "improvements_of", "local_score"),
    "policy": ("LendingPolicy", "read_policy"),
    "registry": (
        "KeptModel",
        "keep_evaluation",
        "decision_kept_at",
        "keep_model",
        "kept_models",
        "last_evaluation",
        "model_in_use",
        "model_row",
    ),
    "report.html": ("report_html",),
    "report.model_report": ("model_report_html",),
    "report.numbers": ("NO_DATA",),
    "report.pdf": ("document_pdf", "report_pdf"),
    "training": (
        "TrainedModels",
        "TrainingSet",
        "good_medians",
        "train",
        "training_set",
        "without_outcome",
    ),
    "validation": ("Validation", "cautions_of", "measured_of", "model_report", "validate"),
}
_HOME = {name: module for module, names in _LATER.items() for name in names}


def __getattr__(name: str) -> Any:
    """Raises AttributeError."""
    if name not in _HOME:
        raise AttributeError(name)
    return getattr(import_module(f"shuxin.scoring.{_HOME[name]}"), name)


__all__ = [
    "GROUPS",
    "NO_DATA",
    "STRATIFIED",
    "VERDICT_TEXT",
    "Allocation",
    "Batch",
    "BinShape",
    "BinnedCharacteristic",
    "BinningPlan",
    "Bundle",
    "CardBin",
    "CardCharacteristic",
    "CardInvalid",
    "CharacteristicsCollinear",
    "ColumnMissing",
    "CompiledCard",
    "Decision",
    "Dropped",
    "Entrant",
    "Evidence",
    "Improvement",
    "Interval",
    "KeptDecision",
    "KeptModel",
    "Kind",
    "LendingPolicy",
    "LengthsDisagree",
    "LocalScore",
    "MergePlan",
    "ModelInBrief",
    "NoSuchDecision",
    "OneClassOnly",
    "Outcome",
    "PointLine",
    "Quality",
    "Regression",
    "ReplayedDecision",
    "Request",
    "Scaling",
    "Scorecard",
    "Scored",
    "SelectionPlan",
    "Separated",
    "Stability",
    "TracedReason",
    "TrainedModels",
    "TrainingFacts",
    "TrainingSet",
    "Validation",
    "Values",
    "against",
    "barred",
    "bin_labels",
    "calibration_line",
    "card_bytes",
    "card_hash",
    "cautions_of",
    "credit_report",
    "decide",
    "decision_json",
    "decision_kept_at",
    "document_pdf",
    "findings_of",
    "fine_categories",
    "fit_logistic",
    "good_medians",
    "improvements_of",
    "keep_evaluation",
    "keep_model",
    "kept_decisions",
    "kept_models",
    "last_evaluation",
    "local_score",
    "measured_of",
    "merge_categories",
    "merge_numbers",
    "model_in_use",
    "model_report",
    "model_report_html",
    "model_row",
    "models_in_brief",
    "open_sealed",
    "quantile_edges",
    "read_bundle",
    "read_card",
    "read_policy",
    "reasons_of",
    "replay",
    "replayed_decision",
    "report_html",
    "report_pdf",
    "roc_auc",
    "sealed",
    "sift",
    "stability",
    "traced",
    "train",
    "training_set",
    "validate",
    "value_text",
    "variance_inflation",
    "wald_p_values",
    "without_outcome",
]
