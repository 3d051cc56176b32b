from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from tests.city.records.towns import DAY, MONTH, UNTIL, default_day, drawn, living, plain, town

from shuxin.city.catalogues import CODE_TABLES
from shuxin.city.records.coded.days import answerable_until
from shuxin.city.records.coded.docket import docket
from shuxin.city.records.drawn import NO_DAY, NOTHING
from shuxin.city.world.books import Event

COURT = (
    "case_filings", "judgments", "enforcements", "dishonest_list", "consumption_bans", "asset_freezes",
    "equity_freezes", "bankruptcies",
)  # fmt: skip
PLAINTIFF, DEFENDANT = 0, 1


def months_after_default(rows: object) -> np.ndarray:
    """Of rows of firms that fail: months between the failure and the row."""
    failing = town().outcome.failed[rows.firm] >= 0  # type: ignore[attr-defined]
    apart = rows.day[failing] - default_day(rows.firm[failing])  # type: ignore[attr-defined]
    return apart / MONTH


class TestCases:
    def test_read_the_same_from_both_sides(self) -> None:
        rows = drawn("case_filings")
        sides = defaultdict(list)
        told = zip(
            plain(rows.values["case_no"]), rows.values["role"], rows.firm.tolist(),
            rows.values["opponent"].place.tolist(), rows.values["amount"].tolist(), rows.day.tolist(),
            plain(rows.values["court"]), strict=True,
        )  # fmt: skip
        for number, role, firm, opponent, *said in told:
            sides[number].append((role, firm, opponent, said))
        both = [
            one for one in sides.values() if {PLAINTIFF, DEFENDANT} <= {side[0] for side in one}
        ]
        assert len(both) > 100
        for one in both:
            plaintiff = next(side for side in one if side[0] == PLAINTIFF)
            defendant = next(side for side in one if side[0] == DEFENDANT)
            assert plaintiff[3] == defendant[3]
            assert (plaintiff[1], plaintiff[2]) == (defendant[2], defendant[1])

    def test_so_many_firms_are_sued_in_a_year(self) -> None:
        """6-9 per cent (DOMAIN 9.8), plus or minus 4 standard errors of a town."""
        rows = drawn("case_filings")
        sued = np.zeros(town().count, bool)
        sued[rows.firm[(rows.values["role"] == DEFENDANT) & (rows.day >= UNTIL - 365)]] = True
        share = sued[living()].mean()
        assert 0.06 - 0.022 < share < 0.09 + 0.022

    def test_creditors_sue_from_three_months_before_to_six_after_a_failure(self) -> None:
        cases = docket(town())
        own = (cases.defendant >= 0) & (cases.failure >= 0)
        apart = (cases.filed[own] - default_day(cases.defendant[own])) / MONTH
        near = apart[np.abs(apart) < 12]
        assert len(near) > 300
        assert ((near > -3.2) & (near < 6.3)).mean() > 0.9

    def test_a_lawsuit_of_the_world_was_filed_before_it_costs(self) -> None:
        firm, month, kind, fen = town().outcome.events
        cases = docket(town())
        chosen = (kind == Event.LAWSUIT) & (month > 8) & (fen > 300_000)
        chosen &= (town().firms.born[firm] < month - 8) & (town().outcome.gone[firm] > month)
        sued = set(cases.defendant[cases.filed < UNTIL].tolist())
        assert chosen.sum() > 200
        assert 0.5 < np.mean([int(one) in sued for one in firm[chosen]]) < 0.8

    def test_losses_by_failed_buyers_make_their_suppliers_sue(self) -> None:
        network, cases = town().network, docket(town())
        pairs = set(zip(network.seller.tolist(), network.buyer.tolist(), strict=True))
        known = (cases.plaintiff >= 0) & (cases.defendant >= 0) & (cases.failure >= 0)
        found = list(
            zip(cases.plaintiff[known].tolist(), cases.defendant[known].tolist(), strict=True)
        )
        assert len(found) > 50
        assert all(pair in pairs for pair in found)


class TestAfterAFailure:
    @pytest.mark.parametrize(
        ("slug", "first", "last"),
        [("enforcements", 4, 12), ("dishonest_list", 8, 18), ("consumption_bans", 6, 14)],
    )
    def test_comes_so_many_months_later_and_is_known_later_still(
        self, slug: str, first: float, last: float
    ) -> None:
        """DOMAIN 9.6. Cases judged before the failure, which no court foresees, and late ones are the rest."""
        rows = drawn(slug)
        failing = town().outcome.failed[rows.firm] >= 0
        apart = months_after_default(rows)
        assert len(apart) > 60
        assert ((apart > first - 0.3) & (apart < last + 0.3)).mean() > 0.85
        assert (apart > first - 0.3).mean() > 0.9
        assert rows.known is not None
        assert (rows.known[failing] >= rows.day[failing].astype(np.int64) * DAY).all()

    def test_so_many_living_firms_are_dishonest_debtors(self) -> None:
        """0.8-1.2 per cent (DOMAIN 9.8), plus or minus 3 standard errors of a town."""
        rows = drawn("dishonest_list")
        numbers = np.array(plain(rows.values["exec_no"]))
        over = rows.values["removed"] != NO_DAY
        listed = np.zeros(town().count, bool)
        listed[rows.firm[~np.isin(numbers, numbers[over])]] = True
        assert 0.008 - 0.006 < listed[living()].mean() < 0.012 + 0.007

    def test_most_of_the_dishonest_have_failed(self) -> None:
        rows = drawn("dishonest_list")
        assert (town().outcome.failed[rows.firm] >= 0).mean() > 0.6

    def test_bankruptcies_follow_failures_of_companies(self) -> None:
        rows = drawn("bankruptcies")
        assert len(rows) > 3
        assert (months_after_default(rows) > 5.5).all()
        assert (town().outcome.failed[rows.firm] >= 0).all()
        assert (town().firms.kind[rows.firm] == 0).all()


class TestEnforcement:
    def test_is_entered_when_opened_and_again_when_closed(self) -> None:
        rows = drawn("enforcements")
        closed = rows.values["closed"] != NO_DAY
        numbers = np.array(plain(rows.values["exec_no"]))
        assert set(numbers[closed]) <= set(numbers[~closed])
        assert len(set(numbers[~closed])) == (~closed).sum()
        assert (rows.values["close_mode"][~closed] == -1).all()
        assert (rows.values["performed"][~closed] == NOTHING).all()
        assert rows.known is not None
        assert (rows.known[closed] >= rows.values["closed"][closed].astype(np.int64) * DAY).all()

    def test_of_failed_firms_mostly_ends_for_want_of_assets(self) -> None:
        rows = drawn("enforcements")
        mode = rows.values["close_mode"]
        table = [one.code for one in CODE_TABLES["close_mode"].codes]
        failing = (town().outcome.failed[rows.firm] >= 0) & (mode >= 0)
        sound = (town().outcome.failed[rows.firm] < 0) & (mode >= 0)
        assert (mode[failing] == table.index("terminated")).mean() > 0.6
        assert (mode[sound] == table.index("terminated")).sum() == 0

    def test_judgments_are_seen_one_to_three_months_late(self) -> None:
        rows = drawn("judgments")
        assert rows.known is not None
        late = rows.known // DAY - rows.day
        assert late.min() >= 29
        assert late.max() <= 91


class TestLives:
    @pytest.mark.parametrize("slug", COURT)
    def test_nothing_comes_after_a_cancellation_nor_after_the_extracts(self, slug: str) -> None:
        rows = drawn(slug)
        assert len(rows) > 0
        assert (rows.day < answerable_until(town())[rows.firm]).all()
        assert (rows.day > town().firms.founded[rows.firm]).all()
        assert (rows.day < UNTIL).all()
        assert (np.diff(rows.firm) >= 0).all()
