"""Runs decision tables (决策表执行): through zen, and by the cells themselves; both must name the same row."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from shuxin.kernel.errors import Unavailable
from shuxin.kernel.text import Text
from shuxin.lending.strategy.document import Strategy, StrategyInvalid
from shuxin.lending.strategy.tables import Compiled, compiled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.lending.strategy.document import Row, Table
    from shuxin.lending.strategy.facts import Fact

LIBRARY = "zen-engine"


class RulesDisagree(Unavailable):
    code = "rules_disagree"
    what = Text(
        en="the rule engine and the check of the table do not name the same row of '{table}'",
        zh="规则引擎与表格校验对“{table}”的命中行不一致",
    )
    mend = Text(
        en="Nothing was decided; go back to the version of the rule engine that the strategy was published with",
        zh="未作出决策；请恢复策略发布时所用的规则引擎版本",
    )


@dataclass(frozen=True, slots=True)
class Hit:
    """Which row of a table counts; None where no row holds."""

    table: str
    number: int | None
    row: Row | None


@dataclass(frozen=True, slots=True)
class RunnableTables:
    """The tables of one stage, ready to run: our cells, and the same as one decision of zen."""

    tables: tuple[Compiled, ...]
    names: tuple[str, ...]
    decision: Any

    def hits(self, facts: Mapping[str, Fact]) -> tuple[Hit, ...]:
        """One for each table, in order. Raises RulesDisagree."""
        zens = self.zens(facts)
        return tuple(_hit(one, facts, zens.get(one.table.id)) for one in self.tables)

    def zens(self, facts: Mapping[str, Fact]) -> dict[str, list[int]]:
        """The rows of each table that zen hits, from 0; empty where it failed."""
        given = {f"f{at}": facts.get(name) for at, name in enumerate(self.names)}
        try:
            result = self.decision.evaluate(given)["result"]
            return {one.table.id: _rows(result.get(one.table.id)) for one in self.tables}
        except Exception:  # noqa: BLE001 - its errors carry the facts; a disagreement is all that is said
            return {}


def _rows(found: Any) -> list[int]:
    listed = [found] if isinstance(found, dict) else found or []
    return [int(one["row"]) for one in listed]


def _hit(one: Compiled, facts: Mapping[str, Fact], zens: list[int] | None) -> Hit:
    """Raises RulesDisagree."""
    ours = one.counting(facts)
    if ours != zens or len(ours) > 1:
        raise RulesDisagree(table=one.table.id)
    number = ours[0] if ours else None
    return Hit(one.table.id, number, None if number is None else one.table.rows[number])


@cache
def library_version() -> str:
    return version(LIBRARY)


@lru_cache(maxsize=64)
def runnable(content: bytes) -> dict[str, RunnableTables]:
    """The rules of the strategy with this canonical content, by stage. Raises StrategyInvalid, which names the cell."""
    strategy = Strategy.model_validate_json(content)
    return {
        stage.id: runnable_tables(tuple(_understood(table, strategy) for table in stage.tables))
        for stage in strategy.rules
    }


def _understood(table: Table, strategy: Strategy) -> Compiled:
    found = compiled(table, strategy.specs)
    if not isinstance(found, Compiled):
        first = found[0]
        where = f"{first.table}, row {first.row}, {first.column}"
        raise StrategyInvalid(where=where, reason=first.text.en)
    return found


def runnable_tables(tables: tuple[Compiled, ...]) -> RunnableTables:
    """Raises RulesDisagree where zen does not accept a cell that is right."""
    import zen  # noqa: PLC0415 - heavy

    for one in tables:
        for cell in (cell for row in one.cells for cell in row if cell.parts):
            if zen.validate_unary_expression(cell.zen()) is not None:
                raise RulesDisagree(table=one.table.id)
    names = tuple(sorted({name for one in tables for name in one.table.inputs}))
    decision = zen.ZenEngine().create_decision(json.dumps(jdm_of(tables, names)))
    return RunnableTables(tables, names, decision)


def jdm_of(tables: tuple[Compiled, ...], names: tuple[str, ...]) -> dict[str, Any]:
    """The tables as JDM (JSON Decision Model), every cell written out anew from what was understood of it."""
    nodes = [_node("input", "inputNode"), _node("output", "outputNode")]
    edges = []
    for one in tables:
        content = _content(one, names)
        nodes.append(_node(f"t-{one.table.id}", "decisionTableNode") | {"content": content})
        ways = [("input", f"t-{one.table.id}"), (f"t-{one.table.id}", "output")]
        edges += [{"id": f"{a}-{b}", "type": "edge", "sourceId": a, "targetId": b} for a, b in ways]
    return {"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges}


def _node(name: str, kind: str) -> dict[str, Any]:
    return {"id": name, "type": kind, "name": name, "position": {"x": 0, "y": 0}}


def _content(one: Compiled, names: tuple[str, ...]) -> dict[str, Any]:
    inputs = [
        {"id": f"i{at}", "name": name, "field": f"f{names.index(name)}"}
        for at, name in enumerate(one.table.inputs)
    ]
    rules = [
        {"_id": f"r{number}", "o": str(number)}
        | {f"i{at}": cell.zen() for at, cell in enumerate(row)}
        for number, row in enumerate(one.cells)
    ]
    return {
        "hitPolicy": "first" if one.table.hit == "first" else "collect",
        "outputPath": one.table.id,
        "passThrough": False,
        "inputs": inputs,
        "outputs": [{"id": "o", "name": "row", "field": "row"}],
        "rules": rules,
    }
