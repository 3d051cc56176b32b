"""Masks that serve twice, and seeds that outlive their job."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from shuxin.federation.engine import journal
from shuxin.federation.engine.erasing import erase
from shuxin.federation.engine.secrets import SECRET_BYTES, pair_secret, shared_point
from shuxin.federation.engine.seeds import JobSeeds, seed_of
from shuxin.federation.product.dealt import HelperSide, HolderSide, LabelSide
from shuxin.federation.product.generator import Generator
from shuxin.federation.product.matrices import Dense, OneHot
from shuxin.federation.product.plan import Plan, messages
from shuxin.federation.product.ring import Ring
from shuxin.federation.redteam.attack import AttackScore, refusal
from shuxin.federation.redteam.cases import HELPER, HOLDER, LABEL, SEATS, plain_job
from shuxin.federation.redteam.stage import JOB_ID, MemoryLedger, Programs, StageSeeds, play

if TYPE_CHECKING:
    from collections.abc import Callable

    from shuxin.federation.engine.channel import Seeds, Work
    from shuxin.federation.product.ring import Words
    from shuxin.federation.redteam.attack import Ground
    from shuxin.federation.redteam.cases import IntArray
    from shuxin.federation.redteam.stage import Outcome, Received

ROWS, CHANGED = 300, 25
SIZES = (6, 5)
_RING = Ring(32)
_PLAN = Plan(
    step="rows", seats=SEATS, rows=ROWS, left=sum(SIZES), schedule=(1,), ring=_RING
)  # fmt: skip


@dataclass
class CarelessSeeds(StageSeeds):
    """Seeds of a twin: the same for every input, and no record of uses."""

    def pair(self, peer: str, label: str, *, binding: bytes = b"") -> bytes:  # noqa: ARG002 - that is the point
        return seed_of(self.secret(peer), label, binding=b"")


def _bins(rng: np.random.Generator) -> tuple[IntArray, IntArray]:
    """Bins of all rows before and after some of them changed, (n, 2) each."""
    before = np.stack([rng.integers(0, size, ROWS) for size in SIZES], axis=1)
    after = before.copy()
    rows = rng.choice(ROWS, CHANGED, replace=False)
    for nth, size in enumerate(SIZES):
        after[rows, nth] = (before[rows, nth] + rng.integers(1, size, CHANGED)) % size
    return before, after


def refreshed_ours(ground: Ground) -> AttackScore:
    """The holder's data change and the same job runs again at all three."""
    ledgers = {party: MemoryLedger() for party in (LABEL, HOLDER, HELPER)}
    secret = ground.secret("refreshed")
    return _refresh(ground, lambda party: StageSeeds(party, secret, ledgers[party]))


def refreshed_twin(ground: Ground) -> AttackScore:
    secret = ground.secret("refreshed")
    return _refresh(ground, lambda party: CarelessSeeds(party, secret))


def _refresh(ground: Ground, seeds: Callable[[str], Seeds]) -> AttackScore:
    before, after = _bins(ground.rng("refreshed"))
    once: dict[str, dict[str, bytes]] = {}
    one, two = (
        _product(ground, bins, np.zeros((ROWS, 1), np.int64), seeds=seeds, once=once)
        for bins in (before, after)
    )
    found = changed_cells(one.received(LABEL), two.received(LABEL))
    cells = [(row, nth) for row, nth in np.argwhere(before != after).tolist()]
    right = sum(found.get(cell) == (before[cell], after[cell]) for cell in cells)
    return AttackScore(right, len(cells), before.size, 0.0, refusal(two))


def changed_cells(one: Received, two: Received) -> dict[tuple[int, int], tuple[int, int]]:
    """The label party's: bins before and after by (row, feature), from two masked matrices."""
    name = (HOLDER, _PLAN.name("masked"))
    if name not in two:
        return {}
    first, second = (np.frombuffer(each[name], _RING.dtype) for each in (one, two))
    change = _RING.signed(second - first).reshape(ROWS, sum(SIZES))
    found = {}
    for nth, part in enumerate(np.split(change, np.cumsum(SIZES)[:-1], axis=1)):
        for row in np.flatnonzero(part.any(axis=1)).tolist():
            found[row, nth] = (int(part[row].argmin()), int(part[row].argmax()))
    return found


def retried_ours(ground: Ground) -> AttackScore:
    """The label party's outcomes change and it begins again, with its job's folder lost."""
    ledgers = {party: MemoryLedger() for party in (LABEL, HOLDER, HELPER)}
    secret = ground.secret("retried")
    return _retry(ground, lambda party: StageSeeds(party, secret, ledgers[party]))


def retried_twin(ground: Ground) -> AttackScore:
    secret = ground.secret("retried")
    return _retry(ground, lambda party: CarelessSeeds(party, secret))


def _retry(ground: Ground, seeds: Callable[[str], Seeds]) -> AttackScore:
    rng = ground.rng("retried")
    before, _ = _bins(rng)
    bad = rng.integers(0, 2, (ROWS, 1))
    now = bad.copy()
    rows = rng.choice(ROWS, CHANGED, replace=False)
    now[rows] = 1 - bad[rows]
    once: dict[str, dict[str, bytes]] = {}
    one = _product(ground, before, bad, seeds=seeds, once=once)
    once[LABEL].clear()
    two = _product(ground, before, now, seeds=seeds, once=once)
    found = changed_outcomes(one.received(HOLDER), two.received(HOLDER))
    right = sum(found.get(row) == int(now[row, 0]) for row in rows.tolist())
    return AttackScore(right, CHANGED, ROWS, 0.0, refusal(two))


def changed_outcomes(one: Received, two: Received) -> dict[int, int]:
    """The holder's: outcomes of rows whose outcome changed, from two masked columns."""
    name = (LABEL, _PLAN.name("0/masked"))
    if name not in two:
        return {}
    first, second = (np.frombuffer(each[name], _RING.dtype) for each in (one, two))
    change = _RING.signed(second - first)
    return {row: int(change[row] > 0) for row in np.flatnonzero(change).tolist()}


def _product(
    ground: Ground,
    bins: IntArray,
    outcomes: IntArray,
    *,
    seeds: Callable[[str], Seeds],
    once: dict[str, dict[str, bytes]],
) -> Outcome:
    """One dealt product of real programs; its shares stay where they are."""
    x = OneHot(bins.astype(np.int32), SIZES, _RING)

    def hold(work: Work) -> Words:
        side = HolderSide(work, _PLAN, x)
        side.send_mask()
        return side.product(0)

    kind = Programs(
        messages(_PLAN),
        {
            LABEL: lambda work: LabelSide(work, _PLAN).product(0, Dense(_RING.of(outcomes), _RING)),
            HOLDER: hold,
            HELPER: lambda work: HelperSide(work, _PLAN).deal(),
        },
    )
    return play(
        kind, plain_job(), folder=ground.folder, seeds=seeds, once=once, seed=ground.secret("drawn")
    )


@dataclass(frozen=True, slots=True)
class _Keys:
    """A party's key for one job: private and nonce, as a node keeps them."""

    private: bytes
    nonce: bytes

    @property
    def public(self) -> bytes:
        return X25519PrivateKey.from_private_bytes(self.private).public_key().public_bytes_raw()


def retained_ours(ground: Ground) -> AttackScore:
    """After the job the helper's node erases what it drew; then somebody takes its disk."""
    return _retain(ground, end=erase)


def retained_twin(ground: Ground) -> AttackScore:
    """A node that does not."""
    return _retain(ground, end=lambda _folder: None)


def _retain(ground: Ground, *, end: Callable[[Path], None]) -> AttackScore:
    bins, _ = _bins(ground.rng("retained"))
    keys = {
        party: _Keys(ground.secret(f"{party} private"), ground.secret(f"{party} nonce")[:16])
        for party in (LABEL, HOLDER, HELPER)
    }

    def seeds(party: str) -> Seeds:
        others = {one: _secret(keys, party, one) for one in keys if one != party}
        return JobSeeds(job_id=JOB_ID, secrets=others, ledger=MemoryLedger())

    outcome = _product(ground, bins, np.zeros((ROWS, 1), np.int64), seeds=seeds, once={})
    folder = Path(tempfile.mkdtemp(dir=ground.folder))
    journal.make_folder(folder / "once")
    own = keys[HELPER]
    journal.write_at(folder / "once" / "keys", own.private + own.nonce, at=0)
    end(folder)
    taken = [path.read_bytes() for path in sorted((folder / "once").iterdir())]
    found = unmasked(
        taken,
        bound=outcome.messages[HOLDER, HELPER, _PLAN.name("bound")],
        said=(keys[HOLDER].public, keys[HOLDER].nonce),
        masked=outcome.messages[HOLDER, LABEL, _PLAN.name("masked")],
    )
    guess = sum(1 / size for size in SIZES) * ROWS
    right = 0 if found is None else int((found == bins).sum())
    return AttackScore(right, bins.size, bins.size, guess)


def _secret(keys: dict[str, _Keys], one: str, other: str) -> bytes:
    shared = shared_point(keys[one].private, keys[other].public)
    if shared is None:
        raise ValueError("a key of low order")
    nonces = {party: keys[party].nonce for party in (one, other)}
    return pair_secret(shared, job_id=JOB_ID, nonces=nonces)


def unmasked(
    taken: list[bytes], *, bound: bytes, said: tuple[bytes, bytes], masked: bytes
) -> IntArray | None:
    """The holder's bins, (n, 2), from files of the helper's disk and a masked matrix taken down on its way.

    bound: the holder's commitment; said: its public key and nonce; both reached the helper.
    """
    for content in taken:
        private, nonce = content[:SECRET_BYTES], content[SECRET_BYTES:]
        if len(private) < SECRET_BYTES or (shared := shared_point(private, said[0])) is None:
            continue
        secret = pair_secret(shared, job_id=JOB_ID, nonces={HELPER: nonce, HOLDER: said[1]})
        binding = hashlib.sha256(_PLAN.digest + bound).digest()
        seed = seed_of(secret, f"product/{_PLAN.step}/a", binding=binding)
        mask = Generator(seed, _PLAN.cipher).words((ROWS, sum(SIZES)), _RING)
        x = _RING.reduce(np.frombuffer(masked, _RING.dtype).reshape(mask.shape) + mask)
        parts = np.split(x, np.cumsum(SIZES)[:-1], axis=1)
        return np.stack([part.argmax(axis=1) for part in parts], axis=1).astype(np.int64)
    return None
