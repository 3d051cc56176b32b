"""Champion and challenger (冠军与挑战者): who decides a firm's case is fixed by a hash, the same every time."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.lending.strategy.applied import given_of
from shuxin.lending.strategy.asking import Recorded
from shuxin.lending.strategy.cascade import CHALLENGER, CHAMPION, SHADOW, decide, run
from shuxin.lending.strategy.document import BP
from shuxin.lending.strategy.scoring import kept_models

if TYPE_CHECKING:
    import datetime as dt

    from shuxin.lending.strategy.applied import Applied
    from shuxin.lending.strategy.document import Strategy
    from shuxin.lending.strategy.record import DecisionRecord
    from shuxin.lending.strategy.scoring import Models
    from shuxin.lending.strategy.sources import Sources


@dataclass(frozen=True, slots=True)
class Running:
    """What decides one kind of product now (在用策略). share_bp: of firms that the challenger decides."""

    kind: str
    champion: Strategy
    challenger: Strategy | None = None
    share_bp: int = 0
    shadows: tuple[Strategy, ...] = ()

    @property
    def set_id(self) -> str:
        """The same while the two are the same, whatever the share: a firm that moved over stays when it grows."""
        other = self.challenger.digest if self.challenger else ""
        return f"{self.kind}:{self.champion.digest}:{other}"


@dataclass(frozen=True, slots=True)
class Decided:
    """``record`` counts; ``shadows`` are kept beside it and never used."""

    record: DecisionRecord
    shadows: tuple[DecisionRecord, ...] = ()


def assigned(running: Running, *, firm: str) -> tuple[Strategy, str]:
    """The strategy that decides this firm's cases, and in which role."""
    if running.challenger is not None and place_bp(running.set_id, firm=firm) < running.share_bp:
        return running.challenger, CHALLENGER
    return running.champion, CHAMPION


def place_bp(set_id: str, *, firm: str) -> int:
    """0 to 9999, evenly over firms."""
    hashed = hashlib.sha256(f"{set_id}\n{firm}".encode()).digest()
    return int.from_bytes(hashed[:8]) % BP


def decide_running(
    application: Applied,
    *,
    running: Running,
    sources: Sources,
    request_id: str,
    now: dt.datetime,
    models: Models = kept_models,
) -> Decided:
    """By champion or challenger; the shadows then look at what was fetched for it, and no source is asked for them.

    What was not asked is silent to them. Raises as ``decide``.
    """
    strategy, role = assigned(running, firm=application.firm.party)
    record = decide(
        application,
        strategy=strategy,
        sources=sources,
        request_id=request_id,
        now=now,
        models=models,
        role=role,
    )
    given = given_of(application, now=now)
    beside = tuple(
        run(
            given,
            strategy=one,
            ask=Recorded(record.parts["sources"]),
            request_id=request_id,
            now=now,
            models=models,
            role=SHADOW,
        )
        for one in running.shadows
        if one.digest != strategy.digest and application.product_kind in one.product_kinds
    )
    return Decided(record, beside)
