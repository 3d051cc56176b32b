"""A service as a job: rules over several fields, each naming its field, and the policy's say."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from tests.federation.domain.samples import (
    AGREED,
    DAY,
    HELPER,
    HOLDER,
    LABEL,
    NODES,
    NOW,
    OTHER,
    entering,
    job,
    policy,
    rules,
    scorecard,
    service,
)

from shuxin.federation.domain.figures import figures_of
from shuxin.federation.domain.job import JobInvalid, job_from
from shuxin.federation.domain.judging import judge_job
from shuxin.federation.domain.parameters import ServiceParameters
from shuxin.federation.domain.policy import Policy, Spent
from shuxin.federation.domain.refusal import JobReason, Refusal

HASHES = ("1" * 64, "2" * 64, "3" * 64)
PURPOSE = "credit_decision"


def serving(**changed: Any) -> Policy:
    kinds = rules()["kinds"] | {"service": [PURPOSE]}
    return policy(**{"kinds": kinds} | changed)


def judged(
    held: Policy | None = None,
    *,
    me: str = HOLDER,
    given: dict[str, Any] | None = None,
    **asked: Any,
) -> set[Refusal]:
    made = job(**service(**asked) | (given or {}))
    return set(judge_job(made, held or serving(), me=me, nodes=NODES, spent=Spent(), now=NOW))


def reasons(*given: Any, **asked: Any) -> set[JobReason]:
    return {one.reason for one in judged(*given, **asked)}


class TestServiceJob:
    def test_comes_back_from_its_own_text(self) -> None:
        for made in (job(**service()), job(**service(HOLDER, OTHER))):
            assert isinstance(made.parameters, ServiceParameters)
            assert job_from(made.body()) == made

    def test_lets_no_rows_enter_and_reads_no_fields_when_it_runs(self) -> None:
        made = job(**service())
        assert not made.enters_rows
        assert job(**scorecard()).enters_rows
        assert job().enters_rows
        assert made.fields_of(HOLDER) == made.fields_of(LABEL) == ()
        assert [figures_of(made, party=one) for one in (LABEL, HOLDER)] == [0, 0]

    @pytest.mark.parametrize(
        ("field", "changed"),
        [
            ("inputs", {"inputs": [entering(LABEL)]}),
            ("inputs", {"inputs": [entering(HOLDER, **AGREED)]}),
            (
                "inputs",
                {
                    "inputs": [
                        entering(LABEL),
                        entering(HOLDER, **AGREED),
                        entering(HOLDER, **AGREED),
                    ]
                },
            ),
            ("parties", {"parties": [*service()["parties"], {"party": HELPER, "role": "helper"}]}),
            ("parties", {"parties": [{"party": LABEL, "role": "label"}]}),
            (
                "inputs.features",
                {"inputs": [entering(LABEL), entering(HOLDER, **AGREED, features=["tax"])]},
            ),
            (
                "inputs.features",
                {"inputs": [entering(LABEL, features=["tax"]), entering(HOLDER, **AGREED)]},
            ),
            ("inputs.ground", {"inputs": [entering(LABEL), entering(HOLDER)]}),
            (
                "inputs.ground",
                {"inputs": [entering(LABEL, **AGREED), entering(HOLDER, **AGREED)]},
            ),
            ("inputs.basis", {"inputs": [entering(LABEL, basis=""), entering(HOLDER, **AGREED)]}),
            (
                "inputs.basis",
                {"inputs": [entering(LABEL), entering(HOLDER, **AGREED | {"basis": "b"})]},
            ),
            ("outputs", {"outputs": [{"name": "scores", "to": HOLDER}]}),
            ("outputs", {"outputs": [{"name": "card", "to": LABEL}]}),
            ("parameters.parts", service(parts=list(HASHES))),
            ("parameters.parts", service(HOLDER, OTHER, parts=[HASHES[0]])),
            ("parameters.until", service(until=NOW.isoformat())),
            ("parameters.until", service(until="9999-12-31T23:59:59+00:00")),
            ("parameters.service.until", service(until="2027-01-01T00:00:00")),
            ("parameters.service.until", service(until="tomorrow")),
            ("parameters.service.scorecard", service(scorecard="A" * 64)),
            ("parameters.service.scorecard", service(scorecard="a" * 64 + "\n")),
            ("parameters.service.label_part", service(label_part="")),
            ("parameters.service.parts.0", service(parts=["x"])),
            ("parameters.service.parts", service(parts=[])),
            ("parameters.service.subjects_per_day", service(subjects_per_day=0)),
            ("parameters.service.subjects_per_day", service(subjects_per_day=10_000_001)),
            ("parameters.service.times_per_day", service(times_per_day=0)),
            ("parameters.service.times_per_day", service(times_per_day=1001)),
            ("parameters.service.times_per_day", service(times_per_day=True)),
            ("parameters.service.status_seconds", service(status_seconds=4)),
            ("parameters.service.status_seconds", service(status_seconds=86_401)),
            ("parameters.service.status_seconds", service(status_seconds=60.0)),
            ("parameters.service.more", service(more=1)),
        ],
    )
    def test_each_rule_names_its_field(self, field: str, changed: dict[str, Any]) -> None:
        with pytest.raises(JobInvalid) as caught:
            job(**service() | changed)
        assert caught.value.facts["field"] == field

    def test_one_second_is_long_enough(self) -> None:
        shortly = NOW + dt.timedelta(seconds=1)
        asked = job(**service(until=shortly.isoformat())).parameters
        assert isinstance(asked, ServiceParameters)
        assert asked.until == shortly


class TestPolicyOnServices:
    @pytest.mark.parametrize("me", [LABEL, HOLDER])
    def test_a_service_within_the_policy_is_taken(self, me: str) -> None:
        assert judged(me=me) == set()

    @pytest.mark.parametrize(
        ("refusal", "least", "asked"),
        [
            (
                Refusal(JobReason.SERVICE_TOO_LONG, "89"),
                {"service_days_max": 90},
                {"until": (NOW + 90 * DAY).isoformat()},
            ),
            (
                Refusal(JobReason.SERVICE_TOO_MUCH, "99"),
                {"service_subjects_per_day_max": 100},
                {"subjects_per_day": 100},
            ),
            (
                Refusal(JobReason.SERVICE_TOO_MUCH, "6"),
                {"service_times_per_day_max": 7},
                {"times_per_day": 7},
            ),
            (
                Refusal(JobReason.STATUS_TOO_OLD, "29"),
                {"service_status_seconds_max": 30},
                {"status_seconds": 30},
            ),
        ],
        ids=["days", "subjects", "times", "status"],
    )
    def test_each_limit_holds_to_the_last_and_refuses_the_next(
        self, refusal: Refusal, least: dict[str, int], asked: dict[str, Any]
    ) -> None:
        assert judged(serving(**least), **asked) == set()
        lower = {name: most - 1 for name, most in least.items()}
        assert judged(serving(**lower), **asked) == {refusal}
        assert refusal.say("en") != refusal.say("zh")

    def test_none_runs_where_no_day_is_allowed(self) -> None:
        shortly = (NOW + dt.timedelta(seconds=1)).isoformat()
        assert reasons(serving(service_days_max=0), until=shortly) == {JobReason.SERVICE_TOO_LONG}

    def test_all_limits_are_told_at_once(self) -> None:
        held = serving(
            service_days_max=1,
            service_subjects_per_day_max=1,
            service_times_per_day_max=2,
            service_status_seconds_max=5,
        )
        assert {(one.reason, one.about) for one in judged(held)} == {
            (JobReason.SERVICE_TOO_LONG, "1"),
            (JobReason.SERVICE_TOO_MUCH, "1"),
            (JobReason.SERVICE_TOO_MUCH, "2"),
            (JobReason.STATUS_TOO_OLD, "5"),
        }

    @pytest.mark.parametrize(
        ("reason", "held", "given"),
        [
            (JobReason.KIND_NOT_ALLOWED, {"kinds": {}}, {}),
            (JobReason.PURPOSE_NOT_ALLOWED, {}, {"purpose": "model_training"}),
            (JobReason.GROUND_NOT_ACCEPTED, {"grounds": ["basis"]}, {}),
            (JobReason.DATASET_NOT_OFFERED, {"datasets": ["taxes"]}, {}),
            (JobReason.LEVEL_TOO_HIGH, {"level_max": 1}, {}),
            (JobReason.PROPOSER_NOT_ACCEPTED, {"proposers": []}, {}),
        ],
        ids=lambda one: one.value if isinstance(one, JobReason) else "",
    )
    def test_what_holds_for_every_job_holds_for_it(
        self, reason: JobReason, held: dict[str, Any], given: dict[str, Any]
    ) -> None:
        assert reasons(serving(**held), given=given) == {reason}

    def test_takes_nothing_of_the_budgets_of_jobs_and_rows(self) -> None:
        spent = Spent(10**6, {LABEL: 10**6})
        held = serving(max_rows=0, released_figures_per_job=0, joint_jobs_per_dataset_version=0)
        made = job(**service())
        assert judge_job(made, held, me=HOLDER, nodes=NODES, spent=spent, now=NOW) == ()
        absent = judge_job(made, held, me=HOLDER, nodes=NODES, spent=None, now=NOW)
        assert {one.reason for one in absent} == {JobReason.DATASET_UNKNOWN}

    def test_the_label_party_judges_the_limits_too(self) -> None:
        assert reasons(serving(service_days_max=89), me=LABEL) == {JobReason.SERVICE_TOO_LONG}
