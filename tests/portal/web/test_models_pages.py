"""Joint models, what a job left, and services, as far as this party may see them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.federation.card.samples import contract_of, world_of
from tests.federation.domain import samples
from tests.federation.domain.samples import HOLDER
from tests.federation.scorecard.world import LABEL as LABEL_OF_RUN
from tests.federation.scorecard.world import firms_of, run_job
from tests.portal.web.node_site import Site, node_site

from shuxin.federation.card.calibration import Calibration
from shuxin.federation.card.contract import Contribution
from shuxin.federation.card.files import file_of
from shuxin.federation.domain.states import State
from shuxin.federation.models import ServiceEnd
from shuxin.infra.api import now_in_china
from shuxin.portal.web.views.models import calibrated_pd

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

pytestmark = [pytest.mark.django_db, pytest.mark.soak]
SAMPLE = world_of(contract_of(Contribution.BY_HOLDER), seed=8, holders=1)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, bytes]:
    """What a scorecard leaves at its label party."""
    _, outcome = run_job(firms_of(7, rows=200), tmp_path_factory.mktemp("card"))
    assert not outcome.failures
    found: dict[str, bytes] = outcome.kept[LABEL_OF_RUN]
    return found


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    made = node_site(tmp_path, monkeypatch)
    made.sign_in("li", "officer")
    return made


@pytest.fixture
def model(office: Site) -> str:
    """A scorecard is done, and this holder's part is here."""
    job_id = office.received(**samples.scorecard())
    office.moved(job_id, State.DONE, reason="", about="", ended_by="")
    (sample,) = SAMPLE.parts.values()
    part = replace(sample, job=job_id, party=HOLDER, holders=(HOLDER,))
    office.results(job_id, {"card": file_of(part), "summary": b"{}"})
    return job_id


class TestModels:
    def test_are_listed_with_role_and_partners(self, office: Site, model: str) -> None:
        shown = office.get("/models")
        assert "流水贷 2026" in shown
        assert "Bank of Tests" in shown
        assert f"/models/{model}" in shown

    def test_one_shows_parties_and_no_way_into_service_for_a_holder(
        self, office: Site, model: str
    ) -> None:
        shown = office.get(f"/models/{model}")
        assert "label party" in shown
        assert f"/models/{model}/service" not in shown
        assert office.status(f"/models/{model}/service") == 404

    def test_an_unknown_one_is_no_page(self, office: Site) -> None:
        assert office.status(f"/models/{'a' * 64}") == 404


class TestServices:
    def test_one_is_ended_here_once(self, office: Site, model: str) -> None:
        until = (now_in_china() + dt.timedelta(days=9)).isoformat(timespec="seconds")
        service = samples.service(scorecard=model, until=until)
        job_id = office.received(**service)
        office.moved(job_id, State.DONE, reason="")
        assert f"/services/{job_id}/end" in office.get("/models")
        assert office.post(f"/services/{job_id}/end") == 302
        assert office.post(f"/services/{job_id}/end") == 302
        assert ServiceEnd.objects.get(service=job_id).by == "li"
        assert f"/services/{job_id}/end" not in office.get("/models")

    def test_an_unknown_one_is_not_found(self, office: Site) -> None:
        assert office.post(f"/services/{'a' * 64}/end") == 404

    def test_a_calibrated_pd_keeps_the_order_and_one_with_slope_1_changes_nothing(self) -> None:
        same = Calibration(
            part="a" * 64, made_on="2026-06-01", intercept=0.0, intercept_error=0.1, slope=1.0,
            slope_error=0.1, rows=100, bads=9,
        )  # fmt: skip
        assert calibrated_pd(same, 0.3) == pytest.approx(0.3)
        steep = replace(same, slope=0.5, intercept=-1.0)
        assert calibrated_pd(steep, 0.1) < calibrated_pd(steep, 0.2)


class TestResult:
    def test_a_holder_sees_its_own_part_bin_by_bin(self, office: Site, model: str) -> None:
        (office.node.results_folder(model) / "summary").unlink()
        shown = office.get(f"/jobs/{model}/result")
        (sample,) = SAMPLE.parts.values()
        assert all(one.shape.name in shown for one in sample.characteristics)
        assert "How it came about" not in shown

    def test_the_label_party_sees_how_it_came_about(
        self, office: Site, kept: Mapping[str, bytes]
    ) -> None:
        job_id = office.received()
        office.results(job_id, {"report": kept["report"]})
        shown = office.get(f"/jobs/{job_id}/result", language="zh")
        assert "建模报告" in shown
        assert "标准误" in shown
        assert "信息值" in shown

    def test_nothing_left_is_no_page(self, office: Site) -> None:
        job_id = office.received()
        assert office.status(f"/jobs/{job_id}/result") == 404
        assert office.status(f"/jobs/{job_id}/codes.txt") == 404

    def test_codes_are_given_to_who_learns_the_rows(
        self, office: Site, kept: Mapping[str, bytes]
    ) -> None:
        job_id = office.received()
        names = ("rows", "aligned", "summary")
        office.results(job_id, {name: kept[name] for name in names})
        codes = office.browser.get(f"/jobs/{job_id}/codes.txt").content.split()
        assert len(codes) == 200
        assert all(len(code) == 18 for code in codes)
        assert "200" in office.get(f"/jobs/{job_id}/result")

    def test_a_damaged_part_is_told(self, office: Site, model: str) -> None:
        file = office.node.results_folder(model) / "card"
        file.write_bytes(file.read_bytes().replace(b"1", b"2", 1))
        assert office.status(f"/jobs/{model}/result") in {400, 409}
        assert "/models/" in office.get("/models")
