"""``shuxin transfer``: data express, as files that go with the person."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.infra.api import now_in_china
from shuxin.kernel.statements import Statement, StatementInvalid, parse_json, statement_from
from shuxin.kernel.text import Text
from shuxin.portal.commands.present import wallet_signer
from shuxin.portal.commands.verify import content_of as bytes_of
from shuxin.verification.api import (
    Step,
    TransferInvalid,
    follow,
    issuing_key,
    new_order,
    parse_receipt,
    read_step,
    read_trust,
    take_step,
    with_open_target,
    write_private,
)

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from shuxin.kernel.text import Language
    from shuxin.verification.api import Transfer, Trust

MOST_STEPS = 16
_STATE = Text(
    en="transfer {id}: {state}; {source} to {target}, for {purpose}",
    zh="快递 {id}:{state}；{source} 至 {target}，用途 {purpose}",
)
_SECRET = Text(
    en="keep {file}: it shows the target when you hand over; the source does not get it",
    zh="请保管 {file}：递交时用于表明接收方，不要交给来源方",
)
_HIDDEN = Text(en="(hidden)", zh="（未公开）")
_STEP = Text(en="  {at} {step} by {party}", zh="  {at} {step},{party}")


def run(options: argparse.Namespace, language: Language) -> int:
    acts = {"start": _start, "step": _take, "show": _show}
    acts[options.act](options, language)
    return 0


def _start(options: argparse.Namespace, language: Language) -> None:
    order, salt = new_order(
        person=options.person,
        source=options.source,
        target=options.target,
        kinds=options.kind,
        fields=options.field,
        purpose=options.purpose,
        now=now_in_china().replace(microsecond=0),
    )
    if options.open_target:
        order = with_open_target(order, target=options.target)
    statement = order.sign(signer=wallet_signer(options.key, language))
    secret = f"{options.out}.secret"
    told = {"target": options.target, "target_salt": salt}
    write_private(Path(secret), json.dumps(told).encode())
    _write(options.out, [statement])
    print(_SECRET.say(language, file=secret))


def _take(options: argparse.Namespace, language: Language) -> None:
    chain, trust, now = _read(options.chain), read_trust(bytes_of(options.trust)), now_in_china()
    transfer = _followed(chain, trust)
    step = Step(options.step)
    order = transfer.order
    hands_over = _secret(options) if step is Step.SUBMITTED else {"target": "", "target_salt": ""}
    receipt = parse_receipt(bytes_of(options.receipt)).statement.hash if options.receipt else ""
    if options.key:
        party, signer, keeping = order.person, wallet_signer(options.key, language), None
    else:
        from shuxin.portal.bootstrap import holder, own_log, own_signer, start

        settings = start()
        party, signer, keeping = (
            holder(settings).party,
            own_signer(settings),
            own_log(settings),
        )
    made = take_step(
        transfer, step, party=party, signer=signer, now=now, receipt=receipt, **hands_over
    )
    longer = [*chain, made]
    done = _followed(longer, trust)
    if keeping is not None:
        from shuxin.verification.api import keep_chain

        keep_chain(longer, is_by=_judge(trust), log=keeping, now=now)
    _write(options.out, longer)
    _tell(done, language)


def _show(options: argparse.Namespace, language: Language) -> None:
    chain = _read(options.chain)
    _tell(_followed(chain, read_trust(bytes_of(options.trust))), language)
    for statement in chain[1:]:
        taken = read_step(statement)
        print(
            _STEP.say(language, at=f"{taken.at:%Y-%m-%d %H:%M}", step=taken.step, party=taken.party)
        )


def _followed(chain: list[Statement], trust: Trust) -> Transfer:
    return follow(chain, is_by=_judge(trust))


def _judge(trust: Trust) -> Callable[[Statement, str], bool]:
    """By a key that speaks for the party in business; an administrator's or auditor's takes no step."""
    from shuxin.parties.api import KnownKey

    now = now_in_china()

    def is_by(statement: Statement, party: str) -> bool:
        found = issuing_key(trust.directory, statement, party=party, seen_at=now)
        return isinstance(found, KnownKey)

    return is_by


def _tell(transfer: Transfer, language: Language) -> None:
    order = transfer.order
    print(
        _STATE.say(
            language,
            id=order.id,
            state=transfer.state_at(now_in_china()),
            source=order.source,
            target=transfer.target or _HIDDEN.say(language),
            purpose=order.purpose,
        )
    )


def _secret(options: argparse.Namespace) -> dict[str, str]:
    value = parse_json(bytes_of(options.secret or ""))
    match value:
        case {"target": str(target), "target_salt": str(salt)}:
            return {"target": target, "target_salt": salt}
    raise TransferInvalid(reason="secret")


def _read(name: str) -> list[Statement]:
    try:
        value = parse_json(bytes_of(name))
        if not isinstance(value, list) or not 0 < len(value) <= MOST_STEPS:
            raise TransferInvalid(reason="form")
        return [statement_from(one) for one in value]
    except StatementInvalid as error:
        raise TransferInvalid(reason=str(error.facts["reason"])) from error


def _write(name: str, chain: list[Statement]) -> None:
    text = json.dumps([one.as_json() for one in chain], ensure_ascii=False, indent=1)
    write_private(Path(name), f"{text}\n".encode())
