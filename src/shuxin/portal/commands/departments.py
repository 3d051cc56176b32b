"""``shuxin departments``: whose data may serve whose work inside one institution, and who works where."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from shuxin.consent.api import Purpose
from shuxin.kernel.errors import NotFound
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import (
    HeldKeys,
    OtherDepartment,
    acting_department,
    holder,
    own_log,
    own_signer,
    start,
)
from shuxin.portal.display import say, show

if TYPE_CHECKING:
    import argparse
    import datetime as dt

    from shuxin.infra.api import Settings
    from shuxin.kernel.text import Language

_LIMITS = Text(
    en="id|data of|for the work of|purposes|until", zh="编号|数据部门|使用部门|目的|有效期至"
)
_MEMBERS = Text(en="account|department", zh="账户|部门")
_FREE = Text(
    en="Each department uses its own data freely; what is not listed is closed",
    zh="各部门可使用本部门数据；未列出的部门间使用一律不允许",
)


class DepartmentUnknown(NotFound):
    code = "department_unknown"
    what = Text(en="no dataset belongs to the department {name}", zh="没有数据集属于部门 {name}")
    mend = Text(
        en="'shuxin datasets' lists datasets with their departments",
        zh="用 shuxin datasets 查看各数据集所属部门",
    )


def run(options: argparse.Namespace, language: Language) -> int:
    settings = start()
    from shuxin.infra.api import now_in_china

    now = now_in_china()
    if options.act in {"allow", "end", "member"}:
        _require_nobodys(settings)
    if options.act == "allow":
        _allow(options, settings, now)
    elif options.act == "end":
        _end(options.id, settings, now)
    elif options.act == "member":
        _bind(options, settings, now)
    _list(settings, language)
    return 0


def _require_nobodys(settings: Settings) -> None:
    """Whoever works in a department does not say what departments may do. Raises OtherDepartment."""
    bound = acting_department(settings, asked="")
    if bound:
        raise OtherDepartment(department=bound)


def _allow(options: argparse.Namespace, settings: Settings, now: dt.datetime) -> None:
    from shuxin.catalogue.api import datasets
    from shuxin.consent.api import DepartmentLimit, take_department_limit
    from shuxin.ledger.api import Entry

    if not datasets(now=now, department=options.owner):
        raise DepartmentUnknown(name=options.owner)
    party = holder(settings).party
    limit = DepartmentLimit(
        limit_id=f"departments-{now:%Y%m%d}-{secrets.token_hex(3)}",
        holder=party,
        owner=options.owner,
        user=options.user,
        purposes=tuple(Purpose.parse(one) for one in dict.fromkeys(options.purpose)),
        valid_from=now,
        valid_to=now.replace(year=now.year + options.years, day=min(now.day, 28)),
    )
    statement = limit.sign(signer=own_signer(settings))
    facts: dict[str, str | int] = {"limit": limit.limit_id, "statement": statement.hash}
    own_log(settings).append(Entry("department-limit", now, party, facts), now=now)
    take_department_limit(statement, holder=party, keys=HeldKeys(settings.home), now=now)


def _end(limit_id: str, settings: Settings, now: dt.datetime) -> None:
    from shuxin.consent.api import drop_department_limit
    from shuxin.ledger.api import Entry

    party = holder(settings).party
    entry = Entry("department-limit-end", now, party, {"limit": limit_id})
    drop_department_limit(
        limit_id, holder=party, log=lambda: own_log(settings).append(entry, now=now), now=now
    )


def _bind(options: argparse.Namespace, settings: Settings, now: dt.datetime) -> None:
    from shuxin.consent.api import DepartmentMember, take_department_member
    from shuxin.ledger.api import Entry

    party = holder(settings).party
    member = DepartmentMember(party, options.account, options.name, now)
    statement = member.sign(signer=own_signer(settings))
    facts: dict[str, str | int] = {"statement": statement.hash}
    own_log(settings).append(Entry("department-member", now, party, facts), now=now)
    take_department_member(statement, holder=party, keys=HeldKeys(settings.home), now=now)


def _list(settings: Settings, language: Language) -> None:
    from shuxin.consent.api import department_limits, department_members

    party, keys = holder(settings).party, HeldKeys(settings.home)
    say(_FREE, language)
    limits = [
        (one.limit_id, one.owner, one.user, ", ".join(p.text.say(language) for p in one.purposes),
         f"{one.valid_to:%Y-%m-%d}")
        for one in department_limits(holder=party, keys=keys)
    ]  # fmt: skip
    if limits:
        show("", _LIMITS.say(language).split("|"), limits)
    members = sorted(department_members(holder=party, keys=keys).items())
    if members:
        show("", _MEMBERS.say(language).split("|"), members)
