"""Alignment (对齐) as a kind of job: what it may send, and each role's program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.federation.alignment import ecdh, forms, keys, reuse, tags
from shuxin.federation.alignment.codes import BLOCK_BYTES
from shuxin.federation.alignment.refusal import ReuseNotPossible
from shuxin.federation.domain.job import Role
from shuxin.federation.domain.parameters import Engine, Learn
from shuxin.federation.engine.channel import Declared

if TYPE_CHECKING:
    from shuxin.federation.alignment.result import Aligned
    from shuxin.federation.domain.job import Job
    from shuxin.federation.engine.channel import Work

_DIGEST_BYTES = 32


def no_earlier(_job_id: str, /) -> Aligned:
    """For nodes that keep no results. Raises ReuseNotPossible."""
    raise ReuseNotPossible(reason="none is kept here")


@dataclass(frozen=True, slots=True)
class AlignmentKind:
    """``earlier``: this party's kept alignments by job id."""

    earlier: reuse.Earlier = no_earlier

    def messages(self, job: Job) -> tuple[Declared, ...]:
        asked = forms.parameters(job)
        if asked.reuse:
            return _of_reuse(job)
        return _of_tags(job) if asked.engine is Engine.TAGS else _of_ecdh(job)

    def run(self, work: Work) -> None:
        asked, cipher = forms.parameters(work.job), keys.BlockCipher.of(work.job)
        if asked.reuse:
            reuse.run(work, cipher=cipher, earlier=self.earlier)
        elif asked.engine is Engine.TAGS:
            tags.run(work, cipher=cipher)
        else:
            ecdh.run(work)


def _keys(job: Job) -> list[Declared]:
    most = keys.message_bytes()
    return [Declared(forms.KEY, job.label, one, most) for one in job.holders]


def _digests(job: Job) -> list[Declared]:
    """Both ways between the label party and each holder."""
    pairs = [pair for one in job.holders for pair in ((job.label, one), (one, job.label))]
    return [Declared(forms.DIGEST, *pair, _DIGEST_BYTES) for pair in pairs]


def _of_tags(job: Job) -> tuple[Declared, ...]:
    rows, learn = job.limits.rows, forms.parameters(job).learn
    (helper,) = job.of(Role.HELPER)
    shown = [Declared(forms.TAGS, one, helper, 1 + BLOCK_BYTES * rows) for one in job.data_parties]
    most = {
        Learn.BOTH: dict.fromkeys(job.data_parties, rows),
        Learn.COUNT: {job.label: 1},
        Learn.ONE: {job.label: (1 + len(job.holders)) * rows + len(job.holders)},
    }[learn]
    answers = [
        Declared(forms.ANSWER, helper, one, 1 + forms.PLACE_BYTES * most.get(one, 0))
        for one in job.data_parties
    ]
    compared = _digests(job) if learn is Learn.BOTH else []
    return (*_keys(job), *shown, *answers, *compared)


def _of_ecdh(job: Job) -> tuple[Declared, ...]:
    rows, learn = job.limits.rows, forms.parameters(job).learn
    label, holder = job.label, job.holders[0]
    answer = forms.PLACE_BYTES if learn is Learn.COUNT else BLOCK_BYTES * rows
    return (
        Declared(forms.POINTS, label, holder, 1 + ecdh.POINT_BYTES * rows),
        Declared(forms.POINTS, holder, label, 1 + ecdh.POINT_BYTES * rows),
        Declared(forms.RAISED, label, holder, 1 + BLOCK_BYTES * rows),
        Declared(forms.ANSWER, holder, label, 1 + answer),
        *(_digests(job) if learn is Learn.BOTH else []),
    )


def _of_reuse(job: Job) -> tuple[Declared, ...]:
    data, most = job.data_parties, 1 + -(-job.limits.rows // 8)
    told = [Declared(forms.STILL, a, b, most) for a in data for b in data if a != b]
    return (*_keys(job), *told, *_digests(job))
