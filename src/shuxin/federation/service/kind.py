"""A joint card put into service (联合评分服务), a kind of job: parties, approvals, purpose and hashes of the parts.

Nobody's data enter. Each party looks whether it has the part that the job names, and keeps it with the service; with
a sum every two holders keep a secret of their own for the masks to come. Afterwards the label party asks about
single subjects; ``node.answering`` and ``node.asking`` do that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from shuxin.federation.card.contract import Contribution
from shuxin.federation.card.files import hash_of, read_file
from shuxin.federation.card.parts import CardPart, LabelPart
from shuxin.federation.domain.job import Role
from shuxin.federation.domain.parameters import ServiceParameters
from shuxin.kernel.canonical import canonical_json
from shuxin.kernel.errors import Conflict, NotFound
from shuxin.kernel.statements import parse_json
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from shuxin.federation.domain.job import Job
    from shuxin.federation.engine.channel import Declared, Work

CARD, PAIRS, SCORES = "card", "pairs", "scores"
"""Results: this party's part, and a holder's secrets by peer; the output that the holders release."""
LABEL = "service/pair"


class CardMissing(NotFound):
    code = "service_card_missing"
    what = Text(
        en="this party has no part of the card of job {job}", zh="本方没有任务 {job} 的评分卡分片"
    )
    mend = Text(
        en="A service names a scorecard job that is done here, and parties that all have a part",
        zh="服务须引用本方已完成的评分卡任务，且各方均有分片",
    )


class ServiceImpossible(Conflict):
    code = "service_impossible"
    what = Text(
        en="the service does not fit the card here: {field}", zh="服务与本方评分卡不符：{field}"
    )
    mend = Text(
        en="Propose it again from the label party's part, with all holders of the card",
        zh="请由标签方依据其分片、包含评分卡全部数据方重新提出",
    )


class Cards(Protocol):
    """This party's kept part of a card, by the id of the scorecard job."""

    def __call__(self, job_id: str, /) -> bytes:
        """Raises CardMissing."""
        ...


def no_cards(job_id: str, /) -> bytes:
    raise CardMissing(job=job_id[:12])


@dataclass(frozen=True, slots=True)
class ServiceKind:
    """``cards``: this party's kept parts."""

    cards: Cards = no_cards

    def messages(self, job: Job) -> tuple[Declared, ...]:  # noqa: ARG002 - a kind's
        """The parties tell each other nothing but that they agree."""
        return ()

    def run(self, work: Work) -> None:
        """Raises CardMissing, ServiceImpossible, CardAltered, CardInvalid, ReleaseRefused, MaskAskedTwice."""
        asked = asked_of(work.job)
        content = self.cards(asked.scorecard)
        if work.role is Role.LABEL:
            require_label_part(work.job, read_file(LabelPart, content))
        else:
            part = read_file(CardPart, content)
            require_part(work.job, part, party=work.party)
            work.release(SCORES, work.job.label, size=0, numbers=0)
            if part.contract.contribution is Contribution.SUM:
                work.keep(PAIRS, _pairs(work))
        work.keep(CARD, content)


def asked_of(job: Job) -> ServiceParameters:
    """Raises TypeError: of another kind."""
    if not isinstance(job.parameters, ServiceParameters):
        raise TypeError("no service")
    return job.parameters


def require_label_part(job: Job, part: LabelPart) -> None:
    """That the job names this part, all its holders and their parts. Raises ServiceImpossible."""
    asked = asked_of(job)
    named = dict(zip(job.holders, asked.parts, strict=True))
    for field, found, wanted in (
        ("scorecard", part.job, asked.scorecard),
        ("label_part", hash_of(part), asked.label_part),
        ("parties", part.party, job.label),
        ("parts", {seat.party: seat.part for seat in part.seats}, named),
    ):
        if found != wanted:
            raise ServiceImpossible(field=field)


def require_part(job: Job, part: CardPart, *, party: str) -> None:
    """The same for a holder's. Raises ServiceImpossible."""
    asked = asked_of(job)
    for field, found, wanted in (
        ("scorecard", part.job, asked.scorecard),
        ("parties", (part.party, part.holders), (party, tuple(sorted(job.holders)))),
        ("parts", hash_of(part), asked.parts[job.holders.index(party)]),
    ):
        if found != wanted:
            raise ServiceImpossible(field=field)


def _pairs(work: Work) -> bytes:
    """32 bytes with each other holder, in hexadecimal; derived from the job's secrets, which are erased."""
    bound = asked_of(work.job).scorecard.encode()
    others = (peer for peer in work.job.holders if peer != work.party)
    return canonical_json({one: work.seeds.pair(one, LABEL, binding=bound).hex() for one in others})


def read_pairs(content: bytes, /) -> dict[str, bytes]:
    """As ``run`` kept them."""
    return {peer: bytes.fromhex(str(told)) for peer, told in parse_json(content).items()}
