"""Campaigns (百行进万企): firms by tax grade, shared among lenders by quota, asked, contacted, converted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.machine import Actor, Machine, step
from shuxin.kernel.region import RegionCode
from shuxin.kernel.text import Text
from shuxin.kernel.uscc import USCC
from shuxin.market.list_models import CampaignFirmRow, CampaignRow, ReplyRow
from shuxin.market.lists.contacts import (
    LONGEST_NOTE,
    THING,
    WAY,
    ContactKind,
    furthest_of,
    reply_of,
    results_of,
)
from shuxin.market.lists.files import one_of, read_lines
from shuxin.market.lists.questionnaire import checked_answers, firm_of_link
from shuxin.market.lists.reading import is_region, note_reading, require_region
from shuxin.market.lists.refusals import (
    CampaignInvalid,
    LinkInvalid,
    ListFileInvalid,
    RepliedAlready,
)
from shuxin.market.lists.sharing import Share, share_firms
from shuxin.market.lists.words import Ground
from shuxin.market.steps import StepOvertaken, ThingUnknown, begin, new_key, take_step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from shuxin.market.steps import Doer

FIRM_HEADS = ("code", "name", "region", "grade", "bank")
GRADES = ("A", "B", "M", "C", "D")
MOST_LENDERS, MOST_QUOTA = 200, 100_000

CAMPAIGN_TEXTS = {
    "draft": Text(en="being prepared", zh="筹备中"),
    "running": Text(en="running", zh="进行中"),
    "ended": Text(en="ended", zh="已结束"),
}
_STEP_TEXTS = {
    "share": Text(en="share the firms among the banks", zh="分配企业并启动"),
    "end": Text(en="end it", zh="结束"),
}
CAMPAIGN = Machine(
    "campaign",
    "draft",
    ("draft", "running", "ended"),
    (
        step("share", "draft", "running", Actor.GOVERNMENT),
        step("end", "draft running", "ended", Actor.GOVERNMENT),
    ),
    CAMPAIGN_TEXTS,
    _STEP_TEXTS,
)


@dataclass(frozen=True, slots=True)
class CampaignView:
    """A campaign. quotas: lender to how many firms it can visit."""

    key: str
    title: str
    region: str
    grades: str
    quotas: Mapping[str, int]
    state: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class CampaignFirm:
    """A firm of a campaign; ``why`` it was given to this lender. furthest: how far its lender got, None: no contact."""

    key: str
    firm: str
    name: str
    region: str
    grade: str
    lender: str
    why: str
    answers: Mapping[str, str] | None
    furthest: ContactKind | None


@dataclass(frozen=True, slots=True)
class Funnel:
    """How many firms got how far (转化漏斗); each stage counts those of the later ones too."""

    assigned: int
    replied: int
    contacted: int
    interested: int
    applied: int
    lent: int


def draft_campaign(
    *,
    title: str,
    region: str,
    grades: str,
    quotas: Mapping[str, int],
    doer: Doer,
    now: datetime,
) -> str:
    """Its key. Raises CampaignInvalid, RegionNotYours."""
    if not 1 <= len(title.strip()) <= LONGEST_NOTE // 5:
        raise CampaignInvalid(where="title")
    if not grades or not set(grades) <= set(GRADES):
        raise CampaignInvalid(where="grades")
    if not 1 <= len(quotas) <= MOST_LENDERS or not all(
        0 < q <= MOST_QUOTA for q in quotas.values()
    ):
        raise CampaignInvalid(where="quotas")
    if not is_region(region):
        raise CampaignInvalid(where="region")
    require_region(region, doer=doer)
    row = CampaignRow(
        key=new_key(),
        title=title.strip(),
        region=region,
        grades="".join(grade for grade in GRADES if grade in grades),
        quotas=dict(quotas),
        party=doer.party,
    )
    begin(row, machine=CAMPAIGN, doer=doer, now=now)
    return row.key


def share_campaign(key: str, content: bytes, *, doer: Doer, now: datetime) -> Counter[str]:
    """Take in the firms of a file and share them among the lenders, whole or not at all: how many each lender got.

    The file has ``FIRM_HEADS``; an account-holding bank (开户银行) keeps its customer while its quota lasts. Firms of
    other grades are left out. Raises ThingUnknown, RegionNotYours, ListFileInvalid, StepImpossible.
    """
    row = _mine(key, doer=doer)
    found = [firm for _, firm in read_lines(content, heads=FIRM_HEADS, read=_firm)]
    if len({firm[0] for firm in found}) < len(found):
        raise CampaignInvalid(where="twice")
    if any(not region.startswith(row.region) for _, _, region, _, _ in found):
        raise CampaignInvalid(where="region")
    wanted = [firm for firm in found if firm[3] in row.grades]
    shares = share_firms(
        [firm[0] for firm in wanted],
        quotas=row.quotas,
        wishes={firm[0]: firm[4] for firm in wanted},
        seed=row.key,
    )
    try:
        _share(row, wanted, shares, doer=doer, now=now)
    except IntegrityError as error:
        raise StepOvertaken from error
    return Counter(share.lender for share in shares)


def _share(
    row: CampaignRow,
    wanted: Sequence[tuple[str, str, str, str, str]],
    shares: Sequence[Share],
    *,
    doer: Doer,
    now: datetime,
) -> None:
    with transaction.atomic():
        CampaignFirmRow.objects.bulk_create(
            CampaignFirmRow(
                campaign=row,
                key=new_key(),
                firm=party,
                name=name,
                region=region,
                grade=grade,
                lender=share.lender,
                why=share.why,
            )
            for (party, name, region, grade, _), share in zip(wanted, shares, strict=True)
        )
        take_step(row, "share", machine=CAMPAIGN, doer=doer, now=now)


def _firm(cells: dict[str, str]) -> tuple[str, str, str, str, str]:
    code, name, region, grade, bank = (cells[head] for head in FIRM_HEADS)
    try:
        party = f"uscc:{USCC(code.upper())}"
        RegionCode(region)
    except ShuxinError as error:
        raise ListFileInvalid(lines="", where="code") from error
    if not 1 <= len(name) <= LONGEST_NOTE // 5:
        raise ListFileInvalid(lines="", where="name")
    grade = one_of({one: one for one in GRADES}, grade, where="grade")
    return party, name, region, grade, f"uscc:{bank}" if bank else ""


def end_campaign(key: str, *, doer: Doer, now: datetime) -> None:
    """Raises ThingUnknown, RegionNotYours, StepImpossible."""
    take_step(_mine(key, doer=doer), "end", machine=CAMPAIGN, doer=doer, now=now)


def campaigns(region: str) -> list[CampaignView]:
    """Of the region with this prefix, the newest first."""
    rows = CampaignRow.objects.filter(region__startswith=region).order_by("-pk")
    return [_view(row) for row in rows]


def campaign(key: str, *, doer: Doer) -> CampaignView:
    """Raises ThingUnknown, RegionNotYours."""
    return _view(_mine(key, doer=doer))


def campaign_firms(key: str, *, only: str = "", doer: Doer, now: datetime) -> list[CampaignFirm]:
    """Every firm, for an officer of the region; the reading is logged. ``only``: this one. Lenders: ``contacts``.

    Raises ThingUnknown, RegionNotYours.
    """
    _mine(key, doer=doer)
    rows = CampaignFirmRow.objects.filter(campaign__key=key).select_related("reply")
    if only:
        rows = rows.filter(key=only)
    found = [_firm_view(row) for row in rows.prefetch_related("contacts").order_by("pk")]
    shown = [one.firm for one in found]
    note_reading(shown, what="campaign", ground=Ground.MANDATE, doer=doer, now=now)
    return found


def keep_reply(token: str, given: Mapping[str, str], *, key: bytes, now: datetime) -> None:
    """A firm's answers, once. Raises LinkInvalid, ReplyInvalid, RepliedAlready."""
    row = _of_link(token, key=key, now=now)
    answers = checked_answers(given)
    try:
        with transaction.atomic():
            ReplyRow.objects.create(firm=row, answers=answers, at=now)
    except IntegrityError as error:
        raise RepliedAlready from error


def questionnaire_of(token: str, *, key: bytes, now: datetime) -> tuple[str, bool]:
    """Title of the campaign and whether the firm has answered; nothing of the firm. Raises LinkInvalid."""
    row = _of_link(token, key=key, now=now)
    return row.campaign.title, ReplyRow.objects.filter(firm=row).exists()


def _of_link(token: str, *, key: bytes, now: datetime) -> CampaignFirmRow:
    firm = firm_of_link(token, key=key, now=now)
    row = CampaignFirmRow.objects.select_related("campaign").filter(key=firm).first()
    if row is None or row.campaign.state != "running":
        raise LinkInvalid
    return row


def funnel_of(firms: list[CampaignFirm]) -> Funnel:
    """Pure."""
    reached = [WAY.index(f.furthest) + 1 if f.furthest in WAY else 0 for f in firms]
    contacted, interested, applied, lent = (
        sum(far >= stage for far in reached) for stage in range(1, len(WAY) + 1)
    )
    return Funnel(
        assigned=sum(bool(f.lender) for f in firms),
        replied=sum(f.answers is not None for f in firms),
        contacted=contacted,
        interested=interested,
        applied=applied,
        lent=lent,
    )


def _mine(key: str, *, doer: Doer) -> CampaignRow:
    row = CampaignRow.objects.filter(key=key).first()
    if row is None:
        raise ThingUnknown(kind=THING)
    require_region(row.region, doer=doer)
    return row


def _view(row: CampaignRow) -> CampaignView:
    return CampaignView(
        row.key, row.title, row.region, row.grades, row.quotas, row.state, row.changed_at
    )


def _firm_view(row: CampaignFirmRow) -> CampaignFirm:
    reply = reply_of(row)
    return CampaignFirm(
        key=row.key,
        firm=row.firm,
        name=row.name,
        region=row.region,
        grade=row.grade,
        lender=row.lender,
        why=row.why,
        answers=reply.answers if reply else None,
        furthest=furthest_of(results_of(row)),
    )
