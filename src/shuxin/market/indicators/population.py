"""How many firms are active (在营企业数) by group, from files of the office that counts them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from shuxin.market.domain.words import Size
from shuxin.market.indicators.records import AgeBand
from shuxin.market.list_models import PopulationRow
from shuxin.market.lists.files import read_lines
from shuxin.market.lists.refusals import PLACES, ListFileInvalid

if TYPE_CHECKING:
    from datetime import date, datetime

    from shuxin.market.steps import Doer

POPULATION_HEADS = ("group", "value", "active")
_NAMES = {"地区": "region", "规模": "size", "年限": "age"}
_WORDS = {
    "size": {one.text.zh: one.value for one in Size},
    "age": {one.text.zh: one.value for one in AgeBand},
}
MOST_ACTIVE, LONGEST_SOURCE = 2_000_000_000, 200


def import_population(
    content: bytes, *, source: str, as_of: date, doer: Doer, now: datetime
) -> int:
    """Keep all lines of a file or none: how many. The newest counts. Raises ListFileInvalid."""
    if not 1 <= len(source.strip()) <= LONGEST_SOURCE:
        raise ListFileInvalid(lines=PLACES["source"])
    lines = [line for _, line in read_lines(content, heads=POPULATION_HEADS, read=_line)]
    with transaction.atomic():
        PopulationRow.objects.bulk_create(
            PopulationRow(
                dimension=dimension,
                value=value,
                active=active,
                source=source.strip(),
                as_of=as_of,
                by=f"{doer.party} {doer.by}"[:200],
                at=now,
            )
            for dimension, value, active in lines
        )
    return len(lines)


def _line(cells: dict[str, str]) -> tuple[str, str, int]:
    group, value, active = (cells[head] for head in POPULATION_HEADS)
    if group not in _NAMES:
        raise ListFileInvalid(lines="", where="group")
    dimension = _NAMES[group]
    coded = _WORDS[dimension].get(value, "") if dimension in _WORDS else value
    is_region = coded.isascii() and coded.isdigit() and len(coded) == 6  # noqa: PLR2004 - GB/T 2260
    if not coded or (dimension == "region" and not is_region):
        raise ListFileInvalid(lines="", where="value")
    is_count = active.isascii() and active.isdigit() and len(active) <= len(str(MOST_ACTIVE))
    if not is_count or int(active) > MOST_ACTIVE:
        raise ListFileInvalid(lines="", where="active")
    return dimension, coded, int(active)


def active_firms() -> dict[tuple[str, str], int]:
    """By dimension and value, as kept last."""
    rows = PopulationRow.objects.order_by("pk")
    return {(row.dimension, row.value): row.active for row in rows}


def population_source() -> tuple[str, date] | None:
    """Who counted the active firms and as of when, of the newest file; None before any."""
    row = PopulationRow.objects.order_by("-pk").first()
    return (row.source, row.as_of) if row else None
