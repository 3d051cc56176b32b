"""Limits between departments, and their members, in the database of a holder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.catalogue.api import datasets
from shuxin.consent.bases import standing
from shuxin.consent.domain.departments import (
    DEPARTMENT_LIMIT,
    DEPARTMENT_MEMBER,
    DepartmentLimit,
    DepartmentMember,
    open_to,
    read_department_limit,
    read_department_member,
)
from shuxin.consent.models import HeldStatement
from shuxin.consent.records import (
    StatementUnproven,
    end_authorisations,
    hold_statement,
    own_ends,
    speaks_for,
)
from shuxin.kernel.errors import NotFound
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from shuxin.consent.domain.gate import Keys
    from shuxin.consent.domain.purpose import Purpose
    from shuxin.kernel.statements import Statement


class DepartmentLimitUnknown(NotFound):
    code = "department_limit_unknown"
    what = Text(
        en="no limit {limit} between departments is in force here",
        zh="没有生效中的部门间使用范围 {limit}",
    )
    mend = Text(en="'shuxin departments list' shows them", zh="用 shuxin departments list 查看")


def take_department_limit(
    statement: Statement, *, holder: str, keys: Keys, now: datetime
) -> DepartmentLimit:
    """Record for what one department's data may serve another. Raises StatementUnreadable, StatementUnproven."""
    limit = read_department_limit(statement)
    if limit.holder != holder or not speaks_for(statement, holder, keys=keys, seen_at=now):
        raise StatementUnproven(kind=DEPARTMENT_LIMIT)
    hold_statement(statement, about=limit.limit_id, subject=holder, grantee="", now=now)
    return limit


def department_limits(*, holder: str, keys: Keys) -> list[DepartmentLimit]:
    """Those in force, newest first; a wrong signature does not count."""
    return [read_department_limit(one) for one in standing(DEPARTMENT_LIMIT, holder, keys=keys)]


def drop_department_limit(
    limit_id: str, *, holder: str, log: Callable[[], object], now: datetime
) -> None:
    """End a limit once ``log`` has it. Raises DepartmentLimitUnknown."""
    rows = HeldStatement.objects.filter(kind=DEPARTMENT_LIMIT, subject=holder, about=limit_id)
    if not rows.exists() or own_ends([limit_id], holder):
        raise DepartmentLimitUnknown(limit=limit_id)
    log()
    end_authorisations([limit_id], subject=holder, why="withdrawn", now=now)


def take_department_member(
    statement: Statement, *, holder: str, keys: Keys, now: datetime
) -> DepartmentMember:
    """Record where an account works. Raises StatementUnreadable, StatementUnproven."""
    member = read_department_member(statement)
    if member.holder != holder or not speaks_for(statement, holder, keys=keys, seen_at=now):
        raise StatementUnproven(kind=DEPARTMENT_MEMBER)
    hold_statement(statement, about=DEPARTMENT_MEMBER, subject=holder, grantee="", now=now)
    return member


def department_members(*, holder: str, keys: Keys) -> dict[str, str]:
    """The department of each account that is in one."""
    found: dict[str, str] = {}
    for statement in standing(DEPARTMENT_MEMBER, holder, keys=keys):
        member = read_department_member(statement)
        found.setdefault(member.account, member.department)
    return {account: name for account, name in found.items() if name}


def datasets_open_to(
    department: str, *, purpose: Purpose, holder: str, keys: Keys, now: datetime
) -> frozenset[str]:
    """Which datasets a department may use for a purpose now: its own, and those that others allow it."""
    owners = {entry.name: entry.department for entry in datasets(now=now)}
    limits = department_limits(holder=holder, keys=keys)
    return open_to(department, purpose=purpose, owners=owners, limits=limits, now=now)
