"""``shuxin owners``: whose own consent the personal data beside an enterprise's need, on this holder's record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import HeldKeys, holder, own_log, own_signer, start
from shuxin.portal.display import say

if TYPE_CHECKING:
    import argparse

    from shuxin.kernel.text import Language

_DONE = Text(
    en="recorded: {count} persons must consent before personal data beside {subject}'s are read by others",
    zh="已登记：他方读取 {subject} 相关个人信息前，须取得 {count} 名个人的本人同意",
)


def run(options: argparse.Namespace, language: Language) -> int:
    settings = start()
    from shuxin.consent.api import Owners, take_owners
    from shuxin.infra.api import now_in_china
    from shuxin.ledger.api import Entry
    from shuxin.parties.api import PartyKind, check_party

    now, party = now_in_china(), holder(settings).party
    for person in options.person:
        check_party(person, kind=PartyKind.PERSON)
    owners = Owners(party, options.subject, tuple(options.person), now)
    statement = owners.sign(signer=own_signer(settings))
    facts: dict[str, str | int] = {"persons": len(owners.persons), "statement": statement.hash}
    own_log(settings).append(Entry("owners", now, party, facts), now=now)
    take_owners(statement, holder=party, keys=HeldKeys(settings.home), now=now)
    say(_DONE, language, count=len(owners.persons), subject=options.subject)
    return 0
