from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from shuxin.lending.strategy import tables
from shuxin.lending.strategy.document import Table
from shuxin.lending.strategy.facts import FactKind, FactSpec
from shuxin.lending.strategy.rules import runnable_tables
from shuxin.lending.strategy.tables import Compiled, compiled, faults

if TYPE_CHECKING:
    import pytest

    from shuxin.lending.strategy.facts import Fact

SPECS = {
    "own.n": FactSpec(name="own.n", kind=FactKind.INTEGER, least=0, most=6),
    "own.t": FactSpec(name="own.t", kind=FactKind.TEXT),
    "open.b": FactSpec(name="open.b", kind=FactKind.BOOLEAN, may_be_unknown=False),
}
UNIVERSE: dict[str, list[Fact]] = {
    "own.n": [None, *range(7)],
    "own.t": [None, "", "A", "AA", "AAZ", "AB", "AZ", "B", "BZ", "Z"],
    "open.b": [True, False],
}
"""Every value that can be told apart by the cells below."""
number = st.integers(-1, 7)
cells = {
    "own.n": st.one_of(
        st.just(""), st.just("null"), st.just("!= null"),
        st.builds("{} {}".format, st.sampled_from(["<", "<=", ">", ">=", "!=", "="]), number),
        st.builds(lambda a, b, left, right: f"{left}{min(a, b)}..{max(a, b)}{right}", number, number,
                  st.sampled_from("[("), st.sampled_from("])")),
        st.builds("not in [{}, {}]".format, number, number),
    ),
    "own.t": st.sampled_from(
        ["", "null", '"A"', '"B"', '!= "A"', 'not in ["A", "B"]', 'startsWith($, "A")', 'startsWith($, "AA")',
         'startsWith($, "B")', "!= null", '""']
    ),
    "open.b": st.sampled_from(["", "true", "false"]),
}  # fmt: skip
several = {
    name: st.lists(one, min_size=1, max_size=3).map(
        lambda parts: ", ".join(part for part in parts if part)
    )
    for name, one in cells.items()
}


@st.composite
def any_table(draw: st.DrawFn) -> Table:
    inputs = draw(st.lists(st.sampled_from(sorted(SPECS)), min_size=1, max_size=3, unique=True))
    rows = draw(st.lists(st.tuples(*(several[name] for name in inputs)), min_size=1, max_size=5))
    return table(inputs, *rows, hit=draw(st.sampled_from(["unique", "first"])))


def table(inputs: list[str], *rows: tuple[str, ...], hit: str = "unique") -> Table:
    stated: dict[str, Any] = {
        "id": "table",
        "name": "table",
        "hit": hit,
        "inputs": inputs,
        "rows": [{"when": row, "verdict": "pass"} for row in rows],
    }
    return Table.model_validate(stated)


def understood(one: Table) -> Compiled:
    found = compiled(one, SPECS)
    assert isinstance(found, Compiled)
    return found


def kinds(one: Table) -> set[str]:
    return {finding.code for finding in faults(understood(one))}


class TestFaults:
    def test_a_whole_table_has_none(self) -> None:
        assert kinds(table(["own.n"], ("< 3",), (">= 3",), ("null",))) == set()
        assert kinds(table(["own.n"], ("< 3",), ("",), hit="first")) == set()

    def test_a_gap_is_named_with_an_example(self) -> None:
        (found,) = faults(
            understood(table(["own.n", "open.b"], ("< 3", ""), (">= 3", "true"), ("null", "")))
        )
        assert (found.code, found.table) == ("gap", "table")
        assert found.example["own.n"] in range(3, 7)
        assert found.example["open.b"] is False

    def test_unknown_counts_as_a_case_of_its_own(self) -> None:
        (found,) = faults(understood(table(["own.n"], ("< 3",), (">= 3",))))
        assert (found.code, found.example) == ("gap", {"own.n": None})

    def test_an_overlap_names_both_rows(self) -> None:
        (found,) = faults(understood(table(["own.n"], ("<= 3",), (">= 3",), ("null",))))
        assert (found.code, found.other, found.row) == ("overlap", 1, 2)
        assert found.example == {"own.n": 3}

    def test_a_row_behind_all_others_never_counts(self) -> None:
        (found,) = faults(understood(table(["own.n"], ("",), ("< 3",), hit="first")))
        assert (found.code, found.row) == ("unreachable", 2)

    def test_a_row_that_no_value_meets_never_counts(self) -> None:
        found = faults(understood(table(["own.n"], ("(3..4)",), ("",))))
        assert [(one.code, one.row) for one in found] == [("unreachable", 1)]

    @given(any_table())
    def test_they_are_those_of_a_search_through_all_values(self, one: Table) -> None:
        found = understood(one)
        reached, codes = set(), set()
        for values in product(*(UNIVERSE[name] for name in one.inputs)):
            holding = found.rows_holding(dict(zip(one.inputs, values, strict=True)))
            codes |= set() if holding else {"gap"}
            codes |= {"overlap"} if len(holding) > 1 and one.hit == "unique" else set()
            reached |= set(holding[:1] if one.hit == "first" else holding)
        never = set(range(len(one.rows))) - reached
        said = faults(found)
        assert {finding.code for finding in said} == codes | ({"unreachable"} if never else set())
        assert {f.row - 1 for f in said if f.code == "unreachable"} == never
        for finding in said:
            holding = found.rows_holding(finding.example)
            assert finding.code != "gap" or holding == []
            assert finding.code != "overlap" or {finding.row - 1, finding.other - 1} <= set(holding)

    def test_a_table_too_large_to_look_through_is_refused(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tables, "MOST_STATES", 3)
        assert kinds(table(["own.n", "open.b"], ("< 3", ""), (">= 3", "true"), ("null", ""))) == {
            "too_large"
        }


class TestCompiled:
    def test_names_every_cell_that_is_not_understood(self) -> None:
        found = compiled(table(["own.n", "own.t"], ("<< 3 (", "A"), ("", "")), SPECS)
        assert isinstance(found, tuple)
        assert [(one.code, one.row, one.column) for one in found] == [
            ("malformed", 1, "own.n"),
            ("malformed", 1, "own.t"),
        ]

    def test_names_a_fact_that_nobody_declared(self) -> None:
        found = compiled(table(["own.other"], ("",)), SPECS)
        assert isinstance(found, tuple)
        assert [(one.code, one.column) for one in found] == [("unknown_fact", "own.other")]


class TestTwoEvaluators:
    @given(any_table(), st.data())
    def test_zen_hits_the_row_that_the_cells_say(self, one: Table, data: st.DataObject) -> None:
        found = understood(one)
        made = runnable_tables((found,))
        for _ in range(4):
            facts = {name: data.draw(st.sampled_from(UNIVERSE[name])) for name in one.inputs}
            assert made.zens(facts) == {"table": found.counting(facts)}

    @given(st.floats(-1e8, 1e8), st.integers(0, 6), st.sampled_from(["<", "<=", ">", ">=", "="]))
    def test_also_at_the_edge_of_a_number(self, edge: float, digits: int, sign: str) -> None:
        spec = FactSpec(name="own.n", kind=FactKind.NUMBER)
        cut = round(edge, digits)
        text = f"{cut:.6f}"
        found = compiled(table(["own.n"], (f"{sign} {text}",)), {"own.n": spec})
        assert isinstance(found, Compiled)
        made = runnable_tables((found,))
        for value in (cut, round(cut + 1e-6, 6), round(cut - 1e-6, 6), None):
            facts = {"own.n": value}
            assert made.zens(facts) == {"table": found.rows_holding(facts)}

    @given(any_table(), any_table(), st.data())
    def test_tables_of_one_stage_do_not_mix(
        self, one: Table, other: Table, data: st.DataObject
    ) -> None:
        pair = understood(one), understood(other.model_copy(update={"id": "other"}))
        facts = {name: data.draw(st.sampled_from(UNIVERSE[name])) for name in SPECS}
        wanted = {found.table.id: found.counting(facts) for found in pair}
        assert runnable_tables(pair).zens(facts) == wanted
