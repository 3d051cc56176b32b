"""A made model of some holders and a label party, its parts, and what a slow reader makes of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from shuxin.federation.card.answers import Question, answer_bytes
from shuxin.federation.card.building import (
    Coded,
    Draft,
    Training,
    Weight,
    card_part,
    label_part,
    notice_of,
)
from shuxin.federation.card.contract import Category, Contract, Contribution, Reasons
from shuxin.federation.card.files import hash_of
from shuxin.federation.card.holder import answer
from shuxin.federation.card.label import Standing, begin, due, judge, took
from shuxin.kernel.text import Text
from shuxin.scoring.binning.shape import BinShape, Kind
from shuxin.scoring.card.artefact import CardBin, CardCharacteristic, TrainingFacts
from shuxin.scoring.card.points import Scaling

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from shuxin.federation.card.label import JointScores, Tally
    from shuxin.federation.card.parts import CardPart, LabelPart
    from shuxin.scoring.binning.lookup import Value, Values

LABEL, *HOLDERS = (f"uscc:91310000MA1FL0{n:03}X" for n in range(5))
SECTORS = ("retail", "餐饮", "transport", "software", "unheard of")
SALT = bytes(range(32))
CATEGORIES = tuple(
    Category(code, Text(en=code, zh=f"{code}(中)"))
    for code in ("credit", "history", "trade", "watch")
)


def summing(*, at_least: int, most: int = 0, silent: tuple[str, ...] = ()) -> Contract:
    return contract_of(Contribution.SUM, at_least=at_least, most=most, silent=silent)


def contract_of(
    contribution: Contribution,
    *,
    at_least: int = 1,
    most: int = 0,
    silent: tuple[str, ...] = (),
) -> Contract:
    return Contract(
        contribution=contribution,
        reasons=Reasons.CATEGORIES if most else Reasons.NONE,
        most_categories=most,
        min_holders=at_least,
        silent=silent,
    )


@dataclass(frozen=True)
class World:
    """``parts`` by holder; ``values`` and ``known`` by party, of subjects that nobody was trained on."""

    label: LabelPart
    parts: Mapping[str, CardPart]
    values: Mapping[str, Mapping[str, Values]]
    known: Mapping[str, NDArray[np.bool_]]
    rows: int

    def part_hash(self, party: str) -> str:
        return next(seat.part for seat in self.label.seats if seat.party == party)

    def secrets(self, party: str) -> dict[str, bytes]:
        return {other: pair_secret(party, other) for other in self.parts if other != party}


def pair_secret(one: str, other: str) -> bytes:
    return hashlib.sha256("".join(sorted((one, other))).encode()).digest()


def shape_of(name: str, rng: np.random.Generator) -> BinShape:
    if rng.random() < 0.4:
        others = int(rng.integers(-1, 2))
        groups = ((SECTORS[0],), SECTORS[1:3]) if rng.random() < 0.5 else ((SECTORS[3],), ())
        if groups[1] == ():
            others = 1
        return BinShape(name, Kind.CATEGORICAL, categories=groups, others=others)
    edges = np.unique(rng.integers(-4, 5, int(rng.integers(0, 4)))).astype(float)
    specials = (-9.0,) if rng.random() < 0.5 else ()
    return BinShape(name, Kind.NUMERIC, edges=tuple(edges.tolist()), specials=specials)


def values_of(shape: BinShape, rows: int, rng: np.random.Generator) -> Values:
    """Ordinary, special, missing and unseen values."""
    if shape.kind is Kind.CATEGORICAL:
        choices: list[Value] = [*SECTORS, "", None]
        return [choices[nth] for nth in rng.integers(0, len(choices), rows)]
    found = rng.choice([*np.arange(-5.0, 5.0, 0.5), -9.0, np.nan], rows)
    return np.asarray(found)


def own_of(name: str, rng: np.random.Generator, rows: int) -> CardCharacteristic:
    shape = shape_of(name, rng)
    counts = rng.multinomial(rows, np.full(shape.count, 1 / shape.count))
    bins = tuple(CardBin(points=0, woe=float(rng.normal()), good=int(n), bad=0) for n in counts)
    low = Text(en=f"low {name}", zh=f"{name}低")
    return CardCharacteristic(
        shape=shape,
        title=low,
        group="",
        unit="",
        bins=bins,
        unseen_points=0,
        coefficient=float(rng.normal()),
        reference=float(rng.integers(-10, 30)),
        reason_low=low,
        reason_missing=low,
    )


def world_of(
    contract: Contract,
    *,
    seed: int,
    holders: int,
    own: int = 2,
    rows: int = 4,
    unknown: float = 0.3,
) -> World:
    rng = np.random.default_rng(seed)
    parties = HOLDERS[:holders]
    coded = {party: coded_of(party, rng) for party in parties}
    mine = tuple(own_of(f"own{nth}", rng, 100) for nth in range(own))
    draft = Draft(
        job="a" * 64,
        model="sample",
        version="1",
        made_on="2026-11-22",
        target=Text(en="bad", zh="坏"),
        party=LABEL,
        contract=contract,
        scaling=Scaling(),
        intercept=float(rng.normal()),
        characteristics=mine,
        holders={
            party: tuple(
                Weight(each.shape.name, int(rng.integers(-(1 << 17), 1 << 17)), each.woe)
                for each in coded[party]
            )
            for party in parties
        },
        cut_off=560,
        training=TrainingFacts(rows=100, bads=10, data_hash="0" * 64),
    )
    parts = {
        party: card_part(
            offer=draft.offer(party),
            coded=coded[party],
            categories=CATEGORIES,
            training=training_of(coded[party], rng),
            salt=SALT,
        )
        for party in parties
    }
    notices = [notice_of(part, part_hash=hash_of(part)) for part in parts.values()]
    shapes = {party: [each.shape for each in coded[party]] for party in parties}
    shapes[LABEL] = [each.shape for each in mine]
    return World(
        label=label_part(draft, notices),
        parts=parts,
        values={
            party: {shape.name: values_of(shape, rows, rng) for shape in each}
            for party, each in shapes.items()
        },
        known={party: rng.random(rows) >= unknown for party in parties},
        rows=rows,
    )


def coded_of(party: str, rng: np.random.Generator) -> list[Coded]:
    """With categories that differ between holders."""
    codes = [each.code for each in CATEGORIES]
    shapes = [shape_of(f"h{party[-4:-1]}_{nth}", rng) for nth in range(int(rng.integers(1, 6)))]
    return [
        Coded(
            shape,
            tuple(rng.integers(-200, 200, shape.count).tolist()),
            codes[int(rng.integers(0, len(codes)))],
        )
        for shape in shapes
    ]


def training_of(coded: Sequence[Coded], rng: np.random.Generator, rows: int = 40) -> Training:
    values = {each.shape.name: values_of(each.shape, rows, rng) for each in coded}
    near = rng.random(rows) < 0.5
    near[0] = True
    return Training(values, near)


def request_of(nth: int) -> str:
    return hashlib.sha256(f"request {nth}".encode()).hexdigest()


def taken(values: Mapping[str, Values], rows: NDArray[np.intp]) -> dict[str, Values]:
    """Some subjects' values."""
    return {
        name: each[rows] if isinstance(each, np.ndarray) else [each[row] for row in rows]
        for name, each in values.items()
    }


def scored(
    world: World, absent: Mapping[str, Standing], *, rows: Sequence[int] | None = None
) -> JointScores:
    """The whole way for some subjects, all unless told, with parties that are down or refuse."""
    subjects = np.arange(world.rows) if rows is None else np.array(rows)
    tally, number = begin(world.label, rows=len(subjects)), 0
    while questions := due(tally):
        assert number < 200
        for holders, places in questions:
            number += 1
            tally = asked(world, tally, holders, subjects, places, absent, request_of(number))
    return judge(tally, taken(world.values[LABEL], subjects))


def asked(
    world: World,
    tally: Tally,
    holders: tuple[str, ...],
    subjects: NDArray[np.intp],
    places: NDArray[np.intp],
    absent: Mapping[str, Standing],
    request: str,
) -> Tally:
    question = Question(request, holders, len(places))
    there = [party for party in holders if party not in absent]
    answers = {party: told(world, party, question, subjects[places]) for party in there}
    away = {party: absent[party] for party in holders if party in absent}
    return took(tally, question=question, rows=places, answers=answers, absent=away)


def told(world: World, party: str, question: Question, rows: NDArray[np.intp]) -> bytes:
    """A holder's answer about some subjects."""
    found = answer(
        world.parts[party],
        question=question,
        values=taken(world.values[party], rows),
        known=world.known[party][rows],
        secrets=world.secrets(party),
    )
    return answer_bytes(found, question=question, part=world.part_hash(party))


def slow_points(part: CardPart, values: Mapping[str, Values], row: int) -> dict[str, int]:
    """A holder's points of one subject by category, one value at a time."""
    found: dict[str, int] = {each.code: 0 for each in part.categories}
    for each in part.characteristics:
        place = each.shape.lookup.one(values[each.shape.name][row])
        found[each.category] += each.points[place]
    return found


def slow_standings(world: World, absent: Mapping[str, Standing], row: int) -> dict[str, Standing]:
    """By the contract, in words: who can answer does, unless a sum would be of too few."""
    found = {
        party: absent.get(
            party, Standing.ANSWERED if world.known[party][row] else Standing.UNKNOWN_SUBJECT
        )
        for party in world.parts
    }
    able = [party for party, each in found.items() if each is Standing.ANSWERED]
    if len(able) < world.label.contract.min_holders:
        found |= dict.fromkeys(able, Standing.TOO_FEW)
    return found


def subsets(parties: Sequence[str]) -> list[tuple[str, ...]]:
    sizes = range(1, len(parties) + 1)
    return [each for size in sizes for each in combinations(sorted(parties), size)]
