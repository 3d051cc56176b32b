"""Which officer works where, and the record of every reading of firm-level data on lists (依职责查阅)."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from shuxin.kernel.canonical import canonical_json
from shuxin.kernel.dates import CHINA_TIME
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text
from shuxin.ledger.api import Entry, commitment
from shuxin.market.list_models import ListReadFirmRow, ListReadingRow, OfficerRegionRow
from shuxin.market.lists.refusals import RegionNotYours
from shuxin.market.lists.words import Ground

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from shuxin.market.steps import Doer

MOST_REGION, SALT_BYTES = 6, 32


class RegionPrefixInvalid(InvalidInput):
    code = "list_region_prefix_invalid"
    what = Text(en="a region is two, four or six digits", zh="辖区应为两位、四位或六位数字")
    mend = Text(
        en="Give the first digits of the GB/T 2260 code: 3201 for a city, 320106 for a district",
        zh="请填写行政区划代码前几位：市如 3201，区县如 320106",
    )


def is_region(prefix: str) -> bool:
    """Whether these are the first two, four or six digits of a code."""
    return prefix.isascii() and prefix.isdigit() and len(prefix) in {2, 4, 6}


def assign_region(*, party: str, account: str, region: str, doer: Doer, now: datetime) -> None:
    """From now on this account of this office works in ``region``; "" ends it. Logged.

    Raises RegionPrefixInvalid.
    """
    if region and not is_region(region):
        raise RegionPrefixInvalid
    with transaction.atomic():
        OfficerRegionRow.objects.create(
            party=party, account=account, region=region, by=doer.by, at=now
        )
        said = canonical_json({"party": party, "account": account, "region": region})
        sealed = commitment(secrets.token_bytes(SALT_BYTES), said)
        doer.journal(Entry("list-officer", now, "holder", {"ends": int(not region)}, (sealed,)))


def region_of(*, party: str, account: str) -> str | None:
    """The prefix of the codes of this officer's region, None when it has none."""
    row = OfficerRegionRow.objects.filter(party=party, account=account).order_by("-pk").first()
    return (row.region or None) if row else None


def officers() -> list[tuple[str, str, str, datetime]]:
    """Office, account, region and since when, of those who have a region."""
    newest: dict[tuple[str, str], OfficerRegionRow] = {}
    for row in OfficerRegionRow.objects.order_by("pk"):
        newest[row.party, row.account] = row
    return [(row.party, row.account, row.region, row.at) for row in newest.values() if row.region]


def require_region(region: str, *, doer: Doer) -> None:
    """That this officer works where the firm is. Raises RegionNotYours."""
    mine = region_of(party=doer.party, account=doer.by)
    if mine is None or not region.startswith(mine):
        raise RegionNotYours


def note_reading(
    firms: Sequence[str],
    *,
    what: str,
    ground: Ground,
    doer: Doer,
    now: datetime,
    versions: Mapping[str, int] | None = None,
) -> None:
    """Log that this officer was shown firm-level data of ``firms``; call it before they are shown.

    The log has how many firms and a salted commitment; who and which firms stays in the row. No firm: no entry.
    versions: of the firms' entries, where ``not_read_today`` is asked for them later.
    """
    if not firms:
        return
    salt, shown = secrets.token_hex(SALT_BYTES), sorted(set(firms))
    with transaction.atomic():
        row = ListReadingRow.objects.create(
            party=doer.party, by=doer.by, what=what, ground=ground.value, salt=salt, at=now
        )
        ListReadFirmRow.objects.bulk_create(
            ListReadFirmRow(reading=row, firm=firm, version=(versions or {}).get(firm, 0))
            for firm in shown
        )
        said = canonical_json(
            {
                "party": doer.party,
                "by": doer.by,
                "what": what,
                "ground": ground.value,
                "firms": list(shown),
            }
        )
        facts: dict[str, str | int] = {"list": what, "firms": len(shown), "ground": ground.value}
        doer.journal(
            Entry("list-read", now, "holder", facts, (commitment(bytes.fromhex(salt), said),))
        )


def not_read_today(
    versions: Mapping[str, int], *, what: str, doer: Doer, now: datetime
) -> list[str]:
    """Of these firms, those whose entry of this version the person has not been shown today, in China's time."""
    day = now.astimezone(CHINA_TIME).replace(hour=0, minute=0, second=0, microsecond=0)
    read = ListReadFirmRow.objects.filter(
        reading__party=doer.party,
        reading__by=doer.by,
        reading__what=what,
        reading__at__gte=day,
        reading__at__lt=day + timedelta(days=1),
    )
    known = set(read.values_list("firm", "version"))
    return [firm for firm, version in versions.items() if (firm, version) not in known]


def asked_as(party: str, request_id: str) -> str:
    """Under which a party's request is kept: another party's number of the same name is another request."""
    return hashlib.sha256(f"{party}\n{request_id}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of a firm's data on a list: by which office and account, on what ground."""

    at: datetime
    party: str
    by: str
    what: str
    ground: Ground


def readings_of(firm: str) -> list[Reading]:
    """Of this firm's data, the newest first: the firm itself may see them."""
    rows = ListReadingRow.objects.filter(firms__firm=firm).order_by("-pk")
    return [Reading(r.at, r.party, r.by, r.what, Ground(r.ground)) for r in rows]
