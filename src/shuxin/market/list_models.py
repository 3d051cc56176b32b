"""Tables of government's part: who works where, visits, the three lists, campaigns, policies, numbers of firms."""

from __future__ import annotations

from django.db import models

from shuxin.infra.api import AppendOnly
from shuxin.market.step_models import HASH, KEY, PARTY, Moving

NAME, REGION, CODE, BY, NOTE = 200, 6, 24, 200, 1000


class OfficerRegionRow(AppendOnly):
    """Where an officer works (辖区): the newest row of a party's account counts; ``region`` is a prefix, "" ends it."""

    party = models.CharField(max_length=PARTY)
    account = models.CharField(max_length=BY)
    region = models.CharField(max_length=REGION, blank=True)
    by = models.CharField(max_length=BY)
    at = models.DateTimeField()

    class Meta:  # Django's own name
        indexes = [models.Index(fields=["party", "account"], name="market_officer_of")]


class VisitRow(AppendOnly):
    """One visit (走访记录): what the firm said of itself on that day, recorded by an officer."""

    key = models.CharField(max_length=KEY, unique=True)
    request_id = models.CharField(max_length=KEY, unique=True)
    firm = models.CharField(max_length=PARTY, db_index=True)
    name = models.CharField(max_length=NAME)
    region = models.CharField(max_length=REGION, db_index=True)
    visited_on = models.DateField()
    visitor = models.CharField(max_length=NAME)
    found_needs = models.BooleanField()
    amount_fen = models.BigIntegerField(default=0)
    use = models.CharField(max_length=CODE, blank=True)
    note = models.CharField(max_length=NOTE, blank=True)
    party = models.CharField(max_length=PARTY)
    by = models.CharField(max_length=BY)
    at = models.DateTimeField()


class ListingRow(Moving):
    """A firm on the lists (三清单): declared, recommended, credited. ``open_for``: the firm while it is not closed."""

    firm = models.CharField(max_length=PARTY, db_index=True)
    open_for = models.CharField(max_length=PARTY, unique=True, null=True)  # noqa: DJ001 - unique among the open
    name = models.CharField(max_length=NAME)
    region = models.CharField(max_length=REGION, db_index=True)
    amount_fen = models.BigIntegerField()
    use = models.CharField(max_length=CODE)
    visit = models.CharField(max_length=KEY)
    to_all = models.BooleanField(default=False)
    """Recommended to every lender; else to those of ``ListingLenderRow``."""
    reason = models.CharField(max_length=NOTE, blank=True)
    """Why it stays on the declared list."""


class StandardRow(AppendOnly):
    """An officer's answer to one of the five standards (五项标准); the newest of each counts."""

    listing = models.ForeignKey(ListingRow, on_delete=models.PROTECT, related_name="answers")
    standard = models.CharField(max_length=CODE)
    holds = models.BooleanField()
    note = models.CharField(max_length=NOTE)
    party = models.CharField(max_length=PARTY)
    by = models.CharField(max_length=BY)
    at = models.DateTimeField()


class ListingLenderRow(AppendOnly):
    """A lender to whom a listed firm is recommended by name."""

    listing = models.ForeignKey(ListingRow, on_delete=models.PROTECT, related_name="lenders")
    lender = models.CharField(max_length=PARTY, db_index=True)
    version = models.PositiveIntegerField()
    """Of the listing, at the recommendation."""


class ResultRow(AppendOnly):
    """What a lender reports of a recommended firm (对接结果)."""

    listing = models.ForeignKey(ListingRow, on_delete=models.PROTECT, related_name="results")
    request_id = models.CharField(max_length=KEY, unique=True)
    lender = models.CharField(max_length=PARTY)
    result = models.CharField(max_length=CODE)
    amount_fen = models.BigIntegerField(default=0)
    rate_bp = models.PositiveIntegerField(null=True)
    reason = models.CharField(max_length=NOTE, blank=True)
    by = models.CharField(max_length=BY)
    at = models.DateTimeField()


class ListReadingRow(AppendOnly):
    """Who read firm-level data of lists (名单查阅记录); of which firms is in ``ListReadFirmRow``."""

    party = models.CharField(max_length=PARTY)
    by = models.CharField(max_length=BY)
    what = models.CharField(max_length=CODE)
    ground = models.CharField(max_length=CODE)
    salt = models.CharField(max_length=HASH)
    at = models.DateTimeField()


class ListReadFirmRow(AppendOnly):
    """One firm whose data were shown in a reading."""

    reading = models.ForeignKey(ListReadingRow, on_delete=models.PROTECT, related_name="firms")
    firm = models.CharField(max_length=PARTY, db_index=True)
    version = models.PositiveIntegerField(default=0)
    """Of the firm's entry on the list, where one is shown again and again; else 0."""


class CampaignRow(Moving):
    """A campaign (百行进万企): firms of some tax grades, shared among lenders by quota."""

    title = models.CharField(max_length=NAME)
    region = models.CharField(max_length=REGION)
    grades = models.CharField(max_length=CODE)
    quotas = models.JSONField()
    """Lender to how many firms it can visit."""
    party = models.CharField(max_length=PARTY)


class CampaignFirmRow(models.Model):
    """A firm of a campaign, and the lender that visits it with the reason why this one."""

    campaign = models.ForeignKey(CampaignRow, on_delete=models.PROTECT, related_name="firms")
    key = models.CharField(max_length=KEY, unique=True)
    firm = models.CharField(max_length=PARTY)
    name = models.CharField(max_length=NAME)
    region = models.CharField(max_length=REGION)
    grade = models.CharField(max_length=2)
    lender = models.CharField(max_length=PARTY, blank=True)
    why = models.CharField(max_length=CODE, blank=True)

    class Meta:  # Django's own name
        constraints = [
            models.UniqueConstraint(fields=["campaign", "firm"], name="market_campaign_firm")
        ]


class ReplyRow(AppendOnly):
    """A firm's answers to the questionnaire (问卷), once."""

    firm = models.OneToOneField(CampaignFirmRow, on_delete=models.PROTECT, related_name="reply")
    answers = models.JSONField()
    at = models.DateTimeField()


class ContactRow(AppendOnly):
    """One contact of the lender with the firm (对接记录)."""

    firm = models.ForeignKey(CampaignFirmRow, on_delete=models.PROTECT, related_name="contacts")
    request_id = models.CharField(max_length=KEY, unique=True)
    lender = models.CharField(max_length=PARTY)
    result = models.CharField(max_length=CODE)
    amount_fen = models.BigIntegerField(default=0)
    note = models.CharField(max_length=NOTE, blank=True)
    by = models.CharField(max_length=BY)
    at = models.DateTimeField()


class PolicyRow(Moving):
    """One version of one policy (政策版本). ``current``: its name while it is the one in force."""

    name = models.CharField(max_length=CODE * 2, db_index=True)
    number = models.PositiveIntegerField()
    current = models.CharField(max_length=CODE * 2, unique=True, null=True)  # noqa: DJ001 - unique among those in force
    document = models.JSONField()
    digest = models.CharField(max_length=HASH)
    by = models.CharField(max_length=BY)
    """Who wrote it last, as party and account."""

    class Meta:  # Django's own name
        constraints = [
            models.UniqueConstraint(fields=["name", "number"], name="market_policy_version")
        ]


class PopulationRow(AppendOnly):
    """How many firms are active (在营企业数), as an office published it; the newest of a group counts."""

    dimension = models.CharField(max_length=CODE)
    value = models.CharField(max_length=CODE)
    active = models.PositiveIntegerField()
    source = models.CharField(max_length=NAME)
    as_of = models.DateField()
    by = models.CharField(max_length=BY)
    at = models.DateTimeField()


class BoardRow(AppendOnly):
    """One indicator's board of the months before the one that begins at ``before`` (指标看板留存), computed once.

    cells: dimension, group, value, base, hidden, and before which month it was counted. counted: the observations
    behind it, zlib of JSON, against which the next board is compared.
    """

    indicator = models.CharField(max_length=40)
    calibre = models.CharField(max_length=60)
    before = models.DateField()
    cells = models.JSONField()
    counted = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:  # Django's own name
        constraints = [
            models.UniqueConstraint(fields=["indicator", "before"], name="market_board_once")
        ]
