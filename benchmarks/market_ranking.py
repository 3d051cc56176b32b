"""Ranking of products for demands, against a truth: regret, calibration, neutrality, exposure (market.matching).

    python benchmarks/market_ranking.py [--seeds 5] [--draws 10000]

Firms, their latent quality and who has had a loan come from the synthetic city (town, 2,600 firms). Over it stand 17
lenders with hidden rules of approval, of unequal size, and 500 products. A lender sees the latent quality with its own
noise, and weighs quality, age, debt burden and size in its own way; the platform never sees quality, only facts that
depend on it. 4,000 past applications to random products that were possible teach the chance of approval; 1,000 other
demands are then ranked. What a product is truly worth to a firm: its true probability of approval times what is left of
VALUE_BP a year after the all-in cost at the rate that the lender would give this firm. Regret: what the first rank is
worth less than the best possible product, as a share of the best. Each seed is another city.
"""

from __future__ import annotations

import argparse
import datetime as dt
import math
import statistics
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from shuxin.market.api import (
    Band,
    Borrower,
    DemandTerms,
    Eligibility,
    Fee,
    FeeKind,
    FirmFacts,
    Guarantee,
    LoanUse,
    Outcome,
    ProductKind,
    ProductTerms,
    RankingContext,
    RankingPolicy,
    Repayment,
    Size,
    Urgency,
    all_in_apr_bp,
    bands_of,
    learn_chances,
    rank,
    seldom_shown,
)
from shuxin.market.matching.exploration import drawn_up
from shuxin.market.matching.filters import exclusions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shuxin.market.api import ChanceModel, Ranked

TODAY = dt.date(2026, 1, 1)
LENDERS, PRODUCTS, DEMANDS, PAST = 17, 500, 1000, 4000
VALUE_BP = 2000
"""A year's use of the money is worth 20 percent to the firm."""
FALSE_ALARM = 1e-6
PLAIN = RankingPolicy("benchmark", explore_bp=0)


@dataclass(frozen=True)
class Lender:
    """Hidden: how it approves and prices."""

    name: str
    cut: float
    on_quality: float
    on_age: float
    on_burden: float
    on_size: float
    likes_first: float


@dataclass(frozen=True)
class Offer:
    key: str
    lender: str
    terms: ProductTerms
    version: int = 1
    digest: str = ""


@dataclass(frozen=True)
class Wish:
    key: str
    firm: FirmFacts
    terms: DemandTerms
    quality: float


@dataclass
class World:
    lenders: dict[str, Lender]
    shelf: list[Offer]
    past: list[Wish]
    demands: list[Wish]
    rng: np.random.Generator
    kept: dict[int, list[Offer]] = field(default_factory=dict)
    worths: dict[tuple[str, str], float] = field(default_factory=dict)

    def worth(self, wanted: Wish, offer: Offer) -> float:
        """Counted once per pair."""
        key = (wanted.key, offer.key)
        if key not in self.worths:
            self.worths[key] = worth(self, wanted, offer)
        return self.worths[key]

    def possible(self, wanted: Wish) -> list[Offer]:
        """Looked for once per wish: the others never enter a score."""
        if id(wanted.terms) not in self.kept:
            found = [one for one in self.shelf if not exclusions(wanted, one, today=TODAY)]
            self.kept[id(wanted.terms)] = found
        return self.kept[id(wanted.terms)]


def build(seed: int) -> World:
    from shuxin.city.api import WorldSize
    from shuxin.city.records.register import build_register
    from shuxin.city.world.world import build_world

    rng = np.random.default_rng([seed, 9])
    city = build_world(size=WorldSize.TOWN, seed=seed)
    codes = build_register(city).uscc.to_pylist()
    known = [
        (facts_of(city, firm, code=codes[firm], rng=rng), float(city.quality[firm, -1]))
        for firm in np.flatnonzero(city.ended < 0).tolist()
    ]
    rng.shuffle(known)
    half = len(known) // 2
    lenders = {f"lender-{n:02}": lender(n, rng) for n in range(LENDERS)}
    shelf = products(lenders, rng)
    past = [wish(f"past-{n}", *known[n % half], rng) for n in range(PAST)]
    now = [wish(f"{n:032x}", *known[half + n % (len(known) - half)], rng) for n in range(DEMANDS)]
    return World(lenders, shelf, past, now, rng)


def facts_of(city: Any, firm: int, *, code: str, rng: np.random.Generator) -> FirmFacts:
    """What the platform knows: facts that depend on quality, with noise; a third let it know a score."""
    from shuxin.city.world import parameters as p
    from shuxin.city.world.population import INDUSTRIES, REGIONS
    from shuxin.city.world.scale import EPOCH

    quality = float(city.quality[firm, -1])
    view = quality + rng.normal(0, 0.8)
    grade = next(
        (g for g, low in (("A", 1.0), ("B", -0.2), ("M", -0.9), ("C", -1.5)) if view > low), "D"
    )
    points = round(580 + 28 * quality + rng.normal(0, 12)) if rng.random() < 1 / 3 else None
    kinds = (Borrower.ENTERPRISE, Borrower.INDIVIDUAL_BUSINESS, Borrower.COOPERATIVE)
    firms = city.firms
    return FirmFacts(
        party=f"uscc:{code}",
        name="",
        borrower=kinds[firms.kind[firm]],
        region=REGIONS[firms.region[firm]],
        industry=INDUSTRIES[firms.industry[firm]],
        size=Size[p.SIZES[firms.size[firm]].upper()],
        established_on=EPOCH + dt.timedelta(days=int(firms.founded[firm])),
        tax_grade=grade,
        yearly_sales_fen=max(int(firms.base_revenue[firm]), 1),
        is_first_loan=firm not in city.outcome.loans[0],
        score_points=points,
    )


def lender(number: int, rng: np.random.Generator) -> Lender:
    return Lender(
        name=f"lender-{number:02}",
        cut=rng.normal(0.0, 0.8),
        on_quality=rng.uniform(0.8, 2.5),
        on_age=rng.uniform(0.0, 1.2),
        on_burden=rng.uniform(0.5, 3.0),
        on_size=rng.normal(0, 0.5),
        likes_first=rng.normal(0, 0.6),
    )


def products(lenders: dict[str, Lender], rng: np.random.Generator) -> list[Offer]:
    """A few lenders have most of the shelf."""
    weights = np.arange(1, LENDERS + 1) ** -0.9
    names = rng.choice(list(lenders), PRODUCTS, p=weights / weights.sum())
    names[:LENDERS] = list(lenders)
    return [Offer(f"{n:032x}", str(name), terms(rng)) for n, name in enumerate(names)]


def terms(rng: np.random.Generator) -> ProductTerms:
    low = int(rng.choice([1, 5, 10, 30, 100]))
    rate = int(rng.integers(320, 560))
    fee = (Fee("guarantee", FeeKind.YEARLY_BP, int(rng.integers(30, 150))),)
    industries = tuple(rng.choice(list("ACEFGHIM"), 3, replace=False).tolist())
    return ProductTerms(
        name="product",
        kind=ProductKind[str(rng.choice([one.name for one in ProductKind]))],
        amount_fen=Band(low * 1_000_000, low * int(rng.choice([10, 30, 100])) * 1_000_000),
        rate_bp=Band(rate, rate + int(rng.integers(40, 300))),
        term_months=Band(int(rng.choice([1, 3, 6, 12])), int(rng.choice([12, 24, 36]))),
        guarantees=tuple(Guarantee) if rng.random() < 0.6 else (Guarantee.MORTGAGE,),
        repayments=tuple(Repayment)[: int(rng.integers(1, 5))],
        fees=fee if rng.random() < 0.3 else (),
        claim_hours=int(rng.choice([4, 8, 16])),
        decision_hours=int(rng.choice([1, 8, 24, 40, 80])),
        seeks_first_loans=bool(rng.random() < 0.25),
        eligibility=Eligibility(
            industries=industries if rng.random() < 0.3 else (),
            tax_grades=("A", "B", "M") if rng.random() < 0.3 else (),
            age_months=int(rng.choice([12, 24])) if rng.random() < 0.4 else None,
            sizes=(Size.MICRO, Size.SMALL) if rng.random() < 0.5 else (),
        ),
    )


def wish(key: str, firm: FirmFacts, quality: float, rng: np.random.Generator) -> Wish:
    share = rng.uniform(0.08, 0.6)
    amount = int(max(100_000, round((firm.yearly_sales_fen or 1) * share / 1_000_000) * 1_000_000))
    asked = DemandTerms(
        amount_fen=min(max(amount, 1_000_000), 3_000_000_000),
        term_months=int(rng.choice([6, 12, 12, 24, 36])),
        use=LoanUse.WORKING_CAPITAL,
        urgency=Urgency[str(rng.choice([one.name for one in Urgency]))],
        guarantees=(Guarantee.NONE,)
        if rng.random() < 0.7
        else (Guarantee.NONE, Guarantee.MORTGAGE),
        may_estimate=True,
    )
    return Wish(key, firm, asked, quality)


def approval(world: World, wanted: Wish, offer: Offer) -> float:
    """The true probability: the lender's rule on what it sees, over its own noise."""
    own, firm = world.lenders[offer.lender], wanted.firm
    age = (TODAY - (firm.established_on or TODAY)).days / 365
    burden = wanted.terms.amount_fen / (firm.yearly_sales_fen or 1)
    odds = (
        own.on_quality * wanted.quality
        + own.on_age * math.log1p(max(age, 0)) / 2
        - own.on_burden * burden
        + own.on_size * (0 if firm.size is None else list(Size).index(firm.size))
        + own.likes_first * bool(firm.is_first_loan)
        + 0.8 * (Guarantee.NONE not in offer.terms.guarantees)
        + 0.6
        - own.cut
    )
    return 1 / (1 + math.exp(-odds))


def worth(world: World, wanted: Wish, offer: Offer) -> float:
    """Of one year and one yuan, expected; rates fall with quality within the product's band."""
    band = offer.terms.rate_bp
    place = 1 / (1 + math.exp(1.5 * wanted.quality))
    cost = all_in_apr_bp(
        amount_fen=wanted.terms.amount_fen,
        months=wanted.terms.term_months,
        rate_bp=band.least + round((band.most - band.least) * place),
        repayment=offer.terms.repayments[0],
        fees=offer.terms.fees,
    )
    return approval(world, wanted, offer) * max(VALUE_BP - cost.apr_bp, 0) / 1e4


def taught(world: World) -> tuple[ChanceModel, float]:
    """From past applications to random products that were possible; and the CPU seconds that it took."""
    outcomes = []
    for wanted in world.past:
        possible = world.possible(wanted)
        if possible:
            offer = possible[int(world.rng.integers(len(possible)))]
            bands = bands_of(wanted.firm, wanted.terms, offer.terms, today=TODAY)
            approved = bool(world.rng.random() < approval(world, wanted, offer))
            outcomes.append(Outcome(offer.lender, bands, approved))
    start = time.process_time()
    model = learn_chances(outcomes)
    if model is None:
        raise SystemExit("too few outcomes")
    return model, time.process_time() - start


def context_for(
    world: World, model: ChanceModel | None, wanted: Wish, **more: Any
) -> RankingContext:
    chance = {}
    for one in world.possible(wanted) if model else ():
        bands = bands_of(wanted.firm, wanted.terms, one.terms, today=TODAY)
        chance[one.key] = model.chance_bp(one.lender, bands) if model else 0
    return RankingContext(TODAY, **{"policy": PLAIN, "chance": chance, **more})


def ranked(world: World, model: ChanceModel | None, **more: Any) -> list[list[Ranked]]:
    """The possible products of each demand, in order."""
    return [
        rank(w, world.possible(w), context=context_for(world, model, w, **more))
        for w in world.demands
    ]


def regret_of(
    world: World, rankings: Sequence[Sequence[Ranked]], choose: Callable[[Sequence[Ranked]], str]
) -> float:
    by_key, shares = {one.key: one for one in world.shelf}, []
    for wanted, possible in zip(world.demands, rankings, strict=True):
        if len(possible) < 2:
            continue
        best = max(world.worth(wanted, by_key[one.product]) for one in possible)
        if best > 0:
            shares.append(1 - world.worth(wanted, by_key[choose(possible)]) / best)
    return statistics.mean(shares)


def regrets(world: World, model: ChanceModel) -> dict[str, float]:
    by_key, rng = {one.key: one for one in world.shelf}, world.rng
    whole, silent = ranked(world, model), ranked(world, None)

    def rate(one: Ranked) -> int:
        return by_key[one.product].terms.rate_bp.least

    return {
        "first rank": regret_of(world, whole, lambda p: p[0].product),
        "best of the first three, as the firm would choose with the truth": best_of(
            world, whole, 3
        ),
        "first rank, firm did not agree to an estimate": regret_of(
            world, silent, lambda p: p[0].product
        ),
        "highest estimated chance": regret_of(
            world, whole, lambda p: max(p, key=lambda o: o.chance_bp or 0).product
        ),
        "lowest all-in cost": regret_of(
            world, whole, lambda p: min(p, key=lambda o: o.cost.apr_bp if o.cost else 0).product
        ),
        "lowest rate advertised": regret_of(world, whole, lambda p: min(p, key=rate).product),
        "newest": regret_of(world, whole, lambda p: max(p, key=lambda o: o.product).product),
        "random": regret_of(world, whole, lambda p: p[int(rng.integers(len(p)))].product),
    }


def best_of(world: World, rankings: Sequence[Sequence[Ranked]], count: int) -> float:
    by_key, shares = {one.key: one for one in world.shelf}, []
    for wanted, possible in zip(world.demands, rankings, strict=True):
        if len(possible) < 2:
            continue
        each = [world.worth(wanted, by_key[one.product]) for one in possible]
        if max(each) > 0:
            shares.append(1 - max(each[:count]) / max(each))
    return statistics.mean(shares)


@dataclass(frozen=True)
class Calibration:
    lender: str
    pairs: int
    said: float
    seen: float
    slope: float
    brier: float
    lowest: float


def calibrations(
    world: World, model: ChanceModel
) -> tuple[list[Calibration], list[tuple[float, float, int]]]:
    """By lender over all possible pairs of the demands; and the reliability table by tenths of the estimate.

    slope: of a logistic regression of the verdict on the log-odds said; 1 is right. lowest: the truth's Brier score.
    """
    found: dict[str, list[tuple[float, bool, float]]] = defaultdict(list)
    by_key = {one.key: one for one in world.shelf}
    for wanted, possible in zip(world.demands, ranked(world, model), strict=True):
        for one in possible:
            true = approval(world, wanted, by_key[one.product])
            said = (one.chance_bp or 0) / 1e4
            found[one.lender].append((said, bool(world.rng.random() < true), true))
    by_lender = [_calibration(name, rows) for name, rows in sorted(found.items())]
    rows = [row for each in found.values() for row in each]
    table = []
    for tenth in range(10):
        inside = [row for row in rows if tenth <= row[0] * 10 < tenth + 1]
        if inside:
            table.append((*(statistics.mean(r[i] for r in inside) for i in (0, 1)), len(inside)))
    return by_lender, table


def _calibration(name: str, rows: list[tuple[float, bool, float]]) -> Calibration:
    said = np.array([row[0] for row in rows])
    seen = np.array([row[1] for row in rows], float)
    true = np.array([row[2] for row in rows])
    odds = np.log(said / (1 - said))
    design = np.column_stack([np.ones(len(odds)), odds])
    weights = np.zeros(2)
    for _ in range(30):
        share = 1 / (1 + np.exp(-design @ weights))
        hessian = (design * (share * (1 - share))[:, None]).T @ design + 1e-6 * np.eye(2)
        weights += np.linalg.solve(hessian, design.T @ (seen - share))
    return Calibration(
        name,
        len(rows),
        float(said.mean()),
        float(seen.mean()),
        float(weights[1]),
        float(((said - seen) ** 2).mean()),
        float(((true - seen) ** 2).mean()),
    )


def neutrality(world: World, seed: int) -> tuple[int, int]:
    """Rename all lenders, learn anew and rank anew: ranks compared, ranks changed."""
    names = list(world.lenders)
    swapped = dict(zip(names, np.random.default_rng(seed).permutation(names).tolist(), strict=True))
    renamed = {one.key: replace(one, lender=swapped[one.lender]) for one in world.shelf}
    other = World(
        {swapped[n]: replace(one, name=swapped[n]) for n, one in world.lenders.items()},
        list(renamed.values()),
        world.past,
        world.demands,
        np.random.default_rng(seed),
        {wish: [renamed[one.key] for one in found] for wish, found in world.kept.items()},
    )
    world.rng = np.random.default_rng(seed)
    mine, theirs = (ranked(w, taught(w)[0]) for w in (world, other))
    pairs = [
        (a, b) for one, two in zip(mine, theirs, strict=True) for a, b in zip(one, two, strict=True)
    ]
    changed = sum((a.product, a.place, a.score) != (b.product, b.place, b.score) for a, b in pairs)
    return len(pairs), changed


def exposure(world: World, model: ChanceModel, draws: int) -> list[tuple[str, int, float, float]]:
    """Of each seldom shown lender: how often it was moved up, how often it should be, and the tolerance.

    Each draw is a demand under another key, and the very draw that ``rank`` makes. The count is a sum of
    independent trials; Bernstein's inequality bounds it,
    FALSE_ALARM shared by all lenders.
    """
    policy = RankingPolicy("benchmark-on")
    plain = ranked(world, model)
    shown = Counter(one.lender for each in plain for one in each[: policy.explore_place])
    seldom = seldom_shown(shown, world.lenders, policy=policy)
    moved, wanted_of, spread = (
        Counter[str](),
        defaultdict[str, float](float),
        defaultdict[str, float](float),
    )
    for n in range(draws):
        order = [one.lender for one in plain[n % DEMANDS]]
        place = drawn_up(order, seldom=seldom, policy=policy, demand=f"draw-{n}")
        moved.update([] if place is None else [order[place]])
        hidden = set(order) & seldom - set(order[: policy.explore_place])
        for name in hidden:
            share = policy.explore_bp / 1e4 / len(hidden)
            wanted_of[name] += share
            spread[name] += share * (1 - share)
    log = math.log(2 * len(seldom) / FALSE_ALARM) if seldom else 0.0
    return [
        (
            name,
            moved[name],
            wanted_of[name],
            log / 3 + math.sqrt(log**2 / 9 + 2 * log * spread[name]),
        )
        for name in sorted(seldom)
    ]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--draws", type=int, default=10_000)
    given = parser.parse_args()
    if given.draws:
        show_exposure(given.draws)
    all_regrets: dict[str, list[float]] = defaultdict(list)
    slopes, briers, lowest, gaps = [], [], [], []
    for seed in range(1, given.seeds + 1):
        world = build(seed)
        model, seconds = taught(world)
        for name, value in regrets(world, model).items():
            all_regrets[name].append(value)
        by_lender, table = calibrations(world, model)
        slopes += [one.slope for one in by_lender]
        briers += [one.brier for one in by_lender]
        lowest += [one.lowest for one in by_lender]
        gaps += [one.said - one.seen for one in by_lender]
        print(
            f"seed {seed}: learnt from {model.outcomes} in {seconds:.2f} s of CPU, likeness {model.likeness:g}"
        )
        if seed == 1:
            show_first(world, model, by_lender, table)
    if not given.seeds:
        return
    print(f"\nregret over {given.seeds} seeds: mean, sd, lowest, highest")
    for name, values in all_regrets.items():
        sd = statistics.stdev(values) if len(values) > 1 else 0.0
        print(
            f"{name:66} {statistics.mean(values):.4f} {sd:.4f} {min(values):.4f} {max(values):.4f}"
        )
    print("\nby lender over all seeds: median, 5th, 95th percentile")
    for name, values in (
        ("slope", slopes),
        ("said - seen", gaps),
        ("Brier", briers),
        ("Brier of the truth", lowest),
    ):
        low, middle, high = np.percentile(values, [5, 50, 95])
        print(f"{name:20} {middle:.3f} {low:.3f} {high:.3f}")


def show_first(
    world: World,
    model: ChanceModel,
    by_lender: list[Calibration],
    table: list[tuple[float, float, int]],
) -> None:
    start = time.process_time()
    for wanted in world.demands[:100]:
        rank(wanted, world.shelf, context=context_for(world, model, wanted))
    each = (time.process_time() - start) * 10
    counts = [len(world.possible(one)) for one in world.demands]
    print(
        f"one ranking of {PRODUCTS}: {each:.1f} ms of CPU; possible: median {statistics.median(counts)}"
    )
    print(f"demands with none: {counts.count(0)}")
    print("reliability: said, seen, pairs")
    for said, seen, pairs in table:
        print(f"  {said:.3f} {seen:.3f} {pairs}")
    print("lender, pairs, said, seen, slope, Brier, Brier of the truth")
    for one in by_lender:
        print(
            f"  {one.lender} {one.pairs:6} {one.said:.3f} {one.seen:.3f} {one.slope:.2f}"
            f" {one.brier:.4f} {one.lowest:.4f}"
        )
    compared, changed = neutrality(world, 5)
    print(f"lenders renamed: {compared} ranks compared, {changed} changed")


def show_exposure(draws: int) -> None:
    world = build(1)
    print(f"{draws} draws with exploration: lender, moved up, expected, tolerance")
    for name, moved, expected, tolerance in exposure(world, taught(world)[0], draws):
        state = "within" if abs(moved - expected) <= tolerance else "OUTSIDE"
        print(f"  {name} {moved:5} {expected:8.1f} {tolerance:6.1f} {state}")


if __name__ == "__main__":
    main()
