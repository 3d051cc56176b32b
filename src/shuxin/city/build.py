"""The whole truth of a city from its size and seed."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.economy import run_economy
from shuxin.city.firms import Bond, City, Firm, FirmKind, Relation
from shuxin.city.population import first_firms, person
from shuxin.city.scale import SCALES, UNTIL, check_seed, months_before
from shuxin.city.streams import chance, stream
from shuxin.city.structure import with_structure
from shuxin.city.trade import Trade

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from shuxin.city.scale import Size

QUALITY_KEPT = 0.97
SINGLE_OWNER = 0.70
CORPORATE_OWNER = 0.12
GUARANTORS = 0.06
_WHOLE_BP = 10_000
_GUARANTEE_RING = 3
_TEN_THOUSAND_YUAN_FEN = 1_000_000


def build_city(*, size: Size, seed: int) -> City:
    """The same for the same arguments, on every machine. Raises CitySeedInvalid."""
    check_seed(seed)
    scale = SCALES[size]
    firms, structure = with_structure(firms=first_firms(scale=scale, seed=seed), seed=seed)
    owners = [relation for firm in firms for relation in _owners(firm, firms=firms, seed=seed)]
    relations = (*structure, *owners, *_guarantees(firms, seed=seed))
    by_target: defaultdict[str, list[Relation]] = defaultdict(list)
    for relation in relations:
        by_target[relation.target].append(relation)
    months = months_before(UNTIL, count=scale.months)
    quality = quality_paths(firms=len(firms), months=scale.months, seed=seed)
    economy = run_economy(firms=firms, months=months, quality=quality, seed=seed)
    return City(
        seed=seed,
        scale=scale,
        firms=tuple(firms),
        persons=tuple(person(number, seed=seed) for number in range(2 * len(firms))),
        relations=relations,
        months=months,
        quality=quality,
        by_target={target: tuple(found) for target, found in by_target.items()},
        economy=economy,
        trade=Trade(firms=firms, months=months, quality=quality, economy=economy, seed=seed),
    )


def quality_paths(*, firms: int, months: int, seed: int) -> NDArray[np.float64]:
    """(firms, months) latent quality: AR(1), ``q_t = 0.97 q_(t-1) + 0.243 e``, N(0, 1) in every month."""
    paths = np.empty((firms, months))
    fresh = np.sqrt(1 - QUALITY_KEPT**2)
    for firm in range(firms):
        noise = stream(seed=seed, purpose="quality", index=firm).standard_normal(months)
        paths[firm, 0] = noise[0]
        for month in range(1, months):
            paths[firm, month] = QUALITY_KEPT * paths[firm, month - 1] + fresh * noise[month]
    return paths


def _owners(firm: Firm, *, firms: list[Firm], seed: int) -> Iterator[Relation]:
    """Legal representative or operator, and shareholders whose shares add up to the whole.

    The person with the number of the firm plus the count of firms is its second shareholder.
    """
    since, until = firm.founded_on, firm.ended_on
    person_key = f"P{firm.head:07d}"
    bond = Bond.OPERATOR if firm.kind is FirmKind.INDIVIDUAL else Bond.LEGAL_REPRESENTATIVE
    yield Relation(bond=bond, source=person_key, target=firm.key, valid_from=since, valid_to=until)
    if firm.kind is not FirmKind.ENTERPRISE:
        return
    rng = stream(seed=seed, purpose="owners", index=firm.number)
    second = f"P{firm.number + len(firms):07d}"
    if chance(CORPORATE_OWNER, rng=rng):
        second = _older_company(firm, firms, int(rng.integers(len(firms)))) or second
    elif chance(SINGLE_OWNER, rng=rng):
        second = ""
    main_bp = int(rng.integers(51, 91)) * 100 if second else _WHOLE_BP
    for holder, share in ((person_key, main_bp), (second, _WHOLE_BP - main_bp)):
        if holder:
            yield Relation(
                bond=Bond.SHAREHOLDER,
                source=holder,
                target=firm.key,
                valid_from=since,
                valid_to=until,
                share_bp=share,
                amount_fen=firm.capital_fen * share // _WHOLE_BP,
            )


def _older_company(firm: Firm, firms: list[Firm], start: int) -> str:
    """The first living company founded earlier, from ``start`` on round the list; "" if none."""
    for other in (*firms[start:], *firms[:start]):
        older = other.founded_on < firm.founded_on and other.ended_on is None
        if older and other.kind is FirmKind.ENTERPRISE:
            return other.key
    return ""


def _guarantees(firms: list[Firm], *, seed: int) -> Iterator[Relation]:
    """One closed ring, the rest chains of two."""
    rng = stream(seed=seed, purpose="guarantees")
    living = [f for f in firms if f.kind is FirmKind.ENTERPRISE and f.ended_on is None]
    count = max(2 * _GUARANTEE_RING, round(GUARANTORS * len(living)))
    order = [living[place] for place in rng.permutation(len(living))[: count + 1]]
    pairs = [(order[i], order[(i + 1) % _GUARANTEE_RING]) for i in range(_GUARANTEE_RING)]
    pairs += list(zip(order[_GUARANTEE_RING:-1], order[_GUARANTEE_RING + 1 :], strict=True))
    for source, target in pairs:
        start = UNTIL - dt.timedelta(days=int(rng.integers(300, 1000)))
        start = max(start, source.founded_on, target.founded_on)
        yield Relation(
            bond=Bond.GUARANTEE,
            source=source.key,
            target=target.key,
            valid_from=start,
            valid_to=start + dt.timedelta(days=365),
            amount_fen=int(rng.integers(20, 500)) * _TEN_THOUSAND_YUAN_FEN,
        )
