from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow.compute as pc
import pytest

from shuxin.city.api import CitySeedInvalid
from shuxin.city.world.books import COLUMNS
from shuxin.city.world.draws import BLOCK
from shuxin.city.world.scale import WINDOW_MONTHS, WorldSize
from shuxin.city.world.world import World, build_world

GOLDEN = "f0a29e3a94ab5fc8efa67cea2403ff8ea8ae2d2832f2a69d8b94b0890ffec28e"


class TestBuildWorld:
    def test_a_seed_is_checked(self) -> None:
        with pytest.raises(CitySeedInvalid):
            build_world(size=WorldSize.TINY, seed=-1)

    def test_two_runs_agree_and_seeds_differ(self) -> None:
        one, same, other = (build_world(size=WorldSize.TINY, seed=seed) for seed in (1, 1, 2))
        assert one.digest() == same.digest()
        assert one.digest() != other.digest()

    def test_blocks_in_any_order_make_the_same(self, county: World) -> None:
        backward = build_world(size=WorldSize.COUNTY, seed=county.seed, order=reversed)
        assert county.count > 2 * BLOCK
        assert county.digest() == backward.digest()

    def test_is_what_it_was(self) -> None:
        """Another machine, or a change that was not meant to change a world, would show here.

        After a change of the constants, put the new digest.
        """
        assert build_world(size=WorldSize.TINY, seed=1).digest() == GOLDEN

    def test_says_how_far_it_is(self) -> None:
        told: list[tuple[str, int, int]] = []
        build_world(size=WorldSize.TINY, seed=1, progress=lambda *step: told.append(step))
        assert told[-1] == ("months", WINDOW_MONTHS, WINDOW_MONTHS)
        assert told[0][0] == "firms"

    def test_a_changed_fen_changes_the_digest(self) -> None:
        world = build_world(size=WorldSize.TINY, seed=1)
        before = world.digest()
        world.money.sales[0, 0] += 1
        assert world.digest() != before


class TestTruthTables:
    def test_months_are_the_money_of_those_who_trade(self, world: World) -> None:
        readers = world.truth_tables()
        months = readers["months"].read_all()
        active = [world.active(month) for month in range(WINDOW_MONTHS)]
        assert len(months) == sum(int(one.sum()) for one in active)
        for name in COLUMNS:
            assert pc.sum(months[f"{name}_fen"]).as_py() == np.sum(getattr(world.money, name)[...])
        assert pc.min(months["month"]).as_py() == dt.date(2021, 1, 1)
        assert pc.max(months["month"]).as_py() == dt.date(2025, 12, 1)

    def test_firms_carry_their_words(self, world: World) -> None:
        firms = world.truth_tables()["firms"].read_all().to_pylist()
        assert len(firms) == world.count
        for number in range(0, world.count, 97):
            row = firms[number]
            assert row["firm"] == number
            assert (row["form"] is None) == (row["kind"] != "enterprise")
            assert row["industry"].startswith(row["section"])
            assert (row["ended"] is None) == bool(world.active(WINDOW_MONTHS - 1)[number])
            assert (row["exit_kind"] is None) == (row["ended"] is None)
            assert (
                row["founded"].toordinal() - dt.date(1970, 1, 1).toordinal()
                == (world.firms.founded[number])
            )

    def test_defaults_loans_and_events_are_dated(self, world: World) -> None:
        readers = world.truth_tables()
        defaults = readers["defaults"].read_all()
        assert pc.sum(defaults["by_loan"]).as_py() == world.outcome.by_loan.sum()
        months = defaults["month"].to_pylist()
        firm = defaults["firm"].to_pylist()[0]
        failed = int(world.outcome.failed[firm])
        assert months[0] == dt.date(2021 + failed // 12, failed % 12 + 1, 1)
        assert pc.min(readers["loans"].read_all()["month"]).as_py() < dt.date(2021, 1, 1)
        assert len(readers["events"].read_all()) == len(world.outcome.events[0])

    def test_edges_ties_and_persons_are_all_there(self, world: World) -> None:
        readers = world.truth_tables()
        assert len(readers["edges"].read_all()) == world.network.many
        assert len(readers["guarantees"].read_all()) == len(world.ties.guarantees.debtor)
        assert len(readers["persons"].read_all()) == len(world.ties.persons.born)
        assert len(readers["ring_flows"].read_all()) == len(world.ties.rings.source)
        stakes = readers["stakes"].read_all()
        assert stakes["holder_firm"].null_count == (~world.ties.stakes.corporate).sum()
        assert stakes["holder_person"].null_count == world.ties.stakes.corporate.sum()


class TestCalibration:
    """One county against the figures of DOMAIN 9.4 and 9.7; benchmarks/city_world.py prints all of them."""

    def test_defaults_in_twelve_months(self, county: World) -> None:
        rates = []
        for month in (11, 23, 35, 47):
            failed = county.outcome.failed
            borrows = county.active(month) & (county.money.debt[:, month] > 0)
            borrows &= ~((failed >= 0) & (failed <= month))
            later = county.outcome.by_loan & (failed > month) & (failed <= month + 12)
            rates.append(later[borrows].mean())
        assert 0.03 <= np.mean(rates) <= 0.045

    def test_enterprises_survive_as_published(self, county: World) -> None:
        """Cohorts of the first two years of the window: S(3) = .834."""
        born = county.firms.born
        cohort = (county.firms.kind == 0) & (born > 0) & (born < 24)
        assert abs((county.outcome.gone - born >= 36)[cohort].mean() - 0.834) < 0.03
