"""The pages of a bank over an installation with real imports: invoices and loans of 66 firms, and a model."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from django.core.management import call_command
from tests.fusion.conftest import uscc
from tests.parties.accounts.samples import BANK
from tests.scoring.conftest import FIRMS, HOSTILE, HOSTILE_FIRM, name_of, write_files

from shuxin.catalogue.api import DataGroup, Level
from shuxin.consent.api import Purpose, uses_of
from shuxin.federation.api import verify_evidence
from shuxin.fusion.api import Holder, accept_all, import_folder, resolve_all
from shuxin.infra.api import now_in_china, settings_from_environment, silent_progress
from shuxin.portal.bootstrap import gate, start
from shuxin.portal.founding import set_up
from shuxin.portal.web.views.bank_attempts import new_key
from shuxin.scoring.api import keep_model, replay, train, training_set
from shuxin.scoring.models import DecisionRow
from shuxin.verification.api import read_trust

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.http import HttpResponse
    from tests.portal.web.conftest import Clock, Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.soak]
DAY = "2026-01-01"


@pytest.fixture(scope="module")
def bank_home(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: object
) -> Iterator[Path]:
    """A bank's home with data and a model; the database rows are the module's."""
    folder, patch = tmp_path_factory.mktemp("bank"), pytest.MonkeyPatch()
    patch.setenv("SHUXIN_HOME", str(folder / "home"))
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        settings, now = start(), now_in_china()
        set_up(settings, party=BANK, kind="bank", name="澜坪农商银行", now=now)
        write_files(folder / "files")
        holder = Holder(department="银行", place="bank", group=DataGroup.FINANCIAL, level=Level.L2)
        for _ in range(2):
            import_folder(
                folder / "files", holder=holder, settings=settings, by="tester", language="en",
                progress=silent_progress,
            )  # fmt: skip
            accept_all(settings=settings, by="tester")
        own = gate(settings)
        permit = own.permit_own(subject="*", purpose=Purpose.ENTITY_RESOLUTION, now=now)
        resolve_all(permit=permit, settings=settings, now=now, progress=silent_progress)
        permit = own.permit_own(subject="*", purpose=Purpose.MODEL_TRAINING, now=now)
        rows = training_set(as_of=None, permit=permit, settings=settings, now=now)
        made = train(rows, name="office", made_on="2026-11-21")
        facts = {"origin": "trained", "snapshot": rows.snapshot, "facts": {}, "by": "tester"}
        keep_model(made.bundle, now=now, **facts)
    yield folder / "home"
    patch.undo()
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        call_command("flush", verbosity=0, interactive=False)


@dataclass
class Desk:
    """An officer at the bank's site."""

    visitor: Visitor

    def get(self, address: str, language: str = "en", **headers: str) -> HttpResponse:
        self.visitor.browser.cookies["language"] = language
        return self.visitor.browser.get(address, headers=headers or None)

    def post(self, address: str, **form: str) -> HttpResponse:
        return self.visitor.browser.post(address, form)

    def text(self, address: str, language: str = "en", status: int = 200) -> str:
        answer = self.get(address, language)
        assert answer.status_code == status, answer.content.decode()[:3000]
        return re.sub(r"<[^>]+>", " ", answer.content.decode())


@pytest.fixture
def desk(bank_home: Path, officer: Visitor, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("SHUXIN_HOME", str(bank_home))
    officer.sign_in(clock)
    assert officer.is_in()
    return Desk(officer)


def kept_rows() -> list[DecisionRow]:
    return list(DecisionRow.objects.all())


def firm_url(firm: int) -> str:
    return f"/bank/customers/{uscc(firm)}"


class TestCustomers:
    @pytest.mark.parametrize("who", [uscc(12), name_of(12)])
    def test_are_found_by_code_and_by_name(self, desk: Desk, who: str) -> None:
        answer = desk.get(f"/bank/customers?q={quote(who)}")
        assert (answer.status_code, answer["Location"]) == (302, firm_url(12))

    def test_that_are_not_here_are_said_to_be_unknown(self, desk: Desk) -> None:
        assert (
            "no entity has this code or name"
            in desk.text("/bank/customers?q=nobody", status=404).lower()
        )

    def test_are_read_only_after_the_use_is_in_the_log(self, desk: Desk) -> None:
        before = len(uses_of(subject=uscc(12)))
        desk.text(firm_url(12))
        uses = uses_of(subject=uscc(12))
        assert len(uses) == before + 1
        assert uses[0][1:] == ("officer", "own_customer_view")

    def test_show_their_data_by_dataset_with_level_and_known_time(self, desk: Desk) -> None:
        text = desk.text(firm_url(12))
        assert name_of(12) in text
        assert "银行" in text
        assert "2025-1" in text

    def test_show_the_rows_of_one_dataset(self, desk: Desk) -> None:
        listed = desk.get(firm_url(12)).content.decode()
        links = re.findall(rf'href="({firm_url(12)}/data/[^"]+)"', listed)
        assert links
        for link in links:
            assert "2025" in desk.text(link)
        assert desk.get(f"{firm_url(12)}/data/nothing").status_code == 404

    def test_with_hostile_names_are_shown_as_text(self, desk: Desk) -> None:
        page = desk.get(firm_url(HOSTILE_FIRM)).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page
        assert HOSTILE.split("<")[0] in page

    def test_that_nobody_knows_answer_404(self, desk: Desk) -> None:
        assert desk.get(f"/bank/customers/{uscc(FIRMS + 500)}").status_code == 404


class TestPortrait:
    @pytest.mark.parametrize(("language", "word"), [("en", "last 12 months"), ("zh", "近 12 个月")])
    def test_has_features_with_window_and_meaning_of_empty(
        self, desk: Desk, language: str, word: str
    ) -> None:
        text = desk.text(f"{firm_url(12)}/portrait?as_of={DAY}", language)
        assert word in text
        assert {"en": "counts as 0", "zh": "按 0 计"}[language] in text

    def test_has_the_months_of_trade_as_a_chart_with_its_figures(self, desk: Desk) -> None:
        text = desk.text(f"{firm_url(12)}/portrait?as_of={DAY}")
        assert "Sales and purchases invoiced, by month" in text
        assert "2025-12" in text

    def test_refuses_what_is_no_day(self, desk: Desk) -> None:
        assert desk.get(f"{firm_url(12)}/portrait?as_of=soon").status_code == 400


class TestLocalScore:
    def test_adds_up_to_what_its_characteristics_gave(self, desk: Desk) -> None:
        page = desk.get(f"{firm_url(12)}/score?as_of={DAY}").content.decode()
        score = int(re.findall(r'class="big">(\d+)<', page)[0])
        table = desk.get(f"{firm_url(12)}/score?as_of={DAY}&lines-csv=1").content.decode(
            "utf-8-sig"
        )
        rows = list(csv.DictReader(io.StringIO(table)))
        assert score == sum(int(row["Points"]) for row in rows)

    def test_says_what_would_improve_it(self, desk: Desk) -> None:
        text = desk.text(f"{firm_url(12)}/score?as_of={DAY}")
        assert "What would improve it" in text
        assert re.search(r"\+\d+ points", text)

    def test_names_the_fields_behind_each_characteristic(self, desk: Desk) -> None:
        assert re.search(
            r"\w+\.(amount|issued_on|status)", desk.text(f"{firm_url(12)}/score?as_of={DAY}")
        )

    def test_of_a_day_ahead_is_refused_on_its_page(self, desk: Desk) -> None:
        ahead = (now_in_china() + dt.timedelta(days=40)).date()
        assert "lies ahead" in desk.text(f"{firm_url(12)}/score?as_of={ahead}", status=400)


class TestDecisions:
    def decided(self, desk: Desk, firm: int, key: str = "") -> str:
        """Address of the decision that the form led to."""
        form = {"key": key or new_key(), "as_of": DAY, "requested": ""}
        answer = desk.post(f"{firm_url(firm)}/decide", **form)
        assert answer.status_code == 302
        return str(desk.get(answer["Location"])["Location"])

    def test_are_made_once_however_often_the_form_is_sent(self, desk: Desk) -> None:
        key = new_key()
        first = self.decided(desk, 12, key)
        assert self.decided(desk, 12, key) == first
        assert len(kept_rows()) == 1
        listed = desk.get("/bank/decisions").content.decode()
        assert listed.count(f'href="{first}"') == 1

    def test_show_every_step_and_replay_identically(self, desk: Desk) -> None:
        address = self.decided(desk, 12)
        text = desk.text(f"{address}?replay=1")
        assert "Identical" in text
        for step in ("1. Points", "2. Risk", "3. Limit", "4. Reasons"):
            assert step in text
        assert "decides" in text

    def test_that_were_altered_are_not_shown(self, desk: Desk) -> None:
        address = self.decided(desk, 12)
        (row,) = kept_rows()
        parts = json.loads(row.evidence)
        parts["output"]["limit_fen"] += 100
        DecisionRow.objects.filter(pk=row.pk).update(evidence=json.dumps(parts))
        assert desk.get(f"{address}?replay=1").status_code == 409

    def test_of_one_firm_do_not_open_under_another(self, desk: Desk) -> None:
        address = self.decided(desk, 12)
        digest = address.rsplit("/", 1)[1]
        assert desk.get(f"{firm_url(13)}/decisions/{digest}").status_code == 404

    def test_leave_as_a_file_that_replays(self, desk: Desk) -> None:
        answer = desk.get(f"{self.decided(desk, 12)}/evidence.json")
        assert replay(answer.content).assessment.applicant.entity == uscc(12)

    def test_leave_as_evidence_that_holds_for_a_stranger(self, desk: Desk) -> None:
        address = self.decided(desk, 12)
        assert "Every link of the chain was checked just now and holds" in desk.text(
            f"{address}?replay=1"
        )
        trust = read_trust(desk.get(f"{address}/trust.json").content)
        data = desk.get(f"{address}/proof.json").content
        assert verify_evidence(data, trust=trust, now=now_in_china()).holds
        other = address.replace(uscc(12), uscc(13))
        assert desk.get(f"{other}/proof.json").status_code == 404

    def test_give_the_report_as_pdf(self, desk: Desk) -> None:
        assert desk.get(f"{firm_url(14)}/report.pdf").status_code == 404
        self.decided(desk, 14)
        answer = desk.get(f"{firm_url(14)}/report.pdf")
        assert answer.content.startswith(b"%PDF")
        assert answer["Content-Disposition"].startswith("attachment")

    def test_are_refused_without_a_key(self, desk: Desk) -> None:
        answer = desk.post(f"{firm_url(12)}/decide", as_of=DAY, requested="")
        assert answer.status_code == 404

    @pytest.mark.parametrize("typed", ["much", "0", "-3", "99999999999999999999"])
    def test_refuse_what_is_no_amount(self, desk: Desk, typed: str) -> None:
        form = {"key": new_key(), "as_of": DAY, "requested": typed}
        assert desk.post(f"{firm_url(12)}/decide", **form).status_code == 400


class TestPagesWithoutJointWork:
    @pytest.mark.parametrize(
        "address",
        [
            "/bank",
            "/bank/customers",
            "/bank/scores",
            "/bank/scores/new",
            "/bank/decisions",
            "/bank/authorisations",
        ],
    )
    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_stand_empty(self, desk: Desk, address: str, language: str) -> None:
        assert desk.get(address, language).status_code == 200

    def test_home_is_this_banks(self, desk: Desk) -> None:
        assert settings_from_environment().home.name == "home"
