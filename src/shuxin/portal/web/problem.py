"""Failures at the edge: one table from the kind of error to its HTTP status, as page or problem+json (RFC 9457)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.http import HttpResponse

from shuxin.infra.api import now_in_china
from shuxin.kernel.errors import (
    Conflict,
    InvalidInput,
    NotFound,
    NotPermitted,
    ShuxinError,
    Unavailable,
)
from shuxin.kernel.text import Text
from shuxin.parties.api import accounts
from shuxin.portal.web.pages import language_of, page

if TYPE_CHECKING:
    from django.http import HttpRequest

    from shuxin.kernel.text import Language

STATUS: dict[type[ShuxinError], int] = {
    InvalidInput: 400,
    NotPermitted: 403,
    NotFound: 404,
    Conflict: 409,
    Unavailable: 503,
}


class NoSuchPage(NotFound):
    code = "page_not_found"
    what = Text(en="there is nothing at this address", zh="该地址没有内容")
    mend = Text(en="Check the address, or begin at the first page", zh="请检查地址，或从首页开始")


class FormRefused(NotPermitted):
    code = "form_refused"
    what = Text(
        en="the form could not be matched to your browser", zh="无法确认该表单来自您的浏览器"
    )
    mend = Text(
        en="Allow cookies for this site, load the page again and send the form once more",
        zh="请允许本站 Cookie，重新打开页面后再次提交",
    )


class BodyTooLong(InvalidInput):
    code = "body_too_long"
    what = Text(en="more was sent than is taken here", zh="提交的内容超过上限")
    mend = Text(en="Send at most {limit} bytes", zh="最多提交 {limit} 字节")


class TooBusy(Unavailable):
    code = "too_busy"
    what = Text(en="too many requests are being answered", zh="正在处理的请求过多")
    mend = Text(en="Try again in some seconds", zh="请在数秒后重试")


class NotUnderstood(InvalidInput):
    code = "request_not_understood"
    what = Text(
        en="the request does not have the described form: {places}",
        zh="请求不符合约定格式：{places}",
    )
    mend = Text(en="Compare it with /api/openapi.json", zh="请对照 /api/openapi.json 检查")


class Broken(Unavailable):
    code = "fault_in_the_software"
    what = Text(en="something here is broken; nothing was half-done", zh="系统出现故障，操作未完成")
    mend = Text(
        en="Try once more; if it stays, tell the operator the time at which it happened",
        zh="请重试；如仍出现，请将发生时间告知运营方",
    )


STATUS |= {
    BodyTooLong: 413,
    Broken: 500,
    accounts.TokenRefused: 401,
    accounts.TooOften: 429,
}

_UNDONE = Text(en="This did not work", zh="操作未完成")
HEADLINES = {
    403: Text(en="This is not open to you", zh="无权进行此操作"),
    404: Text(en="There is nothing here", zh="页面不存在"),
    429: Text(en="Too often", zh="操作过于频繁"),
    500: Text(en="Something is broken here", zh="系统故障"),
    503: Text(en="Not possible just now", zh="服务暂不可用"),
}


def status_of(error: ShuxinError) -> int:
    """The status of the nearest class that has one."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def answer(request: HttpRequest, error: ShuxinError) -> HttpResponse:
    """A page for people, problem+json below /api/."""
    if request.path.startswith("/api/"):
        return problem_answer(request, error)
    status = status_of(error)
    facts = {
        "headline": HEADLINES.get(status, _UNDONE),
        "unsent": request.method == "POST",
        "at": now_in_china() if status >= 500 else None,  # noqa: PLR2004 - faults of ours
    }
    shown = page(request, "failure.html", status=status, **facts, **_sentences(error, request))
    return _with_headers(shown, error)


def problem_answer(request: HttpRequest, error: ShuxinError) -> HttpResponse:
    """problem+json in the caller's language."""
    return _with_headers(problem(error, language=language_of(request)), error)


def refused(
    request: HttpRequest, template: str, error: ShuxinError, **facts: object
) -> HttpResponse:
    """The form's own page again, with ``refusal`` and what was typed, so that it can be mended."""
    refusal = _sentences(error, request)
    return _with_headers(
        page(request, template, status=status_of(error), refusal=refusal, **facts), error
    )


def problem(error: ShuxinError, *, language: Language) -> HttpResponse:
    """RFC 9457: ``code`` is stable, ``title`` says what happened, ``detail`` what to do."""
    what, mend = error.sentences(language)
    body = {
        "type": f"urn:shuxin:error:{error.code}",
        "status": status_of(error),
        "code": error.code,
        "title": what,
        "detail": mend,
    }
    return HttpResponse(
        json.dumps(body, ensure_ascii=False),
        status=status_of(error),
        content_type="application/problem+json",
    )


def _sentences(error: ShuxinError, request: HttpRequest) -> dict[str, str]:
    what, mend = error.sentences(language_of(request))
    return {"code": error.code, "what": what, "mend": mend}


def _with_headers(response: HttpResponse, error: ShuxinError) -> HttpResponse:
    """``wait_seconds`` among an error's facts says when to come back; 401 names the scheme."""
    if "wait_seconds" in error.facts:
        response["Retry-After"] = str(error.facts["wait_seconds"])
    if response.status_code == 401:  # noqa: PLR2004 - the number of RFC 9110
        response["WWW-Authenticate"] = "Bearer"
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's form
    return answer(request, NoSuchPage())


def not_permitted(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return answer(request, FormRefused())


def form_refused(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    return answer(request, FormRefused())


def not_understood(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return answer(request, NotUnderstood(places="HTTP"))


def broken(request: HttpRequest) -> HttpResponse:
    return answer(request, Broken())
