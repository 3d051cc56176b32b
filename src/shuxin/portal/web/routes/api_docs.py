"""The API documentation, made from the description that programs get; no viewer of others is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path
from django.views.decorators.http import require_safe

from shuxin.kernel.text import Text
from shuxin.portal.web.access import PUBLIC, open_to
from shuxin.portal.web.pages import page
from shuxin.portal.web.routes import Link

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

NAVIGATION = (Link("/api-docs", Text(en="API", zh="接口文档"), access=PUBLIC),)
EXAMPLE = """curl -X POST $SITE/api/oauth/token \\
  -u "$CLIENT:$SECRET" -d grant_type=client_credentials"""
ERRORS = (
    (400, Text(en="what was sent does not have the described form", zh="请求不符合约定格式")),
    (
        401,
        Text(
            en="the access token is missing, wrong or has expired", zh="访问令牌缺失、无效或已过期"
        ),
    ),
    (403, Text(en="the client's party may not do this", zh="客户端所属主体无此权限")),
    (404, Text(en="it is not there, or not for this client", zh="不存在，或不对该客户端开放")),
    (409, Text(en="it contradicts what has happened already", zh="与已发生的事实冲突")),
    (413, Text(en="more than 2 MiB were sent", zh="请求体超过 2 MiB")),
    (
        429,
        Text(
            en="too many requests; Retry-After says when to come back",
            zh="请求过于频繁，重试时间见 Retry-After",
        ),
    ),
    (503, Text(en="not possible just now; try again", zh="服务暂不可用，请重试")),
)


@require_safe
@open_to(PUBLIC)
def api_docs(request: HttpRequest) -> HttpResponse:
    from shuxin.portal.web.urls import api  # noqa: PLC0415 - imports the routes
    from shuxin.portal.web.views.api_reading import read_api  # noqa: PLC0415 - rarely asked for

    return page(
        request,
        "public/api_docs.html",
        chapters=read_api(api),
        errors=ERRORS,
        token_example=EXAMPLE,
    )


urlpatterns = [path("api-docs", api_docs)]
