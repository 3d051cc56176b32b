"""Indicators over the API, for offices: as their pages show them, with the same groups hidden."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from django.http import HttpRequest, HttpResponse  # noqa: TC002 - ninja reads the annotations
from ninja import Router
from pydantic import BaseModel

from shuxin.kernel.machine import Actor
from shuxin.kernel.text import Text
from shuxin.market.api import government
from shuxin.parties.api import accounts
from shuxin.portal.linking.shapes import modelled, shape
from shuxin.portal.web.market_api.calling import called, plain

if TYPE_CHECKING:
    from pydantic import BaseModel as GroupOut
    from pydantic import BaseModel as TextOut
else:
    GroupOut, TextOut = shape(government.GroupLine), shape(Text)

statistics = Router(tags=["statistics"])
READ = accounts.Scoped(accounts.Scope.STATISTICS_READ)
ACTORS = (Actor.GOVERNMENT, Actor.OPERATOR)


class CellOut(BaseModel):
    """``value`` null: nothing was counted, or ``is_hidden``: too few firms stand behind it. ``base``: how many do.

    ``before``: of what was known before that day; a figure that changed by fewer than five firms since stays.
    """

    dimension: Literal["total", "month", "region", "lender"]
    group: str
    value: float | None
    base: int
    is_hidden: bool
    before: date | None


class IndicatorOut(BaseModel):
    """One indicator, of all months that are over; ``calibre`` names how it is counted, and series of others differ.

    ``computed_at``: once, when the last of them was over; it stays as it is until the next is.
    """

    code: str
    name: TextOut
    formula: TextOut
    calibre: str
    calibre_text: TextOut
    measure: str
    unit: str
    computed_at: datetime
    cells: list[CellOut]


@statistics.get(
    "/indicators", response=list[IndicatorOut], auth=READ, operation_id="listIndicators"
)
def list_indicators(request: HttpRequest) -> HttpResponse:
    """The indicators of the marketplace by month, region and lender."""
    from shuxin.portal.web.views import government_figures as view  # noqa: PLC0415 - late, as its pages

    call = called(request, "listIndicators", *ACTORS)
    boards = government.kept_boards(view.all_records, now=call.now)
    return plain([_indicator(kept).model_dump(mode="json") for kept in boards])


@statistics.get("/inclusion", response=list[GroupOut], auth=READ, operation_id="listInclusion")
def list_inclusion(request: HttpRequest) -> HttpResponse:
    """Whom the marketplace reaches: coverage, approval, price and time by region, size, age and channel."""
    from shuxin.portal.web.views import government_figures as view  # noqa: PLC0415 - late, as its pages

    call = called(request, "listInclusion", *ACTORS)
    demands, applications = view.complete(view.records(), before=view.this_month(call.now))
    lines = government.inclusion_of(demands, applications, active=government.active_firms())
    return plain([modelled(line).model_dump(mode="json") for line in lines])


def _indicator(kept: government.KeptBoard) -> IndicatorOut:
    board, kind = kept.board, kept.board.indicator
    return IndicatorOut(
        code=kind.code,
        name=modelled(kind.name),
        formula=modelled(kind.formula),
        calibre=kind.calibre.code,
        calibre_text=modelled(kind.calibre.text),
        measure=kind.measure,
        unit=kind.unit,
        computed_at=kept.at,
        cells=[
            _cell("total", "", board.total),
            *(
                _cell(dimension, group, cell)
                for dimension in ("month", "region", "lender")
                for group, cell in board.values(dimension)
            ),
        ],
    )


def _cell(
    dimension: Literal["total", "month", "region", "lender"], group: str, cell: government.Cell
) -> CellOut:
    return CellOut(
        dimension=dimension,
        group=group,
        value=cell.value,
        base=cell.base,
        is_hidden=cell.is_hidden,
        before=cell.before,
    )
