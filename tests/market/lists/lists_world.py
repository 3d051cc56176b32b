"""Officers of a city and a district, two lenders, and firms that were visited."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from shuxin.kernel.dates import CHINA_TIME
from shuxin.kernel.machine import Actor
from shuxin.kernel.uscc import check_symbol
from shuxin.market.api import Doer, LoanUse, government

if TYPE_CHECKING:
    from shuxin.ledger.api import Entry

NOW = dt.datetime(2026, 6, 1, 10, tzinfo=CHINA_TIME)
DEPARTMENT = "uscc:11320100MB1234567A"
CITY, DISTRICT, OTHER_DISTRICT = "3201", "320106", "320105"


def code(number: int) -> str:
    body = f"91320106{number:09}"
    return body + check_symbol(body)


LENDER, OTHER_LENDER = f"uscc:{code(901)}", f"uscc:{code(902)}"


class Journal:
    """Keeps what is logged."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def __call__(self, entry: Entry, /) -> None:
        self.entries.append(entry)

    def kinds(self) -> list[str]:
        return [entry.kind for entry in self.entries]


class World:
    def __init__(self) -> None:
        self.journal = Journal()
        self.city = self.officer("city", CITY)
        self.district = self.officer("district", DISTRICT)

    def officer(self, name: str, region: str) -> Doer:
        doer = Doer(Actor.GOVERNMENT, DEPARTMENT, name, self.journal)
        operator = Doer(Actor.OPERATOR, "uscc:x", "operator", self.journal)
        government.assign_region(
            party=DEPARTMENT, account=name, region=region, doer=operator, now=NOW
        )
        return doer

    def lender(self, party: str = LENDER) -> Doer:
        return Doer(Actor.LENDER, party, "clerk", self.journal)

    def declared(self, number: int = 1, **facts: Any) -> str:
        key = government.record_visit(
            visit(number, **facts), doer=self.district, now=NOW, request_id=f"visit-{number}"
        )
        assert key is not None
        return key

    def judged(self, number: int = 1, **holds: bool) -> str:
        key = self.declared(number)
        answers = {one: (holds.get(one.value, True), "现场查看") for one in government.Standard}
        government.judge(key, answers, doer=self.district, now=NOW)
        return key

    def recommended(self, number: int = 1, *lenders: str) -> str:
        key = self.judged(number)
        government.recommend(key, lenders=lenders, doer=self.district, now=NOW)
        return key


def visit(number: int = 1, **facts: Any) -> government.Visit:
    given = {
        "firm": code(number),
        "name": f"甲{number}公司",
        "region": DISTRICT,
        "visited_on": dt.date(2026, 5, 30),
        "visitor": "王",
        "found_needs": True,
        "amount_fen": 50_000_000,
        "use": LoanUse.STOCK,
    }
    return government.Visit(**(given | facts))
