"""Cash, debts and failures, against slow oracles and against worlds that differ in one thing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.world import parameters as p
from shuxin.city.world.books import COLUMNS, Cause, Event
from shuxin.city.world.scale import WINDOW_MONTHS
from shuxin.city.world.world import lived

if TYPE_CHECKING:
    from shuxin.city.world.world import Setting, World


def alive(world: World) -> np.ndarray:
    """(n, months)"""
    return np.stack([world.active(month) for month in range(WINDOW_MONTHS)], axis=1)


class TestMoney:
    def test_cash_balances_to_the_fen(self, world: World) -> None:
        money, here = world.money, alive(world)
        moved = money.collected + money.drawn + money.owner - money.paid - money.wages
        moved = (
            moved - money.rent - money.taxes - money.debt_service - money.invested - money.losses
        )
        first = np.maximum(world.firms.born, 0)
        for firm in range(world.count):
            cash = int(money.opening[firm])
            for month in range(int(first[firm]), int(world.outcome.gone[firm])):
                cash += int(moved[firm, month])
                assert cash == money.cash[firm, month]
        assert here.sum() > 60_000

    def test_debts_balance_to_the_fen(self, world: World) -> None:
        """What is drawn is owed; interest is part of what is served, so debts fall by no more than that."""
        money = world.money
        before, now = money.debt[:, :-1], money.debt[:, 1:]
        going = alive(world)[:, 1:] & alive(world)[:, :-1]
        fallen = before + money.drawn[:, 1:] - now
        assert (fallen[going] <= money.debt_service[:, 1:][going]).all()

    def test_nothing_moves_outside_a_life(self, world: World) -> None:
        dead = ~alive(world)
        for name in COLUMNS:
            assert not getattr(world.money, name)[dead].any(), name

    def test_only_a_line_of_credit_lets_cash_fall_below_zero(self, world: World) -> None:
        below = (world.money.cash < 0).any(axis=1)
        assert below.any()
        assert (world.traits.line[below] > 0).all()

    def test_the_bank_is_paid_before_suppliers(self, world: World) -> None:
        """A default is preceded by bills that stay unpaid."""
        money = world.money
        late = money.debt_late > 0
        overdue = money.bills > money.purchases
        assert overdue[late & alive(world)].mean() > 0.95


class TestFailures:
    def test_a_default_is_a_fourth_month_with_a_debt_past_due(self, world: World) -> None:
        late, outcome = world.money.debt_late > 0, world.outcome
        for firm in range(world.count):
            since, found = 0, -1
            for month in range(WINDOW_MONTHS):
                since = since + 1 if late[firm, month] else 0
                if since == p.LATE_MONTHS:
                    found = month
                    break
            assert (found >= 0) == bool(outcome.by_loan[firm]) or outcome.failed[firm] >= 0
            if outcome.by_loan[firm]:
                assert outcome.failed[firm] == found

    def test_nobody_with_cash_defaults_however_badly_run(self, setting: Setting) -> None:
        """Only cash decides: with deep pockets the same firms, of the same quality, default on nothing."""
        rich = setting.stage.traits.cover * 0 + 5_000
        traits = replace(setting.stage.traits, cover=rich, buffer=rich * 2)
        world = lived(setting=replace(setting, stage=replace(setting.stage, traits=traits)))
        outside = world.ties.rings.member < 0
        assert not world.outcome.by_loan[outside].any()
        assert not (world.outcome.failed[outside] >= 0).any()

    def test_the_badly_run_default_more(self, world: World) -> None:
        borrowed = world.money.debt[:, 24] > 0
        later = world.outcome.by_loan & (world.outcome.failed > 24)
        weak = world.quality[:, 24] < np.median(world.quality[borrowed, 24])
        assert later[borrowed & weak].mean() > 2 * later[borrowed & ~weak].mean()

    def test_without_ties_fewer_default(self, setting: Setting, world: World) -> None:
        network, none = setting.stage.network, np.zeros(0, np.int32)
        network = replace(
            network, seller=none, buyer=none, share=network.share[:0], starts=network.starts * 0
        )
        alone = lived(setting=replace(setting, stage=replace(setting.stage, network=network)))
        assert not alone.outcome.contagion[:, 0].any()
        assert (alone.outcome.events[2] != Event.BUYER_FAILED).all()
        fell, falls = (int((one.outcome.failed >= 0).sum()) for one in (alone, world))
        assert fell < falls

    def test_the_failed_are_not_lent_to(self, world: World) -> None:
        failed = world.outcome.failed
        firm, month = world.outcome.loans[0], world.outcome.loans[1]
        assert not ((failed[firm] >= 0) & (month > failed[firm])).any()

    def test_sales_fall_before_a_default_and_die_after_it(self, world: World) -> None:
        failed = world.outcome.failed
        found = np.flatnonzero(world.outcome.by_loan & (failed >= 24) & (failed < 53))
        sales = world.money.sales
        before = np.mean([sales[found, failed[found] - k] for k in range(13, 25)], axis=0)
        at, after = (sales[found, failed[found] + k] for k in (-2, 6))
        assert np.median(at / np.maximum(before, 1)) < 0.75
        assert np.median(after / np.maximum(before, 1)) < 0.1

    def test_a_ring_is_emptied(self, world: World) -> None:
        rings, events = world.ties.rings, world.outcome.events
        ran = np.flatnonzero(rings.runs < WINDOW_MONTHS)
        assert len(ran) or (events[2] != Event.RING_RAN).all()
        for firm, month in zip(events[0], events[1], strict=True):
            if rings.member[firm] in ran and month == rings.runs[rings.member[firm]]:
                assert world.money.cash[firm, month] <= world.money.collected[firm, month]


class TestLives:
    def test_ended_firms_have_a_day_and_a_kind(self, world: World) -> None:
        gone = world.outcome.gone < WINDOW_MONTHS
        assert ((world.ended >= 0) == gone).all()
        assert ((world.exit_kind > 0) == gone).all()
        assert (world.ended[gone] >= world.firms.founded[gone]).all()

    def test_about_two_thousand_are_left(self, world: World) -> None:
        assert abs(int(world.active(WINDOW_MONTHS - 1).sum()) - 2000) < 80

    def test_a_fifth_borrows(self, world: World) -> None:
        here = world.active(WINDOW_MONTHS - 1)
        borrows = world.money.debt[here, -1] > 0
        assert 0.17 < borrows.mean() < 0.28

    def test_causes_are_given_to_the_failed_only(self, world: World) -> None:
        failed = world.outcome.failed >= 0
        assert ((world.outcome.cause != Cause.NONE) == failed).all()
        assert (world.outcome.by_loan <= failed).all()

    def test_nobody_leaves_unfailed_who_owes_a_bank(self, world: World) -> None:
        gone = np.flatnonzero((world.outcome.gone < WINDOW_MONTHS) & (world.outcome.failed < 0))
        month = world.outcome.gone[gone]
        assert len(gone) > 300
        assert not world.money.debt[gone, np.maximum(month - 1, 0)][month > 0].any()
