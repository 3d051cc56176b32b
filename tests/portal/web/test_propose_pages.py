"""A bank proposes a job in three steps; what is wrong stands at its field, and nothing is sent unchecked."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import pytest
from tests.federation.domain.samples import HELPER, LABEL
from tests.portal.web.node_site import Site, node_site

from shuxin.federation.api import jobs
from shuxin.federation.models import Delivery
from shuxin.portal.web.routes import propose

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.django_db, pytest.mark.soak]
OWN, THEIRS = "loans", "tax"


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A bank with one dataset; the catalogue stands beside these tests."""
    made = node_site(tmp_path, monkeypatch, kind="bank")
    made.sign_in("li", "officer")
    monkeypatch.setattr(propose, "own_datasets", lambda: [OWN])
    monkeypatch.setattr(propose, "own_fields", lambda _: ["overdue", "turnover"])
    monkeypatch.setattr("shuxin.portal.node_services._version_of", lambda _: "d" * 64)
    return made


def start(kind: str = "alignment", **changed: str) -> str:
    asked = {"kind": kind, "holder": LABEL, "helper": HELPER, "dataset": OWN} | changed
    return urlencode(asked)


def typed(site: Site, **changed: Any) -> dict[str, Any]:
    shown = site.get(f"/jobs/propose/data?{start()}")
    found = re.search(r'<option value="(model_training-[^"]+)"', shown)
    assert found is not None
    plain = {
        "title": "find our common firms",
        "purpose": "model_training",
        "from": "2025-01-01",
        "to": "2026-01-01",
        "days": "7",
        f"basis-{site.node.party}": found[1],
        f"level-{site.node.party}": "2",
        f"dataset-{LABEL}": THEIRS,
        f"ground-{LABEL}": "authorisations",
        f"level-{LABEL}": "2",
        "parameters.min_size": "1000",
    }
    return plain | changed


def checked(site: Site, query: str, **changed: Any) -> tuple[int, str]:
    site.browser.cookies["language"] = "en"
    answer = site.browser.post(f"/jobs/propose/data?{query}", typed(site, **changed))
    return answer.status_code, answer.content.decode()


def hidden_job(shown: str) -> str:
    found = re.search(r'name="job" value="([^"]+)"', shown)
    assert found is not None
    return html.unescape(found[1])


class TestFirstStep:
    def test_offers_kinds_peers_and_own_datasets(self, office: Site) -> None:
        shown = office.get("/jobs/propose")
        for one in ("Joint scorecard", "Bank of Tests", "Notary of Tests", OWN):
            assert one in shown

    def test_what_does_not_fit_is_said_at_its_field(self, office: Site) -> None:
        for query, field in (
            (start(holder=""), "holder"),
            (start(helper=LABEL), "helper"),
            (start("scorecard", helper=""), "helper"),
            (start(dataset="other"), "dataset"),
            (start(kind="service"), "kind"),
        ):
            answer = office.browser.get(f"/jobs/propose?{query}")
            assert answer.status_code == 400
            assert re.findall(r'id="(\w+)-error"', answer.content.decode()) == [field]
            assert office.status(f"/jobs/propose/data?{query}") == 302

    def test_whole_choices_lead_to_the_second(self, office: Site) -> None:
        answer = office.browser.get(f"/jobs/propose?{start()}")
        assert answer.status_code == 302
        assert quote(LABEL) in answer.headers["Location"]


class TestSecondStep:
    def test_parameters_have_the_schema_s_words_ranges_and_defaults(self, office: Site) -> None:
        shown = office.get(f"/jobs/propose/data?{start('scorecard')}", language="zh")
        assert "单特征最大细分箱数" in shown
        assert "2 – 50" in shown
        assert 'name="parameters.max_fine"' in shown

    def test_what_does_not_fit_is_said_at_its_field(self, office: Site) -> None:
        wrong = {
            f"dataset-{LABEL}": "",
            "from": "yesterday",
            "days": "900",
            "parameters.min_size": "many",
            "limits.wait_seconds": "1",
        }
        status, shown = checked(office, start(), **wrong)
        assert status == 400
        assert all(f'id="{field}-error"' in shown for field in wrong)
        assert shown.count('class="wrong"') == len(wrong)
        for changed, field in (
            ({f"ground-{LABEL}": "basis"}, f"basis-{LABEL}"),
            ({"to": "2024-01-01"}, "to"),
            ({"parameters.min_size": "0"}, "parameters.min_size"),
            ({"purpose": "whatever"}, "purpose"),
        ):
            status, shown = checked(office, start(), **changed)
            assert (status, f'id="{field}-error"' in shown) == (400, True)
        assert not jobs()

    def test_a_target_is_no_feature(self, office: Site) -> None:
        more = {
            "parameters.model": "m", "target": "overdue", "bad": "1",
            f"features-{office.node.party}": ["overdue", "turnover"], f"features-{LABEL}": "sales",
        }  # fmt: skip
        status, shown = checked(office, start("scorecard"), **more)
        assert status == 400
        assert f'id="features-{office.node.party}-error"' in shown


class TestThirdStep:
    def test_shows_the_job_and_sends_nothing(self, office: Site) -> None:
        status, shown = checked(office, start())
        assert status == 200
        assert "which of its own firms all data parties have" in shown
        assert "that bear on it hold" in shown
        assert not jobs()

    def test_what_the_own_policy_refuses_cannot_be_sent(self, office: Site) -> None:
        more = {
            "parameters.model": "m", "target": "overdue", "bad": "1",
            f"features-{LABEL}": "sales\r\nstaff",
        }  # fmt: skip
        status, shown = checked(office, start("scorecard"), **more)
        assert status == 200
        assert "does not allow this kind of job" in shown
        assert "/jobs/propose/send" not in shown

    def test_is_sent_once_however_often_the_form_is(self, office: Site) -> None:
        job = hidden_job(checked(office, start())[1])
        first = office.browser.post("/jobs/propose/send", {"job": job})
        again = office.browser.post("/jobs/propose/send", {"job": job})
        assert first.status_code == again.status_code == 302
        assert first.headers["Location"] == again.headers["Location"]
        (line,) = jobs()
        assert line.title == "find our common firms"
        assert set(Delivery.objects.values_list("peer", flat=True)) == {LABEL, HELPER}

    def test_brings_what_is_kept_and_says_when_that_is_nothing(self, office: Site) -> None:
        shown = checked(office, start())[1]
        assert "No authorisation kept here fits" in shown
        answer = office.browser.post("/jobs/propose/send", {"job": hidden_job(shown)})
        job_id = answer.headers["Location"].rpartition("/")[2]
        assert (office.node.folder / "grants" / f"{job_id}.jsonl").read_bytes() == b""
        on_basis = {f"ground-{LABEL}": "basis", f"basis-{LABEL}": "joint-1"}
        assert "No authorisation kept" not in checked(office, start(), **on_basis)[1]

    def test_a_policy_that_changed_meanwhile_refuses_it(self, office: Site) -> None:
        job = hidden_job(checked(office, start())[1])
        policy = office.node.folder / "policy.toml"
        policy.write_text(policy.read_text().replace("alignment =", "service ="))
        answer = office.browser.post("/jobs/propose/send", {"job": job})
        assert answer.status_code == 403
        assert not jobs()

    def test_nonsense_is_refused(self, office: Site) -> None:
        for job in ("", "{", "[]", "{}", json.dumps({"parties": 3})):
            assert office.post("/jobs/propose/send", job=job) == 400
        assert not jobs()
