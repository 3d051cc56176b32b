"""The room's page says of jobs and reasons exactly what the program says."""

from __future__ import annotations

from pathlib import Path

import pytest

from shuxin.federation.domain.kinds import documentation
from shuxin.federation.domain.policy import Policy
from shuxin.federation.domain.refusal import JobReason
from shuxin.federation.domain.states import State

PAGE = Path(__file__).resolve().parents[3] / "docs" / "rooms" / "federation.md"


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


class TestPage:
    def test_has_just_the_fields_of_a_job(self, page: str) -> None:
        shown = page.partition("## Fields of a job\n")[2].partition("\n## ")[0]
        assert documentation("en") == shown[shown.index("| field |") :]

    def test_has_just_the_reasons_in_both_languages(self, page: str) -> None:
        shown = page.partition("## Why a job is refused\n")[2].partition("\n## ")[0]
        rows = [line for line in shown.splitlines() if line.startswith("| `")]
        assert rows == [f"| `{one}` | {one.text.en} | {one.text.zh} |" for one in JobReason]

    def test_has_every_state_and_every_line_of_a_policy(self, page: str) -> None:
        names = [*State, *(set(Policy.model_fields) - {"version", "kinds", "standing"})]
        assert [name for name in names if f"`{name}`" not in page] == []
