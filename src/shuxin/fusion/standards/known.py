"""Every standard that there is, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.fusion.standards.registers import REGISTER_STANDARDS
from shuxin.fusion.standards.taxes import TAX_STANDARDS
from shuxin.fusion.standards.trade import TRADE_STANDARDS
from shuxin.fusion.standards.works import WORK_STANDARDS

if TYPE_CHECKING:
    from shuxin.fusion.standards.form import Standard

MARK = "standard"
STANDARDS = (*TRADE_STANDARDS, *REGISTER_STANDARDS, *TAX_STANDARDS, *WORK_STANDARDS)
_BY_NAME = {standard.name: standard for standard in STANDARDS}


def standard_named(name: str) -> Standard:
    """Raises KeyError."""
    return _BY_NAME[name]
