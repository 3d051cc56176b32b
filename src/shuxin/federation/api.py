"""The only door of federation: a node, its peers, joint jobs and their results.

A name's module is imported when the name is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shuxin.federation.alignment.kind import AlignmentKind
    from shuxin.federation.alignment.result import Aligned, aligned_codes, read_aligned
    from shuxin.federation.card.calibration import Calibration, calibration_hash
    from shuxin.federation.card.label import STANDING_TEXT, JointScore
    from shuxin.federation.card.parts import LabelPart
    from shuxin.federation.card.worth import Gain, Measured, Worth
    from shuxin.federation.domain.card import (
        CardInvalid,
        NodeCard,
        fingerprint,
        host_and_port,
        read_card,
    )
    from shuxin.federation.domain.job import Input, Job, JobInvalid, Role
    from shuxin.federation.domain.kinds import FormField, documentation, form_fields
    from shuxin.federation.domain.labels import CHOICES, LABELS
    from shuxin.federation.domain.learning import learned
    from shuxin.federation.domain.meanings import Nature, meaning_of
    from shuxin.federation.domain.parameters import MOST_SCORECARD_ROWS
    from shuxin.federation.domain.policy import NodeFacts, default_policy_text, read_policy
    from shuxin.federation.domain.policy_lines import LineKind, PolicyLine, policy_lines
    from shuxin.federation.domain.refusal import JobReason, JobRefused
    from shuxin.federation.domain.rules import Judged, RuleGroup
    from shuxin.federation.domain.states import State
    from shuxin.federation.evidence.findings import (
        CODES,
        HOLDS,
        NAMES,
        Findings,
        Link,
        LinkName,
        LinkState,
    )
    from shuxin.federation.evidence.form import (
        EvidenceUnreadable,
        UseInLog,
        closed,
        listed,
        parse_file,
        signed,
        text,
        use_in_log,
    )
    from shuxin.federation.evidence.proving import (
        Chain,
        LinkBroken,
        linked,
        logged_problem,
        require_same,
    )
    from shuxin.federation.evidence.verifying import (
        verdict_of,
        verify_evidence,
        verify_evidence_file,
    )
    from shuxin.federation.node.answering import NodeAnswering
    from shuxin.federation.node.asking import Asking, Scoring
    from shuxin.federation.node.calibrating import calibrated, calibration_in, keep_calibration
    from shuxin.federation.node.card_report import (
        CardReport,
        ReportAlone,
        ReportColumn,
        ReportDrop,
        ReportTable,
        read_card_report,
    )
    from shuxin.federation.node.card_summary import CardSummary, summary_of
    from shuxin.federation.node.categories import read_categories
    from shuxin.federation.node.config import (
        NodeConfig,
        NodeConfigInvalid,
        NodeMissing,
        NodeSetUpAlready,
        has_node,
        node_folder,
        read_config,
        write_config,
    )
    from shuxin.federation.node.desk import NodeDesk
    from shuxin.federation.node.doctor import Finding, Grade, Patient, PeerCard, examine
    from shuxin.federation.node.entering import NodeEntering
    from shuxin.federation.node.evidence import (
        HolderSaid,
        Papers,
        ScoreView,
        evidence_of,
        log_keys_of,
        score_view,
    )
    from shuxin.federation.node.fields_used import FieldsInModel, fields_in_models
    from shuxin.federation.node.grants import GrantFiles, Grants, GrantsNotFound, grants_file
    from shuxin.federation.node.jobs import approve, propose, refuse, stop
    from shuxin.federation.node.judgement import judgement, would_be
    from shuxin.federation.node.lines import Lines
    from shuxin.federation.node.measuring import (
        Answered,
        Batch,
        OwnPoints,
        ask,
        bad_outcomes,
        batch_of,
        own_points,
        require_answered,
        require_countable,
        worth_of,
    )
    from shuxin.federation.node.metering import phase_of
    from shuxin.federation.node.outcomes import read_firms
    from shuxin.federation.node.own_part import OwnCharacteristic, own_characteristics
    from shuxin.federation.node.peers import (
        KnownPeer,
        PeerUnknown,
        add_peer,
        peer,
        peers,
        remove_peer,
    )
    from shuxin.federation.node.progress import FitCurve, JobProgress, job_progress
    from shuxin.federation.node.registry import JointModel, joint_models
    from shuxin.federation.node.releasing import release_output
    from shuxin.federation.node.score_book import (
        KeptScoreLine,
        NodeScoreBook,
        ScoreUnknown,
        logs_named,
        scores_kept,
    )
    from shuxin.federation.node.sealing import Seal
    from shuxin.federation.node.services import NodeServices
    from shuxin.federation.node.serving import (
        ServiceLine,
        ServiceOver,
        end_service,
        open_service,
        services_here,
    )
    from shuxin.federation.node.spellings import ValueUnsearchable
    from shuxin.federation.node.steps import phase_text, say_step
    from shuxin.federation.node.transcript import (
        Found,
        Message,
        TranscriptMissing,
        content_of,
        find_value,
        received,
    )
    from shuxin.federation.node.view import JobLine, JobView, job_view, jobs, say_reason
    from shuxin.federation.node.worker import Worker
    from shuxin.federation.product.rehearsal import RehearsalKind
    from shuxin.federation.redteam.attack import AttackScore, AttackVerdict
    from shuxin.federation.redteam.table import ATTACKS, redteam_report, run_attacks
    from shuxin.federation.scorecard.kind import ScorecardKind
    from shuxin.federation.service.kind import CardMissing, ServiceKind
    from shuxin.federation.wire.client import PeerClient
    from shuxin.federation.wire.messages import PROTOCOL
    from shuxin.federation.wire.server import NodeServer, serve
    from shuxin.federation.wire.tls import TlsFiles, days_left, make_certificate

_ROOM = "shuxin.federation"
_LATER = {
    "node.fields_used": ("FieldsInModel", "fields_in_models"),
    "evidence.findings": ("CODES", "Findings", "HOLDS", "Link", "LinkName", "LinkState", "NAMES"),
    "evidence.form": (
        "EvidenceUnreadable",
        "UseInLog",
        "closed",
        "listed",
        "parse_file",
        "signed",
        "text",
        "use_in_log",
    ),
    "evidence.proving": ("Chain", "LinkBroken", "linked", "logged_problem", "require_same"),
    "evidence.verifying": ("verdict_of", "verify_evidence", "verify_evidence_file"),
    "node.evidence": (
        "HolderSaid",
        "Papers",
        "ScoreView",
        "evidence_of",
        "log_keys_of",
        "score_view",
    ),
    "node.score_book": (
        "KeptScoreLine",
        "NodeScoreBook",
        "ScoreUnknown",
        "logs_named",
        "scores_kept",
    ),
    "node.sealing": ("Seal",),
    "wire.messages": ("PROTOCOL",),
    "card.calibration": ("Calibration", "calibration_hash"),
    "card.label": ("STANDING_TEXT", "JointScore"),
    "card.parts": ("LabelPart",),
    "card.worth": ("Gain", "Measured", "Worth"),
    "service.kind": ("CardMissing", "ServiceKind"),
    "node.serving": ("ServiceLine", "ServiceOver", "end_service", "open_service", "services_here"),
    "node.asking": ("Asking", "Scoring"),
    "node.answering": ("NodeAnswering",),
    "alignment.kind": ("AlignmentKind",),
    "alignment.result": ("Aligned", "aligned_codes", "read_aligned"),
    "domain.card": ("CardInvalid", "NodeCard", "fingerprint", "host_and_port", "read_card"),
    "domain.job": ("Input", "Job", "JobInvalid", "Role"),
    "domain.kinds": ("FormField", "documentation", "form_fields"),
    "domain.parameters": ("MOST_SCORECARD_ROWS",),
    "domain.policy": ("NodeFacts", "default_policy_text", "read_policy"),
    "domain.states": ("State",),
    "node.calibrating": ("calibrated", "calibration_in", "keep_calibration"),
    "node.card_report": (
        "CardReport",
        "ReportAlone",
        "ReportColumn",
        "ReportDrop",
        "ReportTable",
        "read_card_report",
    ),
    "node.card_summary": ("CardSummary", "summary_of"),
    "node.categories": ("read_categories",),
    "node.config": (
        "NodeConfig",
        "NodeConfigInvalid",
        "NodeMissing",
        "NodeSetUpAlready",
        "has_node",
        "node_folder",
        "read_config",
        "write_config",
    ),
    "node.desk": ("NodeDesk",),
    "node.doctor": ("Finding", "Grade", "Patient", "PeerCard", "examine"),
    "node.entering": ("NodeEntering",),
    "node.grants": ("Grants", "GrantFiles", "GrantsNotFound", "grants_file"),
    "node.jobs": ("approve", "propose", "refuse", "stop"),
    "node.lines": ("Lines",),
    "node.measuring": (
        "Answered",
        "Batch",
        "OwnPoints",
        "ask",
        "bad_outcomes",
        "batch_of",
        "own_points",
        "require_answered",
        "require_countable",
        "worth_of",
    ),
    "node.outcomes": ("read_firms",),
    "node.peers": ("KnownPeer", "PeerUnknown", "add_peer", "peer", "peers", "remove_peer"),
    "node.registry": ("JointModel", "joint_models"),
    "node.releasing": ("release_output",),
    "node.services": ("NodeServices",),
    "node.view": ("JobLine", "JobView", "job_view", "jobs", "say_reason"),
    "node.worker": ("Worker",),
    "domain.labels": ("CHOICES", "LABELS"),
    "domain.learning": ("learned",),
    "domain.meanings": ("Nature", "meaning_of"),
    "domain.policy_lines": ("LineKind", "PolicyLine", "policy_lines"),
    "domain.rules": ("Judged", "RuleGroup"),
    "domain.refusal": ("JobReason", "JobRefused"),
    "node.own_part": ("OwnCharacteristic", "own_characteristics"),
    "node.judgement": ("judgement", "would_be"),
    "node.metering": ("phase_of",),
    "node.progress": ("FitCurve", "JobProgress", "job_progress"),
    "node.spellings": ("ValueUnsearchable",),
    "node.steps": ("phase_text", "say_step"),
    "node.transcript": (
        "Found",
        "Message",
        "TranscriptMissing",
        "content_of",
        "find_value",
        "received",
    ),
    "product.rehearsal": ("RehearsalKind",),
    "redteam.attack": ("AttackScore", "AttackVerdict"),
    "redteam.table": ("ATTACKS", "redteam_report", "run_attacks"),
    "scorecard.kind": ("ScorecardKind",),
    "wire.client": ("PeerClient",),
    "wire.server": ("NodeServer", "serve"),
    "wire.tls": ("TlsFiles", "days_left", "make_certificate"),
}
_HOME = {name: module for module, names in _LATER.items() for name in names}


def __getattr__(name: str) -> Any:
    """Raises AttributeError."""
    if name not in _HOME:
        raise AttributeError(name)
    return getattr(import_module(f"{_ROOM}.{_HOME[name]}"), name)


__all__ = [
    "ATTACKS", "CHOICES", "CODES", "HOLDS", "LABELS", "MOST_SCORECARD_ROWS", "NAMES", "PROTOCOL",
    "STANDING_TEXT", "Aligned", "AlignmentKind", "Answered", "Asking", "AttackScore", "AttackVerdict", "Batch",
    "Calibration", "CardInvalid", "CardMissing", "CardReport", "CardSummary", "Chain", "EvidenceUnreadable",
    "FieldsInModel", "Finding", "Findings", "FitCurve", "FormField", "Found", "Gain", "Grade", "GrantFiles",
    "Grants", "GrantsNotFound", "HolderSaid", "Input", "Job", "JobInvalid", "JobLine", "JobProgress",
    "JobReason", "JobRefused", "JobView", "JointModel", "JointScore", "Judged", "KeptScoreLine", "KnownPeer",
    "LabelPart", "LineKind", "Lines", "Link", "LinkBroken", "LinkName", "LinkState", "Measured", "Message",
    "Nature", "NodeAnswering", "NodeCard", "NodeConfig", "NodeConfigInvalid", "NodeDesk", "NodeEntering",
    "NodeFacts", "NodeMissing", "NodeScoreBook", "NodeServer", "NodeServices", "NodeSetUpAlready",
    "OwnCharacteristic", "OwnPoints", "Papers", "Patient", "PeerCard", "PeerClient", "PeerUnknown",
    "PolicyLine", "RehearsalKind", "ReportAlone", "ReportColumn", "ReportDrop", "ReportTable", "Role",
    "RuleGroup", "ScoreUnknown", "ScoreView", "ScorecardKind", "Scoring", "Seal", "ServiceKind", "ServiceLine",
    "ServiceOver", "State", "TlsFiles", "TranscriptMissing", "UseInLog", "ValueUnsearchable", "Worker", "Worth",
    "add_peer", "aligned_codes", "approve", "ask", "bad_outcomes", "batch_of", "calibrated", "calibration_hash",
    "calibration_in", "closed", "content_of", "days_left", "default_policy_text", "documentation",
    "end_service", "evidence_of", "examine", "fields_in_models", "find_value", "fingerprint", "form_fields",
    "grants_file", "has_node", "host_and_port", "job_progress", "job_view", "jobs", "joint_models", "judgement",
    "keep_calibration", "learned", "linked", "listed", "log_keys_of", "logged_problem", "logs_named",
    "make_certificate", "meaning_of", "node_folder", "open_service", "own_characteristics", "own_points",
    "parse_file", "peer", "peers", "phase_of", "phase_text", "policy_lines", "propose", "read_aligned",
    "read_card", "read_card_report", "read_categories", "read_config", "read_firms", "read_policy", "received",
    "redteam_report", "refuse", "release_output", "remove_peer", "require_answered", "require_countable",
    "require_same", "run_attacks", "say_reason", "say_step", "score_view", "scores_kept", "serve",
    "services_here", "signed", "stop", "summary_of", "text", "use_in_log", "verdict_of", "verify_evidence",
    "verify_evidence_file", "worth_of", "would_be", "write_config",
]  # fmt: skip
