"""The OpenAPI document as callers need it: scopes by OAuth2, what can go wrong in the form of RFC 9457."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ninja import NinjaAPI

from shuxin.parties.api import accounts

if TYPE_CHECKING:
    from collections.abc import Iterator

_SCOPES = {
    "verify": "verify documents",
    "requests:write": "put signed requests for authorisation into inboxes",
    "grants:read": "follow withdrawals, keys and authorisations",
    "uses:read": "see uses by the caller's own party, and what they cost",
    "log:read": "read the log and its proofs",
    "market:read": "read products, demands, referrals, applications, events",
    "market:write": "act on them",
    "lists:write": "act on the lists of coordination",
    "statistics:read": "read indicators",
}
_PROBLEM = {
    "type": "object",
    "description": "RFC 9457: `code` is stable, `title` says what happened, `detail` what to do.",
    "required": ["type", "status", "code", "title", "detail"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:shuxin:error:request_not_understood"]},
        "status": {"type": "integer"},
        "code": {"type": "string", "pattern": "^[a-z0-9_]{1,60}$"},
        "title": {"type": "string"},
        "detail": {"type": "string"},
    },
}
_SAID = {
    400: "What was sent does not have the described form, or contradicts itself.",
    401: "The access token is missing, unknown, expired or revoked.",
    403: "The caller's party or its scopes do not allow this.",
    404: "There is no such thing, or none for this caller.",
    409: "It is not in the state for this, or the Idempotency-Key was used for another call.",
    412: "It has changed since it was read.",
    413: "More was sent than is taken here.",
    429: "Too often; Retry-After says when to come back.",
    503: "Not possible just now; try again.",
}
_WRITES = {"post", "put", "delete"}
_IDEMPOTENT = "Idempotency-Key"


class DescribedAPI(NinjaAPI):
    """django-ninja's document, with what it leaves out."""

    def get_openapi_schema(self, **options: Any) -> Any:
        schema = super().get_openapi_schema(**options)
        guards = dict(_guards(self))
        for path, operations in schema["paths"].items():
            for method, operation in operations.items():
                _complete(method, operation, scope=guards.get((method, _plain(path)), ""))
        components = schema["components"]
        components["securitySchemes"] = _security()
        components.setdefault("schemas", {})["Problem"] = _PROBLEM
        components["responses"] = {f"Problem{code}": _response(code) for code in _SAID}
        return schema


def _complete(method: str, operation: dict[str, Any], *, scope: str) -> None:
    answers = operation["responses"]
    names = {parameter["name"] for parameter in operation.get("parameters", ())}
    for code in _failures(method, names, is_guarded=bool(scope)):
        answers.setdefault(code, {"$ref": f"#/components/responses/Problem{code}"})
    operation["security"] = [{"client": [scope]}] if scope else []
    for code in [code for code in answers if str(code).startswith("2")]:
        headers = _headers(names, code)
        if headers:
            answers[code].setdefault("headers", headers)


def _failures(method: str, names: set[str], *, is_guarded: bool) -> Iterator[int]:
    yield from (400, 404)
    yield from (401, 403) if is_guarded else ()
    yield from (409, 413) if method in _WRITES else ()
    if "If-Match" in names:
        yield 412
    yield from (429, 503)


def _headers(names: set[str], code: int | str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "If-Match" in names:
        found["ETag"] = {"schema": {"type": "string"}, "description": "Its version from now on."}
    if _IDEMPOTENT in names and int(code) == 201:  # noqa: PLR2004 - created, in HTTP
        text = "`true` when it was answered before, and nothing happened now."
        found["Idempotent-Replayed"] = {"schema": {"type": "string"}, "description": text}
    return found


def _response(code: int) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": _SAID[code], "content": content}


def _security() -> dict[str, Any]:
    flow = {"tokenUrl": "/api/oauth/token", "scopes": _SCOPES}
    return {"client": {"type": "oauth2", "flows": {"clientCredentials": flow}}}


def _guards(api: NinjaAPI) -> Iterator[tuple[tuple[str, str], str]]:
    """The scope of each guarded operation, by method and path."""
    for prefix, router in api._routers:  # noqa: SLF001 - the document does not carry scopes
        for path, view in router.path_operations.items():
            for operation in view.operations:
                for guard in operation.auth_callbacks:
                    if isinstance(guard, accounts.Scoped):
                        for method in operation.methods:
                            yield (method.lower(), _plain(f"/api{prefix}{path}")), guard.scope.value


def _plain(path: str) -> str:
    """Without converters and braces."""
    return "/".join(part.split(":")[-1].strip("{}") for part in path.split("/"))
