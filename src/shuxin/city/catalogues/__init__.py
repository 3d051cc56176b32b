"""What the 34 departments of the city hold (数据目录): 305 catalogues, declared as data that a generator follows.

How they are written: ``notation``. What the parts mean: ``declaration``.
"""

from shuxin.city.catalogues import (
    assets,
    customs,
    finance,
    growth,
    guard,
    law,
    market,
    market_goods,
    operations,
    outside,
    people,
    public_money,
    shared_codes,
    tax,
    tax_invoices,
    utilities,
)
from shuxin.city.catalogues.codes import Code, CodeTable, tables_of
from shuxin.city.catalogues.declaration import (
    COMMON_FIELDS,
    Catalogue,
    Field,
    FieldKind,
    Rows,
    RowsKind,
    Source,
    SourceKind,
)
from shuxin.city.catalogues.departments import DEPARTMENTS, HOLDERS, Department
from shuxin.city.catalogues.outside import OUTSIDE
from shuxin.city.catalogues.phrases import phrases_of
from shuxin.city.catalogues.readers import READERS, Reader
from shuxin.city.vocabulary import DISTRICT_SHARES, DISTRICTS

_MODULES = (
    market,
    market_goods,
    tax,
    tax_invoices,
    people,
    law,
    guard,
    assets,
    operations,
    growth,
    public_money,
    customs,
    utilities,
    finance,
)

CATALOGUES: tuple[Catalogue, ...] = tuple(
    sorted(
        (catalogue for module in _MODULES for catalogue in module.CATALOGUES),
        key=lambda catalogue: (list(DEPARTMENTS).index(catalogue.department), catalogue.code),
    )
)
"""The 305, by department in the order of DEPARTMENTS, and number."""

_COUNTY = "county: " + " | ".join(
    f"{code} {name} {DISTRICT_SHARES[code]}" for code, name in DISTRICTS.items()
)
CODE_TABLES = tables_of(
    _COUNTY, shared_codes.CODES, outside.CODES, *(module.CODES for module in _MODULES)
)
"""Every code table, by name."""

__all__ = [
    "CATALOGUES",
    "CODE_TABLES",
    "COMMON_FIELDS",
    "DEPARTMENTS",
    "HOLDERS",
    "OUTSIDE",
    "READERS",
    "Catalogue",
    "Code",
    "CodeTable",
    "Department",
    "Field",
    "FieldKind",
    "Reader",
    "Rows",
    "RowsKind",
    "Source",
    "SourceKind",
    "phrases_of",
]
