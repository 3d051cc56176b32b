"""Frozen dataclasses of the rooms as JSON of the API: one description for the platform, its document and its clients.

``shape`` makes the pydantic model of a dataclass, ``read`` a dataclass of what came, ``said`` JSON of a dataclass.
"""

from __future__ import annotations

import datetime as dt
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

if TYPE_CHECKING:
    from pydantic import BaseModel

MOST_SIGNS, MOST_ITEMS = 1000, 200
Read = TypeVar("Read")


def read(kind: type[Read], value: object) -> Read:
    """A dataclass out of parsed JSON from elsewhere; members that it does not know are left aside.

    Raises pydantic.ValidationError, and what the dataclass's own checks raise.
    """
    shaped: Any = kind
    made: Read = built(kind, shape(shaped).model_validate(value))
    return made


def said(value: object) -> bytes:
    """A dataclass as JSON."""
    return modelled(value).model_dump_json().encode()


def modelled(value: object) -> BaseModel:
    """A dataclass in its shape."""
    kind: Any = type(value)
    return shape(kind).model_validate(value)


def built(kind: Any, value: Any) -> Any:
    """The dataclass that a model of its shape describes; other values as they are."""
    inner: Any = _plain(kind)
    if value is None or inner is None:
        return value
    if _is_ours(inner):
        hints = hints_of(inner)
        return inner(**{name: built(hint, getattr(value, name)) for name, hint in hints.items()})
    if typing.get_origin(inner) is tuple:
        item = typing.get_args(inner)[0]
        return tuple(built(item, one) for one in value)
    return value


@cache
def shape(kind: Any) -> type[BaseModel]:
    """What is answered: for reading and writing, unknown members left aside."""
    from pydantic import ConfigDict  # noqa: PLC0415 - heavy

    return _model(kind, ConfigDict(extra="ignore", from_attributes=True), suffix="", bounded=False)


@cache
def given(kind: Any) -> type[BaseModel]:
    """What is sent to us: unknown members are refused, and everything is bounded."""
    from pydantic import ConfigDict  # noqa: PLC0415 - heavy

    return _model(kind, ConfigDict(extra="forbid"), suffix="In", bounded=True)


@cache
def hints_of(kind: Any) -> dict[str, Any]:
    """The types of a dataclass's fields, also of those whose modules name them for the checker only."""
    found = typing.get_type_hints(kind, localns=_Names())
    return {field.name: found[field.name] for field in fields(kind)}


class _Names(dict[str, Any]):
    """Names in annotations that are imported for type checkers only."""

    def __missing__(self, name: str) -> Any:
        known = {
            "datetime": dt.datetime,
            "date": dt.date,
            "dt": dt,
            "Mapping": Mapping,
            "Sequence": Sequence,
            "Json": Any,
        }
        if name in known:
            return known[name]
        from shuxin.lending import api as lending  # noqa: PLC0415 - late, as everywhere
        from shuxin.market import api as market  # noqa: PLC0415

        for room in (market, lending):
            if name in room.__all__:
                return getattr(room, name)
        raise KeyError(name)


def _model(kind: Any, config: Any, *, suffix: str, bounded: bool) -> type[BaseModel]:
    from pydantic import Field, create_model  # noqa: PLC0415 - heavy

    made: dict[str, Any] = {}
    for field in fields(kind):
        hint = _typed(hints_of(kind)[field.name], bounded=bounded)
        if field.default is not MISSING and bounded:
            made[field.name] = (hint, _default(field.default))
        elif field.default_factory is not MISSING and bounded:
            made[field.name] = (hint, Field(default_factory=field.default_factory))
        else:
            made[field.name] = (hint, ...)
    model: type[BaseModel] = create_model(
        f"{kind.__name__}{suffix}", __config__=config, __doc__=kind.__doc__, **made
    )
    return model


def _default(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _typed(hint: Any, *, bounded: bool) -> Any:
    """The hint with dataclasses as models, and limits where it comes from outside."""
    from pydantic import Field, Strict  # noqa: PLC0415 - heavy

    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in {typing.Union, types.UnionType}:
        return typing.Union[tuple(_typed(one, bounded=bounded) for one in arguments)]  # noqa: UP007 - built
    if origin is tuple:
        items: Any = list.__class_getitem__(_typed(arguments[0], bounded=bounded))
        return Annotated[items, Field(max_length=MOST_ITEMS)] if bounded else items
    if isinstance(hint, type) and is_dataclass(hint):
        return given(hint) if bounded else shape(hint)
    if hint in _STRICT:
        limits = _LIMITS.get(hint) if bounded else None
        return Annotated[hint, Strict(), limits()] if limits else Annotated[hint, Strict()]
    if hint in {dt.date, dt.datetime}:
        return _moment(hint)
    return dict[str, Any] if origin is Mapping else hint


_STRICT = {int, bool, str}
_WHOLE = (1 << 53) - 1


def _whole_limits() -> Any:
    from pydantic import Field  # noqa: PLC0415 - heavy

    return Field(ge=0, le=_WHOLE)


def _text_limits() -> Any:
    from pydantic import Field  # noqa: PLC0415 - heavy

    return Field(max_length=MOST_SIGNS, pattern=r"^[^\x00]*$")


_LIMITS = {int: _whole_limits, str: _text_limits}


def _moment(hint: Any) -> Any:
    """As text only: a number is no moment, and a moment has its offset."""
    from pydantic import AwareDatetime, BeforeValidator  # noqa: PLC0415 - heavy

    def as_text(value: object) -> object:
        if isinstance(value, str) and hint is dt.date and len(value) != len("2026-01-01"):
            raise ValueError("a day: YYYY-MM-DD")
        if not isinstance(value, str | dt.date):
            raise ValueError("text as RFC 3339 has it")  # noqa: TRY004 - pydantic reads ValueError
        return value

    inner = AwareDatetime if hint is dt.datetime else dt.date
    return Annotated[inner, BeforeValidator(as_text)]


def _is_ours(kind: Any) -> bool:
    return is_dataclass(kind)


def _plain(hint: Any) -> Any:
    """The type without None; None where nothing needs building."""
    if typing.get_origin(hint) in {typing.Union, types.UnionType}:
        found = [one for one in typing.get_args(hint) if one is not type(None)]
        return found[0] if len(found) == 1 else None
    if isinstance(hint, type) and issubclass(hint, Enum):
        return None
    return hint
