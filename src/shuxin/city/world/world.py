"""One seed, one world: everything that is true about a city, as columns."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.scale import check_seed
from shuxin.city.world import parameters as p
from shuxin.city.world.books import Column
from shuxin.city.world.draws import Draws
from shuxin.city.world.latent import common_shocks, leaving, qualities
from shuxin.city.world.network import connect
from shuxin.city.world.population import candidates, populate
from shuxin.city.world.rings import find_rings
from shuxin.city.world.run import Run, exit_kinds
from shuxin.city.world.scale import FIRMS, WINDOW_MONTHS, WorldSize, month_days
from shuxin.city.world.ties import bind
from shuxin.city.world.trading import Stage
from shuxin.city.world.traits import seasons, traits_of
from shuxin.city.world.truth import truth_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    import pyarrow as pa
    from numpy.typing import NDArray

    from shuxin.city.world.books import Money
    from shuxin.city.world.latent import Shocks
    from shuxin.city.world.network import Network
    from shuxin.city.world.population import Firms
    from shuxin.city.world.run import Outcome, Progress
    from shuxin.city.world.ties import Ties
    from shuxin.city.world.traits import Traits


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The truth about a city. ``n`` firms, those that lived on some day of the window; 60 months.

    quality: float32 (n, months), see ``latent``. ended: int32 (n,) last day since 1970-01-01, -1 living.
    exit_kind: int8 (n,), place in ``parameters.EXIT_KINDS``, 0 living. Failures and events: ``outcome``.
    """

    size: WorldSize
    seed: int
    firms: Firms
    traits: Traits
    shocks: Shocks
    quality: NDArray[np.float32]
    network: Network
    ties: Ties
    outcome: Outcome
    ended: NDArray[np.int32]
    exit_kind: NDArray[np.int8]

    @property
    def count(self) -> int:
        return self.firms.count

    @property
    def money(self) -> Money:
        return self.outcome.money

    def active(self, month: int) -> NDArray[np.bool_]:
        """(n,) whether the firm traded throughout the month."""
        return (self.firms.born <= month) & (self.outcome.gone > month)

    def digest(self) -> str:
        """SHA-256 over all columns in a fixed order: equal for equal content, whatever made it."""
        whole = hashlib.sha256()
        for name, column in _columns("", self):
            whole.update(f"{name} {column.dtype.str} {column.shape}\n".encode())
            whole.update(np.ascontiguousarray(column.T).data)
        return whole.hexdigest()

    def truth_tables(self) -> Mapping[str, pa.RecordBatchReader]:
        """The truth as Arrow tables, each as a reader; see :mod:`shuxin.city.world.truth`."""
        return truth_tables(world=self)


def _nothing(what: str, done: int, total: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """All that is given before the first month; leaving as ``latent.leaving`` gives it."""

    size: WorldSize
    seed: int
    stage: Stage
    ties: Ties
    leaving: NDArray[np.int16]


def build_world(
    *,
    size: WorldSize,
    seed: int,
    progress: Progress = _nothing,
    order: Callable[[range], Iterable[int]] = iter,
) -> World:
    """The world of this size and seed; ``order`` of the blocks in which chance is drawn changes nothing.

    progress: called with the name of a step, how much of it is done, and of how much.

    Raises:
        CitySeedInvalid: the seed is negative or above 2**63 - 1.
    """
    check_seed(seed)
    setting = setting_of(size=size, seed=seed, progress=progress, order=order)
    return lived(setting=setting, progress=progress)


def setting_of(
    *,
    size: WorldSize,
    seed: int,
    progress: Progress = _nothing,
    order: Callable[[range], Iterable[int]] = iter,
) -> Setting:
    living = FIRMS[size]
    draws = Draws(seed=seed, count=sum(candidates(living=living)), order=order)
    firms, rings = find_rings(
        firms=populate(living=living, draws=draws), living=living, draws=draws
    )
    traits = traits_of(firms=firms, draws=draws)
    progress("firms", 1, 4)
    quality = qualities(firms=firms, draws=draws)
    progress("firms", 2, 4)
    ties = bind(
        firms=firms,
        rings=rings,
        wants=traits.wants,
        quality=quality[:, WINDOW_MONTHS // 3],
        living=living,
        draws=draws,
    )
    progress("firms", 3, 4)
    stage = Stage(
        firms=firms,
        traits=traits,
        quality=quality,
        shocks=common_shocks(draws=draws),
        network=connect(firms=firms, draws=draws),
        seasons=seasons(),
        draws=draws,
    )
    away = leaving(firms=firms, quality=quality, living=living, draws=draws)
    progress("firms", 4, 4)
    return Setting(size=size, seed=seed, stage=stage, ties=ties, leaving=away)


def lived(*, setting: Setting, progress: Progress = _nothing) -> World:
    """What the sixty months make of a setting."""
    stage, ties = setting.stage, setting.ties
    run = Run(stage=stage, guarantees=ties.guarantees, rings=ties.rings, leaving=setting.leaving)
    outcome = run.months(progress=progress)
    ended, exit_kind = _endings(stage.firms, outcome, stage.draws)
    return World(
        size=setting.size,
        seed=setting.seed,
        firms=stage.firms,
        traits=stage.traits,
        shocks=stage.shocks,
        quality=stage.quality,
        network=stage.network,
        ties=ties,
        outcome=outcome,
        ended=ended,
        exit_kind=exit_kind,
    )


def _endings(
    firms: Firms, outcome: Outcome, draws: Draws
) -> tuple[NDArray[np.int32], NDArray[np.int8]]:
    """A day of the month in which each firm ended, and how."""
    days = month_days().astype(np.int64)
    gone = outcome.gone < WINDOW_MONTHS
    month = np.minimum(outcome.gone, WINDOW_MONTHS - 1)
    long = days[month + 1] - days[month]
    day = days[month] + np.floor(draws.uniform("last day") * long).astype(np.int64)
    day = np.maximum(day, firms.founded)
    after = exit_kinds(draws=draws, shares=p.FAILED_EXIT_SHARES)
    kind = np.where(outcome.failed >= 0, after, exit_kinds(draws=draws, shares=p.EXIT_SHARES))
    return np.where(gone, day, -1).astype(np.int32), np.where(gone, kind, 0).astype(np.int8)


def _columns(name: str, value: object) -> Iterator[tuple[str, NDArray[np.generic]]]:
    """All arrays within, by name; strings and numbers are what they were made from."""
    if isinstance(value, np.ndarray):
        yield name, value
    elif isinstance(value, Column):
        yield name, value[...]
    elif isinstance(value, tuple):
        for place, part in enumerate(value):
            yield from _columns(f"{name}/{place}", part)
    elif is_dataclass(value):
        for part in fields(value):
            yield from _columns(f"{name}/{part.name}", getattr(value, part.name))
