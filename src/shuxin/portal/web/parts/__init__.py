"""The parts that pages are made of; ``{% part name %}`` shows one. The gallery page shows them all."""

from shuxin.portal.web.parts.cells import Column, Kind, State
from shuxin.portal.web.parts.chart import Axis, Chart, Series
from shuxin.portal.web.parts.field import Choice, Field
from shuxin.portal.web.parts.graph import Arc, Dot, Graph
from shuxin.portal.web.parts.table import Filter, Table
from shuxin.portal.web.parts.telling import (
    Card,
    Cards,
    Code,
    Event,
    Facts,
    Linked,
    Step,
    Steps,
    TimeLine,
)

__all__ = [
    "Arc",
    "Axis",
    "Card",
    "Cards",
    "Chart",
    "Choice",
    "Code",
    "Column",
    "Dot",
    "Event",
    "Facts",
    "Field",
    "Filter",
    "Graph",
    "Kind",
    "Linked",
    "Series",
    "State",
    "Step",
    "Steps",
    "Table",
    "TimeLine",
]
