"""``shuxin node propose scorecard``: the words of the command line as a job."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from tests.federation.domain.samples import HELPER, HOLDER, LABEL, NOW, OTHER

from shuxin.federation.domain.job import Job, JobInvalid, job_from
from shuxin.federation.domain.kinds import form_fields
from shuxin.federation.domain.parameters import ScorecardParameters
from shuxin.portal.cli import main
from shuxin.portal.commandline.federation import SCORECARD_OPTIONS
from shuxin.portal.commands import node_propose
from shuxin.portal.display import console

NAMES = {"bank": LABEL, "tax": HOLDER, "hrss": OTHER, "notary": HELPER}
CALL = [
    "node", "propose", "scorecard", "--model", "流水贷", "--target", "overdue", "--bad", "1", "2",
    "--holder", "tax", "--helper", "notary", "--from", "2025-01-01", "--to", "2026-01-01",
    "--input", "bank", "loans", "own-1", "--input", "tax", "levies", "authorisations",
    "--features", "tax", "paid,staff",
]  # fmt: skip


@pytest.fixture
def proposed(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What would be proposed, at a node that knows these names."""
    found: list[dict[str, Any]] = []

    def keep(_settings: object, values: dict[str, Any], *_: object) -> str:
        found.append(values)
        return "0" * 64

    monkeypatch.setattr(node_propose, "start", lambda: None)
    monkeypatch.setattr(node_propose, "node_folder", lambda _: None)
    monkeypatch.setattr(node_propose, "now_in_china", lambda: NOW)
    monkeypatch.setattr(node_propose, "read_config", lambda _: SimpleNamespace(cipher="aes"))
    monkeypatch.setattr(node_propose, "holder", lambda _: SimpleNamespace(party=LABEL))
    monkeypatch.setattr(node_propose, "party_named", lambda _, name: (NAMES.get(name, name), name))
    monkeypatch.setattr(node_propose, "_propose", keep)
    monkeypatch.setattr(console, "_width", 400)
    return found


def job_of(values: dict[str, Any]) -> Job:
    """As the node fills it in."""
    return job_from(values | {"nonce": "0" * 32, "proposer": LABEL, "proposed_at": NOW.isoformat()})


class TestProposeScorecard:
    def test_what_is_not_said_is_the_schemas(self, proposed: list[dict[str, Any]]) -> None:
        assert main(CALL) == 0
        asked = job_of(proposed[0]).parameters
        assert asked == ScorecardParameters(model="流水贷", target="overdue", bad=("1", "2"))

    def test_features_are_those_of_their_party(self, proposed: list[dict[str, Any]]) -> None:
        more = ["--features", "bank", "turnover", "--features", "tax", "arrears"]
        assert main([*CALL, *more]) == 0
        found = job_of(proposed[0])
        assert found.fields_of(LABEL) == ("turnover", "overdue")
        assert found.fields_of(HOLDER) == ("paid", "staff", "arrears")
        assert [one.ground for one in found.inputs] == ["basis", "authorisations"]
        assert {(one.name, one.to) for one in found.outputs} == {
            (name, to) for name in ("aligned", "card") for to in (LABEL, HOLDER)
        }

    def test_every_number_and_choice_can_be_said(self, proposed: list[dict[str, Any]]) -> None:
        """And none that the schema does not have; each by another value than its default."""
        given: dict[str, int | str] = {"reasons": "none", "most_categories": 0, "min_holders": 1}
        fields = {
            one.name.removeprefix("parameters."): one
            for one in form_fields("en", kind="scorecard")
            if one.name.startswith("parameters.") and one.default is not None
        }
        aligning = {"kind", "engine", "learn", "min_size", "reuse"}
        assert fields.keys() - aligning == SCORECARD_OPTIONS.keys()
        for name in fields.keys() - aligning - given.keys():
            one = fields[name]
            given[name] = "by_category" if one.choices else one.high or 0
        words = [word for k, v in given.items() for word in (f"--{k.replace('_', '-')}", str(v))]
        assert main([*CALL, *words]) == 0
        asked = job_of(proposed[0]).parameters
        assert {name: getattr(asked, name) for name in given} == given

    def test_features_of_a_party_that_enters_nothing_are_not_dropped_silently(
        self, proposed: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main([*CALL, "--features", "hrss", "staff"]) == 1
        assert proposed == []
        assert "node_features_without_input" in capsys.readouterr().err

    def test_a_holder_without_features_is_refused_by_the_field(
        self, proposed: list[dict[str, Any]]
    ) -> None:
        two = ["--holder", "hrss", "--input", "hrss", "staff", "joint-1"]
        assert main([*CALL, *two]) == 0
        with pytest.raises(JobInvalid) as caught:
            job_of(proposed[0])
        assert caught.value.facts["field"] == "inputs.features"
