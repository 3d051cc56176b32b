"""``shuxin status``: the platform publishes which authorisations hold no more; a holder takes the list in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.infra.api import now_in_china
from shuxin.kernel.statements import parse_statement
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import holder, own_signer, start
from shuxin.portal.commands.verify import content_of
from shuxin.portal.display import china_time, say

if TYPE_CHECKING:
    import argparse

    from shuxin.consent.api import StatusList
    from shuxin.infra.api import Settings
    from shuxin.kernel.text import Language

_SUMMARY = Text(
    en="list {number} of {at}: {withdrawn} ended, {suspended} suspended",
    zh="{at} 的第 {number} 号清单：已终止 {withdrawn} 项，已暂停 {suspended} 项",
)


def run(options: argparse.Namespace, language: Language) -> int:
    settings = start()
    act = _publish if options.act == "publish" else _take
    act(settings, options, language)
    return 0


def _publish(settings: Settings, options: argparse.Namespace, language: Language) -> None:
    from shuxin.consent.api import publish_status, read_status_list
    from shuxin.parties.api import keys_gone, read_trust

    statement = publish_status(
        issuer=holder(settings).party,
        signer=own_signer(settings),
        now=now_in_china(),
        revoked_keys=keys_gone(anchors=read_trust(settings.home)),
    )
    Path(options.out).write_bytes(statement.dump())
    _say(read_status_list(statement), language)


def _take(settings: Settings, options: argparse.Namespace, language: Language) -> None:
    from shuxin.portal.linking.taking import take_status

    statement = parse_statement(content_of(options.file))
    _say(take_status(settings, statement, now=now_in_china()), language)


def _say(status: StatusList, language: Language) -> None:
    say(
        _SUMMARY,
        language,
        number=status.number,
        at=china_time(status.issued_at),
        withdrawn=len(status.withdrawn),
        suspended=len(status.suspended),
    )
