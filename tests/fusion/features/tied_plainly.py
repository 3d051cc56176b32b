"""Ties strewn over a few firms, and the features of neighbours read off them plainly, by loops."""

from __future__ import annotations

import datetime as dt
import random
import re
import unicodedata
from functools import cached_property
from typing import Any

from shuxin.fusion.features.graph import CAP, READ

DAY = dt.date(2024, 7, 15)
BEFORE, AFTER = dt.datetime(2024, 7, 1, tzinfo=dt.UTC), dt.datetime(2024, 7, 15, tzinfo=dt.UTC)
FIRMS = 40
FAILURES = (
    ("dishonest_listing", "published", "removed"),
    ("enforcement_case", "filed", "closed"),
    ("abnormal_listing", "in_date", "out_date"),
    ("bankruptcy", "accepted", ""),
)
ADDRESSES = ("青岚路1号", "青岚路１号 ", "青岚路(1)号", "青岚路1-2号", "青岚路12号", "Ａ座9室", "a座 9室",
             "枫渚镇十二号", "青岚镇", "青岚镇", None, None, None)  # fmt: skip
Row = dict[str, Any]
World = dict[str, list[Row]]
Tie = tuple[str, str, int]
Weights = dict[str, dict[str, float]]


def day(ago: int) -> dt.date:
    return DAY - dt.timedelta(days=ago)


def firm(number: int) -> str:
    return f"F{number:02}"


def strewn(seed: int) -> World:  # noqa: C901 - one kind of row after the other
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
            address=rng.choice([*ADDRESSES, *(f"桐花路{at}号" for at in range(9))]),
            operator_id=rng.choice(["P1", "P2", *[None] * 9]),
        )
        for _ in range(rng.randrange(3)):
            post = rng.choice(["legal_representative", "director", "法定代表人"])
            person = rng.choice([*(f"P{at}" for at in range(9)), None])
            add("key_person", entity=own, person_id=person, post=post, legal_rep=rng.choice([None, True]), to=over(),
                **{"from": day(rng.randrange(1, 900))})  # fmt: skip
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
        if number < 8:  # what some guarantors give is small beside the rest
            add("reported_guarantee", entity=own, debtor_uscc=firm((number * 5 + 9) % FIRMS), debtor="D",
                amount=5 * 10**5, **{"from": day(40), "to": None})  # fmt: skip
        if number < 6:  # two circles of three, where all of it is known
            add("reported_guarantee", entity=own, debtor_uscc=firm(number // 3 * 3 + (number + 1) % 3), debtor="D",
                amount=7, **{"from": day(40), "to": None})  # fmt: skip
        for number_of in range(rng.randrange(20)):
            buyer = rng.choice([firm(rng.randrange(9)), firm(rng.randrange(FIRMS)), "X"])
            add("invoice_out", entity=own, party=buyer,
                invoice_no=f"{own}{number_of}", issued_on=day(rng.randrange(1, 500)),
                net=rng.choice([1, rng.randrange(-50, 900)]))  # fmt: skip
        for standard, start, end in FAILURES:
            if rng.random() < 0.3:
                ended = {end: over()} if end else {}
                add(standard, entity=own, **{start: day(rng.randrange(1, 400))}, **ended)
    return world


def is_firm(code: str) -> bool:
    return code.startswith("F")


def turned(ties: list[Tie]) -> list[Tie]:
    return [(other, one, fen) for one, other, fen in ties]


def shares(ties: list[Tie]) -> Weights:
    """Of each one's whole."""
    sums: Weights = {}
    for one, other, fen in ties:
        own = sums.setdefault(one, {})
        own[other] = own.get(other, 0) + fen
    return {
        one: {other: fen / sum(own.values()) for other, fen in own.items()}
        for one, own in sums.items()
    }


def plain_address(text: str | None) -> str | None:
    """None where it names no door."""
    said = "".join(c for c in unicodedata.normalize("NFKC", text or "").lower() if c not in " ().,")
    return said if re.search("[0-9]|[一二三四五六七八九十]+[号室]", said) else None


class Plainly:
    """The same, by definition."""

    def __init__(self, world: World) -> None:
        starts = {"registration": "establish_date", "shareholder": "valid_from", "reported_guarantee": "from",
                  "invoice_out": "issued_on", "dishonest_listing": "published", "enforcement_case": "filed",
                  "abnormal_listing": "in_date", "bankruptcy": "accepted", "key_person": "from"}  # fmt: skip
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

    def fate(self, name: str, others: set[str]) -> Row:
        register = {row["entity"]: row for row in self.rows["registration"]}
        gone = {
            o for o in others
            if o in register and (register[o]["status"] != "active" or (register[o]["revoke_date"] or DAY) < DAY)
        }  # fmt: skip
        return {
            f"{name}_others": len(others),
            f"{name}_others_ended": len(gone),
            f"{name}_others_ended_share": len(gone) / len(others) if others else None,
            f"{name}_others_abnormal": len(others & self.abnormal),
            f"{name}_others_bad": len(others & self.bad),
            f"{name}_others_bad_share": len(others & self.bad) / len(others) if others else None,
        }

    def sharing(self, pairs: list[tuple[str, str | None]], own: str) -> set[str]:
        groups: dict[str, set[str]] = {}
        for one, what in pairs:
            if what is not None:
                groups.setdefault(what, set()).add(one)
        return {o for group in groups.values() if own in group for o in group - {own}}

    def neighbours_by_address(self, own: str) -> set[str]:
        return self.sharing(
            [(row["entity"], plain_address(row["address"])) for row in self.rows["registration"]],
            own,
        )

    def neighbours_by_head(self, own: str) -> set[str]:
        heads = [
            (row["entity"], row["person_id"])
            for row in self.rows["key_person"]
            if (row["to"] is None or row["to"] >= DAY)
            and (row["legal_rep"] or row["post"] != "director")
        ]
        operators = [(row["entity"], row["operator_id"]) for row in self.rows["registration"]]
        return self.sharing(heads + operators, own)

    def shared(self, own: str) -> Row:
        return {
            **self.fate("addr", self.neighbours_by_address(own)),
            **self.fate("head", self.neighbours_by_head(own)),
            "addr_crowded": 0,
        }

    def exposure(self, weights: Weights, own: str) -> tuple[float | None, float | None]:
        """One step and two, by shares of each one's whole."""
        if own not in weights:
            return None, None
        near = sum(w for j, w in weights[own].items() if j in self.bad)
        far = sum(
            w * v
            for j, w in weights[own].items()
            for k, v in weights.get(j, {}).items()
            if k in self.bad and k != own
        )
        return near, far

    def control(self, own: str) -> Row:
        others, holdings = self.others(own), self.holdings()
        register = {row["entity"]: row for row in self.rows["registration"]}
        ages = [(DAY - register[o]["establish_date"]).days for o in others if o in register]
        held = {one for one, holders in holdings.items() if own in holders and one != own}
        mine = holdings.get(own, {})
        firms = {
            holder for holder in mine if holder in self.everybody or holder.startswith("F")
        } - {own}
        ties = self.tied([(holder, one) for one, holders in holdings.items() for holder in holders])
        into = shares(
            [
                (h, o, fen)
                for o, hs in holdings.items()
                for h, fen in hs.items()
                if is_firm(h) and h != o
            ]
        )
        by = {
            one: {h: fen / sum(hs.values()) for h, fen in hs.items() if is_firm(h) and h != one}
            for one, hs in holdings.items()
        }
        held_bad_share, held_bad_2hop = self.exposure(into, own)
        return {
            **self.fate("ctrl", others),
            "held_bad_share": held_bad_share,
            "held_bad_2hop": held_bad_2hop,
            "holders_bad_2hop": self.exposure(by, own)[1],
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

    def given(self) -> list[Tie]:
        return [
            (row["entity"], row["debtor_uscc"], row["amount"])
            for row in self.rows["reported_guarantee"]
            if (row["to"] is None or row["to"] >= DAY)
            and (row["debtor_uscc"] or "X") not in {"X", row["entity"]}
        ]

    def guarantees(self, own: str) -> Row:
        given = self.given()
        given_bad = self.exposure(shares(given), own)
        received_bad = self.exposure(shares(turned(given)), own)
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
            "gua_given_bad_share": given_bad[0],
            "gua_given_bad_2hop": given_bad[1],
            "gua_received_bad_share": received_bad[0],
            "gua_received_bad_2hop": received_bad[1],
        }

    def reached(self, ties: dict[str, set[str]], own: str) -> set[str]:
        return self.reached_from(ties, {own})

    def reached_from(self, ties: dict[str, set[str]], firms: set[str]) -> set[str]:
        found, open_ones = set(firms), set(firms)
        while open_ones:
            open_ones = {other for one in open_ones for other in ties.get(one, set())} - found
            found |= open_ones
        return found

    def spread(self, own: str) -> Row:
        near, far = self.exposure(self.steps, own)
        return {"ties_bad_spread": None if near is None else 0.7 * near + 0.49 * far}

    @cached_property
    def steps(self) -> Weights:
        """By shares of the mean kind of tie, both ways."""
        pairs = [
            (h, o, 1) for o, hs in self.holdings().items() for h in hs if is_firm(h) and h != o
        ]
        alike = {(one, other) for one, other, _ in pairs + turned(pairs)}
        alike |= {(one, other) for one in map(firm, range(FIRMS)) for other in self.others(one)}
        kinds = [shares([(*pair, 1) for pair in alike])]
        kinds += [shares(ties + turned(ties)) for ties in (self.given(), self.sold())]
        steps: Weights = {}
        for one in map(firm, range(FIRMS)):
            told = [kind[one] for kind in kinds if one in kind]
            if told:
                others = {other for kind in told for other in kind}
                steps[one] = {o: sum(k.get(o, 0) for k in told) / len(told) for o in others}
        return steps

    @cached_property
    def ranks(self) -> dict[str, float]:
        of = shares(turned(self.sold()))
        firms = {one for one, other, _ in self.sold() for one in (one, other)}
        rank = dict.fromkeys(firms, 1.0)
        for _ in range(150):
            idle = sum(rank[one] for one in firms - of.keys())
            new = dict.fromkeys(firms, 0.15 + 0.85 * idle / len(firms))
            for buyer, sellers in of.items():
                for seller, share in sellers.items():
                    new[seller] += 0.85 * share * rank[buyer]
            rank = new
        return rank

    def back(self, own: str) -> float | None:
        whole = shares(self.sold())
        to = {one: {o: w for o, w in ways.items() if w >= 0.01} for one, ways in whole.items()}
        if own not in to:
            return None
        found = 0.0
        for j, first in to[own].items():
            for k, second in to.get(j, {}).items():
                if k == own:
                    found += first * second
                    continue
                for last, third in to.get(k, {}).items():
                    if last == own:
                        found += first * second * third
                    else:
                        found += first * second * third * to.get(last, {}).get(own, 0)
        return found

    def sold(self) -> list[Tie]:
        sums: dict[tuple[str, str], int] = {}
        for row in self.rows["invoice_out"]:
            ago = (DAY.year - row["issued_on"].year) * 12 + DAY.month - row["issued_on"].month
            if 1 <= ago <= 12 and row["party"] not in {"X", row["entity"]}:
                pair = row["entity"], row["party"]
                sums[pair] = sums.get(pair, 0) + row["net"]
        return [(*pair, fen) for pair, fen in sums.items() if fen > 0]

    def trade(self, own: str) -> Row:
        sold = {(one, other): fen for one, other, fen in self.sold()}
        buyers = {other for one, other in sold if one == own}
        suppliers = {one for one, other in sold if other == own}
        total = sum(sold[own, one] for one in buyers)

        def share(among: set[str]) -> float | None:
            return sum(sold[own, one] for one in among) / total if total else None

        holdings, bought = self.holdings(), shares(turned(self.sold()))
        ties = self.tied([(holder, one) for one, holders in holdings.items() for holder in holders])
        related = (
            self.others(own)
            | ties.get(own, set())
            | self.neighbours_by_address(own)
            | self.neighbours_by_head(own)
        )
        circles = [(one, other) for one in buyers for other in suppliers if (one, other) in sold]
        return {
            "buyers_bad_12m": len(buyers & self.bad),
            "sales_to_bad_12m": share(buyers & self.bad),
            "suppliers_bad_12m": len(suppliers & self.bad),
            "two_way_12m": len(buyers & suppliers),
            "two_way_share_12m": share(buyers & suppliers),
            "trade_circles_12m": len(circles),
            "sales_to_bad_2hop_12m": self.exposure(shares(self.sold()), own)[1],
            "purchases_bad_12m": self.exposure(bought, own)[0],
            "purchases_bad_2hop_12m": self.exposure(bought, own)[1],
            "related_sales_12m": share(buyers & related),
            "related_purchases_12m": sum(w for o, w in bought[own].items() if o in related)
            if own in bought
            else None,
            "sales_back_12m": self.back(own),
            "trade_rank_12m": self.ranks.get(own),
        }
