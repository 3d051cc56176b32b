"""The desk's engine (决策引擎): the strategy that runs for this kind of product, its record, and what it advises."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shuxin.kernel.errors import Conflict
from shuxin.kernel.text import Text
from shuxin.lending.decisions import decision_of_request, keep_decision
from shuxin.lending.desk import BY, Advice
from shuxin.lending.domain.offers import Verdict
from shuxin.lending.running import running_strategy
from shuxin.lending.strategy.applied import Applied
from shuxin.lending.strategy.assigning import Decided, decide_running
from shuxin.lending.strategy.scoring import kept_models

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from shuxin.lending.domain.application import ApplicationView
    from shuxin.lending.strategy.record import DecisionRecord
    from shuxin.lending.strategy.scoring import Models
    from shuxin.lending.strategy.sources import Sources
    from shuxin.market.api import ProductTerms

_FEN_PER_YUAN = 100


class NoStrategyRuns(Conflict):
    code = "no_strategy_runs"
    what = Text(
        en="no strategy is published for this kind of product", zh="该产品类型没有在用的授信策略"
    )
    mend = Text(en="Publish one; until then people decide", zh="请发布授信策略；在此之前由人工审批")


@dataclass(frozen=True, slots=True)
class StrategyEngine:
    """Of one lender. The same request again is answered from its kept record, and no source is asked."""

    party: str
    sources: Sources
    models: Models = field(default=kept_models)

    def decide(
        self,
        view: ApplicationView,
        terms: ProductTerms,
        *,
        case: str,
        request_id: str,
        now: datetime,
    ) -> Advice:
        """Raises NoStrategyRuns, and as ``decide_running``."""
        kept = decision_of_request(request_id)
        made = Decided(kept) if kept else self._made(view, terms, request_id, now)

        def keep() -> None:
            for one in (made.record, *made.shadows):
                keep_decision(one, case=case, by=BY, now=now, party=self.party)

        return _advice(made.record, keep)

    def _made(
        self, view: ApplicationView, terms: ProductTerms, request_id: str, now: datetime
    ) -> Decided:
        running = running_strategy(terms.kind.value, party=self.party)
        if running is None:
            raise NoStrategyRuns
        return decide_running(
            applied(view, terms),
            running=running,
            sources=self.sources,
            request_id=request_id,
            now=now,
            models=self.models,
        )


def applied(view: ApplicationView, terms: ProductTerms) -> Applied:
    """What a decision sees of an application for a product."""
    return Applied(
        key=view.key,
        product=view.product,
        product_kind=terms.kind,
        firm=view.firm,
        amount_fen=view.amount_fen,
        term_months=view.term_months,
        use=view.use,
        urgency=view.urgency,
        amount=terms.amount_fen,
        rate_bp=terms.rate_bp,
    )


def second_above_fen(product_kind: str, *, party: str) -> int | None:
    """Above which amount a person's approval needs a second person, by the running strategy; None for never."""
    running = running_strategy(product_kind, party=party)
    yuan = running.champion.second_above_yuan if running else None
    return None if yuan is None else yuan * _FEN_PER_YUAN


def _advice(record: DecisionRecord, keep: Callable[[], object]) -> Advice:
    asks = record.verdict is Verdict.NEED_INFORMATION
    question = ";".join(one.change_zh or one.zh for one in record.reasons) if asks else ""
    return Advice(
        verdict=record.verdict,
        digest=record.digest,
        keep=keep,
        limit_fen=record.limit_fen or 0,
        rate_bp=record.rate_bp or 0,
        reasons=record.reasons,
        question=question,
        stage=record.stage,
        sources=_sources(record),
    )


def _sources(record: DecisionRecord) -> tuple[str, ...]:
    """Levels that gave something; the application itself always does."""
    told = record.parts["sources"]
    return ("application", *(level for level in told if told[level].get("facts") is not None))
