"""Rules as pages show them: all that a node may say, and none passes that is broken."""

from __future__ import annotations

import inspect

import pytest
from tests.federation.domain.samples import HELPER, HOLDER, LABEL, values

from shuxin.federation.domain import judging
from shuxin.federation.domain.job import job_from
from shuxin.federation.domain.learning import learned
from shuxin.federation.domain.policy import Policy, Standing, default_policy_text, policy_from
from shuxin.federation.domain.policy_lines import MEANINGS, LineKind, policy_lines
from shuxin.federation.domain.refusal import JobReason, Refusal
from shuxin.federation.domain.rules import RULES, JobRule, judged_by_rule


class TestRules:
    def test_there_is_one_for_every_reason_that_judging_knows(self) -> None:
        said = {one for one in JobReason if f"JobReason.{one.name}" in inspect.getsource(judging)}
        unread = {JobReason.VERSION_UNKNOWN, JobReason.KIND_UNKNOWN}
        policy = {JobReason.POLICY_MISSING, JobReason.POLICY_BROKEN}
        assert {rule.reason for rule in RULES} == said - unread | policy
        assert len({rule.reason for rule in RULES}) == len(RULES)

    @pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.reason.value)
    def test_a_broken_one_is_shown_with_its_reason_whatever_the_job(self, rule: JobRule) -> None:
        refusal = Refusal(rule.reason, "this")
        found = judged_by_rule(job_from(values()), (refusal,), me=HELPER)
        broken = [one for one in found if not one.passes]
        assert [(one.rule, one.refusals) for one in broken] == [(rule, (refusal,))]

    def test_rules_about_data_bear_on_parties_with_data_alone(self) -> None:
        job = job_from(values())
        own = {one.rule.reason for one in judged_by_rule(job, (), me=HOLDER)}
        helper = {one.rule.reason for one in judged_by_rule(job, (), me=HELPER)}
        assert JobReason.DATASET_UNKNOWN in own - helper
        assert all(one.passes for one in judged_by_rule(job, (), me=HOLDER))


class TestLearned:
    def test_who_learns_the_rows_is_told_so_and_who_does_not_is_not(self) -> None:
        both = job_from(values())
        assert learned(both, LABEL) == learned(both, HOLDER) != learned(both, HELPER)
        count = {**values()["parameters"], "learn": "count"}
        named = job_from(values(parameters=count, outputs=[{"name": "count", "to": LABEL}]))
        assert "not which" in learned(named, LABEL).en
        assert learned(named, HOLDER) != learned(named, LABEL)

    def test_a_stranger_learns_nothing(self) -> None:
        with pytest.raises(ValueError, match="no party"):
            learned(job_from(values()), "uscc:91320594088140947F")


class TestPolicyLines:
    def test_every_key_of_a_policy_has_its_meaning(self) -> None:
        keys = set(Policy.model_fields) | {"kinds.*"}
        keys |= {f"standing.{name}" for name in Standing.model_fields}
        assert set(MEANINGS) == keys

    def test_the_default_policy_is_told_line_by_line(self) -> None:
        text = default_policy_text()
        lines = policy_lines(text)
        assert "\n".join(one.text for one in lines) + "\n" == text
        rules = [one for one in lines if one.kind is LineKind.RULE]
        assert rules
        assert all(one.meaning is not None for one in rules)

    def test_lines_of_a_standing_approval_bear_its_number(self) -> None:
        text = default_policy_text() + (
            '[[standing]]\nkind = "alignment"\nproposer = "uscc:91320594088140947F"\n'
            'purposes = ["model_training"]\nuntil = 2027-01-01T00:00:00+08:00\n'
        )
        assert len(policy_from(text.encode()).policy.standing) == 1
        inside = [one for one in policy_lines(text) if one.kind is LineKind.STANDING]
        assert [one.standing for one in inside] == [1] * 5
        assert all(one.meaning is not None for one in inside)
