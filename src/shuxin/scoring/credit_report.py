"""The credit report of one enterprise (企业信用报告), out of a decision that was kept."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from shuxin.catalogue.api import load_history
from shuxin.consent.api import Purpose
from shuxin.fusion.api import Measure as FeatureMeasure
from shuxin.fusion.api import (
    Window,
    business_of,
    datasets_of,
    names_of,
    rows_behind,
    standard_named,
)
from shuxin.kernel.errors import NotFound
from shuxin.kernel.text import Text
from shuxin.scoring.bundle import read_bundle
from shuxin.scoring.characteristics import GROUPS
from shuxin.scoring.decision import Outcome
from shuxin.scoring.evidence import EvidenceAltered, policy_and_model, replay, with_model
from shuxin.scoring.explaining import TRADES, features_shown, sources_of, traced
from shuxin.scoring.models import DecisionRow
from shuxin.scoring.registry import last_evaluation, model_row
from shuxin.scoring.report.content import (
    BuyerShares,
    Cap,
    CreditReport,
    DataUse,
    Evidence,
    Figure,
    GradeBand,
    GroupPoints,
    Measure,
    MonthAmounts,
    Origin,
    PricePart,
    PriceShown,
    Quantity,
    Reason,
    Ruling,
    ScoreShown,
    Verdict,
    Who,
)
from shuxin.scoring.validation import model_shown

if TYPE_CHECKING:
    import datetime as dt

    from shuxin.consent.api import Permit
    from shuxin.fusion.api import Feature
    from shuxin.infra.api import Settings
    from shuxin.scoring.bundle import Bundle
    from shuxin.scoring.decision import Decision
    from shuxin.scoring.evidence import EvidenceParts
    from shuxin.scoring.explaining import TracedReason
    from shuxin.scoring.policy import LendingPolicy

BANDS = (
    ("D", 300),
    ("C", 520),
    ("B", 560),
    ("BB", 580),
    ("BBB", 600),
    ("A", 620),
    ("AA", 640),
    ("AAA", 660),
)
"""Grades on the scale of 600 points at 50:1, DOMAIN 9.7."""
_HORIZON_MONTHS = 12
_YEARS_SHOWN = Window(1, 24)
_MEASURES = {
    FeatureMeasure.FEN: Measure.MONEY,
    FeatureMeasure.RATIO: Measure.NUMBER,
    FeatureMeasure.COUNT: Measure.COUNT,
    FeatureMeasure.MONTHS: Measure.MONTHS,
    FeatureMeasure.DAYS: Measure.DAYS,
    FeatureMeasure.PER_MONTH: Measure.NUMBER,
    FeatureMeasure.FLAG: Measure.COUNT,
    FeatureMeasure.POINTS: Measure.POINTS,
    FeatureMeasure.KWH: Measure.COUNT,
    FeatureMeasure.M3: Measure.COUNT,
}
_SHARES = ("_share_", "_rate_", "_top1_", "_top5_", "_yoy_", "_kept_", "vat_burden")
_PURPOSE = Text(en="credit decision", zh="授信决策")
_FUNDING = Text(en="cost of funding", zh="资金成本")
_EXPECTED_LOSS = Text(en="expected loss", zh="预期损失")
_MARGIN = Text(en="handling and margin", zh="运营成本与利润")
_CONTACT = Text(en="the institution that gave you this report", zh="向您提供本报告的机构")
_DECISION_HASH = Text(en="decision (SHA-256)", zh="决策证据(SHA-256)")
_POLICY_HASH = Text(en="policy (SHA-256)", zh="信贷政策(SHA-256)")
_MODEL_HASH = Text(en="model (SHA-256)", zh="模型(SHA-256)")


class DecisionMissing(NotFound):
    code = "decision_missing"
    what = Text(en="nothing was decided on this enterprise yet", zh="尚无该企业的授信决策")
    mend = Text(en="Run 'shuxin decide' on it first", zh="请先对其运行 shuxin decide")


def last_decision(entity: str) -> tuple[Decision, EvidenceParts]:
    """The newest decision, computed anew from its evidence, and what it was made with.

    Raises DecisionMissing; EvidenceAltered also where the evidence kept is another decision's.
    """
    rows = DecisionRow.objects.filter(entity=entity).select_related("model")
    row = rows.order_by("-at", "-pk").first()
    if row is None:
        raise DecisionMissing
    content = with_model(row.evidence.encode(), model=row.model.content.encode())
    decision, parts = replay(content), policy_and_model(content)
    if (decision.assessment.applicant.entity, parts.digest) != (entity, row.evidence_hash):
        raise EvidenceAltered
    return decision, parts


def credit_report(
    entity: str, *, permit: Permit, settings: Settings, now: dt.datetime
) -> CreditReport:
    """The report of the newest decision, which is computed anew from its evidence and compared.

    The subject may see its own.
    Raises DecisionMissing, EvidenceInvalid, EvidenceAltered, PermitTooNarrow, LevelAbovePermit.
    """
    permit.require(entity)
    if permit.purpose is not Purpose.SUBJECT_ACCESS:
        permit.require_purpose(Purpose.CREDIT_DECISION)
    decision, parts = last_decision(entity)
    policy, bundle = parts.policy, read_bundle(parts.model)
    known = decision.assessment
    as_of = known.applicant.as_of
    reasons = traced([decision], permits=[permit], settings=settings, now=now)[0]
    business = business_of(entity, as_of=as_of, permit=permit, settings=settings, now=now)
    name, code = names_of([entity], permits=[permit]).get(entity, ("", ""))
    medians = model_row(bundle.digest).facts.get("medians", {})
    report = CreditReport(
        who=Who(name or entity, code or entity, as_of, "", _PURPOSE, permit.reader),
        ruling=_ruling(decision, policy),
        score=_score(decision, bundle),
        reasons=tuple(map(_reason, reasons)),
        figures=tuple(
            Figure(
                f.title,
                _quantity(f, known.applicant.features.get(f.name)),
                _window(f),
                _quantity(f, medians.get(f.name)),
            )
            for f in features_shown()
        ),
        months=tuple(MonthAmounts(*month) for month in business.months),
        buyers=BuyerShares(
            business.buyer_shares, business.buyers, Text(en="last 12 months", zh="近12个月")
        )
        if business.buyers
        else None,
        groups=_groups(decision, bundle),
        caps=tuple(
            Cap(cap.kind.name, cap.amount_fen, cap.kind.formula, cap.kind == known.limit.bound_by)
            for cap in known.limit.caps
        ),
        price=_price(decision, policy),
        data=_data(entity, as_of=as_of, permit=permit, settings=settings, now=now),
        model=model_shown(bundle, *last_evaluation(bundle.digest)),
        contact=_CONTACT,
        evidence=(
            Evidence(_DECISION_HASH, parts.digest),
            Evidence(_MODEL_HASH, bundle.digest),
            Evidence(_POLICY_HASH, policy.hash),
        ),
    )
    number = hashlib.sha256(repr(report).encode()).hexdigest()[:16]
    return replace(report, who=replace(report.who, report_id=number))


def _ruling(decision: Decision, policy: LendingPolicy) -> Ruling:
    verdict = Verdict(str(decision.outcome))
    grounds = tuple(gate.text for gate in decision.gates)
    if decision.outcome is not Outcome.APPROVE:
        return Ruling(verdict, grounds=grounds)
    bound = decision.assessment.limit.bound_by.name
    return Ruling(verdict, decision.limit_fen, decision.rate_bp, policy.term_months, bound, grounds)


def _score(decision: Decision, bundle: Bundle) -> ScoreShown:
    scale = bundle.card.scaling
    bands = tuple(GradeBand(name, lowest) for name, lowest in BANDS)
    known = decision.assessment
    return ScoreShown(
        known.scored.points, scale.floor, scale.ceiling, bands, known.pd, _HORIZON_MONTHS
    )


def _reason(found: TracedReason) -> Reason:
    names = [standard_named(source).title for source in sources_of(found.feature)]
    dataset = Text(en=", ".join(t.en for t in names), zh="、".join(t.zh for t in names))
    return Reason(
        text=found.reason.text,
        bin=found.reason.bin_label,
        value=_quantity(found.feature, found.value),
        origin=Origin(dataset, found.count),
        points_lost=found.reason.loss,
    )


def _quantity(feature: Feature, value: float | None) -> Quantity:
    measure = _MEASURES[feature.measure]
    if measure is Measure.NUMBER and any(part in feature.name for part in _SHARES):
        measure = Measure.SHARE
    return Quantity(value, measure)


def _window(feature: Feature) -> Text:
    last = feature.window.last
    return Text(en=f"{last} months", zh=f"近{last}个月")


def _groups(decision: Decision, bundle: Bundle) -> tuple[GroupPoints, ...]:
    """Points and reference of each group on the card, in the order of the card."""
    points: defaultdict[str, float] = defaultdict(float)
    reference: defaultdict[str, float] = defaultdict(float)
    places = {c.name: c for c in bundle.card.characteristics}
    for name, _, given in decision.assessment.scored.by_characteristic:
        points[places[name].group] += given
        reference[places[name].group] += places[name].reference
    return tuple(
        GroupPoints(GROUPS.get(group, group), total, reference[group])
        for group, total in points.items()
    )


def _price(decision: Decision, policy: LendingPolicy) -> PriceShown | None:
    if decision.rate_bp is None:
        return None
    funding = policy.funding_rate * 10_000
    loss = decision.assessment.pd * policy.lgd * 10_000
    parts = (
        PricePart(_FUNDING, funding),
        PricePart(_EXPECTED_LOSS, loss),
        PricePart(_MARGIN, decision.rate_bp - funding - loss),
    )
    return PriceShown(
        decision.rate_bp, parts, decision.expected_profit_fen, decision.expected_loss_fen
    )


def _data(
    entity: str, *, as_of: dt.date, permit: Permit, settings: Settings, now: dt.datetime
) -> tuple[DataUse, ...]:
    """The datasets that hold rows of the entity in the last 24 months."""
    uses = []
    for standard in TRADES:
        rows = rows_behind(
            [(entity, as_of)],
            standard=standard,
            window=_YEARS_SHOWN,
            permits=[permit],
            settings=settings,
            now=now,
        ).get(entity)
        if rows is None:
            continue
        held = {dataset for dataset, _, _ in rows.places}
        for agreed in datasets_of(standard, now=now):
            if agreed.dataset not in held:
                continue
            loads = tuple(load.content_sha256[:12] for load in load_history(dataset=agreed.dataset))
            level = max(field.level for field in agreed.fields)
            title = standard_named(standard).title
            uses.append(DataUse(title, loads, rows.count, as_of, int(level)))
    return tuple(uses)
