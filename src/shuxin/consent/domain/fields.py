"""Which fields of a dataset a use may see (最小授权): one rule for reading and for its preview."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.catalogue.api import PersonalClass, Sharing
from shuxin.consent.domain.permit import Ground

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shuxin.catalogue.api import Field


def readable(
    fields: Iterable[Field],
    *,
    ground: Ground,
    level: int,
    personal: bool,
    disputed: frozenset[str],
) -> tuple[Field, ...]:
    """Fields up to ``level``; of a personal class only where ``personal``; none that is disputed.

    A field that its holder shares with nobody is readable on the holder's own basis alone.
    """
    return tuple(
        field
        for field in fields
        if field.level <= level
        and (personal or field.personal is PersonalClass.NONE)
        and (ground is Ground.BASIS or field.sharing is not Sharing.WITHHELD)
        and field.name not in disputed
    )
