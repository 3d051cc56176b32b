"""The only door of the catalogue.

The words of a contract are here at once; what needs the database, Ibis or the ODCS model is
imported when it is first asked for, so that a command that needs none of them starts fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

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
from shuxin.catalogue.domain.finding import Finding, Severity
from shuxin.catalogue.domain.freshness import Freshness, Timeliness
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
    from shuxin.catalogue.domain.drift import code_counts, judge_drift, psi
    from shuxin.catalogue.domain.lineage import LineageUnknown, column_lineage
    from shuxin.catalogue.domain.odcs import read_contract, write_contract
    from shuxin.catalogue.domain.quality import (
        FieldStatistics,
        LoadStatistics,
        column_statistics,
        judge,
        statistics_of,
    )
    from shuxin.catalogue.domain.safe_yaml import YAMLRefused, load_mapping
    from shuxin.catalogue.service import (
        all_store_names,
        breakers,
        content_stamp,
        contract,
        dataset,
        datasets,
        find_load,
        impact,
        lineages,
        load_history,
        loads,
        record_breaker,
        record_lineage,
        record_load,
        register_contract,
        register_source,
        sources,
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
    f"{_ROOM}.domain.drift": ("code_counts", "judge_drift", "psi"),
    f"{_ROOM}.domain.lineage": ("LineageUnknown", "column_lineage"),
    f"{_ROOM}.domain.odcs": ("read_contract", "write_contract"),
    f"{_ROOM}.domain.quality": (
        "FieldStatistics",
        "LoadStatistics",
        "column_statistics",
        "judge",
        "statistics_of",
    ),
    f"{_ROOM}.domain.safe_yaml": ("YAMLRefused", "load_mapping"),
    f"{_ROOM}.service": (
        "all_store_names",
        "breakers",
        "contract",
        "dataset",
        "datasets",
        "find_load",
        "impact",
        "lineages",
        "content_stamp",
        "load_history",
        "loads",
        "record_breaker",
        "record_lineage",
        "record_load",
        "register_contract",
        "register_source",
        "sources",
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
    "Breaker",
    "BreakerInvalid",
    "BreakerKind",
    "Change",
    "ChangeKind",
    "ColumnLineage",
    "Contract",
    "ContractInvalid",
    "ContractVersionTooLow",
    "Cycle",
    "DataGroup",
    "DatasetSummary",
    "DatasetUnknown",
    "DatasetView",
    "Field",
    "FieldStatistics",
    "FieldType",
    "Finding",
    "Freshness",
    "Grade",
    "Level",
    "Lineage",
    "LineageUnknown",
    "LoadFinding",
    "LoadStatistics",
    "LoadView",
    "Meaning",
    "NewLoad",
    "NewSource",
    "PersonalClass",
    "QualityRule",
    "Registered",
    "Severity",
    "Sharing",
    "SourceColumn",
    "SourceDiffers",
    "SourceInvalid",
    "SourceUngraded",
    "SourceView",
    "Timeliness",
    "VersionView",
    "YAMLRefused",
    "all_store_names",
    "breakers",
    "changes",
    "check_name",
    "code_counts",
    "column_lineage",
    "column_statistics",
    "content_stamp",
    "contract",
    "dataset",
    "datasets",
    "derived",
    "find_load",
    "grades_of",
    "impact",
    "judge",
    "judge_drift",
    "levels_of",
    "lineages",
    "load_history",
    "load_mapping",
    "loads",
    "next_version",
    "psi",
    "read_contract",
    "record_breaker",
    "record_lineage",
    "record_load",
    "register_contract",
    "register_source",
    "sources",
    "statistics_of",
    "write_contract",
]
