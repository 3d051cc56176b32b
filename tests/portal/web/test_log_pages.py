"""Uses by day with those behind them; the log with proofs that a stranger's program accepts."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from tests.portal.web.node_site import Site, node_site

from shuxin.consent.api import ALL_SUBJECTS
from shuxin.consent.models import Use
from shuxin.infra.api import now_in_china
from shuxin.ledger.api import (
    ConsistencyProof,
    LogProof,
    LogTrust,
    verify_checkpoint,
    verify_consistency,
    verify_proof,
)
from shuxin.portal.bootstrap import own_log

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db
FIRM = "91350200000000012X"


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    made = node_site(tmp_path, monkeypatch)
    made.sign_in("li", "officer")
    return made


def used(subject: str, *, days: int = 0, **changed: object) -> None:
    plain = {
        "reader": "wang",
        "purpose": "credit_decision",
        "highest_level": 2,
        "ground": "basis",
        "rests_on": "basis-1",
        "catalogues": ["tax"],
        "at": now_in_china() - dt.timedelta(days=days),
    }
    Use.objects.create(subject=subject, **{**plain, **changed})


class TestUses:
    def test_are_summed_up_by_day_reader_and_purpose(self, office: Site) -> None:
        for subject in (FIRM, FIRM, "91320594088140947F"):
            used(subject)
        used(FIRM, purpose="post_loan")
        used(FIRM, days=200)
        shown = office.get("/uses")
        assert shown.count("/uses/day?") == 2
        assert "credit" in shown
        assert '"stacked"' in shown

    def test_behind_a_line_stand_the_single_ones(self, office: Site) -> None:
        used(FIRM, log_index=3)
        used(ALL_SUBJECTS)
        day = now_in_china().date()
        address = f"/uses/day?day={day}&reader=wang&purpose=credit_decision&job="
        shown = office.get(address)
        assert FIRM in shown
        assert "all firms here" in shown
        assert "/log/3" in shown

    def test_a_day_without_any_is_no_page(self, office: Site) -> None:
        used(FIRM)
        for day in ("", "yesterday", "2026-01-01"):
            address = f"/uses/day?day={day}&reader=wang&purpose=credit_decision&job="
            assert office.status(address) == 404

    def test_those_under_secrecy_are_not_told(self, office: Site) -> None:
        used(FIRM, purpose="judicial_assistance", shown=False)
        assert "No uses of anybody" in office.get("/uses")


class TestLog:
    def test_lists_entries_in_words_the_newest_first(self, office: Site) -> None:
        office.received()
        shown = office.get("/log")
        assert "job received" in shown
        assert "收到任务" in office.get("/log", language="zh")
        assert shown.index("job received") < shown.index("peer pinned")

    def test_a_window_is_what_the_address_asks_for(self, office: Site) -> None:
        shown = office.get("/log?before=3")
        assert "Entries 0 to 2" in shown
        for nonsense in ("-1", "x", "9" * 30):
            assert office.status(f"/log?before={nonsense}") == 200

    def test_proofs_are_accepted_by_who_has_the_key_alone(self, office: Site) -> None:
        trust = LogTrust((own_log(office.settings).key,))
        old = own_log(office.settings).size
        office.received()
        proof = LogProof.parse(office.browser.get("/log/2/proof").content)
        assert verify_proof(proof, trust=trust).holds
        note = office.browser.get("/log/checkpoint.txt").content.decode()
        assert verify_checkpoint(note, trust=trust).holds
        grown = ConsistencyProof.parse(office.browser.get(f"/log/consistency?since={old}").content)
        assert verify_consistency(grown, trust=trust).holds

    def test_what_is_not_there_is_no_page(self, office: Site) -> None:
        for path in ("99999", "99999/proof", "consistency?since=0", "consistency?since=x"):
            assert office.status(f"/log/{path}") == 404
        assert office.status("/log/consistency?since=99999") == 404

    def test_an_entry_leads_to_its_job(self, office: Site) -> None:
        job_id = office.received()
        last = own_log(office.settings).size - 1
        assert f"/jobs/{job_id}" in office.get(f"/log/{last}")
