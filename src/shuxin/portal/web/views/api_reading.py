"""The API as its own description tells it: operations with scope, fields, an example, and what can go wrong."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from shuxin.parties.api import accounts
from shuxin.portal.web.views.api_words import GROUPS, WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ninja import NinjaAPI

    from shuxin.kernel.text import Text

_SECRETS = "$TOKEN"
_DEPTH = 4


@dataclass(frozen=True, slots=True)
class ApiField:
    """One value that is sent or answered; ``kind`` in the words of JSON Schema."""

    name: str
    kind: str
    needed: bool
    where: str
    limits: str = ""


@dataclass(frozen=True, slots=True)
class Described:
    """One operation. ``scope`` is "" for public ones; ``words`` is None where only the English text exists."""

    anchor: str
    method: str
    path: str
    scope: str
    words: Text | None
    text: str
    sent: tuple[ApiField, ...]
    answered: tuple[ApiField, ...]
    statuses: tuple[str, ...]
    example: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """Operations that belong together."""

    name: str
    title: Text | str
    operations: tuple[Described, ...]


@cache
def read_api(api: NinjaAPI) -> tuple[Chapter, ...]:
    """Every operation of ``api`` by chapter; made once a process."""
    schema = json.loads(json.dumps(api.get_openapi_schema(), default=str))
    scopes = dict(_scopes(api))
    found: dict[str, list[Described]] = {}
    for path, methods in schema["paths"].items():
        for method, said in methods.items():
            shared = schema.get("components", {}).get("schemas", {})
            one = _described(said, (method.upper(), path), scopes, shared)
            found.setdefault((said.get("tags") or ["platform"])[0], []).append(one)
    return tuple(
        Chapter(name, GROUPS.get(name, name), tuple(operations))
        for name, operations in found.items()
    )


def _scopes(api: NinjaAPI) -> Iterator[tuple[tuple[str, str], str]]:
    """The scope of each guarded operation, by method and path within the API."""
    for prefix, router in api._routers:  # noqa: SLF001 - the description does not carry scopes
        for path, view in router.path_operations.items():
            for operation in view.operations:
                for guard in operation.auth_callbacks:
                    if isinstance(guard, accounts.Scoped):
                        for method in operation.methods:
                            yield (method, f"/api{prefix}{path}"), guard.scope.value


def _described(
    said: dict[str, Any],
    place: tuple[str, str],
    scopes: dict[tuple[str, str], str],
    shared: dict[str, Any],
) -> Described:
    method, path = place
    body = _schema_of(said.get("requestBody", {}), shared)
    answers = said.get("responses", {})
    good: dict[str, Any] = next((a for code, a in answers.items() if str(code).startswith("2")), {})
    scope = next((s for (m, p), s in scopes.items() if m == method and _alike(p, path)), "")
    return Described(
        anchor=f"{method}-{path}".replace("/", "-").replace("{", "").replace("}", "").lower(),
        method=method,
        path=path,
        scope=scope,
        words=WORDS.get(f"{method} {path}"),
        text=said.get("description") or said.get("summary", ""),
        sent=(*_parameters(said), *_fields(body, shared, where="body")),
        answered=tuple(_fields(_schema_of(good, shared), shared, where="")),
        statuses=tuple(
            _statuses(answers, guarded=bool(scope), sends=bool(body or said.get("parameters")))
        ),
        example=_curl(method, path, guarded=bool(scope), body=body, shared=shared),
    )


def _alike(template: str, path: str) -> bool:
    """Whether both are the same path; converters such as ``{int:id}`` stand in the one only."""
    plain = "/".join(p.split(":")[-1].lstrip("{") if "{" in p else p for p in template.split("/"))
    return plain.replace("}", "") == path.replace("{", "").replace("}", "")


def _parameters(said: dict[str, Any]) -> Iterator[ApiField]:
    for each in said.get("parameters", ()):
        schema = each.get("schema", {})
        yield ApiField(
            each["name"], _kind(schema, {}), bool(each.get("required")), each["in"], _limits(schema)
        )


def _schema_of(content: dict[str, Any], shared: dict[str, Any]) -> dict[str, Any]:
    found = content.get("content", {}).get("application/json", {}).get("schema", {})
    return _resolved(found, shared)


def _resolved(schema: dict[str, Any], shared: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return _resolved(shared.get(schema["$ref"].rsplit("/", 1)[-1], {}), shared)
    return schema


def _fields(
    schema: dict[str, Any], shared: dict[str, Any], *, where: str, prefix: str = "", depth: int = 0
) -> Iterator[ApiField]:
    """Depth first, with the path to each value: ``checks[].reason``."""
    schema = _resolved(schema, shared)
    if schema.get("type") == "array":
        yield from _fields(
            schema["items"], shared, where=where, prefix=f"{prefix}[]", depth=depth + 1
        )
        return
    needed = set(schema.get("required", ()))
    for name, value in schema.get("properties", {}).items():
        inner = _resolved(value, shared)
        path = f"{prefix}.{name}" if prefix else name
        yield ApiField(path, _kind(value, shared), name in needed, where, _limits(inner))
        if depth < _DEPTH and (inner.get("properties") or inner.get("type") == "array"):
            yield from _fields(inner, shared, where=where, prefix=path, depth=depth + 1)


def _kind(schema: dict[str, Any], shared: dict[str, Any]) -> str:
    schema = _resolved(schema, shared)
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(_kind(each, shared) for each in schema["anyOf"]))
    if "const" in schema:
        return json.dumps(schema["const"])
    if schema.get("type") == "array":
        return f"array of {_kind(schema.get('items', {}), shared)}"
    return str(schema.get("type", "any"))


_LIMITS = {
    "pattern": "{}",
    "minimum": "≥ {}",
    "maximum": "≤ {}",
    "exclusiveMaximum": "< {}",
    "minLength": "≥ {} signs",
    "maxLength": "≤ {} signs",
    "maxItems": "≤ {} items",
}


def _limits(schema: dict[str, Any]) -> str:
    values = schema.get("enum")
    said = [" | ".join(map(str, values))] if values else []
    return ", ".join(said + [form.format(schema[k]) for k, form in _LIMITS.items() if k in schema])


def _statuses(answers: dict[str, Any], *, guarded: bool, sends: bool) -> Iterator[str]:
    more = ["400"] * sends + ["401", "403"] * guarded + ["429", "503"]
    yield from sorted({*map(str, answers), *more})


def _curl(
    method: str,
    path: str,
    *,
    guarded: bool,
    body: dict[str, Any],
    shared: dict[str, Any],
) -> str:
    lines = [f"curl -X {method} $SITE{path}" if method != "GET" else f"curl $SITE{path}"]
    if guarded:
        lines.append(f'-H "Authorization: Bearer {_SECRETS}"')
    if body:
        sample = json.dumps(_sample(body, shared), ensure_ascii=False)
        lines += ['-H "Content-Type: application/json"', f"-d '{sample}'"]
    return " \\\n  ".join(lines)


def _sample(schema: dict[str, Any], shared: dict[str, Any], depth: int = 0) -> Any:
    """A value of the right form, never a plausible one: words say what belongs there."""
    schema = _resolved(schema, shared)
    if "const" in schema:
        return schema["const"]
    if "anyOf" in schema:
        return _sample(schema["anyOf"][0], shared, depth)
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        inner = schema.get("properties", {}) if depth < _DEPTH else {}
        return {name: _sample(value, shared, depth + 1) for name, value in inner.items()}
    if kind == "array":
        return [_sample(schema.get("items", {}), shared, depth + 1)]
    plain = {"integer": 0, "number": 0, "boolean": True}
    return plain.get(str(kind), schema.get("enum", ["…"])[0])
