"""Who is who: what identifies firms and persons, as columns that are built once for a city.

Codes lie in regions 3499xx that GB/T 2260 has assigned to nobody; names, addresses and persons are made up.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shuxin.city.catalogues import CODE_TABLES
from shuxin.city.dirt.kinds import DirtKind
from shuxin.city.records.marks import digits, fixed, spread, texts, tokens, usccs
from shuxin.city.records.names import (
    PERSONS,
    VARIANTS,
    names_of,
    outside_names,
    person_numbers,
)
from shuxin.city.scale import UNTIL
from shuxin.city.streams import stream
from shuxin.city.vocabulary import CITY, DISTRICTS, ROADS, SCOPE_TAIL, TRADES
from shuxin.city.world.population import INDUSTRIES, REGIONS, SECTIONS
from shuxin.city.world.scale import day_number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from shuxin.city.world.world import World

    Places = NDArray[np.int64]

_CATEGORY = np.array([91, 92, 93], np.int64)
_OUTSIDE_REGIONS = np.array([349931, 349942, 349953], np.int64)
_RENAMED = 0.08
_NEVER = np.iinfo(np.int32).max
_LOOK_ALIKE = {ord("0"): ord("O"), ord("1"): ord("I")}
CODE_KINDS = (
    DirtKind.CODE_SWAPPED,
    DirtKind.CODE_LOOK_ALIKE,
    DirtKind.CODE_TRUNCATED,
    DirtKind.CODE_LOWER_CASE,
    DirtKind.CODE_SPACED,
    DirtKind.CODE_FULL_WIDTH,
)
NAME_KINDS = tuple(VARIANTS)


@dataclass(frozen=True, kw_only=True)
class Register:
    """Columns by place: firms of the World first, (n,), then firms outside the city, to (all,).

    uscc, name: strings (all,). former: strings (n,), the name before ``renamed``, int32 days, the greatest int32 where
    the name never changed. address, phone: strings (n,), shared where the World's ties say so.
    names_as_written: ((2 + kinds) * n,) the names, the former names, then each kind of NAME_KINDS.
    """

    world: World
    renamed: NDArray[np.int32]
    uscc: pa.StringArray
    name: pa.StringArray
    former: pa.StringArray
    address: pa.StringArray
    phone: pa.StringArray
    names_as_written: pa.StringArray

    @property
    def count(self) -> int:
        return self.world.count

    @property
    def outside(self) -> int:
        """Firms outside the city, at places from ``count``."""
        return len(self.uscc) - self.world.count

    @cached_property
    def scope(self) -> pa.StringArray:
        """(industries,) what firms of an industry may do (经营范围)."""
        words = [word for section in SECTIONS for _, word in TRADES[section]]
        return pa.array([f"{word}的生产、销售与服务{SCOPE_TAIL}" for word in words])

    @cached_property
    def industries(self) -> pa.StringArray:
        return pa.array(INDUSTRIES)

    @cached_property
    def codes_as_written(self) -> pa.StringArray:
        """((1 + kinds) * n,) the codes, then each kind of CODE_KINDS of them."""
        return pa.concat_arrays(
            [self.uscc.slice(0, self.count), *(self._miscoded(kind) for kind in CODE_KINDS)]
        )

    @cached_property
    def name_changes(self) -> NDArray[np.bool_]:
        """(kinds, n) whether a way of misquoting changes the name; a former one only of firms that had one."""
        own = self.names_as_written.slice(0, self.count)
        others = [
            self.names_as_written.slice((2 + place) * self.count, self.count)
            for place in range(len(NAME_KINDS))
        ]
        changes = np.stack([np.asarray(pc.not_equal(own, other)) for other in others])
        changes[NAME_KINDS.index(DirtKind.NAME_FORMER)] &= self.renamed < _NEVER
        return changes

    @cached_property
    def brokers(self) -> Mapping[str, pa.StringArray]:
        """Names of institutions by kind: court, authority (one for each region), lender."""
        return {
            "court": pa.array([f"{CITY}{name}人民法院" for name in DISTRICTS.values()]),
            "authority": pa.array([f"{CITY}{name}主管部门" for name in DISTRICTS.values()]),
            "lender": pa.array(_LENDERS),
        }

    @cached_property
    def sellers(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Places of the network's edges by seller, and (n + 1,) where each seller's begin."""
        seller = self.world.network.seller
        order = np.argsort(seller, kind="stable")
        return order, np.searchsorted(seller[order], np.arange(self.count + 1))

    def prepare(self) -> None:
        """Makes all that is made when it is first asked for, so that processes forked from here share it."""
        _ = self.codes_as_written, self.name_changes, self.sellers, self.brokers

    def person_names(self, who: NDArray[np.integer]) -> pa.StringArray:
        """Names of persons by number; -1 is missing."""
        places = person_numbers(who, seed=self.world.seed)
        return _PERSONS.take(pa.array(places, mask=who < 0))

    def person_codes(self, who: NDArray[np.integer]) -> pa.StringArray:
        """(r,) keyed hashes (HMAC) of persons by number; -1 is missing."""
        return masked(texts(tokens(self.world.seed, 5, who.astype(np.int64))), who < 0)

    def _miscoded(self, kind: DirtKind) -> pa.Array:
        shown = np.frombuffer(self.uscc.slice(0, self.count).buffers()[2], np.uint8)
        shown = shown[: self.count * 18].reshape(-1, 18)
        rows = np.arange(self.count)
        place = 2 + (spread(rows, size=10**6, seed=self.world.seed, purpose=kind) % 14)
        return _MISWRITTEN[kind](shown.copy(), rows, place)


_PERSONS = pa.array(PERSONS)
_LENDERS = (
    "澜坪农村商业银行",
    "澜坪市商业银行",
    "望澜村镇银行",
    "国有大行澜坪分行",
    "股份制银行澜坪分行",
    "邮政网点澜坪支行",
)


def masked(column: pa.Array, missing: NDArray[np.bool_]) -> pa.Array:
    """The column with nulls where ``missing``."""
    if not missing.any():
        return column
    index = pa.array(np.arange(len(column)), mask=missing)
    return column.take(index)


def _swapped(shown: NDArray[np.uint8], rows: Places, place: Places) -> pa.Array:
    """Two neighbours change places; where they are equal, the next pair that is not does."""
    for _ in range(16):
        same = shown[rows, place] == shown[rows, place + 1]
        place = np.where(same, (place + 1) % 17, place)
    first = shown[rows, place].copy()
    shown[rows, place] = shown[rows, place + 1]
    shown[rows, place + 1] = first
    return texts(shown)


def _like(shown: NDArray[np.uint8], rows: Places, _place: Places) -> pa.Array:
    """A nought is written O, or a one I: the first of them from the region on."""
    hit = np.isin(shown, list(_LOOK_ALIKE))
    hit[:, :2] = False
    first = hit.argmax(axis=1)
    found = hit.any(axis=1)
    sign = shown[rows, first]
    shown[rows[found], first[found]] = np.where(sign == ord("0"), ord("O"), ord("I"))[found]
    return texts(shown)


def _truncated(shown: NDArray[np.uint8], _rows: Places, _place: Places) -> pa.Array:
    return texts(shown[:, :17])


def _lower(shown: NDArray[np.uint8], _rows: Places, _place: Places) -> pa.Array:
    return texts(np.where((shown >= ord("A")) & (shown <= ord("Z")), shown + 32, shown))


def _spaced(shown: NDArray[np.uint8], _rows: Places, _place: Places) -> pa.Array:
    wide = np.full((len(shown), 19), ord(" "), np.uint8)
    wide[:, :8], wide[:, 9:] = shown[:, :8], shown[:, 8:]
    return texts(wide)


def _full_width(shown: NDArray[np.uint8], _rows: Places, _place: Places) -> pa.Array:
    """Each sign as U+FF01 to U+FF5E: three bytes of UTF-8."""
    point = shown.astype(np.int64) + 0xFEE0
    parts = np.stack([0xE0 | point >> 12, 0x80 | point >> 6 & 0x3F, 0x80 | point & 0x3F], axis=2)
    return texts(parts.astype(np.uint8).reshape(len(shown), -1))


_MISWRITTEN = {
    DirtKind.CODE_SWAPPED: _swapped,
    DirtKind.CODE_LOOK_ALIKE: _like,
    DirtKind.CODE_TRUNCATED: _truncated,
    DirtKind.CODE_LOWER_CASE: _lower,
    DirtKind.CODE_SPACED: _spaced,
    DirtKind.CODE_FULL_WIDTH: _full_width,
}


def build_register(world: World) -> Register:
    """The register of a world: the same for the same world."""
    now, before = names_of(world)
    outside = max(120, world.count // 4)
    own, former = pa.array(map(str, now)), pa.array(map(str, before))
    ways = [
        pa.array([way(*pair) for pair in zip(now, before, strict=True)], pa.string())
        for way in VARIANTS.values()
    ]
    return Register(
        world=world,
        renamed=renamed_days(world),
        uscc=_codes(world, outside),
        name=pa.concat_arrays([own, pa.array(outside_names(outside, seed=world.seed))]),
        former=former,
        address=_addresses(world),
        phone=_phones(world),
        names_as_written=pa.concat_arrays([own, former, *ways]),
    )


def renamed_days(world: World) -> NDArray[np.int32]:
    """(n,) the day on which a firm took its name of now; the greatest int32 where it always had it."""
    rng = stream(seed=world.seed, purpose="records/renamed")
    life = day_number(UNTIL) - world.firms.founded.astype(np.int64)
    day = world.firms.founded + np.floor(rng.random(world.count) * life).astype(np.int64)
    changes = rng.random(world.count) < _RENAMED
    changes &= (world.ended < 0) | (day < world.ended)
    return np.where(changes, day, _NEVER).astype(np.int32)


def _codes(world: World, outside: int) -> pa.StringArray:
    own = np.arange(world.count + outside, dtype=np.int64)
    regions = np.array([int(code) for code in REGIONS], np.int64)
    region = np.concatenate(
        [regions[world.firms.region], _OUTSIDE_REGIONS[np.arange(outside) % len(_OUTSIDE_REGIONS)]]
    )
    category = np.concatenate([_CATEGORY[world.firms.kind], np.full(outside, 91, np.int64)])
    return texts(usccs(own, category=category, region=region, seed=world.seed))


def _addresses(world: World) -> pa.StringArray:
    """Firms of a group share that of its first firm."""
    rng = stream(seed=world.seed, purpose="records/addresses")
    many = world.count
    road = rng.integers(0, len(ROADS), size=many).tolist()
    number = rng.integers(1, 400, size=many).tolist()
    building = rng.integers(1, 30, size=many).tolist()
    room = rng.integers(101, 2600, size=many).tolist()
    towns = [CITY + DISTRICTS[code] for code in REGIONS]
    region = world.firms.region.tolist()
    own = [
        f"{towns[region[n]]}{ROADS[road[n]]}{number[n]}号{building[n]}幢{room[n]}室"
        for n in range(many)
    ]
    return pa.array(own).take(pa.array(firsts(world.ties.address)))


def _phones(world: World) -> pa.StringArray:
    """In the segment 154, which no operator uses."""
    tail = spread(firsts(world.ties.phone), size=10**8, seed=world.seed, purpose="mobile_number")
    prefix = fixed("154", many=world.count)
    return texts(np.concatenate([prefix, digits(tail, width=8)], axis=1))


def firsts(group: NDArray[np.integer]) -> NDArray[np.int64]:
    """(n,) the first firm of each firm's group, itself where it is alone (-1)."""
    own = np.arange(len(group), dtype=np.int64)
    _, first, inverse = np.unique(group, return_index=True, return_inverse=True)
    kept: NDArray[np.int64] = np.where(group < 0, own, first[inverse])
    return kept


def region_codes() -> NDArray[np.int8]:
    """(regions,) places of ``population.REGIONS`` in the code table of counties."""
    listed = [code.code for code in CODE_TABLES["county"].codes]
    return np.array([listed.index(code) for code in REGIONS], np.int8)
