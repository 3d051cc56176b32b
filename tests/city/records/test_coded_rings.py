from __future__ import annotations

import numpy as np
from tests.city.records.towns import DAY, MONTH, default_day, drawn, town

from shuxin.city.catalogues import CODE_TABLES
from shuxin.city.records.coded.ringflows import ring_flows
from shuxin.city.records.coded.transfers import FIRST_MONTH
from shuxin.city.world.scale import WINDOW_MONTHS

TOPICS = [one.code for one in CODE_TABLES["news_topic"].codes]


class TestCircles:
    def test_close_within_seven_days_and_lose_five_per_cent_at_most(self) -> None:
        """What DOMAIN 3.2 looks for: time ordered, steps that differ by 5 per cent at most."""
        found = ring_flows(town())
        goes_on = (found.source[1:] == found.target[:-1]) & (found.month[1:] == found.month[:-1])
        start = np.flatnonzero(np.append(True, ~goes_on))
        stop = np.append(start[1:], len(found.source))
        whole = 0
        for first, last in zip(start, stop, strict=True):
            if found.target[last - 1] != found.source[first]:
                continue
            whole += 1
            at, amount = found.at[first:last], found.amount[first:last]
            assert (np.diff(at) > 0).all()
            assert (at[-1] - at[0]) * 31 < 7
            assert (np.abs(np.diff(amount)) <= 0.05 * amount[:-1]).all()
        assert whole > 50

    def test_go_through_the_accounts_of_both(self) -> None:
        rows, found = drawn("bank_flows"), ring_flows(town())
        seen = found.month >= FIRST_MONTH
        arriving = rows.values["direction"] == 0
        place, amount = rows.values["counterparty_name"].place, rows.values["amount"]
        told = {
            True: set(
                zip(
                    place[arriving],
                    rows.firm[arriving],
                    rows.month[arriving],
                    amount[arriving],
                    strict=True,
                )
            ),
            False: set(
                zip(
                    rows.firm[~arriving],
                    place[~arriving],
                    rows.month[~arriving],
                    amount[~arriving],
                    strict=True,
                )
            ),
        }
        true = set(
            zip(
                found.source[seen],
                found.target[seen],
                found.month[seen],
                found.amount[seen],
                strict=True,
            )
        )
        assert len(true) > 50
        assert true <= told[True]
        assert true <= told[False]


class TestNews:
    def test_on_failures_come_from_two_months_before(self) -> None:
        rows = drawn("news_sentiment")
        bad = rows.values["topic"] == TOPICS.index("default")
        apart = (rows.day - default_day(rows.firm))[bad] / MONTH
        assert len(apart) > 20
        assert apart.min() > -2.1
        assert apart.max() < 4.2

    def test_bad_news_are_negative_and_others_mostly_not(self) -> None:
        rows = drawn("news_sentiment")
        bad = np.isin(
            rows.values["topic"],
            [TOPICS.index(one) for one in ("default", "lawsuit", "layoff", "run")],
        )
        assert (rows.values["polarity"][bad] <= -0.1).all()
        assert (rows.values["polarity"][~bad] > 0).mean() > 0.8

    def test_a_run_is_told_after_the_controller_took_the_money(self) -> None:
        rows, rings = drawn("news_sentiment"), town().ties.rings
        ran = rows.values["topic"] == TOPICS.index("run")
        assert ran.sum() > 3
        assert (rings.member[rows.firm[ran]] >= 0).all()
        assert (rows.month[ran] >= rings.runs[rings.member[rows.firm[ran]]]).all()

    def test_are_known_as_they_appear(self) -> None:
        rows = drawn("news_sentiment")
        assert rows.known is not None
        late = rows.known - rows.values["published"]
        assert late.min() >= 0
        assert late.max() <= 7_200


class TestCrimes:
    def test_against_rings_come_after_the_money_is_gone(self) -> None:
        rows, rings = drawn("econ_crimes"), town().ties.rings
        member = rings.member[rows.firm]
        inside = member >= 0
        assert inside.sum() > 5
        assert (rings.runs[member[inside]] < WINDOW_MONTHS).all()
        assert (rows.month[inside] > rings.runs[member[inside]]).all()
        assert rows.known is not None
        assert (rows.known > (rows.day + 4).astype(np.int64) * DAY).all()
        assert (rows.values["suspect_hmac"] == town().ties.controller[rows.firm]).all()
