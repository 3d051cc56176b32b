"""A decision as a bank's officer reads it: outcome, limit, price, and every step from the fields to them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shuxin.infra.api import settings_from_environment
from shuxin.kernel.text import Text
from shuxin.portal.web.parts import Facts, State
from shuxin.portal.web.views.bank_attempts import Attempts

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from shuxin.infra.api import Settings
    from shuxin.kernel.text import Language
    from shuxin.parties.api import accounts
    from shuxin.portal.web.views.bank_firm import Opened
    from shuxin.scoring.api import Bundle, KeptDecision, ReplayedDecision, TracedReason

OUTCOMES = {
    "approve": State(Text(en="approve", zh="建议通过"), "good"),
    "refer": State(Text(en="to a person", zh="转人工审核"), "warn"),
    "decline": State(Text(en="decline", zh="建议拒绝"), "bad"),
}
_UNKNOWN = Text(en="not known", zh="缺少数据")


def attempts(settings: Settings, kind: str) -> Attempts:
    return Attempts(settings.home / "attempts" / kind)


def decide_once(
    view: Opened, *, as_of: dt.date, requested_fen: int | None, person: accounts.Person
) -> dict[str, str]:
    """Decide by the model in use and the standing policy. Raises as ``scoring.decide``."""
    from shuxin.scoring.api import (  # noqa: PLC0415 - heavy
        LendingPolicy,
        Request,
        decide,
        model_in_use,
    )

    batch = decide(
        [Request(view.firm.identity, requested_fen, view.permit)],
        as_of=as_of,
        budget_fen=None,
        bundle=model_in_use(),
        policy=LendingPolicy(),
        by=person.name,
        settings=settings_from_environment(),
        now=view.now,
    )
    return {"decision": batch.evidences[0].digest}


@dataclass(frozen=True, slots=True)
class Shown:
    """A kept decision, computed anew for this page, with its reasons traced to the rows."""

    found: ReplayedDecision
    bundle: Bundle
    reasons: tuple[TracedReason, ...]
    milliseconds: int


def shown(digest: str, view: Opened) -> Shown:
    """Raises NoSuchDecision, EvidenceAltered."""
    from shuxin.scoring.api import model_in_use as model  # noqa: PLC0415 - heavy
    from shuxin.scoring.api import replayed_decision, traced  # noqa: PLC0415 - heavy

    begun = time.perf_counter()
    found = replayed_decision(digest, entity=view.firm.identity, permit=view.permit)
    milliseconds = round((time.perf_counter() - begun) * 1000)
    reasons = traced(
        [found.decision],
        permits=[view.permit],
        settings=settings_from_environment(),
        now=view.now,
    )[0]
    return Shown(found, model(found.kept.model[1]), reasons, milliseconds)


def list_rows(kept: Sequence[KeptDecision]) -> list[dict[str, Any]]:
    return [
        {
            "entity": one.entity,
            "url": decision_url(one),
            "outcome": OUTCOMES[one.outcome],
            "limit": one.limit_fen or None,
            "rate": None if one.rate_bp is None else one.rate_bp / 10_000,
            "as_of": one.as_of,
            "by": one.by,
            "at": one.at,
        }
        for one in kept
    ]


def decision_url(one: KeptDecision) -> str:
    return f"/bank/customers/{one.entity}/decisions/{one.digest}"


def summary(page: Shown) -> Facts:
    decision, kept = page.found.decision, page.found.kept
    known = decision.assessment
    facts: list[tuple[Text, Any]] = [
        (Text(en="advice", zh="审批建议"), OUTCOMES[kept.outcome]),
        (Text(en="points", zh="评分"), known.scored.points),
        (Text(en="probability of default", zh="违约概率"), f"{known.pd:.2%}"),
        (Text(en="features as of", zh="特征截止日"), kept.as_of),
        (Text(en="decided at", zh="决策时间"), kept.at),
        (Text(en="by", zh="经办人"), kept.by),
        (Text(en="model", zh="模型"), f"{kept.model[0]} · {kept.model[1][:16]}"),
        (Text(en="policy", zh="信贷政策"), page.found.policy.hash[:16]),
        (Text(en="evidence (SHA-256)", zh="决策证据（SHA-256）"), kept.digest),
    ]
    return Facts(facts)


def rating_text(page: Shown) -> str:
    ratings = page.found.decision.assessment.ratings
    return " · ".join(f"{name} {share:.0%}" for name, share in zip("ABCD", ratings, strict=True))


def cap_rows(page: Shown) -> list[dict[str, Any]]:
    limit = page.found.decision.assessment.limit
    return [
        {
            "name": cap.kind.name,
            "amount": cap.amount_fen,
            "formula": cap.kind.formula,
            "state": State(Text(en="decides", zh="最低，起决定作用"), "warn")
            if cap.kind == limit.bound_by
            else State(
                _UNKNOWN if cap.amount_fen is None else Text(en="higher", zh="较高"), "quiet"
            ),
        }
        for cap in limit.caps
    ]


def point_rows(page: Shown, language: Language) -> list[dict[str, Any]]:
    """Feature, value, range and points, in the order of the card."""
    from shuxin.fusion.api import feature_named  # noqa: PLC0415 - heavy
    from shuxin.scoring.api import bin_labels, value_text  # noqa: PLC0415 - heavy

    known = page.found.decision.assessment
    places = {one.name: one for one in page.bundle.card.characteristics}
    rows = []
    for name, at, points in known.scored.by_characteristic:
        place = places[name]
        labels = bin_labels(shape=place.shape, unit=place.unit)
        value = known.applicant.features.get(name)
        rows.append(
            {
                "title": place.title,
                "value": value_text(feature_named(name), value, language),
                "label": labels[at] if at >= 0 else "",
                "points": points,
                "reference": round(place.reference, 1),
            }
        )
    return rows


def reason_rows(page: Shown, language: Language) -> list[dict[str, Any]]:
    """Each reason down to the rows that its number was computed from."""
    from shuxin.scoring.api import value_text  # noqa: PLC0415 - heavy

    return [
        {
            "rank": one.reason.rank,
            "text": one.reason.text,
            "lost": round(one.reason.loss, 1),
            "value": value_text(one.feature, one.value, language),
            "fields": ", ".join(f"{dataset}.{field}" for dataset, field in one.fields),
            "rows": one.count,
            "places": [
                f"{dataset} · {file} : {line}"
                for _, rows in one.rows
                for dataset, file, line in rows.places
            ],
        }
        for one in page.reasons
    ]
