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
        basis_statement,
        drop_basis,
        ground_statement,
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
    from shuxin.consent.domain.question import Question, Tongue, Wanted, read_question
    from shuxin.consent.domain.refusal import Reason, Refusal, UseRefused
    from shuxin.consent.domain.request import AUTHORISED, Request, read_request
    from shuxin.consent.domain.status import StatusList, read_status_list
    from shuxin.consent.entries import UsePaper, UseUnknown, use_paper, use_paper_at
    from shuxin.consent.following import (
        GrantForeign,
        GrantPage,
        KeptGrant,
        authorisations_held,
        granted_page,
        kept_grants,
        last_answer,
        take_grant,
        take_status_current,
    )
    from shuxin.consent.history import (
        PastUse,
        UseOfSubject,
        UsesOfDay,
        history_of,
        keep_refusals,
        refusals_of,
        uses_by_day,
        uses_of,
        uses_on,
    )
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
    from shuxin.consent.publishing import StatusListTooLong, current_status, publish_status
    from shuxin.consent.questions import QuestionsTooMany, permit_subject
    from shuxin.consent.records import (
        StatementUnproven,
        StatusAhead,
        StatusRolledBack,
        newest_list,
        newest_status,
        take_owners,
        take_status_list,
        take_withdrawal,
    )
    from shuxin.consent.sets import PermittedSet, permit_set, standing_words
    from shuxin.consent.use_counts import (
        UseByOther,
        UseCount,
        uses_by_others,
        uses_of_dataset,
    )
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
    **dict.fromkeys(("QuestionsTooMany", "permit_subject"), "shuxin.consent.questions"),
    **dict.fromkeys(("Question", "Tongue", "Wanted", "read_question"), _DOMAIN + "question"),
    **dict.fromkeys(("Reason", "Refusal", "UseRefused"), _DOMAIN + "refusal"),
    **dict.fromkeys(("AUTHORISED", "Request", "read_request"), _DOMAIN + "request"),
    **dict.fromkeys(("StatusList", "read_status_list"), _DOMAIN + "status"),
    **dict.fromkeys(
        ("UseByOther", "UseCount", "uses_by_others", "uses_of_dataset"), "shuxin.consent.use_counts"
    ),
    **dict.fromkeys(
        (
            "PastUse",
            "UseOfSubject",
            "UsesOfDay",
            "history_of",
            "keep_refusals",
            "refusals_of",
            "uses_by_day",
            "uses_of",
            "uses_on",
        ),
        "shuxin.consent.history",
    ),
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
    **dict.fromkeys(("StatusListTooLong", "current_status", "publish_status"), "shuxin.consent.publishing"),
    **dict.fromkeys(
        ("GrantForeign", "GrantPage", "KeptGrant", "authorisations_held", "granted_page", "kept_grants",
         "last_answer", "take_grant", "take_status_current"),
        "shuxin.consent.following",
    ),
    **dict.fromkeys(
        ("Offer", "is_worded", "offer", "text_hash", "worded", "wording"), "shuxin.consent.wording"
    ),
    **dict.fromkeys(("UsePaper", "UseUnknown", "use_paper", "use_paper_at"), "shuxin.consent.entries"),
    "basis_statement": "shuxin.consent.bases",
    "ground_statement": "shuxin.consent.bases",
    **dict.fromkeys(("Gate", "Journal"), "shuxin.consent.issuing"),
    **dict.fromkeys(("PermittedSet", "permit_set", "standing_words"), "shuxin.consent.sets"),
    **dict.fromkeys(
        ("StatementUnproven", "StatusAhead", "StatusRolledBack", "newest_list", "newest_status", "take_owners",
         "take_status_list", "take_withdrawal"),
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
    "GrantForeign",
    "GrantOtherText",
    "GrantPage",
    "GrantUnproven",
    "GrantWider",
    "Ground",
    "InboxItem",
    "JointBasis",
    "Journal",
    "KeptGrant",
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
    "Question",
    "QuestionsTooMany",
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
    "Tongue",
    "UnknownPurpose",
    "UseByOther",
    "UseCount",
    "UseOfSubject",
    "UsePaper",
    "UseRefused",
    "UseUnknown",
    "UsesOfDay",
    "Wanted",
    "Withdrawal",
    "ask",
    "asked_by",
    "asked_statement",
    "authorisations_held",
    "bases",
    "basis_digest",
    "basis_statement",
    "current_status",
    "datasets_open_to",
    "decline",
    "department_limits",
    "department_members",
    "drop_basis",
    "drop_department_limit",
    "entity_of",
    "grant",
    "granted_page",
    "granted_to",
    "ground_statement",
    "history_of",
    "inbox_item",
    "inbox_of",
    "is_worded",
    "joint_bases",
    "keep_refusals",
    "kept_grants",
    "last_answer",
    "newest_list",
    "newest_status",
    "offer",
    "permit_set",
    "permit_subject",
    "preview",
    "publish_status",
    "read_authorisation",
    "read_basis",
    "read_joint_basis",
    "read_owners",
    "read_proposal",
    "read_question",
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
    "take_grant",
    "take_joint_basis",
    "take_owners",
    "take_status_current",
    "take_status_list",
    "take_withdrawal",
    "text_hash",
    "use_paper",
    "use_paper_at",
    "uses_by_day",
    "uses_by_others",
    "uses_of",
    "uses_of_dataset",
    "uses_on",
    "withdraw",
    "worded",
    "wording",
]
