"""Who lives in the synthetic city: firms, persons and what binds them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from shuxin.city.economy import Economy
    from shuxin.city.scale import Scale
    from shuxin.city.trade import Trade


class FirmKind(StrEnum):
    ENTERPRISE = "enterprise"
    BRANCH = "branch"
    INDIVIDUAL = "individual"
    COOPERATIVE = "coop"


class FirmStatus(StrEnum):
    """Registration status (登记状态) on the last day."""

    ACTIVE = "active"
    CANCELLED = "cancelled"
    REVOKED = "revoked"
    MOVED_OUT = "moved_out"


class Badge(StrEnum):
    """Lists of good firms that a firm is on."""

    HIGH_TECH = "high_tech"
    SPECIALISED = "srdi"
    TECH_SME = "tech_sme"


class Bond(StrEnum):
    """Kinds of relation between entities, from -> to."""

    LEGAL_REPRESENTATIVE = "legal_rep_of"
    OPERATOR = "operator_of"
    SHAREHOLDER = "shareholder_of"
    BRANCH = "branch_of"
    GUARANTEE = "guarantees"
    SAME_ADDRESS = "same_address"
    SUCCESSOR = "successor"


@dataclass(frozen=True, slots=True)
class Name:
    """Name of a firm in its parts: place, brand (字号), trade, legal form, and a branch's tail.

    ``place_inside`` puts the place in brackets after the brand, as 恒泰（某地）建材有限公司.
    """

    place: str
    brand: str
    trade: str
    form: str
    tail: str = ""
    place_inside: bool = False

    def __str__(self) -> str:
        head = f"{self.brand}（{self.place}）" if self.place_inside else self.place + self.brand
        return f"{head}{self.trade}{self.form}{self.tail}"


@dataclass(frozen=True, slots=True)
class Person:
    """A natural person; ``identity_number`` and ``mobile`` are valid and nobody's."""

    number: int
    name: str
    identity_number: str
    mobile: str

    @property
    def key(self) -> str:
        return f"P{self.number:07d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Firm:
    """One firm as it truly is.

    founded_on, ended_on: life as ``[start, end)``; None while it lives.
    revenue_fen: a usual year's. head: the owner, operator or, of a branch, the person in charge.
    registration_number: "" for firms founded after September 2015.
    power_account: "" for tenants without a meter of their own.
    renamed_on: the day ``former_name`` gave way to ``name``.
    """

    number: int
    kind: FirmKind
    status: FirmStatus
    name: Name
    uscc: str
    registration_number: str
    region: str
    address: str
    industry: str
    size: str
    founded_on: dt.date
    ended_on: dt.date | None
    revenue_fen: int
    employees: int
    capital_fen: int
    head: int
    power_account: str
    insured: bool
    former_name: Name | None = None
    renamed_on: dt.date | None = None
    badges: frozenset[Badge] = field(default_factory=frozenset)

    @property
    def key(self) -> str:
        return f"F{self.number:07d}"

    def lives_on(self, day: dt.date) -> bool:
        return self.founded_on <= day and (self.ended_on is None or day < self.ended_on)

    def name_on(self, day: dt.date) -> str:
        if self.former_name is not None and self.renamed_on is not None and day < self.renamed_on:
            return str(self.former_name)
        return str(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """``source`` -> ``target`` by entity key; share in basis points, amount in fen, or None."""

    bond: Bond
    source: str
    target: str
    valid_from: dt.date
    valid_to: dt.date | None = None
    share_bp: int | None = None
    amount_fen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """The truth.

    quality: (firms, months) latent quality q of each firm, standard normal in the long run.
    months: first days of the months that the data cover, oldest first.
    economy: the books and loans of the businesses. trade: their invoices.
    """

    seed: int
    scale: Scale
    firms: tuple[Firm, ...]
    persons: tuple[Person, ...]
    relations: tuple[Relation, ...]
    months: tuple[dt.date, ...]
    quality: NDArray[np.float64]
    by_target: Mapping[str, tuple[Relation, ...]]
    economy: Economy
    trade: Trade

    def firm(self, key: str) -> Firm:
        return self.firms[int(key[1:])]

    def head_of(self, firm: Firm) -> Person:
        return self.persons[firm.head]

    def name_of(self, key: str, *, on: dt.date) -> str:
        return self.firm(key).name_on(on) if key[0] == "F" else self.persons[int(key[1:])].name

    def bonds_of(self, firm: Firm, *, bond: Bond) -> tuple[Relation, ...]:
        """Relations that point at ``firm``."""
        return tuple(r for r in self.by_target.get(firm.key, ()) if r.bond is bond)
