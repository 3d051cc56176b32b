"""Statements from a platform, taken in by this home's own trust: commands and the follower use the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import HeldKeys, journal_of, operator, trusted_operators

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from shuxin.consent.api import StatusList
    from shuxin.infra.api import Settings
    from shuxin.kernel.statements import Statement
    from shuxin.parties.api import Head


class PublisherUnknown(InvalidInput):
    code = "directory_publisher_unknown"
    what = Text(
        en="this directory is signed with a key that is not pinned here",
        zh="该目录的签名密钥未在此固定",
    )
    mend = Text(
        en="Pin the operator's key first: shuxin trust add key …",
        zh="请先固定运营方密钥：shuxin trust add key …",
    )


def take_status(settings: Settings, statement: Statement, *, now: datetime) -> StatusList:
    """Raises StatementUnreadable, StatementUnproven, StatusAhead, StatusRolledBack."""
    from shuxin.consent.api import take_status_list  # noqa: PLC0415 - needs the database

    issuers, keys = trusted_operators(settings), HeldKeys(settings.home)
    return take_status_list(statement, issuers=issuers, keys=keys, now=now)


def take_directory(
    settings: Settings, lines: Iterable[bytes], *, head: Statement, now: datetime
) -> tuple[Head, int]:
    """A directory's lines, ``head`` the first of them; its head, and how many statements are new.

    Raises PublisherUnknown, SnapshotInvalid, SnapshotOlder, StatementInvalid, PartyStatementUnreadable.
    """
    from shuxin.parties.api import read_trust, receive_directory  # noqa: PLC0415 - needs the database

    pinned = read_trust(settings.home).pinned
    publisher = next((pin.public for pin in pinned if pin.public.key_id == head.key_id), None)
    if publisher is None:
        raise PublisherUnknown
    taken: tuple[Head, int] = receive_directory(
        lines, publisher=publisher, by=operator(), journal=journal_of(settings), now=now
    )
    return taken
