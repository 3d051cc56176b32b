"""The only door of the parties room: who there is, which keys speak for them, and on whose word."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from shuxin.parties.domain.anchors import Attester, Pinned, TrustAnchors
from shuxin.parties.domain.directory import Directory
from shuxin.parties.domain.fields import PartyStatementUnreadable
from shuxin.parties.domain.known import End, KeyProblem, KnownKey, Rejected, Rejection
from shuxin.parties.domain.party import (
    KeyRole,
    PartyInvalid,
    PartyKind,
    check_party,
    new_person_id,
    organisation_id,
)
from shuxin.parties.domain.statements import (
    Binding,
    Claim,
    Mandate,
    MandateEnd,
    Method,
    Reason,
    Revocation,
    read_claim,
    sign_binding,
    sign_claim,
    sign_mandate,
    sign_mandate_end,
    sign_revocation,
)

if TYPE_CHECKING:
    from shuxin.parties.accounts import api as accounts
    from shuxin.parties.attesting import (
        Acting,
        AgentUnproven,
        Check,
        NotOwnKey,
        RegistrationUnconfirmed,
        RequestUnproven,
        ValidityTooLong,
        attest_key,
        attest_own,
        revoke_as_lost,
    )
    from shuxin.parties.domain.registration import (
        NameDiffers,
        NameInvalid,
        NameRegister,
        Registration,
        State,
    )
    from shuxin.parties.domain.snapshot import (
        DIRECTORY,
        Head,
        Snapshot,
        SnapshotInvalid,
        SnapshotOlder,
        bounded_lines,
        read_snapshot,
        write_snapshot,
    )
    from shuxin.parties.four_eyes import ActDone, SamePerson, Step, state_act
    from shuxin.parties.identity_proof import (
        DevelopmentIdentityProof,
        DevelopmentOnly,
        EvidenceMissing,
        IdentityProof,
        Level,
        Proven,
        RecordedProof,
        proof_by,
    )
    from shuxin.parties.journal import Journal
    from shuxin.parties.keeping import (
        Kept,
        StatementForeign,
        StatementRefused,
        directory_of,
        keep_statements,
        kept_statements,
        keys_gone,
        whole_directory,
    )
    from shuxin.parties.membership import (
        OwnAppointment,
        RoleNotOfMembers,
        RolesNotSeparate,
        appoint,
        dismiss,
        roles_of,
    )
    from shuxin.parties.publishing import newest_head, publish_directory, receive_directory
    from shuxin.parties.registering import (
        PartyDiffers,
        PartyNotRegistered,
        confirm_registration,
        register_organisation,
        register_person,
        registration,
        registrations,
    )
    from shuxin.parties.trust import (
        AnchorMissing,
        accept_method,
        add_attester,
        pin_key,
        remove_anchor,
    )
    from shuxin.parties.trust_file import read_trust, write_trust
    from shuxin.parties.wallet import (
        PassphraseWrong,
        Wallet,
        WalletDamaged,
        WalletKey,
        WalletKeyMissing,
        WalletOpen,
        new_private_key,
        wallet_from,
    )

_ROOM = "shuxin.parties"
_LATER = {
    f"{_ROOM}.attesting": (
        "Acting",
        "AgentUnproven",
        "Check",
        "RegistrationUnconfirmed",
        "RequestUnproven",
        "ValidityTooLong",
        "attest_key",
        "attest_own",
        "revoke_as_lost",
        "NotOwnKey",
    ),
    f"{_ROOM}.domain.registration": (
        "NameDiffers",
        "NameInvalid",
        "NameRegister",
        "Registration",
        "State",
    ),
    f"{_ROOM}.domain.snapshot": (
        "DIRECTORY",
        "Head",
        "Snapshot",
        "SnapshotInvalid",
        "SnapshotOlder",
        "bounded_lines",
        "read_snapshot",
        "write_snapshot",
    ),
    f"{_ROOM}.four_eyes": ("ActDone", "SamePerson", "Step", "state_act"),
    f"{_ROOM}.identity_proof": (
        "DevelopmentIdentityProof",
        "DevelopmentOnly",
        "EvidenceMissing",
        "IdentityProof",
        "Level",
        "Proven",
        "RecordedProof",
        "proof_by",
    ),
    f"{_ROOM}.journal": ("Journal",),
    f"{_ROOM}.keeping": (
        "Kept",
        "StatementForeign",
        "StatementRefused",
        "directory_of",
        "keep_statements",
        "keys_gone",
        "kept_statements",
        "whole_directory",
    ),
    f"{_ROOM}.membership": (
        "OwnAppointment",
        "RoleNotOfMembers",
        "RolesNotSeparate",
        "appoint",
        "dismiss",
        "roles_of",
    ),
    f"{_ROOM}.publishing": ("newest_head", "publish_directory", "receive_directory"),
    f"{_ROOM}.registering": (
        "PartyDiffers",
        "PartyNotRegistered",
        "confirm_registration",
        "register_organisation",
        "register_person",
        "registration",
        "registrations",
    ),
    f"{_ROOM}.trust": (
        "AnchorMissing",
        "accept_method",
        "add_attester",
        "pin_key",
        "remove_anchor",
    ),
    f"{_ROOM}.trust_file": ("read_trust", "write_trust"),
    f"{_ROOM}.wallet": (
        "PassphraseWrong",
        "Wallet",
        "WalletDamaged",
        "WalletKey",
        "WalletKeyMissing",
        "WalletOpen",
        "new_private_key",
        "wallet_from",
    ),
}
_HOME = {name: module for module, names in _LATER.items() for name in names}


def __getattr__(name: str) -> Any:
    """Import a name's module when it is first asked for. Raises AttributeError."""
    if name == "accounts":
        return import_module(f"{_ROOM}.accounts.api")
    if name not in _HOME:
        raise AttributeError(name)
    return getattr(import_module(_HOME[name]), name)


__all__ = [
    "DIRECTORY",
    "ActDone",
    "Acting",
    "AgentUnproven",
    "AnchorMissing",
    "Attester",
    "Binding",
    "Check",
    "Claim",
    "DevelopmentIdentityProof",
    "DevelopmentOnly",
    "Directory",
    "End",
    "EvidenceMissing",
    "Head",
    "IdentityProof",
    "Journal",
    "Kept",
    "KeyProblem",
    "KeyRole",
    "KnownKey",
    "Level",
    "Mandate",
    "MandateEnd",
    "Method",
    "NameDiffers",
    "NameInvalid",
    "NameRegister",
    "NotOwnKey",
    "OwnAppointment",
    "PartyDiffers",
    "PartyInvalid",
    "PartyKind",
    "PartyNotRegistered",
    "PartyStatementUnreadable",
    "PassphraseWrong",
    "Pinned",
    "Proven",
    "Reason",
    "RecordedProof",
    "Registration",
    "RegistrationUnconfirmed",
    "Rejected",
    "Rejection",
    "RequestUnproven",
    "Revocation",
    "RoleNotOfMembers",
    "RolesNotSeparate",
    "SamePerson",
    "Snapshot",
    "SnapshotInvalid",
    "SnapshotOlder",
    "State",
    "StatementForeign",
    "StatementRefused",
    "Step",
    "TrustAnchors",
    "ValidityTooLong",
    "Wallet",
    "WalletDamaged",
    "WalletKey",
    "WalletKeyMissing",
    "WalletOpen",
    "accept_method",
    "accounts",
    "add_attester",
    "appoint",
    "attest_key",
    "attest_own",
    "bounded_lines",
    "check_party",
    "confirm_registration",
    "directory_of",
    "dismiss",
    "keep_statements",
    "kept_statements",
    "keys_gone",
    "new_person_id",
    "new_private_key",
    "newest_head",
    "organisation_id",
    "pin_key",
    "proof_by",
    "publish_directory",
    "read_claim",
    "read_snapshot",
    "read_trust",
    "receive_directory",
    "register_organisation",
    "register_person",
    "registration",
    "registrations",
    "remove_anchor",
    "revoke_as_lost",
    "roles_of",
    "sign_binding",
    "sign_claim",
    "sign_mandate",
    "sign_mandate_end",
    "sign_revocation",
    "state_act",
    "wallet_from",
    "whole_directory",
    "write_snapshot",
    "write_trust",
]
