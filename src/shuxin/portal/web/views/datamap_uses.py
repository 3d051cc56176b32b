"""Who used a dataset, and the rows that were set aside of it: what is itself a use or tells of uses."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from shuxin.kernel.errors import Unavailable
from shuxin.kernel.text import Text
from shuxin.portal.web.parts import Column, Kind, Table

if TYPE_CHECKING:
    from django.http import HttpRequest

    from shuxin.parties.api import accounts

_REJECT_SECONDS = 120
_GROUNDS = {
    "authorisation": Text(en="authorisation of the subject", zh="主体授权"),
    "basis": Text(en="the holder's own work", zh="本机构履职"),
    "joint": Text(en="joint work", zh="联合任务"),
    "open": Text(en="open data", zh="公开数据"),
    "": Text(en="before the log stood", zh="日志启用前"),
}


class RejectsUnreadable(Unavailable):
    code = "rejects_unreadable"
    what = Text(en="the rows set aside could not be read", zh="未能读取搁置的行")
    mend = Text(
        en="Try again; if it stays, run 'shuxin rejects' for this dataset and look at its message",
        zh="请重试；如仍失败，请运行 shuxin rejects 查看提示",
    )


def uses_table(request: HttpRequest, name: str) -> Table:
    """Who used it, by purpose and reader; whose rows were read is not said here."""
    from shuxin.consent.api import Purpose, uses_of_dataset  # noqa: PLC0415 - needs the database

    rows = [
        {
            "purpose": Purpose.parse(one.purpose).text,
            "reader": one.reader,
            "ground": _GROUNDS.get(one.ground, one.ground),
            "uses": one.uses,
            "last": one.last_at,
        }
        for one in uses_of_dataset(name)
    ]
    return Table.shown(
        request,
        name="uses",
        title=Text(en="Who used it", zh="使用情况"),
        columns=(
            Column("purpose", Text(en="Purpose", zh="目的")),
            Column("reader", Text(en="Reader", zh="使用方")),
            Column("ground", Text(en="On what ground", zh="依据")),
            Column("uses", Text(en="Uses", zh="次数"), kind=Kind.NUMBER),
            Column("last", Text(en="Last", zh="最近一次"), kind=Kind.TIME),
        ),
        rows=rows,
        sort="-last",
        per_page=10,
        empty=Text(en="Nobody has read it yet.", zh="尚无使用记录。"),
    )


def kept_rows(name: str, *, person: accounts.Person) -> bytes:
    """The rows that were set aside, as CSV; the use is recorded in the person's name before they are read.

    A process of its own reads them. Raises RejectsUnreadable.
    """
    from shuxin.catalogue.api import contract  # noqa: PLC0415 - needs the database

    contract(dataset=name)
    command = [sys.executable, "-P", "-m", "shuxin.portal.kept_rows", name, person.name]
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            command, check=True, capture_output=True, timeout=_REJECT_SECONDS
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise RejectsUnreadable from error
    return done.stdout
