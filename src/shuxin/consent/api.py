"""The only door of consent: authorisations, the gate that enforces them, and the history of every use.

Words and pure rules are here at once; what needs the database is imported when it is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from shuxin.consent.domain.fields import readable
from shuxin.consent.domain.permit import (
    ALL_SUBJECTS,
    Ground,
    Permit,
    PermitForged,
    PermitForOtherPurpose,
    PermitTooNarrow,
    entity_of,
    require_each,
)
from shuxin.consent.domain.purpose import DECIDES, HOLDERS_OWN, Purpose, UnknownPurpose

if TYPE_CHECKING:
    from shuxin.consent import rights
    from shuxin.consent.bases import (
        BasisTaken,
        BasisUnknown,
        bases,
        basis_digest,
        drop_basis,
        joint_bases,
        take_basis,
        take_joint_basis,
    )
    from shuxin.consent.departments import (
        DepartmentLimitUnknown,
        datasets_open_to,
        department_limits,
        department_members,
        drop_department_limit,
        take_department_limit,
        take_department_member,
    )
    from shuxin.consent.domain.authorisation import (
        Authorisation,
        AuthorisationInvalid,
        Withdrawal,
        read_authorisation,
        read_withdrawal,
    )
    from shuxin.consent.domain.basis import BasisKind, LawfulBasis, read_basis
    from shuxin.consent.domain.departments import DepartmentLimit, DepartmentMember
    from shuxin.consent.domain.gate import BATCH, ONLINE, GateLimits, Keys, Presented
    from shuxin.consent.domain.joint import JointBasis, read_joint_basis
    from shuxin.consent.domain.objection import Filing, Note
    from shuxin.consent.domain.owners import Owners, read_owners
    from shuxin.consent.domain.proposal import (
        GrantWider,
        Narrowing,
        Proposal,
        RequestState,
        read_proposal,
        request_id_of,
    )
    from shuxin.consent.domain.refusal import Reason, Refusal, UseRefused
    from shuxin.consent.domain.request import AUTHORISED, Request, read_request
    from shuxin.consent.domain.status import StatusList, read_status_list
    from shuxin.consent.history import PastUse, history_of, refusals_of, uses_of
    from shuxin.consent.inbox import (
        AuthorisationUnknown,
        GrantOtherText,
        GrantUnproven,
        ReasonMissing,
        RequestClosed,
        ask,
        decline,
        grant,
        release,
        suspend,
        withdraw,
    )
    from shuxin.consent.inbox_view import (
        InboxItem,
        RequestUnknown,
        asked_by,
        asked_statement,
        granted_to,
        inbox_item,
        inbox_of,
    )
    from shuxin.consent.issuing import Gate, Journal
    from shuxin.consent.preview import Preview, preview
    from shuxin.consent.publishing import StatusListTooLong, publish_status
    from shuxin.consent.records import (
        StatementUnproven,
        StatusAhead,
        StatusRolledBack,
        take_owners,
        take_status_list,
        take_withdrawal,
    )
    from shuxin.consent.sets import PermittedSet, permit_set, standing_words
    from shuxin.consent.wording import Offer, is_worded, offer, text_hash, worded, wording

_DOMAIN = "shuxin.consent.domain."
_HOME = {
    **dict.fromkeys(
        ("Authorisation", "AuthorisationInvalid", "Withdrawal", "read_authorisation", "read_withdrawal"),
        _DOMAIN + "authorisation",
    ),
    **dict.fromkeys(("BasisKind", "LawfulBasis", "read_basis"), _DOMAIN + "basis"),
    **dict.fromkeys(("BATCH", "ONLINE", "GateLimits", "Keys", "Presented"), _DOMAIN + "gate"),
    **dict.fromkeys(("Filing", "Note"), _DOMAIN + "objection"),
    **dict.fromkeys(("Owners", "read_owners"), _DOMAIN + "owners"),
    **dict.fromkeys(("Reason", "Refusal", "UseRefused"), _DOMAIN + "refusal"),
    **dict.fromkeys(("AUTHORISED", "Request", "read_request"), _DOMAIN + "request"),
    **dict.fromkeys(("StatusList", "read_status_list"), _DOMAIN + "status"),
    **dict.fromkeys(("PastUse", "history_of", "refusals_of", "uses_of"), "shuxin.consent.history"),
    **dict.fromkeys(
        ("GrantWider", "Narrowing", "Proposal", "RequestState", "read_proposal", "request_id_of"),
        _DOMAIN + "proposal",
    ),
    **dict.fromkeys(
        ("AuthorisationUnknown", "GrantOtherText", "GrantUnproven", "ReasonMissing", "RequestClosed", "ask",
         "decline", "grant", "release", "suspend", "withdraw"),
        "shuxin.consent.inbox",
    ),
    **dict.fromkeys(
        ("InboxItem", "RequestUnknown", "asked_by", "asked_statement", "granted_to", "inbox_item", "inbox_of"),
        "shuxin.consent.inbox_view",
    ),
    **dict.fromkeys(("Preview", "preview"), "shuxin.consent.preview"),
    **dict.fromkeys(("StatusListTooLong", "publish_status"), "shuxin.consent.publishing"),
    **dict.fromkeys(
        ("Offer", "is_worded", "offer", "text_hash", "worded", "wording"), "shuxin.consent.wording"
    ),
    **dict.fromkeys(("Gate", "Journal"), "shuxin.consent.issuing"),
    **dict.fromkeys(("PermittedSet", "permit_set", "standing_words"), "shuxin.consent.sets"),
    **dict.fromkeys(
        ("StatementUnproven", "StatusAhead", "StatusRolledBack", "take_owners", "take_status_list",
         "take_withdrawal"),
        "shuxin.consent.records",
    ),
    **dict.fromkeys(
        ("BasisTaken", "BasisUnknown", "bases", "basis_digest", "drop_basis", "joint_bases", "take_basis",
         "take_joint_basis"),
        "shuxin.consent.bases",
    ),
    **dict.fromkeys(
        ("DepartmentLimitUnknown", "datasets_open_to", "department_limits", "department_members",
         "drop_department_limit", "take_department_limit", "take_department_member"),
        "shuxin.consent.departments",
    ),
    **dict.fromkeys(("DepartmentLimit", "DepartmentMember"), _DOMAIN + "departments"),
    **dict.fromkeys(("JointBasis", "read_joint_basis"), _DOMAIN + "joint"),
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import a name's module when it is first asked for. Raises AttributeError."""
    if name == "rights":
        return import_module("shuxin.consent.rights")
    if name not in _HOME:
        raise AttributeError(name)
    return getattr(import_module(_HOME[name]), name)


__all__ = [
    "ALL_SUBJECTS",
    "AUTHORISED",
    "BATCH",
    "DECIDES",
    "HOLDERS_OWN",
    "ONLINE",
    "Authorisation",
    "AuthorisationInvalid",
    "AuthorisationUnknown",
    "BasisKind",
    "BasisTaken",
    "BasisUnknown",
    "DepartmentLimit",
    "DepartmentLimitUnknown",
    "DepartmentMember",
    "Filing",
    "Gate",
    "GateLimits",
    "GrantOtherText",
    "GrantUnproven",
    "GrantWider",
    "Ground",
    "InboxItem",
    "JointBasis",
    "Journal",
    "Keys",
    "LawfulBasis",
    "Narrowing",
    "Note",
    "Offer",
    "Owners",
    "PastUse",
    "Permit",
    "PermitForOtherPurpose",
    "PermitForged",
    "PermitTooNarrow",
    "PermittedSet",
    "Presented",
    "Preview",
    "Proposal",
    "Purpose",
    "Reason",
    "ReasonMissing",
    "Refusal",
    "Request",
    "RequestClosed",
    "RequestState",
    "RequestUnknown",
    "StatementUnproven",
    "StatusAhead",
    "StatusList",
    "StatusListTooLong",
    "StatusRolledBack",
    "UnknownPurpose",
    "UseRefused",
    "Withdrawal",
    "ask",
    "asked_by",
    "asked_statement",
    "bases",
    "basis_digest",
    "datasets_open_to",
    "decline",
    "department_limits",
    "department_members",
    "drop_basis",
    "drop_department_limit",
    "entity_of",
    "grant",
    "granted_to",
    "history_of",
    "inbox_item",
    "inbox_of",
    "is_worded",
    "joint_bases",
    "offer",
    "permit_set",
    "preview",
    "publish_status",
    "read_authorisation",
    "read_basis",
    "read_joint_basis",
    "read_owners",
    "read_proposal",
    "read_request",
    "read_status_list",
    "read_withdrawal",
    "readable",
    "refusals_of",
    "release",
    "request_id_of",
    "require_each",
    "rights",
    "standing_words",
    "suspend",
    "take_basis",
    "take_department_limit",
    "take_department_member",
    "take_joint_basis",
    "take_owners",
    "take_status_list",
    "take_withdrawal",
    "text_hash",
    "uses_of",
    "withdraw",
    "worded",
    "wording",
]
