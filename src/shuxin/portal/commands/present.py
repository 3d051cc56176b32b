"""``shuxin present``: on the person's own device, bind a package to one recipient."""

from __future__ import annotations

import getpass
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.infra.api import now_in_china
from shuxin.kernel.text import Text
from shuxin.portal.commands.verify import content_of as bytes_of
from shuxin.verification.api import (
    Presentation,
    content_of,
    parse_receipt,
    read_package,
    write_package,
)

if TYPE_CHECKING:
    import argparse
    from typing import BinaryIO

    from shuxin.kernel.signing import Signer
    from shuxin.kernel.text import Language
    from shuxin.verification.api import Package

_DONE = Text(
    en="{file} is for {audience} only, for ten minutes", zh="{file} 仅供 {audience}，十分钟内有效"
)
_ASK = Text(en="Passphrase: ", zh="口令：")
_PIECE = 1 << 20


def run(options: argparse.Namespace, language: Language) -> int:
    with Path(options.file).open("rb") as file:
        package = read_package(file)
        receipt = parse_receipt(package.receipt)
        said = Presentation(receipt.statement.hash, options.audience, options.nonce, now_in_china())
        statement = said.sign(signer=wallet_signer(options.key, language))
        repack(file, package, Path(options.out), presentation=statement.dump())
    print(_DONE.say(language, file=options.out, audience=options.audience))
    return 0


def repack(
    file: BinaryIO,
    package: Package,
    target: Path,
    *,
    receipt: bytes = b"",
    presentation: bytes = b"",
) -> None:
    """Write the package anew with another receipt or presentation."""
    with tempfile.NamedTemporaryFile(dir=target.parent) as aside:
        content = content_of(file, package)
        while piece := content.read(_PIECE):
            aside.write(piece)
        aside.flush()
        write_package(
            target,
            receipt=receipt or package.receipt,
            content=Path(aside.name),
            file_name=package.file_name,
            presentation=presentation or package.presentation,
        )


def wallet_signer(key_id: str, language: Language) -> Signer:
    """A key of this person's wallet. Raises WalletKeyMissing, PassphraseWrong."""
    from shuxin.parties.api import wallet_from

    wallet = wallet_from(os.environ, home=Path.home())
    key = wallet.find(key_id)
    signer: Signer = wallet.open(
        key, passphrase=_passphrase(language) if key.is_protected else None
    )
    return signer


def _passphrase(language: Language) -> bytes:
    named = os.environ.get("SHUXIN_WALLET_PASSPHRASE_FILE", "")
    if named:
        return bytes_of(named).rstrip(b"\r\n")
    return getpass.getpass(_ASK.say(language)).encode()
