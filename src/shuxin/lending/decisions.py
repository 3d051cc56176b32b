"""Decisions that were made here (已作出的决策): kept once by request, read again, computed again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from shuxin.kernel.canonical import canonical_json
from shuxin.kernel.errors import NotFound
from shuxin.kernel.text import Text
from shuxin.lending.strategy.record import DecisionRecord, read_record
from shuxin.lending.strategy.replaying import replay
from shuxin.lending.strategy.scoring import kept_models
from shuxin.lending.strategy_models import StrategyContent, StrategyDecision

if TYPE_CHECKING:
    import datetime as dt

    from shuxin.lending.strategy.document import Strategy
    from shuxin.lending.strategy.scoring import Models

MOST_LISTED = 1000


class DecisionUnknown(NotFound):
    code = "strategy_decision_unknown"
    what = Text(en="no such decision was made here", zh="本机构没有该决策记录")
    mend = Text(en="Open it from the case", zh="请从审批案件中打开")


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """A decision in a list. ``digest``: of its record; ``strategy``: of the strategy that made it."""

    digest: str
    request_id: str
    case: str
    firm: str
    strategy: str
    role: str
    verdict: str
    stage: str
    limit_fen: int | None
    rate_bp: int | None
    pd: float | None
    by: str
    at: dt.datetime


def keep_decision(
    record: DecisionRecord, *, case: str, by: str, now: dt.datetime, party: str = ""
) -> DecisionRecord:
    """Keep it, once for one request and strategy; the same request again gives back what was kept first."""
    first = _kept(record)
    if first is not None:
        return _whole(first)
    keep_content(record.parts["strategy"], digest=record.strategy, now=now)
    row = StrategyDecision(
        digest=record.digest,
        request_id=record.request_id,
        case=case,
        firm=record.firm,
        party=party,
        strategy=record.strategy,
        role=record.role,
        verdict=record.verdict.value,
        stage=record.stage,
        limit_fen=record.limit_fen,
        rate_bp=record.rate_bp,
        pd=record.pd,
        content=_less_strategy(record).decode(),
        by=by[:200],
        at=now,
    )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        first = _kept(record)
        if first is None:
            raise
        return _whole(first)
    return record


def decision_of_request(request_id: str) -> DecisionRecord | None:
    """The decision that this request led to, if there is one: whoever asks again is given it, and nothing is read."""
    row = StrategyDecision.objects.filter(request_id=request_id).exclude(role="shadow").first()
    return None if row is None else _whole(row)


def decision_record(digest: str) -> DecisionRecord:
    """Raises DecisionUnknown."""
    row = StrategyDecision.objects.filter(digest=digest).first()
    if row is None:
        raise DecisionUnknown
    return _whole(row)


def decision_records(
    *, case: str = "", firm: str = "", strategy: str = "", role: str = "", party: str = ""
) -> list[DecisionLine]:
    """The newest thousand, of all or of what is named."""
    wanted = {"case": case, "firm": firm, "strategy": strategy, "role": role, "party": party}
    rows = StrategyDecision.objects.filter(**{name: one for name, one in wanted.items() if one})
    return [_line(row) for row in rows.defer("content").order_by("-at", "-pk")[:MOST_LISTED]]


def replay_kept(digest: str, *, models: Models = kept_models) -> DecisionRecord:
    """Compute a kept decision anew. Raises DecisionUnknown, RecordInvalid, ReplayDiffers."""
    return replay(decision_record(digest).content, models=models)


def keep_content(stated: Any, *, digest: str, now: dt.datetime) -> None:
    """A strategy's canonical JSON, once."""
    content = canonical_json(stated).decode()
    StrategyContent.objects.get_or_create(digest=digest, defaults={"content": content, "at": now})


def strategy_content(digest: str) -> bytes:
    """Raises DecisionUnknown."""
    row = StrategyContent.objects.filter(digest=digest).first()
    if row is None:
        raise DecisionUnknown
    return str(row.content).encode()


def keep_strategy(strategy: Strategy, *, now: dt.datetime) -> None:
    keep_content(strategy.stated, digest=strategy.digest, now=now)


def _kept(record: DecisionRecord) -> StrategyDecision | None:
    rows = StrategyDecision.objects.filter(
        request_id=record.request_id, strategy=record.strategy, role=record.role
    )
    return rows.first()


def _less_strategy(record: DecisionRecord) -> bytes:
    return canonical_json({name: one for name, one in record.parts.items() if name != "strategy"})


def _whole(row: StrategyDecision) -> DecisionRecord:
    """Raises RecordInvalid."""
    parts = json.loads(row.content) | {"strategy": json.loads(strategy_content(row.strategy))}
    return read_record(canonical_json(parts))


def _line(row: StrategyDecision) -> DecisionLine:
    return DecisionLine(
        digest=row.digest,
        request_id=row.request_id,
        case=row.case,
        firm=row.firm,
        strategy=row.strategy,
        role=row.role,
        verdict=row.verdict,
        stage=row.stage,
        limit_fen=row.limit_fen,
        rate_bp=row.rate_bp,
        pd=row.pd,
        by=row.by,
        at=row.at,
    )
