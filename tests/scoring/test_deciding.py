"""Decisions of the office: read under recorded permits, shared out, kept as evidence, or nothing at all."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.scoring.conftest import AS_OF, FIRMS, NOW
from tests.scoring.samples import CHURN, bundle

from shuxin.consent.api import ALL_SUBJECTS, PermitTooNarrow, uses_of
from shuxin.fusion.api import TRADE_FEATURES, ChurnRow, compute_features
from shuxin.scoring import deciding
from shuxin.scoring.allocation import BudgetInvalid
from shuxin.scoring.deciding import ApplicantTwice, Batch, Request, decide, with_churn
from shuxin.scoring.decision import Outcome
from shuxin.scoring.evidence import replay, with_model
from shuxin.scoring.models import DecisionRow
from shuxin.scoring.policy import ChurnMissing, LendingPolicy, Limits, PolicyInvalid
from shuxin.scoring.registry import ModelMissing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.scoring.conftest import Office

pytestmark = pytest.mark.django_db

EASY = LendingPolicy(
    limits=Limits(lowest=10_000), pd_refer=0.6, pd_decline=0.9, funding_rate=0.0, bad_rate=0.05
)
BUDGET = 100_000_000


def batch(
    office: Office, requests: Sequence[Request], *, budget_fen: int | None = None, **known: object
) -> Batch:
    work = {"as_of": AS_OF, "bundle": office.made.bundle, "policy": EASY, "now": NOW}
    work |= {"by": "tester", "settings": office.settings, "budget_fen": budget_fen}
    return decide(requests, **(work | known))  # type: ignore[arg-type]


@pytest.fixture
def requests(office: Office) -> list[Request]:
    """All firms but the borrowers' first ten, who ask for nothing in particular."""
    return [office.request(firm) for firm in range(11, FIRMS + 1)]


class TestDecide:
    def test_in_the_order_of_the_requests_and_out_of_the_data(
        self, office: Office, requests: list[Request]
    ) -> None:
        found = batch(office, requests)
        entities = [decision.assessment.applicant.entity for decision in found.decisions]
        assert entities == [request.entity for request in requests]
        assert {d.outcome for d in found.decisions} >= {Outcome.APPROVE, Outcome.DECLINE}
        table = compute_features(
            [(entities[5], AS_OF)],
            permits=[office.permit(ALL_SUBJECTS)],
            settings=office.settings,
            now=NOW,
        )
        expected = {f.name: table[f.name][0].as_py() for f in TRADE_FEATURES}
        assert found.decisions[5].assessment.applicant.features == expected

    def test_every_decision_is_kept_with_evidence_that_replays(
        self, office: Office, requests: list[Request]
    ) -> None:
        found = batch(office, requests[:9], budget_fen=BUDGET)
        rows = list(DecisionRow.objects.order_by("pk"))
        assert len(rows) == 9
        for row, decision, request in zip(rows, found.decisions, requests, strict=False):
            content = with_model(row.evidence.encode(), model=row.model.content.encode())
            again = replay(content)
            assert content in {evidence.content for evidence in found.evidences}
            assert again == decision
            assert (row.entity, row.outcome, row.limit_fen, row.rate_bp) == (
                request.entity, str(again.outcome), again.limit_fen, again.rate_bp,
            )  # fmt: skip
            assert row.use_id == request.permit.use_id
            assert row.model.content_hash == office.made.bundle.digest

    def test_the_use_of_each_is_recorded_before_its_data_are_read(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        entities = [office.entity(firm) for firm in (1, 2)]
        before = [len(uses_of(subject=entity)) for entity in entities]
        at_reading: list[list[int]] = []

        def watched(*given: object, **known: object) -> object:
            at_reading.append([len(uses_of(subject=entity)) for entity in entities])
            return compute_features(*given, **known)  # type: ignore[arg-type]

        monkeypatch.setattr(deciding, "compute_features", watched)
        batch(office, [office.request(1), office.request(2)])
        assert at_reading == [[count + 1 for count in before]]
        assert uses_of(subject=entities[0])[0] == (NOW, "tester", "credit_decision")

    def test_each_needs_a_permit_of_its_own(self, office: Office) -> None:
        one, other = office.request(1), office.request(2)
        crossed = [replace(one, permit=other.permit), replace(other, permit=one.permit)]
        for wrong in (crossed, crossed[:1]):
            with pytest.raises(PermitTooNarrow):
                batch(office, wrong)
        assert not DecisionRow.objects.exists()

    def test_of_one_who_is_not_known_nothing_is_made_up(self, office: Office) -> None:
        stranger = Request("91110108000000990X", 10_000_000, office.permit("91110108000000990X"))
        (decision,) = batch(office, [stranger]).decisions
        assert [gate.code for gate in decision.gates] == ["no_data"]
        assert decision.outcome is Outcome.REFER

    def test_the_same_enterprise_twice_is_a_question(self, office: Office) -> None:
        with pytest.raises(ApplicantTwice) as caught:
            batch(office, [office.request(1), office.request(2), office.request(1)])
        assert caught.value.facts == {"count": 1}

    @pytest.mark.parametrize("budget", [None, BUDGET])
    def test_nobody_applies(self, office: Office, budget: int | None) -> None:
        assert batch(office, [], budget_fen=budget).decisions == ()

    def test_nothing_is_kept_when_one_fails(self, office: Office) -> None:
        asked = [office.request(1), office.request(2)]
        with pytest.raises(BudgetInvalid):
            batch(office, asked, budget_fen=0)
        with pytest.raises(ModelMissing):
            batch(office, asked, bundle=bundle())
        assert not DecisionRow.objects.exists()

    def test_what_is_known_later_changes_no_past_decision(self, office: Office) -> None:
        early = dt.date(2025, 1, 1)
        (then,) = batch(office, [office.request(3)], as_of=early).decisions
        (now,) = batch(office, [office.request(3)]).decisions
        assert then.assessment.applicant.features != now.assessment.applicant.features
        assert (
            then.assessment.applicant.features["inv_out_amt_24m"]
            == (then.assessment.applicant.features["inv_out_amt_12m"])
        )


class TestBudget:
    def test_is_kept_and_shared_at_its_best(self, office: Office, requests: list[Request]) -> None:
        plain = batch(office, requests)
        wanted = sum(d.limit_fen for d in plain.decisions)
        budget = wanted // 3
        found = batch(office, requests, budget_fen=budget)
        assert found.allocation is not None
        assert found.allocation.gap is not None
        assert found.allocation.gap <= 1e-9
        limits = {d.assessment.applicant.entity: d.limit_fen for d in found.decisions}
        assert sum(limits.values()) == found.allocation.used_fen <= budget
        assert all(limits[key] == limit for key, limit in found.allocation.limits_fen.items())
        profit = sum(d.expected_profit_fen for d in found.decisions)
        assert profit == pytest.approx(found.allocation.profit_fen, abs=len(requests))
        for simple in (found.equal, found.proportional):
            assert simple is not None
            assert simple.used_fen <= budget
            assert simple.profit_fen <= found.allocation.profit_fen

    def test_who_goes_without_is_told_so(self, office: Office, requests: list[Request]) -> None:
        found = batch(office, requests, budget_fen=EASY.fen(20_000))
        without = [d for d in found.decisions if d.assessment.outcome is Outcome.APPROVE][1:]
        spent = [d for d in without if not d.limit_fen]
        assert len(spent) >= 2
        for decision in spent:
            assert decision.outcome is Outcome.DECLINE
            assert [gate.code for gate in decision.gates] == ["budget_spent"]

    @pytest.mark.soak
    def test_a_plentiful_one_changes_nothing(self, office: Office, requests: list[Request]) -> None:
        plain = batch(office, requests)
        found = batch(office, requests, budget_fen=10**12)
        assert found.decisions == plain.decisions


class TestChurn:
    def test_comes_from_the_imported_table(self, office: Office) -> None:
        found = with_churn(LendingPolicy(), settings=office.settings, now=NOW).churn
        assert [point.rate for point in found] == pytest.approx([0.04 + n / 100 for n in range(12)])
        assert found[7].lost == pytest.approx((7 / 14, 7 / 15, 7 / 16))

    def test_the_policys_own_goes_first(self, office: Office) -> None:
        own = LendingPolicy(churn=CHURN)
        assert with_churn(own, settings=office.settings, now=NOW) is own

    def test_without_any_nobody_can_be_priced(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(deciding, "churn_table", lambda **_: [])
        with pytest.raises(ChurnMissing):
            batch(office, [office.request(1)])

    @pytest.mark.parametrize(
        "rows",
        [
            [ChurnRow(4.65, (0.0, 0.0, 0.0))],
            [ChurnRow(0.04, (0.0, 0.0, 94.0))],
            [ChurnRow(0.04, (0.0, 0.0, 0.1)), ChurnRow(0.04, (0.0, 0.0, 0.2))],
            [ChurnRow(n / 2000, (0.0, 0.0, 0.0)) for n in range(1001)],
        ],
        ids=["percent", "percent lost", "a rate twice", "too many"],
    )
    def test_a_table_that_cannot_be_one_is_named(
        self, rows: list, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(deciding, "churn_table", lambda **_: rows)
        with pytest.raises(PolicyInvalid, match="rate_churn"):
            with_churn(LendingPolicy(), settings=office.settings, now=NOW)
