"""An enterprise's policies, and who read of it on government's lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path
from django.views.decorators.http import require_safe

from shuxin.infra.api import now_in_china
from shuxin.kernel.text import Text
from shuxin.portal.web.access import open_to
from shuxin.portal.web.pages import page
from shuxin.portal.web.parts import Column, Kind, Table
from shuxin.portal.web.routes import Group, Link
from shuxin.portal.web.routes.enterprise import MINE

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from shuxin.parties.api import accounts

NAVIGATION = (
    Link("/my/policies", Text(en="Policies for me", zh="惠企政策匹配"), MINE, Group.MARKET),
)
_READ = {
    "lists": Text(en="the three lists", zh="三清单"),
    "entry": Text(en="your entry", zh="本企业清单记录"),
    "visits": Text(en="visits", zh="走访记录"),
    "recommended": Text(en="recommended firms", zh="推荐清单"),
    "campaign": Text(en="a campaign", zh="对接活动名单"),
}


@require_safe
@open_to(MINE)
def policies(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    from shuxin.market.api import firm_facts, government  # noqa: PLC0415 - needs the database
    from shuxin.portal.web.views import government as shown  # noqa: PLC0415 - as above
    from shuxin.portal.web.views import government_policies as view  # noqa: PLC0415 - as above

    firm = firm_facts(person.party)
    found = government.policies_for(firm, now=now_in_china()) if firm else []
    known = shown.names()
    readings = Table.shown(
        request,
        name="readings",
        columns=(
            Column("at", Text(en="When", zh="时间"), kind=Kind.TIME),
            Column("who", Text(en="Who", zh="查阅单位")),
            Column("what", Text(en="What", zh="查阅内容")),
            Column("ground", Text(en="On what ground", zh="依据")),
        ),
        rows=[
            {
                "at": one.at,
                "who": known.get(one.party, one.party),
                "what": _READ[one.what],
                "ground": one.ground.text,
            }
            for one in government.readings_of(person.party)
        ],
        empty=Text(en="Nobody read of you on a list.", zh="暂无查阅记录。"),
    )
    if readings.wanted_as_file:
        return readings.file()
    matches = view.matches(found)
    return page(
        request,
        "government/policies_mine.html",
        matches=matches,
        knows_firm=firm is not None,
        readings=readings,
    )


urlpatterns = [path("my/policies", policies)]
