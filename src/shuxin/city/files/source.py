"""What offices extract their files from: the city's catalogues as they truly are, with the names of firms and codes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shuxin.city.catalogues import CATALOGUES, CODE_TABLES, OUTSIDE, FieldKind
from shuxin.city.files.hard_times import hard_times
from shuxin.city.numbers import identity_number_of, registration_number_of
from shuxin.city.records.coded import recipes
from shuxin.city.records.drawn import blocks
from shuxin.city.records.register import build_register
from shuxin.city.records.table import Table as Records
from shuxin.city.records.views import Views
from shuxin.city.streams import stream
from shuxin.city.world.population import REGIONS
from shuxin.city.world.scale import EPOCH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.random import Generator

    from shuxin.city.catalogues import Catalogue, Field
    from shuxin.city.files.tables import Value
    from shuxin.city.records.register import Register
    from shuxin.city.world.scale import WorldSize
    from shuxin.city.world.world import World

_DAY, _CHINA = 86_400, 8 * 3_600
_NUMBERED_UNTIL = dt.date(2015, 10, 1)
"""Licences from before bear a number of their own; later ones the code."""
_BY_SLUG = {one.slug: one for one in (*CATALOGUES, *OUTSIDE)}


@dataclass(frozen=True)
class Source:
    """A city that was lived and registered; firms by number."""

    world: World
    register: Register
    views: Views

    @classmethod
    def of(cls, *, size: WorldSize, seed: int) -> Source:
        """The city in hard times; the same for the same arguments, on every machine. Raises CitySeedInvalid."""
        world = hard_times(size=size, seed=seed)
        return cls(world, build_register(world), Views(world))

    @property
    def seed(self) -> int:
        return self.world.seed

    @property
    def count(self) -> int:
        return self.world.count

    def rng(self, purpose: str) -> Generator:
        """The stream of one purpose of the files."""
        return stream(seed=self.seed, purpose=f"files/{purpose}")

    @cached_property
    def codes(self) -> list[str]:
        return list(self.register.uscc.slice(0, self.count).to_pylist())

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """Firms of the city by code."""
        return {code: firm for firm, code in enumerate(self.codes)}

    @cached_property
    def names(self) -> list[str]:
        return list(self.register.name.slice(0, self.count).to_pylist())

    @cached_property
    def former_names(self) -> list[str]:
        return list(self.register.former.to_pylist())

    @cached_property
    def renamed(self) -> list[dt.date | None]:
        """The day on which each firm took its name of now; None where it always had it."""
        never = np.iinfo(np.int32).max
        return [None if day == never else day_of(day) for day in self.register.renamed.tolist()]

    @cached_property
    def founded(self) -> list[dt.date]:
        return [day_of(day) for day in self.world.firms.founded.tolist()]

    @cached_property
    def regions(self) -> list[str]:
        return [REGIONS[place] for place in self.world.firms.region.tolist()]

    @cached_property
    def registration_numbers(self) -> list[str]:
        """Numbers on licences from before October 2015; "" on later ones."""
        return [
            str(registration_number_of(firm, region=self.regions[firm], seed=self.seed))
            if self.founded[firm] < _NUMBERED_UNTIL
            else ""
            for firm in range(self.count)
        ]

    @cached_property
    def identity_numbers(self) -> list[str]:
        """Of the person behind each firm: valid, and nobody's."""
        heads = self.world.ties.controller.tolist()
        return [identity_number_of(head, seed=self.seed).reveal() for head in heads]

    @cached_property
    def phones(self) -> list[str]:
        return list(self.register.phone.to_pylist())

    def name_on(self, firm: int, day: dt.date) -> str:
        renamed = self.renamed[firm]
        is_old = renamed is not None and day < renamed
        return self.former_names[firm] if is_old else self.names[firm]

    def misquoted(self, firm: int) -> list[tuple[int, str]]:
        """Places in ``records.register.NAME_KINDS`` of the ways that change a firm's name, and what they make of it."""
        ways = np.flatnonzero(self.register.name_changes[:, firm]).tolist()
        texts = self.register.names_as_written
        return [(way, texts[(2 + way) * self.count + firm].as_py()) for way in ways]

    def extract(self, slug: str) -> Extract:
        """All rows of a catalogue, by firm. Raises KeyError."""
        catalogue = _BY_SLUG[slug]
        table = Records(
            register=self.register,
            views=self.views,
            catalogue=catalogue,
            recipe=recipes().get(slug),
        )
        parts = [table.clean(block) for block in blocks(self.world)]
        columns = {
            one.name: pa.chunked_array([part.columns[one.name] for part in parts])
            for one in catalogue.fields
        }
        known = np.concatenate([part.known for part in parts])
        return Extract(
            source=self,
            catalogue=catalogue,
            firm=np.concatenate([part.firm for part in parts]).tolist(),
            known=[day_of(day) for day in ((known + _CHINA) // _DAY).tolist()],
            columns=columns,
        )


@dataclass(frozen=True)
class Extract:
    """Rows of a catalogue, (r,): the firm of each, the day it was known, and the columns."""

    source: Source
    catalogue: Catalogue
    firm: list[int]
    known: list[dt.date]
    columns: Mapping[str, pa.ChunkedArray]

    def __len__(self) -> int:
        return len(self.firm)

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        return {one.name: one for one in self.catalogue.fields}

    def values(self, field: str) -> Sequence[Value]:
        """(r,) as an office writes them: words for codes, days in China for times. Raises KeyError."""
        one, column = self.fields[field], self.columns[field]
        if one.kind is FieldKind.CODE:
            return self.worded(field, {c.code: c.zh for c in CODE_TABLES[one.code_table].codes})
        if one.kind is FieldKind.TIME:
            shifted = pc.add(pc.cast(column, pa.int64()), _CHINA * 1000)
            return list(pc.cast(pc.cast(shifted, pa.timestamp("ms")), pa.date32()).to_pylist())
        return list(column.to_pylist())

    def worded(self, field: str, words: Mapping[str, str]) -> Sequence[Value]:
        """(r,) these words for a field's codes; a code that has none is missing."""
        return [words.get(code) for code in self.columns[field].to_pylist()]


def day_of(number: int) -> dt.date:
    """Of days since 1970-01-01."""
    return EPOCH + dt.timedelta(days=number)
