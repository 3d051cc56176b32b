"""Everything that is looked at before a strategy may be published (发布前检查)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.kernel.errors import Conflict, ShuxinError
from shuxin.kernel.text import Text
from shuxin.lending.strategy.document import (
    BUILT_IN,
    CardStage,
    JointStage,
    LimitStage,
    RulesStage,
    ZonesStage,
)
from shuxin.lending.strategy.facts import LEVELS, Level, level_of
from shuxin.lending.strategy.scoring import features_of, kept_models
from shuxin.lending.strategy.tables import Compiled, TableFinding, compiled, faults

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shuxin.lending.strategy.document import Cap, Stage, Strategy
    from shuxin.lending.strategy.scoring import Models


class StrategyHasFaults(Conflict):
    code = "strategy_has_faults"
    what = Text(
        en="the strategy has {count} faults; the first is in {table}, row {row}, {column}: {said}",
        zh="策略存在 {count} 处问题；第一处：{table}，第 {row} 行，{column}：{said}",
    )
    mend = Text(
        en="Mend what the findings of the draft name; each has an example",
        zh="请按草稿检查结果逐项修改，每项均附示例",
    )


_LAST = ("zones", "limit", "price")
"""Stages that come last, each once, in this order."""


def findings_of(strategy: Strategy, *, models: Models = kept_models) -> tuple[TableFinding, ...]:
    """Malformed cells, gaps, overlaps, rows that never count, unknown facts and codes, stages out of order.

    None of them: it may be published.
    """
    return (
        *(found for stage in strategy.rules for found in _of_tables(stage, strategy)),
        *_of_order(strategy),
        *_of_codes(strategy),
        *_of_models(strategy, models),
        *_of_facts(strategy, models),
    )


def require_no_findings(strategy: Strategy, *, models: Models = kept_models) -> None:
    """Raises StrategyHasFaults, which names the first."""
    found = findings_of(strategy, models=models)
    if found:
        first = found[0]
        raise StrategyHasFaults(
            count=len(found), table=first.table, row=first.row, column=first.column, said=first.text
        )


def _of_tables(stage: RulesStage, strategy: Strategy) -> Iterator[TableFinding]:
    for table in stage.tables:
        found = compiled(table, strategy.specs)
        yield from faults(found) if isinstance(found, Compiled) else found
        for name in table.inputs:
            if name in strategy.specs and LEVELS.index(level_of(name)) > LEVELS.index(stage.level):
                yield TableFinding("too_early", table.id, column=name)


def _levels(stage: Stage) -> Level | None:
    """Which data the stage needs."""
    if isinstance(stage, RulesStage):
        return stage.level
    if isinstance(stage, CardStage):
        return Level.OWN
    return Level.JOINT if isinstance(stage, JointStage) else None


def _of_order(strategy: Strategy) -> Iterator[TableFinding]:
    """Cheap data first; card and joint rules only after what they read; zones after scores; price last."""
    highest, made = 0, {"application", "firm", "open", "own"}
    for stage in strategy.stages:
        level = _levels(stage)
        if level is not None:
            if LEVELS.index(level) < highest:
                yield TableFinding("order", stage.id)
            highest = max(highest, LEVELS.index(level))
        yield from _too_early(stage, made)
        made |= {stage.kind}
    kinds: list[str] = [stage.kind for stage in strategy.stages if stage.kind in _LAST]
    for kind in _LAST if kinds else ():  # with none of them people decide
        if kinds.count(kind) != 1:
            yield TableFinding("missing_stage", kind)
    if kinds != sorted(kinds, key=_LAST.index):
        yield TableFinding("order", kinds[-1])


def _too_early(stage: Stage, made: set[str]) -> Iterator[TableFinding]:
    if isinstance(stage, RulesStage):
        places = [(table.id, name) for table in stage.tables for name in table.inputs]
    elif isinstance(stage, ZonesStage):
        places = [(stage.id, zone.by) for zone in stage.zones]
    else:
        return
    for place, name in places:
        if name.split(".")[0] not in made:
            yield TableFinding("too_early", place, column=name)


def _of_codes(strategy: Strategy) -> Iterator[TableFinding]:
    known = strategy.reasons.keys() | BUILT_IN.keys()
    for stage in strategy.rules:
        for table in stage.tables:
            for number, row in enumerate(table.rows, start=1):
                if row.code and row.code not in known:
                    yield TableFinding("unknown_code", table.id, number, row.code)
    for each in strategy.stages:
        codes = [getattr(each, name, None) for name in ("too_low", "too_dear")]
        for code in filter(None, codes):
            if code not in known:
                yield TableFinding("unknown_code", each.id, column=code)


def _of_models(strategy: Strategy, models: Models) -> Iterator[TableFinding]:
    for stage in strategy.stages:
        if isinstance(stage, CardStage):
            try:
                features_of(models(stage.model), digest=stage.model)
            except ShuxinError:
                yield TableFinding("unknown_model", stage.id, column=stage.model[:12])


def _of_facts(strategy: Strategy, models: Models) -> Iterator[TableFinding]:
    """Facts of caps: declared, or read by a card."""
    known = set(strategy.specs)
    for digest in strategy.models:
        try:
            known |= {f"own.{name}" for name in features_of(models(digest), digest=digest)}
        except ShuxinError:
            continue
    for stage in strategy.stages:
        if isinstance(stage, LimitStage):
            for cap in stage.caps:
                for name in _read(cap):
                    if name not in known:
                        yield TableFinding("unknown_fact", stage.id, column=name)


def _read(cap: Cap) -> list[str]:
    names = ("fact", "sales", "cash_flow", "service", "debt")
    return [name for one in names if (name := getattr(cap, one, None))]
