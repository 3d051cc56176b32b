"""Who sends which files: tables whose rows are extracts of the city's catalogues."""

from shuxin.city.files.offices import (
    bank,
    courts,
    insurance,
    invoices,
    market,
    penalties,
    power,
    relations,
    support,
    taxation,
)

TABLES = (
    *market.TABLES,
    *relations.TABLES,
    *taxation.TABLES,
    *invoices.TABLES,
    *insurance.TABLES,
    *courts.TABLES,
    *penalties.TABLES,
    *support.TABLES,
    *power.TABLES,
    *bank.TABLES,
)
"""Every table, in the order in which the files are written."""
