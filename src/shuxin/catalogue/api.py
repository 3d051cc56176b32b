"""The only door of the catalogue.

The words of a contract are here at once; what needs the database, Ibis or the ODCS model is
imported when it is first asked for, so that a command that needs none of them starts fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from shuxin.catalogue.domain.check import Check, Dimension, Measured, Verdict
from shuxin.catalogue.domain.contract import (
    SUBJECT_MEANINGS,
    Contract,
    Cycle,
    DataGroup,
    Field,
    FieldType,
    Level,
    Meaning,
    PersonalClass,
    QualityRule,
    Sharing,
)
from shuxin.catalogue.domain.dataset_rules import (
    Agrees,
    DatasetRule,
    Drift,
    Gaps,
    Identity,
    Orphans,
)
from shuxin.catalogue.domain.finding import Finding, Severity, stated
from shuxin.catalogue.domain.freshness import Freshness, Timeliness, freshness
from shuxin.catalogue.domain.grading import (
    Breaker,
    BreakerInvalid,
    BreakerKind,
    ColumnLineage,
    Grade,
    Lineage,
    SourceColumn,
    SourceUngraded,
    derived,
    grades_of,
    levels_of,
)
from shuxin.catalogue.domain.holding import Hold, hold_of
from shuxin.catalogue.domain.owner_rules import (
    OwnerRules,
    QualityFileInvalid,
    read_owner_rules,
)
from shuxin.catalogue.domain.remedies import how_to_mend, rule_text
from shuxin.catalogue.domain.scorecard import WEIGHTS, Part, Scorecard
from shuxin.catalogue.domain.validity import ContractInvalid, check_name
from shuxin.catalogue.records import (
    DatasetSummary,
    DatasetUnknown,
    DatasetView,
    LoadFinding,
    LoadView,
    NewLoad,
    NewSource,
    Registered,
    SourceDiffers,
    SourceInvalid,
    SourceView,
    VersionView,
)

if TYPE_CHECKING:
    from shuxin.catalogue.domain.compatibility import (
        Change,
        ChangeKind,
        ContractVersionTooLow,
        changes,
        next_version,
    )
    from shuxin.catalogue.domain.drift import code_counts, drift_check, judge_drift, psi
    from shuxin.catalogue.domain.lineage import LineageUnknown, column_lineage
    from shuxin.catalogue.domain.odcs import read_contract, write_contract
    from shuxin.catalogue.domain.quality import (
        FieldStatistics,
        LoadStatistics,
        checks,
        column_statistics,
        judge,
        statistics_of,
    )
    from shuxin.catalogue.domain.safe_yaml import YAMLRefused, load_mapping
    from shuxin.catalogue.quarantine import (
        ActTaken,
        HeldLoadClosed,
        HeldLoadUnknown,
        HeldReasonMissing,
        HeldState,
        HeldView,
        find_held,
        held_load,
        held_loads,
        reject_load,
        release_load,
    )
    from shuxin.catalogue.recording import distribution_of, findings_of_load, record_load
    from shuxin.catalogue.service import (
        all_store_names,
        breakers,
        content_stamp,
        contract,
        dataset,
        datasets,
        datasets_whose_rules_read,
        find_load,
        impact,
        lineages,
        load_history,
        loads,
        record_breaker,
        record_lineage,
        register_contract,
        register_source,
        sources,
        stored_folders,
    )
    from shuxin.catalogue.trends import (
        QualitySummary,
        TrendPoint,
        measured_in_force,
        quality_of,
        quality_of_all,
        trend,
    )

_ROOM = "shuxin.catalogue"
_LATER = {
    f"{_ROOM}.domain.compatibility": (
        "Change",
        "ChangeKind",
        "ContractVersionTooLow",
        "changes",
        "next_version",
    ),
    f"{_ROOM}.domain.drift": ("code_counts", "drift_check", "judge_drift", "psi"),
    f"{_ROOM}.domain.lineage": ("LineageUnknown", "column_lineage"),
    f"{_ROOM}.domain.odcs": ("read_contract", "write_contract"),
    f"{_ROOM}.domain.quality": (
        "FieldStatistics",
        "LoadStatistics",
        "checks",
        "column_statistics",
        "judge",
        "statistics_of",
    ),
    f"{_ROOM}.domain.safe_yaml": ("YAMLRefused", "load_mapping"),
    f"{_ROOM}.quarantine": (
        "ActTaken",
        "HeldLoadClosed",
        "HeldLoadUnknown",
        "HeldReasonMissing",
        "HeldState",
        "HeldView",
        "find_held",
        "held_load",
        "held_loads",
        "reject_load",
        "release_load",
    ),
    f"{_ROOM}.recording": ("distribution_of", "findings_of_load", "record_load"),
    f"{_ROOM}.trends": (
        "QualitySummary",
        "TrendPoint",
        "measured_in_force",
        "quality_of",
        "quality_of_all",
        "trend",
    ),
    f"{_ROOM}.service": (
        "all_store_names",
        "breakers",
        "contract",
        "dataset",
        "datasets",
        "datasets_whose_rules_read",
        "find_load",
        "impact",
        "lineages",
        "content_stamp",
        "load_history",
        "loads",
        "record_breaker",
        "record_lineage",
        "register_contract",
        "register_source",
        "sources",
        "stored_folders",
    ),
}
_HOME = {name: module for module, names in _LATER.items() for name in names}


def __getattr__(name: str) -> Any:
    """Import a name's module when it is first asked for. Raises AttributeError."""
    if name not in _HOME:
        raise AttributeError(name)
    return getattr(import_module(_HOME[name]), name)


__all__ = [
    "SUBJECT_MEANINGS",
    "WEIGHTS",
    "ActTaken",
    "Agrees",
    "Breaker",
    "BreakerInvalid",
    "BreakerKind",
    "Change",
    "ChangeKind",
    "Check",
    "ColumnLineage",
    "Contract",
    "ContractInvalid",
    "ContractVersionTooLow",
    "Cycle",
    "DataGroup",
    "DatasetRule",
    "DatasetSummary",
    "DatasetUnknown",
    "DatasetView",
    "Dimension",
    "Drift",
    "Field",
    "FieldStatistics",
    "FieldType",
    "Finding",
    "Freshness",
    "Gaps",
    "Grade",
    "HeldLoadClosed",
    "HeldLoadUnknown",
    "HeldReasonMissing",
    "HeldState",
    "HeldView",
    "Hold",
    "Identity",
    "Level",
    "Lineage",
    "LineageUnknown",
    "LoadFinding",
    "LoadStatistics",
    "LoadView",
    "Meaning",
    "Measured",
    "NewLoad",
    "NewSource",
    "Orphans",
    "OwnerRules",
    "Part",
    "PersonalClass",
    "QualityFileInvalid",
    "QualityRule",
    "QualitySummary",
    "Registered",
    "Scorecard",
    "Severity",
    "Sharing",
    "SourceColumn",
    "SourceDiffers",
    "SourceInvalid",
    "SourceUngraded",
    "SourceView",
    "Timeliness",
    "TrendPoint",
    "Verdict",
    "VersionView",
    "YAMLRefused",
    "all_store_names",
    "breakers",
    "changes",
    "check_name",
    "checks",
    "code_counts",
    "column_lineage",
    "column_statistics",
    "content_stamp",
    "contract",
    "dataset",
    "datasets",
    "datasets_whose_rules_read",
    "derived",
    "distribution_of",
    "drift_check",
    "find_held",
    "find_load",
    "findings_of_load",
    "freshness",
    "grades_of",
    "held_load",
    "held_loads",
    "hold_of",
    "how_to_mend",
    "impact",
    "judge",
    "judge_drift",
    "levels_of",
    "lineages",
    "load_history",
    "load_mapping",
    "loads",
    "measured_in_force",
    "next_version",
    "psi",
    "quality_of",
    "quality_of_all",
    "read_contract",
    "read_owner_rules",
    "record_breaker",
    "record_lineage",
    "record_load",
    "register_contract",
    "register_source",
    "reject_load",
    "release_load",
    "rule_text",
    "sources",
    "stated",
    "statistics_of",
    "stored_folders",
    "trend",
    "write_contract",
]
