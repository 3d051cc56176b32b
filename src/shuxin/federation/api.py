"""The only door of federation: a node, its peers, joint jobs and their results.

A name's module is imported when the name is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from shuxin.federation.wire.messages import PROTOCOL

if TYPE_CHECKING:
    from shuxin.federation.alignment.kind import AlignmentKind
    from shuxin.federation.alignment.result import Aligned, aligned_codes, read_aligned
    from shuxin.federation.card.calibration import Calibration, calibration_hash
    from shuxin.federation.card.label import STANDING_TEXT, JointScore
    from shuxin.federation.card.worth import Gain, Measured, Worth
    from shuxin.federation.domain.card import (
        CardInvalid,
        NodeCard,
        fingerprint,
        host_and_port,
        read_card,
    )
    from shuxin.federation.domain.job import Job, JobInvalid, Role
    from shuxin.federation.domain.kinds import FormField, documentation, form_fields
    from shuxin.federation.domain.policy import NodeFacts, default_policy_text, read_policy
    from shuxin.federation.domain.states import State
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
        node_folder,
        read_config,
        write_config,
    )
    from shuxin.federation.node.desk import NodeDesk
    from shuxin.federation.node.doctor import Finding, Grade, Patient, PeerCard, examine
    from shuxin.federation.node.entering import NodeEntering
    from shuxin.federation.node.grants import GrantFiles, GrantsNotFound, grants_file
    from shuxin.federation.node.jobs import approve, propose, refuse, stop
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
    from shuxin.federation.node.outcomes import read_firms
    from shuxin.federation.node.peers import (
        KnownPeer,
        PeerUnknown,
        add_peer,
        peer,
        peers,
        remove_peer,
    )
    from shuxin.federation.node.registry import JointModel, joint_models
    from shuxin.federation.node.releasing import release_output
    from shuxin.federation.node.services import NodeServices
    from shuxin.federation.node.serving import ServiceLine, end_service, open_service, services_here
    from shuxin.federation.node.view import JobLine, JobView, job_view, jobs, say_reason
    from shuxin.federation.node.worker import Worker
    from shuxin.federation.product.rehearsal import RehearsalKind
    from shuxin.federation.redteam.attack import AttackScore, AttackVerdict
    from shuxin.federation.redteam.table import redteam_report, run_attacks
    from shuxin.federation.scorecard.kind import ScorecardKind
    from shuxin.federation.service.kind import CardMissing, ServiceKind
    from shuxin.federation.wire.client import PeerClient
    from shuxin.federation.wire.server import NodeServer, serve
    from shuxin.federation.wire.tls import TlsFiles, days_left, make_certificate

_ROOM = "shuxin.federation"
_LATER = {
    "card.calibration": ("Calibration", "calibration_hash"),
    "card.label": ("STANDING_TEXT", "JointScore"),
    "card.worth": ("Gain", "Measured", "Worth"),
    "service.kind": ("CardMissing", "ServiceKind"),
    "node.serving": ("ServiceLine", "end_service", "open_service", "services_here"),
    "node.asking": ("Asking", "Scoring"),
    "node.answering": ("NodeAnswering",),
    "alignment.kind": ("AlignmentKind",),
    "alignment.result": ("Aligned", "aligned_codes", "read_aligned"),
    "domain.card": ("CardInvalid", "NodeCard", "fingerprint", "host_and_port", "read_card"),
    "domain.job": ("Job", "JobInvalid", "Role"),
    "domain.kinds": ("FormField", "documentation", "form_fields"),
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
        "node_folder",
        "read_config",
        "write_config",
    ),
    "node.desk": ("NodeDesk",),
    "node.doctor": ("Finding", "Grade", "Patient", "PeerCard", "examine"),
    "node.entering": ("NodeEntering",),
    "node.grants": ("GrantFiles", "GrantsNotFound", "grants_file"),
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
    "product.rehearsal": ("RehearsalKind",),
    "redteam.attack": ("AttackScore", "AttackVerdict"),
    "redteam.table": ("redteam_report", "run_attacks"),
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
    "PROTOCOL",
    "STANDING_TEXT",
    "Aligned",
    "AlignmentKind",
    "Answered",
    "Asking",
    "AttackScore",
    "AttackVerdict",
    "Batch",
    "Calibration",
    "CardInvalid",
    "CardMissing",
    "CardReport",
    "CardSummary",
    "Finding",
    "FormField",
    "Gain",
    "Grade",
    "GrantFiles",
    "GrantsNotFound",
    "Job",
    "JobInvalid",
    "JobLine",
    "JobView",
    "JointModel",
    "JointScore",
    "KnownPeer",
    "Lines",
    "Measured",
    "NodeAnswering",
    "NodeCard",
    "NodeConfig",
    "NodeConfigInvalid",
    "NodeDesk",
    "NodeEntering",
    "NodeFacts",
    "NodeMissing",
    "NodeServer",
    "NodeServices",
    "NodeSetUpAlready",
    "OwnPoints",
    "Patient",
    "PeerCard",
    "PeerClient",
    "PeerUnknown",
    "RehearsalKind",
    "ReportAlone",
    "ReportColumn",
    "ReportDrop",
    "ReportTable",
    "Role",
    "ScorecardKind",
    "Scoring",
    "ServiceKind",
    "ServiceLine",
    "State",
    "TlsFiles",
    "Worker",
    "Worth",
    "add_peer",
    "aligned_codes",
    "approve",
    "ask",
    "bad_outcomes",
    "batch_of",
    "calibrated",
    "calibration_hash",
    "calibration_in",
    "days_left",
    "default_policy_text",
    "documentation",
    "end_service",
    "examine",
    "fingerprint",
    "form_fields",
    "grants_file",
    "host_and_port",
    "job_view",
    "jobs",
    "joint_models",
    "keep_calibration",
    "make_certificate",
    "node_folder",
    "open_service",
    "own_points",
    "peer",
    "peers",
    "propose",
    "read_aligned",
    "read_card",
    "read_card_report",
    "read_categories",
    "read_config",
    "read_firms",
    "read_policy",
    "redteam_report",
    "refuse",
    "release_output",
    "remove_peer",
    "require_answered",
    "require_countable",
    "run_attacks",
    "say_reason",
    "serve",
    "services_here",
    "stop",
    "summary_of",
    "worth_of",
    "write_config",
]
