"""What came over the wire is shown in words and bytes; a value is looked for in it; attacks run beside the pages."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from tests.federation.domain.samples import LABEL
from tests.portal.web.node_site import Site, node_site

from shuxin.federation.api import ATTACKS
from shuxin.portal import redteam_run

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db
CODE = "91350200000000012X"
SHARES = bytes(range(256)) * 4


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    made = node_site(tmp_path, monkeypatch)
    made.sign_in("li", "officer")
    return made


@pytest.fixture
def job_id(office: Site) -> str:
    found = office.received()
    office.came(found, "fit0/3/shares", SHARES)
    office.came(found, "grants", f"x{CODE}y".encode())
    return found


class TestWire:
    def test_every_message_is_told_in_words(self, office: Site, job_id: str) -> None:
        shown = office.get(f"/wire/{job_id}")
        assert "slopes of all columns" in shown
        assert "shares: uniform each, figures when all are added up" in shown
        assert "各列的梯度" in office.get(f"/wire/{job_id}", language="zh")
        assert f"/wire/{job_id}" in office.get("/wire")

    def test_a_job_without_messages_is_not_in_the_list(self, office: Site) -> None:
        job_id = office.received()
        assert f"/wire/{job_id}" not in office.get("/wire")
        assert "are not kept here" in office.get(f"/wire/{job_id}")

    def test_bytes_are_shown_and_saved(self, office: Site, job_id: str) -> None:
        address = f"/wire/{job_id}/message?sender={quote(LABEL)}&name=fit0/3/shares"
        assert "00000010  10 11 12" in office.get(address)
        whole = office.browser.get(f"{address}&whole=1")
        assert whole.content == SHARES
        assert "attachment" in whole.headers["Content-Disposition"]

    def test_no_other_file_is(self, office: Site, job_id: str) -> None:
        for name in ("fit0/9/shares", "../../../node.toml", ""):
            address = f"/wire/{job_id}/message?sender={quote(LABEL)}&name={quote(name)}&whole=1"
            assert office.status(address) == 404


class TestSearch:
    def test_a_value_that_came_is_found_with_its_place(self, office: Site, job_id: str) -> None:
        answer = office.browser.post(f"/wire/{job_id}", {"value": f" {CODE.lower()} "})
        shown = answer.content.decode()
        assert "找到" in shown
        assert "signed authorisations" in office_in_english(office, job_id, CODE)

    def test_a_value_that_did_not_come_is_not(self, office: Site, job_id: str) -> None:
        shown = office_in_english(office, job_id, "91320594088140947F")
        assert "Not found" in shown
        assert "2 messages" in shown

    def test_one_that_cannot_be_searched_is_refused_at_its_field(
        self, office: Site, job_id: str
    ) -> None:
        for value in ("", "x" * 300):
            answer = office.browser.post(f"/wire/{job_id}", {"value": value})
            assert answer.status_code == 400
            assert 'id="value-error"' in answer.content.decode()

    def test_markup_in_a_value_is_text(self, office: Site, job_id: str) -> None:
        assert "<script>x" not in office_in_english(office, job_id, "<script>x()</script>")


def office_in_english(office: Site, job_id: str, value: str) -> str:
    office.browser.cookies["language"] = "en"
    return office.browser.post(f"/wire/{job_id}", {"value": value}).content.decode()


class TestRedteam:
    def test_a_run_is_begun_once_and_shown_as_far_as_it_is(
        self, office: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        started: list[list[str]] = []

        class Process:
            def __init__(self, command: list[str], *, pass_fds: list[int], **_: object) -> None:
                started.append(command)
                self.held = os.dup(pass_fds[0])

            def wait(self) -> int:
                return 0

        monkeypatch.setattr(redteam_run.subprocess, "Popen", Process)
        assert "Run the attacks" in office.get("/wire/redteam")
        assert office.post("/wire/redteam/begin") == 302
        assert office.post("/wire/redteam/begin") == 302
        assert len(started) == 1
        assert "being prepared" in office.get("/wire/redteam")
        assert "being prepared" in office.get("/wire/redteam/live")

    def test_what_an_attack_got_is_told_beside_the_copy_without_the_defence(
        self, office: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        quick = tuple(one for one in ATTACKS if one.ours is None)
        monkeypatch.setattr("shuxin.federation.redteam.table.ATTACKS", quick)
        folder = office.node.folder / "redteam"
        folder.mkdir()
        redteam_run.run(folder, seed=3)
        found = redteam_run.last_run(folder)
        assert found is not None
        assert (found.total, found.is_running, found.was_cut) == (len(quick), False, False)
        shown = office.get("/wire/redteam")
        assert "0 not as claimed" in shown
        assert "not run here" in shown

    def test_a_run_that_was_killed_is_said_to_be_cut(self, office: Site) -> None:
        folder = office.node.folder / "redteam"
        folder.mkdir()
        report = {"attacks": [], "seed": 1}
        said = {"total": 9, "report": report, "now": None, "began": "2026-06-01T09:00+08:00"}
        (folder / "run.json").write_text(json.dumps(said))
        assert "was interrupted" in office.get("/wire/redteam")
