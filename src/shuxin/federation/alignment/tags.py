"""Keyed tags matched at the helper (协助方标签对齐): FEDERATION.md section 2, engine 1.

The label party gives its holders a fresh key that the helper never sees; each data party shows the helper one keyed
128-bit tag a subject, in a random order; the helper says which places match.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shuxin.federation.alignment import forms, result
from shuxin.federation.alignment.codes import BLOCK_BYTES, ROWS_AT_ONCE, entered
from shuxin.federation.alignment.digest import agreed_digest
from shuxin.federation.alignment.keys import agreed_keys, form_of, tags_of
from shuxin.federation.alignment.matching import StandsTwice, common
from shuxin.federation.alignment.order import SEED_BYTES, random_order
from shuxin.federation.alignment.refusal import AnswerInvalid
from shuxin.federation.domain.job import Role
from shuxin.federation.domain.parameters import Learn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shuxin.federation.alignment.codes import Blocks, Places
    from shuxin.federation.alignment.keys import BlockCipher, Keys
    from shuxin.federation.engine.channel import Work


@dataclass(frozen=True, slots=True)
class _Own:
    """What this party enters: codes, their blocks, and the random order in which it shows their tags."""

    codes: bytes
    blocks: Blocks
    order: Places


_ORDER, _COMMON_ORDER = "alignment/order", "alignment/common-order"


def run(work: Work, *, cipher: BlockCipher) -> None:
    """The program of any role."""
    if work.role is Role.HELPER:
        _match(work, cipher)
    else:
        _take_part(work, cipher)


def _take_part(work: Work, cipher: BlockCipher) -> None:
    codes, blocks = entered(work)
    keys = agreed_keys(work, cipher=cipher)
    order = random_order(
        work.channel.once(_ORDER, lambda: secrets.token_bytes(SEED_BYTES)), len(blocks)
    )
    own, helper = _Own(codes, blocks, order), _helper(work)
    forms.ask_leave(work, len(order))
    work.channel.send(helper, forms.TAGS, lambda: _shown(work, own, keys))
    answer = forms.answered(work, helper, forms.ANSWER)
    match forms.parameters(work.job).learn, work.role:
        case Learn.BOTH, _:
            _take_both(work, own, answer, keys)
        case Learn.ONE, Role.LABEL:
            _take_blind(work, own, answer)
        case Learn.COUNT, Role.LABEL:
            _take_count(work, own, answer)
        case learn, _:
            shown = order if learn is Learn.ONE else None
            result.keep(work, codes=codes, sizes={work.party: len(order)}, order=shown)


def _shown(work: Work, own: _Own, keys: Keys) -> Iterator[bytes]:
    yield form_of(keys.cipher)
    for start in range(0, len(own.order), ROWS_AT_ONCE):
        work.progress(start, len(own.order), "tags")
        part = own.blocks[own.order[start : start + ROWS_AT_ONCE]]
        yield from tags_of(part, cipher=keys.cipher, key=keys.tag)


def _take_both(work: Work, own: _Own, answer: bytes, keys: Keys) -> None:
    places = forms.places_of(answer, sender=_helper(work), below=len(own.order))
    count = len(places)
    forms.end_if_too_few(work, count)
    rows = own.order[places]
    digest = agreed_digest(work, tags_of(own.blocks[rows], cipher=keys.cipher, key=keys.check))
    sizes = {work.party: len(own.order)}
    result.keep(work, codes=own.codes, sizes=sizes, count=count, digest=digest, columns=[rows])


def _take_count(work: Work, own: _Own, answer: bytes) -> None:
    helper = _helper(work)
    count = forms.number_of(answer, sender=helper)
    if count > len(own.order):
        raise AnswerInvalid(name=forms.ANSWER, party=helper, reason="more than all rows")
    forms.end_if_too_few(work, count)
    result.keep(work, codes=own.codes, sizes={work.party: len(own.order)}, count=count)


def _take_blind(work: Work, own: _Own, answer: bytes) -> None:
    """The label party's answer: size of each holder's list, then places in the own list and in each holder's."""
    holders, helper = work.job.holders, _helper(work)
    head = forms.PLACE_BYTES * len(holders)
    width = forms.PLACE_BYTES * (1 + len(holders))
    if len(answer) < head or (len(answer) - head) % width:
        raise AnswerInvalid(name=forms.ANSWER, party=helper, reason="a row is cut")
    sizes = [int(one) for one in np.frombuffer(answer[:head], "<u4")]
    if max(sizes) > work.job.limits.rows:
        raise AnswerInvalid(name=forms.ANSWER, party=helper, reason="more rows than allowed")
    lists = np.frombuffer(answer[head:], "<u4").reshape(1 + len(holders), -1)
    columns = [
        forms.places_of(one.tobytes(), sender=helper, below=most)
        for one, most in zip(lists, (len(own.order), *sizes), strict=True)
    ]
    forms.end_if_too_few(work, lists.shape[1])
    columns[0] = own.order[columns[0]]
    known = {work.party: len(own.order), **dict(zip(holders, sizes, strict=True))}
    result.keep(work, codes=own.codes, sizes=known, count=len(columns[0]), columns=columns)


def _match(work: Work, cipher: BlockCipher) -> None:
    """The helper's program. Raises TooFewCommon after telling everybody; ReleaseRefused before telling anybody."""
    parties = work.job.data_parties
    lists = [
        forms.blocks_of(
            forms.received(work, party, forms.TAGS, width=BLOCK_BYTES, form=form_of(cipher))
        )
        for party in parties
    ]
    try:
        places = common(lists)
    except StandsTwice:
        raise AnswerInvalid(
            name=forms.TAGS, party=", ".join(parties), reason="a tag stands twice"
        ) from None
    count, learn = len(places), forms.parameters(work.job).learn
    if count < forms.parameters(work.job).min_size:
        for party in parties:
            work.channel.send(party, forms.ANSWER, lambda: [forms.TOO_FEW])
        forms.end_if_too_few(work, count)
    for output in work.job.outputs:
        work.release(output.name, output.to, size=count, numbers=int(learn is Learn.COUNT))
    seed = work.channel.once(_COMMON_ORDER, lambda: secrets.token_bytes(SEED_BYTES))
    ordered = places[random_order(seed, count)].astype(np.uint32)
    sizes = np.array([len(one) for one in lists[1:]], np.uint32)
    for number, party in enumerate(parties):
        said = _answer(ordered, sizes, learn=learn, number=number)
        work.channel.send(party, forms.ANSWER, lambda said=said: [forms.ENOUGH, said])  # type: ignore[misc]


def _answer(places: Places, sizes: Places, *, learn: Learn, number: int) -> bytes:
    """For the ``number``-th data party; the label party is the first."""
    if learn is Learn.BOTH:
        return forms.little(places[:, number])
    if number:
        return b""
    if learn is Learn.COUNT:
        return len(places).to_bytes(forms.PLACE_BYTES, "little")
    return forms.little(sizes) + forms.little(places.T)


def _helper(work: Work) -> str:
    helper = work.job.helper
    if helper is None:
        raise TypeError("tags need a helper")
    return helper
