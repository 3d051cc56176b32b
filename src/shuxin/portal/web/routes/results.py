"""What a joint job left here: for this party's officers, each party its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe

from shuxin.kernel.errors import NotFound
from shuxin.kernel.text import Text
from shuxin.portal.web.access import NODE_OFFICERS, open_to
from shuxin.portal.web.pages import language_of, page
from shuxin.portal.web.parts import Table
from shuxin.portal.web.views import results as shown
from shuxin.portal.web.views.node import SHORT, here, kind_text

if TYPE_CHECKING:
    from django.http import HttpRequest

    from shuxin.parties.api import accounts


class NothingLeft(NotFound):
    code = "job_left_nothing"
    what = Text(en="this job left nothing here", zh="该任务在本方没有结果")
    mend = Text(
        en="A helper gets nothing; other parties get theirs when the job is done",
        zh="协助方没有结果；其他方在任务完成后才有结果",
    )


@require_safe
@open_to(NODE_OFFICERS)
def result(request: HttpRequest, _person: accounts.Person, job_id: str) -> HttpResponse:
    """Raises JobUnknown, NothingLeft, ResultDamaged, CardAltered."""
    from shuxin.federation.api import job_view  # noqa: PLC0415 - heavy

    view, place = job_view(job_id), here()
    parts = shown.result_parts(request, view, place, language_of(request))
    if not parts:
        raise NothingLeft
    for part in parts.values():
        if isinstance(part, Table) and part.wanted_as_file:
            return part.file()
    title = view.line.title or kind_text(view.line.kind)
    return page(
        request,
        "jobs/result.html",
        title=title,
        short=view.line.job_id[:SHORT],
        line=view.line,
        **parts,
    )


@require_safe
@open_to(NODE_OFFICERS)
def codes(_request: HttpRequest, _person: accounts.Person, job_id: str) -> HttpResponse:
    """This party's own common firms, in the order that all parties share. Raises JobUnknown, NothingLeft."""
    from shuxin.federation.api import job_view  # noqa: PLC0415 - heavy

    view = job_view(job_id)
    content = shown.codes_file(here().node.results_folder(view.line.job_id))
    if content is None:
        raise NothingLeft
    answer = HttpResponse(content, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="codes-{view.line.job_id[:SHORT]}.txt"'
    return answer


urlpatterns = [
    path("jobs/<slug:job_id>/result", result),
    path("jobs/<slug:job_id>/codes.txt", codes),
]
