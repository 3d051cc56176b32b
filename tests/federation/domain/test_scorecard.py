"""A scorecard as a job: rules over several fields, the policy's say, standing approvals."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from tests.federation.domain.samples import (
    DAY,
    HELPER,
    HOLDER,
    LABEL,
    NODES,
    NOW,
    entering,
    job,
    policy,
    scorecard,
    values,
)

from shuxin.federation.card.contract import Contract, Contribution, Reasons
from shuxin.federation.domain.figures import figures_of
from shuxin.federation.domain.job import JobInvalid, job_from
from shuxin.federation.domain.judging import judge_job
from shuxin.federation.domain.kinds import form_fields
from shuxin.federation.domain.parameters import (
    MOST_FEATURES,
    MOST_SCORECARD_ROWS,
    ScorecardParameters,
)
from shuxin.federation.domain.policy import Policy, Spent
from shuxin.federation.domain.refusal import JobReason, Refusal
from shuxin.federation.regression.task import MOST_ROWS
from shuxin.kernel.errors import ShuxinError

WIDE: dict[str, Any] = {
    "released_figures_per_job": 10_000,
    "released_figures_per_dataset_version": 10_000,
}


def refused_field(**changed: Any) -> str:
    with pytest.raises(JobInvalid) as caught:
        job(**changed)
    return str(caught.value.facts["field"])


def with_inputs(*inputs: dict[str, Any]) -> dict[str, Any]:
    return scorecard() | {"inputs": list(inputs)}


def judged(held: Policy, *, me: str = HOLDER, spent: Spent | None = None, **changed: Any) -> Any:
    asked = job(**scorecard(**changed))
    return judge_job(asked, held, me=me, nodes=NODES, spent=spent or Spent(), now=NOW)


class TestScorecardJob:
    def test_comes_back_from_its_own_text(self) -> None:
        made = job(**scorecard())
        assert isinstance(made.parameters, ScorecardParameters)
        assert job_from(made.body()) == made

    def test_reads_features_and_at_the_label_party_the_outcome(self) -> None:
        made = job(**scorecard())
        assert made.fields_of(LABEL) == ("turnover", "since", "overdue")
        assert made.fields_of(HOLDER) == ("tax", "staff", "arrears")
        assert made.fields_of(HELPER) == ()
        assert job().fields_of(LABEL) == ()

    def test_the_label_party_may_have_no_features(self) -> None:
        made = job(**with_inputs(entering(LABEL), entering(HOLDER, features=["tax"])))
        assert made.fields_of(LABEL) == ("overdue",)

    @pytest.mark.parametrize(
        ("field", "asked"),
        [
            ("inputs.features", with_inputs(entering(LABEL), entering(HOLDER))),
            (
                "inputs.features",
                with_inputs(entering(LABEL), entering(HOLDER, features=["tax", "tax"])),
            ),
            (
                "inputs.features",
                with_inputs(
                    entering(LABEL, features=["overdue"]), entering(HOLDER, features=["tax"])
                ),
            ),
            (
                "inputs.features",
                with_inputs(
                    entering(LABEL),
                    entering(HOLDER, features=[f"f{n}" for n in range(MOST_FEATURES + 1)]),
                ),
            ),
            ("inputs", with_inputs(entering(HOLDER, features=["tax"]))),
            ("parameters.learn", scorecard(learn="one")),
            ("parameters.bad", scorecard(bad=["1", "1"])),
            ("parameters.scorecard.bad", scorecard(bad=[])),
            ("parameters.scorecard.model", scorecard(model="a/b")),
            ("parameters.scorecard.model", scorecard(model="a\n")),
            ("parameters.scorecard.model", scorecard(model="x" * 61)),
            ("parameters.scorecard.pdo", scorecard(pdo=20.0)),
            ("parameters.scorecard.pdo", scorecard(pdo="20")),
            ("parameters.most_categories", scorecard(most_categories=0)),
            ("parameters.most_categories", scorecard(reasons="none")),
            ("parameters.min_holders", scorecard(min_holders=2)),
            ("parameters.min_holders", scorecard(min_holders=2, contribution="sum")),
            ("limits.rows", scorecard() | {"limits": {"rows": MOST_SCORECARD_ROWS + 1}}),
            ("cipher", scorecard() | {"cipher": "chacha20"}),
            ("outputs", scorecard() | {"outputs": values()["outputs"]}),
            (
                "parties",
                scorecard(engine="ecdh") | {"parties": values()["parties"][:2]},
            ),
        ],
    )
    def test_each_rule_names_its_field(self, field: str, asked: dict[str, Any]) -> None:
        found = refused_field(**asked)
        assert found == field or found.startswith(f"{field}.")

    def test_as_many_rows_as_a_regression_has(self) -> None:
        assert MOST_SCORECARD_ROWS == MOST_ROWS

    @pytest.mark.parametrize("contribution", list(Contribution))
    @pytest.mark.parametrize("reasons", list(Reasons))
    @pytest.mark.parametrize("most", range(6))
    @pytest.mark.parametrize("fewest", range(3))
    def test_what_a_score_may_tell_is_what_a_cards_contract_takes(
        self, contribution: Contribution, reasons: Reasons, most: int, fewest: int
    ) -> None:
        """The same closed choices; a job has one holder here, so a sum is of one."""
        asked = {
            "contribution": contribution.value,
            "reasons": reasons.value,
            "most_categories": most,
            "min_holders": fewest,
        }

        def taken(make: Any) -> bool:
            try:
                make()
            except ShuxinError:
                return False
            return True

        of_card = taken(
            lambda: Contract(
                contribution=contribution, reasons=reasons, most_categories=most, min_holders=fewest
            )
        )
        assert taken(lambda: job(**scorecard(**asked))) == (of_card and fewest <= 1)

    def test_numbers_are_taken_up_to_the_ends_of_their_ranges(self) -> None:
        of_its_own = {"engine", "learn", "reasons", "most_categories", "min_holders"}
        numbers = [
            one
            for one in form_fields("en", kind="scorecard")
            if one.type == "number" and one.name.startswith("parameters.")
        ]
        seen = {one.name.removeprefix("parameters."): one for one in numbers}
        assert len(seen) > 12
        for name in seen.keys() - of_its_own:
            low, high = seen[name].low, seen[name].high
            assert low is not None
            assert high is not None
            for right in (low, high):
                job(**scorecard(**{name: right}))
            for wrong in (low - 1, high + 1):
                with pytest.raises(JobInvalid):
                    job(**scorecard(**{name: wrong}))


class TestPolicyOnScorecards:
    @pytest.mark.parametrize("me", [LABEL, HOLDER, HELPER])
    def test_takes_one_within_it(self, me: str) -> None:
        assert judged(policy(**WIDE), me=me) == ()

    def test_the_figures_of_a_new_policy_are_too_few_for_one(self) -> None:
        small = {"fits": 1, "iterations": 5, "max_fine": 2}
        reasons = {one.reason for one in judged(policy(), **small)}
        assert reasons == {JobReason.FIGURES_TOO_MANY}

    @pytest.mark.parametrize("me", [LABEL, HOLDER])
    def test_its_own_figures_are_counted_and_no_others(self, me: str) -> None:
        need = figures_of(job(**scorecard()), party=me)
        just = {"released_figures_per_job": need, "released_figures_per_dataset_version": need}
        assert judged(policy(**just), me=me) == ()
        less = just | {"released_figures_per_job": need - 1}
        assert {one.reason for one in judged(policy(**less), me=me)} == {JobReason.FIGURES_TOO_MANY}
        found = judged(policy(**just), me=me, spent=Spent(1))
        assert {one.reason for one in found} == {JobReason.BUDGET_SPENT}

    @pytest.mark.parametrize(
        ("asked", "held"),
        [
            ("min_rows", {"min_bin_rows": 21}),
            ("min_good", {"min_bin_class": 6}),
            ("min_bad", {"min_bin_class": 6}),
        ],
    )
    def test_bins_below_its_own_minimum_are_refused(self, asked: str, held: dict[str, int]) -> None:
        (least,) = held.values()
        expected = Refusal(JobReason.MIN_SIZE_TOO_SMALL, f"{asked} {least}")
        assert expected in judged(policy(**WIDE, **held))
        assert expected not in judged(policy(**WIDE, **held), **{asked: least})
        assert judged(policy(**WIDE, **held), me=HELPER) == ()

    def test_what_a_part_may_tell_is_a_share_in_whole_percent(self) -> None:
        for right in (0, 100):
            assert policy(max_told_share_percent=right).max_told_share_percent == right
        for wrong in (-1, 101, 50.5, "50"):
            with pytest.raises(ValidationError):
                policy(max_told_share_percent=wrong)

    def test_a_card_needs_as_many_subjects_as_an_aligned_set(self) -> None:
        assert policy(min_set_size=77).smallest("card") == 77

    def test_a_standing_approval_covers_its_own_kind_only(self) -> None:
        plain = {
            "kind": "scorecard",
            "proposer": LABEL,
            "purposes": ["model_training"],
            "datasets": ["tax"],
            "helpers": [HELPER],
            "until": NOW + DAY,
        }
        held = policy(standing=[plain])
        assert held.standing_for(job(**scorecard()), me=HOLDER, now=NOW) == 1
        assert held.standing_for(job(), me=HOLDER, now=NOW) is None
        held = policy(standing=[plain | {"kind": "alignment"}])
        assert held.standing_for(job(**scorecard()), me=HOLDER, now=NOW) is None
