"""A holder's answer to one question, and its bytes.

| bytes | what |
|---|---|
| 32 | the request's hash |
| 32 | content hash of the holder's part |
| n | 1 where the holder knows the subject, else 0 |
| 4 n c | numbers, row by row: words of 32 bits, least byte first; 0 where the subject is not known |
| n m | reasons, row by row: places of categories in the notice, 255 for none |

n subjects, c numbers and m reasons as the contract has them: the size tells nothing about a subject.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shuxin.federation.card.masks import RING
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from shuxin.federation.card.contract import Category, Contract
    from shuxin.federation.product.ring import Words

NO_REASON = 255
_HASH = re.compile(r"[0-9a-f]{64}")
_HEAD = 64


class AnswerInvalid(InvalidInput):
    code = "joint_answer_invalid"
    what = Text(en="{party}'s answer does not count: {reason}", zh="{party} 的应答无效：{reason}")
    mend = Text(
        en="Score nobody with it. Compare the model's parts and the software versions with that party",
        zh="请勿据此评分。与该参与方核对模型分片与软件版本",
    )


SIZE = Text(en="it has another size", zh="长度不符")
REQUEST = Text(en="it belongs to another request", zh="属于另一请求")
PART = Text(en="it was made with another part of the model", zh="所用模型分片不同")
FORM = Text(en="it holds values that an answer does not have", zh="含有应答中不应出现的值")
SPAN = Text(en="its points are outside the span of the model", zh="分值超出模型的取值范围")


@dataclass(frozen=True, slots=True)
class Question:
    """What the label party asks holders about ``rows`` subjects (询问).

    request: SHA-256 of the request that all the holders got, in hexadecimal; another request has another one.
    holders: all who are asked it together, rising.
    """

    request: str
    holders: tuple[str, ...]
    rows: int

    def __post_init__(self) -> None:
        rising = list(self.holders) == sorted(set(self.holders))
        if not _HASH.fullmatch(self.request) or not self.holders or not rising or self.rows < 1:
            raise ValueError("a question has a hash, holders in rising order, and subjects")


@dataclass(frozen=True, slots=True)
class Answers:
    """One holder's answer (应答) about n subjects.

    known: (n,). words: (n, c) modulo 2^32. reasons: (n, m) places of categories, NO_REASON at the end.
    """

    known: NDArray[np.bool_]
    words: Words
    reasons: NDArray[np.uint8]


def answer_bytes(answers: Answers, *, question: Question, part: str) -> bytes:
    """The bytes of the module's text; ``part``: content hash of the holder's part."""
    pieces = (
        bytes.fromhex(question.request + part),
        answers.known.astype(np.uint8).tobytes(),
        answers.words.astype(RING.dtype).tobytes(),
        answers.reasons.tobytes(),
    )
    return b"".join(pieces)


def read_answers(
    data: bytes,
    *,
    party: str,
    question: Question,
    part: str,
    contract: Contract,
    categories: Sequence[Category],
) -> Answers:
    """The opposite, from a holder that may be hostile. Raises AnswerInvalid."""
    rows, columns, most = question.rows, len(contract.columns(categories)), contract.most_categories
    if len(data) != _HEAD + rows * (1 + 4 * columns + most):
        raise AnswerInvalid(party=party, reason=SIZE)
    if data[:32].hex() != question.request:
        raise AnswerInvalid(party=party, reason=REQUEST)
    if data[32:_HEAD].hex() != part:
        raise AnswerInvalid(party=party, reason=PART)
    body = np.frombuffer(data, np.uint8, offset=_HEAD)
    known, words, reasons = np.split(body, [rows, rows * (1 + 4 * columns)])
    answers = Answers(
        known=known != 0,
        words=words.view(RING.dtype).reshape(rows, columns),
        reasons=reasons.reshape(rows, most),
    )
    silent = [nth for nth, each in enumerate(categories) if each.code in contract.silent]
    if known.max() > 1 or not _is_plain(answers, categories=len(categories), silent=silent):
        raise AnswerInvalid(party=party, reason=FORM)
    return answers


def _is_plain(answers: Answers, *, categories: int, silent: Sequence[int]) -> bool:
    """Nothing about an unknown subject; reasons that exist, none twice, none after an empty place, none silent."""
    reasons, unknown = answers.reasons, ~answers.known
    given = reasons != NO_REASON
    fits = not answers.words[unknown].any() and not given[unknown].any()
    fits &= bool((reasons[given] < categories).all()) and not np.isin(reasons, silent).any()
    fits &= not (given[:, 1:] & ~given[:, :-1]).any()
    ranked = np.sort(reasons, axis=1)
    twice = (ranked[:, 1:] == ranked[:, :-1]) & (ranked[:, 1:] != NO_REASON)
    return fits and not bool(twice.any())
