"""The door of fusion: files in, datasets and entities out.

Every function that returns a subject's data takes a permit. A name's module is imported when the name is
first asked for, so that a command that needs none of the heavy parts starts fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from shuxin.fusion.rejects import REASONS, Reason

if TYPE_CHECKING:
    from shuxin.fusion.acceptance import Waiting, accept, accept_all, waiting_proposals
    from shuxin.fusion.applicants import Wish, read_wishes
    from shuxin.fusion.business import Business, business_of
    from shuxin.fusion.choosing import (
        Choice,
        ProposalChanged,
        ProposalView,
        ProposedColumn,
        accept_seen,
        change_proposal,
        look_at_proposal,
        reject_proposal,
    )
    from shuxin.fusion.erasing import remove_rows
    from shuxin.fusion.features.carrying import SnapshotNotEarlier, features_of_day
    from shuxin.fusion.features.computation import (
        NoFeatureData,
        RowsBehind,
        Snapshot,
        compute_features,
        keep_snapshot,
        neighbour_features,
        read_snapshot,
        require_past,
        rows_behind,
        subjects_with_features,
    )
    from shuxin.fusion.features.dataset import FeatureDataset, keep_as_dataset
    from shuxin.fusion.features.definition import Feature, Grain, Measure, Window
    from shuxin.fusion.features.graph import (
        NEIGHBOUR_FEATURES,
        NEIGHBOUR_GROUPS,
        NeighbourFeature,
    )
    from shuxin.fusion.features.library import FEATURES
    from shuxin.fusion.features.registry import (
        TRADE_FEATURES,
        RegisteredFeature,
        feature_named,
        features_here,
        group_title,
        made_of,
        record_feature_lineage,
        registered_features,
        registered_neighbour_features,
        standards_of,
    )
    from shuxin.fusion.features.sources import datasets_of
    from shuxin.fusion.import_lock import ImportRunning
    from shuxin.fusion.ingest import LoadRejected, import_database_table, import_folder
    from shuxin.fusion.listed import listed_in
    from shuxin.fusion.missing_values import missing_values
    from shuxin.fusion.outcome import Outcome, State
    from shuxin.fusion.outcomes import ChurnRow, LoanOutcome, churn_table, loan_outcomes
    from shuxin.fusion.portrait import (
        Alias,
        Chapter,
        EnterpriseUnknown,
        Fact,
        Portrait,
        best_known,
        find_entity,
        names_of,
        portrait,
    )
    from shuxin.fusion.proposals import Holder
    from shuxin.fusion.reading_back import RejectedRow, rejects
    from shuxin.fusion.retained import StoredFact, negative_facts, rows_due
    from shuxin.fusion.review import OpenReview, open_reviews, say_different, say_same
    from shuxin.fusion.standards import standard_named
    from shuxin.fusion.subject_values import (
        FieldIdentifies,
        FieldUnknown,
        known_values,
        subject_values,
    )
    from shuxin.fusion.subjects import dataset_version, subject_codes
    from shuxin.fusion.trying import (
        Problem,
        TrialTooHeavy,
        Tried,
        TriedColumn,
        TriedFirm,
        TriedPortrait,
        TriedTable,
        try_file,
    )
    from shuxin.fusion.value_reader import ValueReader
    from shuxin.fusion.who import resolve_all

_LATER = {
    "missing_values": ("missing_values",),
    "choosing": (
        "Choice",
        "ProposalChanged",
        "ProposalView",
        "ProposedColumn",
        "accept_seen",
        "change_proposal",
        "look_at_proposal",
        "reject_proposal",
    ),
    "business": ("Business", "business_of"),
    "erasing": ("remove_rows",),
    "findings": ("warm_up",),
    "listed": ("listed_in",),
    "retained": ("StoredFact", "negative_facts", "rows_due"),
    "features.carrying": ("SnapshotNotEarlier", "features_of_day"),
    "features.computation": (
        "NoFeatureData",
        "RowsBehind",
        "Snapshot",
        "compute_features",
        "keep_snapshot",
        "neighbour_features",
        "read_snapshot",
        "require_past",
        "rows_behind",
        "subjects_with_features",
    ),
    "features.dataset": ("FeatureDataset", "keep_as_dataset"),
    "features.definition": ("Feature", "Grain", "Measure", "Window"),
    "features.graph": ("NEIGHBOUR_FEATURES", "NEIGHBOUR_GROUPS", "NeighbourFeature"),
    "features.library": ("FEATURES",),
    "features.registry": (
        "TRADE_FEATURES",
        "RegisteredFeature",
        "feature_named",
        "features_here",
        "group_title",
        "made_of",
        "record_feature_lineage",
        "registered_features",
        "registered_neighbour_features",
        "standards_of",
    ),
    "features.sources": ("datasets_of",),
    "outcomes": ("ChurnRow", "LoanOutcome", "churn_table", "loan_outcomes"),
    "applicants": ("Wish", "read_wishes"),
    "acceptance": ("Waiting", "accept", "accept_all", "waiting_proposals"),
    "import_lock": ("ImportRunning",),
    "ingest": ("LoadRejected", "import_database_table", "import_folder"),
    "outcome": ("Outcome", "State"),
    "portrait": (
        "Alias",
        "Chapter",
        "EnterpriseUnknown",
        "Fact",
        "Portrait",
        "best_known",
        "find_entity",
        "names_of",
        "portrait",
    ),
    "proposals": ("Holder",),
    "reading_back": ("RejectedRow", "rejects"),
    "review": ("OpenReview", "open_reviews", "say_different", "say_same"),
    "standards": ("standard_named",),
    "subject_values": ("FieldIdentifies", "FieldUnknown", "known_values", "subject_values"),
    "subjects": ("dataset_version", "subject_codes"),
    "trying": (
        "Problem",
        "TrialTooHeavy",
        "Tried",
        "TriedColumn",
        "TriedFirm",
        "TriedPortrait",
        "TriedTable",
        "try_file",
    ),
    "value_reader": ("ValueReader",),
    "who": ("resolve_all",),
}
_HOME = {name: module for module, names in _LATER.items() for name in names}


def __getattr__(name: str) -> Any:
    """Raises AttributeError."""
    if name not in _HOME:
        raise AttributeError(name)
    return getattr(import_module(f"shuxin.fusion.{_HOME[name]}"), name)


__all__ = [
    "FEATURES",
    "NEIGHBOUR_FEATURES",
    "NEIGHBOUR_GROUPS",
    "REASONS",
    "TRADE_FEATURES",
    "Alias",
    "Business",
    "Chapter",
    "Choice",
    "ChurnRow",
    "EnterpriseUnknown",
    "Fact",
    "Feature",
    "FeatureDataset",
    "FieldIdentifies",
    "FieldUnknown",
    "Grain",
    "Holder",
    "ImportRunning",
    "LoadRejected",
    "LoanOutcome",
    "Measure",
    "NeighbourFeature",
    "NoFeatureData",
    "OpenReview",
    "Outcome",
    "Portrait",
    "Problem",
    "ProposalChanged",
    "ProposalView",
    "ProposedColumn",
    "Reason",
    "RegisteredFeature",
    "RejectedRow",
    "RowsBehind",
    "Snapshot",
    "SnapshotNotEarlier",
    "State",
    "StoredFact",
    "TrialTooHeavy",
    "Tried",
    "TriedColumn",
    "TriedFirm",
    "TriedPortrait",
    "TriedTable",
    "ValueReader",
    "Waiting",
    "Window",
    "Wish",
    "accept",
    "accept_all",
    "accept_seen",
    "best_known",
    "business_of",
    "change_proposal",
    "churn_table",
    "compute_features",
    "dataset_version",
    "datasets_of",
    "feature_named",
    "features_here",
    "features_of_day",
    "find_entity",
    "group_title",
    "import_database_table",
    "import_folder",
    "keep_as_dataset",
    "keep_snapshot",
    "known_values",
    "listed_in",
    "loan_outcomes",
    "look_at_proposal",
    "made_of",
    "missing_values",
    "names_of",
    "negative_facts",
    "neighbour_features",
    "open_reviews",
    "portrait",
    "read_snapshot",
    "read_wishes",
    "record_feature_lineage",
    "registered_features",
    "registered_neighbour_features",
    "reject_proposal",
    "rejects",
    "remove_rows",
    "require_past",
    "resolve_all",
    "rows_behind",
    "rows_due",
    "say_different",
    "say_same",
    "standard_named",
    "standards_of",
    "subject_codes",
    "subject_values",
    "subjects_with_features",
    "try_file",
    "waiting_proposals",
]
