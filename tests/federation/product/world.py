"""A job whose three programs run one plan with given matrices; what each side got is kept for the test."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from tests.federation.memory import run_together

from shuxin.federation.domain.job import Job, Role, job_from
from shuxin.federation.product.dealt import HelperSide, HolderSide, LabelSide
from shuxin.federation.product.generator import Cipher, Generator
from shuxin.federation.product.matrices import Dense
from shuxin.federation.product.plan import STANDARD, Check, Memory, Plan, Seats, messages, openings
from shuxin.federation.product.ring import Ring

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.federation.memory import Outcome

    from shuxin.federation.engine.channel import Declared, Work
    from shuxin.federation.product.matrices import LeftMatrix
    from shuxin.federation.product.ring import Words

LABEL, HOLDER, HELPER = (f"uscc:91310000MA1FL0{n:03}X" for n in (1, 2, 3))


def job_of(**parameters: object) -> Job:
    begun = dt.datetime(2026, 1, 1, 8, tzinfo=dt.UTC)
    return job_from(
        {
            "nonce": "0" * 32,
            "proposer": LABEL,
            "purpose": "credit_decision",
            "parties": [
                {"party": LABEL, "role": "label"},
                {"party": HOLDER, "role": "holder"},
                {"party": HELPER, "role": "helper"},
            ],
            "parameters": {"kind": "rehearsal", **parameters},
            "outputs": [{"name": "verdict", "to": LABEL}],
            "proposed_at": begun.isoformat(),
            "valid_to": (begun + dt.timedelta(days=1)).isoformat(),
        }
    )


def plan_of(
    x: LeftMatrix,
    rights: list[Words],
    ring: Ring,
    *,
    check: Check | None = None,
    cipher: Cipher = Cipher.AES,
) -> Plan:
    return Plan(
        step="s",
        seats=Seats(HELPER, HOLDER, LABEL),
        rows=x.shape[0],
        left=x.shape[1],
        schedule=tuple(one.shape[1] for one in rights),
        ring=ring,
        check=check,
        cipher=cipher,
    )


@dataclass
class ProductKind:
    plan: Plan
    x: LeftMatrix
    rights: list[Words]
    memory: Memory = STANDARD
    opened: list[Words] = field(default_factory=list)
    shares: dict[str, list[Words]] = field(default_factory=lambda: {HOLDER: [], LABEL: []})

    def messages(self, job: Job) -> tuple[Declared, ...]:
        return (*messages(self.plan), *openings(self.plan))

    def run(self, work: Work) -> None:
        if work.role is Role.HELPER:
            HelperSide(work, self.plan, memory=self.memory).deal()
        elif work.role is Role.HOLDER:
            self._hold(HolderSide(work, self.plan, self.x, memory=self.memory))
        else:
            self._ask(LabelSide(work, self.plan, memory=self.memory))

    def _hold(self, side: HolderSide) -> None:
        side.send_mask()
        for number in range(len(self.rights)):
            self.shares[HOLDER].append(side.product(number))
            side.open_to_label(number, self.shares[HOLDER][-1])

    def _ask(self, side: LabelSide) -> None:
        for number, right in enumerate(self.rights):
            self.shares[LABEL].append(side.product(number, Dense(right, self.plan.ring)))
            self.opened.append(side.opened(number, self.shares[LABEL][-1]))


def run(
    kind: ProductKind,
    folder: Path,
    *,
    change: Callable[[str, str, str, bytes], bytes] | None = None,
) -> Outcome:
    return run_together(kind, job_of(), folder=folder, change=change)


def random_words(seed: str, shape: tuple[int, int], ring: Ring) -> Words:
    """Uniform words, the same at every run."""
    return Generator(hashlib.sha256(seed.encode()).digest()).words(shape, ring)


def plain(left: Words, right: Words, ring: Ring) -> Words:
    """The slow oracle: Python's own whole numbers."""
    found = right.astype(object).T @ left.astype(object) if left.size and right.size else 0
    full = np.zeros((right.shape[1], left.shape[1]), object) + found
    return (full % (1 << ring.bits)).astype(ring.dtype)
