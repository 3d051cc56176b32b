"""Nobody's data without a permit: every public function that returns them takes one, and looks at it first."""

from __future__ import annotations

import ast
import datetime as dt
import inspect
import typing
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.permits import sealed

import shuxin.fusion.api as fusion
import shuxin.scoring.api as scoring
from shuxin.consent.api import Permit, PermitForged, Purpose
from shuxin.infra.api import Settings, silent_progress
from shuxin.kernel.dates import CHINA_TIME

if TYPE_CHECKING:
    from collections.abc import Callable

SOURCE = Path(__file__).resolve().parents[2] / "src" / "shuxin"
NOW = dt.datetime(2026, 6, 1, tzinfo=CHINA_TIME)
FORGED = Permit(
    **{
        field.name: getattr(sealed("*", Purpose.CREDIT_DECISION, at=NOW), field.name)
        for field in fields(Permit)
        if field.name != "seal"
    }
)
WITHOUT = {
    # fusion: files in, their state, definitions
    "accept": "states of proposals",
    "accept_seen": "states of proposals",
    "accept_all": "states of proposals",
    "change_proposal": "states of proposals",
    "churn_table": "a table of rates about no subject",
    "dataset_version": "a hash of names of content",
    "datasets_of": "contracts",
    "feature_named": "a definition",
    "features_here": "a definition",
    "group_title": "a definition",
    "made_of": "a definition",
    "standards_of": "a definition",
    "import_database_table": "states of loads",
    "import_folder": "states of loads",
    "keep_as_dataset": "stores rows that its caller read under a permit",
    "keep_snapshot": "stores rows that its caller read under a permit",
    "read_wishes": "the caller's own file",
    "look_at_proposal": "names and types of columns",
    "missing_values": "counts",
    "record_feature_lineage": "lineage",
    "registered_features": "definitions",
    "registered_neighbour_features": "definitions",
    "reject_proposal": "states of proposals",
    "remove_rows": "hashes and counts of an approved erasure",
    "require_past": "a check",
    "say_different": "writes a verdict",
    "say_same": "writes a verdict",
    "standard_named": "a definition",
    "try_file": "the caller's own file",
    "waiting_proposals": "names of proposals",
    # scoring: models and what is computed from rows that the caller has
    "against": "names and coefficients",
    "barred": "names of characteristics",
    "bin_labels": "a definition",
    "calibration_line": "a measure of the caller's rows",
    "card_bytes": "a model",
    "card_hash": "a model",
    "cautions_of": "facts of a model",
    "decision_json": "the caller's own decision",
    "decision_kept_at": "a time",
    "findings_of": "counts of the caller's rows",
    "fine_categories": "counts of the caller's rows",
    "fit_logistic": "a regression of the caller's rows",
    "good_medians": "an aggregate of the caller's rows",
    "improvements_of": "the caller's own score",
    "keep_evaluation": "stores facts of a model",
    "keep_model": "stores a model",
    "kept_models": "models",
    "last_evaluation": "facts of a model",
    "measured_of": "facts of a model",
    "merge_categories": "counts of the caller's rows",
    "merge_numbers": "counts of the caller's rows",
    "model_in_use": "a model",
    "model_report": "aggregates of the caller's rows",
    "model_report_html": "the caller's report",
    "model_row": "a model",
    "models_in_brief": "names of models and of their features",
    "open_sealed": "the caller's own file",
    "quantile_edges": "edges of the caller's rows",
    "read_bundle": "a model",
    "read_card": "a model",
    "read_policy": "the caller's own file",
    "reasons_of": "the caller's own score",
    "replay": "the caller's own evidence file",
    "report_html": "the caller's report",
    "document_pdf": "the caller's words",
    "report_pdf": "the caller's report",
    "roc_auc": "a measure of the caller's rows",
    "sealed": "the caller's own content",
    "sift": "names and correlations",
    "stability": "shares of the caller's rows",
    "train": "a model of the caller's rows",
    "validate": "measures of the caller's rows",
    "value_text": "a text of the caller's value",
    "variance_inflation": "correlations",
    "wald_p_values": "coefficients",
}


def public_functions() -> list[tuple[str, Callable[..., Any]]]:
    named = [(name, getattr(room, name)) for room in (fusion, scoring) for name in room.__all__]
    return [(name, found) for name, found in named if inspect.isfunction(found)]


def permit_of(function: Callable[..., Any]) -> str:
    """The parameter that carries a permit, "" when there is none."""
    module = inspect.getmodule(function)
    known = vars(module) | {"Sequence": typing.Sequence}
    for name, parameter in inspect.signature(function).parameters.items():
        said = str(parameter.annotation)
        if "Permit" in said:
            return name
        inner = said.removeprefix("Sequence[").removesuffix("]")
        held = known.get(inner)
        if is_dataclass(held) and any("Permit" in str(one.type) for one in fields(held)):
            return name
    return ""


TAKING = [(name, found) for name, found in public_functions() if permit_of(found)]
FILLED: dict[str, Any] = {
    "settings": Settings(home=Path("nowhere"), database_url=""),
    "now": NOW,
    "as_of": NOW.date(),
    "limit": 1,
    "spine": [("a", NOW.date())],
    "identities": ["a"],
    "progress": silent_progress,
    "standard": "invoice",
    "decisions": [],
    "budget_fen": None,
}


class TestPermits:
    @pytest.mark.parametrize("name", [name for name, _ in public_functions()])
    def test_stand_in_the_signature_of_all_that_read(self, name: str) -> None:
        taking = {name for name, _ in TAKING}
        assert (name in taking) is not (name in WITHOUT), name

    def test_the_list_of_others_names_nothing_that_is_gone(self) -> None:
        assert set(WITHOUT) <= {name for name, _ in public_functions()}

    @pytest.mark.parametrize(("name", "function"), TAKING, ids=[name for name, _ in TAKING])
    def test_that_the_gate_did_not_issue_are_refused_before_anything_is_read(
        self, name: str, function: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """No database is set up here, so that any reading would fail in another way."""
        given: dict[str, Any] = {}
        positional: list[Any] = []
        for parameter in inspect.signature(function).parameters.values():
            value = self.value_for(parameter)
            if parameter.kind is parameter.POSITIONAL_OR_KEYWORD:
                positional.append(value)
            elif parameter.default is parameter.empty:
                given[parameter.name] = value
        with pytest.raises(PermitForged):
            function(*positional, **given)

    def value_for(self, parameter: inspect.Parameter) -> Any:
        said = str(parameter.annotation)
        if said == "Permit":
            return FORGED
        if "Permit" in said:
            return [FORGED]
        if "Request" in said:
            return [scoring.Request("a", None, FORGED)]
        return FILLED.get(parameter.name, "a")

    def test_are_made_by_the_gate_only(self) -> None:
        makers = set()
        for path in SOURCE.rglob("*.py"):
            source = path.read_text(encoding="utf-8")
            if "Permit" not in source and "with_seal" not in source:
                continue
            for node in ast.walk(ast.parse(source)):
                called = node.func if isinstance(node, ast.Call) else None
                if (
                    getattr(called, "id", "") == "Permit"
                    or getattr(called, "attr", "") == "with_seal"
                ):
                    makers.add(str(path.relative_to(SOURCE)))
        assert makers == {"consent/issuing.py", "consent/questions.py", "consent/sets.py"}
