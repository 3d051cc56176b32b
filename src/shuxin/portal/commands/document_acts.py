"""The parts of ``shuxin document`` that need this installation's key, log and database."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.infra.api import now_in_china
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.signing import PublicKey, PublicKeyInvalid
from shuxin.kernel.statements import StatementInvalid, parse_json
from shuxin.kernel.text import Text
from shuxin.ledger.api import LogProof, LogTrust, VerifierKey, VerifierKeyInvalid, own_witness
from shuxin.portal.bootstrap import holder, own_log, own_signer, start
from shuxin.portal.commands.issue import own_issuer
from shuxin.portal.commands.present import repack
from shuxin.portal.commands.verify import content_of as bytes_of
from shuxin.portal.display import china_time, show

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from shuxin.infra.api import Settings
    from shuxin.kernel.text import Language
    from shuxin.verification.api import Demand, Receipt, Verdict

CARD = "shuxin-issuer-card/1"
_CARD_PARTS = {"format", "party", "kind", "name", "public_key", "log", "witness", "from", "until"}
_REVOKED = Text(
    en="document {id} is revoked; 'shuxin document publish' tells the verifiers",
    zh="文件 {id} 已撤销；请用 shuxin document publish 告知核验方",
)
_PUBLISHED = Text(
    en="{count} status lists written to {folder}", zh="已将 {count} 个状态列表写入 {folder}"
)
_STATE = Text(en="{state} {detail}", zh="{state} {detail}")
_WRITTEN = Text(en="written to {file}", zh="已写入 {file}")
_ARCHIVED = Text(en="archived; the file itself stays with you", zh="已归档；文件本身仍由您保管")
_LIST = Text(en="id|template|issued|until|state", zh="编号|模板|出具时间|有效期至|状态")
_ARCHIVE = Text(
    en="id|template|issuer|issued|until|last verified|verdict",
    zh="编号|模板|出具方|出具时间|有效期至|最近核验|结论",
)


class CardInvalid(InvalidInput):
    code = "issuer_card_invalid"
    what = Text(en="{file} is not the card of an issuer", zh="{file} 不是有效的机构公钥卡")
    mend = Text(
        en="Ask the issuer for the file of 'shuxin document card', by a way that you trust",
        zh="请通过可信途径向出具方索取 shuxin document card 生成的文件",
    )


def run(options: argparse.Namespace, language: Language) -> int:
    settings = start()
    ACTS[options.act](options, language, settings)
    return 0


def record(receipt: Receipt, verdict: Verdict) -> None:
    """This installation verified it: one entry of its log, one row, no content."""
    settings = start()
    from shuxin.verification.api import record_verification

    record_verification(
        receipt.facts,
        statement_hash=receipt.statement.hash,
        verifier=holder(settings).party,
        verdict=verdict,
        log=own_log(settings),
        now=now_in_china(),
    )


def own_demand(nonce: str) -> Demand:
    """A presentation to this installation that answers ``nonce``, if it gave that and sees it for the first time.

    Otherwise the demand has a new nonce that nobody was given, so that no presentation answers it.
    """
    settings = start()
    from shuxin.verification.api import Demand, new_nonce, use_nonce

    party = holder(settings).party
    good = use_nonce(nonce, audience=party, now=now_in_china())
    return Demand(party, nonce if good else new_nonce())


def _revoke(options: argparse.Namespace, language: Language, settings: Settings) -> None:
    from shuxin.portal.bootstrap import operator
    from shuxin.verification.api import RevocationReason, revoke

    revoke(
        options.id,
        reason=RevocationReason(options.reason),
        by=operator(),
        issuer=own_issuer(settings),
        now=now_in_china(),
    )
    print(_REVOKED.say(language, id=options.id))


def _publish(options: argparse.Namespace, language: Language, settings: Settings) -> None:
    from shuxin.verification.api import publish_status

    folder = Path(options.to)
    folder.mkdir(parents=True, exist_ok=True)
    made = publish_status(issuer=own_issuer(settings), now=now_in_china())
    for statement in made:
        (folder / f"{statement.body['list']}.status.json").write_bytes(statement.dump())
    print(_PUBLISHED.say(language, count=len(made), folder=folder))


def _list(options: argparse.Namespace, language: Language, settings: Settings) -> None:
    from shuxin.verification.api import issued_documents

    rows = [
        (
            row.receipt_id,
            row.template,
            china_time(row.issued_at),
            china_time(row.expires_at),
            row.state,
        )
        for row in issued_documents(issuer=holder(settings).party, limit=options.limit)
    ]
    show("", _LIST.say(language).split("|"), rows)


def _status(options: argparse.Namespace, language: Language, _: Settings) -> None:
    from shuxin.verification.api import answer_by_commitment

    answer = answer_by_commitment(options.commitment, now=now_in_china())
    print(_STATE.say(language, state=answer.state, detail=answer.detail).strip())


def _ask(_: argparse.Namespace, __: Language, settings: Settings) -> None:
    from shuxin.verification.api import give_nonce

    print(give_nonce(audience=holder(settings).party, now=now_in_china()))


def _card(options: argparse.Namespace, language: Language, settings: Settings) -> None:
    from shuxin.parties.api import read_trust

    identity, public = holder(settings), own_signer(settings).public
    (own,) = (pin for pin in read_trust(settings.home).pinned if pin.public == public)
    card = {
        "format": CARD,
        "party": identity.party,
        "kind": identity.kind,
        "name": identity.name,
        "public_key": public.text,
        "log": own_log(settings).key.text,
        "witness": own_witness(settings, logs=[]).key.text,
        "from": own.as_json()["valid_from"],
        "until": own.as_json()["valid_to"],
    }
    text = json.dumps(card, ensure_ascii=False, indent=1)
    Path(options.out).write_text(text + "\n", encoding="utf-8")
    print(_WRITTEN.say(language, file=options.out))


def _trust(options: argparse.Namespace, language: Language, settings: Settings) -> None:
    """Whoever runs this decides whom the file trusts: each card is pinned as it stands.

    Attesters and accepted ways of proof are those of this home; so is what it knows of the parties' keys.
    """
    from shuxin.parties.api import TrustAnchors, kept_statements, read_trust

    cards = [read_card(name) for name in options.cards]
    log = {
        "logs": [card["log"] for card in cards],
        "witnesses": [card["witness"] for card in cards],
        "threshold": options.threshold,
    }
    LogTrust.of(log)
    pins = [
        {
            "party": card["party"],
            "kind": card["kind"],
            "name": card["name"],
            "public_key": card["public_key"],
            "roles": ["subject"],
            "valid_from": card["from"],
            "valid_to": card["until"],
        }
        for card in cards
    ]
    anchors = json.loads(read_trust(settings.home).dump()) | {"pinned": pins}
    TrustAnchors.parse(json.dumps(anchors).encode())
    named = {*(card["party"] for card in cards), *options.party}
    known = [one.as_json() for one in kept_statements() if one.body.get("party") in named]
    parties = {"anchors": anchors, "statements": known, "checkpoints": []}
    made = json.dumps({"log": log, "parties": parties}, ensure_ascii=False, indent=1)
    Path(options.out).write_text(made + "\n", encoding="utf-8")
    print(_WRITTEN.say(language, file=options.out))


def read_card(name: str) -> dict[str, str]:
    try:
        card = parse_json(bytes_of(name))
        if not isinstance(card, dict) or set(card) != _CARD_PARTS or card["format"] != CARD:
            raise CardInvalid(file=name)
        if not all(isinstance(value, str) for value in card.values()):
            raise CardInvalid(file=name)
        PublicKey.parse(card["public_key"])
        VerifierKey.parse(card["log"])
        VerifierKey.parse(card["witness"])
    except (StatementInvalid, PublicKeyInvalid, VerifierKeyInvalid) as error:
        raise CardInvalid(file=name) from error
    return card


def _witnessed(options: argparse.Namespace, language: Language, settings: Settings) -> None:
    """The same receipt with a proof under a checkpoint that witnesses cosigned."""
    from shuxin.verification.api import PackageInvalid, parse_receipt, read_package, write_private

    note = bytes_of(options.checkpoint).decode("utf-8", "replace")
    with Path(options.file).open("rb") as file:
        try:
            package = read_package(file)
        except PackageInvalid:
            receipt = _reproved(parse_receipt(bytes_of(options.file)), note, settings)
            write_private(Path(options.out), receipt.dump())
        else:
            receipt = _reproved(parse_receipt(package.receipt), note, settings)
            repack(file, package, Path(options.out), receipt=receipt.dump())
    print(_WRITTEN.say(language, file=options.out))


def _reproved(receipt: Receipt, note: str, settings: Settings) -> Receipt:
    index = LogProof.parse(json.dumps(receipt.proof).encode()).index
    proof = own_log(settings).proof(index, checkpoint=note)
    return replace(receipt, proof=json.loads(proof.dump()))


def _archive(options: argparse.Namespace, language: Language, _: Settings) -> None:
    from shuxin.verification.api import archive_document, archive_of

    if options.add:
        archive_document(_receipt_in(options.add), subject=options.subject, now=now_in_china())
        print(_ARCHIVED.say(language))
        return
    rows = [
        (
            one.facts.id,
            one.facts.template,
            one.facts.issuer,
            china_time(one.facts.issued_at),
            china_time(one.facts.expires_at),
            china_time(one.verified_at) if one.verified_at else "",
            ("pass" if one.accepted else one.reasons) if one.verified_at else "",
        )
        for one in archive_of(options.subject)
    ]
    show("", _ARCHIVE.say(language).split("|"), rows)


def _receipt_in(name: str) -> Receipt:
    from shuxin.verification.api import PackageInvalid, parse_receipt, read_package

    with Path(name).open("rb") as file:
        try:
            return parse_receipt(read_package(file).receipt)
        except PackageInvalid:
            return parse_receipt(bytes_of(name))


ACTS: dict[str, Callable[[argparse.Namespace, Language, Settings], None]] = {
    "revoke": _revoke,
    "publish": _publish,
    "list": _list,
    "status": _status,
    "ask": _ask,
    "card": _card,
    "trust": _trust,
    "witnessed": _witnessed,
    "archive": _archive,
}
