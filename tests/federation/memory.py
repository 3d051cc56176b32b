"""Jobs in memory, as tests call them: the stage of ``shuxin.federation.redteam`` without a seed.

So what programs draw by chance differs from run to run, while the secrets of pairs are always the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shuxin.federation.redteam.stage import (
    GivenRows,
    InMemory,
    OtherFailed,
    Outcome,
    Post,
    play,
)
from shuxin.federation.redteam.stage import StageChannel as MemoryChannel
from shuxin.federation.redteam.stage import StageSeeds as MemorySeeds

if TYPE_CHECKING:
    import pytest

    from shuxin.federation.domain.job import Job
    from shuxin.federation.engine.channel import Kind

__all__ = [
    "GivenRows",
    "InMemory",
    "MemoryChannel",
    "MemorySeeds",
    "OtherFailed",
    "Outcome",
    "Post",
    "durable",
    "run_together",
]
_ONCE: dict[str, dict[str, bytes]] | None = None


def run_together(kind: Kind, job: Job, **more: Any) -> Outcome:
    """``play``; after ``durable``, programs go on from what was drawn before."""
    return play(kind, job, once=_ONCE, **more)


def durable(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, bytes]]:
    """From now on every run is one more start of the same programs, until what is returned is cleared."""
    kept: dict[str, dict[str, bytes]] = {}
    monkeypatch.setattr(f"{__name__}._ONCE", kept)
    return kept
