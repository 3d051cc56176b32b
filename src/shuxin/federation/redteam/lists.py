"""A helper that is curious about lists, or false about which rows match."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shuxin.federation.alignment import forms
from shuxin.federation.alignment.codes import BLOCK_BYTES, pack
from shuxin.federation.alignment.keys import BlockCipher, agreed_keys, form_of, tags_of
from shuxin.federation.alignment.kind import AlignmentKind
from shuxin.federation.alignment.order import random_order
from shuxin.federation.alignment.result import ALIGNED
from shuxin.federation.domain.job import Role
from shuxin.federation.redteam.attack import AttackScore, refusal
from shuxin.federation.redteam.cases import HELPER, HOLDER, LABEL, codes_of, plain_job
from shuxin.federation.redteam.stage import play

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shuxin.federation.domain.job import Job
    from shuxin.federation.engine.channel import Declared, Work
    from shuxin.federation.redteam.attack import Ground
    from shuxin.federation.redteam.stage import Change, Outcome

REGISTER, ENTERED = 1500, 300
"""Firms of the register, which anybody can list; firms that each party enters."""
_FORM = form_of(BlockCipher.AES_256)
_HASHES = ("sha256", "sha1", "md5", "blake2b")


@dataclass(frozen=True, slots=True)
class _UnkeyedKind:
    """A twin: data parties show the helper the usual hash of each code, in a random order."""

    shown: Mapping[str, list[str]]

    def messages(self, job: Job) -> tuple[Declared, ...]:
        return AlignmentKind().messages(job)

    def run(self, work: Work) -> None:
        if work.role is Role.HELPER:
            return
        tags = [
            hashlib.sha256(code.encode()).digest()[:BLOCK_BYTES] for code in self.shown[work.party]
        ]
        work.channel.send(HELPER, forms.TAGS, lambda: [_FORM, *sorted(tags)])


@dataclass(frozen=True, slots=True)
class _TrustingKind:
    """A twin: the real alignment by tags, whose data parties compare nothing in the end."""

    def messages(self, job: Job) -> tuple[Declared, ...]:
        return AlignmentKind().messages(job)

    def run(self, work: Work) -> None:
        if work.role is Role.HELPER or work.rows is None:
            AlignmentKind().run(work)
            return
        blocks = pack(work.rows.codes())
        keys = agreed_keys(work, cipher=BlockCipher.AES_256)
        order = random_order(work.channel.once("alignment/order", lambda: bytes(32)), len(blocks))
        shown = tags_of(blocks[order], cipher=keys.cipher, key=keys.tag)
        work.channel.send(HELPER, forms.TAGS, lambda: [_FORM, *shown])
        answer = forms.answered(work, HELPER, forms.ANSWER)
        places = forms.places_of(answer, sender=HELPER, below=len(order))
        work.keep(ALIGNED, forms.little(order[places]))


def _entered(ground: Ground) -> dict[str, list[str]]:
    register, rng = codes_of(REGISTER), ground.rng("lists")
    return {
        party: sorted(
            register[nth] for nth in rng.choice(REGISTER, ENTERED, replace=False).tolist()
        )
        for party in (LABEL, HOLDER)
    }


def _run(
    ground: Ground,
    kind: AlignmentKind | _UnkeyedKind | _TrustingKind,
    *,
    learn: str = "both",
    change: Change | None = None,
) -> Outcome:
    rows = {party: "".join(codes).encode() for party, codes in _entered(ground).items()}
    return play(
        kind,
        plain_job(learn=learn),
        folder=ground.folder,
        rows=rows,
        change=change,
        seed=ground.secret("lists"),
    )


def enumerated_ours(ground: Ground) -> AttackScore:
    return _enumerate(ground, _run(ground, AlignmentKind()))


def enumerated_twin(ground: Ground) -> AttackScore:
    return _enumerate(ground, _run(ground, _UnkeyedKind(_entered(ground))))


def _enumerate(ground: Ground, outcome: Outcome) -> AttackScore:
    """Without tags the helper could name so many firms of the register and would be right at the register's share."""
    truth = _entered(ground)
    right = 0
    for party, codes in truth.items():
        content = outcome.received(HELPER)[party, forms.TAGS]
        right += len(set(read_by_trying(content, codes_of(REGISTER))) & set(codes))
    every = sum(map(len, truth.values()))
    return AttackScore(right, every, every, every * ENTERED / REGISTER, refusal(outcome))


def read_by_trying(content: bytes, register: list[str]) -> list[str]:
    """The helper's: codes of a register whose usual hashes, in text or packed, stand among the tags."""
    tags = {content[at : at + BLOCK_BYTES] for at in range(1, len(content), BLOCK_BYTES)}
    blocks = pack("".join(register).encode())
    return [
        code
        for code, block in zip(register, blocks, strict=True)
        if not tags.isdisjoint(_usual(code.encode(), block.tobytes()))
    ]


def _usual(code: bytes, block: bytes) -> set[bytes]:
    hashed = (hashlib.new(name, form) for name in _HASHES for form in (code, block))
    return {block, *(one.digest()[:BLOCK_BYTES] for one in hashed)}


def misaligned_ours(ground: Ground) -> AttackScore:
    return _misalign(ground, AlignmentKind())


def misaligned_twin(ground: Ground) -> AttackScore:
    return _misalign(ground, _TrustingKind())


def _misalign(ground: Ground, kind: AlignmentKind | _TrustingKind) -> AttackScore:
    """The helper tells the holder the common rows in another order: every pair is wrong."""
    outcome = _run(ground, kind, change=_answer_to(HOLDER, turned))
    truth = _entered(ground)
    pairs = _pairs(outcome, truth)
    return _wrong(truth, pairs, outcome)


def unnoticed_ours(ground: Ground) -> AttackScore:
    """Only the label party learns the rows: it has nobody to compare with."""

    def change(content: bytes) -> bytes:
        """The last of three columns: places in the holder's list."""
        head = 1 + forms.PLACE_BYTES
        third = (len(content) - head) // 2
        return content[: head + third] + turned(content[head + third :])

    outcome = _run(ground, AlignmentKind(), learn="one", change=_answer_to(LABEL, change))
    truth = _entered(ground)
    pairs: list[tuple[str, str]] = []
    if not outcome.failures:
        own, theirs = np.frombuffer(outcome.kept[LABEL][ALIGNED], "<u4").reshape(2, -1)
        order = np.frombuffer(outcome.kept[HOLDER]["order"], "<u4")
        pairs = [
            (truth[LABEL][one], truth[HOLDER][two])
            for one, two in zip(own.tolist(), order[theirs].tolist(), strict=True)
        ]
    return _wrong(truth, pairs, outcome)


def turned(places: bytes) -> bytes:
    """Each place where the one before it stood."""
    return places[forms.PLACE_BYTES :] + places[: forms.PLACE_BYTES]


def _answer_to(party: str, become: Callable[[bytes], bytes]) -> Change:
    def change(_sender: str, to: str, name: str, content: bytes) -> bytes:
        if (to, name) != (party, forms.ANSWER):
            return content
        return become(content) if party == LABEL else content[:1] + become(content[1:])

    return change


def _pairs(outcome: Outcome, truth: Mapping[str, list[str]]) -> list[tuple[str, str]]:
    """Codes that the parties take for the same firm, where both came to an end."""
    if outcome.failures:
        return []
    one, other = (
        [truth[party][row] for row in np.frombuffer(outcome.kept[party][ALIGNED], "<u4").tolist()]
        for party in (LABEL, HOLDER)
    )
    return list(zip(one, other, strict=True))


def _wrong(
    truth: Mapping[str, list[str]], pairs: list[tuple[str, str]], outcome: Outcome
) -> AttackScore:
    common = len(set(truth[LABEL]) & set(truth[HOLDER]))
    wrong = sum(one != other for one, other in pairs)
    return AttackScore(wrong, common, common, 0.0, refusal(outcome))
