"""An earlier alignment taken again, as far as the rows may still enter at every party (沿用先前对齐)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from shuxin.federation.alignment import forms, result
from shuxin.federation.alignment.codes import entered, pack
from shuxin.federation.alignment.digest import agreed_digest
from shuxin.federation.alignment.keys import agreed_keys, tags_of
from shuxin.federation.alignment.matching import common
from shuxin.federation.alignment.refusal import AnswerInvalid, ReuseNotPossible
from shuxin.federation.domain.job import Role
from shuxin.federation.domain.parameters import Learn

if TYPE_CHECKING:
    import numpy.typing as npt

    from shuxin.federation.alignment.codes import Blocks
    from shuxin.federation.alignment.keys import BlockCipher
    from shuxin.federation.alignment.result import Aligned
    from shuxin.federation.engine.channel import Work


class Earlier(Protocol):
    """This party's kept alignments."""

    def __call__(self, job_id: str, /) -> Aligned:
        """Raises ShuxinError: there is none, or it is damaged."""
        ...


def run(work: Work, *, cipher: BlockCipher, earlier: Earlier) -> None:
    """The program of any role; the helper has nothing to do. Raises ReuseNotPossible, TooFewCommon."""
    asked = forms.parameters(work.job)
    if asked.learn is not Learn.BOTH:
        raise ReuseNotPossible(reason="only where every data party learns the rows")
    if work.role is Role.HELPER:
        return
    before = _fitting(work, earlier(asked.reuse))
    codes, blocks = entered(work)
    now = _rows_now(before, blocks)
    keys = agreed_keys(work, cipher=cipher)
    still = _still_everywhere(work, now >= 0)
    forms.end_if_too_few(work, int(still.sum()))
    own = now[still].astype(np.uint32)
    digest = agreed_digest(work, tags_of(blocks[own], cipher=cipher, key=keys.check))
    sizes = {work.party: len(blocks)}
    result.keep(work, codes=codes, sizes=sizes, count=len(own), digest=digest, columns=[own])


def _fitting(work: Work, before: Aligned) -> Blocks:
    """Blocks of the earlier common subjects, in their order. Raises ReuseNotPossible."""
    if (before.label, before.holders) != (work.job.label, work.job.holders):
        raise ReuseNotPossible(reason="it was made by other parties")
    if before.party != work.party or before.own is None or before.places:
        raise ReuseNotPossible(reason="not every data party learnt its rows")
    if len(before.own) > work.job.limits.rows:
        raise ReuseNotPossible(reason="it has more rows than the job allows")
    return pack(result.aligned_codes(before))


def _rows_now(before: Blocks, blocks: Blocks) -> npt.NDArray[np.int64]:
    """For each earlier common subject its row among those that enter now; -1 when it enters no more."""
    now = np.full(len(before), -1, np.int64)
    places = common([before, blocks])
    now[places[:, 0]] = places[:, 1]
    return now


def _still_everywhere(work: Work, still: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Tell each other which earlier rows still enter. Below the smallest size that alone is told."""
    others = [one for one in work.job.data_parties if one != work.party]
    own = int(still.sum())
    if own < forms.parameters(work.job).min_size:
        for other in others:
            work.channel.send(other, forms.STILL, lambda: [forms.TOO_FEW])
        forms.end_if_too_few(work, own)
    forms.ask_leave(work, own)
    bits = np.packbits(still, bitorder="little").tobytes()
    for other in others:
        work.channel.send(other, forms.STILL, lambda: [forms.ENOUGH, bits])
    for other in others:
        still = still & _read(forms.answered(work, other, forms.STILL), other, len(still))
    return still


def _read(content: bytes, sender: str, size: int) -> npt.NDArray[np.bool_]:
    bits = np.unpackbits(np.frombuffer(content, np.uint8), bitorder="little")
    if len(content) != -(-size // 8) or bits[size:].any():
        raise AnswerInvalid(name=forms.STILL, party=sender, reason="another number of rows")
    return bits[:size].astype(np.bool_)
