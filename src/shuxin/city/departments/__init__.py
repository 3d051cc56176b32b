"""The departments' tables of the synthetic city."""

from shuxin.city.departments import (
    bank,
    courts,
    innovation,
    invoices,
    labour,
    market,
    penalties,
    power,
    relations,
    taxation,
)

TABLES = (
    *market.TABLES,
    *relations.TABLES,
    *taxation.TABLES,
    *invoices.TABLES,
    *labour.TABLES,
    *courts.TABLES,
    *penalties.TABLES,
    *innovation.TABLES,
    *power.TABLES,
    *bank.TABLES,
)
"""Every table, in the order in which the files are written."""
