"""What a holder asks for one use of its data (使用单价): rows are added, and no price reaches back."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - a field's type that clients read
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from shuxin.consent.api import Purpose
from shuxin.infra.api import CHINA
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text
from shuxin.ledger.api import Entry
from shuxin.market.tariff_models import TariffRow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shuxin.market.steps import Journal

ANY = "*"
MOST_FEN = 100_000_000
_LONGEST = 200


class TariffInvalid(InvalidInput):
    code = "tariff_invalid"
    what = Text(en="this price cannot be set: {where}", zh="无法设定该价格：{where}")
    mend = Text(
        en="Name a catalogue and a purpose, or * for any; give whole fen up to 1,000,000 yuan;"
        " the first day is today or later",
        zh="请填写目录与目的（* 表示不限）,价格为不超过 100 万元的整数分，生效日不得早于今天",
    )


@dataclass(frozen=True, slots=True)
class Price:
    """One price (单价): of a use for ``purpose`` of ``catalogue``, from ``valid_from`` in China on; set at ``at``."""

    catalogue: str
    purpose: str
    fen: int
    valid_from: dt.date
    by: str
    at: dt.datetime

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


def set_price(
    *,
    catalogue: str,
    purpose: str,
    fen: int,
    valid_from: dt.date,
    by: str,
    journal: Journal,
    now: dt.datetime,
) -> Price:
    """Record a price and log it. Uses that were made before it was recorded keep theirs. Raises TariffInvalid."""
    _check(catalogue, purpose, fen, valid_from, now=now)
    with transaction.atomic():
        TariffRow.objects.create(
            catalogue=catalogue, purpose=purpose, fen=fen, valid_from=valid_from, by=by, at=now
        )
        facts: dict[str, str | int] = {
            "purpose": "any" if purpose == ANY else purpose,
            "fen": fen,
            "valid_from": valid_from.isoformat(),
        }
        if catalogue != ANY:
            facts["catalogue"] = catalogue
        journal(Entry("tariff-set", now, "holder", facts))
    return Price(catalogue, purpose, fen, valid_from, by, now)


def prices() -> tuple[Price, ...]:
    """All that were ever set, the oldest first."""
    return tuple(
        Price(row.catalogue, row.purpose, row.fen, row.valid_from, row.by, row.at)
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
