"""What is declared about a catalogue (数据目录): its fields, who has rows in it, and how often.

Source: DOMAIN 2.2 for the attributes, 2.1 for the budgets, 9.1-9.3 for the population.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.catalogue.api import Cycle, DataGroup, Level, PersonalClass, Sharing
    from shuxin.city.catalogues.population import Selector
    from shuxin.kernel.text import Text

FIRMS_OF_THE_CITY = 200_000


class FieldKind(StrEnum):
    """How a value is stored: fen is int64, ratio_ppm int64 millionths, number a decimal of ``unit``."""

    CODE = "code"
    TEXT = "text"
    NAME = "name"
    ADDRESS = "address"
    INTEGER = "integer"
    FEN = "fen"
    RATIO_PPM = "ratio_ppm"
    DATE = "date"
    TIME = "time"
    MONTH = "month"
    FLAG = "flag"
    USCC = "uscc"
    ACCOUNT = "account"
    PERSON_HMAC = "person_hmac"
    NUMBER = "number"


TIMES = frozenset({FieldKind.DATE, FieldKind.TIME, FieldKind.MONTH})


class SourceKind(StrEnum):
    """Where a generator takes a field's value from.

    EVENT: the row's own event time, or the first day of its period. TABLE: by the code table's weights.
    REGISTER, ACTIVITY, VIEW, PARTY, PERSON: ``column`` names one of WORLD_COLUMNS; ACTIVITY is the World's fen of the
    row's period times low..high. RANDOM: between low and high; uniform for ratios and where low is below 0, else
    log-uniform, and where low is 0 from 1 (of a number from high/1000). AFTER: low..high days after the event
    (negative: before). FIELD: the row's field ``column`` times low..high, uniform. SHARE: true in that share (low) of
    rows. SERIAL: number of the record. WORDS: one of the phrases of the field.
    """

    EVENT = "event"
    TABLE = "table"
    REGISTER = "register"
    ACTIVITY = "activity"
    VIEW = "view"
    PARTY = "party"
    PERSON = "person"
    RANDOM = "random"
    AFTER = "after"
    FIELD = "field"
    SHARE = "share"
    SERIAL = "serial"
    WORDS = "words"


WORLD_COLUMNS: Mapping[SourceKind, frozenset[str]] = {
    SourceKind.REGISTER: frozenset((
        "name", "form", "region", "industry", "scope", "address", "phone", "employees", "capital",
        "revenue", "founded", "status", "size",
    )),
    SourceKind.ACTIVITY: frozenset((
        "sales", "collected", "purchases", "wages", "taxes", "debt_service", "cash", "debt", "assets",
    )),
    SourceKind.VIEW: frozenset(("bank", "tax", "social", "judicial", "power", "registry")),
    SourceKind.PARTY: frozenset((
        "buyer", "supplier", "shareholder", "subsidiary", "creditor", "debtor", "guarantor", "lender",
        "court", "authority", "core_firm", "party",
    )),
    SourceKind.PERSON: frozenset(("owner", "worker", "person")),
}  # fmt: skip
"""What a field may be made of. VIEW is a noisy view of quality (DOMAIN 9.6); quality itself is no column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """How a value is made. share: of rows that have it; the others have 0, or nothing where the field is nullable."""

    kind: SourceKind
    column: str = ""
    low: float = 1.0
    high: float = 1.0
    share: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field. unit: of integer and number, "fen" and "ppm" for those kinds, else "". is_event: the event time.

    quality_slope: what a standard deviation of worse quality changes: of a quantity its log; of a flag its log odds; of
    a code the log weight of each step towards the table's end. None: a RANDOM quantity of PERIODIC rows takes the
    slope of its Rows, anything else 0.
    """

    name: str
    zh: str
    kind: FieldKind
    unit: str
    nullable: bool
    is_event: bool
    code_table: str
    level: Level
    pi: PersonalClass
    source: Source
    quality_slope: float | None

    @property
    def en(self) -> str:
        return self.name.replace("_", " ")


class RowsKind(StrEnum):
    """How rows arise.

    REGISTER: an entry and its changes. LICENCE: granted for a term, renewed. EVENT: at random times. PERIODIC: every
    period. LISTING: put on a list and taken off. CONTRACT: signed with another party. RELATION: of two subjects.
    PERSON_PERIODIC: every period for each person.
    """

    REGISTER = "register"
    LICENCE = "licence"
    EVENT = "event"
    PERIODIC = "periodic"
    LISTING = "listing"
    CONTRACT = "contract"
    RELATION = "relation"
    PERSON_PERIODIC = "person_periodic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """How many rows for whom.

    of: firms that may have rows. per: the unit that a row is of; each selected firm has ``units_per_firm`` on average.
    rate_per_year: mean rows of a unit in a year. years: of history before the end of 2025. quality_slope: change of
    the log rate per standard deviation of worse quality; of PERIODIC rows, whose rate is fixed, of their quantities.
    lead_months: when that moves, relative to default; negative is before. budget_millions: rows in a `city`; other
    sizes in proportion to their firms.
    """

    kind: RowsKind
    of: Selector
    rate_per_year: float
    per: str
    units_per_firm: float
    years: float
    quality_slope: float
    lead_months: int
    budget_millions: float

    @property
    def units(self) -> float:
        """Units in a `city`."""
        return self.of.expected * self.units_per_firm

    def expected(self, firms: int) -> float:
        """Rows in a city of so many firms."""
        return self.budget_millions * 1e6 * firms / FIRMS_OF_THE_CITY


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """One catalogue of one department.

    code: department and number. table: its number in DOMAIN 2.3, or "". slug: unique name. subject_key: what the
    department knows its subjects by ("uscc", "person", "account"). lag_days: usual days until a row is visible.
    level: the least of its fields. read_by: keys of READERS; empty is unread.
    Beside ``fields`` each row has COMMON_FIELDS.
    """

    code: str
    table: str
    slug: str
    name: Text
    group: DataGroup
    subject_key: str
    cycle: Cycle
    lag_days: int
    level: Level
    share: Sharing
    rows: Rows
    fields: tuple[Field, ...]
    read_by: tuple[str, ...]

    @property
    def department(self) -> str:
        return self.code.rsplit("-", 1)[0]

    @property
    def event(self) -> Field:
        """The event time of a row, or the first day of its period."""
        return next(field for field in self.fields if field.is_event)

    @property
    def own_fields(self) -> tuple[Field, ...]:
        """Its fields beyond the subject and times."""
        return tuple(field for field in self.fields if field.kind not in TIMES)


COMMON_FIELDS = ("subject_code", "subject_name", "src_id", "batch_id", "known_time")
"""Columns of every catalogue: its subject as the department writes it, and where and when the row came from."""
