"""Features of neighbours beside a plain reading of the same, by loops over who is tied to whom."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import duckdb
import ibis
import pyarrow as pa
import pytest

from shuxin.fusion.features.definition import WHOLE
from shuxin.fusion.features.graph import CAP, NEIGHBOUR_FEATURES, NEIGHBOUR_GROUPS, READ
from shuxin.fusion.features.neighbours import neighbours
from shuxin.fusion.features.sources import source_columns

DAY = dt.date(2024, 7, 15)
BEFORE, AFTER = dt.datetime(2024, 7, 1, tzinfo=dt.UTC), dt.datetime(2024, 7, 15, tzinfo=dt.UTC)
FIRMS = 40
FAILURES = (
    ("dishonest_listing", "published", "removed"),
    ("enforcement_case", "filed", "closed"),
    ("abnormal_listing", "in_date", "out_date"),
    ("bankruptcy", "accepted", ""),
)
Row = dict[str, Any]
World = dict[str, list[Row]]


def day(ago: int) -> dt.date:
    return DAY - dt.timedelta(days=ago)


def firm(number: int) -> str:
    return f"F{number:02}"


def strewn(seed: int) -> World:
    """Ties, some over, some not yet known; a few controllers with many firms, and failures here and there."""
    rng = random.Random(seed)  # noqa: S311 - the same every time, no secret
    world: World = {standard: [] for standard in READ}

    def add(standard: str, **told: Any) -> None:
        late = rng.random() < 0.1
        world[standard].append(told | {"_known_from": AFTER if late else BEFORE})

    def over() -> dt.date | None:
        return rng.choice([None, None, day(-1), day(0), day(1), day(300)])

    for number in range(FIRMS):
        own = firm(number)
        status, ended = rng.choice(
            [("active", None)] * 3 + [("revoked", day(9)), ("active", day(3))]
        )
        add(
            "registration",
            entity=own,
            establish_date=day(rng.randrange(1, 3000)),
            status=status,
            revoke_date=ended,
        )
        for _ in range(rng.randrange(3)):
            holder = rng.choice(
                [firm(rng.randrange(9)), firm(rng.randrange(FIRMS)), None, None, None]
            )
            add("shareholder", entity=own, holder_uscc=holder, holder_id=None if holder else f"P{rng.randrange(12)}",
                subscribed=rng.randrange(1, 10**6), valid_from=day(rng.randrange(1, 900)), valid_to=over())  # fmt: skip
        for _ in range(rng.randrange(3)):
            debtor = rng.choice([firm(rng.randrange(FIRMS)), firm(rng.randrange(9)), "X", None])
            add("reported_guarantee", entity=own, debtor_uscc=debtor, debtor=f"D{rng.random()}",
                amount=rng.randrange(1, 10**6), **{"from": day(40), "to": over()})  # fmt: skip
        if number < 6:  # two circles of three, where all of it is known
            add("reported_guarantee", entity=own, debtor_uscc=firm(number // 3 * 3 + (number + 1) % 3), debtor="D",
                amount=7, **{"from": day(40), "to": None})  # fmt: skip
        for number_of in range(rng.randrange(20)):
            buyer = rng.choice([firm(rng.randrange(9)), firm(rng.randrange(FIRMS)), "X"])
            add("invoice_out", entity=own, party=buyer,
                invoice_no=f"{own}{number_of}", issued_on=day(rng.randrange(1, 500)),
                net=rng.randrange(-50, 900))  # fmt: skip
        for standard, start, end in FAILURES:
            if rng.random() < 0.3:
                ended = {end: over()} if end else {}
                add(standard, entity=own, **{start: day(rng.randrange(1, 400))}, **ended)
    return world


def engine(world: World) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    for standard, rows in world.items():
        shape = ibis.schema(source_columns(standard)).to_pyarrow()
        connection.register(standard, pa.Table.from_pylist(rows, schema=shape))
    return connection


def told(world: World, *, firms: int = FIRMS) -> dict[str, Row]:
    spine = pa.table({"entity": [firm(n) for n in range(firms)], "as_of": [DAY] * firms})
    return {
        row["entity"]: row for row in neighbours(engine(world), spine, standards=READ).to_pylist()
    }


class Plainly:
    """The same, by definition."""

    def __init__(self, world: World) -> None:
        starts = {"registration": "establish_date", "shareholder": "valid_from", "reported_guarantee": "from",
                  "invoice_out": "issued_on", "dishonest_listing": "published", "enforcement_case": "filed",
                  "abnormal_listing": "in_date", "bankruptcy": "accepted"}  # fmt: skip
        self.rows = {
            standard: [
                row for row in rows if row["_known_from"] == BEFORE and row[starts[standard]] < DAY
            ]
            for standard, rows in world.items()
        }
        self.bad = (
            self.standing("dishonest_listing", "removed")
            | self.standing("enforcement_case", "closed")
            | {row["entity"] for row in self.rows["bankruptcy"]}
        )
        self.abnormal = self.standing("abnormal_listing", "out_date")
        self.everybody = {row["entity"] for rows in self.rows.values() for row in rows}

    def standing(self, standard: str, until: str) -> set[str]:
        return {
            row["entity"] for row in self.rows[standard] if row[until] is None or row[until] >= DAY
        }

    def holdings(self) -> dict[str, dict[str, int]]:
        """By firm, its holders and their shares in force."""
        found: dict[str, dict[str, int]] = {}
        for row in self.rows["shareholder"]:
            if row["valid_to"] is None or row["valid_to"] >= DAY:
                holders = found.setdefault(row["entity"], {})
                holder = row["holder_uscc"] or row["holder_id"]
                holders[holder] = holders.get(holder, 0) + row["subscribed"]
        return found

    def others(self, own: str) -> set[str]:
        controls: dict[str, set[str]] = {}
        for one, holders in self.holdings().items():
            for holder, share in holders.items():
                if 2 * share > sum(holders.values()):
                    controls.setdefault(holder, set()).add(one)
        return {other for group in controls.values() if own in group for other in group - {own}}

    def control(self, own: str) -> Row:
        others, holdings = self.others(own), self.holdings()
        register = {row["entity"]: row for row in self.rows["registration"]}
        gone = {
            o for o in others
            if o in register and (register[o]["status"] != "active" or (register[o]["revoke_date"] or DAY) < DAY)
        }  # fmt: skip
        ages = [(DAY - register[o]["establish_date"]).days for o in others if o in register]
        held = {one for one, holders in holdings.items() if own in holders and one != own}
        mine = holdings.get(own, {})
        firms = {
            holder for holder in mine if holder in self.everybody or holder.startswith("F")
        } - {own}
        ties = self.tied([(holder, one) for one, holders in holdings.items() for holder in holders])
        return {
            "ctrl_others": len(others),
            "ctrl_others_ended": len(gone),
            "ctrl_others_ended_share": len(gone) / len(others) if others else None,
            "ctrl_others_abnormal": len(others & self.abnormal),
            "ctrl_others_bad": len(others & self.bad),
            "ctrl_others_bad_share": len(others & self.bad) / len(others) if others else None,
            "ctrl_newest_age": min(ages, default=None),
            "held_firms": len(held),
            "held_bad": len(held & self.bad),
            "holders_firms": len(firms),
            "holders_bad_share": sum(mine[one] for one in firms & self.bad) / sum(mine.values())
            if mine
            else None,
            "ties_bad_2hop": len(self.two_away(ties, own) & self.bad),
        }

    def tied(self, pairs: list[tuple[str, str]]) -> dict[str, set[str]]:
        ties: dict[str, set[str]] = {}
        for one, other in pairs:
            if one != other and one.startswith("F") and other.startswith("F"):
                ties.setdefault(one, set()).add(other)
                ties.setdefault(other, set()).add(one)
        return ties

    def two_away(self, ties: dict[str, set[str]], own: str) -> set[str]:
        near = ties.get(own, set())
        return {far for one in near for far in ties[one]} - near - {own}

    def guarantees(self, own: str) -> Row:
        given = [
            (row["entity"], row["debtor_uscc"], row["amount"])
            for row in self.rows["reported_guarantee"]
            if (row["to"] is None or row["to"] >= DAY)
            and (row["debtor_uscc"] or "X") not in {"X", row["entity"]}
        ]
        ties = self.tied([(one, other) for one, other, _ in given])
        after = {one: {other for here, other, _ in given if here == one} for one, _, _ in given}
        component = self.reached(ties, own)
        out = [(other, fen) for one, other, fen in given if one == own]
        into = [(one, fen) for one, other, fen in given if other == own]
        first = self.reached_from(after, after.get(own, set()))
        return {
            "gua_given_firms": len({other for other, _ in out}),
            "gua_given_amt": sum(fen for _, fen in out),
            "gua_received_firms": len({one for one, _ in into}),
            "gua_received_amt": sum(fen for _, fen in into),
            "gua_net_amt": sum(fen for _, fen in out) - sum(fen for _, fen in into),
            "gua_in_circle": int(own in first),
            "gua_circle_size": min(len(component), CAP) if len(component) > 1 else 0,
            "gua_circle_bad": len((component - {own}) & self.bad),
            "gua_given_bad_amt": sum(fen for other, fen in out if other in self.bad),
            "gua_bad_2hop": len(self.two_away(ties, own) & self.bad),
        }

    def reached(self, ties: dict[str, set[str]], own: str) -> set[str]:
        return self.reached_from(ties, {own})

    def reached_from(self, ties: dict[str, set[str]], firms: set[str]) -> set[str]:
        found, open_ones = set(firms), set(firms)
        while open_ones:
            open_ones = {other for one in open_ones for other in ties.get(one, set())} - found
            found |= open_ones
        return found

    def trade(self, own: str) -> Row:
        sums: dict[tuple[str, str], int] = {}
        for row in self.rows["invoice_out"]:
            ago = (DAY.year - row["issued_on"].year) * 12 + DAY.month - row["issued_on"].month
            if 1 <= ago <= 12 and row["party"] not in {"X", row["entity"]}:
                pair = row["entity"], row["party"]
                sums[pair] = sums.get(pair, 0) + row["net"]
        sold = {pair: fen for pair, fen in sums.items() if fen > 0}
        buyers = {other for one, other in sold if one == own}
        suppliers = {one for one, other in sold if other == own}
        total = sum(sold[own, one] for one in buyers)

        def share(among: set[str]) -> float | None:
            return sum(sold[own, one] for one in among) / total if total else None

        circles = [(one, other) for one in buyers for other in suppliers if (one, other) in sold]
        return {
            "buyers_bad_12m": len(buyers & self.bad),
            "sales_to_bad_12m": share(buyers & self.bad),
            "suppliers_bad_12m": len(suppliers & self.bad),
            "two_way_12m": len(buyers & suppliers),
            "two_way_share_12m": share(buyers & suppliers),
            "trade_circles_12m": len(circles),
        }


class TestNeighbours:
    @pytest.mark.parametrize("seed", [1, 2])
    def test_are_what_the_ties_say(self, seed: int) -> None:
        world = strewn(seed)
        plain, found = Plainly(world), told(world)
        wrong = []
        for number in range(FIRMS):
            own = firm(number)
            due = plain.control(own) | plain.guarantees(own) | plain.trade(own)
            assert due.keys() == {one.name for one in NEIGHBOUR_FEATURES}
            wrong += [
                (own, name, found[own][name], value)
                for name, value in due.items()
                if found[own][name] != (pytest.approx(value) if isinstance(value, float) else value)
            ]
        assert wrong == []

    def test_say_something_of_somebody(self) -> None:
        found = [row for seed in (1, 2) for row in told(strewn(seed)).values()]
        silent = [
            one.name for one in NEIGHBOUR_FEATURES if len({row[one.name] for row in found}) < 2
        ]
        assert silent == []

    def test_asked_of_one_are_the_same_as_of_all(self) -> None:
        world = strewn(1)
        assert told(world, firms=1)[firm(0)] == told(world)[firm(0)]

    def test_what_becomes_known_on_the_day_changes_nothing(self) -> None:
        world = strewn(1)
        known = {
            name: [r for r in rows if r["_known_from"] == BEFORE] for name, rows in world.items()
        }
        assert told(known) == told(world)

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

    def test_without_a_standard_are_empty(self) -> None:
        spine = pa.table({"entity": ["F00"], "as_of": [DAY]})
        (row,) = neighbours(engine({}), spine, standards=[]).to_pylist()
        assert {one.name: row[one.name] for one in NEIGHBOUR_FEATURES} == {
            one.name: one.empty for one in NEIGHBOUR_FEATURES
        }

    def test_have_a_group_a_unit_and_titles_of_their_own(self) -> None:
        for one in NEIGHBOUR_FEATURES:
            assert one.group in NEIGHBOUR_GROUPS
            assert one.measure in WHOLE or one.empty is None
        assert len({one.title.zh for one in NEIGHBOUR_FEATURES}) == len(NEIGHBOUR_FEATURES)
