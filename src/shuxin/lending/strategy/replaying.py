"""A decision computed again (决策重放): from its record and the models alone, bit for bit."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from shuxin.kernel.canonical import canonical_json
from shuxin.kernel.errors import Conflict, ShuxinError
from shuxin.kernel.text import Text
from shuxin.lending.strategy.applied import Given
from shuxin.lending.strategy.asking import Recorded
from shuxin.lending.strategy.cascade import ENGINE, run
from shuxin.lending.strategy.document import StrategyInvalid, read_strategy
from shuxin.lending.strategy.record import DecisionRecord, RecordInvalid, read_record
from shuxin.lending.strategy.rules import LIBRARY, library_version

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.lending.strategy.document import Strategy
    from shuxin.lending.strategy.scoring import Models


class ReplayDiffers(Conflict):
    code = "replay_differs"
    what = Text(
        en="the decision cannot be had again from its record: {where} differs",
        zh="由决策记录无法重现该决策：{where} 不一致",
    )
    mend = Text(
        en="Where a version differs, replay with that version; else do not rely on the record",
        zh="如为版本不一致，请用记录所载版本重放；否则请勿采信该记录",
    )


def replay(content: bytes, *, models: Mapping[str, bytes] | Models) -> DecisionRecord:
    """The record, computed anew from what it was made of. ``models``: bytes of each card by its hash.

    Raises RecordInvalid; ReplayDiffers, which names a version, a model or the first part that differs.
    """
    told = read_record(content)
    if told.content != content:
        raise ReplayDiffers(where="canonical JSON")
    try:
        _require_versions(told)
        again = _again(told, models if callable(models) else _of(models))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RecordInvalid(where="given, sources, strategy") from error
    if again.content == content:
        return again
    for name in sorted(told.parts):
        if canonical_json(told.parts[name]) != canonical_json(again.parts[name]):
            raise ReplayDiffers(where=_where(name, told.parts[name], again.parts[name]))
    return again


def differing_version(content: bytes) -> str:
    """Which version here is not that of the record, with both; "" where all are the same. Raises RecordInvalid."""
    return _differing(read_record(content))


def _differing(told: DecisionRecord) -> str:
    versions = told.parts["versions"]
    for name, here in ((LIBRARY, library_version()), ("engine", ENGINE)):
        if not isinstance(versions, dict) or versions.get(name) != here:
            stated = versions.get(name) if isinstance(versions, dict) else None
            return f"{name} {stated} -> {here}"
    return ""


def _require_versions(told: DecisionRecord) -> None:
    differing = _differing(told)
    if differing:
        raise ReplayDiffers(where=differing)


def _again(told: DecisionRecord, models: Models) -> DecisionRecord:
    parts = told.parts
    try:
        return run(
            Given(**{one.name: parts["given"][one.name] for one in fields(Given)}),
            strategy=_strategy(canonical_json(parts["strategy"])),
            ask=Recorded(parts["sources"]),
            request_id=parts["request_id"],
            now=dt.datetime.fromisoformat(parts["decided_at"]),
            models=models,
            role=parts["role"],
        )
    except ReplayDiffers:
        raise
    except StrategyInvalid as error:
        raise RecordInvalid(where="strategy") from error
    except ShuxinError as error:
        where = f"model ({error.code})" if error.code.startswith("card_") else error.code
        raise ReplayDiffers(where=where) from error


@lru_cache(maxsize=64)
def _strategy(content: bytes) -> Strategy:
    return read_strategy(content)


def _of(models: Mapping[str, bytes]) -> Models:
    def found(digest: str) -> bytes:
        if digest not in models:
            raise ReplayDiffers(where=f"model {digest[:12]}")
        return models[digest]

    return found


def _where(name: str, told: Any, again: Any) -> str:
    """The part, and of a trace the first stage."""
    if name == "trace" and isinstance(told, list):
        for one, other in zip(told, again, strict=False):
            if canonical_json(one) != canonical_json(other):
                return f"trace.{other['stage']}"
    if name == "versions":
        return next((f"versions.{k}" for k in again if told.get(k) != again[k]), name)
    return name
