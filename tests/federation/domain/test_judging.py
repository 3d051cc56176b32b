from __future__ import annotations

from typing import Any

import pytest
from tests.federation.domain.samples import (
    DAY,
    HELPER,
    HOLDER,
    LABEL,
    NODES,
    NOW,
    OTHER,
    counting,
    job,
    party,
    policy,
    rehearsal,
    rules,
)

from shuxin.federation.domain.job import Job
from shuxin.federation.domain.judging import MOST_AHEAD, judge_job, not_understood
from shuxin.federation.domain.policy import NodeFacts, Policy, Spent
from shuxin.federation.domain.refusal import JobReason, JobRefused, Refusal, ReleaseRefused

LANDLORD = party(99)


def judged(
    the_job: Job | None = None, held: Policy | None = None, **changed: Any
) -> set[JobReason]:
    given: dict[str, Any] = {"me": HOLDER, "nodes": NODES, "spent": Spent(), "now": NOW}
    found = judge_job(the_job or job(), held or policy(), **(given | changed))
    return {one.reason for one in found}


def two_party() -> dict[str, Any]:
    return {
        "parties": [{"party": LABEL, "role": "label"}, {"party": HOLDER, "role": "holder"}],
        "parameters": {"kind": "alignment", "engine": "ecdh", "min_size": 1000},
    }


class TestJudge:
    @pytest.mark.parametrize("me", [LABEL, HOLDER, HELPER])
    def test_a_job_within_the_policy_is_taken(self, me: str) -> None:
        assert judged(me=me) == set()
        assert judged(job(**rehearsal()), me=me) == set()
        assert judged(job(**counting()), me=me) == set()

    @pytest.mark.parametrize(
        ("reason", "changed", "held"),
        [
            (JobReason.KIND_NOT_ALLOWED, {}, {"kinds": {}}),
            (JobReason.PURPOSE_NOT_ALLOWED, {"purpose": "marketing"}, {}),
            (JobReason.PROPOSER_NOT_ACCEPTED, {}, {"proposers": []}),
            (JobReason.HELPER_NOT_ACCEPTED, {}, {"helpers": []}),
            (JobReason.GROUND_NOT_ACCEPTED, {}, {"grounds": ["authorisations"]}),
            (JobReason.DATASET_NOT_OFFERED, {}, {"datasets": ["taxes"]}),
            (JobReason.LEVEL_TOO_HIGH, {}, {"level_max": 1}),
            (JobReason.ENGINE_NOT_ALLOWED, {}, {"engines": ["ecdh"]}),
            (JobReason.LEARN_NOT_ALLOWED, {}, {"learn": ["count"]}),
            (JobReason.MIN_SIZE_TOO_SMALL, {}, {"min_set_size": 1001}),
            (JobReason.ROWS_TOO_MANY, {}, {"max_rows": 99_999}),
            (JobReason.WAIT_TOO_LONG, {}, {"wait_seconds_max": 59}),
            (JobReason.MIN_SIZE_TOO_SMALL, counting(), {"min_count": 1001}),
            (JobReason.FIGURES_TOO_MANY, counting(), {"released_figures_per_job": 0}),
            (JobReason.ROWS_TOO_MANY, rehearsal(), {"max_rows": 9}),
        ],
        ids=lambda one: one.value if isinstance(one, JobReason) else "",
    )
    def test_each_rule_refuses_by_itself(
        self, reason: JobReason, changed: dict[str, Any], held: dict[str, Any]
    ) -> None:
        found = judged(job(**changed), policy(**held))
        extra = {JobReason.MIN_SIZE_TOO_SMALL} if reason is JobReason.FIGURES_TOO_MANY else set()
        assert found - extra == {reason}

    def test_a_rehearsal_that_would_fill_the_disk_is_refused(self) -> None:
        for large in (
            {"left": 10_000, "rows": 500_000},
            {"right": 1000, "products": 100, "rows": 90_000},
        ):
            asked = rehearsal() | {"parameters": {"kind": "rehearsal", **large}}
            assert judged(job(**asked)) == {JobReason.ROWS_TOO_MANY}

    def test_a_purpose_of_holders_own_serves_no_joint_job(self) -> None:
        kinds = {"alignment": ["own_customer_view"]}
        found = judged(job(purpose="own_customer_view"), policy(kinds=kinds))
        assert found == {JobReason.PURPOSE_OF_HOLDER_ONLY}

    def test_a_job_of_others_is_not_taken(self) -> None:
        assert JobReason.NOT_A_PARTY in judged(me=OTHER)

    def test_a_party_without_a_card_is_unknown(self) -> None:
        nodes = {one: node for one, node in NODES.items() if one != HELPER}
        assert judged(nodes=nodes) == {JobReason.PARTY_UNKNOWN}

    def test_time(self) -> None:
        assert judged(now=NOW - MOST_AHEAD) == set()
        assert judged(now=NOW - 2 * MOST_AHEAD) == {JobReason.NOT_YET_VALID}
        assert judged(now=NOW + 30 * DAY) == {JobReason.EXPIRED}

    def test_a_dataset_that_is_not_there(self) -> None:
        assert judged(spent=None) == {JobReason.DATASET_UNKNOWN}
        assert judged(spent=None, me=HELPER) == set()

    def test_the_budget_of_figures_counts_this_job_too(self) -> None:
        held = policy(released_figures_per_dataset_version=5)
        assert judged(job(**counting()), held, spent=Spent(4)) == set()
        assert judged(job(**counting()), held, spent=Spent(5)) == {JobReason.BUDGET_SPENT}
        assert judged(job(), held, spent=Spent(5)) == set()

    def test_near_duplicates_are_counted_by_partner(self) -> None:
        held = policy(joint_jobs_per_dataset_version=2)
        assert judged(held=held, spent=Spent(0, {LABEL: 1, OTHER: 9})) == set()
        assert judged(held=held, spent=Spent(0, {LABEL: 2})) == {JobReason.JOBS_TOO_SIMILAR}

    def test_all_reasons_are_told_at_once(self) -> None:
        held = Policy.model_validate(rules(proposers=[], helpers=[], datasets=[], engines=[]))
        assert judged(held=held) == {
            JobReason.PROPOSER_NOT_ACCEPTED,
            JobReason.HELPER_NOT_ACCEPTED,
            JobReason.DATASET_NOT_OFFERED,
            JobReason.ENGINE_NOT_ALLOWED,
        }

    def test_a_job_without_a_helper_asks_for_none(self) -> None:
        assert judged(job(**two_party()), policy(helpers=[])) == set()


class TestHelper:
    """Everything that would let it see both what is masked and the mask."""

    def held(self, **changed: NodeFacts) -> set[JobReason]:
        names = {"label": LABEL, "holder": HOLDER, "helper": HELPER}
        nodes = NODES | {names[name]: node for name, node in changed.items()}
        each = [judged(me=me, nodes=nodes) for me in (LABEL, HOLDER, HELPER)]
        assert each[0] == each[1] == each[2]
        return each[0]

    def test_stands_apart(self) -> None:
        landlord = NodeFacts(LANDLORD, "https://helper.example:7443")
        assert self.held(helper=landlord) == set()

    def test_run_by_a_data_party_is_refused(self) -> None:
        node = NodeFacts(HOLDER, "https://helper.example:7443")
        assert self.held(helper=node) == {JobReason.HELPER_IS_DATA_PARTY}

    def test_running_a_data_partys_node_is_refused(self) -> None:
        node = NodeFacts(HELPER, "https://bank.example:7443")
        assert self.held(label=node) == {JobReason.HELPER_IS_DATA_PARTY}

    def test_run_by_who_runs_a_data_partys_node_is_refused(self) -> None:
        found = self.held(
            helper=NodeFacts(LANDLORD, "https://helper.example:7443"),
            holder=NodeFacts(LANDLORD, "https://holder.example:7443"),
        )
        assert found == {JobReason.HELPER_IS_DATA_PARTY}

    def test_at_a_data_partys_address_is_refused(self) -> None:
        node = NodeFacts(HELPER, NODES[HOLDER].address.upper().replace("HTTPS", "https"))
        assert self.held(helper=node) == {JobReason.HELPER_IS_DATA_PARTY}

    def test_on_a_data_partys_host_is_refused(self) -> None:
        """Whoever owns the host reads the memory of both."""
        node = NodeFacts(HELPER, NODES[HOLDER].address.replace(":7443", ":9000"))
        assert self.held(helper=node) == {JobReason.HELPER_IS_DATA_PARTY}

    def test_on_ones_own_machine_ports_tell_the_nodes_of_a_trial_apart(self) -> None:
        nodes = {
            name: NodeFacts(party, f"https://127.0.0.1:{port}")
            for name, party, port in (("holder", HOLDER, 7001), ("helper", HELPER, 7002))
        }
        assert self.held(**nodes) == set()
        nodes["helper"] = NodeFacts(HELPER, "https://127.0.0.1:7001")
        assert self.held(**nodes) == {JobReason.HELPER_IS_DATA_PARTY}

    def test_run_through_a_third_party_is_refused(self) -> None:
        """The helper's node is run by a party whose own node a data party runs."""
        nodes = NODES | {
            HELPER: NodeFacts(OTHER, "https://helper.example:7443"),
            OTHER: NodeFacts(HOLDER, "https://other.example:7443"),
        }
        assert judged(nodes=nodes) == {JobReason.HELPER_IS_DATA_PARTY}


class TestUnderstood:
    @pytest.mark.parametrize(
        ("body", "reasons"),
        [
            ({"version": 1, "parameters": {"kind": "alignment"}}, []),
            ({"version": 2, "parameters": {"kind": "alignment"}}, [JobReason.VERSION_UNKNOWN]),
            ({"version": 1, "parameters": {"kind": "forest"}}, [JobReason.KIND_UNKNOWN]),
            ({"version": "1", "parameters": []}, []),
            ({}, []),
        ],
        ids=str,
    )
    def test_tells_later_programs_from_nonsense(
        self, body: dict[str, Any], reasons: list[JobReason]
    ) -> None:
        assert [one.reason for one in not_understood(body)] == reasons


class TestReasons:
    @pytest.mark.parametrize("reason", sorted(JobReason))
    def test_each_speaks_both_languages(self, reason: JobReason) -> None:
        for error in (JobRefused([Refusal(reason, "tax")]), ReleaseRefused([Refusal(reason)])):
            assert reason.text.en in error.say("en")
            assert reason.text.zh in error.say("zh")
            assert error.refusals[0].reason is reason
