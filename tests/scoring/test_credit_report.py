"""The credit report: out of the newest decision, the same bytes every time, and nothing that was altered."""

from __future__ import annotations

import base64
import html
import json
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.fusion.conftest import uscc
from tests.permits import HOLDER, MemoryJournal, pinned
from tests.scoring.conftest import AS_OF, HOSTILE, HOSTILE_FIRM, NOW
from tests.scoring.report.pdf_text import text_of
from tests.scoring.samples import bundle
from tests.scoring.test_deciding import EASY, batch

import shuxin.portal
from shuxin.consent.api import Gate, PermitTooNarrow, Question, Tongue, Wanted, permit_subject
from shuxin.kernel.signing import Ed25519Key
from shuxin.parties.api import Directory, KeyRole, PartyKind, TrustAnchors
from shuxin.portal.subject.credit import last_credit, last_joint_score, report_file
from shuxin.portal.subject.sealing import MOST
from shuxin.scoring.credit_report import DecisionMissing, credit_report
from shuxin.scoring.decision import Outcome
from shuxin.scoring.evidence import EvidenceAltered, EvidenceInvalid
from shuxin.scoring.models import DecisionRow, TrainedModel
from shuxin.scoring.report.content import CreditReport, Verdict
from shuxin.scoring.report.html import report_html
from shuxin.scoring.report.pdf import report_pdf

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.scoring.conftest import Office

    from shuxin.consent.api import Permit

pytestmark = pytest.mark.django_db


def reported(office: Office, firm: int) -> CreditReport:
    entity = office.entity(firm)
    return credit_report(entity, permit=office.permit(entity), settings=office.settings, now=NOW)


def squeezed(text: str) -> str:
    """Without white space and the marks at which a line may break."""
    return "".join(text.replace("\u200b", "").split())


@pytest.fixture(scope="module")
def rows() -> list[DecisionRow]:
    """What the decisions on the firms 12 and 13 wrote: taken once, by the first test that wants them."""
    return []


@pytest.fixture
def decided(office: Office, rows: list[DecisionRow]) -> Callable[[int], None]:
    """Writes the first so many of these rows."""
    if not rows:
        batch(office, [office.request(12), office.request(13)])
        rows += DecisionRow.objects.order_by("pk")
        DecisionRow.objects.all().delete()

    def put(count: int) -> None:
        DecisionRow.objects.bulk_create(rows[:count])

    return put


class TestCreditReport:
    def test_tells_what_was_decided(self, office: Office) -> None:
        (decision,) = batch(office, [office.request(12)]).decisions
        assert decision.outcome is Outcome.APPROVE
        report = reported(office, 12)
        known = decision.assessment
        row = DecisionRow.objects.get()
        assert len(report.who.report_id) == 16
        assert report.ruling.grounds == ()
        assert report.ruling.verdict is Verdict.APPROVE
        assert (report.ruling.limit_fen, report.ruling.rate_bp) == (
            decision.limit_fen,
            decision.rate_bp,
        )
        assert (report.score.points, report.score.default_probability) == (
            known.scored.points,
            known.pd,
        )
        assert [r.text for r in report.reasons] == [r.text for r in known.reasons]
        assert [c.amount_fen for c in report.caps] == [c.amount_fen for c in known.limit.caps]
        assert [c.name for c in report.caps if c.is_bound] == [known.limit.bound_by.name]
        assert sum(group.points for group in report.groups) == sum(
            p for *_, p in known.scored.by_characteristic
        )
        assert report.evidence[0].value == row.evidence_hash
        assert report.evidence[1].value == office.made.bundle.digest
        sales = [month.sales_fen or 0 for month in report.months[-12:]]
        assert sum(sales) == known.applicant.features["inv_out_amt_12m"]

    def test_is_of_the_newest_decision(self, office: Office) -> None:
        batch(office, [office.request(12)])
        dear = EASY.model_copy(update={"funding_rate": 0.9})
        batch(office, [office.request(12)], policy=dear, now=NOW.replace(minute=1))
        assert reported(office, 12).ruling.verdict is Verdict.DECLINE

    @pytest.mark.soak
    def test_every_firm_can_be_reported_on(self, office: Office) -> None:
        firms = (20, 33)
        decisions = batch(office, [office.request(firm) for firm in firms]).decisions
        for firm, decision in zip(firms, decisions, strict=True):
            report = reported(office, firm)
            assert report.ruling.verdict == str(decision.outcome)
            for language in ("en", "zh"):
                assert report.who.report_id in report_html(report=report, language=language)

    def test_there_is_none_before_a_decision(self, office: Office) -> None:
        with pytest.raises(DecisionMissing):
            reported(office, 12)

    def test_needs_a_permit_for_this_enterprise(
        self, office: Office, decided: Callable[[int], None]
    ) -> None:
        decided(1)
        with pytest.raises(PermitTooNarrow):
            credit_report(
                office.entity(12),
                permit=office.permit(office.entity(13)),
                settings=office.settings,
                now=NOW,
            )


class TestAltered:
    """Whoever can write to the database cannot make a report say something else."""

    def put(self, **changes: object) -> None:
        DecisionRow.objects.filter(pk=DecisionRow.objects.order_by("pk")[0].pk).update(**changes)

    def test_a_changed_result(self, office: Office, decided: Callable[[int], None]) -> None:
        decided(1)
        said = DecisionRow.objects.get().evidence
        self.put(evidence=said.replace('"outcome":"approve"', '"outcome":"decline"'))
        with pytest.raises(EvidenceAltered):
            reported(office, 12)

    def test_the_evidence_of_another_enterprise(
        self, office: Office, decided: Callable[[int], None]
    ) -> None:
        decided(2)
        other = DecisionRow.objects.order_by("pk")[1]
        for changes in (
            {"evidence": other.evidence},
            {"evidence": other.evidence, "evidence_hash": other.evidence_hash},
        ):
            self.put(**changes)
            with pytest.raises(EvidenceAltered):
                reported(office, 12)

    def test_another_evidence_of_the_same_enterprise(self, office: Office) -> None:
        batch(office, [office.request(12)])
        batch(office, [office.request(12)], as_of=AS_OF.replace(year=2025))
        old = DecisionRow.objects.order_by("pk")[1]
        DecisionRow.objects.filter(pk=old.pk).delete()
        self.put(evidence=old.evidence)
        with pytest.raises(EvidenceAltered):
            reported(office, 12)

    def test_another_model(self, office: Office, decided: Callable[[int], None]) -> None:
        decided(1)
        TrainedModel.objects.update(content=bundle().content.decode())
        with pytest.raises(EvidenceAltered):
            reported(office, 12)

    @pytest.mark.parametrize("content", ["", "{}", "[" * 100_000])
    def test_no_evidence(
        self, content: str, office: Office, decided: Callable[[int], None]
    ) -> None:
        decided(1)
        self.put(evidence=content)
        with pytest.raises(EvidenceInvalid):
            reported(office, 12)


@pytest.fixture
def fonts() -> Path:
    folder = Path(shuxin.portal.__file__).parent / "static" / "vendor"
    if not (folder / "NotoSansSC-Regular.ttf").is_file():
        pytest.skip("the font is fetched by the set-up: make setup")
    return folder


class TestPages:
    @pytest.mark.soak
    def test_the_same_bytes_twice(
        self, office: Office, decided: Callable[[int], None], fonts: Path
    ) -> None:
        """That equal reports become equal papers in English too is shown in report/test_pdf.py."""
        decided(1)
        one, other = reported(office, 12), reported(office, 12)
        assert one == other
        for language in ("en", "zh"):
            assert len({report_html(report=r, language=language) for r in (one, other)}) == 1
        assert len({report_pdf(report=r, language="zh", fonts=fonts) for r in (one, other)}) == 1

    def test_a_hostile_name_is_printed_as_it_is(self, office: Office, fonts: Path) -> None:
        batch(office, [office.request(HOSTILE_FIRM)])
        report = reported(office, HOSTILE_FIRM)
        assert report.who.name == HOSTILE
        for language in ("en", "zh"):
            page = report_html(report=report, language=language)
            assert "<script>" not in page
            assert html.escape(HOSTILE, quote=False) in page
            paper = text_of(report_pdf(report=report, language=language, fonts=fonts))
            assert squeezed(HOSTILE) in squeezed(paper)


class TestSubject:
    """A lender's answer to the subject itself, on the word of the subject's own key."""

    def permit(self, firm: int) -> Permit:
        party, key = f"uscc:{uscc(firm)}", Ed25519Key(bytes([firm]) * 32)
        anchor = pinned(party, key, PartyKind.ENTERPRISE, KeyRole.SUBJECT)
        keys = Directory.build([], anchors=TrustAnchors(pinned=(anchor,)))
        gate = Gate(holder=HOLDER, reader="tester", keys=keys, journal=MemoryJournal())
        nonce, box = secrets.token_hex(16), "B" + "A" * 86
        asked = Question(nonce, party, HOLDER, Wanted.PORTRAIT, "", Tongue.ZH, box, NOW)
        return permit_subject(asked.sign(signer=key), gate=gate, now=NOW)

    def test_sees_its_last_decision_why_and_what_would_help(
        self, office: Office, decided: Callable[[int], None]
    ) -> None:
        decided(1)
        told = last_credit(self.permit(12), settings=office.settings, now=NOW)
        assert told is not None
        ours = reported(office, 12)
        assert (told["points"], told["verdict"]) == (round(ours.score.points), ours.ruling.verdict)
        assert [one["said"]["zh"] for one in told["reasons"]] == [r.text.zh for r in ours.reasons]
        assert told["improve"]
        assert all(one["points"] > 0 for one in told["improve"])
        assert json.loads(json.dumps(told)) == told

    def test_gets_its_report_as_a_file(
        self, office: Office, decided: Callable[[int], None]
    ) -> None:
        decided(1)
        made = report_file(self.permit(12), language="zh", settings=office.settings, now=NOW)
        assert base64.b64decode(made or "").startswith(b"%PDF")
        assert len(made or "") < MOST

    def test_sees_nobody_elses(self, office: Office, decided: Callable[[int], None]) -> None:
        decided(1)
        assert last_credit(self.permit(13), settings=office.settings, now=NOW) is None
        assert last_joint_score(self.permit(13), settings=office.settings) is None
        with pytest.raises(PermitTooNarrow):
            credit_report(
                office.entity(12), permit=self.permit(13), settings=office.settings, now=NOW
            )
