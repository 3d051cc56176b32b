"""A lender's side of campaigns (百行进万企): the firms that were given to it, whom it may call, what came of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - pydantic reads it: the views are the wire
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from shuxin.kernel.machine import Actor
from shuxin.kernel.text import Text
from shuxin.market.domain.terms import MOST_FEN
from shuxin.market.domain.words import Worded
from shuxin.market.list_models import CampaignFirmRow, CampaignRow, ContactRow
from shuxin.market.lists.reading import asked_as, note_reading
from shuxin.market.lists.refusals import ContactUnwanted, ResultInvalid
from shuxin.market.lists.words import Ground
from shuxin.market.shelf_models import OPEN_REFERRALS, ReferralRow
from shuxin.market.steps import ThingUnknown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shuxin.market.list_models import ReplyRow
    from shuxin.market.steps import Doer

THING = Text(en="campaign", zh="活动")
LONGEST_NOTE, MOST_ON_PAGE = 1000, 200


class ContactKind(Worded):
    """What came of a contact (对接结果), in the order of the way to a loan."""

    UNREACHED = "unreached", Text(en="not reached", zh="未联系上")
    CONTACTED = "contacted", Text(en="contacted", zh="已对接")
    INTERESTED = "interested", Text(en="interested", zh="有意向")
    APPLIED = "applied", Text(en="applied", zh="已申请")
    LENT = "lent", Text(en="lent", zh="已放款")
    DECLINED = "declined", Text(en="no need or not granted", zh="无需求或未获批")


WAY = (ContactKind.CONTACTED, ContactKind.INTERESTED, ContactKind.APPLIED, ContactKind.LENT)
"""The stages of the funnel after the questionnaire."""


@dataclass(frozen=True, slots=True)
class LenderCampaign:
    """A campaign as one lender sees it. firms: those of its share; visited: those of them with a contact."""

    key: str
    title: str
    region: str
    grades: str
    quota: int
    state: str
    changed_at: datetime
    firms: int
    visited: int


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact that the lender recorded (对接记录); the note stays with the lender."""

    at: datetime
    result: ContactKind
    amount_fen: int
    note: str
    by: str


@dataclass(frozen=True, slots=True)
class CampaignCustomer:
    """A firm of the lender's share; ``why`` it is this lender's.

    may_contact: false where the firm answered that no bank may contact it and did not apply to this one itself since.
    answers: of the questionnaire, only where the firm agreed to be contacted; else None.
    """

    key: str
    firm: str
    name: str
    region: str
    grade: str
    why: str
    has_replied: bool
    answers: Mapping[str, str] | None
    may_contact: bool
    furthest: ContactKind | None
    contacts: tuple[Contact, ...]


def lender_campaigns(lender: str) -> list[LenderCampaign]:
    """Those that gave firms to this lender, the newest first; quotas of others are not told."""
    mine = Q(firms__lender=lender)
    rows = (
        CampaignRow.objects.filter(mine)
        .annotate(
            mine=Count("firms", distinct=True),
            seen=Count("firms", filter=Q(firms__contacts__isnull=False), distinct=True),
        )
        .order_by("-pk")
    )
    return [
        LenderCampaign(
            key=row.key,
            title=row.title,
            region=row.region,
            grades=row.grades,
            quota=row.quotas.get(lender, 0),
            state=row.state,
            changed_at=row.changed_at,
            firms=row.mine,
            visited=row.seen,
        )
        for row in rows
    ]


def campaign_customers(
    campaign: str,
    *,
    only: str = "",
    after: str = "",
    most: int = MOST_ON_PAGE,
    doer: Doer,
    now: datetime,
) -> tuple[list[CampaignCustomer], str]:
    """The lender's own firms of a campaign by their keys, and the key after which the next page begins, "" at the end.

    ``only``: this firm. The log notes the reading of just those that are given. Raises ThingUnknown also for a
    campaign without firms of this lender.
    """
    mine = CampaignFirmRow.objects.filter(campaign__key=campaign, lender=doer.party)
    if doer.actor is not Actor.LENDER or not mine.exists():
        raise ThingUnknown(kind=THING)
    if only:
        mine = mine.filter(key=only)
    found = mine.select_related("reply").prefetch_related("contacts")
    rows = list(found.filter(key__gt=after).order_by("key")[: most + 1])
    shown = rows[:most]
    firms = [row.firm for row in shown]
    note_reading(firms, what="campaign", ground=Ground.CAMPAIGN, doer=doer, now=now)
    unwanted = _unwanted(shown, lender=doer.party)
    rest = shown[-1].key if len(rows) > most else ""
    return [_customer(row, may_contact=row.key not in unwanted) for row in shown], rest


def record_contact(
    firm: str,
    *,
    result: ContactKind,
    amount_fen: int = 0,
    note: str = "",
    doer: Doer,
    now: datetime,
    request_id: str,
) -> None:
    """A lender's contact with a firm of its share. The same ``request_id`` again changes nothing.

    Raises ThingUnknown (also for firms of other lenders), ResultInvalid, ContactUnwanted.
    """
    found = CampaignFirmRow.objects.filter(key=firm, lender=doer.party).select_related("reply")
    row = found.first()
    if row is None or doer.actor is not Actor.LENDER:
        raise ThingUnknown(kind=THING)
    is_right = 0 < amount_fen <= MOST_FEN if result is ContactKind.LENT else amount_fen == 0
    if not is_right or len(note) > LONGEST_NOTE:
        raise ResultInvalid(where="result_amount" if not is_right else "note")
    asked = asked_as(doer.party, request_id)
    if ContactRow.objects.filter(request_id=asked).exists():
        return
    if _unwanted([row], lender=doer.party):
        raise ContactUnwanted
    ContactRow.objects.get_or_create(
        request_id=asked,
        defaults={
            "firm": row,
            "lender": doer.party,
            "result": result.value,
            "amount_fen": amount_fen,
            "note": note,
            "by": doer.by,
            "at": now,
        },
    )


def furthest_of(results: Sequence[ContactKind]) -> ContactKind | None:
    """How far the contacts got, in their order: the furthest stage, else the last result; None without any. Pure."""
    stage = next((kind for kind in reversed(WAY) if kind in results), None)
    return stage or (results[-1] if results else None)


def results_of(row: CampaignFirmRow) -> list[ContactKind]:
    """What came of each contact, in their order."""
    return [ContactKind(one.result) for one in sorted(row.contacts.all(), key=lambda c: c.pk)]


def reply_of(row: CampaignFirmRow) -> ReplyRow | None:
    """None while the firm has not answered."""
    return getattr(row, "reply", None)


def _agrees(reply: ReplyRow | None) -> bool:
    """Whether a bank may contact the firm, by its own answer."""
    return reply is not None and reply.answers.get("contact") == "yes"


def _unwanted(rows: Sequence[CampaignFirmRow], *, lender: str) -> set[str]:
    """Keys of those that answered "no" and have not applied to this lender themselves.

    An application counts while it runs, and one that still ran when the firm answered or came after it.
    """
    no = {row.firm: row for row in rows if reply_of(row) and not _agrees(reply_of(row))}
    if not no:
        return set()
    applied = ReferralRow.objects.filter(lender=lender, firm__in=no).exclude(application="")
    begun: defaultdict[str, list[ReferralRow]] = defaultdict(list)
    for one in applied:
        begun[one.firm].append(one)
    return {row.key for firm, row in no.items() if not _applied(row, begun[firm])}


def _applied(row: CampaignFirmRow, referrals: Sequence[ReferralRow]) -> bool:
    reply = reply_of(row)
    return any(
        one.state in OPEN_REFERRALS or (reply is not None and one.changed_at >= reply.at)
        for one in referrals
    )


def _customer(row: CampaignFirmRow, *, may_contact: bool) -> CampaignCustomer:
    reply = reply_of(row)
    contacts = sorted(row.contacts.all(), key=lambda c: c.pk)
    return CampaignCustomer(
        key=row.key,
        firm=row.firm,
        name=row.name,
        region=row.region,
        grade=row.grade,
        why=row.why,
        has_replied=reply is not None,
        answers=reply.answers if reply is not None and _agrees(reply) else None,
        may_contact=may_contact,
        furthest=furthest_of(results_of(row)),
        contacts=tuple(
            Contact(one.at, ContactKind(one.result), one.amount_fen, one.note, one.by)
            for one in contacts
        ),
    )
