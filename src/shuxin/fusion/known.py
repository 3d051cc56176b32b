"""The two columns that say when a version of a row was known, and the only question about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

KNOWN_FROM, KNOWN_TO = "_known_from", "_known_to"


def known_at(history: ir.Table, moment: ir.Value) -> ir.BooleanValue:
    """Which versions stood just before ``moment``."""
    to = history[KNOWN_TO]
    return (history[KNOWN_FROM] < moment) & (to.isnull() | (to >= moment))
