"""Every reading and every feature of this installation, by domain (特征库): DOMAIN 3.1 to 3.8."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.fusion.features.invoices import INVOICE_FEATURES, TRADE_READINGS
from shuxin.fusion.features.library import (
    across,
    chain,
    flows,
    justice,
    people,
    registration,
    statements,
    taxes,
    technology,
    utilities,
)

if TYPE_CHECKING:
    from shuxin.fusion.features.definition import Feature
    from shuxin.fusion.features.readings import Reading

_ROOMS = (taxes, statements, people, justice, registration, utilities, technology, chain, flows)
READINGS: dict[str, Reading] = {
    reading.name: reading
    for reading in (*TRADE_READINGS, *(one for room in _ROOMS for one in room.READINGS))
}
FEATURES: tuple[Feature, ...] = (
    *INVOICE_FEATURES,
    *(feature for room in _ROOMS for feature in room.FEATURES),
    *across.FEATURES,
)
"""In the order in which they are shown."""
