from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.fusion.features.engine import Firm, computed
from tests.fusion.features.slow import Invoice, is_void
from tests.fusion.features.strategies import DAYS, moment, strewn_firm

if TYPE_CHECKING:
    from collections.abc import Callable

FIRMS = 120
MOST = dt.timedelta(microseconds=1)


def strewn(seed: int) -> tuple[dict[str, Firm], list[tuple[str, dt.date]]]:
    rng = random.Random(seed)  # noqa: S311 - the same firms every time, no secret
    spine = [(f"E{n}", rng.choice(DAYS)) for n in range(FIRMS)]
    return {name: strewn_firm(rng, day) for name, day in spine}, spine


def plain(as_of: dt.date, *, ago: int = 40) -> Invoice:
    """An invoice that counts in most features."""
    day = as_of - dt.timedelta(days=ago)
    return Invoice("辛", day, 12_345_678, 1_604_938, 13_950_616)


HIDDEN: dict[str, Callable[[dt.date], Invoice]] = {
    "known on the day": lambda d: replace(plain(d), known_from=moment(d)),
    "known a year later": lambda d: replace(
        plain(d, ago=400), known_from=moment(d) + dt.timedelta(days=365)
    ),
    "issued on the day": lambda d: plain(d, ago=0),
    "issued later": lambda d: plain(d, ago=-30),
    "replaced before": lambda d: replace(plain(d), known_to=moment(d) - MOST),
    "in foreign money": lambda d: replace(plain(d), currency="USD"),
    "older than 24 months": lambda d: plain(d.replace(day=1), ago=735),
}
SHOWN: dict[str, Callable[[dt.date], Invoice]] = {
    "known the moment before": lambda d: replace(plain(d), known_from=moment(d) - MOST),
    "issued on the last day of the month before": lambda d: plain(d, ago=d.day),
    "replaced on the day": lambda d: replace(plain(d), known_to=moment(d)),
    "in our money": lambda d: replace(plain(d), currency="RMB"),
    "of the oldest month": lambda d: plain(d.replace(day=1), ago=725),
    "voided on the day": lambda d: replace(plain(d), status="作废", changed_on=d),
}


def with_one_more(
    firms: dict[str, Firm], spine: list[tuple[str, dt.date]], made: Callable[[dt.date], Invoice]
) -> dict[str, Firm]:
    return {
        name: Firm([*firms[name].sold, made(day)], [made(day), *firms[name].bought])
        for name, day in spine
    }


class TestKnownRows:
    @pytest.mark.parametrize("why", HIDDEN)
    def test_what_nobody_could_know_or_is_out_of_sight_changes_nothing(self, why: str) -> None:
        firms, spine = strewn(1)
        assert computed(with_one_more(firms, spine, HIDDEN[why]), spine) == computed(firms, spine)

    @pytest.mark.parametrize("why", SHOWN)
    def test_what_stands_just_inside_changes_every_firm(self, why: str) -> None:
        firms, spine = strewn(1)
        before, after = (
            computed(firms, spine),
            computed(with_one_more(firms, spine, SHOWN[why]), spine),
        )
        assert all(before[pair] != after[pair] for pair in spine)

    def test_a_void_of_the_day_or_later_is_not_known_yet(self) -> None:
        firms, spine = strewn(2)

        def voided(invoices: list[Invoice], day: dt.date) -> list[Invoice]:
            later = {"status": "作废发票", "changed_on": day}
            return [i if is_void(i, day) else replace(i, **later) for i in invoices]

        late = {
            name: Firm(voided(firms[name].sold, day), voided(firms[name].bought, day))
            for name, day in spine
        }
        assert computed(late, spine) == computed(firms, spine)
        tomorrow = [(name, day + dt.timedelta(days=1)) for name, day in spine]
        assert computed(late, tomorrow) != computed(firms, tomorrow)
