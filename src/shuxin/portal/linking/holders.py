"""At the platform: the sites of holders, to which sealed questions of subjects are carried unread."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.infra.api import write_whole
from shuxin.kernel.errors import InvalidInput, NotFound
from shuxin.kernel.text import Text
from shuxin.portal.linking.asking import Bounds, Site
from shuxin.portal.web.address import PublicAddress

if TYPE_CHECKING:
    from shuxin.infra.api import Settings

FILE = "holders.json"
LONGEST_QUESTION = 64 << 10
_BOUNDS = Bounds(seconds=20, most_bytes=4 << 20)
_JSON = {"Content-Type": "application/json"}


class HolderSiteUnknown(NotFound):
    code = "holder_site_unknown"
    what = Text(en="the site of {party} is not known here", zh="未登记 {party} 的站点地址")
    mend = Text(
        en="Let the operator register it: shuxin platform holder add PARTY URL",
        zh="请由运营方登记：shuxin platform holder add 主体 地址",
    )


class HoldersUnreadable(InvalidInput):
    code = "holders_unreadable"
    what = Text(en="the register of holders' sites cannot be read", zh="数据来源站点登记无法读取")
    mend = Text(
        en="Restore holders.json from the backup, or remove it and register the sites anew",
        zh="请从备份恢复 holders.json，或删除后重新登记站点",
    )


class QuestionTooLong(InvalidInput):
    code = "sealed_question_too_long"
    what = Text(en="the question is longer than {most} bytes", zh="查询超过 {most} 字节")
    mend = Text(en="Make it anew on the page", zh="请在页面上重新生成")


@dataclass(frozen=True, slots=True)
class HolderSite:
    """Where a holder's site is; ``ca``: file of certificates that it rests on, "" for the machine's own."""

    url: str
    ca: str


def holder_sites(settings: Settings) -> dict[str, str]:
    """The addresses by party. Raises HoldersUnreadable."""
    return {party: one.url for party, one in _read(settings).items()}


def add_holder(settings: Settings, *, party: str, url: str, ca: str = "") -> None:
    """A newer address replaces the older. Raises PartyInvalid, PublicAddressInvalid, CertificateFileMissing."""
    from shuxin.parties.api import PartyKind, check_party  # noqa: PLC0415 - only here

    check_party(party, kind=PartyKind.DEPARTMENT)
    Site(url, ca=Path(ca) if ca else None).close()
    site = HolderSite(PublicAddress.parse(url).origin, str(Path(ca).absolute()) if ca else "")
    _write(settings, _read(settings) | {party: site})


def remove_holder(settings: Settings, *, party: str) -> None:
    """Raises HolderSiteUnknown."""
    known = _read(settings)
    if party not in known:
        raise HolderSiteUnknown(party=party)
    del known[party]
    _write(settings, known)


def relay_question(settings: Settings, *, holder: str, body: bytes) -> bytes:
    """Carry a sealed question to a holder's site, and its answer back; nobody looks into either.

    Raises HolderSiteUnknown, QuestionTooLong, SiteUnreachable, SiteRefused with the holder's own reason.
    """
    found = _read(settings).get(holder)
    if found is None:
        raise HolderSiteUnknown(party=holder)
    if len(body) > LONGEST_QUESTION:
        raise QuestionTooLong(most=LONGEST_QUESTION)
    site = Site(found.url, ca=Path(found.ca) if found.ca else None)
    try:
        answer = site.ask("POST", "/api/subject", bounds=_BOUNDS, body=body, headers=_JSON)
        if answer.status // 100 != 2:  # noqa: PLR2004 - success, in HTTP
            raise site.refusal(answer)
        return answer.body
    finally:
        site.close()


def _read(settings: Settings) -> dict[str, HolderSite]:
    try:
        said = json.loads((settings.home / FILE).read_text(encoding="utf-8"))
        return {str(party): HolderSite(**one) for party, one in said.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, AttributeError):
        raise HoldersUnreadable from None


def _write(settings: Settings, known: dict[str, HolderSite]) -> None:
    said = {party: {"url": one.url, "ca": one.ca} for party, one in sorted(known.items())}
    write_whole(settings.home / FILE, json.dumps(said, indent=2).encode())
