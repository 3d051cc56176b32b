"""Officers read joint jobs and decide about them; what they see follows from the job and the policy here."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from tests.federation.domain import samples
from tests.federation.domain.samples import HELPER, HOLDER, LABEL
from tests.portal.web.node_site import STANDING, Site, node_site

from shuxin.federation.domain.states import State
from shuxin.federation.models import ReleaseAsked
from shuxin.federation.node.book import record_of
from shuxin.infra.api import now_in_china

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    return node_site(tmp_path, monkeypatch)


@pytest.fixture
def office(site: Site) -> Site:
    site.sign_in("li", "officer")
    return site


class TestList:
    def test_those_that_wait_for_a_person_here_come_first(self, office: Site) -> None:
        first = office.received(title="first of all")
        office.moved(first, State.DONE)
        office.received(title="waits for us")
        office.moved(office.received(title="third"), State.RUNNING)
        shown = office.get("/jobs")
        places = [shown.index(one) for one in ("waits for us", "third", "first of all")]
        assert places == sorted(places)
        assert "Bank of Tests" in shown
        assert "等待本方审批" in office.get("/jobs", language="zh")

    def test_is_empty_with_a_word(self, office: Site) -> None:
        assert "No joint job yet" in office.get("/jobs")

    def test_a_title_is_text_and_no_markup(self, office: Site) -> None:
        job_id = office.received(title="<script>alert(1)</script>")
        for path in ("/jobs", f"/jobs/{job_id}"):
            assert "<script>alert(1)" not in office.get(path)

    def test_only_a_bank_is_offered_to_propose(self, office: Site) -> None:
        assert "/jobs/propose" not in office.get("/jobs")
        assert office.status("/jobs/propose") == 404


class TestJob:
    def test_says_who_enters_what_and_who_learns_what(self, office: Site) -> None:
        shown = office.get(
            f"/jobs/{office.received(inputs=samples.values()['inputs'], **alignment())}"
        )
        assert "tax" in shown
        assert "which of its own firms all data parties have" in shown
        assert "as it has no key" in shown

    def test_shows_every_rule_and_what_breaks_it(self, office: Site) -> None:
        """The department has no such dataset."""
        job_id = office.received(inputs=samples.values()["inputs"], **alignment())
        assert office.view(job_id).line.state is State.REFUSED
        job_id = office.received()
        assert "that bear on it hold" in office.get(f"/jobs/{job_id}")
        (office.node.folder / "policy.toml").write_text("version = 1\n")
        shown = office.get(f"/jobs/{job_id}")
        assert "1 of" in shown
        assert "the policy of this node cannot be read" in shown

    def test_an_unknown_job_is_no_page(self, office: Site) -> None:
        assert office.status(f"/jobs/{'a' * 64}") == 404
        assert office.status(f"/jobs/{'a' * 64}/live") == 404
        assert office.post(f"/jobs/{'a' * 64}/approve") == 404

    def test_tells_why_and_by_whom_it_ended(self, office: Site) -> None:
        job_id = office.received()
        office.moved(job_id, State.FAILED, reason="peer_silent", ended_by=LABEL)
        shown = office.get(f"/jobs/{job_id}", language="zh")
        assert "另一方未按时应答" in shown
        assert "Bank of Tests" in shown


def alignment() -> dict[str, object]:
    parameters = {"kind": "alignment", "engine": "tags", "learn": "both", "min_size": 1000}
    outputs = [{"name": "aligned", "to": LABEL}, {"name": "aligned", "to": HOLDER}]
    return {"parameters": parameters, "outputs": outputs}


class TestDecide:
    def test_an_approval_is_a_signed_word_with_the_person_s_account(self, office: Site) -> None:
        job_id = office.received()
        assert office.post(f"/jobs/{job_id}/approve") == 302
        (said,) = [one for one in office.view(job_id).said if one.party == HOLDER]
        assert (said.kind, said.by) == ("job-approval", "li")
        assert office.view(job_id).line.state is State.APPROVED

    def test_the_same_again_changes_nothing(self, office: Site) -> None:
        for act in ("approve", "refuse", "stop"):
            job_id = office.received()
            assert office.post(f"/jobs/{job_id}/{act}", why="no") == 302
            before = office.view(job_id)
            assert office.post(f"/jobs/{job_id}/{act}", why="no") == 302
            assert office.view(job_id) == before

    def test_a_refusal_carries_its_words_to_the_others(self, office: Site) -> None:
        job_id = office.received()
        office.post(f"/jobs/{job_id}/refuse", why="not this year")
        view = office.view(job_id)
        assert (view.line.state, view.about) == (State.REFUSED, "not this year")
        assert "not this year" in office.get(f"/jobs/{job_id}")

    def test_what_cannot_be_done_any_more_says_so_on_the_page(self, office: Site) -> None:
        job_id = office.received()
        office.post(f"/jobs/{job_id}/refuse")
        answer = office.browser.post(f"/jobs/{job_id}/approve")
        assert answer.status_code == 409
        assert "job_state_forbids" in answer.content.decode()

    def test_a_job_that_the_policy_came_to_forbid_goes_on_waiting(self, office: Site) -> None:
        job_id = office.received()
        policy = office.node.folder / "policy.toml"
        policy.write_text(policy.read_text().replace("rehearsal =", "service ="))
        answer = office.browser.post(f"/jobs/{job_id}/approve")
        assert answer.status_code == 403
        assert "策略不允许该任务种类" in answer.content.decode()
        assert office.view(job_id).line.state is State.WAITING

    def test_an_output_leaves_when_a_person_says_so(self, office: Site) -> None:
        job_id = office.received()
        office.moved(job_id, State.RUNNING)
        ReleaseAsked.objects.create(
            job_id=job_id, name="verdict", to=LABEL, size=7, numbers=3, asked_at=now_in_china()
        )
        assert "waits for your leave" in office.get(f"/jobs/{job_id}")
        form = {"output": "verdict", "to": LABEL}
        assert office.post(f"/jobs/{job_id}/release", **form) == 302
        row = ReleaseAsked.objects.get(job_id=job_id)
        assert (row.allowed_by, row.allowed_at is None) == ("li", False)
        assert office.post(f"/jobs/{job_id}/release", **form) == 302
        assert office.post(f"/jobs/{job_id}/release", output="card", to=LABEL) == 404

    def test_get_changes_nothing(self, office: Site) -> None:
        job_id = office.received()
        assert office.status(f"/jobs/{job_id}/approve") == 405
        assert office.view(job_id).line.state is State.WAITING


class TestWho:
    def test_strangers_sign_in_first(self, site: Site) -> None:
        answer = site.browser.get("/jobs")
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/sign-in?next=/jobs")

    def test_auditors_read_and_decide_nothing(self, site: Site) -> None:
        job_id = site.received()
        site.sign_in("wu", "auditor")
        shown = site.get(f"/jobs/{job_id}")
        assert f"/jobs/{job_id}/approve" not in shown
        assert site.post(f"/jobs/{job_id}/approve") == 403
        assert site.status(f"/jobs/{job_id}/result") == 403
        assert site.status("/wire") == 403
        assert site.status("/uses") == 403
        assert site.status("/log") == 200

    def test_people_of_another_institution_are_not_admitted(self, site: Site) -> None:
        job_id = site.received()
        site.sign_in("zhao", "officer", party=LABEL)
        for path in ("/jobs", f"/jobs/{job_id}", "/policy", "/models", "/wire", "/uses", "/log"):
            assert site.status(path) == 403
        assert site.post(f"/jobs/{job_id}/approve") == 403


class TestASiteWithoutANode:
    def test_has_no_job_and_says_so(self, site: Site) -> None:
        job_id = "ab" * 32
        (site.node.folder / "node.toml").unlink()
        site.sign_in("li", "officer")
        for path in ("", "/live", "/result", "/codes.txt"):
            assert site.status(f"/jobs/{job_id}{path}") == 404, path
        for act in ("approve", "refuse", "stop", "release"):
            assert site.post(f"/jobs/{job_id}/{act}") == 404, act
        assert site.status(f"/wire/{job_id}") == site.status(f"/wire/{job_id}/message") == 404


class TestLive:
    def test_asks_for_the_whole_page_once_the_job_moved_on(self, office: Site) -> None:
        job_id = office.received()
        url = re.search(r'hx-get="([^"]+)"', office.get(f"/jobs/{job_id}"))
        assert url is not None
        address = url[1].replace("&amp;", "&")
        assert 'data-done="reload"' not in office.get(address)
        office.approved_by(job_id, HELPER)
        assert 'data-done="reload"' in office.get(address)

    def test_shows_messages_phases_common_firms_and_the_curve(self, office: Site) -> None:
        job_id = office.received()
        office.moved(job_id, State.RUNNING, step=f"waiting for {LABEL}: fit0/3/shares")
        office.came(job_id, "fit0/2/shares", b"12345678")
        results = office.node.job_folder(job_id) / "results"
        results.mkdir()
        (results / "summary").write_text('{"count": 1412}')
        points = [{"deviance": 1480.5, "slope": 178.0}, {"deviance": 1100.25, "slope": 48.0}]
        curve = {"format": "shuxin-fit-curve/1", "step": "fit0", "rows": 1200, "most": 20}
        (results / "curve.fit0").write_text(json.dumps({**curve, "points": points}))
        meter = office.node.meter_file(job_id)
        meter.parent.mkdir()
        meter.write_text(json.dumps({"phases": [["fit0", 130.0, 880.0]]}))
        shown = office.get(f"/jobs/{job_id}/live?seen=x", language="zh")
        assert "等待 Bank of Tests:联合回归，第 1 次拟合" in shown
        assert "1,412" in shown
        assert "1,480.5" in shown
        assert "0.88" in shown
        assert "joint regression, fit 1" in office.get(f"/jobs/{job_id}")

    def test_a_job_of_a_later_program_is_shown_as_far_as_it_can_be_read(self, office: Site) -> None:
        job_id = office.received()
        record = record_of(job_id)
        record.statement = record.statement.replace('"version":1', '"version":9')
        record.save()
        assert job_id in office.get(f"/jobs/{job_id}")
        assert office.get("/jobs")


class TestPolicy:
    def test_is_told_line_by_line_with_names_and_standing_approvals(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = node_site(tmp_path, monkeypatch, more=STANDING)
        made.sign_in("li", "officer")
        shown = made.get("/policy")
        assert "parties whose jobs are looked at at all" in shown
        assert "Bank of Tests" in shown
        assert "standing approval 1" in shown

    def test_a_broken_file_is_shown_with_what_is_wrong(self, office: Site) -> None:
        (office.node.folder / "policy.toml").write_text("level_max = 9\n")
        assert "every job is refused" in office.get("/policy")
        (office.node.folder / "policy.toml").unlink()
        assert "There is no policy file" in office.get("/policy")
