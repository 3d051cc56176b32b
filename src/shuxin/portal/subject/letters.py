"""Objections that only their holder opens (密封异议): sealed in the subject's browser to a box of the holder's.

The public half of that box stands in every sealed overview, under the holder's signature. The objection inside is the
signed statement of docs/protocols/rights.md; around it stand only who writes to whom.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shuxin.infra.api import secret_key
from shuxin.kernel.bodies import TO_THE_SECOND, Fields
from shuxin.kernel.canonical import canonical_json
from shuxin.kernel.errors import Conflict, InvalidInput, ShuxinError
from shuxin.kernel.signing import base64url, from_base64url
from shuxin.kernel.statements import Statement, parse_statement, sign_statement
from shuxin.kernel.text import Text
from shuxin.portal.subject.sealing import (
    BoxInvalid,
    box_text,
    key_and_nonce,
    new_box,
    padded,
    unpadded,
)

if TYPE_CHECKING:
    import datetime as dt

    from shuxin.consent.api import rights
    from shuxin.infra.api import Settings
    from shuxin.kernel.canonical import Json
    from shuxin.kernel.signing import Signer

LETTER, OBJECTION = "sealed-objection", "objection"
_LABEL = b"shuxin/sealed-objection/v1\n"
_HEAD = ("subject", "holder", "at", "box")
_KEY_FILE = "subject-box.p256"
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of P-256 (FIPS 186-4, D.1.2.3)."""
_BOX = re.compile(r"B[0-9A-Za-z_-]{86}")
_PARTY = re.compile(r"[0-9A-Za-z:]{1,60}")


class LetterNotOpened(InvalidInput):
    code = "sealed_objection_not_opened"
    what = Text(en="the sealed objection does not open here", zh="密封异议无法在此打开")
    mend = Text(
        en="Ask for your data again, then object once more", zh="请重新查询数据后再提出异议"
    )


class ObjectionNotTaken(Conflict):
    """Says no more than a code to whoever carries the answer."""

    code = "objection_not_taken"
    what = Text(
        en="the holder did not take the objection ({why})", zh="持有方未受理该异议（{why}）"
    )
    mend = Text(
        en="See docs/errors for this code, or turn to the holder itself",
        zh="请按代码查阅说明，或直接联系该持有方",
    )


def holder_box(settings: Settings) -> ec.EllipticCurvePrivateKey:
    """Of this home, always the same."""
    secret = int.from_bytes(secret_key(settings, _KEY_FILE), "big")
    return ec.derive_private_key(secret % (_ORDER - 1) + 1, ec.SECP256R1())


def seal_objection(objection: Statement, *, to: str, signer: Signer, now: dt.datetime) -> Statement:
    """As the subject's browser does it. ``to``: the holder's box as text."""
    own = new_box()
    head: dict[str, Json] = {
        "subject": objection.body["subject"],
        "holder": objection.body["holder"],
        "at": now.isoformat(timespec="seconds"),
        "box": box_text(own),
    }
    context = _LABEL + canonical_json(head)
    key, nonce = key_and_nonce(own, other=to, context=context)
    sealed = AESGCM(key).encrypt(nonce, padded(objection.dump()), context)
    return sign_statement(LETTER, head | {"sealed": base64url(sealed)}, signer=signer)


def open_objection(letter: Statement, *, box: ec.EllipticCurvePrivateKey) -> Statement:
    """The objection inside, whose signature is still to be judged. Raises LetterNotOpened, StatementInvalid."""
    fields = Fields(letter.body, wrong=lambda _: LetterNotOpened(), moments=TO_THE_SECOND)
    fields.only({*_HEAD, "sealed"})
    subject, holder = fields.matching("subject", _PARTY), fields.matching("holder", _PARTY)
    fields.moment("at")
    other, sealed = fields.matching("box", _BOX), from_base64url(fields.string("sealed"))
    context = _LABEL + canonical_json({name: letter.body[name] for name in _HEAD})
    try:
        key, nonce = key_and_nonce(box, other=other, context=context)
        content = unpadded(AESGCM(key).decrypt(nonce, sealed or b"", context))
    except (InvalidTag, BoxInvalid, ValueError) as error:
        raise LetterNotOpened from error
    inner = parse_statement(content, kind=OBJECTION)
    if (inner.body.get("subject"), inner.body.get("holder")) != (subject, holder):
        raise LetterNotOpened
    return inner


def file_sealed(
    letter: Statement, *, desk: rights.ObjectionDesk, settings: Settings, now: dt.datetime
) -> tuple[str, Statement]:
    """The objection's number, and the objection. Raises LetterNotOpened, ObjectionNotTaken."""
    try:
        inner = open_objection(letter, box=holder_box(settings))
        return desk.file(inner, now=now), inner
    except LetterNotOpened:
        raise
    except ShuxinError as error:
        raise ObjectionNotTaken(why=error.code) from None
