"""The rehearsal (链路演练): dealt products of matrices made for the purpose, compared with the plain ones.

Nobody's data enter. When all products are opened the two data parties show each other the seeds of their matrices,
and the label party computes the products again, by another way and without masks.
"""

from __future__ import annotations

import secrets
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shuxin.federation.domain.job import CipherName, Role
from shuxin.federation.domain.parameters import RehearsalParameters
from shuxin.federation.engine.channel import Declared
from shuxin.federation.product.dealt import HelperSide, HolderSide, LabelSide
from shuxin.federation.product.errors import ProductMalformed, RehearsalFailed
from shuxin.federation.product.generator import SEED_BYTES, Cipher, Generator, derived
from shuxin.federation.product.matrices import Made, chunks
from shuxin.federation.product.plan import Plan, Seats, messages, openings
from shuxin.federation.product.ring import Ring
from shuxin.kernel.canonical import canonical_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shuxin.federation.domain.job import Job
    from shuxin.federation.engine.channel import Work
    from shuxin.federation.product.ring import Words
    from shuxin.kernel.canonical import Json

STEP = "rehearsal"
_PLAIN_ROWS = 256
_CIPHERS = {
    CipherName.AES: Cipher.AES,
    CipherName.CHACHA20: Cipher.CHACHA20,
    CipherName.SM4: Cipher.SM4,
}


@dataclass(frozen=True, slots=True)
class RehearsalKind:
    """The kind of job; results: ``verdict`` at the label party, ``timing`` at the others."""

    def messages(self, job: Job) -> tuple[Declared, ...]:
        plan = plan_of(job)
        holder, label = plan.seats.holder, plan.seats.label
        seeds = (
            Declared(plan.name("seed"), holder, label, SEED_BYTES),
            Declared(plan.name("seed"), label, holder, SEED_BYTES),
        )
        return (*messages(plan), *openings(plan), *seeds)

    def run(self, work: Work) -> None:
        """Raises RehearsalFailed at the label party, which names the product."""
        programs = {Role.HELPER: _help, Role.HOLDER: _hold, Role.LABEL: _judge}
        programs[work.role](work, plan_of(work.job), _Clock())


def plan_of(job: Job) -> Plan:
    parameters, helper = job.parameters, job.helper
    if not isinstance(parameters, RehearsalParameters) or helper is None:
        raise TypeError("not a rehearsal")
    return Plan(
        step=STEP,
        seats=Seats(helper=helper, holder=job.holders[0], label=job.label),
        rows=parameters.rows,
        left=parameters.left,
        schedule=(parameters.right,) * parameters.products,
        ring=Ring(parameters.ring),
        cipher=_CIPHERS[job.cipher],
    )


def _help(work: Work, plan: Plan, clock: _Clock) -> None:
    with clock.phase("deal"):
        HelperSide(work, plan).deal()
    _keep(work, plan, clock, "timing")


def _hold(work: Work, plan: Plan, clock: _Clock) -> None:
    seed = _own_seed(work, plan)
    with clock.phase("mask"):
        side = HolderSide(work, plan, _made(plan, seed, plan.left))
        side.send_mask()
    with clock.phase("products"):
        for number in range(len(plan.schedule)):
            side.open_to_label(number, side.product(number))
    work.channel.send(plan.seats.label, plan.name("seed"), lambda: [seed])
    _their_seed(work, plan, plan.seats.label)
    _keep(work, plan, clock, "timing")


def _judge(work: Work, plan: Plan, clock: _Clock) -> None:
    seed = _own_seed(work, plan)
    with clock.phase("ahead"):
        side = LabelSide(work, plan)
        side.ahead()
    results: list[Words] = []
    with clock.phase("products"):
        for number in range(len(plan.schedule)):
            share = side.product(number, _right(plan, seed, number))
            results.append(side.opened(number, share))
    work.channel.send(plan.seats.holder, plan.name("seed"), lambda: [seed])
    left = _made(plan, _their_seed(work, plan, plan.seats.holder), plan.left)
    with clock.phase("plain"):
        for number, result in enumerate(results):
            if (plain_product(left, _right(plan, seed, number), plan.ring) != result).any():
                raise RehearsalFailed(step=f"product {number + 1}")
            work.progress(number + 1, len(results), "plain")
    work.release("verdict", work.party, size=0, numbers=0)
    _keep(work, plan, clock, "verdict")


def plain_product(left: Made, right: Made, ring: Ring) -> Words:
    """The slow way, with another code: whole numbers in numpy's own loops, no BLAS, no limbs, no masks."""
    total = np.zeros((right.shape[1], left.shape[1]), np.uint64)
    for rows in chunks(left.shape[0], 1, ring, most=_PLAIN_ROWS * ring.bytes):
        total += np.matmul(right.take(rows).T.astype(np.uint64), left.take(rows).astype(np.uint64))
    return ring.reduce(total.astype(ring.dtype))


class _Clock:
    """Processor time of this process by phase; waiting for others costs none."""

    def __init__(self) -> None:
        self.milliseconds: dict[str, int] = {}

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        begun = time.process_time()
        yield
        self.milliseconds[name] = round(1000 * (time.process_time() - begun))


def _keep(work: Work, plan: Plan, clock: _Clock, name: str) -> None:
    """Once: the same after a restart, though another run takes other time."""
    sent = {
        f"{role}_to_{other}": sum(
            one.most_bytes
            for one in RehearsalKind().messages(work.job)
            if (one.sender, one.receiver) == (party, peer)
        )
        for role, party in _named(plan)
        for other, peer in _named(plan)
        if role != other
    }
    facts: dict[str, Json] = {
        "rows": plan.rows,
        "left": plan.left,
        "right": list(plan.schedule),
        "ring": plan.ring.bits,
        "cipher": plan.cipher.value,
        "bytes": {way: size for way, size in sent.items() if size},
        "cpu_ms": clock.milliseconds,
    }
    if name == "verdict":
        facts["exact"] = True
    work.keep(name, work.channel.once(plan.name(name), lambda: canonical_json(facts)))


def _named(plan: Plan) -> tuple[tuple[str, str], ...]:
    seats = plan.seats
    return (("helper", seats.helper), ("holder", seats.holder), ("label", seats.label))


def _own_seed(work: Work, plan: Plan) -> bytes:
    return work.channel.once(plan.name("seed"), lambda: secrets.token_bytes(SEED_BYTES))


def _their_seed(work: Work, plan: Plan, peer: str) -> bytes:
    received = work.channel.receive(peer, plan.name("seed"))
    if received.size != SEED_BYTES:
        raise ProductMalformed(message=plan.name("seed"), size=received.size, wanted=SEED_BYTES)
    return received.read()


def _made(plan: Plan, seed: bytes, columns: int) -> Made:
    return Made(Generator(seed), (plan.rows, columns), plan.ring)


def _right(plan: Plan, seed: bytes, number: int) -> Made:
    return _made(plan, derived(seed, f"right {number}"), plan.schedule[number])
