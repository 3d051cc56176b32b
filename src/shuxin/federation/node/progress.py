"""How far a job is here (任务进度): phases, messages, bytes, common firms, and how fits come down; read from files."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.federation.engine.digests import summary
from shuxin.federation.node.archive import RESULTS, kept_summary
from shuxin.federation.node.book import record_of
from shuxin.federation.node.metering import costs_in
from shuxin.federation.node.steps import awaited_in

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from shuxin.federation.engine.digests import Summary
    from shuxin.federation.node.metering import PhaseCost
    from shuxin.federation.node.services import NodeServices
    from shuxin.federation.node.steps import Awaited

CURVE_FORMAT, CURVE_FILES = "shuxin-fit-curve/1", "curve.*"
_LONGEST = 1 << 16


@dataclass(frozen=True, slots=True)
class Traffic:
    """Whole messages with one peer, and their bytes (通信量)."""

    peer: str
    sent: int
    sent_bytes: int
    received: int
    received_bytes: int


@dataclass(frozen=True, slots=True)
class FitCurve:
    """How one fit came down at the label party (拟合曲线).

    deviance: -2 log-likelihood at each iteration, reckoned from slopes. slope: the largest of each. most: iterations
    at most.
    """

    step: str
    rows: int
    most: int
    deviance: tuple[float, ...]
    slope: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class JobProgress:
    """A job at this moment, as this party knows it. common: firms that all have, None where it does not know."""

    step: str
    awaits: Awaited | None
    traffic: tuple[Traffic, ...]
    phases: tuple[PhaseCost, ...]
    common: int | None
    curves: tuple[FitCurve, ...]


def job_progress(job_id: str, *, services: NodeServices) -> JobProgress:
    """Raises JobUnknown."""
    record = record_of(job_id)
    folder = services.job_folder(job_id)
    results = services.results_folder(job_id)
    if not results.is_dir():
        results = folder / RESULTS
    return JobProgress(
        step=record.step,
        awaits=awaited_in(record.step),
        traffic=_traffic(messages_of(job_id, services=services)),
        phases=costs_in(services.meter_file(job_id)),
        common=_common(results),
        curves=_curves(results),
    )


def messages_of(job_id: str, *, services: NodeServices) -> Summary:
    """Every whole message that is known of, by direction, peer and name: (bytes, SHA-256)."""
    kept = kept_summary(job_id, services=services)
    return summary(services.job_folder(job_id)) if kept is None else kept


def _traffic(found: Summary) -> tuple[Traffic, ...]:
    count: Counter[tuple[str, str]] = Counter()
    size: Counter[tuple[str, str]] = Counter()
    for (way, peer, _), (length, _) in found.items():
        count[peer, way] += 1
        size[peer, way] += length
    return tuple(
        Traffic(
            peer,
            count[peer, "sent"],
            size[peer, "sent"],
            count[peer, "received"],
            size[peer, "received"],
        )
        for peer in sorted({peer for peer, _ in count})
    )


def _common(results: Path) -> int | None:
    count = _read(results / "summary").get("count")
    return count if isinstance(count, int) else None


def _curves(results: Path) -> tuple[FitCurve, ...]:
    files = sorted(results.glob(CURVE_FILES)) if results.is_dir() else []
    read = (_read(file) for file in files)
    found = [_curve(one) for one in read if one.get("format") == CURVE_FORMAT]
    return tuple(sorted(found, key=lambda one: (len(one.step), one.step)))


def _curve(said: Mapping[str, object]) -> FitCurve:
    points = said["points"]
    if not isinstance(points, list):
        points = []
    return FitCurve(
        step=str(said["step"]),
        rows=int(str(said["rows"])),
        most=int(str(said["most"])),
        deviance=tuple(float(one["deviance"]) for one in points),
        slope=tuple(float(one["slope"]) for one in points),
    )


def _read(file: Path) -> Mapping[str, object]:
    """A small JSON object of this node's own; empty while there is none."""
    with suppress(OSError, ValueError):
        with file.open("rb") as opened:
            found = json.loads(opened.read(_LONGEST))
        if isinstance(found, dict):
            return found
    return {}
