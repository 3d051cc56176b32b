"""What a holder asks for one use of its data (使用单价): two people agree, rows are added, no price reaches back."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from shuxin.consent.api import Purpose
from shuxin.infra.api import CHINA
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text
from shuxin.ledger.api import Entry
from shuxin.market.tariff_models import TariffRow
from shuxin.parties.api import ActUnknown, state_act, waiting_act, waiting_acts
from shuxin.parties.api import Step as Agreed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shuxin.kernel.canonical import Json
    from shuxin.market.steps import Journal

ACT = "tariff"
"""Kind of the act that two people state."""
ANY = "*"
MOST_FEN = 100_000_000
_LONGEST = 200


class TariffInvalid(InvalidInput):
    code = "tariff_invalid"
    what = Text(en="this price cannot be set: {where}", zh="无法设定该价格：{where}")
    mend = Text(
        en="Name a catalogue and a purpose, or * for any; give whole fen up to 1,000,000 yuan;"
        " the first day is today or later",
        zh="请填写目录与目的（* 表示不限），价格为不超过 100 万元的整数分，生效日不得早于今天",
    )


@dataclass(frozen=True, slots=True)
class Price:
    """One price (单价): of a use for ``purpose`` of ``catalogue``, from ``valid_from`` in China on; set at ``at``.

    by: who proposed it; agreed_by: the second person, "" of prices from before two were needed.
    """

    catalogue: str
    purpose: str
    fen: int
    valid_from: dt.date
    by: str
    at: dt.datetime
    agreed_by: str = ""

    def holds(self, catalogue: str, purpose: str, at: dt.datetime) -> bool:
        """Whether it was in force for such a use at that moment."""
        return (
            self.catalogue in {catalogue, ANY}
            and self.purpose in {purpose, ANY}
            and self.at <= at
            and self.valid_from <= at.astimezone(CHINA).date()
        )

    @property
    def exactness(self) -> tuple[bool, bool, dt.date, dt.datetime]:
        """A named catalogue goes before a named purpose, both before "*"; then what was set to begin last."""
        return self.catalogue != ANY, self.purpose != ANY, self.valid_from, self.at


@dataclass(frozen=True, slots=True)
class ProposedPrice:
    """A price that waits for a second person (待复核单价). ``until``: when it lapses."""

    number: int
    catalogue: str
    purpose: str
    fen: int
    valid_from: dt.date
    by: str
    until: dt.datetime


def propose_price(
    *,
    catalogue: str,
    purpose: str,
    fen: int,
    valid_from: dt.date,
    by: str,
    journal: Journal,
    now: dt.datetime,
) -> Agreed:
    """The first of two people states a price; the second, stating the same, puts it in force.

    Raises TariffInvalid, SamePerson.
    """
    _check(catalogue, purpose, fen, valid_from, now=now)
    act: dict[str, Json] = {
        "catalogue": catalogue,
        "purpose": purpose,
        "fen": fen,
        "valid_from": valid_from.isoformat(),
    }
    first = _first_to_say(act, by=by, now=now)
    return _stated(act, first=first, by=by, journal=journal, now=now)


def agree_to_price(number: int, *, by: str, journal: Journal, now: dt.datetime) -> Agreed:
    """The second person agrees to a price that waits. It counts from now on, also where its first day has passed.

    Raises ActUnknown, SamePerson, ActDone.
    """
    act = waiting_act(number, now=now)
    if act.kind != ACT:
        raise ActUnknown
    return _stated(act.content, first=act.by, by=by, journal=journal, now=now)


def proposed_prices(*, now: dt.datetime) -> list[ProposedPrice]:
    """All that wait for a second person, the oldest first."""
    found = [one for one in waiting_acts(now=now) if one.kind == ACT]
    return [
        ProposedPrice(one.number, by=one.by, until=one.until, **_told(one.content)) for one in found
    ]


def _first_to_say(act: Mapping[str, Json], *, by: str, now: dt.datetime) -> str:
    """Who of the others stated it before; "" when nobody did."""
    others = (one for one in waiting_acts(now=now) if one.kind == ACT and one.by != by)
    return next((one.by for one in others if one.content == act), "")


def _stated(
    act: Mapping[str, Json], *, first: str, by: str, journal: Journal, now: dt.datetime
) -> Agreed:
    """State it; record and log the price where two people did. Uses that were made before keep theirs."""
    with transaction.atomic():
        step = state_act(ACT, act, by=by, journal=journal, now=now)
        if step is Agreed.DONE:
            told = _told(act)
            TariffRow.objects.create(**told, by=first, agreed_by=by, at=now)
            facts: dict[str, str | int] = {
                "purpose": "any" if told["purpose"] == ANY else told["purpose"],
                "fen": told["fen"],
                "valid_from": told["valid_from"].isoformat(),
            }
            if told["catalogue"] != ANY:
                facts["catalogue"] = told["catalogue"]
            journal(Entry("tariff-set", now, "holder", facts))
    return step


def _told(act: Mapping[str, Json]) -> dict[str, Any]:
    return {**act, "valid_from": dt.date.fromisoformat(str(act["valid_from"]))}


def prices() -> tuple[Price, ...]:
    """All that were ever set, the oldest first."""
    return tuple(
        Price(row.catalogue, row.purpose, row.fen, row.valid_from, row.by, row.at, row.agreed_by)
        for row in TariffRow.objects.order_by("pk")
    )


def price_of(
    tariff: Iterable[Price], *, catalogue: str, purpose: str, at: dt.datetime
) -> Price | None:
    """The price of such a use at that moment; None where none was set, which costs nothing. Pure."""
    held = [price for price in tariff if price.holds(catalogue, purpose, at)]
    return max(held, key=lambda price: price.exactness, default=None)


def _check(
    catalogue: str, purpose: str, fen: int, valid_from: dt.date, *, now: dt.datetime
) -> None:
    if purpose != ANY and purpose not in set(Purpose):
        raise TariffInvalid(where="purpose")
    if not 0 < len(catalogue) <= _LONGEST or not _is_plain(catalogue):
        raise TariffInvalid(where="catalogue")
    if not 0 <= fen <= MOST_FEN:
        raise TariffInvalid(where="fen")
    if valid_from < now.astimezone(CHINA).date():
        raise TariffInvalid(where="valid_from")


def _is_plain(catalogue: str) -> bool:
    """As a name can stand in the log."""
    return catalogue == ANY or (
        catalogue.isascii() and all(sign.isalnum() or sign in "._:/@+-" for sign in catalogue)
    )
