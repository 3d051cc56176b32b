from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from tests.federation.domain.samples import (
    DAY,
    HELPER,
    HOLDER,
    LABEL,
    NOW,
    OTHER,
    STRANGER,
    counting,
    values,
)
from tests.federation.node.world import (
    KEYS,
    STRANGERS_KEY,
    VERSION,
    World,
    approval,
    proposed,
    received,
    world,
)

from shuxin.federation.domain.job import JobInvalid, job_from
from shuxin.federation.domain.policy import POLICY_FILE
from shuxin.federation.domain.refusal import JobReason, JobRefused
from shuxin.federation.domain.states import JobStateForbids, State
from shuxin.federation.domain.words import Given
from shuxin.federation.models import Delivery, JobRecord, JointUse
from shuxin.federation.models import JobWord as WordRow
from shuxin.federation.node.book import JobUnknown
from shuxin.federation.node.jobs import approve, expire, propose, refuse, stop, take_job
from shuxin.federation.node.view import job_view, jobs
from shuxin.federation.node.words import take_word
from shuxin.kernel.statements import sign_statement

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db
FILLED = ("version", "nonce", "proposer", "proposed_at")


@pytest.fixture
def holder(tmp_path: Path) -> World:
    return world(tmp_path, me=HOLDER)


@pytest.fixture
def label(tmp_path: Path) -> World:
    return world(tmp_path, me=LABEL)


def form(**changed: Any) -> dict[str, Any]:
    return {name: value for name, value in values(**changed).items() if name not in FILLED}


def state_of(job_id: str) -> State:
    return job_view(job_id).line.state


def to_deliver() -> list[tuple[str, str]]:
    rows = Delivery.objects.filter(delivered_at=None).select_related("word").order_by("id")
    return [(row.peer, row.word.kind) for row in rows]


class TestPropose:
    def test_is_signed_logged_and_queued_for_every_party(self, label: World) -> None:
        job_id = propose(form(), by="li", services=label.services)
        view = job_view(job_id)
        assert view.line.state is State.APPROVED
        assert view.job is not None
        assert view.job.proposer == LABEL
        assert view.waits_for == (HOLDER, HELPER)
        assert [(one.party, one.by) for one in view.said] == [(LABEL, "li")]
        assert label.kinds_logged(job_id) == ["job-proposed", "job-approved"]
        both = ["job", "job-approval"]
        assert to_deliver() == [(one, kind) for kind in both for one in sorted((HOLDER, HELPER))]

    def test_the_same_form_twice_is_two_jobs(self, label: World) -> None:
        first = propose(form(), by="li", services=label.services)
        assert propose(form(), by="li", services=label.services) != first
        assert len(jobs()) == 2

    def test_the_own_policy_binds_the_proposer_too(self, label: World) -> None:
        label.write_policy(helpers=[])
        with pytest.raises(JobRefused) as refused:
            propose(form(), by="li", services=label.services)
        assert [one.reason for one in refused.value.refusals] == [JobReason.HELPER_NOT_ACCEPTED]
        assert label.entries()[0][1]["reason_1"] == "helper_not_accepted"
        assert (jobs(), to_deliver()) == ([], [])

    def test_a_form_that_is_no_job_is_refused(self, label: World) -> None:
        with pytest.raises(JobInvalid):
            propose(form(purpose="curiosity"), by="li", services=label.services)
        assert label.log == []

    def test_when_the_log_fails_nothing_was_proposed(self, label: World) -> None:
        def full(_: object) -> None:
            raise OSError("disk full")

        with pytest.raises(OSError, match="disk full"):
            propose(form(), by="li", services=replace(label.services, log=full))
        assert (jobs(), to_deliver()) == ([], [])


class TestTake:
    def test_a_job_within_the_policy_waits_for_a_person(self, holder: World) -> None:
        job_id = received(holder)
        assert state_of(job_id) is State.WAITING
        assert holder.kinds_logged(job_id) == ["job-received"]
        assert to_deliver() == []

    def test_the_same_again_changes_nothing(self, holder: World) -> None:
        received(holder)
        before = (JobRecord.objects.count(), WordRow.objects.count(), len(holder.log))
        received(holder)
        assert (JobRecord.objects.count(), WordRow.objects.count(), len(holder.log)) == before

    def test_a_refused_job_is_answered_with_all_reasons_and_logged(self, holder: World) -> None:
        holder.write_policy(helpers=[], datasets=[])
        job_id = received(holder)
        view = job_view(job_id)
        assert view.line.state is State.REFUSED
        assert view.ended_by == HOLDER
        reasons = (Given("helper_not_accepted", HELPER), Given("dataset_not_offered", "tax"))
        assert set(view.said[0].reasons) == set(reasons)
        assert holder.kinds_logged(job_id) == ["job-received", "job-refused"]
        facts = dict(holder.entries(job_id))["job-refused"]
        assert {facts["reason_1"], facts["reason_2"]} == {one.reason for one in reasons}
        assert to_deliver() == [(one, "job-refusal") for one in sorted((LABEL, HELPER))]

    @pytest.mark.parametrize(
        ("text", "reason"),
        [(None, "policy_missing"), ("kinds = 3", "policy_broken"), ("", "policy_broken")],
    )
    def test_without_a_readable_policy_every_job_is_refused(
        self, holder: World, text: str | None, reason: str
    ) -> None:
        file = holder.services.folder / POLICY_FILE
        file.unlink()
        if text is not None:
            file.write_text(text)
        assert job_view(received(holder)).line.reason == reason

    @pytest.mark.parametrize(
        ("changed", "reason"),
        [
            ({"version": 2}, "version_unknown"),
            ({"parameters": {"kind": "forest", "trees": 5}}, "kind_unknown"),
        ],
    )
    def test_a_job_of_a_later_program_is_answered_with_its_reason(
        self, holder: World, changed: dict[str, Any], reason: str
    ) -> None:
        statement = sign_statement("job", values(**changed), signer=KEYS[LABEL])
        take_job(LABEL, statement, services=holder.services)
        view = job_view(statement.hash)
        assert (view.line.state, view.line.reason, view.job) == (State.REFUSED, reason, None)
        assert holder.entries()[-1][1]["reason_1"] == reason
        assert to_deliver() == [(LABEL, "job-refusal")]

    def test_what_is_no_job_is_refused_and_not_kept(self, holder: World) -> None:
        body = values(limits={"rows": -1, "wait_seconds": 60})
        with pytest.raises(JobInvalid):
            take_job(
                LABEL, sign_statement("job", body, signer=KEYS[LABEL]), services=holder.services
            )
        assert jobs() == []

    @pytest.mark.parametrize(
        ("peer", "signer"),
        [(HELPER, KEYS[LABEL]), (LABEL, STRANGERS_KEY), (LABEL, KEYS[HELPER])],
        ids=["relayed", "signed by a stranger", "signed by another party"],
    )
    def test_only_the_proposers_own_node_and_key_count(
        self, holder: World, peer: str, signer: Any
    ) -> None:
        statement = job_from(values()).sign(signer=signer)
        with pytest.raises(JobRefused) as refused:
            take_job(peer, statement, services=holder.services)
        assert [one.reason for one in refused.value.refusals] == [JobReason.PROPOSER_UNPROVEN]
        assert jobs() == []
        assert holder.entries()[0][1]["reason_1"] == "proposer_unproven"

    def test_a_party_that_is_no_peer_here_refuses_the_job(self, holder: World) -> None:
        parties = [*values()["parties"], {"party": OTHER, "role": "holder"}]
        inputs = [*values()["inputs"], {**values()["inputs"][1], "party": OTHER}]
        outputs = [*values()["outputs"], {"name": "aligned", "to": OTHER}]
        job_id = received(holder, parties=parties, inputs=inputs, outputs=outputs)
        assert job_view(job_id).line.reason == "party_unknown"

    def test_a_spent_budget_refuses(self, holder: World) -> None:
        holder.write_policy(released_figures_per_dataset_version=1)
        used(figures=1)
        assert job_view(received(holder, **counting())).line.reason == "budget_spent"
        holder.versions["tax"] = "e" * 64
        again = received(holder, **counting(), nonce="1" * 32)
        assert state_of(again) is State.WAITING

    def test_too_many_jobs_with_one_partner_refuse(self, holder: World) -> None:
        holder.write_policy(joint_jobs_per_dataset_version=1)
        used()
        assert job_view(received(holder)).line.reason == "jobs_too_similar"

    def test_a_dataset_that_is_not_here_refuses(self, holder: World) -> None:
        holder.versions.clear()
        assert job_view(received(holder)).line.reason == "dataset_unknown"


def used(*, figures: int = 0) -> None:
    """Another job used the dataset with the label party."""
    JointUse.objects.create(
        job_id="9" * 64,
        partner=LABEL,
        dataset="tax",
        dataset_version=VERSION,
        figures=figures,
        at=NOW,
    )


class TestStanding:
    STANDING = {
        "kind": "alignment",
        "proposer": LABEL,
        "purposes": ["model_training"],
        "datasets": ["tax"],
        "helpers": [HELPER],
        "until": NOW + DAY,
    }

    def test_a_job_that_fits_is_approved_without_a_person(self, holder: World) -> None:
        holder.write_policy(standing=[self.STANDING])
        job_id = received(holder)
        view = job_view(job_id)
        assert view.line.state is State.APPROVED
        assert [(one.party, one.by) for one in view.said] == [(HOLDER, "standing:1")]
        assert to_deliver() == [(one, "job-approval") for one in sorted((LABEL, HELPER))]

    def test_another_one_waits(self, holder: World) -> None:
        holder.write_policy(standing=[self.STANDING | {"proposer": STRANGER}])
        assert state_of(received(holder)) is State.WAITING

    def test_the_rest_of_the_policy_still_holds(self, holder: World) -> None:
        holder.write_policy(standing=[self.STANDING], datasets=[])
        assert state_of(received(holder)) is State.REFUSED


class TestApprove:
    def test_all_approvals_make_it_ready_whatever_their_order(self, holder: World) -> None:
        job_id = received(holder)
        take_word(HELPER, approval(job_id, HELPER), services=holder.services)
        approve(job_id, by="wang", services=holder.services)
        assert state_of(job_id) is State.APPROVED
        assert job_view(job_id).waits_for == (LABEL,)
        assert LABEL in job_view(job_id).line.step
        take_word(LABEL, approval(job_id, LABEL), services=holder.services)
        assert state_of(job_id) is State.READY
        assert holder.kinds_logged(job_id) == [
            "job-received",
            *["job-approved"] * 3,
            "job-ready",
        ]

    def test_others_approvals_alone_never_start_it(self, holder: World) -> None:
        job_id = received(holder)
        for one in (LABEL, HELPER):
            take_word(one, approval(job_id, one), services=holder.services)
        assert state_of(job_id) is State.WAITING

    def test_the_approval_names_account_and_policy(self, holder: World) -> None:
        job_id = received(holder)
        approve(job_id, by="wang", services=holder.services)
        facts = dict(holder.entries(job_id))["job-approved"]
        assert len(str(facts["policy"])) == 64
        assert job_view(job_id).said[0].by == "wang"

    def test_a_job_changed_after_approval_is_another_job_without_approvals(
        self, holder: World
    ) -> None:
        job_id = received(holder)
        approve(job_id, by="wang", services=holder.services)
        changed = received(holder, limits={"rows": 100_000, "wait_seconds": 61})
        assert changed != job_id
        assert state_of(changed) is State.WAITING
        assert job_view(changed).waits_for == (LABEL, HOLDER, HELPER)

    def test_a_policy_that_changed_meanwhile_stops_the_approval(self, holder: World) -> None:
        job_id = received(holder)
        holder.write_policy(proposers=[])
        with pytest.raises(JobRefused):
            approve(job_id, by="wang", services=holder.services)
        assert state_of(job_id) is State.WAITING
        assert holder.kinds_logged(job_id) == ["job-received", "job-refused"]
        assert to_deliver() == []

    def test_twice_or_unknown_is_refused(self, holder: World) -> None:
        job_id = received(holder)
        approve(job_id, by="wang", services=holder.services)
        with pytest.raises(JobStateForbids):
            approve(job_id, by="wang", services=holder.services)
        with pytest.raises(JobUnknown):
            approve("0" * 64, by="wang", services=holder.services)


class TestRefuseAndStop:
    def test_a_person_refuses_and_all_are_told_why(self, holder: World) -> None:
        job_id = received(holder)
        refuse(job_id, by="wang", why="not\nthis year", services=holder.services)
        view = job_view(job_id)
        assert (view.line.state, view.line.reason) == (State.REFUSED, "by_person")
        assert view.said[0].reasons == (Given("by_person", "notthis year"),)
        assert "wang" in view.line.step
        assert "wang" not in str(WordRow.objects.get(kind="job-refusal").statement)
        assert len(to_deliver()) == 2
        with pytest.raises(JobStateForbids):
            approve(job_id, by="wang", services=holder.services)

    @pytest.mark.parametrize("state", [State.WAITING, State.APPROVED, State.READY, State.RUNNING])
    def test_whoever_wants_stops_an_open_job(self, holder: World, state: State) -> None:
        job_id = received(holder)
        JobRecord.objects.update(state=state.value)
        stop(job_id, by="wang", services=holder.services)
        assert state_of(job_id) is State.STOPPED
        assert to_deliver() == [(one, "job-stop") for one in sorted((LABEL, HELPER))]
        assert holder.kinds_logged(job_id)[-1] == "job-stopped"
        with pytest.raises(JobStateForbids):
            stop(job_id, by="wang", services=holder.services)

    def test_a_running_job_is_stopped_not_refused(self, holder: World) -> None:
        job_id = received(holder)
        JobRecord.objects.update(state="running")
        with pytest.raises(JobStateForbids):
            refuse(job_id, by="wang", services=holder.services)


class TestExpire:
    def test_what_did_not_start_in_time_ends(self, holder: World) -> None:
        job_id = received(holder)
        holder.clock.at = NOW + 30 * DAY
        assert expire(services=holder.services) == [job_id]
        assert state_of(job_id) is State.EXPIRED
        assert holder.entries(job_id)[-1] == ("job-ended", {"state": "expired"})
        assert expire(services=holder.services) == []

    def test_not_before_and_never_what_runs(self, holder: World) -> None:
        job_id = received(holder)
        holder.clock.at = NOW + 29 * DAY
        assert expire(services=holder.services) == []
        JobRecord.objects.update(state="running")
        holder.clock.at = NOW + 31 * DAY
        assert expire(services=holder.services) == []
        assert state_of(job_id) is State.RUNNING

    def test_an_expired_job_cannot_be_approved(self, holder: World) -> None:
        job_id = received(holder)
        holder.clock.at = NOW + 31 * DAY
        with pytest.raises(JobRefused) as refused:
            approve(job_id, by="wang", services=holder.services)
        assert [one.reason for one in refused.value.refusals] == [JobReason.EXPIRED]


class TestLog:
    def test_holds_hashes_and_codes_never_content(self, holder: World) -> None:
        job_id = received(holder, title="秘密标题")
        approve(job_id, by="wang", services=holder.services)
        said = b"".join(one.data for one in holder.log).decode()
        assert "wang" not in said
        assert "秘密" not in said
        assert "tax" not in said
        assert job_id == proposed(title="秘密标题").hash
