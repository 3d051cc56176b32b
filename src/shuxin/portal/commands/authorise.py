"""``shuxin authorise`` and ``shuxin withdraw``: on the subject's own device, with a key of its wallet.

Neither needs an installation: no home, no database, no network.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.infra.api import now_in_china
from shuxin.kernel.statements import parse_statement
from shuxin.kernel.text import Text
from shuxin.portal.commands.verify import content_of
from shuxin.portal.display import say

if TYPE_CHECKING:
    import argparse

    from shuxin.consent.api import Narrowing
    from shuxin.kernel.signing import Signer
    from shuxin.kernel.text import Language

_SAYS = Text(
    en="The recipient's own words, which nobody has checked: {reason}",
    zh="使用方自述理由（未经核实）：{reason}",
)
_SURE = Text(en="Sign this? Type yes: ", zh="确认签署？请输入 yes:")
_NOT_SIGNED = Text(en="nothing was signed", zh="未签署任何内容")
_SIGNED = Text(
    en="authorisation {auth_id} is in {file}; hand it to the platform, and keep a copy to withdraw it",
    zh="授权书 {auth_id} 已写入 {file}；请提交平台，并留存一份以便撤回",
)
_WITHDRAWN = Text(
    en="{file} withdraws authorisation {auth_id}; it counts once a source has learned of it",
    zh="{file} 撤回授权 {auth_id}；数据来源得知后生效",
)


def run(options: argparse.Namespace, language: Language) -> int:
    act = _withdraw if options.command == "withdraw" else _authorise
    return act(options, language)


def _authorise(options: argparse.Namespace, language: Language) -> int:
    from shuxin.consent.api import offer, read_authorisation, read_proposal

    proposal = read_proposal(parse_statement(content_of(options.file)))
    made = offer(proposal, language=language, now=now_in_china(), narrowing=_less(options))
    print(made.text)
    say(_SAYS, language, reason=proposal.reason)
    if not options.yes and input(_SURE.say(language)).strip().casefold() != "yes":
        say(_NOT_SIGNED, language)
        return 1
    signer = _signer(options.key, party=made.terms.subject, language=language)
    statement = made.terms.sign(signer=signer)
    read_authorisation(statement)  # refuses what no holder would read, before anything is written
    Path(options.out).write_bytes(statement.dump())
    say(_SIGNED, language, auth_id=made.terms.auth_id, file=options.out)
    return 0


def _less(options: argparse.Namespace) -> Narrowing:
    from shuxin.consent.api import Narrowing

    return Narrowing(
        catalogues=None if options.catalogue is None else tuple(options.catalogue),
        level_max=options.level,
        data_from=options.data_from,
        valid_to=options.until,
        max_uses=options.uses,
    )


def _withdraw(options: argparse.Namespace, language: Language) -> int:
    from shuxin.consent.api import Withdrawal, read_authorisation

    terms = read_authorisation(parse_statement(content_of(options.file)))
    signer = _signer(options.key, party=terms.subject, language=language)
    word = Withdrawal(terms.auth_id, terms.subject, now_in_china())
    Path(options.out).write_bytes(word.sign(signer=signer).dump())
    say(_WITHDRAWN, language, auth_id=terms.auth_id, file=options.out)
    return 0


def _signer(key_id: str, *, party: str, language: Language) -> Signer:
    """The key named, else the wallet's only key of this party. Raises WalletKeyMissing, PassphraseWrong."""
    from shuxin.parties.api import WalletKeyMissing, wallet_from
    from shuxin.portal.commands.present import wallet_signer

    wallet = wallet_from(os.environ, home=Path.home())
    found = [key.public.key_id for key in wallet.held() if key.claim.party == party]
    if not key_id and len(found) != 1:
        raise WalletKeyMissing
    return wallet_signer(key_id or found[0], language)
