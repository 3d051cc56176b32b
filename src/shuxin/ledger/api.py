"""The door of the ledger: an append-only log whose every entry a stranger can check offline."""

from shuxin.ledger.anchor import Anchor, Anchored, FileAnchor
from shuxin.ledger.checking import Damage, check_folder
from shuxin.ledger.checkpoint import Checkpoint, parse_checkpoint, tree_of
from shuxin.ledger.entry import Entry, EntryInvalid, SaltTooShort, commitment, parse_entry
from shuxin.ledger.files import LogBusy, LogUnwritable
from shuxin.ledger.fisco import FiscoBcosAnchor
from shuxin.ledger.log import (
    Appended,
    CheckpointForeign,
    EntryMissing,
    Log,
    LogIdentityDiffers,
    open_log,
)
from shuxin.ledger.note import NoteInvalid, VerifierKey, VerifierKeyInvalid, log_key, witness_key
from shuxin.ledger.offline import (
    verify_consistency_file,
    verify_contradiction_file,
    verify_log_folder,
    verify_note_file,
    verify_proof_file,
)
from shuxin.ledger.own import (
    check_own_log,
    own_log,
    own_log_folder,
    own_log_key,
    own_witness,
)
from shuxin.ledger.proof import (
    ConsistencyProof,
    Contradiction,
    LogProof,
    ProofInvalid,
    verify_checkpoint,
    verify_consistency,
    verify_contradiction,
    verify_proof,
)
from shuxin.ledger.store import LogDamaged
from shuxin.ledger.tree import TreeHash, inclusion_holds, root_of
from shuxin.ledger.trust import LogTrust, TrustInvalid, is_own_witness, parse_trust
from shuxin.ledger.verdict import Check, ProofVerdict
from shuxin.ledger.witness import (
    CheckpointShrunk,
    ConsistencyNotShown,
    Equivocation,
    LogOwn,
    LogUnwatched,
    Witness,
)

__all__ = [
    "Anchor",
    "Anchored",
    "Appended",
    "Check",
    "Checkpoint",
    "CheckpointForeign",
    "CheckpointShrunk",
    "ConsistencyNotShown",
    "ConsistencyProof",
    "Contradiction",
    "Damage",
    "Entry",
    "EntryInvalid",
    "EntryMissing",
    "Equivocation",
    "FileAnchor",
    "FiscoBcosAnchor",
    "Log",
    "LogBusy",
    "LogDamaged",
    "LogIdentityDiffers",
    "LogOwn",
    "LogProof",
    "LogTrust",
    "LogUnwatched",
    "LogUnwritable",
    "NoteInvalid",
    "ProofInvalid",
    "ProofVerdict",
    "SaltTooShort",
    "TreeHash",
    "TrustInvalid",
    "VerifierKey",
    "VerifierKeyInvalid",
    "Witness",
    "check_folder",
    "check_own_log",
    "commitment",
    "inclusion_holds",
    "is_own_witness",
    "log_key",
    "open_log",
    "own_log",
    "own_log_folder",
    "own_log_key",
    "own_witness",
    "parse_checkpoint",
    "parse_entry",
    "parse_trust",
    "root_of",
    "tree_of",
    "verify_checkpoint",
    "verify_consistency",
    "verify_consistency_file",
    "verify_contradiction",
    "verify_contradiction_file",
    "verify_log_folder",
    "verify_note_file",
    "verify_proof",
    "verify_proof_file",
    "witness_key",
]
