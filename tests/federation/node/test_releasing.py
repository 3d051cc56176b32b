from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.federation.domain.samples import HELPER, HOLDER, LABEL, NOW, OTHER, counting, job
from tests.federation.node.world import VERSION, World, received, world

from shuxin.federation.domain.policy import POLICY_FILE
from shuxin.federation.domain.refusal import JobReason, ReleaseRefused
from shuxin.federation.engine.line import JobEnded
from shuxin.federation.models import JobRecord, JointUse, ReleaseAsked, Released
from shuxin.federation.node.jobs import stop
from shuxin.federation.node.releasing import ReleaseUnknown, Releasing, release_output
from shuxin.federation.node.view import job_view

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.django_db


def running(made: World, **changed: Any) -> str:
    job_id = received(made, **changed)
    JobRecord.objects.update(state="running")
    JointUse.objects.create(
        job_id=job_id, partner=LABEL, dataset="tax", dataset_version=VERSION, figures=0, at=NOW
    )
    return job_id


def releasing(
    made: World,
    job_id: str,
    *,
    pause: Callable[[float], None] = lambda _: None,
    ended: Callable[[], str | None] = lambda: None,
    **changed: Any,
) -> Releasing:
    return Releasing(made.services, job(**changed), job_id, ended, pause)


@pytest.fixture
def holder(tmp_path: Path) -> World:
    return world(tmp_path, me=HOLDER)


def reasons(ask: Releasing, *args: str, **sizes: int) -> set[JobReason]:
    with pytest.raises(ReleaseRefused) as refused:
        ask(*args, **sizes)
    assert Released.objects.count() == 0
    return {one.reason for one in refused.value.refusals}


class TestRelease:
    def test_is_in_the_log_before_it_returns(self, holder: World) -> None:
        job_id = running(holder)
        releasing(holder, job_id)("aligned", LABEL, size=1000, numbers=0)
        kind, facts = holder.entries(job_id)[-1]
        assert kind == "job-released"
        assert facts == {"output": "aligned", "to": LABEL, "size": 1000, "numbers": 0}
        row = Released.objects.get()
        assert (row.dataset, row.dataset_version) == ("tax", VERSION)

    def test_the_same_again_after_a_restart_is_one_release(self, holder: World) -> None:
        job_id = running(holder)
        for _ in range(2):
            releasing(holder, job_id)("aligned", LABEL, size=1000, numbers=0)
        assert holder.kinds_logged(job_id).count("job-released") == 1
        with pytest.raises(ValueError, match="once"):
            releasing(holder, job_id)("aligned", LABEL, size=1001, numbers=0)

    @pytest.mark.parametrize(
        ("name", "to"), [("aligned", HELPER), ("count", LABEL), ("rows", OTHER)]
    )
    def test_only_what_is_declared_leaves(self, holder: World, name: str, to: str) -> None:
        job_id = running(holder)
        found = reasons(releasing(holder, job_id), name, to, size=5000, numbers=0)
        assert found == {JobReason.OUTPUT_NOT_DECLARED}
        assert "job-released" not in holder.kinds_logged(job_id)

    def test_a_small_set_stays(self, holder: World) -> None:
        job_id = running(holder)
        found = reasons(releasing(holder, job_id), "aligned", LABEL, size=999, numbers=0)
        assert found == {JobReason.SET_TOO_SMALL}

    def test_the_policys_minimum_binds_above_the_jobs(self, holder: World) -> None:
        job_id = running(holder)
        holder.write_policy(min_set_size=2000)
        found = reasons(releasing(holder, job_id), "aligned", LABEL, size=1999, numbers=0)
        assert found == {JobReason.SET_TOO_SMALL}

    def test_a_small_count_stays(self, holder: World) -> None:
        job_id = running(holder, **counting())
        holder.write_policy(min_count=1500)
        ask = releasing(holder, job_id, **counting())
        assert reasons(ask, "count", LABEL, size=1499, numbers=1) == {JobReason.SET_TOO_SMALL}
        ask("count", LABEL, size=1500, numbers=1)

    def test_the_helper_goes_by_the_jobs_minimum(self, tmp_path: Path) -> None:
        made = world(tmp_path, me=HELPER)
        made.write_policy(min_set_size=5000)
        job_id = received(made)
        JobRecord.objects.update(state="running")
        ask = releasing(made, job_id)
        assert reasons(ask, "aligned", LABEL, size=999, numbers=0) == {JobReason.SET_TOO_SMALL}
        ask("aligned", LABEL, size=1000, numbers=0)

    def test_budgets_of_the_job_and_of_the_datasets_version(self, holder: World) -> None:
        job_id = running(holder, **counting())
        holder.write_policy(released_figures_per_job=3, released_figures_per_dataset_version=5)
        ask = releasing(holder, job_id, **counting())
        assert reasons(ask, "count", LABEL, size=1000, numbers=4) == {JobReason.FIGURES_TOO_MANY}
        JointUse.objects.create(
            job_id="9" * 64,
            partner=OTHER,
            dataset="tax",
            dataset_version=VERSION,
            figures=5,
            at=NOW,
        )
        assert reasons(ask, "count", LABEL, size=1000, numbers=1) == {JobReason.BUDGET_SPENT}

    def test_without_a_policy_nothing_leaves(self, holder: World) -> None:
        job_id = running(holder)
        (holder.services.folder / POLICY_FILE).unlink()
        found = reasons(releasing(holder, job_id), "aligned", LABEL, size=1000, numbers=0)
        assert found == {JobReason.POLICY_MISSING}

    def test_nothing_leaves_a_job_that_was_stopped(self, holder: World) -> None:
        job_id = running(holder)
        stop(job_id, by="wang", services=holder.services)
        with pytest.raises(JobEnded):
            releasing(holder, job_id)("aligned", LABEL, size=1000, numbers=0)
        assert Released.objects.count() == 0

    def test_when_the_log_fails_nothing_leaves(self, tmp_path: Path) -> None:
        made = world(tmp_path, me=HOLDER)
        job_id = running(made)

        def full(_: object) -> None:
            raise OSError("disk full")

        from dataclasses import replace

        broken = Releasing(replace(made.services, log=full), job(), job_id, lambda: None)
        with pytest.raises(OSError, match="disk full"):
            broken("aligned", LABEL, size=1000, numbers=0)
        assert Released.objects.count() == 0


class TestPerson:
    def test_waits_until_somebody_here_lets_it_go(self, holder: World) -> None:
        holder.write_policy(release="person")
        job_id = running(holder)
        seen = []

        def pause(_: float) -> None:
            view = job_view(job_id)
            seen.append((view.line.step, [(one.name, one.to, one.size) for one in view.to_release]))
            if len(seen) == 2:
                release_output(
                    job_id, name="aligned", to=LABEL, by="wang", services=holder.services
                )

        releasing(holder, job_id, pause=pause)("aligned", LABEL, size=1200, numbers=0)
        assert f"release of 'aligned' to {LABEL} waits for a person" in seen[0][0]
        assert seen[0][1] == [("aligned", LABEL, 1200)]
        assert holder.kinds_logged(job_id)[-2:] == ["job-release-allowed", "job-released"]
        assert job_view(job_id).to_release == ()

    def test_is_not_asked_again_after_a_restart(self, holder: World) -> None:
        holder.write_policy(release="person")
        job_id = running(holder)

        def killed(_: float) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            releasing(holder, job_id, pause=killed)("aligned", LABEL, size=1200, numbers=0)
        release_output(job_id, name="aligned", to=LABEL, by="wang", services=holder.services)
        releasing(holder, job_id, pause=killed)("aligned", LABEL, size=1200, numbers=0)
        assert ReleaseAsked.objects.count() == 1
        assert Released.objects.count() == 1

    def test_leave_for_a_large_set_is_none_for_a_small_one(self, holder: World) -> None:
        holder.write_policy(release="person")
        job_id = running(holder)
        ReleaseAsked.objects.create(
            job_id=job_id,
            name="aligned",
            to=LABEL,
            size=5000,
            numbers=0,
            asked_at=NOW,
            allowed_at=NOW,
        )
        with pytest.raises(ValueError, match="one size"):
            releasing(holder, job_id)("aligned", LABEL, size=1000, numbers=0)

    def test_a_stop_ends_the_wait(self, holder: World) -> None:
        holder.write_policy(release="person")
        job_id = running(holder)
        ask = releasing(holder, job_id, ended=lambda: "stopped")
        with pytest.raises(JobEnded):
            ask("aligned", LABEL, size=1200, numbers=0)

    def test_only_what_waits_can_be_let_go(self, holder: World) -> None:
        job_id = running(holder)
        with pytest.raises(ReleaseUnknown):
            release_output(job_id, name="aligned", to=LABEL, by="wang", services=holder.services)
