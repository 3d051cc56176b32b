"""The product with a dealt triple (辅助方分发随机数的乘积), FEDERATION.md section 3.

The holder has X (n, m), the label party V (n, c) for each product; together they get shares of V^T X modulo 2^k,
one row for each column of V. The helper sees neither. docs/protocols/product.md is the argument.
Each side is used within a program over a ``Work``, in the order of its methods, and may be run again after a kill.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

import numpy as np

from shuxin.federation.product.check import Combined, checked, coefficients
from shuxin.federation.product.errors import ProductInputChanged, ProductMalformed
from shuxin.federation.product.generator import Generator, derived
from shuxin.federation.product.matrices import Made, chunks
from shuxin.federation.product.plan import BOUND_BYTES, STANDARD, Memory, Piece, batches
from shuxin.federation.product.ring import Sums

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shuxin.federation.engine.channel import Received, Work
    from shuxin.federation.product.matrices import LeftMatrix, Matrix
    from shuxin.federation.product.plan import Plan
    from shuxin.federation.product.ring import Words


class HelperSide:
    """Deals: sees the shapes and a salted commitment, nothing else."""

    def __init__(self, work: Work, plan: Plan, *, memory: Memory = STANDARD) -> None:
        self._work = work
        self._memory = memory
        self._plan = plan

    def deal(self) -> None:
        """C1 = B^T A - C0 of all products, in one message to the label party."""
        work, plan = self._work, self._plan
        bound = _whole(
            plan, "bound", work.channel.receive(plan.seats.holder, plan.name("bound")), BOUND_BYTES
        )
        binding = _binding(plan, bound)
        left = _mask(plan, work.seeds.pair(plan.seats.holder, _label(plan, "a"), binding=binding))
        holders = work.seeds.pair(plan.seats.holder, _label(plan, "c"), binding=binding)
        right = work.seeds.pair(plan.seats.label, _label(plan, "b"), binding=plan.digest)

        def corrections() -> Iterator[memoryview]:
            for batch in batches(plan, most=self._memory.batch_bytes):
                sums = _dense(work, plan, left, batch, seed=right, memory=self._memory)
                low = 0
                for piece in batch:
                    part = sums[low : low + piece.high - piece.low]
                    np.subtract(part, _holders_sums(plan, holders, piece), out=part)
                    low += len(part)
                yield _bytes(plan.ring.reduce(sums))

        work.channel.send(plan.seats.label, plan.name("dealt"), corrections)


class HolderSide:
    """Has X. Another X under the same step is refused by the seeds."""

    def __init__(self, work: Work, plan: Plan, x: LeftMatrix, *, memory: Memory = STANDARD) -> None:
        if x.shape != (plan.rows, plan.left):
            raise ValueError("X has the plan's shape")
        self._work = work
        self._plan = plan
        self._x = x
        self._memory = memory
        salt = work.channel.once(plan.name("salt"), lambda: secrets.token_bytes(32))
        self._bound = hashlib.sha256(salt + x.digest()).digest()
        helper, binding = plan.seats.helper, _binding(plan, self._bound)
        self._a = _generator(plan, work.seeds.pair(helper, _label(plan, "a"), binding=binding))
        self._c = work.seeds.pair(helper, _label(plan, "c"), binding=binding)

    def send_mask(self) -> None:
        """D = X - A to the label party; the salted commitment to X to the helper."""
        plan, channel = self._plan, self._work.channel
        channel.send(plan.seats.helper, plan.name("bound"), lambda: [self._bound])
        channel.send(
            plan.seats.label,
            plan.name("masked"),
            lambda: masked(self._x, self._a, plan, self._memory),
        )

    def product(self, number: int) -> Words:
        """This side's share of product ``number``: X^T E + C0 as (width, left) words."""
        plan = self._plan
        name = plan.name(f"{number}/masked")
        received = self._work.channel.receive(plan.seats.label, name)
        masked_right = _Arrived(plan, name, received, plan.width(number))
        share = np.empty((plan.width(number), plan.left), plan.ring.dtype)
        for piece in _pieces(plan, number, self._memory):
            sums = Sums(ring=plan.ring, left=plan.left, right=piece.high - piece.low)
            for rows in chunks(
                plan.rows,
                plan.left + plan.width(number),
                plan.ring,
                most=self._memory.chunk_bytes,
            ):
                right = np.ascontiguousarray(masked_right.take(rows)[:, piece.low : piece.high])
                self._x.sum_into(sums, rows, right)
            part = sums.words() + _holders_sums(plan, self._c, piece)
            share[piece.low : piece.high] = plan.ring.reduce(part)
        return share

    def open_to_label(self, number: int, share: Words) -> None:
        """Give the label party this side's share: it learns the product, by design."""
        plan = self._plan
        name = plan.name(f"{number}/share")
        self._work.channel.send(plan.seats.label, name, lambda: [_bytes(share)])


class LabelSide:
    """Has the right matrices; asks for products in the order of the schedule."""

    def __init__(self, work: Work, plan: Plan, *, memory: Memory = STANDARD) -> None:
        self._work = work
        self._memory = memory
        self._plan = plan
        seed = work.seeds.pair(plan.seats.helper, _label(plan, "b"), binding=plan.digest)
        self._b = seed
        self._ahead = batches(plan, most=memory.batch_bytes)
        self._sums: dict[int, list[Words]] = {}
        self._done = -1
        self._d: _Arrived | None = None

    def ahead(self) -> None:
        """B^T D of the next products, as many as fit in one batch: all the dense work, before V is known."""
        batch = next(self._ahead, None)
        if batch is None:
            self._done = len(self._plan.schedule)
            return
        sums = _dense(
            self._work, self._plan, self._masked_left(), batch, seed=self._b, memory=self._memory
        )
        low = 0
        for piece in batch:
            part = sums[low : low + piece.high - piece.low]
            self._sums.setdefault(piece.number, []).append(part)
            low += len(part)
        last = batch[-1]
        whole = last.high == self._plan.width(last.number)
        self._done = last.number if whole else last.number - 1

    def product(self, number: int, v: Matrix) -> Words:
        """This side's share of product ``number``: D^T B + C1 as (width, left) words; sends E = V - B.

        Raises:
            ProductInputChanged: another V than before the interruption; MaskAskedTwice: and the job's folder was lost.
        """
        plan, channel = self._plan, self._work.channel
        if v.shape != (plan.rows, plan.schedule[number]):
            raise ValueError("V has the schedule's shape")
        digest = v.digest()
        if channel.once(plan.name(f"{number}/v"), lambda: digest) != digest:
            raise ProductInputChanged(step=plan.name(str(number)))
        # the mask is the same for any V: so its use for this one is kept where seeds are, beyond the job's folder
        self._work.seeds.pair(plan.seats.helper, _label(plan, f"v/{number}"), binding=digest)
        right = v if plan.check is None else Combined(v, self._factors(number), plan.ring)
        seed = derived(self._b, str(number))
        name = plan.name(f"{number}/masked")
        channel.send(
            plan.seats.holder,
            name,
            lambda: masked(right, _generator(plan, seed), plan, self._memory),
        )
        while self._done < number:
            self.ahead()
        found = self._sums.pop(number, [])
        share = np.concatenate([np.empty((0, plan.left), plan.ring.dtype), *found])
        np.add(share, self._dealt(number), out=share)
        return plan.ring.reduce(share)

    def opened(self, number: int, share: Words) -> Words:
        """The product as (columns, left) words, once the holder opened it.

        Raises:
            ProductWrong: the plan has a check and it fails.
        """
        plan = self._plan
        name = plan.name(f"{number}/share")
        received = self._work.channel.receive(plan.seats.holder, name)
        wanted = share.size * plan.ring.bytes
        theirs = np.frombuffer(_whole(plan, f"{number}/share", received, wanted), plan.ring.dtype)
        result = plan.ring.reduce(share + theirs.reshape(share.shape))
        if plan.check is None:
            return result
        step = plan.name(str(number))
        return checked(result, self._factors(number), plan.check, ring=plan.ring, step=step)

    def _factors(self, number: int) -> Words:
        plan, check = self._plan, self._plan.check
        if check is None:
            raise ValueError("the plan has no check")
        kept = self._work.channel.once(
            plan.name(f"{number}/factors"), lambda: coefficients(plan, number, check)
        )
        words = np.frombuffer(kept, plan.ring.dtype).reshape(check.columns, plan.schedule[number])
        return plan.ring.reduce(words.copy())

    def _masked_left(self) -> _Arrived:
        if self._d is None:
            plan, name = self._plan, self._plan.name("masked")
            received = self._work.channel.receive(plan.seats.holder, name)
            self._d = _Arrived(plan, name, received, plan.left)
        return self._d

    def _dealt(self, number: int) -> Words:
        plan = self._plan
        received = self._work.channel.receive(plan.seats.helper, plan.name("dealt"))
        line = plan.left * plan.ring.bytes
        _sized(plan, "dealt", received, sum(plan.widths) * line)
        count = plan.width(number) * plan.left
        begin = sum(plan.widths[:number]) * line
        if not count:
            return np.empty((plan.width(number), plan.left), plan.ring.dtype)
        words = np.fromfile(received.path, plan.ring.dtype, count, offset=begin)
        return words.reshape(-1, plan.left)


class _Arrived:
    """A masked matrix in a file of this node, read by rows."""

    def __init__(self, plan: Plan, name: str, received: Received, columns: int) -> None:
        wanted = plan.rows * columns * plan.ring.bytes
        if received.size != wanted:
            raise ProductMalformed(message=name, size=received.size, wanted=wanted)
        self._ring = plan.ring
        self._path = received.path
        self._columns = columns

    def take(self, rows: slice) -> Words:
        count, line = (rows.stop - rows.start) * self._columns, self._columns * self._ring.bytes
        if not count:
            return np.empty((rows.stop - rows.start, self._columns), self._ring.dtype)
        words = np.fromfile(self._path, self._ring.dtype, count, offset=rows.start * line)
        return self._ring.reduce(words).reshape(-1, self._columns)

    def sum_into(self, sums: Sums, rows: slice, right: Words) -> None:
        sums.add(self.take(rows), right)


def masked(matrix: Matrix, mask: Generator, plan: Plan, memory: Memory) -> Iterator[memoryview]:
    """The matrix less its mask, a chunk of rows at a time."""
    columns = matrix.shape[1]
    for rows in chunks(plan.rows, columns, plan.ring, most=memory.chunk_bytes):
        out = mask.words((rows.stop - rows.start, columns), plan.ring, row=rows.start)
        np.negative(out, out=out)
        matrix.add_to(out, rows.start)
        yield _bytes(out)


def _dense(
    work: Work,
    plan: Plan,
    left: Made | _Arrived,
    batch: tuple[Piece, ...],
    *,
    seed: bytes,
    memory: Memory,
) -> Words:
    """B^T times a masked or masking left matrix, for the batch's columns."""
    columns = sum(piece.high - piece.low for piece in batch)
    masks = {piece.number: _generator(plan, derived(seed, str(piece.number))) for piece in batch}
    sums = Sums(ring=plan.ring, left=plan.left, right=columns)
    for rows in chunks(plan.rows, plan.left + columns, plan.ring, most=memory.chunk_bytes):
        height = rows.stop - rows.start
        right = [
            masks[piece.number].words(
                (height, plan.width(piece.number)), plan.ring, row=rows.start
            )[:, piece.low : piece.high]
            for piece in batch
        ]
        left.sum_into(sums, rows, np.concatenate(right, axis=1))
        work.progress(rows.stop, plan.rows, plan.step)
    return sums.words()


def _holders_sums(plan: Plan, seed: bytes, piece: Piece) -> Words:
    """C0 for these columns."""
    generator = _generator(plan, derived(seed, str(piece.number)))
    return generator.words((piece.high - piece.low, plan.left), plan.ring, row=piece.low)


def _pieces(plan: Plan, number: int, memory: Memory) -> Iterator[Piece]:
    every = batches(plan, most=memory.batch_bytes)
    return (piece for batch in every for piece in batch if piece.number == number)


def _label(plan: Plan, what: str) -> str:
    """What a seed is for: its name in the record of uses."""
    return f"product/{plan.step}/{what}"


def _binding(plan: Plan, bound: bytes) -> bytes:
    return hashlib.sha256(plan.digest + bound).digest()


def _generator(plan: Plan, seed: bytes) -> Generator:
    return Generator(seed, plan.cipher)


def _mask(plan: Plan, seed: bytes) -> Made:
    return Made(_generator(plan, seed), (plan.rows, plan.left), plan.ring)


def _bytes(words: Words) -> memoryview:
    return np.ascontiguousarray(words).reshape(-1).view(np.uint8).data


def _whole(plan: Plan, what: str, received: Received, wanted: int) -> bytes:
    _sized(plan, what, received, wanted)
    return received.read()


def _sized(plan: Plan, what: str, received: Received, wanted: int) -> None:
    if received.size != wanted:
        raise ProductMalformed(message=plan.name(what), size=received.size, wanted=wanted)
