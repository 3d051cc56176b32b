"""``shuxin request``: this holder asks another for one use, signed."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.consent.api import Purpose, Request
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import holder, own_signer, start
from shuxin.portal.display import say

if TYPE_CHECKING:
    import argparse

    from shuxin.kernel.text import Language

_WRITTEN = Text(
    en="{file}: to be answered once, within a day; send it with the subject's authorisation",
    zh="{file}：仅答复一次，一天内有效；请与主体授权书一并发送",
)


def run(options: argparse.Namespace, language: Language) -> int:
    from shuxin.infra.api import now_in_china

    settings = start()
    request = Request(
        request_id=secrets.token_hex(16),
        grantee=holder(settings).party,
        holder=options.holder,
        subject=options.subject,
        purpose=Purpose.parse(options.purpose),
        catalogues=tuple(options.catalogue),
        level=options.level,
        data_from=options.data_from,
        data_to=options.data_to,
        at=now_in_china(),
        persons=tuple(options.person),
    )
    statement = request.sign(signer=own_signer(settings))
    Path(options.out).write_bytes(statement.dump())
    say(_WRITTEN, language, file=options.out)
    return 0
