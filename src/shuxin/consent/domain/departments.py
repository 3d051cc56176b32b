"""Departments of one institution (内设部门): whose data may serve whose work, and who works where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.consent.domain.purpose import Purpose
from shuxin.consent.domain.reading import Body
from shuxin.kernel.statements import Statement, sign_statement

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from shuxin.kernel.signing import Signer

DEPARTMENT_LIMIT = "department-limit"
DEPARTMENT_MEMBER = "department-member"
_LIMIT = frozenset({"limit_id", "holder", "owner", "user", "purposes", "valid_from", "valid_to"})
_MEMBER = frozenset({"holder", "account", "department", "at"})


@dataclass(frozen=True, slots=True)
class DepartmentLimit:
    """For which purposes data of one department may be read for another's work (部门间使用范围).

    ``owner``: the department of the data. ``user``: the department that works with them. Half-open in time. What
    no limit allows is closed; a department's own data are free to it.
    """

    limit_id: str
    holder: str
    owner: str
    user: str
    purposes: tuple[Purpose, ...]
    valid_from: dt.datetime
    valid_to: dt.datetime

    def sign(self, *, signer: Signer) -> Statement:
        """By the holder's key."""
        body = {
            "limit_id": self.limit_id,
            "holder": self.holder,
            "owner": self.owner,
            "user": self.user,
            "purposes": sorted(purpose.value for purpose in self.purposes),
            "valid_from": self.valid_from.isoformat(),
            "valid_to": self.valid_to.isoformat(),
        }
        return sign_statement(DEPARTMENT_LIMIT, body, signer=signer)


def read_department_limit(statement: Statement) -> DepartmentLimit:
    """Raises StatementUnreadable, UnknownPurpose."""
    body = Body(statement, fields=_LIMIT)
    if statement.kind != DEPARTMENT_LIMIT:
        raise body.wrong("kind")
    owner, user = body.name("owner"), body.name("user")
    if owner == user:
        raise body.wrong("user")
    valid_from, valid_to = body.moment("valid_from"), body.moment("valid_to")
    if valid_to <= valid_from:
        raise body.wrong("valid_to")
    purposes = tuple(Purpose.parse(one) for one in body.tokens("purposes"))
    return DepartmentLimit(
        body.token("limit_id"), body.token("holder"), owner, user, purposes, valid_from, valid_to
    )


@dataclass(frozen=True, slots=True)
class DepartmentMember:
    """That an account of this machine works in a department (部门成员); the newest record of an account counts.

    ``department`` "": in none any more.
    """

    holder: str
    account: str
    department: str
    at: dt.datetime

    def sign(self, *, signer: Signer) -> Statement:
        """By the holder's key."""
        body = {
            "holder": self.holder,
            "account": self.account,
            "department": self.department,
            "at": self.at.isoformat(),
        }
        return sign_statement(DEPARTMENT_MEMBER, body, signer=signer)


def read_department_member(statement: Statement) -> DepartmentMember:
    """Raises StatementUnreadable."""
    body = Body(statement, fields=_MEMBER)
    if statement.kind != DEPARTMENT_MEMBER:
        raise body.wrong("kind")
    department = "" if statement.body["department"] == "" else body.name("department")
    return DepartmentMember(
        body.token("holder"), body.name("account"), department, body.moment("at")
    )


def open_to(
    department: str,
    *,
    purpose: Purpose,
    owners: Mapping[str, str],
    limits: Iterable[DepartmentLimit],
    now: dt.datetime,
) -> frozenset[str]:
    """Which datasets a department may use for a purpose now. owners: the department of each dataset."""
    lending = {
        limit.owner
        for limit in limits
        if limit.user == department
        and purpose in limit.purposes
        and limit.valid_from <= now < limit.valid_to
    }
    return frozenset(
        name for name, owner in owners.items() if owner == department or owner in lending
    )
