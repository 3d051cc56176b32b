"""Invoices around the edges of windows, as hypothesis draws them and as a generator strews them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from hypothesis import strategies as st
from tests.fusion.features.engine import Firm
from tests.fusion.features.slow import Invoice

from shuxin.kernel.dates import CHINA_TIME

if TYPE_CHECKING:
    import random

DAYS = (
    dt.date(2024, 2, 29),
    dt.date(2024, 3, 1),
    dt.date(2023, 3, 31),
    dt.date(2025, 1, 1),
    dt.date(2024, 12, 31),
    dt.date(2024, 7, 15),
)
STATES = ("有效发票", "正常", "作废发票", "作废", "已作废", "VOID", "void", None)
MONEY = ("CNY", "RMB", "人民币", "元", "USD", "美元", None)
PARTIES = ("甲", "乙", "丙", "丁", "戊", "己", "庚", None)
LARGE = 9 * 10**15

days_of_as_of = st.sampled_from(DAYS)


def moment(day: dt.date) -> dt.datetime:
    """The day's first moment in China."""
    return dt.datetime.combine(day, dt.time(), tzinfo=CHINA_TIME)


@st.composite
def invoices(draw: st.DrawFn, as_of: dt.date) -> Invoice:
    ago = draw(st.one_of(st.integers(-40, 70), st.integers(-2, 800)))
    day = as_of - dt.timedelta(days=ago)
    fen = st.sampled_from([0, 1, -1, 99, 100_000, -100_000, 123_456_789, LARGE, -LARGE, LARGE - 1])
    net = draw(st.one_of(fen, st.none(), st.integers(-LARGE, LARGE)))
    near = st.sampled_from([-400, -1, 0, 1, 30])
    known = draw(st.one_of(st.integers(-800, -799), st.sampled_from([-1, 0, 1])))
    replaced = draw(st.one_of(st.none(), st.sampled_from([-1, 0, 1])))
    return Invoice(
        party=draw(st.sampled_from(PARTIES)),
        issued_on=day,
        net=net,
        tax=draw(st.one_of(fen, st.none())),
        total=draw(st.one_of(fen, st.none())),
        status=draw(st.one_of(st.just("有效发票"), st.sampled_from(STATES))),
        changed_on=draw(st.one_of(st.none(), near.map(lambda n: as_of + dt.timedelta(days=n)))),
        currency=draw(st.one_of(st.none(), st.sampled_from(MONEY))),
        number=draw(st.one_of(st.none(), st.sampled_from("12"), st.uuids().map(str))),
        known_from=moment(as_of) + dt.timedelta(days=known, minutes=draw(st.integers(-90, 90))),
        known_to=None if replaced is None else moment(as_of) + dt.timedelta(days=replaced),
    )


@st.composite
def cases(draw: st.DrawFn) -> tuple[dict[str, Firm], list[tuple[str, dt.date]]]:
    """Up to three enterprises, each on its day."""
    firms, spine = {}, []
    for name in draw(st.sampled_from([("E1",), ("E1", "E2", "E3")])):
        as_of = draw(days_of_as_of)
        sold, bought = draw(st.tuples(*(st.lists(invoices(as_of), max_size=9) for _ in range(2))))
        firms[name] = Firm(sold, bought)
        spine.append((name, as_of))
    return firms, spine


def strewn_firm(rng: random.Random, as_of: dt.date) -> Firm:
    """A firm with a few years of trade, regular or not; some firms have none."""
    return Firm(_strewn(rng, as_of), _strewn(rng, as_of))


def _strewn(rng: random.Random, as_of: dt.date) -> list[Invoice]:
    scale = rng.choice([100, 10**5, 10**8, LARGE])
    regular = rng.random() < 0.2
    found = []
    for number in range(rng.choice([0, 1, 3, 12, 40])):
        day = as_of - dt.timedelta(days=1 + (number * 30 if regular else rng.randrange(830)))
        net = scale if regular else rng.randrange(-scale // 4, scale)
        found.append(
            Invoice(
                party=rng.choice(PARTIES),
                issued_on=day,
                net=net,
                tax=net // 10,
                total=rng.choice([net + net // 10, 100_000 * rng.randrange(9)]),
                status=rng.choice(STATES) if rng.random() < 0.3 else "有效发票",
                changed_on=rng.choice([None, day, as_of - dt.timedelta(days=1), as_of]),
                currency=rng.choice(MONEY) if rng.random() < 0.1 else None,
                number=rng.choice([f"{number:08}", f"{number:08}", "00000007", None]),
                known_from=moment(day) + dt.timedelta(days=rng.choice([0, 0, 0, 1, 60])),
            )
        )
    return found
