"""The recorded bases of a holder, for its own work and for joint work, in its database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.consent.domain.authorisation import AUTHORISATION
from shuxin.consent.domain.basis import LAWFUL_BASIS, read_basis
from shuxin.consent.domain.joint import JOINT_BASIS, JointBasis, read_joint_basis
from shuxin.consent.models import HeldStatement
from shuxin.consent.records import (
    StatementUnproven,
    end_authorisations,
    hold_statement,
    own_ends,
    speaks_for,
)
from shuxin.kernel.errors import Conflict, NotFound
from shuxin.kernel.statements import parse_statement
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from shuxin.consent.domain.basis import LawfulBasis
    from shuxin.consent.domain.gate import Keys
    from shuxin.consent.domain.purpose import Purpose
    from shuxin.kernel.statements import Statement


class BasisUnknown(NotFound):
    code = "basis_unknown"
    what = Text(en="no basis {basis} is in force here", zh="没有生效中的处理依据 {basis}")
    mend = Text(en="'shuxin basis list' shows them", zh="用 shuxin basis list 查看")


class BasisTaken(Conflict):
    code = "basis_taken"
    what = Text(
        en="another basis here has the number {basis}", zh="编号 {basis} 已用于另一项处理依据"
    )
    mend = Text(
        en="Sign it with a number of its own: jobs and the log name a basis by its number",
        zh="请使用新的编号签署：任务与日志以编号指代处理依据",
    )


def take_basis(statement: Statement, *, holder: str, keys: Keys, now: datetime) -> LawfulBasis:
    """Record a lawful basis of this holder, signed by a key that speaks for it or by an officer's.

    Raises StatementUnreadable, UnknownPurpose, StatementUnproven, BasisTaken.
    """
    basis = read_basis(statement)
    if basis.holder != holder or not speaks_for(statement, holder, keys=keys, seen_at=now):
        raise StatementUnproven(kind=LAWFUL_BASIS)
    _require_own_number(statement, basis.basis_id, holder)
    hold_statement(statement, about=basis.basis_id, subject=holder, grantee=holder, now=now)
    return basis


def bases(*, holder: str, purpose: Purpose, keys: Keys) -> list[LawfulBasis]:
    """The holder's recorded bases for a purpose, newest first; a row whose signature fails does not count."""
    found = (read_basis(one) for one in standing(LAWFUL_BASIS, holder, keys=keys))
    return [basis for basis in found if basis.purpose is purpose]


def drop_basis(basis_id: str, *, holder: str, log: Callable[[], object], now: datetime) -> None:
    """End a basis of this holder, its own or a joint one, once ``log`` has it. Raises BasisUnknown."""
    kinds = (LAWFUL_BASIS, JOINT_BASIS)
    rows = HeldStatement.objects.filter(kind__in=kinds, subject=holder, about=basis_id)
    if not rows.exists() or own_ends([basis_id], holder):
        raise BasisUnknown(basis=basis_id)
    log()
    end_authorisations([basis_id], subject=holder, why="withdrawn", now=now)


def _require_own_number(statement: Statement, basis_id: str, holder: str) -> None:
    """What a job names, and whose hash it states, is one basis. Raises BasisTaken."""
    kinds = (LAWFUL_BASIS, JOINT_BASIS)
    rows = HeldStatement.objects.filter(kind__in=kinds, subject=holder, about=basis_id)
    if rows.exclude(digest=statement.hash).exists():
        raise BasisTaken(basis=basis_id)


def take_joint_basis(statement: Statement, *, holder: str, keys: Keys, now: datetime) -> JointBasis:
    """Record a joint basis of this holder, signed by a key that speaks for it.

    Raises StatementUnreadable, UnknownPurpose, StatementUnproven, BasisTaken.
    """
    basis = read_joint_basis(statement)
    if basis.holder != holder or not speaks_for(statement, holder, keys=keys, seen_at=now):
        raise StatementUnproven(kind=JOINT_BASIS)
    _require_own_number(statement, basis.basis_id, holder)
    hold_statement(
        statement, about=basis.basis_id, subject=holder, grantee=basis.recipient, now=now
    )
    return basis


def joint_bases(*, holder: str, keys: Keys, basis_id: str = "") -> list[JointBasis]:
    """The holder's joint bases in force, newest first, or those of one id; a wrong signature does not count."""
    return [
        read_joint_basis(one) for one in standing(JOINT_BASIS, holder, keys=keys, about=basis_id)
    ]


def basis_digest(basis_id: str, *, holder: str) -> str:
    """Hash of the statement of a basis of this holder, joint or its own, ended or not. Raises BasisUnknown."""
    rows = HeldStatement.objects.filter(
        kind__in=(LAWFUL_BASIS, JOINT_BASIS), subject=holder, about=basis_id
    )
    digest = rows.order_by("-pk").values_list("digest", flat=True).first()
    if digest is None:
        raise BasisUnknown(basis=basis_id)
    return str(digest)


def basis_statement(basis_id: str, *, holder: str) -> Statement:
    """The signed basis of this holder, ended or not. Raises BasisUnknown."""
    rows = HeldStatement.objects.filter(kind=LAWFUL_BASIS, subject=holder, about=basis_id)
    row = rows.order_by("-pk").first()
    if row is None:
        raise BasisUnknown(basis=basis_id)
    return parse_statement(row.text, kind=LAWFUL_BASIS)


def ground_statement(rests_on: str) -> Statement:
    """The signed basis or authorisation with this id, ended or not. Raises BasisUnknown."""
    kinds = (LAWFUL_BASIS, JOINT_BASIS, AUTHORISATION)
    row = HeldStatement.objects.filter(kind__in=kinds, about=rests_on).order_by("-pk").first()
    if row is None:
        raise BasisUnknown(basis=rests_on)
    return parse_statement(row.text, kind=row.kind)


def standing(kind: str, holder: str, *, keys: Keys, about: str = "") -> list[Statement]:
    """The holder's own statements of a kind that it has not ended, newest first."""
    rows = HeldStatement.objects.filter(kind=kind, subject=holder).order_by("-pk")
    if about:
        rows = rows.filter(about=about)
    ended = own_ends([row.about for row in rows], holder)
    found = []
    for row in rows:
        statement = parse_statement(row.text, kind=kind)
        if row.about not in ended and speaks_for(statement, holder, keys=keys, seen_at=row.seen_at):
            found.append(statement)
    return found
