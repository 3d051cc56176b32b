"""The holder's side of a joint score: from its own values to just what the contract lets it say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shuxin.federation.card.answers import NO_REASON, Answers
from shuxin.federation.card.contract import Contribution
from shuxin.federation.card.masks import RING, masks
from shuxin.federation.card.values import points_of
from shuxin.federation.product.generator import Cipher
from shuxin.kernel.errors import NotPermitted
from shuxin.kernel.text import Text
from shuxin.scoring.api import LengthsDisagree

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from shuxin.federation.card.answers import Question
    from shuxin.federation.card.parts import CardPart
    from shuxin.scoring.api import Values


class QuestionRefused(NotPermitted):
    code = "joint_question_refused"
    what = Text(
        en="the model's contract does not allow this question: {reason}",
        zh="模型约定不允许该询问：{reason}",
    )
    mend = Text(
        en="Ask all holders of the model together, or leave their parts out by its rule for missing parties",
        zh="请同时询问该模型的全部数据方，或按其缺失规则处理",
    )


_OTHERS = Text(en="the holders asked are not those of the model", zh="所询问的数据方与模型不符")
_TOO_FEW = Text(en="too few holders are asked together", zh="同时询问的数据方过少")


def check_question(part: CardPart, question: Question, /) -> None:
    """Whether this holder may answer it. Raises QuestionRefused."""
    if part.party not in question.holders or not set(question.holders) <= set(part.holders):
        raise QuestionRefused(reason=_OTHERS)
    if len(question.holders) < part.contract.min_holders:
        raise QuestionRefused(reason=_TOO_FEW)


def answer(
    part: CardPart,
    *,
    question: Question,
    values: Mapping[str, Values],
    known: NDArray[np.bool_],
    secrets: Mapping[str, bytes],
    cipher: Cipher = Cipher.AES,
) -> Answers:
    """The answer about n subjects; nothing in it depends on how many are asked at once but the masks.

    Args:
        values: (n,) by characteristic, at least those of the part; anything where a subject is not known.
        known: (n,) whether this holder has the subject.
        secrets: of 32 bytes with each other holder asked; used where the contribution is a sum.

    Raises:
        QuestionRefused: the contract does not allow it.
        ColumnMissing, LengthsDisagree, InfiniteValues, ValuesOfWrongKind: as a scorecard does.
    """
    check_question(part, question)
    if len(known) != question.rows:
        raise LengthsDisagree(name="known", found=len(known), wanted=question.rows)
    by_category = category_points(part, values)
    if len(by_category) != question.rows:
        raise LengthsDisagree(name="values", found=len(by_category), wanted=question.rows)
    columns = part.contract.columns(part.categories)
    words = RING.of(np.column_stack([by_category[:, list(each)].sum(axis=1) for each in columns]))
    if part.contract.contribution is Contribution.SUM:
        words[:, 0] += masks(party=part.party, question=question, secrets=secrets, cipher=cipher)
    words[~known] = 0
    reasons = _reasons(part, by_category)
    reasons[~known] = NO_REASON
    return Answers(known=known, words=words, reasons=reasons)


def category_points(part: CardPart, values: Mapping[str, Values], /) -> NDArray[np.int64]:
    """(n, categories) points, for the holder alone. Raises as ``points_of``."""
    gained = points_of([(each.shape, each.points) for each in part.characteristics], values)
    return gained @ _belongs(part)


def _reasons(part: CardPart, by_category: NDArray[np.int64]) -> NDArray[np.uint8]:
    """(n, most) places of categories by falling loss.

    Loss is that of the category as a whole, in hundredths of points; only what is lost counts, ties stand in the
    order of the categories, silent ones never.
    """
    references = np.array([each.reference for each in part.characteristics]) @ _belongs(part)
    losses = references - 100 * by_category
    for place, category in enumerate(part.categories):
        if category.code in part.contract.silent:
            losses[:, place] = 0
    most = part.contract.most_categories
    ranked = np.argsort(-losses, axis=1, kind="stable")[:, :most]
    lost = np.take_along_axis(losses, ranked, axis=1) > 0
    reasons = np.full((len(losses), most), NO_REASON, np.uint8)
    reasons[:, : ranked.shape[1]] = np.where(lost, ranked, NO_REASON)
    return reasons


def _belongs(part: CardPart) -> NDArray[np.int64]:
    """(k, categories) 1 where a characteristic is of the category."""
    codes = [each.code for each in part.categories]
    rows = [[int(each.category == code) for code in codes] for each in part.characteristics]
    return np.array(rows, np.int64)
