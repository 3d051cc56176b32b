"""Names of columns that a job may say: what a holder could not use is refused before anybody is asked."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.federation.domain.samples import (
    HOLDER,
    LABEL,
    NODES,
    NOW,
    entering,
    job,
    policy,
    scorecard,
)

from shuxin.federation.domain.job import JobInvalid
from shuxin.federation.domain.judging import judge_job
from shuxin.federation.domain.policy import Spent
from shuxin.federation.domain.refusal import JobReason, Refusal
from shuxin.federation.domain.words import Given, Objection, read_word, sign_word
from shuxin.kernel.signing import Ed25519Key

KEY = Ed25519Key(bytes(range(32)))

plain = st.text(
    st.characters(exclude_categories=["C", "Z"], include_characters=" "), min_size=1, max_size=120
).filter(lambda name: name == name.strip())
spaces = st.text(" \u3000\xa0", max_size=3)
odd = st.sampled_from("\n\t\x00\x7f\u200b\u2028\u3000\ud800\ue000")


def refused(**changed: Any) -> tuple[str, str]:
    with pytest.raises(JobInvalid) as caught:
        job(**changed)
    return str(caught.value.facts["field"]), str(caught.value.facts["reason"])


def aligning(*names: str) -> dict[str, Any]:
    return {"inputs": [entering(LABEL), entering(HOLDER, features=list(names))]}


class TestNamesOfColumns:
    @given(plain)
    def test_are_taken_as_they_are(self, name: str) -> None:
        assert job(**aligning(name)).fields_of(HOLDER) == (name,)
        assert job(**scorecard(target=f"{name[:100]}.")).fields_of(LABEL)[-1] == f"{name[:100]}."

    @given(plain, plain, odd)
    def test_with_an_unprintable_symbol_are_refused(
        self, before: str, after: str, symbol: str
    ) -> None:
        name = f"{before[:50]}{symbol}{after[:50]}"
        assert refused(**aligning("tax", name))[0] == "inputs.1.features.1"
        assert refused(**scorecard(target=name))[0] == "parameters.scorecard.target"

    @given(plain, plain, odd)
    def test_of_a_dataset_are_such_that_a_refusal_can_say_them(
        self, before: str, after: str, symbol: str
    ) -> None:
        """A word about a job with another sign in it is refused by whoever it is for."""
        dataset = f"{before[:90]}{after[:90]}"
        asked = job(inputs=[entering(LABEL), entering(HOLDER, dataset=dataset)])
        found = judge_job(asked, policy(), me=HOLDER, nodes=NODES, spent=Spent(), now=NOW)
        assert Refusal(JobReason.DATASET_NOT_OFFERED, dataset) in found
        reasons = tuple(Given(one.reason.value, one.about) for one in found)
        word = Objection("0" * 64, HOLDER, reasons, NOW)
        assert read_word(sign_word(word, signer=KEY)) == word
        dataset = f"{before[:90]}{symbol}{after[:90]}"
        field, _ = refused(inputs=[entering(LABEL), entering(HOLDER, dataset=dataset)])
        assert field == "inputs.1.dataset"

    @given(spaces, plain, spaces)
    def test_with_spaces_around_them_are_refused(self, before: str, name: str, after: str) -> None:
        said = f"{before}{name[:100]}".rstrip() + after
        if said == said.strip():
            job(**aligning(said))
            said += " "
        field, reason = refused(**aligning(said))
        assert field == "inputs.1.features.0"
        assert "spaces" in reason

    @given(st.lists(plain, min_size=1, max_size=4, unique=True), st.data())
    def test_that_stand_twice_are_refused_in_a_job_of_any_kind(
        self, names: list[str], data: st.DataObject
    ) -> None:
        again = data.draw(st.permutations([*names, data.draw(st.sampled_from(names))]))
        assert job(**aligning(*names))
        assert refused(**aligning(*again)) == ("inputs.features", "a feature stands twice")
        inputs = [entering(LABEL), entering(HOLDER, features=again)]
        assert refused(**scorecard() | {"inputs": inputs})[0] == "inputs.features"

    def test_are_not_values_of_which_data_may_have_any(self) -> None:
        assert job(**scorecard(bad=[" 1", "1"])).parameters.bad == (" 1", "1")  # type: ignore[union-attr]
