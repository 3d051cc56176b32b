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
    from shuxin.federation.node.card_summary import CardSummary, summary_of
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
    from shuxin.federation.node.peers import (
        KnownPeer,
        PeerUnknown,
        add_peer,
        peer,
        peers,
        remove_peer,
    )
    from shuxin.federation.node.releasing import release_output
    from shuxin.federation.node.services import NodeServices
    from shuxin.federation.node.view import JobLine, JobView, job_view, jobs, say_reason
    from shuxin.federation.node.worker import Worker
    from shuxin.federation.product.rehearsal import RehearsalKind
    from shuxin.federation.scorecard.kind import ScorecardKind
    from shuxin.federation.wire.client import PeerClient
    from shuxin.federation.wire.server import NodeServer, serve
    from shuxin.federation.wire.tls import TlsFiles, days_left, make_certificate

_ROOM = "shuxin.federation"
_LATER = {
    "alignment.kind": ("AlignmentKind",),
    "alignment.result": ("Aligned", "aligned_codes", "read_aligned"),
    "domain.card": ("CardInvalid", "NodeCard", "fingerprint", "host_and_port", "read_card"),
    "domain.job": ("Job", "JobInvalid", "Role"),
    "domain.kinds": ("FormField", "documentation", "form_fields"),
    "domain.policy": ("NodeFacts", "default_policy_text", "read_policy"),
    "domain.states": ("State",),
    "node.card_summary": ("CardSummary", "summary_of"),
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
    "node.peers": ("KnownPeer", "PeerUnknown", "add_peer", "peer", "peers", "remove_peer"),
    "node.releasing": ("release_output",),
    "node.services": ("NodeServices",),
    "node.view": ("JobLine", "JobView", "job_view", "jobs", "say_reason"),
    "node.worker": ("Worker",),
    "product.rehearsal": ("RehearsalKind",),
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
    "Aligned",
    "AlignmentKind",
    "CardInvalid",
    "CardSummary",
    "Finding",
    "FormField",
    "Grade",
    "GrantFiles",
    "GrantsNotFound",
    "Job",
    "JobInvalid",
    "JobLine",
    "JobView",
    "KnownPeer",
    "Lines",
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
    "Patient",
    "PeerCard",
    "PeerClient",
    "PeerUnknown",
    "RehearsalKind",
    "Role",
    "ScorecardKind",
    "State",
    "TlsFiles",
    "Worker",
    "add_peer",
    "aligned_codes",
    "approve",
    "days_left",
    "default_policy_text",
    "documentation",
    "examine",
    "fingerprint",
    "form_fields",
    "grants_file",
    "host_and_port",
    "job_view",
    "jobs",
    "make_certificate",
    "node_folder",
    "peer",
    "peers",
    "propose",
    "read_aligned",
    "read_card",
    "read_config",
    "read_policy",
    "refuse",
    "release_output",
    "remove_peer",
    "say_reason",
    "serve",
    "stop",
    "summary_of",
    "write_config",
]
