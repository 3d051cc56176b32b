"""Two parties without a helper (两方对齐): blinded points of a group of prime order. FEDERATION.md section 2, engine 2.

The group is ristretto255 (RFC 9496), by libsodium. A code becomes a point that nobody knows the logarithm of; each
party raises points to a secret of its own; what both have raised is equal just for equal codes.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

import numpy as np
import rbcl

from shuxin.federation.alignment import forms, result
from shuxin.federation.alignment.codes import BLOCK_BYTES, entered
from shuxin.federation.alignment.digest import agreed_digest
from shuxin.federation.alignment.matching import StandsTwice, common
from shuxin.federation.alignment.order import SEED_BYTES, random_order
from shuxin.federation.alignment.refusal import AnswerInvalid
from shuxin.federation.domain.job import Role
from shuxin.federation.domain.parameters import Learn
from shuxin.kernel.uscc import LENGTH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shuxin.federation.alignment.codes import Blocks, Places
    from shuxin.federation.engine.channel import Received, Work

POINT_BYTES = 32
FORM = b"\1"
_ROWS_A_STEP = 1000
"""Points between two signs of progress: about a quarter of a second."""
_SCALAR, _ORDER, _RAISED_ORDER = "alignment/scalar", "alignment/order", "alignment/raised-order"


def point_of(code: bytes, *, job_id: str) -> bytes:
    """A code as a point: 512 bits of SHA-512 mapped to the group (RFC 9496 section 4.3.4). Bound to the job."""
    digest = hashlib.sha512(b"shuxin/alignment/point\0" + job_id.encode() + code).digest()
    point: bytes = rbcl.crypto_core_ristretto255_from_hash(digest)
    return point


def raised(scalar: bytes, point: bytes) -> bytes:
    """``scalar`` times ``point``.

    The group has prime order, so that a point that decodes is a member; libsodium refuses what is not its one
    encoding, and a result that is the identity. Raises RuntimeError.
    """
    product: bytes = rbcl.crypto_scalarmult_ristretto255(scalar, point)
    return product


def run(work: Work) -> None:
    """The program of either party."""
    codes, _ = entered(work)
    scalar = work.channel.once(_SCALAR, _fresh_scalar)
    order = _order(work, _ORDER, len(codes) // LENGTH)
    other = work.job.holders[0] if work.role is Role.LABEL else work.job.label
    work.channel.send(other, forms.POINTS, lambda: _shown(work, codes, order, scalar))
    points = forms.received(work, other, forms.POINTS, width=POINT_BYTES, form=FORM)
    shared = _shared(work, points, other, scalar)
    if work.role is Role.LABEL:
        _ask(work, codes, order, shared, other)
    else:
        _decide(work, codes, order, shared, other)


def _fresh_scalar() -> bytes:
    """Uniform modulo the order of the group, not zero."""
    while True:
        scalar: bytes = rbcl.crypto_core_ristretto255_scalar_reduce(secrets.token_bytes(64))
        if any(scalar):
            return scalar


def _order(work: Work, name: str, size: int) -> Places:
    return random_order(work.channel.once(name, lambda: secrets.token_bytes(SEED_BYTES)), size)


def _shown(work: Work, codes: bytes, order: Places, scalar: bytes) -> Iterator[bytes]:
    """The own points, raised, in the own random order."""
    yield FORM
    for start in range(0, len(order), _ROWS_A_STEP):
        work.progress(start, len(order), "own points")
        yield b"".join(
            raised(scalar, point_of(codes[row * LENGTH : (row + 1) * LENGTH], job_id=work.job_id))
            for row in order[start : start + _ROWS_A_STEP].tolist()
        )


def _shared(work: Work, message: Received, sender: str, scalar: bytes) -> Blocks:
    """What both have raised, hashed to 128 bits, in the sender's order.

    Raises AnswerInvalid: also when a point stands twice, which would mark it in the answer. Nothing is said before.
    """
    points = message.read()[1:]
    rows = len(points) // POINT_BYTES
    head = b"shuxin/alignment/shared\0" + work.job_id.encode()
    hashed = bytearray()
    for row in range(rows):
        if row % _ROWS_A_STEP == 0:
            work.progress(row, rows, "points of the other party")
        try:
            both = raised(scalar, points[row * POINT_BYTES : (row + 1) * POINT_BYTES])
        except RuntimeError:
            raise AnswerInvalid(
                name=forms.POINTS, party=sender, reason="not a point of the group"
            ) from None
        hashed += hashlib.sha256(head + both).digest()[:BLOCK_BYTES]
    shared = np.frombuffer(hashed, "<u8").reshape(-1, 2)
    _common(shared, shared[:0], name=forms.POINTS, party=sender)
    return shared


def _ask(work: Work, codes: bytes, order: Places, theirs: Blocks, holder: str) -> None:
    """The label party: return the holder's points raised, take the holder's answer."""
    learn = forms.parameters(work.job).learn
    forms.ask_leave(work, len(order))
    sent = theirs
    if learn is not Learn.BOTH:
        sent = theirs[_order(work, _RAISED_ORDER, len(theirs))]
    work.channel.send(holder, forms.RAISED, lambda: [FORM, sent.tobytes()])
    answer = forms.answered(work, holder, forms.ANSWER)
    sizes = {work.party: len(order), holder: len(theirs)}
    if learn is Learn.COUNT:
        count = forms.number_of(answer, sender=holder)
        if count > min(sizes.values()):
            raise AnswerInvalid(name=forms.ANSWER, party=holder, reason="more than all rows")
        forms.end_if_too_few(work, count)
        result.keep(work, codes=codes, sizes=sizes, count=count)
        return
    if len(answer) != BLOCK_BYTES * len(order):
        raise AnswerInvalid(name=forms.ANSWER, party=holder, reason="not one value for each row")
    mine = np.frombuffer(answer, "<u8").reshape(-1, 2)
    both = _common(mine, theirs, name=forms.ANSWER, party=holder)
    forms.end_if_too_few(work, len(both))
    columns, digest = [order[both[:, 0]]], ""
    if learn is Learn.BOTH:
        digest = agreed_digest(work, [mine[both[:, 0]].tobytes()])
    else:
        columns.append(both[:, 1].astype(np.uint32))
    result.keep(work, codes=codes, sizes=sizes, count=len(both), digest=digest, columns=columns)


def _decide(work: Work, codes: bytes, order: Places, theirs: Blocks, label: str) -> None:
    """The holder: count first, answer only if there are enough and the release is permitted."""
    learn = forms.parameters(work.job).learn
    message = forms.received(work, label, forms.RAISED, width=BLOCK_BYTES, form=FORM)
    mine = forms.blocks_of(message)
    if len(mine) != len(order):
        raise AnswerInvalid(name=forms.RAISED, party=label, reason="not one value for each row")
    both = _common(mine, theirs, name=forms.RAISED, party=label)
    count = len(both)
    if count < forms.parameters(work.job).min_size:
        work.channel.send(label, forms.ANSWER, lambda: [forms.TOO_FEW])
        forms.end_if_too_few(work, count)
    forms.ask_leave(work, count)
    number = count.to_bytes(forms.PLACE_BYTES, "little")
    said = number if learn is Learn.COUNT else theirs.tobytes()
    work.channel.send(label, forms.ANSWER, lambda: [forms.ENOUGH, said])
    sizes = {work.party: len(order), label: len(theirs)}
    if learn is Learn.BOTH:
        digest = agreed_digest(work, [mine[both[:, 0]].tobytes()])
        own = [order[both[:, 0]]]
        result.keep(work, codes=codes, sizes=sizes, count=count, digest=digest, columns=own)
    else:
        shown = order if learn is Learn.ONE else None
        result.keep(work, codes=codes, sizes=sizes, count=count, order=shown)


def _common(mine: Blocks, theirs: Blocks, *, name: str, party: str) -> Places:
    """(c, 2) places, by rising shared value. Raises AnswerInvalid."""
    try:
        return common([mine, theirs]).astype(np.uint32)
    except StandsTwice:
        raise AnswerInvalid(name=name, party=party, reason="a value stands twice") from None
