"""``shuxin document``: verify what others bring (offline, without a database), and an issuer's own acts."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.infra.api import now_in_china
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text
from shuxin.portal.commands.verify import ProofFileUnreadable
from shuxin.portal.commands.verify import content_of as bytes_of
from shuxin.verification.api import (
    Demand,
    Evidence,
    content_of,
    parse_presentation,
    parse_receipt,
    parse_status_list,
    read_package,
    read_trust,
    receipt_from_codes,
    verify_document,
)

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from typing import BinaryIO

    from shuxin.kernel.statements import Statement
    from shuxin.kernel.text import Language
    from shuxin.verification.api import Receipt, StatusList, Trust, Verdict

_ACCEPTED = Text(
    en="ACCEPTED: {template} by {issuer}, valid until {until:%Y-%m-%d %H:%M}",
    zh="核验通过：{template}，出具方 {issuer}，有效期至 {until:%Y-%m-%d %H:%M}",
)
_REFUSED = Text(
    en="REFUSED: {template} in the name of {issuer}",
    zh="核验不通过：{template}，署名出具方 {issuer}",
)
_PASSED, _FAILED = Text(en="ok  ", zh="通过"), Text(en="FAIL", zh="失败")


class DemandIncomplete(InvalidInput):
    code = "verify_demand_incomplete"
    what = Text(en="audience and nonce belong together", zh="受众与随机数须同时给出")
    mend = Text(
        en="Give both, or --presented for a nonce of 'document ask'",
        zh="请同时给出二者，或用 --presented 使用 document ask 给出的随机数",
    )


def run(options: argparse.Namespace, language: Language) -> int:
    if options.act == "verify":
        return _verify(options, language)
    from shuxin.portal.commands import document_acts

    return document_acts.run(options, language)


def _verify(options: argparse.Namespace, language: Language) -> int:
    now = now_in_china()
    with _opened(options) as (content, receipt, presented):
        presentation = parse_presentation(presented) if presented else None
        demand = demand_of(options, nonce=presentation[1].nonce if presentation else "")
        evidence = Evidence(
            status=status_of(options, list_id=receipt.facts.status_list),
            demand=demand,
            presentation=presentation,
        )
        verdict = verify_document(
            content,
            receipt=receipt,
            trust=_trust_of(options),
            evidence=evidence,
            now=now,
        )
    if options.record or options.presented:
        from shuxin.portal.commands import document_acts

        document_acts.record(receipt, verdict)
    _tell(receipt, verdict, options, language)
    return 0 if verdict.accepted else 1


def _trust_of(options: argparse.Namespace) -> Trust:
    """The trust file, and the checkpoints of one's own that the log must not contradict."""
    seen = (bytes_of(name).decode("utf-8", "replace") for name in options.checkpoint)
    return read_trust(bytes_of(options.trust)).with_checkpoints(seen)


@contextmanager
def _opened(options: argparse.Namespace) -> Iterator[tuple[BinaryIO, Receipt, bytes]]:
    """The document's bytes, its receipt and its presentation, from a package or from single files."""
    try:
        file = Path(options.file).open("rb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise ProofFileUnreadable(file=options.file) from error
    presented = bytes_of(options.presentation) if options.presentation else b""
    with file:
        if options.codes:
            texts = bytes_of(options.codes).decode("utf-8", "replace").splitlines()
            yield file, parse_receipt(receipt_from_codes(texts)), presented
        elif options.receipt:
            yield file, parse_receipt(bytes_of(options.receipt)), presented
        else:
            package = read_package(file)
            receipt = parse_receipt(package.receipt)
            yield content_of(file, package), receipt, presented or package.presentation


def demand_of(options: argparse.Namespace, *, nonce: str) -> Demand | None:
    """What the presentation must answer; ``nonce`` is the one that it does answer. Raises DemandIncomplete."""
    if options.presented:
        from shuxin.portal.commands import document_acts

        return document_acts.own_demand(nonce)
    if bool(options.audience) is not bool(options.nonce):
        raise DemandIncomplete
    return Demand(options.audience, options.nonce) if options.nonce else None


def status_of(options: argparse.Namespace, *, list_id: str) -> tuple[Statement, StatusList] | None:
    """Of the given status lists the newest of this id."""
    found = [parse_status_list(bytes_of(name)) for name in options.status]
    fitting = [pair for pair in found if pair[1].list_id == list_id]
    return max(fitting, key=lambda pair: pair[1].number, default=None)


def tell_checks(verdict: Verdict, language: Language) -> None:
    for check in verdict.checks:
        mark = (_PASSED if check.passed else _FAILED).say(language)
        code = f"{check.reason}: " if check.reason else ""
        print(f"  {mark} {check.name}: {code}{check.say(language)}")


def _tell(
    receipt: Receipt, verdict: Verdict, options: argparse.Namespace, language: Language
) -> None:
    facts = receipt.facts
    if options.json:
        print(json.dumps(verdict.as_json(), ensure_ascii=False))
        return
    head = _ACCEPTED if verdict.accepted else _REFUSED
    print(head.say(language, template=facts.template, issuer=facts.issuer, until=facts.expires_at))
    tell_checks(verdict, language)
