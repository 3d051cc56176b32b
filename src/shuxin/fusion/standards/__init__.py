"""Standard datasets (标准数据集): tables that many offices hold, known by their headers and given one form.

A table that fits keeps its dataset's name; its contract is marked and its fields bear the standard's
names, so that features read them wherever they came from. Columns outside a standard of trade are left out; others
stay as they were proposed.
"""

from __future__ import annotations

from shuxin.fusion.standards.contracted import fields_in, standard_of, unmet
from shuxin.fusion.standards.form import Standard, StandardField
from shuxin.fusion.standards.known import STANDARDS, standard_named
from shuxin.fusion.standards.recognising import as_standard, plain_header

__all__ = [
    "STANDARDS",
    "Standard",
    "StandardField",
    "as_standard",
    "fields_in",
    "plain_header",
    "standard_named",
    "standard_of",
    "unmet",
]
