"""Features of neighbours beside a plain reading of the same, by loops over who is tied to whom."""

from __future__ import annotations

from functools import cache

import duckdb
import ibis
import pyarrow as pa
import pytest
from tests.fusion.features.tied_plainly import (
    BEFORE,
    DAY,
    FIRMS,
    Plainly,
    Row,
    World,
    day,
    firm,
    strewn,
)

from shuxin.fusion.features import tied
from shuxin.fusion.features.definition import WHOLE
from shuxin.fusion.features.graph import CAP, NEIGHBOUR_FEATURES, NEIGHBOUR_GROUPS, READ
from shuxin.fusion.features.neighbours import neighbours
from shuxin.fusion.features.sources import source_columns


def engine(world: World) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET threads = 1")
    for standard, rows in world.items():
        shape = ibis.schema(source_columns(standard)).to_pyarrow()
        connection.register(standard, pa.Table.from_pylist(rows, schema=shape))
    return connection


def told(world: World, *, firms: int = FIRMS) -> dict[str, Row]:
    spine = pa.table({"entity": [firm(n) for n in range(firms)], "as_of": [DAY] * firms})
    return {
        row["entity"]: row for row in neighbours(engine(world), spine, standards=READ).to_pylist()
    }


@cache
def of_all(seed: int) -> dict[str, Row]:
    return told(strewn(seed))


def changed(standard: str, field: str) -> set[str]:
    """Features of which somebody's number is another where a standard's field is not told, or ``*`` no row of it."""
    world = strewn(1)
    left = [] if field == "*" else [row | {field: None} for row in world[standard]]
    before, after = of_all(1), told(world | {standard: left})
    return {
        name for own, row in before.items() for name, value in row.items() if after[own][name] != value
    }  # fmt: skip


class TestNeighbours:
    @pytest.mark.parametrize("seed", [1, 2])
    def test_are_what_the_ties_say(self, seed: int) -> None:
        world = strewn(seed)
        plain, found = Plainly(world), of_all(seed)
        wrong = []
        for number in range(FIRMS):
            own = firm(number)
            due = plain.control(own) | plain.guarantees(own) | plain.trade(own)
            due |= plain.shared(own) | plain.spread(own)
            assert due.keys() == {one.name for one in NEIGHBOUR_FEATURES}
            wrong += [
                (own, name, found[own][name], value)
                for name, value in due.items()
                if found[own][name]
                != (pytest.approx(value, rel=1e-6, abs=1e-9) if isinstance(value, float) else value)
            ]
        assert wrong == []

    def test_say_something_of_somebody(self) -> None:
        found = [row for seed in (1, 2) for row in of_all(seed).values()]
        silent = [
            one.name for one in NEIGHBOUR_FEATURES if len({row[one.name] for row in found}) < 2
        ]
        assert silent == ["addr_crowded"]

    def test_asked_of_one_are_the_same_as_of_all(self) -> None:
        world = strewn(1)
        assert told(world, firms=1)[firm(0)] == of_all(1)[firm(0)]

    def test_what_becomes_known_on_the_day_changes_nothing(self) -> None:
        world = strewn(1)
        known = {
            name: [r for r in rows if r["_known_from"] == BEFORE] for name, rows in world.items()
        }
        assert told(known) == of_all(1)

    def test_a_controller_of_more_firms_than_the_cap_ties_nobody(self) -> None:
        world = {standard: [] for standard in READ}
        world["shareholder"] = [
            {
                "entity": firm(n),
                "holder_id": "agency",
                "subscribed": 5,
                "valid_from": day(9),
                "_known_from": BEFORE,
            }
            for n in range(CAP + 2)
        ]
        assert {row["ctrl_others"] for row in told(world, firms=CAP + 2).values()} == {0}
        world["shareholder"].pop()
        assert {row["ctrl_others"] for row in told(world, firms=CAP + 1).values()} == {CAP}

    def test_an_address_of_more_firms_than_the_cap_ties_nobody_and_is_told(self) -> None:
        def at_one_address(firms: int) -> set[tuple[int, int]]:
            world: World = {standard: [] for standard in READ}
            world["registration"] = [
                {"entity": firm(n), "address": "桐花路9号", "establish_date": day(9), "_known_from": BEFORE}
                for n in range(firms)
            ]  # fmt: skip
            found = told(world, firms=firms).values()
            return {(row["addr_others"], row["addr_crowded"]) for row in found}

        assert at_one_address(CAP + 2) == {(0, 1)}
        assert at_one_address(CAP + 1) == {(CAP, 0)}

    def test_a_firm_that_is_bad_itself_spreads_nothing_to_itself(self) -> None:
        world: World = {standard: [] for standard in READ}
        world["invoice_out"] = [
            {"entity": firm(n), "party": firm((n + 1) % 3), "invoice_no": f"{n}", "issued_on": day(60), "net": 5,
             "_known_from": BEFORE}
            for n in range(3)
        ]  # fmt: skip
        world["bankruptcy"] = [{"entity": firm(0), "accepted": day(9), "_known_from": BEFORE}]
        found = told(world, firms=3)
        assert found[firm(0)]["ties_bad_spread"] == 0
        assert found[firm(1)]["ties_bad_spread"] == pytest.approx(0.7 / 2 + 0.49 / 4)
        assert {row["sales_back_12m"] for row in found.values()} == {1}

    def test_what_shares_of_sales_come_back_is_told_in_parts_as_at_once(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole = of_all(1)
        monkeypatch.setattr(tied, "_MOST_AT_ONCE", 50)
        assert told(strewn(1)) == whole

    def test_without_a_standard_are_empty(self) -> None:
        spine = pa.table({"entity": ["F00"], "as_of": [DAY]})
        (row,) = neighbours(engine({}), spine, standards=[]).to_pylist()
        assert {one.name: row[one.name] for one in NEIGHBOUR_FEATURES} == {
            one.name: one.empty for one in NEIGHBOUR_FEATURES
        }

    @pytest.mark.parametrize(
        ("standard", "field"),
        [
            ("registration", "address"),
            ("registration", "status"),
            ("key_person", "legal_rep"),
            ("enforcement_case", "closed"),
            ("shareholder", "*"),
            ("invoice_out", "net"),
        ],
    )
    def test_change_without_a_field_only_where_they_name_it(
        self, standard: str, field: str
    ) -> None:
        named = {
            one.name
            for one in NEIGHBOUR_FEATURES
            if (standard, field) in one.fields or (field == "*" and standard in one.standards)
        }
        moved = changed(standard, field)
        assert moved
        assert moved <= named

    def test_do_not_look_at_fields_that_they_do_not_name(self) -> None:
        named = {pair for one in NEIGHBOUR_FEATURES for pair in one.fields}
        keys = {"invoice_no", "debtor", "entity", "_known_from"}
        world = strewn(1)
        other = {
            standard: [
                {name: v for name, v in row.items() if name in keys or (standard, name) in named}
                | dict.fromkeys(("subject_name", "_file"), "?")
                for row in rows
            ]
            for standard, rows in world.items()
        }
        assert told(other) == of_all(1)

    def test_have_a_group_a_unit_and_titles_of_their_own(self) -> None:
        for one in NEIGHBOUR_FEATURES:
            assert one.group in NEIGHBOUR_GROUPS
            assert one.measure in WHOLE or one.empty is None
        assert len({one.title.zh for one in NEIGHBOUR_FEATURES}) == len(NEIGHBOUR_FEATURES)
        assert len({one.name for one in NEIGHBOUR_FEATURES}) == len(NEIGHBOUR_FEATURES)
