"""Frozen dataclasses as JSON and back: the shape in which they are kept and travel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from pydantic import TypeAdapter

Kept = TypeVar("Kept")
_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}


def to_json(value: object) -> dict[str, Any]:
    """A dataclass as JSON values; the same value always gives the same JSON."""
    made: dict[str, Any] = adapter_of(type(value)).dump_python(value, mode="json")
    return made


def from_json(kind: type[Kept], value: object) -> Kept:
    """The dataclass again. Raises pydantic.ValidationError, and what its own checks raise."""
    read: Kept = adapter_of(kind).validate_python(value)
    return read


def adapter_of(kind: type[Any]) -> TypeAdapter[Any]:
    """Made once for each kind."""
    if kind not in _ADAPTERS:
        from pydantic import TypeAdapter  # noqa: PLC0415 - heavy

        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]
