"""What came out of the world's constants, against the figures that they were tuned to; time and memory.

    OPENBLAS_NUM_THREADS=1 python benchmarks/city_world.py [--size county] [--seeds 1 2 3]

Default rates: of firms with a loan and no default at the end of month t, those in default in t+1 to t+12; t is each
twelfth month, 2021-12 to 2024-12. Ceiling: AUC, on the same firms, of the logistic mix of quality, macro, industry and
region shocks and contagion in month t. Lead: sales, purchases and the rest before default, over their mean 24 to 13
months before. Touched: defaults with contagion (what other firms' failures cost, in months of sales) above a tenth in
the twelve months before. Alone: defaults in the same world without invoices and guarantees between its firms, over
those with them (not at size city). Prints Markdown.
"""

from __future__ import annotations

import argparse
import resource
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.lives import HAZARDS, survival
from shuxin.city.world import parameters as p
from shuxin.city.world.books import Cause
from shuxin.city.world.population import INDUSTRIES, SECTIONS
from shuxin.city.world.world import WorldSize, lived, setting_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shuxin.city.world.world import Setting, World

SNAPSHOTS = (11, 23, 35, 47)
TOUCHED = 0.1
LEADS = (-12, -9, -6, -5, -4, -3, -2, -1, 0, 6)


@dataclass(frozen=True)
class Sample:
    """Borrowers at the snapshots: firm, month, and whether each is in default within twelve months."""

    firm: np.ndarray
    month: np.ndarray
    bad: np.ndarray

    def rate(self, chosen: np.ndarray) -> float:
        return float(self.bad[chosen].mean()) if chosen.any() else float("nan")


def sample(world: World) -> Sample:
    failed, rows = world.outcome.failed, []
    for month in SNAPSHOTS:
        borrows = world.active(month) & (world.money.debt[:, month] > 0)
        firm = np.flatnonzero(borrows & ~((failed >= 0) & (failed <= month)))
        later = (failed[firm] > month) & (failed[firm] <= month + 12) & world.outcome.by_loan[firm]
        rows.append((firm, np.full(len(firm), month), later))
    return Sample(*(np.concatenate(column) for column in zip(*rows, strict=True)))


def auc(score: np.ndarray, bad: np.ndarray) -> float:
    ranks = np.empty(len(score))
    ranks[np.argsort(score, kind="stable")] = np.arange(1, len(score) + 1)
    bads = int(bad.sum())
    return float((ranks[bad].sum() - bads * (bads + 1) / 2) / (bads * (len(bad) - bads)))


def latents(world: World, chosen: Sample) -> np.ndarray:
    firms, month = world.firms, chosen.month
    return np.column_stack(
        [
            world.quality[chosen.firm, month].astype(float),
            world.shocks.macro[month],
            world.shocks.industry[firms.section[chosen.firm], month],
            world.shocks.region[firms.region[chosen.firm], month],
            world.outcome.contagion[chosen.firm, month].astype(float),
        ]
    )


def mixed(columns: np.ndarray, bad: np.ndarray) -> np.ndarray:
    """The logistic mix, fitted by Newton's method."""
    x = np.column_stack([np.ones(len(bad)), columns])
    weights = np.zeros(x.shape[1])
    for _ in range(25):
        chance = 1 / (1 + np.exp(-x @ weights))
        curve = (x * (chance * (1 - chance))[:, None]).T @ x + 1e-6 * np.eye(x.shape[1])
        weights += np.linalg.solve(curve, x.T @ (bad - chance))
    return np.asarray(x @ weights)


def types(world: World, chosen: Sample) -> Iterator[tuple[str, str, np.ndarray]]:
    """Name, what DOMAIN 9.7 says, and which rows."""
    firms, firm = world.firms, chosen.firm
    code = np.array(INDUSTRIES)[firms.industry[firm]]
    trade = {name: np.char.startswith(code, name) for name in p.HARD_TRADES}
    own = firms.kind[firm] == p.INDIVIDUAL
    size = firms.size[firm]
    yield "micro (not individual)", ".045", ~own & (size == 0)
    yield "small", ".030", size == 1
    yield "medium and large", ".018", size >= 2
    yield "individual", ".040", own
    yield "younger than 3 years", "x1.5", chosen.month - firms.born[firm] < 36
    yield "catering", "x1.5", trade["H62"]
    yield "construction", "x1.3", trade["E"]
    yield "wholesale", "x1.2", trade["F51"]
    yield "agriculture", "x1.1", trade["A"]
    yield "manufacturing", "x0.95", trade["C"]
    yield "software", "x0.9", trade["I65"]
    yield "technology badge", "x0.6", firms.tech[firm]
    ties = world.ties.guarantees
    in_ties = np.zeros(world.count, bool)
    in_ties[ties.guarantor] = in_ties[ties.debtor] = True
    yield "in a guarantee", "x1.4", in_ties[firm]


def touched(world: World) -> float:
    found = np.flatnonzero(world.outcome.by_loan)
    when = world.outcome.failed[found]
    most = np.max(
        [world.outcome.contagion[found, np.maximum(when - k, 0)] for k in range(13)], axis=0
    )
    return float((most > TOUCHED).mean())


def alone(setting: Setting) -> World:
    """The same firms and chances, and nobody trades with or stands for another."""
    network, ties = setting.stage.network, setting.ties
    none = np.zeros(0, np.int32)
    network = replace(
        network, seller=none, buyer=none, share=network.share[:0], starts=network.starts * 0
    )
    guarantees = replace(ties.guarantees, guarantor=none, debtor=none, share_ppm=none, circle=none)
    stage, ties = replace(setting.stage, network=network), replace(ties, guarantees=guarantees)
    return lived(setting=replace(setting, stage=stage, ties=ties))


def leads(world: World, name: str) -> list[float]:
    """Mean of the column at each of LEADS months from default, over its mean of 24 to 13 months before."""
    column = getattr(world.money, name).astype(float)
    failed = world.outcome.failed
    found = np.flatnonzero(world.outcome.by_loan & (failed >= 24) & (failed <= 53))
    found = found[world.firms.born[found] <= failed[found] - 24]
    before = np.stack([column[found, failed[found] - k] for k in range(13, 25)]).mean(axis=0)
    usual = np.maximum(before, world.traits.usual[found] * 0.02)
    return [float(np.median(column[found, failed[found] + k] / usual)) for k in LEADS]


def late(world: World, name: str) -> list[float]:
    """Share of later defaulters with something unpaid at each of LEADS months from default."""
    column = getattr(world.money, name)
    failed = world.outcome.failed
    found = np.flatnonzero(world.outcome.by_loan & (failed >= 24) & (failed <= 53))
    return [float((column[found, failed[found] + k] > 0).mean()) for k in LEADS]


def survived(world: World) -> list[float]:
    """S at 3, 5, 7, 10, 15 years by the life table of enterprises in the window."""
    firms, gone = world.firms, world.outcome.gone
    own = np.flatnonzero(firms.kind == 0)
    risk, exits = np.zeros(len(HAZARDS) * 12 + 60), np.zeros(len(HAZARDS) * 12 + 60)
    for month in range(60):
        age = month - firms.born[own].astype(int)
        here = (age >= 0) & (gone[own] >= month)
        np.add.at(risk, age[here], 1)
        np.add.at(exits, age[here & (gone[own] == month)], 1)
    alive = np.concatenate([[1.0], np.cumprod(1 - exits / np.maximum(risk, 1))])
    return [float(alive[12 * years]) for years in (3, 5, 7, 10, 15)]


def measures(world: World) -> Iterator[tuple[str, str, float]]:
    chosen = sample(world)
    everybody = np.ones(len(chosen.bad), bool)
    yield "firms at the end", "1 x", float(world.active(59).sum())
    yield "firms in all", "1.3 x", float(world.count)
    yield (
        "with a bank loan at the end",
        ".22",
        float(
            (world.active(59) & (world.money.debt[:, 59] > 0) & ~(world.outcome.failed >= 0)).sum()
            / world.active(59).sum()
        ),
    )
    yield "default in 12 months", ".030-.045", chosen.rate(everybody)
    for month in SNAPSHOTS:
        yield f"default after month {month + 1}", "", chosen.rate(chosen.month == month)
    for name, aim, rows in types(world, chosen):
        yield f"{name} ({int(chosen.bad[rows].sum())} bad)", aim, chosen.rate(rows)
    columns = latents(world, chosen)
    yield "AUC of quality alone", "", auc(-columns[:, 0], chosen.bad)
    yield "ceiling", ".77-.82", auc(mixed(columns, chosen.bad), chosen.bad)
    yield "touched by contagion", ".10-.30", touched(world)
    yield "defaults on loans", "", float(world.outcome.by_loan.sum())
    yield (
        "failures without a loan",
        "",
        float(((world.outcome.failed >= 0) & ~world.outcome.by_loan).sum()),
    )
    for cause in Cause:
        many = (world.outcome.cause == cause) & world.outcome.by_loan
        yield f"cause {cause.name}", "", float(many.sum() / max(1, world.outcome.by_loan.sum()))
    aims = survival()
    for years, share in zip((3, 5, 7, 10, 15), survived(world), strict=True):
        yield f"survival to {years}", f"{aims[years]:.3f}", share
    for kind, aim in enumerate((0.70, 0.25, 0.05), start=1):
        many = (world.exit_kind == kind).sum() / (world.exit_kind > 0).sum()
        yield f"exits {p.EXIT_KINDS[kind]}", f"{aim}", float(many)
    living = world.active(59)
    for kind, aim in enumerate(p.KIND_SHARES):
        yield (
            f"share {p.KINDS[kind]}",
            f"{aim / 100}",
            float((world.firms.kind[living] == kind).mean()),
        )
    enterprises = living & (world.firms.kind == 0)
    for size, aim in enumerate(p.SIZE_SHARES):
        yield (
            f"share {p.SIZES[size]}",
            f"{aim / 100}",
            float((world.firms.size[enterprises] == size).mean()),
        )
    sections = world.firms.section[enterprises]
    for name in "CFL":
        yield f"section {name}", "", float((sections == SECTIONS.index(name)).mean())
    age = (59 - world.firms.born[living]) / 12
    yield "younger than 5 years", ".494", float((age < 5).mean())
    yield "older than 10 years", ".177", float((age >= 10).mean())
    borrows = living & (world.money.debt[:, 59] > 0)
    ties = world.ties.guarantees
    tied = np.zeros(world.count, bool)
    tied[ties.guarantor] = tied[ties.debtor] = True
    yield "borrowers in guarantees", ".15", float(tied[borrows].mean())
    many = np.bincount(ties.circle) >= 2
    yield "guarantee circles of three and more", "", float(many.sum())
    yield from network(world, living)


def network(world: World, living: np.ndarray) -> Iterator[tuple[str, str, float]]:
    size, tops = world.firms.size, world.network.top_share / world.traits.to_business
    own = living & (world.firms.kind != p.INDIVIDUAL)
    yield "edges per living firm", "8", world.network.many / float(living.sum())
    yield "top buyer, micro", ".35", float(np.median(tops[own & (size == 0)]))
    yield "top buyer, medium", ".18", float(np.median(tops[own & (size == 2)]))
    sold = world.traits.usual * world.traits.to_business
    inside = world.network.share * world.traits.usual[world.network.seller]
    yield "sales to businesses inside", ".35", float(inside.sum() / sold.sum())
    yield "largest number of buyers", "", float(np.bincount(world.network.seller).max())
    yield "firms in rings", ".005", float((world.ties.rings.member >= 0).sum() / living.sum())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=WorldSize, default=WorldSize.COUNTY)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    asked = parser.parse_args()
    table: dict[str, tuple[str, list[float]]] = {}
    for seed in asked.seeds:
        started, busy = time.perf_counter(), time.process_time()
        setting = setting_of(size=asked.size, seed=seed)
        world = lived(setting=setting)
        spent = (time.perf_counter() - started, time.process_time() - busy)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        rows = [
            ("seconds", "", spent[0]),
            ("processor seconds", "", spent[1]),
            ("peak MiB", "", peak),
        ]
        if asked.size is not WorldSize.CITY:
            many = alone(setting).outcome.by_loan.sum() / world.outcome.by_loan.sum()
            rows.append(("alone", "", float(many)))
        for name, aim, value in [*rows, *measures(world)]:
            table.setdefault(name.split(" (")[0], (aim, []))[1].append(value)
        for name in ("sales", "purchases", "paid", "wages", "debt_service", "cash"):
            print(f"seed {seed} {name:12}", " ".join(f"{v:6.2f}" for v in leads(world, name)))
        for name in ("bills", "taxes_late", "wages_late", "debt_late"):
            print(f"seed {seed} {name:12}", " ".join(f"{v:6.2f}" for v in late(world, name)))
        del world
    print("| measure | aim |", " | ".join(f"seed {seed}" for seed in asked.seeds), "|")
    print("|---|---|", "---|" * len(asked.seeds))
    for name, (aim, values) in table.items():
        print(f"| {name} | {aim} |", " | ".join(f"{value:.4g}" for value in values), "|")


if __name__ == "__main__":
    main()
