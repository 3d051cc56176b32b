"""A holder's program: has its features counted, takes part in the fits, makes its part of the card."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from shuxin.federation.card.building import Coded, Training, card_part, notice_of
from shuxin.federation.card.contract import Category
from shuxin.federation.card.files import file_of, hash_of
from shuxin.federation.card.offers import Offer
from shuxin.federation.card.points import GRID, HUNDREDTHS
from shuxin.federation.card.telling import told_share
from shuxin.federation.regression.fitting import hold_fit
from shuxin.federation.scorecard.errors import PartTellsTooMuch
from shuxin.federation.scorecard.rounds import Following, Then
from shuxin.federation.scorecard.rows import common_rows, fine_features, values_of
from shuxin.federation.scorecard.task import (
    CARD,
    NOTICE,
    asked_of,
    contract_of,
    counting_of,
    features_of,
    fit_of,
    last_round,
    relating_of,
    scaling_of,
    widths_of,
)
from shuxin.federation.statistics.relating import hold_relations
from shuxin.federation.statistics.tables import hold_tables
from shuxin.kernel.canonical import canonical_json
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from shuxin.federation.alignment.reuse import Earlier
    from shuxin.federation.engine.channel import Work
    from shuxin.federation.scorecard.rounds import Round
    from shuxin.federation.statistics.tables import CodedFeature

    FloatArray: TypeAlias = NDArray[np.float64]
    CategoriesOf: TypeAlias = Callable[[Sequence[str]], tuple[Category, ...]]
    """The public category of each of these of this party's features."""

VERSION_DIGITS = 16
_SALT, _SALT_BYTES = "scorecard/salt", 32
_CATEGORIES = "scorecard/categories"


def hold_scorecard(work: Work, *, earlier: Earlier, categories_of: CategoriesOf) -> None:
    """Keeps ``card``, this holder's part, unless no feature of it is left.

    Raises ScorecardNotMade: the label party stopped. PartTellsTooMuch: this node's policy forbids the part.
    ScorecardMessageWrong, ReleaseRefused, and as the steps do.
    """
    job = work.job
    categories = _categories(work, categories_of)
    common = common_rows(work, earlier=earlier)
    widths = widths_of(job)
    words = Following(work, widths=widths, last=last_round(job), rows=common.count)
    words.hear()
    values = values_of(work, common)
    fine = fine_features(job, work.party, values)
    coded = hold_tables(work, counting_of(job, work.party), fine)
    columns = np.column_stack([each.column(own) for each, own in zip(coded, fine, strict=True)])
    word = words.hear()
    if word.keep:
        relating = relating_of(job, rows=word.rows, columns=word.columns)
        hold_relations(work, relating, columns[:, list(word.keep)])
    beta: FloatArray = np.zeros(0)
    nth = 0
    while (word := words.hear()).then is Then.FIT:
        if word.keep:
            task = fit_of(job, nth, rows=word.rows, columns=word.columns)
            beta = hold_fit(work, task, columns[:, list(word.keep)] / HUNDREDTHS)
        nth += 1
    if word.keep:
        offer = _offer(work, word, beta, [coded[place] for place in word.keep])
        training = Training(values, np.ones(common.count, np.bool_))
        _make(work, offer, coded, training, categories)


def _categories(work: Work, categories_of: CategoriesOf) -> dict[str, Category]:
    """Of each feature, as they were when the job began: a restart makes the same part."""
    names = features_of(work.job, work.party)

    def stated() -> bytes:
        found = categories_of(names)
        return canonical_json([[one.code, one.title.en, one.title.zh] for one in found])

    kept = json.loads(work.channel.once(_CATEGORIES, stated))
    found = [Category(code, Text(en=en, zh=zh)) for code, en, zh in kept]
    return dict(zip(names, found, strict=True))


def _offer(work: Work, word: Round, beta: FloatArray, kept: list[CodedFeature]) -> Offer:
    """What the label party would offer: all of it is known here already."""
    job = work.job
    left = (holder for holder, count in zip(job.holders, word.columns[1:], strict=True) if count)
    coefficients = np.rint(beta * GRID).astype(np.int64).tolist()
    return Offer(
        job=work.job_id,
        model=asked_of(job).model,
        version=work.job_id[:VERSION_DIGITS],
        party=work.party,
        holders=tuple(sorted(left)),
        contract=contract_of(job),
        factor=scaling_of(job).factor,
        coefficients=tuple(
            (each.name, number) for each, number in zip(kept, coefficients, strict=True)
        ),
    )


def _make(
    work: Work,
    offer: Offer,
    coded: tuple[CodedFeature, ...],
    training: Training,
    categories: Mapping[str, Category],
) -> None:
    found = [categories[name] for name, _ in offer.coefficients]
    part = card_part(
        offer=offer,
        coded=[Coded(each.shape, each.hundredths, categories[each.name].code) for each in coded],
        categories=list({each.code: each for each in found}.values()),
        training=training,
        salt=work.channel.once(_SALT, lambda: secrets.token_bytes(_SALT_BYTES)),
    )
    if 100 * told_share(part, training.values) > work.most_told_percent():
        raise PartTellsTooMuch(party=work.party)
    work.keep(CARD, file_of(part))
    notice = file_of(notice_of(part, part_hash=hash_of(part)))
    work.channel.send(work.job.label, NOTICE, lambda: [notice])
