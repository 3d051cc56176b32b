"""Who stands behind whom: persons, owners, guarantors, shared addresses and telephones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.world import parameters as p
from shuxin.city.world.guarantees import guarantee
from shuxin.city.world.scale import MONTHS, day_number

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from shuxin.city.world.draws import Draws
    from shuxin.city.world.guarantees import Guarantees
    from shuxin.city.world.population import Firms
    from shuxin.city.world.rings import Rings

PPM = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Persons:
    """(k,) born: int32 days since 1970-01-01; female: bool; region: place in ``population.REGIONS``."""

    born: NDArray[np.int32]
    female: NDArray[np.bool_]
    region: NDArray[np.int8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stakes:
    """Rows of (s,): holder is a firm where ``corporate``, else a person; share in millionths of ``firm``."""

    firm: NDArray[np.int32]
    holder: NDArray[np.int32]
    corporate: NDArray[np.bool_]
    share_ppm: NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ties:
    """controller: int32 (n,) person at the head. address, phone: int32 (n,) number of the group that shares it, -1
    alone.
    """

    persons: Persons
    controller: NDArray[np.int32]
    stakes: Stakes
    guarantees: Guarantees
    rings: Rings
    address: NDArray[np.int32]
    phone: NDArray[np.int32]


def bind(
    *,
    firms: Firms,
    rings: Rings,
    wants: NDArray[np.bool_],
    quality: NDArray[np.float32],
    living: int,
    draws: Draws,
) -> Ties:
    """wants: (n,) firms that ask for bank loans; quality: (n,), lenders want guarantors of the weaker ones."""
    controller, persons = _controllers(firms, rings, draws)
    return Ties(
        persons=persons,
        controller=controller,
        stakes=_stakes(firms, controller, len(persons.born), draws),
        guarantees=guarantee(firms=firms, wants=wants, quality=quality, living=living, draws=draws),
        rings=rings,
        address=_shared(firms, rings, p.SHARED_ADDRESS, draws.once("addresses")),
        phone=_shared(firms, rings, p.SHARED_PHONE, draws.once("phones")),
    )


def _controllers(firms: Firms, rings: Rings, draws: Draws) -> tuple[NDArray[np.int32], Persons]:
    """A head of its own for most firms; some persons head two, and one person the whole of a ring."""
    n = firms.count
    rng = draws.once("controllers")
    controller = np.arange(n, dtype=np.int32)
    enterprises = np.flatnonzero(firms.kind == 0)
    pairs = rng.permutation(enterprises)[: 2 * round(len(enterprises) * p.SECOND_FIRMS / 2)]
    controller[pairs[1::2]] = controller[pairs[::2]]
    for ring in range(len(rings.runs)):
        members = np.flatnonzero(rings.member == ring)
        if len(members):
            controller[members[1:]] = controller[members[0]]
    many = n + round(0.3 * n)
    ages = 24 + 40 * rng.random(many)
    people = Persons(
        born=(day_number(MONTHS[0]) - ages * 365.25).astype(np.int32),
        female=rng.random(many) < p.WOMEN,
        region=np.concatenate([firms.region, firms.region[rng.integers(n, size=many - n)]]),
    )
    return controller, people


def _stakes(firms: Firms, controller: NDArray[np.int32], people: int, draws: Draws) -> Stakes:
    """One majority holder for most; a firm as the majority holder for some; equal partners for the rest."""
    rng = draws.once("stakes")
    parent = _parents(firms, rng)
    kind = rng.random(firms.count)
    alone = (firms.kind == p.INDIVIDUAL) | (kind < p.ONE_HOLDER)
    majority = kind < p.ONE_MAJORITY / (1 - p.CORPORATE_HELD)
    share = np.where(majority, 510_000 + (rng.random(firms.count) * 480_000).astype(int), 500_000)
    first = np.where(alone & (parent < 0), PPM, share).astype(np.int32)
    second = np.where(
        rng.random(firms.count) < p.OUTSIDE_PARTNERS,
        firms.count + rng.integers(people - firms.count, size=firms.count),
        -1,
    )
    second = np.where(second < 0, (controller + 1) % firms.count, second)
    every = np.arange(firms.count, dtype=np.int32)
    rest = np.flatnonzero(first < PPM)
    corporate = parent >= 0
    return Stakes(
        firm=np.concatenate([every, every[rest]]),
        holder=np.concatenate([np.where(corporate, parent, controller), second[rest]]).astype(
            np.int32
        ),
        corporate=np.concatenate([corporate, np.zeros(len(rest), np.bool_)]),
        share_ppm=np.concatenate([first, PPM - first[rest]]).astype(np.int32),
    )


def _parents(firms: Firms, rng: Generator) -> NDArray[np.int64]:
    """(n,) the firm that holds the majority, -1 a person: pyramids of three levels, pairs that hold each other."""
    parent = np.full(firms.count, -1, np.int64)
    deck = rng.permutation(np.flatnonzero(firms.kind == 0))
    total = len(deck)
    pyramids = deck[: 4 * round(total * p.IN_PYRAMIDS / 4)].reshape(-1, 4)
    parent[pyramids[:, 1]] = pyramids[:, 0]
    parent[pyramids[:, 2]] = pyramids[:, 1]
    parent[pyramids[:, 3]] = pyramids[:, 1]
    deck = deck[pyramids.size :]
    crossed = deck[: 2 * max(1, round(total * p.CROSS_HELD / 2))].reshape(-1, 2)
    parent[crossed[:, 0]], parent[crossed[:, 1]] = crossed[:, 1], crossed[:, 0]
    deck = deck[crossed.size :]
    held = round(total * p.CORPORATE_HELD) - 3 * len(pyramids) - crossed.size
    children, owners = deck[:held], deck[held:]
    able = owners[np.argsort(-firms.base_revenue[owners], kind="stable")][
        : max(1, len(owners) // 5)
    ]
    parent[children] = able[rng.integers(len(able), size=len(children))]
    return parent


def _shared(firms: Firms, rings: Rings, share: float, rng: Generator) -> NDArray[np.int32]:
    """Groups of two to five that share, of one region; each ring is a group too."""
    group = np.full(firms.count, -1, np.int32)
    deck = rng.permutation(np.flatnonzero(rings.member < 0))[: round(share * firms.count)]
    deck = deck[np.argsort(firms.region[deck], kind="stable")]
    edges = rng.integers(2, 6, size=len(deck)).cumsum()
    group[deck] = np.searchsorted(edges, np.arange(len(deck)), side="right")
    is_ring = rings.member >= 0
    group[is_ring] = len(deck) + rings.member[is_ring]
    return group
