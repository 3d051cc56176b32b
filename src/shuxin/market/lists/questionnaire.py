"""The questionnaire of a campaign （问卷）: closed questions, reached by a signed link without signing in."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from shuxin.kernel.signing import base64url
from shuxin.kernel.text import Text
from shuxin.market.lists.refusals import LinkInvalid, ReplyInvalid

if TYPE_CHECKING:
    from collections.abc import Mapping

LASTS = timedelta(days=60)
_LINK = re.compile(r"([0-9a-f]{32})\.([0-9]{10})\.([A-Za-z0-9_-]{43})")
_DOMAIN = b"shuxin/questionnaire/v1\n"


@dataclass(frozen=True, slots=True)
class Question:
    """One closed question; ``answers``: code and words."""

    code: str
    text: Text
    answers: tuple[tuple[str, Text], ...]


_YES_NO = (("yes", Text(en="yes", zh="是")), ("no", Text(en="no", zh="否")))
QUESTIONS = (
    Question(
        "needs",
        Text(en="Do you need a loan in the next six months?", zh="未来六个月是否有融资需求？"),
        _YES_NO,
    ),
    Question(
        "amount",
        Text(en="How much?", zh="需求金额"),
        (
            ("none", Text(en="none", zh="无需求")),
            ("100", Text(en="up to one million yuan", zh="100 万元（含）以下")),
            ("500", Text(en="one to five million yuan", zh="100 万至 500 万元（含）")),
            ("1000", Text(en="five to ten million yuan", zh="500 万至 1000 万元（含）")),
            ("more", Text(en="more than ten million yuan", zh="1000 万元以上")),
        ),
    ),
    Question(
        "use",
        Text(en="What for?", zh="资金用途"),
        (
            ("none", Text(en="none", zh="无需求")),
            ("turnover", Text(en="working capital", zh="流动资金周转")),
            ("equipment", Text(en="equipment and premises", zh="设备及厂房")),
            ("research", Text(en="research", zh="研发投入")),
            ("other", Text(en="something else", zh="其他")),
        ),
    ),
    Question(
        "before",
        Text(en="Did your firm ever have a bank loan?", zh="贵企业是否曾获得银行贷款？"),
        _YES_NO,
    ),
    Question(
        "hindrance",
        Text(en="What hinders you most?", zh="融资中最主要的困难"),
        (
            ("nothing", Text(en="nothing", zh="无明显困难")),
            ("collateral", Text(en="collateral", zh="缺少抵押担保")),
            ("price", Text(en="price", zh="融资成本高")),
            ("time", Text(en="time it takes", zh="办理时间长")),
            ("knowledge", Text(en="not knowing what there is", zh="不了解产品和政策")),
        ),
    ),
    Question(
        "contact",
        Text(en="May a bank contact you?", zh="是否同意银行与您联系？"),
        _YES_NO,
    ),
)


def link_token(firm: str, *, key: bytes, now: datetime) -> str:
    """For the campaign's firm with this key, good for 60 days: nobody who lacks ``key`` can make another."""
    ends = int((now + LASTS).timestamp())
    return f"{firm}.{ends:010d}.{_seal(firm, ends, key)}"


def firm_of_link(token: str, *, key: bytes, now: datetime) -> str:
    """The key of the campaign's firm. Raises LinkInvalid for whatever was not made by ``link_token`` or is over."""
    match = _LINK.fullmatch(token)
    if match is None:
        raise LinkInvalid
    firm, ends, seal = match[1], int(match[2]), match[3]
    if not hmac.compare_digest(seal, _seal(firm, ends, key)):
        raise LinkInvalid
    if now >= datetime.fromtimestamp(ends, tz=UTC):
        raise LinkInvalid
    return firm


def _seal(firm: str, ends: int, key: bytes) -> str:
    said = _DOMAIN + f"{firm}.{ends}".encode()
    return base64url(hmac.new(key, said, hashlib.sha256).digest())


def checked_answers(given: Mapping[str, str]) -> dict[str, str]:
    """One offered answer to each question; what else was sent is not kept. Raises ReplyInvalid."""
    found = {}
    for question in QUESTIONS:
        answer = given.get(question.code, "")
        if answer not in {code for code, _ in question.answers}:
            raise ReplyInvalid
        found[question.code] = answer
    return found
