"""``shuxin issue``: a document with its receipt, for the person to carry."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.kernel.signing import PublicKey
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import holder, own_log, own_signer, start
from shuxin.portal.commands.verify import ProofFileUnreadable

if TYPE_CHECKING:
    import argparse

    from shuxin.infra.api import Settings
    from shuxin.kernel.text import Language
    from shuxin.verification.api import Issuer, Receipt

_DONE = Text(
    en="document {id} issued until {until:%Y-%m-%d}; give {package} to the person, keep no copy",
    zh="已出具文件 {id}，有效期至 {until:%Y-%m-%d}；请将 {package} 交给本人，不留副本",
)
_CODES = Text(
    en="{count} QR codes of the receipt in {folder}", zh="回执二维码 {count} 个，位于 {folder}"
)


def run(options: argparse.Namespace, language: Language) -> int:
    settings = start()
    from shuxin.infra.api import now_in_china
    from shuxin.verification.api import CommitmentAlgorithm, Request, hand_out, issue

    file = Path(options.file)
    if not file.is_file():
        raise ProofFileUnreadable(file=options.file)
    algorithm = CommitmentAlgorithm.HMAC_SM3 if options.sm3 else CommitmentAlgorithm.HMAC_SHA256
    request = Request(
        template=options.template,
        media_type=options.media_type,
        valid_days=options.days,
        algorithm=algorithm,
        holder_key=PublicKey.parse(options.holder_key).text if options.holder_key else "",
        supersedes=options.supersedes,
    )
    receipt = issue(
        file,
        request=request,
        subject=options.subject,
        issuer=own_issuer(settings),
        now=now_in_china(),
    )
    folder = Path(options.to)
    package = hand_out(file, receipt=receipt, request=request, folder=folder)
    facts = receipt.facts
    print(_DONE.say(language, id=facts.id, until=facts.expires_at, package=package))
    if options.codes:
        print(_CODES.say(language, count=_write_codes(receipt, folder), folder=folder))
    return 0


def own_issuer(settings: Settings) -> Issuer:
    """This installation as an issuer, with the statements that bind its key. Raises NotSetUp."""
    from shuxin.parties.api import kept_statements
    from shuxin.verification.api import Issuer

    party = holder(settings).party
    bound = tuple(
        statement for statement in kept_statements() if statement.body.get("party") == party
    )
    return Issuer(party, own_signer(settings), bound, own_log(settings))


def _write_codes(receipt: Receipt, folder: Path) -> int:
    """One SVG for each code, and their texts in one file."""
    import io

    import segno

    from shuxin.verification.api import receipt_codes, write_private

    texts = receipt_codes(receipt.dump())
    for nth, text in enumerate(texts, start=1):
        code = segno.make_qr(text, error="l", boost_error=False)
        drawn = io.BytesIO()
        code.save(drawn, kind="svg", scale=4)
        write_private(folder / f"{receipt.facts.id}.{nth}.svg", drawn.getvalue())
    lines = "\n".join(texts) + "\n"
    write_private(folder / f"{receipt.facts.id}.codes.txt", lines.encode("ascii"))
    return len(texts)
