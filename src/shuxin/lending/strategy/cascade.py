"""The decision itself (决策流程): stage after stage by cost and level of data, until one of them decides.

Pure but for the sources, which are asked one by one: a firm that an open list rules out is never asked about elsewhere.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from shuxin.kernel.canonical import content_hash
from shuxin.kernel.dates import CHINA_TIME
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text
from shuxin.lending.domain.offers import Verdict
from shuxin.lending.strategy.applied import given_of
from shuxin.lending.strategy.asking import Live
from shuxin.lending.strategy.cells import exact
from shuxin.lending.strategy.document import (
    BP,
    CardStage,
    JointStage,
    LimitStage,
    PriceStage,
    RulesStage,
    ZonesStage,
)
from shuxin.lending.strategy.facts import STANDARD, Level
from shuxin.lending.strategy.limits import limit_found
from shuxin.lending.strategy.pricing import price_found
from shuxin.lending.strategy.record import FORMAT, DecisionRecord
from shuxin.lending.strategy.rules import LIBRARY, library_version, runnable
from shuxin.lending.strategy.scoring import card_score, features_of, kept_models

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from shuxin.lending.domain.offers import DeclineReason
    from shuxin.lending.strategy.applied import Applied, Given
    from shuxin.lending.strategy.asking import Asking, Told, Wanted
    from shuxin.lending.strategy.document import Strategy, Zone
    from shuxin.lending.strategy.facts import Fact
    from shuxin.lending.strategy.scoring import Models
    from shuxin.lending.strategy.sources import Sources

ENGINE = 1
"""Rises whenever equal inputs may lead to another decision."""
CHAMPION, CHALLENGER, SHADOW = "champion", "challenger", "shadow"


class ProductNotCovered(InvalidInput):
    code = "strategy_not_for_product"
    what = Text(
        en="this strategy does not decide products of this kind", zh="该策略不适用于此类产品"
    )
    mend = Text(
        en="Publish a strategy that names this kind of product", zh="请发布适用于该产品类型的策略"
    )


def decide(
    application: Applied,
    *,
    strategy: Strategy,
    sources: Sources,
    request_id: str,
    now: dt.datetime,
    models: Models = kept_models,
    role: str = CHAMPION,
) -> DecisionRecord:
    """One decision with its whole trace. ``models``: where the bytes of cards come from.

    Raises ProductNotCovered, StrategyInvalid (a cell), RulesDisagree, FactUnfit, ModelMissing, CardAltered.
    """
    if application.product_kind not in strategy.product_kinds:
        raise ProductNotCovered
    given = given_of(application, now=now)
    return run(
        given,
        strategy=strategy,
        ask=Live(sources, given.firm, now),
        request_id=request_id,
        now=now,
        models=models,
        role=role,
    )


def run(
    given: Given,
    *,
    strategy: Strategy,
    ask: Asking,
    request_id: str,
    now: dt.datetime,
    models: Models,
    role: str,
) -> DecisionRecord:
    """The same from what a record keeps."""
    cascade = _Cascade(strategy, given, ask, now, models)
    cascade.go()
    parts = cascade.outcome() | {
        "format": FORMAT,
        "request_id": request_id,
        "decided_at": now.isoformat(),
        "role": role,
        "given": given.as_json(),
        "strategy": strategy.stated,
        "versions": {
            "engine": ENGINE,
            "strategy": strategy.digest,
            LIBRARY: library_version(),
            "models": list(strategy.models),
        },
    }
    return DecisionRecord(parts)


@dataclass
class _Cascade:
    """One run. ``facts``: all known so far; ``referred``: codes of why a person decides; ``ended``: by which stage."""

    strategy: Strategy
    given: Given
    ask: Asking
    now: dt.datetime
    models: Models
    facts: dict[str, Fact] = field(default_factory=dict)
    told: dict[Level, Told] = field(default_factory=dict)
    trace: list[dict[str, Any]] = field(default_factory=list)
    referred: list[tuple[str, str]] = field(default_factory=list)
    verdict: Verdict | None = None
    ended: str = ""
    reasons: tuple[DeclineReason, ...] = ()
    card_reasons: tuple[DeclineReason, ...] = ()
    limit_fen: int | None = None
    rate_bp: int | None = None

    def go(self) -> None:
        self.facts.update(self.given.facts)
        looks: dict[type, Any] = {
            RulesStage: self._rules,
            CardStage: self._card,
            JointStage: self._joint,
            ZonesStage: self._zones,
            LimitStage: self._limit,
            PriceStage: self._price,
        }
        for stage in self.strategy.stages:
            step: dict[str, Any] = {"stage": stage.id, "kind": stage.kind}
            self.trace.append(step)
            if self.verdict is not None:
                step["outcome"] = "not_asked"
                continue
            before = len(self.referred)
            step.update(looks[type(stage)](stage))
            step["outcome"] = self._came_of(len(self.referred) > before)

    def _came_of(self, referred: bool) -> str:  # noqa: FBT001 - private
        if self.verdict is not None:
            return str(self.verdict.value)
        return "refer" if referred else "pass"

    def outcome(self) -> dict[str, Any]:
        verdict, stage, reasons = self.verdict, self.ended, self.reasons
        if not any(isinstance(one, ZonesStage) for one in self.strategy.stages):
            self.referred.append((self.strategy.stages[-1].id, "people_decide"))
        if verdict is None and self.referred:
            verdict, stage = Verdict.REFER, self.referred[0][0]
            reasons = self._said([code for _, code in self.referred])
        pd = self._pd()
        return {
            "sources": {level.value: told.as_json() for level, told in self.told.items()},
            "trace": self.trace,
            "verdict": (verdict or Verdict.APPROVE).value,
            "stage": stage,
            "reasons": [asdict(one) for one in reasons],
            "limit_fen": self.limit_fen,
            "rate_bp": self.rate_bp,
            "pd": pd,
        }

    # -- ends --------------------------------------------------------------------------------------------------------

    def _end(self, verdict: Verdict, stage: str, reasons: Sequence[DeclineReason]) -> None:
        self.verdict, self.ended, self.reasons = verdict, stage, tuple(reasons)

    def _said(self, codes: Sequence[str]) -> tuple[DeclineReason, ...]:
        return tuple(self.strategy.reason(code) for code in dict.fromkeys(codes))

    # -- sources -----------------------------------------------------------------------------------------------------

    def _fetch(self, level: Level, stage: RulesStage | CardStage | JointStage) -> dict[str, Any]:
        """Ask this source, once in a run; what is done without it, each stage says for itself."""
        if level not in self.told:
            service = stage.service if isinstance(stage, JointStage) else ""
            self.told[level] = self.ask(level, service=service, names=self._wanted(level))
            self.facts.update(self.told[level].facts)
        told = self.told[level]
        if not told.problem:
            return {"asked": level.value}
        is_silent = told.problem == "silent"
        code = "source_silent" if is_silent else "authorisation_missing"
        otherwise = stage.silent if is_silent else stage.unauthorised
        if otherwise == "refer":
            self.referred.append((stage.id, code))
        elif otherwise != "go_on":
            self._end(Verdict(otherwise), stage.id, self._said([code]))
        return {"asked": level.value, "problem": told.problem}

    def _wanted(self, level: Level) -> Wanted:
        declared = {
            name: spec
            for name, spec in self.strategy.specs.items()
            if name.startswith(f"{level.value}.")
        }
        if level is not Level.OWN:
            return declared
        names = (
            f"own.{name}"
            for digest in self.strategy.models
            for name in features_of(self.models(digest), digest=digest)
        )
        return dict.fromkeys(names) | declared

    # -- stages ------------------------------------------------------------------------------------------------------

    def _rules(self, stage: RulesStage) -> dict[str, Any]:
        step: dict[str, Any] = {"level": stage.level.value}
        if stage.level in {Level.OPEN, Level.OWN}:
            step |= self._fetch(stage.level, stage)
            if self.verdict is not None:
                return step
        hits = runnable(self.strategy.content)[stage.id].hits(self.facts)
        read = sorted({name for table in stage.tables for name in table.inputs})
        facts = {name: self.facts.get(name) for name in read}
        found: dict[str, list[str]] = {}
        for hit in hits:
            verdict = hit.row.verdict if hit.row else "refer"
            found.setdefault(verdict, []).append(hit.row.code if hit.row else "no_row")
        self._follow(found, stage.id)
        step["hits"] = [
            {"table": hit.table, "row": None if hit.number is None else hit.number + 1}
            | ({"verdict": hit.row.verdict, "code": hit.row.code} if hit.row else {})
            for hit in hits
        ]
        return step | {"facts": facts, "facts_sha256": content_hash(facts)}

    def _follow(self, found: dict[str, list[str]], stage: str) -> None:
        """A decline ends it, then a question; what goes to a person is remembered while the rest is looked at."""
        for verdict in (Verdict.DECLINE, Verdict.NEED_INFORMATION):
            if verdict.value in found:
                self._end(verdict, stage, self._said(found[verdict.value]))
                return
        self.referred += [(stage, code) for code in found.get("refer", ())]

    def _card(self, stage: CardStage) -> dict[str, Any]:
        step = self._fetch(Level.OWN, stage)
        if self.verdict is not None or self.told[Level.OWN].problem:
            return step
        scored = card_score(self.models(stage.model), digest=stage.model, facts=self.facts)
        self.facts |= {"card.points": scored.points, "card.pd": scored.pd}
        self.card_reasons = scored.reasons
        places = [list(place) for place in scored.by_characteristic]
        out = {"points": scored.points, "pd": scored.pd, "by_characteristic": places}
        return step | {"model": stage.model, "out": out}

    def _joint(self, stage: JointStage) -> dict[str, Any]:
        step = self._fetch(Level.JOINT, stage)
        told = self.told[Level.JOINT]
        incomplete = not told.problem and self.facts.get("joint.complete") is not True
        if self.verdict is None and incomplete and stage.incomplete == "refer":
            self.referred.append((stage.id, "joint_incomplete"))
        out = {name: self.facts.get(name) for name in STANDARD if name.startswith("joint.")}
        return step | {"service": stage.service, "out": out}

    def _zones(self, stage: ZonesStage) -> dict[str, Any]:
        zone = next((one for one in stage.zones if self.facts.get(one.by) is not None), None)
        if zone is None:
            self.referred.append((stage.id, "no_score"))
            return {"by": None}
        value = self.facts[zone.by]
        place = _place(zone, value)
        if place == "decline":
            said = self._said([stage.too_low])
            reasons = self.card_reasons if zone.by.startswith("card.") else ()
            self._end(Verdict.DECLINE, stage.id, (*said, *reasons))
        elif place == "manual":
            self.referred.append((stage.id, "zone_manual"))
        return {"by": zone.by, "value": value, "zone": place}

    def _limit(self, stage: LimitStage) -> dict[str, Any]:
        found = limit_found(stage, given=self.given, facts=self.facts, pd=self._pd())
        if not found.is_known:
            self.referred.append((stage.id, "limit_unknown"))
        elif not found.amount_fen:
            self._end(Verdict.DECLINE, stage.id, self._said([stage.too_low]))
        else:
            self.limit_fen = found.amount_fen
        return {"out": asdict(found)}

    def _price(self, stage: PriceStage) -> dict[str, Any]:
        pd = self._pd()
        if pd is None:
            self.referred.append((stage.id, "no_score"))
            return {"out": None}
        day = self.now.astimezone(CHINA_TIME).date()
        found = price_found(stage, given=self.given, pd=pd, on=day)
        if found.reaches:
            self.rate_bp = found.rate_bp
        else:
            self._end(Verdict.DECLINE, stage.id, self._said([stage.too_dear]))
        return {"out": asdict(found) | {"spread_bp": found.spread_bp}}

    def _pd(self) -> float | None:
        """Of the joint score, else of the card."""
        for name in ("joint.pd", "card.pd"):
            value = self.facts.get(name)
            if isinstance(value, int | float):
                return float(value)
        return None


def _place(zone: Zone, value: Any) -> str:
    if zone.by.endswith(".pd"):
        bp = exact(value) * BP
        return "approve" if bp <= zone.approve else "decline" if bp > zone.decline else "manual"
    return "approve" if value >= zone.approve else "decline" if value < zone.decline else "manual"
