"""The door of verification: documents by hash, credentials, data express. Checking needs no Django and no network.

A name's module is imported when the name is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shuxin.verification.archive import (
        Archived,
        archive_document,
        archive_of,
        chain_of,
        keep_chain,
        kept_orders,
    )
    from shuxin.verification.codes import receipt_codes, receipt_from_codes
    from shuxin.verification.commitment import CommitmentAlgorithm, commitment_of
    from shuxin.verification.credentials import CredentialVerdict, verify_credential
    from shuxin.verification.endpoints import router
    from shuxin.verification.issuing import Issuer, Request, hand_out
    from shuxin.verification.package import (
        Package,
        PackageInvalid,
        content_of,
        read_package,
        write_package,
        write_private,
    )
    from shuxin.verification.presentation import Presentation, new_nonce, parse_presentation
    from shuxin.verification.receipt import Receipt, ReceiptInvalid, parse_receipt
    from shuxin.verification.sdjwt.jose import TokenInvalid
    from shuxin.verification.sdjwt.tokens import (
        Credential,
        Demand,
        claims_of,
        parse_credential,
        present_credential,
    )
    from shuxin.verification.service import (
        Answer,
        IssuedView,
        answer_by_commitment,
        give_nonce,
        issue,
        issue_credential,
        issued_documents,
        publish_status,
        published_status,
        record_verification,
        revoke,
        use_nonce,
    )
    from shuxin.verification.status import RevocationReason, StatusList, parse_status_list
    from shuxin.verification.templates import (
        TEMPLATES,
        TemplateNotFilled,
        template,
    )
    from shuxin.verification.transfer import (
        Order,
        Step,
        Transfer,
        TransferInvalid,
        follow,
        new_order,
        read_step,
        take_step,
        with_open_target,
    )
    from shuxin.verification.trust import Trust, read_trust, trust_from
    from shuxin.verification.verdict import Check, CheckName, Reason, Verdict
    from shuxin.verification.verifying import (
        MAX_STATUS_AGE,
        Evidence,
        issuing_key,
        verify_commitment,
        verify_document,
    )

_LATER = {
    "archive": (
        "Archived",
        "archive_document",
        "archive_of",
        "chain_of",
        "keep_chain",
        "kept_orders",
    ),
    "codes": ("receipt_codes", "receipt_from_codes"),
    "commitment": ("CommitmentAlgorithm", "commitment_of"),
    "credentials": ("CredentialVerdict", "verify_credential"),
    "endpoints": ("router",),
    "issuing": ("Issuer", "Request", "hand_out"),
    "package": (
        "Package",
        "PackageInvalid",
        "content_of",
        "read_package",
        "write_package",
        "write_private",
    ),
    "presentation": ("Presentation", "new_nonce", "parse_presentation"),
    "receipt": ("Receipt", "ReceiptInvalid", "parse_receipt"),
    "sdjwt.jose": ("TokenInvalid",),
    "sdjwt.tokens": (
        "Credential",
        "Demand",
        "claims_of",
        "parse_credential",
        "present_credential",
    ),
    "service": (
        "Answer",
        "IssuedView",
        "answer_by_commitment",
        "give_nonce",
        "issue",
        "issue_credential",
        "issued_documents",
        "publish_status",
        "published_status",
        "record_verification",
        "revoke",
        "use_nonce",
    ),
    "status": ("RevocationReason", "StatusList", "parse_status_list"),
    "templates": (
        "TEMPLATES",
        "TemplateNotFilled",
        "template",
    ),
    "transfer": (
        "Order",
        "Step",
        "Transfer",
        "TransferInvalid",
        "follow",
        "new_order",
        "read_step",
        "take_step",
        "with_open_target",
    ),
    "trust": ("Trust", "read_trust", "trust_from"),
    "verdict": ("Check", "CheckName", "Reason", "Verdict"),
    "verifying": (
        "MAX_STATUS_AGE",
        "Evidence",
        "issuing_key",
        "verify_commitment",
        "verify_document",
    ),
}
_HOME = {name: module for module, names in _LATER.items() for name in names}


def __getattr__(name: str) -> Any:
    """Raises AttributeError."""
    if name not in _HOME:
        raise AttributeError(name)
    return getattr(import_module(f"shuxin.verification.{_HOME[name]}"), name)


__all__ = [
    "MAX_STATUS_AGE",
    "TEMPLATES",
    "Answer",
    "Archived",
    "Check",
    "CheckName",
    "CommitmentAlgorithm",
    "Credential",
    "CredentialVerdict",
    "Demand",
    "Evidence",
    "IssuedView",
    "Issuer",
    "Order",
    "Package",
    "PackageInvalid",
    "Presentation",
    "Reason",
    "Receipt",
    "ReceiptInvalid",
    "Request",
    "RevocationReason",
    "StatusList",
    "Step",
    "TemplateNotFilled",
    "TokenInvalid",
    "Transfer",
    "TransferInvalid",
    "Trust",
    "Verdict",
    "answer_by_commitment",
    "archive_document",
    "archive_of",
    "chain_of",
    "claims_of",
    "commitment_of",
    "content_of",
    "follow",
    "give_nonce",
    "hand_out",
    "issue",
    "issue_credential",
    "issued_documents",
    "issuing_key",
    "keep_chain",
    "kept_orders",
    "new_nonce",
    "new_order",
    "parse_credential",
    "parse_presentation",
    "parse_receipt",
    "parse_status_list",
    "present_credential",
    "publish_status",
    "published_status",
    "read_package",
    "read_step",
    "read_trust",
    "receipt_codes",
    "receipt_from_codes",
    "record_verification",
    "revoke",
    "router",
    "take_step",
    "template",
    "trust_from",
    "use_nonce",
    "verify_commitment",
    "verify_credential",
    "verify_document",
    "with_open_target",
    "write_package",
    "write_private",
]
