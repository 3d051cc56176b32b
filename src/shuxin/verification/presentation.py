"""Binding a carried document to one recipient: the holder's key signs receipt, audience, nonce and time."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.statements import Statement, StatementInvalid, parse_statement, sign_statement
from shuxin.kernel.text import Text
from shuxin.verification.body import HEX64, NONCE, PARTY, members, moment, word, written

if TYPE_CHECKING:
    import re
    from datetime import datetime

    from shuxin.kernel.signing import Signer

PRESENTATION = "document-presentation"
LONGEST_PRESENTATION = 4 << 10
_BODY = frozenset({"receipt", "audience", "nonce", "presented_at"})
_NONCE_BYTES = 18


class PresentationInvalid(InvalidInput):
    code = "presentation_invalid"
    what = Text(en="this is not a presentation: {reason}", zh="这不是有效的出示声明：{reason}")
    mend = Text(
        en="Let the person make it again with 'shuxin present', with the audience and nonce of the recipient",
        zh="请持有人用 shuxin present 按接收方给出的受众与随机数重新生成",
    )


@dataclass(frozen=True, slots=True)
class Presentation:
    """A presentation (出示声明): this receipt, for this audience, in answer to this nonce."""

    receipt: str
    audience: str
    nonce: str
    presented_at: datetime

    def sign(self, *, signer: Signer) -> Statement:
        """Raises PresentationInvalid when audience or nonce have not their form."""
        for name, value, form in (
            ("audience", self.audience, PARTY),
            ("nonce", self.nonce, NONCE),
        ):
            _check(name, value, form)
        body = {
            "receipt": self.receipt,
            "audience": self.audience,
            "nonce": self.nonce,
            "presented_at": written(self.presented_at),
        }
        return sign_statement(PRESENTATION, body, signer=signer)


def parse_presentation(data: bytes) -> tuple[Statement, Presentation]:
    """Read one from a stranger; its signature is not checked here. Raises PresentationInvalid."""
    if len(data) > LONGEST_PRESENTATION:
        raise PresentationInvalid(reason="too long")
    try:
        statement = parse_statement(data, kind=PRESENTATION)
        body = members(statement.body, names=_BODY)
        found = Presentation(
            receipt=word(body, "receipt", form=HEX64),
            audience=word(body, "audience", form=PARTY),
            nonce=word(body, "nonce", form=NONCE),
            presented_at=moment(body, "presented_at"),
        )
    except StatementInvalid as error:
        raise PresentationInvalid(reason=str(error.facts["reason"])) from error
    return statement, found


def new_nonce() -> str:
    """144 random bits as hexadecimal digits, which no command line takes for an option; answered once."""
    return secrets.token_hex(_NONCE_BYTES)


def _check(name: str, value: str, form: re.Pattern[str]) -> None:
    if not form.fullmatch(value):
        raise PresentationInvalid(reason=name)
